"""The tables: every pair of status and fact is tried, those in the table lead where it says, the others are refused."""

from __future__ import annotations

import re

import pytest

from incidents import facts as f
from incidents import situation as situation_module
from incidents.desk import Desk
from incidents.quantities import ContactId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.remembering import after
from incidents.situation import (
    ASSIGNMENT_TABLE,
    CONTACT_TABLE,
    RESOURCE_TABLE,
    AssignmentStatus,
    ContactStatus,
    ResourceStatus,
    Situation,
)
from tests.builders import a_centre, a_desk, an_incident, at, sent, spot

M1, NEED, CALL = ResourceId("M1"), NeedId("i/1"), ContactId("c")
WAY_TO: dict[AssignmentStatus, list[f.Fact]] = {
    AssignmentStatus.ASSIGNED: [],
    AssignmentStatus.EN_ROUTE: [f.ResourceDeparted(at(2), M1, NEED)],
    AssignmentStatus.ON_SCENE: [f.ResourceArrived(at(3), M1, NEED)],
    AssignmentStatus.TRANSPORTING: [f.ResourceArrived(at(3), M1, NEED), f.ResourceTransporting(at(4), M1, NEED)],
    AssignmentStatus.AT_FACILITY: [
        f.ResourceArrived(at(3), M1, NEED),
        f.ResourceTransporting(at(4), M1, NEED),
        f.ResourceAtFacility(at(5), M1, NEED),
    ],
}
ASSIGNMENT_FACTS: dict[type[f.Fact], f.Fact] = {
    f.ResourceDeparted: f.ResourceDeparted(at(9), M1, NEED),
    f.ResourceArrived: f.ResourceArrived(at(9), M1, NEED),
    f.ResourceTransporting: f.ResourceTransporting(at(9), M1, NEED),
    f.ResourceAtFacility: f.ResourceAtFacility(at(9), M1, NEED),
    f.ResourceReleased: f.ResourceReleased(at(9), M1, NEED, "done"),
}
RESOURCE_FACTS: dict[type[f.Fact], f.Fact] = {
    f.ResourceSignedOn: f.ResourceSignedOn(at(9), M1, spot(1)),
    f.ResourceSignedOff: f.ResourceSignedOff(at(9), M1),
    f.ResourceStoodDown: f.ResourceStoodDown(at(9), M1),
    f.ResourceStoodUp: f.ResourceStoodUp(at(9), M1),
    f.ResourceMoved: f.ResourceMoved(at(9), M1, spot(2)),
    f.ResourceAssigned: f.ResourceAssigned(at(9), M1, NeedId("j/1"), 0, "sent"),
}
CONTACT_FACTS: dict[type[f.Fact], f.Fact] = {
    f.ContactAnswered: f.ContactAnswered(at(9), CALL),
    f.ContactAbandoned: f.ContactAbandoned(at(9), CALL),
    f.ContactEnded: f.ContactEnded(at(9), CALL),
}


def two_illnesses() -> Desk:
    """Medic M1 at the beginning of the street; incidents i and j, each needing transport."""
    desk = a_desk(a_centre({"M1": ("medic", 0)}))
    an_incident(desk, "i", spot(10), at(0), nature="illness", severe="yes")
    an_incident(desk, "j", spot(20), at(0), nature="illness", severe="yes")
    return desk


def in_assignment_status(status: AssignmentStatus) -> Situation:
    """The two illnesses, with M1 as far with the first as `status` says."""
    desk = two_illnesses()
    sent(desk, "M1", "i/1", at(1))
    for fact in WAY_TO[status]:
        desk.observe(fact)
    return desk.situation


def in_resource_status(status: ResourceStatus) -> Situation:
    """The two illnesses, with M1 in a status."""
    desk = two_illnesses()
    match status:
        case ResourceStatus.OFF_DUTY:
            desk.observe(f.ResourceSignedOff(at(1), M1))
        case ResourceStatus.RESTING:
            desk.observe(f.ResourceStoodDown(at(1), M1, "meal"))
        case ResourceStatus.COMMITTED:
            sent(desk, "M1", "i/1", at(1))
        case ResourceStatus.AVAILABLE:
            pass
    return desk.situation


def in_contact_status(status: ContactStatus) -> Situation:
    """One contact, waiting or answered."""
    desk = a_desk(a_centre({"M1": ("medic", 0)}))
    desk.observe(f.ContactReceived(at(0), CALL, "emergency"))
    if status is ContactStatus.ANSWERED:
        desk.observe(f.ContactAnswered(at(1), CALL))
    return desk.situation


@pytest.mark.parametrize("status", AssignmentStatus)
@pytest.mark.parametrize("kind", ASSIGNMENT_FACTS, ids=lambda kind: kind.__name__)
def test_an_assignment_goes_where_its_table_says_or_nowhere(status: AssignmentStatus, kind: type[f.Fact]) -> None:
    """The table is the whole truth about assignments, for the code as for the reader."""
    situation = in_assignment_status(status)
    fact = ASSIGNMENT_FACTS[kind]
    if (status, kind) not in ASSIGNMENT_TABLE:
        with pytest.raises(FactRefused, match=f"the assignment of M1 to i/1 is {status}"):
            after(situation, fact)
        return
    assignment = after(situation, fact).resources[M1].assignment(NEED)
    assert (assignment and assignment.status) == ASSIGNMENT_TABLE[status, kind]


@pytest.mark.parametrize("status", ResourceStatus)
@pytest.mark.parametrize("kind", RESOURCE_FACTS, ids=lambda kind: kind.__name__)
def test_a_resource_meets_the_facts_of_its_table_and_no_others(status: ResourceStatus, kind: type[f.Fact]) -> None:
    """A unit that is off duty or committed cannot be sent, whoever asks."""
    situation = in_resource_status(status)
    if kind in RESOURCE_TABLE[status]:
        assert after(situation, RESOURCE_FACTS[kind]).sequence == situation.sequence + 1
    else:
        with pytest.raises(FactRefused, match=f"M1 is {status}"):
            after(situation, RESOURCE_FACTS[kind])


@pytest.mark.parametrize("status", ContactStatus)
@pytest.mark.parametrize("kind", CONTACT_FACTS, ids=lambda kind: kind.__name__)
def test_a_contact_goes_where_its_table_says_or_nowhere(status: ContactStatus, kind: type[f.Fact]) -> None:
    """Nobody abandons a call that was answered, and none ends that was not."""
    situation = in_contact_status(status)
    fact = CONTACT_FACTS[kind]
    if (status, kind) not in CONTACT_TABLE:
        with pytest.raises(FactRefused, match=f"contact c is {status}"):
            after(situation, fact)
        return
    contact = after(situation, fact).contacts.get(CALL)
    assert (contact and contact.status) == CONTACT_TABLE[status, kind]


def test_the_tables_are_tried_with_every_fact_they_name() -> None:
    """A fact added to a table and not to these tests would go untested."""
    assert set(ASSIGNMENT_FACTS) == {kind for _, kind in ASSIGNMENT_TABLE}
    assert set(RESOURCE_FACTS) == set().union(*RESOURCE_TABLE.values())
    assert set(CONTACT_FACTS) == {kind for _, kind in CONTACT_TABLE}


def test_the_drawing_of_assignments_is_the_table() -> None:
    """The reader looks at the drawing in the docstring, the desk at the table."""
    words = "assigned|en route|on scene|transporting|at facility"
    drawn = re.findall(rf"({words}) +--([a-z ]+)--> +({words})", situation_module.__doc__ or "")
    table = {
        (str(status), kind.__name__.removeprefix("Resource").lower(), str(following))
        for (status, kind), following in ASSIGNMENT_TABLE.items()
        if following is not None
    }
    assert {(status, fact.replace(" ", ""), following) for status, fact, following in drawn} == table


def test_an_opening_situation_knows_everybody_and_nobody_is_on_duty() -> None:
    """Before the first fact nobody has said anything, so nobody may be sent."""
    opening = Situation.opening(a_centre({"M1": ("medic", 0), "E1": ("engine", 0)}))
    assert [(each.id, each.status) for each in opening.resources.values()] == [
        ("E1", ResourceStatus.OFF_DUTY),
        ("M1", ResourceStatus.OFF_DUTY),
    ]


def test_a_resource_has_its_kinds_levels_from_the_start() -> None:
    """A row that asks for a level is refused to whoever is below it, before and after any fact."""
    kinds = {"medic": {"skills": {"transport": 1, "advanced": 4}}}
    medic = Situation.opening(a_centre({"M1": ("medic", 0)}, kinds=kinds)).resources[M1]
    assert [medic.level(skill) for skill in ("transport", "advanced", "fire")] == [1, 4, 0]


def test_a_skill_that_is_only_listed_is_at_the_first_level() -> None:
    """A centre written before there were levels means what it meant."""
    medic = Situation.opening(a_centre({"M1": ("medic", 0)})).resources[M1]
    assert (medic.level("advanced"), dict(medic.levels)) == (1, {})
