"""Teams told apart by prices: each contest for what is short is settled by itself, and one flow joins what they decide.

Let every unit of resource j have a price v_j >= 0, whoever uses it. Then

    L(v) = sum over contests of the least they can cost at c + v  +  sum over other needs of the same  -  sum of v_j k_j

undercuts every plan (Geoffrion 1974, "Lagrangean relaxation for integer programming", Mathematical Programming Study 2, 82-114,
doi:10.1007/BFb0120690). Since contests are decided for whole needs, it lies far above what the slot flow can tell.

1. Settle every contest at the least prices of the relaxation, and find the cheapest plan that serves exactly those needs.
2. Settle them again at the least prices of that plan. A contest that decides as before adds no gap at all: at these prices
   everybody holds what is cheapest, and what lies idle is free.
3. Where one decides otherwise, prices misjudge changes that follow from each other: branch on a need decided differently.

Bounds are compared as positions per rank, then cost. Inside a contest nested weights stand for the ranks, as in `stages`; they
need fewer bits there than in the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.contest import VALUE_LIMIT, Contest, Verdict
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.shortage import cheapest_sums, contests, least_prices, short_rows
from optimiser.slot_flow import SlotFlow, SlotPlan, Standing

_NODES_PER_FLOW = 5
"""How many nodes of contests are counted as the work of one flow."""
_SUM_LIMIT = 2**60
_NO_PLAN = 2**62

Worth = tuple[tuple[int, ...], int]
"""What bounds are compared by: minus the positions filled per rank, then the cost, open prices included."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The best plan found, and what no plan undercuts."""

    chosen: IntArray
    standing: Standing
    bound: Standing


class _OutOfRange(Exception):
    """Prices or nested weights leave the range in which sums are exact."""


def joined(
    problem: Problem, costs: IntArray, flow: SlotFlow, root: SlotPlan, out: BoolArray, chosen: IntArray, most: int
) -> Joined | None:
    """Improve on the plan `chosen`; `root` is an optimum of the relaxation without the needs of mask `out`, which stay open.

    Stops when `most` flows have been solved. None where this is not the way: needs served by halves, a resource with room for two
    roles of a need, or prices out of range.
    """
    has_bodies = flow.nodes > flow.sink + 1
    if has_bodies or not problem.whole[~out].all():
        return None
    search = _Search(problem, costs, flow, short_rows(problem, root.chosen, out), most)
    filled, price = flow.standing(chosen)
    search.worth = filled, flow.canonical.cost_of(price)
    is_full = np.bincount(problem.pair_rows[root.chosen], minlength=len(problem.quantities)) == problem.quantities
    try:
        bound = search.closed(np.where(out, -1, 0), least_prices(problem, costs, root.chosen, is_full))
    except _OutOfRange:
        return None
    if search.chosen is not None:
        chosen = search.chosen
    standing = flow.standing(chosen)
    return Joined(chosen, standing, standing if bound >= search.worth else (bound[0], bound[1] << flow.canonical.shift))


class _Search:
    """The incumbent, and bounds by prices."""

    def __init__(self, problem: Problem, costs: IntArray, flow: SlotFlow, short: BoolArray, most: int) -> None:
        self.problem, self.costs, self.flow, self.short, self.most = problem, costs, flow, short, most
        self.nodes_left = _NODES_PER_FLOW * (most - flow.solves)
        self.worth: Worth = (0,) * flow.levels, _NO_PLAN
        self.chosen: IntArray | None = None
        """The best plan found here."""
        needs = len(problem.need_ids)
        nothing = np.zeros(needs, dtype=np.int64)
        self.asked = np.bincount(problem.row_needs, weights=problem.quantities, minlength=needs).astype(np.int64)
        self.is_optional: BoolArray = nothing > 0 if problem.optional is None else problem.optional
        open_prices = nothing if problem.open_prices is None else problem.open_prices
        self.open_prices: IntArray = np.where(self.is_optional, open_prices, 0)
        few = np.bincount(problem.pair_rows, minlength=len(problem.quantities)) < problem.quantities
        self.is_fillable = np.bincount(problem.row_needs[few], minlength=needs) == 0
        masks = contests(problem, short)
        self.is_outside: BoolArray = ~np.logical_or.reduce([nothing > 0, *masks])
        self.contests = [Contest(problem, mask, short) for mask in masks]
        self.known: list[dict[bytes, Verdict]] = [{} for _ in masks]

    def closed(self, decided: IntArray, prices: IntArray) -> Worth:
        """Bound every plan that keeps to what is decided, not always as high as could be once it comes to the incumbent.

        `decided` (needs,) is 1 for a need to be served, -1 for one to stay open, 0 for others.
        """
        bound, served, is_best = self._settled(decided, prices)
        if bound >= self.worth or served is None or self.flow.solves >= self.most:
            return bound
        chosen = self.flow.exactly(served)
        if chosen is None:
            return bound
        worth = self._counts(served), int(self.costs[chosen].sum()) + int(self.open_prices[~served].sum())
        if worth < self.worth:
            self.chosen, self.worth = chosen, worth
        prices = least_prices(self.problem, self.costs, chosen, served[self.problem.row_needs])
        again, otherwise, is_best_too = self._settled(decided, prices)
        bound = max(bound, again)
        if bound >= self.worth or otherwise is None or not (is_best and is_best_too) or (otherwise == served).all():
            return bound
        differing = np.flatnonzero(served != otherwise).tolist()
        need = min(differing, key=lambda i: (-self.asked[i], self.problem.need_ids[i]))
        branches = []
        for is_served in (served[need], otherwise[need]):
            branch = decided.copy()
            branch[need] = 1 if is_served else -1
            branches.append(self.closed(branch, prices))
        return max(bound, min(branches))

    def _counts(self, served: BoolArray) -> tuple[int, ...]:
        filled = np.zeros(self.flow.levels, dtype=np.int64)
        np.add.at(filled, self.flow.need_levels[served], np.where(self.is_optional, 0, self.asked)[served])
        return tuple((-filled).tolist())

    def _settled(self, decided: IntArray, prices: IntArray) -> tuple[Worth, BoolArray | None, bool]:
        """L(v) under what is decided, whom that serves, None when nothing complies, and whether no guess is in it."""
        problem = self.problem
        dearest = int(prices.max(initial=0)) + int(self.costs.max(initial=0)) + int(self.open_prices.max(initial=0))
        if dearest * int(self.asked.sum() + problem.capacities.sum()) >= _SUM_LIMIT:
            raise _OutOfRange
        priced = self.costs + prices[problem.pair_resources]
        fixed = np.zeros(len(self.asked), dtype=np.int64)
        np.add.at(fixed, problem.row_needs, np.where(self.short, 0, cheapest_sums(problem, priced)))
        would = (decided > 0) | (decided == 0) & (~self.is_optional | (fixed <= self.open_prices))
        served: BoolArray = self.is_outside & self.is_fillable & would
        complies = bool((served | (decided <= 0))[self.is_outside].all())
        price = int(np.where(served, fixed, self.open_prices)[self.is_outside].sum())
        price -= int((prices * problem.capacities).sum())
        counts = np.array(self._counts(served))
        is_best = True
        for contest, known in zip(self.contests, self.known, strict=True):
            verdict, filled, more = self._of_contest(contest, known, priced, fixed, decided)
            if verdict.served is None:
                complies = False
                break
            served[contest.needs] = verdict.served
            counts, price, is_best = counts - filled, price + more, is_best and verdict.is_best
        if not complies:
            return ((0,) * self.flow.levels, _NO_PLAN), None, False
        return (tuple(counts.tolist()), price), served, is_best

    def _of_contest(
        self, contest: Contest, known: dict[bytes, Verdict], priced: IntArray, fixed: IntArray, decided: IntArray
    ) -> tuple[Verdict, IntArray, int]:
        """What a contest says to these prices, as positions filled per rank and as cost."""
        needs, own = contest.needs, priced[contest.pairs]
        is_optional, asked, levels = self.is_optional[needs], self.asked[needs], self.flow.need_levels[needs]
        served_at_most = fixed[needs] + contest.asked * int(own.max(initial=0))
        total = int(np.maximum(served_at_most, self.open_prices[needs]).sum())
        filled = np.zeros(self.flow.levels, dtype=np.int64)
        np.add.at(filled, levels[~is_optional], asked[~is_optional])
        weights = [0] * self.flow.levels
        for level in reversed(range(self.flow.levels)):
            weights[level] = total + 1
            total += int(filled[level]) * weights[level]
        if total >= VALUE_LIMIT:
            raise _OutOfRange
        opens = np.where(is_optional, self.open_prices[needs], np.array(weights)[levels] * asked)
        key = np.concatenate((own, fixed[needs], decided[needs])).tobytes()
        if key not in known:
            known[key] = contest.settle(own, fixed[needs], opens, decided[needs], self.nodes_left)
            self.nodes_left -= known[key].nodes
        value = known[key].value or 0
        for level, weight in enumerate(weights):
            left, value = divmod(value, weight)
            filled[level] -= left
        return known[key], filled, value
