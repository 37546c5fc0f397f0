"""Replications over processes: what two save, what they cost, and what is lost when they are killed at random.

    python -m benchmarks.replications [--kills N] [--dask]

The same run is played by one process and by two, and with Dask where it is asked for; processor time counts every process
that took part, since on a machine with other work the wall shows nothing. Then a run is started on a store, and its parent
or one of its workers is killed with SIGKILL at random moments, again and again, until it may come through: its SHA-256 has
to be that of the run nobody disturbed, and a kill may cost no more than the batches in hand, one for each worker.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from simulation.replication_batch import Job
from simulation.replication_course import Course
from simulation.replication_store import SUFFIX, Store
from simulation.replication_workers import Engine, PlayBatch, dask
from simulation.replications import Replication, Span, digest, local, play_batch
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

START = 1_700_000_000_000
SEEDS, HOURS, WORKERS = 24, 3.0, 2
KILLS = 40
BEGUN = "begun.txt"
"""In the folder of the store: one line for every batch that somebody began."""
LONGEST_S = 1800.0
KILL_AFTER_S = (0.0, 1.0)
OF_PARENTS, WHILE_STARTING = 0.3, 0.1
"""The share of kills that are of the parent, and of those that may come before anybody is at work."""


def the_job(hours: float) -> Job:
    """Hours of the priority call centre under its baseline."""
    scenario = Scenario.read(scenario_folder("priority_call_centre"))
    return Job(scenario, (scenario.procedure("procedures/baseline.yaml"),), Span(START, 0.0, hours * 3600))


def timed_batch(job: Job, seeds: Sequence[int]) -> bytes:
    """Play a batch, and note the processor time that this process has used up to now."""
    found = play_batch(job, seeds)
    with open(Path(os.environ["MUSTER_CPU"]) / str(os.getpid()), "w", encoding="ascii") as file:
        file.write(str(time.process_time()))
    return found


def noted_batch(job: Job, seeds: Sequence[int]) -> bytes:
    """Play a batch, and say in a file that it was begun."""
    with open(os.environ["MUSTER_BEGUN"], "a", encoding="ascii") as file:
        file.write(f"{seeds[0]}\n")
    return play_batch(job, seeds)


def played(engine: Engine, seeds: int, hours: float, store: Store | None = None, play: PlayBatch = play_batch) -> str:
    """Play so many seeds, one a batch, and return the SHA-256 of everything found."""
    course = Course(the_job(hours), [(seed,) for seed in range(1, seeds + 1)], play, store, lambda done: None)
    course.play(engine, lambda: False)
    return digest([Replication(*run) for run in course.runs()])


@dataclass(frozen=True, slots=True)
class Survived:
    """What the killing came to: batches begun, beside those there are and what the kills and the losses of files allow."""

    digest: str
    parents: int
    workers: int
    begun: int
    allowed: int


def survive(
    folder: Path, kills: int, luck: random.Random, *, seeds: int, hours: float, workers: int = WORKERS
) -> Survived:
    """Start the run on a store, kill its parent or a worker `kills` times at random moments, and let it come through."""
    run = [sys.executable, "-m", "benchmarks.replications", "--play", str(folder), str(seeds), str(hours), str(workers)]
    environment = {**os.environ, "MUSTER_BEGUN": str(folder / BEGUN)}
    started: Callable[[], subprocess.Popen[str]] = lambda: subprocess.Popen(  # noqa: E731
        run, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    killed = {"parents": 0, "workers": 0}
    emptied = 0
    child = started()
    while sum(killed.values()) < kills:
        if luck.random() > WHILE_STARTING:
            _until_at_work(child)
        time.sleep(luck.uniform(*KILL_AFTER_S))
        at_work = _workers_of(child.pid)
        if at_work and luck.random() > OF_PARENTS:
            killed["workers"] += _kill(luck.choice(at_work))
        elif child.poll() is None:
            killed["parents"] += _kill(child.pid)
            child.wait()
        if child.poll() is not None:
            child.communicate()
            # A store that is full leaves nothing to kill.
            kept = sorted(folder.glob(f"*{SUFFIX}"))
            if len(kept) > seeds * 2 // 3:
                for path in luck.sample(kept, seeds // 3):
                    path.unlink()
                    emptied += 1
            child = started()
    found, _ = child.communicate(timeout=LONGEST_S)
    begun = len((folder / BEGUN).read_text(encoding="ascii").split())
    # Somebody who dies by the tenth kill of a row may have been given up; then the run is begun once more.
    if child.returncode:
        found = subprocess.run(
            run, capture_output=True, text=True, timeout=LONGEST_S, check=True, env=environment
        ).stdout
        begun = len((folder / BEGUN).read_text(encoding="ascii").split())
    return Survived(found.strip(), **killed, begun=begun, allowed=seeds + emptied + kills * workers)


def _until_at_work(child: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while not _workers_of(child.pid) and child.poll() is None:
        assert time.monotonic() < deadline, "a run begins to play some time"
        time.sleep(0.01)


def _kill(pid: int) -> int:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def _workers_of(pid: int) -> list[int]:
    """The workers of a run: they are the children of the server process that it forks from."""
    return [worker for child in _children(pid) for worker in _children(child)]


def _children(pid: int) -> Iterator[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return iter(())
    return map(int, told.split())


def _timed(engine: Engine, seeds: int, hours: float) -> tuple[str, float, float]:
    """The digest, the wall seconds, and the processor seconds of this process and of every worker since it began."""
    folder = Path(os.environ["MUSTER_CPU"])
    for left in folder.iterdir():
        left.unlink()
    began, before = time.perf_counter(), time.process_time()
    found = played(engine, seeds, hours, play=timed_batch)
    workers_s = sum(float(each.read_text(encoding="ascii")) for each in folder.iterdir())
    return found, time.perf_counter() - began, time.process_time() - before + workers_s


def _one_after_another(seeds: int, hours: float) -> tuple[str, float, float]:
    began, before = time.perf_counter(), time.process_time()
    course = Course(the_job(hours), [(seed,) for seed in range(1, seeds + 1)], play_batch, None, lambda done: None)
    course.play_here()
    found = digest([Replication(*run) for run in course.runs()])
    return found, time.perf_counter() - began, time.process_time() - before


def main() -> None:
    """Print both parts, or play one run for the second."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--kills", type=int, default=KILLS)
    asked.add_argument("--seeds", type=int, default=SEEDS)
    asked.add_argument("--hours", type=float, default=HOURS)
    asked.add_argument("--dask", action="store_true", help="with a Dask cluster of two workers on this machine too")
    asked.add_argument("--play", nargs=4, metavar=("FOLDER", "SEEDS", "HOURS", "WORKERS"), help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.play:
        folder, seeds, hours, workers = told.play
        sys.stdout.write(played(local(int(workers)), int(seeds), float(hours), Store(Path(folder)), noted_batch) + "\n")
        return
    console = Console(width=140)
    # Before any worker is begun: they inherit it.
    noted = tempfile.TemporaryDirectory()
    os.environ["MUSTER_CPU"] = noted.name
    table = Table("who plays", "wall s", "processor s", "wall, of one", "processor, of one", "SHA-256")
    alone = _one_after_another(told.seeds, told.hours)
    rows = {
        "this process": alone,
        "one worker": _timed(local(1), told.seeds, told.hours),
        "two workers": _timed(local(2), told.seeds, told.hours),
    }
    if told.dask:
        rows["two Dask workers"] = _timed(dask(None, 2), told.seeds, told.hours)
    for name, (found, wall_s, cpu_s) in rows.items():
        shares = (f"{wall_s / alone[1]:.2f}", f"{cpu_s / alone[2]:.3f}")
        table.add_row(name, f"{wall_s:.1f}", f"{cpu_s:.1f}", *shares, found[:16])
    console.print(table)
    with tempfile.TemporaryDirectory() as folder:
        survived = survive(Path(folder), told.kills, random.Random(1), seeds=told.seeds, hours=told.hours)
    same = "the same SHA-256" if survived.digest == alone[0] else "ANOTHER SHA-256"
    console.print(
        f"{survived.parents} parents and {survived.workers} workers killed: {same}; {survived.begun} batches begun for "
        f"{told.seeds} seeds, at most {survived.allowed} allowed"
    )


if __name__ == "__main__":
    main()
