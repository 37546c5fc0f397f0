"""What a dry run takes for granted: nobody comes, nobody acknowledges and nothing else is happening, unless it is told otherwise.

Imports `centre` and `quantities`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from incidents.centre import Document, Name
from incidents.quantities import EARTH_RADIUS_M, SECONDS_IN_A_WEEK, Place

Later = Annotated[float, Field(ge=0, le=SECONDS_IN_A_WEEK)]
"""Seconds after something else."""


class Sent(Document):
    """A resource is sent `after_s` its need opened; it departs and arrives so long after that, or never (None).

    `need`: which need of the incident, 1 the first; `row`: which row of it.
    """

    resource: Name
    after_s: Later = 0.0
    departs_after_s: Later | None = None
    arrives_after_s: Later | None = None
    need: int = Field(default=1, ge=1, le=1000)
    row: int = Field(default=0, ge=0, lt=50)


class Other(Document):
    """Other incidents: `count` of them, opened so long after the one that is rehearsed and so many metres north of it.

    `answers`: their interviews (None: the same). `closed_after_s`: when each is over, from its opening (None: never).
    """

    count: int = Field(default=1, ge=1, le=1000)
    opened_after_s: Later = 0.0
    metres: float = Field(default=0.0, ge=0, le=1_000_000)
    answers: Mapping[Name, Name] | None = Field(default=None, max_length=1000)
    closed_after_s: Later | None = None


class Assumptions(Document):
    """What is taken for granted of everybody else.

    `queue`: the incident comes as a call on it (None: it is opened without one), answered `answered_after_s` later (None:
    never) by `answered_by`, who holds the incident then (None: somebody). `acknowledged_after_s`: how soon messages are, and
    handovers accepted by whoever is on duty for them (None: never); `acknowledges`: how soon a role, an organisation, a kind or
    a resource takes up whatever it is told.
    `accepted_after_s`: how soon a person accepts a rung that only proposes (None: never). `on_duty`: who is, throughout (None:
    by their shifts). `closed_after_s`: when the incident is over, from its opening (None: never).
    """

    queue: Name | None = None
    answered_after_s: Later | None = 0.0
    answered_by: Name | None = None
    acknowledged_after_s: Later | None = None
    acknowledges: Mapping[Name, Later] = Field(default_factory=dict, max_length=1000)
    accepted_after_s: Later | None = None
    on_duty: tuple[Name, ...] | None = Field(default=None, max_length=10_000)
    sent: tuple[Sent, ...] = Field(default=(), max_length=1000)
    others: tuple[Other, ...] = Field(default=(), max_length=100)
    closed_after_s: Later | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Assumptions:
        if self.queue is None and (self.answered_by is not None or self.answered_after_s != 0):
            raise ValueError(
                "`answered_after_s` and `answered_by` go with `queue`: without a call there is nothing to answer"
            )
        return self

    def in_words(self) -> Iterator[str]:
        """Yield in a sentence each what is taken for granted."""
        if self.queue is not None:
            by = "somebody" if self.answered_by is None else self.answered_by
            answered = (
                "nobody answers it"
                if self.answered_after_s is None
                else f"{by} answers it after {self.answered_after_s:g} s"
            )
            yield f"it comes as a call on queue {self.queue}, and {answered}"
        yield "nobody else is sent" if self.sent else "nobody is sent"
        for each in self.sent:
            there = "never arrives" if each.arrives_after_s is None else f"arrives {each.arrives_after_s:g} s later"
            yield f"{each.resource} is sent {each.after_s:g} s after need {each.need} opens, and {there}"
        soon = self.acknowledged_after_s
        yield (
            "no message is acknowledged"
            if soon is None
            else f"messages are acknowledged after {soon:g} s, and handovers accepted where somebody is on duty for them"
        )
        for name, after_s in self.acknowledges.items():
            yield f"{name} takes up what it is told after {after_s:g} s"
        if not self.acknowledges:
            yield "no rung is taken up" if soon is not None else "no rung and no handover is taken up"
        accepts = self.accepted_after_s
        yield (
            "nobody accepts a rung that only proposes"
            if accepts is None
            else f"such rungs are accepted after {accepts:g} s"
        )
        yield (
            "on duty by shift" if self.on_duty is None else f"on duty throughout: {', '.join(self.on_duty) or 'nobody'}"
        )
        count = sum(each.count for each in self.others)
        yield f"{count} other incidents" if count else "no other incident"


NOTHING_ELSE = Assumptions()
"""Nobody comes, nobody acknowledges, and nothing else is happening."""


def north_of(place: Place, metres: float) -> Place:
    """Return the place so many metres north of another."""
    return Place(min(90.0, place.latitude + math.degrees(metres / EARTH_RADIUS_M)), place.longitude, place.zone)
