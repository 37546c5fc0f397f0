"""Where a slot flow falls short: what competes for the missing positions, and what everything else is worth.

A row that is short reaches every resource that it accepts, and through it whoever holds that one. What is reached from no
short row can be filled to the last position without any resource of the rest (Dulmage and Mendelsohn 1958, "Coverings of
bipartite graphs", Canadian Journal of Mathematics 10, 517-534, doi:10.4153/CJM-1958-052-0): whom to serve is a question inside
what is reached, and there it falls apart into contests that share no resource.

Least prices support a plan whose needs are settled: every filled row holds the resources that are cheapest for it at these
prices, what lies idle is free, and no other such prices are lower anywhere (Demange, Gale and Sotomayor 1986, "Multi-item
auctions", Journal of Political Economy 94(4), 863-872, doi:10.1086/261411).
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimiser.problem import BoolArray, IntArray, Problem

_UNREACHED = -(2**62)


def short_rows(problem: Problem, chosen: IntArray, open_needs: BoolArray) -> BoolArray:
    """Mask of the rows that a plan leaves short, but for those of `open_needs`, and of all that compete with them."""
    filled = np.bincount(problem.pair_rows[chosen], minlength=len(problem.row_needs))
    short: BoolArray = (filled < problem.quantities) & ~open_needs[problem.row_needs]
    holders, held = problem.pair_rows[chosen], problem.pair_resources[chosen]
    while True:
        wanted = np.zeros(len(problem.resource_ids), dtype=np.bool_)
        wanted[problem.pair_resources[short[problem.pair_rows]]] = True
        more = short.copy()
        more[holders[wanted[held]]] = True
        if (more == short).all():
            return short
        short = more


def contests(problem: Problem, short: BoolArray) -> list[BoolArray]:
    """(needs,) masks of the needs that short rows join by resources, each mask apart, in the order of their least ids."""
    needs, size = len(problem.need_ids), len(problem.need_ids) + len(problem.resource_ids)
    pairs = np.flatnonzero(short[problem.pair_rows])
    ends = (problem.pair_needs[pairs], problem.pair_resources[pairs] + needs)
    _, labels = connected_components(csr_array((np.ones(len(pairs)), ends), shape=(size, size)), directed=False)
    inside = np.zeros(needs, dtype=np.bool_)
    inside[problem.row_needs[short]] = True
    masks = [inside & (labels[:needs] == label) for label in np.unique(labels[:needs][inside]).tolist()]
    return sorted(masks, key=lambda mask: min(problem.need_ids[need] for need in np.flatnonzero(mask).tolist()))


def least_prices(problem: Problem, costs: IntArray, chosen: IntArray, bidding: BoolArray) -> IntArray:
    """(resources,) the least prices at which every row of the mask `bidding` is content with what it holds in an optimal plan."""
    holds = np.zeros(len(costs), dtype=np.bool_)
    holds[chosen] = True
    wishes = np.flatnonzero(bidding[problem.pair_rows] & ~holds)
    rows, wished, wish_costs = problem.pair_rows[wishes], problem.pair_resources[wishes], costs[wishes]
    holders, held, held_costs = problem.pair_rows[chosen], problem.pair_resources[chosen], costs[chosen]
    prices = np.zeros(len(problem.resource_ids), dtype=np.int64)
    # No path of changes is longer than there are resources: an optimal plan leaves no circle of gains.
    for _ in range(len(prices) + 1):
        dearest = np.full(len(problem.row_needs), _UNREACHED)
        np.maximum.at(dearest, holders, held_costs + prices[held])
        raised = prices.copy()
        np.maximum.at(raised, wished, dearest[rows] - wish_costs)
        if (raised == prices).all():
            break
        prices = raised
    return prices


def cheapest_sums(problem: Problem, priced: IntArray) -> IntArray:
    """(rows,) the least that a row's positions, or as many of them as can be filled, cost at pair prices `priced`."""
    order = np.lexsort((priced, problem.pair_rows))
    rows = problem.pair_rows[order]
    counts = np.bincount(rows, minlength=len(problem.row_needs))
    place = np.arange(len(order)) - (np.cumsum(counts) - counts)[rows]
    taken = order[place < problem.quantities[rows]]
    sums = np.zeros(len(problem.row_needs), dtype=np.int64)
    np.add.at(sums, problem.pair_rows[taken], priced[taken])
    return sums
