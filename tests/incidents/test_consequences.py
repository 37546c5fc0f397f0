"""What facts entail: needs for contacts, assessments from answers, needs from assessments; and what ends them."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.situation import ResourceStatus
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, report, sent, spot

CALL, CALL_NEED, C1 = ContactId("c"), NeedId("c/call"), ResourceId("C1")


def ringing() -> Desk:
    """One call-taker, whose phone rings for contact c."""
    desk = a_desk(a_centre({"C1": ("clerk", 0)}))
    desk.observe(f.ContactReceived(at(0), CALL, "emergency"))
    return desk


def names(recorded: tuple[f.Fact, ...]) -> list[str]:
    """The kinds of the facts recorded, in order."""
    return [type(fact).__name__ for fact in recorded]


def rows_of(recorded: tuple[f.Fact, ...]) -> list[tuple[f.NeedRow, ...]]:
    """The rows of the needs opened."""
    return [fact.rows for fact in recorded if isinstance(fact, f.NeedOpened)]


def test_a_later_answer_does_not_overrule_the_person_who_assessed_over_the_trees_head() -> None:
    """The tree says fire; somebody who knows better said illness, and their word stands when the caller goes on talking."""
    desk = a_desk(a_centre({"E1": ("engine", 10)}))
    report(desk, "I1", spot(20), at(1), nature="fire")
    desk.observe(f.IncidentAssessed(at(2), IncidentId("I1"), "illness-2", "green", "a drill", by_person=True))
    recorded = desk.observe(f.AnswerGiven(at(3), IncidentId("I1"), "nature", "crash"))
    assert [type(fact) for fact in recorded] == [f.AnswerGiven]
    assert desk.situation.incidents[IncidentId("I1")].determinant == "illness-2"


def test_a_contact_needs_somebody_who_answers_it() -> None:
    """Call-takers are allocated by the same desk as crews."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    received = f.ContactReceived(at(0), CALL, "emergency")
    assert desk.observe(received) == (
        received,
        f.NeedOpened(at(0), CALL_NEED, (f.NeedRow("answering"),), False, "queue emergency", contact=CALL),
    )


def test_the_last_answer_entails_an_assessment_and_that_a_need() -> None:
    """Nobody types a code that the answers already say, and none is forgotten."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    an_incident(desk, "i", spot(0), at(0))
    i = IncidentId("i")
    first = f.AnswerGiven(at(1), i, "nature", "illness")
    last = f.AnswerGiven(at(2), i, "severe", "no")
    assert desk.observe(first) == (first,)
    assert desk.observe(last) == (
        last,
        f.IncidentAssessed(at(2), i, "illness-2", "green", "nature=illness, severe=no"),
        f.NeedOpened(at(2), NeedId("i/1"), (f.NeedRow("transport"),), False, "plan medical", i),
    )


def test_the_same_answer_again_entails_nothing() -> None:
    """A caller who repeats himself does not get two engines."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    assert names(desk.observe(f.AnswerGiven(at(1), IncidentId("i"), "nature", "fire"))) == ["AnswerGiven"]


def test_a_corrected_answer_asks_only_for_what_is_missing() -> None:
    """A fire that turns out to be a crash has its engine asked for already."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    recorded = desk.observe(f.AnswerGiven(at(1), IncidentId("i"), "nature", "crash"))
    assert rows_of(recorded) == [(f.NeedRow("transport"),)]
    assert set(desk.situation.incidents[IncidentId("i")].needs) == {"i/1", "i/2"}


def test_a_corrected_answer_that_asks_for_less_takes_nothing_back() -> None:
    """Calling crews back is a person's decision."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    an_incident(desk, "i", spot(0), at(0), nature="crash")
    assert rows_of(desk.observe(f.AnswerGiven(at(1), IncidentId("i"), "nature", "fire"))) == []
    assert desk.situation.needs[NeedId("i/1")].open == (1, 1)


@pytest.mark.parametrize(
    ("first", "then", "missing"),
    [
        ([{"skill": "fire"}], [{"skill": "fire", "level": 3}], [f.NeedRow("fire", 1, 3)]),
        ([{"skill": "fire", "level": 3}], [{"skill": "fire"}], []),
        (
            [{"skill": "fire", "quantity": 2, "level": 2}],
            [{"skill": "fire", "quantity": 2}, {"skill": "fire", "level": 2}],
            [f.NeedRow("fire", 1)],
        ),
    ],
    ids=["not enough", "more than enough", "one of two is left for the lower"],
)
def test_what_was_asked_for_at_a_level_does_for_a_lower_one(
    first: list[dict[str, object]], then: list[dict[str, object]], missing: list[f.NeedRow]
) -> None:
    """A specialist on the way is not doubled by a beginner, but a beginner is no specialist."""
    plans = {"fire": {"send": first}, "medical": {"send": then}, "rescue": {"send": then}}
    desk = a_desk(a_centre({"E1": ("engine", 0)}), a_procedure(plans=plans))
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    recorded = desk.observe(f.AnswerGiven(at(1), IncidentId("i"), "nature", "crash"))
    assert [row for rows in rows_of(recorded) for row in rows] == missing


TWO_ENGINES = {"skill": "fire", "quantity": 2}
TENDER_AND_ENGINE = [{"skill": "water", "load": 2}, {"skill": "fire"}]
EITHER = (
    f.NeedRow("fire", 2),
    f.NeedRow("water", alternative=1, load=2),
    f.NeedRow("fire", alternative=1),
)


def either_way(**crash: Any) -> Desk:
    """Incident i, a fire: two engines, or a tender and one, all on duty. A crash sends what `crash` says."""
    fire = {"send": [TWO_ENGINES], "instead": [TENDER_AND_ENGINE], "whole": True, "shared": True}
    plans = {"fire": fire, "medical": {"send": [{"skill": "transport"}]}, "rescue": {**fire, **crash}}
    kinds = {"engine": {"skills": ["fire"]}, "tender": {"skills": ["water"], "capacity": 2}}
    units = {"E1": ("engine", 0), "E2": ("engine", 0), "T1": ("tender", 0)}
    desk = a_desk(a_centre(units, kinds=kinds), a_procedure(plans=plans))
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    return desk


def test_a_plan_opens_one_need_with_every_way_to_fill_it() -> None:
    """Which way is taken is decided when somebody is sent, not when the need is opened."""
    need = either_way().situation.needs[NeedId("i/1")]
    assert (need.rows, need.whole, need.shared) == (EITHER, True, True)


@pytest.mark.parametrize(("resource", "row"), [(None, 0), ("E1", 0), ("T1", 1)], ids=["nobody", "engines", "tender"])
def test_the_same_plan_again_asks_for_nothing_whichever_way_it_goes(resource: str | None, row: int) -> None:
    """A tender on its way is no reason to ask for two engines as well."""
    desk = either_way()
    if resource is not None:
        sent(desk, resource, "i/1", at(1), row)
    assert rows_of(desk.observe(f.AnswerGiven(at(2), IncidentId("i"), "nature", "crash"))) == []


def test_a_greater_plan_adds_what_the_way_in_use_lacks() -> None:
    """With a tender and an engine asked for, three engines or two tenders are two engines or a tender away."""
    desk = either_way(send=[{"skill": "fire", "quantity": 3}], instead=[[{"skill": "water", "quantity": 2}]])
    sent(desk, "T1", "i/1", at(1), row=1)
    recorded = desk.observe(f.AnswerGiven(at(2), IncidentId("i"), "nature", "crash"))
    assert rows_of(recorded) == [(f.NeedRow("fire", 2), f.NeedRow("water", alternative=1))]


def test_a_contact_takes_the_room_that_its_queue_says() -> None:
    """A voice call fills somebody whom three chats would fill."""
    queues = {"emergency": {"skill": "answering", "load": 3}}
    desk = a_desk(
        a_centre({"C1": ("clerk", 0)}, kinds={"clerk": {"skills": ["answering"], "capacity": 3}}),
        a_procedure(queues=queues),
    )
    desk.observe(f.ContactReceived(at(0), CALL, "emergency"))
    assert desk.situation.resources[C1].status is ResourceStatus.COMMITTED


def test_a_need_opened_by_hand_does_not_block_the_next_by_rule() -> None:
    """It may bear the very name that would come next; an answer refused for that would stop the triage."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    i = IncidentId("i")
    desk.observe(f.NeedOpened(at(1), NeedId("i/3"), (f.NeedRow("advanced"),), False, "asked for", i))
    desk.observe(f.AnswerGiven(at(2), i, "nature", "crash"))
    assert set(desk.situation.incidents[i].needs) == {"i/1", "i/3", "i/4"}


def test_a_caller_who_gives_up_sets_the_ringing_call_taker_free() -> None:
    """A phone that rings for nobody would keep a call-taker from everybody else."""
    desk = ringing()
    assert desk.situation.resources[C1].status is ResourceStatus.COMMITTED
    recorded = desk.observe(f.ContactAbandoned(at(5), CALL))
    assert names(recorded) == ["ContactAbandoned", "ResourceReleased"]
    assert desk.situation.resources[C1].status is ResourceStatus.AVAILABLE
    assert not desk.situation.needs


def test_a_caller_who_gives_up_in_the_queue_takes_the_need_along() -> None:
    """Nobody rings back for a need of a contact that is over."""
    desk = ringing()
    desk.observe(f.ContactReceived(at(1), ContactId("d"), "emergency"))
    assert names(desk.observe(f.ContactAbandoned(at(5), ContactId("d")))) == ["ContactAbandoned"]
    assert set(desk.situation.needs) == {CALL_NEED}


ENDED = f.ContactEnded(at(20), CALL)
WRAPPED_UP = f.ResourceReleased(at(20), C1, CALL_NEED, "wrapped up")


@pytest.mark.parametrize("order", [(ENDED, WRAPPED_UP), (WRAPPED_UP, ENDED)], ids=["ends first", "wraps up first"])
def test_a_call_is_over_when_it_has_ended_and_is_wrapped_up_in_either_order(order: tuple[f.Fact, f.Fact]) -> None:
    """A need left behind would stand in every decision from then on."""
    desk = ringing()
    desk.observe(f.ContactAnswered(at(10), CALL, C1))
    desk.observe(order[0])
    assert CALL_NEED in desk.situation.needs
    desk.observe(order[1])
    assert not desk.situation.needs
    assert desk.situation.resources[C1].status is ResourceStatus.AVAILABLE


def test_a_call_taker_who_wraps_up_is_not_free_for_the_next() -> None:
    """Wrap-up time is work; the next caller waits for it."""
    desk = ringing()
    desk.observe(f.ContactAnswered(at(10), CALL, C1))
    desk.observe(f.ContactReceived(at(11), ContactId("d"), "emergency"))
    desk.observe(ENDED)
    assert desk.situation.needs[NeedId("d/call")].filled_by == ()
    desk.observe(WRAPPED_UP)
    assert desk.situation.needs[NeedId("d/call")].filled_by == (C1,)


def test_a_call_taker_who_leaves_mid_call_is_replaced() -> None:
    """The caller is still on the line."""
    desk = a_desk(a_centre({"C1": ("clerk", 0), "C2": ("clerk", 0)}))
    desk.observe(f.ContactReceived(at(0), CALL, "emergency"))
    (ringing_for,) = desk.situation.needs[CALL_NEED].filled_by
    desk.observe(f.ContactAnswered(at(1), CALL, ringing_for))
    recorded = desk.observe(
        f.ResourceReleased(at(2), ringing_for, CALL_NEED, "taken ill", leaves_open=True),
        f.ResourceSignedOff(at(2), ringing_for),
    )
    assert names(recorded) == ["ResourceReleased", "ResourceSignedOff", "ResourceAssigned"]


def test_an_escalation_opens_the_need_of_its_rung() -> None:
    """The rule says what a rung asks for, also when a person calls it early; see test_escalation for when it is due."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    report(desk, "i", spot(0), at(0), nature="fire")
    sent(desk, "E1", "i/1", at(1))
    assert names(desk.observe(f.IncidentEscalated(at(2), IncidentId("i"), "by hand", "hunch"))) == ["IncidentEscalated"]
