"""One contest for what is short, searched whole: branch and bound whose every node is a few shortest augmenting paths.

Slots choose resources at given prices or stay empty at a share of what their need costs when it stays open: the slot relaxation
of `slot_flow` as an assignment. Matching and duals of a node are kept, so a branch costs no flow: a need left out gives its
resources back one by one, and a need forced whole looks for those that it lacks (`kernels.augmenting`).

    minimise  sum of  fixed_i + sum of chosen prices   over needs served whole
            + sum of  open_i                           over needs left open

Best first (Land and Doig 1960, doi:10.2307/1910129), branching on the half-served need at which most is at stake.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from optimiser.components import part_of
from optimiser.kernels.augmenting import FREE, OPEN, OPENS, Graph, Room, State, compressed, quickest
from optimiser.kernels.augmenting_lists import Lists
from optimiser.kernels.compiling import has_numba
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.ties import tie_keys

VALUE_LIMIT = 2**54
"""Bound on what a whole contest may cost, so that forcing a need, which costs more than all, leaves the kernels room."""
_NEVER_AGAIN = -(2**58)
"""Dual of a slot that is out: every resource is too dear for it."""
_BIDS_PER_SLOT = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whom a contest had best serve, and at which value; or, when the limit came first, a good guess and a bound."""

    value: int | None
    """What nothing undercuts; None when nothing keeps to what was decided."""
    served: BoolArray | None
    """(needs of the contest,) None when there is no value."""
    is_best: bool
    """Whether serving these reaches the value."""
    nodes: int


@dataclass(frozen=True, slots=True)
class _Node:
    state: State
    opens: IntArray
    """(slots,) price of staying empty."""
    decided: IntArray
    """(needs,) 1 forced whole, -1 left out, 0 neither."""


class Contest:
    """Needs joined by short rows, laid out once and searched again and again at other prices."""

    def __init__(self, problem: Problem, needs: BoolArray, short: BoolArray) -> None:
        """Take the short rows of these needs, all of which accept somebody; everything is put into the order of ids."""
        part = part_of(problem, needs, np.flatnonzero(short[problem.pair_rows]))
        own = part.problem
        self.needs = part.needs
        # A row comes once per position, a resource once per unit of its capacity. A row might then take two units of one
        # resource, which no plan may: values are too low for that, never too high.
        asked = np.where(np.bincount(own.pair_rows, minlength=len(own.quantities)) > 0, own.quantities, 0)
        row_of_slot = np.repeat(np.arange(len(asked)), asked)
        self.need_of_slot: IntArray = own.row_needs[row_of_slot]
        self.asked = np.bincount(self.need_of_slot, minlength=len(part.needs))
        room = np.minimum(own.capacities, len(row_of_slot))
        first_column = np.cumsum(room) - room
        copies = room[own.pair_resources]
        self.pairs = np.repeat(part.pairs, copies)
        nth = np.arange(len(self.pairs)) - np.repeat(np.cumsum(copies) - copies, copies)
        columns = np.repeat(first_column[own.pair_resources], copies) + nth
        rows = np.repeat(own.pair_rows, copies)
        row_keys, resource_keys = tie_keys(own)
        self._keys = row_keys[row_of_slot], np.repeat(resource_keys, room)
        nothing = np.zeros(len(asked), dtype=np.int64)
        by_row = compressed(rows, columns, np.arange(len(rows)), nothing, row_keys, self._keys[1])
        self._lines = np.ascontiguousarray(by_row.by_row[:, row_of_slot])
        self._heads, self._order = by_row.heads, by_row.costs
        self._turn(row_of_slot, rows, columns)
        self._rooms = Room.of(len(self._keys[1])), Room.of(len(self._keys[0]))

    def _turn(self, row_of_slot: IntArray, rows: IntArray, columns: IntArray) -> None:
        """Lay out the same pairs as seen from the resources."""
        by_row = np.argsort(rows, kind="stable")
        counts = np.bincount(rows, minlength=int(row_of_slot.max(initial=-1)) + 1)
        of_slot = counts[row_of_slot]
        starts = np.repeat((np.cumsum(counts) - counts)[row_of_slot], of_slot)
        nth = np.arange(int(of_slot.sum())) - np.repeat(np.cumsum(of_slot) - of_slot, of_slot)
        arcs = by_row[starts + nth]
        slots = np.repeat(np.arange(len(row_of_slot)), of_slot)
        nothing = np.zeros(len(self._keys[1]), dtype=np.int64)
        self._turned = compressed(columns[arcs], slots, arcs, nothing, *self._keys[::-1])

    def settle(self, costs: IntArray, fixed: IntArray, opens: IntArray, decided: IntArray, most: int) -> Verdict:
        """Search at these prices: `costs` (pairs of the contest,); `fixed`, `opens` and `decided` (needs of the contest,).

        `decided` is 1 for a need that must be served, -1 for one that must not, 0 for others; `most` is how many nodes may be
        looked at.
        """
        lines = self._lines.copy()
        graph = Graph.of(lines, self._heads, costs[self._order], *self._keys)
        turned = Graph.of(self._turned.by_row, self._turned.heads, costs[self._turned.costs], *self._keys[::-1])
        return _Search(self, graph, turned, lines[OPENS], self._rooms, fixed, opens).run(decided, most)


class _Search:
    """The nodes of one search, and how one is made from another."""

    def __init__(
        self, contest: Contest, graph: Graph, turned: Graph, empty: IntArray, rooms: tuple[Room, Room], fixed: IntArray,
        opens: IntArray,
    ) -> None:  # fmt: skip
        self.need_of_slot, self.asked = contest.need_of_slot, contest.asked
        self.graph, self.turned, self.rooms, self.steps = graph, turned, rooms, quickest()
        self.lists = None if has_numba() else (Lists(graph), Lists(turned))
        self.empty = empty
        """(slots,) what the kernel reads as the price of staying empty."""
        self.fixed, self.opens = fixed, opens
        slots = len(self.need_of_slot)
        # The first slot bears what is left when a price is shared out evenly.
        share, rest = np.divmod(opens - fixed, self.asked)
        is_first = np.diff(self.need_of_slot, prepend=-1) != 0
        self.shares: IntArray = share[self.need_of_slot] + np.where(is_first, rest[self.need_of_slot], 0)
        dearest = int(graph.costs.max(initial=0)) * slots
        self.beyond = dearest + int(np.abs(self.opens).sum() + np.abs(self.fixed).sum()) + 1

    def run(self, decided: IntArray, most: int) -> Verdict:
        """Look at nodes, the most promising first, until one is a plan or the limit comes."""
        decided = np.where((decided == 0) & (self.opens <= self.fixed), -1, decided)
        heap: list[tuple[int, int, _Node]] = []
        looked = 0
        branches = [self._first(decided)]
        while True:
            for node in branches:
                value = self._value(node)
                looked += 1
                if value is not None:
                    heappush(heap, (value, looked, node))
            if not heap:
                return Verdict(None, None, False, looked)
            value, _, node = heappop(heap)
            filled, half = self._filled(node)
            if not len(half):
                return Verdict(value, filled > 0, True, looked)
            if looked + 2 > most:
                return Verdict(value, self._rounded(node), False, looked)
            need = int(half[np.argmax(self._stakes(filled)[half])])
            branches = [self._left_out(node, need), self._forced(node, need)]

    def _filled(self, node: _Node) -> tuple[IntArray, IntArray]:
        """(needs,) positions filled, and which needs are served by half."""
        filled = np.bincount(self.need_of_slot[node.state.column_of >= 0], minlength=len(self.asked))
        return filled, np.flatnonzero((filled > 0) & (filled < self.asked))

    def _stakes(self, filled: IntArray) -> IntArray:
        stakes: IntArray = np.minimum(filled, self.asked - filled) * (self.opens - self.fixed) // self.asked
        return stakes

    def _rounded(self, node: _Node) -> BoolArray:
        """Whom a plan could serve: needs served by half are left out, one after another, the least loss first."""
        filled, half = self._filled(node)
        while len(half):
            node = self._left_out(node, int(half[np.argmin((self.opens - self.fixed)[half])]))
            filled, half = self._filled(node)
        return filled > 0

    def _first(self, decided: IntArray) -> _Node:
        state = State.undecided(len(self.need_of_slot), len(self.turned.opens))
        opens = np.where(decided[self.need_of_slot] > 0, self.beyond, self.shares)
        self.empty[:] = opens
        out = decided[self.need_of_slot] < 0
        state.column_of[out], state.u[out] = OPEN, _NEVER_AGAIN
        if self.lists is None:
            self.steps.decide_all(self.graph, state, self.rooms[0], _BIDS_PER_SLOT * len(opens))
        else:
            self.lists[0].decide(state, np.flatnonzero(~out).tolist())
        return _Node(state, opens, decided)

    def _value(self, node: _Node) -> int | None:
        """The value of the relaxation; None when a forced need does not come out whole."""
        state, is_out = node.state, node.decided < 0
        counted = ~is_out[self.need_of_slot]
        empty = counted & (state.column_of < 0)
        if (node.opens[empty] == self.beyond).any():
            return None
        held = np.flatnonzero(state.column_of >= 0)
        # Pair by pair, because duals of forced needs, summed by themselves, leave 64 bits.
        prices = int((state.u[held] + state.v[state.column_of[held]]).sum()) + int(node.opens[empty].sum())
        return prices + int(np.where(is_out, self.opens, self.fixed).sum())

    def _branch(self, node: _Node, need: int, decision: int) -> tuple[_Node, IntArray]:
        state = State(node.state.by_row.copy(), node.state.by_column.copy())
        decided = node.decided.copy()
        decided[need] = decision
        return _Node(state, node.opens.copy(), decided), np.flatnonzero(self.need_of_slot == need)

    def _left_out(self, node: _Node, need: int) -> _Node:
        """Give back what the need holds, each to whoever gains most by it."""
        out, slots = self._branch(node, need, -1)
        state = out.state
        self.empty[:] = out.opens
        columns = state.column_of[slots]
        state.column_of[slots], state.u[slots], state.u_ties[slots] = OPEN, _NEVER_AGAIN, 0
        columns = columns[columns >= 0]
        state.row_of[columns] = FREE
        # What was free of charge may lie idle.
        wanted = columns[(state.v[columns] != 0) | (state.v_ties[columns] != 0)].tolist()
        if self.lists is not None:
            self.lists[1].decide(state.transposed(), wanted)
            return out
        for column in wanted:
            self.steps.decide(self.turned, state.transposed(), self.rooms[1], column)
        return out

    def _forced(self, node: _Node, need: int) -> _Node:
        """Let each empty slot of the need find somebody at any price."""
        forced, slots = self._branch(node, need, 1)
        forced.opens[slots] = self.beyond
        self.empty[:] = forced.opens
        empty = slots[forced.state.column_of[slots] < 0]
        forced.state.column_of[empty] = FREE
        if self.lists is not None:
            self.lists[0].decide(forced.state, empty.tolist())
            return forced
        for slot in empty.tolist():
            self.steps.decide(self.graph, forced.state, self.rooms[0], slot)
        return forced
