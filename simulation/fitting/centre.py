"""The centre of a scenario, put together from zones, fleet and travel curve. Imports the other fits and
`incidents.centre`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from incidents.centre import Centre, DistanceCurve, Kind, Point, ResourceEntry, ShiftEntry
from incidents.quantities import Place
from simulation.fitting.courses import turnout_s
from simulation.fitting.fleet import SHIFT_H, FleetUnit
from simulation.fitting.log import SKILLS, LoggedIncident
from simulation.fitting.places import Zones
from simulation.fitting.travel import TravelCurve

CALL_TAKING, CALL_TAKERS = "call-taking", 4
"""The log shows no call-takers; so many on duty answer at once nearly always, as the log's handling times
suggest.
"""
ADVANCED = "als"
"""Advanced life support: 99 % of MEDIC responses are flagged so in the log, no PRIVATE one."""


def fit_centre(
    incidents: Sequence[LoggedIncident],
    zones: Zones,
    fleet: Sequence[FleetUnit],
    curve: TravelCurve,
    provenance: str,
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
    takers = {f"CT{number}": ResourceEntry(kind="call-taker") for number in range(1, CALL_TAKERS + 1)}
    return Centre(
        centre="san_francisco",
        time_zone="America/Los_Angeles",
        provenance=provenance,
        kinds=_kinds(incidents),
        zones={zone: _point(place) for zone, place in zones.centres.items()},
        stations={_station_name(zone): _point(place, zone) for zone, place in zones.stations.items()},
        shifts={_shift_name(hour): _shift(hour) for hour in starts},
        resources={**takers, **resources},
        travel=DistanceCurve(
            kind="distance_curve",
            fixed_s=curve.fixed_s,
            scale=curve.scale,
            power=curve.power,
            without_lights=curve.without_lights,
        ),
    )


def _kinds(incidents: Sequence[LoggedIncident]) -> Mapping[str, Kind]:
    """Planned turnout is the median of what the log shows."""
    sent = {response.kind for incident in incidents for response in incident.responses}
    seen: dict[str, list[float]] = {kind: [] for kind in SKILLS if kind in sent}
    for incident in incidents:
        for response in incident.responses:
            taken_s = turnout_s(incident, response)
            if taken_s is not None and taken_s >= 0:
                seen[response.kind].append(taken_s)
    kinds = {
        kind: Kind(
            skills=(SKILLS[kind], ADVANCED) if kind == "medic" else (SKILLS[kind],),
            turnout_s=float(median(seconds or [0.0])),
        )
        for kind, seconds in seen.items()
    }
    return {"call-taker": Kind(skills=(CALL_TAKING,)), **kinds}


def _station_name(zone: str) -> str:
    return f"station {zone}"


def _shift_name(start_h: int) -> str:
    return f"from {start_h:02d}"


def _shift(start_h: int) -> ShiftEntry:
    return ShiftEntry(start=f"{start_h:02d}:00", until=f"{(start_h + SHIFT_H) % 24:02d}:00")


def _point(place: Place, zone: str | None = None) -> Point:
    return Point(latitude=place.latitude, longitude=place.longitude, zone=zone)
