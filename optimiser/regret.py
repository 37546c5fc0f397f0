"""A cap on regret: nothing slows a need of a capped rank down by more than so many seconds.

Let t_rj be the seconds until resource j would be at row r, and e_k the cap of rank k. For each capped rank, the most urgent
first:

    solve the needs of rank k and above alone, on the sum of t_rj, with the pairs that are barred so far;
    let s_r be the slowest time that a row of rank k gets there, or its need's slowest where the row itself gets nobody;
    bar every pair of that row with t_rj > s_r + e_k.

No lesser need, no price of lost cover, of a partner or of a spare skill can then slow a need of rank k down by more than e_k;
with a cap of 0 a life-threatening call never gets a slower resource than it could have had. Each stage's plan keeps within
its own bars, so a cap loses no position of its own rank or a more urgent one; lesser ranks may lose some, which is its point.
A need that the stage leaves open has nothing to compare with and is not capped, nor are optional needs, which may wait, nor
pins. Times are compared in tenths of a second. Why a cap at all: policies that may send another than the closest shorten many
responses and lengthen some, see Jagtenberg, Bhulai and van der Mei (2017), "Dynamic ambulance dispatching: is the
closest-idle policy always optimal?", Health Care Management Science 20(4), 517-531, doi:10.1007/s10729-016-9368-0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from optimiser.allocation import Allocation, Limits
from optimiser.objective import FloatArray
from optimiser.problem import PAIR_COST_LIMIT, UNITS_PER_SECOND, BoolArray, IntArray, Problem
from optimiser.pruning import taken, with_bars
from optimiser.refusals import Flaw, ProblemRefused
from optimiser.solve import solve

FACTORY_CAPS: Mapping[int, float] = MappingProxyType({1: 0.0})
"""Seconds by rank: the most urgent class gets nobody slower than it could have had."""
LONGEST_S = PAIR_COST_LIMIT // UNITS_PER_SECOND
"""The longest time that is compared."""

_NO_LIMITS_GIVEN = Limits()


@dataclass(frozen=True, slots=True)
class Capped:
    """A problem with its bars, and the ranks whose cap could not be set."""

    problem: Problem
    not_set: tuple[int, ...]
    """Ranks, the most urgent first, from the first whose stage could not tell how many positions can be filled."""


def cap_regret(
    problem: Problem,
    response_s: ArrayLike,
    caps: Mapping[int, float] = FACTORY_CAPS,
    limits: Limits = _NO_LIMITS_GIVEN,
    *,
    among: BoolArray | None = None,
    solver: Callable[[Problem, Limits], Allocation] = solve,
) -> Capped:
    """Bar the pairs that would break the caps; the same problem if there are none. Indices stay as they are.

    `response_s` (pairs,) and the caps, by rank, are seconds from 0 to `LONGEST_S`; a rank without a cap is not capped. `among`
    (pairs,) are those that set the standard, all if it is None: resources that are free, say, and not those that would have to
    be taken from somebody. A stage that cannot tell how many positions can be filled sets no bars, nor do those after it: a bar
    taken from a plan that may not be the fullest could cost an urgent need its only resource.
    """
    times_s = np.asarray(response_s, dtype=np.float64)
    flaws = _flaws(problem, times_s, caps)
    if flaws:
        raise ProblemRefused(flaws)
    if not len(times_s):
        return Capped(problem, ())
    times: IntArray = np.rint(times_s * UNITS_PER_SECOND).astype(np.int64)
    barred = np.zeros(len(times), dtype=np.bool_) if problem.barred is None else problem.barred.copy()
    kept = np.zeros(len(times), dtype=np.bool_) if problem.pinned is None else problem.pinned
    counted = np.ones(len(times), dtype=np.bool_)
    if problem.optional is not None:
        counted = ~problem.optional[problem.pair_needs]
    compared = counted if among is None else counted & among
    ranks = problem.ranks[problem.pair_needs]
    before = int(barred.sum())
    stages = sorted(set(caps) & set(problem.ranks.tolist()))
    not_set: tuple[int, ...] = ()
    for at, rank in enumerate(stages):
        pairs = np.flatnonzero(kept | (compared & (ranks <= rank) & ~barred))
        alone, rows = _alone(problem, times, pairs, rank)
        plan = solver(alone, limits)
        if plan.termination.bound is None:
            not_set = tuple(stages[at:])
            break
        latest = np.full(len(problem.row_needs), 2 * PAIR_COST_LIMIT)
        latest[rows] = _latest(alone, plan) + round(caps[rank] * UNITS_PER_SECOND)
        barred |= counted & ~kept & (ranks == rank) & (times > latest[problem.pair_rows])
    if int(barred.sum()) == before:
        return Capped(problem, not_set)
    return Capped(with_bars(problem, barred), not_set)


def _alone(problem: Problem, times: IntArray, pairs: IntArray, rank: int) -> tuple[Problem, IntArray]:
    """The needs up to a rank, and whoever holds a pin, with these pairs and time as their only price; and their rows.

    What is barred is not among the pairs unless a pin forces it, and an optional need is among the needs only if it is pinned.
    """
    chosen = problem.ranks <= rank
    if problem.optional is not None:
        chosen &= ~problem.optional
    chosen[problem.pair_needs[pairs]] = True
    needs, rows = np.flatnonzero(chosen), np.flatnonzero(chosen[problem.row_needs])
    new_need, new_row = np.cumsum(chosen) - 1, np.cumsum(chosen[problem.row_needs]) - 1
    alone = Problem.trusted(
        tuple(problem.need_ids[need] for need in needs.tolist()), problem.ranks[needs], problem.whole[needs],
        new_need[problem.row_needs[rows]], problem.quantities[rows], problem.resource_ids, problem.capacities,
        new_row[problem.pair_rows[pairs]], problem.pair_resources[pairs], times[pairs].reshape(-1, 1), ("response",),
        taken(problem.alternatives, rows), taken(problem.loads, rows), taken(problem.shared, needs),
        pinned=taken(problem.pinned, pairs), forced=taken(problem.forced, pairs),
        barred=None if problem.pinned is None else taken(problem.barred, pairs),
    )  # fmt: skip
    return alone, rows


def _latest(alone: Problem, plan: Allocation) -> IntArray:
    """(rows,) the slowest time of the row, or of its need where the row got nobody; beyond every time where it is open."""
    chosen = np.array(plan.chosen, dtype=np.int64)
    by_row, by_need = np.full(len(alone.row_needs), -1), np.full(len(alone.need_ids), -1)
    np.maximum.at(by_row, alone.pair_rows[chosen], alone.terms[chosen, 0])
    np.maximum.at(by_need, alone.pair_needs[chosen], alone.terms[chosen, 0])
    latest = np.where(by_row < 0, by_need[alone.row_needs], by_row)
    is_open = np.array(plan.unfilled, dtype=np.int64) > 0
    return np.asarray(np.where(is_open | (latest < 0), 2 * PAIR_COST_LIMIT, latest), dtype=np.int64)


def _flaws(problem: Problem, times_s: FloatArray, caps: Mapping[int, float]) -> list[Flaw]:
    wanted = (len(problem.pair_rows),)
    if times_s.shape != wanted:
        return [Flaw("response_s", f"has shape {times_s.shape}", f"{wanted}")]
    sound: BoolArray = (times_s >= 0) & (times_s <= LONGEST_S)
    flaws = [Flaw(f"response_s[{p}]", f"is {times_s[p]}", f"0 to {LONGEST_S}") for p in np.flatnonzero(~sound).tolist()]
    for rank, cap_s in sorted(caps.items()):
        if not 0 <= cap_s < inf:
            flaws.append(Flaw(f"caps[{rank}]", f"is {cap_s}", "0 or more, finite"))
    return flaws
