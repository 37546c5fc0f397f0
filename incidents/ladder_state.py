"""What is known of escalation and mutual aid at an instant, and the table that says which facts of aid may follow.

Imports `quantities` and `ladder_facts`.

Aid
    (none)    --requested--> requested
    requested --offered-->   offered
    requested --declined-->  over
    requested --released-->  over
    offered   --declined-->  over
    offered   --committed--> committed
    offered   --released-->  over
    committed --released-->  over
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from incidents.ladder_facts import AidCommitted, AidDeclined, AidOffered, AidReleased
from incidents.quantities import ContactId, IncidentId, Instant, NeedId


@dataclass(frozen=True, slots=True)
class Climb:
    """A rung that stands on an incident: since when, and which priority it raised to which (None: it raised nothing)."""

    at: Instant
    before: str | None
    raised_to: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a rung told to whom, until somebody acknowledges it; `is_missed`: it took longer than it should."""

    rung: str
    at: Instant
    roles: tuple[str, ...]
    incident: IncidentId | None = None
    contact: ContactId | None = None
    is_missed: bool = False


NoticeKey = tuple[str, str]
"""The rung, and whom it is about: an incident, a contact, or nothing for the whole centre."""


def notice_key(rung: str, incident: IncidentId | None, contact: ContactId | None) -> NoticeKey:
    """Return what tells a notice apart from others."""
    if incident is not None:
        return rung, f"incident {incident}"
    return rung, "centre" if contact is None else f"contact {contact}"


class AidStatus(StrEnum):
    """How far a request for aid has got."""

    REQUESTED = "requested"
    OFFERED = "offered"
    COMMITTED = "committed"


AidStep = AidOffered | AidDeclined | AidCommitted | AidReleased

AID_TABLE: Mapping[tuple[AidStatus, type[Any]], AidStatus | None] = {
    (AidStatus.REQUESTED, AidOffered): AidStatus.OFFERED,
    (AidStatus.REQUESTED, AidDeclined): None,
    (AidStatus.REQUESTED, AidReleased): None,
    (AidStatus.OFFERED, AidDeclined): None,
    (AidStatus.OFFERED, AidCommitted): AidStatus.COMMITTED,
    (AidStatus.OFFERED, AidReleased): None,
    (AidStatus.COMMITTED, AidReleased): None,
}
"""The status that aid passes to; None: it is over."""


@dataclass(frozen=True, slots=True)
class Aid:
    """Aid asked of a partner for one need: how many were asked for, and how many of them offered or committed."""

    need: NeedId
    partner: str
    skill: str
    quantity: int
    status: AidStatus
    since: Instant
    granted: int = 0


AidKey = tuple[NeedId, str]
"""The need and the partner."""
