"""Rates by hour of the week from the log itself, and whether its days differ by more than chance.

Let n_c be the contacts in hour c of the week, and e_c how often that hour was seen. The smooth profile m_c is the product of a
level for the day and a level for the hour of the day, that one averaged with its neighbours (1/4, 1/2, 1/4). The rate of an hour
is gamma distributed about its profile with shape k; n_c is then negative binomial, and the k that makes all n_c likeliest is
taken (empirical Bayes; Efron and Morris 1973, JASA 68, 117-130, for the idea). The estimate is the posterior mean

    r_c = (n_c + k) / (e_c + k / m_c)

close to the mean of the hour where it was seen often, close to the profile where it was not. An hour without any contact, where
chance would leave none once in a million, is closed.

Days: with n_d contacts on day d and m_d expected from its hours, D = sum (n_d - m_d)^2 / m_d is chi-square distributed if days
are Poisson, and so is each block of BLOCK_H hours; a day factor is fitted where D has a chance below REJECTED. The gamma
factor's variance is what remains of the squares: sum ((n_d - m_d)^2 - m_d) / sum m_d^2. Imports `log`, `rates`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import chi2

from incidents.centre import HOURS_IN_A_WEEK
from simulation.distributions import Floats
from simulation.fitting.log import DAY_S, Log, Span
from simulation.fitting.rates import HOUR_S, hour_of_week, smooth_profile

BLOCK_H = 6
REJECTED = 0.05
CLOSED = 1e-6
MOST_SHAPE = 1e6


@dataclass(frozen=True, slots=True)
class Week:
    """Rates per hour of the week with what stands behind them, and how days differ."""

    rates: tuple[float, ...]
    means: tuple[float, ...]
    profile: tuple[float, ...]
    shape: float
    """k: how surely the hours follow the profile; the greatest there is: they do."""
    exposure: tuple[float, ...]
    day_counts: tuple[float, ...]
    day_expected: tuple[float, ...]
    chance: float
    """Of days that differ as much, if they were Poisson."""
    block_chances: tuple[float, ...]
    day_factor_cv: float


def fit_week(log: Log, left_out: Sequence[Span]) -> Week:
    """Fit the week of a log on its whole days, outside the spans that say nothing about an ordinary one."""
    first = log.first_day
    hours = np.arange(first, max(log.end_of_last_day, first + DAY_S), HOUR_S)
    received = np.asarray([each.received for each in log.incidents])
    counts = np.histogram(received, np.append(hours, hours[-1] + HOUR_S))[0].astype(np.float64)
    kept = np.asarray([not any(each.start <= hour < each.until for each in left_out) for hour in hours])
    cell = np.asarray([hour_of_week(hour) for hour in hours])
    seen = np.bincount(cell[kept], counts[kept], HOURS_IN_A_WEEK).astype(np.float64)
    exposure = np.bincount(cell[kept], minlength=HOURS_IN_A_WEEK).astype(np.float64)
    means = seen / np.maximum(exposure, 1)
    profile = smooth_profile(means)
    shape = likeliest_shape(seen, exposure, profile)
    rates = (seen + shape) / (exposure + shape / np.maximum(profile, 1e-12))
    rates[(seen == 0) & (np.exp(-profile * exposure) < CLOSED)] = 0.0
    rates[profile <= 0] = 0.0
    days, expected, chances = _days(counts, kept, means[cell], exposure)
    cv, chance = day_factor(days, expected, weeks=float(np.median(exposure)))
    return Week(
        rates=tuple(round(float(rate), 3) for rate in rates),
        means=tuple(means.tolist()),
        profile=tuple(profile.tolist()),
        shape=shape,
        exposure=tuple(exposure.tolist()),
        day_counts=tuple(days.tolist()),
        day_expected=tuple(expected.tolist()),
        chance=chance,
        block_chances=chances,
        day_factor_cv=round(cv, 3) if chance < REJECTED else 0.0,
    )


def likeliest_shape(seen: Floats, exposure: Floats, profile: Floats) -> float:
    """The shape k that makes the counts of all hours with a profile likeliest."""
    open_ = (profile > 0) & (exposure > 0) & ~((seen == 0) & (np.exp(-profile * exposure) < CLOSED))
    n, m = seen[open_], (profile * exposure)[open_]

    def misfit(log_shape: float) -> float:
        k = math.exp(log_shape)
        return -float(np.sum(gammaln(n + k) - gammaln(k) + k * np.log(k / (k + m)) + n * np.log(m / (k + m))))

    found = minimize_scalar(misfit, bounds=(math.log(0.05), math.log(MOST_SHAPE)), method="bounded")
    return float(math.exp(found.x))


def day_factor(days: Floats, expected: Floats, *, weeks: float) -> tuple[float, float]:
    """Return the coefficient of variation of the day factor, and the chance of such days if they were Poisson.

    Expected counts are means over `weeks`, so each has taken up its share of the squares.
    """
    open_ = expected > 0
    n, m = days[open_], expected[open_]
    if len(n) < 8 or weeks < 2:
        return 0.0, 1.0
    inflation = weeks / (weeks - 1)
    squares = (n - m) ** 2 * inflation
    degrees = (1 - 1 / weeks) * len(n)
    chance = float(chi2.sf(float(np.sum((n - m) ** 2 / m)), degrees))
    return math.sqrt(max(0.0, float(np.sum(squares - m) / np.sum(m**2)))), chance


def _days(counts: Floats, kept: Floats, means: Floats, exposure: Floats) -> tuple[Floats, Floats, tuple[float, ...]]:
    """Counts and expectations of whole days that are all kept, and the chance of each block of hours."""
    whole = kept.reshape(-1, 24).all(axis=1)
    by_day, expected = counts.reshape(-1, 24)[whole], means.reshape(-1, 24)[whole]
    weeks = float(np.median(exposure))
    chances = []
    for start in range(0, 24, BLOCK_H):
        block = slice(start, start + BLOCK_H)
        _, chance = day_factor(by_day[:, block].sum(axis=1), expected[:, block].sum(axis=1), weeks=weeks)
        chances.append(chance)
    return by_day.sum(axis=1), expected.sum(axis=1), tuple(chances)
