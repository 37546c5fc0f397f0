"""Escalation by age: at the threshold and not before, once per incident, and at the instant it was due."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.escalation import due, first_due_at
from incidents.quantities import IncidentId, NeedId, ResourceId, ms
from incidents.remembering import after
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, sent, spot

I = IncidentId("i")  # noqa: E741
LATE = {"late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"}}


def waiting(escalation: dict[str, Any], severe: str = "no") -> Desk:
    """A green illness (or a red one) stands unfilled since the start; there is an engine and nobody else."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}), a_procedure(escalation=escalation))
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe=severe)
    return desk


def rungs(recorded: tuple[f.Fact, ...]) -> list[tuple[str, int, str | None]]:
    """The escalations recorded, as (rung, instant, priority)."""
    return [(each.rung, each.at, each.priority) for each in recorded if isinstance(each, f.IncidentEscalated)]


@pytest.mark.parametrize(("after_s", "reached"), [(59.999, []), (60, ["late"]), (60.001, ["late"]), (600, ["late"])])
def test_a_rung_is_due_at_its_threshold_and_not_before(after_s: float, reached: list[str]) -> None:
    """A rule that says 60 seconds means 60 seconds."""
    desk = waiting(LATE)
    assert [each.rung for each in due(desk.situation, desk.procedure, at(0) + ms(after_s))] == reached


def test_a_rung_is_recorded_at_its_own_instant() -> None:
    """A timer that rings late, or a desk that slept, must not make history look later than it was."""
    assert rungs(waiting(LATE).review(at(600))) == [("late", at(60), "red")]


def test_a_rung_comes_before_the_fact_that_was_observed_after_it() -> None:
    """Live with a timer and replay without one must write the same log."""
    note = f.NoteAdded(at(70), I, "still waiting")
    recorded = waiting(LATE).observe(note)
    assert rungs(recorded) == [("late", at(60), "red")]
    assert recorded[-1] is note


def test_a_rung_acts_once_on_an_incident() -> None:
    """Otherwise it would open its need again and again."""
    desk = waiting(LATE)
    assert len(desk.review(at(60))) == 1
    assert desk.review(at(60)) == ()
    assert desk.review(at(6000)) == ()


def test_two_needs_of_one_incident_reach_a_rung_once() -> None:
    """A rung is about the incident; the reason names the need that has waited longest."""
    desk = waiting(LATE)
    desk.observe(f.NeedOpened(at(10), NeedId("i/0"), (f.NeedRow("advanced"),), False, "asked for", I))
    assert [(each.rung, each.need) for each in due(desk.situation, desk.procedure, at(600))] == [("late", "i/1")]
    assert rungs(desk.review(at(600))) == [("late", at(60), "red")]


def test_the_review_is_due_when_the_next_rung_is() -> None:
    """Nobody polls: the shell sleeps until then."""
    desk = waiting({**LATE, "sooner": {"unfilled_for_s": 20, "priorities": ["green"], "opens": {"skill": "fire"}}})
    assert (desk.review_at, desk.decision.review_at) == (at(20), at(20))
    desk.review(at(20))
    assert desk.review_at == at(60)
    desk.review(at(60))
    assert desk.review_at is None


def test_without_rungs_nothing_is_ever_due() -> None:
    """Most procedures start without."""
    desk = waiting({})
    assert first_due_at(desk.situation, desk.procedure) is None


def test_a_filled_need_is_not_late() -> None:
    """The crew is on its way."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), a_procedure(escalation=LATE))
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    sent(desk, "A1", "i/1", at(59))
    assert desk.review(at(600)) == ()


def test_a_need_that_is_reopened_is_late_by_its_new_wait() -> None:
    """It stood filled in between; its age is another clock."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), a_procedure(escalation=LATE))
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    sent(desk, "A1", "i/1", at(59))
    desk.observe(f.ResourceReleased(at(100), ResourceId("A1"), NeedId("i/1"), "broken down", leaves_open=True))
    assert desk.review_at == at(160)


def test_a_rung_that_a_new_priority_makes_overdue_acts_at_once() -> None:
    """It was not due before, so it is recorded when it became so, not in the past."""
    for_red = {"help": {"unfilled_for_s": 10, "priorities": ["red"], "opens": {"skill": "fire"}}}
    desk = waiting(for_red)
    recorded = desk.observe(f.IncidentAssessed(at(40), I, "illness-1", "red", "worse"))
    assert rungs(recorded) == [("help", at(40), None)]
    assert desk.situation.incidents[I].needs == ("i/1", "i/2")


def test_a_rung_opens_its_need_where_the_incident_is() -> None:
    """A second crew is allocated like the first."""
    desk = waiting({"help": {"unfilled_for_s": 60, "priorities": ["green"], "opens": {"skill": "fire", "quantity": 2}}})
    opened = [fact for fact in desk.review(at(60)) if isinstance(fact, f.NeedOpened)]
    assert opened == [f.NeedOpened(at(60), NeedId("i/2"), (f.NeedRow("fire", 2),), False, "rung help", I)]


def test_rungs_may_follow_each_other() -> None:
    """The second is for the priority the first has raised, and counts from the same beginning."""
    ladder = {
        **LATE,
        "later": {"unfilled_for_s": 90, "priorities": ["red"], "opens": {"skill": "fire"}},
    }
    assert rungs(waiting(ladder).review(at(600))) == [("late", at(60), "red"), ("later", at(90), None)]


def test_of_two_rungs_at_one_instant_none_lowers_what_the_other_raised() -> None:
    """Both act, in the order of their names; the incident ends at the more urgent priority."""
    priorities = {"red": {"rank": 1}, "amber": {"rank": 2}, "green": {"rank": 3}}
    escalation = {
        "a": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"},
        "b": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "amber", "opens": {"skill": "fire"}},
    }
    desk = a_desk(a_centre({"E1": ("engine", 0)}), a_procedure(escalation=escalation, priorities=priorities))
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    assert rungs(desk.review(at(60))) == [("a", at(60), "red"), ("b", at(60), None)]
    assert desk.situation.incidents[I].priority == "red"
    assert desk.situation.incidents[I].needs == ("i/1", "i/2")


def test_the_longest_overdue_is_named_first() -> None:
    """Who has waited longest escalates first."""
    desk = waiting(LATE)
    an_incident(desk, "h", spot(0), at(5), nature="illness", severe="no")
    assert [each.incident for each in due(desk.situation, desk.procedure, at(65))] == ["i", "h"]


def test_a_closed_incident_is_never_late() -> None:
    """Its needs went with it."""
    desk = waiting(LATE)
    closed = after(desk.situation, f.IncidentClosed(at(30), I))
    assert due(closed, desk.procedure, at(600)) == ()


SAID = {"on": "assessment", "to": {"role": "fire"}, "medium": "voice", "text": "{incident}", "ack_s": 90}
WORDING = {"media": {"voice": {"most_characters": 100}}, "messages": {"tell": SAID, "other": {**SAID, "ack_s": 500}}}
SILENT = {"unacknowledged": {"after_s": 40, "messages": ["tell"]}, "priorities": ["green"], "raises_to": "red"}


def unanswered(**changes: Any) -> Desk:
    """A green illness of which two messages tell the fire service, and nobody says that they have them."""
    rules = a_procedure(escalation={"silent": {**SILENT, **changes}}, wording=WORDING)
    desk = a_desk(a_centre({"E1": ("engine", 0)}), rules)
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    return desk


@pytest.mark.parametrize(("after_s", "reached"), [(39.999, []), (40, ["silent"]), (40.001, ["silent"])])
def test_a_message_that_nobody_acknowledges_sets_a_rung_off(after_s: float, reached: list[str]) -> None:
    """At its threshold and not before."""
    assert [rung for rung, _, _ in rungs(unanswered().review(at(after_s)))] == reached


ELSE = [{"messages": ["other"], "to": ["transport"]}, {"media": ["data"]}, {"to": ["transport"]}]


@pytest.mark.parametrize("meant", ELSE)
def test_a_rung_waits_for_the_messages_it_names_alone(meant: dict[str, Any]) -> None:
    """By name, by whom they are for, and by medium."""
    assert rungs(unanswered(unacknowledged={"after_s": 40, **meant}).review(at(600))) == []


@pytest.mark.parametrize("meant", [{}, {"messages": ["other"]}, {"to": ["fire"]}, {"media": ["voice"]}])
def test_a_rung_that_means_any_of_them_acts(meant: dict[str, Any]) -> None:
    """What is not named is not asked for."""
    assert len(rungs(unanswered(unacknowledged={"after_s": 40, **meant}).review(at(600)))) == 1


def test_an_acknowledged_message_sets_nothing_off_and_what_it_set_off_stands_down() -> None:
    """Whoever has been reached need not be raised over."""
    desk = unanswered(stands_down=True)
    acknowledged = f.MessageAcknowledged(at(30), I, "tell", "fire")
    assert rungs(after_all(desk, acknowledged, 600)) == []
    desk = unanswered(stands_down=True)
    desk.review(at(50))
    recorded = desk.observe(f.MessageAcknowledged(at(60), I, "tell", "fire"))
    assert recorded[-1] == f.IncidentDeescalated(at(60), I, "silent", "no message unacknowledged so long", "green")


def after_all(desk: Desk, fact: f.Fact, second: float) -> tuple[f.Fact, ...]:
    """What a desk records of a fact and of the time after it."""
    return (*desk.observe(fact), *desk.review(at(second)))


def test_a_rung_acts_again_on_a_silence_that_goes_on_but_no_more_than_it_says() -> None:
    """Every loop is bounded."""
    desk = unanswered(most=3, priorities=["green", "red"], raises_to=None, notifies=[{"role": "fire"}])
    assert [when for _, when, _ in rungs(desk.review(at(6000)))] == [at(40), at(80), at(120)]


def test_a_message_sent_again_has_waited_since_it_was_first_sent() -> None:
    """Or repeating it would hide that nobody answers."""
    desk = unanswered()
    desk.observe(f.MessageSent(at(30), I, "tell", "fire", "voice", "i", at(120)))
    assert [when for _, when, _ in rungs(desk.review(at(600)))] == [at(40)]


def test_a_message_that_was_withheld_waits_as_well() -> None:
    """Nobody has been told, which is no better."""
    said = {**SAID, "requires": ["zone"]}
    rules = a_procedure(escalation={"silent": SILENT}, wording={**WORDING, "messages": {"tell": said}})
    desk = a_desk(a_centre({"E1": ("engine", 0)}), rules)
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    assert [type(each).__name__ for each in desk.review(at(50))] == ["IncidentEscalated"]
