"""Steps on a sheet with numpy alone: the same as `sheet_loops`, a whole line of pairs at a time."""

from __future__ import annotations

import numpy as np

from optimiser.kernels.augmenting import (
    DUAL,
    FAR,
    FAR_TIES,
    FREE,
    ITSELF,
    NEVER,
    NOBODY,
    OPEN,
    OPENS,
    PARENT,
    PARTNER,
    SETTLED,
    TIES,
)
from optimiser.kernels.sheet import HERE, KEY, REST, ROOM, Sheet
from optimiser.problem import PAIR_COST_LIMIT, IntArray
from optimiser.ties import HashArray, tie_units

Lines = list[tuple[int, int, int, int, int]]


def search(
    sheet: Sheet, source: int, ceiling: int, toll: tuple[int, int], barred: tuple[int, int, int]
) -> tuple[int, int, int, int]:
    """Cheapest way to decide a row, Dijkstra over columns; see `sheet_loops.search`."""
    by_row, row_of, room = sheet.by_row, sheet.by_column[PARTNER], sheet.by_column[ROOM:]
    far, far_ties, parent = room[FAR], room[FAR_TIES], room[PARENT]
    far.fill(NEVER)
    reached = np.zeros(len(far), dtype=np.bool_)
    never, not_first, goal = barred
    best, best_tie, end = int(ceiling), 0, ITSELF
    row, base, base_tie, settled = source, 0, 0, 0
    while True:
        shut = {never, not_first, goal} if row == source else {never}
        columns, costs, ties = _improved(sheet, row, (base, base_tie), (best, best_tie), shut - {NOBODY})
        if len(columns):
            is_goal = columns == goal
            is_end = (row_of[columns] < 0) | is_goal
            is_near = is_end | (costs + by_row[REST, np.maximum(row_of[columns], 0)] <= best)
            if not is_near.all():
                columns, costs, ties = columns[is_near], costs[is_near], ties[is_near]
                is_goal, is_end = is_goal[is_near], is_end[is_near]
            far[columns], far_ties[columns], parent[columns] = costs, ties, row
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
            return best, best_tie, end, settled
        via = int(frontier[_least(far[frontier], far_ties[frontier])])
        cost, tie = int(far[via]), int(far_ties[via])
        if (cost, tie) >= (best, best_tie):
            return best, best_tie, end, settled
        reached[via] = False
        room[SETTLED, settled] = via
        settled += 1
        row = int(row_of[via])
        base, base_tie = cost - int(by_row[DUAL, row]), tie - int(by_row[TIES, row])
        opened = base + int(by_row[OPENS, row]) + toll[0], base_tie + toll[1]
        if opened < (best, best_tie):
            best, best_tie, end = *opened, -2 - via


def _improved(
    sheet: Sheet, row: int, base: tuple[int, int], best: tuple[int, int], shut: set[int]
) -> tuple[IntArray, IntArray, IntArray]:
    """The columns that this row reaches more cheaply than was known and than the best end, with their new distances."""
    by_column = sheet.by_column
    known, known_ties = by_column[ROOM + FAR], by_column[ROOM + FAR_TIES]
    costs = sheet.costs[row] - by_column[DUAL]
    # A pair that is not eligible stays above every path whatever is added to it.
    costs += base[0]
    columns = (costs <= np.minimum(known, min(best[0], NEVER >> 1))).nonzero()[0]
    costs = costs[columns]
    ties = base[1] + _ties(sheet, row, columns)
    far, far_ties = known[columns], known_ties[columns]
    better = (costs < far) | (ties < far_ties)
    better &= (costs < best[0]) | (ties < best[1])
    for column in sorted(shut):
        better &= columns != column
    return columns[better], costs[better], ties[better]


def _ties(sheet: Sheet, row: int, columns: IntArray) -> IntArray:
    """Reduced ties of a row's pairs."""
    keys: HashArray = (sheet.by_row[KEY, row] ^ sheet.by_column[KEY, columns]).view(np.uint64)
    ties: IntArray = tie_units(keys) - sheet.by_column[TIES, columns]
    return ties


def _least(costs: IntArray, ties: IntArray) -> int:
    """Index of the lexicographic least."""
    at = int(costs.argmin())
    equal = (costs == costs[at]).nonzero()[0]
    return at if len(equal) == 1 else int(equal[ties[equal].argmin()])


def decide(sheet: Sheet, source: int) -> None:
    """Decide a free row exactly: search, shift the duals, move everybody along the path."""
    by_row, by_column = sheet.by_row, sheet.by_column
    nobody = NOBODY, NOBODY, NOBODY
    best, best_tie, end, settled = search(sheet, source, int(by_row[OPENS, source]), (0, 0), nobody)
    room = by_column[ROOM:]
    if settled:
        columns = room[SETTLED, :settled]
        rows = by_column[PARTNER, columns]
        step, tie_step = best - room[FAR, columns], best_tie - room[FAR_TIES, columns]
        by_column[DUAL, columns] -= step
        by_column[TIES, columns] -= tie_step
        by_row[DUAL, rows] += step
        by_row[TIES, rows] += tie_step
    by_row[DUAL, source], by_row[TIES, source] = best, best_tie
    if end == ITSELF:
        by_row[PARTNER, source] = OPEN
        return
    column = end
    if end < ITSELF:
        column = -2 - end
        by_row[PARTNER, by_column[PARTNER, column]] = OPEN
    while True:
        row = int(room[PARENT, column])
        left = int(by_row[PARTNER, row])
        by_row[PARTNER, row], by_column[PARTNER, column] = column, row
        if row == source:
            return
        column = left


def leave(sheet: Sheet, row: int) -> None:
    """Let a row go; see `sheet.Stepping.leave`."""
    by_row, by_column = sheet.by_row, sheet.by_column
    sheet.costs[row] = sheet.turned[:, row] = NEVER
    column = int(by_row[PARTNER, row])
    by_row[DUAL, row], by_row[TIES, row], by_row[PARTNER, row] = by_row[OPENS, row], 0, OPEN
    by_row[HERE, row] = 0
    if column < 0:
        return
    # What is as dear as staying open may stay open; anything else has its price because somebody else wants it.
    by_column[PARTNER, column] = OPEN
    if by_column[DUAL, column] != by_column[OPENS, column] or by_column[TIES, column]:
        by_column[PARTNER, column] = FREE
        decide(sheet.flipped(), column)


def take(sheet: Sheet, row: int, prices: IntArray, opens: int, key: int) -> bool:
    """Price a row and decide it; see `sheet.Stepping.take`."""
    if np.count_nonzero(prices.view(np.uint64) > PAIR_COST_LIMIT) != np.count_nonzero(prices == NEVER):
        return False
    sheet.by_row[OPENS, row], sheet.by_row[KEY, row] = opens, key
    priced = np.where(sheet.by_column[HERE], prices, NEVER)
    sheet.costs[row] = sheet.turned[:, row] = priced
    column = int(sheet.by_row[PARTNER, row])
    if column >= 0:
        if _keeps(sheet, row, column):
            return True
        leave(sheet, row)
        sheet.costs[row] = sheet.turned[:, row] = priced
    sheet.by_row[HERE, row], sheet.by_row[PARTNER, row] = 1, FREE
    decide(sheet, row)
    return True


def _keeps(sheet: Sheet, row: int, column: int) -> bool:
    """Prove that a row priced anew may keep its column, by duals of the two alone; changes nothing if they do not exist."""
    by_row, by_column = sheet.by_row, sheet.by_column
    price = int(sheet.costs[row, column])
    if price >= NEVER:
        return False
    cost, tie = _highest(sheet, row, column)
    keys: HashArray = (by_row[KEY, row : row + 1] ^ by_column[KEY, column]).view(np.uint64)
    own_tie = int(tie_units(keys)[0]) - tie
    if (price - cost, own_tie) > _highest(sheet.flipped(), column, row):
        return False
    by_row[DUAL, row], by_row[TIES, row] = cost, tie
    by_column[DUAL, column], by_column[TIES, column] = price - cost, own_tie
    return True


def _highest(sheet: Sheet, row: int, column: int) -> tuple[int, int]:
    """The highest u that every pair of a row but the one with `column` allows: cost, tie."""
    line, ceiling = sheet.costs[row], (int(sheet.by_row[OPENS, row]), 0)
    columns = (line < NEVER).nonzero()[0]
    columns = columns[columns != column]
    if not len(columns):
        return ceiling
    costs, ties = line[columns] - sheet.by_column[DUAL, columns], _ties(sheet, row, columns)
    at = _least(costs, ties)
    return min(ceiling, (int(costs[at]), int(ties[at])))


def explained(sheet: Sheet, said: IntArray, row: int, half: int, most: int) -> int:
    """What there is to say about a row; see `sheet.Stepping.explained`."""
    line, column = sheet.costs[row], int(sheet.by_row[PARTNER, row])
    eligible = int(np.count_nonzero(line < NEVER))
    moves = _exchanges(sheet, row, column, half)
    holders: Lines = []
    if column < 0 and eligible:
        named = min(eligible, most)
        near = (line <= np.partition(line, named - 1)[named - 1]).nonzero()[0]
        holders = [(int(line[at]), at, int(sheet.by_column[PARTNER, at]), 0, 0) for at in near.tolist()]
    head = max(column, NOBODY), _cost(sheet, row, column), eligible, len(moves), len(holders)
    lines = head, *moves, *holders
    said[: len(lines)] = lines
    return len(lines)


def _exchanges(sheet: Sheet, row: int, column: int, half: int) -> Lines:
    moves: Lines = []
    if column < 0:
        _, _, end, _ = search(sheet, row, NEVER >> 1, (0, 0), (NOBODY, NOBODY, NOBODY))
        _follow(sheet, row, end, 0, moves)
        return moves
    cost, tie, filler, _ = search(sheet.flipped(), column, 0, (0, 0), (row, NOBODY, NOBODY))
    toll = cost - int(sheet.by_column[DUAL, column]), tie - int(sheet.by_column[TIES, column])
    first, ceiling = NOBODY, int(sheet.by_row[DUAL, row]) + half
    # That search went backwards from the goal, so it knows what is left to go from each row it settled; the others are further.
    sheet.by_row[REST] = np.minimum(sheet.by_row[ROOM + FAR], cost) - sheet.by_column[DUAL, column]
    for number in range(2):
        _, _, end, _ = search(sheet, row, ceiling, toll, (NOBODY, first, column))
        if end == ITSELF:
            break
        first = _follow(sheet, row, end, number, moves)
        if end != column:
            _refill(sheet, column, filler, number, moves)
    sheet.by_row[REST] = 0
    return moves


def _follow(sheet: Sheet, source: int, end: int, number: int, moves: Lines) -> int:
    """Note the moves of the path that a search left behind, the source's first; returns the column that it takes."""
    if end == ITSELF:
        return NOBODY
    column, begin = end, len(moves)
    if end < ITSELF:
        column = -2 - end
        holder = int(sheet.by_column[PARTNER, column])
        moves.append((number, holder, column, NOBODY, -_cost(sheet, holder, column)))
    while True:
        row = int(sheet.by_column[ROOM + PARENT, column])
        left = int(sheet.by_row[PARTNER, row])
        moves.append((number, row, max(left, NOBODY), column, _cost(sheet, row, column) - _cost(sheet, row, left)))
        if row == source:
            moves[begin:] = moves[begin:][::-1]
            return column
        column = left


def _refill(sheet: Sheet, target: int, end: int, number: int, moves: Lines) -> None:
    """Note the moves by which a column is taken anew, as the search from its side left them behind."""
    if end == ITSELF:
        return
    row = end if end >= 0 else -2 - end
    while True:
        column, left = int(sheet.by_row[ROOM + PARENT, row]), int(sheet.by_row[PARTNER, row])
        moves.append((number, row, max(left, NOBODY), column, _cost(sheet, row, column) - _cost(sheet, row, left)))
        if column == target:
            return
        row = int(sheet.by_column[PARTNER, column])


def _cost(sheet: Sheet, row: int, column: int) -> int:
    return int(sheet.costs[row, column]) if column >= 0 else 0
