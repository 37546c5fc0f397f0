"""The slot relaxation: linear class prices, the staged way round them, and its range guard."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.problem import PAIR_COST_LIMIT, Problem
from optimiser.slot_flow import EngineFailure
from optimiser.solve import solve
from tests.optimiser.builders import problem_of, random_problem, slot_flow_of


def _classes_and_dear_prices() -> Problem:
    needs = {
        f"need-{i}": (1 + i, False, [(1, {f"unit-{j}": PAIR_COST_LIMIT - i * j for j in range(20)})]) for i in range(40)
    }
    return problem_of(needs, {f"unit-{j}": 1 for j in range(20)})


def test_staged_flows_equal_the_linear_class_prices() -> None:
    """Where 64 bits do not suffice, two flows must say what one would have said."""
    compared = 0
    for seed in range(300):
        problem = random_problem(seed, whole_share=0.0)
        if len(problem.pair_rows):
            linear, staged = slot_flow_of(problem), slot_flow_of(problem)
            staged.is_staged = True
            assert staged.optimum().standing == linear.optimum().standing, seed
            compared += 1
    assert compared > 200


def test_the_range_guard_stages_the_flow_when_many_classes_meet_dear_prices() -> None:
    """Class weights and ties together leave 64 bits; two flows need neither."""
    assert slot_flow_of(_classes_and_dear_prices()).is_staged


def test_a_staged_flow_is_still_lexicographic() -> None:
    """Twenty units, forty classes: the twenty most urgent are served and nobody else."""
    assert solve(_classes_and_dear_prices()).filled_by_rank == tuple((1 + i, int(i < 20)) for i in range(40))


def test_prices_beyond_every_range_are_refused_by_the_guard() -> None:
    """An overflow would be an answer; this is a failure, and the floor plan follows."""
    sound = problem_of({f"n{i}": (1, True, [(1, {"a": 1, "b": 1})]) for i in range(3)}, {"a": 1, "b": 1})
    parts = {name: getattr(sound, name) for name in sound.__slots__}
    dear = Problem.trusted(**(parts | {"terms": np.full((6, 1), 2**60)}))
    with pytest.raises(EngineFailure, match="64 bits"):
        slot_flow_of(dear)


def test_a_need_left_out_gets_nobody() -> None:
    """The left branch of the search."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1})]), "y": (2, True, [(1, {"a": 1})])}, {"a": 1})
    plan = slot_flow_of(problem).optimum(out=np.array([True, False]))
    assert problem.pair_needs[plan.chosen].tolist() == [1]


def test_a_forced_need_goes_before_every_rank() -> None:
    """The right branch of the search."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1})]), "y": (2, True, [(1, {"a": 1})])}, {"a": 1})
    plan = slot_flow_of(problem).optimum(forced=np.array([False, True]))
    assert problem.pair_needs[plan.chosen].tolist() == [1]


def test_forcing_what_cannot_be_filled_is_reported() -> None:
    """An infeasible branch must be cut off, not believed."""
    problem = problem_of({"x": (1, True, [(2, {"a": 1})]), "y": (1, True, [(1, {"a": 1})])}, {"a": 1})
    assert not slot_flow_of(problem).optimum(forced=np.array([True, False])).forced_are_filled
