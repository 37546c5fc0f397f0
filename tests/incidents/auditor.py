"""The books of a log, kept by somebody who shares no code with the desk: facts are read one by one and counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from incidents import facts as f


class Auditor:
    """The books of a log, kept by reading facts one by one."""

    def __init__(self) -> None:
        self.sequence = 0
        self.at = 0
        self.on_duty: set[str] = set()
        self.resting: set[str] = set()
        self.shift_ends: dict[str, int | None] = {}
        self.tasks: Counter[str] = Counter()
        self.serving: dict[tuple[str, str], tuple[int, ...]] = {}
        self.pinned: set[tuple[str, str]] = set()
        self.rows: dict[str, tuple[f.NeedRow, ...]] = {}
        self.sent: Counter[tuple[str, int]] = Counter()
        self.left_open: Counter[tuple[str, int]] = Counter()
        self.opened_at: dict[str, int] = {}
        self.owner: dict[str, str] = {}
        self.live: set[str] = set()
        self.reported_at: dict[str, int] = {}
        self.open_incidents: set[str] = set()
        self.closed: set[str] = set()
        self.received_at: dict[str, int] = {}
        self.over: set[str] = set()
        self.rungs: Counter[tuple[str, str]] = Counter()
        self.asked_by: dict[str, str | None] = {}
        self.stopped: dict[str, str | None] = {}

    def read(self, fact: f.Fact) -> None:
        """Enter one fact."""
        assert fact.at >= self.at
        self.sequence, self.at = self.sequence + 1, fact.at
        match fact:
            case f.ContactReceived(when, contact):
                self.received_at[contact] = when
            case f.ContactAbandoned(_, contact) | f.ContactEnded(_, contact):
                self.over.add(contact)
            case f.IncidentOpened(when, incident, contact):
                assert incident not in self.closed
                self.reported_at[incident] = when if contact is None else self.received_at[contact]
                self.open_incidents.add(incident)
            case f.IncidentClosed(_, incident):
                self.open_incidents.remove(incident)
                self.closed.add(incident)
                self.live -= {need for need in self.live if self.owner[need] == incident}
            case f.IncidentEscalated(_, incident, rung):
                self.rungs[incident, rung] += 1
            case f.NeedOpened():
                self.rows[fact.need] = fact.rows
                self.opened_at[fact.need] = fact.at
                self.owner[fact.need] = str(fact.incident or fact.contact)
                self.live.add(fact.need)
                self.asked_by[fact.need] = fact.alarm
            case f.NeedWithdrawn(_, need):
                self.live.remove(need)
            case f.NeedReduced(_, need):
                self._reduce(need)
            case f.AlarmLowered(_, incident):
                self.stopped[incident] = fact.level
            case f.AlarmRaised(_, incident) if fact.by_person:
                self.stopped.pop(incident, None)
            case f.AlarmRaised(_, incident):
                assert incident not in self.stopped, "only a person takes a stop back"
            case _:
                self._read_of_a_resource(fact)
        # A contact's need is over with its contact, once nobody is busy with it any more.
        held = {need for _, need in self.serving}
        self.live -= {need for need in self.live if self.owner[need] in self.over and need not in held}

    def _read_of_a_resource(self, fact: f.Fact) -> None:
        match fact:
            case f.ResourceSignedOn(_, resource):
                self.on_duty.add(resource)
                self.shift_ends[resource], self.tasks[resource] = fact.until, 0
            case f.ResourceSignedOff(_, resource):
                self.on_duty.remove(resource)
                self.resting.discard(resource)
            case f.ResourceStoodDown(_, resource):
                assert resource in self.on_duty - self.resting
                assert all(held != resource for held, _ in self.serving)
                self.resting.add(resource)
            case f.ResourceStoodUp(_, resource):
                self.resting.remove(resource)
            case f.ResourceAssigned(_, resource, need):
                assert need in self.live
                assert resource in self.on_duty
                assert (resource, need) not in self.serving
                self.resting.discard(resource)
                self.tasks[resource] += 1
                self.serving[resource, need] = (fact.row, *fact.also)
                self.sent.update((need, row) for row in self.serving[resource, need])
                if fact.pinned:
                    self.pinned.add((resource, need))
            case f.ResourceReleased(_, resource, need):
                assert not (fact.because.startswith("diverted") and (resource, need) in self.pinned)
                self.pinned.discard((resource, need))
                rows = self.serving.pop((resource, need))
                self.left_open.update((need, row) for row in rows if fact.leaves_open)
            case _:
                pass

    def _reduce(self, need: str) -> None:
        """A need ends where it stands: what nobody fills of the way begun is no part of it any more."""
        assert any(held == need for _, held in self.serving), "what nobody serves is withdrawn"
        (way,), lacking = self.ways(need), self.open_positions(need)
        self.rows[need] = tuple(
            replace(row, quantity=row.quantity - lacking[index]) if index in way else row
            for index, row in enumerate(self.rows[need])
        )

    def open_positions(self, need: str) -> tuple[int, ...]:
        """How many positions of each row nobody fills and nobody has finished."""
        return tuple(
            asked.quantity - self.sent[need, row] + self.left_open[need, row]
            for row, asked in enumerate(self.rows[need])
        )

    def ways(self, need: str) -> list[list[int]]:
        """The rows of each way to fill a need that nothing has ruled out: the one begun, or else all of them."""
        rows, lacking = self.rows[need], self.open_positions(need)
        begun = {row.alternative for row, count in zip(rows, lacking, strict=True) if count < row.quantity}
        assert len(begun) <= 1, "nobody works at half of two plans"
        ways = sorted(begun) or sorted({row.alternative for row in rows})
        return [[index for index, row in enumerate(rows) if row.alternative == way] for way in ways]

    def room_taken(self, resource: str) -> int:
        """The greatest load of the rows that a resource fills at each need, summed over its needs."""
        taken = ((need, rows) for (held, need), rows in self.serving.items() if held == resource)
        return sum(max(self.rows[need][row].load for row in rows) for need, rows in taken)
