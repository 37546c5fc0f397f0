"""Remembering: `after(situation, fact)` is the one way a situation changes.

Each kind of fact has one small function. A fact that contradicts what is known is refused and the situation stays as it was; the
refusal says what was refused, why, and what would have been accepted. Imports `alarm_folding`, `assignments`, `climbing`,
`correcting`, `messaging` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from immutables import Map

from incidents import alarm_folding, assignments, climbing, correcting, known, messaging
from incidents import facts as f
from incidents.known import GONE, Changes, accepted_facts, incident_change, refusal, with_entry, without_entry
from incidents.light import replace, replacer
from incidents.quantities import NeedId
from incidents.situation import (
    CONTACT_TABLE,
    CORRECTABLE_FACTS,
    AssignmentStatus,
    Incident,
    Need,
    OpenContact,
    Situation,
)


def after(situation: Situation, fact: f.Fact) -> Situation:
    """Return the situation that follows `situation` when `fact` happens; raise `FactRefused` if it cannot have happened."""
    if fact.at < situation.at:
        raise refusal("at", f"time goes back: {fact.at} is before {situation.at}", f"{situation.at} or later")
    situation = situation.kept()
    changed: dict[str, Any] = {}
    for field, key, value in FOLDS[type(fact)](situation, fact):
        if field == "procedure":
            changed[field] = value
            continue
        if field not in changed:
            held = getattr(situation, field)
            changed[field] = held if isinstance(held, Map) else dict(held)
        if isinstance(changed[field], Map):
            changed[field] = changed[field].set(key, value)
        elif value is GONE:
            del changed[field][key]
        else:
            changed[field][key] = value
    sequence = situation.sequence + 1
    changed["recorded"] = recorded_with(changed.get("recorded", situation.recorded), sequence, fact)
    return replace(situation, at=fact.at, sequence=sequence, **changed)


_in_status = replacer(OpenContact, "status")
_about = replacer(OpenContact, "incident")
_with_need = replacer(OpenContact, "need")
_answered = replacer(Incident, "answers")
_assessed = replacer(Incident, "determinant", "priority", "assessed_at", "assessed_by_person")
_with_needs = replacer(Incident, "needs", "needs_opened")


def recorded_with(recorded: Map[int, f.Fact], sequence: int, fact: f.Fact) -> Map[int, f.Fact]:
    """Keep the fact, and let go of the one that is too far back to be corrected."""
    kept = recorded.set(sequence, fact)
    return kept.delete(sequence - CORRECTABLE_FACTS) if sequence - CORRECTABLE_FACTS in kept else kept


def _contact_received(s: Situation, fact: f.ContactReceived) -> Changes:
    if fact.contact in s.contacts or fact.contact in s.ended:
        raise refusal("contact", f"contact {fact.contact} was received before", "an id not used yet")
    contact = OpenContact(fact.contact, fact.at, fact.queue, fact.place)
    return (("contacts", fact.contact, contact),)


def _contact_step(s: Situation, fact: f.ContactAnswered | f.ContactAbandoned | f.ContactEnded) -> Changes:
    contact = known.open_contact(s, fact.contact)
    following = CONTACT_TABLE.get((contact.status, type(fact)), contact.status)
    if following is contact.status:
        accepted = accepted_facts(CONTACT_TABLE, contact.status)
        raise refusal("contact", f"contact {contact.id} is {contact.status}", accepted)
    if following is None:
        return (
            ("contacts", contact.id, GONE),
            ("ended", contact.id, fact.at),
            *(climbing.without_subject(s, contact=contact.id) if s.notices else ()),
            *_unless_held(s, contact.need),
        )
    # Once it is answered, nobody has to be told any more that it is not.
    told = climbing.without_subject(s, contact=contact.id) if s.notices else ()
    return (("contacts", contact.id, _in_status(contact, following)), *told)


def _unless_held(s: Situation, call: NeedId | None) -> Changes:
    """Drop a contact's need, unless a call-taker is still busy with it: then their release drops it."""
    need = None if call is None else s.needs.get(call)
    return () if need is None or need.filled_by else (("needs", need.id, GONE),)


ON_SCENE = AssignmentStatus.ON_SCENE


def _contact_answered(s: Situation, fact: f.ContactAnswered) -> Changes:
    changes = _contact_step(s, fact)
    if fact.resource is None:
        # Somebody outside the centre's resources answered, so nobody needs to be sent any more.
        return (*changes, *_unless_held(s, s.contacts[fact.contact].need))
    resource = known.centre_resource(s, fact.resource)
    for assignment in resource.serving:
        need = s.needs[assignment.need]
        if need.contact == fact.contact:
            there = assignments.further_on(assignment, ON_SCENE, fact.at)
            return (*changes, ("resources", resource.id, assignments.serving(resource, assignment, there)))
    raise refusal("resource", f"{resource.id} is not assigned to contact {fact.contact}", "the assigned call-taker")


def _incident_opened(s: Situation, fact: f.IncidentOpened) -> Changes:
    if fact.incident in s.incidents or fact.incident in s.closed:
        raise refusal("incident", f"incident {fact.incident} was opened before", "an id not used yet")
    if fact.contact is None:
        incident = Incident(fact.incident, fact.at, None, fact.place, {})
        return incident_change(incident)
    contact = known.open_contact(s, fact.contact)
    if contact.incident is not None:
        raise refusal("contact", f"contact {contact.id} belongs to incident {contact.incident}", "a contact of its own")
    call = None if contact.need is None else s.needs.get(contact.need)
    holder = next(iter(call.filled_by), None) if call is not None else None
    incident = Incident(
        fact.incident, contact.received_at, contact.id, fact.place or contact.place, {}, holder=holder
    )  # fmt: skip
    return (
        ("incidents", incident.id, incident),
        ("contacts", contact.id, _about(contact, fact.incident)),
    )


def _contact_linked(s: Situation, fact: f.ContactLinked) -> Changes:
    incident = known.open_incident(s, fact.incident)
    if fact.contact in s.ended:
        return _linked_late(s, fact)
    contact = known.open_contact(s, fact.contact)
    if contact.incident is not None:
        raise refusal("contact", f"contact {contact.id} belongs to incident {contact.incident}", "a contact of its own")
    return (("contacts", contact.id, _about(contact, incident.id)),)


def _linked_late(s: Situation, fact: f.ContactLinked) -> Changes:
    """A caller who has hung up is on record alone; refused where the facts that are kept say it was about something else."""
    of_contact = (
        each.incident
        for each in s.kept().recorded.values()
        if isinstance(each, f.ContactLinked | f.IncidentOpened) and each.contact == fact.contact
    )
    owner = next((incident for incident in of_contact if incident != fact.incident), None)
    if owner is not None:
        raise refusal("contact", f"contact {fact.contact} belongs to incident {owner}", "Corrected for its link")
    return ()


def _incident_located(s: Situation, fact: f.IncidentLocated) -> Changes:
    incident = known.open_incident(s, fact.incident)
    return incident_change(replace(incident, place=fact.place))


def _answer_given(s: Situation, fact: f.AnswerGiven) -> Changes:
    incident = known.open_incident(s, fact.incident)
    answers = with_entry(incident.answers, fact.question, fact.answer)
    if fact.question not in incident.left:
        return incident_change(_answered(incident, answers))
    # Whoever answers the question at which the interview was left has gone on with it.
    return incident_change(replace(incident, answers=answers, left=without_entry(incident.left, fact.question)))


def _interview_left(s: Situation, fact: f.InterviewLeft) -> Changes:
    incident = known.open_incident(s, fact.incident)
    return incident_change(replace(incident, left=with_entry(incident.left, fact.question, fact.jump_out)))


def _interview_resumed(s: Situation, fact: f.InterviewResumed) -> Changes:
    incident = known.open_incident(s, fact.incident)
    if fact.question not in incident.left:
        accepted = ", ".join(incident.left) or "an interview that was left"
        raise refusal("question", f"the interview did not leave {fact.question}", accepted)
    return incident_change(replace(incident, left=without_entry(incident.left, fact.question)))


def _incident_assessed(s: Situation, fact: f.IncidentAssessed) -> Changes:
    incident = known.open_incident(s, fact.incident)
    first = fact.at if incident.assessed_at is None else incident.assessed_at
    return incident_change(_assessed(incident, fact.determinant, fact.priority, first, fact.by_person))


def _incident_closed(s: Situation, fact: f.IncidentClosed) -> Changes:
    incident = known.open_incident(s, fact.incident)
    for need in incident.needs:
        held = s.needs[need].filled_by
        if held:
            raise refusal("incident", f"incident {incident.id} still holds {', '.join(held)}", "release them first")
    return (
        ("incidents", incident.id, GONE),
        *(("needs", need, GONE) for need in incident.needs),
        ("closed", incident.id, fact.at),
        *messaging.forgotten(s, incident.id),
        *climbing.without_needs(s, incident.needs),
        *climbing.without_subject(s, incident=incident.id),
    )


def _resource_released(s: Situation, fact: f.ResourceReleased) -> Changes:
    incident = s.needs[fact.need].incident if fact.need in s.needs else None
    gone = () if incident is None else messaging.forgotten(s, incident, fact.resource)
    return (*assignments.resource_released(s, fact), *gone)


def _noted(s: Situation, fact: f.NoteAdded) -> Changes:
    if fact.incident in s.closed:
        return ()
    incident = known.open_incident(s, fact.incident)
    return incident_change(replace(incident, notes=with_entry(incident.notes, s.sequence + 1, fact.text)))


def _advised(s: Situation, fact: f.AdviceGiven) -> Changes:
    if fact.incident not in s.closed:
        known.open_incident(s, fact.incident)
    return ()


def _need_opened(s: Situation, fact: f.NeedOpened) -> Changes:
    if fact.need in s.needs:
        raise refusal("need", f"need {fact.need} is open already", "an id not used yet")
    if (fact.incident is None) == (fact.contact is None):
        raise refusal("need", "a need belongs to an incident or to a contact", "one of `incident`, `contact`")
    if not fact.rows or min([row.quantity for row in fact.rows]) < 1:
        raise refusal("rows", "a need asks for at least one resource in every row", "rows with quantity 1 or more")
    _refuse_alternatives(fact)
    wanted = tuple([row.quantity for row in fact.rows])
    need = Need(
        fact.need, fact.rows, fact.whole, fact.at, fact.because, fact.incident, fact.contact, wanted, fact.at, (),
        fact.shared, fact.alarm,
    )  # fmt: skip
    if fact.incident is None:
        assert fact.contact is not None
        contact = known.open_contact(s, fact.contact)
        if contact.need in s.needs:
            raise refusal("contact", f"contact {contact.id} has need {contact.need} open", "a contact without a need")
        return (("needs", need.id, need), ("contacts", contact.id, _with_need(contact, need.id)))
    incident = known.open_incident(s, fact.incident)
    if incident.priority is None:
        raise refusal("incident", f"incident {incident.id} has no priority yet", "IncidentAssessed first")
    longer = _with_needs(incident, (*incident.needs, need.id), incident.needs_opened + 1)
    return (("needs", need.id, need), ("incidents", incident.id, longer))


def _refuse_alternatives(fact: f.NeedOpened) -> None:
    """Halves of two different ways to fill a need have no common measure, so only whole needs have several."""
    if len(fact.rows) == 1 and not fact.rows[0].alternative:
        return
    alternatives = {row.alternative for row in fact.rows}
    if alternatives != set(range(len(alternatives))):
        raise refusal("rows", "an alternative without a row", "alternatives numbered from 0 without a gap")
    if len(alternatives) > 1 and not fact.whole:
        raise refusal("rows", "a need that may be filled in part has several alternatives", "`whole`, or one of them")


def _need_withdrawn(s: Situation, fact: f.NeedWithdrawn) -> Changes:
    need = known.open_need(s, fact.need)
    if need.filled_by:
        raise refusal("need", f"need {need.id} still holds {', '.join(need.filled_by)}", "release them first")
    return (("needs", need.id, GONE), *climbing.without_needs(s, (need.id,)), *_forget_need(s, need))


def _procedure_adopted(s: Situation, fact: f.ProcedureAdopted) -> Changes:
    return (("procedure", None, fact.fingerprint),)


def _forget_need(s: Situation, need: Need) -> Changes:
    if need.incident is None:
        return ()
    incident = s.incidents[need.incident]
    return incident_change(replace(incident, needs=tuple(each for each in incident.needs if each != need.id)))


FOLDS: Mapping[type[f.Fact], Callable[[Situation, Any], Changes]] = {
    f.ContactReceived: _contact_received,
    f.ContactAnswered: _contact_answered,
    f.ContactAbandoned: _contact_step,
    f.ContactEnded: _contact_step,
    f.IncidentOpened: _incident_opened,
    f.ContactLinked: _contact_linked,
    f.IncidentLocated: _incident_located,
    f.AnswerGiven: _answer_given,
    f.InterviewLeft: _interview_left,
    f.InterviewResumed: _interview_resumed,
    f.IncidentAssessed: _incident_assessed,
    f.IncidentEscalated: climbing.incident_escalated,
    f.IncidentClosed: _incident_closed,
    f.NoteAdded: _noted,
    f.MessageSent: messaging.worded,
    f.MessageWithheld: messaging.worded,
    f.MessageDelivered: messaging.delivered,
    f.MessageAcknowledged: messaging.acknowledged,
    f.MessageOverdue: messaging.overdue,
    f.AdviceGiven: _advised,
    f.NeedOpened: _need_opened,
    f.NeedWithdrawn: _need_withdrawn,
    f.ResourceSignedOn: assignments.resource_signed_on,
    f.ResourceSignedOff: assignments.resource_signed_off,
    f.ResourceStoodDown: assignments.resource_stood_down,
    f.ResourceStoodUp: assignments.resource_stood_up,
    f.ResourceMoved: assignments.resource_moved,
    f.ResourceAssigned: assignments.resource_assigned,
    f.ResourceDeparted: assignments.assignment_step,
    f.ResourceArrived: assignments.assignment_step,
    f.ResourceTransporting: assignments.assignment_step,
    f.ResourceAtFacility: assignments.assignment_step,
    f.ResourceReleased: _resource_released,
    f.ProcedureAdopted: _procedure_adopted,
    f.IncidentDeescalated: climbing.incident_deescalated,
    f.ContactEscalated: climbing.contact_escalated,
    f.RungSkipped: climbing.rung_skipped,
    f.RoleNotified: climbing.role_notified,
    f.RoleAcknowledged: climbing.role_acknowledged,
    f.AcknowledgementMissed: climbing.acknowledgement_missed,
    f.ModeEntered: climbing.mode_entered,
    f.ModeLeft: climbing.mode_left,
    f.AidRequested: climbing.aid_requested,
    f.AidOffered: climbing.aid_step,
    f.AidDeclined: climbing.aid_step,
    f.AidCommitted: climbing.aid_step,
    f.AidReleased: climbing.aid_step,
    f.AlarmRaised: alarm_folding.alarm_raised,
    f.AlarmLowered: alarm_folding.alarm_lowered,
    f.NeedReduced: alarm_folding.need_reduced,
    f.HandoverGiven: messaging.handed_over,
    f.HandoverAccepted: messaging.accepted,
    f.Corrected: correcting.corrected,
}
assert set(FOLDS) == set(f.KINDS.values()), "every fact has its fold"
