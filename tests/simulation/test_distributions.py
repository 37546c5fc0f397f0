"""Inverse distribution functions: their shape, their means, and that both forms of each agree."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.distributions import Constant, Distribution, Exponential, Lognormal, Quantiles, table_of

EVERY_KIND: tuple[Distribution, ...] = (
    Constant(12.0),
    Exponential(60.0),
    Lognormal(300.0, 0.8),
    Quantiles((0.0, 10.0, 10.0, 50.0, 400.0)),
)
UNIFORMS = st.floats(min_value=0.0, max_value=1.0, exclude_max=True)


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=lambda each: type(each).__name__)
@given(low=UNIFORMS, high=UNIFORMS)
def test_a_larger_uniform_never_gives_a_smaller_value(distribution: Distribution, low: float, high: float) -> None:
    """Common random numbers only help where the same luck means long in both procedures."""
    low, high = sorted((low, high))
    assert 0 <= distribution.at(low) <= distribution.at(high)


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=lambda each: type(each).__name__)
def test_the_vectorised_form_agrees_with_the_scalar_one(distribution: Distribution) -> None:
    """Some durations are drawn in bulk and some one by one; they must be the same distribution."""
    us = np.linspace(0, 1, 997, endpoint=False)
    assert distribution.at_many(us) == pytest.approx([distribution.at(float(u)) for u in us], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=lambda each: type(each).__name__)
def test_the_mean_is_the_area_under_the_inverse(distribution: Distribution) -> None:
    """The declared mean is what load is computed from."""
    middles = (np.arange(200_000) + 0.5) / 200_000
    assert distribution.at_many(middles).mean() == pytest.approx(distribution.mean, rel=2e-3)


def test_the_median_of_an_exponential_is_its_mean_times_log_two() -> None:
    """A formula known by heart pins the parameterisation: mean, not rate."""
    assert Exponential(60.0).at(0.5) == pytest.approx(60 * math.log(2))


def test_a_lognormal_has_the_coefficient_of_variation_it_was_given() -> None:
    """Spread decides queues as much as the mean does."""
    values = Lognormal(300.0, 0.8).at_many((np.arange(400_000) + 0.5) / 400_000)
    assert values.std() / values.mean() == pytest.approx(0.8, rel=0.01)


@pytest.mark.parametrize(("u", "value"), [(0.0, 0.0), (0.125, 5.0), (0.25, 10.0), (0.5, 10.0), (0.875, 225.0)])
def test_a_quantile_table_is_straight_between_its_values(u: float, value: float) -> None:
    """A table read wrongly by one step would shift every duration of a fitted city."""
    assert Quantiles((0.0, 10.0, 10.0, 50.0, 400.0)).at(u) == pytest.approx(value)


def test_a_table_keeps_median_and_ninetieth_percentile_of_its_sample() -> None:
    """They are what the twin is held against."""
    sample = Lognormal(600.0, 1.0).at_many((np.arange(2_000) + 0.5) / 2_000)
    table = table_of(sample.tolist())
    assert [table.at(0.5), table.at(0.9)] == pytest.approx(np.quantile(sample, [0.5, 0.9]).tolist(), abs=1)


def test_one_outlier_does_not_stretch_the_last_step_of_a_table() -> None:
    """A crew that forgot to press the button for a day must not add minutes to one drive in twenty."""
    sample = [100.0] * 199 + [86_400.0]
    assert table_of(sample).at(0.97) < 10_000
