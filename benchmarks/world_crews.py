"""The rival of a dispatch world: SimPy's process idiom, one process for each call, as its manuals would have it.

Call-takers are a PriorityResource, and so are the units together, by the rank of the call; whoever gets one takes the nearest of
those that are free, which on their way home are where they have got to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import simpy

from benchmarks.world_cases import DETOUR, SPEED_MPS
from incidents.quantities import Place, between, distance_m
from simulation.contacts import Contact
from simulation.outcomes import Outcome


class Responses(NamedTuple):
    """How many were reached, and the mean seconds from the call until somebody was there."""

    reached: int
    mean_s: float


class Unit:
    """A unit that is free: where it left, for where, and when."""

    __slots__ = ("home", "left_at", "origin", "way_s")

    def __init__(self, home: Place) -> None:
        self.home = self.origin = home
        self.left_at = self.way_s = 0.0

    def place(self, now: float) -> Place:
        """Where it is: at home, or on the straight way there."""
        gone_s = now - self.left_at
        return self.home if gone_s >= self.way_s else between(self.origin, self.home, gone_s / self.way_s)


def drive_s(origin: Place, destination: Place) -> float:
    """Seconds on the road."""
    return distance_m(origin, destination) * DETOUR / SPEED_MPS


def simpy_crews(
    contacts: Sequence[Contact], lucks: Sequence[Outcome], start: int, homes: Sequence[Place], takers: int
) -> Responses:
    """Play calls, each with what is in store for its unit, until the last is served."""
    environment = simpy.Environment()
    answering = simpy.PriorityResource(environment, capacity=takers)
    units = simpy.PriorityResource(environment, capacity=len(homes))
    idle = [Unit(home) for home in homes]
    responses: list[float] = []

    def call(contact: Contact, luck: Outcome) -> simpy.events.ProcessGenerator:
        began = environment.now
        rank = 1 if contact.priority == "first" else 2
        place = contact.place
        assert place is not None
        with answering.request(priority=1) as request:
            yield request
            yield environment.timeout(contact.pace_s)
        with units.request(priority=rank) as request:
            yield request
            now = environment.now
            unit = min(idle, key=lambda each: drive_s(each.place(now), place))
            idle.remove(unit)
            way_s = drive_s(unit.place(now), place)
            yield environment.timeout(luck.turnout_s)
            yield environment.timeout(way_s)
            responses.append(environment.now - began)
            yield environment.timeout(luck.scene_s)
            if luck.transports:
                yield environment.timeout(luck.to_facility_s)
                yield environment.timeout(luck.handover_s)
            unit.origin, unit.left_at, unit.way_s = place, environment.now, drive_s(place, unit.home)
            idle.append(unit)

    def source() -> simpy.events.ProcessGenerator:
        for contact, luck in zip(contacts, lucks, strict=True):
            yield environment.timeout((contact.at - start) / 1000 - environment.now)
            environment.process(call(contact, luck))

    environment.process(source())
    environment.run()
    return Responses(len(responses), sum(responses) / len(responses))
