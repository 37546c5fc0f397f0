"""Queues of needs on resources: this optimiser beside VROOM, PyVRP and OR-Tools routing, judged by one checker.

C1, the response objective: most needs of the most urgent rank, then of the next, and so on, then the weighted response. C2,
the travel objective: points, needs served, then travel, beside VROOM, whose own objective that is. Each method gets the same
seconds of wall time on one thread, one process, one after another; VROOM may finish sooner. Rivals say what they can of
the objective (see `sequence_rivals`), so C1 measures what a wrong objective costs as well as skill.

    python -m benchmarks.sequences [--seconds 3] [--seeds 3] [--only 60x20] [--aim response|travel|both]
"""

from __future__ import annotations

import argparse
import time
import warnings
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.sequence_instances import a_city
from benchmarks.sequence_rivals import RIVALS, installed
from optimiser.kernels.compiling import has_numba
from optimiser.sequence import plan
from optimiser.sequence_plan import SequenceLimits, SequencePlan, SequenceTermination
from optimiser.sequence_problem import Aim, SequenceProblem
from optimiser.sequence_report import described
from optimiser.sequence_verify import verify_sequence

SIZES = ((60, 20), (120, 60), (200, 60))
DENSITIES = ("medium", "sparse")
OURS = "insertion, search"
NO_END = 10**9


def standing(problem: SequenceProblem, found: SequencePlan) -> tuple[int, ...]:
    """What is compared, the smaller the better."""
    if problem.aim == "travel":
        return -found.points, len(found.unserved), found.travel_s
    return (*(-served for _, served, _ in found.served_by_rank), found.cost("response"))


def within(problem: SequenceProblem, seconds: float) -> SequencePlan:
    """Our plan in so many seconds of wall time."""
    began = time.perf_counter()
    return plan(problem, SequenceLimits(NO_END), spent=lambda: (time.perf_counter() - began) / seconds)


def all_plans(
    problem: SequenceProblem, seconds: float, rivals: tuple[str, ...]
) -> dict[str, tuple[SequencePlan, float]]:
    """Every method's plan and the seconds it took; a plan that does not hold is an error of this benchmark."""
    found: dict[str, tuple[SequencePlan, float]] = {}
    began = time.perf_counter()
    found[OURS] = within(problem, seconds), time.perf_counter() - began
    found["insertion alone"] = plan(problem, SequenceLimits(0)), 0.0
    for name, module, run in RIVALS:
        if name in rivals and installed(module):
            began = time.perf_counter()
            routes = run(problem, seconds)
            took = time.perf_counter() - began
            stopped = SequenceTermination("cut", None, 0)
            found[name] = described(problem, routes, "insertion", 0, stopped), took
    for name, (each, _) in found.items():
        flaws = verify_sequence(problem, each)
        assert not flaws, f"{name}: {flaws[:3]}"
    return found


def run(aim: Aim, seconds: float, seeds: int, only: str, rivals: tuple[str, ...], console: Console) -> None:
    """Print every instance, then what was lost and won."""
    table = Table(title=f"aim {aim!r}, {seconds:g} s each", title_justify="left")
    served = "served by rank" if aim == "response" else "points, served"
    for heading in ("instance", "method", served, "cost" if aim == "response" else "travel s", "against ours", "s"):
        table.add_column(heading, justify="left" if heading in ("instance", "method") else "right")
    ratios: dict[str, list[float]] = {}
    verdicts: dict[str, list[int]] = {}
    for needs, crews in SIZES:
        for density in DENSITIES:
            for seed in range(1, seeds + 1):
                instance = f"{needs}x{crews} {density} {seed}"
                if only not in instance:
                    continue
                problem = a_city(needs, crews, density, seed, aim)
                found = all_plans(problem, seconds, rivals)
                ours = found[OURS][0]
                for name, (each, took) in found.items():
                    against = each.cost(aim) / ours.cost(aim) - 1
                    ratios.setdefault(name, []).append(against)
                    mine, its = standing(problem, ours), standing(problem, each)
                    verdicts.setdefault(name, []).append((its > mine) - (its < mine))
                    by_rank = " ".join(f"{got}/{of}" for _, got, of in each.served_by_rank)
                    points = f"{each.points} {needs - len(each.unserved)}"
                    table.add_row(
                        instance, name, by_rank if aim == "response" else points, f"{each.cost(aim)}",
                        f"{against:+.1%}", f"{took:.2f}",
                    )  # fmt: skip
    console.print(table)
    summary = Table(title="over all instances", title_justify="left")
    for heading in ("method", "worse than ours", "equal", "better", "cost: median", "least", "most"):
        summary.add_column(heading, justify="left" if heading == "method" else "right")
    for name, values in ratios.items():
        signs = verdicts[name]
        if name != OURS:
            summary.add_row(
                name, str(signs.count(1)), str(signs.count(0)), str(signs.count(-1)),
                f"{median(values):+.1%}", f"{min(values):+.1%}", f"{max(values):+.1%}",
            )  # fmt: skip
    console.print(summary)
    for name, module, _ in RIVALS:
        if name in rivals and not installed(module):
            console.print(f"{name} is absent: `{module}` is not installed")


def main() -> None:
    """Read the command line and run."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=3.0)
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--only", default="", help="part of an instance's name, such as 60x20 or sparse")
    asked.add_argument("--aim", choices=("response", "travel", "both"), default="both")
    given = asked.parse_args()
    console = Console(width=130)
    warnings.filterwarnings("ignore", module="pyvrp")
    if not has_numba():
        console.print("numba is not installed: our search runs in plain Python, some hundred times slower")
    within(a_city(20, 5, "medium", 1), 0.1)
    plan(a_city(20, 5, "medium", 1), SequenceLimits(10), compiled=has_numba())
    if given.aim != "travel":
        run("response", given.seconds, given.seeds, given.only, tuple(name for name, _, _ in RIVALS), console)
    if given.aim != "response":
        run("travel", given.seconds, given.seeds, given.only, ("VROOM x5",), console)


if __name__ == "__main__":
    main()
