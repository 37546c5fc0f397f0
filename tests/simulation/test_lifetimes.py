"""Distributions of times, some of them still open, held against their formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.distributions import Gamma, Weibull
from simulation.fitting.lifetimes import Lifetimes, cdf_of, choose, exponential, kaplan_meier, table
from simulation.workload import DistributionEntry

COUNT = 3_000
DRAWS = {
    "exponential": lambda rng: rng.exponential(200, COUNT),
    "lognormal": lambda rng: rng.lognormal(5, 0.7, COUNT),
    "gamma": lambda rng: rng.gamma(2.5, 60, COUNT),
    "weibull": lambda rng: 90 * rng.weibull(1.8, COUNT),
}
MEANS = {
    "exponential": 200.0,
    "lognormal": math.exp(5 + 0.7**2 / 2),
    "gamma": 150.0,
    "weibull": 90 * math.gamma(1 + 1 / 1.8),
}


def mean_of(entry: DistributionEntry) -> float:
    """The expected value of whatever was chosen."""
    return entry.distribution().mean


def test_kaplan_meier_by_hand() -> None:
    """Kaplan and Meier 1958: ended at 1, 2 and 4, one open at 3. Survival is 3/4, 1/2, and 0 after the last."""
    ended, surviving = kaplan_meier(Lifetimes((1.0, 2.0, 4.0), (3.0,)))
    assert (ended.tolist(), surviving.tolist()) == ([1, 2, 4], [0.75, 0.5, 0.0])


def test_what_is_open_at_an_instant_is_at_risk_there() -> None:
    """By hand: of two, one ends at 5 and one is open at 5, so half last longer."""
    assert kaplan_meier(Lifetimes((5.0,), (5.0,)))[1].tolist() == [0.5]


def test_the_exponential_mean_is_total_time_over_what_ended() -> None:
    """The maximum-likelihood estimate with censoring, by hand: (10 + 20 + 30) / 2."""
    assert exponential(Lifetimes((10.0, 20.0), (30.0,))).exponential == 30


@pytest.mark.parametrize("name", list(DRAWS))
@pytest.mark.parametrize("is_censored", [False, True])
def test_the_kind_that_made_the_times_is_found_again_with_its_mean(name: str, is_censored: bool) -> None:
    """Over three seeds; a mean of 3,000 times has a standard error of two per cent or less, half of them open a little more.

    An exponential is a gamma and a Weibull too, so whichever of the three wins is right about it.
    """
    alike = {"exponential": {"exponential", "gamma", "weibull"}}.get(name, {name})
    for seed in (1, 2, 3):
        rng = np.random.default_rng(seed)
        draw = DRAWS[name](rng)
        open_at = rng.exponential(2.5 * MEANS[name], COUNT) if is_censored else np.full(COUNT, np.inf)
        has_ended = draw <= open_at
        found = choose(Lifetimes(tuple(np.round(draw[has_ended])), tuple(np.round(open_at[~has_ended]))))
        assert found.name in alike, (seed, found.scores)
        assert mean_of(found.entry) == pytest.approx(MEANS[name], rel=0.08), seed


def test_two_humps_are_kept_as_a_table() -> None:
    """No smooth curve has two humps, and a crew turned back is another matter than one that works."""
    rng = np.random.default_rng(4)
    humps = np.round(np.concatenate([rng.normal(100, 5, 1000), rng.normal(400, 20, 1000)]))
    found = choose(Lifetimes(tuple(rng.permutation(humps))))
    assert found.name == "table"
    assert found.entry.distribution().at(0.25) == pytest.approx(100, abs=3)


def test_to_leave_open_times_out_would_be_wrong_by_half() -> None:
    """Open times are the long ones: the true mean is 200, that of what ends before an exponential 200 about 100."""
    rng = np.random.default_rng(5)
    draw, open_at = rng.exponential(200, 5000), rng.exponential(200, 5000)
    ended = draw <= open_at
    assert float(draw[ended].mean()) < 120
    found = table(Lifetimes(tuple(draw[ended]), tuple(open_at[~ended])))
    assert mean_of(found) == pytest.approx(200, rel=0.1)


def test_rounding_to_minutes_does_not_move_the_mean() -> None:
    """Of a gamma with mean 150 s in whole minutes, a likelihood of points would see an atom at 0."""
    rng = np.random.default_rng(6)
    minutes = np.round(rng.gamma(2.5, 60, COUNT) / 60) * 60
    times = Lifetimes(tuple(minutes))
    assert times.resolution_s == 60
    assert mean_of(choose(times).entry) == pytest.approx(150, rel=0.05)


def test_equal_times_are_a_constant() -> None:
    """A log of a formula, or of a machine."""
    assert choose(Lifetimes((7.0,) * 50)).entry.constant == 7


@given(st.floats(0.05, 4.0), st.floats(1.0, 5000.0), st.floats(0.001, 0.999))
def test_gamma_and_weibull_have_the_moments_and_the_quantiles_they_say(cv: float, mean: float, u: float) -> None:
    """`at` is the inverse of the distribution function by which the likelihood was taken."""
    for kind, entry in ((Gamma, {"gamma": {"mean": mean, "cv": cv}}), (Weibull, {"weibull": {"mean": mean, "cv": cv}})):
        value = kind(mean, cv).at(u)
        cdf = cdf_of(DistributionEntry.model_validate(entry))
        assert cdf(np.asarray([value]))[0] == pytest.approx(u, abs=1e-6)


@pytest.mark.parametrize("kind", [Gamma, Weibull])
def test_draws_have_the_mean_and_spread_that_are_asked_for(kind: type[Gamma] | type[Weibull]) -> None:
    """By the law of large numbers, a million even quantiles of mean 100 and coefficient of variation 0.6."""
    values = kind(100.0, 0.6).at_many((np.arange(1_000_000) + 0.5) / 1_000_000)
    assert (values.mean(), values.std() / values.mean()) == pytest.approx((100, 0.6), rel=0.002)
