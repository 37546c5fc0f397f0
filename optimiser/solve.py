"""Tiers of allocation: the only file that knows in which order the engines are tried.

    1  direct choice    every row takes its cheapest resources and nobody is wanted twice
    -  session          an assignment that resembles the last one: kept duals, brought up to date (`meeting`)
    2  assignment       one resource per row and room for one: augmenting paths, or what `assignment` puts in their place
    3  one slot flow    no whole need asks for several positions: exact
    4  teams            branch and bound over slot flows, up to a limit of deterministic work; HiGHS on what that leaves open
    5  the floor plan   when an engine raises, ends badly, or says what `verify` rejects; marked as degraded

Where loops are compiled, augmenting paths answer a large problem before a direct choice could be ruled out.

Needs with alternatives, shared roles, loads, pins or open prices go to `shapes`, which has the same tiers for them. Bars that
nobody may force only leave pairs out.

Pure: no clock, no randomness; the same problem gives the same plan everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from optimiser.allocation import Allocation, Certificate, Engine, Limits, Termination
from optimiser.assignment import Assigned, best_assignment, is_assignment
from optimiser.direct import FEW_ROWS, single_row_choice, uncontested_choice
from optimiser.floor_plan import floor_plan
from optimiser.kernels.augmenting import MatchingKernel, compiled_kernel
from optimiser.kernels.flow import FlowKernel, min_cost_flow
from optimiser.problem import IntArray, Problem
from optimiser.pruning import admitted_pairs, with_pairs, worthwhile_pairs
from optimiser.shapes import solve_shaped
from optimiser.slot_flow import EngineFailure, SlotFlow
from optimiser.teams import Found, best_teams, is_contested_by_teams
from optimiser.ties import Ties
from optimiser.verify import verify

__all__ = ["Allocation", "Limits", "Termination", "solve"]

Meeting: TypeAlias = Callable[[Problem], Allocation | None]
"""Somebody who remembers the last problem and has only to bring that up to date; None: not with this one."""
WORTH_MEETING = 24
"""Rows from which bringing a session up to date costs less than solving anew where nothing is compiled."""
_NO_LIMITS_GIVEN = Limits()
_COMPILED = compiled_kernel()


def solve(
    problem: Problem,
    limits: Limits = _NO_LIMITS_GIVEN,
    *,
    kernel: FlowKernel = min_cost_flow,
    matching: MatchingKernel | None = _COMPILED,
    meeting: Meeting | None = None,
) -> Allocation:
    """Fill the needs as well as can be; never raises for solver trouble, never worse than the floor plan.

    `matching` is None where nothing is compiled; there `meeting` is asked first about assignments of `WORTH_MEETING` rows or
    more. No kernel changes the plan; tests hand in faulty ones.
    """
    costs = problem.costs
    if not problem.is_plain:
        admitted = admitted_pairs(problem)
        if admitted is None:
            return solve_shaped(problem, limits, kernel)
        found = solve(admitted.problem, limits, kernel=kernel, matching=matching, meeting=meeting)
        return replace(found, chosen=tuple(admitted.pairs[list(found.chosen)].tolist()), certificate=None)
    if len(problem.row_needs) == 1:
        return _single(problem, costs)
    is_assignment_here = is_assignment(problem)
    ties = Ties(problem)
    if matching is None or not is_assignment_here or len(problem.row_needs) <= FEW_ROWS:
        direct = uncontested_choice(problem, costs, ties)
        if direct is not None:
            return _proven(problem, costs, direct, "direct", 0)
    trouble = ""
    if is_assignment_here and matching is None and meeting is not None and len(problem.row_needs) >= WORTH_MEETING:
        met = _met(problem, meeting)
        if met is not None:
            return met
    if is_assignment_here:
        try:
            assigned = best_assignment(problem, costs, kernel, matching)
            if assigned is not None:
                return _checked(problem, costs, assigned)
        except Exception as exception:
            trouble = f"{type(exception).__name__}: {exception}"
    keep = worthwhile_pairs(problem, costs)
    floor = floor_plan(with_pairs(problem, keep), costs[keep])
    if trouble:
        return _degraded(problem, costs, keep[floor], trouble)
    try:
        return _contested(problem, costs, ties, keep, floor, limits, kernel)
    except Exception as trouble:  # Whatever an engine does, the desk must have a plan, and know that it is this one.
        return _degraded(problem, costs, keep[floor], f"{type(trouble).__name__}: {trouble}")


def _met(problem: Problem, meeting: Meeting) -> Allocation | None:
    try:
        met = meeting(problem)
    except Exception:  # What is remembered is a short cut and nothing else: without it there is the long way.
        return None
    return None if met is None or verify(problem, met) else met


def _checked(problem: Problem, costs: IntArray, assigned: Assigned) -> Allocation:
    # The certificate proves more than a comparison with the floor plan would, so that is not even made.
    allocation = _proven(problem, costs, assigned.chosen, assigned.engine, assigned.flows, assigned.certificate)
    violations = verify(problem, allocation)
    if violations:
        raise EngineFailure("the answer does not hold: " + "; ".join(violations[:3]))
    return allocation


def _contested(
    problem: Problem, costs: IntArray, ties: Ties, keep: IntArray, floor: IntArray, limits: Limits,
    kernel: FlowKernel,
) -> Allocation:  # fmt: skip
    small = with_pairs(problem, keep)
    flow = SlotFlow(small, costs[keep], ties.hashes[keep], kernel, by_paths=kernel is min_cost_flow)
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
    return _allocation(problem, chosen, found.engine, Termination("limit", bound, cost, flow.solves))


def _proven(
    problem: Problem, costs: IntArray, chosen: IntArray, engine: Engine, nodes: int, proof: Certificate | None = None
) -> Allocation:
    cost = int(costs[chosen].sum())
    return _allocation(problem, chosen, engine, Termination("proven", cost, cost, nodes), proof)


def _degraded(problem: Problem, costs: IntArray, chosen: IntArray, detail: str) -> Allocation:
    cost = int(costs[chosen].sum())
    return _allocation(problem, chosen, "floor", Termination("degraded", None, cost, 0, detail))


def _allocation(
    problem: Problem, chosen: IntArray, engine: Engine, termination: Termination, proof: Certificate | None = None
) -> Allocation:
    rows = problem.pair_rows[chosen]
    left = problem.quantities - np.bincount(rows, minlength=len(problem.quantities))
    by_rank = Counter(problem.ranks[problem.row_needs[rows]].tolist())
    filled = tuple((rank, by_rank[rank]) for rank in sorted(Counter(problem.ranks.tolist())))
    picks = tuple(chosen.tolist())
    return Allocation(picks, tuple(left.tolist()), filled, termination.cost, engine, termination, certificate=proof)


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
