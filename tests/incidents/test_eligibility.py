"""Who may fill what, and the one plain reason why not; and who may be turned round on the way."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.decision import Divert
from incidents.desk import Desk
from incidents.quantities import IncidentId, NeedId, ResourceId
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, gone, held, proposed, sent, spot

A1 = ResourceId("A1")
RULE = {"to": ["red"], "from": ["green"], "least_gain_s": 0, "handover_s": 30}


def test_each_resource_has_its_reason_in_the_order_a_dispatcher_would_give_them() -> None:
    """Silence about a unit that stands next door is what makes people distrust a recommendation."""
    units = {"A1": ("ambulance", 0), "A2": ("ambulance", 0), "A3": ("ambulance", 0), "A4": ("ambulance", 900)}
    dispatch = {"reach_limit_s": 300}
    desk = a_desk(a_centre({**units, "E1": ("engine", 0)}), a_procedure(dispatch=dispatch))
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="yes")
    sent(desk, "A1", "i/1", at(1))
    desk.observe(f.ResourceSignedOff(at(2), ResourceId("A2")))
    desk.observe(f.ResourceSignedOff(at(2), ResourceId("A3")))
    desk.observe(f.ResourceSignedOn(at(3), ResourceId("A3"), None))
    an_incident(desk, "j", spot(0), at(4), nature="illness", severe="yes")
    assert held(desk, "j/1") == {
        "A1": "committed to i/1 (assigned)",
        "A2": "off duty",
        "A3": "its place is not known",
        "A4": "out of reach: 900 s, limit 300 s",
        "E1": "lacks transport",
    }


def test_a_resource_on_a_break_is_left_alone_and_said_to_be() -> None:
    """It is on duty and could go, so its reason is another than being off duty."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}))
    desk.observe(f.ResourceStoodDown(at(0), A1, "meal"))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    assert held(desk, "i/1") == {"A1": "on a break"}
    desk.observe(f.ResourceStoodUp(at(2), A1))
    assert proposed(desk) == [("i/1", "A1")]


@pytest.mark.parametrize(("limit_s", "sends"), [(99, []), (100, [("i/1", "A1")])])
def test_the_reach_limit_binds_beyond_it_and_not_at_it(limit_s: float, sends: list[tuple[str, str]]) -> None:
    """A limit of 100 seconds lets 100 seconds pass."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), a_procedure(dispatch={"reach_limit_s": limit_s}))
    # One metre short, because distances on a sphere are not round.
    an_incident(desk, "i", spot(99.99), at(0), nature="illness", severe="yes")
    assert proposed(desk) == sends


def test_the_turnout_counts_towards_the_reach() -> None:
    """A crew in bed is further away than a crew on the road."""
    kinds = {"ambulance": {"skills": ["transport"], "turnout_s": 90}, "medic": {"skills": ["transport"]}}
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "M1": ("medic", 80)}, kinds=kinds))
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="yes")
    assert proposed(desk) == [("i/1", "M1")]


def test_nobody_drives_to_an_incident_whose_place_is_not_known() -> None:
    """Any unit would seem to be there in no time, and an automatic rule would send one anywhere."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}))
    an_incident(desk, "i", None, at(0), nature="illness", severe="yes")
    assert held(desk, "i/1") == {"A1": "the incident's place is not known"}
    desk.observe(f.IncidentLocated(at(5), IncidentId("i"), spot(3)))
    assert proposed(desk) == [("i/1", "A1")]


@pytest.mark.parametrize(
    "changes",
    [{"travel": {"kind": "none"}}, {"resources": {"A1": {"kind": "ambulance"}}}],
    ids=["no travel", "no base"],
)
def test_work_that_needs_no_travel_needs_no_place(changes: dict[str, Any]) -> None:
    """A specialist at a desk helps wherever the incident is."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}, **changes))
    an_incident(desk, "i", None, at(0), nature="illness", severe="yes")
    assert [(each.resource, each.reach_s) for each in desk.decision.proposals] == [("A1", 0.0)]


def test_a_resource_that_serves_a_need_already_is_no_second_one_for_it() -> None:
    """A unit with room for two is still one body at one place."""
    desk = a_desk(
        a_centre({"A1": ("ambulance", 0)}, kinds={"ambulance": {"skills": ["transport"], "capacity": 2}}),
        a_procedure(plans={"medical": {"send": [{"skill": "transport", "quantity": 2}]}}),
    )
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="yes")
    assert proposed(desk) == [("i/1", "A1")]
    sent(desk, "A1", "i/1", at(1))
    assert held(desk, "i/1") == {"A1": "already serves this need"}


def en_route(**rule: Any) -> Desk:
    """A1 left 0 at the start for green incident g at 200; nobody else is there; it is now 100 seconds later."""
    procedure = a_procedure(dispatch={"diversion": {**RULE, **rule}})
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), procedure)
    an_incident(desk, "g", spot(200), at(0), nature="illness", severe="no")
    gone(desk, "A1", "g/1", at(0))
    return desk


def red(desk: Desk, seconds: float, when: int) -> None:
    """A red illness opens on the street."""
    an_incident(desk, "r", spot(seconds), when, nature="illness", severe="yes")


def the_diversion(desk: Desk) -> Divert:
    """The only proposal, which is a diversion."""
    (proposal,) = desk.decision.proposals
    assert isinstance(proposal, Divert)
    return proposal


def test_a_resource_on_its_way_is_turned_round_from_where_it_should_be() -> None:
    """Half way after half the time: 30 s to turn round and 50 s to drive."""
    desk = en_route()
    red(desk, 150, at(100))
    proposal = the_diversion(desk)
    assert (proposal.resource, proposal.taken_from) == ("A1", "g/1")
    assert proposal.reach_s == pytest.approx(80)
    assert proposal.turns_at.longitude == pytest.approx(spot(100).longitude)


def test_a_reported_position_is_believed_over_a_reckoned_one() -> None:
    """It stands in traffic at 20 and not at 100: 30 s and 130 s."""
    desk = en_route()
    desk.observe(f.ResourceMoved(at(90), A1, spot(20)))
    red(desk, 150, at(100))
    assert the_diversion(desk).reach_s == pytest.approx(160)


def test_a_crew_that_has_not_left_yet_still_has_to_turn_out() -> None:
    """Assigned at 0 with 60 s of turnout: after 20 s there are 40 left, 30 to turn round, 150 to drive."""
    desk = a_desk(
        a_centre({"A1": ("ambulance", 0)}, kinds={"ambulance": {"skills": ["transport"], "turnout_s": 60}}),
        a_procedure(dispatch={"diversion": RULE}),
    )
    an_incident(desk, "g", spot(200), at(0), nature="illness", severe="no")
    sent(desk, "A1", "g/1", at(0))
    red(desk, 150, at(20))
    assert the_diversion(desk).reach_s == pytest.approx(40 + 30 + 150)


def test_a_late_crew_waits_at_its_destination_in_our_reckoning() -> None:
    """After 500 seconds of a 200-second drive it is near g, not beyond it."""
    desk = en_route()
    red(desk, 150, at(500))
    assert the_diversion(desk).reach_s == pytest.approx(30 + 50)


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([f.ResourceArrived(at(50), A1, NeedId("g/1"))], "committed to g/1 (on scene)"),
        (
            [f.ResourceArrived(at(50), A1, NeedId("g/1")), f.ResourceTransporting(at(60), A1, NeedId("g/1"))],
            "committed to g/1 (transporting)",
        ),
    ],
)
def test_a_resource_that_has_reached_somebody_stays(steps: list[f.Fact], why: str) -> None:
    """A patient is not left on the road."""
    desk = en_route()
    for step in steps:
        desk.observe(step)
    red(desk, 150, at(100))
    assert held(desk, "r/1") == {"A1": why}


@pytest.mark.parametrize("rule", [{"to": ["green"], "from": ["red"]}, {"from": ["red"]}, {"to": ["green"]}])
def test_only_listed_priorities_take_and_only_listed_ones_lose(rule: dict[str, Any]) -> None:
    """The rule is the designer's, both ways."""
    desk = en_route(**rule)
    red(desk, 150, at(100))
    assert held(desk, "r/1") == {"A1": "committed to g/1 (en route)"}


def test_an_incident_loses_no_more_than_the_rule_allows_over_time() -> None:
    """A caller who was promised a crew twice is not robbed twice."""
    desk = en_route()
    desk.observe(f.ResourceReleased(at(10), A1, NeedId("g/1"), "diverted", leaves_open=True))
    gone(desk, "A1", "g/1", at(20))
    red(desk, 150, at(100))
    why = "committed to g/1 (en route); that incident has lost a resource to a diversion already"
    assert held(desk, "r/1") == {"A1": why}


def test_the_reach_limit_binds_for_a_diversion_too() -> None:
    """From 100, 30 s to turn round and 50 s to drive are more than 75."""
    desk = a_desk(a_centre({"A1": ("ambulance", 150)}), a_procedure(dispatch={"reach_limit_s": 75, "diversion": RULE}))
    an_incident(desk, "g", spot(80), at(0), nature="illness", severe="no")
    gone(desk, "A1", "g/1", at(0))
    red(desk, 150, at(50))
    assert held(desk, "r/1") == {"A1": "out of reach: 80 s, limit 75 s"}


def test_a_resource_with_two_assignments_is_not_turned_round() -> None:
    """Its other incident would come along."""
    desk = a_desk(
        a_centre({"A1": ("ambulance", 0)}, kinds={"ambulance": {"skills": ["transport"], "capacity": 2}}),
        a_procedure(dispatch={"diversion": RULE}),
    )
    for name in ("g", "h"):
        an_incident(desk, name, spot(200), at(0), nature="illness", severe="no")
        gone(desk, "A1", f"{name}/1", at(0))
    red(desk, 150, at(100))
    assert held(desk, "r/1") == {"A1": "committed to g/1 (en route)"}
