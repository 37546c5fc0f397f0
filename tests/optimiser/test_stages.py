"""The lexicographic order as nested weights, and as stages where the weights leave the range."""

from __future__ import annotations

import pytest

import optimiser.stages as stages
from optimiser.kernels.whole_number import cp_sat
from optimiser.programme import state
from optimiser.stages import best_values
from optimiser.ties import tie_hashes
from tests.optimiser.builders import problem_of
from tests.optimiser.shape_builders import random_shapes


def test_one_urgent_team_is_not_outvoted_by_lesser_needs() -> None:
    """Five needs of rank 2 weigh less than one position of rank 1, whatever their number."""
    lesser = {f"n{i}": (2, True, [(1, {u: 0})]) for i, u in enumerate("abcde")}
    team = {"team": (1, True, [(5, dict.fromkeys("abcde", 100))])}
    problem = problem_of(lesser | team, dict.fromkeys("abcde", 1))
    programme = state(problem, problem.costs, tie_hashes(problem))
    values, proven, _ = best_values(programme, cp_sat, programme.low, 10)
    assert values is not None
    assert (proven, values[: len(problem.pair_rows)].tolist()) == (True, [0] * 5 + [1] * 5)


def test_stages_equal_nested_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where 64 bits do not suffice, one rank after another must say what one sum would have said."""
    for seed in range(120):
        problem = random_shapes(seed)
        programme = state(problem, problem.costs, tie_hashes(problem))
        nested, proven, _ = best_values(programme, cp_sat, programme.low, 10)
        with monkeypatch.context() as patched:
            patched.setattr(stages, "_NESTED_LIMIT", 1)
            staged, also, _ = best_values(programme, cp_sat, programme.low, 10)
        assert nested is not None
        assert staged is not None
        assert (proven, also) == (True, True)
        assert int(programme.prices @ nested) == int(programme.prices @ staged), seed
