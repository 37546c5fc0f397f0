"""Shortest augmenting paths over lists: for small graphs where nothing is compiled, several times as fast as arrays.

A price is one integer of any size, the cost in its upper bits and the tie below, so that lexicographic order is that of
integers. Dijkstra with a binary heap; the same steps as in `augmenting_loops`, and the same matchings.
"""

from __future__ import annotations

from heapq import heappop, heappush

from optimiser.kernels.augmenting import (
    COUNT,
    DUAL,
    FIRST,
    HEAD,
    ITSELF,
    OPEN,
    OPENS,
    PARTNER,
    TIES,
    Graph,
    State,
)
from optimiser.ties import tie_units

_TIE_BITS = 60
"""Sums of ties stay below this many bits, whichever sign they have."""
_HALF = 1 << _TIE_BITS - 1


class Lists:
    """One graph with its ties worked out; rows that share their pairs share a list."""

    def __init__(self, graph: Graph) -> None:
        """Flatten; a walk in Python over pairs. Rows that share their pairs must share their key."""
        self.graph = graph
        lines = zip(*graph.by_row[[FIRST, HEAD, COUNT]].tolist(), strict=True)
        laid: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self.pairs: list[list[tuple[int, int]]] = []
        for row, (first, head, count) in enumerate(lines):
            if (first, count) not in laid:
                columns = graph.heads[head : head + count]
                ties = tie_units(graph.row_keys[row] ^ graph.column_keys[columns]).tolist()
                costs = graph.costs[first : first + count].tolist()
                prices = [(cost << _TIE_BITS) + tie for cost, tie in zip(costs, ties, strict=True)]
                laid[first, count] = list(zip(columns.tolist(), prices, strict=True))
            self.pairs.append(laid[first, count])

    def decide(self, state: State, sources: list[int]) -> None:
        """Decide free rows at least cost, one after another, and restore the invariants."""
        read = _Read(self.graph, state)
        for source in sources:
            self._decide(read, source)
        read.write(state)

    def _decide(self, read: _Read, source: int) -> None:
        u, v, row_of, opens = read.u, read.v, read.row_of, read.opens
        best, end = opens[source], ITSELF
        far: dict[int, int] = {}
        parent: dict[int, int] = {}
        heap: list[tuple[int, int]] = []
        settled: list[int] = []
        row, base = source, 0
        while True:
            for column, price in self.pairs[row]:
                reach = base + price - v[column]
                if reach >= best or reach >= far.get(column, best):
                    continue
                far[column], parent[column] = reach, row
                if row_of[column] >= 0:
                    heappush(heap, (reach, column))
                else:
                    best, end = reach, column
            while heap and heap[0][0] > far[heap[0][1]]:
                heappop(heap)
            if not heap or heap[0][0] >= best:
                break
            reach, via = heappop(heap)
            settled.append(via)
            row = row_of[via]
            base = reach - u[row]
            if base + opens[row] < best:
                best, end = base + opens[row], -2 - via
        for column in settled:
            step = best - far[column]
            v[column] -= step
            u[row_of[column]] += step
        u[source] = best
        read.follow(source, end, parent)


class _Read:
    """A state as lists, prices joined."""

    def __init__(self, graph: Graph, state: State) -> None:
        self.opens = [open_price << _TIE_BITS for open_price in graph.by_row[OPENS].tolist()]
        self.u = _joined(state.by_row[DUAL].tolist(), state.by_row[TIES].tolist())
        self.v = _joined(state.by_column[DUAL].tolist(), state.by_column[TIES].tolist())
        self.column_of: list[int] = state.by_row[PARTNER].tolist()
        self.row_of: list[int] = state.by_column[PARTNER].tolist()

    def follow(self, source: int, end: int, parent: dict[int, int]) -> None:
        """Move everybody along the path that a search has found."""
        if end == ITSELF:
            self.column_of[source] = OPEN
            return
        column = end
        if end < ITSELF:
            column = -2 - end
            self.column_of[self.row_of[column]] = OPEN
        while True:
            row = parent[column]
            left = self.column_of[row]
            self.column_of[row], self.row_of[column] = column, row
            if row == source:
                return
            column = left

    def write(self, state: State) -> None:
        """Put everything back into arrays."""
        state.by_row[PARTNER], state.by_column[PARTNER] = self.column_of, self.row_of
        for lines, prices in ((state.by_row, self.u), (state.by_column, self.v)):
            costs = [(price + _HALF) >> _TIE_BITS for price in prices]
            lines[DUAL] = costs
            lines[TIES] = [price - (cost << _TIE_BITS) for price, cost in zip(prices, costs, strict=True)]


def _joined(costs: list[int], ties: list[int]) -> list[int]:
    return [(cost << _TIE_BITS) + tie for cost, tie in zip(costs, ties, strict=True)]
