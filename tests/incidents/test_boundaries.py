"""The boundaries of a procedure: every threshold, and what lies just below, at and above each of them, by hand and at a desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from incidents import facts as f
from incidents.assumptions import Assumptions, Sent
from incidents.boundaries import boundaries, thresholds
from incidents.centre import Centre
from incidents.desk import Desk
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from tests.builders import START, a_centre, a_desk, a_procedure, an_incident, at, sent, spot
from tests.incidents.every_rung import EVERY_RUNG
from tests.incidents.random_rules import UNWELL

GREEN: dict[str, Any] = {"priorities": ["green"]}
SURGE = {**GREEN, "shortfall": 2, "mode": {"leaves_at": 1, "dwell_s": 100}}
TOLD = {**GREEN, "unfilled_for_s": 60, "notifies": [{"role": "fire"}], "ack_s": 40}
SAID = {"on": "assessment", "to": {"role": "fire"}, "medium": "voice", "text": "{incident}", "ack_s": 500}
WORDING = {"media": {"voice": {"most_characters": 100}}, "messages": {"tell": SAID}}
CENTRE = a_centre({"A1": ("ambulance", 0), "E1": ("engine", 0)})


def found(rung: dict[str, Any], assumed: Assumptions | None = None) -> list[tuple[str, list[tuple[float, bool]]]]:
    """The boundaries of an illness that is not severe under one rung, as key and (value, acts)."""
    rules = a_procedure(escalation={"up": rung}, wording=WORDING)
    told = boundaries(CENTRE, rules, START, UNWELL, place=spot(0), assumed=assumed or Assumptions())
    return [(each.threshold.key, [(float(case.value), case.acts) for case in each.cases]) for each in told]


def around(value: float) -> list[tuple[float, bool]]:
    """A millisecond before a second nothing has happened, and at it it has."""
    return [(value - 0.001, False), (value, True), (value + 0.001, True)]


KINDS: dict[str, tuple[dict[str, Any], Assumptions, list[tuple[str, list[tuple[float, bool]]]]]] = {
    "unfilled": ({**GREEN, "unfilled_for_s": 60, "raises_to": "red"}, Assumptions(), [("unfilled_for_s", around(60))]),
    "unarrived": (
        {**GREEN, "unarrived_for_s": 70, "raises_to": "red"},
        Assumptions(sent=(Sent(resource="A1", after_s=5),)),
        [("unarrived_for_s", around(70))],
    ),
    "unanswered": (
        {"waiting_answer_s": 15, "notifies": [{"role": "fire"}]},
        Assumptions(queue="emergency", answered_after_s=None),
        [("waiting_answer_s", around(15))],
    ),
    "unacknowledged": (
        {**GREEN, "unacknowledged": {"after_s": 30}, "raises_to": "red"},
        Assumptions(),
        [("unacknowledged.after_s", around(30))],
    ),
    "not taken up": (TOLD, Assumptions(), [("unfilled_for_s", around(60)), ("ack_s", around(40))]),
    "taken up": (TOLD, Assumptions(acknowledges={"fire": 39.999}), [("unfilled_for_s", around(60))]),
    "taken up just in time, which is too late": (
        TOLD,
        Assumptions(acknowledges={"fire": 40}),
        [("unfilled_for_s", around(60)), ("ack_s", around(40))],
    ),
    "crowd": (
        {**GREEN, "incidents_within": {"count": 3, "metres": 10, "seconds": 5}, "raises_to": "red"},
        Assumptions(),
        [("incidents_within.count", [(2, False), (3, True), (4, True)])],
    ),
    "shortfall": (
        SURGE,
        Assumptions(),
        [("shortfall", [(1, False), (2, True), (3, True)]), ("mode.leaves_at", [(0, True), (1, True), (2, False)])],
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_boundary_of_every_kind_lies_at_its_threshold(name: str) -> None:
    """Just below nothing happens, at it and above it does; a mode ends at its threshold and below."""
    rung, assumed, expected = KINDS[name]
    assert found(rung, assumed) == expected


def test_the_seconds_count_from_the_need_that_sets_the_rung_off() -> None:
    """The first need is filled at once; the one that a rung opens after 60 s stands unfilled, and its clock is its own."""
    rungs = {
        "more": {**GREEN, "unarrived_for_s": 60, "opens": {"skill": "fire"}},
        "late": {**GREEN, "unfilled_for_s": 90, "raises_to": "red"},
    }
    rules = a_procedure(escalation=rungs)
    assumed = Assumptions(sent=(Sent(resource="A1"),))
    told = boundaries(CENTRE, rules, START, UNWELL, place=spot(0), assumed=assumed)
    cases = {each.threshold.rung: [(float(case.value), case.acts) for case in each.cases] for each in told}
    assert cases == {"more": around(60), "late": around(90)}


def test_the_seconds_count_from_the_message_that_nobody_acknowledged() -> None:
    """The first is acknowledged; the second, which a rung entails 20 s later, is not."""
    rungs = {
        "tell": {**GREEN, "unfilled_for_s": 20, "notifies": [{"organisation": "coastguard"}]},
        "silent": {**GREEN, "unacknowledged": {"after_s": 30}, "raises_to": "red"},
    }
    later = {**SAID, "on": "escalation", "to": {"role": "medical"}, "rungs": ["tell"]}
    rules = a_procedure(escalation=rungs, wording={**WORDING, "messages": {"tell": SAID, "later": later}})
    assumed = Assumptions(acknowledges={"fire": 5})
    told = boundaries(CENTRE, rules, START, UNWELL, place=spot(0), assumed=assumed)
    cases = {each.threshold.rung: [(float(case.value), case.acts) for case in each.cases] for each in told}
    assert cases == {"tell": around(20), "silent": around(30)}


def test_how_long_a_mode_lasts_at_least_is_a_boundary_as_well() -> None:
    """It begins with another incident that is over at once, and ends only after 100 s."""
    assumed = Assumptions.model_validate({"others": [{"closed_after_s": 1}]})
    assert ("mode.dwell_s", around(100)) in found(SURGE, assumed)


def test_a_threshold_that_the_way_does_not_come_to_has_no_boundary() -> None:
    """A crew that is there in time, a call that is answered."""
    there = Assumptions(sent=(Sent(resource="A1", arrives_after_s=60),))
    assert found({**GREEN, "unarrived_for_s": 70, "raises_to": "red"}, there) == []
    assert found({"waiting_answer_s": 15, "notifies": [{"role": "fire"}]}, Assumptions(queue="emergency")) == []


def test_every_threshold_of_every_rung_is_named() -> None:
    """One that is left out is one that nobody tests."""
    rungs = {**EVERY_RUNG, "silent": {**GREEN, "unacknowledged": {"after_s": 30}, "raises_to": "red"}}
    assert [(each.rung, each.key) for each in thresholds(a_procedure(escalation=rungs, wording=WORDING))] == [
        ("late", "unfilled_for_s"),
        ("chief", "unfilled_for_s"), ("chief", "ack_s"),
        ("next", "ack_s"),
        ("lost", "unarrived_for_s"),
        ("rings", "waiting_answer_s"), ("rings", "ack_s"),
        ("crowd", "incidents_within.count"),
        ("surge", "ack_s"), ("surge", "shortfall"), ("surge", "mode.leaves_at"), ("surge", "mode.dwell_s"),
        ("in surge", "unfilled_for_s"),
        ("at night", "unfilled_for_s"),
        ("silent", "unacknowledged.after_s"),
    ]  # fmt: skip


I, NEED = IncidentId("i"), NeedId("i/1")  # noqa: E741


def _waiting(desk: Desk) -> None:
    an_incident(desk, "i", spot(0), at(0), **UNWELL)


def _rolling(desk: Desk) -> None:
    _waiting(desk)
    sent(desk, "A1", NEED, at(5))


def _ringing(desk: Desk) -> None:
    desk.observe(f.ContactReceived(at(0), ContactId("c"), "emergency"))


ENDINGS: dict[str, tuple[Callable[[Desk], None], Callable[[int], f.Fact]]] = {
    "unfilled": (_waiting, lambda when: f.ResourceAssigned(when, ResourceId("A1"), NEED, 0, "sent")),
    "unarrived": (_rolling, lambda when: f.ResourceArrived(when, ResourceId("A1"), NEED)),
    "unanswered": (_ringing, lambda when: f.ContactAnswered(when, ContactId("c"))),
    "unacknowledged": (_waiting, lambda when: f.MessageAcknowledged(when, I, "tell", "fire")),
    "not taken up": (_waiting, lambda when: f.RoleAcknowledged(when, "up", "fire", I)),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_a_desk_agrees_at_every_boundary(name: str) -> None:
    """What a rung waits for comes a millisecond before its instant, at it, and after it, and the desk does as was said."""
    rung, assumed, _ = KINDS[name]
    rules = a_procedure(escalation={"up": rung}, wording=WORDING)
    *_, boundary = boundaries(CENTRE, rules, START, UNWELL, place=spot(0), assumed=assumed)
    begin, ending = ENDINGS[name]
    for case in boundary.cases:
        desk = a_desk(CENTRE, rules)
        begin(desk)
        assert case.at is not None
        kinds = f.AcknowledgementMissed if name == "not taken up" else f.IncidentEscalated | f.ContactEscalated
        recorded = [*desk.observe(ending(case.at)), *desk.review(at(3600))]
        acted = [fact.at for fact in recorded if isinstance(fact, kinds) and fact.rung == boundary.threshold.rung]
        assert acted == ([min(case.at, boundary.cases[1].at or 0)] if case.acts else [])


def test_boundaries_are_those_of_the_centre_and_the_rules() -> None:
    """A street without rungs has none."""
    centre: Centre = CENTRE
    rules: Procedure = a_procedure()
    assert boundaries(centre, rules, START, UNWELL) == ()
