"""The other end of `solver_pool`: a process that solves what it is sent and sends back every plan as soon as it has it.

It ends when its pipe does, and by an alarm of its own when it has worked for longer than anybody waits, so that none is
left behind by a serving process that was killed. Arrays travel beside the pickled rest and are copied by neither end.
"""

from __future__ import annotations

import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from optimiser import Allocation, Limits, Problem, warm_up

Improve = Callable[[Problem, Limits], Iterator[Allocation]]
"""What yields plans, each of which should be better than the last; picklable, so a function of a module."""

READY, DONE = "ready", "done"


@dataclass(frozen=True, slots=True)
class Work:
    """One problem, how to go about it, and after how many seconds nobody wants the answer any more."""

    improve: Improve
    problem: Problem
    limits: Limits
    forsaken_after_s: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a worker says when its engines raised something."""

    what: str


def attend(pipe: Connection) -> None:
    """Solve what comes down the pipe, one after another, until it closes."""
    # A Ctrl-C at the terminal reaches the whole group; when to stop is for the serving process to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up()
    with suppress(EOFError, OSError):
        pipe.send(READY)
        while True:
            work = received(pipe)
            _alarm(work.forsaken_after_s)
            pipe.send(_outcome(work, pipe))
            _alarm(0)


def _outcome(work: Work, pipe: Connection) -> str | Trouble:
    try:
        for plan in work.improve(work.problem, work.limits):
            pipe.send(plan)
    except OSError:
        raise
    except Exception as trouble:  # Whatever it is, the serving process has its floor plan and wants to know.
        return Trouble(f"{type(trouble).__name__}: {trouble}")
    return DONE


def _alarm(after_s: float) -> None:
    """Have the system end this process; a handler in Python would wait for the engine to give back the interpreter."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, after_s)


def send(pipe: Connection, work: Work) -> None:
    """Send work; blocks while the other end does not read."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(work, protocol=5, buffer_callback=buffers.append)
    pipe.send((head, len(buffers)))
    for buffer in buffers:
        pipe.send_bytes(buffer.raw())


def received(pipe: Connection) -> Work:
    """Receive work; its arrays cannot be written to."""
    head, count = pipe.recv()
    work = pickle.loads(head, buffers=[pipe.recv_bytes() for _ in range(count)])
    assert isinstance(work, Work), "only work is sent down this pipe"
    return work
