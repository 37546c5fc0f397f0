"""The resources of a centre in columns: who is free, what they hold, where they are, and how soon each could be anywhere.

A roster is a cache and nothing else. It is brought up to date with any situation by looking at the resources that are not the
very ones it saw last, and what it remembers of travel it works out again only for those that have moved; a new one says the
same. Columns are in the order of `ids`. Imports `travel`, `situation` and what stands above them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from incidents.centre import Centre, NoTravel
from incidents.quantities import LAST_INSTANT, Coordinates, Instant, Place, ResourceId
from incidents.situation import Resource, Situation
from incidents.travel import FloatArray, TravelTimes
from optimiser import BoolArray, IntArray

PLACES_LIMIT = 4096
"""The most destinations to which the seconds from everywhere are remembered."""


@dataclass(slots=True)
class _Reaches:
    """Seconds to one destination, as of one moment of the roster."""

    seconds: FloatArray
    moment: int


class Roster:
    """Columns over the resources of one centre; `see` brings them up to date."""

    def __init__(self, centre: Centre, travel: TravelTimes) -> None:
        self._planned = travel
        self.travel = travel
        """The times of the hour of the situation that was seen last."""
        self.ids = tuple(ResourceId(name) for name in sorted(centre.resources))
        kinds = [centre.kinds[centre.resources[name].kind] for name in self.ids]
        self.turnouts_s: FloatArray = np.array([kind.turnout_s for kind in kinds], dtype=np.float64)
        at_once = [isinstance(centre.travel, NoTravel) or centre.resources[name].base is None for name in self.ids]
        self.works_anywhere: BoolArray = np.array(at_once, dtype=np.bool_)
        """(resources,) can be reckoned with while a place is not known, because it need not travel."""
        self.bases = tuple(centre.resources[name].base for name in self.ids)
        self.zones = {name: Place(point.latitude, point.longitude) for name, point in centre.zones.items()}
        self.index = {name: at for at, name in enumerate(self.ids)}
        self.resources: list[Resource | None] = [None] * len(self.ids)
        self.is_on_duty: BoolArray = np.zeros(len(self.ids), dtype=np.bool_)
        self.room: IntArray = np.zeros(len(self.ids), dtype=np.int64)
        self.skill_counts: IntArray = np.zeros(len(self.ids), dtype=np.int64)
        self.is_resting: BoolArray = np.zeros(len(self.ids), dtype=np.bool_)
        self.tasks: IntArray = np.zeros(len(self.ids), dtype=np.int64)
        """(resources,) assignments since each signed on."""
        self.until: IntArray = np.full(len(self.ids), LAST_INSTANT, dtype=np.int64)
        """(resources,) the instant at which the shift ends; the last there is where nobody has said."""
        self.has_rooms = any(kind.capacity > 1 for kind in kinds)
        """Whether any of them has room for more than one position."""
        self.partners = {at: kind.partner for at, kind in enumerate(kinds) if kind.partner is not None}
        """The organisation of each resource that is a partner's, by index."""
        self._places = Coordinates(np.full(len(self.ids), np.nan), np.full(len(self.ids), np.nan))
        self._placed_at: NDArray[np.int64] = np.zeros(len(self.ids), dtype=np.int64)
        self._moment = 0
        self._seen: Situation | None = None
        self._levels: dict[str, IntArray] = {}
        self._reaches: dict[tuple[Place, bool], _Reaches] = {}
        self.nowhere: FloatArray = np.where(self.works_anywhere, 0.0, np.nan)
        """(resources,) seconds to a place that nobody has said: 0 for those that need not travel, NaN for the others."""

    def see(self, situation: Situation) -> None:
        """Bring the columns up to date with `situation`, which is one of this centre."""
        if situation is self._seen:
            return
        self._seen = situation
        self._moment += 1
        self._plan_for(situation.at)
        present = list(map(situation.resources.__getitem__, self.ids))
        for at, (now, before) in enumerate(zip(present, self.resources, strict=True)):
            if now is not before:
                self._note(at, now, before)

    def _plan_for(self, now: Instant) -> None:
        """Reckon with the times of the hour."""
        if (travel := self._planned.at(now)) is not self.travel:
            self.travel = travel
            self._reaches.clear()

    def hear(self, moved: Mapping[int, Place | None], now: Instant) -> None:
        """Take down where these resources are by now, by index; what else has changed of them is seen when somebody looks."""
        self._seen = None
        self._plan_for(now)
        if not moved:
            return
        self._moment += 1
        for at, place in moved.items():
            self._put(at, place)

    def levels(self, skill: str) -> IntArray:
        """(resources,) how well each has a skill, 1 to 5; 0: not at all."""
        known = self._levels.get(skill)
        if known is None:
            known = np.array([0 if each is None else each.level(skill) for each in self.resources], dtype=np.int64)
            self._levels[skill] = known
        return known

    def reach_s(self, place: Place, lights: bool) -> FloatArray:
        """(resources,) seconds from being sent to being at `place`, turnout included; NaN where it is not known."""
        known = self._reaches.get((place, lights))
        if known is None:
            if len(self._reaches) >= PLACES_LIMIT:
                self._reaches.clear()
            seconds = self.turnouts_s + self.travel.travel_many_s(self._places, place, lights=lights)
            known = self._reaches[place, lights] = _Reaches(self._without_travel(seconds), self._moment)
        elif known.moment != self._moment:
            moved = np.flatnonzero(self._placed_at > known.moment)
            if len(moved):
                origins = Coordinates(self._places.latitudes[moved], self._places.longitudes[moved])
                known.seconds[moved] = self.turnouts_s[moved] + self.travel.travel_many_s(origins, place, lights=lights)
                self._without_travel(known.seconds)
            known.moment = self._moment
        return known.seconds

    def _without_travel(self, seconds: FloatArray) -> FloatArray:
        unknown = np.isnan(seconds)
        if unknown.any():
            seconds[unknown] = self.nowhere[unknown]
        return seconds

    def _note(self, at: int, now: Resource, before: Resource | None) -> None:
        self.resources[at] = now
        self.is_on_duty[at] = now.is_on_duty
        self.room[at] = now.room
        self.is_resting[at], self.tasks[at] = now.is_resting, now.tasks
        self.until[at] = LAST_INSTANT if now.until is None else now.until
        if before is None or now.skills != before.skills or now.levels != before.levels:
            self._levels.clear()
            self.skill_counts[at] = len(now.skills)
        if before is None or now.place is not before.place:
            self._put(at, now.place)

    def _put(self, at: int, place: Place | None) -> None:
        latitude, longitude = (math.nan, math.nan) if place is None else (place.latitude, place.longitude)
        self._places.latitudes[at], self._places.longitudes[at] = math.radians(latitude), math.radians(longitude)
        self._placed_at[at] = self._moment
