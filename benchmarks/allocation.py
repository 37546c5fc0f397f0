"""One allocation of many: this optimiser beside raw OR-Tools min-cost flow, scipy's assignment, CP-SAT and the greedy plan.

Needs ask for one resource each; all exact methods must reach the same optimum. Times are processor time, best of three, as
multiples of the raw flow on the same prebuilt arrays in the same run; the optimiser's include verification.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from ortools.graph.python import min_cost_flow
from ortools.sat.python import cp_model
from rich.console import Console
from rich.table import Table
from scipy.optimize import linear_sum_assignment

from optimiser import Problem, solve
from optimiser.floor_plan import floor_plan

SIZES = ((10, 20), (50, 100), (200, 500), (500, 200))
ELIGIBLE_SHARE = 0.3
CP_SAT_LARGEST = 50
REPEATS = 3


def a_problem(needs: int, resources: int, seed: int) -> Problem:
    """Needs of three ranks, resources eligible at random, prices of up to an hour of weighted seconds."""
    draw = np.random.default_rng(seed)
    rows, columns = np.nonzero(draw.random((needs, resources)) < ELIGIBLE_SHARE)
    return Problem(
        need_ids=tuple(f"n{index:04d}" for index in range(needs)),
        ranks=draw.integers(1, 4, needs),
        whole=np.zeros(needs, dtype=np.bool_),
        row_needs=np.arange(needs),
        quantities=np.ones(needs, dtype=np.int64),
        resource_ids=tuple(f"r{index:04d}" for index in range(resources)),
        capacities=np.ones(resources, dtype=np.int64),
        pair_rows=rows,
        pair_resources=columns,
        terms=draw.integers(1, 36_000, (len(rows), 1)),
        term_names=("response",),
    )


def penalties(problem: Problem) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """What leaving each need open costs: linear in its class and above all travel, which is enough for one resource each."""
    most = int(problem.costs.max(initial=0)) + 1
    return (4 - problem.ranks) * most * len(problem.need_ids)


def by_raw_flow(problem: Problem) -> int:
    """OR-Tools min-cost flow over bulk arrays; returns travel plus penalties."""
    needs, resources = len(problem.need_ids), len(problem.resource_ids)
    flow = min_cost_flow.SimpleMinCostFlow()
    tails = np.concatenate([problem.pair_rows, np.arange(needs), needs + np.arange(resources)])
    heads = np.concatenate([needs + problem.pair_resources, np.full(needs + resources, needs + resources)])
    costs = np.concatenate([problem.costs, penalties(problem), np.zeros(resources, dtype=np.int64)])
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(tails), dtype=np.int64), costs)
    flow.set_nodes_supplies(np.arange(needs), np.ones(needs, dtype=np.int64))
    flow.set_node_supply(needs + resources, -needs)
    assert flow.solve() == flow.OPTIMAL
    return int(flow.optimal_cost())


def by_scipy(problem: Problem) -> int:
    """Dense assignment with a private column for staying open."""
    needs, resources = len(problem.need_ids), len(problem.resource_ids)
    dense = np.full((needs, resources + needs), 1e12)
    dense[problem.pair_rows, problem.pair_resources] = problem.costs
    dense[np.arange(needs), resources + np.arange(needs)] = penalties(problem)
    rows, columns = linear_sum_assignment(dense)
    return int(dense[rows, columns].sum())


def by_cp_sat(problem: Problem) -> int:
    """One boolean a pair, one worker."""
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in problem.pair_rows]
    is_open = [model.new_bool_var("") for _ in problem.need_ids]
    for need, open_need in enumerate(is_open):
        model.add_exactly_one([open_need, *(chosen[pair] for pair in np.flatnonzero(problem.pair_rows == need))])
    for resource in range(len(problem.resource_ids)):
        model.add_at_most_one(chosen[pair] for pair in np.flatnonzero(problem.pair_resources == resource))
    prices = [*problem.costs.tolist(), *penalties(problem).tolist()]
    model.minimize(cp_model.LinearExpr.weighted_sum([*chosen, *is_open], prices))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)


def by_muster(problem: Problem) -> int:
    """This optimiser, put into the others' terms."""
    allocation = solve(problem)
    assert allocation.proven
    return _in_their_terms(problem, np.array(allocation.chosen, dtype=np.int64))


def by_greedy(problem: Problem) -> int:
    """Each need in order of rank takes its cheapest free resource."""
    return _in_their_terms(problem, floor_plan(problem, problem.costs))


def _in_their_terms(problem: Problem, chosen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    open_needs = np.ones(len(problem.need_ids), dtype=np.bool_)
    open_needs[problem.pair_rows[chosen]] = False
    return int(problem.costs[chosen].sum() + penalties(problem)[open_needs].sum())


def main() -> None:
    """Print the table; a dash means not tried at that size, and the gap is the greedy plan's above the optimum."""
    table = Table("needs x resources", "raw flow ms", "muster", "scipy", "CP-SAT", "greedy", "greedy gap")
    for needs, resources in SIZES:
        problem = a_problem(needs, resources, 1)
        raw_s, optimum = _timed(by_raw_flow, problem)
        cells = [f"{needs} x {resources}", f"{raw_s * 1000:.2f}"]
        for method in (by_muster, by_scipy, by_cp_sat):
            if method is by_cp_sat and needs > CP_SAT_LARGEST:
                cells.append("-")
                continue
            took_s, value = _timed(method, problem)
            assert value == optimum, f"{method.__name__} found {value}, raw flow {optimum}"
            cells.append(f"{took_s / raw_s:.2f}")
        took_s, value = _timed(by_greedy, problem)
        table.add_row(*cells, f"{took_s / raw_s:.2f}", f"{value / optimum - 1:.1%}")
    Console(width=120).print(table)


def _timed(method: Callable[[Problem], int], problem: Problem) -> tuple[float, int]:
    best_s, value = float("inf"), 0
    for _ in range(REPEATS):
        began = time.process_time()
        value = method(problem)
        best_s = min(best_s, time.process_time() - began)
    return best_s, value


if __name__ == "__main__":
    main()
