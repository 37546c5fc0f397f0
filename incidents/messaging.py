"""Messages as they are remembered: which wait for an acknowledgement, since when, and which have waited too long.

A message is known by its incident, its name and whom it is for. Sent again, it is one message still, and the earliest instant by
which somebody had to acknowledge it stands. Imports `known` and what stands above it.
"""

from __future__ import annotations

from incidents import facts as f
from incidents.known import GONE, Changes, incident_change, open_incident, refusal
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
    message = OpenMessage(fact.incident, fact.message, fact.to, medium, text, fact.at, fact.acknowledge_by)
    before = s.messages.get(message.key)
    if before is not None:
        due = [each for each in (before.acknowledge_by, message.acknowledge_by) if each is not None]
        message = replace(message, acknowledge_by=min(due, default=None), is_overdue=before.is_overdue)
    return (*changes, ("messages", message.key, message))


def delivered(s: Situation, fact: f.MessageDelivered) -> Changes:
    """Remember that a message has arrived."""
    return _changed(replace(_found(s, fact), delivered_at=fact.at))


def acknowledged(s: Situation, fact: f.MessageAcknowledged) -> Changes:
    """Forget a message that has done its work."""
    return (("messages", _found(s, fact).key, GONE),)


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
        waiting = [f"{each.message} to {each.to}" for each in s.messages.values() if each.incident == fact.incident]
        what = f"no message {fact.message!r} to {fact.to} waits for an acknowledgement"
        raise refusal("message", what, ", ".join(waiting) or "nothing: none waits about this incident")
    return found


def _changed(message: OpenMessage) -> Changes:
    return (("messages", message.key, message),)
