"""Resources kept back: a reserve is a need of the centre's own, which may stay open at a price.

A rule keeps `keep_g` resources of one skill free within a group g of stations, at `price_g` for each that is missing. Groups of
one skill form a tree (`reserves`), and

    sum over g of price_g * max(0, keep_g - idle_g)

is what the cheapest filling of these positions costs: group g has keep_g positions less those of the groups directly inside it;
each is filled by an idle resource of g for nothing, by one of a group around it at the prices of the groups between, or stays
open at the prices of g and of all groups around it. Sending a resource therefore costs what its reserve loses, and layers of
reserves stay a flow. Imports `reserves`, `roster`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from incidents.procedure import Reserve
from incidents.quantities import NeedId
from incidents.reserves import enclosing
from incidents.roster import Roster
from optimiser import UNITS_PER_SECOND, BoolArray, IntArray

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
    around = enclosing(reserves)
    positions = [reserve.keep for reserve in reserves]
    for reserve, outer in zip(reserves, around, strict=True):
        if outer is not None:
            positions[outer] -= reserve.keep
    return tuple(_layer(reserves, at, around, count, roster, free) for at, count in enumerate(positions) if count > 0)


def _layer(
    reserves: Sequence[Reserve], at: int, around: Sequence[int | None], positions: int, roster: Roster, free: BoolArray
) -> Layer:
    able, price = _members(reserves[at], roster), _units(reserves[at])
    prices = np.zeros(len(roster.ids), dtype=np.int64)
    outer = around[at]
    while outer is not None:
        members = _members(reserves[outer], roster)
        prices[members & ~able] = price
        able = able | members
        price += _units(reserves[outer])
        outer = around[outer]
    return Layer(NeedId(PREFIX + reserves[at].name), positions, able & free, prices, price)


def _units(reserve: Reserve) -> int:
    return round(reserve.missing_s * UNITS_PER_SECOND)


def _members(reserve: Reserve, roster: Roster) -> BoolArray:
    """(resources,) who holds the skill and is based there."""
    here = np.array([not reserve.stations or base in reserve.stations for base in roster.bases], dtype=np.bool_)
    return np.asarray(here & (roster.levels(reserve.skill) > 0))
