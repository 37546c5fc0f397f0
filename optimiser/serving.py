"""The cheapest plan that serves exactly given needs: with whom to serve settled, whole teams are a plain assignment.

Compiled augmenting paths where loops can be compiled and every resource has room for one, the slot flow elsewhere. What they
choose among equally cheap plans is their own affair; what the search asks of them, costs and least prices, is the same.
"""

from __future__ import annotations

import numpy as np

from optimiser.kernels.augmenting import NOBODY, OPENS, Graph, Room, State, compressed, has_numba, steps
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.slot_flow import SlotFlow

_BIDS_PER_SLOT = 4


class Serving:
    """One problem's pairs, laid out once and asked again and again for other needs."""

    def __init__(self, problem: Problem, costs: IntArray, flow: SlotFlow, *, by_paths: bool = has_numba()) -> None:
        """Lay out the pairs, if augmenting paths are to be used where they can."""
        self.problem, self.costs, self.flow = problem, costs, flow
        self._by_row: Graph | None = None
        if by_paths and problem.capacities.max(initial=0) <= 1:
            rows, resources = np.arange(len(problem.quantities)), len(problem.resource_ids)
            keys = np.zeros(len(rows), dtype=np.uint64), np.zeros(resources, dtype=np.uint64)
            usable = np.flatnonzero(problem.capacities[problem.pair_resources] > 0)
            pairs = problem.pair_rows[usable], problem.pair_resources[usable], costs[usable]
            self._by_row = compressed(*pairs, 0 * rows, *keys)
            self._room = Room.of(resources)

    def cheapest(self, served: BoolArray) -> IntArray | None:
        """Pairs that fill every row of the needs of a mask and no other; None when there are none.

        Counted as one flow, whatever finds them.
        """
        if self._by_row is None:
            return self.flow.exactly(served)
        self.flow.solves += 1
        problem = self.problem
        asked = np.where(served[problem.row_needs], problem.quantities, 0)
        row_of_slot = np.repeat(np.arange(len(asked)), asked)
        lines = np.ascontiguousarray(self._by_row.by_row[:, row_of_slot])
        # Dearer than every plan, so that a slot stays empty only where it must.
        lines[OPENS] = len(row_of_slot) * int(self.costs.max(initial=0)) + 1
        graph = Graph.of(
            lines, self._by_row.heads, self._by_row.costs, self._by_row.row_keys[row_of_slot], self._by_row.column_keys
        )
        state = State.undecided(len(row_of_slot), len(problem.resource_ids))
        steps().decide_all(graph, state, self._room, _BIDS_PER_SLOT * len(row_of_slot))
        if (state.column_of < 0).any():
            return None
        row_of = np.full(len(problem.resource_ids), NOBODY)
        row_of[state.column_of] = row_of_slot
        return np.flatnonzero(row_of[problem.pair_resources] == problem.pair_rows)
