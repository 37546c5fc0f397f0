"""A network before it is checked, and how it becomes one of ours, with what was left out on the way.

Only the largest strongly connected part is kept: from anywhere in it one can drive anywhere in it. Imports `incidents.roads` and
`incidents.road_file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from incidents.refusals import DocumentRefused, Flaw
from incidents.road_file import LONGEST_ARC_MS, MOST_ARCS, MOST_NODES, flaws_of
from incidents.roads import RoadNetwork, least_of_parallels
from simulation.roads.mapping import RoadMapping

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Raw:
    """Nodes with their coordinates and arcs by the index of their ends; seconds with and without lights."""

    latitudes: Floats
    longitudes: Floats
    may_join: NDArray[np.bool_]
    starts: Wholes
    ends: Wholes
    lights_s: Floats
    normal_s: Floats
    left_out: Mapping[str, int] = field(default_factory=dict)
    """What the source held that is no part of it, in words, with how many there were."""


@dataclass(frozen=True, slots=True)
class Built:
    """A network, and what was left out of it, in words, with how many there were."""

    network: RoadNetwork
    left_out: Mapping[str, int]


def built(raw: Raw, mapping: RoadMapping, where: str) -> Built:
    """Keep the largest strongly connected part; refuse where it holds less than the share that the mapping asks for."""
    count = len(raw.latitudes)
    if not count or not len(raw.starts):
        raise DocumentRefused([Flaw(where, f"{count:,} nodes and {len(raw.starts):,} arcs", "a network")])
    if count > MOST_NODES or len(raw.starts) > MOST_ARCS:
        what = f"{count:,} nodes and {len(raw.starts):,} arcs"
        raise DocumentRefused([Flaw(where, what, f"at most {MOST_NODES:,} nodes and {MOST_ARCS:,} arcs")])
    kept = _largest_part(raw)
    share = float(kept.mean())
    if share < mapping.largest_share:
        what = f"the largest part in which one can drive from anywhere to anywhere holds {share:.1%} of the nodes"
        accepted = f"at least {mapping.largest_share:.1%}, or another largest_share"
        raise DocumentRefused([Flaw(where, what, accepted)])
    number = np.cumsum(kept) - 1
    inside = kept[raw.starts] & kept[raw.ends]
    arcs = [number[each[inside]].astype(np.int32) for each in (raw.starts, raw.ends)]
    times = [_whole_ms(each[inside]) for each in (raw.lights_s, raw.normal_s)]
    starts, ends, lights_ms, normal_ms = least_of_parallels(*arcs, *times)
    nodes = raw.latitudes[kept], raw.longitudes[kept], raw.may_join[kept]
    texts = mapping.roads, mapping.licence, mapping.attribution, mapping.source
    network = RoadNetwork(*texts, *nodes, starts, ends, lights_ms, normal_ms)
    found = flaws_of(network)
    if found:
        raise DocumentRefused([Flaw(f"{where}: {name}", what, accepted) for name, what, accepted in found])
    parallel = int(inside.sum()) - len(starts)
    more = {
        "nodes outside the largest part": int(count - kept.sum()),
        "arcs outside the largest part": int((~inside).sum()),
        "loops and slower arcs beside quicker ones": parallel,
    }
    return Built(network, dict(raw.left_out) | {what: count for what, count in more.items() if count})


def _largest_part(raw: Raw) -> NDArray[np.bool_]:
    size = (len(raw.latitudes), len(raw.latitudes))
    graph = csr_array((np.ones(len(raw.starts)), (raw.starts, raw.ends)), shape=size)
    _, part_of = connected_components(graph, directed=True, connection="strong")
    # Of parts of one size the one with the lowest node counts, in every run.
    sizes = np.bincount(part_of)
    largest = sizes[part_of] == sizes.max()
    return np.asarray(part_of == part_of[int(np.argmax(largest))])


def _whole_ms(seconds: Floats) -> NDArray[np.int32]:
    whole: NDArray[np.int32] = np.clip(np.rint(seconds * 1000), 1, LONGEST_ARC_MS).astype(np.int32)
    return whole
