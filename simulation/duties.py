"""Duty: shifts begin and end, breaks are taken when there is nothing in hand, and what broke down comes back repaired.

Whoever is at work when the shift ends finishes what is in hand. A break that falls due during work begins when it is done; being
sent ends a break, and what is left of it is owed. Imports `stage` and the centre's shifts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from incidents import facts as f
from incidents.quantities import MS_PER_S, Instant, ResourceId, ms
from incidents.shifts import Duty, duty_spans
from simulation.stage import Stage
from simulation.surroundings import Surroundings

END_OF_SHIFT = "end of shift"
BREAK = "break"
BROKE_DOWN = "broke down"
SHORTEST_REST_S = 60.0
"""What is left of a break that was cut short is not owed any more when it is less."""


@dataclass(slots=True)
class _Rest:
    """A break that is being taken."""

    began_at: Instant
    lasts_s: float


class Duties:
    """Who is on duty, and why not."""

    def __init__(self, stage: Stage, surroundings: Surroundings) -> None:
        self._stage, self._surroundings = stage, surroundings
        self.on_leaving: Callable[[ResourceId], None] = lambda resource: None
        """Told when somebody goes off duty for good."""
        self.on_failing: Callable[[ResourceId], tuple[f.Fact, ...]] = lambda resource: ()
        """Asked what a breakdown ends, besides duty."""
        self.is_at_work: Callable[[ResourceId], bool] = lambda resource: False
        """Asked whether somebody is in truth at work, whatever the desk believes."""
        self._due_off: set[ResourceId] = set()
        self._following: dict[ResourceId, Duty] = {}
        self._owed_s: dict[ResourceId, float] = {}
        self._resting: dict[ResourceId, _Rest] = {}
        self._current: dict[ResourceId, Duty] = {}
        self._away: set[ResourceId] = set()
        self._failures: dict[ResourceId, int] = {}
        self._fails_at: dict[ResourceId, Instant] = {}
        self._left_ms: dict[ResourceId, int] = {}

    def begin(self, start: Instant) -> None:
        """Schedule every span of duty."""
        stage = self._stage
        taken: dict[ResourceId, int] = {}
        for duty in duty_spans(stage.desk.centre, start, stage.until):
            stage.clock.at(duty.on_at, self._sign_on, duty)
            if duty.off_at < stage.until:
                stage.clock.at(duty.off_at, self._end_shift, duty.resource)
            number = taken[duty.resource] = taken.get(duty.resource, -1) + 1
            for due_at, lasts_s in self._surroundings.breaks(duty, number):
                if start <= due_at < duty.off_at:
                    stage.clock.at(due_at, self._fall_due, duty.resource, lasts_s)
        if self._surroundings.has_breaks:
            stage.react(f.ResourceAssigned, self._on_assigned)

    # Shifts.

    def _sign_on(self, duty: Duty) -> None:
        if duty.resource in self._due_off or duty.resource in self._away:
            # The next shift begins before the last one's work is done: the crews change when it is.
            self._following[duty.resource] = duty
            return
        base = self._stage.desk.centre.base_of(duty.resource)
        self._stage.record(f.ResourceSignedOn(self._stage.clock.now, duty.resource, base, duty.shift_ends_at))
        self._is_on(duty)

    def _end_shift(self, resource: ResourceId) -> None:
        self._following.pop(resource, None)
        self._current.pop(resource, None)
        if self._owed_s.pop(resource, None) is not None:
            self._stage.tally["breaks missed"] += 1
        if resource in self._away:
            return
        self._due_off.add(resource)
        self.when_free(resource)

    def when_free(self, resource: ResourceId) -> None:
        """Somebody may have nothing in hand any more: off duty, if the shift is over."""
        if resource not in self._due_off:
            return
        known = self._stage.desk.working.resources[resource]
        if known.serving or not known.is_on_duty or self.is_at_work(resource):
            return
        now = self._stage.clock.now
        self._due_off.discard(resource)
        signed_off = f.ResourceSignedOff(now, resource, END_OF_SHIFT)
        following = self._following.pop(resource, None)
        self._is_off(resource)
        if following is None:
            self.on_leaving(resource)
            self._stage.record(signed_off)
            return
        # The vehicle is where it is, and drives home with the new crew.
        self._stage.record(signed_off, f.ResourceSignedOn(now, resource, known.place, following.shift_ends_at))
        self._is_on(following)

    def release(self, released: f.ResourceReleased, *, may_be_refused: bool = False) -> None:
        """Record that somebody is free of a need, together with the break that is owed."""
        resource = released.resource
        tell = self._stage.report if may_be_refused else self._stage.record
        known = self._stage.desk.working.resources[resource]
        if resource in self._owed_s and [each.need for each in known.serving] == [released.need]:
            # Told together, so that nobody gives them anything new in between.
            tell(released, self._rest(resource, self._owed_s.pop(resource)))
        else:
            tell(released)

    def leave(self, resource: ResourceId, because: str, for_s: float, ended: tuple[f.Fact, ...] = ()) -> None:
        """Take a resource off duty for a while, in the middle of its shift; `ended`: what goes with it."""
        self._away.add(resource)
        current = self._current.get(resource)
        if resource in self._due_off:
            self._due_off.discard(resource)
            current = self._following.get(resource)
        self._is_off(resource)
        if current is not None:
            self._following[resource] = current
        self._stage.record(*ended, f.ResourceSignedOff(self._stage.clock.now, resource, because))
        self._stage.clock.after(for_s, self._return, resource)

    # Breaks.

    def _fall_due(self, resource: ResourceId, lasts_s: float) -> None:
        known = self._stage.desk.working.resources[resource]
        if not known.is_on_duty:
            return
        if known.serving or self.is_at_work(resource):
            self._stage.tally["breaks postponed"] += 1
            self._owed_s[resource] = self._owed_s.get(resource, 0.0) + lasts_s
        elif resource in self._resting:
            self._resting[resource].lasts_s += lasts_s
        else:
            self._stage.record(self._rest(resource, lasts_s))

    def _rest(self, resource: ResourceId, lasts_s: float) -> f.ResourceStoodDown:
        now = self._stage.clock.now
        rest = self._resting[resource] = _Rest(now, lasts_s)
        self._stage.tally["breaks taken"] += 1
        self._stage.clock.after(lasts_s, self._come_back, resource, rest)
        return f.ResourceStoodDown(now, resource, BREAK)

    def _come_back(self, resource: ResourceId, rest: _Rest) -> None:
        if self._resting.get(resource) is not rest:
            return
        ends_at = rest.began_at + ms(rest.lasts_s)
        if ends_at > self._stage.clock.now:
            # A second break fell due during the first.
            self._stage.clock.at(ends_at, self._come_back, resource, rest)
            return
        del self._resting[resource]
        known = self._stage.desk.working.resources[resource]
        if known.is_on_duty and known.is_resting:
            self._stage.record(f.ResourceStoodUp(self._stage.clock.now, resource))

    def _on_assigned(self, fact: f.ResourceAssigned) -> None:
        rest = self._resting.pop(fact.resource, None)
        if rest is not None:
            self._stage.tally["breaks cut short"] += 1
            left_s = rest.lasts_s - (fact.at - rest.began_at) / MS_PER_S
            if left_s >= SHORTEST_REST_S:
                self._owed_s[fact.resource] = left_s

    # Breakdowns: time on duty wears, time off duty does not.

    def _is_on(self, duty: Duty) -> None:
        resource = duty.resource
        self._current[resource] = duty
        number = self._failures.get(resource, 0)
        failure = self._surroundings.failure(resource, number)
        if failure is None:
            return
        left_ms = self._left_ms.pop(resource, None)
        fails_at = self._stage.clock.now + (ms(failure[0]) if left_ms is None else left_ms)
        self._fails_at[resource] = fails_at
        if fails_at < self._stage.until:
            self._stage.clock.at(fails_at, self._fail, resource, fails_at)

    def _is_off(self, resource: ResourceId) -> None:
        self._resting.pop(resource, None)
        self._owed_s.pop(resource, None)
        fails_at = self._fails_at.pop(resource, None)
        if fails_at is not None:
            self._left_ms[resource] = fails_at - self._stage.clock.now

    def _fail(self, resource: ResourceId, fails_at: Instant) -> None:
        if self._fails_at.get(resource) != fails_at:
            return
        stage, now = self._stage, self._stage.clock.now
        known = stage.desk.working
        if any(known.needs[each.need].contact is not None for each in known.resources[resource].serving):
            # Nobody drops a caller: what fails at a desk fails after the call.
            self._fails_at[resource] = later = now + ms(SHORTEST_REST_S)
            stage.clock.at(later, self._fail, resource, later)
            return
        del self._fails_at[resource]
        number = self._failures.get(resource, 0)
        failure = self._surroundings.failure(resource, number)
        assert failure is not None, "what never fails has not failed"
        self._failures[resource] = number + 1
        ended = self.on_failing(resource)
        stage.tally["breakdowns"] += 1
        self.leave(resource, BROKE_DOWN, failure[1], ended)

    def _return(self, resource: ResourceId) -> None:
        self._away.discard(resource)
        duty = self._following.pop(resource, None)
        if duty is not None:
            self._sign_on(duty)
