"""How long it takes to get from one place to another, as planned. Every estimate is in seconds and at least 0.

`TravelTimes` is what the desk asks, one pair at a time or from many origins to one place; `travel_times(centre)` builds the one
that the centre's document names. Imports `centre` and `quantities`.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray

from incidents.centre import Centre, DistanceCurve, NoTravel, StraightLine
from incidents.quantities import Coordinates, Place, distance_m, distances_m

FloatArray: TypeAlias = NDArray[np.float64]


class TravelTimes(Protocol):
    """Seconds between two places, with or without lights and sirens."""

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return the planned driving seconds from `origin` to `destination`."""
        ...

    def travel_many_s(self, origins: Coordinates, destination: Place, *, lights: bool) -> FloatArray:
        """Return the planned driving seconds from each of many origins; NaN from a place not known."""
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

    def travel_many_s(self, origins: Coordinates, destination: Place, *, lights: bool) -> FloatArray:
        """Return 0 for each."""
        return np.zeros(len(origins.latitudes))


class OnDistance:
    """Seconds from great-circle metres by a `DistanceCurve`."""

    def __init__(self, curve: DistanceCurve) -> None:
        self._curve = curve

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return the curve's seconds."""
        curve = self._curve
        seconds: float = curve.fixed_s + curve.scale * distance_m(origin, destination) ** curve.power
        return seconds if lights else seconds * curve.without_lights

    def travel_many_s(self, origins: Coordinates, destination: Place, *, lights: bool) -> FloatArray:
        """Return the curve's seconds from each origin."""
        curve = self._curve
        seconds: FloatArray = curve.fixed_s + curve.scale * distances_m(origins, destination) ** curve.power
        return seconds if lights else seconds * curve.without_lights
