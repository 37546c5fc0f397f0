"""What would have to give: each obstacle is removed, and whoever it kept away may go."""

from __future__ import annotations

from incidents.desk import Desk
from incidents.explanation import explain
from incidents.facts import ResourceReleased, ResourceSignedOff, ResourceSignedOn
from incidents.obstacles import Obstacle
from incidents.quantities import NeedId, ResourceId
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, proposed, sent, spot


def _obstacles(desk: Desk, need: str) -> tuple[Obstacle, ...]:
    (row,) = explain(desk.decision, NeedId(need)).open_positions
    assert row.way_out is None
    return row.obstacles


def _ill(desk: Desk, incident: str = "i") -> None:
    an_incident(desk, incident, spot(0), at(1), nature="illness", severe="yes")


def test_somebody_off_duty_is_named_and_signing_on_helps() -> None:
    """The nearest who could be called in."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20.0), "A2": ("ambulance", 60.0)}))
    for name in ("A1", "A2"):
        desk.observe(ResourceSignedOff(at(0), ResourceId(name)))
    _ill(desk)
    assert [(each.rule, each.resource, each.why) for each in _obstacles(desk, "i/1")] == [
        ("duty", "A1", "A1 is off duty")
    ]
    desk.observe(ResourceSignedOn(at(2), ResourceId("A1"), desk.centre.base_of("A1")))
    assert proposed(desk) == [("i/1", "A1")]


def test_somebody_committed_is_named_and_releasing_helps() -> None:
    """Who holds it, and how far that has got."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20.0)}))
    _ill(desk)
    sent(desk, "A1", "i/1", at(1))
    _ill(desk, "j")
    (obstacle,) = _obstacles(desk, "j/1")
    assert (obstacle.rule, obstacle.why) == ("commitment", "A1 is committed to i/1 (assigned)")
    desk.observe(ResourceReleased(at(2), ResourceId("A1"), NeedId("i/1"), "not needed"))
    assert proposed(desk) == [("j/1", "A1")]


def test_somebody_out_of_reach_is_named_with_the_seconds_and_a_wider_limit_helps() -> None:
    """Even beyond the limit: how far is the nearest."""
    units = {"A1": ("ambulance", 90.0), "A2": ("ambulance", 80.0)}
    desk = a_desk(a_centre(units), a_procedure(dispatch={"reach_limit_s": 60}))
    _ill(desk)
    (obstacle,) = _obstacles(desk, "i/1")
    assert obstacle.reach_s is not None
    assert (obstacle.rule, obstacle.resource, round(obstacle.reach_s)) == ("reach", "A2", 80)
    wider = a_desk(a_centre(units), a_procedure(dispatch={"reach_limit_s": obstacle.reach_s}))
    _ill(wider)
    assert proposed(wider) == [("i/1", "A2")]


def test_a_skill_that_nobody_has_is_named() -> None:
    """Only somebody from elsewhere will do."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20.0)}))
    an_incident(desk, "i", spot(0), at(1), nature="fire")
    assert [(each.rule, each.why) for each in _obstacles(desk, "i/1")] == [("skill", "nobody of the centre has fire")]


def test_a_place_that_nobody_has_said_is_named() -> None:
    """One question to the caller is all that stands in the way."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20.0)}))
    an_incident(desk, "i", None, at(1), nature="illness", severe="yes")
    assert [(each.rule, each.why) for each in _obstacles(desk, "i/1")] == [
        ("place", "A1 is kept away (the incident's place is not known)")
    ]


def test_who_is_off_duty_and_too_far_is_named_for_the_distance() -> None:
    """Signing it on would not help."""
    desk = a_desk(a_centre({"A1": ("ambulance", 90.0)}), a_procedure(dispatch={"reach_limit_s": 60}))
    desk.observe(ResourceSignedOff(at(0), ResourceId("A1")))
    _ill(desk)
    assert [(each.rule, each.why) for each in _obstacles(desk, "i/1")] == [("reach", "A1 is off duty, and 90 s away")]
