"""Remembering contacts, incidents and needs: one fact at a time, and nothing that contradicts what is known."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.remembering import after
from tests.builders import a_centre, a_desk, an_incident, at, report, spot

C, I = ContactId("c"), IncidentId("i")  # noqa: E741
ROW = (f.NeedRow("transport"),)


def a_street(**units: Any) -> Desk:
    """One ambulance, unless other units are named."""
    return a_desk(a_centre(units or {"A1": ("ambulance", 0)}))


def in_the_middle() -> Desk:
    """Contact c waits; incident i, a fire, is open; incident old is closed; contact gone has abandoned."""
    desk = a_street()
    desk.observe(f.ContactReceived(at(0), ContactId("gone"), "emergency"))
    desk.observe(f.ContactAbandoned(at(1), ContactId("gone")))
    desk.observe(f.IncidentOpened(at(1), IncidentId("old")))
    desk.observe(f.IncidentClosed(at(2), IncidentId("old")))
    desk.observe(f.ContactReceived(at(3), C, "emergency"))
    an_incident(desk, "i", spot(10), at(4), nature="fire")
    desk.observe(f.IncidentOpened(at(5), IncidentId("new")))
    return desk


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (f.NoteAdded(at(4), I, "late"), "time goes back"),
        (f.ContactReceived(at(9), C, "emergency"), "contact c was received before"),
        (f.ContactReceived(at(9), ContactId("gone"), "emergency"), "contact gone was received before"),
        (f.ContactAbandoned(at(9), ContactId("gone")), "contact gone has ended"),
        (f.ContactLinked(at(9), ContactId("nobody"), I), "contact nobody was never received"),
        (f.ContactLinked(at(9), C, IncidentId("old")), "incident old is closed"),
        (f.IncidentOpened(at(9), I), "incident i was opened before"),
        (f.IncidentOpened(at(9), IncidentId("old")), "incident old was opened before"),
        (f.IncidentOpened(at(9), IncidentId("k"), ContactId("nobody")), "contact nobody was never received"),
        (f.IncidentLocated(at(9), IncidentId("k"), spot(0)), "incident k was never opened"),
        (f.AnswerGiven(at(9), IncidentId("old"), "nature", "fire"), "incident old is closed"),
        (f.IncidentAssessed(at(9), IncidentId("old"), "fire-1", "red", "again"), "incident old is closed"),
        (f.IncidentEscalated(at(9), IncidentId("old"), "late", "age"), "incident old is closed"),
        (f.IncidentClosed(at(9), IncidentId("old")), "incident old is closed"),
        (f.NoteAdded(at(9), IncidentId("k"), "who?"), "incident k was never opened"),
        (f.NeedOpened(at(9), NeedId("i/1"), ROW, False, "again", I), "need i/1 is open already"),
        (f.NeedOpened(at(9), NeedId("n"), ROW, False, "whose?"), "belongs to an incident or to a contact"),
        (f.NeedOpened(at(9), NeedId("n"), ROW, False, "both", I, C), "belongs to an incident or to a contact"),
        (f.NeedOpened(at(9), NeedId("n"), (), False, "nothing", I), "at least one resource in every row"),
        (f.NeedOpened(at(9), NeedId("n"), (f.NeedRow("fire", 0),), False, "", I), "at least one resource in every row"),
        (
            f.NeedOpened(at(9), NeedId("n"), (f.NeedRow("fire", alternative=1),), True, "", I),
            "an alternative without a row",
        ),
        (
            f.NeedOpened(at(9), NeedId("n"), (f.NeedRow("a"), f.NeedRow("b", alternative=1)), False, "", I),
            "filled in part",
        ),
        (f.NeedOpened(at(9), NeedId("old/9"), ROW, False, "", IncidentId("old")), "incident old is closed"),
        (f.NeedOpened(at(9), NeedId("new/1"), ROW, False, "", IncidentId("new")), "incident new has no priority yet"),
        (f.NeedOpened(at(9), NeedId("n"), ROW, False, "twice", contact=C), "contact c has need c/call open"),
        (f.NeedWithdrawn(at(9), NeedId("i/2"), "never"), "need i/2 is not open"),
    ],
)
def test_what_cannot_have_happened_is_refused_and_nothing_changes(fact: f.Fact, why: str) -> None:
    """Strangers, races and late clicks all end here."""
    desk = in_the_middle()
    before = desk.situation
    with pytest.raises(FactRefused, match=why):
        desk.observe(fact)
    assert desk.situation is before


def test_every_fact_moves_the_sequence_by_one_and_the_clock_to_its_instant() -> None:
    """The sequence is the position in the log: what a dispatcher's screen has seen."""
    desk = in_the_middle()
    following = after(desk.situation, f.NoteAdded(at(60), I, "smoke"))
    assert (following.sequence, following.at) == (desk.situation.sequence + 1, at(60))


def test_a_situation_is_not_touched_by_what_follows_it() -> None:
    """Whoever holds one, a screen or a comparison, may rely on it."""
    desk = in_the_middle()
    before = desk.situation
    priority = before.incidents[I].priority
    after(before, f.IncidentAssessed(at(9), I, "illness-2", "green", "a dustbin"))
    assert (before.incidents[I].priority, priority) == ("red", "red")


def test_an_incidents_clock_starts_when_its_contact_rang() -> None:
    """The caller has been waiting since then, whenever the incident was typed in."""
    desk = a_street()
    desk.observe(f.ContactReceived(at(0), C, "emergency", spot(4)))
    desk.observe(f.IncidentOpened(at(30), I, C))
    incident = desk.situation.incidents[I]
    assert (incident.reported_at, incident.place) == (at(0), spot(4))


def test_a_contact_belongs_to_one_incident() -> None:
    """Otherwise its clock and its answers would count twice."""
    desk = a_street()
    report(desk, "i", spot(0), at(0))
    for fact in (
        f.IncidentOpened(at(1), IncidentId("j"), ContactId("call-i")),
        f.ContactLinked(at(1), ContactId("call-i"), I),
    ):
        with pytest.raises(FactRefused, match="contact call-i belongs to incident i"):
            desk.observe(fact)


def test_a_contact_that_somebody_else_answered_asks_for_nobody() -> None:
    """Otherwise a second phone rings for a caller who is being spoken with."""
    desk = a_street()
    desk.observe(f.ContactReceived(at(0), C, "emergency"))
    desk.observe(f.ContactAnswered(at(1), C))
    assert not desk.situation.needs


def test_only_the_call_taker_whose_phone_rings_answers() -> None:
    """An answer by somebody who was not assigned would leave the other one ringing."""
    desk = a_desk(a_centre({"C1": ("clerk", 0), "C2": ("clerk", 0)}))
    desk.observe(f.ContactReceived(at(0), C, "emergency"))
    (ringing,) = desk.situation.needs[NeedId("c/call")].filled_by
    other = ResourceId("C2" if ringing == "C1" else "C1")
    with pytest.raises(FactRefused, match=f"{other} is not assigned to contact c"):
        desk.observe(f.ContactAnswered(at(1), C, other))


def test_the_first_assessment_is_remembered_beside_the_latest() -> None:
    """When the code was reached is a measure; a second look does not move it."""
    desk = in_the_middle()
    desk.observe(f.IncidentAssessed(at(60), I, "illness-2", "green", "only smoke"))
    incident = desk.situation.incidents[I]
    assert (incident.assessed_at, incident.determinant, incident.priority) == (at(4), "illness-2", "green")


def test_closing_an_incident_takes_its_needs_along_and_says_when() -> None:
    """Nothing may be sent to it any more; the log keeps the instant."""
    desk = in_the_middle()
    desk.observe(f.IncidentClosed(at(60), I))
    assert NeedId("i/1") not in desk.situation.needs
    assert desk.situation.closed[I] == at(60)


def test_a_note_may_follow_a_closing() -> None:
    """The report is written afterwards."""
    desk = in_the_middle()
    desk.observe(f.NoteAdded(at(60), IncidentId("old"), "no injuries"))
    assert desk.situation.at == at(60)


def test_a_withdrawn_need_is_forgotten_by_its_incident() -> None:
    """An incident that listed it would trip over it when it closes."""
    desk = in_the_middle()
    desk.observe(f.NeedWithdrawn(at(60), NeedId("i/1"), "false alarm"))
    assert desk.situation.incidents[I].needs == ()
    desk.observe(f.IncidentClosed(at(61), I))
    assert I in desk.situation.closed


def test_a_rung_is_passed_once() -> None:
    """A second time would open its need again."""
    desk = in_the_middle()
    desk.observe(f.IncidentEscalated(at(60), I, "supervisor", "asked for"))
    with pytest.raises(FactRefused, match="incident i has passed rung supervisor"):
        desk.observe(f.IncidentEscalated(at(61), I, "supervisor", "asked for"))
