"""The slot relaxation as a flow: every position is a slot that may stay empty, so constraint (4) is dropped.

Network
    row r (supply q_r)  ->  resource j             capacity 1, price c'_rj
                        ->  (need, resource) node  ->  resource, capacity 1: only where one resource could fill
                                                   two rows of a need at once (constraint 3)
                        ->  sink                   a slot left empty, price of its class
    resource j          ->  sink                   capacity k_j

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

from optimiser.kernels.flow import OPTIMAL, RANGE_LIMIT, FlowKernel, Network
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.ties import Canonical, HashArray, canonical, has_enough_ties

Standing = tuple[tuple[int, ...], int]
"""What plans are compared by, smaller being better: minus the positions filled per rank, then the canonical price."""


class EngineFailure(Exception):
    """An engine did not deliver; the caller falls back on the floor plan and says why."""


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """An optimum of the relaxation: chosen pairs, their standing, and whether every forced need came out whole."""

    chosen: IntArray
    standing: Standing
    forced_are_filled: bool


class SlotFlow:
    """One problem's network, solved again and again with needs left out or forced in."""

    def __init__(self, problem: Problem, costs: IntArray, ties: HashArray, kernel: FlowKernel) -> None:
        """Lay the arcs that every solve shares and choose how canonical prices are scaled."""
        self.problem = problem
        self.kernel = kernel
        self.solves = 0
        levels, self.need_levels = np.unique(problem.ranks, return_inverse=True)
        self.levels = len(levels)
        self.row_levels = self.need_levels[problem.row_needs]
        self._lay_arcs()
        nodes = self.nodes + self.levels + 2
        positions = max(1, int(problem.quantities.sum()))
        linear_room = RANGE_LIMIT // (nodes * (self.levels + 1)) - 1
        self.is_staged = not has_enough_ties(problem, costs, linear_room)
        # Staged prices carry no class weights: what bounds a single arc then bounds a plan of `positions` arcs.
        room = RANGE_LIMIT // max(nodes, positions) * positions if self.is_staged else linear_room
        if int(costs.max(initial=0)) * positions >= room:
            raise EngineFailure(f"prices up to {int(costs.max(initial=0))} do not fit the engine's 64 bits")
        self.canonical: Canonical = canonical(problem, costs, ties, room)

    def _lay_arcs(self) -> None:
        problem = self.problem
        rows, resources, pairs = len(problem.row_needs), len(problem.resource_ids), len(problem.pair_rows)
        self.sink = rows + resources
        heads = problem.pair_resources + rows
        bodies, body_of = np.unique(problem.pair_needs * resources + problem.pair_resources, return_inverse=True)
        # A body node is needed only where a need could use one resource twice and its capacity would let it.
        busy = np.bincount(body_of, minlength=len(bodies)) > 1
        busy &= problem.capacities[bodies % max(1, resources)] > 1
        node_of_body = np.cumsum(busy) + self.sink
        heads = np.where(busy[body_of], node_of_body[body_of], heads)
        body_nodes = node_of_body[busy]
        self.nodes = self.sink + 1 + len(body_nodes)
        row_nodes, resource_nodes = np.arange(rows), np.arange(resources) + rows
        ones = np.ones(pairs + len(body_nodes), dtype=np.int64)
        self.tails = np.concatenate((problem.pair_rows, body_nodes, resource_nodes, row_nodes))
        self.heads = np.concatenate(
            (heads, bodies[busy] % max(1, resources) + rows, np.full(resources + rows, self.sink))
        )
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
            flows = self._staged(demand, levels, caps)
        elif caps is not None:
            flows = self._capped(demand, levels, caps)
        else:
            flows = self._linear(demand, levels)
        chosen = np.flatnonzero(flows[: len(problem.pair_rows)])
        full = True
        if forced is not None and forced.any():
            asked = int(demand[levels == 0].sum())
            full = int(np.count_nonzero(levels[problem.pair_rows[chosen]] == 0)) == asked
        return SlotPlan(chosen, self.standing(chosen), full)

    def standing(self, chosen: IntArray) -> Standing:
        """What a plan is compared by."""
        filled = np.bincount(self.row_levels[self.problem.pair_rows[chosen]], minlength=self.levels)
        return tuple((-filled).tolist()), int(self.canonical.prices[chosen].sum())

    def _linear(self, demand: IntArray, levels: IntArray) -> IntArray:
        prices, rows = self.canonical.prices, len(demand)
        costs = np.zeros(len(self.tails), dtype=np.int64)
        costs[: len(prices)] = prices
        costs[len(costs) - rows :] = (self.levels + 1 - levels) * self._beyond(demand)
        supplies = np.zeros(self.nodes, dtype=np.int64)
        supplies[:rows] = demand
        supplies[self.sink] = -demand.sum()
        return self._solved(Network(self.tails, self.heads, self.capacities, costs, supplies))

    def _capped(self, demand: IntArray, levels: IntArray, caps: IntArray) -> IntArray:
        supply = self._supply(demand, levels, caps)
        empty_prices = np.arange(self.levels + 1, 0, -1) * self._beyond(demand)
        return self._by_class(self.canonical.prices, empty_prices, demand, levels, supply)

    def _staged(self, demand: IntArray, levels: IntArray, caps: IntArray | None) -> IntArray:
        prices = self.canonical.prices
        supply = self._supply(demand, levels, caps)
        empty_prices = np.arange(self.levels + 1, 0, -1)
        first = self._by_class(np.zeros_like(prices), empty_prices, demand, levels, supply)
        chosen = np.flatnonzero(first[: len(prices)])
        filled = np.bincount(levels[self.problem.pair_rows[chosen]], minlength=self.levels + 1)
        return self._by_class(prices, None, demand, levels, filled)

    def _beyond(self, demand: IntArray) -> int:
        return int(self.canonical.prices.max(initial=0)) * max(1, int(demand.sum())) + 1

    def _supply(self, demand: IntArray, levels: IntArray, caps: IntArray | None) -> IntArray:
        asked = np.zeros(self.levels + 1, dtype=np.int64)
        np.add.at(asked, levels, demand)
        if caps is not None:
            asked[1:] = np.minimum(asked[1:], caps)
        return asked

    def _by_class(
        self, prices: IntArray, empty_prices: IntArray | None, demand: IntArray, levels: IntArray, supply: IntArray
    ) -> IntArray:
        """Feed the rows from one node per class; without prices for empty slots none may stay empty."""
        rows, classes = len(demand), len(supply)
        arcs = len(self.tails) - rows
        class_nodes = np.arange(classes) + self.nodes
        supplies = np.zeros(self.nodes + classes, dtype=np.int64)
        supplies[class_nodes] = supply
        supplies[self.sink] = -supply.sum()
        costs = np.zeros(arcs + rows + classes, dtype=np.int64)
        costs[: len(prices)] = prices
        may_stay_empty = np.zeros_like(supply) if empty_prices is None else supply
        if empty_prices is not None:
            costs[arcs + rows :] = empty_prices
        return self._solved(
            Network(
                np.concatenate((self.tails[:arcs], class_nodes[levels], class_nodes)),
                np.concatenate((self.heads[:arcs], np.arange(rows), np.full(classes, self.sink))),
                np.concatenate((self.capacities[:arcs], demand, may_stay_empty)),
                costs,
                supplies,
            )
        )

    def _solved(self, network: Network) -> IntArray:
        self.solves += 1
        answer = self.kernel(network)
        if answer.status != OPTIMAL:
            raise EngineFailure(f"the flow engine ended with {answer.status}")
        if answer.flows.shape != network.tails.shape:
            raise EngineFailure(f"the flow engine returned {answer.flows.shape} flows for {network.tails.shape} arcs")
        return answer.flows
