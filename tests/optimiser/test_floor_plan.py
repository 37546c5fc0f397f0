"""The floor plan is always there and always sound."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.allocation import Allocation, Termination
from optimiser.floor_plan import MANY_PAIRS, floor_plan
from optimiser.problem import Problem
from optimiser.verify import verify
from tests.optimiser.builders import problem_of, random_problem


def _names(problem: Problem, chosen: list[int]) -> list[str]:
    return [problem.resource_ids[problem.pair_resources[pair]] for pair in chosen]


def test_the_more_urgent_need_chooses_first() -> None:
    """What a careful dispatcher would do with a list."""
    problem = problem_of({"x": (2, True, [(1, {"a": 1})]), "y": (1, True, [(1, {"a": 9})])}, {"a": 1})
    assert floor_plan(problem, problem.costs).tolist() == [1]


def test_needs_of_one_rank_choose_in_the_order_given() -> None:
    """The caller lists the longest-waiting first."""
    problem = problem_of({"x": (1, True, [(1, {"a": 9})]), "y": (1, True, [(1, {"a": 1})])}, {"a": 1})
    assert floor_plan(problem, problem.costs).tolist() == [0]


def test_a_need_takes_its_cheapest_free_resource() -> None:
    """Closest idle is the baseline that every dispatcher knows."""
    problem = problem_of({"x": (1, True, [(1, {"a": 5, "b": 2, "c": 3})])}, {"a": 1, "b": 0, "c": 1})
    assert _names(problem, floor_plan(problem, problem.costs).tolist()) == ["c"]


def test_a_start_is_kept_and_completed() -> None:
    """Rounding a search node keeps what is whole and fills the rest."""
    problem = problem_of(
        {"x": (1, True, [(1, {"a": 1, "b": 2})]), "y": (1, True, [(1, {"a": 1, "b": 2})])}, {"a": 1, "b": 1}
    )
    assert floor_plan(problem, problem.costs, np.array([1])).tolist() == [1, 2]


@pytest.mark.parametrize("needs", [5, 100])
def test_few_pairs_and_many_are_chosen_alike(needs: int) -> None:
    """A city with one resource more must not be served by another rule."""
    draw = np.random.default_rng(needs)
    shape = (needs, 80)
    prices, eligible = draw.integers(0, 9, shape), draw.random(shape) < 0.9
    wanted = {
        f"n{i:03}": (1 + i % 3, i % 2 == 0, [(1 + i % 2, {f"r{j:02}": int(prices[i, j]) for j in np.flatnonzero(row)})])
        for i, row in enumerate(eligible)
    }
    problem = problem_of(wanted, {f"r{j:02}": j % 3 for j in range(shape[1])})
    assert (len(problem.pair_rows) >= MANY_PAIRS) == (needs == 100)
    assert floor_plan(problem, problem.costs).tolist() == _by_hand(problem)


def _by_hand(problem: Problem) -> list[int]:
    """Need by need, the cheapest that is left, the first of equals; one row for each need."""
    left, chosen = problem.capacities.tolist(), []
    for need in sorted(range(len(problem.need_ids)), key=lambda i: (problem.ranks[i], i)):
        pairs = [pair for pair in range(len(problem.pair_rows)) if problem.pair_needs[pair] == need]
        pairs = [pair for pair in pairs if left[problem.pair_resources[pair]] > 0]
        asked = int(problem.quantities[need])
        taken = sorted(pairs, key=lambda pair: (problem.costs[pair], pair))[:asked]
        if len(taken) == asked or not problem.whole[need]:
            chosen += taken
            for pair in taken:
                left[problem.pair_resources[pair]] -= 1
    return sorted(chosen)


def test_every_floor_plan_is_sound() -> None:
    """What the desk falls back on must never itself need a fallback."""
    for seed in range(500):
        problem = random_problem(seed)
        chosen = floor_plan(problem, problem.costs)
        rows = problem.pair_rows[chosen]
        cost = int(problem.costs[chosen].sum())
        ranks = problem.ranks[problem.row_needs[rows]].tolist()
        plan = Allocation(
            tuple(chosen.tolist()),
            tuple((problem.quantities - np.bincount(rows, minlength=len(problem.quantities))).tolist()),
            tuple((rank, ranks.count(rank)) for rank in sorted(set(problem.ranks.tolist()))),
            cost,
            "floor",
            Termination("degraded", None, cost, 0, "on purpose"),
        )
        assert verify(problem, plan) == (), seed
