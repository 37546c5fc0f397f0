"""The floor plan: greedy by rank, then in the order given. It always exists, and every answer is judged against it.

The most urgent need takes its cheapest free resources, then the next, as a careful dispatcher would with a list. A need
that must be filled whole takes nothing when it cannot be. No solver, so that there is always something sound to fall back on.
Few pairs are sorted once; where there are many, each row is searched by itself, since it wants a handful of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimiser.problem import IntArray, Problem

MANY_PAIRS = 5_000
"""From here on sorting all pairs takes longer than looking for the cheapest of each row."""
_FIRST_LOOK = 8

Cheapest = Callable[[int, int, list[int], dict[int, int]], list[tuple[int, int]]]
"""(row, positions, free, took) -> (resource, pair) of the cheapest free resources that are not in `took`, of equal pairs the
earliest."""


def floor_plan(problem: Problem, costs: IntArray, start: IntArray | None = None) -> IntArray:
    """Choose pairs greedily, keeping those of `start`; needs that `start` serves at all are left as they are.

    Greedy row by row can fail to staff a whole need that could be staffed; it never breaks a constraint.
    """
    cheapest = (_searched if len(problem.pair_rows) >= MANY_PAIRS else _sorted)(problem, costs)
    free: list[int] = problem.capacities.tolist()
    quantities: list[int] = problem.quantities.tolist()
    whole: list[bool] = problem.whole.tolist()
    chosen: list[int] = [] if start is None else start.tolist()
    served = set(problem.pair_needs[chosen].tolist())
    for pair in chosen:
        free[int(problem.pair_resources[pair])] -= 1
    optional = [False] * len(whole) if problem.optional is None else problem.optional.tolist()
    waiting = [0] * len(whole) if problem.open_prices is None else problem.open_prices.tolist()
    rows_of: dict[int, list[int]] = {}
    for row, need in enumerate(problem.row_needs.tolist()):
        rows_of.setdefault(need, []).append(row)
    for need in np.argsort(problem.ranks, kind="stable").tolist():
        if need in served:
            continue
        took: dict[int, int] = {}
        short = False
        for row in rows_of[need]:
            found = cheapest(row, quantities[row], free, took)
            took.update(found)
            short = short or len(found) < quantities[row]
        if short and whole[need]:
            continue
        if optional[need]:
            took = _worth_it(took, costs, whole[need], waiting[need])
        for resource, pair in took.items():
            free[resource] -= 1
            chosen.append(pair)
    return np.sort(np.array(chosen, dtype=np.int64))


def _sorted(problem: Problem, costs: IntArray) -> Cheapest:
    """Sort all pairs by row and price, then walk along them."""
    order = np.lexsort((costs, problem.pair_rows))
    begins = _begins(problem)
    pairs: list[int] = order.tolist()
    wanted: list[int] = problem.pair_resources[order].tolist()

    def cheapest(row: int, positions: int, free: list[int], took: dict[int, int]) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for at in range(begins[row], begins[row + 1]):
            if len(found) == positions:
                break
            resource = wanted[at]
            if free[resource] > 0 and resource not in took:
                found.append((resource, pairs[at]))
        return found

    return cheapest


def _searched(problem: Problem, costs: IntArray) -> Cheapest:
    """Look through each row, first among few of its cheapest."""
    rows = problem.pair_rows
    # Most callers list their pairs by row, and a sorted array need not be sorted.
    order = None if (rows[1:] >= rows[:-1]).all() else np.argsort(rows, kind="stable")
    wanted, prices = (array if order is None else array[order] for array in (problem.pair_resources, costs))
    begins = _begins(problem)

    def cheapest(row: int, positions: int, free: list[int], took: dict[int, int]) -> list[tuple[int, int]]:
        begin, end = begins[row], begins[row + 1]
        here, resources = prices[begin:end], wanted[begin:end]
        looked_at = positions + _FIRST_LOOK
        while True:
            # Every pair as cheap as the dearest of them is looked at, or equal prices would be taken out of order.
            edge = None if looked_at >= end - begin else np.partition(here, looked_at - 1)[looked_at - 1]
            near = np.arange(end - begin) if edge is None else np.flatnonzero(here <= edge)
            near = near[np.argsort(here[near], kind="stable")]
            pairs: list[int] = (near + begin if order is None else order[near + begin]).tolist()
            found: list[tuple[int, int]] = []
            for resource, pair in zip(resources[near].tolist(), pairs, strict=True):
                if len(found) == positions:
                    break
                if free[resource] > 0 and resource not in took:
                    found.append((resource, pair))
            if len(found) == positions or edge is None:
                return found
            looked_at *= 8

    return cheapest


def _begins(problem: Problem) -> list[int]:
    """(rows + 1,) where the pairs of each row begin once they are ordered by row."""
    counts = np.bincount(problem.pair_rows, minlength=len(problem.row_needs))
    return [0, *np.cumsum(counts).tolist()]


def _worth_it(took: dict[int, int], costs: IntArray, whole: bool, open_price: int) -> dict[int, int]:
    """What of an optional need costs no more than leaving it open."""
    if not whole:
        return {resource: pair for resource, pair in took.items() if costs[pair] <= open_price}
    return took if sum(int(costs[pair]) for pair in took.values()) <= open_price else {}
