"""Messages that wait: sent again, delivered, acknowledged, and moot."""

from __future__ import annotations

import pytest

from incidents import facts as f
from incidents.quantities import IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.remembering import after
from incidents.situation import Situation
from tests.builders import a_centre, a_desk, an_incident, at, sent, spot

I1 = IncidentId("I-1")
FIRST = f.MessageSent(at(2), I1, "go", "E1", "data", "go", at(30))


def told(*facts: f.Fact) -> Situation:
    """An engine serves a fire, and then this happens."""
    desk = a_desk(a_centre({"E1": ("engine", 0.0)}))
    an_incident(desk, "I-1", spot(0), at(1), nature="fire")
    sent(desk, "E1", "I-1/1", at(2))
    situation = desk.situation
    for fact in facts:
        situation = after(situation, fact)
    return situation


def test_a_message_sent_again_keeps_its_first_deadline() -> None:
    """Whoever repeats a message every minute would never find out that nobody answers."""
    again = f.MessageSent(at(20), I1, "go", "E1", "voice", "go!", at(50))
    (message,) = told(FIRST, again).messages.values()
    assert (message.text, message.acknowledge_by) == ("go!", at(30))


def test_a_message_that_nobody_has_to_acknowledge_does_not_wait() -> None:
    """The list of open messages holds what somebody has to do."""
    situation = told(f.MessageSent(at(2), I1, "go", "E1", "data", "go"))
    assert (situation.messages, situation.incidents[I1].told) == ({}, ("go",))


def test_a_message_that_was_withheld_waits_though_it_has_no_deadline() -> None:
    """Somebody still has to say it."""
    assert len(told(f.MessageWithheld(at(2), I1, "go", "E1", "too long")).messages) == 1


def test_a_delivered_message_still_waits() -> None:
    """A pager that beeps in a locker has not told anybody anything."""
    (message,) = told(FIRST, f.MessageDelivered(at(3), I1, "go", "E1")).messages.values()
    assert message.delivered_at == at(3)


MOOT: dict[str, f.Fact] = {
    "acknowledged": f.MessageAcknowledged(at(3), I1, "go", "E1"),
    "taken away": f.ResourceReleased(at(3), ResourceId("E1"), NeedId("I-1/1"), "diverted", leaves_open=True),
}


@pytest.mark.parametrize("fact", MOOT.values(), ids=list(MOOT))
def test_a_message_waits_no_longer_when_it_is_acknowledged_or_moot(fact: f.Fact) -> None:
    """An alarm about a crew that was called back would cost the trust in all others."""
    assert told(FIRST, fact).messages == {}


def test_a_released_crew_leaves_what_others_were_told() -> None:
    """The chief still has to answer."""
    chief = f.MessageSent(at(2), I1, "go", "chief", "data", "go", at(30))
    assert list(told(FIRST, chief, MOOT["taken away"]).messages) == [(I1, "go", "chief")]


def test_an_incident_takes_its_messages_along() -> None:
    """Nobody answers for what is over."""
    released = f.ResourceReleased(at(3), ResourceId("E1"), NeedId("I-1/1"), "clear")
    chief = f.MessageSent(at(2), I1, "go", "chief", "data", "go", at(30))
    assert told(chief, released, f.IncidentClosed(at(4), I1)).messages == {}


OVERDUE = f.MessageOverdue(at(30), I1, "go", "E1")


@pytest.mark.parametrize(
    "facts",
    [
        (f.MessageAcknowledged(at(3), I1, "go", "E1"),),
        (FIRST, f.MessageDelivered(at(3), I1, "go", "E2")),
        (FIRST, OVERDUE, OVERDUE),
        (f.MessageSent(at(3), IncidentId("I-9"), "go", "E1", "data", "go"),),
    ],
    ids=["never sent", "to somebody else", "overdue twice", "about nothing"],
)
def test_what_cannot_have_happened_to_a_message_is_refused(facts: tuple[f.Fact, ...]) -> None:
    """A confirmation booked to the wrong message hides the one that nobody heard."""
    with pytest.raises(FactRefused):
        told(*facts)
