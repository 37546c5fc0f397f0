"""Why this one and not that one: every resource of the centre judged for one need, in words, from a decision already made.

"Dearer by x" is what a swap would cost this need alone; "in the plan as a whole" counts everybody who would have to move for it,
and is exact unless it says otherwise. Pure; worked out only when somebody asks. Imports `reasons`, `obstacles` and what stands
above them, and the optimiser's own reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from incidents.decision import Context, Decision
from incidents.eligibility import Candidate
from incidents.obstacles import Obstacle, obstacles
from incidents.quantities import NeedId, ResourceId
from incidents.reasons import Reasons, reasons
from incidents.situation import Need
from incidents.standby import called, is_reserve
from incidents.urgency import Standing
from optimiser import RESOLVE_LIMITS, UNITS_PER_SECOND, Change, Counterfactual, Limits, Move, choosing
from optimiser.explain import NeedExplanation, OpenRow, PassedOver, Priced, WhyOpen
from optimiser.explain import explain as explain_need

Verdict = Literal["chosen", "passed over", "excluded"]
NAMED_LIMIT = 12
"""Of how many resources that were passed over, the nearest first, the needs are named that would lose by choosing them."""
_Slowest: TypeAlias = dict[int, float]


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for or against one resource. Seconds are None where it cannot go at all.

    `dearer_by_s` is in weighted seconds, against the dearest resource chosen for the same row; None where nobody was.
    `plan_dearer_by_s` is the same for the plan as a whole; None where that is not known. `leaves_open`: needs that would lose a
    position by choosing it.
    """

    resource: ResourceId
    verdict: Verdict
    why: str
    row: int | None = None
    reach_s: float | None = None
    dearer_by_s: float | None = None
    taken_from: NeedId | None = None
    plan_dearer_by_s: float | None = None
    leaves_open: tuple[NeedId, ...] = ()


@dataclass(frozen=True, slots=True)
class WayOut:
    """The least change of the plan that would fill an open position: who moves, who is left open for it, and what it costs.

    `dearer_by_s` is in weighted seconds, the need's own response included. `proven`: there is no lesser one.
    """

    moves: tuple[Move, ...]
    leaves_open: tuple[NeedId, ...]
    dearer_by_s: float
    proven: bool


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """Positions of one row for which nobody is proposed: what stands in the way, and the least that would have to give.

    `way_out` None: no plan fills it, and `obstacles` say which rules keep those away who have the skill.
    """

    row: int
    skill: str
    missing: int
    why: str
    holders: tuple[tuple[ResourceId, tuple[NeedId, ...]], ...]
    way_out: WayOut | None
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One need with open positions: who is proposed, and why nobody else; those who could go come first, by reach.

    `alternatives`: the next best, by the price in the plan as a whole, among those that leave as many positions filled.
    """

    need: NeedId
    chosen: tuple[Reason, ...]
    others: tuple[Reason, ...]
    lacking: tuple[tuple[str, int], ...]
    alternatives: tuple[Reason, ...] = ()
    open_positions: tuple[OpenPosition, ...] = ()


def explain(
    decision: Decision, need: NeedId, known: Reasons | None = None, *, limits: Limits | None = RESOLVE_LIMITS
) -> Explanation:
    """Explain what `decision` does about `need`, which has open positions in it; `known`: its reasons, if at hand.

    `limits` bound each solving again; None: nothing is solved again, and prices that would take it are left out.
    """
    known = reasons(decision) if known is None else known
    context = known.context
    asking = next(each for each in context.askings if each.need.id == need)
    problem = known.problem
    found = explain_need(problem, context.allocation, problem.need_ids.index(need), prices=known.prices, limits=limits)
    chosen = tuple(_chosen(context, option) for option in found.chosen)
    able = _able(known, found, chosen)
    judged = {each.resource for each in chosen}
    alternatives = tuple(able[other.option.pair] for other in found.alternatives if other.option.pair in able)
    others = [each for each in able.values() if each.resource not in judged]
    others.sort(key=lambda each: (each.reach_s, each.resource, each.row))
    shown = tuple({each.resource: each for each in reversed(others)}.values())[::-1]
    judged.update(each.resource for each in shown)
    excluded = _excluded(context, asking.need, asking.standing, judged)
    open_positions = tuple(
        _open_position(context, asking.need, asking.standing, row)
        for row in found.open_rows
        if context.formulation.is_open[row.row]
    )
    return Explanation(need, chosen, (*shown, *excluded), lacking(decision).get(need, ()), alternatives, open_positions)


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


def way_out(found: Counterfactual) -> WayOut:
    """Put another plan in a desk's terms."""
    leaves_open = _left_open(found)
    return WayOut(found.moves, leaves_open, found.change.dearer_by / UNITS_PER_SECOND, found.change.proven)


def _left_open(found: Counterfactual) -> tuple[NeedId, ...]:
    """The needs that lose positions; what a reserve loses is in the price."""
    return tuple(NeedId(each) for each in found.opened if not is_reserve(each))


def _chosen(context: Context, option: Priced) -> Reason:
    candidate, need, position = _candidate(context, option)
    skill = context.situation.needs[need].rows[position].skill
    return Reason(
        candidate.resource, "chosen", f"{skill}, there in {candidate.reach_s:.0f} s{_diverted(candidate)}", position,
        candidate.reach_s, 0.0, candidate.taken_from, 0.0,
    )  # fmt: skip


def _able(known: Reasons, found: NeedExplanation, chosen: tuple[Reason, ...]) -> dict[int, Reason]:
    """By pair: those who could go and were passed over."""
    context = known.context
    slowest_s: _Slowest = {}
    for each in chosen:
        assert each.row is not None, "whoever is chosen is chosen for a row"
        assert each.reach_s is not None, "whoever is chosen has a reach"
        slowest_s[each.row] = max(slowest_s.get(each.row, 0.0), each.reach_s)
    open_rows = context.formulation.is_open
    others = [other for other in found.passed_over if open_rows[other.option.row]]
    reach_s = {other.option.pair: _candidate(context, other.option)[0].reach_s for other in others}
    nearest = sorted(reach_s, key=lambda pair: (reach_s[pair], pair))[:NAMED_LIMIT]
    named = {*nearest, *(other.option.pair for other in found.alternatives)}
    able = {}
    for other in others:
        opened: tuple[NeedId, ...] = ()
        what_if = other.solved_again
        if known.prices.exact[other.option.pair] and other.option.pair in named:
            what_if = choosing(known.problem, context.allocation, known.prices, other.option.pair)
        if what_if is not None:
            opened = _left_open(what_if)
        able[other.option.pair] = _passed_over(context, other, slowest_s, opened)
    return able


def _passed_over(context: Context, other: PassedOver, slowest_s: _Slowest, opened: tuple[NeedId, ...]) -> Reason:
    candidate, _, position = _candidate(context, other.option)
    dearer_by_s = None if other.dearer_by is None else other.dearer_by / UNITS_PER_SECOND
    plan_s = None if other.in_plan is None else other.in_plan.dearer_by / UNITS_PER_SECOND
    why = f"{_why(other, dearer_by_s)}{_diverted(candidate)}{_in_plan(other, dearer_by_s, opened)}"
    if candidate.reach_s < slowest_s.get(position, 0.0):
        why = f"nearer, but {why}"
    return Reason(
        candidate.resource, "passed over", f"{why} (there in {candidate.reach_s:.0f} s)", position, candidate.reach_s,
        dearer_by_s, candidate.taken_from, plan_s, opened,
    )  # fmt: skip


def _why(other: PassedOver, dearer_by_s: float | None) -> str:
    match other.why:
        case "taken":
            return f"taken by {', '.join(map(called, other.held_by))}"
        case "in another role here":
            return "proposed for another row of this need"
        case "team incomplete":
            return "could go, but the plan cannot be filled whole"
        case "no capacity":
            return "has no room for another assignment"
        case "barred":
            return "slower than the cap on regret allows"
        case "dearer":
            assert dearer_by_s is not None, "only where somebody was chosen can another be dearer"
            if dearer_by_s > 0:
                return f"dearer by {dearer_by_s:g} weighted s"
            if dearer_by_s == 0:
                return "at the same price; the plan as a whole, or else the name, decides"
            return f"cheaper by {-dearer_by_s:g} weighted s here, though not in the plan as a whole"
        case never:
            assert_never(never)


def _in_plan(other: PassedOver, dearer_by_s: float | None, opened: tuple[NeedId, ...]) -> str:
    change = other.in_plan
    if change is None:
        return ""
    if opened:
        return f"; choosing it would leave {', '.join(opened)} short{_unproven(change)}"
    if change.costs_a_need:
        return f"; choosing it would leave another need short{_unproven(change)}"
    plan_s = change.dearer_by / UNITS_PER_SECOND
    if other.why == "dearer" and plan_s == dearer_by_s:
        return ""
    return f"; dearer by {plan_s:g} weighted s in the plan as a whole{_unproven(change)}"


def _unproven(change: Change) -> str:
    return "" if change.proven else ", as far as could be worked out"


def _excluded(context: Context, need: Need, standing: Standing, judged: set[ResourceId]) -> list[Reason]:
    excluded = []
    for resource in context.situation.resources.values():
        if resource.id not in judged:
            exclusion = context.eligibility.exclusion(resource, need, standing)
            assert exclusion is not None, "whoever may go has a pair in the problem"
            excluded.append(Reason(resource.id, "excluded", exclusion.why))
    return excluded


def _open_position(context: Context, need: Need, standing: Standing, row: OpenRow) -> OpenPosition:
    position = context.formulation.rows[row.row][1]
    holders = tuple((ResourceId(name), tuple(NeedId(each) for each in needs)) for name, needs in row.holders)
    way = None if row.filling is None else way_out(row.filling)
    waits_for_others = row.why == "team incomplete" and _has_enough(context, row)
    in_the_way = () if way is not None or waits_for_others else obstacles(context, need, standing, position)
    words = _why_open(row.why)
    if in_the_way:
        words = f"{words}: {'; '.join(each.why for each in in_the_way)}"
    return OpenPosition(position, need.rows[position].skill, row.missing, words, holders, way, in_the_way)


def _has_enough(context: Context, row: OpenRow) -> bool:
    """Whether enough may go for this row, so that it only waits for the others of its team."""
    problem = context.formulation.problem
    return int((problem.pair_rows == row.row).sum()) >= int(problem.quantities[row.row])


def _why_open(why: WhyOpen) -> str:
    match why:
        case "no eligible resource":
            return "nobody may go"
        case "taken":
            return "everybody who may go is needed elsewhere"
        case "team incomplete":
            return "the plan cannot be filled whole"
        case "waiting is cheaper":
            return "waiting is cheaper than whoever could go"
        case never:
            assert_never(never)


def _candidate(context: Context, option: Priced) -> tuple[Candidate, NeedId, int]:
    formulation = context.formulation
    need, position = formulation.rows[option.row]
    return formulation.candidates[option.pair], need, position


def _diverted(candidate: Candidate) -> str:
    return "" if candidate.taken_from is None else f", diverted from {candidate.taken_from}"
