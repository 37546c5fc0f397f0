"""Travel times and positions on a road network: from a place off the road to the nearest node, along the roads, and off again.

    seconds(a, b) = off(a) + shortest(node of a, node of b) + off(b)        off(x) = metres from x to its node / off_road_mps

Two places with the same node may be nearer each other than by way of it; then the straight way counts. Whoever is at a
node is on the road there, whether or not it may be joined from beside it. Imports `roads` and
`quantities`.
"""

from __future__ import annotations

import math

import numpy as np

from incidents.quantities import MS_PER_S, Coordinates, Instant, Place, between, coordinates, distances_m
from incidents.roads import NO_WAY, FloatArray, RoadNetwork, Snapped


class RoadTimes:
    """Planned seconds on `network`; a place further than `snap_limit_m` from any node has none."""

    def __init__(self, network: RoadNetwork, *, off_road_mps: float, snap_limit_m: float) -> None:
        self.network = network
        self._off_road_mps = off_road_mps
        self._snap_limit_m = snap_limit_m

    def at(self, instant: Instant) -> RoadTimes:
        """Return itself: roads are the same at every hour."""
        return self

    def travel_s(self, origin: Place, destination: Place, *, lights: bool) -> float:
        """Return the seconds by road; NaN where a place is off the network or no road leads there."""
        return float(self.travel_many_s(coordinates((origin,)), destination, lights=lights)[0])

    def travel_many_s(self, origins: Coordinates, destination: Place, *, lights: bool) -> FloatArray:
        """Return the seconds by road from each origin, with one search of the network at most."""
        there = self._snapped(coordinates((destination,)))
        if math.isnan(there.metres[0]):
            return np.full(len(origins.latitudes), math.nan)
        goal = int(there.nodes[0])
        here = self._snapped(origins)
        road_ms = self.network.times_to_ms(goal, lights=lights)[here.nodes].astype(np.float64)
        road_ms[road_ms == NO_WAY] = math.nan
        whole_ms = self._off_road_ms(here.metres) + road_ms + self._off_road_ms(there.metres)
        same = here.nodes == goal
        if same.any():
            straight_ms = self._off_road_ms(distances_m(origins, destination))
            whole_ms = np.where(same, np.fmin(whole_ms, straight_ms + 0 * whole_ms), whole_ms)
        return np.asarray(whole_ms / MS_PER_S)

    def on_the_way(self, origin: Place, destination: Place, share: float, *, lights: bool) -> Place:
        """Return where somebody is after `share` of the time from `origin` to `destination`; straight where no road is known.

        On the road that is the nearer, in time, of the two nodes that it is between.
        """
        if share <= 0 or share >= 1:
            return between(origin, destination, share)
        ends = self._snapped(coordinates((origin, destination)))
        first, last = (int(node) for node in ends.nodes)
        if np.isnan(ends.metres).any() or first == last:
            return between(origin, destination, share)
        way = self.network.way(first, last, lights=lights)
        if way is None:
            return between(origin, destination, share)
        on_ms, off_ms = (float(each) for each in self._off_road_ms(ends.metres))
        road_ms = float(way.since_ms[-1])
        gone_ms = share * (on_ms + road_ms + off_ms) - on_ms
        if gone_ms <= 0:
            return between(origin, self._node(first), 1 + gone_ms / on_ms)
        if gone_ms >= road_ms:
            return between(self._node(last), destination, (gone_ms - road_ms) / off_ms if off_ms else 1.0)
        after = int(np.searchsorted(way.since_ms, gone_ms, side="right"))
        begun_ms, done_ms = (float(each) for each in way.since_ms[after - 1 : after + 1])
        # A place in the middle of a road would be taken for one beside it, and a drive from there begin with a walk.
        nearer = after - 1 if gone_ms - begun_ms < done_ms - gone_ms else after
        return self._node(int(way.nodes[nearer]))

    def obstacle(self, place: Place) -> str | None:
        """Say why no road leads from or to a place; None: one may."""
        metres = float(self.network.snap(coordinates((place,))).metres[0])
        if metres <= self._snap_limit_m:
            return None
        return f"{metres:,.0f} m from the nearest road, limit {self._snap_limit_m:,.0f} m"

    def _snapped(self, places: Coordinates) -> Snapped:
        found = self.network.snap(places)
        return Snapped(found.nodes, np.where(found.metres <= self._snap_limit_m, found.metres, math.nan))

    def _off_road_ms(self, metres: FloatArray) -> FloatArray:
        return np.asarray(np.rint(metres / self._off_road_mps * MS_PER_S))

    def _node(self, node: int) -> Place:
        return Place(float(self.network.latitudes[node]), float(self.network.longitudes[node]))
