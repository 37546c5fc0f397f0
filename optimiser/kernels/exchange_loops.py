"""The exact price of putting a row on another column, for every column at once, as loops that numba compiles.

In an optimal matching let row i leave column j for column x. Whoever holds x moves on to y, whoever holds y moves on, and so
forth, until somebody takes j. Reduced costs c - u - v >= 0 are the lengths of these moves, so the cheapest chain from x to j is a
shortest path and the total price of the exchange is the reduced cost of (i, x) plus its length; the duals cancel out. What nobody
uses and who stays open are joined in one more node, the pool: a chain may end there (somebody opens, or takes a
column that nobody uses) and another may start there (an open row takes a column, or a column is given up).

One Dijkstra backwards from j finds all chains. It stops when no chain still unknown could be among the two cheapest exchanges.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.kernels.augmenting import NEVER, NOBODY
from optimiser.kernels.augmenting_loops import compiled, popped, raised, tie_of



@compiled
def offered(best: Any, column: Any, cost: Any, tie: Any) -> None:
    """Enter an exchange into the table of the two cheapest: rows of column, cost, tie."""
    if cost > best[1, 1] or (cost == best[1, 1] and tie >= best[1, 2]):
        return
    if cost < best[0, 1] or (cost == best[0, 1] and tie < best[0, 2]):
        best[1] = best[0]
        best[0, 0], best[0, 1], best[0, 2] = column, cost, tie
    else:
        best[1, 0], best[1, 1], best[1, 2] = column, cost, tie


@compiled
def reached(room: Any, size: Any, best: Any, node: Any, cost: Any, tie: Any, follower: Any) -> Any:
    """Note a cheaper chain from a node, if it is one and could matter; returns the heap's size."""
    far, far_ties = room.far, room.far_ties
    if cost > best[1, 1] or cost > far[node] or (cost == far[node] and tie >= far_ties[node]):
        return size
    far[node], far_ties[node], room.parent[node] = cost, tie, follower
    return raised(room, size, node)


@compiled
def offer(graph: Any, state: Any, room: Any, best: Any, row: Any, column: Any, chain: Any) -> None:
    """Price the exchange that puts `row` on `column`, followed by the chain from node `chain`."""
    cost = graph.costs[graph.first[column] + row * graph.stride]
    if cost < NEVER and state.row_of[column] != row:
        tie = tie_of(graph.column_keys[row], graph.row_keys[column]) - state.u_ties[row] - state.v_ties[column]
        offered(best, column, cost - state.u[row] - state.v[column] + room.far[chain], tie + room.far_ties[chain])


@compiled
def exchanges(
    graph: Any, state: Any, room: Any, opens: Any, row: Any, target: Any, taker: Any, most: Any
) -> Any:
    """The two cheapest other columns for `row` below `most`: (2, 3) of column or NOBODY, cost, tie.

    `graph` is seen from the columns and dense; `state` from the rows; `opens` are the prices of staying open. `target` is the
    column that the row has, or the pool (the number of columns) for an open row. `room.parent` holds what a node's holder moves on
    to, and `taker[0]` who leaves the pool (a row, or NOBODY for a column given up).
    """
    pool = len(graph.first)
    best = np.zeros((2, 3), dtype=np.int64)
    best[:, 0], best[:, 1] = NOBODY, most
    room.far[:] = NEVER
    room.place[:] = -1
    room.far[target], room.far_ties[target], room.parent[target] = 0, 0, target
    size = raised(room, 0, target)
    while size > 0:
        node = room.heap[0]
        if room.far[node] > best[1, 1]:
            break
        size = popped(room, size)
        base, base_tie = room.far[node], room.far_ties[node]
        if node == pool:
            for column in range(pool):
                holder = state.row_of[column]
                if holder < 0:
                    offer(graph, state, room, best, row, column, pool)
                elif column != target:
                    cost, tie = base + opens[holder] - state.u[holder], base_tie - state.u_ties[holder]
                    size = reached(room, size, best, column, cost, tie, pool)
            continue
        if node != target:
            offer(graph, state, room, best, row, node, node)
        size = preceded(graph, state, room, size, best, node, row, taker)
    return best


@compiled
def preceded(graph: Any, state: Any, room: Any, size: Any, best: Any, node: Any, row: Any, taker: Any) -> Any:
    """Follow every move onto a column backwards to the column, or the pool, that the mover leaves."""
    pool, first = len(graph.first), graph.first[node]
    base, base_tie = room.far[node] - state.v[node], room.far_ties[node] - state.v_ties[node]
    before, before_tie = room.far[pool], room.far_ties[pool]
    size = reached(room, size, best, pool, base, base_tie, node)
    if room.far[pool] != before or room.far_ties[pool] != before_tie:
        taker[0] = NOBODY
    for mover in range(len(state.column_of)):
        cost = graph.costs[first + mover * graph.stride]
        if cost >= NEVER or mover == row:
            continue
        cost += base - state.u[mover]
        if cost > best[1, 1]:
            continue
        left = state.column_of[mover]
        if left < 0:
            left = pool
        if cost > room.far[left]:
            continue
        tie = base_tie + tie_of(graph.column_keys[mover], graph.row_keys[node]) - state.u_ties[mover]
        before, before_tie = room.far[left], room.far_ties[left]
        size = reached(room, size, best, left, cost, tie, node)
        if left == pool and (room.far[pool] != before or room.far_ties[pool] != before_tie):
            taker[0] = mover
    return size
