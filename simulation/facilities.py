"""Facilities: where they are, how many may be handed over there at once, and how long that takes by the hour.

Whoever finds no place waits for one, first come, first served. Imports `stage` and `workload`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from incidents.quantities import Place, distance_m
from simulation.arrivals import local_time
from simulation.outcomes import NEAREST
from simulation.stage import Stage
from simulation.trips import Trip
from simulation.workload import Workload


class Facilities:
    """Every facility of the world."""

    def __init__(self, stage: Stage, workload: Workload | None) -> None:
        self._stage, self._workload = stage, workload
        known = {} if workload is None else workload.facilities
        self._places: Mapping[str, Place] = {
            name: Place(each.latitude, each.longitude) for name, each in sorted(known.items())
        }
        self._inside: dict[str, int] = dict.fromkeys(self._places, 0)
        self._waiting: dict[str, deque[tuple[Trip, Callable[[Trip], None]]]] = {name: deque() for name in self._places}

    def choose(self, wanted: str | None, scene: Place | None) -> tuple[str, Place] | None:
        """The facility a crew drives to from a scene; None: nobody has said where that is."""
        if wanted is None or scene is None or not self._places:
            return None
        if wanted != NEAREST:
            return wanted, self._places[wanted]
        name = min(self._places, key=lambda each: (distance_m(scene, self._places[each]), each))
        return name, self._places[name]

    def enter(self, trip: Trip, begin: Callable[[Trip], None]) -> None:
        """Begin to hand over, or wait until there is room."""
        if trip.facility is None:
            begin(trip)
            return
        assert self._workload is not None, "where there are facilities there is a workload"
        most = self._workload.facilities[trip.facility].places
        if most is not None and self._inside[trip.facility] >= most:
            self._stage.tally["handovers that waited"] += 1
            self._waiting[trip.facility].append((trip, begin))
            return
        self._let_in(trip, begin)

    def leave(self, trip: Trip) -> None:
        """Make room for the next one who waits."""
        if trip.facility is None or not trip.is_handing_over:
            return
        trip.is_handing_over = False
        self._inside[trip.facility] -= 1
        waiting = self._waiting[trip.facility]
        while waiting:
            following, begin = waiting.popleft()
            if not following.is_over:
                self._let_in(following, begin)
                break

    def factor(self, trip: Trip) -> float:
        """By how much a handover that begins now takes longer."""
        if trip.facility is None or self._workload is None:
            return 1.0
        factors = self._workload.facilities[trip.facility].handover_by_hour
        return factors[local_time(self._stage.clock.now, self._workload.zone_info).hour] if factors else 1.0

    def _let_in(self, trip: Trip, begin: Callable[[Trip], None]) -> None:
        assert trip.facility is not None
        self._inside[trip.facility] += 1
        trip.is_handing_over = True
        begin(trip)
