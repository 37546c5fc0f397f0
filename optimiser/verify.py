"""An independent checker: recounts a plan from the problem alone. Imports no solver and shares no code with one."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from optimiser.allocation import Allocation
from optimiser.problem import Problem
from optimiser.rules import rule_flaws


def verify(problem: Problem, allocation: Allocation) -> tuple[str, ...]:
    """List what is wrong with a plan, in words; empty means sound.

    Sound is feasible (constraints 1 to 4 of `problem`) and honest (counts, cost and bound are as stated). It does not
    prove optimality. Linear in the chosen pairs and the rows.
    """
    if not problem.is_plain:
        return rule_flaws(problem, allocation)
    chosen = allocation.chosen
    strange = [pair for pair in chosen if not 0 <= pair < len(problem.pair_rows)]
    if strange:
        return tuple(f"pair {pair} does not exist" for pair in strange)
    if any(a >= b for a, b in pairwise(chosen)):
        return ("chosen pairs are not ascending and distinct",)
    picks = list(chosen)
    rows: list[int] = problem.pair_rows[picks].tolist() if picks else []
    resources: list[int] = problem.pair_resources[picks].tolist() if picks else []
    needs: list[int] = problem.row_needs[rows].tolist() if picks else []
    cost = int(problem.terms[picks].sum()) if picks else 0
    return (
        *_row_flaws(problem, allocation, Counter(rows)),
        *_resource_flaws(problem, Counter(resources), Counter(zip(needs, resources, strict=True))),
        *_need_flaws(problem, allocation, Counter(needs)),
        *_cost_flaws(allocation, cost),
    )


def _row_flaws(problem: Problem, allocation: Allocation, filled: Counter[int]) -> list[str]:
    quantities: list[int] = problem.quantities.tolist()
    flaws = [f"row {r} has {filled[r]} of {q} positions" for r, q in enumerate(quantities) if filled[r] > q]
    if allocation.unfilled != tuple(q - filled[r] for r, q in enumerate(quantities)):
        flaws.append("unfilled positions are miscounted")
    return flaws


def _resource_flaws(
    problem: Problem, filled: Counter[int], bodies: Counter[tuple[int, int]]
) -> list[str]:
    capacities = problem.capacities
    flaws = [
        f"resource {problem.resource_ids[j]} fills {n} positions, its capacity is {capacities[j]}"
        for j, n in filled.items()
        if n > capacities[j]
    ]
    flaws += [
        f"resource {problem.resource_ids[j]} fills {n} positions of need {problem.need_ids[i]}"
        for (i, j), n in bodies.items()
        if n > 1
    ]
    return flaws


def _need_flaws(problem: Problem, allocation: Allocation, filled: Counter[int]) -> list[str]:
    asked: Counter[int] = Counter()
    for need, quantity in zip(problem.row_needs.tolist(), problem.quantities.tolist(), strict=True):
        asked[need] += quantity
    flaws = [
        f"need {problem.need_ids[i]} is whole but has {n} of {asked[i]} positions"
        for i, n in filled.items()
        if problem.whole[i] and n != asked[i]
    ]
    by_rank = dict.fromkeys(sorted(problem.ranks.tolist()), 0)
    for need, number in filled.items():
        by_rank[int(problem.ranks[need])] += number
    if allocation.filled_by_rank != tuple(by_rank.items()):
        flaws.append("positions filled by rank are miscounted")
    return flaws


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
