"""The simulated world around a desk: callers, call-takers, a dispatcher and crews, from the phone ringing to the unit clear.

It decides nothing about policy. It plays contacts whose truth was drawn before the start, tells the desk what a control room
would be told, and does what people do with the desk's answers: a call-taker asks the next question, the dispatcher acts on a
proposal after the contact's decision delay, a crew turns out, drives, works, transports, hands over and drives home. SimPy keeps
the clock, in whole milliseconds since the epoch. Imports `callers`, `clock`, `crews` and the desk.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from incidents import facts as f
from incidents.decision import facts_of
from incidents.desk import Desk
from incidents.quantities import ContactId, IncidentId, Instant, NeedId, Place, ResourceId, ms
from incidents.shifts import Duty, duty_spans
from incidents.situation import ContactStatus
from incidents.travel import travel_times
from simulation.callers import reply
from simulation.clock import Clock
from simulation.contacts import Contact
from simulation.crews import TURN_ROUND_S, Return, Trip, driving_ms

ACKNOWLEDGED_AFTER_S = 30.0
"""How soon whoever is told says so, unless a crew has set off before; a message that was withheld is passed on by then."""
LOOK_LIMIT = 1_000
"""The most times a dispatcher looks again at one instant; more would be a desk that proposes without end."""
WORTH_A_LOOK = frozenset(
    {f.ResourceReleased, f.ResourceSignedOn, f.ResourceMoved, f.NeedOpened, f.IncidentAssessed, f.IncidentEscalated}
)
"""The facts after which a need that had to wait may be proposed for."""


class World:
    """One run of one procedure over one stream of contacts."""

    def __init__(self, desk: Desk, contacts: Sequence[Contact], *, start: Instant, end: Instant) -> None:
        self.desk = desk
        # Whatever a simulated desk says, nobody may take it for real.
        desk.is_exercise = True
        self.log: list[f.Fact] = []
        self._contacts = contacts
        self._start, self._until = start, end
        self._env = Clock(initial_time=start)
        self._travel = travel_times(desk.centre)
        self._by_contact = {contact.id: contact for contact in contacts}
        self._by_incident: dict[IncidentId, Contact] = {}
        self._call_takers: dict[ContactId, ResourceId] = {}
        self._trips: dict[ResourceId, list[Trip]] = defaultdict(list)
        self._turned_round: dict[ResourceId, Trip] = {}
        self._returns: dict[ResourceId, Return] = {}
        self._sent: dict[IncidentId, Counter[str]] = defaultdict(Counter)
        self._active: dict[IncidentId, list[Trip]] = defaultdict(list)
        self._reached: set[IncidentId] = set()
        self._ready: set[NeedId] = set()
        self._off_duty_due: set[ResourceId] = set()
        self._next_duties: dict[ResourceId, Duty] = {}
        self._is_looking = False
        self._armed_at: Instant | None = None
        self._reactions: Mapping[type[f.Fact], Callable[[Any], None]] = {
            f.ResourceAssigned: self._on_assigned,
            f.NeedOpened: self._on_need_opened,
            f.ResourceReleased: self._on_released,
            f.MessageSent: self._on_told,
            f.MessageWithheld: self._on_told,
        }

    def run(self) -> list[f.Fact]:
        """Play every contact and return the whole log; work in hand at the end stays as it is then."""
        for duty in duty_spans(self.desk.centre, self._start, self._until):
            self._at(duty.on_at, self._sign_on, duty)
            if duty.off_at < self._until:
                self._at(duty.off_at, self._end_shift, duty.resource)
        self._await_contact(0)
        self._env.play(self._until)
        return self.log

    def record(self, *facts: f.Fact) -> None:
        """Tell the desk, keep what it recorded, and react to what follows. The twin of the control room's verb."""
        self._keep(self.desk.observe(*facts))

    def _keep(self, recorded: Iterable[f.Fact]) -> None:
        is_news = False
        for fact in recorded:
            self.log.append(fact)
            is_news |= type(fact) in WORTH_A_LOOK
            reaction = self._reactions.get(type(fact))
            if reaction is not None:
                reaction(fact)
        self._arm()
        if is_news and self._ready and not self._is_looking:
            self._is_looking = True
            self._at(self._now, self._look)

    def _arm(self) -> None:
        due_at = self.desk.review_at
        if due_at is not None and due_at != self._armed_at and due_at < self._until:
            self._armed_at = due_at
            self._at(max(due_at, self._now), self._review)

    def _review(self) -> None:
        self._keep(self.desk.review(self._now))

    # Callers and call-takers.

    def _await_contact(self, index: int) -> None:
        if index < len(self._contacts):
            self._at(self._contacts[index].at, self._ring, index)

    def _ring(self, index: int) -> None:
        contact = self._contacts[index]
        self._await_contact(index + 1)
        self.record(f.ContactReceived(self._now, contact.id, contact.queue))
        if contact.patience_s is not None:
            self._in(contact.patience_s, self._give_up, contact)

    def _give_up(self, contact: Contact) -> None:
        waiting = self.desk.working.contacts.get(contact.id)
        if waiting is not None and waiting.status is ContactStatus.WAITING:
            self.record(f.ContactAbandoned(self._now, contact.id))

    def _answer(self, contact: Contact, call_taker: ResourceId) -> None:
        if contact.id not in self.desk.working.contacts:
            return
        incident = IncidentId(f"i{contact.id[1:]}")
        self._call_takers[contact.id] = call_taker
        self._by_incident[incident] = contact
        self.record(f.ContactAnswered(self._now, contact.id, call_taker))
        self.record(f.IncidentOpened(self._now, incident, contact.id, contact.place))
        self._ask(contact, incident)

    def _ask(self, contact: Contact, incident: IncidentId) -> None:
        known = self.desk.working.incidents[incident]
        said = reply(contact, known, self.desk.procedure.triage, self._now + ms(contact.pace_s))
        self._in(contact.pace_s, self._hear, contact, incident, said)

    def _hear(self, contact: Contact, incident: IncidentId, said: f.AnswerGiven | f.InterviewLeft | None) -> None:
        if said is not None:
            self.record(said)
        known = self.desk.working.incidents.get(incident)
        if said is not None and known is not None and known.assessed_at is None:
            self._ask(contact, incident)
            return
        self.record(f.ContactEnded(self._now, contact.id))
        self._in(contact.wrap_up_s, self._wrap_up, contact)
        self._close_if_done(incident)

    def _wrap_up(self, contact: Contact) -> None:
        call_taker = self._call_takers.pop(contact.id)
        need = NeedId(f"{contact.id}/call")
        self.record(f.ResourceReleased(self._now, call_taker, need, "wrapped up"))
        self._go_off_duty_if_due(call_taker)

    # The dispatcher.

    def _on_need_opened(self, fact: f.NeedOpened) -> None:
        if fact.incident is not None:
            contact = self._by_incident[fact.incident]
            self._in(contact.decision_s, self._take_up, fact.need)

    def _on_released(self, fact: f.ResourceReleased) -> None:
        if not fact.leaves_open:
            return
        self._ready.add(fact.need)
        # Crews release themselves only when they are done: this one was taken away, and is told its new work next.
        for trip in self._trips[fact.resource]:
            if trip.need == fact.need:
                self._finish(trip)
                if trip.has_begun:
                    self._turned_round[fact.resource] = trip
                break

    def _take_up(self, need: NeedId) -> None:
        if need in self.desk.working.needs:
            self._ready.add(need)
            self._look()

    def _look(self) -> None:
        """Act on every proposal for a need that the dispatcher has taken up, until none is left at this instant."""
        self._is_looking = True
        for _ in range(LOOK_LIMIT):
            self._forget_filled()
            if not self._ready:
                break
            self._report_positions()
            acted_on = [each for each in self.desk.proposals if each.need in self._ready]
            if not acted_on:
                break
            self.record(*(fact for each in acted_on for fact in facts_of(each, self._now)))
        else:
            raise AssertionError("the desk proposes without end")
        self._is_looking = False

    def _forget_filled(self) -> None:
        needs = self.desk.working.needs
        self._ready = {need for need in self._ready if need in needs and not needs[need].is_filled}

    def _report_positions(self) -> None:
        """Vehicle location: the desk hears where the free units on the road are."""
        moves = [
            f.ResourceMoved(self._now, resource, way.position(self._now))
            for resource, way in sorted(self._returns.items())
            if way.left_at != self._now
        ]
        if moves:
            self.record(*moves)

    def _on_told(self, fact: f.MessageSent | f.MessageWithheld) -> None:
        self._in(ACKNOWLEDGED_AFTER_S, self._acknowledge, fact)

    def _acknowledge(self, fact: f.MessageSent | f.MessageWithheld) -> None:
        waiting = self.desk.working.messages.get((fact.incident, fact.message, fact.to))
        if waiting is not None and waiting.sent_at == fact.at:
            self.record(f.MessageAcknowledged(self._now, fact.incident, fact.message, fact.to))

    # Crews.

    def _on_assigned(self, fact: f.ResourceAssigned) -> None:
        need = self.desk.working.needs.get(fact.need)
        if need is None:
            return
        if need.contact is not None:
            self._at(self._now, self._answer, self._by_contact[need.contact], fact.resource)
            return
        assert need.incident is not None
        contact = self._by_incident[need.incident]
        kind = self.desk.working.resources[fact.resource].kind
        outcome = contact.outcome(kind, self._sent[need.incident][kind])
        self._sent[need.incident][kind] += 1
        trip = Trip(fact.resource, need.id, need.incident, outcome, self._now, None, contact.place)
        self._active[need.incident].append(trip)
        self._take_on(trip)
        if outcome.stood_down_s is not None:
            self._in(outcome.stood_down_s, self._stand_down, trip)
        elif outcome.unneeded_s is not None and need.incident in self._reached:
            self._in(outcome.unneeded_s, self._stand_down, trip)

    def _take_on(self, trip: Trip) -> None:
        """A crew does one thing after another; whoever has no base works where it is, and on all it has at once."""
        trips = self._trips[trip.resource]
        old = self._turned_round.pop(trip.resource, None)
        if old is not None:
            # It was diverted: it is where its last trip had got to, and if it rolled it needs no turnout.
            trips.insert(0, trip)
            rolled = old.departed_at is not None
            self._begin(trip, old.position(self._now), TURN_ROUND_S if rolled else trip.outcome.turnout_s)
            return
        trips.append(trip)
        if len(trips) == 1 or self.desk.centre.base_of(trip.resource) is None:
            way = self._returns.pop(trip.resource, None)
            here = way.position(self._now) if way else self.desk.working.resources[trip.resource].place
            self._begin(trip, here, trip.outcome.turnout_s)

    def _begin(self, trip: Trip, origin: Place | None, turnout_s: float) -> None:
        trip.has_begun, trip.origin = True, origin
        self._in(turnout_s, self._depart, trip)

    def _depart(self, trip: Trip) -> None:
        if trip.is_over:
            return
        lights = self._lights(IncidentId(trip.incident))
        trip.departed_at = self._now
        trip.travel_ms = driving_ms(self._travel, trip.origin, trip.destination, lights, trip.outcome.travel_factor)
        self.record(f.ResourceDeparted(self._now, trip.resource, trip.need))
        self._at(self._now + trip.travel_ms, self._arrive, trip)

    def _lights(self, incident: IncidentId) -> bool:
        priority = self.desk.working.incidents[incident].priority
        return priority is None or self.desk.procedure.priorities[priority].lights

    def _arrive(self, trip: Trip) -> None:
        if trip.is_over:
            return
        trip.has_arrived = True
        incident = IncidentId(trip.incident)
        self.record(f.ResourceArrived(self._now, trip.resource, trip.need))
        if incident not in self._reached:
            self._reached.add(incident)
            for other in self._active[incident]:
                if other.outcome.unneeded_s is not None and not other.has_arrived and not other.is_over:
                    self._in(other.outcome.unneeded_s, self._stand_down, other)
        self._in(trip.outcome.scene_s, self._leave_scene, trip)

    def _stand_down(self, trip: Trip) -> None:
        if not trip.is_over and not trip.has_arrived:
            self._release(trip, "stood down")

    def _leave_scene(self, trip: Trip) -> None:
        if not trip.outcome.transports:
            self._release(trip, "clear")
            return
        self.record(f.ResourceTransporting(self._now, trip.resource, trip.need))
        self._in(trip.outcome.to_facility_s, self._reach_facility, trip)

    def _reach_facility(self, trip: Trip) -> None:
        self.record(f.ResourceAtFacility(self._now, trip.resource, trip.need))
        self._in(trip.outcome.handover_s, self._release, trip, "clear")

    def _release(self, trip: Trip, because: str) -> None:
        here = trip.destination if trip.has_arrived else trip.position(self._now)
        self._finish(trip)
        self._go_on(trip.resource, here)
        self.record(f.ResourceReleased(self._now, trip.resource, trip.need, because, place=here))
        self._close_if_done(IncidentId(trip.incident))
        self._go_off_duty_if_due(trip.resource)

    def _finish(self, trip: Trip) -> None:
        trip.is_over = True
        self._active[IncidentId(trip.incident)].remove(trip)
        self._trips[trip.resource].remove(trip)

    def _go_on(self, resource: ResourceId, here: Place | None) -> None:
        """Begin the next thing in hand from where the last one ended; with nothing in hand, drive home."""
        trips = self._trips[resource]
        if trips and not trips[0].has_begun:
            self._begin(trips[0], here, trips[0].outcome.turnout_s)
        elif not trips:
            self._drive_home(resource, here)

    def _drive_home(self, resource: ResourceId, here: Place | None) -> None:
        base = self.desk.centre.base_of(resource)
        if base is None or here is None or here == base:
            return
        way = Return(here, base, self._now, driving_ms(self._travel, here, base, False, 1.0))
        self._returns[resource] = way
        self._at(self._now + way.travel_ms, self._be_home, resource, way)

    def _be_home(self, resource: ResourceId, way: Return) -> None:
        if self._returns.get(resource) is way:
            del self._returns[resource]
            self.record(f.ResourceMoved(self._now, resource, way.base))

    # Incidents and duty.

    def _close_if_done(self, incident: IncidentId) -> None:
        known = self.desk.working.incidents.get(incident)
        if known is None or self._active.get(incident):
            return
        needs = [self.desk.working.needs[need] for need in known.needs]
        if known.assessed_at is not None and all(need.is_filled and not need.filled_by for need in needs):
            self.record(f.IncidentClosed(self._now, incident, "nothing more is owed"))
            self._sent.pop(incident, None)
            self._active.pop(incident, None)
            self._by_incident.pop(incident, None)
            self._reached.discard(incident)

    def _sign_on(self, duty: Duty) -> None:
        if duty.resource in self._off_duty_due:
            # The next shift begins before the last one's work is done: the crews change when it is.
            self._next_duties[duty.resource] = duty
            return
        base = self.desk.centre.base_of(duty.resource)
        self.record(f.ResourceSignedOn(self._now, duty.resource, base, duty.shift_ends_at))

    def _end_shift(self, resource: ResourceId) -> None:
        self._next_duties.pop(resource, None)
        self._off_duty_due.add(resource)
        self._go_off_duty_if_due(resource)

    def _go_off_duty_if_due(self, resource: ResourceId) -> None:
        known = self.desk.working.resources[resource]
        if resource in self._off_duty_due and not known.serving and known.is_on_duty:
            self._off_duty_due.discard(resource)
            signed_off = f.ResourceSignedOff(self._now, resource, "end of shift")
            following = self._next_duties.pop(resource, None)
            if following is None:
                self._returns.pop(resource, None)
                self.record(signed_off)
                return
            # The vehicle is where it is, and drives home with the new crew.
            ends_at = following.shift_ends_at
            self.record(signed_off, f.ResourceSignedOn(self._now, resource, known.place, ends_at))

    # The clock.

    @property
    def _now(self) -> Instant:
        return self._env.instant

    def _in(self, seconds: float, act: Callable[..., None], *arguments: Any) -> None:
        self._env.call_at(self._env.instant + ms(seconds), act, arguments)

    def _at(self, instant: Instant, act: Callable[..., None], *arguments: Any) -> None:
        self._env.call_at(instant, act, arguments)
