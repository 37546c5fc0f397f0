"""The facts of escalation beyond the rung itself, and of mutual aid. `facts` lists them with all others. Imports `quantities`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from incidents.quantities import ContactId, IncidentId, Instant, NeedId

Quantity = Annotated[int, Field(strict=True, ge=1, le=100)]

# Escalation. What is about neither an incident nor a contact is about the whole centre.


@dataclass(frozen=True, slots=True)
class IncidentDeescalated:
    """The trigger of a rung no longer holds; `priority` is the one that the incident had before (None: it stays)."""

    at: Instant
    incident: IncidentId
    rung: str
    because: str
    priority: str | None = None


@dataclass(frozen=True, slots=True)
class ContactEscalated:
    """An unanswered contact reached an escalation rung."""

    at: Instant
    contact: ContactId
    rung: str
    because: str


@dataclass(frozen=True, slots=True)
class RungSkipped:
    """A rung was passed over, or of whom it notifies one `role` that nobody staffed; `because` says why."""

    at: Instant
    rung: str
    because: str
    role: str | None = None
    incident: IncidentId | None = None
    contact: ContactId | None = None


@dataclass(frozen=True, slots=True)
class RoleNotified:
    """A rung told a role of the centre, or with `outside` an organisation."""

    at: Instant
    rung: str
    role: str
    because: str
    outside: Annotated[bool, Field(strict=True)] = False
    incident: IncidentId | None = None
    contact: ContactId | None = None


@dataclass(frozen=True, slots=True)
class RoleAcknowledged:
    """One of those whom a rung had told took it up, for all of them."""

    at: Instant
    rung: str
    role: str
    incident: IncidentId | None = None
    contact: ContactId | None = None


@dataclass(frozen=True, slots=True)
class AcknowledgementMissed:
    """Nobody whom a rung had told took it up in time."""

    at: Instant
    rung: str
    because: str
    incident: IncidentId | None = None
    contact: ContactId | None = None


@dataclass(frozen=True, slots=True)
class ModeEntered:
    """The whole centre works in another mode; it is called after the rung that asks for it."""

    at: Instant
    mode: str
    because: str


@dataclass(frozen=True, slots=True)
class ModeLeft:
    """A mode of the whole centre is over."""

    at: Instant
    mode: str
    because: str


# Mutual aid: one request at a time for a need and a partner.


@dataclass(frozen=True, slots=True)
class AidRequested:
    """A partner was asked for resources; `role`: in whose name (None: nobody has said)."""

    at: Instant
    need: NeedId
    partner: str
    skill: str
    quantity: Quantity
    because: str
    role: str | None = None
    medium: str | None = None


@dataclass(frozen=True, slots=True)
class AidOffered:
    """The partner could send so many."""

    at: Instant
    need: NeedId
    partner: str
    quantity: Quantity
    because: str = ""


@dataclass(frozen=True, slots=True)
class AidDeclined:
    """The partner cannot help, or its offer was turned down."""

    at: Instant
    need: NeedId
    partner: str
    because: str


@dataclass(frozen=True, slots=True)
class AidCommitted:
    """What the partner offered was taken up: its resources may be sent to the need."""

    at: Instant
    need: NeedId
    partner: str
    quantity: Quantity
    because: str = ""


@dataclass(frozen=True, slots=True)
class AidReleased:
    """The partner is not called on for the need any more; what was sent is released by itself."""

    at: Instant
    need: NeedId
    partner: str
    because: str
