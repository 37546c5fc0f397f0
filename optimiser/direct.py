"""Choice without competition: every row takes its cheapest resources, and nobody is wanted twice.

Relaxing constraints (2) and (3) of `problem` leaves one trivial choice per row. If that choice happens to satisfy
them it is optimal for the problem itself, so no solver is called. One open need is the usual case.
"""

from __future__ import annotations

import numpy as np

from optimiser.problem import IntArray, Problem
from optimiser.ties import tie_hashes


def single_row_choice(problem: Problem, costs: IntArray) -> IntArray:
    """Choose for a problem of one need with one row; indices of pairs, ascending."""
    quantity = int(problem.quantities[0])
    usable = np.arange(len(costs))
    if not problem.capacities.all():
        usable = np.flatnonzero(problem.capacities[problem.pair_resources] > 0)
        costs = costs[usable]
    if len(usable) <= quantity:
        return usable[:0] if problem.whole[0] and len(usable) < quantity else usable
    if quantity == 1:
        best = int(costs.argmin())
        equal = (costs == costs[best]).nonzero()[0]
        if len(equal) > 1:
            best = int(equal[tie_hashes(problem)[usable[equal]].argmin()])
        return usable[best : best + 1]
    order = np.lexsort((tie_hashes(problem)[usable], costs))
    return np.sort(usable[order[:quantity]])


def uncontested_choice(problem: Problem, costs: IntArray) -> IntArray | None:
    """Choose every row's cheapest pairs, or None when two positions then want the same resource."""
    rows = problem.pair_rows
    usable = problem.capacities[problem.pair_resources] > 0
    order = np.lexsort((tie_hashes(problem), costs, ~usable, rows))
    counts = np.bincount(rows, minlength=len(problem.row_needs))
    starts = np.cumsum(counts) - counts
    place = np.arange(len(order)) - starts[rows[order]]
    picked = order[(place < problem.quantities[rows[order]]) & usable[order]]
    picked = without_short_needs(problem, picked)
    resources = problem.pair_resources[picked]
    taken = np.bincount(resources, minlength=len(problem.resource_ids))
    if (taken > problem.capacities).any():
        return None
    if len(picked) and taken.max() > 1:
        bodies = problem.pair_needs[picked] * len(problem.resource_ids) + resources
        if len(np.unique(bodies)) < len(bodies):
            return None
    return np.sort(picked)


def without_short_needs(problem: Problem, picked: IntArray) -> IntArray:
    """Drop the pairs of whole needs that `picked` leaves short."""
    missing = problem.quantities - np.bincount(problem.pair_rows[picked], minlength=len(problem.row_needs))
    if not missing.any():
        return picked
    short = np.zeros(len(problem.need_ids), dtype=np.bool_)
    short[problem.row_needs[missing > 0]] = True
    short &= problem.whole
    return picked[~short[problem.pair_needs[picked]]]
