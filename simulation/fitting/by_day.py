"""Whether the days of a log differ in how long things take, and by how much, where they do.

Let y be a time over the mean of its group (nature, or kind and class), cut at the 99th percentile of all; n_d of them on day d
with mean m_d, N in all on D days, and s^2 their variance within days. Days differ where Kruskal and Wallis's test of the days has
a chance below REJECTED; the variance between days is then that of the analysis of variance (Searle, Casella and McCulloch 1992,
Variance Components, section 3.6),

    v = (sum n_d (m_d - m)^2 - (D - 1) s^2) / (N - sum n_d^2 / N)

and each day has a factor with the coefficient of variation sqrt(v) * t sqrt(1 + 1/D) / z. D days say little about the next one: t
is the quantile of Student's distribution with D - 1 degrees that covers LEVEL, z that of the normal, so that the factor of a
new day lies within LEVEL of its range as often as it says. Imports nothing of ours but `distributions`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import kruskal, norm, t

from simulation.distributions import Floats

REJECTED = 0.05
LEVEL = 0.95
LEAST_DAYS = 5
LEAST_TIMES = 10
"""Days with fewer say nothing."""
LEAST_CV = 0.02


@dataclass(frozen=True, slots=True)
class DayTest:
    """The chance of days that differ as much by chance, and the coefficient of variation of what a day does to all its times."""

    chance: float
    cv: float


def times_by_day(days: Sequence[int], groups: Sequence[str], values: Sequence[float]) -> DayTest:
    """Test whether a time depends on the day, and estimate by how much."""
    if not values:
        return DayTest(1.0, 0.0)
    shares = _over_group(groups, values)
    parts = [shares[np.asarray(days) == day] for day in sorted(set(days))]
    kept = [part for part in parts if len(part) >= LEAST_TIMES]
    if len(kept) < LEAST_DAYS or np.ptp(shares) < LEAST_CV:
        return DayTest(1.0, 0.0)
    chance = float(kruskal(*kept).pvalue)
    counts = np.asarray([len(part) for part in kept], dtype=np.float64)
    means = np.asarray([part.mean() for part in kept])
    total = counts.sum()
    whole = float(counts @ means / total)
    within = sum(float(((part - part.mean()) ** 2).sum()) for part in kept) / (total - len(kept))
    between = float(counts @ (means - whole) ** 2) - (len(kept) - 1) * within
    variance = between / (total - float(counts @ counts) / total) / whole**2
    few = float(t.ppf((1 + LEVEL) / 2, len(kept) - 1) / norm.ppf((1 + LEVEL) / 2)) * math.sqrt(1 + 1 / len(kept))
    cv = math.sqrt(max(0.0, variance)) * few
    return DayTest(chance, round(cv, 3) if chance < REJECTED and cv >= LEAST_CV else 0.0)


def _over_group(groups: Sequence[str], values: Sequence[float]) -> Floats:
    """Each value over the mean of its group; what stands out of all is cut."""
    names, of = np.unique(np.asarray(groups), return_inverse=True)
    seconds = np.asarray(values, dtype=np.float64)
    means = np.bincount(of, seconds, len(names)) / np.bincount(of, minlength=len(names))
    shares = seconds / np.maximum(means[of], 1e-9)
    return np.asarray(np.minimum(shares, np.quantile(shares, 0.99)), dtype=np.float64)
