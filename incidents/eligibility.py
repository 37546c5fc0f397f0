"""Who may fill what, and for everyone else the one plain reason why not.

The reasons stand in the order in which a dispatcher would give them: off duty, lacks the skill, committed, place unknown, out of
reach. Imports `situation`, `roster`, `urgency` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

import numpy as np

from incidents.facts import NeedRow
from incidents.ladder_state import AidStatus
from incidents.procedure import Overrun, Procedure
from incidents.quantities import MS_PER_S, Coordinates, Instant, NeedId, Place, ResourceId, coordinates, ms
from incidents.roster import Roster
from incidents.situation import UNDER_WAY, AssignmentStatus, Need, Resource, Situation
from incidents.travel import FloatArray
from incidents.urgency import Standing
from optimiser import BoolArray, IntArray

ALL = slice(None)
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
    """Judges resources against needs in one situation. `kept`: those that must stay with what they serve.

    Arrays are over the resources of the roster.
    """

    def __init__(
        self, situation: Situation, procedure: Procedure, roster: Roster,
        kept: frozenset[ResourceId] = frozenset(),
    ) -> None:  # fmt: skip
        roster.see(situation)
        self.roster = roster
        self._situation = situation
        self._procedure = procedure
        self._diversion = procedure.dispatch.diversion
        self._kept = kept
        self.free: BoolArray = roster.is_on_duty & (roster.room > 0) & ~roster.is_resting
        """(resources,) on duty, with room, and not on a break."""
        self.turnable: Mapping[int, Resource] = self._turnable()
        """Resources under way that the diversion rule lets anybody take, by their place in the roster."""
        self._turned = np.fromiter(self.turnable, np.int64, len(self.turnable))
        self._not_called_on = [
            at for at, partner in roster.partners.items() if self._partner_refusal(partner) is not None
        ]
        self._turning: Coordinates | None = None
        self._handovers_s: FloatArray | None = None

    def reach_s(self, need: Need, standing: Standing) -> FloatArray:
        """(resources,) seconds until each would be there, turned round where it is under way; NaN where that is not known."""
        self.roster.see(self._situation)
        place = self.place_of(need)
        if place is None:
            return self.roster.nowhere if need.incident is not None else np.zeros(len(self.roster.ids))
        reach_s = self.roster.reach_s(place, standing.lights)
        if self.takes_from_others(standing):
            reach_s = reach_s.copy()
            reach_s[self._turned] = self._turned_reach_s(place, standing)
        return reach_s

    def able(self, need: Need, standing: Standing, reach_s: FloatArray) -> BoolArray:
        """(resources,) who may go to `need`, whatever row they would fill."""
        able = self.spared(need, standing) & (reach_s <= self._procedure.dispatch.reach_limit_s)
        overrun = self._procedure.dispatch.overrun
        if overrun is not None and standing.priority not in overrun.unless:
            able &= self.overrun_s(reach_s, overrun) <= overrun.most_s
        return np.asarray(able)

    def spared(self, need: Need, standing: Standing) -> BoolArray:
        """(resources,) whose own work lets them go to `need`, however far away they are."""
        spared = self.free.copy()
        if self._may_interrupt(standing):
            spared |= self.roster.is_on_duty & self.roster.is_resting
        if self.takes_from_others(standing):
            spared[self._turned] = True
        spared[self._not_called_on_for(need)] = False
        for resource in need.filled_by:
            spared[self.roster.index[resource]] = False
        return spared

    @property
    def is_turnable(self) -> BoolArray:
        """(resources,) whether each may be turned round for somebody."""
        found = np.zeros(len(self.roster.ids), dtype=np.bool_)
        found[self._turned] = True
        return found

    def overrun_s(self, reach_s: FloatArray, rule: Overrun, resources: IntArray | slice = ALL) -> FloatArray:
        """Seconds that the work would go on past the end of each one's shift; NaN where the reach is."""
        left_s = (self.roster.until[resources] - self._situation.at) / MS_PER_S
        return np.asarray(np.maximum(0.0, reach_s + rule.task_s - left_s))

    def fitting(self, row: NeedRow) -> BoolArray:
        """(resources,) who has the skill, the level and the room that a position of `row` takes."""
        fitting = self.roster.levels(row.skill) >= row.level
        if row.load > 1:
            fitting &= self.roster.room >= row.load
        return np.asarray(fitting)

    def takes_from_others(self, standing: Standing) -> bool:
        """Whether resources may be turned round for a need of this standing, and there are any."""
        return bool(self.turnable) and self._diversion is not None and standing.priority in self._diversion.to

    def exclusion(self, resource: Resource, need: Need, standing: Standing) -> Exclusion | None:
        """Say why `resource` can fill no open row of `need`; None if it can."""
        # Reasons are asked for later, when the roster may have moved on with the situation.
        self.roster.see(self._situation)
        wanted = [row for row, count in zip(need.rows, need.asking, strict=True) if count]
        if not resource.is_on_duty:
            return Exclusion(resource.id, "off duty")
        within = [row for row in wanted if resource.level(row.skill) >= row.level]
        if not within:
            words = (row.skill if row.level == 1 else f"{row.skill} at level {row.level}" for row in wanted)
            return Exclusion(resource.id, f"lacks {' or '.join(dict.fromkeys(words))}")
        load = min(row.load for row in within)
        if 0 < resource.room < load:
            return Exclusion(resource.id, f"has room for {resource.room} more, and this takes {load}")
        why = self._refusal(resource, need, standing)
        return None if why is None else Exclusion(resource.id, why)

    def place_of(self, need: Need) -> Place | None:
        """Where a need is: its incident's place; None where no travel is needed or nobody has said."""
        return None if need.incident is None else self._situation.incidents[need.incident].place

    def remaining_s(self, resource: Resource, place: Place, standing: Standing) -> float:
        """Seconds until a resource already under way would be at `place`, from where it should be by now."""
        travel_s = self.roster.travel.travel_s(self.position(resource), place, lights=standing.lights)
        # Somebody who was sent where no road leads gets there in no time that a plan could count on.
        return self._turnout_left_s(resource) + (
            self._procedure.dispatch.reach_limit_s if isnan(travel_s) else travel_s
        )

    def position(self, resource: Resource) -> Place:
        """Where a resource that is under way should be by now: as last heard, or reckoned along its way."""
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
        whole_s = self.roster.travel.travel_s(origin, incident.place, lights=lights)
        whole_ms = 0 if isnan(whole_s) else ms(whole_s)
        gone_ms: Instant = self._situation.at - assignment.since
        share = gone_ms / whole_ms if whole_ms > 0 else 1.0
        return self.roster.travel.on_the_way(origin, incident.place, share, lights=lights)

    def _turnable(self) -> Mapping[int, Resource]:
        if self._diversion is None:
            return {}
        committed = np.flatnonzero(self.roster.is_on_duty & (self.roster.room <= 0)).tolist()
        resources = ((at, self._situation.resources[self.roster.ids[at]]) for at in committed)
        return {at: resource for at, resource in resources if self._keeps_because(resource) is None}

    def _turned_reach_s(self, place: Place, standing: Standing) -> FloatArray:
        """(turnable,) seconds until each of those that may be turned round would be at `place`."""
        assert self._diversion is not None
        if self._turning is None or self._handovers_s is None:
            self._turning = coordinates(self.position(resource) for resource in self.turnable.values())
            left_s = [self._turnout_left_s(resource) for resource in self.turnable.values()]
            self._handovers_s = np.array(left_s, dtype=np.float64) + self._diversion.handover_s
        travel_s = self.roster.travel.travel_many_s(self._turning, place, lights=standing.lights)
        return np.asarray(self._handovers_s + travel_s)

    def _turnout_left_s(self, resource: Resource) -> float:
        assignment = resource.serving[0]
        if assignment.status is AssignmentStatus.EN_ROUTE:
            return 0.0
        gone_s = (self._situation.at - assignment.assigned_at) / MS_PER_S
        return max(0.0, float(self.roster.turnouts_s[self.roster.index[resource.id]]) - gone_s)

    def _refusal(self, resource: Resource, need: Need, standing: Standing) -> str | None:
        at = self.roster.index[resource.id]
        if resource.assignment(need.id) is not None:
            return "already serves this need"
        partner = self.roster.partners.get(at)
        if partner is not None and not self._is_lent(partner, need):
            why = self._partner_refusal(partner)
            if why is not None:
                return why
        if resource.is_resting:
            if not self._may_interrupt(standing):
                return "on a break"
        elif not self.free[at]:
            if self._diversion is None or standing.priority not in self._diversion.to:
                return self._committed(resource)
            why = self._keeps_because(resource)
            if why is not None:
                return why
            if self.place_of(need) is None:
                return INCIDENT_NOT_LOCATED
        reach_s = float(self.reach_s(need, standing)[at])
        if np.isnan(reach_s):
            return self._unreached(resource, need)
        limit_s = self._procedure.dispatch.reach_limit_s
        if reach_s > limit_s:
            return f"out of reach: {reach_s:.0f} s, limit {limit_s:.0f} s"
        return self._overrun_refusal(at, reach_s, standing)

    def _unreached(self, resource: Resource, need: Need) -> str:
        goal = self.place_of(need)
        if resource.place is None:
            return "its place is not known"
        if goal is None:
            return INCIDENT_NOT_LOCATED
        for words, place in (("the incident lies", goal), ("it is", resource.place)):
            why = self.roster.travel.obstacle(place)
            if why is not None:
                return f"{words} {why}"
        return "no road leads there"

    def _overrun_refusal(self, at: int, reach_s: float, standing: Standing) -> str | None:
        rule = self._procedure.dispatch.overrun
        if rule is None or standing.priority in rule.unless:
            return None
        over_s = float(self.overrun_s(np.array([reach_s]), rule, np.array([at]))[0])
        if over_s <= rule.most_s:
            return None
        return f"its shift would be over {over_s:.0f} s before the work is, limit {rule.most_s:.0f} s"

    def _not_called_on_for(self, need: Need) -> list[int]:
        if not self._situation.aid:
            return self._not_called_on
        return [at for at in self._not_called_on if not self._is_lent(self.roster.partners[at], need)]

    def _is_lent(self, partner: str, need: Need) -> bool:
        """Whether a partner has committed aid to `need`."""
        aid = self._situation.aid.get((need.id, partner))
        return aid is not None and aid.status is AidStatus.COMMITTED

    def _partner_refusal(self, partner: str | None) -> str | None:
        if partner is None or partner in self._procedure.dispatch.partners:
            return None
        return f"belongs to {partner}, on whom this procedure does not call"

    def _may_interrupt(self, standing: Standing) -> bool:
        breaks = self._procedure.dispatch.breaks
        return breaks is not None and standing.priority in breaks.interrupted_by

    def _keeps_because(self, resource: Resource) -> str | None:
        """Why a committed resource stays with what it serves, whoever asks; None where the rule lets it be taken."""
        serving, rule, words = resource.serving[0], self._diversion, self._committed(resource)
        if serving.pinned:
            return f"{words}, pinned there by a person"
        if rule is None or resource.capacity != 1 or serving.status not in UNDER_WAY or resource.place is None:
            return words
        if serving.also:
            return f"{words}, in several roles"
        need = self._situation.needs[serving.need]
        incident = None if need.incident is None else self._situation.incidents[need.incident]
        if incident is None or incident.priority not in rule.from_ or incident.place is None:
            return words
        if incident.diverted >= rule.most_per_incident:
            return f"{words}; that incident has lost a resource to a diversion already"
        if resource.id in self._kept:
            return f"{words}; that incident loses another resource to a diversion"
        return None

    def _committed(self, resource: Resource) -> str:
        return f"committed to {resource.serving[0].need} ({resource.serving[0].status})"
