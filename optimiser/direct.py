"""Choice without competition: every row takes its cheapest resources, and nobody is wanted twice.

Relaxing constraints (2) and (3) of `problem` leaves one trivial choice per row. If that choice happens to satisfy
them it is optimal for the problem itself, so no solver is called. One open need is the usual case, and a simulation
meets it hundreds of thousands of times; hence the care about work that is not needed, such as ties that nobody has.
"""

from __future__ import annotations

import numpy as np

from optimiser.problem import IntArray, Problem
from optimiser.pruning import cheapest_pairs
from optimiser.ties import Ties

FEW_ROWS = 12
"""Up to here a walk over the rows is quicker than one sort over all pairs."""


def single_row_choice(problem: Problem, costs: IntArray) -> IntArray:
    """Choose for a problem of one need with one row; indices of pairs, ascending."""
    quantity = int(problem.quantities[0])
    usable = np.arange(len(costs))
    if not problem.capacities.all():
        usable = np.flatnonzero(problem.capacities[problem.pair_resources] > 0)
    chosen = _cheapest(usable, costs, quantity, Ties(problem))
    if problem.whole[0] and len(chosen) < quantity:
        return chosen[:0]
    return np.sort(chosen)


def uncontested_choice(problem: Problem, costs: IntArray, ties: Ties) -> IntArray | None:
    """Choose every row's cheapest pairs, or None when two positions then want the same resource."""
    few = len(problem.row_needs) <= FEW_ROWS
    picked = _row_by_row(problem, costs, ties) if few else _all_rows(problem, costs, ties)
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


def _row_by_row(problem: Problem, costs: IntArray, ties: Ties) -> IntArray:
    rows = problem.pair_rows
    usable = None if problem.capacities.all() else problem.capacities[problem.pair_resources] > 0
    picked = []
    for row, quantity in enumerate(problem.quantities.tolist()):
        mask = rows == row
        pairs = (mask if usable is None else mask & usable).nonzero()[0]
        picked.append(_cheapest(pairs, costs, quantity, ties))
    return np.concatenate(picked) if picked else np.zeros(0, dtype=np.int64)


def _all_rows(problem: Problem, costs: IntArray, ties: Ties) -> IntArray:
    picked = cheapest_pairs(problem, costs, problem.quantities)
    rows = problem.pair_rows[picked]
    counts = np.bincount(rows, minlength=len(problem.row_needs))
    if (counts <= problem.quantities).all():
        return picked
    order = np.lexsort((ties.hashes[picked], costs[picked], rows))
    place = np.arange(len(order)) - (np.cumsum(counts) - counts)[rows[order]]
    return picked[order[place < problem.quantities[rows[order]]]]


def _cheapest(pairs: IntArray, costs: IntArray, quantity: int, ties: Ties) -> IntArray:
    """The cheapest `quantity` of these pairs, or all of them if there are no more."""
    if len(pairs) <= quantity:
        return pairs
    prices = costs[pairs]
    if quantity == 1:
        best = int(prices.argmin())
        equal = (prices == prices[best]).nonzero()[0]
        if len(equal) > 1:
            best = int(equal[ties.hashes[pairs[equal]].argmin()])
        return pairs[best : best + 1]
    order = prices.argsort(kind="stable")
    if prices[order[quantity - 1]] == prices[order[quantity]]:
        order = np.lexsort((ties.hashes[pairs], prices))
    return pairs[order[:quantity]]
