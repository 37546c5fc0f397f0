"""Where played batches are kept, so that a run that was cut short goes on: one file a batch, called by its name.

A file appears whole or not at all: it is written beside its place, put on disk, and then moved there. What is read is
checked; a file that is damaged counts as missing and is written anew. Imports `replication_batch`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from optimiser.refusals import Refusal
from simulation.replication_batch import LARGEST_BYTES, Run, runs_in

SUFFIX = ".runs"
MOST_BATCHES = 100_000
"""Files in one folder; a fuller one is refused before anything is played, and may be emptied without loss but of time."""


class Store:
    """A folder of batches. `is_fresh`: what is there is not read, but written over; `notice` hears of damage.

    `reused` counts the replications that were read in place of being played.
    """

    def __init__(
        self, folder: Path, *, is_fresh: bool = False, notice: Callable[[str], None] = lambda told: None
    ) -> None:
        self.folder, self.is_fresh, self._notice = folder, is_fresh, notice
        self.reused = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._probe()
            count = sum(1 for _ in folder.glob(f"*{SUFFIX}"))
        except OSError as error:
            raise Refusal.of(
                str(folder), f"cannot be written: {error.strerror}", "a folder that can be written"
            ) from error
        if count >= MOST_BATCHES:
            raise Refusal.of(str(folder), f"{count:,} batches are kept there", f"fewer than {MOST_BATCHES:,}; empty it")

    def path(self, name: str) -> Path:
        """Where a batch is kept."""
        return self.folder / f"{name}{SUFFIX}"

    def get(self, name: str) -> tuple[Run, ...] | None:
        """A batch that is kept; None: it is not there, or not as it was written."""
        path = self.path(name)
        if self.is_fresh or not path.exists():
            return None
        try:
            runs = runs_in(path.read_bytes(), name)
        except Refusal as refusal:
            self._notice(f"{path}: {refusal.flaws[0].what}; it is played again")
            return None
        self.reused += len(runs)
        return runs

    def put(self, name: str, batch: bytes) -> None:
        """Keep a batch; when this returns, it is on disk."""
        if len(batch) > LARGEST_BYTES:
            raise Refusal.of(
                name, f"{len(batch):,} bytes in one batch", f"at most {LARGEST_BYTES:,}: fewer days or seeds"
            )
        part = self.folder / f".{name}.{os.getpid()}.part"
        with part.open("wb") as file:
            file.write(batch)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path(name))
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _probe(self) -> None:
        """Try to write, and clear away what writers that were killed left half written."""
        for left in self.folder.glob(".*.part"):
            if not _is_alive(left.name.rsplit(".", 2)[1]):
                left.unlink(missing_ok=True)
        probe = self.folder / f".probe.{os.getpid()}.part"
        probe.write_bytes(b"")
        probe.unlink()


def _is_alive(pid: str) -> bool:
    if not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
