"""The process at the other end of the pipe: it lives as long as somebody wants its answers, and no longer."""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

import numpy as np
import pytest

from api.solver_worker import DONE, READY, Trouble, Work, attend, received, send
from benchmarks.planted_faults import HEALTHY, improve_by
from optimiser import Limits, Problem, solve
from tests.optimiser.builders import problem_of

LIMITS = Limits(nodes=50)
ENDING_LIMIT_S = 10.0


def _problem() -> Problem:
    return problem_of({"x": (1, True, [(1, {"a": 1, "b": 2})])}, {"a": 1, "b": 1})


@pytest.fixture
def pipe() -> Connection:
    """The serving end."""
    return _started()[0]


def _started() -> tuple[Connection, ForkServerProcess]:
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    process = context.Process(target=attend, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    assert ours.recv() == READY
    return ours, process


def test_every_plan_is_sent_and_then_that_there_is_no_more(pipe: Connection) -> None:
    """Whoever waits must be able to tell the last plan from the last but one."""
    send(pipe, Work(HEALTHY, _problem(), LIMITS, 10.0))
    assert [pipe.recv(), pipe.recv()] == [solve(_problem(), LIMITS), DONE]


def test_what_an_engine_raises_is_sent_and_the_process_lives(pipe: Connection) -> None:
    """An exception is an answer like any other."""
    send(pipe, Work(improve_by("raises"), _problem(), LIMITS, 10.0))
    assert pipe.recv() == Trouble("RuntimeError: lost")
    send(pipe, Work(HEALTHY, _problem(), LIMITS, 10.0))
    assert pipe.recv() == solve(_problem(), LIMITS)


def test_it_ends_when_nobody_is_there_any_more() -> None:
    """A serving process that was killed leaves nothing behind."""
    pipe, process = _started()
    pipe.close()
    process.join(ENDING_LIMIT_S)
    assert process.exitcode == 0


def test_it_ends_by_itself_when_its_answer_is_long_forsaken() -> None:
    """It may be deep in native code when the serving process is killed, and hear nothing of it."""
    pipe, process = _started()
    send(pipe, Work(improve_by("hangs inside native code"), _problem(), LIMITS, 0.1))
    process.join(ENDING_LIMIT_S)
    assert process.exitcode == -signal.SIGALRM


def test_a_problem_arrives_as_it_was_sent_and_cannot_be_written_to() -> None:
    """Arrays travel beside the rest, straight from the memory they were in."""
    ours, theirs = multiprocessing.get_context("forkserver").Pipe()
    send(ours, Work(HEALTHY, _problem(), LIMITS, 1.0))
    problem = received(theirs).problem
    np.testing.assert_array_equal(problem.terms, _problem().terms)
    assert not problem.terms.flags.writeable
