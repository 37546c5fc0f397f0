"""Reasons that a dispatcher can check by hand."""

from __future__ import annotations

from dataclasses import replace

from optimiser.allocation import Termination
from optimiser.explain import NeedExplanation, explain
from optimiser.problem import Problem
from optimiser.solve import solve
from optimiser.verify import verify
from tests.optimiser.builders import problem_of, random_problem


def _explained(problem: Problem, need: int) -> NeedExplanation:
    return explain(problem, solve(problem), need)


def _four_needs() -> Problem:
    """x takes c; y holds b and w holds a, their only ones; z gets nobody, since a is all it accepts."""
    return problem_of(
        {
            "x": (1, True, [(1, {"a": 1, "b": 2, "c": 3, "d": 9, "e": 5})]),
            "y": (1, True, [(1, {"b": 2})]),
            "w": (1, True, [(1, {"a": 1})]),
            "z": (2, True, [(1, {"a": 1})]),
        },
        dict.fromkeys("abcde", 1),
    )


def test_a_chosen_resource_shows_its_price_by_term() -> None:
    """A total without its parts cannot be argued with."""
    assert _explained(_four_needs(), 0).chosen[0].terms == (("reach", 3),)


def test_a_free_resource_is_passed_over_because_it_is_dearer() -> None:
    """Why not that one: it would cost two units more."""
    passed_over = _explained(_four_needs(), 0).passed_over
    reasons = {other.option.resource_id: (other.why, other.dearer_by) for other in passed_over}
    assert reasons["e"] == ("dearer", 2)


def test_a_taken_resource_names_who_holds_it() -> None:
    """Why not that one: somebody else needs it."""
    passed_over = _explained(_four_needs(), 0).passed_over
    reasons = {other.option.resource_id: (other.why, other.held_by) for other in passed_over}
    assert reasons["b"] == ("taken", ("y",))


def test_alternatives_are_the_two_cheapest_free_ones() -> None:
    """The next best, in case the crew does not answer."""
    assert [one.option.resource_id for one in _explained(_four_needs(), 0).alternatives] == ["e", "d"]


def test_an_open_position_names_who_holds_what_it_could_have_had() -> None:
    """A hold without a reason is a phone call to find one."""
    (row,) = _explained(_four_needs(), 3).open_rows
    assert (row.why, row.holders) == ("taken", (("a", ("w",)),))


def test_an_open_position_that_nobody_could_fill_says_so() -> None:
    """No amount of waiting will help; somebody must call for help."""
    (row,) = _explained(problem_of({"x": (1, True, [(1, {})])}, {"a": 1}), 0).open_rows
    assert (row.why, row.missing) == ("no eligible resource", 1)


def test_a_resource_left_free_for_want_of_the_rest_of_the_team_says_so() -> None:
    """A free engine standing by an unserved fire needs explaining most of all."""
    explanation = _explained(problem_of({"x": (1, True, [(1, {"a": 1}), (1, {})])}, {"a": 1}), 0)
    assert [row.why for row in explanation.open_rows] == ["team incomplete", "no eligible resource"]
    assert explanation.passed_over[0].why == "team incomplete"


def test_a_resource_in_another_role_of_the_same_need_says_so() -> None:
    """Nobody does two jobs at one place."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1}), (1, {"a": 1, "b": 5})])}, {"a": 2, "b": 1})
    (other,) = _explained(problem, 0).passed_over
    assert (other.option.resource_id, other.why, other.held_by) == ("a", "in another role here", ("x",))


def test_a_resource_without_room_says_so() -> None:
    """Capacity nought is not the same as being held by somebody."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1})]), "y": (1, True, [(1, {})])}, {"a": 0})
    explanation = _explained(problem, 0)
    assert (explanation.passed_over[0].why, explanation.open_rows[0].why) == ("no capacity", "no eligible resource")


def test_every_eligible_pair_is_chosen_or_has_a_reason() -> None:
    """Silence is impossible."""
    for seed in range(100):
        problem = random_problem(seed)
        allocation = solve(problem)
        seen = []
        for need in range(len(problem.need_ids)):
            explanation = explain(problem, allocation, need)
            seen += [one.pair for one in explanation.chosen]
            seen += [other.option.pair for other in explanation.passed_over]
        assert sorted(seen) == list(range(len(problem.pair_rows))), seed


def test_every_row_with_open_positions_has_a_reason() -> None:
    """Every need is filled or held with a reason, at every instant."""
    for seed in range(100):
        problem = random_problem(seed)
        allocation = solve(problem)
        rows = [
            row.row for need in range(len(problem.need_ids)) for row in explain(problem, allocation, need).open_rows
        ]
        assert rows == [row for row, missing in enumerate(allocation.unfilled) if missing], seed


def test_swapping_in_a_free_alternative_costs_what_was_said() -> None:
    """A price that the counterfactual contradicts would be worse than none."""
    swaps = 0
    for seed in range(200):
        problem = random_problem(seed, whole_share=0.0)
        plan = solve(problem)
        for need in range(len(problem.need_ids)):
            explanation = explain(problem, plan, need)
            for other in explanation.alternatives:
                here = [one for one in explanation.chosen if one.row == other.option.row]
                leaving = max(here, key=lambda one: one.cost).pair
                swapped = tuple(sorted({*plan.chosen, other.option.pair} - {leaving}))
                cost = plan.cost + (other.dearer_by or 0)
                termination = Termination("limit", plan.cost, cost, 0)
                after = replace(plan, chosen=swapped, cost=cost, termination=termination, certificate=None)
                assert verify(problem, after) == (), seed
                swaps += 1
    assert swaps > 50
