"""The solver in its own process: what is asked of it, what is believed of it, and what happens when it fails."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import active_children

import pytest

from api.settings import Settings
from api.solver_pool import SolverPool
from benchmarks.planted_faults import HEALTHY, improve_by
from benchmarks.stall import stalls_ms
from benchmarks.teams import instance
from optimiser import Limits, Problem, solve, verify
from optimiser.tiers import floor_answer, standing
from tests.optimiser.builders import problem_of

LIMITS = Limits(nodes=50)
LIMIT_S = 0.4
LATE_S = 0.5
"""What a busy machine may add."""


def _problem() -> Problem:
    """Two needs want one of two resources; greedy pays 1 + 9, the best plan 2 + 1."""
    return problem_of(
        {"x": (1, True, [(1, {"a": 1, "b": 2})]), "y": (1, True, [(1, {"a": 1, "b": 9})])}, {"a": 1, "b": 1}
    )


@pytest.fixture(scope="module")
def warm() -> Iterator[SolverPool]:
    """A pool that hands everything to its process, which is ready."""
    with closing(SolverPool(Settings(solve_limit_s=20.0, in_process_visits=0))) as pool:
        assert pool.solve(_problem(), LIMITS).proven
        yield pool


@pytest.fixture
def pool(warm: SolverPool) -> Iterator[SolverPool]:
    """The same pool at the beginning of a request, healthy again afterwards."""
    warm.begin(LIMIT_S)
    yield warm
    warm.improve = HEALTHY


def _took_s(pool: SolverPool, problem: Problem) -> float:
    began = time.perf_counter()
    pool.solve(problem, LIMITS)
    return time.perf_counter() - began


def test_the_process_answers_as_the_solver_does_here(pool: SolverPool) -> None:
    """Where a plan was made must not be visible in it."""
    for problem in (_problem(), instance(20, 40, "dense", 1, 0.6, True)):
        pool.begin(20.0)
        assert pool.solve(problem, LIMITS) == solve(problem, LIMITS)
    assert pool.troubles == ()


def test_a_small_problem_is_solved_without_a_process() -> None:
    """Most decisions take less time than asking somebody else would."""
    with closing(SolverPool(improve=improve_by("raises"))) as pool:
        assert pool.solve(_problem(), LIMITS) == solve(_problem(), LIMITS)


def test_a_search_that_is_not_small_goes_to_the_process(pool: SolverPool) -> None:
    """The limit is one of pairs, counted for every flow that the search may solve."""
    with closing(SolverPool(improve=improve_by("raises"))) as strict:
        plan = strict.solve(instance(20, 40, "dense", 1, 0.6, True), Limits(nodes=1_000))
    assert plan.termination.detail == "the solver raised RuntimeError: lost"


def test_a_crash_costs_the_floor_plan_nothing(pool: SolverPool) -> None:
    """Somebody still has to go."""
    pool.improve = improve_by("reads from nowhere")
    plan = pool.solve(_problem(), LIMITS)
    assert plan == floor_answer(_problem(), "the solver's process was ended by SIGSEGV")


def test_after_a_crash_the_next_request_is_answered_in_full(pool: SolverPool) -> None:
    """One bad problem must not spoil the night."""
    pool.improve = improve_by("SIGKILL, as when memory runs out")
    pool.solve(_problem(), LIMITS)
    pool.improve = HEALTHY
    pool.begin(20.0)
    assert pool.solve(_problem(), LIMITS).proven


def test_a_process_that_hangs_in_native_code_is_cut_off_in_time(pool: SolverPool) -> None:
    """No exception and no thread can stop that; only ending the process does."""
    pool.improve = improve_by("hangs inside native code")
    assert _took_s(pool, _problem()) < LIMIT_S + LATE_S


def test_the_event_loop_goes_on_beside_a_solver_that_hangs(pool: SolverPool) -> None:
    """The board must not freeze because somebody thinks."""
    pool.improve = improve_by("hangs inside native code")
    late, took_s, _ = asyncio.run(stalls_ms(lambda: pool.solve(_problem(), LIMITS).engine))
    assert max(late) < took_s * 1000 / 2


def test_a_cut_plan_says_that_the_clock_cut_it(pool: SolverPool) -> None:
    """Whoever compares it with a replay must know why they differ."""
    pool.improve = improve_by("waits for ever")
    termination = pool.solve(_problem(), LIMITS).termination
    assert termination.reason == "degraded"
    assert re.fullmatch(r"cut at 0\.[0-9]{2} s by the clock", termination.detail)


def test_a_plan_that_came_before_the_cut_is_kept(pool: SolverPool) -> None:
    """Half a second of search is worth more than greed."""
    pool.improve = improve_by("a plan, then works no more")
    plan = pool.solve(_problem(), LIMITS)
    assert (plan.cost, plan.termination.reason, plan.proven) == (3, "limit", False)


def test_one_request_s_solves_share_one_limit(pool: SolverPool) -> None:
    """Automatic rules decide several times in one request, and the caller waits for all of them."""
    pool.improve = improve_by("waits for ever")
    began = time.perf_counter()
    plans = [pool.solve(_problem(), LIMITS) for _ in range(4)]
    assert time.perf_counter() - began < LIMIT_S + LATE_S
    assert all(verify(_problem(), plan) == () for plan in plans)


def test_no_time_left_means_the_floor_plan_at_once(pool: SolverPool) -> None:
    """There is always a plan, even when nobody may think."""
    pool.begin(0.0)
    assert "had no time left" in pool.solve(_problem(), LIMITS).termination.detail


def test_a_plan_worse_than_the_floor_plan_is_not_believed(pool: SolverPool) -> None:
    """It is sound and honest, and somebody would have died of it."""
    pool.improve = improve_by("worse than the floor plan")
    plan = pool.solve(_problem(), LIMITS)
    assert standing(plan) == standing(floor_answer(_problem()))
    assert "worse than the floor plan" in plan.termination.detail


def test_troubles_are_remembered_until_the_next_request(pool: SolverPool) -> None:
    """What the rules do after a cut belongs to the cut, however many solves later."""
    pool.improve = improve_by("raises")
    pool.solve(_problem(), LIMITS)
    assert list(pool.troubles) == ["the solver raised RuntimeError: lost"]
    pool.begin()
    assert list(pool.troubles) == []


def test_trouble_is_written_to_the_log(pool: SolverPool, caplog: pytest.LogCaptureFixture) -> None:
    """A night of floor plans must not go unnoticed by whoever runs the machine."""
    pool.improve = improve_by("cost misstated")
    pool.solve(_problem(), LIMITS)
    assert "degraded: the solver sent a plan that does not hold: the cost is 3, not 2" in caplog.text


def test_a_process_that_ended_while_idle_is_replaced_unnoticed(pool: SolverPool) -> None:
    """Nothing was asked of it, so nothing is lost."""
    for child in active_children():
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    pool.begin(20.0)
    assert pool.solve(_problem(), LIMITS).proven


def test_a_closed_pool_still_has_a_floor_plan() -> None:
    """The last request of a server that stops is somebody's emergency too."""
    pool = SolverPool(Settings(in_process_visits=0))
    pool.close()
    assert pool.solve(_problem(), LIMITS) == floor_answer(_problem(), "the solver has been stopped")


def test_closing_ends_the_process() -> None:
    """Whoever restarts a service every night must not collect solvers."""
    before = {child.pid for child in active_children()}
    with closing(SolverPool(Settings(solve_limit_s=20.0, in_process_visits=0))) as pool:
        pool.solve(_problem(), LIMITS)
        assert len({child.pid for child in active_children()} - before) == 1
    assert {child.pid for child in active_children()} <= before
