"""Choice without competition: right when it answers, silent when it must not."""

from __future__ import annotations

import numpy as np

from optimiser.direct import uncontested_choice
from optimiser.problem import Problem
from optimiser.solve import solve
from optimiser.ties import Ties
from tests.optimiser.builders import best_standing, by_ids, problem_of, random_problem, standing_of


def _many_rows(seed: int) -> Problem:
    """Twenty needs of one row each, with few distinct prices, so that ties abound."""
    draw = np.random.default_rng([seed, 12])
    units = [f"unit-{j}" for j in range(40)]
    needs = {
        f"need-{i}": (1, False, [(int(draw.integers(1, 3)), {unit: int(draw.integers(0, 4)) for unit in units})])
        for i in range(20)
    }
    return problem_of(needs, dict.fromkeys(units, 20))


def _cut(problem: Problem, need: int) -> Problem:
    """One need of a problem by itself."""
    rows = np.flatnonzero(problem.row_needs == need)
    pairs = np.flatnonzero(problem.pair_rows == rows[0])
    return Problem(
        need_ids=(problem.need_ids[need],), ranks=problem.ranks[[need]], whole=problem.whole[[need]],
        row_needs=np.zeros(1, dtype=np.int64), quantities=problem.quantities[rows],
        resource_ids=problem.resource_ids, capacities=problem.capacities,
        pair_rows=np.zeros(len(pairs), dtype=np.int64), pair_resources=problem.pair_resources[pairs],
        terms=problem.terms[pairs], term_names=problem.term_names,
    )  # fmt: skip


def test_many_rows_choose_as_each_would_alone() -> None:
    """The quick way for many rows and the one for a single row must break ties alike."""
    for seed in range(20):
        problem = _many_rows(seed)
        together = solve(problem)
        assert together.engine == "direct"
        alone = [_cut(problem, need) for need in range(20)]
        assert by_ids(problem, together) == sorted(pair for one in alone for pair in by_ids(one, solve(one)))


def test_two_rows_that_want_the_same_resource_get_no_direct_answer() -> None:
    """Guessing who should yield is the optimiser's work."""
    problem = problem_of(
        {"x": (1, True, [(1, {"a": 1, "b": 2})]), "y": (1, True, [(1, {"a": 1, "b": 3})])}, {"a": 1, "b": 1}
    )
    assert uncontested_choice(problem, problem.costs, Ties(problem)) is None


def test_two_roles_of_one_need_that_want_the_same_resource_get_no_direct_answer() -> None:
    """Even a resource with room for two is one body."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1, "b": 2}), (1, {"a": 1, "b": 3})])}, {"a": 2, "b": 1})
    assert uncontested_choice(problem, problem.costs, Ties(problem)) is None


def test_a_whole_need_without_enough_resources_gets_nobody() -> None:
    """Leaving it empty frees nobody else, so the choice of the others stands."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1}), (1, {})]), "y": (1, True, [(1, {"b": 1})])}, {"a": 1, "b": 1})
    assert by_ids(problem, solve(problem)) == [("y", "b")]


def test_a_direct_answer_is_the_best_one() -> None:
    """By trying every plan."""
    answered = 0
    for seed in range(600):
        problem = random_problem(seed)
        allocation = solve(problem)
        if allocation.engine == "direct":
            assert standing_of(problem, allocation) == best_standing(problem), seed
            answered += 1
    assert answered > 100
