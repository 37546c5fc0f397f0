"""The runs of an experiment: sides x workloads x seeds, played by one set of workers, kept apart so that each is played once.

Each side is a job of its own, so a baseline that another experiment has played is not played again. Imports `experiment`,
`sensitivities` and the `replication_` modules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from incidents.measures import Measures
from incidents.procedure import Procedure
from optimiser.refusals import Refusal
from simulation.arms import Arm
from simulation.periods import Played
from simulation.replication_batch import Job, Run
from simulation.replication_course import Course
from simulation.replication_store import Store
from simulation.replication_workers import Engine, local
from simulation.replications import play_batch
from simulation.variations import without

MOST_RUNS = 1_000_000
"""Runs in one go; more would be years of work."""


@dataclass(frozen=True, slots=True)
class Side:
    """One arm on one workload. `take` 2: played a second time. `lacking`: resources that it must do without.

    `rod`: the procedure by whose plans the response to what was true is judged, the same for every arm.
    """

    arm: Arm
    workload: Played
    rod: Procedure
    take: int = 1
    lacking: tuple[str, ...] = ()

    @property
    def job(self) -> Job:
        """What is played under each seed."""
        centre = without(self.arm.centre, self.lacking) if self.lacking else self.arm.centre
        scenario = replace(self.workload.scenario, centre=centre, observed=None, calibration=None)
        return Job(scenario, (self.arm.procedure,), self.workload.span, self.take, self.rod)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A side, and the seeds that it is to be played under."""

    side: Side
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `stage`: what is being done, such as `look 1 of 3`; `workload`: of which something was done last.

    `done` of `total` runs of the stage are there; `contacts` were played in this process since the experiment began.
    """

    stage: str
    workload: str
    done: int
    total: int
    contacts: int


@dataclass
class Hands:
    """Who plays, where it is kept, and who hears of it; none of it can change an answer. `engine` None: this machine.

    `workers` None: one process for each core; 1: this process, unless it may be cancelled.
    """

    workers: int | None = None
    engine: Engine | None = None
    store: Store | None = None
    progress: Callable[[Progress], None] = lambda done: None
    cancelled: Callable[[], bool] | None = None
    contacts: int = 0
    """Those that were played; runs that were kept are not counted."""


@dataclass(frozen=True)
class Jobs:
    """Several jobs as one: a batch is the number of a job and one seed."""

    jobs: tuple[Job, ...]

    def batch_name(self, numbers: Sequence[int], /) -> str:
        """The name under which the job itself would keep it."""
        return self.jobs[numbers[0]].batch_name(numbers[1:])


Runs: TypeAlias = tuple[Run, ...]


def play_jobs(jobs: Jobs, numbers: Sequence[int]) -> bytes:
    """Play one seed of one job."""
    return play_batch(jobs.jobs[numbers[0]], numbers[1:])


def play_all(stage: str, wanted: Sequence[Wanted], hands: Hands) -> tuple[Runs, ...]:
    """Play what is wanted, or read it where it is kept; each side's runs in the order of its seeds. Raises `Cancelled`."""
    batches = [(number, seed) for number, each in enumerate(wanted) for seed in each.seeds]
    if len(batches) > MOST_RUNS:
        raise Refusal.of("runs", f"{len(batches):,} in one go", f"at most {MOST_RUNS:,}")
    last = [wanted[0].side.workload.name if wanted else ""]

    def heard(numbers: tuple[int, ...], runs: Runs) -> None:
        last[0] = wanted[numbers[0]].side.workload.name
        hands.contacts += sum(contacts for _, contacts, _ in runs)

    def progress(done: int) -> None:
        hands.progress(Progress(stage, last[0], done, len(batches), hands.contacts))

    course = Course(Jobs(tuple(each.side.job for each in wanted)), batches, play_jobs, hands.store, progress, heard)
    if hands.engine is None and hands.workers == 1 and hands.cancelled is None:
        course.play_here()
    else:
        course.play(hands.engine or local(hands.workers), hands.cancelled or (lambda: False))
    runs = iter(course.runs())
    return tuple(tuple(next(runs) for _ in each.seeds) for each in wanted)


def measures_of(runs: Runs) -> tuple[Measures, ...]:
    """The measures of a side's runs, in the order of its seeds."""
    return tuple(measures[0] for _, _, measures in runs)
