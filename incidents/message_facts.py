"""The facts about what people are told: messages in agreed words, and advice. Imports only `quantities`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from incidents.quantities import IncidentId, Instant


@dataclass(frozen=True, slots=True)
class MessageSent:
    """The message of that name went out to a resource, a partner or a role, in these words.

    `acknowledge_by` None: nobody waits for an acknowledgement. `exercise`: nothing of it is real, and the text begins so.
    """

    at: Instant
    incident: IncidentId
    message: str
    to: str
    medium: str
    text: Annotated[str, Field(max_length=10_000)]
    acknowledge_by: Instant | None = None
    exercise: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True, slots=True)
class MessageWithheld:
    """A message could not go out as agreed, and somebody has to be told in another way; `because` has every reason."""

    at: Instant
    incident: IncidentId
    message: str
    to: str
    because: str
    acknowledge_by: Instant | None = None


@dataclass(frozen=True, slots=True)
class MessageDelivered:
    """The message reached the device or the ear of whom it is for; nobody has confirmed it yet."""

    at: Instant
    incident: IncidentId
    message: str
    to: str


@dataclass(frozen=True, slots=True)
class MessageAcknowledged:
    """Whom the message is for has confirmed it, or was told what it says in another way."""

    at: Instant
    incident: IncidentId
    message: str
    to: str


@dataclass(frozen=True, slots=True)
class MessageOverdue:
    """A message stood without an acknowledgement until the instant by which there had to be one."""

    at: Instant
    incident: IncidentId
    message: str
    to: str


@dataclass(frozen=True, slots=True)
class AdviceGiven:
    """Somebody in a role, with a qualification if the advice asks for one, gave the caller an item of advice."""

    at: Instant
    incident: IncidentId
    advice: str
    by_role: str
    qualification: str | None = None
