"""Timing: one pass over the facts of a log, from which every clock and count of `performance` comes.

The clocks are declared in `performance`. May import what stands above it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from incidents import facts as f
from incidents.measures import STAGES
from incidents.quantities import MS_PER_S, ContactId, IncidentId, Instant, NeedId, ResourceId
from incidents.situation import asked_for

_NOBODY = IncidentId("")


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


class Timing:
    """What has been timed and counted so far. One method per kind of fact that matters."""

    def __init__(self, since: Instant, until: Instant) -> None:
        self.since, self.until = since, until
        self.samples: dict[str, tuple[list[int], list[int]]] = {stage: ([], []) for stage in STAGES}
        """By clock, the numbers of incidents and beside each a time."""
        self.answers: list[tuple[ContactId, int]] = []
        self.tally: dict[str, int] = dict.fromkeys(("answered", "abandoned", "diversions", "escalations"), 0)
        self.received_at: dict[ContactId, Instant] = {}
        self.incident_of: dict[ContactId, IncidentId] = {}
        self.answered_at: dict[IncidentId, Instant] = {}
        self.over_at: dict[ContactId, Instant] = {}
        """When each contact no longer waited for an answer."""
        # Only incidents that count stand here, in order and numbered from 0; that is how everything that belongs to the
        # others is passed over.
        self.started: dict[IncidentId, Instant] = {}
        self.number: dict[IncidentId, int] = {}
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
        self.wants: dict[IncidentId, int] = {}
        self.asked_at: dict[IncidentId, Instant] = {}
        self.queued_until: dict[IncidentId, Instant] = {}
        self.zones: dict[IncidentId, str] = {}
        self.cycles: dict[ResourceId, tuple[Instant, int | None]] = {}
        self.diverted: dict[ResourceId, Instant] = {}
        self.sent: dict[IncidentId, dict[ResourceId, None]] = {}

    def listeners(self) -> Mapping[type, Callable[[Any], None]]:
        """What is to be told of each kind of fact."""
        return {
            f.ContactReceived: self._contact_received,
            f.ContactAnswered: self._contact_answered,
            f.ContactAbandoned: self._contact_abandoned,
            f.IncidentOpened: self._incident_opened,
            f.IncidentLocated: self._located,
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

    def counts_at(self, received: Instant) -> bool:
        """Whether what was received then is measured."""
        return self.since <= received < self.until

    def _contact_received(self, fact: f.ContactReceived) -> None:
        self.received_at[fact.contact] = fact.at

    def _contact_answered(self, fact: f.ContactAnswered) -> None:
        received = self.received_at.get(fact.contact)
        if received is None:
            return
        self.over_at[fact.contact] = fact.at
        if self.counts_at(received):
            self.tally["answered"] += 1
            self.answers.append((fact.contact, fact.at - received))

    def _contact_abandoned(self, fact: f.ContactAbandoned) -> None:
        received = self.received_at.get(fact.contact)
        if received is None:
            return
        self.over_at[fact.contact] = fact.at
        if self.counts_at(received):
            self.tally["abandoned"] += 1

    def _incident_opened(self, fact: f.IncidentOpened) -> None:
        started = fact.at
        if fact.contact is not None:
            self.incident_of[fact.contact] = fact.incident
            started = self.received_at.get(fact.contact, fact.at)
            answered = self.over_at.get(fact.contact)
            if answered is not None:
                self.answered_at[fact.incident] = answered
        if self.counts_at(started):
            self.number[fact.incident] = len(self.started)
            self.started[fact.incident] = started
        if fact.place is not None and fact.place.zone is not None:
            self.zones[fact.incident] = fact.place.zone

    def _located(self, fact: f.IncidentLocated) -> None:
        if fact.place.zone is not None:
            self.zones[fact.incident] = fact.place.zone
        else:
            self.zones.pop(fact.incident, None)

    def _contact_linked(self, fact: f.ContactLinked) -> None:
        self.incident_of[fact.contact] = fact.incident

    def _incident_assessed(self, fact: f.IncidentAssessed) -> None:
        self.priority[fact.incident] = fact.priority
        if fact.incident in self.started and fact.incident not in self.assessed:
            self.assessed[fact.incident] = fact.at
            self._sample("handling_s", fact.incident, fact.at - self.started[fact.incident])
            answered = self.answered_at.get(fact.incident)
            if answered is not None:
                self._sample("triage_s", fact.incident, fact.at - answered)
            if fact.incident in self.dispatched:
                self._sample("dispatch_wait_s", fact.incident, 0)

    def _incident_escalated(self, fact: f.IncidentEscalated) -> None:
        if fact.priority is not None:
            self.priority[fact.incident] = fact.priority
        if fact.incident in self.started:
            self.tally["escalations"] += 1

    def _incident_closed(self, fact: f.IncidentClosed) -> None:
        self.closed.add(fact.incident)
        self._leaves_the_queue(fact.incident, fact.at)

    def _need_opened(self, fact: f.NeedOpened) -> None:
        if fact.contact is None and fact.incident is not None:
            wanted = tuple(row.quantity for row in fact.rows)
            self.needs[fact.need] = _Need(fact.incident, fact.rows, wanted)
            self.wants[fact.incident] = self.wants.get(fact.incident, 0) + 1
            self.asked_at.setdefault(fact.incident, fact.at)
            if fact.incident in self.started:
                self.units.setdefault(fact.incident, set())

    def _need_withdrawn(self, fact: f.NeedWithdrawn) -> None:
        need = self.needs.get(fact.need)
        if need is None or need.is_withdrawn:
            return
        need.is_withdrawn = True
        self.wants[need.incident] -= 1
        if not self.wants[need.incident]:
            self._leaves_the_queue(need.incident, fact.at)

    def _leaves_the_queue(self, incident: IncidentId, at: Instant) -> None:
        if incident in self.asked_at:
            self.queued_until.setdefault(incident, at)

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
            self._begin_cycle(fact, need.incident)
        stint = self.stints[fact.resource, fact.need] = _Stint(fact.at, (fact.row, *fact.also))
        need.change(stint.rows, -1)
        incident = need.incident
        self._leaves_the_queue(incident, fact.at)
        if incident not in self.started:
            return
        self.units[incident].add(fact.resource)
        self.sent.setdefault(incident, {})[fact.resource] = None
        if incident not in self.dispatched:
            self.dispatched.add(incident)
            if incident in self.assessed:
                self._sample("dispatch_wait_s", incident, fact.at - self.assessed[incident])

    def _begin_cycle(self, fact: f.ResourceAssigned, incident: IncidentId) -> None:
        ended = self.diverted.pop(fact.resource, None)
        if ended == fact.at:
            return
        if ended is not None:
            self._end_cycle(fact.resource, ended)
        self.cycles[fact.resource] = fact.at, self.number.get(incident)

    def _end_cycle(self, resource: ResourceId, at: Instant) -> None:
        began, number = self.cycles.pop(resource)
        if number is not None:
            numbers, times = self.samples["cycle_s"]
            numbers.append(number)
            times.append(at - began)

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
        need = self.needs[fact.need]
        is_diverted = fact.because.startswith("diverted")
        if self.committed.leave(fact.resource, fact.at):
            self.changes.append((fact.at, -1))
            if is_diverted:
                self.diverted[fact.resource] = fact.at
            else:
                self._end_cycle(fact.resource, fact.at)
        self._sample("commitment_s", need.incident, fact.at - stint.assigned)
        if stint.at_facility is not None:
            self._sample("handover_s", need.incident, fact.at - stint.at_facility)
        elif stint.arrived is not None and stint.transporting is None:
            self._sample("on_scene_s", need.incident, fact.at - stint.arrived)
        if fact.leaves_open:
            need.change(stint.rows, 1)
            self.sent.get(need.incident, {}).pop(fact.resource, None)
        if is_diverted and need.incident in self.started:
            self.tally["diversions"] += 1

    def _sample(self, stage: str, incident: IncidentId, value_ms: int) -> None:
        number = self.number.get(incident)
        if number is not None:
            numbers, times = self.samples[stage]
            numbers.append(number)
            times.append(value_ms)

    def end(self, at: Instant) -> None:
        """Take what is known only once the log is over, whose last fact was `at`."""
        for resource, ended in sorted(self.diverted.items()):
            self._end_cycle(resource, ended)
        self.diverted.clear()
        numbers, times = self.samples["answer_s"]
        for contact, wait_ms in self.answers:
            numbers.append(self.number.get(self.incident_of.get(contact, _NOBODY), -1))
            times.append(wait_ms)
        # Numbers of units ride along as if they were thousands of milliseconds, and so come out as they went in.
        for incident, held in self.units.items():
            self._sample("units", incident, len(held) * MS_PER_S)
            if self.wants[incident] and incident not in self.reached and incident not in self.closed:
                self._sample("still_waiting_s", incident, at - self.started[incident])

    def incident_asking(self, need: NeedId) -> IncidentId | None:
        """Whose need it is; None: a contact's, or nobody's."""
        known = self.needs.get(need)
        return None if known is None else known.incident

    def is_busy(self, resource: ResourceId) -> bool:
        """Whether a resource has any assignment."""
        return self.busy.depth[resource] > 0

    @property
    def open_needs(self) -> int:
        """Needs of incidents that stand unfilled at the end of the log."""
        return sum(
            need.incident in self.started
            and need.incident not in self.closed
            and not need.is_withdrawn
            and any(asked_for(need.rows, need.open))
            for need in self.needs.values()
        )
