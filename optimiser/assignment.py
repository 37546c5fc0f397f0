"""Problems in which every row takes one resource and every resource has room for one: found, solved, proved.

Engines, by structure and regime:

    augmenting paths    where loops can be compiled: any regime, from the side that is scarcer
    scipy's assignment  without numba, component by component, where resources are ample and the matrix is small
    min-cost flow       without numba, in scarcity and at size

Whichever it is, the answer is the canonical optimum with duals that prove it (`matching_proof`), so which engine answered
is not visible in who is sent. Classes are kept apart by linear prices for staying open, as `slot_flow` explains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimiser.allocation import Certificate, Engine
from optimiser.kernels.augmenting import OPEN, RANGE_LIMIT, Graph, MatchingKernel, compressed
from optimiser.kernels.flow import OPTIMAL, FlowKernel, Network
from optimiser.kernels.flow import RANGE_LIMIT as FLOW_RANGE_LIMIT
from optimiser.matching_proof import proved
from optimiser.problem import IntArray, Problem
from optimiser.slot_flow import EngineFailure
from optimiser.ties import tie_keys

AMPLE = 1.2
"""From this many usable resources per row, scipy's dense assignment is the quicker engine without numba."""
DENSE_CELLS = 4_000_000
"""The largest dense matrix, in cells of eight bytes, over one component."""
_ONE_COMPONENT_CELLS = 40_000
_EXACT_FLOAT = 2**53


@dataclass(frozen=True, slots=True)
class Assigned:
    """Chosen pairs, ascending, what proves them, and who found them."""

    chosen: IntArray
    certificate: Certificate
    engine: Engine
    flows: int


def is_assignment(problem: Problem) -> bool:
    """Tell whether every row takes one resource, every resource serves one row, and no team of several is at stake."""
    if len(problem.quantities) == 0 or problem.quantities.max() > 1 or problem.capacities.max(initial=0) > 1:
        return False
    if len(problem.row_needs) == len(problem.need_ids):
        return True
    several = np.bincount(problem.row_needs, minlength=len(problem.need_ids)) > 1
    return not bool((several & problem.whole).any())


def open_step(problem: Problem, costs: IntArray) -> int:
    """Price between one class and the next of leaving a row open: more than all rows can travel together."""
    return int(costs.max(initial=0)) * len(problem.row_needs) + 1


def open_prices(problem: Problem, step: int) -> IntArray | None:
    """(rows,) price of leaving each row open: `step` for the least urgent rank that occurs, and one more per rank up.

    None where the highest would not leave the kernels room in 64 bits.
    """
    ranks = problem.ranks[problem.row_needs]
    levels = np.array(sorted(set(ranks.tolist())), dtype=np.int64)
    if step * len(levels) >= RANGE_LIMIT:
        return None
    prices: IntArray = (len(levels) - levels.searchsorted(ranks)) * step
    return prices


def best_assignment(
    problem: Problem, costs: IntArray, kernel: FlowKernel, matching: MatchingKernel | None
) -> Assigned | None:
    """The canonical optimum of an assignment problem; None where prices are too wide for it."""
    opens = open_prices(problem, open_step(problem, costs))
    if opens is None:
        return None
    usable = slice(None) if problem.capacities.all() else np.flatnonzero(problem.capacities[problem.pair_resources])
    rows, columns, prices = problem.pair_rows[usable], problem.pair_resources[usable], costs[usable]
    graph = compressed(rows, columns, prices, opens, *tie_keys(problem))
    engine: Engine
    if matching is not None:
        found, engine, flows = matching(graph), "augmenting", 0
    elif _is_ample(graph):
        found, engine, flows = proved(graph, by_scipy(graph)), "assignment", 0
    else:
        found, engine, flows = proved(graph, by_flow(graph, kernel)), "flow", 1
    chosen = np.flatnonzero(found.column_of[problem.pair_rows] == problem.pair_resources)
    return Assigned(chosen, Certificate(found.u, found.v, opens), engine, flows)


def _is_ample(graph: Graph) -> bool:
    columns = np.count_nonzero(np.bincount(graph.heads, minlength=len(graph.column_keys)))
    largest = 4 * int(graph.opens.max(initial=0)) * len(graph.opens)
    return bool(columns >= AMPLE * len(graph.opens)) and largest < _EXACT_FLOAT


def by_scipy(graph: Graph) -> IntArray:
    """(rows,) the column of each row or OPEN, by dense assignment with a private column for staying open."""
    rows_of = np.repeat(np.arange(len(graph.opens)), graph.counts)
    column_of = np.full(len(graph.opens), OPEN, dtype=np.int64)
    for rows, arcs in _components(graph, rows_of):
        columns, at = np.unique(graph.heads[arcs], return_inverse=True)
        width = len(columns) + len(rows)
        if len(rows) * width > DENSE_CELLS:
            raise EngineFailure(f"a component of {len(rows)} x {width} is too large for a dense matrix")
        dense = np.full((len(rows), width), np.inf)
        dense[np.searchsorted(rows, rows_of[arcs]), at] = graph.costs[arcs]
        own = np.arange(len(rows))
        dense[own, len(columns) + own] = graph.opens[rows]
        _, took = linear_sum_assignment(dense)
        column_of[rows] = np.where(took < len(columns), np.append(columns, [OPEN] * len(rows))[took], OPEN)
    return column_of


def by_flow(graph: Graph, kernel: FlowKernel) -> IntArray:
    """(rows,) the column of each row or OPEN, by one minimum-cost flow."""
    rows, columns = len(graph.opens), len(graph.column_keys)
    if int(graph.opens.max(initial=0)) * (rows + columns + 1) >= FLOW_RANGE_LIMIT:
        raise EngineFailure("prices of staying open do not fit the flow engine's 64 bits")
    rows_of = np.repeat(np.arange(rows), graph.counts)
    own, sink = np.arange(rows), rows + columns
    supplies = np.zeros(sink + 1, dtype=np.int64)
    supplies[:rows], supplies[sink] = 1, -rows
    network = Network(
        np.concatenate((rows_of, np.arange(columns) + rows, own)),
        np.concatenate((graph.heads + rows, np.full(columns + rows, sink))),
        np.ones(len(rows_of) + columns + rows, dtype=np.int64),
        np.concatenate((graph.costs, np.zeros(columns, dtype=np.int64), graph.opens)),
        supplies,
    )
    answer = kernel(network)
    if answer.status != OPTIMAL:
        raise EngineFailure(f"the flow engine ended with {answer.status}")
    if answer.flows.shape != network.tails.shape:
        raise EngineFailure(f"the flow engine returned {answer.flows.shape} flows for {network.tails.shape} arcs")
    used = np.flatnonzero(answer.flows[: len(rows_of)])
    column_of = np.full(rows, OPEN, dtype=np.int64)
    column_of[rows_of[used]] = graph.heads[used]
    return column_of


def _components(graph: Graph, rows_of: IntArray) -> list[tuple[IntArray, IntArray]]:
    """(rows, arcs) of every connected component that has arcs, both ascending."""
    rows, size = len(graph.opens), len(graph.opens) + len(graph.column_keys)
    if rows * size <= _ONE_COMPONENT_CELLS:
        return [(np.arange(rows), np.arange(len(rows_of)))]
    links = csr_array((np.ones(len(rows_of), dtype=np.int8), (rows_of, graph.heads + rows)), shape=(size, size))
    number, label = connected_components(links, directed=False)
    if number == 1:
        return [(np.arange(rows), np.arange(len(rows_of)))]
    by_row, by_arc = np.argsort(label[:rows], kind="stable"), np.argsort(label[rows_of], kind="stable")
    row_ends = np.cumsum(np.bincount(label[:rows], minlength=number))[:-1]
    arc_ends = np.cumsum(np.bincount(label[rows_of], minlength=number))[:-1]
    parts = zip(np.split(by_row, row_ends), np.split(by_arc, arc_ends), strict=True)
    return [(own_rows, arcs) for own_rows, arcs in parts if len(arcs)]
