"""Zones, their centres and spread, and which station stands in which zone.

A zone is a first-due station area of the log; its centre is the mean position of its incidents. Station
points carry no names, so they are matched to the areas: the assignment of points to areas with the least
total distance. Imports `log`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from incidents.quantities import EARTH_RADIUS_M, Place, distance_m
from optimiser.refusals import Refusal
from simulation.fitting.log import LoggedIncident
from simulation.fitting.mapping import LogFile, LogMapping
from simulation.fitting.rows import Row, read_rows

LEAST_INCIDENTS = 5
"""An area with fewer incidents than this is folded into the nearest other."""


@dataclass(frozen=True, slots=True)
class Zones:
    """Where things happen. `zone_of` maps every area of the log to the zone it belongs to."""

    centres: Mapping[str, Place]
    spread_m: Mapping[str, float]
    zone_of: Mapping[str, str]
    stations: Mapping[str, Place]
    """One station per zone that has one, under the name of the zone."""
    matched_within_m: float
    """The largest distance between a station and the centre of the zone it was matched to."""


def fit_zones(incidents: Sequence[LoggedIncident], points: Sequence[tuple[float, float]]) -> Zones:
    """Find the zones of the log, and match the station points to them."""
    spots: dict[str, list[Place]] = {}
    for each in incidents:
        spots.setdefault(each.area, []).append(each.spot)
    areas = {area: _middle(places) for area, places in sorted(spots.items())}
    large = [area for area in areas if len(spots[area]) >= LEAST_INCIDENTS]
    zone_of = {area: area if area in large else _nearest(areas[area], areas, large) for area in areas}
    gathered = {zone: [spot for area in areas if zone_of[area] == zone for spot in spots[area]] for zone in large}
    centres = {zone: _middle(places) for zone, places in gathered.items()}
    spread_m = {zone: float(round(_spread_m(centres[zone], places))) for zone, places in gathered.items()}
    own = [(place.latitude, place.longitude) for place in centres.values()]
    stations, within_m = _match(centres, points or own)
    return Zones(centres, spread_m, zone_of, stations, within_m)


RING_M = 10_000.0
"""Radius of the ring on which zones without a position stand; far enough apart that home is always nearest."""


def read_stations(folder: Path, mapping: LogMapping) -> tuple[tuple[float, float], ...]:
    """Return latitude and longitude of every station point; without a file of them, each zone's own centre serves."""
    if mapping.stations is None:
        return ()
    stations = mapping.stations
    file = LogFile.model_validate({"name": stations.name})
    wanted = mapping.model_copy(
        update={
            "fields": {"latitude": (stations.latitude,), "longitude": (stations.longitude,)},
            "stages": {},
        }
    )
    points = []
    for row in read_rows(folder / stations.name, file, wanted):
        if not isinstance(row, Row):
            raise Refusal.of(f"{stations.name}:{row.line}", row.because, "a row as the header says")
        try:
            points.append((float(row.text["latitude"]), float(row.text["longitude"])))
        except ValueError:
            raise Refusal.of(
                f"{stations.name}:{row.line}", "no position", "degrees of latitude and longitude"
            ) from None
    return tuple(points)


def schematic_zones(incidents: Sequence[LoggedIncident]) -> Zones:
    """Zones of a log without positions, evenly around a ring about 0 N 0 E: a drawing, not a map. Each has a station."""
    areas = sorted({each.area for each in incidents})
    degrees = RING_M / (math.pi / 180 * EARTH_RADIUS_M)
    centres = {}
    for index, area in enumerate(areas):
        angle = 2 * math.pi * index / len(areas)
        centres[area] = Place(round(degrees * math.cos(angle), 5), round(degrees * math.sin(angle), 5), area)
    return Zones(centres, {}, {area: area for area in areas}, dict(centres), 0.0)


def _middle(places: Sequence[Place]) -> Place:
    count = len(places)
    latitude = math.fsum(place.latitude for place in places) / count
    longitude = math.fsum(place.longitude for place in places) / count
    return Place(round(latitude, 5), round(longitude, 5))


def _nearest(place: Place, areas: Mapping[str, Place], among: Sequence[str]) -> str:
    return min(among, key=lambda area: (distance_m(place, areas[area]), area))


def _spread_m(centre: Place, places: Sequence[Place]) -> float:
    """Standard deviation along one axis, metres."""
    return math.sqrt(math.fsum(distance_m(centre, place) ** 2 for place in places) / len(places) / 2)


def _match(centres: Mapping[str, Place], points: Sequence[tuple[float, float]]) -> tuple[Mapping[str, Place], float]:
    stations = [Place(latitude, longitude) for latitude, longitude in points]
    names = list(centres)
    metres = np.array([[distance_m(centres[name], station) for station in stations] for name in names])
    rows, columns = linear_sum_assignment(metres)
    matched = {names[row]: stations[column] for row, column in zip(rows, columns, strict=True)}
    placed = {name: Place(round(place.latitude, 5), round(place.longitude, 5), name) for name, place in matched.items()}
    return placed, float(metres[rows, columns].max())
