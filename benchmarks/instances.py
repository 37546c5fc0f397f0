"""Allocation problems on a map, for benchmarks: three densities of eligible pairs, four ranks, and the rivals' arrays.

Needs and resources lie uniformly in a square of twenty kilometres; a resource has each of four skills by chance and a need
asks for one; a pair is eligible when the skill fits and the way is not too long. Prices are weighted seconds in tenths.
"""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from optimiser import IntArray, Problem

REACHED_SHARE = {"dense": 1.0, "medium": 0.4, "sparse": 0.08}
"""Share of skilled pairs within reach."""
MOST_PAIRS = 16_000_000
"""Beyond this the reach is shortened: a problem has a limit."""
WEIGHTS = np.array([0, 8, 4, 2, 1])
SIDE_M, SPEED_MPS, TURNOUT_S = 20_000.0, 13.0, 60.0
HAVING = np.array([0.9, 0.7, 0.5, 0.3])
"""Share of resources that have each skill."""


def a_problem(needs: int, resources: int, density: str, seed: int) -> Problem:
    """Draw a problem of one resource per need."""
    draw = np.random.default_rng([seed, needs, resources])
    at, of = draw.random((needs, 2)) * SIDE_M, draw.random((resources, 2)) * SIDE_M
    reach_s = np.hypot(at[:, None, 0] - of[None, :, 0], at[:, None, 1] - of[None, :, 1]) / SPEED_MPS + TURNOUT_S
    ranks, asked = draw.integers(1, 5, needs), draw.integers(0, 4, needs)
    eligible = (draw.random((resources, 4)) < HAVING)[:, asked].T
    share = min(REACHED_SHARE[density], MOST_PAIRS / eligible.sum())
    eligible &= reach_s <= np.quantile(reach_s[eligible], share)
    rows, columns = np.nonzero(eligible)
    prices = np.rint(reach_s[rows, columns] * WEIGHTS[ranks[rows]] * 10).astype(np.int64)
    return Problem(
        need_ids=tuple(f"n{index:05d}" for index in range(needs)),
        ranks=ranks,
        whole=np.zeros(needs, dtype=np.bool_),
        row_needs=np.arange(needs),
        quantities=np.ones(needs, dtype=np.int64),
        resource_ids=tuple(f"r{index:05d}" for index in range(resources)),
        capacities=np.ones(resources, dtype=np.int64),
        pair_rows=rows,
        pair_resources=columns,
        terms=prices.reshape(-1, 1),
        term_names=("response",),
    )


def open_prices(problem: Problem) -> IntArray:
    """(needs,) what leaving each need open costs in the rivals' models: linear in its class, above all travel."""
    step = int(problem.costs.max(initial=0)) * len(problem.need_ids) + 1
    prices: IntArray = (problem.ranks.max() + 1 - problem.ranks) * step
    return prices


FlowArrays = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]


def flow_arrays(problem: Problem) -> FlowArrays:
    """Tails, heads, capacities, costs and supplies of the flow network, ready for OR-Tools."""
    needs, resources = len(problem.need_ids), len(problem.resource_ids)
    tails = np.concatenate([problem.pair_rows, np.arange(needs), needs + np.arange(resources)])
    heads = np.concatenate([needs + problem.pair_resources, np.full(needs + resources, needs + resources)])
    costs = np.concatenate([problem.costs, open_prices(problem), np.zeros(resources, dtype=np.int64)])
    supplies = np.zeros(needs + resources + 1, dtype=np.int64)
    supplies[:needs], supplies[-1] = 1, -needs
    return tails, heads, np.ones(len(tails), dtype=np.int64), costs, supplies


def raw_flow(arrays: FlowArrays) -> int:
    """OR-Tools' min-cost flow on prepared arrays, flows read back; returns travel plus the price of open needs."""
    tails, heads, capacities, costs, supplies = arrays
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    flow.set_nodes_supplies(np.arange(len(supplies)), supplies)
    assert flow.solve() == flow.OPTIMAL
    flow.flows(arcs)
    return int(flow.optimal_cost())


def in_their_terms(problem: Problem, chosen: IntArray) -> int:
    """Travel plus the price of open needs of a choice of pairs."""
    is_open = np.ones(len(problem.need_ids), dtype=np.bool_)
    is_open[problem.row_needs[problem.pair_rows[chosen]]] = False
    return int(problem.costs[chosen].sum() + open_prices(problem)[is_open].sum())
