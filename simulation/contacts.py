"""Contacts with their hidden truth, all of them drawn before the world starts to turn.

Whatever is random about a contact hangs on the contact: the instant, the truth, what is told, and for each
kind of resource and each ordinal (first, second, ... of that kind at this incident) a block of uniform
numbers that become seconds when the world asks. Two procedures that play the same contacts therefore meet the
same luck, whatever they decide and in whatever order.

Arrivals are a Poisson process with a rate by hour of the local week, drawn by inversion of the integrated
rate: unit-mean gaps are summed and mapped back to clock time (Çinlar 1975, Introduction to Stochastic
Processes, section 4.7). Thinning, the alternative, would let a change of one hour's rate disturb every later
draw. Imports `streams`, `distributions`, `workload`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from incidents.centre import TravelByHour
from incidents.local_time import hour_of_week
from incidents.quantities import EARTH_RADIUS_M, MS_PER_S, ContactId, Instant, Place
from simulation.distributions import Distribution, Floats
from simulation.streams import stream
from simulation.workload import Course, Nature, Workload

ORDINALS = 4
"""Resources of one kind at one incident that have luck of their own; the fifth shares that of the first."""
_CAUSES = ("turnout", "travel", "stood_down", "stood_down_s", "scene", "transported", "facility", "handover")
BLOCKS = 5
"""Blocks along each axis of a zone; an odd number, so that one of them is its centre."""
_OFFSETS = tuple(float(offset) for offset in ndtri((np.arange(BLOCKS) + 0.5) / BLOCKS))
_QUARTER_MS = 15 * 60 * MS_PER_S
"""Every zone's offset in force today is a multiple of a quarter hour, so rates change only at these instants.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the world has in store for one resource sent to one contact; seconds.

    `stood_down_s` not None: it is called off so long after its assignment and never arrives. `unneeded_s` not
    None: so long after another resource has reached the scene first it is turned back, unless it has arrived by
    then; if it is itself the first, it stays. Otherwise it is on scene for `scene_s` and, if it `transports`,
    leaves then: `to_facility_s` on the way and `handover_s` there.
    """

    turnout_s: float
    travel_factor: float
    stood_down_s: float | None
    unneeded_s: float | None
    scene_s: float
    transports: bool
    to_facility_s: float
    handover_s: float


@dataclass(frozen=True, slots=True)
class Lost:
    """The caller is lost once so many questions are answered; the call-taker then takes `jump_out` where it is offered."""

    after: int
    jump_out: str


AT_ONCE = Outcome(0.0, 1.0, None, None, 0.0, False, 0.0, 0.0)
"""The outcome for a kind of resource of which the workload says nothing."""


@dataclass(frozen=True, slots=True)
class _Fate:
    """A course with its distributions looked up."""

    turnout_s: Distribution
    travel_factor: Distribution
    stood_down_share: float
    stood_down_s: Distribution
    unneeded_share: float
    unneeded_s: Distribution
    scene_s: Distribution
    transported_share: float
    before_transport_s: Distribution
    to_facility_s: Distribution
    handover_s: Distribution

    def outcome(self, luck: list[float]) -> Outcome:
        """Turn eight uniform numbers, in the order of `_CAUSES`, into an outcome."""
        turnout, travel, called_off, called_off_s, scene, transported, facility, handover = luck
        stood_down = called_off < self.stood_down_share
        reach = self.stood_down_share + (1 - self.stood_down_share) * self.unneeded_share
        transports = transported < self.transported_share
        return Outcome(
            turnout_s=self.turnout_s.at(turnout),
            travel_factor=self.travel_factor.at(travel),
            stood_down_s=self.stood_down_s.at(called_off_s) if stood_down else None,
            unneeded_s=self.unneeded_s.at(called_off_s) if not stood_down and called_off < reach else None,
            scene_s=(self.before_transport_s if transports else self.scene_s).at(scene),
            transports=transports,
            to_facility_s=self.to_facility_s.at(facility) if transports else 0.0,
            handover_s=self.handover_s.at(handover) if transports else 0.0,
        )


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact and its hidden truth. `priority` is the true one, for judging; `patience_s` None means it
    waits for ever.

    `pace_s` is the time one triage question takes, its answer included. `lost` None: never. `place` None: the workload knows no
    places.
    """

    id: ContactId
    at: Instant
    place: Place | None
    queue: str
    nature: str
    priority: str
    truth: Mapping[str, str]
    told: Mapping[str, str]
    patience_s: float | None
    pace_s: float
    decision_s: float
    wrap_up_s: float
    lost: Lost | None
    _index: int = field(repr=False)
    _fates: Mapping[str, _Fate] = field(repr=False, compare=False)
    _luck: Mapping[str, Floats] = field(repr=False, compare=False)
    _pace: float = field(default=1.0, repr=False)
    """By how many times travel is longer in the hour in which it came."""

    def answer(self, about: str) -> str | None:
        """What the caller says when asked about an attribute; None: nothing is known of it."""
        said = self.told.get(about)
        return self.truth.get(about) if said is None else said

    def outcome(self, kind: str, ordinal: int = 0) -> Outcome:
        """What becomes of the resource that is the `ordinal`-th (from 0) of its kind to be sent to this
        contact.
        """
        fate = self._fates.get(kind)
        if fate is None:
            return AT_ONCE if self._pace == 1.0 else replace(AT_ONCE, travel_factor=self._pace)
        found = fate.outcome(self._luck[kind][self._index, ordinal % ORDINALS].tolist())
        return found if self._pace == 1.0 else replace(found, travel_factor=found.travel_factor * self._pace)


def draw_contacts(
    workload: Workload, seed: int, start: Instant, duration_s: float, zones: Mapping[str, Place],
    travel_by_hour: TravelByHour | None = None,
) -> tuple[Contact, ...]:  # fmt: skip
    """Draw every contact from `start` for `duration_s`, in order of arrival.

    `travel_by_hour` is what the centre plans with: the truth is the same unless the workload declares its own.
    `zones` gives the centre of each zone the workload names. Equal arguments give equal contacts, in any
    process. Takes time in proportion to the number of contacts, about 40 microseconds each.
    """
    instants = _instants(workload, seed, start, duration_s)
    count = len(instants)
    which = _choose(stream(seed, "nature").random(count), [nature.share for nature in workload.natures])
    spots = _places(workload, seed, which, zones)
    told = _told(workload, seed, which)
    times = _times(workload, seed, which)
    lost = _lost(workload, seed, which)
    kinds = sorted({kind for courses in workload.conducts.values() for kind in courses})
    luck = {kind: stream(seed, f"course/{kind}").random((count, ORDINALS, len(_CAUSES))) for kind in kinds}
    fates = {
        name: {kind: _fate(workload, course) for kind, course in courses.items()}
        for name, courses in workload.conducts.items()
    }
    paces = _paces(workload, instants, travel_by_hour)
    contacts = []
    for index in range(count):
        nature = workload.natures[which[index]]
        patience_s, pace_s, decision_s, wrap_up_s = times[index]
        contacts.append(
            Contact(
                id=ContactId(f"c{index + 1:06d}"),
                at=instants[index],
                place=spots[index],
                queue=nature.queue,
                nature=nature.id,
                priority=nature.priority,
                truth=nature.truth,
                told=told[index],
                patience_s=patience_s,
                pace_s=pace_s,
                decision_s=decision_s,
                wrap_up_s=wrap_up_s,
                lost=lost[index],
                _index=index,
                _fates={} if nature.conduct is None else fates[nature.conduct],
                _luck=luck,
                _pace=paces[index],
            )
        )
    return tuple(contacts)


def _instants(workload: Workload, seed: int, start: Instant, duration_s: float) -> list[Instant]:
    """Invert the integrated rate: piecewise linear between the quarter hours of the local week."""
    end = start + round(duration_s * MS_PER_S)
    edges, expected = _integrated_rate(workload, seed, start, end)
    total = float(expected[-1])
    if total <= 0:
        return []
    draws = stream(seed, "arrivals")
    # Mean plus eight standard deviations nearly always suffices; when it does not, the same stream goes on.
    block = int(total + 8 * total**0.5 + 16)
    gaps = draws.exponential(size=block)
    while gaps.sum() <= total:
        gaps = np.concatenate([gaps, draws.exponential(size=block)])
    due = np.cumsum(gaps)
    at = np.interp(due[due < total], expected, edges)
    return [min(int(instant), end - 1) for instant in at]


def _integrated_rate(workload: Workload, seed: int, start: Instant, end: Instant) -> tuple[Floats, Floats]:
    """Return instants (ms) and the contacts expected before each of them; rates change only at these
    instants.
    """
    week = workload.arrivals.week
    first = start - start % _QUARTER_MS
    edges = [start, *range(first + _QUARTER_MS, end, _QUARTER_MS), end]
    zone = ZoneInfo(workload.time_zone)
    locals_ = [_local(edge, zone) for edge in edges[:-1]]
    factors = _day_factors(workload, seed, [local.toordinal() for local in locals_])
    hours = [local.weekday() * 24 + local.hour for local in locals_]
    rates = [week[hour] * factor for hour, factor in zip(hours, factors, strict=True)]
    lengths_h = np.diff(np.asarray(edges, dtype=np.float64)) / (3600 * MS_PER_S)
    expected = np.concatenate([[0.0], np.cumsum(np.asarray(rates) * lengths_h)])
    return np.asarray(edges, dtype=np.float64), expected


def _local(instant: Instant, zone: ZoneInfo) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)).astimezone(zone)


def _paces(workload: Workload, instants: list[Instant], planned: TravelByHour | None) -> list[float]:
    """By how many times travel to each contact is longer, by the hour in which it came."""
    factors = workload.travel_by_hour or planned
    if factors is None:
        return [1.0] * len(instants)
    zone = ZoneInfo(workload.time_zone)
    return [factors[hour_of_week(instant, zone)] for instant in instants]


def _day_factors(workload: Workload, seed: int, days: list[int]) -> list[float]:
    """One gamma factor with mean 1 per local day, the same for all its quarter hours; a day's factor hangs on
    the day alone.
    """
    cv = workload.arrivals.day_factor_cv
    if cv == 0:
        return [1.0] * len(days)
    shape = cv**-2
    factor = {day: float(stream(seed, f"day/{day}").gamma(shape)) / shape for day in sorted(set(days))}
    return [factor[day] for day in days]


def _choose(us: Floats, shares: list[float]) -> NDArray[np.intp]:
    """The index of the share into which each uniform number falls."""
    return np.minimum(np.searchsorted(np.cumsum(shares), us, side="right"), len(shares) - 1)


def _places(workload: Workload, seed: int, which: NDArray[np.intp], zones: Mapping[str, Place]) -> list[Place | None]:
    """A zone by the nature's mix, and one of `BLOCKS` squared equally likely blocks around its centre.

    Blocks lie at normal quantiles, `spread_m` along each axis. They are few so that travel between two places
    need be computed only once.
    """
    spots: list[Place | None] = [None] * len(which)
    us = stream(seed, "zone").random(len(which))
    blocks = stream(seed, "block").integers(BLOCKS, size=(len(which), 2)).tolist()
    for mix, shares in workload.places.items():
        natures = [index for index, nature in enumerate(workload.natures) if nature.places == mix]
        names = list(shares)
        chosen = np.flatnonzero(np.isin(which, natures)).tolist()
        for index, choice in zip(chosen, _choose(us[chosen], list(shares.values())).tolist(), strict=True):
            centre, spread_m = zones[names[choice]], workload.spread_m.get(names[choice], 0.0)
            north, east = blocks[index]
            spots[index] = _around(centre, names[choice], spread_m * _OFFSETS[north], spread_m * _OFFSETS[east])
    return spots


def _around(centre: Place, zone: str, north_m: float, east_m: float) -> Place:
    degree_m = math.pi / 180 * EARTH_RADIUS_M
    latitude = centre.latitude + north_m / degree_m
    longitude = centre.longitude + east_m / (degree_m * math.cos(math.radians(centre.latitude)))
    return Place(round(latitude, 6), round(longitude, 6), zone)


def _told(workload: Workload, seed: int, which: NDArray[np.intp]) -> list[Mapping[str, str]]:
    """What callers say where it may differ from the truth; one stream per attribute."""
    told: list[dict[str, str]] = [{} for _ in which]
    attributes = sorted({about for nature in workload.natures for about in nature.told})
    for about in attributes:
        us = stream(seed, f"told/{about}").random(len(which))
        for index, nature in enumerate(workload.natures):
            if about not in nature.told:
                continue
            names, shares = list(nature.told[about]), list(nature.told[about].values())
            chosen = np.flatnonzero(which == index)
            for position, choice in zip(chosen, _choose(us[chosen], shares), strict=True):
                told[position][about] = names[choice]
    return list(told)


def _times(workload: Workload, seed: int, which: NDArray[np.intp]) -> list[tuple[float | None, float, float, float]]:
    """Patience, pace per question, decision and wrap-up of every contact, seconds."""
    count = len(which)
    pace_us, decision_us = stream(seed, "handling").random(count), stream(seed, "decision").random(count)
    patience_us = stream(seed, "patience").random(count)
    pace, decision = np.zeros(count), np.zeros(count)
    patience: list[float | None] = [None] * count
    for index, nature in enumerate(workload.natures):
        chosen = which == index
        pace[chosen] = _values(workload, nature, "handling_s", pace_us[chosen]) / nature.questions
        decision[chosen] = _values(workload, nature, "decision_s", decision_us[chosen])
        waits_s = nature.patience_s if nature.patience_s is not None else workload.patience_s
        if waits_s is not None:
            drawn = workload.distribution(waits_s).at_many(patience_us[chosen])
            for position, value in zip(np.flatnonzero(chosen).tolist(), drawn.tolist(), strict=True):
                patience[position] = value
    wrap_up = workload.distribution(workload.wrap_up_s).at_many(stream(seed, "wrap_up").random(count))
    return list(zip(patience, pace.tolist(), decision.tolist(), wrap_up.tolist(), strict=True))


def _lost(workload: Workload, seed: int, which: NDArray[np.intp]) -> list[Lost | None]:
    """Who is lost, and after how many questions, each of those that the nature is reckoned to be asked as likely."""
    lost: list[Lost | None] = [None] * len(which)
    if all(nature.lost is None for nature in workload.natures):
        return lost
    us = stream(seed, "lost").random((len(which), 2))
    for index, nature in enumerate(workload.natures):
        if nature.lost is not None:
            for position in np.flatnonzero((which == index) & (us[:, 0] < nature.lost.share)).tolist():
                lost[position] = Lost(int(us[position, 1] * nature.questions), nature.lost.jump_out)
    return lost


def _values(workload: Workload, nature: Nature, name: str, us: Floats) -> Floats:
    return workload.distribution(getattr(nature, name)).at_many(us)


def _fate(workload: Workload, course: Course) -> _Fate:
    shares = {
        "stood_down_share": course.stood_down_share,
        "unneeded_share": course.unneeded_share,
        "transported_share": course.transported_share,
    }
    found = {name: workload.distribution(duration) for name, duration in course.durations()}
    return _Fate(**found, **shares)  # type: ignore[arg-type]
