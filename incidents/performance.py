"""Facts -> Measures: how well a log of facts went, whether people or a simulation wrote it.

The clocks, once and for all (seconds; `received` is when the incident's first contact was received, or when
the incident was opened where no contact is known):

    answer_s         ContactReceived -> ContactAnswered, one sample per contact
    handling_s       received -> first IncidentAssessed
    dispatch_wait_s  first IncidentAssessed -> first ResourceAssigned; 0 where one was assigned before
    response_s       received -> first ResourceArrived; a diversion never resets it
    turnout_s        per resource: assigned -> departed
    travel_s         per resource: departed -> arrived; a resource that was turned back has none
    on_scene_s       per resource: arrived -> transporting, or released where nobody was transported
    transport_s      per resource: transporting -> at facility
    handover_s       per resource: at facility -> released
    commitment_s     per resource: assigned -> released
    units            distinct resources ever assigned, per incident that asked for any (not seconds)

A sample counts when its contact, or its incident's first contact, was received in [since, until). What
happens to it later counts too; what has not happened by the end of the log has no sample. Every clock is
kept for each priority and for `all`. Needs for call-takers are not needs of an incident. May import numpy
and what stands above in this package.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from incidents import facts as f
from incidents.corrections import as_corrected
from incidents.measures import EVERY, STAGES, FloatArray, Measures, statistic_of
from incidents.quantities import MS_PER_S, ContactId, IncidentId, Instant, NeedId, ResourceId
from incidents.situation import asked_for

__all__ = ["Measures", "measure"]

_SAMPLING_MS = 60 * MS_PER_S


def measure(
    facts: Iterable[f.Fact],
    *,
    since: Instant,
    until: Instant,
    priority_of: Mapping[IncidentId, str] | None = None,
    kinds: Mapping[ResourceId, str] | None = None,
    priorities: Sequence[str] = (),
) -> Measures:
    """Read the facts, in order of time and each as it was corrected last.

    What is before `since` sets the scene and has no samples.
    `priority_of` sorts incidents by their true priority; where it is silent, the last priority in the log
    counts. `kinds` adds the counts per kind of resource, and `priorities` declares the names that a figure
    may use.
    """
    reading = _Reading(since, until)
    tell = reading.listeners()
    for _, fact in as_corrected(facts):
        listener = tell.get(type(fact))
        if listener is not None:
            listener(fact)
    return reading.measures(priority_of or {}, kinds or {}, tuple(priorities))


@dataclass(slots=True)
class _Stint:
    """One resource's work on one need so far."""

    assigned: Instant
    rows: tuple[int, ...]
    departed: Instant | None = None
    arrived: Instant | None = None
    transporting: Instant | None = None
    at_facility: Instant | None = None


@dataclass(slots=True)
class _Need:
    incident: IncidentId
    rows: tuple[f.NeedRow, ...]
    open: tuple[int, ...]
    is_withdrawn: bool = False

    def change(self, rows: tuple[int, ...], by: int) -> None:
        """Count one more or one less open position in each of these rows."""
        self.open = tuple(count + by * (row in rows) for row, count in enumerate(self.open))


@dataclass(slots=True)
class _Spans:
    """Time that each resource spent in some state, clipped to the window; the states may nest."""

    since: Instant
    until: Instant
    depth: dict[ResourceId, int] = field(default_factory=lambda: defaultdict(int))
    entered: dict[ResourceId, Instant] = field(default_factory=dict)
    total_ms: dict[ResourceId, int] = field(default_factory=lambda: defaultdict(int))

    def enter(self, resource: ResourceId, at: Instant) -> bool:
        """True if the resource was not in the state before."""
        self.depth[resource] += 1
        if self.depth[resource] > 1:
            return False
        self.entered[resource] = at
        return True

    def leave(self, resource: ResourceId, at: Instant) -> bool:
        """True if the resource is no longer in the state."""
        if not self.depth[resource]:
            return False
        self.depth[resource] -= 1
        if self.depth[resource]:
            return False
        span = min(at, self.until) - max(self.entered.pop(resource), self.since)
        self.total_ms[resource] += max(0, span)
        return True

    def seconds(self) -> dict[ResourceId, float]:
        """Totals up to now; whoever is still in the state is taken to stay until the window ends."""
        totals = dict(self.total_ms)
        for resource, entered in self.entered.items():
            totals[resource] = totals.get(resource, 0) + max(0, self.until - max(entered, self.since))
        return {resource: total / MS_PER_S for resource, total in sorted(totals.items())}


class _Reading:
    """What has been read so far. One method per kind of fact that matters."""

    def __init__(self, since: Instant, until: Instant) -> None:
        self.since, self.until = since, until
        self.samples: dict[str, list[tuple[IncidentId | None, int]]] = {stage: [] for stage in STAGES}
        self.answers: list[tuple[ContactId, int]] = []
        self.tally: dict[str, int] = dict.fromkeys(("answered", "abandoned", "diversions", "escalations"), 0)
        self.received_at: dict[ContactId, Instant] = {}
        self.incident_of: dict[ContactId, IncidentId] = {}
        # Only incidents that count stand here; that is how everything that belongs to the others is passed
        # over.
        self.started: dict[IncidentId, Instant] = {}
        self.assessed: dict[IncidentId, Instant] = {}
        self.dispatched: set[IncidentId] = set()
        self.reached: set[IncidentId] = set()
        self.closed: set[IncidentId] = set()
        self.priority: dict[IncidentId, str] = {}
        self.needs: dict[NeedId, _Need] = {}
        self.units: dict[IncidentId, set[ResourceId]] = {}
        self.stints: dict[tuple[ResourceId, NeedId], _Stint] = {}
        self.busy = _Spans(since, until)
        self.committed = _Spans(since, until)
        self.duty = _Spans(since, until)
        self.changes: list[tuple[Instant, int]] = []

    def listeners(self) -> Mapping[type, Callable[[Any], None]]:
        return {
            f.ContactReceived: self._contact_received,
            f.ContactAnswered: self._contact_answered,
            f.ContactAbandoned: self._contact_abandoned,
            f.IncidentOpened: self._incident_opened,
            f.ContactLinked: self._contact_linked,
            f.IncidentAssessed: self._incident_assessed,
            f.IncidentEscalated: self._incident_escalated,
            f.IncidentClosed: self._incident_closed,
            f.NeedOpened: self._need_opened,
            f.NeedWithdrawn: self._need_withdrawn,
            f.ResourceSignedOn: self._signed_on,
            f.ResourceSignedOff: self._signed_off,
            f.ResourceAssigned: self._assigned,
            f.ResourceDeparted: self._departed,
            f.ResourceArrived: self._arrived,
            f.ResourceTransporting: self._transporting,
            f.ResourceAtFacility: self._at_facility,
            f.ResourceReleased: self._released,
        }

    def _counts_at(self, received: Instant) -> bool:
        return self.since <= received < self.until

    def _contact_received(self, fact: f.ContactReceived) -> None:
        self.received_at[fact.contact] = fact.at

    def _contact_answered(self, fact: f.ContactAnswered) -> None:
        received = self.received_at.get(fact.contact)
        if received is not None and self._counts_at(received):
            self.tally["answered"] += 1
            self.answers.append((fact.contact, fact.at - received))

    def _contact_abandoned(self, fact: f.ContactAbandoned) -> None:
        received = self.received_at.get(fact.contact)
        if received is not None and self._counts_at(received):
            self.tally["abandoned"] += 1

    def _incident_opened(self, fact: f.IncidentOpened) -> None:
        started = fact.at
        if fact.contact is not None:
            self.incident_of[fact.contact] = fact.incident
            started = self.received_at.get(fact.contact, fact.at)
        if self._counts_at(started):
            self.started[fact.incident] = started

    def _contact_linked(self, fact: f.ContactLinked) -> None:
        self.incident_of[fact.contact] = fact.incident

    def _incident_assessed(self, fact: f.IncidentAssessed) -> None:
        self.priority[fact.incident] = fact.priority
        if fact.incident in self.started and fact.incident not in self.assessed:
            self.assessed[fact.incident] = fact.at
            self._sample("handling_s", fact.incident, fact.at - self.started[fact.incident])
            if fact.incident in self.dispatched:
                self._sample("dispatch_wait_s", fact.incident, 0)

    def _incident_escalated(self, fact: f.IncidentEscalated) -> None:
        if fact.priority is not None:
            self.priority[fact.incident] = fact.priority
        if fact.incident in self.started:
            self.tally["escalations"] += 1

    def _incident_closed(self, fact: f.IncidentClosed) -> None:
        self.closed.add(fact.incident)

    def _need_opened(self, fact: f.NeedOpened) -> None:
        if fact.contact is None and fact.incident is not None:
            wanted = tuple(row.quantity for row in fact.rows)
            self.needs[fact.need] = _Need(fact.incident, fact.rows, wanted)
            if fact.incident in self.started:
                self.units.setdefault(fact.incident, set())

    def _need_withdrawn(self, fact: f.NeedWithdrawn) -> None:
        if fact.need in self.needs:
            self.needs[fact.need].is_withdrawn = True

    def _signed_on(self, fact: f.ResourceSignedOn) -> None:
        if not self.duty.depth[fact.resource]:
            self.duty.enter(fact.resource, fact.at)

    def _signed_off(self, fact: f.ResourceSignedOff) -> None:
        self.duty.leave(fact.resource, fact.at)

    def _assigned(self, fact: f.ResourceAssigned) -> None:
        self.busy.enter(fact.resource, fact.at)
        need = self.needs.get(fact.need)
        if need is None:
            return
        if self.committed.enter(fact.resource, fact.at):
            self.changes.append((fact.at, 1))
        stint = self.stints[fact.resource, fact.need] = _Stint(fact.at, (fact.row, *fact.also))
        need.change(stint.rows, -1)
        incident = need.incident
        if incident not in self.started:
            return
        self.units[incident].add(fact.resource)
        if incident not in self.dispatched:
            self.dispatched.add(incident)
            if incident in self.assessed:
                self._sample("dispatch_wait_s", incident, fact.at - self.assessed[incident])

    def _departed(self, fact: f.ResourceDeparted) -> None:
        stint = self.stints.get((fact.resource, fact.need))
        if stint is not None:
            stint.departed = fact.at
            self._sample("turnout_s", self.needs[fact.need].incident, fact.at - stint.assigned)

    def _arrived(self, fact: f.ResourceArrived) -> None:
        stint = self.stints.get((fact.resource, fact.need))
        if stint is None:
            return
        incident = self.needs[fact.need].incident
        stint.arrived = fact.at
        if stint.departed is not None:
            self._sample("travel_s", incident, fact.at - stint.departed)
        if incident in self.started and incident not in self.reached:
            self.reached.add(incident)
            self._sample("response_s", incident, fact.at - self.started[incident])

    def _transporting(self, fact: f.ResourceTransporting) -> None:
        stint = self.stints.get((fact.resource, fact.need))
        if stint is not None:
            stint.transporting = fact.at
            if stint.arrived is not None:
                self._sample("on_scene_s", self.needs[fact.need].incident, fact.at - stint.arrived)

    def _at_facility(self, fact: f.ResourceAtFacility) -> None:
        stint = self.stints.get((fact.resource, fact.need))
        if stint is not None:
            stint.at_facility = fact.at
            if stint.transporting is not None:
                self._sample("transport_s", self.needs[fact.need].incident, fact.at - stint.transporting)

    def _released(self, fact: f.ResourceReleased) -> None:
        self.busy.leave(fact.resource, fact.at)
        stint = self.stints.pop((fact.resource, fact.need), None)
        if stint is None:
            return
        if self.committed.leave(fact.resource, fact.at):
            self.changes.append((fact.at, -1))
        need = self.needs[fact.need]
        self._sample("commitment_s", need.incident, fact.at - stint.assigned)
        if stint.at_facility is not None:
            self._sample("handover_s", need.incident, fact.at - stint.at_facility)
        elif stint.arrived is not None and stint.transporting is None:
            self._sample("on_scene_s", need.incident, fact.at - stint.arrived)
        if fact.leaves_open:
            need.change(stint.rows, 1)
        if fact.because.startswith("diverted") and need.incident in self.started:
            self.tally["diversions"] += 1

    def _sample(self, stage: str, incident: IncidentId, value_ms: int) -> None:
        if incident in self.started:
            self.samples[stage].append((incident, value_ms))

    def measures(
        self,
        priority_of: Mapping[IncidentId, str],
        kinds: Mapping[ResourceId, str],
        priorities: tuple[str, ...],
    ) -> Measures:
        final = {name: priority_of.get(name, self.priority.get(name)) for name in self.started}
        self.samples["answer_s"] = [(self.incident_of.get(contact), wait) for contact, wait in self.answers]
        # Numbers of units ride along as if they were thousands of milliseconds, and so come out as they went
        # in.
        self.samples["units"] = [(incident, len(held) * MS_PER_S) for incident, held in self.units.items()]
        sorted_samples: dict[tuple[str, str], FloatArray] = {}
        for stage in STAGES:
            by_priority: dict[str, list[int]] = {EVERY: []}
            for incident, value_ms in self.samples[stage]:
                by_priority[EVERY].append(value_ms)
                priority = final.get(incident) if incident is not None else None
                if priority is not None:
                    by_priority.setdefault(priority, []).append(value_ms)
            for priority, values_ms in by_priority.items():
                ascending = np.sort(np.asarray(values_ms, dtype=np.float64)) / MS_PER_S
                ascending.setflags(write=False)
                sorted_samples[stage, priority] = ascending
        busy_s = self.busy.seconds()
        counts = {**self._counts(), **self._concurrency(), **_by_kind(busy_s, self.duty.seconds(), kinds)}
        return Measures(self.since, self.until, sorted_samples, counts, busy_s, priorities)

    def _counts(self) -> dict[str, float]:
        contacts = sum(self._counts_at(received) for received in self.received_at.values())
        open_needs = sum(
            need.incident in self.started
            and need.incident not in self.closed
            and not need.is_withdrawn
            and any(asked_for(need.rows, need.open))
            for need in self.needs.values()
        )
        return {
            **{name: float(count) for name, count in self.tally.items()},
            "contacts": float(contacts),
            "abandoned.share": self.tally["abandoned"] / contacts if contacts else math.nan,
            "incidents": float(len(self.started)),
            "unreached": float(len(self.units.keys() - self.reached)),
            "open_needs": float(open_needs),
        }

    def _concurrency(self) -> dict[str, float]:
        minutes = np.arange(self.since, self.until, _SAMPLING_MS)
        times = np.fromiter((at for at, _ in self.changes), dtype=np.int64, count=len(self.changes))
        steps = np.fromiter((step for _, step in self.changes), dtype=np.int64, count=len(self.changes))
        levels = np.concatenate([[0], np.cumsum(steps)])
        ascending = np.sort(levels[np.searchsorted(times, minutes, side="right")]).astype(np.float64)
        return {f"concurrency.{name}": statistic_of(ascending, name) for name in ("mean", "median", "max")}


def _by_kind(
    busy_s: Mapping[ResourceId, float], duty_s: Mapping[ResourceId, float], kinds: Mapping[ResourceId, str]
) -> dict[str, float]:
    counts: dict[str, float] = {}
    for kind in sorted(set(kinds.values())):
        counts[f"busy_s.{kind}"] = counts[f"duty_s.{kind}"] = 0.0
    for name, spans in (("busy_s", busy_s), ("duty_s", duty_s)):
        for resource, seconds in spans.items():
            if resource in kinds:
                counts[f"{name}.{kinds[resource]}"] += seconds
    for kind in sorted(set(kinds.values())):
        duty = counts[f"duty_s.{kind}"]
        counts[f"utilisation.{kind}"] = counts[f"busy_s.{kind}"] / duty if duty else math.nan
    return counts
