"""Solvers apart from the serving process: a warm process, a hard deadline, and the floor plan when either fails.

The engines hold the interpreter while they search, some of them can neither be interrupted nor be trusted never to crash, and
the board must not stand still for any of that. So a problem of any size goes to a process that can be killed, which sends every
plan as it finds it (`optimiser.tiers`). The serving process makes the floor plan itself meanwhile, believes no plan that `verify`
does not accept or that stands worse than the floor plan, and when the time is up takes the best it has:

    what happened                            what the plan's termination says
    the last plan came in time               what the solver says
    the time was up, plans had come          limit: cut at 0.70 s by the clock
    the time was up, none had come           degraded: cut at 0.70 s by the clock, engine "floor"
    the process crashed, raised or lied      degraded: what it did; the floor plan, or a checked plan that came before

A process that failed is replaced while nobody waits. A small problem is solved here: that takes less time than asking.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import ParamSpec, TypeVar

from api.settings import Settings
from api.solver_worker import DONE, READY, Improve, Trouble, Work, attend, send
from optimiser import Allocation, Limits, Problem, Termination, verify
from optimiser.meeting import KeptSession
from optimiser.tiers import floor_answer, improvements, pair_visits, standing

P = ParamSpec("P")
T = TypeVar("T")

START_LIMIT_S = 20.0
"""How long a new process may take to load everything before it is given up."""
FORSAKEN_S = 5.0
"""A process that nobody killed when the time was up, because nobody is left, ends itself so much later."""
NURSERY = "api.solver_nursery"
ENDING_LIMIT_S = 0.5
"""How long to wait for the system to say how a process ended."""
LARGEST_SHARE = 0.7
"""Of the time that a request has left one solve may take so much: acting on its plan may call for another."""
CUT = "cut at {:.2f} s by the clock"
NO_TIME = "cut by the clock: the request had no time left"
STOPPED = "the solver has been stopped"
log = logging.getLogger(__name__)


class SolverFailure(Exception):
    """The solver's process failed; says how, in words for the board."""


class SolverPool:
    """Solves in a process of its own, within a limit of wall time. Its methods may be called from any thread.

    `improve` is what the process runs; tests and benchmarks hand in faulty ones.
    """

    def __init__(self, settings: Settings | None = None, *, improve: Improve = improvements) -> None:
        self.improve = improve
        # Small problems are answered in this process, by an optimiser that remembers the last one.
        self._here = KeptSession()
        self.troubles: tuple[str, ...] = ()
        self._settings = settings or Settings()
        self._due_s: float | None = None
        # One thread hires, asks and dismisses, and nothing else does, so there is never more than one conversation.
        self._keeper = ThreadPoolExecutor(1, "solver-keeper")
        self._worker: _Worker | None = None

    def start(self) -> None:
        """Have a process ready before anybody asks; returns at once."""
        self._later(self._hired)

    def close(self) -> None:
        """End the process; what is asked from now on gets its floor plan."""
        self._keeper.shutdown(wait=False, cancel_futures=True)
        if self._worker is not None:
            self._worker.kill()
        self._keeper.shutdown(wait=True)
        if self._worker is not None:
            self._worker.dismiss()
            self._worker = None

    def begin(self, limit_s: float | None = None) -> None:
        """A request begins: all that is solved from now on shares one limit, and `troubles` starts anew."""
        self._due_s = time.monotonic() + (self._settings.solve_limit_s if limit_s is None else limit_s)
        self.troubles = ()

    def solve(self, problem: Problem, limits: Limits) -> Allocation:
        """Fill the needs as well as can be in the time there is; never raises, never worse than the floor plan."""
        if pair_visits(problem, limits) <= self._settings.in_process_visits:
            return self._here(problem, limits)
        wait_s = self._share_s()
        due_s = time.monotonic() + wait_s
        found: list[Allocation] = []
        asked = self._later(self._ask, problem, limits, found, due_s) if wait_s > 0 else None
        floor = floor_answer(problem)
        if asked is None:
            return self._marked(problem, floor, STOPPED if wait_s > 0 else NO_TIME)
        try:
            asked.result(max(0.0, due_s - time.monotonic()))
        except TimeoutError:
            self._cut(asked)
            # Whoever was cut off may still be adding to the list.
            best = _best(floor, tuple(found))
            return self._marked(problem, best, CUT.format(wait_s), by_clock=True)
        except SolverFailure as failure:
            return self._marked(problem, _best(floor, found), str(failure))
        except CancelledError:
            return self._marked(problem, floor, STOPPED)
        if not found or any(standing(plan) > standing(floor) for plan in found):
            self._later(self._replace, self._worker)
            words = "sent a plan that is worse than the floor plan" if found else "sent no plan"
            return self._marked(problem, _best(floor, found), f"the solver {words}")
        return _best(floor, found)

    def _share_s(self) -> float:
        """How long this solve may take."""
        if self._due_s is None:
            return self._settings.solve_limit_s
        return LARGEST_SHARE * (self._due_s - time.monotonic())

    def _marked(self, problem: Problem, plan: Allocation, trouble: str, *, by_clock: bool = False) -> Allocation:
        """Say in the plan, in `troubles` and in the log why this plan is not what the solver would have said."""
        was = plan.termination
        if by_clock and was.reason != "degraded":
            termination = Termination("limit", was.bound, plan.cost, was.nodes, trouble)
        else:
            termination = Termination("degraded", None, plan.cost, was.nodes, trouble)
        self.troubles += (trouble,)
        size = f"{len(problem.need_ids)} needs, {len(problem.resource_ids)} resources, {len(problem.pair_rows)} pairs"
        log.warning("%s: %s; the plan is of the engine %r (%s)", termination.reason, trouble, plan.engine, size)
        return replace(plan, termination=termination)

    def _cut(self, asked: Future[None]) -> None:
        # What has not begun needs no killing, and what has hired nobody yet will find that its time is up.
        worker = self._worker
        if not asked.cancel() and worker is not None:
            worker.kill()
            self._later(self._replace, worker)

    def _ask(self, problem: Problem, limits: Limits, found: list[Allocation], due_s: float) -> None:
        """Have the process solve, and collect the plans that hold; raises `SolverFailure`."""
        worker = self._hired()
        if time.monotonic() >= due_s:
            raise SolverFailure("the solver had no time left when it was ready")
        try:
            forsaken_after_s = FORSAKEN_S + due_s - time.monotonic()
            for plan in worker.plans(Work(self.improve, problem, limits, forsaken_after_s)):
                flaws = verify(problem, plan)
                if flaws:
                    raise SolverFailure(f"the solver sent a plan that does not hold: {'; '.join(flaws[:3])}")
                found.append(plan)
        except SolverFailure:
            self._later(self._replace, worker)
            raise
        except (EOFError, OSError) as error:
            self._later(self._replace, worker)
            raise SolverFailure(worker.ending()) from error
        except Exception as error:  # What a broken process sends can break whatever reads it.
            self._later(self._replace, worker)
            what = f"{type(error).__name__}: {error}"
            raise SolverFailure(f"the solver sent what cannot be read: {what}") from error

    def _hired(self) -> _Worker:
        if self._worker is not None and not self._worker.is_alive():
            # Nothing was asked of it when it ended, so there is nothing to mark.
            log.warning("%s while nobody asked it anything", self._worker.ending())
            self._worker.dismiss()
            self._worker = None
        if self._worker is None:
            try:
                self._worker = _Worker()
            except Exception as error:  # Without a process there is still the floor plan.
                log.warning("no process for the solver: %s", error)
                raise SolverFailure(f"the solver could not be started: {type(error).__name__}: {error}") from error
        return self._worker

    def _replace(self, worker: _Worker | None) -> None:
        """Dismiss this worker, unless that has been done, and have another ready."""
        if worker is not None and worker is self._worker:
            self._worker = None
            worker.dismiss()
            self._hired()

    def _later(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T] | None:
        """Have the keeper do something when it is free; None: it has been sent home."""
        try:
            return self._keeper.submit(act, *args, **kwargs)
        except RuntimeError:
            return None


class _Worker:
    """One process, ready to solve."""

    def __init__(self) -> None:
        # A process with threads must not fork, and a fresh interpreter for each would need seconds to load the engines.
        is_unix = "forkserver" in multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver") if is_unix else multiprocessing.get_context("spawn")
        # Each process also imports the main module anew, if the one it is forked from has not.
        context.set_forkserver_preload(["__main__", NURSERY])
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=attend, args=(theirs,), name="muster-solver", daemon=True)
        self._process.start()
        theirs.close()
        if not self._pipe.poll(START_LIMIT_S) or self._pipe.recv() != READY:
            self.dismiss()
            raise SolverFailure(f"it was not ready within {START_LIMIT_S:.0f} s")

    def plans(self, work: Work) -> Iterator[Allocation]:
        """Yield what the process sends, as it is; nothing is checked here."""
        send(self._pipe, work)
        while True:
            match self._pipe.recv():
                case Allocation() as plan:
                    yield plan
                case Trouble(what):
                    raise SolverFailure(f"the solver raised {what}")
                case str(word) if word == DONE:
                    return
                case other:
                    raise SolverFailure(f"the solver sent {type(other).__name__} in place of a plan")

    def is_alive(self) -> bool:
        """Whether it can be asked something."""
        return self._process.is_alive()

    def ending(self) -> str:
        """How the process ended, in words."""
        self._process.join(ENDING_LIMIT_S)
        code = self._process.exitcode
        if code is None:
            return "the solver's process hung up"
        if code < 0:
            return f"the solver's process was ended by {signal.Signals(-code).name}"
        return f"the solver's process ended by itself with exit code {code}"

    def kill(self) -> None:
        """End the process at once, whatever it is doing; whoever listens to it hears that it has ended."""
        with suppress(OSError, ValueError):
            self._process.kill()

    def dismiss(self) -> None:
        """End the process and give back what it held."""
        self.kill()
        self._process.join(ENDING_LIMIT_S)
        self._pipe.close()


def _best(floor: Allocation, plans: Sequence[Allocation]) -> Allocation:
    """The plan that stands best, the last of equals."""
    best = floor
    for plan in plans:
        if standing(plan) <= standing(best):
            best = plan
    return best
