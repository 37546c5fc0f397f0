"""Programmes in whole numbers: one signature, OR-Tools' CP-SAT and HiGHS (through scipy) behind it.

Both run on one thread with limits on deterministic work, never on time. CP-SAT reckons in integers and takes every shape of
need; HiGHS reckons in floating point, is quicker on large teams, and is believed only after its answer has been rounded and
its bound compared in whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from optimiser.problem import IntArray
from optimiser.programme import Programme

SEED = 1
"""Of CP-SAT's random numbers."""
EXACT_FLOAT = 2**50
"""Sums beyond this are not trusted to floating point."""
EXACT_WHOLE = 2**61
"""Sums beyond this do not fit CP-SAT's 64 bits."""


@dataclass(frozen=True, slots=True)
class WholeNumbers:
    """The best values found (None when there are none), and a value of the objective that nothing undercuts."""

    values: IntArray | None
    bound: int | None


class WholeNumberKernel(Protocol):
    """Anything that minimises one objective over a programme and extra constraints."""

    def __call__(
        self, programme: Programme, objective: IntArray, fixed: list[tuple[IntArray, int]], hint: IntArray | None,
        work: float,
    ) -> WholeNumbers:  # fmt: skip
        """Minimise (columns,) `objective`; `fixed` are sums (columns,) with the values they must have.

        `work` is a limit in the engine's own deterministic measure.
        """
        ...


class _Model(cp_model.CpModel):
    """A model without the aliases of old names, which take longer to make than a small programme to solve."""

    def _add_pre_pep8_methods(self) -> None:
        pass


def cp_sat(
    programme: Programme, objective: IntArray, fixed: list[tuple[IntArray, int]], hint: IntArray | None, work: float
) -> WholeNumbers:
    """Minimise with CP-SAT; `work` in its deterministic seconds."""
    if _greatest(programme, objective) >= EXACT_WHOLE:
        return WholeNumbers(None, None)
    model = _Model()
    columns = [
        model.new_int_var(low, high, "")
        for low, high in zip(programme.low.tolist(), programme.high.tolist(), strict=True)
    ]
    parts: list[list[tuple[int, int]]] = [[] for _ in programme.row_low]
    entries = (programme.entry_rows.tolist(), programme.entry_columns.tolist(), programme.entry_values.tolist())
    for row, column, value in zip(*entries, strict=True):
        parts[row].append((column, value))
    bounds = zip(parts, programme.row_low.tolist(), programme.row_high.tolist(), strict=True)
    for some, low, high in bounds:
        total = cp_model.LinearExpr.weighted_sum([columns[at] for at, _ in some], [value for _, value in some])
        model.add_linear_constraint(total, low, high)
    for sums, value in fixed:
        model.add(cp_model.LinearExpr.weighted_sum(columns, sums.tolist()) == value)
    model.minimize(cp_model.LinearExpr.weighted_sum(columns, objective.tolist()))
    if hint is not None:
        # A hint may stop short of the columns that follow from the others.
        for column, value in zip(columns, hint.tolist(), strict=False):
            model.add_hint(column, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = work
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return WholeNumbers(None, None)
    values = np.fromiter((solver.value(column) for column in columns), np.int64, len(columns))
    reached = int(objective @ values)
    if status == cp_model.OPTIMAL:
        return WholeNumbers(values, reached)
    # The bound is a float; a unit in the last place of it must not be claimed.
    bound = solver.best_objective_bound
    return WholeNumbers(values, min(reached, int(np.floor(bound - abs(bound) * 2**-50))))


def highs(
    programme: Programme, objective: IntArray, fixed: list[tuple[IntArray, int]], hint: IntArray | None, work: float
) -> WholeNumbers:
    """Minimise with HiGHS, which takes no hint; `work` in nodes of its search."""
    if _greatest(programme, objective) >= EXACT_FLOAT:
        return WholeNumbers(None, None)
    columns, rows = len(programme.low), len(programme.row_low)
    matrix = csr_array(
        (programme.entry_values.astype(np.float64), (programme.entry_rows, programme.entry_columns)),
        shape=(rows, columns),
    )
    constraints = [LinearConstraint(matrix, programme.row_low.astype(float), programme.row_high.astype(float))]
    constraints += [LinearConstraint(sums[np.newaxis].astype(float), value, value) for sums, value in fixed]
    answer = milp(
        objective.astype(np.float64),
        constraints=constraints,
        bounds=Bounds(programme.low.astype(np.float64), programme.high.astype(np.float64)),
        integrality=np.ones(columns, dtype=np.int64),
        options={"mip_rel_gap": 0.0, "node_limit": int(work)},
    )
    if answer.x is None:
        return WholeNumbers(None, None)
    values = np.rint(answer.x).astype(np.int64)
    if not is_feasible(programme, values) or any(int(sums @ values) != value for sums, value in fixed):
        return WholeNumbers(None, None)
    reached = int(objective @ values)
    # Half a unit of floating-point slack still names the same whole number.
    return WholeNumbers(values, min(reached, int(np.ceil(answer.mip_dual_bound - 0.5))))


def is_feasible(programme: Programme, values: IntArray) -> bool:
    """Whether values keep every bound and constraint."""
    if (values < programme.low).any() or (values > programme.high).any():
        return False
    sums = np.zeros(len(programme.row_low), dtype=np.int64)
    np.add.at(sums, programme.entry_rows, programme.entry_values * values[programme.entry_columns])
    return bool((sums >= programme.row_low).all() and (sums <= programme.row_high).all())


def _greatest(programme: Programme, objective: IntArray) -> float:
    reach = np.maximum(np.abs(programme.low), np.abs(programme.high)).astype(np.float64)
    return float((np.abs(objective).astype(np.float64) * reach).sum())
