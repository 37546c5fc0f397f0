"""Tiers of allocation: the only file that knows in which order the engines are tried.

    1  direct choice    every row takes its cheapest resources and nobody is wanted twice
    2  one slot flow    no whole need asks for several positions: exact
    3  teams            branch and bound over slot flows, up to a limit of deterministic work; HiGHS on what that leaves open
    4  the floor plan   when an engine raises, ends badly, or says what `verify` rejects; marked as degraded

Needs with alternatives, shared roles, loads, pins or open prices go to `shapes`, which has the same tiers for them.

Pure: no clock, no randomness; the same problem gives the same plan everywhere.
"""

from __future__ import annotations

import numpy as np

from optimiser.allocation import Allocation, Engine, Limits, Termination
from optimiser.direct import single_row_choice, uncontested_choice
from optimiser.floor_plan import floor_plan
from optimiser.kernels.flow import FlowKernel, min_cost_flow
from optimiser.problem import IntArray, Problem
from optimiser.pruning import with_pairs, worthwhile_pairs
from optimiser.shapes import solve_shaped
from optimiser.slot_flow import EngineFailure, SlotFlow
from optimiser.teams import Found, best_teams, is_contested_by_teams
from optimiser.ties import Ties
from optimiser.verify import verify

__all__ = ["Allocation", "Limits", "Termination", "solve"]

_NO_LIMITS_GIVEN = Limits()


def solve(
    problem: Problem, limits: Limits = _NO_LIMITS_GIVEN, *, kernel: FlowKernel = min_cost_flow
) -> Allocation:
    """Fill the needs as well as can be; never raises for solver trouble, never worse than the floor plan."""
    costs = problem.costs
    if not problem.is_plain:
        return solve_shaped(problem, limits, kernel)
    if len(problem.row_needs) == 1:
        return _single(problem, costs)
    ties = Ties(problem)
    direct = uncontested_choice(problem, costs, ties)
    if direct is not None:
        return _proven(problem, costs, direct, "direct", 0)
    keep = worthwhile_pairs(problem, costs)
    floor = floor_plan(with_pairs(problem, keep), costs[keep])
    try:
        return _contested(problem, costs, ties, keep, floor, limits, kernel)
    except Exception as trouble:  # Whatever an engine does, the desk must have a plan, and know that it is this one.
        return _degraded(problem, costs, keep[floor], f"{type(trouble).__name__}: {trouble}")


def _contested(
    problem: Problem, costs: IntArray, ties: Ties, keep: IntArray, floor: IntArray, limits: Limits,
    kernel: FlowKernel,
) -> Allocation:  # fmt: skip
    small = with_pairs(problem, keep)
    flow = SlotFlow(small, costs[keep], ties.hashes[keep], kernel)
    if is_contested_by_teams(small):
        found = best_teams(small, costs[keep], flow, floor, limits)
        standing, chosen = found.standing, keep[found.chosen]
        if found.proven or _only_ties_are_open(found, flow):
            allocation = _proven(problem, costs, chosen, found.engine, flow.solves)
        else:
            allocation = _limited(problem, costs, chosen, found, flow)
    else:
        plan = flow.optimum()
        standing, chosen = plan.standing, keep[plan.chosen]
        allocation = _proven(problem, costs, chosen, "flow", flow.solves)
    violations = verify(problem, allocation)
    if violations:
        raise EngineFailure("the answer does not hold: " + "; ".join(violations[:3]))
    if standing > flow.standing(floor):
        raise EngineFailure("the answer is worse than the floor plan")
    return allocation


def _only_ties_are_open(found: Found, flow: SlotFlow) -> bool:
    cost_of = flow.canonical.cost_of
    return found.bound[0] == found.standing[0] and cost_of(found.bound[1]) == cost_of(found.standing[1])


def _limited(problem: Problem, costs: IntArray, chosen: IntArray, found: Found, flow: SlotFlow) -> Allocation:
    # The best open node bounds the cost only among plans that fill as much as it does.
    is_price_bound = found.bound[0] == found.standing[0]
    bound = flow.canonical.cost_of(found.bound[1]) if is_price_bound else None
    cost = int(costs[chosen].sum())
    return _allocation(problem, costs, chosen, found.engine, Termination("limit", bound, cost, flow.solves))


def _proven(problem: Problem, costs: IntArray, chosen: IntArray, engine: Engine, nodes: int) -> Allocation:
    cost = int(costs[chosen].sum())
    return _allocation(problem, costs, chosen, engine, Termination("proven", cost, cost, nodes))


def _degraded(problem: Problem, costs: IntArray, chosen: IntArray, detail: str) -> Allocation:
    cost = int(costs[chosen].sum())
    return _allocation(problem, costs, chosen, "floor", Termination("degraded", None, cost, 0, detail))


def _allocation(
    problem: Problem, costs: IntArray, chosen: IntArray, engine: Engine, termination: Termination
) -> Allocation:
    rows = problem.pair_rows[chosen]
    left = problem.quantities - np.bincount(rows, minlength=len(problem.quantities))
    by_rank = dict.fromkeys(sorted(problem.ranks.tolist()), 0)
    for rank in problem.ranks[problem.row_needs[rows]].tolist():
        by_rank[rank] += 1
    return Allocation(
        tuple(chosen.tolist()), tuple(left.tolist()), tuple(by_rank.items()), termination.cost, engine, termination
    )


def _single(problem: Problem, costs: IntArray) -> Allocation:
    # One need with one row is by far the most frequent problem of a simulation, so it pays for nothing else.
    chosen = single_row_choice(problem, costs)
    cost = int(costs[chosen].sum())
    picks = tuple(chosen.tolist())
    return Allocation(
        picks,
        (int(problem.quantities[0]) - len(picks),),
        ((int(problem.ranks[0]), len(picks)),),
        cost,
        "direct",
        Termination("proven", cost, cost, 0),
    )
