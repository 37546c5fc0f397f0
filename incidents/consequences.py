"""Consequences: the facts that a procedure itself entails, without anybody's choice.

A contact entails a need for somebody who answers it; the last answer of the triage tree, or leaving it, entails an assessment; a
caller who is back entails that the interview goes on; an assessment entails the needs of its response plan; a rung that is due
entails an escalation, and that may entail a need; whoever has to be told of any of it is sent a message. They are recorded as
facts like any other, so that the log says what was asked for and by which rule. Imports `jump_outs`, `escalation`, `rung_facts`,
`messages`, `remembering`, `procedure`, `situation`, `facts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, reduce
from itertools import count
from typing import Any

from incidents import escalation, messages
from incidents import facts as f
from incidents.centre import Centre
from incidents.escalation import Change, Due
from incidents.jump_outs import rung_back, standing_of
from incidents.plan_row import PlanRow
from incidents.procedure import Plan, Procedure
from incidents.quantities import ContactId, IncidentId, Instant, NeedId
from incidents.remembering import after
from incidents.rung_facts import following_rung, of_due, stood_down, told
from incidents.situation import Incident, Situation
from incidents.triage import Outcome


def entailed_by(
    fact: f.Fact, situation: Situation, procedure: Procedure, centre: Centre, *, exercise: bool = False
) -> tuple[f.Fact, ...]:
    """Return what `fact` entails; `situation` is the one just after it. `exercise`: messages say that nothing is real."""
    rule = ENTAILING.get(type(fact))
    entailed = () if rule is None else rule(fact, situation, procedure)
    if procedure.wording is None:
        return entailed
    # A message says what is asked for, so it is worded when that has been.
    asked = reduce(after, entailed, situation)
    return (*entailed, *messages.entailed(fact, asked, procedure, centre, exercise=exercise))


def first_due_at(situation: Situation, procedure: Procedure) -> Instant | None:
    """Return the next instant at which time alone entails something (past for what is overdue); None if there is none."""
    if not (procedure.escalation or situation.modes or situation.notices or situation.messages):
        return None
    rung_at = escalation.first_due_at(situation, procedure)
    if not situation.messages:
        return rung_at
    message_at = messages.first_due_at(situation)
    return min((at for at in (rung_at, message_at) if at is not None), default=None)


def _of_rung(fact: f.IncidentEscalated, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    incident = situation.incidents[fact.incident]
    opened = _rung_need(fact, incident, situation, procedure)
    aid = _rung_aid(fact, incident, opened, situation, procedure)
    return (*opened, *aid, *told(fact, fact.rung, situation, procedure))


def entailed_by_time(situation: Situation, procedure: Procedure, at: Instant) -> tuple[f.Fact, ...]:
    """Return what the passing of time up to `at` entails: the messages that become overdue and what is due of the rungs.

    Of several rungs that an incident reaches at one instant all act, but none takes back what another has raised. What may lead
    to another rung goes alone, since what follows from it may change what is due.
    """
    entailed: list[f.Fact] = [*messages.overdue(situation, at)]
    dues = escalation.due(situation, procedure, at)
    together = [each for each in dues if _goes_with_others(each, procedure)]
    if dues and not _goes_with_others(dues[0], procedure):
        together = [dues[0]]
    raised: dict[IncidentId, str] = {}
    for each in together:
        fact = of_due(each, situation, procedure, at, standing=raised)
        if isinstance(fact, f.IncidentEscalated) and fact.priority is not None:
            raised[fact.incident] = fact.priority
        entailed.append(fact)
    return tuple(entailed)


def _goes_with_others(due: Due, procedure: Procedure) -> bool:
    return due.change is Change.ACTS and due.incident is not None and procedure.escalation[due.rung].then is None


def call_need(contact: ContactId) -> NeedId:
    """The id of the need that a contact opens."""
    return NeedId(f"{contact}/call")


def _call_need(fact: f.ContactReceived, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    queue = procedure.queues[fact.queue]
    row = need_row(queue.skill, 1, 1, queue.load)
    because = f"queue {fact.queue}"
    return (f.NeedOpened(fact.at, call_need(fact.contact), (row,), False, because, contact=fact.contact),)


def _stop_ringing(fact: f.ContactAbandoned, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    need = situation.needs.get(call_need(fact.contact))
    held = () if need is None else need.filled_by
    return tuple(
        f.ResourceReleased(fact.at, resource, call_need(fact.contact), "contact abandoned") for resource in held
    )


def _assessment(
    fact: f.AnswerGiven | f.InterviewLeft | f.InterviewResumed, situation: Situation, procedure: Procedure
) -> tuple[f.Fact, ...]:
    incident = situation.incidents[fact.incident]
    if incident.assessed_by_person:
        return ()
    step = standing_of(incident, procedure.triage)
    if not isinstance(step, Outcome) or step.code == incident.determinant:
        return ()
    path = ", ".join(f"{question}={answer}" for question, answer in step.path)
    priority = procedure.determinants[step.code].priority
    return (f.IncidentAssessed(fact.at, incident.id, step.code, priority, path),)


def _planned_need(fact: f.IncidentAssessed, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    name = procedure.determinants[fact.determinant].plan
    if name is None:
        return ()
    incident = situation.incidents[fact.incident]
    plan = procedure.plans[name]
    rows = _still_to_ask(plan, incident, situation)
    if not rows:
        return ()
    need = _next_need(incident, situation)
    because = f"plan {name}"
    return (f.NeedOpened(fact.at, need, rows, plan.whole, because, incident=incident.id, shared=plan.shared),)


def _still_to_ask(plan: Plan, incident: Incident, situation: Situation) -> tuple[f.NeedRow, ...]:
    """A second assessment adds what the first plan lacks; what was asked for stands until somebody withdraws it.

    A need with several ways counts as the one in use, or else as its first. A plan of which one way lacks nothing lacks nothing.
    """
    if not incident.needs and not plan.instead:
        return tuple([_need_row(row) for row in plan.send])
    asked: Counter[tuple[str, int]] = Counter()
    for each in incident.needs:
        need = situation.needs[each]
        for row in need.rows:
            if row.alternative == (need.in_use or 0):
                asked[row.skill, row.level] += row.quantity
    ways = [_missing(way, asked) for way in plan.ways]
    if not all(ways):
        return ()
    return tuple(
        replace(_need_row(row), quantity=quantity, alternative=alternative)
        for alternative, way in enumerate(ways)
        for row, quantity in way
    )


def _missing(way: tuple[PlanRow, ...], asked: Counter[tuple[str, int]]) -> list[tuple[PlanRow, int]]:
    """The rows of a way of which more is wanted than was asked for, and how many more."""
    asked, lacking = asked.copy(), [row.quantity for row in way]
    # The highest level first: whoever was asked for at a level does for the lower ones as well.
    for number in sorted(range(len(way)), key=lambda number: -way[number].level):
        wanted = way[number]
        for skill, level in asked:
            if skill == wanted.skill and level >= wanted.level:
                met = min(lacking[number], asked[skill, level])
                lacking[number] -= met
                asked[skill, level] -= met
    return [(row, quantity) for row, quantity in zip(way, lacking, strict=True) if quantity]


def _need_row(row: PlanRow) -> f.NeedRow:
    return need_row(row.skill, row.quantity, row.level, row.load)


@lru_cache(maxsize=1024)
def need_row(skill: str, quantity: int, level: int, load: int) -> f.NeedRow:
    """Return a row of a need's first way; the same ones are asked for all day long."""
    return f.NeedRow(skill, quantity, level, load=load)


def _rung_need(
    fact: f.IncidentEscalated, incident: Incident, situation: Situation, procedure: Procedure
) -> tuple[f.NeedOpened, ...]:
    rung = procedure.escalation.get(fact.rung)
    # Somebody may have sent for a rung before anybody has said how urgent the incident is.
    if rung is None or rung.opens is None or incident.priority is None:
        return ()
    need, row = _next_need(incident, situation), _need_row(rung.opens)
    return (f.NeedOpened(fact.at, need, (row,), False, f"rung {fact.rung}", incident=incident.id),)


def _rung_aid(
    fact: f.IncidentEscalated,
    incident: Incident,
    opened: tuple[f.NeedOpened, ...],
    situation: Situation,
    procedure: Procedure,
) -> tuple[f.AidRequested, ...]:
    """Aid is asked for the need that the rung opens, or else the first one that lacks somebody."""
    rung = procedure.escalation.get(fact.rung)
    asked = None if rung is None else rung.requests
    lacking = [each for each in incident.needs if not situation.needs[each].is_filled]
    need = next((each.need for each in opened), lacking[0] if lacking else None)
    if asked is None or need is None or (need, asked.partner) in situation.aid:
        return ()
    because = f"rung {fact.rung}"
    return (f.AidRequested(fact.at, need, asked.partner, asked.skill, asked.quantity, because, asked.role),)


def _next_need(incident: Incident, situation: Situation) -> NeedId:
    # Somebody may have opened a need by hand under the very name that would come next.
    names = (NeedId(f"{incident.id}/{number}") for number in count(incident.needs_opened + 1))
    return next(name for name in names if name not in situation.needs)


ENTAILING: Mapping[type[f.Fact], Callable[[Any, Situation, Procedure], tuple[f.Fact, ...]]] = {
    f.ContactReceived: _call_need,
    f.ContactAbandoned: _stop_ringing,
    f.ContactLinked: lambda fact, situation, procedure: rung_back(
        fact, situation.incidents[fact.incident], procedure.triage
    ),
    f.AnswerGiven: _assessment,
    f.InterviewLeft: _assessment,
    f.InterviewResumed: _assessment,
    f.IncidentAssessed: _planned_need,
    f.IncidentEscalated: _of_rung,
    f.ContactEscalated: lambda fact, situation, procedure: told(fact, fact.rung, situation, procedure),
    f.ModeEntered: lambda fact, situation, procedure: told(fact, fact.mode, situation, procedure),
    f.AcknowledgementMissed: lambda fact, situation, procedure: following_rung(fact, fact.rung, situation, procedure),
    f.IncidentDeescalated: lambda fact, situation, procedure: stood_down(fact, situation),
}
"""By kind of fact, what it entails beside messages; all others entail nothing."""
