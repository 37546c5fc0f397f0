"""Tracks: kilometres and moves by the places that a log knows."""

from __future__ import annotations

import math

from incidents import facts as f
from incidents.performance import measure
from incidents.quantities import IncidentId, NeedId, Place, ResourceId

METRES_PER_DEGREE = 111_195
ENGINE, OTHER = ResourceId("engine"), ResourceId("other")
KINDS = {ENGINE: "engine", OTHER: "engine"}


def km(distance: float) -> Place:
    """A place so many kilometres along the equator."""
    return Place(0.0, distance * 1000 / METRES_PER_DEGREE)


def figure(name: str, *facts: f.Fact) -> float:
    """A figure of the first hour."""
    return measure(facts, since=0, until=3_600_000, kinds=KINDS).figure(name)


TOUR: tuple[f.Fact, ...] = (
    f.ResourceSignedOn(0, ENGINE, km(0)),
    f.IncidentOpened(1, IncidentId("i"), None, km(3)),
    f.NeedOpened(2, NeedId("i/1"), (f.NeedRow("fire"),), True, "plan", incident=IncidentId("i")),
    f.ResourceAssigned(3, ENGINE, NeedId("i/1"), 0, "nearest"),
    f.ResourceArrived(4, ENGINE, NeedId("i/1")),
    f.ResourceReleased(5, ENGINE, NeedId("i/1"), "clear"),
    f.ResourceMoved(6, ENGINE, km(0)),
)


def test_out_and_home_is_twice_the_way() -> None:
    """Three kilometres each."""
    assert math.isclose(figure("distance_km", *TOUR), 6, rel_tol=1e-3)
    assert math.isclose(figure("distance_km.engine", *TOUR), 6, rel_tol=1e-3)


def test_going_home_is_no_move_and_standing_by_elsewhere_is() -> None:
    """Moves are what crews complain of, and a way home is not one."""
    assert figure("moves", *TOUR) == 0
    stands_by = (f.ResourceSignedOn(0, OTHER, km(9)), *TOUR, f.ResourceMoved(7, ENGINE, km(9)))
    assert figure("moves", *stands_by) == 1


def test_a_position_on_the_way_is_no_move() -> None:
    """Only stations are moved to."""
    assert figure("moves", *TOUR, f.ResourceMoved(7, ENGINE, km(1))) == 0


def test_who_works_where_it_needs_no_travel_has_no_unit_hours() -> None:
    """An hour of a call-taker is no hour of a unit."""
    facts = (f.ResourceSignedOn(0, ENGINE, km(0)), f.ResourceSignedOn(0, OTHER))
    assert figure("unit_hours", *facts) == 1
    assert figure("unit_hours.engine", *facts) == 2
