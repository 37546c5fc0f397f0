"""Why these, why not those: reasons for one need at a time, from the plan's exchange prices and from plans solved again.

Two prices stand beside each resource that was not chosen. `dearer_by` compares single pairs: what the swap would cost this need
if nothing else moved. `in_plan` is what it would cost altogether, with everybody who would have to move. The second is exact
wherever `exchange_prices` knows it, and where it does not, the plan is solved again for the pairs that people ask about first:
the cheaper ones and the next best.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from optimiser.allocation import Allocation, Limits
from optimiser.counterfactual import (
    RESOLVE_LIMITS,
    Change,
    Counterfactual,
    change_of,
    choosing,
    filling,
    filling_position,
)
from optimiser.exchange_prices import ExchangePrices, exchange_prices
from optimiser.problem import IntArray, Problem

ALTERNATIVES = 2
"""How many next alternatives are named."""
RESOLVES_LIMIT = 6
"""How many pairs of one need are priced by solving again, where their prices are not known."""

WhyPassedOver = Literal["dearer", "taken", "in another role here", "team incomplete", "no capacity", "barred"]
"""dearer: free, but costs more; taken: other needs have its whole capacity; in another role here: this need has it
in another row; team incomplete: free, but the whole need cannot be filled; no capacity: it has room for nobody; barred: a rule
of the house is against it."""
WhyOpen = Literal["no eligible resource", "taken", "team incomplete", "waiting is cheaper"]
"""Of an optional need that could be filled at no position of a need that counts: waiting is cheaper."""


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
    in_plan: Change | None = None
    """What choosing it would change in the whole plan; None where it may not be chosen, or nobody has worked it out."""
    solved_again: Counterfactual | None = None
    """The plan in which it is chosen, where its price is not one that `exchange_prices` knows."""


@dataclass(frozen=True, slots=True)
class OpenRow:
    """Positions that stay empty, and what stands in the way."""

    row: int
    missing: int
    why: WhyOpen
    holders: tuple[tuple[str, tuple[str, ...]], ...]
    """(resource id, ids of the needs that hold it) for every eligible resource in use elsewhere."""
    filling: Counterfactual | None
    """The least change that would fill a position of it, or as much of the need as any plan can; None where no plan does more
    than the present one."""


@dataclass(frozen=True, slots=True)
class NeedExplanation:
    """Everything there is to say about one need in one plan."""

    need_id: str
    chosen: tuple[Priced, ...]
    passed_over: tuple[PassedOver, ...]
    """By row, then by price."""
    alternatives: tuple[PassedOver, ...]
    """Those that could replace a chosen one while every rank has as many positions filled, whoever has to move for it, the least
    change of the whole plan first; at most `ALTERNATIVES`. Where that change is not known: free ones, by price."""
    open_rows: tuple[OpenRow, ...]


def explain(
    problem: Problem, allocation: Allocation, need: int, *, prices: ExchangePrices | None = None,
    limits: Limits | None = RESOLVE_LIMITS,
) -> NeedExplanation:  # fmt: skip
    """Explain what happened to the need of this index.

    Whoever explains several hands in `prices`, which are the plan's. `limits` bound each solving again; None: nothing is.
    """
    prices = exchange_prices(problem, allocation) if prices is None else prices
    picks = set(allocation.chosen)
    holders = _holders(problem, allocation)
    chosen: list[Priced] = []
    passed_over: list[PassedOver] = []
    for row in np.flatnonzero(problem.row_needs == need).tolist():
        pairs = np.flatnonzero(problem.pair_rows == row)
        costs = problem.terms[pairs].sum(axis=1)
        order = np.argsort(costs, kind="stable")
        options = _priced(problem, row, pairs[order], costs[order])
        mine = [option for option in options if option.pair in picks]
        dearest = max((option.cost for option in mine), default=None)
        chosen += mine
        passed_over += [
            _passed_over(problem, prices, option, need, holders.get(option.resource, ()), dearest)
            for option in options
            if option.pair not in picks
        ]
    found = _priced_in_plan(problem, allocation, prices, passed_over, limits)
    return NeedExplanation(
        problem.need_ids[need], tuple(chosen), tuple(found), _alternatives(found),
        _open_rows(problem, allocation, prices, need, found, limits),
    )  # fmt: skip


def _priced_in_plan(
    problem: Problem, allocation: Allocation, prices: ExchangePrices, others: list[PassedOver], limits: Limits | None
) -> list[PassedOver]:
    """Put the change of the whole plan beside each: what is known, and for the first of the others by solving again."""
    if limits is None:
        return others
    asked = sorted(
        (other for other in others if _may_go(other) and not prices.exact[other.option.pair]),
        key=lambda other: (other.dearer_by or 0, other.option.cost, other.option.resource_id),
    )[:RESOLVES_LIMIT]
    found = {other.option.pair: choosing(problem, allocation, prices, other.option.pair, limits) for other in asked}
    return [
        other if what_if is None else replace(other, in_plan=what_if.change, solved_again=what_if)
        for other, what_if in ((other, found.get(other.option.pair)) for other in others)
    ]


def _alternatives(others: list[PassedOver]) -> tuple[PassedOver, ...]:
    swaps = []
    for other in others:
        if other.dearer_by is not None and other.in_plan is not None and not other.in_plan.costs_a_need:
            swaps.append((0, other.in_plan.dearer_by, other.option.resource_id, other))
        elif other.dearer_by is not None and other.in_plan is None and other.why == "dearer":
            swaps.append((1, other.dearer_by, other.option.resource_id, other))
    swaps.sort(key=lambda swap: swap[:3])
    return tuple(swap[3] for swap in swaps[:ALTERNATIVES])


def _open_rows(
    problem: Problem, allocation: Allocation, prices: ExchangePrices, need: int, others: list[PassedOver], limits: Limits | None
) -> tuple[OpenRow, ...]:  # fmt: skip
    rows = [row for row in np.flatnonzero(problem.row_needs == need).tolist() if allocation.unfilled[row]]
    if not rows:
        return ()
    known = {row: filling_position(problem, prices, row) for row in rows}
    is_solved_again = any(found is None for found in known.values()) and any(_may_go(other) for other in others)
    solved = filling(problem, allocation, need, limits) if limits is not None and is_solved_again else None
    return tuple(_open_row(problem, row, allocation.unfilled[row], others, known[row] or solved) for row in rows)


def _may_go(other: PassedOver) -> bool:
    return other.why not in ("no capacity", "barred")


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
    problem: Problem, prices: ExchangePrices, option: Priced, need: int, holders: tuple[int, ...], dearest: int | None
) -> PassedOver:
    dearer_by = None if dearest is None else option.cost - dearest
    change = change_of(prices, option.pair) if prices.exact[option.pair] else None
    if problem.barred is not None and problem.barred[option.pair]:
        return PassedOver(option, "barred", (), dearer_by)
    if need in holders:
        return PassedOver(option, "in another role here", (problem.need_ids[need],), dearer_by, change)
    if problem.capacities[option.resource] == 0:
        return PassedOver(option, "no capacity", (), dearer_by)
    if len(holders) >= problem.capacities[option.resource]:
        held_by = tuple(problem.need_ids[holder] for holder in sorted(holders))
        return PassedOver(option, "taken", held_by, dearer_by, change)
    return PassedOver(option, "team incomplete" if dearest is None else "dearer", (), dearer_by, change)


def _open_row(
    problem: Problem, row: int, missing: int, others: list[PassedOver], found: Counterfactual | None
) -> OpenRow:
    here = [other for other in others if other.option.row == row]
    holders = tuple((other.option.resource_id, other.held_by) for other in here if other.held_by)
    is_optional = problem.optional is not None and bool(problem.optional[problem.row_needs[row]])
    if is_optional and found is not None and not found.change.costs_a_need:
        return OpenRow(row, missing, "waiting is cheaper", holders, found)
    if any(other.why == "team incomplete" for other in here):
        return OpenRow(row, missing, "team incomplete", holders, found)
    return OpenRow(row, missing, "taken" if holders else "no eligible resource", holders, found)
