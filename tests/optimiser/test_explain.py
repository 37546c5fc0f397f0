"""Reasons that a dispatcher can check by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.counterfactual import Change
from optimiser.explain import NeedExplanation, explain
from optimiser.problem import Problem
from optimiser.solve import solve
from tests.optimiser.builders import problem_of, random_problem
from tests.optimiser.test_exchange_prices import gains, pinned


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


def test_an_alternative_costs_the_plan_what_was_said() -> None:
    """The dispatcher picks the next best; the plan that keeps to it must cost just that, and leave nobody out."""
    swaps = 0
    for seed in range(150):
        problem = random_problem(seed)
        plan = solve(problem)
        for need in range(len(problem.need_ids)):
            for other in explain(problem, plan, need).alternatives:
                after = solve(pinned(problem, other.option.pair))
                assert other.in_plan is not None, seed
                assert after.cost - plan.cost == other.in_plan.dearer_by, seed
                assert sum(gains(plan, after).values()) >= 0, seed
                swaps += 1
    assert swaps > 100


def test_an_alternative_may_be_one_that_another_need_gives_up() -> None:
    """X could have b for 1 more if y took c for 1 more: nearer than d, who is free and 9 more."""
    problem = problem_of(
        {"x": (1, True, [(1, {"a": 1, "b": 2, "d": 10})]), "y": (1, True, [(1, {"b": 1, "c": 2})])},
        dict.fromkeys("abcd", 1),
    )
    found = [(one.option.resource_id, one.why, one.in_plan) for one in _explained(problem, 0).alternatives]
    assert found == [("b", "taken", Change(2)), ("d", "dearer", Change(9))]


def test_an_open_position_names_the_least_change_that_fills_it() -> None:
    """Z accepts only a, whom w would have to give up."""
    (row,) = _explained(_four_needs(), 3).open_rows
    assert row.filling is not None
    assert (row.filling.opened, row.filling.change.by_rank) == (("w",), ((1, -1), (2, 1)))


def test_an_open_team_names_the_least_change_that_fills_all_of_it() -> None:
    """One of the two is free; the other is y's."""
    problem = problem_of({"x": (2, True, [(2, {"a": 1, "b": 1})]), "y": (1, True, [(1, {"b": 1})])}, {"a": 1, "b": 1})
    (row,) = _explained(problem, 0).open_rows
    assert row.filling is not None
    assert (row.filling.opened, row.filling.change.by_rank) == (("y",), ((1, -1), (2, 2)))


def _one_optional(price: int) -> Problem:
    problem = problem_of({"x": (1, True, [(1, {"a": 5})])}, {"a": 1})
    return replace(problem, optional=np.array([True]), open_prices=np.array([price]))


def test_an_optional_need_left_open_says_that_waiting_is_cheaper() -> None:
    """Nobody is missing: it is not worth the drive yet."""
    (row,) = _explained(_one_optional(3), 0).open_rows
    assert row.filling is not None
    assert (row.why, row.filling.change) == ("waiting is cheaper", Change(2))


def test_a_barred_resource_says_that_a_rule_is_against_it() -> None:
    """Price is not what keeps it away."""
    problem = replace(_one_optional(3), barred=np.array([True]))
    explanation = _explained(problem, 0)
    assert (explanation.passed_over[0].why, explanation.passed_over[0].in_plan) == ("barred", None)


def test_nothing_is_solved_again_without_limits() -> None:
    """Whoever has ten thousand needs to explain asks for what is known."""
    problem = problem_of({"x": (1, True, [(2, {"a": 1, "b": 1})]), "y": (1, False, [(1, {"b": 1})])}, {"a": 1, "b": 1})
    explanation = explain(problem, solve(problem), 1, limits=None)
    assert (explanation.passed_over[0].in_plan, explanation.open_rows[0].filling) == (None, None)
