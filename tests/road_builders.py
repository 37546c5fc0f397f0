"""Small road networks to reckon by hand, and random ones to hold against brute force."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from incidents.centre import Centre
from incidents.quantities import Place
from incidents.roads import RoadNetwork, least_of_parallels
from tests.builders import METRES_PER_DEGREE, a_centre

Arc = tuple[int, int, int]
"""From node to node in so many milliseconds with lights; without them it takes twice as long."""


def a_network(places: Sequence[tuple[float, float]], arcs: Sequence[Arc], *, closed: Sequence[int] = ()) -> RoadNetwork:
    """A network of nodes at (metres north, metres east) of the origin; the nodes in `closed` may not be joined."""
    degrees = np.array(places, dtype=np.float64).reshape(-1, 2) / METRES_PER_DEGREE
    starts, ends, times = (np.array([arc[part] for arc in arcs], dtype=np.int32) for part in range(3))
    starts, ends, times, twice = least_of_parallels(starts, ends, times, 2 * times)
    may_join = np.ones(len(degrees), dtype=np.bool_)
    may_join[list(closed)] = False
    return RoadNetwork(
        "square", "public domain", "nobody", "made up", degrees[:, 0].copy(), degrees[:, 1].copy(), may_join,
        starts, ends, times, twice,
    )  # fmt: skip


SQUARE = a_network(
    [(0, 0), (0, 1000), (1000, 1000), (1000, 0)],
    [(0, 1, 100_000), (1, 2, 100_000), (2, 3, 100_000), (3, 0, 100_000)],
)
"""Four corners a kilometre apart, one way round in 100 s a side: 0 to 1 is one side, 1 to 0 is three."""


def metres(north: float, east: float) -> Place:
    """The place so many metres north and east of the origin."""
    return Place(north / METRES_PER_DEGREE, east / METRES_PER_DEGREE)


def on_roads(network: RoadNetwork, units: dict[str, tuple[str, float]], **travel: Any) -> Centre:
    """A centre on a network, its units by name as in `a_centre`."""
    named = {"kind": "roads", "file": "roads.npz", "network": network.hash} | travel
    return a_centre(units, travel=named).on_roads(network)


def at_random(seed: int, nodes: int, arcs: int) -> RoadNetwork:
    """A network of random nodes within a few kilometres and random arcs, some parts of which cannot be reached from others."""
    draw = np.random.default_rng(seed)
    places = [(float(north), float(east)) for north, east in draw.random((nodes, 2)) * 5000]
    ends = draw.integers(nodes, size=(arcs, 2)).tolist()
    times = draw.integers(1, 50, size=arcs).tolist()
    return a_network(places, [(one, other, time) for (one, other), time in zip(ends, times, strict=True)])


def brute_force(network: RoadNetwork, *, lights: bool) -> list[list[float]]:
    """Milliseconds between all nodes by Floyd (1962) and Warshall (1962)."""
    count = len(network.latitudes)
    least = [[0.0 if one == other else math.inf for other in range(count)] for one in range(count)]
    times = network.lights_ms if lights else network.normal_ms
    for one, other, time in zip(network.starts.tolist(), network.ends.tolist(), times.tolist(), strict=True):
        least[one][other] = min(least[one][other], time)
    for by in range(count):
        for one in range(count):
            for other in range(count):
                least[one][other] = min(least[one][other], least[one][by] + least[by][other])
    return least
