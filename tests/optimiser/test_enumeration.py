"""What is settled by trying equals what CP-SAT says, and where trying cannot tell it keeps silent."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

import optimiser.enumeration
from optimiser.enumeration import enumerated
from optimiser.kernels.whole_number import cp_sat
from optimiser.problem import IntArray, Problem
from optimiser.programme import state
from optimiser.stages import best_values
from optimiser.ties import tie_hashes
from tests.optimiser.builders import problem_of

CASES = 150
ONE_NEED_TWO_WAYS = {"fire": (1, True, [(1, {"a": 5}), (1, {"b": 3}), (2, {"a": 2, "b": 2, "c": 9})])}


def with_fields(problem: Problem, **changes: Any) -> Problem:
    """The same problem with some fields changed, checked anew."""
    return Problem(**({each.name: getattr(problem, each.name) for each in fields(problem)} | changes))


def chosen_by_cp_sat(problem: Problem) -> list[int]:
    """The pairs of the best plan, as the programme has it."""
    programme = state(problem, problem.costs, tie_hashes(problem))
    hint = np.zeros(len(problem.costs), dtype=np.int64)
    best, proven, _ = best_values(programme, cp_sat, hint, 1e3)
    assert best is not None
    assert proven
    return np.flatnonzero(best[: len(problem.costs)]).tolist()


def tried(problem: Problem) -> list[int] | None:
    """The pairs that trying finds."""
    found = enumerated(problem, problem.costs, tie_hashes(problem))
    return None if found is None else found.tolist()


def calls_and_chats(seed: int) -> Problem:
    """Needs of one position that take different room, some of which may wait at a price."""
    draw = np.random.default_rng([seed, 5])
    needs, people = int(draw.integers(2, 7)), int(draw.integers(1, 5))
    problem = _drawn(draw, needs, people, np.arange(needs), np.ones(needs, dtype=np.int64))
    loads, capacities = draw.integers(1, 3, needs), draw.integers(1, 4, people)
    return with_fields(problem, loads=loads, capacities=capacities, whole=draw.random(needs) < 0.5)


def crews_and_reserves(seed: int) -> Problem:
    """A need or two of several positions, with alternatives, and others of any number that may stay open."""
    draw = np.random.default_rng([seed, 6])
    needs, units = int(draw.integers(2, 5)), int(draw.integers(2, 7))
    row_needs = np.sort(np.concatenate((np.arange(needs), np.zeros(2, dtype=np.int64))))
    problem = _drawn(draw, needs, units, row_needs, draw.integers(1, 3, needs + 2))
    alternatives = np.where(row_needs == 0, np.arange(needs + 2) % 2, 0)
    return with_fields(problem, alternatives=alternatives, whole=np.arange(needs) < draw.integers(1, 3))


def _drawn(draw: np.random.Generator, needs: int, resources: int, row_needs: IntArray, quantities: IntArray) -> Problem:
    listed = draw.random((len(row_needs), resources)) < 0.7
    listed[0, 0] = True
    pair_rows, pair_resources = np.nonzero(listed)
    optional = draw.random(needs) < 0.4
    # Without alternatives yet, so that nothing has to be whole.
    dearest = int(draw.choice([3, 5_000]))
    return Problem(
        need_ids=tuple(f"need-{i}" for i in range(needs)), ranks=draw.integers(1, 4, needs),
        whole=np.zeros(needs, dtype=np.bool_), row_needs=row_needs, quantities=quantities,
        resource_ids=tuple(f"unit-{j}" for j in range(resources)), capacities=np.ones(resources, dtype=np.int64),
        pair_rows=pair_rows, pair_resources=pair_resources, terms=draw.integers(0, dearest, (len(pair_rows), 1)),
        term_names=("reach",), optional=optional, open_prices=draw.integers(0, 2 * dearest, needs) * optional,
    )  # fmt: skip


@pytest.mark.parametrize("draw", [calls_and_chats, crews_and_reserves])
def test_what_is_tried_is_what_cp_sat_would_have_said(draw: Any) -> None:
    """A quicker way may not change a single proposal, ties included."""
    answers = [(seed, tried(problem), chosen_by_cp_sat(problem)) for seed in range(CASES) for problem in [draw(seed)]]
    told = [(seed, mine, theirs) for seed, mine, theirs in answers if mine is not None]
    assert len(told) > CASES * 2 // 3
    assert [seed for seed, mine, theirs in told if mine != theirs] == []


def test_the_cheaper_of_two_ways_is_taken() -> None:
    """By hand: a pump and a ladder come to 5 + 3, two of the others to 2 + 2."""
    problem = problem_of(ONE_NEED_TWO_WAYS, dict.fromkeys("abc", 1))
    problem = with_fields(problem, alternatives=np.array([0, 0, 1]))
    assert tried(problem) == [2, 3]


def test_a_call_and_two_chats_share_people_by_the_room_they_take() -> None:
    """By hand: the call takes all of a, whose two places the chats would have had at 1 each, so they go to b at 4 each."""
    needs = {
        "call": (1, False, [(1, {"a": 2})]),
        "p": (2, False, [(1, {"a": 1, "b": 4})]),
        "q": (2, False, [(1, {"a": 1, "b": 4})]),
    }
    problem = with_fields(problem_of(needs, {"a": 2, "b": 2}), loads=np.array([2, 1, 1]))
    assert tried(problem) == [0, 2, 4]


@pytest.mark.parametrize("positions", [1, 2])
def test_of_equal_plans_none_is_named(positions: int) -> None:
    """Where even the ties are equal an engine has to say which, or the same facts would be answered in two ways."""
    problem = problem_of({"p": (1, False, [(positions, {"a": 4, "b": 4, "c": 4})])}, dict.fromkeys("abc", 1))
    problem = with_fields(problem, loads=np.array([1]))
    equal = np.zeros(len(problem.costs), dtype=np.uint64)
    assert enumerated(problem, problem.costs, equal) is None
    assert tried(problem) is not None


@pytest.mark.parametrize(("limit", "draw"), [("MOST_WAYS", crews_and_reserves), ("MOST_STEPS", calls_and_chats)])
def test_beyond_its_limit_it_keeps_silent(monkeypatch: pytest.MonkeyPatch, limit: str, draw: Any) -> None:
    """Trying everything has no end where there is much of it."""
    problem = next(problem for problem in map(draw, range(CASES)) if tried(problem) is not None)
    monkeypatch.setattr(optimiser.enumeration, limit, 1)
    assert tried(problem) is None


def test_shapes_that_it_does_not_know_are_left_alone() -> None:
    """A resource in two roles at once is priced as the dearer of them, which no sum over pairs says."""
    problem = problem_of({"p": (1, False, [(1, {"a": 4}), (1, {"a": 1})])}, {"a": 1})
    assert tried(with_fields(problem, shared=np.array([True]))) is None
