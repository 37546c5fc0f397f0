"""Resources kept back: a reserve is a need of the centre's own, which may stay open at a price.

A rule keeps so many resources of one skill free within a group of stations, at a price for each that is missing. The optimiser
states that as positions which idle resources fill (`optimiser.reserves`, where it is proved); sending one costs what its
reserve loses by it. Imports `procedure`, `roster` and the optimiser.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

import optimiser.reserves
from incidents.procedure import Reserve
from incidents.quantities import NeedId
from incidents.roster import Roster
from optimiser import UNITS_PER_SECOND, BoolArray, IntArray
from optimiser.reserves import Position, positions

PREFIX = "/reserve/"
"""Before the name of a reserve, where the optimiser asks for the id of a need."""


def is_reserve(need: str) -> bool:
    """Whether the optimiser's id of a need stands for a reserve."""
    return need.startswith(PREFIX)


def called(need: str) -> str:
    """What people call a need, or the reserve that stands as one."""
    return f"the reserve {need.removeprefix(PREFIX)}" if is_reserve(need) else need


@dataclass(frozen=True, slots=True)
class Layer:
    """The positions of one reserve that no reserve inside it has."""

    id: NeedId
    positions: int
    able: BoolArray
    """(resources,) who can fill them."""
    prices: IntArray
    """(resources,) cost units for being no member of the group itself."""
    open_price: int
    """Cost units for each position that stays open."""


def layers(reserves: Sequence[Reserve], roster: Roster, free: BoolArray) -> tuple[Layer, ...]:
    """Return the positions of all reserves; `free` (resources,) are those that could be kept."""
    found = []
    for each, count in _stated(tuple([_group(reserve, roster) for reserve in reserves])):
        able, prices = np.zeros_like(free), np.zeros(len(free), dtype=np.int64)
        members, units = np.array(each.prices, dtype=np.int64).reshape(-1, 2).T
        able[members], prices[members] = True, units
        name = NeedId(PREFIX + reserves[each.reserve].name)
        found.append(Layer(name, count, able & free, prices, each.open_price))
    return tuple(found)


@lru_cache(maxsize=64)
def _stated(groups: tuple[optimiser.reserves.Reserve, ...]) -> tuple[tuple[Position, int], ...]:
    """A position of each reserve and how many it has, those of none left out. A desk keeps the same reserves all day long."""
    return tuple(Counter(positions(groups)).items())


def _group(reserve: Reserve, roster: Roster) -> optimiser.reserves.Reserve:
    """Who holds the skill and is based there, on duty or not: groups that nest have to nest all day."""
    here = np.array([not reserve.stations or base in reserve.stations for base in roster.bases], dtype=np.bool_)
    members = np.flatnonzero(here & (roster.levels(reserve.skill) > 0)).tolist()
    return optimiser.reserves.Reserve(
        frozenset(members), reserve.keep, round(reserve.missing_s * UNITS_PER_SECOND), reserve.skill
    )
