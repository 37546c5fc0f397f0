"""The slot relaxation as a flow: every position is a slot that may stay empty, so constraint (4) is dropped.

Network
    row r (supply q_r)  ->  resource j             capacity 1, price c'_rj
                        ->  (need, resource) node  ->  resource, capacity 1: only where one resource could fill
                                                   two rows of a need at once (constraint 3)
                        ->  sink                   a slot left empty, price of its class
    resource j          ->  sink                   capacity k_j

Optional needs stand outside the classes. An empty slot of theirs costs a share of the open price: the whole of it where each
position is paid for. A whole need's price may be shared out among its slots in any way that adds up to it, and each way
gives a bound: equal shares here. Shares are whole numbers because o_i is rounded up
to a multiple of n_i times its smallest row; the roundings of a whole plan together stay below half a unit of cost, so they
can decide a tie and nothing else.

Class prices. Number the classes 0..K, the most urgent first, and let M exceed the dearest possible plan. An empty slot of
class k costs (K + 1 - k) M. *These linear prices are lexicographic*: the sets of slots that can be filled together are
the independent sets of a gammoid, and under any strictly decreasing positive class weights a maximum-weight
independent set of a matroid is a greedy basis, which contains rank(classes 0..k) elements of classes 0..k for every k
(Rado 1957; Edmonds 1971, "Matroids and the greedy algorithm", Mathematical Programming 1, 127-136). So neither powers of
a big number nor staged solves are needed, and 64 bits suffice for any size met in practice.

Needs that *must* be filled whole form class 0. If class 0 comes out full, the rest is lexicographic given that; if not,
it cannot be full. That makes every node of the search in `teams` one such flow.

A class may be capped, when something else shows that no plan fills more: its rows are then fed from one node of that
supply, which leaves the independent sets a gammoid.

When the range guard fails all the same, two flows do it: the first counts how many slots of each class can be filled,
the second gives every class exactly that supply and minimises price alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.kernels.augmenting import RANGE_LIMIT as PATHS_LIMIT
from optimiser.kernels.flow import OPTIMAL, RANGE_LIMIT, FlowAnswer, FlowKernel, Network
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.slot_paths import SlotPaths, can_be_paths
from optimiser.ties import Canonical, HashArray, canonical, has_enough_ties

Standing = tuple[tuple[int, ...], int]
"""What plans are compared by, smaller being better: minus the positions filled per rank, then the canonical price with
that of empty optional slots."""


class EngineFailure(Exception):
    """An engine did not deliver; the caller falls back on the floor plan and says why."""


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """An optimum of the relaxation: chosen pairs, and what they stand for by slots, which bounds every whole plan."""

    chosen: IntArray
    standing: Standing
    forced_are_filled: bool
    """Whether every forced need came out whole."""


class SlotFlow:
    """One problem's network, solved again and again with needs left out or forced in."""

    def __init__(
        self, problem: Problem, costs: IntArray, ties: HashArray, kernel: FlowKernel, *, by_paths: bool = False
    ) -> None:
        """Lay the arcs that every solve shares and choose how canonical prices are scaled.

        With `by_paths`, compiled augmenting paths stand in for the kernel wherever they can; the plans are the same.
        """
        self.problem = problem
        self.kernel = kernel
        self.solves = 0
        self.ties = ties
        # Optional needs stand outside the classes: where there are no others, one class less is one weight less.
        required = problem.ranks if problem.optional is None else problem.ranks[~problem.optional]
        self.ranks = np.unique(required) if len(required) else np.ones(1, dtype=np.int64)
        self.levels = len(self.ranks)
        self.need_levels = np.minimum(np.searchsorted(self.ranks, problem.ranks), self.levels - 1)
        self.row_levels = self.need_levels[problem.row_needs]
        self.is_optional = np.zeros(len(problem.row_needs), dtype=np.bool_)
        if problem.optional is not None:
            self.is_optional = problem.optional[problem.row_needs]
        self._lay_arcs()
        self._set_prices(costs, ties)
        self.by_paths = by_paths and can_be_paths(problem) and self._leaves_paths_room()
        self._paths = SlotPaths(problem, self.canonical.prices) if self.by_paths else None

    def _set_prices(self, costs: IntArray, ties: HashArray) -> None:
        problem = self.problem
        nodes = self.nodes + self.levels + 2
        positions = max(1, int(problem.quantities.sum()))
        linear_room = RANGE_LIMIT // (nodes * (self.levels + 1)) - 1
        dearest = max(int(costs.max(initial=0)), int(self._open_shares(0).max(initial=0)))
        self.is_staged = not has_enough_ties(problem, dearest, linear_room)
        # Staged prices carry no class weights: what bounds a single arc then bounds a plan of `positions` arcs.
        room = RANGE_LIMIT // max(nodes, positions) * positions if self.is_staged else linear_room
        if dearest * positions >= room:
            raise EngineFailure(f"prices up to {dearest} do not fit the engine's 64 bits")
        noise = int(self._grain()[problem.whole & self._optional_needs()].sum())
        self.canonical: Canonical = canonical(problem, costs, ties, room, dearest, noise)
        if noise and 2 * noise >= 1 << self.canonical.shift:
            raise EngineFailure("open prices leave the engine's 64 bits no room to share them out")
        self.open_prices = self._open_shares(self.canonical.shift)
        self.all_open = int((self.open_prices * problem.quantities).sum())

    def _optional_needs(self) -> BoolArray:
        nothing = np.zeros(len(self.problem.need_ids), dtype=np.bool_)
        return nothing if self.problem.optional is None else self.problem.optional

    def _grain(self) -> IntArray:
        """(needs,) what a whole need's open price is rounded up to a multiple of; 1 for the others."""
        problem = self.problem
        asked = np.zeros(len(problem.need_ids), dtype=np.int64)
        np.add.at(asked, problem.row_needs, problem.quantities)
        least = asked.copy()
        np.minimum.at(least, problem.row_needs, problem.quantities)
        return np.where(problem.whole & (asked > 1), asked * least, 1)

    def _open_shares(self, shift: int) -> IntArray:
        """(rows,) what each slot of an optional row costs when it stays empty, in canonical prices; 0 for other rows."""
        problem = self.problem
        if problem.optional is None or problem.open_prices is None:
            return np.zeros_like(problem.quantities)
        asked = np.zeros(len(problem.need_ids), dtype=np.int64)
        np.add.at(asked, problem.row_needs, problem.quantities)
        grain = self._grain()
        totals = -(-(problem.open_prices << shift) // grain) * grain
        shares = totals // np.where(problem.whole, asked, 1)
        return np.where(self.is_optional, shares[problem.row_needs], 0)

    def _lay_arcs(self) -> None:
        problem = self.problem
        rows, resources, pairs = len(problem.row_needs), len(problem.resource_ids), len(problem.pair_rows)
        self.sink = rows + resources
        heads, body_resources = problem.pair_resources + rows, np.zeros(0, dtype=np.int64)
        if problem.capacities.max(initial=0) > 1:
            # A body node is needed only where a need could use one resource twice and its capacity would let it.
            bodies, body_of = np.unique(problem.pair_needs * resources + problem.pair_resources, return_inverse=True)
            busy = np.bincount(body_of, minlength=len(bodies)) > 1
            busy &= problem.capacities[bodies % resources] > 1
            heads = np.where(busy[body_of], (np.cumsum(busy) + self.sink)[body_of], heads)
            body_resources = bodies[busy] % resources
        body_nodes = np.arange(len(body_resources)) + self.sink + 1
        self.nodes = self.sink + 1 + len(body_nodes)
        row_nodes, resource_nodes = np.arange(rows), np.arange(resources) + rows
        ones = np.ones(pairs + len(body_nodes), dtype=np.int64)
        self.tails = np.concatenate((problem.pair_rows, body_nodes, resource_nodes, row_nodes))
        self.heads = np.concatenate((heads, body_resources + rows, np.full(resources + rows, self.sink)))
        self.capacities = np.concatenate((ones, problem.capacities, problem.quantities))

    def optimum(
        self, out: BoolArray | None = None, forced: BoolArray | None = None, caps: IntArray | None = None
    ) -> SlotPlan:
        """Solve with the needs of mask `out` left empty and those of mask `forced` put before every rank.

        `caps` (ranks,) bounds the positions filled per rank, forced needs not counted.
        """
        problem = self.problem
        demand, levels = problem.quantities, self.row_levels + 1
        if out is not None:
            demand = np.where(out[problem.row_needs], 0, demand)
        if forced is not None:
            levels = np.where(forced[problem.row_needs], 0, levels)
        if self.is_staged:
            chosen = self._staged(demand, levels, caps)
        elif caps is not None:
            chosen = self._capped(demand, levels, caps)
        else:
            chosen = self._linear(demand, levels)
        full = True
        if forced is not None and forced.any():
            asked = int(demand[levels == 0].sum())
            full = int(np.count_nonzero(levels[problem.pair_rows[chosen]] == 0)) == asked
        return SlotPlan(chosen, self.standing(chosen), full)

    def exactly(self, served: BoolArray) -> IntArray | None:
        """The cheapest pairs that fill every row of the needs of a mask and no other; None when there are none.

        Without classes and without empty slots this takes a third of the time of `optimum`.
        """
        rows = len(self.problem.quantities)
        asked = np.where(served[self.problem.row_needs], self.problem.quantities, 0)
        if self._paths is not None:
            self.solves += 1
            # An empty position costs more than any plan, so that one is left only where it must.
            beyond = int(asked.sum()) * int(self.canonical.prices.max(initial=0)) + 1
            chosen = self._paths.cheapest(asked, np.full(rows, beyond))
            return chosen if len(chosen) == int(asked.sum()) else None
        arcs = len(self.tails) - rows
        prices = np.zeros(arcs, dtype=np.int64)
        prices[: len(self.canonical.prices)] = self.canonical.prices
        supplies = np.zeros(self.nodes, dtype=np.int64)
        supplies[:rows] = asked
        supplies[self.sink] = -asked.sum()
        self.solves += 1
        network = Network(self.tails[:arcs], self.heads[:arcs], self.capacities[:arcs], prices, supplies)
        answer = self.kernel(network)
        if answer.status.endswith("INFEASIBLE"):
            return None
        return self._used(self._checked(network, answer))

    def empty_prices(self, demand: IntArray, levels: IntArray) -> IntArray:
        """(rows,) what an empty slot costs: its share of an open price, or the price of its class."""
        classed = (self.levels + 1 - levels) * self._beyond(demand)
        return np.where(self.is_optional & (levels > 0), self.open_prices, classed)

    def standing(self, chosen: IntArray) -> Standing:
        """What a plan is compared by."""
        rows = self.problem.pair_rows[chosen]
        filled = np.bincount(self.row_levels[rows[~self.is_optional[rows]]], minlength=self.levels)
        price = self.all_open + int((self.canonical.prices[chosen] - self.open_prices[rows]).sum())
        return tuple((-filled).tolist()), price

    def _linear(self, demand: IntArray, levels: IntArray) -> IntArray:
        empty = self.empty_prices(demand, levels)
        if self._paths is not None:
            self.solves += 1
            return self._paths.cheapest(demand, empty)
        prices, rows = self.canonical.prices, len(demand)
        costs = np.zeros(len(self.tails), dtype=np.int64)
        costs[: len(prices)] = prices
        costs[len(costs) - rows :] = empty
        supplies = np.zeros(self.nodes, dtype=np.int64)
        supplies[:rows] = demand
        supplies[self.sink] = -demand.sum()
        return self._used(self._solved(Network(self.tails, self.heads, self.capacities, costs, supplies)))

    def _capped(self, demand: IntArray, levels: IntArray, caps: IntArray) -> IntArray:
        supply = self._supply(demand, levels, caps)
        empty_prices = np.arange(self.levels + 1, 0, -1) * self._beyond(demand)
        network = self._classes(self.canonical.prices, empty_prices, demand, levels, supply, self.open_prices)
        return self._used(self._solved(network))

    def _staged(self, demand: IntArray, levels: IntArray, caps: IntArray | None) -> IntArray:
        prices = self.canonical.prices
        supply = self._supply(demand, levels, caps)
        if not supply[1:].any():
            return self._without_classes(demand, levels, supply)
        empty_prices = np.arange(self.levels + 1, 0, -1)
        free = np.zeros_like(self.open_prices)
        first = self._solved(self._classes(np.zeros_like(prices), empty_prices, demand, levels, supply, free))
        rows = self.problem.pair_rows[np.flatnonzero(first[: len(prices)])]
        counted = ~self.is_optional[rows] | (levels[rows] == 0)
        filled = np.bincount(levels[rows[counted]], minlength=self.levels + 1)
        return self._used(self._solved(self._classes(prices, None, demand, levels, filled, self.open_prices)))

    def _without_classes(self, demand: IntArray, levels: IntArray, supply: IntArray) -> IntArray:
        """Only forced needs are counted: either all of them can be filled, or the branch is empty."""
        self.solves += 1
        if self._paths is not None:
            beyond = self._beyond(demand)
            return self._paths.cheapest(demand, np.where(levels == 0, beyond, self.open_prices))
        network = self._classes(self.canonical.prices, None, demand, levels, supply, self.open_prices)
        answer = self.kernel(network)
        if answer.status.endswith("INFEASIBLE"):
            return np.zeros(0, dtype=np.int64)
        return self._used(self._checked(network, answer))

    def _leaves_paths_room(self) -> bool:
        """Whether forcing a need stays in the range of augmenting paths, and ties tell every two plans apart."""
        highest = self._beyond(self.problem.quantities) * (1 if self.is_staged else self.levels + 1)
        return self.canonical.shift > 0 and highest < PATHS_LIMIT

    def _beyond(self, demand: IntArray) -> int:
        dearest = max(int(self.canonical.prices.max(initial=0)), int(self.open_prices.max(initial=0)))
        return dearest * max(1, int(demand.sum())) + 1

    def _supply(self, demand: IntArray, levels: IntArray, caps: IntArray | None) -> IntArray:
        asked = np.zeros(self.levels + 1, dtype=np.int64)
        np.add.at(asked, levels, np.where(self.is_optional & (levels > 0), 0, demand))
        if caps is not None:
            asked[1:] = np.minimum(asked[1:], caps)
        return asked

    def _classes(
        self, prices: IntArray, empty_prices: IntArray | None, demand: IntArray, levels: IntArray, supply: IntArray,
        open_prices: IntArray,
    ) -> Network:  # fmt: skip
        """Feed the rows from one node per class; without prices for empty slots none of those may stay empty.

        Rows of optional needs that are not forced feed themselves and may stay empty at `open_prices` (rows,).
        """
        rows, classes = len(demand), len(supply)
        arcs = len(self.tails) - rows
        class_nodes = np.arange(classes) + self.nodes
        loose = np.where(self.is_optional & (levels > 0), demand, 0)
        supplies = np.zeros(self.nodes + classes, dtype=np.int64)
        supplies[:rows] = loose
        supplies[class_nodes] = supply
        supplies[self.sink] = -supply.sum() - loose.sum()
        costs = np.zeros(arcs + rows + classes + rows, dtype=np.int64)
        costs[: len(prices)] = prices
        costs[arcs + rows + classes :] = open_prices
        may_stay_empty = np.zeros_like(supply) if empty_prices is None else supply
        if empty_prices is not None:
            costs[arcs + rows : arcs + rows + classes] = empty_prices
        return Network(
            np.concatenate((self.tails[:arcs], class_nodes[levels], class_nodes, np.arange(rows))),
            np.concatenate((self.heads[:arcs], np.arange(rows), np.full(classes + rows, self.sink))),
            np.concatenate((self.capacities[:arcs], demand - loose, may_stay_empty, loose)),
            costs,
            supplies,
        )

    def _used(self, flows: IntArray) -> IntArray:
        return np.flatnonzero(flows[: len(self.problem.pair_rows)])

    def _solved(self, network: Network) -> IntArray:
        self.solves += 1
        return self._checked(network, self.kernel(network))

    def _checked(self, network: Network, answer: FlowAnswer) -> IntArray:
        if answer.status != OPTIMAL:
            raise EngineFailure(f"the flow engine ended with {answer.status}")
        if answer.flows.shape != network.tails.shape:
            raise EngineFailure(f"the flow engine returned {answer.flows.shape} flows for {network.tails.shape} arcs")
        return answer.flows
