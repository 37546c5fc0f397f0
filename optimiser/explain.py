"""Why these, why not those: reasons read off a plan for one need at a time. Imports no solver.

Reasons compare prices of single pairs: "dearer by x" is what the swap would cost this need if nothing else moved. That
is exact where a resource is free. Where another need holds it, moving it would also cost that need, which is not priced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimiser.allocation import Allocation
from optimiser.problem import IntArray, Problem

ALTERNATIVES = 2
"""How many next alternatives are named."""

WhyPassedOver = Literal["dearer", "taken", "in another role here", "team incomplete", "no capacity"]
"""dearer: free, but costs more; taken: other needs have its whole capacity; in another role here: this need has it
in another row; team incomplete: free, but the whole need cannot be filled; no capacity: it has room for nobody."""
WhyOpen = Literal["no eligible resource", "taken", "team incomplete"]


@dataclass(frozen=True, slots=True)
class Priced:
    """One pair and its price in cost units, term by term."""

    pair: int
    row: int
    resource: int
    resource_id: str
    cost: int
    terms: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An eligible resource that was not chosen for a row, and why."""

    option: Priced
    why: WhyPassedOver
    held_by: tuple[str, ...]
    """Ids of the needs that hold it, in the problem's order; this need's own id for another role here."""
    dearer_by: int | None
    """Cost units above the dearest pair chosen for the row; negative for a taken one that would have been cheaper; None
    where the row got nobody."""


@dataclass(frozen=True, slots=True)
class OpenRow:
    """Positions that stay empty, and what stands in the way."""

    row: int
    missing: int
    why: WhyOpen
    holders: tuple[tuple[str, tuple[str, ...]], ...]
    """(resource id, ids of the needs that hold it) for every eligible resource in use elsewhere."""


@dataclass(frozen=True, slots=True)
class NeedExplanation:
    """Everything there is to say about one need in one plan."""

    need_id: str
    chosen: tuple[Priced, ...]
    passed_over: tuple[PassedOver, ...]
    """By row, then by price."""
    alternatives: tuple[PassedOver, ...]
    """Free resources that could replace a chosen one, the least extra price first; at most `ALTERNATIVES`."""
    open_rows: tuple[OpenRow, ...]


def explain(problem: Problem, allocation: Allocation, need: int) -> NeedExplanation:
    """Explain what happened to the need of this index; a few numpy passes over all pairs and a walk over its own."""
    rows = np.flatnonzero(problem.row_needs == need).tolist()
    picks = set(allocation.chosen)
    holders = _holders(problem, allocation)
    costs = problem.costs
    chosen: list[Priced] = []
    passed_over: list[PassedOver] = []
    open_rows: list[OpenRow] = []
    for row in rows:
        pairs = np.flatnonzero(problem.pair_rows == row)
        pairs = pairs[np.argsort(costs[pairs], kind="stable")]
        options = _priced(problem, row, pairs, costs[pairs])
        mine = [option for option in options if option.pair in picks]
        dearest = max((option.cost for option in mine), default=None)
        others = [
            _passed_over(problem, option, need, holders.get(option.resource, ()), dearest)
            for option in options
            if option.pair not in picks
        ]
        chosen += mine
        passed_over += others
        if allocation.unfilled[row]:
            open_rows.append(_open_row(row, allocation.unfilled[row], others))
    swaps = [other for other in passed_over if other.why == "dearer" and other.dearer_by is not None]
    swaps.sort(key=lambda other: (other.dearer_by, other.option.resource_id))
    return NeedExplanation(
        problem.need_ids[need], tuple(chosen), tuple(passed_over), tuple(swaps[:ALTERNATIVES]), tuple(open_rows)
    )


def _holders(problem: Problem, allocation: Allocation) -> dict[int, tuple[int, ...]]:
    holders: dict[int, tuple[int, ...]] = {}
    for pair in allocation.chosen:
        resource = int(problem.pair_resources[pair])
        need = int(problem.row_needs[problem.pair_rows[pair]])
        holders[resource] = (*holders.get(resource, ()), need)
    return holders


def _priced(problem: Problem, row: int, pairs: IntArray, costs: IntArray) -> list[Priced]:
    names, ids = problem.term_names, problem.resource_ids
    columns = (pairs.tolist(), problem.pair_resources[pairs].tolist(), costs.tolist(), problem.terms[pairs].tolist())
    return [
        Priced(pair, row, resource, ids[resource], cost, tuple(zip(names, terms, strict=True)))
        for pair, resource, cost, terms in zip(*columns, strict=True)
    ]


def _passed_over(
    problem: Problem, option: Priced, need: int, holders: tuple[int, ...], dearest: int | None
) -> PassedOver:
    dearer_by = None if dearest is None else option.cost - dearest
    if need in holders:
        return PassedOver(option, "in another role here", (problem.need_ids[need],), dearer_by)
    if problem.capacities[option.resource] == 0:
        return PassedOver(option, "no capacity", (), dearer_by)
    if len(holders) >= problem.capacities[option.resource]:
        held_by = tuple(problem.need_ids[holder] for holder in sorted(holders))
        return PassedOver(option, "taken", held_by, dearer_by)
    return PassedOver(option, "team incomplete" if dearest is None else "dearer", (), dearer_by)


def _open_row(row: int, missing: int, others: list[PassedOver]) -> OpenRow:
    holders = tuple((other.option.resource_id, other.held_by) for other in others if other.held_by)
    if any(other.why == "team incomplete" for other in others):
        return OpenRow(row, missing, "team incomplete", holders)
    return OpenRow(row, missing, "taken" if holders else "no eligible resource", holders)
