"""Where crews really are: along the road that they drive, at every share of the time that it takes them."""

from __future__ import annotations

import pytest

from incidents.quantities import ms
from incidents.road_times import RoadTimes
from incidents.travel import travel_times
from simulation.trips import Return, driving_ms
from tests.builders import START, a_centre, spot
from tests.road_builders import SQUARE, metres

ROADS = RoadTimes(SQUARE, off_road_mps=2, snap_limit_m=500)


def test_a_crew_with_bad_luck_is_on_the_same_road_later() -> None:
    """Three sides of the square take twice as long: after 280 of 600 s it is where others are after 140 of 300."""
    drive = driving_ms(ROADS, metres(0, 1000), metres(0, 0), True, 2.0)
    assert drive == ms(600)
    assert drive.position(ms(280)) == driving_ms(ROADS, metres(0, 1000), metres(0, 0), True, 1.0).position(ms(140))


def test_a_free_crew_drives_home_by_road() -> None:
    """From corner 1 to its base at 0 without lights: 600 s, of which after 400 s the corners 2 and 3 are behind it."""
    way = Return(metres(0, 1000), metres(0, 0), START, driving_ms(ROADS, metres(0, 1000), metres(0, 0), False, 1.0))
    assert way.position(START + ms(410)).latitude == pytest.approx(metres(1000, 0).latitude)
    assert way.position(START + ms(600)) == metres(0, 0)


def test_without_roads_a_crew_is_on_the_straight_line() -> None:
    """A quarter of the time is a quarter of the way."""
    travel = travel_times(a_centre({"E1": ("engine", 0)}))
    assert driving_ms(travel, spot(0), spot(100), True, 1.0).position(ms(25)) == spot(25)


def test_without_a_place_a_drive_takes_no_time() -> None:
    """Remote work."""
    drive = driving_ms(ROADS, None, metres(0, 0), True, 1.0)
    assert (drive, drive.position(0)) == (0, None)
