"""Distances to a bar: skewed, rare, untouched, and the interval that goes with the p-value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from incidents.measures import Measures
from simulation.paired import Distance, Pairs
from simulation.terms import Criterion

TIME = "response_s.mean.red"


def runs(measure: str, values: Sequence[float], **counts: float) -> list[Measures]:
    return [Measures(0, 1, {}, {measure: value, **counts}, {}) for value in values]


def distance(
    baseline: Sequence[float], candidate: Sequence[float], want: str = "reduce", measure: str = TIME, **settings: Any
) -> Distance:
    counts = settings.pop("counts", {})
    criterion = Criterion.model_validate({"measure": measure, "want": want, **(settings or {"margin_abs": 0})})
    pairs = Pairs.of(measure, runs(measure, baseline, **counts), runs(measure, candidate, **counts))
    return Distance.of(criterion, pairs)


def test_symmetric_steps_are_judged_by_students_t() -> None:
    """Steps without skewness leave Hall's transformation nothing to do: scipy's paired t, to the last digits."""
    steps = [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0]
    found = distance([100.0] * 6, [100 + step for step in steps]).p_values[0]
    assert found == pytest.approx(float(stats.ttest_1samp(steps, 0).pvalue))


def test_a_margin_that_is_a_share_is_taken_run_by_run() -> None:
    """The candidate is 10 % lower in weeks of 100 and 200: beyond 5 % by 5 and 10, not by 7.5 and 7.5."""
    found = distance([100.0, 200.0], [90.0, 180.0], margin_share=0.05)
    assert (*found.values, found.bar) == pytest.approx((-5.0, -10.0, -7.5))


lists = st.lists(st.floats(-50, 50).map(lambda value: round(value, 1)), min_size=3, max_size=15)


@settings(max_examples=200, deadline=None)
@given(steps=lists, want=st.sampled_from(["reduce", "increase", "no_worse"]), margin=st.sampled_from([0, 1, 10]),
       level=st.sampled_from([0.8, 0.95, 0.999]))  # fmt: skip
def test_the_interval_lies_beyond_the_bar_just_where_the_p_value_decides(
    steps: list[float], want: str, margin: float, level: float
) -> None:
    """A reader sees on the picture what the numbers decided."""
    assume(max(steps) != min(steps))
    found = distance([100.0] * len(steps), [100 + step for step in steps], want, margin_abs=margin)
    interval, bar = found.interval(level), found.sign * found.bar
    below, above = interval.high < bar, interval.low > bar
    passes, fails = (p < (1 - level) * (1 - 1e-9) for p in found.p_values)
    edge = any(abs(p - (1 - level)) < 1e-6 for p in found.p_values)
    assert edge or (passes, fails) == ((below, above) if found.sign > 0 else (above, below))


def test_skewed_steps_claim_no_more_than_t_and_follow_the_tail() -> None:
    """A long tail upwards: the upper end has to reach further than t's, the lower stays where it was."""
    steps = np.random.default_rng(1).exponential(size=20) - 1
    found = distance([0.0] * 20, steps.tolist())
    interval, plain = found.interval(0.95), stats.t.interval(0.95, 19, steps.mean(), stats.sem(steps))
    assert interval.low == pytest.approx(plain[0])
    assert interval.high > plain[1]


def test_where_nothing_differs_and_the_figure_varies_the_difference_is_exactly_nothing() -> None:
    """Weeks of 3 and 5 abandoned calls, the same under both: the change does not touch them."""
    found = distance([3.0, 5.0] * 10, [3.0, 5.0] * 10, "no_worse", "abandoned", margin_abs=0)
    assert (found.p_values, found.interval(0.95).half_width) == ((0.0, 1.0), 0.0)


def test_a_share_of_the_baseline_does_not_blur_what_is_untouched() -> None:
    """No worse by 2 %, and exactly the same: passed, whatever the baseline's own scatter."""
    found = distance([100.0, 900.0, 5000.0], [100.0, 900.0, 5000.0], "no_worse", margin_share=0.02)
    assert found.p_values == (0.0, 1.0)


@pytest.mark.parametrize(("margin", "p_value"), [(0.1, 2 * math.exp(-0.1 * 40)), (0.01, 1.0), (0.0, 1.0)])
def test_what_never_happened_is_bounded_by_poisson(margin: float, p_value: float) -> None:
    """No unreached incident in 40 runs: at a rate of 0.1 a run that has the chance exp(-4)."""
    found = distance([0.0] * 40, [0.0] * 40, "no_worse", "unreached", margin_abs=margin)
    assert found.p_values[0] == pytest.approx(p_value)


def test_a_count_that_never_happened_keeps_the_rule_of_three() -> None:
    """-ln(0.025) / 40 = 0.0922 a run cannot be excluded, either way."""
    interval = distance([0.0] * 40, [0.0] * 40, "no_worse", "unreached", margin_abs=1).interval(0.95)
    assert (interval.low, interval.high) == pytest.approx((-0.09222, 0.09222), abs=1e-4)


def test_a_share_that_never_happened_is_bounded_by_its_samples() -> None:
    """None abandoned of 20 x 150 contacts: Clopper and Pearson's upper end is 1 - 0.025^(1/3000)."""
    found = distance(
        [0.0] * 20, [0.0] * 20, "no_worse", "abandoned.share", margin_abs=0.002, counts={"contacts": 150.0}
    )
    assert found.interval(0.95).high == pytest.approx(1 - 0.025 ** (1 / 3000), rel=1e-6)
    assert found.p_values[0] == pytest.approx(2 * (1 - 0.002) ** 3000)


def test_rare_events_reach_as_far_as_garwood_says() -> None:
    """One more in 40 runs: up to 5.5716 events cannot be excluded at 95 %, nor 3.6889 fewer, of which none was seen."""
    pairs = distance([0.0] * 40, [1.0] + [0.0] * 39, "no_worse", "unreached", margin_abs=1).pairs
    bounds = [pairs.rare_bound(0.025, upwards=upwards) * 40 for upwards in (True, False)]
    assert bounds == pytest.approx([5.5716, 3.6889], abs=1e-3)


def test_a_rare_event_never_claims_more_than_its_exact_bound() -> None:
    """Student's t alone would exclude 0.076 more a run; one event in 40 runs cannot."""
    interval = distance([0.0] * 40, [1.0] + [0.0] * 39, "no_worse", "unreached", margin_abs=1).interval(0.95)
    assert interval.high >= 5.5716 / 40
    assert interval.low <= -3.6888 / 40


def test_one_run_passes_and_fails_nothing() -> None:
    """Nobody knows how one number scatters."""
    assert distance([100.0], [50.0]).p_values == (1.0, 1.0)


def test_power_agrees_with_the_noncentral_t() -> None:
    """Effect 1, scatter 2, 30 runs, 95 %: scipy's noncentral t gives it directly."""
    steps = np.array([-1.0, 1.0] * 15) * 2 * math.sqrt(29 / 30)
    found = distance([100.0] * 30, (100 + steps).tolist(), margin_abs=1).power(0.95)
    assert found == pytest.approx(float(stats.nct.sf(stats.t.ppf(0.975, 29), 29, math.sqrt(30) / 2)), rel=1e-9)


def test_without_a_margin_there_is_no_power_at_it() -> None:
    """Nothing can be told from nothing."""
    assert distance([1.0, 2.0, 3.0], [1.0, 2.5, 3.0]).power(0.95) is None


def test_runs_that_would_exclude_a_rare_event_are_counted_exactly() -> None:
    """To exclude 0.05 a run with 2.5 %: -ln(0.025) / 0.05 = 73.8, so 74."""
    assert distance([0.0] * 40, [0.0] * 40, "no_worse", "unreached", margin_abs=0.05).runs_to_decide(0.95) == 74


def test_missing_figures_are_counted_and_left_out() -> None:
    """A run in which nobody responded has no mean."""
    pairs = Pairs.of(TIME, runs(TIME, [1.0, math.nan, 3.0]), runs(TIME, [2.0, 2.0, math.nan]))
    assert (pairs.baseline, pairs.candidate, pairs.missing) == ((1.0,), (2.0,), 2)


@pytest.mark.parametrize(("shape", "seed"), [(1.0, 1), (4.0, 2)])
def test_intervals_of_skewed_steps_hold_where_t_does_not(shape: float, seed: int) -> None:
    """Gamma steps (skewness 2 and 1), 20 runs: within 93-97 % of 1,500, and never less than t holds."""
    chance, held, plain = np.random.default_rng(seed), 0, 0
    for _ in range(1500):
        steps = chance.gamma(shape, size=20) - shape
        held += 0 in distance([0.0] * 20, steps.tolist()).interval(0.95)
        low, high = stats.t.interval(0.95, 19, steps.mean(), stats.sem(steps))
        plain += low <= 0 <= high
    assert 0.93 < held / 1500 < 0.97
    assert held >= plain
