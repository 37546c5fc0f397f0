"""What a plan for needs of every shape amounts to: counts, cost, open positions, and the rules that forced pins break.

These are f_i, F_k and C of `problem` for chosen pairs that keep the constraints, in a few passes over rows and chosen pairs.
`verify` has an account of its own and shares no code with this one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.pins import broken_rules
from optimiser.problem import BoolArray, IntArray, Problem


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
    needs = len(problem.need_ids)
    filled = np.bincount(problem.pair_rows[chosen], minlength=len(problem.row_needs))
    missing = np.maximum(0, problem.quantities - filled)
    missing_of = _sums(problem.row_needs, missing, needs)
    positions = _sums(problem.row_needs, problem.quantities, needs)
    done, worth, idle = missing_of == 0, positions, np.zeros(len(filled), dtype=np.bool_)
    if problem.alternatives is not None:
        done, worth, idle = _alternatives(problem, filled, missing, problem.alternatives)
    value = np.where(problem.whole & done, worth, positions - missing_of)
    cost = _pair_cost(problem, chosen)
    if problem.optional is not None:
        value = np.where(problem.optional, 0, value)
        if problem.open_prices is not None:
            cost += int((problem.open_prices * np.where(problem.whole, ~done, missing_of))[problem.optional].sum())
    levels, of = np.unique(problem.ranks, return_inverse=True)
    by_rank = zip(levels.tolist(), _sums(of, value, len(levels)).tolist(), strict=True)
    broken: set[tuple[str, str]] = set()
    if problem.pinned is not None:
        broken = {(each.rule, each.subject) for each in broken_rules(problem, problem.pinned)}
    return Ledger(tuple(np.where(idle, 0, missing).tolist()), tuple(by_rank), cost, tuple(sorted(broken)))


def _sums(of: IntArray, values: IntArray, length: int) -> IntArray:
    sums = np.zeros(length, dtype=np.int64)
    np.add.at(sums, of, values)
    return sums


def _alternatives(
    problem: Problem, filled: IntArray, missing: IntArray, alternatives: IntArray
) -> tuple[BoolArray, IntArray, BoolArray]:
    """(needs,) whether some alternative is filled, (needs,) n_i, and (rows,) whether another alternative is in use."""
    needs = len(problem.need_ids)
    keys = np.stack((problem.row_needs, alternatives))
    teams, team_of = np.unique(keys, axis=1, return_inverse=True)
    team_of = team_of.reshape(-1)
    whose, count = teams[0], teams.shape[1]
    worth = np.zeros(needs, dtype=np.int64)
    np.maximum.at(worth, whose, _sums(team_of, problem.quantities, count))
    complete = _sums(team_of, missing, count) == 0
    if problem.pinned is not None:
        # A pin leaves no other alternative open, and pins in two of them leave none.
        pins = np.bincount(team_of[problem.pair_rows[problem.pinned]], minlength=count) > 0
        pinned_teams = np.bincount(whose[pins], minlength=needs)
        complete &= (pinned_teams[whose] == 0) | (pins & (pinned_teams[whose] == 1))
    done = np.zeros(needs, dtype=np.bool_)
    done[whose[complete]] = True
    in_use = np.bincount(team_of, weights=filled, minlength=count) > 0
    need_in_use = np.zeros(needs, dtype=np.bool_)
    need_in_use[whose[in_use]] = True
    return done, worth, need_in_use[problem.row_needs] & ~in_use[team_of]


def _pair_cost(problem: Problem, chosen: IntArray) -> int:
    costs = problem.terms[chosen].sum(axis=1)
    if problem.shared is None or not len(chosen):
        return int(costs.sum())
    needs = problem.row_needs[problem.pair_rows[chosen]]
    together = problem.shared[needs]
    keys = needs * len(problem.resource_ids) + problem.pair_resources[chosen]
    bodies, of = np.unique(keys[together], return_inverse=True)
    dearest = np.zeros(len(bodies), dtype=np.int64)
    np.maximum.at(dearest, of, costs[together])
    return int(costs[~together].sum() + dearest.sum())
