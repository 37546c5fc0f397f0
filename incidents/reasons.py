"""Every reason of a decision in columns: for each need with open positions and each resource of the centre, what speaks for or
against it, and its exact price in the whole plan. Words are made from them by `explanation`, for whom somebody asks about.

Imports `decision` and what stands above it, and the optimiser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from incidents.decision import Context, Decision
from incidents.quantities import NeedId, ResourceId
from incidents.travel import FloatArray
from optimiser import UNITS_PER_SECOND, ExchangePrices, IntArray, Problem, exchange_prices

Grounds: TypeAlias = Literal[
    "chosen", "dearer", "taken", "team incomplete", "off duty", "lacks the skill", "not eligible"
]  # fmt: skip
GROUNDS: tuple[Grounds, ...] = get_args(Grounds)
"""Chosen; able to go but dearer, proposed elsewhere or left by a plan that cannot be whole; or unable, the last for whatever
other rule `Eligibility.exclusion` names."""
NO_PAIR = -1


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """Columns are (needs, resources); who could fill several rows of a need is shown for the one it gets, or the first."""

    context: Context
    problem: Problem
    """The problem that the plan is the best of: without the bars of the caps on regret, unless the plan is owed to them."""
    prices: ExchangePrices
    needs: tuple[NeedId, ...]
    resources: tuple[ResourceId, ...]
    grounds: NDArray[np.uint8]
    """Index into `GROUNDS`."""
    pairs: IntArray
    """The pair of the problem that a resource is judged by, `NO_PAIR` for those that may not go."""

    @property
    def reach_s(self) -> FloatArray:
        """Seconds until each would be there; NaN for those that may not go."""
        return self._of_pairs(self.context.formulation.reach_s)

    @property
    def dearer_s(self) -> FloatArray:
        """Weighted seconds by which the whole plan becomes dearer; NaN where that takes solving again, or nobody may go."""
        known = np.where(self.prices.exact, self.prices.dearer / UNITS_PER_SECOND, np.nan)
        return self._of_pairs(known)

    @property
    def opened_rank(self) -> IntArray:
        """The rank that would have a position less by choosing it, 0 for none."""
        found = np.where(self.pairs == NO_PAIR, 0, np.append(self.prices.opened, 0)[self.pairs])
        return np.asarray(found)

    def _of_pairs(self, values: FloatArray) -> FloatArray:
        # The last entry is what an index of -1 finds.
        return np.asarray(np.append(values, np.nan)[self.pairs])


@dataclass(frozen=True, slots=True)
class StaffingPrice:
    """What one more resource like this one would be worth now: it would fill a need of a rank, or save weighted seconds."""

    resource: ResourceId
    fills_rank: int | None
    saves_s: float


def reasons(decision: Decision) -> Reasons:
    """Judge every resource for every need with open positions; a few passes over whole arrays."""
    context = decision.context
    assert context is not None, "only a decision about somebody has reasons"
    formulation, allocation = context.formulation, context.allocation
    problem = formulation.problem
    needs = tuple(each.need.id for each in context.askings)
    resources = tuple(sorted(context.situation.resources))
    column = {name: at for at, name in enumerate(resources)}
    columns = np.array([column[ResourceId(name)] for name in problem.resource_ids], dtype=np.int64)
    line = {name: at for at, name in enumerate(needs)}
    lines = np.array([line.get(NeedId(name), NO_PAIR) for name in problem.need_ids], dtype=np.int64)
    shown = np.flatnonzero(np.array(formulation.is_open, dtype=np.bool_)[problem.pair_rows])
    chosen = np.zeros(len(problem.pair_rows), dtype=np.bool_)
    chosen[list(allocation.chosen)] = True
    # Later entries overwrite earlier ones: the first row of a need wins, and what is chosen or stays wins over that.
    order = np.concatenate((shown[::-1], np.flatnonzero(chosen & (lines[problem.pair_needs] != NO_PAIR))))
    pairs = np.full((len(needs), len(resources)), NO_PAIR, dtype=np.int64)
    pairs[lines[problem.pair_needs[order]], columns[problem.pair_resources[order]]] = order
    grounds = _unable(context, needs, resources)
    able = pairs != NO_PAIR
    grounds[able] = _able(context, chosen)[pairs[able]]
    weighed, prices = _weighed(context)
    return Reasons(context, weighed, prices, needs, resources, grounds, pairs)


def _weighed(context: Context) -> tuple[Problem, ExchangePrices]:
    """The problem in which other choices are priced, and their prices.

    A cap on regret is measured by what can be had. Whoever makes another choice moves that measure, so the bars are no part of
    the price, except where the plan would be another without them: there each stands for everybody but the one asked about.
    """
    formulation, allocation = context.formulation, context.allocation
    capped = formulation.problem
    if formulation.uncapped is None:
        return capped, exchange_prices(capped, allocation)
    free = exchange_prices(formulation.uncapped, allocation)
    if free.exact.all():
        return formulation.uncapped, free
    barred = exchange_prices(capped, allocation, over_bars=True)
    return (formulation.uncapped, free) if (free.exact | ~barred.exact).all() else (capped, barred)


def staffing_prices(found: Reasons) -> tuple[StaffingPrice, ...]:
    """What one more like each resource would be worth, the most useful first; where it would change nothing it is left out."""
    prices, names = found.prices, found.context.formulation.problem.resource_ids
    worth = np.flatnonzero(prices.twin_exact & ((prices.twin_saves > 0) | (prices.twin_fills > 0))).tolist()
    listed = [
        StaffingPrice(
            ResourceId(names[at]), int(prices.twin_fills[at]) or None, int(prices.twin_saves[at]) / UNITS_PER_SECOND
        )
        for at in worth
    ]
    last = max((each.fills_rank or 0 for each in listed), default=0) + 1
    listed.sort(key=lambda each: (each.fills_rank or last, -each.saves_s, each.resource))
    return tuple(listed)


def _able(context: Context, chosen: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """(pairs,) the grounds of those that may go."""
    problem = context.formulation.problem
    picks = np.flatnonzero(chosen)
    used = np.bincount(problem.pair_resources[picks], minlength=len(problem.resource_ids))
    is_served = np.bincount(problem.pair_rows[picks], minlength=len(problem.row_needs)) > 0
    grounds = np.where(is_served[problem.pair_rows], GROUNDS.index("dearer"), GROUNDS.index("team incomplete"))
    grounds[(used >= problem.capacities)[problem.pair_resources]] = GROUNDS.index("taken")
    grounds[chosen] = GROUNDS.index("chosen")
    return grounds.astype(np.uint8)


def _unable(
    context: Context, needs: tuple[NeedId, ...], resources: tuple[ResourceId, ...]
) -> NDArray[np.uint8]:  # fmt: skip
    """(needs, resources) the grounds that each would have if it may not go."""
    everybody = [context.situation.resources[name] for name in resources]
    grounds = np.full((len(needs), len(resources)), GROUNDS.index("not eligible"), dtype=np.uint8)
    wanted: dict[NeedId, set[str]] = {}
    for (need, position), is_open in zip(context.formulation.rows, context.formulation.is_open, strict=True):
        if is_open:
            wanted.setdefault(need, set()).add(context.situation.needs[need].rows[position].skill)
    lacking: dict[frozenset[str], NDArray[np.bool_]] = {}
    for at, need in enumerate(needs):
        skills = frozenset(wanted.get(need, ()))
        if skills not in lacking:
            lacking[skills] = np.array([skills.isdisjoint(each.skills) for each in everybody], dtype=np.bool_)
        grounds[at, lacking[skills]] = GROUNDS.index("lacks the skill")
    grounds[:, [not each.is_on_duty for each in everybody]] = GROUNDS.index("off duty")
    return grounds
