"""Chains of moves short enough to add up by hand."""

from __future__ import annotations

import numpy as np

from optimiser.objective import FloatArray
from optimiser.problem import Problem
from optimiser.slot_graph import Scale, SlotGraph, Step
from optimiser.solve import solve
from tests.optimiser.builders import problem_of


def _graph(problem: Problem) -> SlotGraph:
    scale = Scale.of(problem, problem.costs)
    assert scale is not None
    chosen = np.array(solve(problem).chosen, dtype=np.int64)
    return SlotGraph(problem, problem.costs, chosen, scale, np.zeros(len(problem.need_ids), dtype=np.bool_))


def _sums(problem: Problem) -> FloatArray:
    return _graph(problem).pair_sums(problem.pair_rows, problem.pair_resources, problem.costs)


def _three_in_a_row() -> Problem:
    """x takes a, y takes b; if a went to y, b could go to x, or c, who is idle, to either."""
    return problem_of(
        {
            "x": (1, False, [(1, {"a": 1, "b": 5, "c": 20})]),
            "y": (1, False, [(1, {"a": 4, "b": 2, "c": 9})]),
        },
        {"a": 1, "b": 1, "c": 1},
    )


def test_a_pair_costs_what_its_whole_chain_costs() -> None:
    """X with b: 4 more, and y then takes a (2 more) rather than c (7 more): 6 altogether."""
    assert _sums(_three_in_a_row()).tolist() == [0, 6, 19, 6, 0, 7]


def test_the_steps_of_a_chain_name_everybody_who_moves() -> None:
    """A price that cannot be traced cannot be argued with."""
    assert _graph(_three_in_a_row()).steps(0, 1) == (Step(0, 0, 1), Step(1, 1, 0))


def test_a_chain_that_ends_in_an_open_need_says_so() -> None:
    """Both accept only a: whoever takes it leaves the other open."""
    problem = problem_of({"x": (1, False, [(1, {"a": 1})]), "y": (2, False, [(1, {"a": 1})])}, {"a": 1})
    assert _graph(problem).steps(1, 0) == (Step(1, None, 0), Step(0, 0, None))


def test_room_ends_a_chain_at_no_price() -> None:
    """X with b costs 2 more, and y then 1 more at a, who has room for two and gives up nothing; y with a costs its 1."""
    problem = problem_of(
        {"x": (1, False, [(1, {"a": 1, "b": 3})]), "y": (1, False, [(1, {"a": 2, "b": 1})])}, {"a": 2, "b": 1}
    )
    assert _sums(problem).tolist() == [0, 3, 1, 0]


def test_a_circle_that_would_improve_the_plan_makes_prices_unknown() -> None:
    """Prices beside a plan that is not the best would be prices of something else."""
    problem = problem_of(
        {"x": (1, False, [(1, {"a": 9, "b": 1})]), "y": (1, False, [(1, {"a": 1, "b": 9})])}, {"a": 1, "b": 1}
    )
    scale = Scale.of(problem, problem.costs)
    assert scale is not None
    worst = np.array([0, 3], dtype=np.int64)
    graph = SlotGraph(problem, problem.costs, worst, scale, np.zeros(2, dtype=np.bool_))
    assert np.isnan(graph.pair_sums(problem.pair_rows, problem.pair_resources, problem.costs)).all()
    assert graph.unknown_needs().all()


def test_prices_too_wide_for_exact_doubles_have_no_scale() -> None:
    """A rounded price is a wrong price."""
    problem = problem_of({f"x{rank}": (rank, False, [(1, {"a": 2**35})]) for rank in range(1, 20)}, {"a": 1})
    assert Scale.of(problem, problem.costs) is None


def test_sums_are_read_back_as_cost_and_ranks() -> None:
    """Three ranks: any one may lose what any other gains, and every such sum is told apart."""
    needs = {name: (rank, False, [(1, {"a": 5})]) for name, rank in (("x", 1), ("y", 2), ("z", 5))}
    problem = problem_of(needs, {"a": 1})
    scale = Scale.of(problem, problem.costs)
    assert scale is not None
    step = dict(zip(scale.ranks, scale.weights, strict=True)) | {0: 0}
    wanted = [(-4, lost, gained) for lost in step for gained in step if lost != gained]
    sums = np.array(
        [cost + scale.step * (step[lost] - step[gained]) for cost, lost, gained in wanted], dtype=np.float64
    )
    assert [tuple(each) for each in np.array(scale.read(sums)).T.tolist()] == wanted


def test_teams_that_nobody_would_break_up_cost_no_second_look() -> None:
    """With somebody idle for each of them, opening a team is no way for anybody; without, it is."""
    idle = problem_of({"x": (1, True, [(2, {"a": 1, "b": 2, "c": 3})])}, dict.fromkeys("abc", 1))
    short = problem_of({"x": (1, True, [(2, {"a": 1, "b": 2})])}, dict.fromkeys("ab", 1))
    same = []
    for problem in (idle, short):
        scale = Scale.of(problem, problem.costs)
        assert scale is not None
        chosen = np.array(solve(problem).chosen, dtype=np.int64)
        graph = SlotGraph(problem, problem.costs, chosen, scale, np.ones(1, dtype=np.bool_))
        same.append(graph.thawed() is graph)
    assert same == [True, False]
