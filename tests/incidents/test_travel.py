"""Planned travel times: hand-computed on the street, and the same with and without the memory."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from incidents.centre import DistanceCurve, NoTravel, StraightLine, Travel
from incidents.quantities import Place
from incidents.travel import OnDistance, travel_times
from tests.builders import a_centre, a_desk, an_incident, at, spot


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


MONDAY = 1_700_438_400_000
"""Monday 2023-11-20, 00:00 UTC."""
HOUR_MS = 3_600_000
BUSY_AT_EIGHT = [2.0 if hour == 8 else 1.0 for hour in range(168)]


def test_travel_is_longer_in_the_hour_that_says_so() -> None:
    """Monday from eight to nine local time takes twice as long; a second before it does not, and nor does Tuesday."""
    centre = a_centre({"E1": ("engine", 0)}, travel_by_hour=BUSY_AT_EIGHT, time_zone="Europe/Stockholm")
    planned = travel_times(centre)
    seven = MONDAY + 7 * HOUR_MS
    for when, expected_s in ((seven - 1, 50), (seven, 100), (seven + HOUR_MS - 1, 100), (seven + 24 * HOUR_MS, 50)):
        assert planned.at(when).travel_s(spot(0), spot(50), lights=True) == pytest.approx(expected_s)
    assert planned.travel_s(spot(0), spot(50), lights=True) == pytest.approx(50)


def test_a_desk_plans_with_the_hour_in_which_it_decides() -> None:
    """The same incident, an hour later: who is remembered at one pace must not be taken for the other."""
    desk = a_desk(a_centre({"A1": ("ambulance", 100)}, travel_by_hour=[1.0 + hour % 2 for hour in range(168)]))
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="yes")
    before = desk.decision.proposals[0].reach_s
    an_incident(desk, "j", spot(0), at(3600), nature="illness", severe="yes")
    after = desk.decision.proposals[0].reach_s
    assert sorted([before, after]) == [pytest.approx(100), pytest.approx(200)]


def test_travel_at_one_pace_is_one_object_while_it_lasts() -> None:
    """The desk forgets what it reckoned when the object changes, so it must not change with every fact."""
    planned = travel_times(a_centre({"E1": ("engine", 0)}, travel_by_hour=BUSY_AT_EIGHT))
    assert planned.at(MONDAY) is planned.at(MONDAY + 7 * HOUR_MS)
    assert planned.at(MONDAY) is not planned.at(MONDAY + 8 * HOUR_MS)
    even = travel_times(a_centre({"E1": ("engine", 0)}))
    assert even.at(MONDAY) is even


@pytest.mark.parametrize("factors", [[1.0] * 167, [1.0] * 167 + [0.0], [1.0] * 167 + [-1.0], [1.0] * 167 + [11.0]])
def test_factors_are_one_for_each_hour_and_in_bounds(factors: list[float]) -> None:
    """Travel never takes no time or less."""
    with pytest.raises(ValidationError):
        a_centre({"E1": ("engine", 0)}, travel_by_hour=factors)
