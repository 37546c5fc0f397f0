"""`muster roads`: from tables to a network, a matrix and zones that a centre can be played with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.command_line import app
from incidents.read import read_centre, read_roads
from incidents.refusals import Refusal
from tests.builders import METRES_PER_DEGREE, a_centre

MAPPING = """
roads: street
licence: none
attribution: nobody in particular
source: made up
assumptions: all
tables:
  nodes: {file: nodes.csv, id: id, latitude: lat, longitude: lon}
  arcs: {file: arcs.csv, start: a, end: b, lights_s: s, without_lights: 1.5}
"""


def muster(*words: str) -> str:
    """What a command prints; it must succeed."""
    ran = CliRunner().invoke(app, ["roads", *words], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A folder with a street of six corners a kilometre apart as tables, built."""
    degrees = [at * 1000 / METRES_PER_DEGREE for at in range(6)]
    nodes = [f"{at},0,{degree}" for at, degree in enumerate(degrees)]
    arcs = [f"{one},{other},100" for at in range(5) for one, other in ((at, at + 1), (at + 1, at))]
    (tmp_path / "nodes.csv").write_text("\n".join(["id,lat,lon", *nodes, ""]), encoding="utf-8")
    (tmp_path / "arcs.csv").write_text("\n".join(["a,b,s", *arcs, ""]), encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    built = muster(
        "build", str(tmp_path / "mapping.yaml"), "--data", str(tmp_path), "--out", str(tmp_path / "street.npz")
    )
    assert "nobody in particular" in built
    return tmp_path


def test_what_is_built_is_shown_with_the_same_hash(street: Path) -> None:
    """The hash is what a centre has to name."""
    shown = muster("show", str(street / "street.npz"))
    assert read_roads(street / "street.npz").hash in shown
    assert "6 nodes, 10 one-way arcs" in shown


def a_town(street: Path, **travel: object) -> Path:
    """A centre's file with two zones, at both ends of the street."""
    points = {
        "west": {"latitude": 0.0, "longitude": 0.0},
        "east": {"latitude": 0.0, "longitude": 5000 / METRES_PER_DEGREE},
    }
    named = travel or {"kind": "straight_line", "speed_mps": 10}
    plain = a_centre({"A1": ("ambulance", 0)}, zones=points).model_dump(mode="json", exclude_defaults=True)
    (street / "centre.yaml").write_text(json.dumps(plain | {"travel": named}), encoding="utf-8")
    return street / "centre.yaml"


def test_a_matrix_becomes_a_centres_table(street: Path) -> None:
    """What the command writes is what a centre reads."""
    cache, out = street / "cache", street / "travel.csv"
    options = ["--centre", str(a_town(street)), "--out", str(out), "--cache", str(cache)]
    assert "2 zones, 4 pairs" in muster("matrix", str(street / "street.npz"), *options)
    assert len(list(cache.glob("*/*.matrix"))) == 1
    centre = read_centre(a_town(street, kind="zone_matrix", file="travel.csv"))
    assert centre.travel.model_dump()["lights_s"] == ((0, 500), (500, 0))


def test_zones_are_made_of_demand(street: Path) -> None:
    """Two files, and how far each way of planning is off."""
    (street / "demand.csv").write_text("lon,lat,weight\n0,0,3\n0.04,0,1\n", encoding="utf-8")
    options = ["--centre", str(a_town(street)), "--demand", str(street / "demand.csv"), "--out", str(street / "zones")]
    said = muster("zones", str(street / "street.npz"), *options, "--limit", "600")
    assert "2 zones in" in said
    assert "table with curve" in said
    assert sorted(each.name for each in (street / "zones").iterdir()) == ["travel.csv", "zones.yaml"]


def test_a_network_that_cannot_be_written_is_refused(street: Path) -> None:
    """And half of one is never left behind."""
    with pytest.raises(Refusal, match="cannot be written"):
        muster("build", str(street / "mapping.yaml"), "--data", str(street), "--out", str(street / "nowhere" / "x.npz"))


def test_a_mapping_is_checked_like_any_other_document(street: Path) -> None:
    """A misspelt key is found before anything is built."""
    assert CliRunner().invoke(app, ["check", str(street / "mapping.yaml")]).exit_code == 0
    flawed = (street / "mapping.yaml").read_text(encoding="utf-8").replace("licence:", "license:")
    (street / "flawed.yaml").write_text(flawed, encoding="utf-8")
    ran = CliRunner().invoke(app, ["check", str(street / "flawed.yaml")])
    assert ran.exit_code == 1
    assert "unknown key 'license', did you mean 'licence'?" in ran.output
