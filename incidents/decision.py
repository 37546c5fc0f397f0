"""Thinking: `decide(situation, procedure, roster)` says what the procedure asks for now, with its reasons.

Pure: no clock, no disk, no randomness; equal arguments give equal decisions, live, in simulation and in replay. This is the only
file that knows the order: who asks, who may go, at what price, who goes, who must wait and why, and when time alone would change
any of it. Imports everything above it in the package, and the optimiser.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from incidents import facts as f
from incidents.eligibility import Candidate, Eligibility, Exclusion
from incidents.escalation import first_due_at
from incidents.formulation import Formulation, Solver, asking, could_be_filled, formulate, under_caps
from incidents.light import quicken
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant, NeedId, Place, ResourceId
from incidents.roster import Roster
from incidents.situation import Incident, Need, Situation
from incidents.standby import called, is_reserve
from incidents.urgency import Asking
from optimiser import UNITS_PER_SECOND, Allocation, Limits, Termination, solve

WAITS = "could go, but waiting is cheaper"
FACTORY_LIMITS = Limits(programme_nodes=0)
"""A desk does without HiGHS: no limit of work cuts short what it does at its root, and a plan in time beats a proof."""


@dataclass(frozen=True, slots=True)
class Assign:
    """Send a free resource to fill one position of a need. `price` holds the terms in weighted seconds.

    `also`: the further rows of a need with shared roles that it fills at the same time.
    """

    need: NeedId
    row: int
    skill: str
    resource: ResourceId
    reach_s: float
    price: tuple[tuple[str, float], ...]
    because: str
    automatic: bool
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Divert:
    """Turn a resource that is under way to `taken_from` round, to fill one position of `need`.

    `turns_at`: where it should be by now, as last heard or reckoned.
    """

    need: NeedId
    row: int
    skill: str
    resource: ResourceId
    taken_from: NeedId
    turns_at: Place
    reach_s: float
    price: tuple[tuple[str, float], ...]
    because: str
    automatic: bool
    also: tuple[int, ...] = ()


Proposal: TypeAlias = Assign | Divert


@dataclass(frozen=True, slots=True)
class Hold:
    """A need with positions for which nobody is proposed: how many of which skill, and why each resource cannot go."""

    need: NeedId
    lacking: tuple[tuple[str, int], ...]
    because: str
    exclusions: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the procedure asks for after `sequence` facts. `review_at`: when a rung is next due; None: never.

    `context` None: nobody asked for anything. It is what the decision was made from, and no part of what was decided.
    """

    at: Instant
    sequence: int
    proposals: tuple[Proposal, ...]
    review_at: Instant | None
    termination: Termination | None
    engine: str | None
    context: Context | None = field(compare=False, repr=False)

    def holds(self) -> tuple[Hold, ...]:
        """Return the needs left waiting, each with a reason for every resource of the centre. Worked out when asked for."""
        return () if self.context is None else tuple(_holds(self.context))


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision was made from, kept so that its reasons can be worked out when somebody asks."""

    situation: Situation
    procedure: Procedure
    eligibility: Eligibility
    askings: tuple[Asking, ...]
    formulation: Formulation
    allocation: Allocation


def decide(
    situation: Situation, procedure: Procedure, roster: Roster, *, limits: Limits = FACTORY_LIMITS,
    solver: Solver = solve,
) -> Decision:  # fmt: skip
    """Return what `procedure` asks for in `situation`: every open need is proposed for or held.

    `roster` holds the centre's resources in columns; it is brought up to date here, and any roster of the centre will do.
    """
    # Reasons are asked for later, when a desk may have moved on.
    situation = situation.kept()
    review_at = first_due_at(situation, procedure)
    askings = asking(situation, procedure)
    if not askings:
        return Decision(situation.at, situation.sequence, (), review_at, None, None, None)
    kept: frozenset[ResourceId] = frozenset()
    while True:
        eligibility = Eligibility(situation, procedure, roster, kept)
        formulation = formulate(situation, procedure, askings, eligibility)
        formulation = under_caps(formulation, procedure, eligibility, limits, solver)
        allocation = solver(formulation.problem, limits)
        context = Context(situation, procedure, eligibility, tuple(askings), formulation, allocation)
        surplus = _surplus_diversions(context)
        if not surplus:
            break
        assert kept.isdisjoint(surplus), "nobody is diverted who must stay, so this ends"
        kept |= surplus
    proposals = tuple(_proposals(context))
    return Decision(
        situation.at, situation.sequence, proposals, review_at, allocation.termination, allocation.engine, context
    )


def facts_of(proposal: Proposal, at: Instant, because: str | None = None) -> tuple[f.Fact, ...]:
    """Return the facts that acting on `proposal` at `at` makes; `because` says whose choice it was, if not the proposal's."""
    reason = because or proposal.because
    assigned = f.ResourceAssigned(at, proposal.resource, proposal.need, proposal.row, reason, proposal.also)
    match proposal:
        case Assign():
            return (assigned,)
        case Divert():
            # Its place is recorded: the next estimate starts where it turns round, not where its last trip began.
            released = f.ResourceReleased(
                at, proposal.resource, proposal.taken_from, f"diverted to {proposal.need}", True, proposal.turns_at
            )
            return (released, assigned)


def reason(need: Need, skill: str, reach_s: float) -> str:
    """Say in one line why somebody is proposed: what was asked for by which rule, and how soon they are there."""
    return f"{need.because}: {skill}, there in {reach_s:.0f} s"


def is_automatic(situation: Situation, procedure: Procedure, need: Need) -> bool:
    """Whether a rule that is switched on lets the desk act on a proposal for `need` without asking anybody."""
    if need.incident is None:
        contact = None if need.contact is None else situation.contacts.get(need.contact)
        return contact is not None and procedure.queues[contact.queue].automatic
    return situation.incidents[need.incident].priority in procedure.dispatch.automatic


def may_propose(
    situation: Situation, procedure: Procedure, roster: Roster, among: Collection[NeedId] | None = None
) -> bool:  # fmt: skip
    """Whether anybody may go at all to one of the needs `among` (None: to any); if not, `decide` proposes nobody for them."""
    situation = situation.kept()
    askings = asking(situation, procedure, among)
    if not askings:
        return False
    eligibility = Eligibility(situation, procedure, roster)
    return any(could_be_filled(each, eligibility) for each in askings)


def _surplus_diversions(context: Context) -> frozenset[ResourceId]:
    """The resources whose diversion would take more from one incident than the rule allows.

    How many one incident may lose couples pairs in a way that no flow can state. So the cheapest diversions for the
    most urgent needs stand, the others are ruled out, and the problem is solved again: what remains is always within
    the rule, though another choice of which to rule out might have been cheaper.
    """
    rule, formulation = context.procedure.dispatch.diversion, context.formulation
    if rule is None or not formulation.taken_from:
        return frozenset()
    candidates, problem = formulation.candidates, formulation.problem
    pairs = [pair for pair in context.allocation.chosen if candidates[pair].taken_from is not None]
    if len(pairs) < 2:
        return frozenset()
    ranks, costs = problem.ranks[problem.pair_needs], problem.costs
    pairs.sort(key=lambda pair: (ranks[pair], costs[pair], candidates[pair].resource))
    taken: Counter[IncidentId] = Counter()
    surplus = []
    for pair in pairs:
        candidate = candidates[pair]
        incident = _served_incident(context.situation, candidate)
        taken[incident.id] += 1
        if incident.diverted + taken[incident.id] > rule.most_per_incident:
            surplus.append(candidate.resource)
    return frozenset(surplus)


def _served_incident(situation: Situation, candidate: Candidate) -> Incident:
    assert candidate.taken_from is not None
    incident = situation.needs[candidate.taken_from].incident
    assert incident is not None, "nobody is diverted from a contact"
    return situation.incidents[incident]


class _Pick(NamedTuple):
    """One chosen pair of an open row. A tuple, since decisions make many."""

    row: int
    candidate: Candidate
    terms: list[int]


def _proposals(context: Context) -> list[Proposal]:
    by_need = {each.need.id: each for each in context.askings}
    roles: dict[tuple[NeedId, ResourceId], list[_Pick]] = {}
    for need, pick in _picks(context):
        roles.setdefault((need, pick.candidate.resource), []).append(pick)
    proposals = [_proposal(context, by_need[need], picks) for (need, _), picks in roles.items()]
    proposals.sort(key=lambda each: (by_need[each.need].standing.rank, each.need, each.row, each.resource))
    return proposals


def _picks(context: Context) -> Iterable[tuple[NeedId, _Pick]]:
    """What is chosen for open rows, in the order of rows."""
    formulation, problem = context.formulation, context.formulation.problem
    chosen, candidates = list(context.allocation.chosen), formulation.candidates
    rows, terms = problem.pair_rows[chosen].tolist(), problem.terms[chosen].tolist()
    for pair, row, units in zip(chosen, rows, terms, strict=True):
        if formulation.is_open[row]:
            need, position = formulation.rows[row]
            yield need, _Pick(position, candidates[pair], units)


def _proposal(context: Context, each: Asking, picks: list[_Pick]) -> Proposal:
    """Propose one resource for a position of a need, or for one of each of several rows that it fills at once."""
    # Whoever fills several roles at once is priced as the dearest of them.
    dearest = max(picks, key=lambda pick: sum(pick.terms))
    terms = zip(context.formulation.problem.term_names, dearest.terms, strict=True)
    price = tuple((name, units / UNITS_PER_SECOND) for name, units in terms if units)
    row, *also = (pick.row for pick in picks)
    skill = " and ".join(each.need.rows[position].skill for position in (row, *also))
    candidate = dearest.candidate
    automatic = is_automatic(context.situation, context.procedure, each.need)
    because = reason(each.need, skill, candidate.reach_s)
    if candidate.taken_from is None:
        return Assign(
            each.need.id, row, skill, candidate.resource, candidate.reach_s, price, because, automatic, tuple(also)
        )  # fmt: skip
    because = f"{because}, diverted from {candidate.taken_from}"
    turns_at = context.eligibility.position(context.situation.resources[candidate.resource])
    return Divert(
        each.need.id, row, skill, candidate.resource, candidate.taken_from, turns_at, candidate.reach_s, price,
        because, automatic, tuple(also),
    )  # fmt: skip


def _holds(context: Context) -> Iterable[Hold]:
    unfilled = context.allocation.unfilled
    formulation = context.formulation
    for each in context.askings:
        lacking = tuple(
            (each.need.rows[position].skill, unfilled[row])
            for row, (need, position) in enumerate(formulation.rows)
            if need == each.need.id and formulation.is_open[row] and unfilled[row]
        )
        if lacking:
            yield _hold(context, each, lacking)


def _hold(context: Context, each: Asking, lacking: tuple[tuple[str, int], ...]) -> Hold:
    sent_to, waits = _sent_to(context), _may_wait(context, each)
    exclusions = []
    for resource in context.situation.resources.values():
        excluded = context.eligibility.exclusion(resource, each.need, each.standing)
        if excluded is not None:
            exclusions.append(excluded)
        elif resource.id in sent_to:
            exclusions.append(Exclusion(resource.id, sent_to[resource.id]))
        else:
            exclusions.append(Exclusion(resource.id, WAITS if waits else _why_spared(each, lacking)))
    words = ", ".join(f"{count} x {skill}" for skill, count in lacking)
    whole = " (all of the plan or nothing)" if each.need.whole else ""
    because = (
        f"waits: nobody for {words}{whole} at the price of waiting" if waits else f"nobody free for {words}{whole}"
    )
    return Hold(each.need.id, lacking, because, tuple(exclusions))


def _may_wait(context: Context, each: Asking) -> bool:
    problem = context.formulation.problem
    return problem.optional is not None and bool(problem.optional[problem.need_ids.index(each.need.id)])


def _why_spared(each: Asking, lacking: tuple[tuple[str, int], ...]) -> str:
    if each.need.whole:
        missing = " and ".join(f"{count} x {skill}" for skill, count in lacking)
        return f"could go, but the plan cannot be filled whole: {missing} lacking"
    return "could fill another row of this need, but not the one that lacks"


def _sent_to(context: Context) -> dict[ResourceId, str]:
    """What the plan does with each resource it uses: sends it, leaves it with its need, or keeps it to take over."""
    formulation = context.formulation
    words = {}
    for pair in context.allocation.chosen:
        row = int(formulation.problem.pair_rows[pair])
        need, resource = formulation.rows[row][0], formulation.candidates[pair].resource
        if formulation.is_open[row]:
            words[resource] = f"proposed for {need}"
        elif is_reserve(need):
            words[resource] = f"kept in {called(need)}"
        elif context.situation.resources[resource].assignment(need) is not None:
            words[resource] = f"stays with {need}"
        else:
            words[resource] = f"kept to take over {need}"
    return words


quicken((Assign, Divert))
