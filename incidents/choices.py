"""Choices: whom somebody sent, beside whom the procedure in force proposed at that point, each with the reason.

Imports `decision`, `situation` and `facts`.
"""

from __future__ import annotations

from dataclasses import dataclass

from incidents import facts as f
from incidents.decision import Decision, Divert, Proposal
from incidents.quantities import IncidentId, Instant, NeedId, ResourceId
from incidents.situation import Need


@dataclass(frozen=True, slots=True)
class Named:
    """One resource that is proposed, with the reason and the price in weighted seconds, term by term."""

    resource: ResourceId
    row: int
    reach_s: float
    why: str
    price: tuple[tuple[str, float], ...]
    taken_from: NeedId | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Fact `sequence` of the log sent `resource` to a need; `because` is the reason on record.

    `proposed`: whom the procedure in force proposed for the need just then; nobody where it held the need. `why_held`: why it
    did. `is_pinned`, `is_forced`: a person's word, as `ResourceAssigned` says.
    """

    at: Instant
    sequence: int
    need: NeedId
    incident: IncidentId | None
    resource: ResourceId
    because: str
    proposed: tuple[Named, ...]
    why_held: str = ""
    is_pinned: bool = False
    is_forced: bool = False

    @property
    def is_as_proposed(self) -> bool:
        """Whether the one who was sent is one of those who were proposed."""
        return any(each.resource == self.resource for each in self.proposed)


def choice_of(fact: f.ResourceAssigned, need: Need, sequence: int, decision: Decision) -> Choice:
    """Hold an assignment against the decision that stood before it."""
    proposed = named(decision, fact.need)
    held = "" if proposed else waits(decision, fact.need)
    return Choice(
        fact.at, sequence, fact.need, need.incident, fact.resource, fact.because, proposed, held,
        fact.pinned, fact.forced,
    )  # fmt: skip


def named(decision: Decision, need: NeedId) -> tuple[Named, ...]:
    """Whom a decision proposes for a need."""
    return tuple(_named(each) for each in decision.proposals if each.need == need)


def waits(decision: Decision, need: NeedId) -> str:
    """Why a decision proposes nobody for a need."""
    hold = next((each for each in decision.holds() if each.need == need), None)
    return "nobody is asked for" if hold is None else hold.because


def _named(proposal: Proposal) -> Named:
    taken_from = proposal.taken_from if isinstance(proposal, Divert) else None
    return Named(proposal.resource, proposal.row, proposal.reach_s, proposal.because, proposal.price, taken_from)
