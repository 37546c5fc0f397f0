"""The same problem said in other words: is it the same decision?

    python -m benchmarks.determinism [instances of each regime]

    permuted      needs, rows, resources and pairs in another order, three times: the same resource for every need
    elsewhere     in three other processes with other seeds for Python's own hashes: the same
    relabelled    needs and resources under other names, three times: as many positions of every rank filled, at the same cost.
                  Which of two equal plans is chosen depends on names, for nothing else is left to tell them apart, so the
                  share of decisions with the same resources is printed and no more
    verified      every plan of all these is accepted by the independent checker

Relabelled plans are compared where both are proven; where a limit ended the search, names decide which part of it was seen.
Exit code 1 if anything else differs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.instances import a_problem
from benchmarks.teams import instance
from incidents.decision import FACTORY_LIMITS
from optimiser import Allocation, Problem, solve, verify
from optimiser.tiers import standing
from tests.optimiser.builders import by_ids
from tests.optimiser.shape_builders import random_shapes, shuffled

REGIMES: dict[str, Callable[[int], Problem]] = {
    "one each, 50 x 100 dense": lambda seed: a_problem(50, 100, "dense", seed),
    "one each, 50 x 100 sparse": lambda seed: a_problem(50, 100, "sparse", seed),
    "scarce, 100 x 40 dense": lambda seed: a_problem(100, 40, "dense", seed),
    "scarce, 100 x 40 medium": lambda seed: a_problem(100, 40, "medium", seed),
    "many equal prices, 60 x 50": lambda seed: _coarse(a_problem(60, 50, "medium", seed)),
    "teams, 40 x 80 dense": lambda seed: instance(40, 80, "dense", seed, 0.3, True),
    "teams, tight, 40 x 80 medium": lambda seed: instance(40, 80, "medium", seed, 0.6, True),
    "teams at a price, 40 x 80 dense": lambda seed: instance(40, 80, "dense", seed, 0.3),
    "every shape, small": random_shapes,
}
LARGER: dict[str, Callable[[int], Problem]] = {
    "one each, 200 x 500 medium": lambda seed: a_problem(200, 500, "medium", seed),
    "one each, 500 x 200 dense": lambda seed: a_problem(500, 200, "dense", seed),
}
LARGER_EVERY = 5
"""Of the larger instances there are so many times fewer."""
WAYS = 3
HASH_SEEDS = ("1", "77", "4242")


@dataclass
class Row:
    """Counts of one regime."""

    instances: int = 0
    proven: int = 0
    permuted: int = 0
    elsewhere: int = 0
    compared: int = 0
    relabelled: int = 0
    same_resources: int = 0
    verified: int = 0
    plans: int = 0


def main(arguments: Sequence[str]) -> None:
    """Print a line for each regime; with `digests`, only what another process compares."""
    if arguments[:1] == ["digests"]:
        print(json.dumps(digests(int(arguments[1]))))
        return
    number = int(arguments[0]) if arguments else 100
    others = [digests_elsewhere(number, seed) for seed in HASH_SEEDS]
    table = Table(
        "regime", "instances", "proven", "permuted: same", "elsewhere: same", "relabelled: same standing",
        "same resources", "verified",
    )  # fmt: skip
    differs = False
    for name, problems in _regimes(number).items():
        row = compared(problems, [other[name] for other in others])
        table.add_row(
            name, f"{row.instances}", f"{row.proven}", _share(row.permuted, WAYS * row.instances),
            _share(row.elsewhere, len(HASH_SEEDS) * row.instances), _share(row.relabelled, row.compared),
            _share(row.same_resources, row.compared), _share(row.verified, row.plans),
        )  # fmt: skip
        differs |= (
            row.permuted < WAYS * row.instances or row.elsewhere < len(HASH_SEEDS) * row.instances
            or row.relabelled < row.compared or row.verified < row.plans
        )  # fmt: skip
        print(name, row, file=sys.stderr, flush=True)
    Console(width=150).print(table)
    sys.exit(differs)


def digests(number: int) -> dict[str, list[str]]:
    """What this process decides on every instance, as short hashes."""
    return {
        name: [_digest(problem, solve(problem, FACTORY_LIMITS)) for problem in problems]
        for name, problems in _regimes(number).items()
    }


def _regimes(number: int) -> dict[str, list[Problem]]:
    few = range(1, max(1, number // LARGER_EVERY) + 1)
    every = {name: [draw(seed) for seed in range(1, number + 1)] for name, draw in REGIMES.items()}
    return every | {name: [draw(seed) for seed in few] for name, draw in LARGER.items()}


def digests_elsewhere(number: int, hash_seed: str) -> dict[str, list[str]]:
    """What another process decides, which starts with this seed for Python's hashes of text."""
    command = [sys.executable, "-m", "benchmarks.determinism", "digests", str(number)]
    run = subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, check=True)
    found: dict[str, list[str]] = json.loads(run.stdout)
    return found


def compared(problems: list[Problem], others: list[list[str]]) -> Row:
    """Solve every problem in other words, and count how often the decision is the same."""
    row = Row()
    for index, problem in enumerate(problems):
        plan = solve(problem, FACTORY_LIMITS)
        decision = by_ids(problem, plan)
        row.instances += 1
        row.proven += plan.proven
        row.elsewhere += sum(other[index] == _digest(problem, plan) for other in others)
        _count_verified(row, problem, plan)
        for way in range(WAYS):
            moved = shuffled(problem, way)
            again = solve(moved, FACTORY_LIMITS)
            row.permuted += by_ids(moved, again) == decision
            _count_verified(row, moved, again)
            renamed, old_name = _relabelled(problem, way)
            again = solve(renamed, FACTORY_LIMITS)
            _count_verified(row, renamed, again)
            if plan.proven and again.proven:
                row.compared += 1
                row.relabelled += standing(again) == standing(plan)
                in_old_names = sorted((old_name[need], old_name[who]) for need, who in by_ids(renamed, again))
                row.same_resources += in_old_names == decision
    return row


def _count_verified(row: Row, problem: Problem, plan: Allocation) -> None:
    row.plans += 1
    row.verified += verify(problem, plan) == ()


def _relabelled(problem: Problem, way: int) -> tuple[Problem, dict[str, str]]:
    """The same problem under other names that sort in another order, and the old name of each."""
    draw = np.random.default_rng([way, 31])
    needs, resources = draw.permutation(len(problem.need_ids)), draw.permutation(len(problem.resource_ids))
    need_ids = tuple(f"incident {number}" for number in needs.tolist())
    resource_ids = tuple(f"unit {number}" for number in resources.tolist())
    old_name = dict(zip((*need_ids, *resource_ids), (*problem.need_ids, *problem.resource_ids), strict=True))
    return replace(problem, need_ids=need_ids, resource_ids=resource_ids), old_name


def _coarse(problem: Problem) -> Problem:
    """The same with prices in whole hundreds of seconds: as many ties as there are in practice, and more."""
    return replace(problem, terms=problem.terms // 1_000)


def _digest(problem: Problem, plan: Allocation) -> str:
    return sha256(json.dumps(by_ids(problem, plan)).encode()).hexdigest()[:16]


def _share(part: int, whole: int) -> str:
    return "" if not whole else f"{part / whole:.1%}" if part == whole else f"{part / whole:.1%} ({whole - part} not)"


if __name__ == "__main__":
    main(sys.argv[1:])
