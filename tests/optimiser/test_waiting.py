"""What going would cost instead of waiting: exact, and only where it could be done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.price_account import price_account
from optimiser.problem import Problem
from optimiser.solve import solve
from optimiser.waiting import price_of_going
from tests.optimiser.builders import problem_of


def _price(problem: Problem) -> int | None:
    """What going would cost the first need of the best plan."""
    allocation = solve(problem)
    return price_of_going(problem, allocation, price_account(problem, allocation), 0)


def _optional(problem: Problem, prices: dict[int, int]) -> Problem:
    needs = range(len(problem.need_ids))
    return replace(
        problem,
        optional=np.array([need in prices for need in needs]),
        open_prices=np.array([prices.get(need, 0) for need in needs]),
    )


WAITS = problem_of({"x": (2, True, [(1, {"a": 50})])}, {"a": 1})


def test_going_costs_the_way() -> None:
    """Nobody else has to move."""
    assert _price(_optional(WAITS, {0: 20})) == 50


def test_going_costs_what_another_that_may_wait_would_lose() -> None:
    """The other is filled at 10 now and would wait at 40."""
    problem = problem_of({"x": (2, True, [(1, {"a": 50})]), "y": (2, True, [(1, {"a": 10})])}, {"a": 1})
    assert _price(_optional(problem, {0: 20, 1: 40})) == 50 + 40 - 10


def test_a_counted_need_does_not_give_way() -> None:
    """No price of waiting buys its resource."""
    problem = problem_of({"x": (1, True, [(1, {"a": 50})]), "y": (2, True, [(1, {"a": 10})])}, {"a": 1})
    assert _price(_optional(problem, {0: 20})) is None


def test_a_team_that_cannot_be_completed_does_not_go() -> None:
    """Half a team costs nothing and is worth nothing."""
    problem = problem_of({"x": (1, True, [(2, {"a": 50})])}, {"a": 1})
    assert _price(_optional(problem, {0: 20})) is None


def test_as_many_go_as_can() -> None:
    """Best effort: two of three positions can be had, at 50 and 60, and the third waits at 20 in any case."""
    problem = problem_of({"x": (1, False, [(3, {"a": 50, "b": 60})])}, {"a": 1, "b": 1})
    with_prices = _optional(problem, {0: 20})
    assert _price(with_prices) == 50 + 60 + 20


@pytest.mark.parametrize("seed", range(40))
def test_going_never_costs_less_than_waiting(seed: int) -> None:
    """Else the plan would not have been the best."""
    draw = np.random.default_rng([seed, 31])
    needs = {f"n{i}": (1, bool(draw.random() < 0.5), [(int(draw.integers(1, 3)), _prices(draw))]) for i in range(4)}
    problem = _optional(problem_of(needs, dict.fromkeys("abcd", 1)), {0: 30, 1: 25, 2: 60})
    allocation = solve(problem)
    account = price_account(problem, allocation)
    for need in range(3):
        going = price_of_going(problem, allocation, account, need)
        assert going is None or going >= sum(account.by_need[need].values())


def _prices(draw: np.random.Generator) -> dict[str, int]:
    return {one: int(draw.integers(1, 80)) for one in "abcd" if draw.random() < 0.7}
