"""OpenStreetMap's ways: which may be driven, which way, how fast; by hand on a street of a kilometre."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from incidents.refusals import DocumentRefused
from incidents.roads import RoadNetwork
from simulation.roads.build import build
from simulation.roads.osm import directions
from simulation.roads.raw import Built
from simulation.scenario_files import scenarios_root
from tests.builders import METRES_PER_DEGREE

CLASSES = {
    "residential": {"unsigned_kmh": 36, "lights": 2, "without_lights": 1},
    "motorway": {"unsigned_kmh": 72, "lights": 1, "without_lights": 1},
}


def way(nodes: list[int], **tags: str) -> dict[str, Any]:
    """A way through nodes, residential unless it says otherwise."""
    return {"type": "way", "id": nodes[0], "nodes": nodes, "tags": {"highway": "residential"} | tags}


def built_of(folder: Path, *ways: Mapping[str, Any], nodes: int = 4, share: float = 0, packed: bool = False) -> Built:
    """Build from ways through nodes 1, 2, ... that lie a kilometre apart on the equator."""
    places = [{"type": "node", "id": at + 1, "lat": 0.0, "lon": at * 1000 / METRES_PER_DEGREE} for at in range(nodes)]
    text = json.dumps({"elements": [*places, *ways]}).encode()
    (folder / "extract.json").write_bytes(text)
    (folder / "extract.json.gz").write_bytes(gzip.compress(text))
    return built_text(folder, "extract.json.gz" if packed else "extract.json", share)


def built_text(folder: Path, file: str, share: float = 0) -> Built:
    """Build from a file of that name in the folder."""
    mapping = {
        "roads": "street", "licence": "none", "attribution": "nobody", "source": "made up", "assumptions": "all",
        "largest_share": share, "osm": {"file": file, "classes": CLASSES, "implicit_kmh": {"SE:urban": 50}},
    }  # fmt: skip
    (folder / "mapping.yaml").write_text(json.dumps(mapping), encoding="utf-8")
    return build(folder / "mapping.yaml", folder)


def arcs(network: RoadNetwork) -> dict[tuple[int, int], tuple[float, float]]:
    """Seconds with and without lights by the kilometres along the street that an arc leads from and to."""
    spots = [round(longitude * METRES_PER_DEGREE / 1000) for longitude in network.longitudes]
    ends = zip(network.starts.tolist(), network.ends.tolist(), strict=True)
    times = zip(network.lights_ms.tolist(), network.normal_ms.tolist(), strict=True)
    return {
        (spots[one], spots[other]): (lights / 1000, normal / 1000)
        for (one, other), (lights, normal) in zip(ends, times, strict=True)
    }


def test_a_street_leads_both_ways_at_the_speeds_of_its_class(tmp_path: Path) -> None:
    """36 km/h are 10 m/s: 100 s a kilometre, and half of it with lights."""
    found = arcs(built_of(tmp_path, way([1, 2])).network)
    assert found == {(0, 1): (50, 100), (1, 0): (50, 100)}


def test_ways_meet_at_the_nodes_that_they_share(tmp_path: Path) -> None:
    """One way from 1 by 2 to 3 and one from 2 to 4 are joined at 2, in the middle of the first."""
    found = built_of(tmp_path, way([1, 2, 3]), way([2, 4])).network
    assert sorted(arcs(found)) == [(0, 1), (1, 0), (1, 2), (1, 3), (2, 1), (3, 1)]
    assert found.is_connected


def test_a_sign_goes_before_the_class(tmp_path: Path) -> None:
    """18 km/h are half the class's 36, so everything takes twice as long."""
    assert arcs(built_of(tmp_path, way([1, 2], maxspeed="18")).network)[0, 1] == (100, 200)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "no"}, (True, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "roundabout", "oneway": "no"}, (True, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway_link", "oneway": "no"}, (True, True)),
        ({"oneway": "reversible"}, (False, False)),
    ],
)
def test_a_way_is_driven_the_way_it_says(tags: dict[str, str], expected: tuple[bool, bool]) -> None:
    """The values of `oneway` that the wiki lists, and what implies one."""
    assert directions(tags) == expected


def test_only_what_one_can_drive_back_from_is_kept_and_the_rest_is_counted(tmp_path: Path) -> None:
    """A one-way street out of the network leads to where nobody comes back from."""
    found = built_of(tmp_path, way([1, 2, 3]), way([3, 4], oneway="yes"))
    assert sorted(arcs(found.network)) == [(0, 1), (1, 0), (1, 2), (2, 1)]
    assert found.left_out == {"nodes outside the largest part": 1, "arcs outside the largest part": 1}


def test_a_network_in_pieces_is_refused(tmp_path: Path) -> None:
    """Two streets that never meet: the larger holds half of the nodes, and nine in ten were asked for."""
    with pytest.raises(DocumentRefused, match=r"holds 50\.0% of the nodes.*at least 90\.0%"):
        built_of(tmp_path, way([1, 2]), way([3, 4]), share=0.9)


@pytest.mark.parametrize(
    ("tags", "is_open"),
    [
        ({"access": "no"}, False),
        ({"motor_vehicle": "no"}, False),
        ({"access": "no", "motor_vehicle": "yes"}, True),
        ({"access": "no", "emergency": "yes"}, True),
        ({"motorcar": "no", "access": "yes"}, False),
        ({"access": "private"}, True),
        ({"area": "yes"}, False),
        ({"highway": "footway"}, False),
        ({"oneway": "alternating"}, False),
    ],
)
def test_what_is_closed_is_left_out(tmp_path: Path, tags: dict[str, str], is_open: bool) -> None:
    """The most special word about access decides; a private road is no obstacle to an ambulance."""
    found = built_of(tmp_path, way([1, 2]), way([2, 3], **tags))
    assert ((1, 2) in arcs(found.network)) == is_open
    assert is_open or any(what.startswith("ways ") for what in found.left_out)


def test_a_node_that_the_extract_does_not_hold_is_counted(tmp_path: Path) -> None:
    """The edge of an extract cuts ways off."""
    found = built_of(tmp_path, way([1, 2, 99]))
    assert found.left_out == {"stretches with a node that the extract does not hold": 1}


def test_a_packed_extract_is_the_same_network(tmp_path: Path) -> None:
    """Extracts come gzipped."""
    plain, packed = (built_of(tmp_path, way([1, 2, 3]), packed=packed).network for packed in (False, True))
    assert plain == packed


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"elements": 3}', '{"elements": [{"type": "node", "id": 1, "lat": 91, "lon": 0}]}',
        '{"elements": [{"type": "node", "id": 1, "lat": NaN, "lon": 0}]}', "[" * 100_000,
        '{"elements": [{"type": "way", "id": 1, "nodes": ["a"], "tags": {}}]}',
        '{"elements": [{"type": "way", "id": 1, "nodes": [1, 2], "tags": {"highway": 3}}]}',
    ],
)  # fmt: skip
def test_what_is_no_extract_is_refused(tmp_path: Path, text: str) -> None:
    """With the file, what is wrong, and what would be accepted."""
    (tmp_path / "bad.json").write_text(text, encoding="utf-8")
    with pytest.raises(DocumentRefused, match=r"bad\.json: is no extract.*accepted: what the Overpass API"):
        built_text(tmp_path, "bad.json")


def test_an_extract_without_roads_is_refused(tmp_path: Path) -> None:
    """Most often the mapping's classes are misspelt."""
    with pytest.raises(DocumentRefused, match="0 nodes and 0 arcs"):
        built_of(tmp_path, way([1, 2], highway="river"))


def test_central_stockholm_becomes_a_network(data_folder: Path) -> None:
    """The whole way from an extract as it comes: every street that is kept leads back, at a speed a street can have."""
    found = build(scenarios_root() / "roads" / "stockholm.yaml", data_folder / "osm_stockholm").network
    assert found.is_connected
    assert len(found.latitudes) > 3000
    assert (found.normal_ms >= found.lights_ms).all()
    assert "OpenStreetMap" in found.attribution
