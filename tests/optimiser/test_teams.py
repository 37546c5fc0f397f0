"""The search over whole teams: its bound, its presolve, and what it finds on larger instances."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.allocation import Limits
from optimiser.problem import Problem
from optimiser.solve import solve
from optimiser.teams import is_contested_by_teams, unstaffable
from tests.optimiser.builders import best_standing, by_ids, permuted, problem_of, random_problem, standing_of


def crowd(seed: int) -> Problem:
    """Seven teams of up to three roles over eight resources: far more than can be served, so that search is needed."""
    draw = np.random.default_rng([seed, 11])
    units = [f"unit-{j}" for j in range(8)]
    needs = {
        f"team-{i}": (
            int(draw.integers(1, 4)),
            bool(draw.random() < 0.9),
            [
                (int(draw.integers(1, 3)), {unit: int(draw.integers(0, 60)) for unit in units if draw.random() < 0.45})
                for _ in range(int(draw.integers(1, 3)))
            ],
        )
        for i in range(7)
    }
    return problem_of(needs, dict.fromkeys(units, 1))


def test_crowded_teams_equal_brute_force() -> None:
    """Where the slot flow is not whole, branching must still find the best plan and prove it."""
    searched = 0
    for seed in range(60):
        problem = crowd(seed)
        allocation = solve(problem, Limits(nodes=10_000))
        assert (allocation.proven, standing_of(problem, allocation)) == (True, best_standing(problem)), seed
        searched += allocation.termination.nodes > 1
    assert searched >= 20


def test_crowded_teams_do_not_depend_on_the_order_of_the_input() -> None:
    """Search has more ways than one flow to let an order through."""
    for seed in range(40):
        problem = crowd(seed)
        plan = by_ids(problem, solve(problem, Limits(nodes=10_000)))
        other = permuted(problem, seed)
        assert by_ids(other, solve(other, Limits(nodes=10_000))) == plan, seed


def test_more_work_never_gives_a_worse_plan() -> None:
    """A planner who raises the limit must not be punished for it."""
    for seed in range(20):
        problem = crowd(seed)
        standings = [standing_of(problem, solve(problem, Limits(nodes=nodes))) for nodes in (1, 5, 20, 1_000)]
        assert standings == sorted(standings, reverse=True), seed


UNSTAFFABLE: dict[str, tuple[Problem, bool]] = {
    "enough for every role": (problem_of({"x": (1, True, [(1, {"a": 1}), (1, {"b": 1})])}, {"a": 1, "b": 1}), False),
    "a role nobody fills": (problem_of({"x": (1, True, [(1, {"a": 1}), (1, {})])}, {"a": 1}), True),
    "too few for one role": (problem_of({"x": (1, True, [(2, {"a": 1})])}, {"a": 2}), True),
    "one resource for two roles": (problem_of({"x": (1, True, [(1, {"a": 1}), (1, {"a": 1})])}, {"a": 2}), True),
    "only a resource without room": (problem_of({"x": (1, True, [(1, {"a": 1})])}, {"a": 0}), True),
    "best effort is never ruled out": (problem_of({"x": (1, False, [(2, {"a": 1})])}, {"a": 1}), False),
}


@pytest.mark.parametrize(("problem", "expected"), UNSTAFFABLE.values(), ids=UNSTAFFABLE.keys())
def test_presolve_leaves_out_what_cannot_be_staffed_alone(problem: Problem, expected: bool) -> None:
    """Ruling out too much would hold a need that could be served."""
    assert unstaffable(problem).tolist() == [expected]


def test_presolve_never_rules_out_a_need_that_can_be_served() -> None:
    """Each need alone, against trying everything."""
    for seed in range(300):
        problem = random_problem(seed)
        ruled_out = unstaffable(problem)
        allocation = solve(problem)
        served = {int(problem.row_needs[problem.pair_rows[pair]]) for pair in allocation.chosen}
        assert not served & set(np.flatnonzero(ruled_out).tolist()), seed


def test_only_whole_needs_of_several_positions_need_search() -> None:
    """Everything else is a flow, and flows are exact."""
    single = problem_of({"x": (1, True, [(1, {"a": 1})]), "y": (1, False, [(2, {"a": 1})])}, {"a": 1})
    assert not is_contested_by_teams(single)
