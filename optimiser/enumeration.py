"""Small parts that are no flow, settled by trying what there is to try: CP-SAT takes milliseconds to begin, these do not.

    by_alternatives   room for one everywhere: each way to serve the needs of several positions leaves an assignment
    by_loads          needs of one position each, whatever room they take: a walk over who goes to which

Both look for the optimum of `programme`, ties and all, and answer only where nothing equals it, so whoever is asked instead
would have said the same. None: too much to try, or not of this shape. Work is counted in tries, never in time.

Whether an assignment is the only one of its cost is told by a second: prices are multiplied beyond the number of positions, one
is added for each pair of the first, and only if nothing else costs as little is the second the first again.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from optimiser.problem import IntArray, Problem
from optimiser.programme import TIE_BITS
from optimiser.ties import HashArray

MOST_WAYS = 32
"""The most ways to serve the needs of several positions that are tried, an assignment each."""
MOST_STEPS = 4_000
"""The most steps of a walk, some of CP-SAT's own time."""
EXACT_FLOAT = 2**52
"""Sums of prices beyond this are not trusted to an assignment in floating point."""

_Key = tuple[tuple[int, ...], int]
"""Positions filled by rank, negative, then the price: smaller is better."""


def enumerated(problem: Problem, costs: IntArray, ties: HashArray) -> IntArray | None:
    """Return the pairs of the one best plan; None where it takes an engine to tell.

    Of a problem without pins and bars: the part of one that is left when those have been dealt with.
    """
    special = (problem.shared, problem.pinned, problem.barred)
    if not len(problem.pair_rows) or any(mask is not None and mask.any() for mask in special):
        return None
    prices = _prices(problem, costs, ties)
    if len(problem.row_needs) == len(problem.need_ids) and problem.quantities.max() == 1:
        return by_loads(problem, prices)
    is_single = problem.capacities.max() == 1 and (problem.loads is None or problem.loads.max() == 1)
    return by_alternatives(problem, prices) if is_single else None


def _prices(problem: Problem, costs: IntArray, ties: HashArray) -> IntArray:
    """(pairs,) the prices of the programme, those of open positions not taken off yet."""
    return (costs << _shift(problem)) + (ties >> np.uint64(64 - TIE_BITS)).astype(np.int64)


def _shift(problem: Problem) -> int:
    return TIE_BITS + int(problem.quantities.sum()).bit_length()


def _optional(problem: Problem) -> list[int | None]:
    """By need, what an open position, or an open whole need, costs; None: it is counted by rank instead."""
    if problem.optional is None:
        return [None] * len(problem.need_ids)
    assert problem.open_prices is not None, "an optional need has a price"
    shift = _shift(problem)
    pairs = zip(problem.optional.tolist(), problem.open_prices.tolist(), strict=True)
    return [price << shift if optional else None for optional, price in pairs]


# Loads.


def by_loads(problem: Problem, prices: IntArray) -> IntArray | None:
    """Walk over the needs, the most urgent first, and try everybody who has room for each, and nobody."""
    optional, reach = _optional(problem), 2 * int(np.abs(prices).sum()) + 1
    reach += 2 * sum(price or 0 for price in optional)
    levels = {rank: level for level, rank in enumerate(sorted(set(problem.ranks.tolist()), reverse=True))}
    # A position of one rank outweighs all the positions of the lesser ones, and every price.
    worth = [reach * (len(optional) + 1) ** levels[rank] for rank in problem.ranks.tolist()]
    needs, loads = problem.row_needs.tolist(), _loads(problem)
    choices: list[list[_Choice]] = [[_Choice(0, -1, -1, 0)] for _ in optional]
    columns = zip(problem.pair_rows.tolist(), problem.pair_resources.tolist(), prices.tolist(), strict=True)
    for pair, (row, resource, price) in enumerate(columns):
        open_price = optional[needs[row]]
        value = price - (worth[needs[row]] if open_price is None else open_price)
        choices[needs[row]].append(_Choice(value, pair, resource, loads[row]))
    for some in choices:
        some.sort()
    order = sorted(range(len(choices)), key=lambda need: (choices[need][0].value, need))
    return _Walk([choices[need] for need in order], problem.capacities.tolist()).best()


class _Choice(NamedTuple):
    value: int
    pair: int
    resource: int
    load: int


class _Walk:
    """One choice for each need so that no resource is overdrawn and the values add up to the least."""

    def __init__(self, choices: list[list[_Choice]], room: list[int]) -> None:
        self._choices, self._room = choices, room
        self._below = [0]
        for some in reversed(choices):
            self._below.append(self._below[-1] + some[0].value)
        self._below.reverse()
        self._taken: list[int] = []
        self._least, self._equal = 1, 0
        self._pairs: list[int] = []
        self._steps = 0

    def best(self) -> IntArray | None:
        """The pairs of the one best choice; None: there are several, or it takes too many steps to know."""
        self._go(0, 0)
        if self._steps > MOST_STEPS or self._equal != 1:
            return None
        return np.array(sorted(self._pairs), dtype=np.int64)

    def _go(self, at: int, value: int) -> None:
        if at == len(self._choices):
            if value < self._least:
                self._least, self._equal, self._pairs = value, 1, self._taken.copy()
            elif value == self._least:
                self._equal += 1
            return
        room, below = self._room, self._below[at + 1]
        for each in self._choices[at]:
            if value + each.value + below > self._least or self._steps > MOST_STEPS:
                # They stand in the order of their values.
                return
            self._steps += 1
            if each.pair < 0:
                self._go(at + 1, value)
            elif room[each.resource] >= each.load:
                room[each.resource] -= each.load
                self._taken.append(each.pair)
                self._go(at + 1, value + each.value)
                self._taken.pop()
                room[each.resource] += each.load


def _loads(problem: Problem) -> list[int]:
    return [1] * len(problem.row_needs) if problem.loads is None else problem.loads.tolist()


# Alternatives.


def by_alternatives(problem: Problem, prices: IntArray) -> IntArray | None:
    """Try every way to serve the whole needs of several positions: what is left in each is an assignment."""
    rows_of = _alternatives(problem)
    teams = [need for need, whole in enumerate(problem.whole.tolist()) if whole and _is_team(problem, rows_of[need])]
    ways = [[None, *sorted(rows_of[need])] for need in teams]
    if np.prod([len(some) for some in ways], dtype=np.float64) > MOST_WAYS:
        return None
    if any(len(rows_of[need]) > 1 and need not in teams for need in range(len(rows_of))):
        return None
    table = _Table(problem, prices, set(teams))
    best: _Found | None = None
    is_only = False
    for way in product(*ways):
        filled = {need: rows_of[need][number] for need, number in zip(teams, way, strict=True) if number is not None}
        found = table.best(filled, rows_of)
        if found is None:
            if not table.is_exact:
                return None
            continue
        if best is None or found.key < best.key:
            best, is_only = found, True
        elif found.key == best.key:
            is_only = False
    return best.pairs if best is not None and is_only and table.is_alone(best) else None


def _alternatives(problem: Problem) -> list[dict[int, list[int]]]:
    """By need and alternative, its rows."""
    numbers = [0] * len(problem.row_needs) if problem.alternatives is None else problem.alternatives.tolist()
    rows_of: list[dict[int, list[int]]] = [{} for _ in problem.need_ids]
    for row, (need, number) in enumerate(zip(problem.row_needs.tolist(), numbers, strict=True)):
        rows_of[need].setdefault(number, []).append(row)
    return rows_of


def _is_team(problem: Problem, rows_of: dict[int, list[int]]) -> bool:
    return len(rows_of) > 1 or sum(int(problem.quantities[row]) for rows in rows_of.values() for row in rows) > 1


class _Found(NamedTuple):
    key: _Key
    pairs: IntArray
    slots: list[int]
    values: IntArray


class _Table:
    """The rows, position by position, against the resources; (rows, resources) arrays of prices and pairs."""

    def __init__(self, problem: Problem, prices: IntArray, teams: set[int]) -> None:
        self.is_exact = True
        self._problem, self._teams = problem, teams
        shape = (len(problem.row_needs), len(problem.resource_ids))
        self._pairs = np.full(shape, -1)
        self._prices = np.zeros(shape, dtype=np.int64)
        usable = problem.capacities[problem.pair_resources] > 0
        at = problem.pair_rows[usable], problem.pair_resources[usable]
        self._pairs[at], self._prices[at] = np.flatnonzero(usable), prices[usable]
        self._optional, self._needs = _optional(problem), problem.row_needs.tolist()
        self._levels = {rank: level for level, rank in enumerate(sorted(set(problem.ranks.tolist())))}
        self._rank_of: list[int] = problem.ranks.tolist()
        self._quantities: list[int] = problem.quantities.tolist()

    def best(self, filled: dict[int, list[int]], rows_of: list[dict[int, list[int]]]) -> _Found | None:
        """The best assignment in which these needs are filled by these rows and the other teams get nobody.

        None: there is none, or numbers leave the range (`is_exact`).
        """
        forced = {row for rows in filled.values() for row in rows}
        rows = [row for row, need in enumerate(self._needs) if row in forced or need not in self._teams]
        slots = [row for row in rows for _ in range(self._quantities[row])]
        if not slots:
            return _Found(
                self._key(filled, rows_of, [], 0), np.zeros(0, dtype=np.int64), [], np.zeros((0, 0), np.int64)
            )
        values = self._values(slots, forced)
        if values is None:
            return None
        chosen = _assigned(values)
        pairs = [int(self._pairs[slots[slot], resource]) for slot, resource in chosen]
        served = [slots[slot] for slot, _ in chosen]
        if sum(row in forced for row in served) < sum(self._quantities[row] for row in forced):
            return None
        price = sum(int(self._prices[slots[slot], resource]) for slot, resource in chosen)
        loose = [row for row in served if row not in forced]
        return _Found(self._key(filled, rows_of, loose, price), np.sort(np.array(pairs, dtype=np.int64)), slots, values)

    def is_alone(self, found: _Found) -> bool:
        """Whether no other assignment costs as much."""
        if not found.slots:
            return True
        if ((found.values == 0) & (self._pairs[found.slots] >= 0)).any():
            # Somebody may as well go as stay.
            return False
        most = len(found.slots) + 1
        if int(np.abs(found.values).max()) * most * most >= EXACT_FLOAT:
            return False
        again = found.values * most
        at = self._pairs[found.slots]
        # Positions of one row are alike: whoever changes places within it is in the same plan.
        again[np.isin(at, found.pairs) & (found.values < 0)] += 1
        chosen = _assigned(again)
        pairs = np.sort(np.array([at[slot, resource] for slot, resource in chosen], dtype=np.int64))
        return np.array_equal(pairs, found.pairs)

    def _values(self, slots: list[int], forced: set[int]) -> IntArray | None:
        """(slots, resources) what filling a position adds, 0 where nobody can; the more negative the better."""
        reach = 2 * int(self._prices.max(initial=0)) * len(slots) + 1
        reach += 2 * max((price or 0 for price in self._optional), default=0) * len(slots)
        loose = {self._levels[self._rank_of[self._needs[row]]] for row in slots if self._is_counted(row, forced)}
        order = {level: place for place, level in enumerate(sorted(loose, reverse=True))}
        gains = []
        for row in slots:
            if row in forced:
                gains.append(reach * (len(slots) + 1) ** len(order))
            elif self._is_counted(row, forced):
                gains.append(reach * (len(slots) + 1) ** order[self._levels[self._rank_of[self._needs[row]]]])
            else:
                gains.append(self._optional[self._needs[row]] or 0)
        if max(gains) * (len(slots) + 1) >= EXACT_FLOAT:
            self.is_exact = False
            return None
        values = np.where(self._pairs[slots] >= 0, self._prices[slots] - np.array(gains)[:, np.newaxis], 0)
        return np.minimum(values, 1)

    def _is_counted(self, row: int, forced: set[int]) -> bool:
        return row not in forced and self._optional[self._needs[row]] is None

    def _key(
        self, filled: dict[int, list[int]], rows_of: list[dict[int, list[int]]], loose: list[int], price: int
    ) -> _Key:
        counts = [0] * len(self._levels)
        for need in filled:
            if self._optional[need] is None:
                most = max(sum(self._quantities[row] for row in rows) for rows in rows_of[need].values())
                counts[self._levels[self._rank_of[need]]] -= most
            else:
                price -= self._optional[need] or 0
        for row in loose:
            open_price = self._optional[self._needs[row]]
            if open_price is None:
                counts[self._levels[self._rank_of[self._needs[row]]]] -= 1
            else:
                price -= open_price
        return tuple(counts), price


def _assigned(values: IntArray) -> list[tuple[int, int]]:
    """The cells of a best assignment that are worth filling."""
    rows, columns = linear_sum_assignment(np.minimum(values, 0).astype(np.float64))
    return [
        (row, column) for row, column in zip(rows.tolist(), columns.tolist(), strict=True) if values[row, column] < 0
    ]
