"""Needs of every shape: pins out, components apart, a flow or teams where that is what they are, else a programme.

    part                                                engine
    one alternative, exclusive roles, loads that agree  what pins leave is a flow, or teams of flows
    anything else, and small                            `enumeration`
    anything else                                       `programme`, by CP-SAT, on that component alone

The floor plan is held outside every engine, so that no limit and no failure leaves less than that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation import Allocation, Engine, Limits, Termination
from optimiser.components import need_components, part_of
from optimiser.enumeration import enumerated
from optimiser.floor_plan import floor_plan
from optimiser.kernels.flow import FlowKernel, min_cost_flow
from optimiser.kernels.whole_number import WholeNumberKernel, cp_sat
from optimiser.ledger import Ledger, ledger_of
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.programme import state
from optimiser.pruning import with_pairs, worthwhile_pairs
from optimiser.remainder import needs_a_programme, remainder
from optimiser.shape_floor import shape_floor
from optimiser.slot_flow import EngineFailure, SlotFlow
from optimiser.stages import best_values
from optimiser.teams import best_teams, is_contested_by_teams
from optimiser.ties import tie_hashes
from optimiser.verify import verify


@dataclass(frozen=True, slots=True)
class _Solved:
    """What one part contributes: chosen pairs of the whole problem, who found them, and what is known of better ones."""

    chosen: IntArray
    engine: Engine
    proven: bool
    slack: int | None
    """Cost units by which a plan that fills as much might be cheaper; None when more might be filled."""
    nodes: int = 0


def solve_shaped(
    problem: Problem, limits: Limits, kernel: FlowKernel, whole_numbers: WholeNumberKernel = cp_sat
) -> Allocation:
    """Fill the needs as well as can be; never raises for solver trouble, never worse than the floor plan."""
    try:
        parts = _solved_parts(problem, limits, kernel, whole_numbers)
        allocation = _joined(problem, parts)
        violations = verify(problem, allocation)
        if violations:
            raise EngineFailure("the answer does not hold: " + "; ".join(violations[:3]))
    except Exception as trouble:  # Whatever an engine does, the desk must have a plan, and know that it is this one.
        floor = shape_floor(problem, problem.costs)
        ledger = ledger_of(problem, floor)
        detail = f"{type(trouble).__name__}: {trouble}"
        return _allocation(ledger, floor, "floor", Termination("degraded", None, ledger.cost, 0, detail), ())
    return allocation


def _solved_parts(
    problem: Problem, limits: Limits, kernel: FlowKernel, whole_numbers: WholeNumberKernel
) -> list[_Solved]:
    nothing = np.zeros(len(problem.pair_rows), dtype=np.bool_)
    pinned = nothing if problem.pinned is None else problem.pinned
    shaped = needs_a_programme(problem)
    if not shaped.any():
        return [_by_flow(problem, ~shaped, pinned, limits, kernel)]
    usable = np.flatnonzero(pinned | ~(nothing if problem.barred is None else problem.barred))
    labels = need_components(problem, usable)
    hard = np.zeros(int(labels.max(initial=-1)) + 1, dtype=np.bool_)
    hard[labels[shaped]] = True
    soft = ~hard[labels]
    found = []
    if soft.any():
        found.append(_by_flow(problem, soft, pinned, limits, kernel))
    for label in sorted(np.flatnonzero(hard).tolist(), key=lambda at: _first_id(problem, labels == at)):
        found.append(_by_programme(problem, labels == label, usable, limits, whole_numbers))
    return found


def _first_id(problem: Problem, needs: BoolArray) -> str:
    return min(problem.need_ids[need] for need in np.flatnonzero(needs).tolist())


def _by_flow(problem: Problem, needs: BoolArray, pinned: BoolArray, limits: Limits, kernel: FlowKernel) -> _Solved:
    left = remainder(problem, needs)
    pins = np.flatnonzero(pinned & needs[problem.pair_needs])
    if not len(left.pairs):
        return _Solved(pins, "direct", True, 0)
    costs = left.problem.costs
    keep = worthwhile_pairs(left.problem, costs)
    small = with_pairs(left.problem, keep)
    flow = SlotFlow(small, costs[keep], tie_hashes(left.problem)[keep], kernel, by_paths=kernel is min_cost_flow)
    floor = floor_plan(small, costs[keep])
    if not is_contested_by_teams(small):
        plan = flow.optimum()
        chosen = plan.chosen
        if plan.standing > flow.standing(floor):
            raise EngineFailure("the answer is worse than the floor plan")
        return _Solved(np.sort(np.concatenate((pins, left.pairs[keep[chosen]]))), "flow", True, 0, flow.solves)
    found = best_teams(small, costs[keep], flow, floor, limits)
    cost_of, is_priced = flow.canonical.cost_of, found.bound[0] == found.standing[0]
    slack = cost_of(found.standing[1]) - cost_of(found.bound[1]) if is_priced else None
    chosen = np.sort(np.concatenate((pins, left.pairs[keep[found.chosen]])))
    return _Solved(chosen, found.engine, slack is not None and slack <= 0, slack, flow.solves)


def _by_programme(
    problem: Problem, needs: BoolArray, usable: IntArray, limits: Limits, whole_numbers: WholeNumberKernel
) -> _Solved:
    part = part_of(problem, needs, usable)
    costs, ties = part.problem.costs, tie_hashes(part.problem)
    if whole_numbers is cp_sat:
        tried = enumerated(part.problem, costs, ties)
        if tried is not None:
            return _Solved(np.sort(part.pairs[tried]), "enumeration", True, 0)
    programme = state(part.problem, costs, ties)
    greedy = shape_floor(part.problem, costs)
    hint = np.isin(np.arange(len(costs)), greedy).astype(np.int64)
    best, proven, slack = best_values(programme, whole_numbers, hint, limits.programme_work)
    standing = ledger_of(part.problem, greedy).standing
    if best is None or ledger_of(part.problem, np.flatnonzero(best[: len(costs)])).standing > standing:
        return _Solved(np.sort(part.pairs[greedy]), "floor", False, None)
    return _Solved(np.sort(part.pairs[best[: len(costs)] > 0]), "cp-sat", proven, slack)


_ORDER: tuple[Engine, ...] = ("direct", "flow", "teams", "enumeration", "highs", "cp-sat", "floor")


def _joined(problem: Problem, parts: list[_Solved]) -> Allocation:
    chosen = np.sort(np.concatenate([part.chosen for part in parts])) if parts else np.zeros(0, dtype=np.int64)
    ledger = ledger_of(problem, chosen)
    engine: Engine = max((part.engine for part in parts), key=_ORDER.index, default="direct")
    slacks = [part.slack for part in parts]
    slack = None if None in slacks else sum(part.slack or 0 for part in parts)
    nodes = sum(part.nodes for part in parts)
    proven = all(part.proven for part in parts)
    bound = None if slack is None else ledger.cost - slack
    termination = Termination("proven" if proven else "limit", ledger.cost if proven else bound, ledger.cost, nodes)
    engines = [part.engine for part in parts]
    counted = tuple((name, engines.count(name)) for name in _ORDER if name in engines)
    return _allocation(ledger, chosen, engine, termination, counted)


def _allocation(
    ledger: Ledger, chosen: IntArray, engine: Engine, termination: Termination, parts: tuple[tuple[Engine, int], ...]
) -> Allocation:
    return Allocation(
        tuple(chosen.tolist()), ledger.unfilled, ledger.filled_by_rank, ledger.cost, engine, termination,
        ledger.broken, parts,
    )  # fmt: skip
