"""Intervals hold what they promise, on hand-made numbers and on many synthetic experiments."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.refusals import Refusal
from simulation.intervals import (
    Interval,
    mean_interval,
    paired_interval,
    quantile_interval,
    runs_to_half_width,
)


def test_the_t_interval_agrees_with_the_table() -> None:
    """1, 2, 3: mean 2, s = 1, t(2; 0.975) = 4.302653, half-width 4.302653 / sqrt(3)."""
    interval = mean_interval([1.0, 2.0, 3.0])
    reach = 4.302653 / math.sqrt(3)
    assert (interval.low, interval.high) == pytest.approx((2 - reach, 2 + reach))


def test_equal_values_give_exactly_their_value() -> None:
    """0.1 three times has a mean that rounds; identical runs must still differ by nothing."""
    assert mean_interval([0.1, 0.1, 0.1]) == Interval(0.1, 0.1, 0.95)


def test_one_run_says_nothing() -> None:
    """Nobody knows how one number scatters."""
    assert mean_interval([7.0]) == Interval(-math.inf, math.inf, 0.95)


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [1.0, math.inf]])
def test_what_has_no_interval_is_refused(values: list[float]) -> None:
    """A NaN that went in would come out looking like an answer."""
    with pytest.raises(Refusal):
        mean_interval(values)


def test_pairs_must_pair() -> None:
    """A missing run would pair every later week with another one."""
    with pytest.raises(Refusal):
        paired_interval([1.0, 2.0], [1.0])


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_a_run_compared_with_itself_differs_by_exactly_nothing(values: list[float]) -> None:
    """A/A under common random numbers."""
    assert paired_interval(values, values) == Interval(0.0, 0.0, 0.95)


def test_the_paired_interval_holds_the_truth_as_often_as_it_says() -> None:
    """2,000 experiments of 10 pairs with noise in common: hits are binomial(2000, 0.95), so 1,900 +- 4 sd = 39."""
    draw = np.random.default_rng(20)
    hits = 0
    for _ in range(2000):
        shared = draw.normal(100, 30, 10)
        baseline, candidate = shared + draw.normal(0, 2, 10), shared + 5 + draw.normal(0, 3, 10)
        hits += 5 in paired_interval(baseline.tolist(), candidate.tolist())
    assert abs(hits - 1900) <= 39


def test_ranks_of_the_median_agree_with_the_sign_test_table() -> None:
    """n = 10: P(B <= 1) = 0.0107 and P(B <= 2) = 0.0547, so at 95 % the ranks are 2 and 9."""
    values = [float(value) for value in range(1, 11)]
    assert quantile_interval(values, 0.5) == Interval(2.0, 9.0, 0.95)


def test_a_high_quantile_of_few_values_has_no_upper_end() -> None:
    """Ten values hold no bound for the p99, and the interval must not pretend one."""
    interval = quantile_interval([float(value) for value in range(10)], 0.99)
    assert interval.high == math.inf


def test_the_quantile_interval_holds_the_truth_at_least_as_often_as_it_says() -> None:
    """2,000 samples of 60 from a skewed distribution, p75; by construction never below 95 % but for chance (4 sd)."""
    draw = np.random.default_rng(21)
    truth = -math.log(0.25)
    hits = sum(truth in quantile_interval(draw.exponential(1, 60).tolist(), 0.75) for _ in range(2000))
    assert hits >= 1900 - 39


def test_the_runs_needed_bring_the_half_width_down_and_one_fewer_does_not() -> None:
    """Repeating the values many times keeps their scatter, so the advice can be tried."""
    values = [-1.0, 1.0] * 50
    wanted = runs_to_half_width(values, 0.3)
    assert wanted is not None
    scatter = float(np.std(values, ddof=1))
    from_table = {45: 2.015368, 46: 2.014103}
    reached = {n: t * scatter / math.sqrt(n) <= 0.3 for n, t in from_table.items()}
    assert (wanted, reached) == (46, {45: False, 46: True})


def test_no_number_of_runs_reaches_a_width_of_nothing() -> None:
    """Standing exactly on the margin cannot be decided."""
    assert runs_to_half_width([1.0, 2.0], 0.0) is None
