"""Periods: the workloads of an experiment. Each is the scenario's own workload over a span, made busier, cut to hours of the day,
with a major incident in it, or replayed. Imports `variations`, `trace`, `scenario` and `replications`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from datetime import time as clock_time
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from incidents.centre import Document, Loc, Name
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S
from incidents.refusals import DocumentRefused
from simulation.replications import DAY_S, Span
from simulation.scenario import Scenario
from simulation.trace import draw_trace, load_trace
from simulation.variations import HOURS_IN_A_DAY, MAJOR, with_load, with_major, within_hours

HOUR_S = 3600.0
Load = Annotated[float, Field(gt=0, le=100)]
DayHour = Annotated[int, Field(ge=0, le=23)]


class Spell(Document):
    """What every period has: it is measured from `warm_up_h` after midnight of `start`, for `days`."""

    start: date
    days: float = Field(default=7, gt=0, le=366)
    warm_up_h: float = Field(default=12, ge=0, le=24 * 14)


class Normal(Spell):
    """The workload as it is, or `load` times as much of it."""

    kind: Literal["normal"]
    load: Load = 1.0


class Busy(Spell):
    """`load` times as many contacts."""

    kind: Literal["busy"]
    load: Load = 1.25


class Night(Spell):
    """The contacts of the night alone, over and over: those of the day do not come. `hours`: from, until."""

    kind: Literal["night"]
    hours: tuple[DayHour, DayHour] = (22, 6)
    load: Load = 1.0


class MajorIncident(Spell):
    """An incident of `nature` at hours after measuring begins; without any, at three in the afternoon of every day, or half-way
    through where no afternoon is measured.

    `nature` None: the one that comes most often of the most urgent priority. `others_ring` about it on average; the first crew
    asks for `further` more of every skill that goes to it.
    """

    kind: Literal["major incident"]
    nature: Name | None = None
    at_h: tuple[Annotated[float, Field(ge=0, le=24 * 366)], ...] = Field(default=(), max_length=366)
    others_ring: float = Field(default=30.0, ge=0, le=1_000)
    further: int = Field(default=2, ge=0, le=100)
    load: Load = 1.0


class Replay(Document):
    """What came once comes again in every run: the same contacts, when and where they came, with other luck for those who deal
    with them. Of a `file` of contacts that was saved, or as `seed` draws it; then `start` and `days` are needed.
    """

    kind: Literal["replay"]
    file: str | None = Field(default=None, min_length=1, max_length=500)
    seed: int | None = Field(default=None, ge=0, le=2**31)
    start: date | None = None
    days: float = Field(default=7, gt=0, le=366)
    warm_up_h: float = Field(default=12, ge=0, le=24 * 14)

    @model_validator(mode="after")
    def _of_one_thing(self) -> Replay:
        if (self.file is None) == (self.seed is None):
            raise ValueError("give either `file`, of contacts that were saved, or `seed`, which draws them")
        if (self.seed is None) != (self.start is None):
            raise ValueError("`start` and `seed` go together; a file says itself when it begins")
        return self


Period: TypeAlias = Annotated[Normal | Busy | Night | MajorIncident | Replay, Field(discriminator="kind")]
AFTERNOON_H = 15


@dataclass(frozen=True)
class Played:
    """A workload that can be played: the scenario it makes, and the span. Its centre is the scenario's own."""

    name: str
    scenario: Scenario
    span: Span

    @property
    def expected(self) -> float:
        """About how many contacts come in a run, warm-up and all; major incidents and redials not counted."""
        if self.scenario.replayed is not None:
            return float(len(self.scenario.replayed.columns["at"]))
        week = self.scenario.workload.arrivals.week
        hours = (self.span.end - self.span.start) / MS_PER_S / HOUR_S
        return hours * sum(week) / len(week)


def played(name: str, period: Period, scenario: Scenario, baseline: Procedure) -> Played:
    """Make a world of a period; refuses a file of contacts that is broken, or was drawn for another centre."""
    if isinstance(period, Replay):
        return _replayed(name, period, scenario)
    span = _span(scenario, period.start, period.days, period.warm_up_h)
    workload = with_load(scenario.workload, period.load)
    match period:
        case Night():
            workload = within_hours(workload, *period.hours)
        case MajorIncident():
            workload = with_major(
                workload,
                scenario.centre,
                period.nature or most_urgent_nature(scenario, baseline),
                _instants_s(period),
                others_ring=period.others_ring,
                further=period.further,
            )
    return Played(name, replace(scenario, workload=workload), span)


def _replayed(name: str, period: Replay, scenario: Scenario) -> Played:
    if period.file is not None:
        origin = load_trace(scenario.folder / period.file, scenario.centre).origin
        assert origin is not None, "what was loaded has an origin"
        span = Span(origin.start, period.warm_up_h * HOUR_S, origin.duration_s - period.warm_up_h * HOUR_S)
        return Played(name, replace(scenario, workload=origin.workload, replayed=origin), span)
    assert period.seed is not None, "a replay is of a file or of a seed"
    assert period.start is not None, "a seed has a start"
    span = _span(scenario, period.start, period.days, period.warm_up_h)
    duration_s = (span.end - span.start) / MS_PER_S
    origin = draw_trace(scenario.workload, scenario.centre, period.seed, span.start, duration_s).origin
    return Played(name, replace(scenario, replayed=origin), span)


def flaws_of_period(period: Period, scenario: Scenario, baseline: Procedure) -> Iterator[tuple[Loc, str, str]]:
    """Yield what a period names and the scenario does not have, or its baseline cannot deal with."""
    natures = [nature.id for nature in scenario.workload.natures]
    match period:
        case MajorIncident():
            if period.nature is not None and period.nature not in natures:
                yield ("nature",), f"unknown nature {period.nature!r}", ", ".join(natures[:12])
            for index, at_h in enumerate(period.at_h):
                if at_h >= period.days * HOURS_IN_A_DAY:
                    yield ("at_h", index), f"hour {at_h:g} is after the end", f"under {period.days * HOURS_IN_A_DAY:g}"
            if MAJOR in natures:
                yield ("kind",), f"the workload has a nature of its own called {MAJOR!r}", "`kind: normal`"
        case Replay(file=str(file)):
            try:
                origin = load_trace(scenario.folder / file, scenario.centre).origin
            except DocumentRefused as refused:
                yield from ((("file",), f"{flaw.where}: {flaw.what}", flaw.accepted) for flaw in refused.flaws)
                return
            assert origin is not None, "what was loaded has an origin"
            if origin.duration_s <= period.warm_up_h * HOUR_S:
                yield ("warm_up_h",), f"{file} is over after {origin.duration_s / HOUR_S:g} h", "less than that"
            for loc, what, accepted in origin.workload.flaws_beside(scenario.centre, baseline):
                yield ("file",), f"{file} does not fit the baseline: {'.'.join(map(str, loc))}: {what}", accepted


def most_urgent_nature(scenario: Scenario, procedure: Procedure) -> str:
    """The nature that comes most often of the priority that is served first, among those that resources are sent to."""
    ranks = {name: priority.rank for name, priority in procedure.priorities.items()}
    natures = scenario.workload.natures
    sent = [nature for nature in natures if nature.conduct is not None] or list(natures)
    return min(sent, key=lambda nature: (ranks[nature.priority], -nature.share, nature.id)).id


def _instants_s(period: MajorIncident) -> tuple[float, ...]:
    """Seconds from the start of the run at which major incidents begin."""
    if period.at_h:
        return tuple((period.warm_up_h + at_h) * HOUR_S for at_h in period.at_h)
    ends_h = period.warm_up_h + period.days * HOURS_IN_A_DAY
    days = range(int(ends_h // HOURS_IN_A_DAY) + 1)
    afternoons = (AFTERNOON_H + HOURS_IN_A_DAY * day for day in days)
    measured = tuple(hour * HOUR_S for hour in afternoons if period.warm_up_h <= hour < ends_h)
    return measured or ((period.warm_up_h + ends_h) / 2 * HOUR_S,)


def _span(scenario: Scenario, start: date, days: float, warm_up_h: float) -> Span:
    midnight = datetime.combine(start, clock_time(), scenario.centre.zone_info)
    return Span(round(midnight.timestamp() * MS_PER_S), warm_up_h * HOUR_S, days * DAY_S)
