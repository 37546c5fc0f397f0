"""Replications: procedures x seeds, the same contacts for every procedure, spread over local processes.

A replication is a pure function of (scenario, procedures, seed), so where and in what order it runs cannot matter; results come
back in the order of the seeds. Imports `scenario`, `world` and `incidents.performance`.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from incidents.desk import Desk
from incidents.facts import Fact
from incidents.measures import Measures
from incidents.performance import measure
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant, ResourceId, ms
from simulation.contacts import Contact, draw_contacts
from simulation.scenario import Scenario
from simulation.world import World

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Span:
    """What is played: the warm-up sets the scene and is not measured. Seconds."""

    start: Instant
    warm_up_s: float
    measured_s: float

    @property
    def since(self) -> Instant:
        """When measuring begins."""
        return self.start + ms(self.warm_up_s)

    @property
    def until(self) -> Instant:
        """When playing ends."""
        return self.since + ms(self.measured_s)


@dataclass(frozen=True, slots=True)
class Replication:
    """One seed played under every procedure, in their order."""

    seed: int
    contacts: int
    measures: tuple[Measures, ...]


def contacts_of(scenario: Scenario, span: Span, seed: int) -> tuple[Contact, ...]:
    """Draw the contacts that every procedure meets under `seed`."""
    return draw_contacts(
        scenario.workload, seed, span.start, span.warm_up_s + span.measured_s, scenario.zones,
        scenario.centre.travel_by_hour,
    )  # fmt: skip


def play(scenario: Scenario, procedure: Procedure, contacts: Sequence[Contact], span: Span) -> list[Fact]:
    """Play contacts under a procedure and return the log."""
    desk = Desk.under(scenario.centre, procedure, span.start)
    with uncollected():
        return World(desk, contacts, start=span.start, end=span.until).run()


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


def replicate(scenario: Scenario, procedures: Sequence[Procedure], span: Span, seed: int) -> Replication:
    """Play one seed under every procedure, and measure; incidents are sorted by their true priority."""
    contacts = contacts_of(scenario, span, seed)
    truth = {IncidentId(f"i{contact.id[1:]}"): contact.priority for contact in contacts}
    kinds = {ResourceId(name): entry.kind for name, entry in scenario.centre.resources.items()}
    measures = tuple(
        measure(
            play(scenario, procedure, contacts, span),
            since=span.since,
            until=span.until,
            priority_of=truth,
            kinds=kinds,
            priorities=tuple(procedure.priorities),
        )
        for procedure in procedures
    )
    return Replication(seed, sum(contact.at >= span.since for contact in contacts), measures)


def replications(
    scenario: Scenario,
    procedures: Sequence[Procedure],
    span: Span,
    seeds: Sequence[int],
    *,
    workers: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Replication]:
    """Play every seed; `progress` hears how many are done. `workers` None: one process for each core; 1: this process."""
    workers = min(workers or os.cpu_count() or 1, len(seeds))
    if workers == 1:
        found = []
        for seed in seeds:
            found.append(replicate(scenario, procedures, span, seed))
            progress(len(found))
        return found
    with _pool(workers) as pool:
        futures = [pool.submit(replicate, scenario, procedures, span, seed) for seed in seeds]
        pending: set[Future[Replication]] = set(futures)
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
            progress(len(futures) - len(pending))
        return [future.result() for future in futures]


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    # Workers are forked from a clean server process: forking a process that has threads may copy a held lock.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    pool = ProcessPoolExecutor(max_workers=workers, mp_context=context)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
