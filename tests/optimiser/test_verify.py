"""The checker finds every kind of planted fault, and only those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from optimiser.allocation import Allocation
from optimiser.problem import Problem
from optimiser.solve import solve
from optimiser.verify import verify
from tests.optimiser.builders import problem_of


def _problem() -> Problem:
    """Pairs 0 x/a, 1 x/b, 2 x'/b, 3 x'/c (need x is whole, two rows), 4 y/a, 5 y/b, 6 y/d (best effort, two positions)."""
    return problem_of(
        {
            "x": (1, True, [(1, {"a": 1, "b": 2}), (1, {"b": 3, "c": 4})]),
            "y": (2, False, [(2, {"a": 5, "b": 6, "d": 7})]),
        },
        {"a": 1, "b": 2, "c": 1, "d": 1},
    )


def _with(allocation: Allocation, *chosen: int) -> Allocation:
    """Another choice with its counts recomputed, so that only the planted fault is wrong."""
    cost = sum((1, 2, 3, 4, 5, 6, 7)[pair] for pair in chosen)
    unfilled = (
        1 - sum(pair in (0, 1) for pair in chosen),
        1 - sum(pair in (2, 3) for pair in chosen),
        2 - sum(pair in (4, 5, 6) for pair in chosen),
    )
    by_rank = ((1, 2 - unfilled[0] - unfilled[1]), (2, 2 - unfilled[2]))
    termination = replace(allocation.termination, cost=cost, bound=cost)
    return replace(
        allocation, chosen=chosen, unfilled=unfilled, filled_by_rank=by_rank, cost=cost, termination=termination
    )


FAULTS: dict[str, tuple[Callable[[Allocation], Allocation], str]] = {
    "a pair that does not exist": (lambda a: replace(a, chosen=(0, 2, 99)), "does not exist"),
    "a pair chosen twice": (lambda a: replace(a, chosen=(0, 2, 2)), "ascending and distinct"),
    "a row overfilled": (lambda a: _with(a, 0, 1, 3), "row 0 has 2 of 1"),
    "a resource beyond its capacity": (lambda a: _with(a, 0, 3, 4), "capacity is 1"),
    "one resource in two roles of a need": (lambda a: _with(a, 1, 2), "fills 2 positions of need x"),
    "a whole need half served": (lambda a: _with(a, 0, 5), "is whole but has 1 of 2"),
    "open positions miscounted": (lambda a: replace(a, unfilled=(0, 0, 5)), "unfilled"),
    "ranks miscounted": (lambda a: replace(a, filled_by_rank=((1, 1), (2, 2))), "by rank"),
    "a rank left out": (lambda a: replace(a, filled_by_rank=((1, 2),)), "by rank"),
    "a wrong cost": (lambda a: replace(a, cost=a.cost - 1), "the cost is"),
    "a termination of another plan": (
        lambda a: replace(a, termination=replace(a.termination, cost=a.cost + 1)),
        "termination states",
    ),
    "a bound above the cost": (
        lambda a: replace(a, termination=replace(a.termination, reason="limit", bound=a.cost + 1)),
        "lies above",
    ),
    "a proof with a gap": (
        lambda a: replace(a, termination=replace(a.termination, bound=a.cost - 1)),
        "proven, but",
    ),
    "degraded without a reason": (
        lambda a: replace(a, termination=replace(a.termination, reason="degraded")),
        "not why",
    ),
}


@pytest.mark.parametrize(("plant", "word"), FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_found(plant: Callable[[Allocation], Allocation], word: str) -> None:
    """The checker is the last thing between a solver's mistake and a crew."""
    problem = _problem()
    sound = solve(problem)
    assert verify(problem, sound) == ()
    assert any(word in violation for violation in verify(problem, plant(sound)))


def test_another_sound_plan_with_true_figures_is_accepted() -> None:
    """The checker judges plans, it does not insist on its favourite."""
    problem = _problem()
    plan = _with(solve(problem), 1, 3, 4, 6)
    assert verify(problem, plan) == ()
