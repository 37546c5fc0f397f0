"""Folding escalation and mutual aid: rungs climbed and stood down, notices, modes, and the lifecycle of aid.

Imports `known` and what stands above it.
"""

from __future__ import annotations

from incidents import facts as f
from incidents import known
from incidents.known import GONE, Changes, accepted_facts, incident_change, refusal, with_entry, without_entry
from incidents.ladder_state import AID_TABLE, Aid, AidStatus, AidStep, Climb, Notice, notice_key
from incidents.light import replace
from incidents.quantities import ContactId, IncidentId, NeedId
from incidents.situation import Situation


def incident_escalated(s: Situation, fact: f.IncidentEscalated) -> Changes:
    """Fold a rung acting on an incident; how often it may is for the rules to say."""
    incident = known.open_incident(s, fact.incident)
    standing = incident.standing.get(fact.rung)
    before, raised_to = incident.priority, fact.priority
    if standing is not None and standing.raised_to is not None:
        before, raised_to = standing.before, fact.priority or standing.raised_to
    climb = Climb(fact.at, before if raised_to is not None else None, raised_to)
    climbed = replace(
        incident,
        rungs=(*incident.rungs, fact.rung),
        standing=with_entry(incident.standing, fact.rung, climb),
        priority=fact.priority or incident.priority,
    )
    return incident_change(climbed)


def incident_deescalated(s: Situation, fact: f.IncidentDeescalated) -> Changes:
    """Fold a rung standing down; what it told nobody need answer any more."""
    incident = known.open_incident(s, fact.incident)
    if fact.rung not in incident.standing:
        standing = ", ".join(incident.standing) or "none stands"
        raise refusal("rung", f"rung {fact.rung} does not stand on incident {incident.id}", standing)
    calmer = replace(
        incident,
        standing=without_entry(incident.standing, fact.rung),
        priority=fact.priority or incident.priority,
    )
    changes = incident_change(calmer)
    key = notice_key(fact.rung, incident.id, None)
    return (*changes, ("notices", key, GONE)) if key in s.notices else changes


def contact_escalated(s: Situation, fact: f.ContactEscalated) -> Changes:
    """Fold a rung acting on a contact."""
    contact = known.open_contact(s, fact.contact)
    longer = replace(contact, rungs=(*contact.rungs, fact.rung))
    return (("contacts", contact.id, longer),)


def rung_skipped(s: Situation, fact: f.RungSkipped) -> Changes:
    """Fold a rung that could not act: it is on record, and changes nothing."""
    _refuse_closed(s, fact.incident, fact.contact)
    return ()


def role_notified(s: Situation, fact: f.RoleNotified) -> Changes:
    """Fold telling somebody; all whom one rung tells about one thing share a notice."""
    _refuse_closed(s, fact.incident, fact.contact)
    key = notice_key(fact.rung, fact.incident, fact.contact)
    held = s.notices.get(key)
    roles: tuple[str, ...] = (fact.role,)
    if held is not None and held.at == fact.at and not held.is_missed:
        roles = (*held.roles, fact.role)
    notice = Notice(fact.rung, fact.at, roles, fact.incident, fact.contact)
    return (("notices", key, notice),)


def role_acknowledged(s: Situation, fact: f.RoleAcknowledged) -> Changes:
    """Fold an acknowledgement; refused where nobody asked that role for one. A late one is one all the same."""
    key = notice_key(fact.rung, fact.incident, fact.contact)
    notice = s.notices.get(key)
    if notice is None:
        raise refusal("rung", f"rung {fact.rung} waits for no acknowledgement about {key[1]}", _waiting(s))
    if fact.role not in notice.roles:
        raise refusal("role", f"rung {fact.rung} did not notify {fact.role}", ", ".join(notice.roles))
    return (("notices", key, GONE),)


def acknowledgement_missed(s: Situation, fact: f.AcknowledgementMissed) -> Changes:
    """Fold a deadline that passed; the notice stays, so that a late answer can still be taken down."""
    key = notice_key(fact.rung, fact.incident, fact.contact)
    notice = s.notices.get(key)
    if notice is None or notice.is_missed:
        raise refusal("rung", f"rung {fact.rung} waits for no acknowledgement about {key[1]}", _waiting(s))
    return (("notices", key, replace(notice, is_missed=True)),)


def mode_entered(s: Situation, fact: f.ModeEntered) -> Changes:
    """Fold the beginning of a mode."""
    if fact.mode in s.modes:
        raise refusal("mode", f"mode {fact.mode} has begun already", "a mode that has not begun")
    return (("modes", fact.mode, fact.at),)


def mode_left(s: Situation, fact: f.ModeLeft) -> Changes:
    """Fold the end of a mode, and of what its beginning told."""
    if fact.mode not in s.modes:
        raise refusal("mode", f"mode {fact.mode} has not begun", ", ".join(s.modes) or "no mode has begun")
    key = notice_key(fact.mode, None, None)
    left = ("modes", fact.mode, GONE)
    return (left, ("notices", key, GONE)) if key in s.notices else (left,)


def aid_requested(s: Situation, fact: f.AidRequested) -> Changes:
    """Fold a request for aid; refused while one for the same need stands with the same partner."""
    need = known.open_need(s, fact.need)
    key = need.id, fact.partner
    if key in s.aid:
        raise refusal("partner", f"{fact.partner} is asked already for need {need.id}", "another partner or need")
    aid = Aid(need.id, fact.partner, fact.skill, fact.quantity, AidStatus.REQUESTED, fact.at)
    return (("aid", key, aid),)


def aid_step(s: Situation, fact: AidStep) -> Changes:
    """Fold a step of the lifecycle; refused where the table does not have it, or more is given than was asked for."""
    key = fact.need, fact.partner
    aid = s.aid.get(key)
    if aid is None:
        raise refusal("partner", f"nobody has asked {fact.partner} for need {fact.need}", "AidRequested first")
    if (aid.status, type(fact)) not in AID_TABLE:
        what = f"aid of {fact.partner} for need {fact.need} is {aid.status}"
        raise refusal("partner", what, accepted_facts(AID_TABLE, aid.status))
    following = AID_TABLE[aid.status, type(fact)]
    if following is None:
        return (("aid", key, GONE),)
    assert isinstance(fact, f.AidOffered | f.AidCommitted)
    most = aid.granted if isinstance(fact, f.AidCommitted) else aid.quantity
    if fact.quantity > most:
        raise refusal("quantity", f"{fact.quantity} are more than the {most} before", f"at most {most}")
    return (("aid", key, replace(aid, status=following, since=fact.at, granted=fact.quantity)),)


def without_needs(s: Situation, needs: tuple[NeedId, ...]) -> Changes:
    """Return the change that drops the aid of needs that are over."""
    return tuple(("aid", key, GONE) for key in s.aid if key[0] in needs) if s.aid else ()


def without_subject(s: Situation, incident: IncidentId | None = None, contact: ContactId | None = None) -> Changes:
    """Return the change that drops the notices about an incident or a contact that is over."""
    if not s.notices:
        return ()
    return tuple(
        ("notices", key, GONE)
        for key, notice in s.notices.items()
        if (notice.incident, notice.contact) == (incident, contact)
    )


def _refuse_closed(s: Situation, incident: IncidentId | None, contact: ContactId | None) -> None:
    if incident is not None:
        known.open_incident(s, incident)
    if contact is not None:
        known.open_contact(s, contact)


def _waiting(s: Situation) -> str:
    return ", ".join(f"{rung} about {about}" for rung, about in s.notices) or "no rung waits for any"
