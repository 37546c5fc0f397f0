"""`muster roads build`: a mapping and the files that it names into a network. Imports `tables`, `osm` and `raw`."""

from __future__ import annotations

import os
from pathlib import Path

from incidents.read import read_document
from incidents.road_file import as_bytes
from simulation.roads.mapping import RoadMapping
from simulation.roads.osm import raw_osm
from simulation.roads.raw import Built, built
from simulation.roads.tables import raw_tables


def build(mapping_file: Path, data: Path) -> Built:
    """Build the network of a mapping; the files that it names lie in `data`."""
    mapping = read_document(mapping_file, RoadMapping, RoadMapping.flaws)
    if mapping.osm is not None:
        return built(raw_osm(mapping.osm, data), mapping, str(data / mapping.osm.file))
    assert mapping.tables is not None, "a mapping says either tables or osm"
    return built(raw_tables(mapping.tables, data), mapping, str(data / mapping.tables.arcs.file))


def write_roads(found: Built, file: Path) -> None:
    """Write a network's file, whole or not at all."""
    put(file, as_bytes(found.network))


def put(file: Path, data: bytes) -> None:
    """Write bytes under a name of their own beside the file, then put them in its place at once."""
    beside = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
