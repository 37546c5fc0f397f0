"""The floor plan: greedy by rank, then in the order given. It always exists, and every answer is judged against it.

The most urgent need takes its cheapest free resources, then the next, as a careful dispatcher would with a list. A need
that must be filled whole takes nothing when it cannot be. Linear in the pairs but for one sort; no solver, no numpy
subtleties, so that there is always something sound to fall back on.
"""

from __future__ import annotations

import numpy as np

from optimiser.problem import IntArray, Problem


def floor_plan(problem: Problem, costs: IntArray, start: IntArray | None = None) -> IntArray:
    """Choose pairs greedily, keeping those of `start`; needs that `start` serves at all are left as they are.

    Greedy row by row can fail to staff a whole need that could be staffed; it never breaks a constraint.
    """
    order = np.lexsort((costs, problem.pair_rows))
    counts = np.bincount(problem.pair_rows, minlength=len(problem.row_needs))
    ends = np.cumsum(counts).tolist()
    begins = [0, *ends]
    pairs: list[int] = order.tolist()
    wanted: list[int] = problem.pair_resources[order].tolist()
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
            left = quantities[row]
            for at in range(begins[row], ends[row]):
                if left == 0:
                    break
                resource = wanted[at]
                if free[resource] > 0 and resource not in took:
                    took[resource] = pairs[at]
                    left -= 1
            short = short or left > 0
        if short and whole[need]:
            continue
        if optional[need]:
            took = _worth_it(took, costs, whole[need], waiting[need])
        for resource, pair in took.items():
            free[resource] -= 1
            chosen.append(pair)
    return np.sort(np.array(chosen, dtype=np.int64))


def _worth_it(took: dict[int, int], costs: IntArray, whole: bool, open_price: int) -> dict[int, int]:
    """What of an optional need costs no more than leaving it open."""
    if not whole:
        return {resource: pair for resource, pair in took.items() if costs[pair] <= open_price}
    return took if sum(int(costs[pair]) for pair in took.values()) <= open_price else {}
