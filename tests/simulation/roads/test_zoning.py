"""Zones of demand, and travel fitted to roads: by hand on a street, and the published scenario against its own network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from incidents.centre import DistanceCurve, StraightLine, ZoneMatrix
from incidents.quantities import Place, distance_m
from incidents.refusals import DocumentRefused
from simulation.roads.build import build
from simulation.roads.matrices import matrix_ms
from simulation.roads.zoning import (
    Cells,
    Snapping,
    errors,
    fit_curve,
    fit_line,
    read_cells,
    read_facilities,
    zones_of,
    zoning,
    zoning_files,
)
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder, scenarios_root
from tests.builders import a_centre
from tests.road_builders import a_network, metres


def cells_at(*spots: tuple[float, float, float]) -> Cells:
    """Cells at (metres north, metres east) with shares that sum to 1."""
    return Cells(tuple(metres(north, east) for north, east, _ in spots), np.array([share for _, _, share in spots]))


def test_squares_with_little_demand_join_their_neighbours() -> None:
    """Two squares of a kilometre, and a lonely cell with a twentieth that is nearer to the second."""
    cells = cells_at((100, 100, 0.3), (100, 300, 0.3), (100, 1500, 0.35), (100, 2600, 0.05))
    large, small = zones_of(cells, side_m=1000, least_share=0.1)
    assert (large.name, small.name) == ("Z01", "Z02")
    assert [large.share, small.share] == pytest.approx([0.6, 0.4])
    assert distance_m(large.centre, metres(100, 200)) < 2
    assert large.spread_m == pytest.approx(100 / 2**0.5, abs=1)
    assert distance_m(small.centre, metres(100, (1500 * 0.35 + 2600 * 0.05) / 0.4)) < 2


def test_too_large_a_least_share_is_refused() -> None:
    """Nothing would be left, and the refusal says how much the largest square holds."""
    with pytest.raises(DocumentRefused, match=r"at most 0\.6000"):
        zones_of(cells_at((0, 0, 0.6), (5000, 0, 0.4)), side_m=1000, least_share=0.7)


DISTANCES = np.array([[500.0, 1500.0, 4000.0, 9000.0]])
SHARES = np.array([0.25, 0.25, 0.25, 0.25])


def test_a_curve_finds_itself_again() -> None:
    """Seconds that a curve makes are fitted by that curve."""
    curve = fit_curve(DISTANCES, 20 + 0.5 * DISTANCES**0.8, SHARES, without_lights=1.4)
    assert curve.fixed_s == pytest.approx(20, abs=1)
    assert curve.scale == pytest.approx(0.5, rel=0.05)
    assert curve.power == pytest.approx(0.8, abs=0.01)


def test_a_line_makes_as_much_demand_late_as_early() -> None:
    """13 m/s at the factory's detour of 1.3 are 10 m of beeline a second; one of three is slow and does not matter."""
    line = fit_line(DISTANCES[:, :3], DISTANCES[:, :3] / [[10, 10, 2]], np.full(3, 1 / 3))
    assert line == StraightLine(kind="straight_line", speed_mps=13, detour=1.3)


def test_errors_are_shares_of_the_time_by_road() -> None:
    """Half of demand is planned a tenth too long, half a fifth too short; of one cell another station is nearest."""
    by_road = np.array([[100.0, 100.0], [200.0, 110.0]])
    found = errors(np.array([[110.0, 80.0], [220.0, 88 - 9]]), by_road, np.array([0.5, 0.5]))
    assert found.nearest == 0.5
    assert errors(by_road, by_road, np.array([0.5, 0.5])) == type(found)(0, 0, 0, 1)
    one = errors(np.array([[110.0, 80.0]]), by_road[:1], np.array([0.5, 0.5]))
    assert [one.bias, one.mean, one.p90] == pytest.approx([-0.05, 0.15, 0.2])


def test_a_street_becomes_zones_and_a_table() -> None:
    """Eleven corners a kilometre apart, 100 s each way; demand at both ends, a station at one, a hospital at the other."""
    ends = [(at, at + 1, 100_000) for at in range(10)]
    network = a_network([(0, 1000 * at) for at in range(11)], ends + [(other, one, ms) for one, other, ms in ends])
    cells = cells_at((0, 0, 0.5), (0, 1000, 0.1), (0, 10_000, 0.4))
    found = zoning(
        network, a_centre({"A1": ("ambulance", 0)}), cells,
        Snapping(side_m=3000, least_share=0.1, off_road_mps=10, snap_limit_m=500), facilities=[metres(0, 10_000)],
    )  # fmt: skip
    assert [zone.share for zone in found.zones] == [pytest.approx(0.6), pytest.approx(0.4)]
    assert found.seconds.tolist() == [[0, 1000], [1000, 0]]
    assert found.curve.without_lights == 2
    assert (found.to_facility_s[0], found.to_facility_s[-1]) == (0, 2000)
    assert found.errors["table with curve"].mean < 0.25
    files = zoning_files(found)
    assert files["travel.csv"].splitlines()[2] == "Z01,Z02,1000.0"
    assert "Z01: 0.6" in files["zones.yaml"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lon,lat\n1,2\n", "the columns lon, lat, weight"),
        ("lon,lat,weight\n1,x,2\n", r"cells\.csv:2: is no row"),
        ("lon,lat,weight\n1,95,2\n", r"cells\.csv:2: is no row"),
        ("lon,lat,weight\n1,2,-2\n", "holds no demand"),
        ("lon,lat,weight\n1,2,0\n", "holds no demand"),
        ("lon,lat,weight\n1,2,inf\n", "holds no demand"),
        ("lon,lat,weight\n", "has no rows"),
    ],
)
def test_demand_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """With the line, and what would be accepted."""
    (tmp_path / "cells.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DocumentRefused, match=words):
        read_cells(tmp_path / "cells.csv")


def test_facilities_are_read_by_their_columns(tmp_path: Path) -> None:
    """Longitude first, as the tables of the model have it."""
    (tmp_path / "hospitals.csv").write_text("index,x,y\n1,174.5,-36.5\n", encoding="utf-8")
    assert read_facilities(tmp_path / "hospitals.csv") == (Place(-36.5, 174.5),)


def test_aucklands_table_is_what_its_roads_say(data_folder: Path) -> None:
    """The published scenario carries a table that anybody with the data can make again, to the tenth of a second."""
    network = build(scenarios_root() / "roads" / "auckland.yaml", data_folder / "auckland_jemss").network
    centre = Scenario.read(scenario_folder("auckland")).centre
    table = centre.travel
    assert isinstance(table, ZoneMatrix)
    assert isinstance(table.local, DistanceCurve)
    places = [centre.zone(name) for name in table.zones]
    assert np.array(table.lights_s) == pytest.approx(matrix_ms(network, places, places, lights=True) / 1000, abs=0.051)
