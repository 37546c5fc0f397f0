"""Steps on a sheet as plain loops, compiled by numba; imported only where numba is installed, or to test without it.

The search is that of `augmenting_loops` over rows that list every column, with two things more: a toll at the ends and columns
that are shut, which is what prices of other choices take.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.kernels.augmenting import (
    DUAL,
    FAR,
    FAR_TIES,
    FREE,
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
from optimiser.kernels.augmenting_loops import popped, raised, tie_of
from optimiser.kernels.compiling import compiled
from optimiser.kernels.sheet import FLAGS, HERE, KEY, MARKS, REST, ROOM, Sheet
from optimiser.problem import PAIR_COST_LIMIT


@compiled
def flipped(sheet: Any) -> Any:
    """The same arrays, columns for rows."""
    return Sheet(sheet.turned, sheet.costs, sheet.by_column, sheet.by_row)


@compiled
def keys_of(side: Any) -> Any:
    """Tie keys of a side."""
    return side[KEY].view(np.uint64)


@compiled
def is_no_less(cost: Any, tie: Any, than_cost: Any, than_tie: Any) -> Any:
    """Whether a price is at least another, ties included."""
    return cost > than_cost or (cost == than_cost and tie >= than_tie)


@compiled
def marked(by_column: Any, line: Any, base: Any, best: Any) -> Any:
    """List the columns that a row might bring nearer on the line of marks; returns how many they are.

    Most are ruled out, and without branches a processor does that to several at a time.
    """
    flags, v, far = by_column[FLAGS].view(np.int8), by_column[DUAL], by_column[ROOM + FAR]
    for column in range(len(line)):
        # What is not eligible lies beyond every ceiling, whatever is added to it.
        cost = line[column] + base - v[column]
        flags[column] = (cost <= far[column]) & (cost <= best)
    marks, count = by_column[MARKS], 0
    for at in range((len(line) + 7) >> 3):
        if by_column[FLAGS, at]:
            for column in range(8 * at, 8 * at + 8):
                if flags[column]:
                    marks[count] = column
                    count += 1
    return count


@compiled
def search(sheet: Any, source: Any, ceiling: Any, toll: Any, barred: Any) -> Any:
    """Cheapest way to decide a row below `ceiling`, Dijkstra over columns: cost, tie, where it ends, columns settled.

    It ends at a column that nobody uses or the goal; at `ITSELF` when nothing beat the ceiling; or at -2 - column when the row
    that holds this column had best stay open. Ending at an unused column or an opened row costs the `toll` (cost, tie) on top.
    `barred` names a column never entered, a column not entered from the source, and the goal, a column to end at without toll,
    though not straight from the source; NOBODY for none.
    """
    costs, by_row, by_column = sheet.costs, sheet.by_row, sheet.by_column
    room, keys, row_keys = cleared(by_column[ROOM:], ceiling), keys_of(by_column), keys_of(by_row)
    far, far_ties, parent = room[FAR], room[FAR_TIES], room[PARENT]
    v, v_ties, row_of, marks = by_column[DUAL], by_column[TIES], by_column[PARTNER], by_column[MARKS]
    best, best_tie, end = ceiling, np.int64(0), ITSELF
    row, base, base_tie = source, np.int64(0), np.int64(0)
    size, settled = 0, 0
    never, not_first, goal = barred
    while True:
        key, line = row_keys[row], costs[row]
        for at in range(marked(by_column, line, base, best)):
            column = marks[at]
            cost, tie = line[column] + base - v[column], base_tie + tie_of(key, keys[column]) - v_ties[column]
            if is_no_less(cost, tie, best, best_tie) or is_no_less(cost, tie, far[column], far_ties[column]):
                continue
            if column == never or (row == source and column in (not_first, goal)):
                continue
            holder = row_of[column]
            if column != goal and holder >= 0 and cost + by_row[REST, holder] > best:
                continue
            far[column], far_ties[column], parent[column] = cost, tie, row
            if column != goal and holder >= 0:
                size = raised(room, size, column)
                continue
            if column != goal:
                cost, tie = cost + toll[0], tie + toll[1]
            if not is_no_less(cost, tie, best, best_tie):
                best, best_tie, end = cost, tie, column
        if size == 0:
            return best, best_tie, end, settled
        via = room[HEAP, 0]
        cost, tie = far[via], far_ties[via]
        if is_no_less(cost, tie, best, best_tie):
            return best, best_tie, end, settled
        size = popped(room, size)
        room[SETTLED, settled] = via
        settled += 1
        row = row_of[via]
        base, base_tie = cost - by_row[DUAL, row], tie - by_row[TIES, row]
        cost, tie = base + by_row[OPENS, row] + toll[0], base_tie + toll[1]
        if not is_no_less(cost, tie, best, best_tie):
            best, best_tie, end = cost, tie, -2 - via


@compiled
def cleared(room: Any, ceiling: Any) -> Any:
    """Room for a search in which nothing is as near as the ceiling yet, so that one comparison looks at both."""
    room[FAR][:] = ceiling
    room[FAR_TIES][:] = 0
    room[PLACE][:] = -1
    return room


@compiled
def decide(sheet: Any, source: Any) -> None:
    """Decide a free row exactly: search, shift the duals, move everybody along the path."""
    by_row, by_column = sheet.by_row, sheet.by_column
    ceiling = by_row[OPENS, source]
    best, best_tie, end, settled = search(sheet, source, ceiling, (0, 0), (NOBODY, NOBODY, NOBODY))
    room = by_column[ROOM:]
    for index in range(settled):
        column = room[SETTLED, index]
        row = by_column[PARTNER, column]
        step, tie_step = best - room[FAR, column], best_tie - room[FAR_TIES, column]
        by_column[DUAL, column] -= step
        by_column[TIES, column] -= tie_step
        by_row[DUAL, row] += step
        by_row[TIES, row] += tie_step
    by_row[DUAL, source], by_row[TIES, source] = best, best_tie
    if end == ITSELF:
        by_row[PARTNER, source] = OPEN
        return
    column = end
    if end < ITSELF:
        column = -2 - end
        by_row[PARTNER, by_column[PARTNER, column]] = OPEN
    while True:
        row = room[PARENT, column]
        left = by_row[PARTNER, row]
        by_row[PARTNER, row], by_column[PARTNER, column] = column, row
        if row == source:
            return
        column = left


@compiled
def leave(sheet: Any, row: Any) -> None:
    """Let a row go; see `sheet.Stepping.leave`."""
    by_row, by_column, line = sheet.by_row, sheet.by_column, sheet.costs[row]
    for column in range(len(line)):
        if line[column] < NEVER:
            line[column] = sheet.turned[column, row] = NEVER
    column = by_row[PARTNER, row]
    by_row[DUAL, row], by_row[TIES, row], by_row[PARTNER, row] = by_row[OPENS, row], 0, OPEN
    by_row[HERE, row] = 0
    if column < 0:
        return
    # What is as dear as staying open may stay open; anything else has its price because somebody else wants it.
    by_column[PARTNER, column] = OPEN
    if by_column[DUAL, column] != by_column[OPENS, column] or by_column[TIES, column] != 0:
        by_column[PARTNER, column] = FREE
        decide(flipped(sheet), column)


@compiled
def take(sheet: Any, row: Any, prices: Any, opens: Any, key: Any) -> Any:
    """Price a row and decide it; see `sheet.Stepping.take`."""
    for price in prices:
        if (price < 0 or price > PAIR_COST_LIMIT) and price != NEVER:
            return False
    sheet.by_row[OPENS, row], sheet.by_row[KEY, row] = opens, key
    write(sheet, row, prices)
    column = sheet.by_row[PARTNER, row]
    if column >= 0:
        if keeps(sheet, row, column):
            return True
        leave(sheet, row)
        write(sheet, row, prices)
    sheet.by_row[HERE, row], sheet.by_row[PARTNER, row] = 1, FREE
    decide(sheet, row)
    return True


@compiled
def write(sheet: Any, row: Any, prices: Any) -> None:
    """Put prices where columns are."""
    line, here = sheet.costs[row], sheet.by_column[HERE]
    for column in range(len(line)):
        price = prices[column] if here[column] else np.int64(NEVER)
        # The turned sheet is slow to reach, and most of a line stays as it was.
        if line[column] != price:
            line[column] = sheet.turned[column, row] = price


@compiled
def keeps(sheet: Any, row: Any, column: Any) -> Any:
    """Prove that a row priced anew may keep its column, by duals of the two alone; changes nothing if they do not exist."""
    by_row, by_column = sheet.by_row, sheet.by_column
    price = sheet.costs[row, column]
    if price >= NEVER:
        return False
    cost, tie = highest(sheet, row, column)
    most, most_tie = highest(flipped(sheet), column, row)
    own, own_tie = price - cost, tie_of(keys_of(by_row)[row], keys_of(by_column)[column]) - tie
    if own > most or (own == most and own_tie > most_tie):
        return False
    by_row[DUAL, row], by_row[TIES, row] = cost, tie
    by_column[DUAL, column], by_column[TIES, column] = own, own_tie
    return True


@compiled
def highest(sheet: Any, row: Any, column: Any) -> Any:
    """The highest u that every pair of a row but the one with `column` allows: cost, tie."""
    cost, tie = sheet.by_row[OPENS, row], np.int64(0)
    line, key, keys = sheet.costs[row], keys_of(sheet.by_row)[row], keys_of(sheet.by_column)
    v, v_ties = sheet.by_column[DUAL], sheet.by_column[TIES]
    for other in range(len(line)):
        price = line[other] - v[other]
        if price > cost or other == column or line[other] >= NEVER:
            continue
        own = tie_of(key, keys[other]) - v_ties[other]
        if price < cost or own < tie:
            cost, tie = price, own
    return cost, tie


@compiled
def cost_of(sheet: Any, row: Any, column: Any) -> Any:
    """Cost of a pair; nought where there is no column."""
    return sheet.costs[row, column] if column >= 0 else np.int64(0)


@compiled
def noted(said: Any, at: Any, number: Any, row: Any, left: Any, taken: Any, cost: Any) -> Any:
    """Write one move; returns the next line."""
    said[at, 0], said[at, 1], said[at, 2], said[at, 3], said[at, 4] = number, row, max(left, NOBODY), taken, cost
    return at + 1


@compiled
def follow(sheet: Any, source: Any, end: Any, number: Any, said: Any, at: Any) -> Any:
    """Note the moves of the path that a search left behind, the source's first; returns the next line."""
    column, begin, parent = end, at, sheet.by_column[ROOM + PARENT]
    if end < ITSELF:
        column = -2 - end
        holder = sheet.by_column[PARTNER, column]
        at = noted(said, at, number, holder, column, NOBODY, -cost_of(sheet, holder, column))
    while True:
        row = parent[column]
        left = sheet.by_row[PARTNER, row]
        at = noted(said, at, number, row, left, column, cost_of(sheet, row, column) - cost_of(sheet, row, left))
        if row == source:
            said[begin:at] = said[begin:at][::-1].copy()
            return at
        column = left


@compiled
def refill(sheet: Any, target: Any, end: Any, number: Any, said: Any, at: Any) -> Any:
    """Note the moves by which a column is taken anew, as the search from its side left them behind."""
    if end == ITSELF:
        return at
    row, parent = (end if end >= 0 else -2 - end), sheet.by_row[ROOM + PARENT]
    while True:
        column, left = parent[row], sheet.by_row[PARTNER, row]
        at = noted(said, at, number, row, left, column, cost_of(sheet, row, column) - cost_of(sheet, row, left))
        if column == target:
            return at
        row = sheet.by_column[PARTNER, column]


@compiled
def swaps(sheet: Any, row: Any, column: Any, toll: Any) -> Any:
    """Bounds for two searches: one more than the two cheapest exchanges that move one other at most, by different columns.

    The exchanges themselves lie within them, and whatever does not is never put on a heap.
    """
    by_row, by_column, line = sheet.by_row, sheet.by_column, sheet.costs[row]
    least, second = np.int64(NEVER >> 1), np.int64(NEVER >> 1)
    for other in range(len(line)):
        cost = line[other] - by_column[DUAL, other]
        if cost >= second or other == column or line[other] >= NEVER:
            continue
        holder, rest = by_column[PARTNER, other], toll
        if holder >= 0:
            rest = by_row[OPENS, holder] + toll
            if column >= 0:
                rest = min(rest, sheet.turned[column, holder] - by_column[DUAL, column])
            rest -= by_row[DUAL, holder]
        if cost + rest + 1 < second:
            second = max(cost + rest + 1, least)
            least = min(cost + rest + 1, least)
    return least, second


@compiled
def exchanges(sheet: Any, row: Any, column: Any, half: Any, said: Any, at: Any) -> Any:
    """Note the moves that would put a row on another column; returns the next line."""
    if column < 0:
        bound, _ = swaps(sheet, row, NOBODY, np.int64(0))
        _, _, end, _ = search(sheet, row, bound, (0, 0), (NOBODY, NOBODY, NOBODY))
        return at if end == ITSELF else follow(sheet, row, end, 0, said, at)
    cost, tie, filler, _ = search(flipped(sheet), column, np.int64(0), (0, 0), (row, NOBODY, NOBODY))
    toll = (cost - sheet.by_column[DUAL, column], tie - sheet.by_column[TIES, column])
    # That search went backwards from the goal, so it knows what is left to go from each row it settled; the others are further.
    rest, back = sheet.by_row[REST], sheet.by_row[ROOM + FAR]
    for other in range(len(rest)):
        rest[other] = min(back[other], cost) - sheet.by_column[DUAL, column]
    first, ceiling, bounds = NOBODY, sheet.by_row[DUAL, row] + half, swaps(sheet, row, column, toll[0])
    for number in range(2):
        _, _, end, _ = search(sheet, row, min(ceiling, bounds[number]), toll, (NOBODY, first, column))
        if end == ITSELF:
            break
        begin = at
        at = follow(sheet, row, end, number, said, at)
        first = said[begin, 3]
        if end != column:
            at = refill(sheet, column, filler, number, said, at)
    rest[:] = 0
    return at


@compiled
def nearest(line: Any, most: Any) -> Any:
    """The price within which the `most` cheapest columns of a line lie."""
    near = np.full(most, NEVER, dtype=np.int64)
    for price in line:
        if price < near[-1]:
            at = most - 1
            while at > 0 and near[at - 1] > price:
                near[at] = near[at - 1]
                at -= 1
            near[at] = price
    return min(near[-1], NEVER - 1)


@compiled
def explained(sheet: Any, said: Any, row: Any, half: Any, most: Any) -> Any:
    """What there is to say about a row; see `sheet.Stepping.explained`."""
    line, column = sheet.costs[row], sheet.by_row[PARTNER, row]
    eligible = 0
    for price in line:
        eligible += price < NEVER
    at = exchanges(sheet, row, column, half, said, 1)
    moves = at - 1
    if column < 0 and eligible > 0:
        edge = nearest(line, most)
        for other in range(len(line)):
            if line[other] <= edge:
                at = noted(said, at, line[other], other, sheet.by_column[PARTNER, other], 0, 0)
    noted(said, 0, column, cost_of(sheet, row, column), eligible, moves, at - 1 - moves)
    return at
