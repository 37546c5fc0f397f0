"""Who may fill which row of a snapshot, and for everybody else the first rule that says no."""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never, get_args

import numpy as np

from optimiser.objective import FloatArray
from optimiser.problem import BoolArray, IntArray
from optimiser.snapshot_format import Snapshot, SnapshotRow, TravelMatrix, TravelStraightLine

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

WhyIneligible: TypeAlias = Literal[
    "lacks the skill", "level too low", "not available", "out of reach", "shift ends too soon", "barred",
]  # fmt: skip
"""In the order in which they are looked for."""
REASONS: tuple[WhyIneligible, ...] = get_args(WhyIneligible)


class Eligibility:
    """A snapshot's rules as tables; indices are those of its needs and resources."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.need_at = {need.id: index for index, need in enumerate(snapshot.needs)}
        self.resource_at = {resource.id: index for index, resource in enumerate(snapshot.resources)}
        ready_s = np.array([resource.ready_in_s for resource in snapshot.resources])
        self.reach_s: FloatArray = _travel_s(snapshot, self.need_at, self.resource_at) + ready_s
        """(needs, resources) seconds until it would be there; not a number where that is not known."""
        self.shift_ends_s: FloatArray = np.array(
            [np.inf if one.shift_ends_in_s is None else one.shift_ends_in_s for one in snapshot.resources],
            dtype=np.float64,
        )
        self.skills_held: IntArray = np.array([len(one.skills) for one in snapshot.resources], dtype=np.int64)
        self._levels: dict[str, IntArray] = {}
        for index, resource in enumerate(snapshot.resources):
            for skill, level in resource.levels.items():
                self._levels.setdefault(skill, np.zeros(len(snapshot.resources), dtype=np.int64))[index] = level
        self._available: BoolArray = np.array([one.available for one in snapshot.resources], dtype=np.bool_)
        self._rules: dict[int, dict[int, str]] = {}
        for bar in snapshot.barred:
            if bar.need in self.need_at and bar.resource in self.resource_at:
                self._rules.setdefault(self.need_at[bar.need], {})[self.resource_at[bar.resource]] = bar.rule

    def levels(self, skill: str) -> IntArray:
        """(resources,) the level at which each has the skill, 0 for not at all."""
        found = self._levels.get(skill)
        return np.zeros(len(self._available), dtype=np.int64) if found is None else found

    def codes(self, need: int, row: SnapshotRow) -> IntArray:
        """(resources,) 0 for whoever may fill the row, else 1 and more for the first of `REASONS` that says no."""
        held = [(self.levels(skill), level) for skill, level in asked_of(row).items()]
        lacks = np.any([levels == 0 for levels, _ in held], axis=0)
        too_low = np.any([levels < level for levels, level in held], axis=0)
        reach_s, limit_s = self.reach_s[need], self.snapshot.reach_limit_s
        beyond = ~(reach_s <= (np.inf if limit_s is None else limit_s))
        too_late = np.zeros(len(reach_s), dtype=np.bool_)
        if self.snapshot.overtime_price is None:
            too_late = reach_s + self.snapshot.needs[need].work_s > self.shift_ends_s
        barred = np.zeros(len(reach_s), dtype=np.bool_)
        barred[list(self._rules.get(need, ()))] = True
        tests = [lacks, too_low, ~self._available, beyond, too_late, barred]
        return np.asarray(np.select(tests, range(1, len(tests) + 1), 0), dtype=np.int64)

    def rule(self, need: int, resource: int) -> str | None:
        """The rule by which a resource is barred from a need."""
        return self._rules.get(need, {}).get(resource)

    def keeps(self, skill: str, level: int) -> BoolArray:
        """(resources,) who may be kept in reserve for a skill."""
        return np.asarray(self._available & (self.levels(skill) >= level))


def asked_of(row: SnapshotRow) -> dict[str, int]:
    """Every skill that a row asks for, with its least level."""
    return {**row.also, row.skill: max(row.level, row.also.get(row.skill, 1))}


def _travel_s(snapshot: Snapshot, need_at: dict[str, int], resource_at: dict[str, int]) -> FloatArray:
    unknown = np.full((len(snapshot.needs), len(snapshot.resources)), np.nan)
    match snapshot.travel:
        case TravelMatrix(reach_s=times):
            for need, row in times.items():
                for resource, time_s in row.items():
                    if need in need_at and resource in resource_at:
                        unknown[need_at[need], resource_at[resource]] = time_s
            return unknown
        case TravelStraightLine() as travel:
            path_m = (
                _great_circle_m(_places(snapshot.needs)[:, None], _places(snapshot.resources)[None]) * travel.detour
            )
            return np.asarray(travel.turnout_s + path_m / (travel.speed_kmh / 3.6))
        case _:
            assert_never(snapshot.travel)


def _places(entries: tuple[object, ...]) -> FloatArray:
    """(entries, 2) latitude and longitude in radians; not a number where there is no place."""
    places = [getattr(entry, "place", None) for entry in entries]
    degrees = [(np.nan, np.nan) if place is None else (place.latitude, place.longitude) for place in places]
    return np.radians(np.array(degrees, dtype=np.float64).reshape(len(entries), 2))


def _great_circle_m(one: FloatArray, other: FloatArray) -> FloatArray:
    """Metres along the sphere between points, by the haversine formula; arguments broadcast."""
    across = np.sin((other[..., 0] - one[..., 0]) / 2) ** 2
    along = np.sin((other[..., 1] - one[..., 1]) / 2) ** 2
    half = np.sqrt(across + np.cos(one[..., 0]) * np.cos(other[..., 0]) * along)
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, half)))
