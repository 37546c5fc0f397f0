"""The fleet that the log shows at work: which resources there are, where they live, and when they are on
duty.

The log holds no roster. Engines and trucks carry the number of their station and are always on duty, like
chiefs and the rescue units. Ambulances come and go: one is taken to be on duty from half an hour before it is
first sent until half an hour after it is last clear, through every pause shorter than four hours. The mean
number on duty at each hour of the day is then covered by shifts of twelve hours. Their posts are unknown too;
they are spread over the stations in proportion to the demand for ambulances. Imports `log`, `places`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.fitting.log import LoggedIncident, Response
from simulation.fitting.mapping import LogMapping
from simulation.fitting.places import Zones

HOUR_S, DAY_S = 3600, 86_400
PAUSE_S = 4 * HOUR_S
"""A longer time without work is taken to be time off duty."""
BEFORE_AND_AFTER_S = HOUR_S / 2
SHIFT_H = 12
LEAST_RESPONSES = 3
"""A resource seen less often in eight days is taken for a stranger or a special event."""


@dataclass(frozen=True, slots=True)
class FleetUnit:
    """One resource: its kind, the zone of its station, and the hour its twelve-hour shift starts (None:
    always on duty).
    """

    id: str
    kind: str
    station: str
    shift_start_h: int | None = None

    def on_duty(self, at: float) -> bool:
        """Whether it is on duty at a local time, seconds."""
        return self.shift_start_h is None or (at / HOUR_S - self.shift_start_h) % 24 < SHIFT_H


def fit_fleet(incidents: Sequence[LoggedIncident], zones: Zones, mapping: LogMapping) -> tuple[FleetUnit, ...]:
    """Infer the fleet from who was seen at work."""
    work: dict[tuple[str, str], list[tuple[LoggedIncident, Response]]] = {}
    for incident in incidents:
        for response in incident.responses:
            work.setdefault((response.kind, response.unit), []).append((incident, response))
    fleet = [
        FleetUnit(unit, kind, _station_of(unit, mapping.kinds[kind].station, [incident for incident, _ in seen], zones))
        for (kind, unit), seen in sorted(work.items())
        if mapping.kinds[kind].roster == "listed" and len(seen) >= LEAST_RESPONSES
    ]
    demand = Counter(
        zones.zone_of[each.area]
        for each in incidents
        if any(response.kind in mapping.roaming for response in each.responses)
    )
    starts = [
        (start_h, kind)
        for kind in mapping.kinds
        if kind in mapping.roaming
        for start_h in shift_starts(on_duty_by_hour(incidents, kind))
    ]
    return tuple(fleet) + _posted(starts, demand, zones, mapping)


def on_duty_by_hour(incidents: Sequence[LoggedIncident], kind: str) -> NDArray[np.float64]:
    """Mean number of resources of a kind on duty in each hour of the day, shape (24,), by the rule of this
    module.
    """
    spans: dict[str, list[tuple[float, float]]] = {}
    for each in incidents:
        for response in each.responses:
            if response.kind == kind:
                end = response.dispatched if response.available is None else response.available
                spans.setdefault(response.unit, []).append((response.dispatched, end))
    day = min(each.received for each in incidents) // DAY_S * DAY_S
    days = int((max(each.received for each in incidents) - day) // DAY_S) + 1
    present = np.zeros(days * 24)
    hours = day + (np.arange(days * 24) + 0.5) * HOUR_S
    for unit in sorted(spans):
        for start, end in _joined(sorted(spans[unit])):
            present += (hours >= start - BEFORE_AND_AFTER_S) & (hours <= end + BEFORE_AND_AFTER_S)
    return np.asarray(present.reshape(days, 24).mean(axis=0))


def shift_starts(on_duty: NDArray[np.float64]) -> list[int]:
    """Starting hours of twelve-hour shifts that come closest to a profile by hour: add the best one while it
    helps.
    """
    starts: list[int] = []
    missing = on_duty.copy()
    hours = np.arange(24)
    while True:
        gains = [_gain(missing, (hours - start) % 24 < SHIFT_H) for start in range(24)]
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            return sorted(starts)
        starts.append(best)
        missing[(hours - best) % 24 < SHIFT_H] -= 1


def _gain(missing: NDArray[np.float64], covered: NDArray[np.bool_]) -> float:
    """By how much one more over these hours lessens the sum of squares."""
    return float((2 * missing[covered] - 1).sum())


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    joined = [spans[0]]
    for start, end in spans[1:]:
        if start - joined[-1][1] < PAUSE_S:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _station_of(unit: str, pattern: str | None, incidents: Sequence[LoggedIncident], zones: Zones) -> str:
    """The station an engine or truck is numbered after; for others, the one in whose zone they work most."""
    number = None if pattern is None else re.fullmatch(pattern, unit)
    if number is not None and number[1] in zones.stations:
        return number[1]
    seen = Counter(zones.zone_of[each.area] for each in incidents)
    return min(zones.stations, key=lambda zone: (-seen[zone], zone))


def _posted(
    starts: Sequence[tuple[int, str]], demand: Mapping[str, int], zones: Zones, mapping: LogMapping
) -> tuple[FleetUnit, ...]:
    """Give each ambulance, in order of shift, the station with most demand per ambulance so far (D'Hondt)."""
    units, posted, numbers = [], Counter[str](), Counter[str]()
    for start_h, kind in sorted(starts):
        station = min(zones.stations, key=lambda zone: (-demand.get(zone, 0) / (posted[zone] + 1), zone))
        posted[station] += 1
        numbers[kind] += 1
        units.append(FleetUnit(f"{mapping.kinds[kind].prefix}{numbers[kind]:02d}", kind, station, start_h))
    return tuple(units)
