"""OpenStreetMap's ways into arcs: what may be driven, which way, and how fast (wiki.openstreetmap.org, Key:highway, Key:oneway,
Key:access).

Ways share nodes where they meet, so every stretch between two nodes of a way is an arc, each way unless it is one way; what is
no junction stays as a node, since a vehicle may be there. Imports `mapping`, `raw`, `speeds` and `files`.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from incidents.quantities import Place, distance_m
from incidents.refusals import DocumentRefused, Flaw
from incidents.road_file import MOST_ARCS, MOST_NODES
from simulation.roads.files import bytes_of
from simulation.roads.mapping import OpenStreetMap
from simulation.roads.raw import Raw
from simulation.roads.speeds import signed_kmh

OVERPASS = 'what the Overpass API answers with [out:json]: {"elements": [nodes and ways]}'
MOST_BYTES = 60_000_000
"""The most JSON that is parsed; in memory it takes several times as much."""
_ONE_WAY, _BACKWARDS, _BOTH_WAYS = ("yes", "true", "1"), ("-1", "reverse"), ("no", "false", "0")
_ROUND = ("roundabout", "circular")


class _Arcs:
    """Arcs as they are found, between the nodes that some way uses."""

    def __init__(self) -> None:
        self.index: dict[int, int] = {}
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.lights_s: list[float] = []
        self.normal_s: list[float] = []

    def add(self, start: int, end: int, lights_s: float, normal_s: float) -> None:
        self.starts.append(self.index.setdefault(start, len(self.index)))
        self.ends.append(self.index.setdefault(end, len(self.index)))
        self.lights_s.append(lights_s)
        self.normal_s.append(normal_s)


def raw_osm(osm: OpenStreetMap, folder: Path) -> Raw:
    """Read an extract, which lies in `folder`; what cannot be driven is left out and counted."""
    path = folder / osm.file
    places, ways = _elements(path)
    arcs, left_out = _Arcs(), Counter[str]()
    for nodes, tags in ways:
        why = _kept_out(tags, osm)
        if why is None:
            _add_way(nodes, tags, osm, places, arcs, left_out)
        else:
            left_out[f"ways {why}"] += 1
        if len(arcs.starts) > MOST_ARCS:
            raise DocumentRefused([Flaw(str(path), "has too many arcs", f"at most {MOST_ARCS:,}")])
    used = [places[node] for node in arcs.index]
    return Raw(
        np.array([place.latitude for place in used]), np.array([place.longitude for place in used]),
        np.ones(len(used), dtype=np.bool_), np.array(arcs.starts, dtype=np.int64),
        np.array(arcs.ends, dtype=np.int64), np.array(arcs.lights_s), np.array(arcs.normal_s),
        dict(sorted(left_out.items())),
    )  # fmt: skip


def directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether a way may be driven in the order of its nodes, and against it.

    A roundabout, a motorway and a slip road of one are one way unless they say otherwise. Ways that change direction with
    the hour (`reversible`, `alternating`) cannot be counted on, and are driven neither way.
    """
    said = tags.get("oneway", "")
    if said in _BACKWARDS:
        return False, True
    if said in _ONE_WAY:
        return True, False
    if said in ("reversible", "alternating"):
        return False, False
    is_implied = tags.get("junction") in _ROUND or tags.get("highway") in ("motorway", "motorway_link")
    return True, not is_implied or said in _BOTH_WAYS


def _kept_out(tags: Mapping[str, str], osm: OpenStreetMap) -> str | None:
    """Say why a way is not part of the network; None: it is."""
    if tags.get("highway") not in osm.classes:
        return "of a class that is not listed"
    if tags.get("area") == "yes":
        return "that are areas"
    said = next((tags[tag] for tag in osm.access_tags if tag in tags), None)
    if said in osm.refused:
        return "closed to vehicles"
    if directions(tags) == (False, False):
        return "that change direction with the hour"
    return None


def _add_way(
    nodes: Sequence[int], tags: Mapping[str, str], osm: OpenStreetMap, places: Mapping[int, Place], arcs: _Arcs,
    left_out: Counter[str],
) -> None:  # fmt: skip
    road = osm.classes[tags["highway"]]
    signed = signed_kmh(tags["maxspeed"], osm.implicit_kmh) if "maxspeed" in tags else None
    mps = (road.unsigned_kmh if signed is None else signed) / 3.6
    ahead, back = directions(tags)
    for one, other in pairwise(nodes):
        if one not in places or other not in places:
            left_out["stretches with a node that the extract does not hold"] += 1
            continue
        metres = distance_m(places[one], places[other])
        times = metres / (mps * road.lights), metres / (mps * road.without_lights)
        if ahead:
            arcs.add(one, other, *times)
        if back:
            arcs.add(other, one, *times)


def _elements(path: Path) -> tuple[dict[int, Place], list[tuple[list[int], dict[str, str]]]]:
    name = str(path)
    try:
        found = json.loads(bytes_of(path, most=MOST_BYTES))
        elements = found["elements"]
        places = {each["id"]: _place(each) for each in elements if each["type"] == "node"}
        ways = [_way(each) for each in elements if each["type"] == "way"]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise DocumentRefused([Flaw(name, f"is no extract: {type(error).__name__}: {error}"[:300], OVERPASS)]) from None
    if len(places) > MOST_NODES:
        raise DocumentRefused([Flaw(name, f"{len(places):,} nodes", f"at most {MOST_NODES:,}")])
    return places, ways


def _place(element: Mapping[str, Any]) -> Place:
    latitude, longitude = float(element["lat"]), float(element["lon"])
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or math.isnan(longitude):
        raise ValueError(f"node {element['id']} lies at {latitude}, {longitude}")
    return Place(latitude, longitude)


def _way(element: Mapping[str, Any]) -> tuple[list[int], dict[str, str]]:
    nodes, tags = element.get("nodes", []), element.get("tags", {})
    if not all(isinstance(node, int) for node in nodes) or not all(isinstance(each, str) for each in tags.values()):
        raise ValueError(f"way {element['id']} has nodes or tags of another kind")
    return nodes, tags
