"""The fact that an earlier one was wrong. Imports only `quantities`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from incidents.quantities import ContactId, IncidentId, Instant, Place, ResourceId


@dataclass(frozen=True, slots=True)
class Corrected:
    """The fact at sequence `corrects` of the log was wrong, and `because` says how that is known; nothing is edited.

    `incident` and `contact`: what that fact is filed under. Each field after them says what is right instead; None: it was right.
    `happened_at`: when it happened. `linked_to`: the incident that the contact is about. `unit`: whose report it was.
    """

    at: Instant
    corrects: Annotated[int, Field(strict=True, ge=1)]
    because: str
    incident: IncidentId | None = None
    contact: ContactId | None = None
    answer: str | None = None
    place: Place | None = None
    happened_at: Instant | None = None
    text: str | None = None
    linked_to: IncidentId | None = None
    unit: ResourceId | None = None
