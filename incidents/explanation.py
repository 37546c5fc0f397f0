"""Why this one and not that one: every resource of the centre judged for one need, in words, from a decision already made.

Prices compare single pairs: "dearer by x" is what the swap would cost this need alone if nothing else moved. Pure; worked out
only when somebody asks. Imports `decision` and what stands above it, and the optimiser's own reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from incidents.decision import Context, Decision
from incidents.eligibility import Candidate
from incidents.quantities import NeedId, ResourceId
from incidents.urgency import Asking
from optimiser import UNITS_PER_SECOND
from optimiser.explain import NeedExplanation, PassedOver, Priced
from optimiser.explain import explain as explain_need

Verdict = Literal["chosen", "passed over", "excluded"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for or against one resource. Seconds are None where it cannot go at all.

    `dearer_by_s` is in weighted seconds, against the dearest resource chosen for the same row; None where nobody was.
    """

    resource: ResourceId
    verdict: Verdict
    why: str
    row: int | None = None
    reach_s: float | None = None
    dearer_by_s: float | None = None
    taken_from: NeedId | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One need with open positions: who is proposed, and why nobody else; those who could go come first, by reach."""

    need: NeedId
    chosen: tuple[Reason, ...]
    others: tuple[Reason, ...]
    lacking: tuple[tuple[str, int], ...]


def explain(decision: Decision, need: NeedId) -> Explanation:
    """Explain what `decision` does about `need`, which has open positions in it."""
    context = decision.context
    assert context is not None, "a need with open positions makes a decision with a context"
    asking = next(each for each in context.askings if each.need.id == need)
    problem = context.formulation.problem
    found = explain_need(problem, context.allocation, problem.need_ids.index(need))
    chosen = tuple(_chosen(context, asking, option) for option in found.chosen)
    others = _others(context, asking, found, chosen)
    return Explanation(need, chosen, others, lacking(decision).get(need, ()))


def lacking(decision: Decision) -> Mapping[NeedId, tuple[tuple[str, int], ...]]:
    """Return the positions for which nobody is proposed, as (skill, count) by need; needs that lack nothing are left out."""
    context = decision.context
    if context is None:
        return {}
    found: dict[NeedId, tuple[tuple[str, int], ...]] = {}
    formulation = context.formulation
    for (need, position), is_open, count in zip(
        formulation.rows, formulation.is_open, context.allocation.unfilled, strict=True
    ):
        if is_open and count:
            skill = context.situation.needs[need].rows[position].skill
            found[need] = (*found.get(need, ()), (skill, count))
    return found


def _chosen(context: Context, asking: Asking, option: Priced) -> Reason:
    candidate, position = _candidate(context, option)
    skill = asking.need.rows[position].skill
    return Reason(
        candidate.resource, "chosen", f"{skill}, there in {candidate.reach_s:.0f} s{_diverted(candidate)}", position,
        candidate.reach_s, 0.0, candidate.taken_from,
    )  # fmt: skip


def _others(context: Context, asking: Asking, found: NeedExplanation, chosen: tuple[Reason, ...]) -> tuple[Reason, ...]:
    slowest_s: dict[int, float] = {}
    for each in chosen:
        assert each.row is not None, "whoever is chosen is chosen for a row"
        assert each.reach_s is not None, "whoever is chosen has a reach"
        slowest_s[each.row] = max(slowest_s.get(each.row, 0.0), each.reach_s)
    judged = {each.resource for each in chosen}
    able: list[Reason] = []
    for other in found.passed_over:
        reason = _passed_over(context, other, slowest_s)
        if reason.resource not in judged:
            judged.add(reason.resource)
            able.append(reason)
    able.sort(key=lambda each: (each.reach_s, each.resource))
    excluded = []
    for resource in context.situation.resources.values():
        if resource.id not in judged:
            exclusion = context.eligibility.exclusion(resource, asking.need, asking.standing)
            assert exclusion is not None, "whoever may go has a pair in the problem"
            excluded.append(Reason(resource.id, "excluded", exclusion.why))
    return (*able, *excluded)


def _passed_over(context: Context, other: PassedOver, slowest_s: Mapping[int, float]) -> Reason:
    candidate, position = _candidate(context, other.option)
    dearer_by_s = None if other.dearer_by is None else other.dearer_by / UNITS_PER_SECOND
    why = f"{_why(other, dearer_by_s)}{_diverted(candidate)}"
    if candidate.reach_s < slowest_s.get(position, 0.0):
        why = f"nearer, but {why}"
    return Reason(
        candidate.resource, "passed over", f"{why} (there in {candidate.reach_s:.0f} s)", position, candidate.reach_s,
        dearer_by_s, candidate.taken_from,
    )  # fmt: skip


def _why(other: PassedOver, dearer_by_s: float | None) -> str:
    match other.why:
        case "taken":
            return f"taken by {', '.join(other.held_by)}"
        case "in another role here":
            return "proposed for another row of this need"
        case "team incomplete":
            return "could go, but the plan cannot be filled whole"
        case "no capacity":
            return "has no room for another assignment"
        case "dearer":
            assert dearer_by_s is not None, "only where somebody was chosen can another be dearer"
            if dearer_by_s > 0:
                return f"dearer by {dearer_by_s:g} weighted s"
            if dearer_by_s == 0:
                return "at the same price; the plan as a whole, or else the name, decides"
            return f"cheaper by {-dearer_by_s:g} weighted s here, though not in the plan as a whole"


def _candidate(context: Context, option: Priced) -> tuple[Candidate, int]:
    return context.formulation.candidates[option.pair], context.formulation.rows[option.row][1]


def _diverted(candidate: Candidate) -> str:
    return "" if candidate.taken_from is None else f", diverted from {candidate.taken_from}"
