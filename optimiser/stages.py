"""The lexicographic order as stages of a programme: first the counts by rank, then the price with every count fixed.

Linear class weights are not lexicographic for teams: one urgent need of two resources against two lesser ones of one
each. Nested weights are, for any shape: W_k = 1 + sum over q > k of (the most F_q can be) W_q, so that all the lesser ranks
together never add up to one position of a more urgent one. Where they leave the range in which engines are exact, the ranks are
maximised one after another, each with those before it fixed.
"""

from __future__ import annotations

import numpy as np

from optimiser.kernels.whole_number import WholeNumberKernel
from optimiser.problem import IntArray
from optimiser.programme import Programme

_NESTED_LIMIT = 2**40


def best_values(
    programme: Programme, engine: WholeNumberKernel, hint: IntArray, work: float
) -> tuple[IntArray | None, bool, int | None]:
    """Return the best values (None when none were found), whether they are proven, and the slack in cost units.

    The slack is how much cheaper a plan that fills as much might be, None when more might be filled.
    """
    fixed: list[tuple[IntArray, int]] = []
    best: IntArray | None = hint
    full = True
    for objective in _count_objectives(programme):
        answer = engine(programme, -objective, fixed, best, work)
        if answer.values is None:
            return None, False, None
        best = answer.values
        fixed.append((objective, int(objective @ best)))
        full = full and answer.bound == -fixed[-1][1]
    answer = engine(programme, programme.prices, fixed, best, work)
    if answer.values is None:
        return (best if fixed else None), False, None
    if not full or answer.bound is None:
        return answer.values, False, None
    slack = (int(programme.prices @ answer.values) >> programme.shift) - (answer.bound >> programme.shift)
    return answer.values, slack <= 0, slack


def _count_objectives(programme: Programme) -> list[IntArray]:
    """The counts to maximise, one after another: all ranks in one where nested weights stay in range."""
    counts = [count for count in programme.counts if count.any()]
    weights, total = [], 1
    for count in reversed(counts):
        weights.append(total)
        total += total * int((np.abs(count) * programme.high).sum())
    if total >= _NESTED_LIMIT:
        return counts
    return [sum_of(weights[::-1], counts)] if counts else []


def sum_of(weights: list[int], counts: list[IntArray]) -> IntArray:
    """(columns,) weighted sum of several counts."""
    total: IntArray = np.array(weights, dtype=np.int64) @ np.stack(counts)
    return total
