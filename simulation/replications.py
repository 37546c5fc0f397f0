"""Replications: procedures x seeds, the same contacts for every procedure, spread over workers, kept as they are done.

A replication is a pure function of (scenario, procedures, seed), so where and in what order it runs cannot matter; results come
back in the order of the seeds, the same to the last bit. Imports `scenario`, `world`, `incidents.performance` and the
`replication_` modules.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from incidents.desk import Desk
from incidents.facts import Fact
from incidents.measures import Measures
from incidents.performance import measure
from incidents.procedure import Procedure
from incidents.quantities import Instant, ms
from optimiser.refusals import Refusal
from simulation.contacts import Contact
from simulation.replication_batch import Job, batch_bytes
from simulation.replication_course import Cancelled, Course
from simulation.replication_store import Store
from simulation.replication_workers import Engine, local
from simulation.scenario import Scenario
from simulation.trace import Trace, draw_trace, replay_trace
from simulation.true_needs import true_needs
from simulation.world import World

__all__ = [
    "DAY_S", "Cancelled", "Replication", "Span", "Store", "contacts_of", "digest", "local", "play", "replicate", "replications",
]  # fmt: skip

DAY_S = 86_400.0
BATCH = 1
"""Replications that are played and kept together: one takes seconds, and a task costs a millisecond."""
MOST_REPLICATIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """What is played: the warm-up sets the scene and is not measured; in the tail, what was measured may end. Seconds."""

    start: Instant
    warm_up_s: float
    measured_s: float
    tail_s: float = 0.0

    @property
    def since(self) -> Instant:
        """When measuring begins."""
        return self.start + ms(self.warm_up_s)

    @property
    def until(self) -> Instant:
        """When measuring ends: nothing that comes later counts."""
        return self.since + ms(self.measured_s)

    @property
    def end(self) -> Instant:
        """When playing ends."""
        return self.until + ms(self.tail_s)


@dataclass(frozen=True, slots=True)
class Replication:
    """One seed played under every procedure, in their order."""

    seed: int
    contacts: int
    measures: tuple[Measures, ...]


def contacts_of(scenario: Scenario, span: Span, seed: int) -> Trace:
    """Draw the contacts that every procedure meets under `seed`, and the world they come into."""
    if scenario.replayed is not None:
        return replay_trace(scenario.replayed, scenario.workload, scenario.centre, seed)
    duration_s = span.warm_up_s + span.measured_s + span.tail_s
    return draw_trace(scenario.workload, scenario.centre, seed, span.start, duration_s)


def play(scenario: Scenario, procedure: Procedure, contacts: Sequence[Contact] | Trace, span: Span) -> list[Fact]:
    """Play contacts under a procedure and return the log."""
    desk = Desk.under(scenario.centre, procedure, span.start)
    with uncollected():
        return World(desk, contacts, start=span.start, end=span.end).run()


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave cycles where they are for the length of a run: a world makes facts by the million, and next to no cycles.

    Looking through all of them for some, again and again, would cost a fifth of the run.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def replicate(
    scenario: Scenario, procedures: Sequence[Procedure], span: Span, seed: int, rod: Procedure | None = None
) -> Replication:
    """Play one seed under every procedure, and measure by the truth: its priorities, and what the plans of `rod` give it.

    `rod` None: the first procedure.
    """
    contacts = contacts_of(scenario, span, seed)
    truth, needs = contacts.priorities, true_needs(contacts, rod or procedures[0])
    with uncollected():
        measures = tuple(
            measure(
                play(scenario, procedure, contacts, span),
                since=span.since,
                until=span.until,
                priority_of=truth,
                procedure=procedure,
                centre=scenario.centre,
                true_needs=needs,
            )
            for procedure in procedures
        )
    return Replication(seed, sum(span.since <= contact.at < span.until for contact in contacts), measures)


def replications(
    scenario: Scenario,
    procedures: Sequence[Procedure],
    span: Span,
    seeds: Sequence[int],
    *,
    workers: int | None = None,
    engine: Engine | None = None,
    store: Store | None = None,
    batch: int = BATCH,
    progress: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Replication]:
    """Play every seed; `progress` hears how many are done, those that were kept at once.

    `workers` None: one process for each core; 1: this process, unless it may be cancelled. `engine` says in their place who
    plays. With a `store`, batches of earlier runs are not played again. Raises `Cancelled`.
    """
    if batch < 1 or len(seeds) > MOST_REPLICATIONS:
        what = f"{len(seeds)} seeds in batches of {batch}"
        raise Refusal.of("seeds", what, f"up to {MOST_REPLICATIONS} seeds in batches of 1 or more")
    job = Job(scenario, tuple(procedures), span)
    batches = [tuple(seeds[at : at + batch]) for at in range(0, len(seeds), batch)]
    course = Course(job, batches, play_batch, store, progress)
    if engine is None and workers == 1 and cancelled is None:
        course.play_here()
    else:
        course.play(engine or local(workers), cancelled or (lambda: False))
    return [Replication(*run) for run in course.runs()]


def play_batch(job: Job, seeds: Sequence[int]) -> bytes:
    """Play the seeds of a batch and write them down."""
    runs = [replicate(job.scenario, job.procedures, job.span, seed, job.measured_by) for seed in seeds]
    return batch_bytes(job.batch_name(seeds), [(run.seed, run.contacts, run.measures) for run in runs])


def digest(runs: Sequence[Replication]) -> str:
    """SHA-256 over all that the replications found, to the last bit."""
    told = batch_bytes("", [(run.seed, run.contacts, run.measures) for run in runs])
    return hashlib.sha256(told).hexdigest()
