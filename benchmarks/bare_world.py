"""The bare world: the same clock, the same contacts and their luck, and a first-come rule in the desk's place.

It keeps no log, checks nothing and can explain nothing: it shows what the world costs without the desk. Its rules are those that
the desk's procedure comes to in these worlds: who rings is answered by rank and then by turn; the nearest free unit goes, and the
calls that wait are served in turn. Times are the desk's, millisecond by millisecond, so both worlds wait alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from benchmarks.world_rivals import Waits
from incidents.quantities import Instant, ms
from simulation.clock import Clock
from simulation.contacts import Contact


class BareQueue:
    """Call-takers who answer by rank and turn."""

    def __init__(self, contacts: Sequence[Contact], servers: int, ranks: Sequence[str]) -> None:
        self._contacts, self._free = contacts, servers
        self._rank = {name: rank for rank, name in enumerate(ranks)}
        self._waiting: list[tuple[int, int]] = []
        self._waits: list[list[int]] = [[] for _ in ranks]
        self._clock: Clock

    def run(self, start: Instant, end: Instant) -> Waits:
        """Play every contact; return how long each rank waited."""
        self._clock = Clock(start)
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
