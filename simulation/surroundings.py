"""Everything random about a world that belongs to no contact: breaks, breakdowns, partners, positions, and who confirms what.

Drawn before the run, each resource, partner and role from streams of its own, as tables; a table that is used up begins anew.
Imports `streams`, `workload` and the centre.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incidents.centre import Centre
from incidents.quantities import MS_PER_S, Instant, ResourceId, ms
from incidents.shifts import Duty, duty_spans
from simulation.conditions import Acknowledging, Lending
from simulation.distributions import Floats
from simulation.streams import stream
from simulation.workload import Workload

TURNS = 256
"""Requests to a partner, or notices to a role, with luck of their own; the next one shares that of the first."""
REPORTS = 4_096
"""Reported positions of a resource with luck of their own."""
MOST_FAILURES = 10_000
"""The most breakdowns of one resource in a run; more would be a resource that is never there."""
ANYBODY = "*"
"""The role whose luck a role shares that is no skill of the centre."""
_LENDING = ("answer_s", "declined", "commit_s", "refused", "away_s", "delay_s")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a partner answers one request, or takes one order to send a resource; seconds."""

    answer_s: float
    is_declined: bool
    commit_s: float
    is_refused: bool
    away_s: float
    delay_s: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The world beside its contacts. `workload` None: nothing of it is out of the ordinary."""

    workload: Workload | None = None
    centre: Centre | None = None
    tables: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def has_breaks(self) -> bool:
        """Whether anybody takes one."""
        return any(name.startswith("break/") for name in self.tables)

    def breaks(self, duty: Duty, number: int) -> Iterator[tuple[Instant, float]]:
        """Yield when each break of a resource's `number`-th duty falls due, and how many seconds it lasts."""
        due_s = self.tables.get(f"break/{duty.resource}")
        if due_s is None or duty.shift_begins_at is None or self.centre is None:
            return
        shift = self.centre.resources[duty.resource].shift
        assert shift is not None, "whoever has breaks has a shift"
        for pause, after_s in zip(self.centre.shifts[shift].breaks, due_s[number].tolist(), strict=True):
            yield duty.shift_begins_at + ms(after_s), pause.lasts_s

    def failure(self, resource: ResourceId, number: int) -> tuple[float, float] | None:
        """Seconds on duty to a resource's `number`-th breakdown since the one before, and to its repair; None: never."""
        table = self.tables.get(f"failure/{resource}")
        if table is None or number >= len(table):
            return None
        every_s, repair_s = table[number].tolist()
        return every_s, repair_s

    def partner(self, name: str, number: int) -> Answer | None:
        """How a partner meets what is its `number`-th request or order; None: it does as it is asked, at once."""
        table = self.tables.get(f"partner/{name}")
        if table is None:
            return None
        answer_s, declined, commit_s, refused, away_s, delay_s = table[number % TURNS].tolist()
        return Answer(answer_s, bool(declined), commit_s, bool(refused), away_s, delay_s)

    def notice_s(self, role: str, number: int) -> float | None:
        """Seconds in which a role confirms its `number`-th notice; None: never."""
        table = self.tables.get(f"notice/{role}", self.tables.get(f"notice/{ANYBODY}"))
        if table is None:
            return None
        seconds = float(table[number % TURNS])
        return None if math.isnan(seconds) else seconds

    def is_position_lost(self, resource: ResourceId, number: int) -> bool:
        """Whether a resource's `number`-th report of where it is gets lost."""
        table = self.tables.get(f"position/{resource}")
        if table is None or self.workload is None or self.workload.radio is None:
            return False
        return bool(table[number % REPORTS] < self.workload.radio.positions_lost_share)


def draw_surroundings(workload: Workload, centre: Centre, seed: int, start: Instant, duration_s: float) -> Surroundings:
    """Draw what belongs to no contact, for a run of `duration_s` from `start`."""
    end = start + round(duration_s * MS_PER_S)
    return Surroundings(workload, centre, dict(_tables(workload, centre, seed, start, end)))


def _tables(
    workload: Workload, centre: Centre, seed: int, start: Instant, end: Instant
) -> Iterator[tuple[str, NDArray[Any]]]:
    yield from _breaks(centre, seed, start, end)
    span_s = (end - start) / MS_PER_S
    for name, entry in sorted(centre.resources.items()):
        if entry.kind in workload.breakdowns:
            yield f"failure/{name}", _failures(workload, entry.kind, name, seed, span_s)
        if workload.radio is not None and workload.radio.positions_lost_share:
            yield f"position/{name}", stream(seed, f"position/{name}").random(REPORTS)
    for name, lending in sorted(workload.partners.items()):
        yield f"partner/{name}", _answers(workload, lending, name, seed)
    if workload.acknowledging is not None:
        skills = {skill for kind in centre.kinds.values() for skill in kind.levels}
        for role in (ANYBODY, *sorted(skills)):
            yield f"notice/{role}", _notices(workload, workload.acknowledging, role, seed)


def _breaks(centre: Centre, seed: int, start: Instant, end: Instant) -> Iterator[tuple[str, Floats]]:
    counts: dict[str, int] = {}
    for duty in duty_spans(centre, start, end):
        counts[duty.resource] = counts.get(duty.resource, 0) + 1
    for name, count in sorted(counts.items()):
        shift = centre.resources[name].shift
        pauses = () if shift is None else centre.shifts[shift].breaks
        if pauses:
            us = stream(seed, f"break/{name}").random((count, len(pauses)))
            earliest = np.array([pause.earliest_s for pause in pauses])
            latest = np.array([pause.latest_s for pause in pauses])
            yield f"break/{name}", earliest + us * (latest - earliest)


def _failures(workload: Workload, kind: str, name: str, seed: int, span_s: float) -> Floats:
    """Enough breakdowns to outlast the span."""
    rule, draws = workload.breakdowns[kind], stream(seed, f"failure/{name}")
    every, repair = workload.distribution(rule.every_s), workload.distribution(rule.repair_s)
    found: list[tuple[float, float]] = []
    worn_s = 0.0
    while worn_s < span_s and len(found) < MOST_FAILURES:
        to_failure, to_repair = draws.random(2).tolist()
        found.append((every.at(to_failure), repair.at(to_repair)))
        worn_s += found[-1][0]
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def _answers(workload: Workload, lending: Lending, name: str, seed: int) -> Floats:
    us = {each: stream(seed, f"partner/{name}/{each}").random(TURNS) for each in _LENDING}
    columns = {each: workload.distribution(duration).at_many(us[each]) for each, duration in lending.durations()}
    columns["declined"] = np.where(us["declined"] < lending.declined_share, 1.0, 0.0)
    columns["refused"] = np.where(us["refused"] < lending.refused_share, 1.0, 0.0)
    return np.stack([columns[each] for each in _LENDING], axis=1)


def _notices(workload: Workload, rule: Acknowledging, role: str, seed: int) -> Floats:
    never = stream(seed, f"notice/{role}/never").random(TURNS) < rule.notices_never_share
    seconds = workload.distribution(rule.notices_s).at_many(stream(seed, f"notice/{role}").random(TURNS))
    return np.where(never, np.nan, seconds)
