"""A desk that asks nearly the same again: a session led from problem to problem, beside a cold solve of each.

60 needs, 300 resources, one change a call; both answers are verified, and they agree. Processor time from the immutable problem.
Run as `python -m benchmarks.meetings`.
"""

from __future__ import annotations

import time

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.instances import REACHED_SHARE, a_problem
from optimiser import Problem, Session, meet, solve, verify, warm_up
from optimiser.kernels.compiling import has_numba

NEEDS, RESOURCES, CALLS = 60, 300, 60
CHANGES = ("nothing", "a resource moves", "a need is priced anew", "a need arrives, one closes", "a resource comes, one goes",
           "all prices of each need shift", "everything")  # fmt: skip


def changed(problem: Problem, change: str, call: int, draw: np.random.Generator) -> Problem:
    """The next question."""
    rows, columns, terms = problem.pair_rows, problem.pair_resources, problem.terms.copy()
    need, resource = int(draw.integers(0, NEEDS)), int(draw.integers(0, RESOURCES))
    needs, resources = list(problem.need_ids), list(problem.resource_ids)
    match change:
        case "a resource moves":
            terms[columns == resource] += draw.integers(0, 3_000, (int((columns == resource).sum()), 1))
        case "a need is priced anew":
            terms[rows == need] += draw.integers(0, 3_000, (int((rows == need).sum()), 1))
        case "a need arrives, one closes":
            needs[need] = f"arrival-{call}"
        case "a resource comes, one goes":
            resources[resource] = f"arrival-{call}"
        case "all prices of each need shift":
            terms += (problem.ranks[rows] * draw.integers(1, 20))[:, None]
        case "everything":
            terms = draw.permutation(terms)
    whole, quantities, capacities = problem.whole, problem.quantities, problem.capacities
    return Problem(
        tuple(needs), problem.ranks, whole, problem.row_needs, quantities, tuple(resources), capacities, rows, columns,
        terms, problem.term_names,
    )  # fmt: skip


def main() -> None:
    """Print medians, and what a meeting costs as a multiple of a solve."""
    warm_up()
    table = Table("change", *(f"{density}: meet / solve us" for density in REACHED_SHARE))
    for change in CHANGES:
        table.add_row(change, *(_cell(change, density) for density in REACHED_SHARE))
    Console(width=140).print(table, f"numba: {has_numba()}")


def _cell(change: str, density: str) -> str:
    draw, problem = np.random.default_rng(3), a_problem(NEEDS, RESOURCES, density, 1)
    session = Session(needs=NEEDS, resources=RESOURCES)
    meet(session, problem)
    took_s: list[tuple[float, float]] = []
    for call in range(CALLS):
        problem = changed(problem, change, call, draw)
        began = time.process_time()
        met = meet(session, problem)
        assert met is not None, change
        assert verify(problem, met) == (), change
        between = time.process_time()
        cold = solve(problem)
        took_s.append((between - began, time.process_time() - between))
        assert met.chosen == cold.chosen, change
    met_us, cold_us = (np.median(took_s, axis=0) * 1e6).tolist()
    return f"{met_us:.0f} / {cold_us:.0f} = {met_us / cold_us:.2f}"


if __name__ == "__main__":
    main()
