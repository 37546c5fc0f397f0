"""What must not change an answer, for needs of every shape: another unit of money, somebody useless, a ban on the unwanted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.allocation import Allocation
from optimiser.problem import Problem
from optimiser.solve import solve
from tests.optimiser.shape_builders import random_shapes

SEEDS = pytest.mark.parametrize("seed", range(60))


def worth(allocation: Allocation) -> tuple[tuple[tuple[int, int], ...], int]:
    """What a plan is judged by."""
    return allocation.filled_by_rank, allocation.cost


@SEEDS
def test_another_unit_of_money_changes_the_price_and_nothing_else(seed: int) -> None:
    """Prices three times as high are paid three times."""
    problem = random_shapes(seed)
    opens = None if problem.open_prices is None else problem.open_prices * 3
    dearer = replace(problem, terms=problem.terms * 3, open_prices=opens)
    filled, cost = worth(solve(problem))
    assert worth(solve(dearer)) == (filled, cost * 3)


@SEEDS
def test_somebody_whom_nobody_accepts_changes_nothing(seed: int) -> None:
    """Hiring somebody useless is no reason to send somebody else."""
    problem = random_shapes(seed)
    more = replace(
        problem, resource_ids=(*problem.resource_ids, "useless"), capacities=np.append(problem.capacities, 9)
    )
    assert (solve(more).chosen, worth(solve(more))) == (solve(problem).chosen, worth(solve(problem)))


@SEEDS
def test_a_ban_on_what_was_not_chosen_changes_nothing(seed: int) -> None:
    """Nobody misses what nobody wanted."""
    problem = random_shapes(seed)
    plan = solve(problem)
    unwanted = np.ones(len(problem.pair_rows), dtype=np.bool_)
    unwanted[list(plan.chosen)] = False
    barred = unwanted if problem.barred is None else unwanted | problem.barred
    assert worth(solve(replace(problem, barred=barred))) == worth(plan)


@SEEDS
def test_a_ban_on_what_was_chosen_makes_nothing_better(seed: int) -> None:
    """Fewer choices are never a gain."""
    problem = random_shapes(seed)
    plan = solve(problem)
    pinned = np.zeros(len(problem.pair_rows), dtype=np.bool_) if problem.pinned is None else problem.pinned
    free = [pair for pair in plan.chosen if not pinned[pair]]
    if free:
        barred = np.zeros(len(problem.pair_rows), dtype=np.bool_) if problem.barred is None else problem.barred.copy()
        barred[free[0]] = True
        assert _standing(problem, solve(replace(problem, barred=barred))) >= _standing(problem, plan)


def _standing(problem: Problem, plan: Allocation) -> tuple[tuple[int, ...], int]:
    return tuple(-count for _, count in plan.filled_by_rank), plan.cost
