"""A road network: nodes, one-way arcs with whole milliseconds for each of two speeds, and what is asked of them.

Shortest paths come from Dijkstra's method (1959, Numerische Mathematik 1, 269-271; `scipy.sparse.csgraph`), run backwards
from the destination: one run says how far it is from everywhere, so that a decision about three hundred resources takes one.
Times are whole milliseconds, whose sums are exact in any order: forwards and backwards agree to the bit, and a way is found
again from the times alone. Imports `quantities`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from incidents.quantities import EARTH_RADIUS_M, Coordinates, unit_vectors

TREES_BYTES = 64_000_000
"""The most memory that remembered times to destinations take, for each network in a process."""
LEAST_TREES = 16
"""Destinations remembered however large the network is."""
WAYS_LIMIT = 2048
"""The most ways from node to node that are remembered."""
AT_NODE_M = 10.0
"""So near to a node a vehicle is taken to be on it: about what satellites know of a place in a street."""
NO_WAY = -1
"""In arrays of milliseconds: no road leads there."""

FloatArray: TypeAlias = NDArray[np.float64]
WholeArray: TypeAlias = NDArray[np.int32]


class Way(NamedTuple):
    """A shortest way: its nodes in order, and the milliseconds from its beginning to each."""

    nodes: WholeArray
    since_ms: WholeArray


class Snapped(NamedTuple):
    """The node that a place belongs to, and the great-circle metres to it, for each of many places."""

    nodes: NDArray[np.intp]
    metres: FloatArray


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Nodes in degrees (WGS 84) and arcs between them by index; `may_join`: vehicles may leave the network there.

    At most one arc leads from a node to another, none to itself, and each takes at least 1 ms. Two networks are equal when their
    hashes are. The texts travel with the network wherever it goes, since the licence of the data may ask for it.
    """

    name: str
    licence: str
    attribution: str
    source: str
    latitudes: FloatArray
    longitudes: FloatArray
    may_join: NDArray[np.bool_]
    starts: WholeArray
    ends: WholeArray
    lights_ms: WholeArray
    normal_ms: WholeArray

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) over texts and arrays in one canonical order of arcs."""
        texts = {name: getattr(self, name) for name in ("name", "licence", "attribution", "source")}
        digest = hashlib.sha256(json.dumps(texts, sort_keys=True).encode())
        order = np.lexsort((self.ends, self.starts))
        for nodes, kind in ((self.latitudes, "<f8"), (self.longitudes, "<f8"), (self.may_join, "?")):
            digest.update(np.ascontiguousarray(nodes, dtype=kind).tobytes())
        for arcs in (self.starts, self.ends, self.lights_ms, self.normal_ms):
            digest.update(np.ascontiguousarray(arcs[order], dtype="<i4").tobytes())
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RoadNetwork) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __getstate__(self) -> dict[str, Any]:
        # What is remembered stays behind: another process works it out again where it is wanted.
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def snap(self, places: Coordinates) -> Snapped:
        """Find the nearest node that may be joined, or whatever node a place is at; NaN metres from a place not known."""
        metres: FloatArray = np.full(len(places.latitudes), math.nan)
        nodes = np.zeros(len(metres), dtype=np.intp)
        known = np.flatnonzero(~np.isnan(places.latitudes))
        if not len(known):
            return Snapped(nodes, metres)
        vectors = unit_vectors(Coordinates(places.latitudes[known], places.longitudes[known]))
        nearest, away_m = _nearest(self._trees_of_places[0], vectors)
        beside = np.flatnonzero((away_m > AT_NODE_M) & ~self.may_join[nearest])
        if len(beside):
            joinable, further_m = _nearest(self._trees_of_places[1], vectors[beside])
            nearest[beside], away_m[beside] = np.flatnonzero(self.may_join)[joinable], further_m
        nodes[known], metres[known] = nearest, away_m
        return Snapped(nodes, metres)

    def times_to_ms(self, destination: int, *, lights: bool) -> WholeArray:
        """(nodes,) milliseconds from every node to `destination`; NO_WAY where no road leads there. Remembered."""
        return self._trees(destination, lights)

    def work_out_ms(
        self, destinations: NDArray[np.intp], *, lights: bool, origins: NDArray[np.intp] | None = None
    ) -> WholeArray:
        """(destinations, origins) the same for several at once, and nothing of it is remembered. `origins` None: every node."""
        found = dijkstra(self._backwards(lights), indices=destinations)
        if origins is not None:
            found = found[:, origins]
        found[np.isinf(found)] = NO_WAY
        times: WholeArray = found.astype(np.int32)
        return times

    def way(self, origin: int, destination: int, *, lights: bool) -> Way | None:
        """Return the shortest way; of several the one by the lowest nodes. None: no road leads there. Remembered."""
        return self._ways(origin, destination, lights)

    @property
    def is_connected(self) -> bool:
        """Whether every node can be reached from every other."""
        if not len(self.latitudes):
            return True
        there = self.work_out_ms(np.array([0]), lights=True)[0]
        back = dijkstra(self.graph(lights=True), indices=np.array([0]))
        return bool((there != NO_WAY).all() and np.isfinite(back).all())

    @cached_property
    def _trees_of_places(self) -> tuple[KDTree, KDTree]:
        """All nodes, and those that may be joined."""
        vectors = unit_vectors(Coordinates(np.radians(self.latitudes), np.radians(self.longitudes)))
        every = KDTree(vectors)
        return every, every if self.may_join.all() else KDTree(vectors[self.may_join])

    @cached_property
    def _trees(self) -> Callable[[int, bool], WholeArray]:
        most = max(LEAST_TREES, TREES_BYTES // max(1, 4 * len(self.latitudes)))

        @lru_cache(maxsize=most)
        def tree(destination: int, lights: bool) -> WholeArray:
            found: WholeArray = self.work_out_ms(np.array([destination]), lights=lights)[0]
            found.flags.writeable = False
            return found

        return tree

    @cached_property
    def _ways(self) -> Callable[[int, int, bool], Way | None]:
        @lru_cache(maxsize=WAYS_LIMIT)
        def way(origin: int, destination: int, lights: bool) -> Way | None:
            return self._walk(origin, destination, lights)

        return way

    def _walk(self, origin: int, destination: int, lights: bool) -> Way | None:
        left_ms = self.times_to_ms(destination, lights=lights)
        if left_ms[origin] == NO_WAY:
            return None
        graph = self.graph(lights=lights)
        nodes = [origin]
        while (here := nodes[-1]) != destination:
            arcs = slice(graph.indptr[here], graph.indptr[here + 1])
            following = graph.indices[arcs]
            is_shortest = (left_ms[following] + graph.data[arcs] == left_ms[here]) & (left_ms[following] != NO_WAY)
            nodes.append(int(following[is_shortest].min()))
        passed = np.array(nodes, dtype=np.int32)
        return Way(passed, left_ms[origin] - left_ms[passed])

    def graph(self, *, lights: bool) -> csr_array:
        """The arcs with their milliseconds, from node to node, for whoever searches the network in another way."""
        return self._graph(lights, False)

    def _backwards(self, lights: bool) -> csr_array:
        return self._graph(lights, True)

    def _graph(self, lights: bool, is_backwards: bool) -> csr_array:
        found = self._graphs.get((lights, is_backwards))
        if found is None:
            times = (self.lights_ms if lights else self.normal_ms).astype(np.float64)
            ends = (self.ends, self.starts) if is_backwards else (self.starts, self.ends)
            size = (len(self.latitudes), len(self.latitudes))
            found = self._graphs[lights, is_backwards] = csr_array((times, ends), shape=size)
        return found

    @cached_property
    def _graphs(self) -> dict[tuple[bool, bool], csr_array]:
        """Those that somebody has asked for, by (with lights, backwards)."""
        return {}


def least_of_parallels(starts: WholeArray, ends: WholeArray, *times: WholeArray) -> tuple[WholeArray, ...]:
    """Return (starts, ends, times...) with loops left out, and of several arcs between two nodes the least of each time."""
    keep = starts != ends
    starts, ends, times = starts[keep], ends[keep], tuple(each[keep] for each in times)
    order = np.lexsort((ends, starts))
    starts, ends = starts[order], ends[order]
    if not len(starts):
        return starts, ends, *times
    first = np.flatnonzero(np.concatenate([[True], (np.diff(starts) != 0) | (np.diff(ends) != 0)]))
    return starts[first], ends[first], *(np.minimum.reduceat(each[order], first) for each in times)


def _nearest(tree: KDTree, vectors: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the nearest point of a tree to each of many on the unit sphere, and the great-circle metres to it."""
    chords, nearest = tree.query(vectors)
    return np.asarray(nearest, dtype=np.intp), 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, chords / 2))
