"""A dry run equals the simulation: what is predicted for a call that nobody takes up is what the world lives through.

Five hundred generated centres, procedures, nights and interviews, twice: with rungs that wait for an unfilled need alone, and
with rungs, messages and handovers of every kind. A caller rings, a call-taker asks, and the dispatcher takes longer to decide
than the world lasts; crews come and go by their shifts. Fact for fact, to the millisecond and in order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import facts as f
from incidents.assumptions import Assumptions, Other, Sent, north_of
from incidents.centre import Centre, Kind, ResourceEntry
from incidents.desk import Desk
from incidents.dry_run import timeline
from incidents.ladder import TRIGGERS
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, Instant
from incidents.records import as_record
from simulation.contacts import Contact, Lost, draw_contacts
from simulation.workload import Workload
from simulation.world import World
from tests.builders import START, a_centre, a_procedure, spot
from tests.incidents.an_interview import interview_rules
from tests.incidents.random_rules import INTERVIEWS, UNWELL, any_ladders, instants, procedures, rosters

CLERK = "C1"
PREDICTED = (
    f.IncidentOpened, f.AnswerGiven, f.IncidentAssessed, f.NeedOpened, f.IncidentEscalated,
    f.AlarmRaised, f.RungSkipped, f.ResourceSignedOn, f.ResourceSignedOff,
)  # fmt: skip
A_MONTH_S = 30 * 86_400


def a_call(opened: Instant, answers: dict[str, str], pace_s: float) -> Contact:
    """One call at `opened` whose caller answers so, and for which nobody decides anything within a month."""
    nature = {"id": "call", "share": 1, "queue": "emergency", "priority": "p1", "handling_s": {"constant": 1}}
    on_scene = {kind: {"scene_s": {"constant": 1000}} for kind in ("ambulance", "engine", "medic")}
    workload = Workload.model_validate(
        {
            "workload": "one",
            "arrivals": {"rate_per_h": 60},
            "conducts": {"work": on_scene},
            "natures": [{**nature, "conduct": "work"}],
        }
    )
    drawn = draw_contacts(workload, 1, START, 3600, {})[0]
    about = {"nature": "nature", "severe": "severe"}
    told = {about[question]: answer for question, answer in answers.items()}
    return replace(drawn, at=opened, told=told, pace_s=pace_s, decision_s=A_MONTH_S)


def lived(centre: Centre, rules: Procedure, call: Contact, until: Instant) -> list[f.Fact]:
    """What the world says of the incident and of the crews' duty, up to and including `until`."""
    staffed = centre.model_copy(update={"resources": {**centre.resources, CLERK: ResourceEntry(kind="clerk")}})
    log = World(Desk.under(staffed, rules, call.at), [call], start=call.at, end=until + 1).run()
    return [fact for fact in log if isinstance(fact, PREDICTED) and not _is_background(fact, call.at)]


def _is_background(fact: f.Fact, opened: Instant) -> bool:
    """The clerk's duty, the call's own need, and who was on duty when the telephone rang."""
    match fact:
        case f.ResourceSignedOn():
            return fact.at == opened or fact.resource == CLERK
        case f.ResourceSignedOff():
            return fact.resource == CLERK
        case f.NeedOpened():
            return fact.incident is None
        case _:
            return False


@settings(max_examples=500, derandomize=True, deadline=None)
@given(
    procedures(), rosters(), instants(), INTERVIEWS, st.sampled_from([0, 1, 7.5, 60]), st.sampled_from([0, 6 * 3600])
)
def test_the_timeline_is_what_the_world_lives_through(
    rules: Procedure, centre: Centre, opened: Instant, answers: dict[str, str], pace_s: float, watch_s: float
) -> None:
    """Otherwise a designer would rehearse one procedure and the planner simulate another."""
    call = a_call(opened, answers, pace_s)
    incident = IncidentId(f"i{call.id[1:]}")
    steps = timeline(centre, rules, opened, answers, pace_s=pace_s, watch_s=watch_s, incident=incident)
    predicted = [each.fact for each in steps]
    found = lived(centre, rules, call, max(steps[-1].at, opened + round(watch_s * 1000)))
    # The world's incident knows its caller as well.
    assert [replace(fact, contact=None) if isinstance(fact, f.IncidentOpened) else fact for fact in found] == predicted


# Every kind of rung, with others about, callers who are not answered, and crews that are sent.

REACHED_BY_CHANCE: set[object] = set()
"""What all random cases together came to, as `reached_by` names it."""
OFFSETS = st.sampled_from([0.137, 3.011, 41.503, 333.377])
METRES = st.sampled_from([0.0, 7.0, 300.0, 9000.0])


def calls(call: Contact, others: list[tuple[float, float]], decision_s: float) -> list[Contact]:
    """The call of the incident that is rehearsed, and one for each of the others."""
    made = [replace(call, place=HERE, decision_s=decision_s, patience_s=None, wrap_up_s=0.0)]
    for number, (after_s, metres) in enumerate(others, start=1):
        at, contact = call.at + round(after_s * 1000), ContactId(f"{call.id}{number}")
        made.append(replace(made[0], id=contact, at=at, place=north_of(HERE, metres), decision_s=A_MONTH_S))
    return made


HERE = spot(20)


def told_by_the_world(
    centre: Centre, rules: Procedure, made: list[Contact], until: Instant, clerks: int
) -> list[f.Fact]:
    """All that the world records, but for call-takers, who was on duty when it began, and reports of positions."""
    staff = {f"C{number}": ResourceEntry(kind="clerk") for number in range(clerks)}
    staffed = centre.model_copy(update={"resources": {**centre.resources, **staff}})
    log = World(Desk.under(staffed, rules, made[0].at), made, start=made[0].at, end=until + 1).run()
    return [fact for fact in log if not _is_about_staff(fact, made, set(staff))]


def _is_about_staff(fact: f.Fact, made: list[Contact], staff: set[str]) -> bool:
    if isinstance(fact, f.ResourceMoved) or (
        getattr(fact, "resource", None) in staff and not isinstance(fact, f.ContactAnswered)
    ):
        return True
    if isinstance(fact, f.ResourceSignedOn) and fact.at == made[0].at:
        return True
    contact = getattr(fact, "contact", None)
    return contact is not None and contact != made[0].id and not isinstance(fact, f.IncidentOpened)


def plain(facts: list[f.Fact], names: dict[str, str]) -> list[str]:
    """Facts as text with these names for those, and without who took the call, or what an assignment was chosen for."""
    said = []
    for fact in facts:
        match fact:
            case f.ContactAnswered():
                fact = replace(fact, resource=None)
            case f.HandoverGiven():
                fact = replace(fact, giver=None)
            case f.ResourceAssigned():
                fact = replace(fact, because="")
            case f.IncidentOpened():
                fact = replace(fact, contact=None)
            case _:
                pass
        text = json.dumps(as_record(fact))
        for name, other in names.items():
            text = text.replace(name, other)
        said.append(text)
    return said


def crews_sent(log: list[f.Fact], incident: str) -> tuple[Sent, ...]:
    """What the world did for the incident, as assumptions: who was sent after how long, set off and arrived."""
    opened = next((fact.at for fact in log if isinstance(fact, f.NeedOpened) and fact.need == f"{incident}/1"), 0)
    found = []
    for fact in log:
        if isinstance(fact, f.ResourceAssigned) and fact.need == f"{incident}/1":
            after = {
                type(each): (each.at - fact.at) / 1000
                for each in log
                if isinstance(each, f.ResourceDeparted | f.ResourceArrived) and each.need == fact.need
            }
            found.append(
                Sent(
                    resource=fact.resource, after_s=(fact.at - opened) / 1000, row=fact.row,
                    departs_after_s=after.get(f.ResourceDeparted), arrives_after_s=after.get(f.ResourceArrived),
                )
            )  # fmt: skip
    return tuple(found)


def cut_off(log: list[f.Fact], others: list[f.Fact]) -> tuple[list[f.Fact], list[f.Fact]]:
    """Both logs up to the instant at which the world's first crew is done, of which a dry run knows nothing."""
    end = next(
        (fact.at for fact in log if isinstance(fact, f.ResourceReleased) and not fact.need.endswith("/call")), None
    )
    return tuple([fact for fact in each if end is None or fact.at < end] for each in (log, others))  # type: ignore[return-value]


def names_in_the_world(incident: str, made: list[Contact]) -> dict[str, str]:
    """What the world calls the call, and the other incidents."""
    others = {f"{incident}-{number}": f"i{contact.id[1:]}" for number, contact in enumerate(made[1:], start=1)}
    return {f"{incident}-call": made[0].id, **others}


@settings(max_examples=500, derandomize=True, deadline=None)
@given(
    st.data(),
    rosters(),
    instants(),
    INTERVIEWS,
    st.sampled_from([0, 1, 7.5]),
    st.sampled_from(["alone", "beside", "unanswered", "sent"]),
)
def test_every_kind_of_rung_is_foretold_as_the_world_lives_through_it(
    data: st.DataObject, centre: Centre, opened: Instant, answers: dict[str, str], pace_s: float, what: str
) -> None:
    """Unanswered calls, crowds, shortfalls, silence and crews that do not come: fact for fact, to the millisecond."""
    rules = data.draw(any_ladders(may_open=what != "sent"))
    centre = centre.model_copy(update={"kinds": {**centre.kinds, "lifeboat": LIFEBOAT}})
    others = (
        sorted(data.draw(st.lists(st.tuples(OFFSETS, METRES), min_size=1, max_size=2, unique_by=lambda each: each[0])))
        if what == "beside"
        else []
    )
    made = calls(
        a_call(opened, answers, pace_s),
        others,
        data.draw(st.sampled_from([11.3, 45.7])) if what == "sent" else A_MONTH_S,
    )
    foretold = compared(
        rules, centre, made, others, answers, pace_s, is_answered=what != "unanswered", watched=opened + A_WATCH_MS
    )
    REACHED_BY_CHANCE.update(reached_by(rules, foretold))


def compared(
    rules: Procedure,
    centre: Centre,
    made: list[Contact],
    others: list[tuple[float, float]],
    answers: dict[str, str],
    pace_s: float,
    *,
    watched: Instant,
    is_answered: bool = True,
    left: dict[str, str] | None = None,
    answered_by: str | None = None,
) -> list[f.Fact]:
    """Hold a dry run against the world, and return what both say up to when the world's first crew is done."""
    incident = IncidentId(f"i{made[0].id[1:]}")
    log = told_by_the_world(centre, rules, made, watched, len(made) if is_answered and answered_by is None else 0)
    assumed = Assumptions(
        queue="emergency",
        answered_after_s=0.0 if is_answered else None,
        answered_by=answered_by,
        acknowledged_after_s=30.0,
        sent=crews_sent(log, incident),
        others=tuple(Other(opened_after_s=after_s, metres=metres) for after_s, metres in others),
    )
    steps = timeline(
        centre,
        rules,
        made[0].at,
        answers,
        left=left or {},
        pace_s=pace_s,
        watch_s=(watched - made[0].at) / 1000,
        incident=incident,
        place=HERE,
        assumed=assumed,
    )
    lived_through, foretold = cut_off(log, [step.fact for step in steps if step.at <= watched])
    assert plain(lived_through, {}) == plain(foretold, names_in_the_world(incident, made))
    return foretold


def reached_by(rules: Procedure, foretold: list[f.Fact]) -> set[object]:
    """The kinds of facts, the triggers of the rungs that acted (None: only another rung led there), and what raised alarms."""
    acted = [fact.rung for fact in foretold if isinstance(fact, f.IncidentEscalated | f.ContactEscalated)]
    modes = [fact.mode for fact in foretold if isinstance(fact, f.ModeEntered)]
    alarms = {f"alarm {fact.because.split()[0]}" for fact in foretold if isinstance(fact, f.AlarmRaised)}
    return {*map(type, foretold), *(rules.escalation[name].trigger for name in (*acted, *modes)), *alarms}


A_WATCH_MS = 2 * 3_600_000
LIFEBOAT = Kind(skills=("sea",), partner="coastguard")


GREEN: dict[str, Any] = {"priorities": ["green"]}
BY_RUNG = {
    "late": {
        **GREEN,
        "unfilled_for_s": 60,
        "notifies": [{"role": "advanced"}, {"organisation": "police"}],
        "ack_s": 20,
        "then": "next",
    },
    "next": {"opens": {"skill": "fire"}},
}
LEVELS = [
    {"name": "second", "counts": "added", "send": [{"skill": "transport"}], "after_s": 100},
    {"name": "third", "counts": "in all", "send": [{"skill": "transport", "quantity": 3}]},
]
AT_SHIFT_END = {"on": "shift end", "to": {"role": "answering"}, "accept_s": 60}


@dataclass(frozen=True, slots=True)
class Directed:
    """A case that chance comes to too seldom: rules, who is there, and what has to be reached, or must not be."""

    rules: Procedure
    reached: set[object]
    units: dict[str, tuple[str, float]] = field(default_factory=lambda: {"A1": ("ambulance", 0)})
    others: tuple[tuple[float, float], ...] = ()
    decision_s: float = A_MONTH_S
    spared: str | None = None
    lost: Lost | None = None
    left: dict[str, str] = field(default_factory=dict)


def a_ladder(**rungs: dict[str, Any]) -> Procedure:
    return a_procedure(escalation=rungs)


DIRECTED: dict[str, Directed] = {
    "a crowd": Directed(
        a_ladder(
            crowd={
                **GREEN,
                "incidents_within": {"count": 2, "metres": 5000, "seconds": 500},
                "notifies": [{"role": "fire"}],
            }
        ),
        {"incidents_within", f.RungSkipped},
        others=((3.011, 7.0),),
    ),
    "a rung that only another leads to": Directed(
        a_procedure(escalation=BY_RUNG), {None, f.AcknowledgementMissed, f.NeedOpened}
    ),
    "what a rung asked for is withdrawn": Directed(
        a_ladder(late={**GREEN, "unfilled_for_s": 60, "opens": {"skill": "fire"}, "stands_down": True}),
        {f.NeedWithdrawn, f.IncidentDeescalated, f.ResourceAssigned},
        decision_s=100.0,
    ),
    "a crew that is there in time": Directed(
        a_ladder(lost={**GREEN, "unarrived_for_s": 70, "raises_to": "red"}),
        {f.ResourceArrived},
        decision_s=11.3,
        spared="lost",
    ),
    "a crew that is there too late": Directed(
        a_ladder(lost={**GREEN, "unarrived_for_s": 5, "raises_to": "red"}),
        {f.ResourceArrived, "unarrived_for_s"},
        units={"A1": ("ambulance", 90)},
        decision_s=11.3,
    ),
    "a mode of the centre": Directed(
        a_ladder(
            surge={
                **GREEN,
                "shortfall": 2,
                "mode": {"leaves_at": 0, "dwell_s": 50},
                "notifies": [{"role": "transport"}],
            },
            during={**GREEN, "unfilled_for_s": 30, "during": ["surge"], "raises_to": "red"},
        ),
        {"shortfall", f.ModeEntered, f.RoleNotified, "unfilled_for_s"},
        others=((41.503, 7.0),),
    ),
    "alarms raised by time and by a rung": Directed(
        a_procedure(
            plans={
                **a_procedure().model_dump(mode="json")["plans"],
                "medical": {"send": [{"skill": "transport"}], "levels": LEVELS},
            },
            escalation={"up": {**GREEN, "unfilled_for_s": 200, "alarm_up": True}},
        ),
        {"alarm staged", "alarm rung", f.NeedOpened},
    ),
    "an interview that is left": Directed(
        interview_rules(),
        {f.InterviewLeft, f.IncidentAssessed},
        lost=Lost(1, "caller lost"),
        left={"severe": "caller lost"},
    ),
}


@pytest.mark.parametrize("name", DIRECTED)
def test_what_chance_seldom_comes_to_is_foretold_as_well(name: str) -> None:
    """Each is a rule of its own, and a random case that never reaches one proves nothing about it."""
    case = DIRECTED[name]
    answers = {question: said for question, said in UNWELL.items() if question not in case.left}
    call = replace(a_call(START, answers, 1), lost=case.lost)
    made = calls(call, list(case.others), case.decision_s)
    foretold = compared(
        case.rules,
        a_centre(case.units),
        made,
        list(case.others),
        answers,
        1,
        watched=START + A_WATCH_MS,
        left=case.left,
    )
    assert case.reached <= reached_by(case.rules, foretold)
    if case.spared is not None:
        assert case.spared not in [fact.rung for fact in foretold if isinstance(fact, f.IncidentEscalated)]


def test_the_end_of_the_shift_of_whoever_holds_the_incident_is_foretold() -> None:
    """The call-taker goes home with the incident open, and whoever is on duty then takes it."""
    rules = a_procedure(handovers={"over": AT_SHIFT_END})
    shifts = {"early": {"start": "06:00", "until": "22:30"}, "night": {"start": "22:30", "until": "06:00"}}
    clerks = {"C1": {"kind": "clerk", "shift": "early"}, "C2": {"kind": "clerk", "shift": "night"}}
    centre = a_centre({}, shifts=shifts, resources=clerks)
    made = calls(a_call(START, UNWELL, 1), [], A_MONTH_S)
    foretold = compared(rules, centre, made, [], UNWELL, 1, watched=START + A_WATCH_MS, answered_by="C1")
    (given,) = [fact for fact in foretold if isinstance(fact, f.HandoverGiven)]
    (accepted,) = [fact for fact in foretold if isinstance(fact, f.HandoverAccepted)]
    assert (given.giver, given.because) == ("C1", "C1 has gone off duty")
    assert (accepted.by, accepted.at - given.at) == ("C2", 30_000)


def test_the_cases_have_every_trigger_and_every_kind_of_fact_of_a_ladder() -> None:
    """Or their agreement would say nothing of those that never came; what chance does not reach a directed case does."""
    if not REACHED_BY_CHANCE:
        pytest.skip("the test of random cases was not run")
    wanted: set[object] = {*TRIGGERS, None,
        f.IncidentDeescalated, f.RungSkipped, f.RoleNotified, f.AcknowledgementMissed, f.ModeEntered, f.ModeLeft,
        f.AidRequested, f.MessageSent, f.MessageAcknowledged, f.MessageOverdue, f.HandoverGiven, f.HandoverAccepted,
        f.ResourceSignedOff, f.NeedWithdrawn, f.ResourceArrived, f.AlarmRaised, f.InterviewLeft,
    }  # fmt: skip
    directed = {each for case in DIRECTED.values() for each in case.reached}
    assert wanted - REACHED_BY_CHANCE - directed - {f.AlarmRaised} == set()
    assert {"alarm staged", "alarm rung"} <= directed
