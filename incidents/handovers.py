"""Handovers as data: when somebody owes another the state of an incident, to whom, what it has to hold, and how soon it is taken.

A handover is owed like a message, and stands open until it is accepted, so what waits for the one waits for the other. What fills
its packet is `packets`. Imports `centre` and `ladder`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from incidents.centre import Document, Name
from incidents.ladder import Recipient
from incidents.quantities import SECONDS_IN_A_WEEK

HANDOVER = "handover"
"""The medium that every handover goes by."""
PACKET_FIELDS = ("incident", "place", "determinant", "priority", "answers", "resources", "hazards", "notes", "methane")
"""What a packet says of an incident; it may be required field by field, or as `answers.<question>`."""

Owed: TypeAlias = Literal["escalation", "aid", "shift end", "major"]
"""When a handover is owed."""


class Handover(Document):
    """One handover. `requires`: fields that it has to hold; one that is not known is named in the packet as missing.

    Owed on `escalation` (of `rungs`, any if none is named), on `aid` that the partner commits, at the `shift end` of whoever
    holds the incident, or once it is `major`. `accept_s`: how soon somebody has to accept it.
    """

    on: Owed
    to: Recipient
    accept_s: float = Field(gt=0, le=SECONDS_IN_A_WEEK)
    requires: tuple[Name, ...] = Field(default=(), max_length=50)
    priorities: tuple[Name, ...] = ()
    rungs: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Handover:
        for field in self.requires:
            owner, dot, item = field.partition(".")
            if not (owner == "answers" and item if dot else field in PACKET_FIELDS):
                known = ", ".join((*PACKET_FIELDS, "answers.<question>"))
                raise ValueError(f"unknown field '{field}'; a packet has {known}")
        if self.rungs and self.on != "escalation":
            raise ValueError("`rungs` goes with `on: escalation`")
        if self.on == "aid" and self.to.organisation is None:
            raise ValueError("on `aid` it goes to the organisation that lends")
        return self
