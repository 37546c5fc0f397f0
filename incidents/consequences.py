"""Consequences: the facts that a procedure itself entails, without anybody's choice.

A contact entails a need for somebody who answers it; the last answer of the triage tree, or leaving it, entails an assessment; a
caller who is back entails that the interview goes on; an assessment entails the needs of its response plan, and an alarm that is
raised those of its level; a rung that is due entails an escalation, and that may entail a need or an alarm; whoever has to be
told of any of it is sent a message, and what has to be handed over is. They are recorded as facts like any other, so that the log
says what was asked for and by which rule. Imports `asking`, `alarms`, `jump_outs`, `escalation`, `rung_facts`, `messages`,
`packets`, `remembering`, `procedure`, `situation`, `facts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from incidents import alarms, escalation, messages, packets
from incidents import facts as f
from incidents.asking import attendance_needs, need_row, need_row_of, next_need
from incidents.centre import Centre
from incidents.escalation import Change, Due
from incidents.jump_outs import rung_back, standing_of
from incidents.procedure import Procedure
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
    if procedure.wording is None and not procedure.handovers:
        return entailed
    # A message says what is asked for, so it is worded when that has been.
    asked = reduce(after, entailed, situation)
    told = messages.entailed(fact, asked, procedure, centre, exercise=exercise)
    return (*entailed, *told, *packets.owed(fact, asked, procedure))


def first_due_at(situation: Situation, procedure: Procedure) -> Instant | None:
    """Return the next instant at which time alone entails something (past for what is overdue); None if there is none."""
    if not (procedure.escalation or procedure.is_staged or situation.modes or situation.notices or situation.messages):
        return None
    rung_at = escalation.first_due_at(situation, procedure)
    alarm_at = alarms.first_due_at(situation, procedure)
    message_at = messages.first_due_at(situation) if situation.messages else None
    return min((at for at in (rung_at, alarm_at, message_at) if at is not None), default=None)


def _of_rung(fact: f.IncidentEscalated, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    incident = situation.incidents[fact.incident]
    opened = _rung_need(fact, incident, situation, procedure)
    aid = _rung_aid(fact, incident, opened, situation, procedure)
    rung = procedure.escalation.get(fact.rung)
    raised = () if rung is None else alarms.by_rung(fact, rung, situation, procedure)
    return (*opened, *raised, *aid, *told(fact, fact.rung, situation, procedure))


def _left_open(fact: f.ResourceReleased, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    return alarms.left_open(fact, situation, procedure) if fact.leaves_open else ()


def entailed_by_time(situation: Situation, procedure: Procedure, at: Instant) -> tuple[f.Fact, ...]:
    """Return what the passing of time up to `at` entails: messages that become overdue, alarms and rungs that are due.

    Of several rungs that an incident reaches at one instant all act, but none takes back what another has raised. What may lead
    to another rung goes alone, since what follows from it may change what is due.
    """
    entailed: list[f.Fact] = [*messages.overdue(situation, at), *alarms.due(situation, procedure, at)]
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
    row = need_row_of(queue.skill, 1, 1, queue.load)
    because = f"queue {fact.queue}"
    return (f.NeedOpened(fact.at, call_need(fact.contact), (row,), False, because, contact=fact.contact),)


def _stop_ringing(fact: f.ContactAbandoned, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    need = situation.needs.get(call_need(fact.contact))
    held = () if need is None else need.filled_by
    return tuple(
        f.ResourceReleased(fact.at, resource, call_need(fact.contact), "contact abandoned") for resource in held
    )


def _by_correction(fact: f.Corrected, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    """What is right leads where it would have led: an answer to its assessment, a contact into its incident's log."""
    incident = None if fact.incident is None else situation.incidents.get(fact.incident)
    if fact.answer is not None and incident is not None:
        return _assessment(fact, situation, procedure)
    link = situation.recorded[fact.corrects]
    if fact.linked_to is not None and isinstance(link, f.ContactLinked):
        return (f.ContactLinked(fact.at, link.contact, fact.linked_to),)
    return ()


def _assessment(
    fact: f.AnswerGiven | f.InterviewLeft | f.InterviewResumed | f.Corrected, situation: Situation, procedure: Procedure
) -> tuple[f.Fact, ...]:
    assert fact.incident is not None, "an answer is about an incident"
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
    incident = situation.incidents[fact.incident]
    found = alarms.plan_of(incident, procedure)
    if found is None:
        return ()
    name, plan = found
    up_to = plan.rank(incident.alarm.level)
    return attendance_needs(fact.at, incident, name, plan, situation, up_to=up_to)


def _rung_need(
    fact: f.IncidentEscalated, incident: Incident, situation: Situation, procedure: Procedure
) -> tuple[f.NeedOpened, ...]:
    rung = procedure.escalation.get(fact.rung)
    # Somebody may have sent for a rung before anybody has said how urgent the incident is.
    if rung is None or rung.opens is None or incident.priority is None:
        return ()
    need, row = next_need(incident, situation), need_row(rung.opens)
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


ENTAILING: Mapping[type[f.Fact], Callable[[Any, Situation, Procedure], tuple[f.Fact, ...]]] = {
    f.ContactReceived: _call_need,
    f.ContactAbandoned: _stop_ringing,
    f.ContactLinked: lambda fact, situation, procedure: rung_back(
        fact, situation.incidents[fact.incident], procedure.triage
    ),
    f.AnswerGiven: _assessment,
    f.InterviewLeft: _assessment,
    f.InterviewResumed: _assessment,
    f.Corrected: _by_correction,
    f.IncidentAssessed: _planned_need,
    f.IncidentEscalated: _of_rung,
    f.AlarmRaised: alarms.raised,
    f.AlarmLowered: alarms.lowered,
    f.ResourceReleased: _left_open,
    f.ContactEscalated: lambda fact, situation, procedure: told(fact, fact.rung, situation, procedure),
    f.ModeEntered: lambda fact, situation, procedure: told(fact, fact.mode, situation, procedure),
    f.AcknowledgementMissed: lambda fact, situation, procedure: following_rung(fact, fact.rung, situation, procedure),
    f.IncidentDeescalated: lambda fact, situation, procedure: stood_down(fact, situation),
}
"""By kind of fact, what it entails beside messages; all others entail nothing."""
