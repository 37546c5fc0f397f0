"""The bare world: the same clock, the same contacts and their luck, and a first-come rule in the desk's place.

It keeps no log, checks nothing and can explain nothing: it shows what the world costs without the desk. Its rules are those that
the desk's procedure comes to in these worlds: who rings is answered by rank and then by turn; the nearest free unit goes, and the
calls that wait are served in turn. Times are the desk's, millisecond by millisecond, so both worlds wait alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from benchmarks.world_cases import DETOUR, SPEED_MPS
from benchmarks.world_crews import Responses, drive_s
from benchmarks.world_rivals import Waits
from incidents.quantities import Instant, Place, between, coordinates, distances_m, ms
from simulation.contacts import Contact
from simulation.light_entries import LightEnvironment
from simulation.outcomes import Outcome


class BareQueue:
    """Call-takers who answer by rank and turn."""

    def __init__(self, contacts: Sequence[Contact], servers: int, ranks: Sequence[str]) -> None:
        self._contacts, self._free = contacts, servers
        self._rank = {name: rank for rank, name in enumerate(ranks)}
        self._waiting: list[tuple[int, int]] = []
        self._waits: list[list[int]] = [[] for _ in ranks]
        self._clock: LightEnvironment

    def run(self, start: Instant, end: Instant) -> Waits:
        """Play every contact; return how long each rank waited."""
        self._clock = LightEnvironment(start)
        if self._contacts:
            self._clock.call_at(self._contacts[0].at, self._ring, (0,))
        self._clock.play(end)
        means = [sum(waits) / len(waits) / 1000 if waits else 0.0 for waits in self._waits]
        return Waits(sum(map(len, self._waits)), tuple(means))

    def _ring(self, index: int) -> None:
        contacts = self._contacts
        contact = contacts[index]
        if index + 1 < len(contacts):
            self._clock.call_at(contacts[index + 1].at, self._ring, (index + 1,))
        if self._free:
            self._free -= 1
            self._answer(contact, self._clock.instant)
        else:
            heappush(self._waiting, (self._rank[contact.queue], index))

    def _answer(self, contact: Contact, now: Instant) -> None:
        self._waits[self._rank[contact.queue]].append(now - contact.at)
        self._clock.call_at(now + ms(contact.pace_s) + ms(contact.wrap_up_s), self._hang_up)

    def _hang_up(self) -> None:
        if self._waiting:
            self._answer(self._contacts[heappop(self._waiting)[1]], self._clock.instant)
        else:
            self._free += 1


class BareCity:
    """Call-takers and units; phases that nobody can interrupt are one entry in the clock."""

    def __init__(
        self, contacts: Sequence[Contact], lucks: Sequence[Outcome], homes: Sequence[Place], takers: int
    ) -> None:
        self._contacts, self._lucks, self._homes, self._free_takers = contacts, lucks, homes, takers
        self._ringing: list[int] = []
        self._pending: list[tuple[int, int]] = []
        self._at_home = [True] * len(homes)
        self._on_the_way: dict[int, tuple[Place, Instant, int]] = {}
        self._origins = coordinates(homes)
        self._nearest: dict[Place, list[tuple[int, int]]] = {}
        self._responses_ms = self._reached = 0
        self._clock: LightEnvironment

    def run(self, start: Instant, end: Instant) -> Responses:
        """Play every contact; return how soon somebody was there."""
        self._clock = LightEnvironment(start)
        self._clock.call_at(self._contacts[0].at, self._ring, (0,))
        self._clock.play(end)
        return Responses(self._reached, self._responses_ms / max(1, self._reached) / 1000)

    def _ring(self, index: int) -> None:
        if index + 1 < len(self._contacts):
            self._clock.call_at(self._contacts[index + 1].at, self._ring, (index + 1,))
        if self._free_takers:
            self._free_takers -= 1
            self._answer(index)
        else:
            heappush(self._ringing, index)

    def _answer(self, index: int) -> None:
        self._clock.call_at(self._clock.instant + ms(self._contacts[index].pace_s), self._assess, (index,))

    def _assess(self, index: int) -> None:
        if self._ringing:
            self._answer(heappop(self._ringing))
        else:
            self._free_takers += 1
        contact = self._contacts[index]
        unit = self._nearest_free(contact.place)
        if unit is None:
            heappush(self._pending, (1 if contact.priority == "first" else 2, index))
        else:
            self._send(unit, index)

    def _nearest_free(self, place: Place | None) -> int | None:
        assert place is not None
        order = self._nearest.get(place)
        if order is None:
            seconds = (distances_m(self._origins, place) * DETOUR / SPEED_MPS * 1000).tolist()
            order = self._nearest[place] = sorted((round(way), unit) for unit, way in enumerate(seconds))
        best_ms, best = next(((way, unit) for way, unit in order if self._at_home[unit]), (1 << 60, None))
        for unit in self._on_the_way:
            way_ms = round(drive_s(self._place(unit), place) * 1000)
            if way_ms < best_ms:
                best_ms, best = way_ms, unit
        return best

    def _place(self, unit: int) -> Place:
        if self._at_home[unit]:
            return self._homes[unit]
        origin, left_at, way_ms = self._on_the_way[unit]
        return between(origin, self._homes[unit], (self._clock.instant - left_at) / way_ms if way_ms else 1.0)

    def _send(self, unit: int, index: int) -> None:
        contact, now = self._contacts[index], self._clock.instant
        assert contact.place is not None
        luck, here = self._lucks[index], self._place(unit)
        self._at_home[unit] = False
        self._on_the_way.pop(unit, None)
        there = now + ms(luck.turnout_s) + round(drive_s(here, contact.place) * 1000)
        self._responses_ms += there - contact.at
        self._reached += 1
        work_s = luck.scene_s + (luck.to_facility_s + luck.handover_s if luck.transports else 0.0)
        self._clock.call_at(there + ms(work_s), self._clear, (unit, contact.place))

    def _clear(self, unit: int, place: Place) -> None:
        now, way_ms = self._clock.instant, round(drive_s(place, self._homes[unit]) * 1000)
        way = self._on_the_way[unit] = place, now, way_ms
        if self._pending:
            self._send(unit, heappop(self._pending)[1])
        else:
            self._clock.call_at(now + way_ms, self._be_home, (unit, way))

    def _be_home(self, unit: int, way: tuple[Place, Instant, int]) -> None:
        if self._on_the_way.get(unit) is way:
            del self._on_the_way[unit]
            self._at_home[unit] = True
