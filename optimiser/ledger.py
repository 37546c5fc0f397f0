"""What a plan for needs of every shape amounts to: counts, cost, open positions, and the rules that forced pins break.

These are f_i, F_k and C of `problem` for chosen pairs. `verify` has an account of its own and shares no code with this one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.pins import broken_rules
from optimiser.problem import IntArray, Problem
from optimiser.programme import Statement


@dataclass(frozen=True, slots=True)
class Ledger:
    """The figures of one plan."""

    unfilled: tuple[int, ...]
    filled_by_rank: tuple[tuple[int, int], ...]
    cost: int
    broken: tuple[tuple[str, str], ...]

    @property
    def standing(self) -> tuple[tuple[int, ...], int]:
        """What plans are compared by, smaller being better."""
        return tuple(-filled for _, filled in self.filled_by_rank), self.cost


def ledger_of(problem: Problem, chosen: IntArray) -> Ledger:
    """Reckon up a plan that keeps the constraints."""
    statement = Statement(problem)
    filled = np.bincount(problem.pair_rows[chosen], minlength=len(problem.row_needs)).tolist()
    by_rank = dict.fromkeys(sorted(problem.ranks.tolist()), 0)
    unfilled = [max(0, q - filled[row]) for row, q in enumerate(statement.quantities)]
    cost = _pair_cost(statement, chosen)
    for need, rows_of in enumerate(statement.rows_of):
        rows = [row for some in rows_of.values() for row in some]
        missing = sum(unfilled[row] for row in rows)
        is_whole = bool(problem.whole[need])
        done = _filled_alternative(statement, need, unfilled) if is_whole else None
        in_use = {number for number, some in rows_of.items() if any(filled[row] for row in some)}
        for number, some in rows_of.items():
            # What is not asked for any more, because another alternative was taken, is not open.
            if in_use and number not in in_use:
                for row in some:
                    unfilled[row] = 0
        if statement.optional[need]:
            open_now = int(done is None) if is_whole else missing
            cost += statement.open_prices[need] * open_now
        elif is_whole:
            by_rank[int(problem.ranks[need])] += statement.worth(need) if done is not None else statement.pins(need)
        else:
            by_rank[int(problem.ranks[need])] += sum(statement.quantities[row] for row in rows) - missing
    broken: set[tuple[str, str]] = set()
    if problem.pinned is not None:
        broken = {(each.rule, each.subject) for each in broken_rules(problem, statement.pinned)}
    return Ledger(tuple(unfilled), tuple(by_rank.items()), cost, tuple(sorted(broken)))


def _filled_alternative(statement: Statement, need: int, unfilled: list[int]) -> int | None:
    numbers = statement.open_alternatives(need)
    return next((n for n in numbers if not any(unfilled[row] for row in statement.rows_of[need][n])), None)


def _pair_cost(statement: Statement, chosen: IntArray) -> int:
    problem, total = statement.problem, 0
    dearest: dict[tuple[int, int], int] = {}
    costs = problem.costs[chosen].tolist()
    needs, resources = problem.pair_needs[chosen].tolist(), problem.pair_resources[chosen].tolist()
    for need, resource, cost in zip(needs, resources, costs, strict=True):
        if not statement.shared[need]:
            total += cost
        elif cost > dearest.get((need, resource), -1):
            total += cost - max(0, dearest.get((need, resource), 0))
            dearest[need, resource] = cost
    return total
