"""Workers may be processes or machines, may be killed and may be told to stop: what was found does not show it."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.replications import Survived, played, survive, the_job
from optimiser.refusals import Refusal
from simulation.replication_course import MOST_BREAKS, Course
from simulation.replication_store import SUFFIX, Store
from simulation.replication_workers import MOST_WORKERS, dask, local
from simulation.replications import Cancelled, digest, replications
from tests.builders import START

HOURS, SEEDS, KILLS = 0.4, 12, 20
DASK = importlib.util.find_spec("distributed") is not None


def alone(seeds: int = SEEDS, hours: float = HOURS) -> str:
    """The digest of the run in this process."""
    job = the_job(hours)
    return digest(replications(job.scenario, job.procedures, job.span, range(1, seeds + 1), workers=1))


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Survived:
    """A run whose parent and workers were killed twenty times."""
    return survive(tmp_path_factory.mktemp("killed"), KILLS, random.Random(START), seeds=SEEDS, hours=HOURS)


def test_a_run_that_was_killed_again_and_again_finds_the_same(killed: Survived) -> None:
    """SIGKILL of the parent and of workers at random moments: the SHA-256 is that of the run nobody disturbed."""
    assert killed.digest == alone()
    assert killed.parents + killed.workers >= KILLS
    assert min(killed.parents, killed.workers) > 0


def test_a_kill_costs_no_more_than_the_batches_in_hand(killed: Survived) -> None:
    """Every batch that is begun is noted by whoever plays it; each kill may cost one for each worker."""
    assert SEEDS <= killed.begun <= killed.allowed


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_workers_finds_the_same(workers: int) -> None:
    """In processes of their own, to the last bit."""
    assert played(local(workers), 4, HOURS) == alone(4)


@pytest.mark.skipif(not DASK, reason="the extra `dask` is not installed")
def test_a_cluster_finds_the_same() -> None:
    """Dask, in a process of its own, since its loops outlast a test."""
    play = (
        "from benchmarks.replications import played; from simulation.replication_workers import dask\n"
        f"if __name__ == '__main__': print('found', played(dask(None, 2), 4, {HOURS}))"
    )
    told = subprocess.run([sys.executable, "-c", play], capture_output=True, text=True, timeout=600, check=True)
    assert f"found {alone(4)}" in told.stdout


@pytest.mark.skipif(DASK, reason="the extra `dask` is installed")
def test_without_the_extra_a_cluster_is_refused() -> None:
    """With the words that would install it."""
    with pytest.raises(Refusal, match="muster\\[dask\\]"):
        played(dask(), 1, HOURS)


def test_a_run_that_is_cancelled_ends_within_two_seconds_and_keeps_what_is_done(tmp_path: Path) -> None:
    """In the midst of replications that take much longer than that."""
    job = the_job(24.0 * 30)
    told_at: list[float] = []

    def cancelled() -> bool:
        if not told_at and time.process_time() >= 0:
            told_at.append(time.perf_counter())
        return True

    with pytest.raises(Cancelled):
        replications(
            job.scenario, job.procedures, job.span, (1, 2), workers=2, store=Store(tmp_path), cancelled=cancelled
        )
    assert time.perf_counter() - told_at[0] < 2.0
    assert list(tmp_path.glob(f"*{SUFFIX}")) == []


def ended(job: object, seeds: object) -> bytes:
    """A batch that takes its worker with it."""
    import os

    os._exit(1)


def test_workers_that_die_whatever_they_play_are_given_up() -> None:
    """A batch that needs more memory than there is would else be begun for ever."""
    course = Course(the_job(HOURS), [(1,)], ended, None, lambda done: None)
    with pytest.raises(Refusal, match=f"died {MOST_BREAKS + 1} times"):
        course.play(local(1), lambda: False)


@pytest.mark.parametrize("workers", [0, MOST_WORKERS + 1])
def test_a_number_of_workers_that_nobody_has_is_refused(workers: int) -> None:
    """Before a process is started."""
    with pytest.raises(Refusal, match="workers"):
        local(workers)


def test_batches_of_nothing_are_refused() -> None:
    """And so are more seeds than a run may have."""
    job = the_job(HOURS)
    for changes in ({"batch": 0, "seeds": (1,)}, {"seeds": range(2_000_000)}):
        with pytest.raises(Refusal, match="seeds"):
            replications(job.scenario, job.procedures, job.span, workers=1, **changes)


def test_seeds_may_be_played_in_batches_of_several() -> None:
    """The last batch is shorter; the answer is the same."""
    job = the_job(HOURS)
    found = replications(job.scenario, job.procedures, job.span, range(1, 6), workers=1, batch=2)
    assert digest(found) == alone(5)
