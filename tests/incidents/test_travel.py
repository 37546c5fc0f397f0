"""Planned travel times: hand-computed on the street, and the same with and without the memory."""

from __future__ import annotations

import pytest

from incidents.centre import DistanceCurve, NoTravel, StraightLine, Travel
from incidents.quantities import Place
from incidents.travel import OnDistance, travel_times
from tests.builders import a_centre, spot


def seconds(travel: Travel, metres: float, *, lights: bool = True) -> float:
    """Planned seconds for so many metres along the street."""
    centre = a_centre({"E1": ("engine", 0)}, travel=travel.model_dump())
    return travel_times(centre).travel_s(spot(0), spot(metres / 100), lights=lights)


def test_remote_work_takes_no_travel() -> None:
    """A bank's call centre and a fire service share one core."""
    assert seconds(NoTravel(kind="none"), 10_000) == 0


def test_a_straight_line_is_longer_by_its_detour() -> None:
    """1,000 m with detour 1.5 at 10 m/s are 150 s."""
    assert seconds(StraightLine(kind="straight_line", speed_mps=10, detour=1.5), 1000) == pytest.approx(150)


def test_a_distance_curve_is_its_formula() -> None:
    """20 s and 2 * sqrt(2,500 m) are 120 s."""
    assert seconds(DistanceCurve(kind="distance_curve", fixed_s=20, scale=2, power=0.5), 2500) == pytest.approx(120)


def test_a_trip_without_lights_takes_longer() -> None:
    """Lights and sirens are a property of the priority, so the planner must see what they buy."""
    curve = DistanceCurve(kind="distance_curve", fixed_s=20, scale=2, power=0.5, without_lights=1.5)
    assert seconds(curve, 2500, lights=False) == pytest.approx(180)


def test_places_in_zones_get_the_same_answer_again_and_from_anew() -> None:
    """The memory is a cache and nothing else."""
    curve = DistanceCurve(kind="distance_curve", fixed_s=0, scale=0.01, power=1, without_lights=2)
    here, there = Place(0, 0, "west"), Place(0, 1, "east")
    remembering = OnDistance(curve)
    answers = [remembering.travel_s(here, there, lights=lights) for lights in (True, False, True, False)]
    assert answers == [OnDistance(curve).travel_s(here, there, lights=lights) for lights in (True, False, True, False)]


def test_two_stations_of_one_zone_are_two_places() -> None:
    """A memory by zone name alone would give one of them the other's travel time."""
    travel = OnDistance(DistanceCurve(kind="distance_curve", fixed_s=0, scale=1, power=1))
    near, far, goal = Place(0, 0.001, "west"), Place(0, 0.002, "west"), Place(0, 0, "west")
    assert travel.travel_s(far, goal, lights=True) == pytest.approx(2 * travel.travel_s(near, goal, lights=True))
