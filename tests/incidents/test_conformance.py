"""Conformance: one hand-made log on the street, and what it says of each kind of check and clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from incidents import facts as f
from incidents.conformance import Conformance, Verdict, conformance
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import Refusal
from tests.builders import a_procedure, at, spot
from tests.incidents.test_targets import RESPONSE, a_pack

CRASH, NEED, ENGINE = IncidentId("i1"), NeedId("n1"), ResourceId("E1")


def an_opening(incident: IncidentId = CRASH, when: float = 0) -> list[f.Fact]:
    """A contact rings, is answered after 5 s, and a serious crash is assessed after 20; it has one need, named for it."""
    contact, need = ContactId(f"call-{incident}"), NeedId(f"need-{incident}")
    return [
        f.ContactReceived(at(when), contact, "emergency"),
        f.ContactAnswered(at(when + 5), contact),
        f.IncidentOpened(at(when + 6), incident, contact),
        f.AnswerGiven(at(when + 10), incident, "nature", "crash"),
        f.IncidentAssessed(at(when + 20), incident, "crash-1", "red", "nature = crash"),
        f.NeedOpened(at(when + 20), need, (f.NeedRow("fire"),), False, "plan", incident),
    ]


def sent(when: float, incident: IncidentId = CRASH) -> f.Fact:
    return f.ResourceAssigned(at(when), ENGINE, NeedId(f"need-{incident}"), 0, "chosen")


def arrived(when: float, incident: IncidentId = CRASH) -> f.Fact:
    return f.ResourceArrived(at(when), ENGINE, NeedId(f"need-{incident}"))


def closed(when: float, incident: IncidentId = CRASH) -> f.Fact:
    return f.IncidentClosed(at(when), incident)


def tick(when: float) -> f.Fact:
    """Something that concerns nobody, so that the log goes on until then."""
    return f.ResourceMoved(at(when), ENGINE, spot(0))


def judged(facts: Sequence[f.Fact], rules: Procedure, **options: Any) -> Conformance:
    return conformance(facts, {rules.fingerprint: rules}, {}, in_force=rules.fingerprint, **options)


def checked(facts: Sequence[f.Fact], **check: Any) -> Verdict | None:
    """What a log says of one check and the one incident; None where it is not asked."""
    found = judged(facts, a_procedure(checks={"it": check})).of(CRASH)
    return found[0].verdict if found else None


def made_up(seconds: float) -> f.Fact:
    """Somebody makes the attendance up."""
    return f.AlarmRaised(at(seconds), CRASH, "rescue", "second", "made up", by_person=True)


OPENING = an_opening()
MET, MISSED, PENDING = Verdict.MET, Verdict.MISSED, Verdict.PENDING


@pytest.mark.parametrize(
    ("facts", "check", "verdict"),
    [
        (OPENING, {"answer": "nature"}, MET),
        (OPENING, {"answer": "severe"}, PENDING),
        ([*OPENING, closed(30)], {"answer": "severe"}, MISSED),
        ([*OPENING, closed(30)], {"answer": "severe", "codes": ["illness-1"]}, None),
        ([*OPENING, f.NoteAdded(at(25), CRASH, "Handover to police.")], {"note": "handover"}, MET),
        ([*OPENING, f.NoteAdded(at(25), CRASH, "raining"), closed(30)], {"note": "handover"}, MISSED),
        ([*OPENING, sent(30)], {"record": "assessed", "before": "assigned"}, MET),
        ([*OPENING, made_up(30)], {"record": "alarm raised", "within_s": 60, "after": "assessed"}, MET),
        ([*OPENING, made_up(500)], {"record": "alarm raised", "within_s": 60, "after": "assessed"}, MISSED),
        ([*OPENING, f.AlarmLowered(at(40), CRASH, "stop")], {"record": "alarm lowered"}, MET),
        ([*OPENING, sent(30)], {"record": "located", "before": "assigned"}, MISSED),
        (
            [*OPENING, sent(30), f.IncidentLocated(at(30), CRASH, spot(1))],
            {"record": "located", "before": "assigned"},
            MISSED,
        ),
        (OPENING, {"record": "located", "before": "assigned"}, PENDING),
        ([*OPENING, closed(30)], {"record": "located", "before": "assigned"}, None),
        ([*OPENING, sent(50)], {"record": "assigned", "within_s": 30, "after": "assessed"}, MET),
        ([*OPENING, sent(50.001)], {"record": "assigned", "within_s": 30, "after": "assessed"}, MISSED),
        ([*OPENING, tick(50)], {"record": "assigned", "within_s": 30, "after": "assessed"}, PENDING),
        ([*OPENING, tick(51)], {"record": "assigned", "within_s": 30, "after": "assessed"}, MISSED),
        ([*OPENING, closed(40), tick(99)], {"record": "assigned", "within_s": 30, "after": "assessed"}, None),
        ([*OPENING, closed(60)], {"record": "assigned", "within_s": 30, "after": "assessed"}, MISSED),
        (OPENING[:4], {"record": "assessed", "within_s": 30, "after": "assigned"}, None),
        ([*OPENING[:5], closed(30)], {"record": "assigned"}, None),
        ([*OPENING, sent(30), arrived(40)], {"record": "arrived", "skill": "fire"}, MET),
        ([*OPENING, sent(30), arrived(40)], {"record": "arrived", "skill": "transport"}, PENDING),
    ],
)
def test_a_check_is_met_or_missed_or_pending_or_not_asked(
    facts: Sequence[f.Fact], check: dict[str, Any], verdict: Verdict | None
) -> None:
    """Blame for what was never due, and praise for what came too late, are both believed once."""
    assert checked(facts, **check) is verdict


def test_a_finding_points_at_the_facts_that_show_it() -> None:
    """Whoever is told that a check was missed wants to see where."""
    found = judged([*OPENING, sent(30)], a_procedure(checks={"it": {"record": "located", "before": "assigned"}}))
    ((shown,),) = [each.shown_by for each in found.of(CRASH)]
    assert (shown.number, shown.fact) == (7, sent(30))


def timed(facts: Sequence[f.Fact], **target: Any) -> Conformance:
    """What a log says of one target and no check."""
    return judged(facts, a_procedure(checks={}, targets={"own": {"it": {**RESPONSE, "statistic": "mean", **target}}}))


@pytest.mark.parametrize(
    ("facts", "target", "times"),
    [
        ([*OPENING, sent(30), arrived(90)], {}, [90]),
        ([*OPENING, sent(30), arrived(90)], {"start": [{"moment": "assessed"}, {"moment": "answered"}]}, [85]),
        (
            [*OPENING, sent(30), arrived(90)],
            {"start": [{"moment": "assessed"}, {"moment": "answered", "after_s": 30}]},
            [70],
        ),
        ([*OPENING, sent(30), arrived(90), tick(300)], {"start": [{"moment": "answered", "after_s": 240}]}, [0]),
        ([*OPENING, sent(30), arrived(90)], {"for": ["green"]}, []),
        ([*OPENING, sent(30), arrived(90), tick(120)], {"stop": [{"moment": "arrived", "skill": "transport"}]}, [120]),
        ([*OPENING, sent(30), arrived(90)], {"of": "contacts", "stop": [{"moment": "answered"}]}, [5]),
        (
            [*OPENING[:1], f.ContactAbandoned(at(9), ContactId("call-i1"))],
            {"of": "contacts", "stop": [{"moment": "answered"}]},
            [],
        ),
        ([*OPENING, closed(30)], {}, []),
        ([*OPENING[:5], tick(900)], {}, []),
        ([*OPENING, tick(481)], {}, [481]),
        (OPENING[:4], {"start": [{"moment": "assessed"}]}, []),
    ],
)
def test_a_clock_starts_and_stops_at_its_earliest_ticks(
    facts: Sequence[f.Fact], target: dict[str, Any], times: list[float]
) -> None:
    """Where the clock starts is half of every quarrel about a response time."""
    assert [each.time_s for each in timed(facts, **target).findings] == times


@pytest.mark.parametrize(
    ("until", "timed_and_running", "pending"),
    [(480, (0, 0), 1), (481, (1, 1), 0)],
    ids=["in time still", "over the limit"],
)
def test_a_clock_that_runs_counts_once_it_is_over_the_limit(
    until: float, timed_and_running: tuple[int, int], pending: int
) -> None:
    """Or a centre that never arrives would have the best figures."""
    (total,) = timed([*OPENING, tick(until)]).targets
    assert ((total.timed, total.running), total.pending) == (timed_and_running, pending)


def three(*response_s: float) -> list[f.Fact]:
    """One incident after the other, reached after so many seconds."""
    facts: list[f.Fact] = []
    for number, seconds in enumerate(response_s):
        incident, when = IncidentId(f"i{number}"), number * 10_000
        facts += [*an_opening(incident, when), sent(when + 30, incident), arrived(when + seconds, incident)]
        facts.append(closed(when + seconds + 1, incident))
    return facts


@pytest.mark.parametrize(
    ("target", "figure", "is_met"),
    [
        ({"statistic": "mean", "limit_s": 200}, 200, True),
        ({"statistic": "mean", "limit_s": 199}, 200, False),
        ({"statistic": "p50", "limit_s": 200}, 200, True),
        ({"statistic": "p90", "limit_s": 200}, 300, False),
        ({"statistic": "max", "limit_s": 300}, 300, True),
        ({"statistic": "share", "share": 0.6, "limit_s": 200}, 2 / 3, True),
        ({"statistic": "share", "share": 0.7, "limit_s": 200}, 2 / 3, False),
    ],
)
def test_a_target_is_met_by_its_statistic(target: dict[str, Any], figure: float, is_met: bool) -> None:
    """Responses of 100, 200 and 300 s, by hand."""
    (total,) = timed(three(100, 200, 300), **target).targets
    assert total.figure == pytest.approx(figure)
    assert total.is_met is is_met


def test_a_target_that_nothing_was_timed_for_is_neither_met_nor_missed() -> None:
    """A quiet night proves nothing."""
    (total,) = timed(OPENING).targets
    assert (math.isnan(total.figure), total.is_met) == (True, None)


def test_each_incident_is_judged_by_the_rules_it_began_under() -> None:
    """Nobody can have followed rules that were adopted afterwards."""
    old = a_procedure(checks={"old": {"answer": "nature"}})
    new = a_procedure(revision=2, checks={"new": {"note": "handover"}})
    second = IncidentId("i2")
    facts = [
        f.ProcedureAdopted(at(0), "street", 1, old.fingerprint),
        *an_opening(),
        f.ProcedureAdopted(at(60), "street", 2, new.fingerprint),
        closed(70),
        *an_opening(second, 100),
        closed(200, second),
    ]
    found = conformance(facts, {each.fingerprint: each for each in (old, new)}, {})
    told = [(each.subject, each.rule, each.verdict) for each in found.findings]
    assert told == [(CRASH, "old", MET), (second, "new", MISSED)]
    assert [(each.rule, each.met, each.missed) for each in found.checks] == [("old", 1, 0), ("new", 0, 1)]


def test_what_began_under_no_known_rules_is_counted_and_not_judged() -> None:
    """A log may be older than its first procedure."""
    found = conformance(OPENING, {}, {})
    assert (found.unjudged, found.findings) == (2, ())


def test_only_what_was_received_in_the_window_is_judged() -> None:
    """A warm-up sets the scene; what happens to an incident later still counts."""
    rules = a_procedure(checks={"it": {"answer": "nature"}})
    found = judged(three(100, 200, 300), rules, since=at(10_000), until=at(20_000))
    assert [each.subject for each in found.findings] == ["i1"]


def test_the_targets_of_a_pack_are_held_against_what_its_grades_mean() -> None:
    """The figure is ours, the limit is somebody else's."""
    rules = a_procedure(checks={}, targets={"packs": {"p-2020": {"first": ["red"]}}})
    found = conformance(three(100), {rules.fingerprint: rules}, {"p-2020": a_pack()}, in_force=rules.fingerprint)
    assert [(each.rule, each.figure) for each in found.targets] == [("p-2020: soon", 100), ("p-2020: later", 100)]


def test_a_pack_that_is_not_there_is_refused() -> None:
    """Targets left out in silence would all be kept."""
    rules = a_procedure(targets={"packs": {"p-2020": {"first": ["red"]}}})
    with pytest.raises(Refusal, match="there is no target pack 'p-2020'"):
        judged(OPENING, rules)


@pytest.mark.parametrize(("seconds", "is_kept"), [(100, True), (500, False)])
def test_a_log_is_kept_where_nothing_is_missed(seconds: float, is_kept: bool) -> None:
    """The one bit that a script asks for."""
    assert timed(three(seconds)).is_kept is is_kept


def test_a_missed_check_is_not_kept() -> None:
    """Targets alone do not show that the procedure was followed."""
    assert not judged([*OPENING, closed(30)], a_procedure(checks={"it": {"note": "handover"}})).is_kept


def interrupted(*resumed_s: float) -> list[f.Fact]:
    """A caller is lost at 15 s; back at each of these instants; the log goes on to 400 s."""
    back = [f.InterviewResumed(at(when), CRASH, "nature") for when in resumed_s]
    return [*an_opening()[:3], f.InterviewLeft(at(15), CRASH, "nature", "caller lost"), *back, tick(400)]


@pytest.mark.parametrize(
    ("log", "verdict"),
    [
        (interrupted(100), Verdict.MET),
        (interrupted(350), Verdict.MISSED),
        (interrupted(), Verdict.MISSED),
        ([*an_opening(), tick(400)], None),
    ],
    ids=["rung back in time", "too late", "never", "not interrupted"],
)
def test_a_lost_caller_is_rung_back_within_the_time_that_a_check_gives(
    log: list[f.Fact], verdict: Verdict | None
) -> None:
    """An abandoned emergency call is a promise to ring back, and the log shows whether it was kept."""
    assert checked(log, record="resumed", after="left", within_s=300) == verdict
