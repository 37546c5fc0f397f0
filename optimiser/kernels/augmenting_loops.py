"""Shortest augmenting paths as plain loops, compiled by numba; imported only where numba is installed.

Prices are pairs (cost, tie) compared lexicographically: shortest paths need only sums, differences and comparison, so two
64-bit components are exact where one would overflow, and no tie is worked out before two costs agree. Every function
also runs uncompiled, slowly, which is how it is tested without numba.

Jonker and Volgenant (1987), "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
Computing 38, 325-340, doi:10.1007/BF02278710, without its column reduction, with open rows and a heap.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, TypeVar, cast

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
    NOBODY,
    OPEN,
    OPENS,
    PARENT,
    PARTNER,
    PLACE,
    SETTLED,
    TIES,
)

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile with numba, without the interpreter lock, kept on disk; or leave as it is where numba is missing."""
    if importlib.util.find_spec("numba") is None:
        return function
    numba: Any = importlib.import_module("numba")
    try:
        return cast(Function, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # Nowhere to keep it: an installation that may not be written to, and no home directory.
        return cast(Function, numba.njit(nogil=True)(function))


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
    heap, place, far, far_ties = room.table[HEAP], room.table[PLACE], room.table[FAR], room.table[FAR_TIES]
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
    heap, place, far, far_ties = room.table[HEAP], room.table[PLACE], room.table[FAR], room.table[FAR_TIES]
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
def search(graph: Any, state: Any, room: Any, source: Any, ceiling: Any, toll: Any, barred: Any) -> Any:
    """Cheapest way to decide a row, Dijkstra over columns; see `augmenting.Deciding.search`."""
    far, far_ties, parent = room.table[FAR], room.table[FAR_TIES], room.table[PARENT]
    v, v_ties, row_of = state.by_column[DUAL], state.by_column[TIES], state.by_column[PARTNER]
    far[:] = NEVER
    room.table[PLACE][:] = -1
    best, best_tie, end = ceiling, np.int64(0), ITSELF
    row, base, base_tie = source, np.int64(0), np.int64(0)
    size, settled, looked = 0, 0, 0
    never, not_first, goal = barred
    while True:
        count, first, head = graph.by_row[COUNT, row], graph.by_row[FIRST, row], graph.by_row[HEAD, row]
        key, heads, costs = graph.row_keys[row], graph.heads[head : head + count], graph.costs[first : first + count]
        looked += count
        for at in range(count):
            column = heads[at]
            # What is not eligible lies beyond every ceiling, whatever is added to it.
            cost = costs[at] + base - v[column]
            if cost > best or cost > far[column]:
                continue
            tie = base_tie + tie_of(key, graph.column_keys[column]) - v_ties[column]
            if (cost == best and tie >= best_tie) or (cost == far[column] and tie >= far_ties[column]):
                continue
            if column == never or (row == source and column in (not_first, goal)):
                continue
            far[column], far_ties[column], parent[column] = cost, tie, row
            if column != goal and row_of[column] >= 0:
                size = raised(room, size, column)
                continue
            if column != goal:
                cost, tie = cost + toll[0], tie + toll[1]
            if cost < best or (cost == best and tie < best_tie):
                best, best_tie, end = cost, tie, column
        if size == 0:
            return best, best_tie, end, settled, looked
        via = room.table[HEAP, 0]
        cost, tie = far[via], far_ties[via]
        if cost > best or (cost == best and tie >= best_tie):
            return best, best_tie, end, settled, looked
        size = popped(room, size)
        room.table[SETTLED, settled] = via
        settled += 1
        row = row_of[via]
        base, base_tie = cost - state.by_row[DUAL, row], tie - state.by_row[TIES, row]
        cost, tie = base + graph.by_row[OPENS, row] + toll[0], base_tie + toll[1]
        if cost < best or (cost == best and tie < best_tie):
            best, best_tie, end = cost, tie, -2 - via


@compiled
def decide(graph: Any, state: Any, room: Any, source: Any) -> Any:
    """Decide a free row exactly: search, shift the duals, move everybody along the path. Returns arcs looked at."""
    ceiling, nobody = graph.by_row[OPENS, source], (NOBODY, NOBODY, NOBODY)
    best, best_tie, end, settled, looked = search(graph, state, room, source, ceiling, (0, 0), nobody)
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
        return looked
    column = end
    if end < ITSELF:
        column = -2 - end
        state.by_row[PARTNER, state.by_column[PARTNER, column]] = OPEN
    while True:
        row = room.table[PARENT, column]
        left = state.by_row[PARTNER, row]
        state.by_row[PARTNER, row], state.by_column[PARTNER, column] = column, row
        if row == source:
            return looked
        column = left


@compiled
def decide_all(graph: Any, state: Any, room: Any, bids: Any) -> Any:
    """Decide every free row, at most `bids` bids before paths are searched; returns the arcs looked at."""
    free = np.flatnonzero(state.by_row[PARTNER] == FREE)[::-1].copy()
    reduce_rows(graph, state, free, bids)
    looked = 0
    for row in range(state.by_row.shape[1]):
        if state.by_row[PARTNER, row] == FREE:
            looked += decide(graph, state, room, row)
    return looked


@compiled
def highest(graph: Any, state: Any, row: Any, column: Any) -> Any:
    """The highest u that every pair of a row but the one with `column` allows: cost, tie."""
    cost, tie = graph.by_row[OPENS, row], np.int64(0)
    key, first, head = graph.row_keys[row], graph.by_row[FIRST, row], graph.by_row[HEAD, row]
    for at in range(graph.by_row[COUNT, row]):
        price = graph.costs[first + at]
        other = graph.heads[head + at]
        if price >= NEVER or other == column:
            continue
        price -= state.by_column[DUAL, other]
        if price > cost:
            continue
        own = tie_of(key, graph.column_keys[other]) - state.by_column[TIES, other]
        if price < cost or own < tie:
            cost, tie = price, own
    return cost, tie


@compiled
def keeps(graph: Any, turned: Any, state: Any, state_turned: Any, row: Any, column: Any) -> Any:
    """Prove that a row priced anew may keep its column, by duals of the two alone; changes nothing if they do not exist.

    Both graphs are dense: `graph` is seen from the rows and `turned` from the columns.
    """
    price = graph.costs[graph.by_row[FIRST, row] + column]
    if price >= NEVER:
        return False
    cost, tie = highest(graph, state, row, column)
    most, most_tie = highest(turned, state_turned, column, row)
    own, own_tie = price - cost, tie_of(graph.row_keys[row], graph.column_keys[column]) - tie
    if own > most or (own == most and own_tie > most_tie):
        return False
    state.by_row[DUAL, row], state.by_row[TIES, row] = cost, tie
    state.by_column[DUAL, column], state.by_column[TIES, column] = own, own_tie
    return True


@compiled
def cost_of(graph: Any, row: Any, column: Any) -> Any:
    """Cost of a pair of a dense graph; nought where there is no column."""
    return graph.costs[graph.by_row[FIRST, row] + column] if column >= 0 else np.int64(0)


@compiled
def noted(moves: Any, at: Any, number: Any, row: Any, left: Any, taken: Any, cost: Any) -> Any:
    """Write one move; returns the number of moves."""
    moves[at, 0], moves[at, 1], moves[at, 2], moves[at, 3], moves[at, 4] = number, row, max(left, NOBODY), taken, cost
    return at + 1


@compiled
def follow(graph: Any, state: Any, room: Any, source: Any, end: Any, number: Any, moves: Any, at: Any) -> Any:
    """Note the moves of the path that a search left behind, the source's first; returns the number of moves."""
    column, begin = end, at
    if end < ITSELF:
        column = -2 - end
        holder = state.by_column[PARTNER, column]
        at = noted(moves, at, number, holder, column, NOBODY, -cost_of(graph, holder, column))
    while True:
        row = room.table[PARENT, column]
        left = state.by_row[PARTNER, row]
        cost = cost_of(graph, row, column) - cost_of(graph, row, left)
        at = noted(moves, at, number, row, left, column, cost)
        if row == source:
            moves[begin:at] = moves[begin:at][::-1].copy()
            return at
        column = left


@compiled
def refill(graph: Any, state: Any, room: Any, target: Any, end: Any, number: Any, moves: Any, at: Any) -> Any:
    """Note the moves by which a column is taken anew, as the search from its side left them behind."""
    if end == ITSELF:
        return at
    row = end if end >= 0 else -2 - end
    while True:
        column, left = room.table[PARENT, row], state.by_row[PARTNER, row]
        cost = cost_of(graph, row, column) - cost_of(graph, row, left)
        at = noted(moves, at, number, row, left, column, cost)
        if column == target:
            return at
        row = state.by_column[PARTNER, column]


@compiled
def exchanges(
    graph: Any, turned: Any, state: Any, state_turned: Any, rooms: Any, row: Any, column: Any, half: Any
) -> Any:
    """Moves that would put a row on another column; see `augmenting.Deciding.exchanges`."""
    moves = np.empty((2 * (state.by_column.shape[1] + state.by_row.shape[1] + 2), 5), dtype=np.int64)
    at = 0
    if column == NOBODY:
        _, _, end, _, _ = search(graph, state, rooms[0], row, np.int64(NEVER >> 1), (0, 0), (NOBODY, NOBODY, NOBODY))
        if end != ITSELF:
            at = follow(graph, state, rooms[0], row, end, 0, moves, at)
        return moves[:at]
    cost, tie, filler, _, _ = search(turned, state_turned, rooms[1], column, np.int64(0), (0, 0), (row, NOBODY, NOBODY))
    toll = (cost - state.by_column[DUAL, column], tie - state.by_column[TIES, column])
    first = NOBODY
    for number in range(2):
        ceiling = state.by_row[DUAL, row] + half
        _, _, end, _, _ = search(graph, state, rooms[0], row, ceiling, toll, (NOBODY, first, column))
        if end == ITSELF:
            break
        begin = at
        at = follow(graph, state, rooms[0], row, end, number, moves, at)
        first = moves[begin, 3]
        if end != column:
            at = refill(graph, state, rooms[1], column, filler, number, moves, at)
    return moves[:at]
