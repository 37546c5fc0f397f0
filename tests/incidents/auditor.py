"""The books of a log, kept by somebody who shares no code with the desk: facts are read one by one and counted."""

from __future__ import annotations

from collections import Counter

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
        self.serving: dict[tuple[str, str], int] = {}
        self.wanted: dict[str, dict[int, int]] = {}
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
                self.wanted[fact.need] = {row: each.quantity for row, each in enumerate(fact.rows)}
                self.opened_at[fact.need] = fact.at
                self.owner[fact.need] = str(fact.incident or fact.contact)
                self.live.add(fact.need)
            case f.NeedWithdrawn(_, need):
                self.live.remove(need)
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
            case f.ResourceAssigned(_, resource, need, row):
                assert need in self.live
                assert resource in self.on_duty
                assert (resource, need) not in self.serving
                self.resting.discard(resource)
                self.tasks[resource] += 1
                self.serving[resource, need] = row
                self.sent[need, row] += 1
            case f.ResourceReleased(_, resource, need):
                row = self.serving.pop((resource, need))
                self.left_open[need, row] += fact.leaves_open
            case _:
                pass

    def open_positions(self, need: str) -> tuple[int, ...]:
        """How many positions of each row nobody fills and nobody has finished."""
        return tuple(
            count - self.sent[need, row] + self.left_open[need, row] for row, count in self.wanted[need].items()
        )
