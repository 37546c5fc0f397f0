"""What becomes of a crew that is sent to a contact: drawn numbers in, seconds and turns of events out.

Imports `conditions`, `distributions`, `draws` and `workload`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from simulation.conditions import Facilities
from simulation.distributions import Distribution, Scaled
from simulation.draws import CAUSES
from simulation.workload import Course, Workload

assert len(CAUSES) == 8, "an outcome is made of eight numbers"
NEAREST = "nearest"
"""The facility that is nearest to the scene."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the world has in store for one resource sent to one contact; seconds.

    `stood_down_s` not None: it is called off so long after its assignment and never arrives. `unneeded_s` not
    None: so long after another resource has reached the scene first it is turned back, unless it has arrived by
    then; if it is itself the first, it stays. Otherwise it is on scene for `scene_s` and, if it `transports`,
    leaves then: `to_facility_s` on the way and `handover_s` there. `facility` None: nobody has said where that is.
    """

    turnout_s: float
    travel_factor: float
    stood_down_s: float | None
    unneeded_s: float | None
    scene_s: float
    transports: bool
    to_facility_s: float
    handover_s: float
    facility: str | None = None


AT_ONCE = Outcome(0.0, 1.0, None, None, 0.0, False, 0.0, 0.0)
"""The outcome for a kind of resource of which the workload says nothing."""


@dataclass(frozen=True, slots=True)
class Fate:
    """A course with its distributions looked up."""

    turnout_s: Distribution
    travel_factor: Distribution
    stood_down_share: float
    stood_down_s: Distribution
    unneeded_share: float
    unneeded_s: Distribution
    scene_s: Distribution
    transported_share: float
    before_transport_s: Distribution
    to_facility_s: Distribution
    handover_s: Distribution
    facility: Facilities | None = None

    def outcome(self, luck: list[float], facility_u: float = 0.0) -> Outcome:
        """Turn eight uniform numbers, in the order of `CAUSES`, into an outcome."""
        turnout, travel, called_off, called_off_s, scene, transported, facility, handover = luck
        stood_down = called_off < self.stood_down_share
        reach = self.stood_down_share + (1 - self.stood_down_share) * self.unneeded_share
        transports = transported < self.transported_share
        return Outcome(
            turnout_s=self.turnout_s.at(turnout),
            travel_factor=self.travel_factor.at(travel),
            stood_down_s=self.stood_down_s.at(called_off_s) if stood_down else None,
            unneeded_s=self.unneeded_s.at(called_off_s) if not stood_down and called_off < reach else None,
            scene_s=(self.before_transport_s if transports else self.scene_s).at(scene),
            transports=transports,
            to_facility_s=self.to_facility_s.at(facility) if transports else 0.0,
            handover_s=self.handover_s.at(handover) if transports else 0.0,
            facility=self._facility(facility_u) if transports and self.facility is not None else None,
        )

    def _facility(self, u: float) -> str:
        if not isinstance(self.facility, Mapping):
            return NEAREST
        names = list(self.facility)
        below = accumulate(self.facility.values())
        return next((name for name, limit in zip(names, below, strict=True) if u < limit), names[-1])


def fates(workload: Workload, hour: int, daily: Mapping[str, float]) -> list[Mapping[str, Fate]]:
    """By nature and kind, what happens to whoever is sent to a contact that comes in this hour of such a day."""
    found = {
        name: {kind: _fate(workload, course, hour, daily) for kind, course in courses.items()}
        for name, courses in workload.conducts.items()
    }
    return [{} if nature.conduct is None else found[nature.conduct] for nature in workload.natures]


def _fate(workload: Workload, course: Course, hour: int, daily: Mapping[str, float]) -> Fate:
    shares = {
        "stood_down_share": course.stood_down_share,
        "unneeded_share": course.unneeded_share,
        "transported_share": course.transported_share,
    }
    found = {name: workload.distribution(duration) for name, duration in course.durations()}
    for name, factors in workload.times_by_hour.items():
        if name in found:
            found[name] = Scaled(found[name], factors[hour])
    for stage, factor in daily.items():
        if stage in found:
            found[stage] = Scaled(found[stage], factor)
    return Fate(**found, **shares, facility=course.facility)  # type: ignore[arg-type]
