"""Rungs that were late or missed, read off a log that somebody tampered with by hand."""

from __future__ import annotations

from incidents.facts import ContactAnswered, ContactReceived, Fact, IncidentEscalated
from incidents.performance import measure
from incidents.quantities import ContactId, ResourceId
from tests.builders import START, a_centre, a_desk, a_procedure, at, report, spot

RULES = a_procedure(escalation={"late": {"unfilled_for_s": 60, "priorities": ["red"], "opens": {"skill": "transport"}}})


def history() -> list[Fact]:
    """A fire that nobody goes to; the rung is due after 60 s, and the desk sees to it."""
    desk = a_desk(a_centre({"E1": ("engine", 10.0)}), RULES)
    facts = list(report(desk, "i", spot(5), at(10), nature="fire"))
    return [*facts, *desk.review(at(600)), *desk.observe(ContactReceived(at(700), ContactId("c"), "emergency"))]


def late_and_missed(facts: list[Fact]) -> tuple[float, float]:
    """The two figures."""
    found = measure(facts, since=START, until=at(3600), procedure=RULES)
    return found.figure("escalations.late"), found.figure("escalations.missed")


def moved(fact: Fact, seconds: float) -> Fact:
    """The escalation, at another instant."""
    assert isinstance(fact, IncidentEscalated)
    return IncidentEscalated(at(seconds), fact.incident, fact.rung, fact.because, fact.priority)


def test_a_rung_in_time_is_neither() -> None:
    """What the desk does by itself is in time to the millisecond."""
    assert late_and_missed(history()) == (0, 0)


def test_a_rung_that_never_acted_is_missed() -> None:
    """The caller waited and nobody was told."""
    assert late_and_missed([fact for fact in history() if not isinstance(fact, IncidentEscalated)]) == (0, 1)


def test_a_rung_that_acted_later_is_late() -> None:
    """By more than a second."""
    facts = [moved(fact, 300) if isinstance(fact, IncidentEscalated) else fact for fact in history()]
    assert late_and_missed(sorted(facts, key=lambda fact: fact.at)) == (1, 0)


def test_a_rung_on_calls_is_judged_by_their_wait() -> None:
    """Due after 30 s; the first call waited 20, the second 40 and nothing happened."""
    rules = a_procedure(escalation={"waits": {"waiting_answer_s": 30, "notifies": [{"role": "fire"}]}})
    facts = [
        ContactReceived(at(0), ContactId("a"), "emergency"),
        ContactReceived(at(1), ContactId("b"), "emergency"),
        ContactAnswered(at(20), ContactId("a"), ResourceId("C1")),
        ContactAnswered(at(41), ContactId("b"), ResourceId("C1")),
    ]
    found = measure(facts, since=START, until=at(3600), procedure=rules)
    assert (found.figure("escalations.late"), found.figure("escalations.missed")) == (0, 1)


def test_without_such_rungs_the_figures_say_why_they_are_missing() -> None:
    """Nought would read as all is well."""
    found = measure([], since=START, until=at(3600), procedure=a_procedure())
    flaw = found.lack("escalations.missed")
    assert flaw is not None
    assert "no rung" in flaw.what
