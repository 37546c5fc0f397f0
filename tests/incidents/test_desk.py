"""The desk: all or nothing, the words of the rules in force, and one mind however it came by its history."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import desk as desk_module
from incidents import facts as f
from incidents.desk import Desk, adoption
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.records import as_record, fact_from_record
from incidents.refusals import FactRefused
from incidents.remembering import after
from incidents.situation import Situation
from tests.builders import START, a_centre, a_desk, a_procedure, an_incident, at, proposed, report, sent, spot

I = IncidentId("i")  # noqa: E741
LATE = {"late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"}}


def a_street(**changes: Any) -> Desk:
    """A call-taker, an engine and an ambulance under the street's procedure."""
    return a_desk(a_centre({"C1": ("clerk", 0), "E1": ("engine", 0), "A1": ("ambulance", 50)}), a_procedure(**changes))


def test_a_refused_fact_undoes_those_given_with_it() -> None:
    """Facts that happened together are one thing: half of it did not happen."""
    desk = a_street()
    before = desk.situation
    with pytest.raises(FactRefused, match="contact nobody was never received"):
        desk.observe(
            f.ContactReceived(at(0), ContactId("c"), "emergency"), f.ContactAbandoned(at(0), ContactId("nobody"))
        )
    assert desk.situation is before


def test_what_a_fact_entails_follows_it_at_once() -> None:
    """Facts given together read as if they had been given one by one."""
    desk = a_street()
    an_incident(desk, "i", spot(0), at(0))
    recorded = desk.observe(f.AnswerGiven(at(1), I, "nature", "fire"), f.NoteAdded(at(1), I, "smoke is seen"))
    assert [type(fact).__name__ for fact in recorded] == ["AnswerGiven", "IncidentAssessed", "NeedOpened", "NoteAdded"]


def test_a_refused_fact_undoes_the_rungs_that_came_before_it() -> None:
    """The time did not pass for the desk if the fact did not happen; the timer will ring again."""
    desk = a_street(escalation=LATE)
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    before = desk.situation
    with pytest.raises(FactRefused):
        desk.observe(f.ResourceArrived(at(90), ResourceId("A1"), NeedId("i/1")))
    assert desk.situation is before
    assert len(desk.review(at(90))) == 1


def test_a_refused_attempt_leaves_no_decision_behind() -> None:
    """Two histories with the same number of facts are not the same history.

    The refused fact first makes a rung due, on which an automatic rule decides. Later there are as many facts as then.
    """
    desk = a_street(escalation=LATE, dispatch={"automatic": ["red"]})
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    desk.observe(f.ResourceSignedOff(at(1), ResourceId("A1")))
    with pytest.raises(FactRefused):
        desk.observe(f.NoteAdded(at(90), IncidentId("unheard of"), ""))
    desk.observe(f.ResourceSignedOn(at(30), ResourceId("A1"), spot(0)))
    assert desk.decision.at == at(30)
    assert proposed(desk) == [("i/1", "A1")]


@pytest.mark.parametrize(
    ("fact", "pointer", "why"),
    [
        (f.ContactReceived(at(1), ContactId("d"), "gossip"), "/queue", "unknown queue 'gossip'"),
        (f.AnswerGiven(at(1), I, "weather", "fine"), "/question", "unknown question 'weather'"),
        (f.AnswerGiven(at(1), I, "nature", "boredom"), "/answer", "'boredom' does not answer nature"),
        (f.IncidentAssessed(at(1), I, "fire-9", "red", ""), "/determinant", "unknown code 'fire-9'"),
        (f.IncidentAssessed(at(1), I, "fire-1", "mauve", ""), "/priority", "unknown priority 'mauve'"),
        (f.IncidentEscalated(at(1), I, "up", "", "mauve"), "/priority", "unknown priority 'mauve'"),
        (f.ProcedureAdopted(at(1), "other", 1, "0" * 64), "/fingerprint", "no such procedure is loaded"),
    ],
)
def test_words_that_the_rules_do_not_know_are_refused(fact: f.Fact, pointer: str, why: str) -> None:
    """The desk could not act on them, and a log must not promise what nobody can read."""
    desk = a_street()
    report(desk, "i", spot(0), at(0))
    before = desk.situation
    with pytest.raises(FactRefused) as refused:
        desk.observe(fact)
    (flaw,) = refused.value.flaws
    assert (flaw.where, flaw.what) == (pointer, why)
    assert flaw.accepted
    assert desk.situation is before


def test_any_answer_is_taken_where_the_question_says_otherwise() -> None:
    """A caller does not speak in codes; the question decides what it can use."""
    desk = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="I cannot tell")
    assert desk.situation.incidents[I].determinant == "illness-1"


def test_nothing_happens_before_a_procedure_is_in_force() -> None:
    """The log begins with the rules under which it was written."""
    procedure = a_procedure()
    desk = Desk(a_centre({"E1": ("engine", 0)}), {procedure.fingerprint: procedure})
    with pytest.raises(FactRefused, match="no procedure is in force yet"):
        desk.observe(f.ResourceSignedOn(START, ResourceId("E1"), spot(0)))
    desk.observe(adoption(procedure, START))
    assert desk.procedure == procedure


def test_another_procedure_takes_over_between_two_facts() -> None:
    """What was asked for stands; what comes after is under the new rules."""
    first, second = a_procedure(), a_procedure(revision=2, dispatch={"automatic": ["red"]})
    desk = Desk(a_centre({"A1": ("ambulance", 0)}), {each.fingerprint: each for each in (first, second)})
    desk.observe(adoption(first, START))
    desk.observe(f.ResourceSignedOn(START, ResourceId("A1"), spot(0)))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    recorded = desk.observe(adoption(second, at(2)))
    assert [type(fact).__name__ for fact in recorded] == ["ProcedureAdopted", "ResourceAssigned"]
    assert desk.procedure.revision == 2


def test_a_procedure_that_lacks_an_open_incidents_priority_is_not_adopted() -> None:
    """It could not rank what is open; the next decision would fail for everybody."""
    first = a_procedure()
    determinants = {code: {"priority": "mauve", "plan": None} for code in first.determinants}
    second = a_procedure(priorities={"mauve": {"rank": 1}}, determinants=determinants)
    desk = Desk(a_centre({"A1": ("ambulance", 0)}), {each.fingerprint: each for each in (first, second)})
    desk.observe(adoption(first, START))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    with pytest.raises(FactRefused, match="lacks priority 'red'"):
        desk.observe(adoption(second, at(2)))
    desk.observe(f.IncidentClosed(at(3), I))
    desk.observe(adoption(second, at(4)))
    assert desk.procedure == second


def test_to_ask_twice_is_to_get_the_same_answer() -> None:
    """Deciding is pure, so nobody can tell a kept decision from a fresh one."""
    desk = a_street()
    report(desk, "i", spot(10), at(0), nature="crash")
    first, holds = desk.decision, desk.decision.holds()
    fresh = Desk(desk.centre, desk.procedures)
    fresh.situation = desk.situation
    assert desk.decision is first
    assert fresh.decision == first
    assert fresh.decision.holds() == holds


def a_night(desk: Desk) -> list[f.Fact]:
    """Calls, crews, an escalation, a release and an automatic answer; returns the log after the desk was opened."""
    log = [*report(desk, "i", spot(10), at(0), nature="illness", severe="no")]
    log += report(desk, "j", spot(90), at(5), nature="crash")
    log += desk.observe(f.ContactAbandoned(at(9), ContactId("call-j")))
    log += desk.review(at(70))
    sent_fact = f.ResourceAssigned(at(80), ResourceId("A1"), NeedId("i/1"), 0, "nearest")
    log += desk.observe(sent_fact, f.ResourceDeparted(at(80), ResourceId("A1"), NeedId("i/1")))
    log += desk.observe(f.ResourceReleased(at(99), ResourceId("A1"), NeedId("i/1"), "flat tyre", leaves_open=True))
    return log


def test_a_desk_rebuilt_from_its_log_is_of_the_same_mind() -> None:
    """A restart, a replay and an audit fold the log; nothing may live anywhere else."""
    desk = a_street(escalation=LATE)
    opening: list[f.Fact] = [adoption(desk.procedure, START)]
    opening += [
        f.ResourceSignedOn(START, ResourceId(name), desk.centre.base_of(name)) for name in desk.centre.resources
    ]
    log = opening + a_night(desk)
    situation = Situation.opening(desk.centre)
    for fact in log:
        situation = after(situation, fact_from_record(as_record(fact)))
    rebuilt = Desk(desk.centre, desk.procedures)
    rebuilt.situation = situation
    assert situation == desk.situation
    assert situation.sequence == len(log)
    assert rebuilt.decision == desk.decision
    assert rebuilt.decision.holds() == desk.decision.holds()


def test_a_desk_told_only_what_people_did_entails_the_same_log() -> None:
    """A log's consequences are no input: the rules say them again."""
    first, second = a_street(escalation=LATE), a_street(escalation=LATE)
    assert a_night(first) == a_night(second)


def test_a_timer_that_never_rang_makes_no_difference() -> None:
    """Rungs are recorded when they are due, by the timer or by the next fact."""
    with_timer, without = (a_street(escalation=LATE) for _ in range(2))
    logs: list[list[f.Fact]] = []
    for desk in (with_timer, without):
        log = [*an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")]
        if desk is with_timer:
            log += [*desk.review(at(60)), *desk.review(at(61))]
        log += desk.observe(f.NoteAdded(at(100), I, "still there?"))
        logs.append(log)
    assert logs[0] == logs[1]
    assert with_timer.situation == without.situation


def test_a_procedure_that_never_comes_to_rest_is_a_broken_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is what stands between a mistake of ours and a desk that hangs."""
    monkeypatch.setattr(desk_module, "CONSEQUENCE_LIMIT", 2)
    with pytest.raises(AssertionError, match="entails too many"):
        report(a_street(), "i", spot(0), at(0))


def test_an_override_is_remembered_like_a_proposal() -> None:
    """The desk proposes E1 for the fire; a person who sends nobody, or another, is not corrected."""
    desk = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="crash")
    sent(desk, "A1", "i/1", at(1), row=1)
    assert proposed(desk) == [("i/1", "E1")]
