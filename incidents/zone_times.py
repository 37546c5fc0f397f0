"""Travel times from a table of zones: what a control room has that keeps minutes between districts, and no map.

A place lies in the zone of the nearest centroid or station. With M the table, D great-circle metres and c the curve that the
document calls `local`, from a in zone A to b in zone B takes

    c(D(a, b)) * M(A, B) / c(D(A, B))        within a zone c(D(a, b))

so that moving within a zone counts, and what the table knows of bridges and detours stays. Without the curve it is M(A, B).
Imports `centre`, `quantities` and `refusals`.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from itertools import islice, product

import numpy as np
from scipy.spatial import KDTree

from incidents.centre import Centre, DistanceCurve, ZoneMatrix
from incidents.quantities import Coordinates, Instant, Place, between, coordinates, distances_m, unit_vectors
from incidents.refusals import DocumentRefused, Flaw
from incidents.roads import FloatArray

HEADER = ("from", "to", "seconds")
MOST_ZONES, LONGEST_S, MOST_FLAWS = 2000, 86_400, 100
"""The largest table, the longest time in it, and the most flaws of one kind that are listed."""


class ZoneTimes:
    """Planned seconds by the table of a centre."""

    def __init__(self, centre: Centre, table: ZoneMatrix) -> None:
        self._table = table
        index = {name: at for at, name in enumerate(table.zones)}
        stations = [(centre.station(name), point.zone) for name, point in centre.stations.items()]
        known = [(centre.zone(name), name) for name in table.zones]
        known += [(place, zone) for place, zone in stations if zone in index]
        self._zone_at = np.array([index[name] for _, name in known])
        self._nearest = KDTree(unit_vectors(coordinates(place for place, _ in known)))
        self._seconds: FloatArray = np.array(table.lights_s, dtype=np.float64)
        if table.local is not None:
            centroids = coordinates(centre.zone(name) for name in table.zones)
            metres = np.stack([distances_m(centroids, centre.zone(name)) for name in table.zones], axis=1)
            expected_s = curve_s(table.local, metres)
            is_apart = expected_s > 0
            np.fill_diagonal(is_apart, False)
            self._seconds = np.divide(self._seconds, expected_s, out=np.ones_like(expected_s), where=is_apart)

    def at(self, instant: Instant) -> ZoneTimes:
        """Return itself: the table is the same at every hour."""
        return self

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return the table's seconds."""
        return float(self.travel_many_s(coordinates((origin,)), destination, lights=lights)[0])

    def travel_many_s(self, origins: Coordinates, destination: Place, *, lights: bool) -> FloatArray:
        """Return the table's seconds from each origin."""
        seconds: FloatArray = np.full(len(origins.latitudes), np.nan)
        known = np.flatnonzero(~np.isnan(origins.latitudes))
        if not len(known):
            return seconds
        here = Coordinates(origins.latitudes[known], origins.longitudes[known])
        found = self._seconds[self._zones(here), self._zones(coordinates((destination,)))]
        if self._table.local is not None:
            found = found * curve_s(self._table.local, distances_m(here, destination))
        seconds[known] = found if lights else found * self._table.without_lights
        return seconds

    def on_the_way(self, origin: Place, destination: Place, share: float, *, lights: bool) -> Place:
        """Return the place on the straight line: a table of zones knows no other."""
        return between(origin, destination, share)

    def obstacle(self, place: Place) -> str | None:
        """Return None: every place lies in some zone."""
        return None

    def _zones(self, places: Coordinates) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        return np.asarray(self._zone_at[self._nearest.query(unit_vectors(places))[1]])


def curve_s(curve: DistanceCurve, metres: FloatArray) -> FloatArray:
    """Seconds with lights over each of many distances."""
    return np.asarray(curve.fixed_s + curve.scale * metres**curve.power)


def table_of(text: str, file: str, table: ZoneMatrix) -> ZoneMatrix:
    """Put a CSV file (`from,to,seconds`, every pair of zones once) in the place of its name; refuse every flaw with its line."""
    seconds: dict[tuple[str, str], float] = {}
    flaws: list[Flaw] = []
    rows = csv.reader(io.StringIO(text))
    try:
        if (header := next(rows, [])) != list(HEADER):
            raise DocumentRefused([Flaw(f"{file}:1:1", f"begins with {','.join(header)[:80]!r}", ",".join(HEADER))])
        for row in rows:
            flaw = _noted(row, seconds)
            if flaw is not None and len(flaws) < MOST_FLAWS:
                flaws.append(Flaw(f"{file}:{rows.line_num}:1", *flaw))
    except csv.Error as error:
        flaws.append(Flaw(f"{file}:{rows.line_num}:1", f"is no CSV: {error}", ",".join(HEADER)))
    zones = tuple(dict.fromkeys(one for one, _ in seconds))
    pairs = product(zones, repeat=2) if len(zones) <= MOST_ZONES else ()
    missing = islice((pair for pair in pairs if pair not in seconds), MOST_FLAWS)
    if len(zones) > MOST_ZONES:
        flaws.append(Flaw(file, f"{len(zones):,} zones", f"at most {MOST_ZONES:,}"))
    flaws += [Flaw(file, f"no seconds from {one!r} to {other!r}", "every pair once") for one, other in missing]
    flaws += [
        Flaw(file, f"{to!r} is a zone without a row of its own", "every pair once") for to in _strays(seconds, zones)
    ]
    if flaws:
        raise DocumentRefused(flaws)
    rows_s = tuple(tuple(seconds[one, other] for other in zones) for one in zones)
    return table.model_copy(update={"file": None, "zones": zones, "lights_s": rows_s})


def _noted(row: list[str], seconds: dict[tuple[str, str], float]) -> tuple[str, str] | None:
    """Note the seconds of a row; return what is wrong with it and what would be accepted, if anything."""
    if len(row) != len(HEADER):
        return f"{len(row)} fields", f"{len(HEADER)}: {','.join(HEADER)}"
    one, other, given = row
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not 0 <= value <= LONGEST_S:
        return f"{given[:40]!r} are no seconds", f"a number from 0 to {LONGEST_S:,}"
    if (one, other) in seconds:
        return f"{one!r} to {other!r} is there twice", "every pair once"
    seconds[one, other] = value
    return None


def _strays(seconds: Mapping[tuple[str, str], float], zones: Sequence[str]) -> list[str]:
    known = frozenset(zones)
    return sorted({other for _, other in seconds if other not in known})[:MOST_FLAWS]
