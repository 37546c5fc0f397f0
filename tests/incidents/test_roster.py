"""The columns of a roster say what the situation says, whatever the roster saw before."""

from __future__ import annotations

import numpy as np
import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import NeedId, Place, ResourceId, coordinates
from incidents.roster import Roster
from incidents.travel import travel_times
from tests.builders import a_centre, a_desk, an_incident, at, sent, spot

PLACES = [spot(40.0), Place(0.01, 0.02), Place(51.5, -0.1)]


def fresh(desk: Desk) -> Roster:
    """A roster that has seen nothing but the present."""
    roster = Roster(desk.centre, travel_times(desk.centre))
    roster.see(desk.situation)
    return roster


def agree(one: Roster, other: Roster) -> bool:
    """Whether two rosters hold the same columns, to the last bit."""
    columns = ("is_on_duty", "room", "is_resting", "tasks", "until", "skill_counts")
    same = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)
    reaches = all(np.array_equal(one.reach_s(p, True), other.reach_s(p, True), equal_nan=True) for p in PLACES)
    return same and reaches and np.array_equal(one.levels("transport"), other.levels("transport"))


@pytest.mark.parametrize("seed", range(5))
def test_what_is_remembered_is_what_would_be_worked_out_again(seed: int) -> None:
    """A hundred random facts, after each of which a roster of its own must agree with the one that saw them all."""
    draw = np.random.default_rng(seed)
    units = {f"A{n}": ("ambulance", float(draw.random() * 500)) for n in range(7)}
    desk = a_desk(a_centre(units))
    roster = fresh(desk)
    for step in range(100):
        unit, when = ResourceId(f"A{int(draw.integers(7))}"), at(step)
        resource = desk.situation.resources[unit]
        act, place = int(draw.integers(4)), spot(float(draw.random() * 500))
        if act == 0 and resource.is_on_duty:
            desk.observe(f.ResourceMoved(when, unit, place))
        elif act == 1 and resource.is_on_duty and not resource.is_resting:
            desk.observe(f.ResourceStoodDown(when, unit))
        elif act == 2 and resource.is_on_duty:
            desk.observe(f.ResourceSignedOff(when, unit))
        elif not resource.is_on_duty:
            desk.observe(f.ResourceSignedOn(when, unit, place, until=at(step + 1000)))
        roster.see(desk.situation)
        assert agree(roster, fresh(desk))


def test_a_roster_can_go_back() -> None:
    """Reasons are asked for later, when the situation has moved on and the roster with it."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 100)}))
    before = desk.situation
    roster = fresh(desk)
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    sent(desk, "A1", "i/1", at(1))
    roster.see(desk.situation)
    assert roster.room.tolist() == [0, 1]
    roster.see(before)
    assert roster.room.tolist() == [1, 1]
    assert NeedId("i/1") in desk.situation.needs


def test_the_seconds_of_some_are_those_of_all() -> None:
    """Only those that moved are worked out again, so it must not matter with whom one is worked out."""
    draw = np.random.default_rng(3)
    places = [Place(float(x), float(y)) for x, y in draw.random((101, 2)) * 60]
    travel = travel_times(a_centre({"A1": ("ambulance", 0)}))
    together = travel.travel_many_s(coordinates(places), spot(0), lights=True)
    apart = [travel.travel_many_s(coordinates([place]), spot(0), lights=True)[0] for place in places]
    assert together.tolist() == apart
