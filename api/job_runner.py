"""Working off planners' jobs: one at a time, each in a process of its own at a low priority, under a lease of the ledger.

Whoever serves a room does it beside; on a server's log `muster worker` does it on any machine. The process that plays is started
and ended here and never touches the database. What it has played is kept in a store, so whoever takes a job over plays only what
is missing and finds the same. Imports `clock`, `job_ledger`, `job_process` and `log`.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from api.clock import Clock
from api.job_ledger import LEASE_MS, Work, claim, finish, give_up, is_anything_free, is_held, report
from api.job_process import PAGE, QUESTION, REFUSED, RESULT
from api.log import Log, LogUnavailable

LOOK_EVERY_S = 1.0
"""How often a worker looks for a job, says that it is still there, and hears that a job was cancelled."""
LAST_WORDS_S = 2.0
LONGEST_LINE = 100_000

T = TypeVar("T")


class Ledger(Protocol):
    """Where the ledger is kept: a room, or a log without one."""

    log: Log

    def change(self, doing: Callable[[Connection], T]) -> T:
        """Change something beside the log's entries."""
        ...


@contextmanager
def working(ledger: Ledger, clock: Clock, folder: Path) -> Iterator[None]:
    """Work off jobs meanwhile."""
    runner = JobRunner(ledger, clock, folder)
    runner.start()
    try:
        yield
    finally:
        runner.close()


class JobRunner:
    """A thread that works until it is closed."""

    def __init__(self, ledger: Ledger, clock: Clock, folder: Path) -> None:
        self._ledger = ledger
        self._clock = clock
        self._folder = folder
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._ended = threading.Event()
        self._told: dict[str, Any] = {}
        self._reported: dict[str, Any] = {}
        self._renewed_at = 0
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a job under way is given back, and goes on where somebody takes it up."""
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                # A turn is the dispatchers'; it is asked for only where there is something to take.
                if self._ledger.log.look(lambda connection: is_anything_free(connection, self._clock.now())):
                    mine = self._ledger.change(lambda connection: claim(connection, self._owner, self._clock.now()))
                    if mine is not None:
                        self._play(mine)
                        continue
            except LogUnavailable:
                logging.getLogger(__name__).warning("the ledger of jobs cannot be reached; trying again")
            except Exception:  # One job that cannot be begun must not end the work on all others.
                logging.getLogger(__name__).exception("a job could not be worked on")
            self._ended.wait(LOOK_EVERY_S)

    def _play(self, mine: Work) -> None:
        folder = self._folder / mine.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / QUESTION).write_text(json.dumps(dict(mine.asked)), encoding="utf-8")
        self._told, self._reported, self._renewed_at = {}, {}, self._clock.now()
        with _process(folder) as playing:
            threading.Thread(target=self._listen, args=(playing,), daemon=True).start()
            while playing.poll() is None:
                if not self._is_still_mine(mine):
                    # Cancelled, or somebody else has it: nothing more is owed to anybody.
                    return
                if self._ended.wait(LOOK_EVERY_S):
                    self._ledger.change(lambda connection: give_up(connection, mine, "", for_good=False))
                    return
            code = playing.returncode
        self._hand_in(mine, folder, code)

    def _is_still_mine(self, mine: Work) -> bool:
        """Renew the lease where there is news, or a third of it is over; hear of a cancellation either way."""
        told, now = dict(self._told), self._clock.now()
        if told == self._reported and now < self._renewed_at + LEASE_MS // 3:
            return self._ledger.log.look(lambda connection: is_held(connection, mine))
        self._reported, self._renewed_at = told, now
        return self._ledger.change(lambda connection: report(connection, mine, told, now))

    def _hand_in(self, mine: Work, folder: Path, code: int) -> None:
        if code == 0:
            result, page = ((folder / name).read_text(encoding="utf-8") for name in (RESULT, PAGE))
            self._ledger.change(lambda connection: finish(connection, mine, result, page))
            shutil.rmtree(folder, ignore_errors=True)
        elif code == REFUSED:
            because = "; ".join(self._told.get("refused", ())) or "it was refused"
            self._ledger.change(lambda connection: give_up(connection, mine, because, for_good=True))
        else:
            because = f"its process ended with {code}"
            self._ledger.change(lambda connection: give_up(connection, mine, because, for_good=False))

    def _listen(self, playing: subprocess.Popen[str]) -> None:
        assert playing.stdout is not None, "it was asked for"
        while line := playing.stdout.readline(LONGEST_LINE):
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if isinstance(told, dict):
                self._told = told


@contextmanager
def _process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that plays the question in `folder`, in a group of its own; gone at the end, whatever happens."""
    command = [sys.executable, "-m", "api.job_process", str(folder.resolve())]
    started = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        cwd=Path(__file__).resolve().parent.parent,
    )  # fmt: skip
    try:
        yield started
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
        started.wait(LAST_WORDS_S)
        for pipe in (started.stdin, started.stdout):
            assert pipe is not None, "both were asked for"
            pipe.close()
