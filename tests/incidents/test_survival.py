"""Survival functions against the values in the tables of those who use them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from incidents.survival import SURVIVAL, survivors_per_1000

MINUTES_S = np.asarray([240.0, 480.0, 720.0])


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("de_maio_2003", (0.151, 0.059, 0.021)),
        ("larsen_1993", (0.45, 0.23, 0.01)),
        ("valenzuela_1997", (0.426, 0.299, 0.196)),
    ],
)
def test_each_function_at_4_8_and_12_minutes(function: str, expected: tuple[float, ...]) -> None:
    """A wrong sign or a minute taken for a second would turn every verdict."""
    told = [survivors_per_1000(function, MINUTES_S[[index]]) / 1000 for index in range(3)]
    assert told == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize("function", SURVIVAL)
def test_survival_falls_and_stays_a_share(function: str) -> None:
    """Waiting longer saves nobody, and no wait kills more than there are."""
    told = SURVIVAL[function](np.linspace(0, 600, 601))
    assert np.all(np.diff(told) <= 0)
    assert 0 <= told.min() <= told.max() <= 1


def test_of_nobody_nothing_is_known() -> None:
    """A week without such an incident is no catastrophe."""
    assert math.isnan(survivors_per_1000("de_maio_2003", np.zeros(0)))
