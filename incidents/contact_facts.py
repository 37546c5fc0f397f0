"""The facts of contacts: any inbound communication, from its ringing to its end. `facts` lists them with the others."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.quantities import ContactId, Instant, Place, ResourceId


@dataclass(frozen=True, slots=True)
class ContactReceived:
    """Somebody is ringing, or has written, and waits in `queue`. `place` None: the location is not known yet."""

    at: Instant
    contact: ContactId
    queue: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ContactAnswered:
    """A call-taker speaks with the contact."""

    at: Instant
    contact: ContactId
    resource: ResourceId | None = None


@dataclass(frozen=True, slots=True)
class ContactAbandoned:
    """The contact gave up before being answered."""

    at: Instant
    contact: ContactId


@dataclass(frozen=True, slots=True)
class ContactEnded:
    """The conversation is over; the call-taker may still be wrapping up."""

    at: Instant
    contact: ContactId
