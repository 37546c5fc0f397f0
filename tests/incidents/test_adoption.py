"""May these rules be put in force now?"""

from __future__ import annotations

from incidents.adoption import obstacles
from incidents.facts import ContactReceived
from incidents.quantities import ContactId
from tests.builders import a_centre, a_desk, a_procedure, at, report, spot

CENTRE = a_centre({"E1": ("engine", 0), "A1": ("ambulance", 0)})


def test_rules_that_know_every_word_in_use_meet_no_obstacle() -> None:
    """A change of weights must not wait for a quiet hour."""
    desk = a_desk(CENTRE)
    report(desk, "i", spot(0), at(1), nature="fire")
    assert obstacles(desk.situation, a_procedure(revision=2)) == ()


def test_a_queue_with_somebody_in_it_must_be_known() -> None:
    """Whoever waits in it could not be ranked."""
    desk = a_desk(CENTRE)
    desk.observe(ContactReceived(at(1), ContactId("c"), "emergency"))
    (flaw,) = obstacles(desk.situation, a_procedure(queues={"other": {"skill": "answering"}}))
    assert "lacks queue 'emergency'" in flaw.what


def test_a_priority_that_an_open_incident_has_must_be_known() -> None:
    """Whatever is under way must stay as urgent as it is."""
    desk = a_desk(CENTRE)
    report(desk, "i", spot(0), at(1), nature="fire")
    codes = ("fire-1", "crash-1", "illness-1", "illness-2")
    rules = a_procedure(priorities={"amber": {"rank": 1}}, determinants={code: {"priority": "amber"} for code in codes})
    assert [flaw.accepted for flaw in obstacles(desk.situation, rules)] == ["amber"]


def test_words_that_nobody_uses_now_may_go() -> None:
    """Yesterday's incidents do not bind tomorrow's rules."""
    assert obstacles(a_desk(CENTRE).situation, a_procedure(queues={"other": {"skill": "answering"}})) == ()
