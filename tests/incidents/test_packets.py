"""Handovers: owed on each occasion and on no other, with what is known and what is missing, until somebody accepts."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.messaging import text_of
from incidents.packets import NOTES_SHOWN, handover
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, gone, report, spot

I, C1 = IncidentId("i"), ResourceId("C1")  # noqa: E741
UNITS = {"A1": ("ambulance", 0.0), "E1": ("engine", 0.0), "C1": ("clerk", 0.0)}
WORDING = {
    "media": {"voice": {"most_characters": 400}},
    "methane": {"determinants": ["crash-1"], "hazards": ["nature"]},
}
TO_FIRE = {"to": {"role": "fire"}, "accept_s": 120}
LATE = {"late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"}}


def a_room(rule: dict[str, Any], **changes: Any) -> Desk:
    """A desk whose one handover is `over`."""
    rules = a_procedure(handovers={"over": {**TO_FIRE, **rule}}, escalation=LATE, wording=WORDING, **changes)
    return a_desk(a_centre(UNITS), rules)


def given(recorded: tuple[f.Fact, ...]) -> list[f.HandoverGiven]:
    """The handovers among facts."""
    return [fact for fact in recorded if isinstance(fact, f.HandoverGiven)]


def test_a_rung_makes_a_handover_due_and_it_says_what_is_known() -> None:
    """Whoever takes over reads where, what, how urgent, what was said, and who is coming."""
    desk = a_room({"on": "escalation", "requires": ["place", "answers", "answers.severe", "notes"]})
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    (fact,) = given(desk.review(at(60)))
    assert {line.field: line.says for line in fact.packet} == {
        "incident": "i", "place": "0.00000, 0.00000", "determinant": "illness-2", "priority": "red",
        "answers": "nature=illness, severe=no", "resources": "nobody; nobody yet for 1 x transport",
        "hazards": "nature: illness",
    }  # fmt: skip
    assert (fact.at, fact.to, fact.accept_by, fact.missing) == (at(60), "fire", at(180), ("notes",))
    assert text_of(fact).startswith("MISSING: notes\nincident: i\n")


def test_the_packet_names_who_is_on_the_way_and_the_latest_notes() -> None:
    """Twenty notes are read out, of the others it says how many there are."""
    desk = a_room({"on": "escalation"})
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    gone(desk, "A1", "i/1", at(5))
    for number in range(NOTES_SHOWN + 2):
        desk.observe(f.NoteAdded(at(6), I, f"note {number}"))
    packet = handover("over", I, desk.situation, desk.procedure, at(9), "asked").packet
    said = {line.field: line.says for line in packet}
    assert said["resources"] == "A1 en route"
    assert said["notes"].startswith("(2 earlier ones stand in the log) / note 2 / ")


@pytest.mark.parametrize(("rungs", "priorities", "count"), [((), (), 1), (("late",), ("red",), 1), ((), ("green",), 0)])
def test_a_handover_is_for_its_rungs_and_priorities(rungs: tuple[str], priorities: tuple[str], count: int) -> None:
    """The incident has the priority that the rung has raised it to."""
    desk = a_room({"on": "escalation", "rungs": rungs, "priorities": priorities})
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    assert len(given(desk.review(at(60)))) == count


def test_an_incident_that_becomes_a_major_one_is_handed_over_once() -> None:
    """With its M/ETHANE packet."""
    desk = a_room({"on": "major", "requires": ["methane"]})
    (fact,) = given(an_incident(desk, "i", spot(0), at(0), nature="crash"))
    assert fact.missing == ()
    assert next(line.says for line in fact.packet if line.field == "methane").startswith("M declared")
    assert given(desk.observe(f.IncidentAssessed(at(5), I, "crash-1", "red", "again", by_person=True))) == []


def held_by_a_clerk(rule: dict[str, Any]) -> Desk:
    """C1 has answered, opened an incident and wrapped up."""
    desk = a_room(rule)
    desk.observe(f.ContactReceived(at(0), ContactId("c"), "emergency"))
    desk.observe(f.ContactAnswered(at(1), ContactId("c"), C1))
    desk.observe(f.IncidentOpened(at(1), I, ContactId("c"), spot(0)))
    desk.observe(f.AnswerGiven(at(2), I, "nature", "fire"), f.ContactEnded(at(2), ContactId("c")))
    desk.observe(f.ResourceReleased(at(3), C1, NeedId("c/call"), "wrapped up"))
    return desk


def test_whoever_goes_off_duty_hands_over_what_they_hold() -> None:
    """And who accepts it holds it from then on."""
    desk = held_by_a_clerk({"on": "shift end"})
    assert desk.situation.incidents[I].holder == C1
    (fact,) = given(desk.observe(f.ResourceSignedOff(at(9), C1, "end of shift")))
    assert (fact.giver, fact.because) == (C1, "C1 has gone off duty")
    desk.observe(f.HandoverAccepted(at(10), I, "over", "fire", ResourceId("E1")))
    assert desk.situation.incidents[I].holder == "E1"
    assert desk.situation.messages == {}
    assert given(desk.observe(f.ResourceSignedOff(at(11), ResourceId("A1"), "home"))) == []


def test_aid_that_a_partner_commits_is_told_the_partner() -> None:
    """It gets the incident along with the request, and no other partner does."""
    kinds = {"lifeboat": {"skills": ["sea"], "partner": "coastguard"}}
    rules = a_procedure(handovers={"over": {**TO_FIRE, "on": "aid", "to": {"organisation": "coastguard"}}})
    centre = a_centre({"E1": ("engine", 0)})
    centre = a_centre({"E1": ("engine", 0)}, kinds={**centre.model_dump()["kinds"], **kinds})
    desk = a_desk(centre, rules)
    an_incident(desk, "i", spot(0), at(0), nature="crash")
    need = NeedId("i/1")
    desk.observe(f.AidRequested(at(1), need, "coastguard", "sea", 1, "short"))
    desk.observe(f.AidOffered(at(2), need, "coastguard", 1))
    (fact,) = given(desk.observe(f.AidCommitted(at(3), need, "coastguard", 1)))
    assert (fact.to, fact.because) == ("coastguard", "coastguard has committed aid")


def test_what_nobody_accepts_is_overdue_and_sets_a_rung_off() -> None:
    """One concept: a handover waits as a message does."""
    waits = {
        "unacknowledged": {"after_s": 30, "messages": ["over"]},
        "priorities": ["red"],
        "notifies": [{"role": "fire"}],
    }
    rules = a_procedure(
        handovers={"over": {**TO_FIRE, "on": "escalation", "rungs": ["late"]}},
        escalation={**LATE, "nobody takes it": waits},
    )
    desk = a_desk(a_centre(UNITS), rules)
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    recorded = desk.review(at(600))
    assert [(type(fact).__name__, fact.at) for fact in recorded] == [
        ("IncidentEscalated", at(60)), ("HandoverGiven", at(60)),
        ("IncidentEscalated", at(90)), ("RoleNotified", at(90)), ("MessageOverdue", at(180)),
    ]  # fmt: skip


def test_given_again_it_says_what_is_known_by_then_and_keeps_its_deadline() -> None:
    """Or giving it again would hide that nobody takes it."""
    desk = a_room({"on": "escalation", "requires": ["notes"]})
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    desk.review(at(60))
    desk.observe(f.NoteAdded(at(70), I, "gate code 12"))
    again = handover("over", I, desk.situation, desk.procedure, at(80), "asked")
    assert again.missing == ()
    desk.observe(again)
    (waiting,) = desk.situation.messages.values()
    assert (waiting.acknowledge_by, waiting.waits_since, waiting.sent_at) == (at(180), at(60), at(80))
    assert "gate code 12" in waiting.text


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (f.MessageAcknowledged(at(70), I, "over", "fire"), "acknowledging is not taking it.*HandoverAccepted"),
        (f.HandoverAccepted(at(70), I, "over", "transport"), "no handover 'over' to transport is open.*over to fire"),
        (f.HandoverAccepted(at(70), I, "over", "fire", ResourceId("X9")), "the centre has no resource X9"),
        (f.HandoverGiven(at(70), I, "under", "fire", "", (), at(80)), "unknown handover 'under'.*over"),
    ],
)
def test_a_handover_is_accepted_by_whom_it_is_for(fact: f.Fact, why: str) -> None:
    """The refusal names what is open."""
    desk = a_room({"on": "escalation"})
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    desk.review(at(60))
    with pytest.raises(FactRefused, match=why):
        desk.observe(fact)


def test_a_closed_incident_owes_nothing() -> None:
    """There is nothing left to take over."""
    desk = held_by_a_clerk({"on": "shift end"})
    desk.observe(f.ResourceSignedOff(at(9), C1, "end of shift"))
    desk.observe(f.IncidentClosed(at(10), I))
    assert desk.situation.messages == {}
    assert report(desk, "j", spot(0), at(20), nature="fire")
