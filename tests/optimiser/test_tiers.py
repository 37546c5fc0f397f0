"""Plans in tiers: each sound, each no worse than the last, the last one the solver's own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from benchmarks.teams import instance
from optimiser.allocation import Limits
from optimiser.problem import Problem
from optimiser.solve import solve
from optimiser.tiers import LONG_SEARCH_PAIRS, floor_answer, pair_visits, standing, tiers
from optimiser.verify import verify
from tests.optimiser.builders import problem_of, random_problem
from tests.optimiser.shape_builders import random_shapes

LIMITS = Limits(nodes=50)


def _pair() -> Problem:
    """Two needs want one of two resources; greedy pays 1 + 9, the best plan 2 + 1."""
    return problem_of(
        {"x": (1, True, [(1, {"a": 1, "b": 2})]), "y": (1, True, [(1, {"a": 1, "b": 9})])}, {"a": 1, "b": 1}
    )


def _teams() -> Problem:
    """Teams of one to three, more of them than can be staffed."""
    return instance(40, 80, "dense", 1, 0.6, True)


@pytest.mark.parametrize("draw", [random_problem, random_shapes])
def test_every_tier_is_sound_and_no_worse_than_the_last(draw: Callable[[int], Problem]) -> None:
    """Whoever stops waiting at any moment must hold a plan that people can follow."""
    for seed in range(100):
        problem = draw(seed)
        plans = list(tiers(problem, LIMITS))
        assert [verify(problem, plan) for plan in plans] == [()] * len(plans), seed
        assert all(standing(later) <= standing(earlier) for earlier, later in pairwise(plans)), seed


def test_the_first_tier_is_the_floor_plan_and_says_so() -> None:
    """Somebody who sees it must know that nothing better was looked for."""
    first = next(tiers(_pair(), LIMITS))
    assert (first.engine, first.termination.reason, first.cost) == ("floor", "degraded", 10)
    assert first.termination.detail


def test_the_last_tier_is_the_solver_s_own_answer() -> None:
    """A plan that nobody cut short is the same live and in simulation."""
    for problem in (_pair(), _teams(), random_shapes(1)):
        assert list(tiers(problem, LIMITS))[-1] == solve(problem, LIMITS)


def test_a_search_that_ended_early_is_not_repeated_and_gives_the_same() -> None:
    """Between a plan proven under a small limit and one proven under a large one there must be no difference to see."""
    ended_early, limits = 0, Limits(nodes=20_000, programme_nodes=0)
    for seed in range(40):
        problem = instance(25, 50, "dense", seed, 0.6, True)
        plans = list(tiers(problem, limits))
        assert plans[-1] == solve(problem, limits), seed
        ended_early += plans[-1].proven and not plans[-2].proven
    assert ended_early > 5


def test_what_one_matching_settles_has_no_tier_between() -> None:
    """A second look at what is exact at once would only cost time."""
    assert len(list(tiers(_pair(), LIMITS))) == 2


def test_a_long_search_is_preceded_by_short_ones() -> None:
    """Teams that take seconds to prove must have an answer better than greedy before that."""
    problem, limits = _teams(), Limits(nodes=4_000)
    assert pair_visits(problem, limits) >= LONG_SEARCH_PAIRS
    plans = list(tiers(problem, limits))
    assert len(plans) > 2
    assert standing(plans[1]) < standing(plans[0])


def test_the_work_of_a_search_counts_every_flow_it_may_solve() -> None:
    """What is handed to another process is decided by this figure."""
    team = problem_of({"x": (1, True, [(2, {"a": 1, "b": 2})])}, {"a": 1, "b": 1})
    assert (pair_visits(_pair(), Limits(nodes=7)), pair_visits(team, Limits(nodes=7))) == (4, 14)


def test_a_floor_answer_says_why_it_is_one() -> None:
    """The reason is for the board."""
    assert floor_answer(_pair(), "the cat sat on it").termination.detail == "the cat sat on it"
