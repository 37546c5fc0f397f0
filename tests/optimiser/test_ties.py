"""Ties depend on ids alone and never outweigh a unit of cost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from optimiser.solve import solve
from optimiser.ties import canonical, need_key, resource_key, tie_hashes, tie_keys
from tests.optimiser.builders import by_ids, problem_of, random_problem


def test_ties_of_a_whole_plan_stay_below_one_unit_of_cost() -> None:
    """A tie-break that outweighs a tenth of a second would be a policy."""
    for seed in range(100):
        problem = random_problem(seed)
        made = canonical(problem, problem.costs, tie_hashes(problem), 2**50)
        ties = made.prices - (problem.costs << made.shift)
        most = int(ties.max(initial=0)) * int(problem.quantities.sum())
        assert most < 1 << made.shift


def test_prices_keep_to_the_room_given() -> None:
    """The flow engine's range is not to be exceeded for the sake of ties."""
    problem = problem_of({"x": (1, True, [(3, {"a": 999, "b": 998})])}, {"a": 1, "b": 1})
    for room in (2**12, 2**20, 2**60):
        made = canonical(problem, problem.costs, tie_hashes(problem), room)
        assert int(made.prices.max()) * 3 <= room


def test_without_room_there_are_no_ties() -> None:
    """Better undecided than wrong."""
    problem = problem_of({"x": (1, True, [(1, {"a": 7})])}, {"a": 1})
    assert canonical(problem, problem.costs, tie_hashes(problem), 8).prices.tolist() == [7]


def test_equal_resources_are_not_always_chosen_in_the_order_of_their_ids() -> None:
    """Otherwise the first name on the roster would do all the work."""
    chosen = set()
    for need in range(50):
        problem = problem_of({f"need-{need}": (1, True, [(1, {"a": 1, "b": 1, "c": 1})])}, {"a": 1, "b": 1, "c": 1})
        chosen |= {resource for _, resource in by_ids(problem, solve(problem))}
    assert chosen == {"a", "b", "c"}


def test_ties_are_the_same_in_every_process() -> None:
    """Python's own hashes differ from process to process; a replayed log must not."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1, "b": 1})])}, {"a": 1, "b": 1})
    program = (
        "from tests.optimiser.builders import problem_of; from optimiser.ties import tie_hashes;"
        "print(tie_hashes(problem_of({'x': (1, True, [(1, {'a': 1, 'b': 1})])}, {'a': 1, 'b': 1})).tolist())"
    )
    root = Path(__file__).parents[2]
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={"PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.strip() == str(np.asarray(tie_hashes(problem)).tolist())


def test_the_key_of_one_is_its_key_among_many() -> None:
    """A session hears of one at a time and must break ties as a solve of them all does."""
    needs, units = [f"need-{i}" for i in range(40)], [f"unit-{j}" for j in range(40)]
    problem = problem_of({need: (1, False, [(1, {"unit-0": 1})]) for need in needs}, dict.fromkeys(units, 1))
    rows, resources = (keys.view(np.int64).tolist() for keys in tie_keys(problem))
    assert rows == [need_key(need) for need in needs]
    assert resources == [resource_key(unit) for unit in units]
