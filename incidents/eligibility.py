"""Who may fill what, and for everyone else the one plain reason why not.

The reasons stand in the order in which a dispatcher would give them: off duty, lacks the skill, committed, place unknown, out of
reach. Imports `situation`, `travel`, `urgency` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from incidents.centre import Centre, NoTravel
from incidents.procedure import Diversion, Procedure
from incidents.quantities import Coordinates, Instant, NeedId, Place, ResourceId, between, coordinates, ms
from incidents.situation import UNDER_WAY, AssignmentStatus, Need, Resource, ResourceStatus, Situation
from incidents.travel import FloatArray, TravelTimes
from incidents.urgency import Standing

INCIDENT_NOT_LOCATED = "the incident's place is not known"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A resource that may not fill a need, and why."""

    resource: ResourceId
    why: str


class Candidate(NamedTuple):
    """A resource that may fill a need, and the seconds until it would be there. A tuple, since decisions make many.

    `taken_from` None: it is free. Otherwise it would be diverted from that need.
    """

    resource: ResourceId
    reach_s: float
    taken_from: NeedId | None = None


class Eligibility:
    """Judges resources against needs in one situation. `kept`: those that must stay with what they serve."""

    def __init__(
        self, situation: Situation, procedure: Procedure, centre: Centre, travel: TravelTimes,
        kept: frozenset[ResourceId] = frozenset(),
    ) -> None:  # fmt: skip
        self._situation = situation
        self._procedure = procedure
        self._centre = centre
        self._travel = travel
        self._diversion = procedure.dispatch.diversion
        self._kept = kept
        self._free: list[Resource] = []
        self._committed: list[Resource] = []
        for resource in situation.resources.values():
            if resource.is_on_duty:
                (self._free if len(resource.serving) < resource.capacity else self._committed).append(resource)
        self._placed: tuple[list[Resource], Coordinates, FloatArray] | None = None
        self._reaches: dict[tuple[Place, bool], dict[ResourceId, float]] = {}

    def candidates(self, need: Need, row: int, standing: Standing) -> Iterator[Candidate]:
        """Yield everyone who may fill `row` of `need`: the free in the centre's order, then those that may be turned round."""
        skill = need.rows[row].skill
        place = self.place_of(need)
        limit_s = self._procedure.dispatch.reach_limit_s
        reaches = {} if place is None else self._reaches_of(place, standing.lights)
        for resource in self._free:
            if skill in resource.skills and (not resource.serving or resource.assignment(need.id) is None):
                reach_s = reaches.get(resource.id)
                if reach_s is not None:
                    if reach_s <= limit_s:
                        yield Candidate(resource.id, reach_s)
                elif isinstance(judged := self._judge_free(resource, need, place, standing), Candidate):
                    yield judged
        if diversion_of(self._procedure, standing) is not None:
            for resource in self._committed:
                if skill in resource.skills and resource.assignment(need.id) is None:
                    judged = self._judge_committed(resource, place, standing)
                    if isinstance(judged, Candidate):
                        yield judged

    def exclusion(self, resource: Resource, need: Need, standing: Standing) -> Exclusion | None:
        """Say why `resource` can fill no open row of `need`; None if it can."""
        wanted = [row.skill for row, count in zip(need.rows, need.open, strict=True) if count]
        if not resource.is_on_duty:
            return Exclusion(resource.id, "off duty")
        if not resource.skills.intersection(wanted):
            return Exclusion(resource.id, f"lacks {' or '.join(dict.fromkeys(wanted))}")
        judged = self._judge(resource, need, self.place_of(need), standing)
        return None if isinstance(judged, Candidate) else Exclusion(resource.id, judged)

    def reach_s(self, need: Need, standing: Standing) -> FloatArray:
        """(resources, in the order of their ids) seconds until each would be there, were it free; NaN where that is not known."""
        place = self.place_of(need)
        everybody = [self._situation.resources[name] for name in sorted(self._situation.resources)]
        if place is None or need.incident is None:
            return np.where(
                [need.incident is None or isinstance(self._centre.travel, NoTravel) for _ in everybody], 0.0, np.nan
            )
        origins = coordinates(resource.place for resource in everybody)
        turnouts_s = np.array([self._centre.kinds[resource.kind].turnout_s for resource in everybody])
        return np.asarray(turnouts_s + self._travel.travel_many_s(origins, place, lights=standing.lights))

    def place_of(self, need: Need) -> Place | None:
        """Where a need is: its incident's place; None where no travel is needed or nobody has said."""
        return None if need.incident is None else self._situation.incidents[need.incident].place

    def remaining_s(self, resource: Resource, place: Place, standing: Standing) -> float:
        """Seconds until a resource already under way would be at `place`, from where it should be by now."""
        assignment = resource.serving[0]
        travel_s = self._travel.travel_s(self.position(resource), place, lights=standing.lights)
        if assignment.status is AssignmentStatus.EN_ROUTE:
            return travel_s
        gone_s = (self._situation.at - assignment.assigned_at) / 1000
        return max(0.0, self._centre.kinds[resource.kind].turnout_s - gone_s) + travel_s

    def position(self, resource: Resource) -> Place:
        """Where a resource that is under way should be by now: as last heard, or reckoned along the straight line."""
        assignment, origin = resource.serving[0], resource.place
        assert origin is not None
        was_heard_on_the_way = resource.placed_at is not None and resource.placed_at > assignment.since
        if assignment.status is not AssignmentStatus.EN_ROUTE or was_heard_on_the_way:
            return origin
        need = self._situation.needs[assignment.need]
        assert need.incident is not None
        incident = self._situation.incidents[need.incident]
        assert incident.place is not None
        lights = self._procedure.priorities[incident.priority].lights if incident.priority else True
        whole_ms = ms(self._travel.travel_s(origin, incident.place, lights=lights))
        gone_ms: Instant = self._situation.at - assignment.since
        return between(origin, incident.place, gone_ms / whole_ms if whole_ms > 0 else 1.0)

    def divertible(self, standing: Standing) -> Mapping[NeedId, tuple[Resource, ...]]:
        """Return the resources that may be turned round for a need of this standing, by the need they now serve."""
        found: dict[NeedId, list[Resource]] = {}
        for resource in self._committed:
            if self._divert_refusal(resource, standing) is None:
                found.setdefault(resource.serving[0].need, []).append(resource)
        return {need: tuple(resources) for need, resources in found.items()}

    def _judge(self, resource: Resource, need: Need, place: Place | None, standing: Standing) -> Candidate | str:
        status = resource.status
        if status is ResourceStatus.OFF_DUTY:
            return "off duty"
        if resource.serving and resource.assignment(need.id) is not None:
            return "already serves this need"
        if status is ResourceStatus.COMMITTED:
            return self._judge_committed(resource, place, standing)
        return self._judge_free(resource, need, place, standing)

    def _reaches_of(self, place: Place, lights: bool) -> Mapping[ResourceId, float]:
        """Seconds until each free resource of known place would be at `place`, worked out for all of them at once."""
        known = self._reaches.get((place, lights))
        if known is None:
            if self._placed is None:
                placed = [resource for resource in self._free if resource.place is not None]
                turnouts_s = np.array([self._centre.kinds[resource.kind].turnout_s for resource in placed])
                self._placed = placed, coordinates(resource.place for resource in placed), turnouts_s
            placed, origins, turnouts_s = self._placed
            reaches_s = turnouts_s + self._travel.travel_many_s(origins, place, lights=lights)
            known = dict(zip([resource.id for resource in placed], reaches_s.tolist(), strict=True))
            self._reaches[place, lights] = known
        return known

    def _judge_free(self, resource: Resource, need: Need, place: Place | None, standing: Standing) -> Candidate | str:
        if place is not None and resource.place is not None:
            return self._within_reach(resource, self._reaches_of(place, standing.lights)[resource.id], None)
        # Work at a desk needs no place; a unit that has a base cannot be reckoned with before both places are known.
        has_base = self._centre.resources[resource.id].base is not None
        if need.incident is None or not has_base or isinstance(self._centre.travel, NoTravel):
            return self._within_reach(resource, 0.0, None)
        return "its place is not known" if resource.place is None else INCIDENT_NOT_LOCATED

    def _judge_committed(self, resource: Resource, place: Place | None, standing: Standing) -> Candidate | str:
        refusal = self._divert_refusal(resource, standing)
        if refusal is not None:
            return refusal
        assert self._diversion is not None
        if place is None:
            return INCIDENT_NOT_LOCATED
        reach_s = self._diversion.handover_s + self.remaining_s(resource, place, standing)
        return self._within_reach(resource, reach_s, resource.serving[0].need)

    def _within_reach(self, resource: Resource, reach_s: float, taken_from: NeedId | None) -> Candidate | str:
        limit_s = self._procedure.dispatch.reach_limit_s
        if reach_s > limit_s:
            return f"out of reach: {reach_s:.0f} s, limit {limit_s:.0f} s"
        return Candidate(resource.id, reach_s, taken_from)

    def _divert_refusal(self, resource: Resource, standing: Standing) -> str | None:
        serving = resource.serving[0]
        words = f"committed to {serving.need} ({serving.status})"
        rule = self._diversion
        if rule is None or standing.priority not in rule.to or resource.capacity != 1:
            return words
        if serving.status not in UNDER_WAY or resource.place is None:
            return words
        need = self._situation.needs[serving.need]
        incident = None if need.incident is None else self._situation.incidents[need.incident]
        if incident is None or incident.priority not in rule.from_ or incident.place is None:
            return words
        if incident.diverted >= rule.most_per_incident:
            return f"{words}; that incident has lost a resource to a diversion already"
        if resource.id in self._kept:
            return f"{words}; that incident loses another resource to a diversion"
        return None


def diversion_of(procedure: Procedure, standing: Standing) -> Diversion | None:
    """Return the diversion rule that works for a need of this standing, if there is one."""
    rule = procedure.dispatch.diversion
    return rule if rule is not None and standing.priority in rule.to else None
