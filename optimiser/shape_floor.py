"""The floor plan for needs of every shape: pins first, then greedy by rank, optional needs last. It asks no solver.

Each need takes the first of its alternatives that it can fill from what is free, row by row, the cheapest resources first; an
optional one only if that costs no more than staying open. As `floor_plan` it may miss a team that could be staffed, and it
never breaks a constraint that the pins have not broken already.
"""

from __future__ import annotations

import numpy as np

from optimiser.pins import room_of
from optimiser.problem import IntArray, Problem
from optimiser.programme import Statement


def shape_floor(problem: Problem, costs: IntArray) -> IntArray:
    """Choose pairs greedily around the pins; indices ascending."""
    statement = Statement(problem)
    pinned = np.flatnonzero(statement.pinned)
    greedy = _Greedy(statement, costs.tolist(), (problem.capacities - room_of(problem, pinned)).tolist())
    for pair in pinned.tolist():
        greedy.bodies.setdefault(greedy.body(pair), []).append(pair)
    ranks: list[int] = problem.ranks.tolist()
    order = sorted(range(len(ranks)), key=lambda need: (statement.optional[need], ranks[need], need))
    for need in order:
        for number in statement.open_alternatives(need):
            if greedy.fill(need, statement.rows_of[need][number]):
                break
    chosen = [pair for pairs in greedy.bodies.values() for pair in pairs]
    return np.sort(np.array(chosen, dtype=np.int64))


class _Greedy:
    """Who is where so far, and what room is left."""

    def __init__(self, statement: Statement, costs: list[int], free: list[int]) -> None:
        self.statement = statement
        self.costs = costs
        self.free = free
        self.row_of: list[int] = statement.problem.pair_rows.tolist()
        self.resource_of: list[int] = statement.problem.pair_resources.tolist()
        self.bodies: dict[tuple[int, int], list[int]] = {}

    def body(self, pair: int) -> tuple[int, int]:
        return self.statement.row_needs[self.row_of[pair]], self.resource_of[pair]

    def fill(self, need: int, rows: list[int]) -> bool:
        """Fill these rows of a need as far as can be, or not at all if it is whole and cannot be filled."""
        took: list[int] = []
        short, extra = False, 0
        for row in rows:
            left = self.statement.quantities[row] - self.statement.pins_of_row[row]
            pairs = self.statement.pairs_of[row]
            for pair in sorted(pairs, key=lambda pair: (self.costs[pair], pair)):
                if left <= 0:
                    break
                more = self._take(pair, need, row)
                if more is not None:
                    took.append(pair)
                    extra += more
                    left -= 1
            short = short or left > 0
        whole = bool(self.statement.problem.whole[need])
        too_dear = whole and self.statement.optional[need] and extra > self.statement.open_prices[need]
        if whole and (short or too_dear):
            for pair in reversed(took):
                self._give_back(pair)
            return False
        return True

    def _take(self, pair: int, need: int, row: int) -> int | None:
        """Choose a pair if it fits, and return what it adds to the cost."""
        if self.statement.barred[pair] or self.statement.pinned[pair]:
            return None
        body = self.body(pair)
        others = self.bodies.get(body, [])
        if others and not self.statement.shared[need]:
            return None
        room = max(0, self.statement.loads[row] - max((self._load(other) for other in others), default=0))
        price = max(0, self.costs[pair] - max((self.costs[other] for other in others), default=0))
        is_single = self.statement.optional[need] and not self.statement.problem.whole[need]
        # Somebody who is here already may take another role even where pins have overdrawn the capacity.
        if (room and room > self.free[body[1]]) or (is_single and price > self.statement.open_prices[need]):
            return None
        self.free[body[1]] -= room
        self.bodies.setdefault(body, []).append(pair)
        return price

    def _give_back(self, pair: int) -> None:
        body = self.body(pair)
        others = self.bodies[body]
        others.remove(pair)
        self.free[body[1]] += max(0, self._load(pair) - max((self._load(other) for other in others), default=0))
        if not others:
            del self.bodies[body]

    def _load(self, pair: int) -> int:
        return self.statement.loads[self.row_of[pair]]
