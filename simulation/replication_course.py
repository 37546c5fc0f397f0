"""The course of a run of replications: which batches are kept, which are left, and who plays them.

No worker is given its next batch before its last is on disk, so a run that is killed plays at most one batch for each
worker a second time. Workers that die are replaced. See docs/decisions/0014. Imports the other `replication_` modules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from typing import TypeAlias

from optimiser.refusals import Refusal
from simulation.replication_batch import Run, runs_in
from simulation.replication_store import Store
from simulation.replication_workers import Engine, Playable, PlayBatch, Workers

MOST_BREAKS = 5
"""So often in a row workers may die before a batch is done; more is no accident."""
POLL_S = 0.2
"""How often it is asked whether to go on; a run that is cancelled ends within two seconds."""

Seeds: TypeAlias = tuple[int, ...]


class Cancelled(Exception):
    """Somebody has said to stop. What was done is kept where there is a store."""


class Course:
    """What is done so far, and what is left. `progress` hears how many runs there are, `heard` of each batch that was played."""

    def __init__(
        self,
        job: Playable,
        batches: Sequence[Seeds],
        play_batch: PlayBatch,
        store: Store | None,
        progress: Callable[[int], None],
        heard: Callable[[Seeds, tuple[Run, ...]], None] = lambda seeds, runs: None,
    ) -> None:
        self._job, self._play_batch, self._batches = job, play_batch, batches
        self._store, self._progress, self._heard = store, progress, heard
        self._names = {seeds: job.batch_name(seeds) for seeds in batches}
        self._found: dict[Seeds, tuple[Run, ...]] = {}
        for seeds, name in self._names.items():
            kept = store.get(name) if store is not None else None
            if kept is not None:
                self._found[seeds] = kept
        self._left = deque(seeds for seeds in self._names if seeds not in self._found)
        if self._found:
            self._tell()

    def runs(self) -> list[Run]:
        """Everything, in the order of the seeds."""
        return [run for seeds in self._batches for run in self._found[seeds]]

    def play_here(self) -> None:
        """Play what is left in this process."""
        while self._left:
            seeds = self._left.popleft()
            self._keep(seeds, self._play_batch(self._job, seeds))

    def play(self, engine: Engine, cancelled: Callable[[], bool]) -> None:
        """Play what is left, and begin anew with other workers where some died."""
        breaks = 0
        while self._left:
            done = len(self._found)
            try:
                with engine(self._job, self._play_batch) as workers:
                    self._drain(workers, cancelled)
            except BrokenExecutor as broken:
                breaks = 1 if len(self._found) > done else breaks + 1
                if breaks > MOST_BREAKS:
                    told = f"workers died {breaks} times before one batch of {self._left[0]} was done"
                    raise Refusal.of("workers", told, "more memory, fewer workers, or fewer days") from broken

    def _drain(self, workers: Workers, cancelled: Callable[[], bool]) -> None:
        pending: dict[Future[bytes], Seeds] = {}
        try:
            while self._left or pending:
                while self._left and len(pending) < workers.count:
                    seeds = self._left.popleft()
                    pending[_submitted(workers, seeds, self._left)] = seeds
                done, _ = wait(pending, timeout=POLL_S, return_when=FIRST_COMPLETED)
                # What is done is kept before a broken one is looked at.
                for future in sorted(done, key=lambda each: each.exception() is not None):
                    result = future.result()
                    self._keep(pending.pop(future), result)
                if cancelled():
                    raise Cancelled
        finally:
            self._left.extendleft(reversed(pending.values()))

    def _keep(self, seeds: Seeds, played: bytes) -> None:
        name = self._names[seeds]
        runs = runs_in(played, name)
        if self._store is not None:
            self._store.put(name, played)
        self._found[seeds] = runs
        self._heard(seeds, runs)
        self._tell()

    def _tell(self) -> None:
        self._progress(sum(map(len, self._found.values())))


def _submitted(workers: Workers, seeds: Seeds, left: deque[Seeds]) -> Future[bytes]:
    try:
        return workers.submit(seeds)
    except BrokenExecutor:
        left.appendleft(seeds)
        raise
