"""Which whole needs could be staffed if they had every resource to themselves.

Hall (1935), "On representatives of subsets", Journal of the London Mathematical Society 10(1), 26-30,
doi:10.1112/jlms/s1-10.37.26: the rows of a need can be filled together exactly if every set of them accepts at least as many
resources as it asks for.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from optimiser.problem import BoolArray, Problem

_HALL_ROWS = 8


def unstaffable(problem: Problem) -> BoolArray:
    """Mask of whole needs that could not be staffed if they had every resource to themselves.

    Exact up to eight rows per need (Hall's condition over sets of rows); beyond that only single rows are tested, and
    the search finds out the rest.
    """
    usable = problem.capacities[problem.pair_resources] > 0
    available = np.bincount(problem.pair_rows[usable], minlength=len(problem.row_needs))
    mask = np.zeros(len(problem.need_ids), dtype=np.bool_)
    mask[problem.row_needs[available < problem.quantities]] = True
    mask &= problem.whole
    rows_per_need = np.bincount(problem.row_needs, minlength=len(problem.need_ids))
    several = problem.whole & ~mask & (rows_per_need > 1) & (rows_per_need <= _HALL_ROWS)
    if several.any():
        accepted: dict[int, set[int]] = {}
        inside = usable & several[problem.pair_needs]
        for row, resource in zip(
            problem.pair_rows[inside].tolist(), problem.pair_resources[inside].tolist(), strict=True
        ):
            accepted.setdefault(row, set()).add(resource)
        for need in np.flatnonzero(several).tolist():
            rows = np.flatnonzero(problem.row_needs == need).tolist()
            mask[need] = not _satisfies_hall([accepted[row] for row in rows], problem.quantities[rows].tolist())
    return mask


def _satisfies_hall(accepted: list[set[int]], quantities: list[int]) -> bool:
    indices = range(len(accepted))
    return all(
        len(set().union(*(accepted[i] for i in some))) >= sum(quantities[i] for i in some)
        for size in range(2, len(accepted) + 1)
        for some in combinations(indices, size)
    )
