"""Leaving pairs out must leave no best plan out."""

from __future__ import annotations

from optimiser.floor_plan import floor_plan
from optimiser.pruning import with_pairs, worthwhile_pairs
from tests.optimiser.builders import best_standing, problem_of, random_problem


def test_only_as_many_pairs_per_row_stay_as_positions_are_asked_for() -> None:
    """Two positions in all: nobody's third choice matters."""
    problem = problem_of(
        {"x": (1, True, [(1, {"a": 4, "b": 3, "c": 2, "d": 1})]), "y": (1, True, [(1, {"a": 1})])},
        dict.fromkeys("abcd", 1),
    )
    assert worthwhile_pairs(problem, problem.costs).tolist() == [2, 3, 4]


def test_equal_prices_at_the_edge_all_stay() -> None:
    """The tie-break chooses among them, not the pruning."""
    problem = problem_of({"x": (1, True, [(1, {"a": 2, "b": 2, "c": 3})])}, dict.fromkeys("abc", 1))
    assert worthwhile_pairs(problem, problem.costs).tolist() == [0, 1]


def test_a_resource_without_room_does_not_count() -> None:
    """Counting it would push out one that could be sent."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1, "b": 2})])}, {"a": 0, "b": 1})
    assert worthwhile_pairs(problem, problem.costs).tolist() == [1]


def test_the_best_plan_survives_pruning() -> None:
    """By trying every plan, before and after."""
    pruned = 0
    for seed in range(600):
        problem = random_problem(seed)
        keep = worthwhile_pairs(problem, problem.costs)
        pruned += len(keep) < len(problem.pair_rows)
        assert best_standing(with_pairs(problem, keep)) == best_standing(problem), seed
    assert pruned > 100


def test_the_floor_plan_survives_pruning() -> None:
    """What the desk falls back on is the same plan."""
    for seed in range(300):
        problem = random_problem(seed)
        keep = worthwhile_pairs(problem, problem.costs)
        small = with_pairs(problem, keep)
        assert keep[floor_plan(small, small.costs)].tolist() == floor_plan(problem, problem.costs).tolist(), seed
