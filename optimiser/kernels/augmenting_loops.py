"""Shortest augmenting paths as plain loops, compiled by numba; imported only where numba is installed.

Prices are pairs (cost, tie) compared lexicographically: shortest paths need only sums, differences and comparison, so two
64-bit components are exact where one would overflow, and no tie is worked out before two costs agree. Every function
also runs uncompiled, slowly, which is how it is tested without numba.

Jonker and Volgenant (1987), "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
Computing 38, 325-340, doi:10.1007/BF02278710, without its column reduction, with open rows and a heap.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.kernels.augmenting import (
    COUNT,
    DUAL,
    FAR,
    FAR_TIES,
    FIRST,
    FREE,
    HEAD,
    HEAP,
    ITSELF,
    NEVER,
    OPEN,
    OPENS,
    PARENT,
    PARTNER,
    PLACE,
    SETTLED,
    TIES,
)
from optimiser.kernels.compiling import compiled


@compiled
def tie_of(row_key: Any, column_key: Any) -> Any:
    """The tie of a pair: the upper 40 bits of its hash, the same as `optimiser.ties` gives."""
    mixed = (row_key ^ column_key) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.int64((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(24))


@compiled
def raised(room: Any, size: Any, column: Any) -> Any:
    """Put a column on the heap, or move it up after its path became cheaper; returns the heap's size."""
    heap, place, far, far_ties = room[HEAP], room[PLACE], room[FAR], room[FAR_TIES]
    at = place[column]
    if at < 0:
        at = size
        size += 1
    cost, tie = far[column], far_ties[column]
    while at > 0:
        above = heap[(at - 1) >> 1]
        if far[above] < cost or (far[above] == cost and far_ties[above] <= tie):
            break
        heap[at] = above
        place[above] = at
        at = (at - 1) >> 1
    heap[at] = column
    place[column] = at
    return size


@compiled
def popped(room: Any, size: Any) -> Any:
    """Take away the least column, after it was read at index 0; returns the heap's size."""
    heap, place, far, far_ties = room[HEAP], room[PLACE], room[FAR], room[FAR_TIES]
    size -= 1
    column = heap[size]
    cost, tie = far[column], far_ties[column]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        least = heap[child]
        if child + 1 < size:
            other = heap[child + 1]
            if far[other] < far[least] or (far[other] == far[least] and far_ties[other] < far_ties[least]):
                child, least = child + 1, other
        if cost < far[least] or (cost == far[least] and tie <= far_ties[least]):
            break
        heap[at] = least
        place[least] = at
        at = child
    heap[at] = column
    place[column] = at
    return size


@compiled
def bid(graph: Any, state: Any, row: Any) -> Any:
    """The best column for a row at today's prices (OPEN for none), its price, and the price of the second best."""
    best, best_cost, best_tie = OPEN, graph.by_row[OPENS, row], np.int64(0)
    next_cost, next_tie = np.int64(NEVER), np.int64(0)
    key = graph.row_keys[row]
    first, head = graph.by_row[FIRST, row], graph.by_row[HEAD, row]
    for at in range(graph.by_row[COUNT, row]):
        cost = graph.costs[first + at]
        if cost >= NEVER:
            continue
        column = graph.heads[head + at]
        cost -= state.by_column[DUAL, column]
        if cost > next_cost:
            continue
        tie = tie_of(key, graph.column_keys[column]) - state.by_column[TIES, column]
        if cost < best_cost or (cost == best_cost and tie < best_tie):
            next_cost, next_tie = best_cost, best_tie
            best, best_cost, best_tie = column, cost, tie
        elif cost < next_cost or tie < next_tie:
            next_cost, next_tie = cost, tie
    return best, best_cost, best_tie, next_cost, next_tie


@compiled
def reduce_rows(graph: Any, state: Any, queue: Any, most: Any) -> None:
    """Let free rows take their best column at the price of their second best, displacing whom they outbid.

    Jonker and Volgenant's augmenting row reduction; at most `most` bids.
    """
    waiting = len(queue)
    while waiting > 0 and most > 0:
        most -= 1
        waiting -= 1
        row = queue[waiting]
        column, cost, tie, next_cost, next_tie = bid(graph, state, row)
        if column == OPEN:
            state.by_row[PARTNER, row] = OPEN
            state.by_row[DUAL, row], state.by_row[TIES, row] = cost, tie
            continue
        holder = state.by_column[PARTNER, column]
        if holder >= 0 and next_cost == cost:
            # Bidding on for a tie would be a war of small steps; a path settles it at once.
            continue
        if next_cost >= NEVER:
            next_cost, next_tie = cost, tie
        state.by_column[DUAL, column] -= next_cost - cost
        state.by_column[TIES, column] -= next_tie - tie
        state.by_row[DUAL, row], state.by_row[TIES, row] = next_cost, next_tie
        state.by_row[PARTNER, row], state.by_column[PARTNER, column] = column, row
        if holder >= 0:
            state.by_row[PARTNER, holder] = FREE
            queue[waiting] = holder
            waiting += 1


@compiled
def search(graph: Any, state: Any, room: Any, source: Any) -> Any:
    """Cheapest way to decide a row, Dijkstra over columns: cost, tie, where it ends, columns settled.

    It ends at a column that nobody uses; at `ITSELF` when nothing beat staying open; or at -2 - column when the row that holds
    this column had best stay open.
    """
    far, far_ties, parent = room.table[FAR], room.table[FAR_TIES], room.table[PARENT]
    v, v_ties, row_of = state.by_column[DUAL], state.by_column[TIES], state.by_column[PARTNER]
    far[:] = NEVER
    room.table[PLACE][:] = -1
    best, best_tie, end = graph.by_row[OPENS, source], np.int64(0), ITSELF
    row, base, base_tie = source, np.int64(0), np.int64(0)
    size, settled = 0, 0
    while True:
        count, first, head = graph.by_row[COUNT, row], graph.by_row[FIRST, row], graph.by_row[HEAD, row]
        key, heads, costs = graph.row_keys[row], graph.heads[head : head + count], graph.costs[first : first + count]
        for at in range(count):
            column = heads[at]
            # What is not eligible lies beyond every ceiling, whatever is added to it.
            cost = costs[at] + base - v[column]
            if cost > best or cost > far[column]:
                continue
            tie = base_tie + tie_of(key, graph.column_keys[column]) - v_ties[column]
            if (cost == best and tie >= best_tie) or (cost == far[column] and tie >= far_ties[column]):
                continue
            far[column], far_ties[column], parent[column] = cost, tie, row
            if row_of[column] >= 0:
                size = raised(room.table, size, column)
            else:
                best, best_tie, end = cost, tie, column
        if size == 0:
            return best, best_tie, end, settled
        via = room.table[HEAP, 0]
        cost, tie = far[via], far_ties[via]
        if cost > best or (cost == best and tie >= best_tie):
            return best, best_tie, end, settled
        size = popped(room.table, size)
        room.table[SETTLED, settled] = via
        settled += 1
        row = row_of[via]
        base, base_tie = cost - state.by_row[DUAL, row], tie - state.by_row[TIES, row]
        cost, tie = base + graph.by_row[OPENS, row], base_tie
        if cost < best or (cost == best and tie < best_tie):
            best, best_tie, end = cost, tie, -2 - via


@compiled
def decide(graph: Any, state: Any, room: Any, source: Any) -> None:
    """Decide a free row exactly: search, shift the duals, move everybody along the path."""
    best, best_tie, end, settled = search(graph, state, room, source)
    for index in range(settled):
        column = room.table[SETTLED, index]
        row = state.by_column[PARTNER, column]
        state.by_column[DUAL, column] -= best - room.table[FAR, column]
        state.by_column[TIES, column] -= best_tie - room.table[FAR_TIES, column]
        state.by_row[DUAL, row] += best - room.table[FAR, column]
        state.by_row[TIES, row] += best_tie - room.table[FAR_TIES, column]
    state.by_row[DUAL, source], state.by_row[TIES, source] = best, best_tie
    if end == ITSELF:
        state.by_row[PARTNER, source] = OPEN
        return
    column = end
    if end < ITSELF:
        column = -2 - end
        state.by_row[PARTNER, state.by_column[PARTNER, column]] = OPEN
    while True:
        row = room.table[PARENT, column]
        left = state.by_row[PARTNER, row]
        state.by_row[PARTNER, row], state.by_column[PARTNER, column] = column, row
        if row == source:
            return
        column = left


@compiled
def decide_all(graph: Any, state: Any, room: Any, bids: Any) -> None:
    """Decide every free row, at most `bids` bids before paths are searched."""
    free = np.flatnonzero(state.by_row[PARTNER] == FREE)[::-1].copy()
    reduce_rows(graph, state, free, bids)
    for row in range(state.by_row.shape[1]):
        if state.by_row[PARTNER, row] == FREE:
            decide(graph, state, room, row)
