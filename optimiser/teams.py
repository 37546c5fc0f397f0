"""Whole teams: the slot flow as a bound, contests settled apart, and branch and bound over flows for what they leave open.

1. The slot flow of `slot_flow` bounds every plan. If it half-serves no whole need it *is* the best plan.
2. If it does, presolve leaves out needs that cannot be staffed even alone (`staffable`), and each connected component
   that still half-serves somebody is searched by itself; the rest stands.
3. Whom to serve is a question only where something is short. Each such contest is settled by itself, and bounds by prices
   prove what they come to together (`apart`). That proves most components; what follows is for the others.
4. A relaxation can still fill a number of positions that no set of whole needs adds up to (three engines for needs of two).
   The most urgent such rank is capped at the next number that does add up, and the flow solved again.
5. Otherwise branch on a half-served need: left out, or forced whole. Each branch is again a slot flow, and since its
   classes stay lexicographic the bounds are compared as vectors (positions per rank, then price), so no weight can
   overflow and nothing is lost to scaling. Rounding by the greedy floor plan gives incumbents.
6. What the limit leaves open is put to HiGHS (`second_opinion`), with the incumbent held here.

Land and Doig (1960), "An automatic method of solving discrete programming problems", Econometrica 28(3), 497-520,
doi:10.2307/1910129. Work is counted in flows and in nodes of contests, so a limit cuts at the same place on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count

import numpy as np

from optimiser.allocation import Engine, Limits
from optimiser.apart import joined
from optimiser.components import need_components, part_of
from optimiser.floor_plan import floor_plan
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.second_opinion import by_highs
from optimiser.slot_flow import EngineFailure, SlotFlow, SlotPlan, Standing
from optimiser.staffable import unstaffable

_MANY_CONFLICTS = 12
"""Of conflicts far apart every combination has to be ruled out by branching, while cuts close each by itself: HiGHS then gets
the component after a few flows, as it does where contests have had their chance."""
_FEW_FLOWS = 4
_ROUND_EVERY = 8
"""A rounding costs as much as a node and seldom beats the last one, so only every so many nodes are rounded."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best plan found, and the best standing that any plan could still have."""

    chosen: IntArray
    standing: Standing
    bound: Standing
    engine: Engine = "teams"

    @property
    def proven(self) -> bool:
        """Whether no plan can stand better."""
        return self.bound >= self.standing


@dataclass(frozen=True, slots=True)
class _Node:
    plan: SlotPlan
    bound: Standing
    out: BoolArray
    forced: BoolArray


def is_contested_by_teams(problem: Problem) -> bool:
    """Tell whether some whole need asks for more than one position: only then can it be served by half."""
    if not problem.whole.any():
        return False
    asked = np.bincount(problem.row_needs, weights=problem.quantities, minlength=len(problem.need_ids))
    return bool((problem.whole & (asked > 1)).any())


def best_teams(problem: Problem, costs: IntArray, flow: SlotFlow, floor: IntArray, limits: Limits) -> Found:
    """Search from the floor plan upwards until the best plan is proven or the limits are reached."""
    search = _Search(problem, costs, flow, floor, limits.nodes)
    out = np.zeros(len(problem.need_ids), dtype=np.bool_)
    root = search.relaxation(out)
    half = search.half_served(root.chosen)
    if half.any():
        # Only now, because most relaxations are whole, and then there is nothing to presolve.
        out = unstaffable(problem)
        if out.any() and flow.solves < limits.nodes:
            root = search.relaxation(out)
            half = search.half_served(root.chosen)
    if not half.any():
        return Found(root.chosen, root.standing, root.standing)
    labels = need_components(problem, np.arange(len(problem.pair_rows)))
    contested = np.unique(labels[half]).tolist()
    if len(contested) == 1 and labels.max() == 0:
        return _settled(search, root, out, limits)
    # What shares nobody with a half-served need is settled by the root.
    chosen = [root.chosen[~np.isin(labels[problem.pair_needs[root.chosen]], contested)]]
    founds = []
    for label in sorted(contested, key=lambda at: min(problem.need_ids[i] for i in np.flatnonzero(labels == at))):
        part = part_of(problem, labels == label, np.arange(len(problem.pair_rows)))
        part_flow = SlotFlow(
            part.problem, costs[part.pairs], flow.ties[part.pairs], flow.kernel, by_paths=flow.by_paths
        )
        part_flow.solves = flow.solves
        start = np.flatnonzero(np.isin(part.pairs, floor))
        inner = _Search(part.problem, costs[part.pairs], part_flow, start, limits.nodes)
        relaxed = np.flatnonzero(np.isin(part.pairs, root.chosen))
        found = _settled(inner, SlotPlan(relaxed, part_flow.standing(relaxed), True), out[part.needs], limits)
        flow.solves = part_flow.solves
        chosen.append(part.pairs[found.chosen])
        founds.append((found, part_flow))
    return _joined(flow, np.sort(np.concatenate(chosen)), founds)


def _settled(search: _Search, root: SlotPlan, out: BoolArray, limits: Limits) -> Found:
    """Settle one component by prices, search by flows what they leave open, and ask HiGHS about what those leave open."""
    apart, bound = None, root.standing
    if search.flow.solves < search.most:
        apart = joined(search.problem, search.costs, search.flow, root, out, search.chosen, search.most)
    if apart is not None:
        search.chosen, search.standing, bound = apart.chosen, apart.standing, max(bound, apart.bound)
        if bound >= apart.standing:
            return Found(apart.chosen, apart.standing, apart.standing)
    is_many = apart is not None or search.half_served(root.chosen).sum() > _MANY_CONFLICTS
    if limits.programme_nodes and is_many:
        search.most = min(search.most, search.flow.solves + _FEW_FLOWS)
    found = search.run(root, out)
    found = replace(found, bound=max(found.bound, bound))
    if found.proven or not limits.programme_nodes:
        return found
    chosen, standing, bound = by_highs(
        search.problem, search.costs, search.flow, out, found.chosen, found.bound, limits.programme_nodes
    )
    return Found(chosen, standing, bound, "highs")


def _joined(flow: SlotFlow, chosen: IntArray, founds: list[tuple[Found, SlotFlow]]) -> Found:
    """Add up components: the order of standings is kept by addition."""
    filled, price = flow.standing(chosen)
    most, gap = list(filled), 0
    for found, part_flow in founds:
        for level, more in enumerate(np.array(found.standing[0]) - np.array(found.bound[0])):
            most[int(np.searchsorted(flow.ranks, part_flow.ranks[level]))] -= int(more)
        cost_of = part_flow.canonical.cost_of
        gap += max(0, cost_of(found.standing[1]) - cost_of(found.bound[1]))
    engine: Engine = "highs" if any(found.engine == "highs" for found, _ in founds) else "teams"
    bound = tuple(most), price - (gap << flow.canonical.shift)
    return Found(chosen, (filled, price), bound, engine)


class _Search:
    """The incumbent, and how nodes are made from masks."""

    def __init__(self, problem: Problem, costs: IntArray, flow: SlotFlow, floor: IntArray, most: int) -> None:
        self.problem = problem
        self.most = most
        self.opened = 0
        self.costs = costs
        self.flow = flow
        self.chosen = floor
        self.standing = flow.standing(floor)
        needs = len(problem.need_ids)
        self.asked = np.bincount(problem.row_needs, weights=problem.quantities, minlength=needs).astype(np.int64)
        self.pair_needs = problem.pair_needs

    def relaxation(self, out: BoolArray) -> SlotPlan:
        """Solve the relaxation of everything; it cannot stand worse than the floor plan unless the engine erred."""
        plan = self.flow.optimum(out)
        if plan.standing > self.standing:
            raise EngineFailure("the relaxation is worse than the floor plan")
        return plan

    def run(self, root: SlotPlan, out: BoolArray) -> Found:
        """Branch and bound from an optimum of the relaxation."""
        heap: list[tuple[Standing, int, _Node]] = []
        serial, nobody = count(), np.zeros_like(out)
        children = [self._opened(root, out, nobody, root.standing)]
        while True:
            for child in children:
                if child is not None and child.bound < self.standing:
                    heappush(heap, (child.bound, next(serial), child))
            if not heap or heap[0][0] >= self.standing:
                return Found(self.chosen, self.standing, self.standing)
            # A node is opened only if both of its branches are paid for.
            if self.flow.solves + 2 > self.most:
                return Found(self.chosen, self.standing, heap[0][0])
            _, _, node = heappop(heap)
            mask = nobody.copy()
            mask[self.branching_need(node.plan)] = True
            children = [
                self.node(node.out, node.forced | mask, node.bound),
                self.node(node.out | mask, node.forced, node.bound),
            ]

    def node(self, out: BoolArray, forced: BoolArray, above: Standing) -> _Node | None:
        """Solve one branch of a node bounded by `above`; None when it holds no better plan or is itself a plan."""
        return self._opened(self.flow.optimum(out, forced), out, forced, above)

    def _opened(self, plan: SlotPlan, out: BoolArray, forced: BoolArray, above: Standing) -> _Node | None:
        plan = self._tightened(plan, out, forced)
        if not plan.forced_are_filled or plan.standing >= self.standing:
            return None
        half = self.half_served(plan.chosen)
        if not half.any():
            self.chosen, self.standing = plan.chosen, plan.standing
            return None
        if self.opened % _ROUND_EVERY == 0:
            self._round(plan, half)
        self.opened += 1
        return _Node(plan, max(plan.standing, above), out, forced)

    def _has_work_left(self) -> bool:
        # One flow is kept back for the branch that may still have to be solved.
        return self.flow.solves + 2 <= self.most

    def _tightened(self, plan: SlotPlan, out: BoolArray, forced: BoolArray) -> SlotPlan:
        """Cap ranks, the most urgent first, at numbers of positions that needs can add up to."""
        caps = np.full(self.flow.levels, self.asked.sum(), dtype=np.int64)
        while plan.forced_are_filled and plan.standing < self.standing and self._has_work_left():
            filled = [-negative for negative in plan.standing[0]]
            gaps = ((level, *self._next_sum(level, most, out, forced)) for level, most in enumerate(filled))
            gap = next(((level, total, fixed) for level, total, fixed in gaps if total < filled[level]), None)
            if gap is None:
                break
            level, total, fixed = gap
            caps[level] = total - fixed
            plan = self.flow.optimum(out, forced, caps)
        return plan

    def _next_sum(self, level: int, most: int, out: BoolArray, forced: BoolArray) -> tuple[int, int]:
        """The greatest number up to `most` that this rank's needs add up to, and how much of it is forced."""
        here = (self.flow.need_levels == level) & ~out
        if self.problem.optional is not None:
            here &= ~self.problem.optional
        fixed = int(self.asked[here & forced].sum())
        # Bit n of `sums` says whether n positions can be made up.
        sums = 1 << fixed
        free = here & ~forced
        for asked in self.asked[free & self.problem.whole].tolist():
            sums |= sums << asked
        for asked in self.asked[free & ~self.problem.whole].tolist():
            for _ in range(asked):
                sums |= sums << 1
        return (sums & ((1 << (most + 1)) - 1)).bit_length() - 1, fixed

    def half_served(self, chosen: IntArray) -> BoolArray:
        """Mask of whole needs that have some of their positions and not all."""
        filled = np.bincount(self.pair_needs[chosen], minlength=len(self.asked))
        return self.problem.whole & (filled > 0) & (filled < self.asked)

    def branching_need(self, plan: SlotPlan) -> int:
        """The half-served need to decide next: most urgent, then furthest from whole, then by id."""
        half = np.flatnonzero(self.half_served(plan.chosen)).tolist()
        filled = np.bincount(self.pair_needs[plan.chosen], minlength=len(self.asked))
        ranks, ids = self.problem.ranks, self.problem.need_ids
        return int(min(half, key=lambda i: (ranks[i], filled[i] - self.asked[i], ids[i])))

    def _round(self, plan: SlotPlan, half: BoolArray) -> None:
        """Drop what is half-served, refill greedily, and let one flow improve the result if it is any good."""
        kept = plan.chosen[~half[self.pair_needs[plan.chosen]]]
        rounded = floor_plan(self.problem, self.costs, kept)
        served = np.bincount(self.pair_needs[rounded], minlength=len(self.asked)) == self.asked
        if self.flow.standing(rounded)[0] > self.standing[0] or not self._has_work_left():
            return
        better = self.flow.optimum(self.problem.whole & ~served, self.problem.whole & served)
        if better.forced_are_filled and better.standing < self.standing:
            self.chosen, self.standing = better.chosen, better.standing
