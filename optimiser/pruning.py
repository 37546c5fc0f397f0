"""Pairs that no best plan uses, left out before any engine sees them.

Let P be the number of positions asked for altogether. A row that used a resource beyond its P cheapest usable ones could
swap it for one of those: the other P - 1 positions cannot occupy them all. The swap fills as much, breaks nothing and
costs strictly less, so every best plan lies within the P cheapest of each row, and so does the greedy floor plan. Equal
prices at the edge are all kept, so that the tie-break still sees every plan it must choose among.

With a handful of open needs and a city full of resources this leaves a few pairs per row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from optimiser.problem import BoolArray, IntArray, Problem

_Array = TypeVar("_Array", IntArray, BoolArray)


def worthwhile_pairs(problem: Problem, costs: IntArray) -> IntArray:
    """Indices of the pairs that a best plan could use, ascending."""
    return cheapest_pairs(problem, costs, np.full_like(problem.quantities, problem.quantities.sum()))


def cheapest_pairs(problem: Problem, costs: IntArray, most: IntArray) -> IntArray:
    """Indices of each row's `most` (rows,) cheapest usable pairs and of all that cost no more, ascending.

    Sorts plain integers once; an index sort by row and price would take several times as long.
    """
    usable = np.flatnonzero(problem.capacities[problem.pair_resources] > 0)
    rows = problem.pair_rows[usable]
    counts = np.bincount(rows, minlength=len(most))
    if (counts <= most).all():
        return usable
    # One key orders by row, then price; products stay below 2**59 by SIZE_LIMIT and PAIR_COST_LIMIT.
    keys = rows * (int(costs.max()) + 1) + costs[usable]
    edges = np.cumsum(counts) - counts + np.minimum(counts, most) - 1
    dearest = np.sort(keys)[np.maximum(edges, 0)]
    kept: IntArray = usable[keys <= dearest[rows]]
    return kept


@dataclass(frozen=True, slots=True)
class Admitted:
    """A plain problem of the pairs that are not barred, and where they stand in the problem it was taken from."""

    problem: Problem
    pairs: IntArray


def admitted_pairs(problem: Problem) -> Admitted | None:
    """Leave out what is barred, where bars are all that sets a problem apart from a plain one; None where they are not."""
    if not problem.is_merely_barred:
        return None
    assert problem.barred is not None
    keep = np.flatnonzero(~problem.barred)
    plain = Problem.trusted(
        problem.need_ids, problem.ranks, problem.whole, problem.row_needs, problem.quantities, problem.resource_ids,
        problem.capacities, problem.pair_rows[keep], problem.pair_resources[keep], problem.terms[keep],
        problem.term_names,
    )  # fmt: skip
    return Admitted(plain, keep)


def with_pairs(problem: Problem, keep: IntArray) -> Problem:
    """The same problem with only these pairs."""
    return Problem.trusted(
        problem.need_ids, problem.ranks, problem.whole, problem.row_needs, problem.quantities, problem.resource_ids,
        problem.capacities, problem.pair_rows[keep], problem.pair_resources[keep], problem.terms[keep],
        problem.term_names, problem.alternatives, problem.loads, problem.shared, problem.optional, problem.open_prices,
        taken(problem.pinned, keep), taken(problem.forced, keep), taken(problem.barred, keep),
    )  # fmt: skip


def with_bars(problem: Problem, barred: BoolArray) -> Problem:
    """The same problem with these pairs barred."""
    barred.setflags(write=False)
    return Problem.trusted(
        problem.need_ids, problem.ranks, problem.whole, problem.row_needs, problem.quantities, problem.resource_ids,
        problem.capacities, problem.pair_rows, problem.pair_resources, problem.terms, problem.term_names,
        problem.alternatives, problem.loads, problem.shared, problem.optional, problem.open_prices, problem.pinned,
        problem.forced, barred,
    )  # fmt: skip


def taken(array: _Array | None, keep: IntArray) -> _Array | None:
    """The same choice from an optional array."""
    return None if array is None else array[keep]
