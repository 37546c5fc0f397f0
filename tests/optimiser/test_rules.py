"""Every constraint of every shape finds the fault planted against it, and lets pass what is sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimiser.allocation import Allocation, Termination
from optimiser.ledger import ledger_of
from optimiser.problem import Problem
from optimiser.solve import solve
from optimiser.verify import verify
from tests.optimiser.builders import problem_of
from tests.optimiser.test_shapes import with_fields


def town() -> Problem:
    """A fire with two alternatives, a crash with shared roles, a chat of load 2, a transfer that may wait.

    Pairs: fire 0/e1 0/e2 (two engines), 1/t (tender), 2/e1 2/e2 (engine); crash 3/ann, 4/ann, 4/bob; chat 5/cy, 6/cy, 7/bob;
    transfer 8/bob. Pair 7 is barred; pair 3 is pinned.
    """
    engines = {"e1": 5, "e2": 9}
    problem = problem_of(
        {
            "fire": (1, True, [(2, engines), (1, {"t": 3}), (1, engines)]),
            "crash": (1, True, [(1, {"ann": 4}), (1, {"ann": 6, "bob": 50})]),
            "chat": (2, False, [(1, {"cy": 1}), (1, {"cy": 2, "bob": 1})]),
            "transfer": (3, True, [(1, {"bob": 8})]),
        },
        {"e1": 1, "e2": 1, "t": 1, "ann": 1, "bob": 1, "cy": 3},
    )
    pairs = np.arange(len(problem.pair_rows))
    return with_fields(
        problem,
        alternatives=np.array([0, 1, 1, 0, 0, 0, 0, 0]),
        shared=np.array([False, True, False, False]),
        loads=np.array([1, 1, 1, 1, 1, 2, 2, 1]),
        optional=np.array([False, False, False, True]),
        open_prices=np.array([0, 0, 0, 7]),
        pinned=pairs == 5,
        barred=pairs == 10,
    )


def plan(*chosen: int, problem: Problem | None = None) -> Allocation:
    """A plan of these pairs with true figures, so that only the choice itself can be wrong."""
    ledger = ledger_of(problem or town(), np.array(chosen, dtype=np.int64))
    termination = Termination("limit", None, ledger.cost, 1)
    return Allocation(chosen, ledger.unfilled, ledger.filled_by_rank, ledger.cost, "cp-sat", termination, ledger.broken)


SOUND = (2, 3, 5, 6, 8)


def test_the_town_has_the_plan_that_the_faults_are_planted_in() -> None:
    """Tender and first engine, ann in both roles, one chat, and the transfer waits."""
    assert solve(town()).chosen == SOUND


PLANTED: dict[str, tuple[Allocation, str]] = {
    "(1) a row with more than it asks for": (plan(2, 3, 4, 5, 6, 8), "row 2 has 2 of 1"),
    "(4) a whole need half filled": (plan(2, 5, 6, 8), "fire is whole and half filled"),
    "(5) resources for two alternatives": (plan(0, 1, 2, 5, 6, 8), "resources for 2 alternatives"),
    "(6) a pin left out": (plan(2, 3, 8), "pinned pair 5 is not in the plan"),
    "(7) a barred pair": (plan(2, 3, 5, 6, 8, 10), "barred pair 10 is chosen"),
}


@pytest.mark.parametrize(("faulty", "word"), PLANTED.values(), ids=PLANTED.keys())
def test_a_choice_that_breaks_a_rule_is_found(faulty: Allocation, word: str) -> None:
    """The checker is the last thing between a solver's mistake and a crew."""
    assert any(word in flaw for flaw in verify(town(), faulty)), verify(town(), faulty)


def test_loads_beyond_the_room_are_found() -> None:
    """(2) Two chats of load 2 do not fit room for 3, though two chats of load 1 would."""
    needs = {name: (1, True, [(1, {"cy": 1})]) for name in ("x", "y")}
    problem = with_fields(problem_of(needs, {"cy": 3}), loads=np.array([2, 2]))
    assert verify(problem, plan(0, 1, problem=problem)) == ("resource cy gives room 4, its capacity is 3",)
    lighter = with_fields(problem, loads=np.array([2, 1]))
    assert verify(lighter, plan(0, 1, problem=lighter)) == ()


def test_two_roles_for_one_body_are_found() -> None:
    """(3) Sharing is for needs that allow it."""
    needs = {"x": (1, True, [(1, {"a": 1}), (1, {"a": 1})])}
    exclusive = with_fields(problem_of(needs, {"a": 2}), shared=np.array([False]))
    shared = with_fields(exclusive, shared=np.array([True]))
    assert verify(exclusive, plan(0, 1, problem=exclusive)) == ("resource a fills 2 positions of need x",)
    assert verify(shared, plan(0, 1, problem=shared)) == ()


MISSTATED: dict[str, tuple[Callable[[Allocation], Allocation], str]] = {
    "a pair that does not exist": (lambda a: replace(a, chosen=(2, 99)), "does not exist"),
    "a pair chosen twice": (lambda a: replace(a, chosen=(2, 2)), "ascending and distinct"),
    "open positions miscounted": (lambda a: replace(a, unfilled=(2, *a.unfilled[1:])), "unfilled"),
    "ranks miscounted": (lambda a: replace(a, filled_by_rank=((1, 3), (2, 1), (3, 0))), "by rank"),
    "the price of waiting forgotten": (lambda a: replace(a, cost=a.cost - 7), "the cost is"),
    "a body of two roles paid for twice": (lambda a: replace(a, cost=a.cost + 4), "the cost is"),
    "a broken rule that is none": (lambda a: replace(a, broken=(("capacity", "e1"),)), "it breaks"),
    "a bound above the cost": (
        lambda a: replace(a, termination=replace(a.termination, reason="limit", bound=a.cost + 1)), "lies above",
    ),
    "a proof with a gap": (lambda a: replace(a, termination=replace(a.termination, bound=a.cost - 1)), "proven, but"),
    "a termination of another plan": (
        lambda a: replace(a, termination=replace(a.termination, cost=a.cost + 1)), "termination states",
    ),
    "degraded without a reason": (
        lambda a: replace(a, termination=replace(a.termination, reason="degraded")), "not why",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("plant", "word"), MISSTATED.values(), ids=MISSTATED.keys())
def test_a_figure_that_is_not_true_is_found(plant: Callable[[Allocation], Allocation], word: str) -> None:
    """A sound choice with false figures misleads whoever reads them."""
    problem = town()
    sound = solve(problem)
    assert verify(problem, sound) == ()
    assert any(word in flaw for flaw in verify(problem, plant(sound)))


def test_another_sound_plan_with_true_figures_is_accepted() -> None:
    """The checker judges plans, it does not insist on its favourite."""
    assert verify(town(), plan(0, 1, 5, 6, 8, 11)) == ()


FORCED: dict[str, tuple[Problem, tuple[str, str]]] = {
    "quantity": (
        with_fields(
            problem_of({"x": (1, True, [(1, {"a": 1, "b": 1})])}, {"a": 1, "b": 1}),
            pinned=np.array([True, True]), forced=np.array([False, True]),
        ),
        ("quantity", "x"),
    ),
    "capacity": (
        with_fields(
            problem_of({"x": (1, True, [(1, {"a": 1})])}, {"a": 0}), pinned=np.array([True]), forced=np.array([True])
        ),
        ("capacity", "a"),
    ),
    "one role": (
        with_fields(
            problem_of({"x": (1, True, [(1, {"a": 1}), (1, {"a": 1})])}, {"a": 2}),
            pinned=np.array([True, True]), forced=np.array([True, False]),
        ),
        ("one role", "x/a"),
    ),
    "one alternative": (
        with_fields(
            problem_of({"x": (1, True, [(1, {"a": 1}), (1, {"b": 1})])}, {"a": 1, "b": 1}),
            alternatives=np.array([0, 1]), pinned=np.array([True, True]), forced=np.array([True, False]),
        ),
        ("one alternative", "x"),
    ),
    "eligibility": (
        with_fields(
            problem_of({"x": (1, True, [(1, {"a": 1})])}, {"a": 1}),
            barred=np.array([True]), pinned=np.array([True]), forced=np.array([True]),
        ),
        ("eligibility", "x/a"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("problem", "broken"), FORCED.values(), ids=FORCED.keys())
def test_a_rule_broken_by_force_has_to_stand_in_the_plan(problem: Problem, broken: tuple[str, str]) -> None:
    """Forcing is allowed; forcing in silence is not."""
    allocation = solve(problem)
    assert allocation.broken == (broken,)
    assert verify(problem, allocation) == ()
    assert len(verify(problem, replace(allocation, broken=()))) == 1
