"""Rungs that acted late, or were due and never acted, read off a log and the ladder of a procedure.

Judged are rungs whose instant a log shows by itself: `unfilled_for_s`, on an incident of one of its priorities with a need that
has stood unfilled so long, and `waiting_answer_s`, on a contact that has waited so long; of those, the ones that act without
being proposed, at any hour and in any mode. The first time on each incident or contact counts. A rung whose trigger has ended by
the instant at which it is due is not due. May import `facts`, `procedure`, `situation` and what stands above them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from incidents import facts as f
from incidents.ladder import Rung
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, Instant, NeedId, ms
from incidents.situation import asked_for

LATE_AFTER_MS = 1_000
"""A rung that acts within a second of its instant is not late."""


@dataclass(slots=True)
class _Wait:
    """How long a need has stood unfilled: spans that are over, and the beginning of the one that is not."""

    incident: IncidentId
    rows: tuple[f.NeedRow, ...]
    open: list[int]
    since: Instant | None
    spans: list[tuple[Instant, Instant]] = field(default_factory=list)

    def stop(self, at: Instant) -> None:
        if self.since is not None:
            self.spans.append((self.since, at))
            self.since = None


class DueRungs:
    """The waits that rungs look at, and when each rung first acted."""

    def __init__(self, procedure: Procedure) -> None:
        plain = {name: rung for name, rung in procedure.escalation.items() if _is_read_off(rung)}
        self._on_needs = {name: rung for name, rung in plain.items() if rung.unfilled_for_s is not None}
        self._on_contacts = {name: rung for name, rung in plain.items() if rung.waiting_answer_s is not None}
        self._waits: dict[NeedId, _Wait] = {}
        self._rows_of: dict[tuple[str, NeedId], tuple[int, ...]] = {}
        self._priorities: dict[IncidentId, list[tuple[Instant, str]]] = defaultdict(list)
        self._calls: dict[ContactId, tuple[Instant, str, Instant | None]] = {}
        self._acted: dict[tuple[str, str], Instant] = {}
        self._open_of: dict[IncidentId, list[NeedId]] = defaultdict(list)

    def listeners(self) -> Mapping[type, Callable[[Any], None]]:
        """What is to be told of each kind of fact; of none where no rung can be judged."""
        on_needs: Mapping[type, Callable[[Any], None]] = {
            f.NeedOpened: self._opened,
            f.NeedWithdrawn: lambda fact: self._stop(fact.need, fact.at),
            f.ResourceAssigned: self._assigned,
            f.ResourceReleased: self._released,
            f.IncidentAssessed: self._ranked,
            f.IncidentEscalated: self._escalated,
            f.IncidentDeescalated: self._ranked,
            f.IncidentClosed: self._closed,
        }
        on_contacts: Mapping[type, Callable[[Any], None]] = {
            f.ContactReceived: self._received,
            f.ContactAnswered: self._over,
            f.ContactAbandoned: self._over,
            f.ContactEscalated: lambda fact: self._acts(fact.rung, fact.contact, fact.at),
        }
        return {**(on_needs if self._on_needs else {}), **(on_contacts if self._on_contacts else {})}

    def late_and_missed(
        self, incidents: Iterable[IncidentId], contacts: Iterable[ContactId], end: Instant
    ) -> tuple[int, int]:
        """How many rungs acted late, and how many were due by `end` and never acted, on these."""
        late = missed = 0
        for subject, rung, due in (*self._due_on(set(incidents), end), *self._due_of(contacts, end)):
            acted = self._acted.get((rung, subject))
            late += acted is not None and acted > due + LATE_AFTER_MS
            missed += acted is None and due + LATE_AFTER_MS < end
        return late, missed

    def _due_on(self, incidents: set[IncidentId], end: Instant) -> Iterator[tuple[str, str, Instant]]:
        first: dict[tuple[IncidentId, str], Instant] = {}
        for wait in self._waits.values():
            if wait.incident not in incidents:
                continue
            spans = wait.spans if wait.since is None else [*wait.spans, (wait.since, end + 1)]
            for name, rung in self._on_needs.items():
                due = self._first_due(wait.incident, rung, spans)
                if due is not None:
                    key = wait.incident, name
                    first[key] = min(due, first.get(key, due))
        for (incident, name), due in first.items():
            yield incident, name, due

    def _first_due(self, incident: IncidentId, rung: Rung, spans: Iterable[tuple[Instant, Instant]]) -> Instant | None:
        assert rung.unfilled_for_s is not None, "asked of rungs on needs"
        ranks = self._priorities[incident]
        until = [at for at, _ in ranks[1:]]
        for since, stopped in spans:
            ripe = since + ms(rung.unfilled_for_s)
            for (ranked, priority), over in zip(ranks, [*until, stopped], strict=True):
                due = max(ripe, ranked)
                if priority in rung.priorities and due < min(stopped, max(over, ranked)):
                    return due
        return None

    def _due_of(self, contacts: Iterable[ContactId], end: Instant) -> Iterator[tuple[str, str, Instant]]:
        for contact in contacts if self._on_contacts else ():
            received, queue, over = self._calls[contact]
            for name, rung in self._on_contacts.items():
                due = received + ms(rung.waiting_answer_s or 0.0)
                if (not rung.queues or queue in rung.queues) and due < (end + 1 if over is None else over):
                    yield contact, name, due

    def _opened(self, fact: f.NeedOpened) -> None:
        if fact.incident is not None:
            opened = [row.quantity for row in fact.rows]
            self._waits[fact.need] = _Wait(fact.incident, fact.rows, opened, fact.at)
            self._open_of[fact.incident].append(fact.need)

    def _stop(self, need: NeedId, at: Instant) -> None:
        if need in self._waits:
            self._waits[need].stop(at)

    def _closed(self, fact: f.IncidentClosed) -> None:
        for need in self._open_of.pop(fact.incident, ()):
            self._stop(need, fact.at)

    def _assigned(self, fact: f.ResourceAssigned) -> None:
        wait = self._waits.get(fact.need)
        if wait is not None:
            rows = self._rows_of[fact.resource, fact.need] = (fact.row, *fact.also)
            self._change(wait, rows, -1, fact.at)

    def _released(self, fact: f.ResourceReleased) -> None:
        rows = self._rows_of.pop((fact.resource, fact.need), None)
        if rows is not None and fact.leaves_open:
            self._change(self._waits[fact.need], rows, 1, fact.at)

    def _change(self, wait: _Wait, rows: tuple[int, ...], by: int, at: Instant) -> None:
        for row in rows:
            wait.open[row] += by
        if not any(asked_for(wait.rows, wait.open)):
            wait.stop(at)
        elif wait.since is None:
            wait.since = at

    def _ranked(self, fact: f.IncidentAssessed | f.IncidentDeescalated | f.IncidentEscalated) -> None:
        if fact.priority is not None:
            self._priorities[fact.incident].append((fact.at, fact.priority))

    def _escalated(self, fact: f.IncidentEscalated) -> None:
        self._acts(fact.rung, fact.incident, fact.at)
        self._ranked(fact)

    def _received(self, fact: f.ContactReceived) -> None:
        self._calls[fact.contact] = fact.at, fact.queue, None

    def _over(self, fact: f.ContactAnswered | f.ContactAbandoned) -> None:
        if fact.contact in self._calls:
            received, queue, _ = self._calls[fact.contact]
            self._calls[fact.contact] = received, queue, fact.at

    def _acts(self, rung: str, subject: str, at: Instant) -> None:
        self._acted.setdefault((rung, subject), at)


def _is_read_off(rung: Rung) -> bool:
    is_plain = not rung.proposes and not rung.hours and not rung.during
    return is_plain and (rung.unfilled_for_s is not None or rung.waiting_answer_s is not None)


def has_rungs_to_judge(procedure: Procedure) -> bool:
    """Whether any rung of a ladder can be judged by a log."""
    return any(_is_read_off(rung) for rung in procedure.escalation.values())
