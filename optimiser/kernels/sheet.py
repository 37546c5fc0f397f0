"""Assignment kept between events: all of it in four arrays, and the three steps that are made on it.

The mathematics and the invariants are those of `augmenting`; here every pair has a cell, so that a line may be priced anew in
place. A row and a column are alike: what is said of rows holds for columns on the flipped sheet.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, Protocol

import numpy as np

from optimiser.kernels.augmenting import FREE, NEVER, OPEN, PARTNER, Graph, Room, State, quickest
from optimiser.kernels.compiling import has_numba
from optimiser.problem import IntArray

# Compiled code is handed few large arrays rather than many small ones: every array costs a call a third of a microsecond.
# Numba renews what it keeps on disk when `sheet_loops` changes, and only then: whoever renumbers these lines changes that too.
# A side of a sheet has the three lines of `augmenting.State`, a line of prices of staying open, and then these.
KEY, HERE, ROOM, FLAGS, MARKS, REST, LINES = 4, 5, 6, 12, 13, 14, 15
MOVE = 5
"""Numbers that describe a move, an answer's head, or a holder."""


class Sheet(NamedTuple):
    """Rows, columns, every price between them, a matching and its duals."""

    costs: IntArray
    """(rows, columns) prices, NEVER where a pair is not eligible or one of the two is not here."""
    turned: IntArray
    """(columns, rows) the same again: a walk down a column of a large matrix would miss the cache at every step."""
    by_row: IntArray
    """(15, rows) u, its tie, the column or OPEN or FREE; the price of staying open; the tie key, its bits; 1 if the row is here;
    the six lines of `augmenting.Room` for a search over rows; a flag of a byte for every row; a list of rows; and what a path
    through a row costs from there on at least, nought but while prices of other choices are sought."""
    by_column: IntArray
    """(15, columns) the same for columns, which stay unused for nothing."""

    @classmethod
    def blank(cls, rows: int, columns: int) -> Sheet:
        """Nobody is here."""
        costs = np.full((rows, columns), NEVER, dtype=np.int64)
        sides = [np.zeros((LINES, count), dtype=np.int64) for count in (rows, columns)]
        sides[0][PARTNER], sides[1][PARTNER] = OPEN, FREE
        return cls(costs, np.full((columns, rows), NEVER, dtype=np.int64), *sides)

    def flipped(self) -> Sheet:
        """The same arrays, columns for rows."""
        return Sheet(self.turned, self.costs, self.by_column, self.by_row)


class Stepping(Protocol):
    """What happens on a sheet, as compiled loops or as numpy arrays; every step leaves the canonical optimum and its proof."""

    def take(self, sheet: Sheet, row: int, prices: IntArray, opens: int, key: int) -> bool:
        """Price a row, with its price of staying open and its tie key, and decide it; it is here from now on.

        False, and nothing done, where a price is out of range.

        It keeps its column where no other duals than theirs are needed to prove that, and else leaves and comes back.
        """
        ...

    def leave(self, sheet: Sheet, row: int) -> None:
        """Let a row go, and decide its column again if anybody wants that."""
        ...

    def explained(self, sheet: Sheet, said: IntArray, row: int, half: int, most: int) -> int:
        """Write what there is to say about a row into `said`, one of `room_to_say`; returns how many lines it is.

        First (column or NOBODY, its price, columns eligible, number of moves, number of holders). Then moves: those that would
        put the row on another column, the two cheapest such exchanges for a row that has one, cheaper than `half` a step of rank;
        for an open row the cheapest at any price: (number of the exchange, row, column left or NOBODY, column taken or NOBODY,
        change of cost). Then, for an open row, the `most` cheapest columns and all that cost as little: (price, column, holder).

        Let the row leave its column. The chain that follows either ends with somebody taking that column, or leaves it to be
        decided anew: to lie idle, or to be taken by another chain. The least cost of the latter, found by a search from the
        column, is the toll of ending elsewhere. Both are shortest paths over reduced costs, so totals are exact.
        """
        ...


def room_to_say(sheet: Sheet) -> IntArray:
    """Lines enough for whatever there is to say about a row of this sheet."""
    rows, columns = sheet.costs.shape
    return np.zeros((1 + 2 * (rows + columns + 2) + columns, MOVE), dtype=np.int64)


def steps() -> Stepping:
    """The quickest steps there are here."""
    if has_numba():
        from optimiser.kernels import sheet_loops

        return sheet_loops
    from optimiser.kernels import sheet_arrays

    return sheet_arrays


@cache
def warm_up() -> None:
    """Compile, or read from disk, everything that a solve or a session calls, so that neither waits; once per process."""
    sheet, made = Sheet.blank(2, 2), steps()
    sheet.by_column[HERE] = 1
    for row in (0, 0, 1):
        made.take(sheet, row, np.arange(2), 9, row)
        made.explained(sheet, room_to_say(sheet), row, 4, 2)
    made.leave(sheet, 0)
    each, keys = np.arange(2), np.zeros(2, dtype=np.uint64)
    graph = Graph.of(np.array((each * 2, each * 0, each * 0 + 2, each * 0 + 9)), each, np.arange(4), keys, keys)
    quickest().decide_all(graph, State.undecided(2, 2), Room.of(2), 8)
