"""The cap on regret: who is barred, who is not, and that no position is lost by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimiser.allocation import Limits
from optimiser.problem import UNITS_PER_SECOND, Problem
from optimiser.pruning import with_pairs
from optimiser.refusals import ProblemRefused
from optimiser.regret import FACTORY_CAPS, cap_regret
from optimiser.solve import solve
from tests.optimiser.builders import problem_of, random_problem
from tests.optimiser.shape_builders import random_shapes


def capped(problem: Problem, *asked: Any, **changes: Any) -> Problem:
    """The problem with its bars."""
    return cap_regret(problem, *asked, **changes).problem


def _who(problem: Problem) -> dict[str, str]:
    """Need: resource, of the plan, for needs of one."""
    return {
        problem.need_ids[problem.pair_needs[pair]]: problem.resource_ids[problem.pair_resources[pair]]
        for pair in solve(problem).chosen
    }


URGENT_AND_LESSER = problem_of(
    {"fire": (1, True, [(1, {"near": 10, "far": 70})]), "cat": (2, True, [(1, {"near": 20})])}, {"near": 1, "far": 1}
)
"""Two positions can only be filled if the fire takes the far resource."""
TIMES_S = [10.0, 70.0, 20.0]


def test_the_most_urgent_never_get_a_slower_resource_for_the_sake_of_lesser_needs() -> None:
    """A minute at a fire is not the price of a cat, unless somebody says so."""
    assert _who(URGENT_AND_LESSER) == {"fire": "far", "cat": "near"}
    assert _who(capped(URGENT_AND_LESSER, TIMES_S)) == {"fire": "near"}


@pytest.mark.parametrize(("cap_s", "sent"), [(59.9, "near"), (60.0, "far")])
def test_a_cap_is_the_seconds_that_may_be_lost(cap_s: float, sent: str) -> None:
    """At the cap itself the slower one may go."""
    assert _who(capped(URGENT_AND_LESSER, TIMES_S, {1: cap_s}))["fire"] == sent


def test_ranks_without_a_cap_are_left_alone() -> None:
    """Only what is capped costs lesser needs anything."""
    assert capped(URGENT_AND_LESSER, TIMES_S, {}) is URGENT_AND_LESSER


def test_the_factory_caps_the_most_urgent_at_nothing() -> None:
    """Whoever wants to trade seconds at a life-threatening call has to say how many."""
    assert dict(FACTORY_CAPS) == {1: 0.0}


def test_two_urgent_needs_share_what_there_is() -> None:
    """Each alone would want the near one: the one that gets another is measured against the best of both together."""
    both = problem_of(
        {"a": (1, True, [(1, {"near": 10, "far": 30})]), "b": (1, True, [(1, {"near": 10, "far": 90})])},
        {"near": 1, "far": 1},
    )
    assert _who(capped(both, [10.0, 30.0, 10.0, 90.0])) == {"a": "far", "b": "near"}


def test_a_lesser_rank_s_cap_does_not_slow_a_more_urgent_one_down() -> None:
    """The stages go from the most urgent down, each within the bars of those before."""
    problem = problem_of(
        {"first": (1, True, [(1, {"x": 10, "y": 11})]), "second": (2, True, [(1, {"x": 10, "y": 500})])},
        {"x": 1, "y": 1},
    )
    assert _who(capped(problem, [10.0, 11.0, 10.0, 500.0], {1: 0.0, 2: 0.0})) == {"first": "x", "second": "y"}


def test_a_cap_below_an_uncapped_rank_leaves_that_rank_its_resources() -> None:
    """Measured alone, the lesser need would be barred from the only resource that is left for it."""
    problem = problem_of(
        {"first": (1, True, [(1, {"x": 10})]), "second": (2, True, [(1, {"x": 10, "y": 500})])}, {"x": 1, "y": 1}
    )
    assert _who(capped(problem, [10.0, 10.0, 500.0], {2: 0.0})) == {"first": "x", "second": "y"}


def test_a_pin_is_never_barred() -> None:
    """The person who pinned it knew that it is slower."""
    pinned = replace(URGENT_AND_LESSER, pinned=np.array([False, True, False]))
    assert _who(capped(pinned, TIMES_S)) == {"fire": "far", "cat": "near"}


def test_optional_needs_are_not_capped() -> None:
    """What may wait altogether may wait a little."""
    optional = replace(URGENT_AND_LESSER, optional=np.array([True, False]), open_prices=np.array([1000, 0]))
    assert capped(optional, TIMES_S) is optional


def test_indices_stay_as_they_are() -> None:
    """Whoever keeps seconds and names beside the pairs must not have to sort them again."""
    found = capped(URGENT_AND_LESSER, TIMES_S)
    assert found.barred is not None
    assert found.barred.tolist() == [False, True, False]


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("seed", range(40))
def test_no_position_of_a_capped_rank_or_a_more_urgent_one_is_lost(seed: int, rank: int) -> None:
    """A cap says who goes, never that nobody goes."""
    problem = random_problem(seed) if seed % 2 else random_shapes(seed)
    times_s = problem.costs / UNITS_PER_SECOND
    free, held = solve(problem), solve(capped(problem, times_s, {rank: 0.0}))
    assert held.proven
    assert [one for one in held.filled_by_rank if one[0] <= rank] == [
        one for one in free.filled_by_rank if one[0] <= rank
    ]


@pytest.mark.parametrize("seed", range(40))
def test_no_row_of_the_most_urgent_rank_is_slower_than_if_that_rank_were_alone(seed: int) -> None:
    """Whatever lesser needs would gain."""
    problem = random_problem(seed)
    first = int(problem.ranks.min())
    alone = with_pairs(problem, np.flatnonzero(problem.ranks[problem.pair_needs] == first))
    best, held = solve(alone), solve(capped(problem, problem.costs / UNITS_PER_SECOND, {first: 0.0}))
    for row in np.flatnonzero(problem.ranks[problem.row_needs] == first).tolist():
        if not best.unfilled[row]:
            assert _slowest(problem, held.chosen, row) <= _slowest(alone, best.chosen, row)


def _slowest(problem: Problem, chosen: tuple[int, ...], row: int) -> int:
    return max((int(problem.costs[pair]) for pair in chosen if problem.pair_rows[pair] == row), default=0)


def test_a_cap_that_the_limits_do_not_leave_time_for_is_not_set_and_says_so() -> None:
    """Three teams of two want three: whether two of them can be filled is open after one flow."""
    problem = problem_of(
        {f"n{i}": (1, True, [(2, {"a": 10, "b": 20, "c": 30})]) for i in range(3)}, {"a": 1, "b": 1, "c": 1}
    )
    found = cap_regret(problem, problem.costs / UNITS_PER_SECOND, {1: 0.0}, Limits(nodes=1, programme_nodes=0))
    assert (found.problem, found.not_set) == (problem, (1,))


WRONG: dict[str, tuple[list[float], dict[int, float], str]] = {
    "too few": ([1.0], {1: 0.0}, "response_s"),
    "negative": ([1.0, -1.0, 1.0], {1: 0.0}, "response_s[1]"),
    "not a number": ([1.0, float("nan"), 1.0], {1: 0.0}, "response_s[1]"),
    "without end": ([float("inf"), 1.0, 1.0], {1: 0.0}, "response_s[0]"),
    "a negative cap": ([1.0, 1.0, 1.0], {1: -1.0}, "caps[1]"),
    "a cap without end": ([1.0, 1.0, 1.0], {1: float("inf")}, "caps[1]"),
}


@pytest.mark.parametrize(("times_s", "caps", "where"), WRONG.values(), ids=WRONG.keys())
def test_times_and_caps_that_cannot_be_are_refused(times_s: list[float], caps: dict[int, float], where: str) -> None:
    """A time that is no number compares with nothing."""
    with pytest.raises(ProblemRefused) as refused:
        capped(URGENT_AND_LESSER, times_s, caps)
    assert [flaw.where for flaw in refused.value.flaws] == [where]


def test_those_who_would_have_to_be_taken_from_somebody_set_no_standard() -> None:
    """A crew that is under way elsewhere is nearer, but the cap is about who is free."""
    problem = problem_of(
        {"fire": (1, True, [(1, {"taken": 10, "near": 20, "far": 70})])}, {"taken": 1, "near": 1, "far": 1}
    )
    among = np.array([name != "taken" for name in problem.resource_ids])[problem.pair_resources]
    times_s = problem.costs / 10
    barred = capped(problem, times_s, among=among).barred
    assert barred is not None
    assert {problem.resource_ids[at] for at in problem.pair_resources[barred]} == {"far"}
