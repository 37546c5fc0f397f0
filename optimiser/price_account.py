"""The objective of a plan taken apart: what each chosen pair bears of it, term by term, and what each open need costs.

The parts are whole cost units and add up to C of `problem` exactly. Where one resource fills several rows of a need with
shared roles, the dearest of them bears its price, g_ij, and the others bear nothing. Imports no solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from optimiser.allocation import Allocation
from optimiser.problem import Problem

WAITING = "waiting"
"""The term of an optional need that is left open."""

Units = Mapping[str, int]
"""Cost units by term; terms that cost nothing may be missing."""


@dataclass(frozen=True, slots=True)
class PriceAccount:
    """What a plan costs, by pair and by need."""

    by_pair: Mapping[int, Units]
    """Every chosen pair, with all terms."""
    by_need: tuple[dict[str, int], ...]
    """(needs,) the pairs of each need, and `WAITING` where it is left open at a price; only what is not zero."""


def price_account(problem: Problem, allocation: Allocation) -> PriceAccount:
    """Take the objective of a plan apart."""
    nothing = dict.fromkeys(problem.term_names, 0)
    by_pair: dict[int, Units] = {}
    bearer: dict[tuple[int, int], int] = {}
    by_need: list[dict[str, int]] = [{} for _ in problem.need_ids]
    for pair in allocation.chosen:
        body = int(problem.row_needs[problem.pair_rows[pair]]), int(problem.pair_resources[pair])
        by_pair[pair] = dict(zip(problem.term_names, problem.terms[pair].tolist(), strict=True))
        if problem.shared is None or not problem.shared[body[0]]:
            continue
        other = bearer.setdefault(body, pair)
        if other != pair:
            dearer = pair if sum(by_pair[pair].values()) > sum(by_pair[other].values()) else other
            by_pair[pair if dearer == other else other] = nothing
            bearer[body] = dearer
    for pair, units in by_pair.items():
        need = int(problem.row_needs[problem.pair_rows[pair]])
        by_need[need] = added([by_need[need], units])
    for need, price in _waiting(problem, allocation).items():
        by_need[need] = added([by_need[need], {WAITING: price}])
    return PriceAccount(by_pair, tuple(by_need))


def added(parts: Iterable[Units]) -> dict[str, int]:
    """The sum of several accounts, without terms that cost nothing."""
    total: dict[str, int] = {}
    for part in parts:
        for name, units in part.items():
            total[name] = total.get(name, 0) + units
    return {name: units for name, units in total.items() if units}


def _waiting(problem: Problem, allocation: Allocation) -> dict[int, int]:
    if problem.optional is None or problem.open_prices is None:
        return {}
    missing = [0] * len(problem.need_ids)
    for need, unfilled in zip(problem.row_needs.tolist(), allocation.unfilled, strict=True):
        missing[need] += unfilled
    # A need forced into two alternatives has nothing but its pins, and counts as open even if they fill both.
    torn = {subject for rule, subject in allocation.broken if rule == "one alternative"}
    prices: dict[int, int] = {}
    for need, is_optional in enumerate(problem.optional.tolist()):
        is_open = missing[need] > 0 or problem.need_ids[need] in torn
        if is_optional and is_open:
            times = 1 if problem.whole[need] else missing[need]
            prices[need] = int(problem.open_prices[need]) * times
    return prices
