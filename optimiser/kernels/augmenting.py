"""Assignment by shortest augmenting paths, with duals: the signature, and the choice between compiled loops and arrays.

Rows take at most one column each and may stay open at a price; columns serve at most one row.

    minimise  sum_ij c_ij x_ij + sum_i p_i (1 - sum_j x_ij),    sum_j x_ij <= 1,  sum_i x_ij <= 1,  x >= 0
    maximise  sum_i u_i + sum_j v_j,    u_i + v_j <= c_ij,  u_i <= p_i,  v_j <= 0

Both have the same optimum (Kuhn 1955; Munkres 1957), and u and v prove it to anybody who can add. Among optimal matchings
the one with the least sum of tie hashes is found, so the answer depends on ids and prices alone.

Jonker and Volgenant (1987), "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
Computing 38, 325-340, doi:10.1007/BF02278710. With more rows than columns the problem is solved from the other side,
where the columns are the ones to be placed and there are few of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from optimiser.kernels.compiling import has_numba
from optimiser.problem import IntArray
from optimiser.ties import HashArray

FREE = -2
"""A row not yet decided, or a column that nobody uses."""
OPEN = -1
"""A row decided to stay open."""
NEVER = 2**62
"""The cost of a pair that is not eligible."""
NOBODY = -1
"""No column, or no row, where one could be named."""
ITSELF = -1
"""The end of a search that leads nowhere: the row had best stay open."""
RANGE_LIMIT = 2**59
"""Bound on every cost and every price of staying open: the sum of four must fit 62 bits."""
BIDS_PER_ROW = 4
"""Bids made, per row to be decided, before paths are searched."""


# Compiled code is handed few large arrays rather than many small ones: every array costs a call a third of a microsecond.
# These are the lines of `Graph.by_row`, of `State.by_row` and `State.by_column`, and of `Room.table`.
FIRST, HEAD, COUNT, OPENS = 0, 1, 2, 3
DUAL, TIES, PARTNER = 0, 1, 2
FAR, FAR_TIES, PARENT, SETTLED, HEAP, PLACE = 0, 1, 2, 3, 4, 5


class Graph(NamedTuple):
    """Rows, the columns that each may take, and prices; compressed rows, or dense ones that share their heads."""

    by_row: IntArray
    """(4, rows) where a row's costs begin, where its columns begin in `heads`, how many it has, its price of staying open."""
    heads: IntArray
    costs: IntArray
    row_keys: HashArray
    column_keys: HashArray

    @classmethod
    def of(
        cls, by_row: IntArray, heads: IntArray, costs: IntArray, row_keys: HashArray, column_keys: HashArray
    ) -> Graph:
        """A graph that only reads these arrays, contiguous ones; whoever may write them may go on doing so.

        Whether an array may be written is part of what code is compiled for, so all graphs are alike in that.
        """
        graph = cls(by_row.view(), heads.view(), costs.view(), row_keys.view(), column_keys.view())
        for part in graph:
            part.flags.writeable = False
        return graph

    @property
    def first(self) -> IntArray:
        """(rows,) where a row's costs begin."""
        return _line(self.by_row, FIRST)

    @property
    def counts(self) -> IntArray:
        """(rows,) how many columns a row may take."""
        return _line(self.by_row, COUNT)

    @property
    def opens(self) -> IntArray:
        """(rows,) price of staying open."""
        return _line(self.by_row, OPENS)


class State(NamedTuple):
    """A matching and its duals, in pairs of cost and tie: the invariants above, with equality on matched pairs."""

    by_row: IntArray
    """(3, rows) u, its tie, and the column, or OPEN, or FREE."""
    by_column: IntArray
    """(3, columns) v, its tie, and the row, or FREE."""

    @classmethod
    def undecided(cls, rows: int, columns: int) -> State:
        """Nothing decided, all duals nought."""
        state = cls(np.zeros((3, rows), dtype=np.int64), np.zeros((3, columns), dtype=np.int64))
        state.by_row[PARTNER] = state.by_column[PARTNER] = FREE
        return state

    def transposed(self) -> State:
        """The same arrays, seen from the other side."""
        return State(self.by_column, self.by_row)

    @property
    def u(self) -> IntArray:
        """(rows,)"""
        return _line(self.by_row, DUAL)

    @property
    def u_ties(self) -> IntArray:
        """(rows,)"""
        return _line(self.by_row, TIES)

    @property
    def column_of(self) -> IntArray:
        """(rows,) the column, or OPEN, or FREE."""
        return _line(self.by_row, PARTNER)

    @property
    def v(self) -> IntArray:
        """(columns,)"""
        return _line(self.by_column, DUAL)

    @property
    def v_ties(self) -> IntArray:
        """(columns,)"""
        return _line(self.by_column, TIES)

    @property
    def row_of(self) -> IntArray:
        """(columns,) the row, or FREE."""
        return _line(self.by_column, PARTNER)


class Room(NamedTuple):
    """Working memory of a search over columns."""

    table: IntArray
    """(6, columns) cost and tie of the cheapest path known; the row before; the columns settled, in order; the columns reached
    and not settled, as a binary heap; a column's index in the heap, stale once settled and -1 before."""

    @classmethod
    def of(cls, columns: int) -> Room:
        """Room for this many columns."""
        return cls(np.zeros((6, columns), dtype=np.int64))


def _line(table: IntArray, at: int) -> IntArray:
    line: IntArray = table[at]
    return line


@dataclass(frozen=True, slots=True)
class Matching:
    """An optimal matching and duals that prove it."""

    column_of: IntArray
    """(rows,) the column, or `OPEN`."""
    u: IntArray
    """(rows,)"""
    v: IntArray
    """(columns,)"""


class MatchingKernel(Protocol):
    """Anything that finds the canonical optimal matching and its duals."""

    def __call__(self, graph: Graph) -> Matching:
        """Solve; costs and prices of staying open lie within `RANGE_LIMIT`."""
        ...


class Deciding(Protocol):
    """The steps that matching is made of, as compiled loops or as numpy arrays."""

    def decide(self, graph: Graph, state: State, room: Room, source: int) -> None:
        """Decide one free row."""
        ...

    def decide_all(self, graph: Graph, state: State, room: Room, bids: int) -> None:
        """Decide every free row, at most `bids` bids before paths are searched."""
        ...


def by_loops(graph: Graph) -> Matching:
    """Match with compiled loops; without numba the same loops run in the interpreter."""
    from optimiser.kernels import augmenting_loops

    # In the interpreter the mixing of hashes would warn of the overflow that it is made of.
    with np.errstate(over="ignore"):
        return _matched(graph, augmenting_loops)


def by_arrays(graph: Graph) -> Matching:
    """Match with numpy alone."""
    from optimiser.kernels import augmenting_arrays

    return _matched(graph, augmenting_arrays)


def compiled_kernel() -> MatchingKernel | None:
    """The compiled kernel, or None without numba."""
    return by_loops if has_numba() else None


def quickest() -> Deciding:
    """The quickest steps there are here."""
    if has_numba():
        from optimiser.kernels import augmenting_loops

        return augmenting_loops
    from optimiser.kernels import augmenting_arrays

    return augmenting_arrays


def compressed(
    rows: IntArray, columns: IntArray, costs: IntArray, opens: IntArray, row_keys: HashArray, column_keys: HashArray
) -> Graph:
    """A graph of pairs given in any order."""
    if (rows[1:] < rows[:-1]).any():
        order = _order(rows, len(opens))
        rows, columns, costs = rows[order], columns[order], costs[order]
    count = np.bincount(rows, minlength=len(opens))
    first = np.cumsum(count) - count
    whole = np.ascontiguousarray
    by_row = np.array((first, first, count, opens))
    return Graph.of(by_row, whole(columns), whole(costs), row_keys, column_keys)


def _matched(graph: Graph, steps: Deciding) -> Matching:
    rows, columns = len(graph.opens), len(graph.column_keys)
    if rows <= columns:
        state = State.undecided(rows, columns)
        steps.decide_all(graph, state, Room.of(columns), BIDS_PER_ROW * rows)
        return Matching(state.column_of, state.u, state.v)
    state = State.undecided(columns, rows)
    steps.decide_all(_from_the_other_side(graph), state, Room.of(rows), BIDS_PER_ROW * columns)
    return Matching(np.maximum(state.row_of, OPEN), state.v + graph.opens, state.u)


def _from_the_other_side(graph: Graph) -> Graph:
    """Columns choose rows, earning what it costs to leave a row open."""
    rows = np.repeat(np.arange(len(graph.opens)), graph.counts)
    order = _order(graph.heads, len(graph.column_keys))
    rows = rows[order]
    count = np.bincount(graph.heads, minlength=len(graph.column_keys))
    first = np.cumsum(count) - count
    earned = graph.costs[order] - graph.opens[rows]
    by_row = np.array((first, first, count, np.zeros_like(count)))
    return Graph.of(by_row, rows, earned, graph.column_keys, graph.row_keys)


def _order(keys: IntArray, limit: int) -> IntArray:
    # Keys of 16 bits are sorted by radix, several times as quick.
    return np.argsort(keys.astype(np.uint16) if limit <= 1 << 16 else keys, kind="stable")
