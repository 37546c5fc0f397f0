"""What the simulated crews do once they are sent, and where they really are.

A `Trip` is one assignment being carried out. The contact's outcome says how long each stage takes; the desk hears of the stages
as facts and knows nothing else. Imports `contacts` and the desk's travel times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan

from incidents.quantities import Instant, NeedId, Place, ResourceId
from incidents.travel import TravelTimes
from simulation.contacts import Contact
from simulation.outcomes import Outcome

TURN_ROUND_S = 30.0
"""Seconds a crew needs to take a new destination while rolling."""


class Drive(int):
    """The milliseconds that a drive really takes, which know the way that it goes."""

    _ways: Callable[[float], Place | None]

    def __new__(cls, whole_ms: int, way: Callable[[float], Place | None]) -> Drive:
        """Return `whole_ms` with a way: from the share (0..1) of the time that has passed to a place."""
        drive = super().__new__(cls, whole_ms)
        drive._ways = way
        return drive

    def position(self, gone_ms: int) -> Place | None:
        """Where somebody is after so many milliseconds."""
        return self._ways(gone_ms / self if self else 1.0)


@dataclass(slots=True)
class Trip:
    """One resource on its way to, at, or away from one incident. `departed_at` None: still turning out, or busy elsewhere.

    `ordinal`: it is the so many-th (from 0) of its kind that was sent. `facility` and `brought_to`: where it takes somebody.
    """

    resource: ResourceId
    need: NeedId
    incident: str
    outcome: Outcome
    assigned_at: Instant
    origin: Place | None
    destination: Place | None
    departed_at: Instant | None = None
    travel_ms: Drive | None = None
    has_begun: bool = False
    has_arrived: bool = False
    is_over: bool = False
    kind: str = ""
    ordinal: int = 0
    contact: Contact | None = None
    facility: str | None = None
    brought_to: Place | None = None
    is_at_facility: bool = False
    is_handing_over: bool = False

    def slowness(self, now: Instant) -> float:
        """By how many times a drive that begins now is longer than planned at any hour, whoever drives."""
        return 1.0 if self.contact is None else self.contact.slowness(now)

    def factor(self, now: Instant) -> float:
        """By how many times a drive of this crew that begins now is longer than planned at any hour."""
        return self.outcome.travel_factor * self.slowness(now)

    def ends_at(self, now: Instant) -> Place | None:
        """Where the resource is when the trip ends now."""
        if self.is_at_facility and self.brought_to is not None:
            return self.brought_to
        return self.destination if self.has_arrived else self.position(now)

    def position(self, now: Instant) -> Place | None:
        """Where the resource really is while it is under way."""
        if self.departed_at is None or self.travel_ms is None:
            return self.origin
        return self.travel_ms.position(now - self.departed_at)


@dataclass(slots=True)
class Return:
    """A free resource driving back to its base."""

    origin: Place
    base: Place
    left_at: Instant
    travel_ms: Drive

    def position(self, now: Instant) -> Place:
        """Where it is by now."""
        return self.travel_ms.position(now - self.left_at) or self.base


def driving_ms(
    travel: TravelTimes, origin: Place | None, destination: Place | None, lights: bool, factor: float
) -> Drive:
    """Milliseconds a drive really takes: the planned seconds times the contact's luck."""
    if origin is None or destination is None:
        return Drive(0, lambda share: origin)
    planned_s = travel.travel_s(origin, destination, lights=lights)
    assert not isnan(planned_s), "nobody is sent where no road leads"
    return Drive(
        round(planned_s * factor * 1000), lambda share: travel.on_the_way(origin, destination, share, lights=lights)
    )
