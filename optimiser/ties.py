"""Canonical prices: equal plans are told apart by a stable hash of ids, inside the objective itself.

    c'_rj = c_rj * B + tie_rj,    0 <= tie_rj < B / (positions + 1)

so the ties of a whole plan add up to less than B and never outweigh one unit of cost. The hash depends on the ids of
need and resource and on what a row looks like, never on the order in which anything was given, so permuted inputs and
different engines choose the same plan. Mixing function: `splitmix64`, Steele, Lea and Flood (2014), "Fast splittable
pseudorandom number generators", OOPSLA, doi:10.1145/2660193.2660195.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from optimiser.problem import IntArray, Problem

HashArray = NDArray[np.uint64]
_TIE_BITS = 40
_ENOUGH_TIE_BITS = 12
_ALL_BITS = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Canonical:
    """Canonical prices of one problem, and how to read costs back from them."""

    prices: IntArray
    """(pairs,) c' = c * 2**shift + tie."""
    shift: int
    """log2 of B."""

    def cost_of(self, total: int) -> int:
        """Read the cost in units from a sum of canonical prices."""
        return total >> self.shift


class Ties:
    """The tie hashes of a problem, worked out when first asked for: most choices have no tie to break."""

    __slots__ = ("_hashes", "_problem")

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._hashes: HashArray | None = None

    @property
    def hashes(self) -> HashArray:
        """(pairs,) 64-bit hash of need, row appearance and resource for every pair."""
        if self._hashes is None:
            self._hashes = tie_hashes(self._problem)
        return self._hashes


def canonical(
    problem: Problem, costs: IntArray, ties: HashArray, room: int, dearest: int = 0, noise: int = 0
) -> Canonical:
    """Make prices whose sum over any plan stays at most `room`; with no room for ties there are none.

    `dearest` is the most that an open position costs, if it costs anything. Half a unit of cost is left for `noise`, the
    most that the caller's own roundings add to a plan, if there are any.
    """
    positions = max(1, int(problem.quantities.sum()))
    dearest = max(dearest, int(costs.max(initial=0))) + 1
    spare = (room // (dearest * positions)).bit_length() - 1
    shift = min(_TIE_BITS, max(0, spare))
    tie_bits = shift - positions.bit_length() - (1 if noise else 0)
    if tie_bits <= 0:
        return Canonical(costs, 0)
    return Canonical((costs << shift) + (ties >> np.uint64(64 - tie_bits)).astype(np.int64), shift)


def has_enough_ties(problem: Problem, dearest: int, room: int) -> bool:
    """Tell whether `room` leaves ties enough distinct values to be worth keeping."""
    positions = max(1, int(problem.quantities.sum()))
    need = (dearest + 1) * positions << (positions.bit_length() + _ENOUGH_TIE_BITS)
    return room >= need


def tie_hashes(problem: Problem) -> HashArray:
    """(pairs,) 64-bit hash of need, row appearance and resource for every pair."""
    rows, resources = tie_keys(problem)
    return _mixed(rows[problem.pair_rows] ^ resources[problem.pair_resources])


def tie_keys(problem: Problem) -> tuple[HashArray, HashArray]:
    """(rows,) and (resources,) keys; the hash of a pair is their exclusive or, mixed."""
    needs, resources = _known_hashes(problem.need_ids), _known_hashes(problem.resource_ids)
    rows = needs[problem.row_needs]
    if len(problem.row_needs) > len(problem.need_ids):
        rows = rows ^ _row_hashes(problem, resources)
    return rows, _mixed(resources)


def id_hashes(ids: Sequence[str]) -> HashArray:
    """(ids,) the key of a need; the key of a resource is this, mixed by `resource_keys`."""
    return np.fromiter(map(_id_hash, ids), np.uint64, len(ids))


def resource_keys(ids: Sequence[str]) -> HashArray:
    """(ids,) the keys of resources."""
    return _mixed(id_hashes(ids))


def need_key(need_id: str) -> int:
    """The key of one need, its 64 bits read as a signed number."""
    key = _id_hash(need_id)
    return key - (key >> 63 << 64)


def resource_key(resource_id: str) -> int:
    """The key of one resource, its 64 bits read as a signed number."""
    mixed = resource_tie_key(resource_id)
    return mixed - (mixed >> 63 << 64)


def resource_tie_key(resource_id: str) -> int:
    """The key of one resource for `pair_tie`."""
    return _mixed_int(_id_hash(resource_id))


def pair_tie(need_id: str, key: int) -> int:
    """The 64-bit hash of one pair, as `tie_hashes` has it; `key` is its resource's, joined to that of its row if it has one."""
    return _mixed_int(_id_hash(need_id) ^ key)


def row_tie_key(pairs: Iterable[tuple[str, int]], quantity: int) -> int:
    """The key that tells a row apart where needs have several: whom it accepts at what cost, and how many it asks for."""
    total = quantity
    for name, cost in pairs:
        total += _mixed_int(_id_hash(name) + _mixed_int(cost))
    return _mixed_int(total)


def _mixed_int(value: int) -> int:
    mixed = (value + 0x9E3779B97F4A7C15) & _ALL_BITS
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _ALL_BITS
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _ALL_BITS
    return mixed ^ mixed >> 31


def tie_units(keys: HashArray) -> IntArray:
    """Ties of 40 bits from the joined keys of pairs; sums over four million pairs stay within 62 bits."""
    return (_mixed(keys) >> np.uint64(64 - _TIE_BITS)).astype(np.int64)


@lru_cache(maxsize=16)
def _known_hashes(ids: tuple[str, ...]) -> HashArray:
    # A desk asks about the same resources all day long.
    hashes = id_hashes(ids)
    hashes.setflags(write=False)
    return hashes


def _row_hashes(problem: Problem, resources: HashArray) -> HashArray:
    # A row has no id of its own. It is known by what it asks for and by whom it accepts at what price; two rows of a
    # need that agree in all of that are interchangeable, so it does no harm that they share a hash.
    costs = problem.costs.astype(np.uint64)
    marks = _mixed(resources[problem.pair_resources] + _mixed(costs))
    sums = np.zeros(len(problem.row_needs), dtype=np.uint64)
    np.add.at(sums, problem.pair_rows, marks)
    return _mixed(sums + problem.quantities.astype(np.uint64))


@lru_cache(maxsize=1 << 17)
def _id_hash(text: str) -> int:
    # Python's own hash of text differs in every process; a plan must not.
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _mixed(values: HashArray) -> HashArray:
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
