"""How long it takes to get from one place to another, as planned. Every estimate is in seconds and at least 0.

`TravelTimes` is what the desk asks; `travel_times(centre)` builds the one the centre's document names. Places that carry zones
are looked up zone to zone, once computed; other places are computed from their coordinates. Imports `centre` and `quantities`.
"""

from __future__ import annotations

from typing import Protocol, assert_never

from incidents.centre import Centre, DistanceCurve, NoTravel, StraightLine
from incidents.quantities import Place, distance_m


class TravelTimes(Protocol):
    """Seconds between two places, with or without lights and sirens."""

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return the planned driving seconds from `origin` to `destination`."""
        ...


def travel_times(centre: Centre) -> TravelTimes:
    """Build the travel times that the centre's document describes."""
    match centre.travel:
        case NoTravel():
            return Nowhere()
        case StraightLine() as line:
            return OnDistance(
                DistanceCurve(kind="distance_curve", fixed_s=0, scale=line.detour / line.speed_mps, power=1)
            )
        case DistanceCurve() as curve:
            return OnDistance(curve)
        case never:
            assert_never(never)


class Nowhere:
    """Remote work: being there takes no time."""

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return 0."""
        return 0.0


class OnDistance:
    """Seconds from great-circle metres by a `DistanceCurve`; zone pairs are remembered."""

    def __init__(self, curve: DistanceCurve) -> None:
        self._curve = curve
        self._between_zones: dict[tuple[Place, Place, bool], float] = {}

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return the curve's seconds; the memory is only a cache, so equal questions have equal answers."""
        if origin.zone is None or destination.zone is None:
            return self._seconds(origin, destination, lights)
        key = (origin, destination, lights)
        known = self._between_zones.get(key)
        if known is None:
            known = self._between_zones[key] = self._seconds(origin, destination, lights)
            if len(self._between_zones) > REMEMBERED_PAIRS:
                self._between_zones.clear()
        return known

    def _seconds(self, origin: Place, destination: Place, lights: bool) -> float:
        curve = self._curve
        seconds: float = curve.fixed_s + curve.scale * distance_m(origin, destination) ** curve.power
        return seconds if lights else seconds * curve.without_lights


REMEMBERED_PAIRS = 200_000
"""Pairs of places kept in memory before the memory is emptied; a limit, not a tuning."""
