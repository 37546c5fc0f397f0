"""The search over whole teams: its bound, its presolve, and what it finds on larger instances."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.allocation import Limits
from optimiser.floor_plan import floor_plan
from optimiser.problem import Problem
from optimiser.solve import solve
from optimiser.staffable import unstaffable
from optimiser.teams import best_teams, is_contested_by_teams
from tests.optimiser.builders import (
    best_standing,
    by_ids,
    permuted,
    problem_of,
    random_problem,
    slot_flow_of,
    standing_of,
)


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


def pairs(seed: int) -> Problem:
    """Six needs for two out of seven: the flow fills seven positions, and no set of twos adds up to seven."""
    draw = np.random.default_rng([seed, 13])
    units = [f"unit-{j}" for j in range(7)]
    dearest = int(draw.choice([1, 40]))
    needs = {f"pair-{i}": (1, True, [(2, {unit: int(draw.integers(0, dearest)) for unit in units})]) for i in range(6)}
    return problem_of(needs, dict.fromkeys(units, 1))


def test_numbers_that_do_not_add_up_are_capped_and_soon_proven() -> None:
    """Overloaded twos are every fire service's Saturday; without the cap this takes over a hundred flows."""
    for seed in range(40):
        problem = pairs(seed)
        allocation = solve(problem, Limits(nodes=60, programme_nodes=0))
        assert (allocation.proven, standing_of(problem, allocation)) == (True, best_standing(problem)), seed


def test_a_staged_search_equals_brute_force() -> None:
    """Caps and forced needs must hold when prices leave no room for class weights."""
    for seed in range(40):
        problem = crowd(seed) if seed % 2 else pairs(seed)
        flow = slot_flow_of(problem)
        flow.is_staged = True
        floor = floor_plan(problem, problem.costs)
        found = best_teams(problem, problem.costs, flow, floor, Limits(nodes=10_000))
        cost = int(problem.costs[found.chosen].sum())
        assert (found.standing[0], cost) == best_standing(problem), seed


def test_more_work_never_gives_a_worse_plan() -> None:
    """A planner who raises the limit must not be punished for it."""
    for seed in range(20):
        problem = crowd(seed)
        standings = [
            standing_of(problem, solve(problem, Limits(nodes=nodes, programme_nodes=0))) for nodes in (1, 5, 20, 1_000)
        ]
        assert standings == sorted(standings, reverse=True), seed


def test_a_limited_search_claims_only_what_is_true() -> None:
    """No proof that is none, no bound that the best plan undercuts, no work beyond the limit."""
    limited = 0
    for seed in range(40):
        problem = crowd(seed) if seed % 2 else pairs(seed)
        best = best_standing(problem)
        for nodes in (1, 3, 7, 12):
            allocation = solve(problem, Limits(nodes=nodes, programme_nodes=0))
            standing, bound = standing_of(problem, allocation), allocation.termination.bound
            assert allocation.termination.nodes <= nodes
            assert bound is None or (standing[0] == best[0] and bound <= best[1]), (seed, nodes)
            assert not allocation.proven or standing == best, (seed, nodes)
            limited += not allocation.proven
    assert limited > 40


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
