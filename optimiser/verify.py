"""An independent checker: recounts a plan from the problem alone. Imports no solver and shares no code with one."""

from __future__ import annotations

from collections import Counter

import numpy as np

from optimiser.allocation import Allocation
from optimiser.problem import IntArray, Problem
from optimiser.rules import rule_flaws


def verify(problem: Problem, allocation: Allocation) -> tuple[str, ...]:
    """List what is wrong with a plan, in words; empty means sound.

    Sound is feasible (constraints 1 to 4 of `problem`) and honest (counts, cost and bound are as stated). Where a certificate
    comes with the plan it must prove the plan optimal; otherwise optimality is not looked at. Linear in the pairs.
    """
    if not problem.is_plain:
        return rule_flaws(problem, allocation)
    chosen = np.array(allocation.chosen, dtype=np.int64)
    strange = (chosen < 0) | (chosen >= len(problem.pair_rows))
    if strange.any():
        return tuple(f"pair {pair} does not exist" for pair in chosen[strange].tolist())
    if (chosen[1:] <= chosen[:-1]).any():
        return ("chosen pairs are not ascending and distinct",)
    rows, resources = problem.pair_rows[chosen], problem.pair_resources[chosen]
    needs = problem.row_needs[rows]
    filled = np.bincount(rows, minlength=len(problem.quantities))
    return (
        *_row_flaws(problem, allocation, filled),
        *_resource_flaws(problem, needs, resources),
        *_need_flaws(problem, needs),
        *_rank_flaws(problem, allocation, needs),
        *_cost_flaws(allocation, int(problem.terms[chosen].sum())),
        *_certificate_flaws(problem, allocation, filled),
    )


def _row_flaws(problem: Problem, allocation: Allocation, filled: IntArray) -> list[str]:
    left = problem.quantities - filled
    flaws = [
        f"row {row} has {filled[row]} of {problem.quantities[row]} positions"
        for row in np.flatnonzero(left < 0).tolist()
    ]
    if allocation.unfilled != tuple(left.tolist()):
        flaws.append("unfilled positions are miscounted")
    return flaws


def _resource_flaws(problem: Problem, needs: IntArray, resources: IntArray) -> list[str]:
    taken = np.bincount(resources, minlength=len(problem.capacities))
    flaws = [
        f"resource {problem.resource_ids[j]} fills {taken[j]} positions, its capacity is {problem.capacities[j]}"
        for j in np.flatnonzero(taken > problem.capacities).tolist()
    ]
    if taken.max(initial=0) > 1:
        bodies = Counter(zip(needs.tolist(), resources.tolist(), strict=True))
        flaws += [
            f"resource {problem.resource_ids[j]} fills {number} positions of need {problem.need_ids[i]}"
            for (i, j), number in bodies.items()
            if number > 1
        ]
    return flaws


def _need_flaws(problem: Problem, needs: IntArray) -> list[str]:
    if not problem.whole.any():
        return []
    filled = np.bincount(needs, minlength=len(problem.need_ids))
    asked = np.zeros_like(filled)
    np.add.at(asked, problem.row_needs, problem.quantities)
    return [
        f"need {problem.need_ids[i]} is whole but has {filled[i]} of {asked[i]} positions"
        for i in np.flatnonzero(problem.whole & (filled > 0) & (filled != asked)).tolist()
    ]


def _rank_flaws(problem: Problem, allocation: Allocation, needs: IntArray) -> list[str]:
    by_rank = dict.fromkeys(sorted(set(problem.ranks.tolist())), 0)
    for rank in problem.ranks[needs].tolist():
        by_rank[rank] += 1
    return [] if allocation.filled_by_rank == tuple(by_rank.items()) else ["positions filled by rank are miscounted"]


def _cost_flaws(allocation: Allocation, cost: int) -> list[str]:
    termination = allocation.termination
    flaws = []
    if allocation.cost != cost:
        flaws.append(f"the cost is {cost}, not {allocation.cost}")
    if termination.cost != allocation.cost:
        flaws.append(f"the termination states the cost {termination.cost}, the plan {allocation.cost}")
    if termination.bound is not None and termination.bound > cost:
        flaws.append(f"the bound {termination.bound} lies above the cost {cost}")
    if termination.reason == "proven" and termination.bound != cost:
        flaws.append(f"proven, but the bound {termination.bound} is not the cost {cost}")
    if termination.reason == "degraded" and not termination.detail:
        flaws.append("degraded, but not why")
    return flaws


def _certificate_flaws(problem: Problem, allocation: Allocation, filled: IntArray) -> list[str]:
    """Check what `Certificate` states, in whole numbers: it then bounds every plan from below by this plan's own price."""
    certificate = allocation.certificate
    if certificate is None:
        return []
    u, v, opens = certificate.rows, certificate.resources, certificate.opens
    if u.shape != problem.quantities.shape or v.shape != problem.capacities.shape or opens.shape != u.shape:
        return ["the certificate has the wrong shape"]
    flaws = []
    if problem.quantities.max(initial=0) > 1 or problem.capacities.max(initial=0) > 1:
        flaws.append("the certificate is for rows and resources with room for one")
    costs = problem.costs
    ranks = problem.ranks[problem.row_needs]
    order = ranks.argsort(kind="stable")
    ranks, prices = ranks[order], opens[order]
    falls, travel = prices[:-1] - prices[1:], int(costs.max(initial=0)) * len(u)
    if np.where(ranks[1:] != ranks[:-1], falls <= travel, falls != 0).any() or (prices[-1:] <= travel).any():
        flaws.append("the certificate does not keep the ranks apart")
    if (u > opens).any() or (v > 0).any():
        flaws.append("the certificate prices a row above staying open, or a resource below nothing")
    undercut = costs < u[problem.pair_rows] + v[problem.pair_resources]
    if undercut.any() and problem.capacities[problem.pair_resources[undercut]].any():
        flaws.append("the certificate is undercut by a pair")
    # Python's own sums cannot overflow.
    if sum(u.tolist()) + sum(v.tolist()) != allocation.cost + sum(opens[filled == 0].tolist()):
        flaws.append("the certificate does not add up to the price of the plan")
    return flaws
