"""Gini and worst area on figures of a few districts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.equity import gini, worst


@pytest.mark.parametrize(
    ("values", "expected"), [([5, 5, 5], 0), ([0, 1], 0.5), ([1, 3], 0.25), ([0, 0, 0, 4], 0.75), ([0, 0], 0)]
)
def test_gini_of_a_few(values: list[float], expected: float) -> None:
    """0 where all are alike; 1 - 1/n where one of n has it all."""
    assert gini(values) == pytest.approx(expected)


@given(st.lists(st.floats(0.001, 1e6), min_size=2, max_size=30))
def test_gini_is_the_mean_difference_over_twice_the_mean(values: list[float]) -> None:
    """The definition, pair by pair."""
    array = np.asarray(values)
    differences = np.abs(array[:, None] - array[None, :]).mean()
    assert gini(values) == pytest.approx(differences / (2 * array.mean()), abs=1e-9)


def test_one_area_is_neither_even_nor_uneven() -> None:
    """There is nobody to compare it with."""
    assert math.isnan(gini([3.0]))


def test_the_worst_is_the_largest_wait_and_the_smallest_share() -> None:
    """Which end is bad depends on the figure."""
    assert (worst([1, 3], more_is_better=False), worst([1, 3], more_is_better=True)) == (3, 1)
    assert math.isnan(worst([], more_is_better=True))
