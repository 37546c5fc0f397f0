"""Whole teams: this optimiser beside one flow, HiGHS and CP-SAT, on the same instances in the same run.

    B1    30 % of the needs ask for several resources; 50 x 100 and 200 x 500, three densities, three seeds
    B2    60 %, as many positions as resources; 200 x 500
    B3    30 %; 1000 x 2000, sparse
    shapes [number] [first seed]    random small problems of every shape against every plan there is

Each need may stay open at a price that falls with its rank (600,000 to 30,000 weighted seconds), because that objective one
programme can state exactly; all must reach the same optimum. The same instances by strict ranks, which would be a
programme per rank for the others, stand beside it for this optimiser alone. Times are processor time as multiples of one
slot flow on prebuilt arrays in the same run; verification is included. A rival that meets its limit is marked ">".

Run `python -m benchmarks.teams [B1|B2|B3|shapes]`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver.python import model_builder_helper
from rich.console import Console
from rich.table import Table
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, hstack, vstack

from optimiser import Limits, Problem, solve, verify
from optimiser.kernels.flow import min_cost_flow
from optimiser.slot_flow import SlotFlow
from optimiser.ties import tie_hashes

SKILLS = 5
TOWN_KM = 60.0
WEIGHTS = np.array([0, 10, 5, 3, 2, 1])
OPEN_UNITS = np.array([0, 600_000, 300_000, 150_000, 70_000, 30_000]) * 10
DENSE, MEDIUM, SPARSE_PER_ROW = 0.35, 0.12, 6
RIVAL_LIMIT_S = 20.0
FAR = Limits(nodes=400, programme_nodes=100_000)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one method reached, whether it proved it, and its processor time."""

    cost: int | None
    proven: bool
    took_s: float


def instance(needs: int, resources: int, density: str, seed: int, several: float, strict: bool = False) -> Problem:
    """Needs and resources at random in a square town; eligible are those of a skill within reach, the nearest first."""
    draw = np.random.default_rng([seed, needs, resources, int(several * 100)])
    ranks = draw.choice(5, needs, p=[0.1, 0.2, 0.3, 0.25, 0.15]) + 1
    need_at, resource_at = draw.random((needs, 2)) * TOWN_KM, draw.random((resources, 2)) * TOWN_KM
    has = np.zeros((resources, SKILLS), dtype=np.bool_)
    for j in range(resources):
        has[j, draw.choice(SKILLS, 1 + int(draw.random() < 0.4) + int(draw.random() < 0.1), replace=False)] = True
    row_needs: list[int] = []
    quantities: list[int] = []
    skills: list[int] = []
    for i in range(needs):
        wanted = int(draw.integers(1, 4)) if draw.random() < several else 0
        for skill in draw.choice(SKILLS, max(1, wanted), replace=False).tolist():
            row_needs.append(i)
            skills.append(skill)
            quantities.append(1 if not wanted else int(draw.integers(1, 3) + (wanted == 1)))
    of = np.array(row_needs)
    km = np.abs(need_at[:, None] - resource_at[None]).sum(axis=2)[of]
    eligible = has[:, skills].T
    share = {"dense": DENSE, "medium": MEDIUM, "sparse": SPARSE_PER_ROW / resources}[density]
    eligible &= km <= np.quantile(km[eligible], min(1.0, share / eligible.mean()))
    rows, columns = np.nonzero(eligible)
    seconds = 60 + 40 * km[rows, columns]
    return Problem(
        need_ids=tuple(f"n{i:04d}" for i in range(needs)), ranks=ranks, whole=np.ones(needs, dtype=np.bool_),
        row_needs=of, quantities=np.array(quantities), resource_ids=tuple(f"r{j:04d}" for j in range(resources)),
        capacities=np.ones(resources, dtype=np.int64), pair_rows=rows, pair_resources=columns,
        terms=(seconds * WEIGHTS[ranks[of[rows]]] * 10).astype(np.int64)[:, np.newaxis], term_names=("response",),
        optional=None if strict else np.ones(needs, dtype=np.bool_),
        open_prices=None if strict else OPEN_UNITS[ranks],
    )  # fmt: skip


def tight(needs: int, resources: int, density: str, seed: int) -> Problem:
    """An instance of 60 % teams with as many positions as resources, give or take 3 %; the first from `seed` on by hundreds."""
    while True:
        problem = instance(needs, resources, density, seed, 0.6)
        if abs(int(problem.quantities.sum()) / resources - 1.0) <= 0.03:
            return problem
        seed += 100


def one_flow(problem: Problem) -> Answer:
    """The slot relaxation once: the measure of everything else."""
    flow = SlotFlow(problem, problem.costs, tie_hashes(problem), min_cost_flow)
    times = []
    for _ in range(3):
        began = time.process_time()
        plan = flow.optimum()
        times.append(time.process_time() - began)
    return Answer(flow.canonical.cost_of(plan.standing[1]), False, min(times))


def by_muster(problem: Problem) -> Answer:
    """This optimiser."""
    times: list[float] = []
    while len(times) < 3 and sum(times) < 2.0:
        began = time.process_time()
        allocation = solve(problem, FAR)
        times.append(time.process_time() - began)
    assert verify(problem, allocation) == ()
    return Answer(allocation.cost, allocation.proven, min(times))


def _as_programme(problem: Problem) -> tuple[FloatArray, csr_matrix, FloatArray, FloatArray]:
    """Prices, matrix and row bounds over a binary for every pair and every need."""
    assert problem.open_prices is not None
    needs, rows, pairs = len(problem.need_ids), len(problem.row_needs), len(problem.pair_rows)
    resources, every = len(problem.resource_ids), np.arange(pairs)
    of_row = csr_matrix((np.ones(pairs), (problem.pair_rows, every)), (rows, pairs))
    of_need = csr_matrix((-problem.quantities.astype(float), (np.arange(rows), problem.row_needs)), (rows, needs))
    of_resource = csr_matrix((np.ones(pairs), (problem.pair_resources, every)), (resources, pairs))
    matrix = vstack((hstack((of_row, of_need)), hstack((of_resource, csr_matrix((resources, needs)))))).tocsr()
    low = np.concatenate((np.zeros(rows), np.full(resources, -np.inf)))
    high = np.concatenate((np.zeros(rows), problem.capacities.astype(float)))
    return np.concatenate((problem.costs, -problem.open_prices)).astype(float), matrix, low, high


def by_highs(problem: Problem) -> Answer:
    """HiGHS through scipy, built in bulk."""
    assert problem.open_prices is not None
    began = time.process_time()
    prices, matrix, low, high = _as_programme(problem)
    answer = milp(
        prices, constraints=LinearConstraint(matrix, low, high), bounds=Bounds(0, 1),
        integrality=np.ones(len(prices), dtype=np.int64),
        options={"time_limit": RIVAL_LIMIT_S, "mip_rel_gap": 0.0},
    )  # fmt: skip
    took_s = time.process_time() - began
    cost = None if answer.x is None else round(answer.fun + float(problem.open_prices.sum()))
    return Answer(cost, answer.status == 0, took_s)


def by_cp_sat(problem: Problem) -> Answer:
    """CP-SAT on one thread, built in bulk from the same matrix.

    With its full linear relaxation: with its defaults it takes a hundred times as long.
    """
    assert problem.open_prices is not None
    began = time.process_time()
    prices, matrix, low, high = _as_programme(problem)
    model = model_builder_helper.ModelBuilderHelper()
    ones = np.ones(len(prices))
    # The stubs ask for an array type that numpy does not have.
    bulk: Any = model.fill_model_from_sparse_data
    bulk(np.zeros(len(prices)), ones, prices, low, high, matrix)
    for column in range(len(prices)):
        model.set_var_integrality(column, True)
    solver = model_builder_helper.ModelSolverHelper("sat")
    solver.set_time_limit_in_seconds(RIVAL_LIMIT_S)
    solver.set_solver_specific_parameters("num_workers:1 linearization_level:2")
    solver.solve(model)
    took_s = time.process_time() - began
    if not solver.has_solution():
        return Answer(None, False, took_s)
    cost = round(solver.objective_value() + float(problem.open_prices.sum()))
    return Answer(cost, solver.status() == model_builder_helper.SolveStatus.OPTIMAL, took_s)


Method = Callable[[Problem], Answer]


def _peak_mb(method: Method, problem: Problem) -> float:
    """Memory that a method needs above what its process had before, in a fresh process with everything imported.

    A small instance goes first, because engines load their libraries when they are first asked.
    """
    parts = {name: getattr(problem, name) for name in problem.__slots__}
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured_mb, (method.__name__, parts))


def _measured_mb(method: str, parts: dict[str, Any]) -> float:
    run: Method = globals()[method]
    run(instance(20, 40, "medium", 1, 0.6))
    problem = Problem(**parts)
    before = _high_water_mb()
    run(problem)
    return _high_water_mb() - before


def _high_water_mb() -> float:
    # Linux hands getrusage's maximum down to children, even across exec; this one is the process' own.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _cells(answer: Answer, unit_s: float, optimum: int | None) -> str:
    if answer.cost is None:
        return f"> {answer.took_s / unit_s:.0f} (nothing)"
    if answer.proven:
        assert optimum is None or answer.cost == optimum, f"{answer.cost} is not {optimum}"
        return f"{answer.took_s / unit_s:.1f}"
    gap = "" if optimum is None else f" (+{answer.cost / optimum - 1:.2%})"
    return f"> {answer.took_s / unit_s:.0f}{gap}"


def _table(title: str, cases: list[tuple[str, Problem, Problem]], with_memory: bool) -> Table:
    columns = ["instance", "pairs", "flow ms", "flow gap", "muster", "by strict ranks", "HiGHS", "CP-SAT"]
    if with_memory:
        columns += ["MB: muster", "HiGHS", "CP-SAT"]
    table = Table(*columns, title=title)
    # Engines are imported when first asked for, which is not part of any one instance.
    for _, problem, strict in cases[:1]:
        solve(problem, FAR)
        solve(strict, FAR)
    for name, problem, strict in cases:
        flow, ours = one_flow(problem), by_muster(problem)
        strictly = by_muster(strict)
        unit_s, strict_unit_s = flow.took_s, one_flow(strict).took_s
        optimum = ours.cost if ours.proven else None
        rivals = [method(problem) for method in (by_highs, by_cp_sat)]
        gap = "" if not ours.cost or flow.cost is None else f"{ours.cost / flow.cost - 1:.2%}"
        cells = [name, f"{len(problem.pair_rows):,}", f"{unit_s * 1000:.1f}", gap, _cells(ours, unit_s, None)]
        cells += [_cells(strictly, strict_unit_s, None), *(_cells(rival, unit_s, optimum) for rival in rivals)]
        if with_memory:
            cells += [f"{_peak_mb(method, problem):.0f}" for method in (by_muster, by_highs, by_cp_sat)]
        table.add_row(*cells)
        print(name, *cells[1:], sep=" | ", file=sys.stderr, flush=True)
    return table


def _both(name: str, needs: int, resources: int, density: str, seed: int) -> tuple[str, Problem, Problem]:
    priced, strict = (instance(needs, resources, density, seed, 0.3, strict) for strict in (False, True))
    return name, priced, strict


def _strict(problem: Problem) -> Problem:
    return Problem(*(getattr(problem, name) for name in problem.__slots__[:11]))


def b1() -> Table:
    """Eighteen instances of everyday size."""
    cases = [
        _both(f"{needs} x {resources} {density} {seed}", needs, resources, density, seed)
        for needs, resources in ((50, 100), (200, 500))
        for density in ("dense", "medium", "sparse")
        for seed in (1, 2, 3)
    ]
    return _table("B1: 30 % teams; times as multiples of one flow", cases, with_memory=False)


def b2() -> Table:
    """As many positions as resources, most of them in teams."""
    found = [(density, seed, tight(200, 500, density, seed)) for density in ("dense", "medium") for seed in (1, 2)]
    cases = [(f"200 x 500 {density} {seed}", problem, _strict(problem)) for density, seed, problem in found]
    return _table("B2: 60 % teams, tight; times as multiples of one flow", cases, with_memory=True)


def b3() -> Table:
    """Many conflicts far apart."""
    cases = [_both(f"1000 x 2000 sparse {seed}", 1000, 2000, "sparse", seed) for seed in (1, 2, 3)]
    return _table("B3: 30 % teams, large and sparse; times as multiples of one flow", cases, with_memory=False)


def shapes(number: int, first: int) -> None:
    """Random small problems of every shape against every plan there is."""
    from tests.optimiser.builders import standing_of
    from tests.optimiser.shape_builders import best_shapes, random_shapes

    different, engines = [], dict[str, int]()
    for seed in range(first, first + number):
        problem = random_shapes(seed)
        allocation = solve(problem, Limits(nodes=10_000))
        engines[allocation.engine] = engines.get(allocation.engine, 0) + 1
        sound = allocation.proven and verify(problem, allocation) == ()
        if not sound or standing_of(problem, allocation) != best_shapes(problem):
            different.append(seed)
    print(f"{number} problems of every shape: {len(different)} differ from brute force {different[:10]}; {engines}")


def main(arguments: list[str]) -> None:
    """Print the tables asked for, or all."""
    if arguments[:1] == ["shapes"]:
        number, first = [*map(int, arguments[1:3]), *(10_000, 0)[len(arguments) - 1 :]]
        return shapes(number, first)
    tables = {"B1": b1, "B2": b2, "B3": b3}
    for name in arguments or tables:
        Console(width=150).print(tables[name]())


if __name__ == "__main__":
    main(sys.argv[1:])
