"""What the rungs of escalation put on record: that one acts or ends, whom it tells, and which follows when nobody takes it up.

Imports `escalation` and what stands above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from zoneinfo import ZoneInfo

from incidents import facts as f
from incidents.calendars import next_open
from incidents.escalation import Change, Due
from incidents.ladder import Rung
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, Instant
from incidents.situation import Resource, Situation

Telling: TypeAlias = f.IncidentEscalated | f.ContactEscalated | f.ModeEntered | f.AcknowledgementMissed


def of_due(
    due: Due,
    situation: Situation,
    procedure: Procedure,
    at: Instant,
    *,
    because: str | None = None,
    standing: Mapping[IncidentId, str] | None = None,
) -> f.Fact:
    """Return the fact that carries out at `at` what is due of a rung.

    `because`: whose choice it was, if not the rule's. `standing`: the priorities that facts of the same instant raise to.
    """
    why = because or due.because
    match due.change:
        case Change.ENTERS:
            return f.ModeEntered(at, due.rung, why)
        case Change.LEAVES:
            return f.ModeLeft(at, due.rung, why)
        case Change.LAPSES:
            return f.AcknowledgementMissed(at, due.rung, why, due.incident, due.contact)
        case Change.STANDS_DOWN:
            assert due.incident is not None, "only a rung on an incident stands down"
            return f.IncidentDeescalated(
                at, due.incident, due.rung, why, _lowered(due.incident, due, situation, procedure)
            )
        case Change.ACTS:
            if due.incident is None:
                assert due.contact is not None, "a rung acts on an incident or on a contact"
                return f.ContactEscalated(at, due.contact, due.rung, why)
            now = (standing or {}).get(due.incident, situation.incidents[due.incident].priority)
            raised_to = raised(procedure.escalation[due.rung], now, procedure)
            return f.IncidentEscalated(at, due.incident, due.rung, why, raised_to)


def raised(rung: Rung, priority: str | None, procedure: Procedure) -> str | None:
    """Return the priority that a rung raises an incident of `priority` to; None: it leaves it as it is."""
    if rung.raises_to is None or priority is None:
        return rung.raises_to
    ranks = procedure.priorities
    return rung.raises_to if ranks[rung.raises_to].rank < ranks[priority].rank else None


def told(fact: Telling, name: str, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    """Return whom the rung `name` tells about the subject of `fact`, and who is left out because nobody staffs it.

    Where nobody is left to be told, the rung that follows acts at once.
    """
    rung = procedure.escalation.get(name)
    if rung is None or not rung.notifies:
        return ()
    incident, contact = _subject(fact)
    entailed: list[f.Fact] = []
    for each in rung.notifies:
        if each.organisation is None and not is_staffed(situation, each.name):
            why = f"nobody on duty has {each.name}"
            entailed.append(f.RungSkipped(fact.at, name, why, each.name, incident, contact))
        else:
            outside = each.organisation is not None
            entailed.append(f.RoleNotified(fact.at, name, each.name, fact.because, outside, incident, contact))
    if not any(isinstance(each, f.RoleNotified) for each in entailed):
        entailed.extend(following_rung(fact, name, situation, procedure))
    return tuple(entailed)


def is_staffed(situation: Situation, role: str) -> bool:
    """Whether somebody on duty, and not on a break, has the skill that a role is."""
    return any(True for _ in staff(situation, role))


def staff(situation: Situation, role: str) -> Iterator[Resource]:
    """Yield everybody on duty, and not on a break, who has the skill that a role is."""
    return (
        each
        for each in situation.resources.values()
        if each.is_on_duty and not each.is_resting and each.level(role) > 0
    )


def following_rung(fact: Telling, name: str, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    """Return what follows the rung `name` when nobody takes it up: the next by `then` that may act, and those passed over."""
    incident, contact = _subject(fact)
    passed, entailed = [name], list[f.Fact]()
    rung = procedure.escalation.get(name)
    while rung is not None and rung.then is not None and rung.then not in passed:
        following = rung.then
        passed.append(following)
        rung = procedure.escalation.get(following)
        if rung is None:
            break
        why = _kept_from_acting(following, rung, situation, fact, incident, contact)
        if why is None:
            because = f"nobody took up rung {name}"
            return (*entailed, *_climbed(fact, following, because, situation, procedure))
        entailed.append(f.RungSkipped(fact.at, following, why, None, incident, contact))
    return tuple(entailed)


def stood_down(fact: f.IncidentDeescalated, situation: Situation) -> tuple[f.Fact, ...]:
    """Return the withdrawal of what the rung asked for and nobody fills."""
    needs = (situation.needs[each] for each in situation.incidents[fact.incident].needs)
    of_rung = [each.id for each in needs if each.because == f"rung {fact.rung}" and not each.filled_by]
    return tuple(f.NeedWithdrawn(fact.at, need, f"rung {fact.rung} stood down") for need in of_rung)


def _climbed(fact: Telling, name: str, because: str, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    incident, contact = _subject(fact)
    if incident is not None:
        priority = raised(procedure.escalation[name], situation.incidents[incident].priority, procedure)
        return (f.IncidentEscalated(fact.at, incident, name, because, priority),)
    if contact is not None:
        return (f.ContactEscalated(fact.at, contact, name, because),)
    # About the whole centre nothing is left to be changed, only others to be told.
    return told(fact, name, situation, procedure)


def _kept_from_acting(
    name: str,
    rung: Rung,
    situation: Situation,
    fact: Telling,
    incident: IncidentId | None,
    contact: ContactId | None,
) -> str | None:
    if next_open(rung.hours, ZoneInfo(situation.time_zone), fact.at) != fact.at:
        return "outside its hours"
    if rung.during and not any(mode in situation.modes for mode in rung.during):
        return f"only in mode {', '.join(rung.during)}"
    if incident is None and rung.changes_its_incident:
        return "there is no incident that it could change"
    climbed: tuple[str, ...] = ()
    if incident is not None:
        climbed = situation.incidents[incident].rungs
    elif contact is not None:
        climbed = situation.contacts[contact].rungs
    return f"has acted {rung.most} times" if climbed.count(name) >= rung.most else None


def _subject(fact: Telling) -> tuple[IncidentId | None, ContactId | None]:
    match fact:
        case f.IncidentEscalated():
            return fact.incident, None
        case f.ContactEscalated():
            return None, fact.contact
        case f.ModeEntered():
            return None, None
        case f.AcknowledgementMissed():
            return fact.incident, fact.contact


def _lowered(incident: IncidentId, due: Due, situation: Situation, procedure: Procedure) -> str | None:
    """The priority that an incident falls back to: none where somebody has changed it since, or the rules no longer know it."""
    known = situation.incidents[incident]
    climb = known.standing[due.rung]
    is_its_doing = climb.raised_to is not None and known.priority == climb.raised_to
    return climb.before if is_its_doing and climb.before in procedure.priorities else None
