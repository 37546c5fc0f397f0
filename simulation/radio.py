"""Radio: how a crew's status reaches the desk, and where the desk believes vehicles are.

As it is said, at once, unless the workload says otherwise: then messages come late, not at all, twice, or wrong, as was drawn
for each of them. What the desk refuses is an alarm. Imports `stage`, `duties` and `trips`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeAlias

from incidents import facts as f
from incidents.quantities import Place, ResourceId
from simulation.draws import STEPS
from simulation.duties import Duties
from simulation.stage import Stage
from simulation.surroundings import Surroundings
from simulation.trips import Trip

DEPARTED, ARRIVED, TRANSPORTING, AT_FACILITY, RELEASED = range(len(STEPS))
REPEATED_AFTER_S = 15.0
"""How long after a message its repetition comes."""
Progress: TypeAlias = f.ResourceDeparted | f.ResourceArrived | f.ResourceTransporting | f.ResourceAtFacility
_FACTS: Mapping[int, type[Progress]] = {
    DEPARTED: f.ResourceDeparted,
    ARRIVED: f.ResourceArrived,
    TRANSPORTING: f.ResourceTransporting,
    AT_FACILITY: f.ResourceAtFacility,
}


class Radio:
    """What crews say, on its way to the desk."""

    def __init__(self, stage: Stage, duties: Duties, surroundings: Surroundings) -> None:
        self._stage, self._duties, self._surroundings = stage, duties, surroundings
        workload = surroundings.workload
        self._rule = None if workload is None else workload.radio
        if self._rule is not None and workload is not None:
            self._delay = workload.distribution(self._rule.delay_s)
            self._poll = workload.distribution(self._rule.poll_s)
        self._reports: Counter[ResourceId] = Counter()

    @property
    def is_perfect(self) -> bool:
        """Whether the desk always knows what is true."""
        return self._rule is None

    def say(self, trip: Trip, step: int, place: Place | None = None) -> None:
        """A crew reports a step of its trip; never `RELEASED`, which is `clear`."""
        if self._rule is None:
            self._stage.record(self._progress(trip, step, place))
        else:
            self._send(trip, step, place, "", None)

    def clear(self, trip: Trip, place: Place | None, because: str, then: Callable[[], None]) -> None:
        """A crew reports that it is free; `then` is done when the desk has heard of it."""
        if self._rule is None:
            released = f.ResourceReleased(self._stage.clock.now, trip.resource, trip.need, because, place=place)
            self._duties.release(released)
            then()
        else:
            self._send(trip, RELEASED, place, because, then)

    def locate(self, resource: ResourceId, place: Place) -> f.ResourceMoved | None:
        """The report of a position; None: it got lost."""
        if self._rule is not None:
            number = self._reports[resource]
            self._reports[resource] += 1
            if self._surroundings.is_position_lost(resource, number):
                self._stage.tally["positions lost"] += 1
                return None
        return f.ResourceMoved(self._stage.clock.now, resource, place)

    def _send(self, trip: Trip, step: int, place: Place | None, because: str, then: Callable[[], None] | None) -> None:
        assert self._rule is not None
        numbers = None if trip.contact is None else trip.contact.faults(trip.kind, trip.ordinal, step)
        if numbers is None:
            self._hear(trip, step, place, because, then)
            return
        delay, lost, repeated, wrong, which, poll = numbers
        tally, clock = self._stage.tally, self._stage.clock
        tally["messages"] += 1
        is_lost, is_wrong = lost < self._rule.lost_share, wrong < self._rule.wrong_share
        if step == RELEASED and (is_lost or is_wrong):
            # Somebody misses them in the end and asks; what is asked is answered.
            clock.after(self._poll.at(poll), self._ask, trip, place, because, then)
        if is_lost:
            tally["messages lost"] += 1
            return
        said = step
        if is_wrong:
            tally["messages wrong"] += 1
            said = (step + 1 + int(which * (len(STEPS) - 1))) % len(STEPS)
        heard_by = None if is_wrong else then
        clock.after(self._delay.at(delay), self._hear, trip, said, place, because, heard_by)
        if repeated < self._rule.repeated_share:
            tally["messages repeated"] += 1
            clock.after(self._delay.at(delay) + REPEATED_AFTER_S, self._hear, trip, said, place, because, None)

    def _ask(self, trip: Trip, place: Place | None, because: str, then: Callable[[], None] | None) -> None:
        self._stage.tally["polls"] += 1
        self._hear(trip, RELEASED, place, because, then)

    def _hear(self, trip: Trip, step: int, place: Place | None, because: str, then: Callable[[], None] | None) -> None:
        if step == RELEASED:
            why = because or "clear"
            released = f.ResourceReleased(self._stage.clock.now, trip.resource, trip.need, why, place=place)
            self._duties.release(released, may_be_refused=True)
        else:
            self._stage.report(self._progress(trip, step, place))
        if then is not None:
            then()

    def _progress(self, trip: Trip, step: int, place: Place | None) -> Progress:
        kind = _FACTS[step]
        if kind in (f.ResourceTransporting, f.ResourceAtFacility) and place is not None:
            return kind(self._stage.clock.now, trip.resource, trip.need, place)
        return kind(self._stage.clock.now, trip.resource, trip.need)
