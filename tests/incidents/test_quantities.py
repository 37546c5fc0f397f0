"""Instants and places: exact where they promise to be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.quantities import EARTH_RADIUS_M, Place, between, distance_m, ms
from tests.builders import spot


@pytest.mark.parametrize(("seconds", "milliseconds"), [(0, 0), (1, 1000), (0.0004, 0), (0.0006, 1), (1.2345, 1234)])
def test_seconds_become_the_nearest_whole_milliseconds(seconds: float, milliseconds: int) -> None:
    """Documents speak of seconds; a truncated one would make every duration short."""
    assert ms(seconds) == milliseconds


def test_from_the_pole_to_the_equator_is_a_quarter_of_the_circumference() -> None:
    """The one distance on a sphere that everybody knows."""
    assert distance_m(Place(90, 0), Place(0, 17)) == pytest.approx(math.pi * EARTH_RADIUS_M / 2)


def test_antipodes_have_a_distance() -> None:
    """Rounding pushes the chord beyond 1 there, where the arc sine has no value."""
    assert distance_m(Place(0, 0), Place(0, 180)) == pytest.approx(math.pi * EARTH_RADIUS_M)


@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(-80, 80), st.floats(-179, 179))
def test_a_distance_is_the_same_both_ways(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> None:
    """Otherwise who is nearest would depend on who is asked."""
    a, b = Place(lat_a, lon_a), Place(lat_b, lon_b)
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)


@pytest.mark.parametrize(("share", "seconds"), [(-1, 100), (0, 100), (0.25, 150), (1, 300), (7, 300)])
def test_a_trip_stays_between_its_ends(share: float, seconds: float) -> None:
    """A late crew waits at its destination in our reckoning; it does not drive through it."""
    here = between(spot(100), spot(300), share)
    assert here.longitude == pytest.approx(spot(seconds).longitude)


def test_the_zone_is_not_guessed_on_the_way() -> None:
    """A place half way that claimed its origin's zone would be looked up as if it were still there."""
    assert between(Place(0, 0, "west"), Place(0, 1, "east"), 0.5).zone is None
