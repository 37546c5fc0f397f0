"""Any problem as a programme in whole numbers: the variables and constraints of `problem`, in the same letters.

Columns are x_rj for every pair, z_ia for every alternative of a whole need, and for every body of a need with shared roles
that could fill several rows g_ij (its price) and w_ij (its room). One function per constraint. Solves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimiser.pins import room_of
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.ties import HashArray

TIE_BITS = 12
"""Ties take so many bits of a price, and as many more as there are positions to add up."""


@dataclass(frozen=True, slots=True)
class Programme:
    """Minimise linear objectives over `low <= x <= high` and `row_low <= A x <= row_high`, all in whole numbers."""

    low: IntArray
    high: IntArray
    entry_rows: IntArray
    """(entries,) the constraint of each entry of A."""
    entry_columns: IntArray
    entry_values: IntArray
    row_low: IntArray
    row_high: IntArray
    counts: IntArray
    """(ranks, columns) F_k less a constant, the most urgent first."""
    prices: IntArray
    """(columns,) C less a constant, times 2**shift, plus ties that add up to less than 2**shift."""
    shift: int
    constant: int
    """The constant part of C in cost units."""


@dataclass(slots=True)
class _Sheet:
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    entries: list[tuple[int, int, int]] = field(default_factory=list)
    row_low: list[int] = field(default_factory=list)
    row_high: list[int] = field(default_factory=list)

    def column(self, low: int, high: int) -> int:
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def constraint(self, low: int, high: int, parts: list[tuple[int, int]]) -> None:
        """Bound the sum of value times column."""
        self.entries += [(len(self.row_low), column, value) for column, value in parts]
        self.row_low.append(low)
        self.row_high.append(high)


class Statement:
    """One problem looked at need by need, row by row and body by body: what the constraints are written from."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        needs, rows, pairs = len(problem.need_ids), len(problem.row_needs), len(problem.pair_rows)
        nothing = np.zeros(pairs, dtype=np.bool_)
        self.pinned: BoolArray = nothing if problem.pinned is None else problem.pinned
        self.barred: BoolArray = nothing if problem.barred is None else problem.barred & ~self.pinned
        self.pins_of_row: list[int] = np.bincount(problem.pair_rows[self.pinned], minlength=rows).tolist()
        self.loads: list[int] = [1] * rows if problem.loads is None else problem.loads.tolist()
        self.shared: list[bool] = [False] * needs if problem.shared is None else problem.shared.tolist()
        self.optional: list[bool] = [False] * needs if problem.optional is None else problem.optional.tolist()
        self.open_prices: list[int] = [0] * needs if problem.open_prices is None else problem.open_prices.tolist()
        self.quantities: list[int] = problem.quantities.tolist()
        self.row_needs: list[int] = problem.row_needs.tolist()
        numbers = [0] * rows if problem.alternatives is None else problem.alternatives.tolist()
        self.rows_of: list[dict[int, list[int]]] = [{} for _ in range(needs)]
        for row, (need, number) in enumerate(zip(self.row_needs, numbers, strict=True)):
            self.rows_of[need].setdefault(number, []).append(row)
        self.pairs_of: list[list[int]] = [[] for _ in range(rows)]
        self.bodies: dict[tuple[int, int], list[int]] = {}
        self.pairs_at: list[list[int]] = [[] for _ in problem.resource_ids]
        resources = problem.pair_resources.tolist()
        for pair, (row, resource) in enumerate(zip(problem.pair_rows.tolist(), resources, strict=True)):
            self.pairs_of[row].append(pair)
            self.bodies.setdefault((self.row_needs[row], resource), []).append(pair)
            self.pairs_at[resource].append(pair)

    def open_alternatives(self, need: int) -> list[int]:
        """The alternatives that may still be filled: constraint (5) with its pins."""
        numbers = sorted(self.rows_of[need])
        pinned = [number for number in numbers if any(self.pins_of_row[row] for row in self.rows_of[need][number])]
        if not pinned:
            return numbers
        return pinned if len(pinned) == 1 else []

    def worth(self, need: int) -> int:
        """n_i, the positions of the greatest alternative."""
        return max(sum(self.quantities[row] for row in rows) for rows in self.rows_of[need].values())

    def pins(self, need: int) -> int:
        """Positions of the need that pins fill."""
        rows = [row for some in self.rows_of[need].values() for row in some]
        return sum(min(self.quantities[row], self.pins_of_row[row]) for row in rows)


def state(problem: Problem, costs: IntArray, ties: HashArray) -> Programme:
    """Write a problem down as a programme; a walk in Python over pairs, so meant for single components."""
    statement, sheet = Statement(problem), _Sheet()
    pinned, barred = statement.pinned.tolist(), statement.barred.tolist()
    for pin, bar in zip(pinned, barred, strict=True):
        sheet.column(int(pin), int(not bar))
    whole: list[bool] = problem.whole.tolist()
    filled = {
        (need, number): sheet.column(0, int(number in statement.open_alternatives(need)))
        for need, rows_of in enumerate(statement.rows_of)
        if whole[need]
        for number in sorted(rows_of)
    }
    prices = _price_columns(statement, sheet, costs.tolist())
    rooms = _room_columns(statement, sheet)
    _quantities(statement, sheet, filled)
    _capacities(statement, sheet, rooms)
    _one_role(statement, sheet)
    _one_alternative(statement, sheet, filled)
    counts = _counts(statement, len(sheet.low), filled)
    return _finished(statement, sheet, counts, _cost(statement, len(sheet.low), costs, prices, filled), ties)


def _price_columns(statement: Statement, sheet: _Sheet, costs: list[int]) -> dict[tuple[int, int], int]:
    """g_ij >= c_rj x_rj for bodies that may fill several rows of a need with shared roles."""
    columns = {}
    for body, pairs in statement.bodies.items():
        if statement.shared[body[0]] and len(pairs) > 1:
            columns[body] = sheet.column(0, max(costs[pair] for pair in pairs))
            for pair in pairs:
                sheet.constraint(0, max(costs[each] for each in pairs), [(columns[body], 1), (pair, -costs[pair])])
    return columns


def _room_columns(statement: Statement, sheet: _Sheet) -> dict[tuple[int, int], int]:
    """w_ij >= l_r x_rj for the same bodies."""
    columns = {}
    for body, pairs in statement.bodies.items():
        if statement.shared[body[0]] and len(pairs) > 1:
            loads = [statement.loads[int(statement.problem.pair_rows[pair])] for pair in pairs]
            columns[body] = sheet.column(0, max(loads))
            for pair, load in zip(pairs, loads, strict=True):
                sheet.constraint(0, max(loads), [(columns[body], 1), (pair, -load)])
    return columns


def _quantities(statement: Statement, sheet: _Sheet, filled: dict[tuple[int, int], int]) -> None:
    """(1) for best-effort rows and (4) for whole ones."""
    for need, rows_of in enumerate(statement.rows_of):
        for number, rows in rows_of.items():
            for row in rows:
                pins, parts = statement.pins_of_row[row], [(pair, 1) for pair in statement.pairs_of[row]]
                most = max(statement.quantities[row], pins)
                if (need, number) in filled:
                    sheet.constraint(pins, pins, [*parts, (filled[need, number], pins - most)])
                elif parts:
                    sheet.constraint(0, most, parts)


def _capacities(statement: Statement, sheet: _Sheet, rooms: dict[tuple[int, int], int]) -> None:
    """(2) at every resource."""
    problem = statement.problem
    taken = np.maximum(problem.capacities, room_of(problem, np.flatnonzero(statement.pinned))).tolist()
    parts: list[list[tuple[int, int]]] = [[] for _ in taken]
    for (need, resource), pairs in statement.bodies.items():
        if (need, resource) in rooms:
            parts[resource].append((rooms[need, resource], 1))
        else:
            parts[resource] += [(pair, statement.loads[int(problem.pair_rows[pair])]) for pair in pairs]
    for most, some in zip(taken, parts, strict=True):
        if some:
            sheet.constraint(0, most, some)


def _one_role(statement: Statement, sheet: _Sheet) -> None:
    """(3) for every resource and need outside S."""
    for (need, _), pairs in statement.bodies.items():
        if not statement.shared[need] and len(pairs) > 1:
            most = max(1, sum(bool(statement.pinned[pair]) for pair in pairs))
            sheet.constraint(0, most, [(pair, 1) for pair in pairs])


def _one_alternative(statement: Statement, sheet: _Sheet, filled: dict[tuple[int, int], int]) -> None:
    """(5) for every need with several alternatives."""
    for need, rows_of in enumerate(statement.rows_of):
        if len(rows_of) > 1:
            sheet.constraint(0, 1, [(filled[need, number], 1) for number in rows_of])


def _counts(statement: Statement, columns: int, filled: dict[tuple[int, int], int]) -> IntArray:
    """F_k without its constants."""
    problem = statement.problem
    levels, of = np.unique(problem.ranks, return_inverse=True)
    counts = np.zeros((len(levels), columns), dtype=np.int64)
    for need, rows_of in enumerate(statement.rows_of):
        if statement.optional[need]:
            continue
        for number, rows in rows_of.items():
            if (need, number) in filled:
                counts[of[need], filled[need, number]] = statement.worth(need) - statement.pins(need)
                continue
            for row in rows:
                if statement.pins_of_row[row] < statement.quantities[row]:
                    counts[of[need], statement.pairs_of[row]] = 1
    return counts


def _cost(
    statement: Statement, columns: int, costs: IntArray, prices: dict[tuple[int, int], int],
    filled: dict[tuple[int, int], int],
) -> tuple[IntArray, int]:  # fmt: skip
    """C in cost units, and its constant."""
    cost, constant = np.zeros(columns, dtype=np.int64), 0
    cost[: len(costs)] = costs
    for body, column in prices.items():
        cost[statement.bodies[body]] = 0
        cost[column] = 1
    for need, rows_of in enumerate(statement.rows_of):
        if not statement.optional[need]:
            continue
        price = statement.open_prices[need]
        if statement.problem.whole[need]:
            constant += price
            for number in rows_of:
                cost[filled[need, number]] = -price
            continue
        for row in (row for rows in rows_of.values() for row in rows):
            if statement.pins_of_row[row] < statement.quantities[row]:
                constant += price * statement.quantities[row]
                cost[statement.pairs_of[row]] -= price
    return cost, constant


def _finished(
    statement: Statement, sheet: _Sheet, counts: IntArray, cost: tuple[IntArray, int], ties: HashArray
) -> Programme:
    positions = sum(statement.quantities) + sum(statement.pins_of_row)
    shift = TIE_BITS + positions.bit_length()
    prices = cost[0] << shift
    prices[: len(ties)] += (ties >> np.uint64(64 - TIE_BITS)).astype(np.int64)
    entries = np.array(sheet.entries, dtype=np.int64).reshape(-1, 3)
    return Programme(
        np.array(sheet.low, dtype=np.int64), np.array(sheet.high, dtype=np.int64), entries[:, 0], entries[:, 1],
        entries[:, 2], np.array(sheet.row_low, dtype=np.int64), np.array(sheet.row_high, dtype=np.int64), counts,
        prices, shift, cost[1],
    )  # fmt: skip
