"""The slot relaxation by augmenting paths: what the flow would have chosen, pair by pair."""

from __future__ import annotations

import numpy as np

from optimiser.kernels.flow import min_cost_flow
from optimiser.slot_flow import SlotFlow
from optimiser.slot_paths import SlotPaths, can_be_paths
from optimiser.ties import tie_hashes
from tests.optimiser.builders import problem_of, random_problem
from tests.optimiser.test_contest import quarrel


def test_paths_choose_the_pairs_that_the_flow_chooses() -> None:
    """Whether loops are compiled here must not show in who is sent."""
    compared = 0
    for seed in range(400):
        problem = random_problem(seed)
        if problem.capacities.max() > 1 or not len(problem.pair_rows):
            continue
        flow = SlotFlow(problem, problem.costs, tie_hashes(problem), min_cost_flow)
        if not flow.is_staged:
            empty = flow.empty_prices(problem.quantities, flow.row_levels + 1)
            chosen = SlotPaths(problem, flow.canonical.prices).cheapest(problem.quantities, empty)
            assert chosen.tolist() == flow.optimum().chosen.tolist(), seed
            compared += 1
    assert compared > 150


def test_a_flow_by_paths_answers_every_question_alike() -> None:
    """Left out, forced, or exactly these: the search asks all three. Where nothing is compiled, both ask the same engine."""
    for seed in range(30):
        problem = quarrel(seed)
        flow, paths = (
            SlotFlow(problem, problem.costs, tie_hashes(problem), min_cost_flow, by_paths=by_paths)
            for by_paths in (False, True)
        )
        assert paths.by_paths == can_be_paths(problem)
        for number in range(32):
            some = np.array([number >> i & 1 == 1 for i in range(5)])
            asked, also = flow.optimum(~some & (number % 2 == 0), some), paths.optimum(~some & (number % 2 == 0), some)
            assert asked.forced_are_filled == also.forced_are_filled
            assert not asked.forced_are_filled or asked.chosen.tolist() == also.chosen.tolist()
            one, other = flow.exactly(some), paths.exactly(some)
            assert (None if one is None else one.tolist()) == (None if other is None else other.tolist())
        assert flow.solves == paths.solves


def test_a_resource_without_room_serves_nobody() -> None:
    """An assignment knows columns, not how much room they have."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1, "b": 9})])}, {"a": 0, "b": 1})
    assert SlotPaths(problem, problem.costs).cheapest(np.array([1]), np.array([100])).tolist() == [1]


def test_what_costs_more_than_an_empty_position_is_not_taken() -> None:
    """Price by price, as the slots of the relaxation are."""
    problem = problem_of({"x": (1, False, [(2, {"a": 1, "b": 9})])}, {"a": 1, "b": 1})
    assert SlotPaths(problem, problem.costs).cheapest(np.array([2]), np.array([5])).tolist() == [0]
