"""Whether the rules in force allow a fact of escalation or of mutual aid: how often a rung acts, and who may contact whom.

Imports `known`, `procedure` and what stands above them.
"""

from __future__ import annotations

from incidents import facts as f
from incidents.known import refusal
from incidents.procedure import Procedure
from incidents.situation import Situation

AID = "aid"
"""What a request for mutual aid is about, in the words of the authority matrix."""


def refuse_against_ladder(fact: f.Fact, situation: Situation, rules: Procedure) -> None:
    """Raise `FactRefused` if the rules do not allow `fact`; what they do not speak of passes."""
    match fact:
        case f.IncidentEscalated() | f.IncidentDeescalated() if fact.priority not in (None, *rules.priorities):
            raise refusal("priority", f"unknown priority {fact.priority!r}", ", ".join(rules.priorities))
        case f.IncidentEscalated() if fact.incident in situation.incidents:
            _refuse_spent("incident", fact.incident, fact.rung, situation.incidents[fact.incident].rungs, rules)
        case f.ContactEscalated() if fact.contact in situation.contacts:
            _refuse_spent("contact", fact.contact, fact.rung, situation.contacts[fact.contact].rungs, rules)
        case f.ModeEntered():
            modes = [name for name, rung in rules.escalation.items() if rung.mode is not None]
            if fact.mode not in modes:
                raise refusal("mode", f"unknown mode {fact.mode!r}", ", ".join(modes) or "no rung has a mode")
        case f.AidRequested():
            _refuse_stranger(fact, rules)
        case _:
            pass


def who_may(rules: Procedure, organisation: str, about: str, medium: str | None = None) -> tuple[str, ...] | None:
    """Return the roles that may contact an organisation about something; None: the rules have no matrix, so anybody may.

    `medium` None: by any medium at all.
    """
    if not rules.authority:
        return None
    found = (
        each.role
        for each in rules.authority
        if each.organisation == organisation
        and (not each.about or about in each.about)
        and (medium is None or not each.media or medium in each.media)
    )
    return tuple(dict.fromkeys(found))


def _refuse_stranger(fact: f.AidRequested, rules: Procedure) -> None:
    roles = who_may(rules, fact.partner, AID, fact.medium)
    if roles is None or fact.role in roles:
        return
    by = "" if fact.medium is None else f" by {fact.medium}"
    what = f"{fact.role or 'nobody by name'} may not contact {fact.partner} about {AID}{by}"
    raise refusal("role", what, ", ".join(roles) or "no role may")


def _refuse_spent(noun: str, subject: str, rung: str, climbed: tuple[str, ...], rules: Procedure) -> None:
    most = rules.escalation[rung].most if rung in rules.escalation else 1
    if climbed.count(rung) >= most:
        raise refusal("rung", f"{noun} {subject} has passed rung {rung}", "a rung not passed yet")
