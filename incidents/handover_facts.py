"""The facts of handing an incident over. Imports only `quantities`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from incidents.quantities import IncidentId, Instant, ResourceId


@dataclass(frozen=True, slots=True)
class PacketLine:
    """One field of a packet and what is known of it."""

    field: str
    says: Annotated[str, Field(max_length=100_000)]

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class HandoverGiven:
    """The state of an incident went to a role or an organisation; given again, it replaces what was given before.

    `giver`: who held the incident (None: nobody in particular). `missing`: what the packet had to hold and nobody knew.
    """

    at: Instant
    incident: IncidentId
    handover: str
    to: str
    because: str
    packet: Annotated[tuple[PacketLine, ...], Field(max_length=100)]
    accept_by: Instant
    missing: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    giver: ResourceId | None = None


@dataclass(frozen=True, slots=True)
class HandoverAccepted:
    """Whom a handover was for has taken it; `by`: the resource that holds the incident from here on (None: not said)."""

    at: Instant
    incident: IncidentId
    handover: str
    to: str
    by: ResourceId | None = None
