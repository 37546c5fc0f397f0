"""Zones, their centres and spread, and which station stands in which zone.

A zone is a first-due station area of the log; its centre is the mean position of its incidents. Station
points carry no names, so they are matched to the areas: the assignment of points to areas with the least
total distance. Imports `log`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from incidents.quantities import Place, distance_m
from simulation.fitting.log import LoggedIncident

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
        spots.setdefault(each.area, []).append(Place(each.latitude, each.longitude))
    areas = {area: _middle(places) for area, places in sorted(spots.items())}
    large = [area for area in areas if len(spots[area]) >= LEAST_INCIDENTS]
    zone_of = {area: area if area in large else _nearest(areas[area], areas, large) for area in areas}
    gathered = {zone: [spot for area in areas if zone_of[area] == zone for spot in spots[area]] for zone in large}
    centres = {zone: _middle(places) for zone, places in gathered.items()}
    spread_m = {zone: float(round(_spread_m(centres[zone], places))) for zone, places in gathered.items()}
    stations, within_m = _match(centres, points)
    return Zones(centres, spread_m, zone_of, stations, within_m)


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
