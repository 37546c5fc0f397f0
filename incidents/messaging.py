"""Messages as they are remembered: which wait for an acknowledgement, since when, and which have waited too long.

A message is known by its incident, its name and whom it is for. Sent again, it is one message still, and the earliest instant by
which somebody had to acknowledge it stands. A handover is one of them, with words of its
own for giving and taking it. Imports `known` and what stands above it.
"""

from __future__ import annotations

from incidents import facts as f
from incidents.handovers import HANDOVER
from incidents.known import GONE, Changes, centre_resource, incident_change, open_incident, refusal
from incidents.light import replace
from incidents.quantities import IncidentId
from incidents.situation import OpenMessage, Situation


def worded(s: Situation, fact: f.MessageSent | f.MessageWithheld) -> Changes:
    """Remember a message that went out or could not; one that nobody waits for is only noted as told."""
    incident = open_incident(s, fact.incident)
    is_new = fact.message not in incident.told
    changes = incident_change(replace(incident, told=(*incident.told, fact.message))) if is_new else ()
    is_sent = isinstance(fact, f.MessageSent)
    if is_sent and fact.acknowledge_by is None:
        return changes
    medium, text = (fact.medium, fact.text) if isinstance(fact, f.MessageSent) else (None, fact.because)
    message = OpenMessage(fact.incident, fact.message, fact.to, medium, text, fact.at, fact.acknowledge_by, fact.at)
    return (*changes, *_waits(s, message))


def handed_over(s: Situation, fact: f.HandoverGiven) -> Changes:
    """Remember a handover until it is accepted; given again, it keeps the instant by which somebody had to."""
    incident = open_incident(s, fact.incident)
    if fact.giver is not None:
        centre_resource(s, fact.giver)
    is_new = fact.handover not in incident.told
    changes = incident_change(replace(incident, told=(*incident.told, fact.handover))) if is_new else ()
    handover = OpenMessage(
        fact.incident, fact.handover, fact.to, HANDOVER, text_of(fact), fact.at, fact.accept_by, fact.at, is_handover=True
    )  # fmt: skip
    return (*changes, *_waits(s, handover))


def accepted(s: Situation, fact: f.HandoverAccepted) -> Changes:
    """Forget a handover that somebody has taken, who holds the incident from here on where they are named."""
    incident = open_incident(s, fact.incident)
    handover = s.messages.get((fact.incident, fact.handover, fact.to))
    if handover is None or not handover.is_handover:
        owed = [f"{each.message} to {each.to}" for each in _of(s, fact.incident) if each.is_handover]
        what = f"no handover {fact.handover!r} to {fact.to} is open"
        raise refusal("handover", what, ", ".join(owed) or "HandoverGiven first")
    changes: Changes = (("messages", handover.key, GONE),)
    if fact.by is None:
        return changes
    by = centre_resource(s, fact.by)
    return (*changes, *incident_change(replace(incident, holder=by.id)))


def text_of(fact: f.HandoverGiven) -> str:
    """The packet in words, a line for each field, what is missing first."""
    lines = [f"MISSING: {', '.join(fact.missing)}"] if fact.missing else []
    return "\n".join((*lines, *(f"{each.field}: {each.says}" for each in fact.packet)))


def _waits(s: Situation, message: OpenMessage) -> Changes:
    before = s.messages.get(message.key)
    if before is not None:
        due = [each for each in (before.acknowledge_by, message.acknowledge_by) if each is not None]
        message = replace(
            message,
            acknowledge_by=min(due, default=None),
            is_overdue=before.is_overdue,
            waits_since=before.waits_since,
        )
    return (("messages", message.key, message),)


def delivered(s: Situation, fact: f.MessageDelivered) -> Changes:
    """Remember that a message has arrived."""
    return _changed(replace(_found(s, fact), delivered_at=fact.at))


def acknowledged(s: Situation, fact: f.MessageAcknowledged) -> Changes:
    """Forget a message that has done its work."""
    message = _found(s, fact)
    if message.is_handover:
        raise refusal("message", f"{fact.message!r} is a handover: acknowledging is not taking it", "HandoverAccepted")
    return (("messages", message.key, GONE),)


def overdue(s: Situation, fact: f.MessageOverdue) -> Changes:
    """Remember that a message has waited too long; it stays open."""
    message = _found(s, fact)
    if message.is_overdue:
        raise refusal("message", f"message {fact.message!r} to {fact.to} is overdue already", "MessageAcknowledged")
    return _changed(replace(message, is_overdue=True))


def forgotten(s: Situation, incident: IncidentId, to: str | None = None) -> Changes:
    """Drop what waits about an incident, to one resource if it is named: there is nothing left to acknowledge."""
    if not s.messages:
        return ()
    return tuple(
        ("messages", key, GONE)
        for key, message in s.messages.items()
        if message.incident == incident and (to is None or message.to == to)
    )


def _found(s: Situation, fact: f.MessageDelivered | f.MessageAcknowledged | f.MessageOverdue) -> OpenMessage:
    found = s.messages.get((fact.incident, fact.message, fact.to))
    if found is None:
        waiting = [f"{each.message} to {each.to}" for each in _of(s, fact.incident)]
        what = f"no message {fact.message!r} to {fact.to} waits for an acknowledgement"
        raise refusal("message", what, ", ".join(waiting) or "nothing: none waits about this incident")
    return found


def _of(s: Situation, incident: IncidentId) -> list[OpenMessage]:
    return [each for each in s.messages.values() if each.incident == incident]


def _changed(message: OpenMessage) -> Changes:
    return (("messages", message.key, message),)
