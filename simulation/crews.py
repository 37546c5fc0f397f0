"""Crews: they turn out, drive, work, transport, hand over, drive home, and do one thing after another.

They act on what is true; the desk hears of it by radio. Imports `radio`, `scenes`, `duties`, `facilities` and `trips`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from incidents import facts as f
from incidents.quantities import IncidentId, Instant, Place, ResourceId
from incidents.situation import Need
from incidents.travel import travel_times
from simulation.duties import BROKE_DOWN, Duties
from simulation.facilities import Facilities
from simulation.radio import ARRIVED, AT_FACILITY, DEPARTED, TRANSPORTING, Radio
from simulation.scenes import Scene, Scenes
from simulation.stage import Stage
from simulation.surroundings import Answer, Surroundings
from simulation.trips import TURN_ROUND_S, Return, Trip, driving_ms

NOT_LENT = "not lent"


class Crews:
    """Everybody who is sent."""

    def __init__(
        self,
        stage: Stage,
        scenes: Scenes,
        duties: Duties,
        radio: Radio,
        facilities: Facilities,
        surroundings: Surroundings,
    ) -> None:
        self._stage, self._scenes, self._duties = stage, scenes, duties
        self._radio, self._facilities, self._surroundings = radio, facilities, surroundings
        self._travel = travel_times(stage.desk.centre)
        self._trips: dict[ResourceId, list[Trip]] = defaultdict(list)
        self._turned_round: dict[ResourceId, Trip] = {}
        self._refusing: dict[ResourceId, Trip] = {}
        self._returns: dict[ResourceId, Return] = {}
        self._places: dict[ResourceId, Place | None] = {}
        self._orders: Counter[str] = Counter()
        duties.on_leaving = self._leave_duty
        duties.on_failing = self._break_down
        duties.is_at_work = lambda resource: bool(self._trips.get(resource))
        stage.react(f.ResourceReleased, self._on_released)

    def send(self, need: Need, resource: ResourceId, scene: Scene) -> None:
        """The desk sent somebody to an incident."""
        assert need.incident is not None
        kind, contact = self._stage.desk.working.resources[resource].kind, scene.contact
        ordinal = scene.sent[kind]
        outcome = contact.outcome(kind, ordinal)
        scene.sent[kind] += 1
        if scene.is_double:
            outcome = replace(outcome, scene_s=contact.found_out_s, transports=False)
        answer = self._order(kind)
        if answer is not None:
            outcome = replace(outcome, turnout_s=outcome.turnout_s + answer.delay_s)
        now = self._stage.clock.now
        trip = Trip(
            resource, need.id, need.incident, outcome, now, None, contact.place,
            kind=kind, ordinal=ordinal, contact=contact,
        )  # fmt: skip
        scene.active.append(trip)
        if answer is not None and answer.is_refused:
            self._refusing[resource] = trip
            self._stage.clock.after(answer.answer_s, self._refuse, trip, answer)
            return
        self._take_on(trip)
        if outcome.stood_down_s is not None:
            self._stage.clock.after(outcome.stood_down_s, self._stand_down, trip)
        elif outcome.unneeded_s is not None and scene.is_reached:
            self._stage.clock.after(outcome.unneeded_s, self._stand_down, trip)

    def on_the_road(self) -> list[tuple[ResourceId, Place]]:
        """Where the free crews on their way home are that have moved since they left."""
        now = self._stage.clock.now
        return [(resource, way.position(now)) for resource, way in sorted(self._returns.items()) if way.left_at != now]

    # Going there.

    def _take_on(self, trip: Trip) -> None:
        """A crew does one thing after another; whoever has no base works where it is, and on all it has at once."""
        trips = self._trips[trip.resource]
        old = self._turned_round.pop(trip.resource, None)
        if old is not None:
            # It was diverted: it is where its last trip had got to, and if it rolled it needs no turnout.
            trips.insert(0, trip)
            rolled = old.departed_at is not None
            here = old.position(self._stage.clock.now)
            self._begin(trip, here, TURN_ROUND_S if rolled else trip.outcome.turnout_s)
            return
        trips.append(trip)
        if len(trips) == 1 or self._stage.desk.centre.base_of(trip.resource) is None:
            way = self._returns.pop(trip.resource, None)
            here = way.position(self._stage.clock.now) if way else self._place(trip.resource)
            self._begin(trip, here, trip.outcome.turnout_s)

    def _place(self, resource: ResourceId) -> Place | None:
        known = self._stage.desk.working.resources[resource].place
        return known if self._radio.is_perfect else self._places.get(resource, known)

    def _begin(self, trip: Trip, origin: Place | None, turnout_s: float) -> None:
        trip.has_begun, trip.origin = True, origin
        self._stage.clock.after(turnout_s, self._depart, trip)

    def _depart(self, trip: Trip) -> None:
        if trip.is_over:
            return
        now = trip.departed_at = self._stage.clock.now
        lights = self._lights(IncidentId(trip.incident))
        drive = driving_ms(self._travel, trip.origin, trip.destination, lights, trip.factor(now))
        trip.travel_ms = drive
        self._radio.say(trip, DEPARTED)
        self._stage.clock.at(now + drive, self._arrive, trip)

    def _lights(self, incident: IncidentId) -> bool:
        known = self._stage.desk.working.incidents.get(incident)
        priority = None if known is None else known.priority
        return priority is None or self._stage.desk.procedure.priorities[priority].lights

    # Being there.

    def _arrive(self, trip: Trip) -> None:
        if trip.is_over:
            return
        trip.has_arrived = True
        incident = IncidentId(trip.incident)
        self._radio.say(trip, ARRIVED)
        scene = self._scenes.of(incident)
        if scene is not None and not scene.is_reached:
            scene.is_reached = True
            for other in scene.active:
                if other.outcome.unneeded_s is not None and not other.has_arrived and not other.is_over:
                    self._stage.clock.after(other.outcome.unneeded_s, self._stand_down, other)
            if scene.contact.further and not scene.is_double:
                self._scenes.ask_for_more(incident, scene)
        self._stage.clock.after(trip.outcome.scene_s, self._leave_scene, trip)

    def _stand_down(self, trip: Trip) -> None:
        if not trip.is_over and not trip.has_arrived:
            self._release(trip, "stood down")

    def _leave_scene(self, trip: Trip) -> None:
        if trip.is_over:
            return
        if not trip.outcome.transports:
            self._release(trip, "clear")
            return
        found = self._facilities.choose(trip.outcome.facility, trip.destination)
        if found is None:
            self._radio.say(trip, TRANSPORTING)
            self._stage.clock.after(trip.outcome.to_facility_s, self._reach_facility, trip)
            return
        trip.facility, trip.brought_to = found
        self._radio.say(trip, TRANSPORTING, trip.brought_to)
        now = self._stage.clock.now
        drive = driving_ms(self._travel, trip.destination, trip.brought_to, False, trip.factor(now))
        self._stage.clock.at(now + drive, self._reach_facility, trip)

    def _reach_facility(self, trip: Trip) -> None:
        if trip.is_over:
            return
        trip.is_at_facility = True
        self._radio.say(trip, AT_FACILITY, trip.brought_to)
        self._facilities.enter(trip, self._hand_over)

    def _hand_over(self, trip: Trip) -> None:
        handover_s = trip.outcome.handover_s * self._facilities.factor(trip)
        self._stage.clock.after(handover_s, self._be_handed_over, trip)

    def _be_handed_over(self, trip: Trip) -> None:
        if not trip.is_over:
            self._release(trip, "clear")

    # Being free.

    def _release(self, trip: Trip, because: str) -> None:
        here = trip.ends_at(self._stage.clock.now)
        self._finish(trip)
        self._go_on(trip, here)
        incident = IncidentId(trip.incident)

        def then() -> None:
            self._scenes.close_if_done(incident)
            self._duties.when_free(trip.resource)

        self._radio.clear(trip, here, because, then)

    def _finish(self, trip: Trip) -> None:
        trip.is_over = True
        self._facilities.leave(trip)
        scene = self._scenes.of(IncidentId(trip.incident))
        if scene is not None:
            scene.active.remove(trip)
        self._trips[trip.resource].remove(trip)

    def _on_released(self, fact: f.ResourceReleased) -> None:
        """Crews release themselves only when they are done: this one was taken away, and is told its new work next."""
        if not fact.leaves_open:
            return
        refusing = self._refusing.get(fact.resource)
        if refusing is not None and refusing.need == fact.need:
            self._forget_refusing(refusing)
        for trip in self._trips[fact.resource]:
            if trip.need != fact.need:
                continue
            if trip.has_arrived:
                # The desk does not know yet that it is with somebody, whom it does not leave.
                self._stage.tally["not diverted from a scene"] += 1
                break
            self._finish(trip)
            if trip.has_begun:
                self._turned_round[fact.resource] = trip
            break

    def _go_on(self, ended: Trip, here: Place | None) -> None:
        """Begin the next thing in hand from where the last one ended; with nothing in hand, drive home."""
        resource = ended.resource
        trips = self._trips[resource]
        if not self._radio.is_perfect:
            self._places[resource] = here
        if trips and not trips[0].has_begun:
            self._begin(trips[0], here, trips[0].outcome.turnout_s)
        elif not trips:
            self._drive_home(ended, here)

    def _drive_home(self, ended: Trip, here: Place | None) -> None:
        resource = ended.resource
        base = self._stage.desk.centre.base_of(resource)
        if base is None or here is None or here == base:
            return
        now = self._stage.clock.now
        way = Return(here, base, now, driving_ms(self._travel, here, base, False, ended.slowness(now)))
        self._returns[resource] = way
        self._stage.clock.at(now + way.travel_ms, self._be_home, resource, way)

    def _be_home(self, resource: ResourceId, way: Return) -> None:
        if self._returns.get(resource) is not way:
            return
        del self._returns[resource]
        if not self._radio.is_perfect:
            self._places[resource] = way.base
        moved = self._radio.locate(resource, way.base)
        if moved is not None:
            self._stage.record(moved)

    def _leave_duty(self, resource: ResourceId) -> None:
        self._returns.pop(resource, None)
        self._places.pop(resource, None)

    # What may go wrong.

    def _break_down(self, resource: ResourceId) -> tuple[f.Fact, ...]:
        """Everything in hand ends where it is, and what was not done has to be done by somebody else."""
        now = self._stage.clock.now
        self._turned_round.pop(resource, None)
        refusing = self._refusing.get(resource)
        if refusing is not None:
            self._forget_refusing(refusing)
        unfinished = {trip.need: trip.ends_at(now) for trip in self._trips[resource]}
        if refusing is not None:
            unfinished[refusing.need] = None
        for trip in tuple(self._trips[resource]):
            self._finish(trip)
        self._leave_duty(resource)
        ended = []
        for each in self._stage.desk.working.resources[resource].serving:
            is_open = each.need in unfinished
            ended.append(f.ResourceReleased(now, resource, each.need, BROKE_DOWN, is_open, unfinished.get(each.need)))
            incident = self._stage.desk.working.needs[each.need].incident
            if incident is not None:
                self._stage.clock.at(now, self._scenes.close_if_done, incident)
        return tuple(ended)

    def _order(self, kind: str) -> Answer | None:
        """How the partner to whom a kind belongs takes an order; None: it is the centre's own, or does as it is told."""
        partner = self._stage.desk.centre.kinds[kind].partner
        if partner is None:
            return None
        number = self._orders[partner]
        self._orders[partner] += 1
        return self._surroundings.partner(partner, number)

    def _refuse(self, trip: Trip, answer: Answer) -> None:
        if trip.is_over:
            return
        now: Instant = self._stage.clock.now
        self._stage.tally["orders refused by partners"] += 1
        self._forget_refusing(trip)
        refused = f.ResourceReleased(now, trip.resource, trip.need, "refused by the partner", True)
        if len(self._stage.desk.working.resources[trip.resource].serving) == 1:
            self._leave_duty(trip.resource)
            self._duties.leave(trip.resource, NOT_LENT, answer.away_s, (refused,))
        else:
            self._stage.record(refused)

    def _forget_refusing(self, trip: Trip) -> None:
        trip.is_over = True
        del self._refusing[trip.resource]
        scene = self._scenes.of(IncidentId(trip.incident))
        if scene is not None:
            scene.active.remove(trip)
