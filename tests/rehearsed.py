"""A dry run held against the simulated world, fact for fact: the calls, what the world says of them, and what was reached."""

from __future__ import annotations

import json
from dataclasses import replace

from incidents import facts as f
from incidents.assumptions import Assumptions, Other, Sent, north_of
from incidents.centre import Centre, ResourceEntry
from incidents.desk import Desk
from incidents.dry_run import timeline
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, Instant
from incidents.records import as_record
from simulation.contacts import Contact, draw_contacts
from simulation.workload import Workload
from simulation.world import World
from tests.builders import START, spot

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
