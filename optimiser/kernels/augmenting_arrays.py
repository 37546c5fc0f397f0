"""Shortest augmenting paths with numpy alone: the same steps as the compiled loops, a whole row of pairs at a time.

Dijkstra over columns; prices are pairs (cost, tie) compared lexicographically. Slower than compiled loops by an order of
magnitude on whole problems, and quick enough for one event of a session.
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
    NOBODY,
    OPEN,
    PARENT,
    SETTLED,
    Found,
    Graph,
    Room,
    State,
)
from optimiser.problem import IntArray
from optimiser.ties import tie_units


def decide(graph: Graph, state: State, room: Room, source: int) -> int:
    """Decide a free row exactly: search, shift the duals, move everybody along the path. Returns arcs looked at."""
    nobody = NOBODY, NOBODY, NOBODY
    best, best_tie, end, settled, looked = search(graph, state, room, source, graph.opens[source], (0, 0), nobody)
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
        return looked
    column = end
    if end < ITSELF:
        column = -2 - end
        state.column_of[state.row_of[column]] = OPEN
    while True:
        row = int(room.table[PARENT][column])
        left = int(state.column_of[row])
        state.column_of[row], state.row_of[column] = column, row
        if row == source:
            return looked
        column = left


def decide_all(graph: Graph, state: State, room: Room, bids: int) -> int:
    """Decide every free row; returns the arcs looked at. Bidding is not worth its calls here, so there is none."""
    return sum(decide(graph, state, room, row) for row in np.flatnonzero(state.column_of == FREE).tolist())


def search(
    graph: Graph,
    state: State,
    room: Room,
    source: int,
    ceiling: int,
    toll: tuple[int, int],
    barred: tuple[int, int, int],
) -> Found:
    """Cheapest way to decide a row, Dijkstra over columns; see `augmenting.Deciding.search`."""
    far, far_ties, parent = room.table[FAR], room.table[FAR_TIES], room.table[PARENT]
    far.fill(NEVER)
    reached = np.zeros(len(far), dtype=np.bool_)
    never, not_first, goal = barred
    best, best_tie, end = int(ceiling), 0, ITSELF
    row, base, base_tie = source, 0, 0
    settled, looked = 0, 0
    while True:
        looked += int(graph.counts[row])
        shut = {never, not_first, goal} if row == source else {never}
        columns, costs, ties = _improved(graph, state, room, row, (base, base_tie), (best, best_tie), shut - {NOBODY})
        if len(columns):
            far[columns], far_ties[columns], parent[columns] = costs, ties, row
            is_goal = columns == goal
            is_end = (state.row_of[columns] < 0) | is_goal
            reached[columns[~is_end]] = True
            ends = is_end.nonzero()[0]
            if len(ends):
                dues = ~is_goal[ends]
                costs, ties = costs[ends] + toll[0] * dues, ties[ends] + toll[1] * dues
                at = _least(costs, ties)
                if (int(costs[at]), int(ties[at])) < (best, best_tie):
                    best, best_tie, end = int(costs[at]), int(ties[at]), int(columns[ends[at]])
        frontier = reached.nonzero()[0]
        if not len(frontier):
            return Found(best, best_tie, end, settled, looked)
        via = int(frontier[_least(far[frontier], far_ties[frontier])])
        cost, tie = int(far[via]), int(far_ties[via])
        if (cost, tie) >= (best, best_tie):
            return Found(best, best_tie, end, settled, looked)
        reached[via] = False
        room.table[SETTLED][settled] = via
        settled += 1
        row = int(state.row_of[via])
        base, base_tie = cost - int(state.u[row]), tie - int(state.u_ties[row])
        opened = base + int(graph.opens[row]) + toll[0], base_tie + toll[1]
        if opened < (best, best_tie):
            best, best_tie, end = *opened, -2 - via


def _improved(
    graph: Graph, state: State, room: Room, row: int, base: tuple[int, int], best: tuple[int, int], shut: set[int]
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
    for column in sorted(shut):
        better &= columns != column
    return columns[better], costs[better], ties[better]


def _least(costs: IntArray, ties: IntArray) -> int:
    """Index of the lexicographic least."""
    at = int(costs.argmin())
    equal = (costs == costs[at]).nonzero()[0]
    return at if len(equal) == 1 else int(equal[ties[equal].argmin()])


def keeps(graph: Graph, turned: Graph, state: State, state_turned: State, row: int, column: int) -> bool:
    """Prove that a row priced anew may keep its column, by duals of the two alone; changes nothing if they do not exist.

    Both graphs are dense: `graph` is seen from the rows and `turned` from the columns.
    """
    price = int(graph.costs[graph.first[row] + column])
    if price >= NEVER:
        return False
    cost, tie = _highest(graph, state, row, column)
    own_tie = int(tie_units(graph.row_keys[row : row + 1] ^ graph.column_keys[column])[0]) - tie
    if (price - cost, own_tie) > _highest(turned, state_turned, column, row):
        return False
    state.u[row], state.u_ties[row] = cost, tie
    state.v[column], state.v_ties[column] = price - cost, own_tie
    return True


def _highest(graph: Graph, state: State, row: int, column: int) -> tuple[int, int]:
    first, head, count = int(graph.first[row]), int(graph.by_row[HEAD, row]), int(graph.counts[row])
    columns = graph.heads[head : head + count]
    costs = graph.costs[first : first + count]
    others = ((costs < NEVER) & (columns != column)).nonzero()[0]
    ceiling = int(graph.opens[row]), 0
    if not len(others):
        return ceiling
    columns = columns[others]
    costs = costs[others] - state.v[columns]
    ties = tie_units(graph.row_keys[row] ^ graph.column_keys[columns]) - state.v_ties[columns]
    at = _least(costs, ties)
    return min(ceiling, (int(costs[at]), int(ties[at])))


def exchanges(
    graph: Graph,
    turned: Graph,
    state: State,
    state_turned: State,
    rooms: tuple[Room, Room],
    row: int,
    column: int,
    half: int,
) -> IntArray:
    """Moves that would put a row on another column; see `augmenting.Deciding.exchanges`."""
    moves: list[tuple[int, int, int, int, int]] = []
    if column == NOBODY:
        nobody = NOBODY, NOBODY, NOBODY
        reach = search(graph, state, rooms[0], row, NEVER >> 1, (0, 0), nobody)
        _follow(graph, state, rooms[0], row, reach.end, 0, moves)
        return np.array(moves, dtype=np.int64)
    refill = search(turned, state_turned, rooms[1], column, 0, (0, 0), (row, NOBODY, NOBODY))
    toll = refill.cost - int(state.v[column]), refill.tie - int(state.v_ties[column])
    first = NOBODY
    for number in range(2):
        reach = search(graph, state, rooms[0], row, int(state.u[row]) + half, toll, (NOBODY, first, column))
        if reach.end == ITSELF:
            break
        first = _follow(graph, state, rooms[0], row, reach.end, number, moves)
        if reach.end != column:
            _refill(graph, state, rooms[1], column, refill.end, number, moves)
    return np.array(moves, dtype=np.int64)


def _follow(
    graph: Graph,
    state: State,
    room: Room,
    source: int,
    end: int,
    number: int,
    moves: list[tuple[int, int, int, int, int]],
) -> int:
    """Note the moves of the path that a search left behind, the source's first; returns the column that it takes."""
    if end == ITSELF:
        return NOBODY
    column, begin = end, len(moves)
    if end < ITSELF:
        column = -2 - end
        holder = int(state.row_of[column])
        moves.append((number, holder, column, NOBODY, -_cost(graph, holder, column)))
    while True:
        row = int(room.table[PARENT][column])
        left = int(state.column_of[row])
        moves.append((number, row, max(left, NOBODY), column, _cost(graph, row, column) - _cost(graph, row, left)))
        if row == source:
            moves[begin:] = moves[begin:][::-1]
            return column
        column = left


def _refill(
    graph: Graph,
    state: State,
    room: Room,
    target: int,
    end: int,
    number: int,
    moves: list[tuple[int, int, int, int, int]],
) -> None:
    """Note the moves by which a column is taken anew, as the search from its side left them behind."""
    if end == ITSELF:
        return
    row = end if end >= 0 else -2 - end
    while True:
        column, left = int(room.table[PARENT][row]), int(state.column_of[row])
        moves.append((number, row, max(left, NOBODY), column, _cost(graph, row, column) - _cost(graph, row, left)))
        if column == target:
            return
        row = int(state.row_of[column])


def _cost(graph: Graph, row: int, column: int) -> int:
    return int(graph.costs[graph.first[row] + column]) if column >= 0 else 0
