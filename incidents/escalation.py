"""Escalation: which rungs are due now, and when the next will be.

What depends on time is due at its own instant; what depends on the situation is due at the fact that made it so, or when the
hours of its rung begin. Everything here is read off one situation, so a desk that slept comes to the same as one that did not.
A rung acts at most `most` times on an incident, and a mode ends below the threshold that begins it, so no loop is without
end. Imports `calendars`, `crowding`, `ladder`, `procedure`, `situation` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from zoneinfo import ZoneInfo

from incidents.calendars import next_open
from incidents.crowding import crowded, is_crowded
from incidents.ladder import Rung
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, Instant, NeedId, ResourceId, ms
from incidents.situation import UNDER_WAY, ContactStatus, Incident, Need, OpenMessage, Situation


class Change(IntEnum):
    """What is due of a rung, in the order in which it happens at one instant."""

    ENTERS = 1
    LEAVES = 2
    STANDS_DOWN = 3
    ACTS = 4
    LAPSES = 5


@dataclass(frozen=True, slots=True)
class Due:
    """A change that a rung has reached and why; about an incident, a contact, or with neither about the whole centre.

    `need`: the one that has stood unfilled, or not been reached, too long.
    """

    rung: str
    at: Instant
    because: str
    change: Change = Change.ACTS
    incident: IncidentId | None = None
    need: NeedId | None = None
    contact: ContactId | None = None


def first_due_at(situation: Situation, procedure: Procedure) -> Instant | None:
    """Return the next instant at which time alone makes a rung due (past for one overdue); None if there is none."""
    # Asked after every fact: what nearly all rungs wait for is looked through without a word said about it.
    instants = [at for name, rung in _plain_rungs(situation, procedure) for at, *_ in _ages(situation, name, rung)]
    instants += [each.at for each in _agenda(situation, procedure, plain=False)]
    return min(instants, default=None)


def due(situation: Situation, procedure: Procedure, by: Instant) -> tuple[Due, ...]:
    """Return what is due by an instant, the longest overdue first, each change of a rung of one subject once."""
    return _foremost(_agenda(situation, procedure), by)


def proposed(situation: Situation, procedure: Procedure, now: Instant) -> tuple[Due, ...]:
    """Return the rungs due by `now` that act only once a person accepts them, the longest overdue first."""
    return _foremost(_acting(situation, procedure, proposes=True), now)


def _foremost(agenda: Iterator[Due], by: Instant) -> tuple[Due, ...]:
    reached = sorted((each for each in agenda if each.at <= by), key=_order)
    first = {(each.change, each.incident, each.contact, each.rung): each for each in reversed(reached)}
    return tuple(sorted(first.values(), key=_order))


def _order(due: Due) -> tuple[Instant, int, str, str, str, str]:
    return due.at, due.change, due.incident or "", due.contact or "", due.rung, due.need or ""


def _is_plain(rung: Rung) -> bool:
    """Whether a rung acts by itself at any hour once a need has waited so long."""
    return rung.trigger in ("unfilled_for_s", "unarrived_for_s") and not rung.proposes and not rung.hours


def _plain_rungs(situation: Situation, procedure: Procedure) -> Iterator[tuple[str, Rung]]:
    for name, rung in procedure.escalation.items():
        if _is_plain(rung) and _is_in_mode(rung, situation):
            yield name, rung


def _agenda(situation: Situation, procedure: Procedure, *, plain: bool = True) -> Iterator[Due]:
    """All that is due some time; `plain` False: without the rungs that `_is_plain` names."""
    if procedure.escalation:
        yield from _acting(situation, procedure, proposes=False, plain=plain)
        yield from _standing_down(situation, procedure)
    if situation.modes:
        yield from _leaving(situation, procedure)
    if situation.notices:
        yield from _lapsing(situation, procedure)


def _acting(situation: Situation, procedure: Procedure, *, proposes: bool, plain: bool = True) -> Iterator[Due]:
    """What each rung would do, at the first instant from when its trigger holds that lies in its hours."""
    for name, rung in procedure.escalation.items():
        if rung.proposes is not proposes or not _is_in_mode(rung, situation) or (not plain and _is_plain(rung)):
            continue
        if not rung.hours:
            yield from _triggered(situation, name, rung)
            continue
        for each in _triggered(situation, name, rung):
            opens = next_open(rung.hours, ZoneInfo(situation.time_zone), max(each.at, situation.at))
            if opens is not None:
                yield Due(each.rung, opens, each.because, each.change, each.incident, each.need, each.contact)


def _is_in_mode(rung: Rung, situation: Situation) -> bool:
    return not rung.during or any(mode in situation.modes for mode in rung.during)


def _triggered(situation: Situation, name: str, rung: Rung) -> Iterator[Due]:
    match rung.trigger:
        case "unfilled_for_s" | "unarrived_for_s":
            yield from _of_age(situation, name, rung)
        case "unacknowledged":
            yield from _not_acknowledged(situation, name, rung)
        case "waiting_answer_s":
            yield from _unanswered(situation, name, rung)
        case "at_once":
            for incident in situation.incidents.values():
                if _may_act(incident, name, rung) and name not in incident.standing:
                    yield Due(name, situation.at, f"priority {incident.priority}", incident=incident.id)
        case "shortfall":
            yield from _entering(situation, name, rung)
        case "incidents_within":
            assert rung.incidents_within is not None
            for incident, count in crowded(situation, name, rung):
                if _may_act(incident, name, rung):
                    because = f"{count} incidents within {rung.incidents_within.metres:.0f} m"
                    yield Due(name, situation.at, because, incident=incident.id)
        case _:
            pass


def _may_act(incident: Incident, name: str, rung: Rung) -> bool:
    return incident.priority in rung.priorities and incident.rungs.count(name) < rung.most


def _of_age(situation: Situation, name: str, rung: Rung) -> Iterator[Due]:
    late = f"{'unfilled' if rung.unfilled_for_s is not None else 'with nobody there'} for {_limit_s(rung):.0f} s"
    for at, incident, need in _ages(situation, name, rung):
        yield Due(name, at, f"{_about_need(need)}{late}", Change.ACTS, incident, need)


def _ages(situation: Situation, name: str, rung: Rung) -> Iterator[tuple[Instant, IncidentId, NeedId]]:
    """A rung acts again on the same wait only after as long again."""
    # What is the same for all needs is worked out once.
    incidents, priorities, most = situation.incidents, rung.priorities, rung.most
    limit_ms, counts_unfilled = ms(_limit_s(rung)), rung.unfilled_for_s is not None
    for need in situation.needs.values():
        since = need.unfilled_since if counts_unfilled else _unarrived_since(situation, need)
        if since is None or need.incident is None:
            continue
        incident = incidents[need.incident]
        if incident.priority not in priorities or incident.rungs.count(name) >= most:
            continue
        stands = incident.standing.get(name)
        at = (since if stands is None else max(since, stands.at)) + limit_ms
        yield at, incident.id, need.id


def is_about_need(because: str, need: str) -> bool:
    """Whether a rung acted on account of this need, by the reason on record."""
    return _about_need(need) in because


def is_about_message(because: str, message: str, to: str) -> bool:
    """Whether a rung acted on account of this message or handover to them, by the reason on record."""
    return _about_message(message, to) in because


def _about_need(need: str) -> str:
    return f"need {need} "


def _about_message(message: str, to: str) -> str:
    return f"message {message} to {to} "


def _limit_s(rung: Rung) -> float:
    assert rung.limit_s is not None, "asked of rungs that act after a time"
    return rung.limit_s


def _not_acknowledged(situation: Situation, name: str, rung: Rung) -> Iterator[Due]:
    """What waits for an acknowledgement counts from when it was first owed; a rung acts again only after as long again."""
    limit_ms = ms(_limit_s(rung))
    for message in _meant(situation, rung):
        incident = situation.incidents[message.incident]
        if _may_act(incident, name, rung):
            stands = incident.standing.get(name)
            at = (message.waits_since if stands is None else max(message.waits_since, stands.at)) + limit_ms
            because = f"{_about_message(message.message, message.to)}unacknowledged for {_limit_s(rung):.0f} s"
            yield Due(name, at, because, incident=incident.id)


def _meant(situation: Situation, rung: Rung) -> Iterator[OpenMessage]:
    """The messages that a rung waits for; those of a closed incident are forgotten with it."""
    rule = rung.unacknowledged
    assert rule is not None, "asked of rungs that wait for an acknowledgement"
    for message in situation.messages.values():
        resource = situation.resources.get(ResourceId(message.to))
        if rule.is_about(message.message, message.to, None if resource is None else resource.kind, message.medium):
            yield message


def _unarrived_since(situation: Situation, need: Need) -> Instant | None:
    """Since when somebody has been on the way to a need at which nobody is; None: nobody is, or somebody is there."""
    serving = [situation.resources[each].assignment(need.id) for each in need.filled_by]
    held = [each for each in serving if each is not None]
    if not held or any(each.status not in UNDER_WAY for each in held):
        return None
    return min(each.assigned_at for each in held)


def _unanswered(situation: Situation, name: str, rung: Rung) -> Iterator[Due]:
    assert rung.waiting_answer_s is not None
    for contact in situation.contacts.values():
        if contact.status is not ContactStatus.WAITING or contact.rungs.count(name) >= rung.most:
            continue
        if not rung.queues or contact.queue in rung.queues:
            because = f"contact {contact.id} unanswered for {rung.waiting_answer_s:.0f} s"
            yield Due(name, contact.received_at + ms(rung.waiting_answer_s), because, contact=contact.id)


def _entering(situation: Situation, name: str, rung: Rung) -> Iterator[Due]:
    assert rung.shortfall is not None
    if name not in situation.modes:
        lacking = _shortfall(situation, rung)
        if lacking >= rung.shortfall:
            yield Due(name, situation.at, f"{lacking} needs unfilled, {rung.shortfall} or more", Change.ENTERS)


def _shortfall(situation: Situation, rung: Rung) -> int:
    incidents = (
        situation.incidents[need.incident]
        for need in situation.needs.values()
        if need.incident is not None and not need.is_filled
    )
    return sum(incident.priority in rung.priorities for incident in incidents)


def _leaving(situation: Situation, procedure: Procedure) -> Iterator[Due]:
    for name, entered_at in situation.modes.items():
        rung = procedure.escalation.get(name)
        if rung is None or rung.mode is None:
            yield Due(name, situation.at, "the procedure in force has no such mode", Change.LEAVES)
            continue
        lacking = _shortfall(situation, rung)
        if lacking <= rung.mode.leaves_at:
            at = max(situation.at, entered_at + ms(rung.mode.dwell_s))
            yield Due(name, at, f"{lacking} needs unfilled, {rung.mode.leaves_at} or fewer", Change.LEAVES)


def _standing_down(situation: Situation, procedure: Procedure) -> Iterator[Due]:
    for incident in situation.incidents.values():
        for name in incident.standing:
            rung = procedure.escalation.get(name)
            if rung is not None and rung.stands_down and not _still_holds(situation, incident, name, rung):
                yield Due(name, situation.at, _over(rung), Change.STANDS_DOWN, incident.id)


def _still_holds(situation: Situation, incident: Incident, name: str, rung: Rung) -> bool:
    """Whether what set the rung off is still so; what the rung itself has asked for or raised does not count."""
    match rung.trigger:
        case "at_once":
            return incident.priority in (*rung.priorities, incident.standing[name].raised_to)
        case "incidents_within":
            return is_crowded(situation, incident, rung)
        case "unacknowledged":
            waiting = (each for each in _meant(situation, rung) if each.incident == incident.id)
            return any(each.waits_since + ms(_limit_s(rung)) <= situation.at for each in waiting)
    needs = [situation.needs[each] for each in incident.needs if situation.needs[each].because != f"rung {name}"]
    if rung.unfilled_for_s is not None:
        ages = [need.unfilled_since for need in needs]
    else:
        ages = [_unarrived_since(situation, need) for need in needs]
    return any(since is not None and since + ms(_limit_s(rung)) <= situation.at for since in ages)


def _over(rung: Rung) -> str:
    match rung.trigger:
        case "at_once":
            return "another priority"
        case "incidents_within":
            return "too few incidents near it"
        case "unarrived_for_s":
            return "no need with nobody there so long"
        case "unacknowledged":
            return "no message unacknowledged so long"
    return "no need unfilled so long"


def _lapsing(situation: Situation, procedure: Procedure) -> Iterator[Due]:
    for notice in situation.notices.values():
        rung = procedure.escalation.get(notice.rung)
        if notice.is_missed or rung is None or rung.ack_s is None:
            continue
        because = f"{', '.join(notice.roles)} did not acknowledge within {rung.ack_s:.0f} s"
        at = notice.at + ms(rung.ack_s)
        yield Due(notice.rung, at, because, Change.LAPSES, notice.incident, contact=notice.contact)
