"""A person's own choice, priced in the terms of the proposals: what it costs, whom it would leave short, which rule it breaks.

Nothing here forbids anything. A choice that breaks no rule has an exact price in the whole plan, as far as that could be worked
out; one that does has no price, and says which rule. Imports `explanation` and what stands above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from incidents.decision import Context, Decision
from incidents.explanation import WayOut, way_out
from incidents.quantities import NeedId, ResourceId
from incidents.reasons import Reasons, reasons
from optimiser import UNITS_PER_SECOND, choosing

Judgement = Literal["as proposed", "as good", "dearer", "leaves somebody short", "fills the need", "breaks a rule"]
"""as good: another plan at the same price; fills the need: nobody is proposed for the row, and nobody else loses by this."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A resource for a row: when it would be there and what that costs, term by term, in weighted seconds."""

    resource: ResourceId
    reach_s: float
    price: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What choosing `resource` for one row of `need` would mean. `choice` None: a rule is against it, and `broken` says which.

    `proposed` are those proposed for the same row, the dearest last. `dearer_by` sets the choice beside that one, term by term;
    `in_plan` beside the whole plan, and None where a rule is against it.
    """

    need: NeedId
    row: int
    skill: str
    resource: ResourceId
    judgement: Judgement
    choice: Offer | None
    proposed: tuple[Offer, ...]
    dearer_by: tuple[tuple[str, float], ...]
    in_plan: WayOut | None
    broken: str | None


def appraise(
    decision: Decision, need: NeedId, row: int, resource: ResourceId, known: Reasons | None = None
) -> Appraisal:
    """Appraise sending `resource` to fill a position of `row` of `need`, which has open positions in `decision`."""
    known = reasons(decision) if known is None else known
    context = known.context
    problem = known.problem
    pairs = _pairs(context, need, row)
    skill = context.situation.needs[need].rows[row].skill
    proposed = tuple(
        sorted(
            (_offer(context, pair) for pair in pairs.values() if pair in context.allocation.chosen),
            key=lambda each: (_total(each), each.resource),
        )
    )
    pair = pairs.get(resource)
    if pair is None:
        broken = _broken(context, need, row, resource)
        return Appraisal(need, row, skill, resource, "breaks a rule", None, proposed, (), None, broken)
    what_if = choosing(problem, context.allocation, known.prices, pair)
    if what_if is None:
        broken = "there is no room for it, whatever else is given up"
        return Appraisal(need, row, skill, resource, "breaks a rule", None, proposed, (), None, broken)
    choice, in_plan = _offer(context, pair), way_out(what_if)
    judgement: Judgement = "as proposed"
    if resource not in {each.resource for each in proposed}:
        judgement = _judgement(in_plan, is_open=not proposed)
    dearer_by = _difference(proposed[-1], choice) if proposed else ()
    return Appraisal(need, row, skill, resource, judgement, choice, proposed, dearer_by, in_plan, None)


def runner_up(decision: Decision, need: NeedId, row: int) -> ResourceId | None:
    """Return the free resource for an open row that the plan leaves where it is, at the least price; None: there is none."""
    context = decision.context
    if context is None:
        return None
    sent = {context.formulation.candidates[pair].resource for pair in context.allocation.chosen}
    free = [
        _offer(context, pair)
        for resource, pair in _pairs(context, need, row).items()
        if resource not in sent and context.formulation.candidates[pair].taken_from is None
    ]
    return min(free, key=lambda each: (_total(each), each.resource)).resource if free else None


def _judgement(in_plan: WayOut, *, is_open: bool) -> Judgement:
    if in_plan.leaves_open:
        return "leaves somebody short"
    if is_open:
        return "fills the need"
    return "as good" if in_plan.dearer_by_s == 0 else "dearer"


def _pairs(context: Context, need: NeedId, row: int) -> dict[ResourceId, int]:
    """The pairs of an open row, by resource; none where the row has no open position."""
    formulation = context.formulation
    at = [
        index
        for index, (named, is_open) in enumerate(zip(formulation.rows, formulation.is_open, strict=True))
        if is_open and named == (need, row)
    ]
    if not at:
        return {}
    found = (formulation.problem.pair_rows == at[0]).nonzero()[0].tolist()
    names = formulation.problem.resource_ids
    return {ResourceId(names[int(formulation.problem.pair_resources[pair])]): pair for pair in found}


def _broken(context: Context, need: NeedId, row: int, resource: ResourceId) -> str:
    asking = next(each for each in context.askings if each.need.id == need)
    wanted = asking.need.rows[row]
    exclusion = context.eligibility.exclusion(context.situation.resources[resource], asking.need, asking.standing)
    if exclusion is not None:
        return exclusion.why
    if wanted.skill not in context.situation.resources[resource].skills:
        return f"lacks {wanted.skill}"
    return "this row asks for nobody more"


def _offer(context: Context, pair: int) -> Offer:
    problem, candidate = context.formulation.problem, context.formulation.candidates[pair]
    terms = zip(problem.term_names, problem.terms[pair].tolist(), strict=True)
    return Offer(
        candidate.resource, candidate.reach_s, tuple((name, units / UNITS_PER_SECOND) for name, units in terms if units)
    )


def _difference(proposed: Offer, choice: Offer) -> tuple[tuple[str, float], ...]:
    before, after = dict(proposed.price), dict(choice.price)
    terms = dict.fromkeys([*before, *after])
    changes = ((name, round(after.get(name, 0.0) - before.get(name, 0.0), 1)) for name in terms)
    return tuple((name, change) for name, change in changes if change)


def _total(offer: Offer) -> float:
    return sum(value for _, value in offer.price)
