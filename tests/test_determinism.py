"""The same problem in another process and under other names. The long run is `benchmarks.determinism`."""

from __future__ import annotations

import pytest

from benchmarks.determinism import WAYS, compared, digests, digests_elsewhere
from benchmarks.teams import instance
from optimiser import Problem
from tests.optimiser.shape_builders import random_shapes

HERE = 1
"""Instances of each regime."""


def test_another_process_decides_the_same() -> None:
    """Python hashes text differently in every process, and two nodes of a control room must send the same crew."""
    assert digests_elsewhere(HERE, "77") == digests(HERE)


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    """Teams that compete, and a few of every shape."""
    return [instance(20, 40, "dense", seed, 0.5, True) for seed in range(5)] + [
        random_shapes(seed) for seed in range(5)
    ]


def test_the_order_of_a_problem_changes_nobody_s_place(problems: list[Problem]) -> None:
    """Two lists of the same crews are one problem."""
    row = compared(problems, [])
    assert row.permuted == WAYS * len(problems)


def test_other_names_change_neither_who_is_served_nor_the_price(problems: list[Problem]) -> None:
    """A renamed ambulance is no worse than it was; only exact ties may be told apart by names."""
    row = compared(problems, [])
    assert row.compared > 0
    assert row.relabelled == row.compared


def test_every_one_of_these_plans_is_sound(problems: list[Problem]) -> None:
    """The same wrong answer everywhere would also be the same."""
    row = compared(problems, [])
    assert row.verified == row.plans == len(problems) * (1 + 2 * WAYS)
