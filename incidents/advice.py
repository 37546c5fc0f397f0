"""Advice to callers: what may be given about an incident, and by whom. Imports `procedure`, `situation`, `jump_outs`."""

from __future__ import annotations

from incidents.facts import AdviceGiven
from incidents.jump_outs import standing_of
from incidents.procedure import Procedure
from incidents.refusals import Flaw
from incidents.situation import Incident
from incidents.triage import Ask, Outcome, Stuck


def offered(incident: Incident, procedure: Procedure) -> tuple[str, ...]:
    """Return the items of advice for this incident, each once: those of the questions asked so far, then the determinant's."""
    questions = procedure.triage.questions
    asked = [name for name in incident.answers if name in questions]
    match standing_of(incident, procedure.triage):
        case Ask(question=name) | Stuck(question=name) if name in questions:
            asked.append(name)
        case Ask() | Stuck() | Outcome():
            pass
    concluded = procedure.determinants.get(incident.determinant or "")
    items = [item for name in asked for item in questions[name].advice]
    return tuple(dict.fromkeys((*items, *(concluded.advice if concluded else ()))))


def out_of_scope(fact: AdviceGiven, incident: Incident, procedure: Procedure) -> tuple[Flaw, ...]:
    """Return every reason why this advice may not be given about this incident by this role; empty: it may."""
    item = procedure.advice.get(fact.advice)
    if item is None:
        return (Flaw("/advice", f"unknown advice {fact.advice!r}", _some(tuple(procedure.advice))),)
    flaws = []
    here = offered(incident, procedure)
    if fact.advice not in here:
        flaws.append(Flaw("/advice", f"{fact.advice!r} is not for an incident like this", _some(here)))
    if item.roles and fact.by_role not in item.roles:
        flaws.append(Flaw("/by_role", f"{fact.by_role!r} may not give it: transfer the caller", _some(item.roles)))
    if item.qualifications and fact.qualification not in item.qualifications:
        held = "no qualification" if fact.qualification is None else f"qualification {fact.qualification!r}"
        flaws.append(Flaw("/qualification", f"{held} does not do: transfer the caller", _some(item.qualifications)))
    return tuple(flaws)


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "") if names else "nothing"
