"""Shortest augmenting paths with numpy alone: the same steps as the compiled loops, a whole row of pairs at a time.

Dijkstra over columns; prices are pairs (cost, tie) compared lexicographically. Slower than compiled loops by an order of
magnitude on whole problems.
"""

from __future__ import annotations

import numpy as np

from optimiser.kernels.augmenting import (
    FAR,
    FAR_TIES,
    FREE,
    HEAD,
    ITSELF,
    NEVER,
    OPEN,
    PARENT,
    SETTLED,
    Graph,
    Room,
    State,
)
from optimiser.problem import IntArray
from optimiser.ties import tie_units


def decide(graph: Graph, state: State, room: Room, source: int) -> None:
    """Decide a free row exactly: search, shift the duals, move everybody along the path."""
    best, best_tie, end, settled = search(graph, state, room, source)
    if settled:
        columns = room.table[SETTLED][:settled]
        rows = state.row_of[columns]
        step, tie_step = best - room.table[FAR][columns], best_tie - room.table[FAR_TIES][columns]
        state.v[columns] -= step
        state.v_ties[columns] -= tie_step
        state.u[rows] += step
        state.u_ties[rows] += tie_step
    state.u[source], state.u_ties[source] = best, best_tie
    if end == ITSELF:
        state.column_of[source] = OPEN
        return
    column = end
    if end < ITSELF:
        column = -2 - end
        state.column_of[state.row_of[column]] = OPEN
    while True:
        row = int(room.table[PARENT][column])
        left = int(state.column_of[row])
        state.column_of[row], state.row_of[column] = column, row
        if row == source:
            return
        column = left


def decide_all(graph: Graph, state: State, room: Room, bids: int) -> None:
    """Decide every free row. Bidding is not worth its calls here, so there is none."""
    for row in np.flatnonzero(state.column_of == FREE).tolist():
        decide(graph, state, room, row)


def search(graph: Graph, state: State, room: Room, source: int) -> tuple[int, int, int, int]:
    """Cheapest way to decide a row, Dijkstra over columns; see `augmenting_loops.search`."""
    far, far_ties, parent = room.table[FAR], room.table[FAR_TIES], room.table[PARENT]
    far.fill(NEVER)
    reached = np.zeros(len(far), dtype=np.bool_)
    best, best_tie, end = int(graph.opens[source]), 0, ITSELF
    row, base, base_tie, settled = source, 0, 0, 0
    while True:
        columns, costs, ties = _improved(graph, state, room, row, (base, base_tie), (best, best_tie))
        if len(columns):
            far[columns], far_ties[columns], parent[columns] = costs, ties, row
            is_end = state.row_of[columns] < 0
            reached[columns[~is_end]] = True
            ends = is_end.nonzero()[0]
            if len(ends):
                at = int(ends[_least(costs[ends], ties[ends])])
                best, best_tie, end = int(costs[at]), int(ties[at]), int(columns[at])
        frontier = reached.nonzero()[0]
        if not len(frontier):
            return best, best_tie, end, settled
        via = int(frontier[_least(far[frontier], far_ties[frontier])])
        cost, tie = int(far[via]), int(far_ties[via])
        if (cost, tie) >= (best, best_tie):
            return best, best_tie, end, settled
        reached[via] = False
        room.table[SETTLED][settled] = via
        settled += 1
        row = int(state.row_of[via])
        base, base_tie = cost - int(state.u[row]), tie - int(state.u_ties[row])
        opened = base + int(graph.opens[row]), base_tie
        if opened < (best, best_tie):
            best, best_tie, end = *opened, -2 - via


def _improved(
    graph: Graph, state: State, room: Room, row: int, base: tuple[int, int], best: tuple[int, int]
) -> tuple[IntArray, IntArray, IntArray]:
    """The columns that this row reaches more cheaply than was known and than the best end, with their new distances."""
    first, head, count = int(graph.first[row]), int(graph.by_row[HEAD, row]), int(graph.counts[row])
    columns = graph.heads[head : head + count]
    costs = graph.costs[first : first + count] - state.v[columns]
    # A pair that is not eligible stays above every path whatever is added to it.
    costs += base[0]
    near = (costs <= np.minimum(room.table[FAR][columns], min(best[0], NEVER >> 1))).nonzero()[0]
    columns, costs = columns[near], costs[near]
    ties = base[1] + tie_units(graph.row_keys[row] ^ graph.column_keys[columns]) - state.v_ties[columns]
    far, far_ties = room.table[FAR][columns], room.table[FAR_TIES][columns]
    better = (costs < far) | (ties < far_ties)
    better &= (costs < best[0]) | (ties < best[1])
    return columns[better], costs[better], ties[better]


def _least(costs: IntArray, ties: IntArray) -> int:
    """Index of the lexicographic least."""
    at = int(costs.argmin())
    equal = (costs == costs[at]).nonzero()[0]
    return at if len(equal) == 1 else int(equal[ties[equal].argmin()])
