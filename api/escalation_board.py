"""Escalation as a dispatcher sees it: modes of the centre, rungs proposed, who has not acknowledged yet, and aid.

Imports `control_room`, `reasoning`, `wire` and `incidents`.
"""

from __future__ import annotations

from pydantic import Field

from api.control_room import Present
from api.reasoning import View
from api.wire import iso
from incidents.escalation import Due, proposed
from incidents.quantities import Instant


class ModeView(View):
    """A mode that the whole centre is in."""

    mode: str
    since: str


class ProposedRungView(View):
    """A rung that acts once a person accepts it; about an incident, a contact, or with neither about the whole centre."""

    rung: str
    because: str
    since: str = Field(description="when it was due, ISO 8601")
    incident: str | None
    contact: str | None


class NoticeView(View):
    """What a rung told and nobody has acknowledged; `missed`: it took longer than it should."""

    rung: str
    roles: tuple[str, ...]
    since: str
    missed: bool
    incident: str | None
    contact: str | None


class AidView(View):
    """Mutual aid asked of a partner for one need."""

    need: str
    partner: str
    skill: str
    quantity: int
    granted: int = Field(description="how many the partner offers, or has committed")
    status: str
    since: str


class EscalationView(View):
    """All that escalation has in hand."""

    modes: tuple[ModeView, ...]
    proposed: tuple[ProposedRungView, ...]
    notices: tuple[NoticeView, ...]
    aid: tuple[AidView, ...]


def escalation_view(present: Present, now: Instant) -> EscalationView:
    """Show what escalation has in hand as of `now`."""
    situation = present.situation
    return EscalationView(
        modes=tuple(ModeView(mode=mode, since=iso(since)) for mode, since in situation.modes.items()),
        proposed=tuple(map(_proposed, proposed(situation, present.procedure, now))),
        notices=tuple(
            NoticeView(
                rung=each.rung,
                roles=each.roles,
                since=iso(each.at),
                missed=each.is_missed,
                incident=each.incident,
                contact=each.contact,
            )
            for each in situation.notices.values()
        ),
        aid=tuple(
            AidView(
                need=each.need,
                partner=each.partner,
                skill=each.skill,
                quantity=each.quantity,
                granted=each.granted,
                status=each.status,
                since=iso(each.since),
            )
            for each in situation.aid.values()
        ),
    )


def _proposed(due: Due) -> ProposedRungView:
    return ProposedRungView(
        rung=due.rung, because=due.because, since=iso(due.at), incident=due.incident, contact=due.contact
    )
