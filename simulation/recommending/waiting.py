"""Why somebody waits: each second of an open need put down to what stood in its way, as far as a log of facts can tell.

    nobody on duty     nobody who is on duty, and on no break, could do what is asked
    everybody busy     somebody on duty could, and all of them have their hands full
    kept in reserve    somebody is free, but no more of them than the procedure keeps back
    somebody free      somebody is free: what is left is the delay of whoever decides
    turned round       somebody was on the way already, and was taken away before arriving

A need waits while nobody is assigned to it. May import `incidents`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from incidents import facts as f
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant, NeedId, ResourceId

REASONS = ("nobody on duty", "everybody busy", "kept in reserve", "somebody free", "turned round")
NOBODY, BUSY, RESERVED, FREE, TURNED = range(len(REASONS))
MOST_OPEN = 10_000
"""Of more needs that wait at once only so many are looked at; the seconds of the others are put down to nobody being free."""
Seconds: TypeAlias = tuple[float, ...]
"""For each of `REASONS`."""


@dataclass(slots=True)
class _Open:
    """A need that asks for somebody, and how long it has waited for which reason."""

    rows: tuple[f.NeedRow, ...]
    assigned: int = 0
    seconds: list[float] = field(default_factory=lambda: [0.0] * len(REASONS))


class WaitingRoom:
    """Reads facts in order; `seconds_of` says of a need what it waited for so far."""

    def __init__(self, centre: Centre, procedure: Procedure | None) -> None:
        self._kinds = {ResourceId(name): centre.kinds[entry.kind] for name, entry in centre.resources.items()}
        reserve = procedure.dispatch.reserve if procedure is not None else ()
        self._kept: dict[str, int] = defaultdict(int)
        for each in reserve:
            self._kept[each.skill] += each.keep
        self._on_duty: set[ResourceId] = set()
        self._resting: set[ResourceId] = set()
        self._taken: dict[ResourceId, int] = defaultdict(int)
        self._held: dict[tuple[ResourceId, NeedId], int] = {}
        self._needs: dict[NeedId, _Open] = {}
        self._waiting: dict[NeedId, _Open] = {}
        self._known: dict[f.NeedRow, int] = {}
        self._now: Instant = 0

    def seconds_of(self, need: NeedId) -> Seconds:
        """What a need has waited for, by reason."""
        found = self._needs.get(need)
        return tuple(found.seconds) if found is not None else (0.0,) * len(REASONS)

    def read(self, fact: f.Fact) -> None:
        """Let the time pass up to the fact, then take it in."""
        self._pass(fact.at)
        match fact:
            case f.ResourceSignedOn():
                self._on_duty.add(fact.resource)
            case f.ResourceSignedOff():
                self._on_duty.discard(fact.resource)
            case f.ResourceStoodDown():
                self._resting.add(fact.resource)
            case f.ResourceStoodUp():
                self._resting.discard(fact.resource)
            case f.NeedOpened():
                self._needs[fact.need] = self._waiting[fact.need] = _Open(fact.rows)
                return
            case f.NeedWithdrawn():
                self._waiting.pop(fact.need, None)
                return
            case f.ResourceAssigned():
                self._assigned(fact)
            case f.ResourceReleased():
                self._released(fact)
            case f.IncidentClosed():
                return
            case _:
                return
        self._known.clear()

    def _assigned(self, fact: f.ResourceAssigned) -> None:
        self._resting.discard(fact.resource)
        need = self._needs.get(fact.need)
        if need is None:
            return
        rows = [need.rows[row] for row in (fact.row, *fact.also) if row < len(need.rows)]
        load = max((row.load for row in rows), default=1)
        self._held[fact.resource, fact.need] = load
        self._taken[fact.resource] += load
        need.assigned += 1
        self._waiting.pop(fact.need, None)

    def _released(self, fact: f.ResourceReleased) -> None:
        need = self._needs.get(fact.need)
        load = self._held.pop((fact.resource, fact.need), 0)
        self._taken[fact.resource] -= load
        if need is None or not load:
            return
        need.assigned -= 1
        if fact.leaves_open and not need.assigned:
            self._waiting[fact.need] = need

    def _pass(self, at: Instant) -> None:
        passed_s = (at - self._now) / MS_PER_S
        if passed_s > 0 and self._waiting:
            for number, need in enumerate(self._waiting.values()):
                reason = self._reason(need.rows) if number < MOST_OPEN else BUSY
                need.seconds[reason] += passed_s
        self._now = max(at, self._now)

    def _reason(self, rows: Sequence[f.NeedRow]) -> int:
        """The mildest of the rows: whoever could fill one of them would be a beginning."""
        return max(self._of_row(row) for row in rows)

    def _of_row(self, row: f.NeedRow) -> int:
        if row not in self._known:
            able = [name for name in self._on_duty - self._resting if self._can(name, row)]
            free = sum(self._kinds[name].capacity - self._taken[name] >= row.load for name in able)
            kept = self._kept.get(row.skill, 0)
            self._known[row] = NOBODY if not able else BUSY if not free else RESERVED if free <= kept else FREE
        return self._known[row]

    def _can(self, name: ResourceId, row: f.NeedRow) -> bool:
        kind = self._kinds.get(name)
        return kind is not None and kind.levels.get(row.skill, 0) >= row.level and kind.capacity >= row.load
