"""Dry runs: by hand on the street, across shift edges and clock changes, and against the desk on hundreds of generated cases."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import facts as f
from incidents.centre import Centre
from incidents.desk import Desk
from incidents.dry_run import Step, odd_edges, timeline
from incidents.interview import interviews, outcome_of
from incidents.local_time import instant_at
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant
from incidents.refusals import Refusal
from incidents.shifts import duty_spans
from tests.builders import START, a_centre, a_procedure, an_incident, at
from tests.incidents.an_interview import interview_rules
from tests.incidents.random_rules import INTERVIEWS, UNWELL, instants, procedures, rosters

LADDER = {
    "late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"},
    "later": {"unfilled_for_s": 90, "priorities": ["red"], "opens": {"skill": "fire", "quantity": 2}},
}
DAY, NIGHT = {"start": "07:00", "until": "19:00"}, {"start": "19:00", "until": "07:00"}


LATE = LADDER["late"]


def in_seconds(steps: tuple[Step, ...], *kinds: type[f.Fact]) -> list[tuple[str, float]]:
    """Name and seconds since the start of the steps of these kinds; all if none is named."""
    return [
        (type(each.fact).__name__, (each.at - START) / 1000) for each in steps if isinstance(each.fact, kinds or f.Fact)
    ]


def a_roster(**changes: Any) -> Centre:
    """A day crew and a night crew with the skill transport, on the street's clock of London."""
    resources = {
        "D1": {"kind": "ambulance", "base": "D1", "shift": "day"},
        "N1": {"kind": "ambulance", "base": "N1", "shift": "night"},
    }
    shifts = {"day": DAY, "night": NIGHT}
    units = {"D1": ("ambulance", 0.0), "N1": ("ambulance", 0.0)}
    return a_centre(units, resources=resources, time_zone="Europe/London", **{"shifts": shifts, **changes})


def in_london(text: str) -> Instant:
    """A local time in London."""
    return instant_at(text, a_roster().zone_info)


def test_a_timeline_by_hand() -> None:
    """A green illness is late after 60 s, red from then on, and asks for two engines at 90 s."""
    steps = timeline(a_centre({"A1": ("ambulance", 0)}), a_procedure(escalation=LADDER), START, UNWELL)
    assert in_seconds(steps) == [
        ("IncidentOpened", 0),
        ("AnswerGiven", 0),
        ("AnswerGiven", 0),
        ("IncidentAssessed", 0),
        ("NeedOpened", 0),
        ("IncidentEscalated", 60),
        ("IncidentEscalated", 90),
        ("NeedOpened", 90),
    ]
    assert steps[5].fact == f.IncidentEscalated(
        at(60), IncidentId("dry-run"), "late", "need dry-run/1 unfilled for 60 s", "red"
    )


def test_questions_take_their_time_and_the_need_ages_from_the_last() -> None:
    """Two questions of 20 s: what is late after 60 s is late at 100."""
    steps = timeline(a_centre({"A1": ("ambulance", 0)}), a_procedure(escalation=LADDER), START, UNWELL, pace_s=20)
    assert in_seconds(steps, f.AnswerGiven, f.IncidentEscalated) == [
        ("AnswerGiven", 20),
        ("AnswerGiven", 40),
        ("IncidentEscalated", 100),
        ("IncidentEscalated", 130),
    ]


def test_a_code_without_a_plan_asks_for_nobody() -> None:
    """What needs nobody cannot be late."""
    determinants = {**a_procedure().model_dump()["determinants"], "illness-2": {"priority": "green"}}
    rules = a_procedure(escalation=LADDER, determinants=determinants)
    steps = timeline(a_centre({"A1": ("ambulance", 0)}), rules, START, UNWELL)
    assert [type(each.fact).__name__ for each in steps][-1] == "IncidentAssessed"


def test_the_timeline_names_who_is_on_duty_at_each_instant() -> None:
    """Asked for at 18:59:30 the day crew is there; at 19:00:30 it is the night crew's call."""
    escalation = {"again": {"unfilled_for_s": 60, "priorities": ["green"], "opens": {"skill": "transport"}}}
    steps = timeline(a_roster(), a_procedure(escalation=escalation), in_london("2026-01-05T18:59:30"), UNWELL)
    asked = [each.asked[0] for each in steps if each.asked]
    assert [each.on_duty for each in asked] == [("D1",), ("N1",)]
    assert [each.next_on_at for each in asked] == [in_london("2026-01-05T19:00"), in_london("2026-01-06T07:00")]


def test_shift_edges_stand_in_the_timeline_at_their_instant() -> None:
    """At 19:00 one crew goes and the other comes; watched no longer than asked for."""
    steps = timeline(a_roster(), a_procedure(), in_london("2026-01-05T18:00"), UNWELL, watch_s=3600)
    edges = [each.fact for each in steps if isinstance(each.fact, f.ResourceSignedOn | f.ResourceSignedOff)]
    seven = in_london("2026-01-05T19:00")
    assert [(type(fact).__name__, fact.at, fact.resource) for fact in edges] == [
        ("ResourceSignedOff", seven, "D1"),
        ("ResourceSignedOn", seven, "N1"),
    ]
    assert in_seconds(timeline(a_roster(), a_procedure(), in_london("2026-01-05T18:00"), UNWELL, watch_s=3599.999),
                      f.ResourceSignedOn, f.ResourceSignedOff) == []  # fmt: skip


@pytest.mark.parametrize(
    ("opened", "hours"), [("2026-01-04T19:00", 12), ("2026-03-28T19:00", 11), ("2026-10-24T19:00", 13)]
)
def test_the_night_is_as_long_as_the_clocks_make_it(opened: str, hours: int) -> None:
    """Whoever is told at seven in the morning is told an hour sooner or later on the two nights the clocks change."""
    steps = timeline(a_roster(), a_procedure(), in_london(opened), UNWELL, watch_s=14 * 3600)
    (relieved,) = [each.at for each in steps if isinstance(each.fact, f.ResourceSignedOn)]
    assert relieved - in_london(opened) == hours * 3_600_000


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (
            "2026-03-29",
            "shift odd starts at 01:30, which does not exist on 2026-03-29; read as 2026-03-29T02:30:00+01:00",
        ),
        ("2026-10-25", "shift odd starts at 01:30, which comes twice on 2026-10-25; read as 2026-10-25T01:30:00+01:00"),
    ],
)
def test_a_shift_edge_that_meets_a_clock_change_is_said(day: str, said: str) -> None:
    """It has to be read somehow; nobody should have to guess how."""
    centre = a_roster(shifts={"day": DAY, "night": NIGHT, "odd": {"start": "01:30", "until": "09:00"}})
    assert odd_edges(centre, in_london(f"{day}T00:10"), in_london(f"{day}T05:00")) == (said,)
    assert odd_edges(centre, in_london("2026-01-05T00:10"), in_london("2026-01-05T05:00")) == ()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"nature": "illness"}, "the tree goes on to ask 'severe'.*yes, no, or any other"),
        ({"nature": "flood"}, "the tree cannot go on with 'flood'.*fire, illness, crash"),
        ({"nature": "fire", "severe": "no"}, "/answers/severe: is never asked for on this path"),
        ({"nature": "fire", "colour": "red"}, "/answers/colour: there is no such question"),
        ({}, "the tree goes on to ask 'nature'"),
    ],
)
def test_answers_that_lead_to_no_code_are_refused(answers: dict[str, str], said: str) -> None:
    """And the refusal says what to add or leave out."""
    with pytest.raises(Refusal, match=said):
        timeline(a_centre({"A1": ("ambulance", 0)}), a_procedure(), START, answers)


def test_all_that_is_wrong_with_answers_is_said_at_once() -> None:
    """One mistake at a time is a slow conversation."""
    with pytest.raises(Refusal) as refused:
        timeline(a_centre({"A1": ("ambulance", 0)}), a_procedure(), START, {"colour": "red", "nature": "flood"})
    assert len(refused.value.flaws) == 2


def recorded_by_a_desk(
    centre: Centre, rules: Procedure, opened: Instant, steps: tuple[Step, ...], answers: dict[str, str], pace_ms: int
) -> list[f.Fact]:
    """What a desk records from the opening on when it hears the same interview and the same shifts, and nothing else."""
    last = steps[-1].at
    desk = Desk.under(centre, rules, opened)
    heard: list[tuple[tuple[Instant, int], f.Fact]] = []
    for duty in duty_spans(centre, opened, last + 1):
        heard.append(((duty.on_at, 0), f.ResourceSignedOn(
            duty.on_at, duty.resource, centre.base_of(duty.resource), duty.shift_ends_at)))  # fmt: skip
        if duty.off_at <= last:
            heard.append(((duty.off_at, 0), f.ResourceSignedOff(duty.off_at, duty.resource, "end of shift")))
    incident = IncidentId("dry-run")
    told: list[f.Fact] = [
        f.AnswerGiven(opened + (n + 1) * pace_ms, incident, *pair) for n, pair in enumerate(answers.items())
    ]
    heard += [((fact.at, 1), fact) for fact in [f.IncidentOpened(opened, incident), *told]]
    recorded: list[f.Fact] = []
    for _, fact in sorted(heard, key=lambda each: each[0]):
        recorded += desk.observe(fact)
    recorded += desk.review(last + 14 * 86_400_000)
    present = {duty.resource for duty in duty_spans(centre, opened, opened + 1)}
    signed_on = {fact.resource for fact in recorded if isinstance(fact, f.ResourceSignedOn) and fact.at == opened}
    assert signed_on == present
    return [fact for fact in recorded if not (isinstance(fact, f.ResourceSignedOn) and fact.at == opened)]


def test_every_code_has_an_interview_that_leads_to_it() -> None:
    """By the shortest way, and with an answer that is not listed where only `otherwise` leads on."""
    triage = a_procedure().model_dump()["triage"]
    triage["questions"]["severe"]["otherwise"] = {"code": "crash-1"}
    triage["questions"]["nature"]["answers"]["crash"] = {"code": "fire-1"}
    rules = a_procedure(triage=triage)
    assert interviews(rules) == {
        "fire-1": {"nature": "fire"},
        "illness-1": {"nature": "illness", "severe": "yes"},
        "illness-2": {"nature": "illness", "severe": "no"},
        "crash-1": {"nature": "illness", "severe": "unknown"},
    }
    for code, answers in interviews(rules).items():
        assert outcome_of(rules.triage, answers).code == code


@settings(max_examples=500, derandomize=True, deadline=None)
@given(
    procedures(), rosters(), instants(), INTERVIEWS, st.sampled_from([0, 1, 7.5, 60]), st.sampled_from([0, 6 * 3600])
)
def test_the_timeline_is_what_a_desk_records(
    rules: Procedure, centre: Centre, opened: Instant, answers: dict[str, str], pace_s: float, watch_s: float
) -> None:
    """Five hundred cases, to the millisecond and in order: what a designer is shown is what a shift would live through."""
    steps = timeline(centre, rules, opened, answers, pace_s=pace_s, watch_s=watch_s)
    recorded = recorded_by_a_desk(centre, rules, opened, steps, answers, round(pace_s * 1000))
    assert [each.fact for each in steps] == recorded


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([{}, {"stands_down": True}, {"notifies": [{"role": "fire"}], "ack_s": 5}]), st.integers(1, 300))
def test_a_foretold_rung_acts_as_it_does_at_the_desk(more: dict[str, Any], waited_s: int) -> None:
    """Whom it tells and that it could stand down change neither that it acts nor when."""
    rules = a_procedure(escalation={name: {**rung, **more} for name, rung in LADDER.items()})
    desk = Desk.under(a_centre({"A1": ("ambulance", 0)}), rules, START)
    an_incident(desk, "dry-run", None, START, **UNWELL)
    recorded = [each for each in desk.review(at(waited_s)) if isinstance(each, f.IncidentEscalated)]
    foretold = [step.fact for step in timeline(desk.centre, rules, START, UNWELL) if step.at <= at(waited_s)]
    assert recorded == [each for each in foretold if isinstance(each, f.IncidentEscalated)]


LEAVINGS = st.sampled_from(
    [
        ({}, {"nature": "caller lost"}),
        ({"nature": "illness"}, {"severe": "caller lost"}),
        ({"nature": "unknown"}, {"severe": "caller lost"}),
        ({"awake": "no"}, {"nature": "worse"}),
        ({"nature": "illness", "awake": "yes", "pale": "no"}, {"severe": "worse"}),
        ({"nature": "illness", "awake": "yes"}, {"severe": "worse", "pale": "caller lost"}),
    ]
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(LEAVINGS, st.sampled_from([0, 7.5, 60]))
def test_an_interview_that_is_left_goes_as_it_does_at_a_desk(
    said: tuple[dict[str, str], dict[str, str]], pace_s: float
) -> None:
    """Fact for fact: what a designer rehearses is what a lost caller leaves behind."""
    answers, left = said
    desk = Desk.under(a_centre({"A1": ("ambulance", 0)}), interview_rules(), START)
    foretold = [step.fact for step in timeline(desk.centre, desk.procedure, START, answers, left=left, pace_s=pace_s)]
    outside = (f.IncidentOpened, f.AnswerGiven, f.InterviewLeft)
    recorded = [fact for each in foretold if isinstance(each, outside) for fact in desk.observe(each)]
    assert recorded == foretold


@pytest.mark.parametrize(
    ("answers", "left", "why"),
    [
        ({"nature": "fire"}, {"severe": "caller lost"}, "/left/severe: the interview cannot leave it by 'caller lost'"),
        ({}, {"nature": "gone"}, "/left/nature: the interview cannot leave it by 'gone'"),
        ({"nature": "fire"}, {"nature": "caller lost"}, "/answers/nature: is left, and so not answered"),
    ],
)
def test_leaving_that_does_not_happen_is_refused(answers: dict[str, str], left: dict[str, str], why: str) -> None:
    """A timeline of another interview than the one that was given would be believed."""
    with pytest.raises(Refusal, match=re.escape(why)):
        outcome_of(interview_rules().triage, answers, left)
