"""The centre of a scenario, put together from zones, fleet and travel curve. Imports the other fits and
`incidents.centre`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median

from incidents.centre import Centre, DistanceCurve, Kind, NoTravel, Point, ResourceEntry, ShiftEntry
from incidents.quantities import Place
from simulation.fitting.courses import turnout_s
from simulation.fitting.fleet import SHIFT_H, FleetUnit
from simulation.fitting.log import LoggedIncident, Response
from simulation.fitting.mapping import LogMapping
from simulation.fitting.places import Zones
from simulation.fitting.positions import positions, roster
from simulation.fitting.travel import TravelCurve

CALL_TAKER = "call-taker"
ROOM = 1000
"""The room of one that stands for as many as are ever wanted."""
AMPLE = 2
"""So many times the most in hand at once in the log are to be had of what is ample."""


def fit_centre(
    incidents: Sequence[LoggedIncident],
    zones: Zones | None,
    fleet: Sequence[FleetUnit],
    curve: TravelCurve | None,
    mapping: LogMapping,
    provenance: str,
    wrap_up_s: float = 0.0,
) -> Centre:
    """Put the centre together."""
    starts = sorted({unit.shift_start_h for unit in fleet if unit.shift_start_h is not None})
    resources = {
        unit.id: ResourceEntry(
            kind=unit.kind,
            base=_station_name(unit.station),
            shift=None if unit.shift_start_h is None else _shift_name(unit.shift_start_h),
        )
        for unit in fleet
    }
    shifts: dict[str, ShiftEntry] = {_shift_name(hour): _shift(hour) for hour in starts}
    answering = [kind for kind, rule in mapping.kinds.items() if rule.roster == "positions"]
    takers: dict[str, ResourceEntry] = {}
    if answering:
        worked, people = roster(positions(incidents, wrap_up_s), answering[0])
        shifts |= worked
        takers |= people
    else:
        takers |= {f"CT{n}": ResourceEntry(kind=CALL_TAKER) for n in range(1, mapping.assumed.call_takers + 1)}
    return Centre(
        centre=mapping.mapping,
        time_zone=mapping.time_zone,
        provenance=provenance,
        kinds=_kinds(incidents, mapping),
        zones={} if zones is None else {zone: _point(place) for zone, place in zones.centres.items()},
        stations={} if zones is None else {_station_name(z): _point(place, z) for z, place in zones.stations.items()},
        shifts=shifts,
        resources={**takers, **resources, **_ample(incidents, mapping)},
        travel=NoTravel(kind="none") if curve is None else _curve(curve),
    )


def _curve(curve: TravelCurve) -> DistanceCurve:
    return DistanceCurve(
        kind="distance_curve",
        fixed_s=curve.fixed_s,
        scale=curve.scale,
        power=curve.power,
        without_lights=curve.without_lights,
    )


def _kinds(incidents: Sequence[LoggedIncident], mapping: LogMapping) -> Mapping[str, Kind]:
    """Planned turnout is the median of what the log shows."""
    answering = {name: rule for name, rule in mapping.kinds.items() if rule.roster == "positions"}
    if answering:
        return {name: Kind(skills=rule.skills) for name, rule in answering.items()}
    sent = {response.kind for incident in incidents for response in incident.responses}
    seen: dict[str, list[float]] = {kind: [] for kind in mapping.kinds if kind in sent}
    for incident in incidents:
        for response in incident.responses:
            taken_s = turnout_s(incident, response)
            if taken_s is not None and taken_s >= 0:
                seen[response.kind].append(taken_s)
    kinds = {
        kind: Kind(
            skills=mapping.kinds[kind].skills,
            capacity=ROOM if mapping.kinds[kind].roster == "ample" else 1,
            turnout_s=min(3600.0, float(median(seconds or [0.0]))),
        )
        for kind, seconds in seen.items()
    }
    skills = tuple(dict.fromkeys(queue.skill for queue in mapping.queues.values()))
    return {CALL_TAKER: Kind(skills=skills), **kinds}


def _ample(incidents: Sequence[LoggedIncident], mapping: LogMapping) -> Mapping[str, ResourceEntry]:
    """Enough of each kind of which nobody ever waits for one: room for twice the most that were in hand at once."""
    found: dict[str, ResourceEntry] = {}
    for kind, rule in mapping.kinds.items():
        work = [each for incident in incidents for each in incident.responses if each.kind == kind]
        if rule.roster == "ample" and work:
            count = math.ceil(AMPLE * most_at_once(work) / ROOM) + 1
            found |= {f"{rule.prefix}{number}": ResourceEntry(kind=kind) for number in range(1, count + 1)}
    return found


def most_at_once(work: Sequence[Response]) -> int:
    """The most responses in hand at one time; what was never clear is in hand until the end."""
    changes = [(each.dispatched, 1) for each in work]
    changes += [(each.available, -1) for each in work if each.available is not None]
    level = most = 0
    for _, change in sorted(changes):
        level += change
        most = max(most, level)
    return most


def _station_name(zone: str) -> str:
    return f"station {zone}"


def _shift_name(start_h: int) -> str:
    return f"from {start_h:02d}"


def _shift(start_h: int) -> ShiftEntry:
    return ShiftEntry(start=f"{start_h:02d}:00", until=f"{(start_h + SHIFT_H) % 24:02d}:00")


def _point(place: Place, zone: str | None = None) -> Point:
    return Point(latitude=place.latitude, longitude=place.longitude, zone=zone)
