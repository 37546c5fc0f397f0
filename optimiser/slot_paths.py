"""The slot relaxation by compiled augmenting paths, where every resource has room for one.

A row comes once for each of its positions, and then the relaxation is an assignment. At canonical prices its optimum is the one
that the flow finds, several times as fast where resources are not scarce.
"""

from __future__ import annotations

import numpy as np

from optimiser.kernels.augmenting import NOBODY, OPENS, Graph, Room, State, compressed, quickest
from optimiser.kernels.compiling import has_numba
from optimiser.problem import IntArray, Problem

_BIDS_PER_SLOT = 4


def can_be_paths(problem: Problem) -> bool:
    """Tell whether loops are compiled here and no resource could serve two."""
    return has_numba() and int(problem.capacities.max(initial=0)) <= 1


class SlotPaths:
    """One problem's pairs at canonical prices, laid out once and asked again and again for other positions."""

    def __init__(self, problem: Problem, prices: IntArray) -> None:
        """Lay out the pairs of resources that have room; `prices` (pairs,)."""
        self.problem = problem
        usable = np.flatnonzero(problem.capacities[problem.pair_resources])
        pairs = problem.pair_rows[usable], problem.pair_resources[usable], prices[usable]
        nothing = np.zeros(len(problem.quantities), dtype=np.int64)
        # Canonical prices hold the ties already.
        keys = np.zeros(len(nothing), dtype=np.uint64), np.zeros(len(problem.resource_ids), dtype=np.uint64)
        self._by_row = compressed(*pairs, nothing, *keys)
        self._room = Room.of(len(problem.resource_ids))

    def cheapest(self, asked: IntArray, empty: IntArray) -> IntArray:
        """Chosen pairs, ascending, where each row may have `asked` (rows,) and a position left empty costs `empty` (rows,)."""
        problem, laid = self.problem, self._by_row
        row_of_slot = np.repeat(np.arange(len(asked)), asked)
        lines = np.ascontiguousarray(laid.by_row[:, row_of_slot])
        lines[OPENS] = empty[row_of_slot]
        graph = Graph.of(lines, laid.heads, laid.costs, laid.row_keys[row_of_slot], laid.column_keys)
        state = State.undecided(len(row_of_slot), len(problem.resource_ids))
        quickest().decide_all(graph, state, self._room, _BIDS_PER_SLOT * len(row_of_slot))
        held = np.flatnonzero(state.column_of >= 0)
        row_of = np.full(len(problem.resource_ids), NOBODY)
        row_of[state.column_of[held]] = row_of_slot[held]
        return np.flatnonzero(row_of[problem.pair_resources] == problem.pair_rows)
