"""Nodes and arcs from tables: Auckland's own check file, and every flaw of a table with its line."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from incidents.quantities import Place, coordinates
from incidents.read import read_document
from incidents.refusals import DocumentRefused
from simulation.roads.build import build
from simulation.roads.files import bytes_of
from simulation.roads.mapping import RoadMapping
from simulation.roads.raw import Built
from simulation.roads.tables import raw_tables
from simulation.scenario_files import scenarios_root

MAPPING = """
roads: t
licence: none
attribution: nobody
source: made up
assumptions: all
largest_share: 0
tables:
  nodes: {file: nodes.csv, id: id, latitude: lat, longitude: lon, may_join: join}
  arcs: {file: arcs.csv.gz, start: a, end: b, lights_s: s, without_lights: 2}
"""
NODES = "id,lat,lon,join\nx,0,0,1\ny,0,0.001,0\n"
ARCS = "a,b,s\nx,y,1.5\ny,x,0\nx,y,1.25\n"


def built_of(folder: Path, nodes: str = NODES, arcs: str = ARCS) -> Built:
    """Build from two small tables, of which the second is packed."""
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (folder / "nodes.csv").write_text(nodes, encoding="utf-8")
    (folder / "arcs.csv.gz").write_bytes(gzip.compress(arcs.encode()))
    return build(folder / "mapping.yaml", folder)


def test_tables_become_a_network(tmp_path: Path) -> None:
    """The quicker of two arcs counts, and an arc that takes no time takes the least there is."""
    found = built_of(tmp_path)
    network = found.network
    assert (network.lights_ms.tolist(), network.normal_ms.tolist()) == ([1250, 1], [2500, 1])
    assert network.may_join.tolist() == [True, False]
    assert found.left_out == {"loops and slower arcs beside quicker ones": 1}


@pytest.mark.parametrize(
    ("nodes", "arcs", "words"),
    [
        (NODES + "y,0,0,1\n", ARCS, r"nodes\.csv:4: node 'y' is there twice"),
        (NODES + "z,nan,0,1\n", ARCS, r"nodes\.csv:4: 'nan', '0' is no place"),
        (NODES + "z,95,0,1\n", ARCS, r"nodes\.csv:4: '95', '0' is no place"),
        (NODES + "z,0,0,maybe\n", ARCS, r"nodes\.csv:4: 'maybe' in `join`"),
        (NODES + "z,0\n", ARCS, r"nodes\.csv:4: 2 fields"),
        (NODES, ARCS + "x,z,1\n", r"arcs\.csv\.gz:5: unknown node 'z'"),
        (NODES, ARCS + "x,y,-1\n", r"arcs\.csv\.gz:5: '-1' are no seconds"),
        (NODES, ARCS + "x,y,inf\n", r"arcs\.csv\.gz:5: 'inf' are no seconds"),
        (NODES, "a,b\nx,y\n", r"arcs\.csv\.gz:1: no column 's'"),
        (NODES, "a,b,s\n", "2 nodes and 0 arcs"),
        ("", ARCS, r"nodes\.csv:1: no column 'id'"),
    ],
)
def test_a_flawed_table_is_refused_with_its_line(tmp_path: Path, nodes: str, arcs: str, words: str) -> None:
    """Whoever has a table of a hundred thousand lines needs to know which."""
    with pytest.raises(DocumentRefused, match=words):
        built_of(tmp_path, nodes, arcs)


def test_a_file_that_is_missing_or_cut_off_is_refused(tmp_path: Path) -> None:
    """Half a gzip file is not a small network."""
    built_of(tmp_path)
    packed = tmp_path / "arcs.csv.gz"
    packed.write_bytes(packed.read_bytes()[:20])
    with pytest.raises(DocumentRefused, match=r"arcs\.csv\.gz: cannot be read"):
        build(tmp_path / "mapping.yaml", tmp_path)
    packed.unlink()
    with pytest.raises(DocumentRefused, match="there is no such file"):
        build(tmp_path / "mapping.yaml", tmp_path)


def test_a_mapping_says_tables_or_osm_and_not_both(tmp_path: Path) -> None:
    """With neither there is nothing to build from."""
    (tmp_path / "mapping.yaml").write_text(MAPPING.partition("tables:")[0], encoding="utf-8")
    with pytest.raises(DocumentRefused, match="say either `tables` or `osm`"):
        build(tmp_path / "mapping.yaml", tmp_path)


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    """Two hundred kilobytes of gzip may be two hundred megabytes of zeros."""
    (tmp_path / "zeros.gz").write_bytes(gzip.compress(bytes(2_000_000)))
    with pytest.raises(DocumentRefused, match=r"too large.*at most 1,000,000 bytes"):
        bytes_of(tmp_path / "zeros.gz", most=1_000_000)


def places(path: Path) -> list[Place]:
    """The places in one of Auckland's tables."""
    with path.open(encoding="utf-8") as file:
        return [Place(float(row["y"]), float(row["x"])) for row in csv.DictReader(file)]


def test_aucklands_shortest_ways_are_those_that_came_with_the_data(data_folder: Path) -> None:
    """56 ways from stations to hospitals, worked out by somebody else and rounded to a tenth of a second."""
    folder = data_folder / "auckland_jemss"
    network = build(scenarios_root() / "roads" / "auckland.yaml", folder).network
    stations, hospitals = (
        network.snap(coordinates(places(folder / f"{name}.csv"))) for name in ("stations", "hospitals")
    )
    with (folder / "station_to_hospital_lights_s.csv").open(encoding="utf-8") as file:
        rows = [[float(row[f"hospital_{which}"]) for which in range(1, 5)] for row in csv.DictReader(file)]
    for which, goal in enumerate(hospitals.nodes):
        found_s = network.times_to_ms(int(goal), lights=True)[stations.nodes] / 1000
        assert found_s.tolist() == pytest.approx([row[which] for row in rows], abs=0.051)


def test_the_published_mappings_are_sound() -> None:
    """They are what a reader starts from."""
    for path in sorted((scenarios_root() / "roads").glob("*.yaml")):
        mapping = read_document(path, RoadMapping, RoadMapping.flaws)
        assert "OpenStreetMap" in mapping.attribution
        if mapping.tables is not None:
            with pytest.raises(DocumentRefused, match="no such file"):
                raw_tables(mapping.tables, path.parent)
