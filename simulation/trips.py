"""What the simulated crews do once they are sent, and where they really are.

A `Trip` is one assignment being carried out. The contact's outcome says how long each stage takes; the desk hears of the stages
as facts and knows nothing else. Imports `contacts` and the desk's travel times.
"""

from __future__ import annotations

from dataclasses import dataclass

from incidents.quantities import Instant, NeedId, Place, ResourceId, between
from incidents.travel import TravelTimes
from simulation.contacts import Contact, Outcome

TURN_ROUND_S = 30.0
"""Seconds a crew needs to take a new destination while rolling."""


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
    travel_ms: int = 0
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

    def ends_at(self, now: Instant) -> Place | None:
        """Where the resource is when the trip ends now."""
        if self.is_at_facility and self.brought_to is not None:
            return self.brought_to
        return self.destination if self.has_arrived else self.position(now)

    def position(self, now: Instant) -> Place | None:
        """Where the resource really is while it is under way: on the straight line, at an even speed."""
        if self.origin is None or self.destination is None or self.departed_at is None:
            return self.origin
        share = (now - self.departed_at) / self.travel_ms if self.travel_ms else 1.0
        return between(self.origin, self.destination, share)


@dataclass(slots=True)
class Return:
    """A free resource driving back to its base."""

    origin: Place
    base: Place
    left_at: Instant
    travel_ms: int

    def position(self, now: Instant) -> Place:
        """Where it is by now."""
        return between(self.origin, self.base, (now - self.left_at) / self.travel_ms if self.travel_ms else 1.0)


def driving_ms(
    travel: TravelTimes, origin: Place | None, destination: Place | None, lights: bool, factor: float
) -> int:
    """Milliseconds a drive really takes: the planned seconds times the contact's luck."""
    if origin is None or destination is None:
        return 0
    return round(travel.travel_s(origin, destination, lights=lights) * factor * 1000)
