"""What the search over flows leaves open, put to HiGHS as a programme in whole numbers.

HiGHS cuts where branching on flows multiplies (many conflicts that have nothing to do with each other), so it is asked second,
about one component, and stopped after so many nodes. It reckons in floating point and knows no ties: its plan only says
whom to serve, and one flow then finds the canonical best plan that serves exactly those.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.components import part_of
from optimiser.kernels.whole_number import highs
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.programme import state
from optimiser.slot_flow import SlotFlow, Standing
from optimiser.stages import best_values


def by_highs(
    problem: Problem, costs: IntArray, flow: SlotFlow, out: BoolArray, chosen: IntArray, bound: Standing, nodes: int
) -> tuple[IntArray, Standing, Standing]:
    """Return the better of the plan `chosen` and what HiGHS finds, its standing, and the better bound.

    Needs of the mask `out` cannot be staffed and stay open.
    """
    standing = flow.standing(chosen)
    part = part_of(problem, np.ones_like(out), np.flatnonzero(~out[problem.pair_needs]))
    programme = state(part.problem, costs[part.pairs], flow.ties[part.pairs])
    untied = replace(programme, prices=programme.prices >> programme.shift, shift=0)
    hint = np.isin(part.pairs, chosen).astype(np.int64)
    values, proven, slack = best_values(untied, highs, hint, nodes)
    if values is None:
        return chosen, standing, bound
    picked = np.sort(part.pairs[values[: len(part.pairs)] > 0])
    found = flow.standing(picked)
    served = np.zeros(len(problem.need_ids), dtype=np.bool_)
    served[problem.pair_needs[picked]] = True
    # This flow settles what is decided already, so it is not counted as a step of the search.
    solves = flow.solves
    plan = flow.optimum(problem.whole & ~served, problem.whole & served)
    flow.solves = solves
    if plan.forced_are_filled and plan.standing < standing:
        chosen, standing = plan.chosen, plan.standing
    elif found < standing:
        chosen, standing = picked, found
    if proven and found[0] == standing[0]:
        return chosen, standing, standing
    if slack is not None and found[0] == standing[0]:
        bound = max(bound, (found[0], found[1] - (slack + 1 << flow.canonical.shift)))
    return chosen, standing, bound
