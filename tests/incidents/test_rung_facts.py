"""What rungs put on record: whom they tell, who follows when nobody answers, how they stand down, and modes of the centre."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidents import facts as f
from incidents.boundaries import thresholds
from incidents.desk import Desk
from incidents.escalation import proposed
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.rung_facts import of_due
from tests.builders import START, a_centre, a_desk, a_procedure, an_incident, at, sent, spot

I = IncidentId("i")  # noqa: E741
CHIEF = {"role": "command"}
KINDS = {
    "engine": {"skills": ["fire"]},
    "ambulance": {"skills": ["transport"]},
    "officer": {"skills": ["command"]},
    "director": {"skills": ["direction"]},
}
UNITS = {"E1": ("engine", 0), "O1": ("officer", 0), "D1": ("director", 0)}
LATE = {"unfilled_for_s": 60, "priorities": ["green"]}


def a_room(escalation: dict[str, Any], units: Mapping[str, tuple[str, float]] | None = None) -> Desk:
    """An engine, an officer and a director on duty, and nobody to carry a patient unless `units` says so."""
    return a_desk(a_centre(units or UNITS, kinds=KINDS), a_procedure(escalation=escalation))


def ill(desk: Desk, name: str = "i", when: float = 0, where: float = 0) -> tuple[f.Fact, ...]:
    """A green illness is reported."""
    return an_incident(desk, name, spot(where), at(when), nature="illness", severe="no")


def told(recorded: tuple[f.Fact, ...]) -> list[tuple[str, float, str]]:
    """What rungs did, as (kind of fact, seconds since the start, rung or mode)."""
    kinds = (
        f.IncidentEscalated, f.IncidentDeescalated, f.ContactEscalated, f.RungSkipped, f.RoleNotified,
        f.AcknowledgementMissed,
    )  # fmt: skip
    found = []
    for each in recorded:
        if isinstance(each, kinds):
            found.append((type(each).__name__, (each.at - START) / 1000, each.rung))
        elif isinstance(each, f.ModeEntered | f.ModeLeft):
            found.append((type(each).__name__, (each.at - START) / 1000, each.mode))
    return found


# Each trigger, at its boundary.


def unfilled(desk: Desk) -> None:
    ill(desk)


def under_way(desk: Desk) -> None:
    ill(desk)
    sent(desk, "A1", "i/1", at(0))


def ringing(desk: Desk) -> None:
    desk.observe(f.ContactReceived(at(0), ContactId("c"), "emergency"))


TIMED = {
    "unfilled_for_s": (unfilled, {"unfilled_for_s": 60, "priorities": ["green"], "notifies": [CHIEF]}),
    "unarrived_for_s": (under_way, {"unarrived_for_s": 60, "priorities": ["green"], "notifies": [CHIEF]}),
    "waiting_answer_s": (ringing, {"waiting_answer_s": 60, "notifies": [CHIEF]}),
}


@pytest.mark.parametrize("key", TIMED)
def test_what_depends_on_time_acts_at_its_boundary_and_not_below(key: str) -> None:
    """The generated cases hold: a millisecond before the limit nothing happens, at it and after it the rung acts then."""
    begin, rung = TIMED[key]
    rules = a_procedure(escalation={"r": rung})
    (threshold,) = thresholds(rules)
    assert threshold.key == key
    for second, is_reached in ((59.999, False), (60, True), (60.001, True)):
        desk = a_room({"r": rung}, {**UNITS, "A1": ("ambulance", 0)} if key == "unarrived_for_s" else None)
        begin(desk)
        acts = told(desk.review(at(second)))
        assert bool(acts) is is_reached
        assert all(seconds == 60 for _, seconds, _ in acts)


def test_somebody_who_is_there_is_not_late() -> None:
    """The rung asks whether anybody has come, not when."""
    desk = a_room({"r": TIMED["unarrived_for_s"][1]}, {**UNITS, "A1": ("ambulance", 0)})
    under_way(desk)
    desk.observe(f.ResourceArrived(at(59), ResourceId("A1"), NeedId("i/1")))
    assert desk.review(at(600)) == ()


def test_an_answered_contact_is_not_late() -> None:
    """And whoever was told that it rings need answer that no more."""
    desk = a_room({"r": {"waiting_answer_s": 60, "notifies": [CHIEF], "ack_s": 30}})
    ringing(desk)
    desk.review(at(60))
    desk.observe(f.ContactAnswered(at(70), ContactId("c")))
    assert (desk.review_at, dict(desk.situation.notices)) == (None, {})


def test_a_severe_incident_is_told_of_at_the_fact_that_says_so() -> None:
    """What a chief always hears of does not wait for a timer."""
    desk = a_room({"r": {"at_once": True, "priorities": ["green"], "notifies": [CHIEF]}})
    assert told(ill(desk, when=7)) == [("IncidentEscalated", 7, "r"), ("RoleNotified", 7, "r")]


def test_a_crowd_escalates_once_at_the_fact_that_made_it() -> None:
    """Two incidents close by are no crowd of three; the fourth belongs to the one already told of."""
    crowd = {
        "incidents_within": {"count": 3, "metres": 500, "seconds": 100},
        "priorities": ["green"],
        "opens": {"skill": "fire"},
    }
    desk = a_room({"r": crowd})
    acted = [
        told(ill(desk, name, when, where)) for name, when, where in (("a", 0, 0), ("b", 1, 4), ("c", 2, 3), ("d", 3, 2))
    ]
    assert acted == [[], [], [("IncidentEscalated", 2, "r")], []]
    assert desk.situation.incidents[IncidentId("a")].rungs == ("r",)


@pytest.mark.parametrize(("when", "where"), [(101, 0), (1, 6)])
def test_incidents_far_apart_are_no_crowd(when: float, where: float) -> None:
    """In place or in time."""
    crowd = {
        "incidents_within": {"count": 2, "metres": 500, "seconds": 100},
        "priorities": ["green"],
        "opens": {"skill": "fire"},
    }
    desk = a_room({"r": crowd})
    assert told(ill(desk, "a") + ill(desk, "b", when, where)) == []


# Hours.


def test_outside_its_hours_a_rung_waits_for_them() -> None:
    """It acts at the opening, not at the age, and not before."""
    opens = datetime.fromtimestamp(START / 1000, UTC).replace(second=0, microsecond=0) + timedelta(minutes=5)
    begins_s = (round(opens.timestamp() * 1000) - START) / 1000
    hours = [{"start": opens.strftime("%H:%M"), "until": (opens + timedelta(hours=1)).strftime("%H:%M")}]
    desk = a_room({"r": {**LATE, "raises_to": "red", "hours": hours}})
    ill(desk)
    assert desk.review_at == at(begins_s)
    assert told(desk.review(at(begins_s - 0.001))) == []
    assert told(desk.review(at(begins_s))) == [("IncidentEscalated", begins_s, "r")]


# Loops.


def test_a_rung_acts_as_often_as_it_may_and_only_after_as_long_again() -> None:
    """A reminder is a reminder, and the third is one too many."""
    desk = a_room({"r": {**LATE, "notifies": [CHIEF], "most": 2}})
    ill(desk)
    acts = [each for each in told(desk.review(at(6000))) if each[0] == "IncidentEscalated"]
    assert acts == [("IncidentEscalated", 60, "r"), ("IncidentEscalated", 120, "r")]
    with pytest.raises(FactRefused, match="has passed rung r"):
        desk.observe(f.IncidentEscalated(at(6000), I, "r", "once more"))


# Acknowledgement.

CHAIN = {
    "chief": {**LATE, "notifies": [CHIEF], "ack_s": 30, "then": "director"},
    "director": {"notifies": [{"role": "direction"}], "ack_s": 30},
}


def test_who_is_not_answered_by_one_turns_to_the_next_at_the_deadline() -> None:
    """Each at its own instant, however late the timer rings."""
    desk = a_room(CHAIN)
    ill(desk)
    assert told(desk.review(at(600))) == [
        ("IncidentEscalated", 60, "chief"),
        ("RoleNotified", 60, "chief"),
        ("AcknowledgementMissed", 90, "chief"),
        ("IncidentEscalated", 90, "director"),
        ("RoleNotified", 90, "director"),
        ("AcknowledgementMissed", 120, "director"),
    ]


def test_an_acknowledgement_in_time_ends_it() -> None:
    """At the very deadline is too late: what was due then comes first."""
    desk = a_room(CHAIN)
    ill(desk)
    desk.review(at(60))
    desk.observe(f.RoleAcknowledged(at(89.999), "chief", "command", I))
    assert told(desk.review(at(600))) == []


def test_a_late_acknowledgement_can_still_be_taken_down() -> None:
    """It happened; only the next has been called by then."""
    desk = a_room(CHAIN)
    ill(desk)
    desk.review(at(90))
    desk.observe(f.RoleAcknowledged(at(95), "chief", "command", I))
    assert [notice.rung for notice in desk.situation.notices.values()] == ["director"]


@pytest.mark.parametrize(
    ("rung", "role", "what"), [("x", "command", "waits for no"), ("chief", "fire", "did not notify")]
)
def test_nobody_acknowledges_what_they_were_not_told(rung: str, role: str, what: str) -> None:
    """A slip of the finger must not silence a rung."""
    desk = a_room(CHAIN)
    ill(desk)
    desk.review(at(60))
    with pytest.raises(FactRefused, match=what):
        desk.observe(f.RoleAcknowledged(at(61), rung, role, I))


def test_a_role_that_nobody_staffs_is_skipped_at_once_and_on_record() -> None:
    """Half a minute of waiting for an empty chair helps nobody."""
    desk = a_room(CHAIN)
    desk.observe(f.ResourceSignedOff(at(0), ResourceId("O1")))
    ill(desk)
    recorded = desk.review(at(60))
    assert told(recorded) == [
        ("IncidentEscalated", 60, "chief"),
        ("RungSkipped", 60, "chief"),
        ("IncidentEscalated", 60, "director"),
        ("RoleNotified", 60, "director"),
    ]
    assert [each.because for each in recorded if isinstance(each, f.RungSkipped)] == ["nobody on duty has command"]


def test_a_rung_outside_its_hours_is_passed_over_for_the_one_that_follows_it() -> None:
    """A chain does not end at a closed door."""
    never = [{"start": "00:00", "until": "00:01", "days": []}]
    desk = a_room({
        "chief": {**LATE, "notifies": [CHIEF], "ack_s": 30, "then": "closed"},
        "closed": {"notifies": [CHIEF], "hours": never, "then": "director"},
        "director": {"notifies": [{"role": "direction"}]},
    })  # fmt: skip
    ill(desk)
    assert told(desk.review(at(600)))[2:] == [
        ("AcknowledgementMissed", 90, "chief"),
        ("RungSkipped", 90, "closed"),
        ("IncidentEscalated", 90, "director"),
        ("RoleNotified", 90, "director"),
    ]


# Standing down.


def test_what_no_longer_holds_stands_down_and_takes_back_what_nobody_used() -> None:
    """The priority falls back and the engine that nobody sent is asked for no more."""
    rung = {**LATE, "raises_to": "red", "opens": {"skill": "direction"}, "stands_down": True}
    desk = a_room({"r": rung}, {"A1": ("ambulance", 0)})
    ill(desk)
    desk.review(at(60))
    assert desk.situation.incidents[I].priority == "red"
    sent(desk, "A1", "i/1", at(70))
    incident = desk.situation.incidents[I]
    assert (incident.priority, incident.needs, dict(incident.standing)) == ("green", ("i/1",), {})


def test_a_priority_that_a_person_gave_since_does_not_fall_back() -> None:
    """A rule takes back what it did itself, and nothing else."""
    priorities = {"red": {"rank": 1}, "amber": {"rank": 2}, "green": {"rank": 3}}
    escalation = {"r": {**LATE, "raises_to": "amber", "stands_down": True}}
    rules = a_procedure(escalation=escalation, priorities=priorities)
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}, kinds=KINDS), rules)
    ill(desk)
    desk.review(at(60))
    desk.observe(f.IncidentAssessed(at(65), I, "illness-2", "red", "worse", by_person=True))
    sent(desk, "A1", "i/1", at(70))
    assert desk.situation.incidents[I].priority == "red"


# Modes.

SURGE = {"shortfall": 2, "priorities": ["green", "red"], "mode": {"leaves_at": 0, "dwell_s": 100}, "notifies": [CHIEF]}


def test_a_mode_begins_at_its_shortfall_and_ends_below_it() -> None:
    """Between the two thresholds nothing changes, or it would flap."""
    units = {**UNITS, "A1": ("ambulance", 0), "A2": ("ambulance", 0)}
    desk = a_room({"surge": SURGE}, units)
    assert told(ill(desk, "i")) == []
    assert told(ill(desk, "j", 1)) == [("ModeEntered", 1, "surge"), ("RoleNotified", 1, "surge")]
    sent(desk, "A1", "i/1", at(150))
    assert dict(desk.situation.modes) == {"surge": at(1)}
    sent(desk, "A2", "j/1", at(160))
    assert dict(desk.situation.modes) == {}


def test_a_mode_lasts_at_least_its_dwell() -> None:
    """It ends by itself when that is over, at that instant."""
    units = {**UNITS, "A1": ("ambulance", 0), "A2": ("ambulance", 0)}
    desk = a_room({"surge": SURGE}, units)
    ill(desk, "i")
    ill(desk, "j", 1)
    sent(desk, "A1", "i/1", at(10))
    sent(desk, "A2", "j/1", at(10))
    assert desk.review_at == at(101)
    assert told(desk.review(at(500))) == [("ModeLeft", 101, "surge")]


def test_a_rung_may_be_for_a_mode_alone() -> None:
    """What helps in a surge is too much on a quiet night."""
    desk = a_room(
        {"surge": SURGE, "r": {"unfilled_for_s": 10, "priorities": ["green"], "raises_to": "red", "during": ["surge"]}}
    )
    ill(desk, "i")
    assert desk.review(at(50)) == ()
    acts = told(ill(desk, "j", 51)) + told(desk.review(at(100)))
    assert [each for each in acts if each[2] == "r"] == [("IncidentEscalated", 51, "r"), ("IncidentEscalated", 61, "r")]


# Proposals.


def test_what_only_proposes_acts_when_a_person_accepts() -> None:
    """Until then it is listed, changes nothing, and wakes nobody."""
    desk = a_room({"r": {**LATE, "raises_to": "red", "proposes": True}})
    ill(desk)
    assert desk.review(at(100)) == ()
    assert desk.review_at is None
    assert proposed(desk.situation, desk.procedure, at(59.999)) == ()
    (each,) = proposed(desk.situation, desk.procedure, at(100))
    recorded = desk.observe(of_due(each, desk.situation, desk.procedure, at(100), because="Ann: agreed"))
    assert recorded == (f.IncidentEscalated(at(100), I, "r", "Ann: agreed", "red"),)
    assert proposed(desk.situation, desk.procedure, at(200)) == ()
