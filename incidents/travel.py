"""How long it takes to get from one place to another, as planned. Every estimate is in seconds and at least 0.

`TravelTimes` is what the desk asks, one pair at a time or from many origins to one place; `travel_times(centre)` builds the one
that the centre's document names. Imports `centre`, `road_times`, `zone_times`, `local_time` and `quantities`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, Self, TypeAlias, assert_never
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from incidents.centre import (
    Centre,
    DistanceCurve,
    Loc,
    NoTravel,
    RoadTravel,
    StraightLine,
    Travel,
    TravelByHour,
    ZoneMatrix,
)
from incidents.local_time import hour_of_week
from incidents.quantities import Coordinates, Instant, Place, between, distance_m, distances_m
from incidents.refusals import Refusal
from incidents.road_times import RoadTimes
from incidents.zone_times import ZoneTimes, curve_s

FloatArray: TypeAlias = NDArray[np.float64]


class TravelTimes(Protocol):
    """Seconds between two places, with or without lights and sirens."""

    def at(self, instant: Instant) -> TravelTimes:
        """Return the times that hold at an instant; the very same object as long as they are the same."""
        ...

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return the planned driving seconds from `origin` to `destination`; NaN where it cannot be driven."""
        ...

    def travel_many_s(self, origins: Coordinates, destination: Place, *, lights: bool) -> FloatArray:
        """Return the planned driving seconds from each of many origins; NaN from a place not known, and as above."""
        ...

    def on_the_way(self, origin: Place, destination: Place, share: float, *, lights: bool) -> Place:
        """Return where somebody is after `share` (0..1) of the time from `origin` to `destination`."""
        ...

    def obstacle(self, place: Place) -> str | None:
        """Say why a place cannot be driven to; None: it can, as far as one place tells."""
        ...


def travel_times(centre: Centre) -> TravelTimes:
    """Build the travel times that the centre's document describes; refuse where its road network is not at hand."""
    planned = _planned(centre, centre.travel)
    return planned if centre.travel_by_hour is None else ByHour(planned, centre.travel_by_hour, centre.zone_info)


def off_road(centre: Centre) -> Iterator[tuple[Loc, str, str]]:
    """Yield every station and zone that its travel cannot drive to, as (location, what is wrong, what would be accepted)."""
    if not isinstance(centre.travel, RoadTravel):
        return
    travel, limit_m = travel_times(centre), centre.travel.snap_limit_m
    for key, places, place_of in (("stations", centre.stations, centre.station), ("zones", centre.zones, centre.zone)):
        for name in places:
            if (why := travel.obstacle(place_of(name))) is not None:
                yield (
                    (key, name),
                    f"{name!r} lies {why}",
                    f"a place within {limit_m:,.0f} m of a road, or a longer snap_limit_m",
                )


def _planned(centre: Centre, travel: Travel) -> TravelTimes:
    match travel:
        case NoTravel():
            return Nowhere()
        case StraightLine() as line:
            return OnDistance(
                DistanceCurve(kind="distance_curve", fixed_s=0, scale=line.detour / line.speed_mps, power=1)
            )
        case DistanceCurve() as curve:
            return OnDistance(curve)
        case ZoneMatrix() as table:
            return ZoneTimes(centre, table)
        case RoadTravel() as named:
            if centre.roads is None:
                what = f"the road network {named.network} is not at hand"
                raise Refusal.of("travel.network", what, f"the file that the centre calls {named.file}, with --roads")
            return RoadTimes(centre.roads, off_road_mps=named.off_road_mps, snap_limit_m=named.snap_limit_m)
        case never:
            assert_never(never)


class StraightAndEven:
    """What travel has in common that knows no roads: it is the same at every hour, and the way is the straight line."""

    def at(self, instant: Instant) -> Self:
        """Return itself."""
        return self

    def on_the_way(self, origin: Place, destination: Place, share: float, *, lights: bool) -> Place:
        """Return the place on the straight line."""
        return between(origin, destination, share)

    def obstacle(self, place: Place) -> str | None:
        """Return None: a straight line leads anywhere."""
        return None


class Nowhere(StraightAndEven):
    """Remote work: being there takes no time."""

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return 0."""
        return 0.0

    def travel_many_s(self, origins: Coordinates, destination: Place, *, lights: bool) -> FloatArray:
        """Return 0 for each."""
        return np.zeros(len(origins.latitudes))


class OnDistance(StraightAndEven):
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
        seconds = curve_s(curve, distances_m(origins, destination))
        return seconds if lights else seconds * curve.without_lights


class Paced:
    """Other travel times, all longer by one factor; ways and obstacles are theirs."""

    def __init__(self, planned: TravelTimes, factor: float) -> None:
        self._planned = planned
        self._factor = factor

    def at(self, instant: Instant) -> TravelTimes:
        """Return itself: it is the times of one hour already."""
        return self

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return the planned seconds times the factor."""
        return self._factor * self._planned.travel_s(origin, destination, lights=lights)

    def travel_many_s(self, origins: Coordinates, destination: Place, *, lights: bool) -> FloatArray:
        """Return the planned seconds times the factor, from each origin."""
        return self._factor * self._planned.travel_many_s(origins, destination, lights=lights)

    def on_the_way(self, origin: Place, destination: Place, share: float, *, lights: bool) -> Place:
        """Return the same place: everything on the way takes longer by the same factor."""
        return self._planned.on_the_way(origin, destination, share, lights=lights)

    def obstacle(self, place: Place) -> str | None:
        """Return what is in the way at any hour."""
        return self._planned.obstacle(place)


class ByHour(Paced):
    """Travel times that are longer by a factor for each hour of the local week; asked without an instant, they are as planned."""

    def __init__(self, planned: TravelTimes, factors: TravelByHour, zone: ZoneInfo) -> None:
        super().__init__(planned, 1.0)
        self._zone = zone
        paces = {factor: Paced(planned, factor) for factor in factors}
        self._hours = tuple(paces[factor] for factor in factors)

    def at(self, instant: Instant) -> TravelTimes:
        """Return the times of the hour in which `instant` lies."""
        return self._hours[hour_of_week(instant, self._zone)]
