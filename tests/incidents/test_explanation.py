"""Why this one and not that one, for every resource of the centre."""

from __future__ import annotations

import pytest

from incidents.desk import Desk
from incidents.explanation import Explanation, explain, lacking
from incidents.facts import ResourceSignedOff
from incidents.quantities import NeedId, ResourceId
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, gone, report, spot

UNITS = {"E1": ("engine", 10.0), "A1": ("ambulance", 20.0), "A2": ("ambulance", 60.0), "M1": ("medic", 90.0)}


def explained(desk: Desk, need: str) -> Explanation:
    """What the desk's present decision says about a need."""
    return explain(desk.decision, NeedId(need))


def words(explanation: Explanation) -> dict[str, str]:
    """The reason of every resource."""
    return {each.resource: each.why for each in (*explanation.chosen, *explanation.others)}


@pytest.fixture
def desk() -> Desk:
    """An engine, two ambulances and a medic along a street, all on duty."""
    return a_desk(a_centre(UNITS))


def test_every_resource_of_the_centre_has_one_reason(desk: Desk) -> None:
    """Whoever is left out of the list is suspected of having been forgotten."""
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = explained(desk, "i/1")
    assert sorted(each.resource for each in (*found.chosen, *found.others)) == sorted(UNITS)


def test_the_chosen_come_first_then_by_reach_then_who_cannot(desk: Desk) -> None:
    """A reader's eye goes from the top."""
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = explained(desk, "i/1")
    assert [each.resource for each in (*found.chosen, *found.others)] == ["A1", "A2", "M1", "E1"]


def test_who_is_farther_is_dearer_by_the_weighted_difference(desk: Desk) -> None:
    """Red weighs 4: forty seconds farther is 160 weighted seconds."""
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    other = explained(desk, "i/1").others[0]
    assert (other.dearer_by_s, other.why) == (160.0, "dearer by 160 weighted s (there in 60 s)")


def test_who_is_nearer_but_wanted_elsewhere_says_where(desk: Desk) -> None:
    """The commonest question of all: why does mine not go, it is round the corner."""
    report(desk, "i", spot(0), at(1), nature="illness", severe="no")
    report(desk, "j", spot(20), at(1), nature="illness", severe="yes")
    assert words(explained(desk, "i/1"))["A1"] == "nearer, but taken by j/1 (there in 20 s)"


def test_nearer_means_nearer_than_who_was_chosen_for_the_same_row() -> None:
    """An engine is not nearer than the ambulance that must come from afar."""
    desk = a_desk(a_centre({"E1": ("engine", 10), "E2": ("engine", 20), "A1": ("ambulance", 90)}))
    report(desk, "i", spot(0), at(1), nature="crash")
    assert words(explained(desk, "i/1"))["E2"] == "dearer by 40 weighted s (there in 20 s)"


def test_who_cannot_go_says_why(desk: Desk) -> None:
    """Off duty and lacking the skill are different things to do something about."""
    desk.observe(ResourceSignedOff(at(0), ResourceId("A2")))
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = words(explained(desk, "i/1"))
    assert (found["A2"], found["E1"]) == ("off duty", "lacks transport")


def test_equal_prices_are_said_to_be_equal() -> None:
    """A tie is nobody's merit."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20), "A2": ("ambulance", 20)}))
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    assert words(explained(desk, "i/1"))["A2"].startswith("at the same price")


def test_a_resource_in_another_row_of_the_need_says_so() -> None:
    """A medic who can do both goes once."""
    both = {"send": [{"skill": "advanced"}, {"skill": "transport"}]}
    rules = a_procedure(plans={"medical": both, "fire": both, "rescue": both})
    desk = a_desk(a_centre({"M1": ("medic", 10), "A1": ("ambulance", 50)}), rules)
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = explained(desk, "i/1")
    assert {each.resource: each.row for each in found.chosen} == {"M1": 0, "A1": 1}
    assert found.others == ()


def test_a_whole_plan_that_lacks_somebody_says_what_for() -> None:
    """An engine that could go and does not must say what it waits for."""
    together = {"send": [{"skill": "fire"}, {"skill": "transport"}], "whole": True}
    rules = a_procedure(plans={"medical": together, "fire": together, "rescue": together})
    desk = a_desk(a_centre({"E1": ("engine", 10)}), rules)
    report(desk, "i", spot(0), at(1), nature="crash")
    assert words(explained(desk, "i/1"))["E1"].startswith("could go, but the plan cannot be filled whole")


def test_a_diversion_names_whom_it_would_be_taken_from() -> None:
    """Taking somebody away is part of the price."""
    rules = a_procedure(dispatch={"diversion": {"to": ["red"], "from": ["green"]}})
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), rules)
    report(desk, "i", spot(500), at(1), nature="illness", severe="no")
    gone(desk, "A1", "i/1", at(1))
    report(desk, "j", spot(10), at(2), nature="illness", severe="yes")
    (chosen,) = explained(desk, "j/1").chosen
    assert (chosen.taken_from, chosen.why) == ("i/1", "transport, there in 39 s, diverted from i/1")


def test_what_lacks_is_counted_by_need_and_skill(desk: Desk) -> None:
    """One engine for two fires leaves one engine lacking."""
    an_incident(desk, "i", spot(0), at(1), nature="fire")
    an_incident(desk, "j", spot(0), at(1), nature="fire")
    assert lacking(desk.decision) == {"j/1": (("fire", 1),)}


def test_nothing_lacks_where_nothing_is_asked(desk: Desk) -> None:
    """A quiet night is not a shortage."""
    assert lacking(desk.decision) == {}
