"""What if, for every shape: another plan beside the present one, and the moves that lead there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.counterfactual import Counterfactual, choosing, filling, filling_position
from optimiser.exchange_prices import exchange_prices
from optimiser.problem import Problem
from optimiser.refusals import ProblemRefused
from optimiser.session_reasons import Move
from optimiser.solve import solve
from tests.optimiser.builders import problem_of, random_problem
from tests.optimiser.shape_builders import random_shapes
from tests.optimiser.test_exchange_prices import gains, pinned, street_of_optional


def _choosing(problem: Problem, pair: int) -> Counterfactual | None:
    plan = solve(problem)
    return choosing(problem, plan, exchange_prices(problem, plan), pair)


def _a_team_and_a_single() -> Problem:
    """x needs a and b together; y, as urgent, needs one and accepts b."""
    return problem_of({"x": (1, True, [(2, {"a": 1, "b": 1})]), "y": (1, False, [(1, {"b": 1})])}, {"a": 1, "b": 1})


def test_choosing_is_what_a_pin_would_do_for_every_shape() -> None:
    """The price of a person's choice is the price of the plan that keeps to it, in every rank and in cost."""
    looked_at = 0
    for seed in range(120):
        for problem in (random_problem(seed), random_shapes(seed)):
            plan = solve(problem)
            prices = exchange_prices(problem, plan)
            for pair in sorted({*range(len(problem.pair_rows))} - {*plan.chosen}):
                found = choosing(problem, plan, prices, pair)
                try:
                    other = solve(pinned(problem, pair))
                except ProblemRefused:
                    assert found is None, (seed, pair)
                    continue
                assert found is not None, (seed, pair)
                assert found.change.dearer_by == other.cost - plan.cost, (seed, pair)
                assert dict(found.change.by_rank) == gains(plan, other), (seed, pair)
                looked_at += 1
    assert looked_at > 500


def test_a_change_that_fills_a_need_fills_it() -> None:
    """Every reason for an open need is proven by its counterfactual: make the moves, and the need has more of its positions."""
    looked_at = 0
    for seed in range(200):
        for problem in (random_problem(seed), random_shapes(seed), street_of_optional(seed)):
            plan = solve(problem)
            served = np.bincount(problem.pair_needs[list(plan.chosen)], minlength=len(problem.need_ids))
            for need in range(len(problem.need_ids)):
                found = filling(problem, plan, need)
                if found is not None:
                    mine = [move for move in found.moves if move.need_id == problem.need_ids[need]]
                    more = sum((move.takes is not None) - (move.leaves is not None) for move in mine)
                    assert more > 0, (seed, need)
                    assert found.moves[0].need_id == problem.need_ids[need], (seed, need)
                    looked_at += 1
                elif not problem.whole[need]:
                    asked = problem.quantities[problem.row_needs == need].sum()
                    assert served[need] == asked or not _accepts_more(problem, need), (seed, need)
    assert looked_at > 200


def _accepts_more(problem: Problem, need: int) -> bool:
    """Whether the need alone, all others away, would get more than a plan for everybody gives it."""
    plan = solve(problem)
    alone = replace(problem, ranks=np.where(np.arange(len(problem.ranks)) == need, 1, problem.ranks + 1))
    if problem.optional is not None:
        optional = problem.optional.copy()
        optional[need] = False
        opens = None if problem.open_prices is None else problem.open_prices * optional
        alone = replace(alone, optional=optional, open_prices=opens)
    counts = [int((problem.pair_needs[list(each.chosen)] == need).sum()) for each in (plan, solve(alone))]
    return counts[1] > counts[0]


def test_filling_an_open_need_names_who_would_be_left_open() -> None:
    """The question of the night: whom would it cost."""
    problem = problem_of({"x": (1, False, [(1, {"a": 1})]), "y": (2, False, [(1, {"a": 3})])}, {"a": 1})
    found = filling(problem, solve(problem), 1)
    assert found is not None
    assert (found.change.dearer_by, found.change.by_rank, found.opened) == (2, ((1, -1), (2, 1)), ("x",))
    assert found.moves == (Move("y", None, "a"), Move("x", "a", None))


def test_filling_from_prices_and_from_solving_again_agree() -> None:
    """Two ways to one answer, where a single position is open."""
    looked_at = 0
    for seed in range(200):
        problem = random_problem(seed, whole_share=0.0)
        plan = solve(problem)
        prices = exchange_prices(problem, plan)
        for row in np.flatnonzero(plan.unfilled).tolist():
            need = int(problem.row_needs[row])
            if sum(plan.unfilled[at] for at in np.flatnonzero(problem.row_needs == need)) == 1:
                known, solved = filling_position(problem, prices, row), filling(problem, plan, need)
                if known is not None:
                    assert solved is not None, seed
                    assert known.change == solved.change, seed
                    looked_at += 1
    assert looked_at > 30


def test_breaking_up_a_team_says_so() -> None:
    """Y with b leaves x with a alone, which is nothing: two positions lost, one gained."""
    found = _choosing(_a_team_and_a_single(), 2)
    assert found is not None
    assert (found.change.by_rank, found.opened) == (((1, -1),), ("x",))


def test_what_is_barred_has_no_counterfactual() -> None:
    """A rule of the house is no matter of price."""
    problem = problem_of({"x": (1, False, [(1, {"a": 1, "b": 2})])}, {"a": 1, "b": 1})
    assert _choosing(replace(problem, barred=np.array([False, True])), 1) is None


def test_a_need_that_nobody_could_fill_has_no_filling() -> None:
    """No amount of giving up elsewhere helps."""
    problem = problem_of({"x": (1, True, [(2, {"a": 1})])}, {"a": 1})
    assert filling(problem, solve(problem), 0) is None
