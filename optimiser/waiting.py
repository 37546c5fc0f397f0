"""Whether an optional need waits because waiting is cheaper, and what going would cost instead.

Counted needs keep what they have; the need is made to count as well, and is solved anew together with all other optional needs,
such as positions of a reserve, on the room that is left. If that fills more of it, nothing but prices keeps it waiting, and the
difference is exact. If not, a counted need would have to give way, which no price can buy.
"""

from __future__ import annotations

import numpy as np

from optimiser.allocation import Allocation, Limits
from optimiser.pins import room_of
from optimiser.price_account import PriceAccount
from optimiser.problem import BoolArray, Problem
from optimiser.pruning import with_pairs
from optimiser.solve import solve

_NO_LIMITS_GIVEN = Limits()


def price_of_going(
    problem: Problem,
    allocation: Allocation,
    account: PriceAccount,
    need: int,
    limits: Limits = _NO_LIMITS_GIVEN,
) -> int | None:
    """Cost units of the optional need when as much of it is filled as can be, with what other optional needs lose by it.

    Compares with what the need costs in the plan, waiting included. None where no more of it can be filled, or the limits leave
    open what that would cost.
    """
    assert problem.optional is not None
    chosen = np.array(allocation.chosen, dtype=np.int64)
    counted: BoolArray = ~problem.optional[problem.pair_needs]
    usable = ~counted
    if problem.barred is not None:
        usable &= ~problem.barred if problem.pinned is None else ~problem.barred | problem.pinned
    pairs = np.flatnonzero(usable)
    left = np.maximum(0, problem.capacities - room_of(problem, chosen[counted[chosen]]))
    rest = with_pairs(problem, pairs)
    optional = problem.optional.copy()
    optional[need] = False
    open_prices = None if rest.open_prices is None else np.where(optional, rest.open_prices, 0)
    plan = solve(
        Problem.trusted(
            rest.need_ids, np.ones_like(rest.ranks), rest.whole, rest.row_needs, rest.quantities, rest.resource_ids, left,
            rest.pair_rows, rest.pair_resources, rest.terms, rest.term_names, rest.alternatives, rest.loads, rest.shared,
            optional, open_prices, rest.pinned, rest.forced, rest.barred,
        ),
        limits,
    )  # fmt: skip
    mine = problem.row_needs == need
    missing = int(np.array(plan.unfilled)[mine].sum())
    if not plan.proven or missing >= int(np.array(allocation.unfilled)[mine].sum()):
        return None
    # What still cannot be filled waits at its price as before.
    still_open = 0 if problem.open_prices is None else missing * int(problem.open_prices[need])
    others = sum(
        sum(account.by_need[other].values()) for other in np.flatnonzero(problem.optional).tolist() if other != need
    )
    return plan.cost + still_open - others
