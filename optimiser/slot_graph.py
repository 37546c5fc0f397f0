"""The residual graph of a plan whose positions are slots, and the shortest paths in it. Asks no solver.

Resources in use are nodes; one more node T stands for whoever has room and for staying open. With h a slot that a fills, o an
open one, f somebody with room, c the prices of pairs and open those of staying open:

    a -> b    the slot passes to b                          c(h, b) - c(h, a)
    a -> T    it passes to somebody with room, or is opened  c(h, f) - c(h, a), open(h) - c(h, a); 0 where a has room left
    T -> b    b takes an open slot, or nothing              c(o, b) - open(o), 0

With d the lengths of shortest paths, choosing b for a slot s that r fills makes the plan dearer by c(s, b) - c(s, r) + d(b, r),
and for an open slot by c(s, b) - open(s) + d(b, T); where b has room and nothing to do, its paths begin at T. Room for one more
at j saves -d(T, j). The plan is optimal exactly if no circle is negative. Ahuja, Magnanti and Orlin (1993), "Network Flows",
sections 9.4 and 12.4; Floyd (1962), "Algorithm 97", doi:10.1145/367766.368168.

Open slots are priced by class as `slot_flow` explains, in powers of three, so that which rank loses a position and which gains
one can be read off a sum. All numbers are whole and below 2**53: doubles are exact, and hold infinity besides. Not a number
stands for what is not known, because there is a negative circle or a part is too large.
"""

from __future__ import annotations

from collections import deque
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimiser.objective import FloatArray
from optimiser.problem import BoolArray, IntArray, Problem

NODES_LIMIT = 300
"""The most resources in use, each the other's nearest way out, between which all paths are worked out: time grows with the
cube."""
_EXACT_FLOAT = 2**53
_ABSENT = -1


@dataclass(frozen=True, slots=True)
class Scale:
    """What an open slot costs, and how sums are read back."""

    opens: FloatArray
    """(rows,) the price of leaving a slot open."""
    step: int
    """More than any plan can travel, twice over."""
    ranks: tuple[int, ...]
    weights: tuple[int, ...]
    """By rank: how many steps a slot of that class costs."""

    @classmethod
    def of(cls, problem: Problem, costs: IntArray) -> Scale | None:
        """None where sums would leave the range in which doubles are exact; `costs` (pairs,) as the problem has them."""
        dearest = int(costs.max(initial=0))
        ranks = np.unique(problem.ranks)
        weights = tuple(3**level for level in reversed(range(len(ranks))))
        prices = np.zeros(len(problem.ranks), dtype=np.int64)
        if problem.open_prices is not None:
            prices = problem.open_prices
            dearest = max(dearest, int(prices.max(initial=0)))
        step = 2 * dearest * (int(problem.quantities.sum()) + 2) + 1
        if 4 * step * max(weights, default=1) >= _EXACT_FLOAT:
            return None
        classed = np.array(weights, dtype=np.int64)[np.searchsorted(ranks, problem.ranks)] * step
        if problem.optional is not None:
            classed = np.where(problem.optional, prices, classed)
        return cls(classed[problem.row_needs].astype(np.float64), step, tuple(ranks.tolist()), weights)

    def read(self, sums: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
        """Cost units, the rank that loses a position and the rank that gains one (0: none), of finite sums."""
        steps = np.rint(sums / self.step).astype(np.int64)
        costs = sums.astype(np.int64) - steps * self.step
        lost, gained = np.zeros_like(costs), np.zeros_like(costs)
        if steps.any():
            named = ((0, 0), *zip(self.ranks, self.weights, strict=True))
            for loser, loss in named:
                for winner, gain in named:
                    here = steps == loss - gain
                    if loser != winner and here.any():
                        lost[here], gained[here] = loser, winner
        return costs, lost, gained


class Step(NamedTuple):
    """One slot passes from a resource to another; None is nobody. Indices of the problem."""

    row: int
    leaves: int | None
    takes: int | None


class SlotGraph:
    """The graph of one plan of a problem without pins, and its shortest paths. `frozen`: needs that no path opens or fills."""

    def __init__(
        self, problem: Problem, costs: IntArray, chosen: IntArray, scale: Scale, frozen: BoolArray
    ) -> None:  # fmt: skip
        """Lay the arcs of the plan that chooses these pairs, and work out all paths."""
        self.problem = problem
        rows, resources = len(problem.row_needs), len(problem.resource_ids)
        self.costs = costs.astype(np.float64)
        self.table: FloatArray = np.full((rows, resources), np.inf)
        self.table[problem.pair_rows, problem.pair_resources] = self.costs
        used = np.bincount(problem.pair_resources[chosen], minlength=resources)
        self.has_room: BoolArray = used < problem.capacities
        self.nodes = np.flatnonzero(used)
        self.node_of = np.full(resources, _ABSENT)
        self.node_of[self.has_room] = len(self.nodes)
        self.node_of[self.nodes] = np.arange(len(self.nodes))
        # In the order of rows, so that a row's slots stand together.
        chosen = chosen[np.argsort(problem.pair_rows[chosen], kind="stable")]
        self.slot_rows = problem.pair_rows[chosen]
        self.slot_nodes = self.node_of[problem.pair_resources[chosen]]
        self.slot_costs = self.costs[chosen]
        self.missing = problem.quantities - np.bincount(self.slot_rows, minlength=rows)
        is_frozen = frozen[problem.row_needs]
        self.open_rows = np.flatnonzero((self.missing > 0) & ~is_frozen)
        self.scale = scale
        self.opens: FloatArray = np.where(is_frozen, np.inf, scale.opens)
        self.arcs = self._arcs()
        self.paths = self._paths()

    def _arcs(self) -> FloatArray:
        """(nodes + 1, nodes + 1) the cheapest arc from each node to each other; T is the last."""
        count = len(self.nodes)
        arcs: FloatArray = np.full((count + 1, count + 1), np.inf)
        among = self.table[:, self.nodes]
        idle = self.table[:, self.has_room].min(axis=1, initial=np.inf)
        exits = np.minimum(idle, self.opens)[self.slot_rows] - self.slot_costs
        if len(self.slot_rows) == count:
            arcs[self.slot_nodes, :count] = among[self.slot_rows] - self.slot_costs[:, None]
            arcs[self.slot_nodes, count] = exits
        else:
            np.minimum.at(arcs[:, :count], self.slot_nodes, among[self.slot_rows] - self.slot_costs[:, None])
            np.minimum.at(arcs[:, count], self.slot_nodes, exits)
        here = np.flatnonzero(self.has_room[self.nodes])
        arcs[here, count] = np.minimum(arcs[here, count], 0.0)
        arcs[count] = 0.0
        if len(self.open_rows):
            entries = among[self.open_rows] - self.opens[self.open_rows][:, None]
            arcs[count, :count] = np.minimum(0.0, entries.min(axis=0))
        np.fill_diagonal(arcs, 0.0)
        return arcs

    def _paths(self) -> FloatArray:
        """(nodes + 1, nodes + 1) lengths of shortest paths.

        An arc that is no shorter than the way round by T is never needed. What the others join is worked out together, each
        part by itself; from one part to another all ways lead by T. With idle resources near, the parts are small.
        """
        count, arcs = len(self.nodes), self.arcs
        paths: FloatArray = np.full((count + 1, count + 1), np.inf)
        alone = np.arange(count)
        paths[alone, alone], paths[count, count] = 0.0, 0.0
        paths[:count, count], paths[count, :count] = arcs[:count, count], arcs[count, :count]
        back = np.flatnonzero(arcs[:count, count] + arcs[count, :count] < 0)
        paths[back, back] = paths[back, count] = paths[count, back] = np.nan
        by_t = arcs[:count, count, None] + arcs[count, :count]
        for block in _blocks(arcs[:count, :count] < by_t):
            found = self._block(np.append(block, count))
            paths[block[:, None], block] = found[:-1, :-1]
            paths[block, count], paths[count, block] = found[:-1, -1], found[-1, :-1]
        return np.asarray(np.minimum(paths, paths[:, count, None] + paths[count]))

    def _block(self, nodes: IntArray) -> FloatArray:
        """Shortest paths among these nodes; not a number where there is a negative circle or they are too many."""
        if len(nodes) > NODES_LIMIT:
            return np.full((len(nodes), len(nodes)), np.nan)
        found = self.arcs[nodes[:, None], nodes]
        longer = np.empty_like(found)
        for through in range(len(nodes)):
            np.add(found[:, through, None], found[through], out=longer)
            np.minimum(found, longer, out=found)
        return np.full_like(found, np.nan) if (found.diagonal() < 0).any() else found

    def thawed(self) -> SlotGraph:
        """The graph in which every need may be opened and filled; itself where that gives no new way."""
        other = copy(self)
        other.opens = self.scale.opens
        other.open_rows = np.flatnonzero(self.missing > 0)
        other.arcs = other._arcs()
        if len(other.open_rows) == len(self.open_rows) and np.array_equal(other.arcs, self.arcs):
            return self
        other.paths = other._paths()
        return other

    def unknown_needs(self) -> BoolArray:
        """Mask of needs held by resources whose paths are not known."""
        mask = np.zeros(len(self.problem.need_ids), dtype=np.bool_)
        unknown = np.isnan(self.paths.diagonal())
        if unknown.any():
            mask[self.problem.row_needs[self.slot_rows[unknown[self.slot_nodes]]]] = True
        return mask

    def pair_sums(self, rows: IntArray, resources: IntArray, costs: IntArray) -> FloatArray:
        """(pairs,) by how much choosing each makes the plan dearer, steps included; infinite where it cannot be.

        A pair that is none of the problem's, because something bars it, is priced as if it alone were let through.
        """
        count = len(self.nodes)
        # The last column is for resources that have nothing to give.
        after: FloatArray = np.full((len(self.problem.row_needs), count + 2), np.inf)
        if len(self.slot_rows):
            served, first = np.unique(self.slot_rows, return_index=True)
            given_up = self.paths[:, self.slot_nodes].T - self.slot_costs[:, None]
            after[served, : count + 1] = np.minimum.reduceat(given_up, first)
        if len(self.open_rows):
            opened = self.paths[:, count] - self.opens[self.open_rows][:, None]
            after[self.open_rows, : count + 1] = np.minimum(after[self.open_rows, : count + 1], opened)
        sources = np.where(self.node_of < 0, count + 1, self.node_of)
        sums: FloatArray = costs + after[rows, sources[resources]]
        # Nothing that was open to the plan can be better than the plan.
        sums[(sums < 0) & np.isfinite(self.table[rows, resources])] = np.nan
        return sums

    def twin_sums(self) -> FloatArray:
        """(resources,) by how much room for one more at each makes the plan dearer: nought or less."""
        sums: FloatArray = np.zeros(len(self.problem.resource_ids))
        if len(self.slot_rows):
            given_up = self.paths[-1, self.slot_nodes] - self.slot_costs
            np.minimum(sums, (self.table[self.slot_rows] + given_up[:, None]).min(axis=0), out=sums)
        if len(self.open_rows):
            np.minimum(sums, (self.table[self.open_rows] - self.opens[self.open_rows][:, None]).min(axis=0), out=sums)
        return sums

    def cheapest_filling(self, row: int) -> tuple[int, float] | None:
        """The pair that fills an open slot of this row with the least change of the plan, and its sum; None if none can."""
        pairs = np.flatnonzero(self.problem.pair_rows == row)
        starts = self.node_of[self.problem.pair_resources[pairs]]
        sums = self.costs[pairs] + self.paths[starts, -1] - self.opens[row]
        sums[starts == _ABSENT] = np.inf
        best = int(np.argmin(sums)) if len(pairs) else 0
        return (int(pairs[best]), float(sums[best])) if len(pairs) and np.isfinite(sums[best]) else None

    def steps(self, row: int, resource: int, *, fills: bool = False) -> tuple[Step, ...]:
        """Who moves where if a resource is chosen for a row, that row first; only for pairs whose sum is finite.

        `fills`: it takes an open slot, even if another slot of its row would change the plan less.
        """
        start, count = int(self.node_of[resource]), len(self.nodes)
        best, leaves, target = np.inf, None, count
        if row in self.open_rows:
            best = self.paths[start, count] - self.opens[row]
        for slot in () if fills else np.flatnonzero(self.slot_rows == row).tolist():
            node = int(self.slot_nodes[slot])
            here = self.paths[start, node] - self.slot_costs[slot]
            if here < best:
                best, leaves, target = here, int(self.nodes[node]), node
        found = [Step(row, leaves, resource)]
        for tail, head in pairwise(self._way(start, target)):
            step = self._entry(head) if tail == count else self._exit(tail, head)
            if step is not None:
                found.append(step)
        return tuple(found)

    def _way(self, start: int, target: int) -> list[int]:
        """The fewest nodes of a shortest path."""
        before, queue = {start: start}, deque([start])
        while target not in before:
            here = queue.popleft()
            tight = self.arcs[here] + self.paths[:, target] == self.paths[here, target]
            for there in np.flatnonzero(tight).tolist():
                if there not in before:
                    before[there] = here
                    queue.append(there)
        way = [target]
        while way[-1] != start:
            way.append(before[way[-1]])
        return way[::-1]

    def _exit(self, tail: int, head: int) -> Step | None:
        """Which slot of a node an arc from it moves, and to whom; None where the node simply has room."""
        is_out = head == len(self.nodes)
        resource = int(self.nodes[tail])
        if is_out and self.has_room[resource] and self.arcs[tail, head] == 0:
            return None
        takers = np.flatnonzero(self.has_room) if is_out else self.nodes[head : head + 1]
        for slot in np.flatnonzero(self.slot_nodes == tail).tolist():
            row, price = int(self.slot_rows[slot]), self.slot_costs[slot] + self.arcs[tail, head]
            for taker in takers[self.table[row, takers] == price].tolist():
                return Step(row, resource, taker)
            if is_out and self.opens[row] == price:
                return Step(row, resource, None)
        raise AssertionError("every arc is some slot's")

    def _entry(self, head: int) -> Step | None:
        """Which open slot an arc from T fills; None where the node is simply left with less to do."""
        price, resource = self.arcs[len(self.nodes), head], int(self.nodes[head])
        if price == 0:
            return None
        prices = self.table[self.open_rows, resource] - self.opens[self.open_rows]
        return Step(int(self.open_rows[np.flatnonzero(prices == price)[0]]), None, resource)


def _blocks(joined: BoolArray) -> list[IntArray]:
    """The parts of several nodes that a relation (nodes, nodes) joins, each ascending."""
    joined = joined | joined.T
    np.fill_diagonal(joined, False)
    inside = np.flatnonzero(joined.any(axis=0))
    if not len(inside):
        return []
    tails, heads = joined[np.ix_(inside, inside)].nonzero()
    links = csr_array((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(len(inside), len(inside)))
    number, labels = connected_components(links, directed=False)
    return [inside[labels == label] for label in range(number)]
