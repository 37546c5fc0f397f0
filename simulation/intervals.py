"""How surely a number is known: intervals from replications, whose runs are independent of one another.

The mean and the paired difference by Student's t (Law, Simulation Modeling and Analysis, 5th ed. 2015,
sections 4.5 and 10.2); a quantile by order statistics, which assumes nothing about the distribution (David
and Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1). Calls of one run are not independent, so an
interval is never made from them. Where the runs' figures are skewed, as quantiles and waits are, Student's t covers
too little; Hall's transformation follows the skewness (Hall 1992, JRSS B 54(1), 221-228,
doi:10.1111/j.2517-6161.1992.tb01876.x; Zhou and Dinh 2005, Biostatistics 6(2), 187-200, doi:10.1093/biostatistics/kxi002):
with S = (mean - mu) / sd and g the skewness, each by n,

    sqrt(n) (S + g S^2 / 3 + g^2 S^3 / 27 + g / (6 n))    is nearly Student's t with n - 1 degrees of freedom.

Nearest-rank quantiles are those of the measures. May import numpy, scipy
and what stands below.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from incidents.measures import nearest_rank
from optimiser.refusals import Refusal

__all__ = [
    "Interval",
    "mean_interval",
    "nearest_rank",
    "paired_interval",
    "quantile_interval",
    "runs_to_half_width",
    "skewed_interval",
    "tails",
]

MOST_RUNS = 100_000
"""Beyond this, more runs are no advice."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Holds the true value with probability `level`; an end is infinite where the runs are too few to say."""

    low: float
    high: float
    level: float

    @property
    def half_width(self) -> float:
        """Half of the distance between the ends."""
        return (self.high - self.low) / 2

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def mean_interval(values: Sequence[float], *, level: float = 0.95) -> Interval:
    """The t interval of the mean; of one value it is the whole line, of equal values exactly that value."""
    _check(values, level)
    count = len(values)
    if count == 1:
        return Interval(-math.inf, math.inf, level)
    # Rounding in the mean of equal values would pretend that they differ.
    if min(values) == max(values):
        return Interval(values[0], values[0], level)
    reach = student_reach(count, level) * float(np.std(values, ddof=1)) / math.sqrt(count)
    middle = math.fsum(values) / count
    return Interval(middle - reach, middle + reach, level)


def paired_interval(baseline: Sequence[float], candidate: Sequence[float], *, level: float = 0.95) -> Interval:
    """The t interval of the mean of candidate - baseline, run by run: both played the same contacts."""
    if len(baseline) != len(candidate):
        what = f"{len(baseline)} runs of the baseline, {len(candidate)} of the candidate"
        raise Refusal.of("runs", what, "as many of one as of the other")
    return mean_interval([b - a for a, b in zip(baseline, candidate, strict=True)], level=level)


def skewed_interval(values: Sequence[float], *, level: float = 0.95) -> Interval:
    """The interval of the mean of figures that may be skewed: at each end, of t and of Hall's transformation the wider."""
    plain = mean_interval(values, level=level)
    if len(values) == 1 or plain.low == plain.high:
        return plain
    count, middle, scatter = len(values), math.fsum(values) / len(values), scatter_of(values)
    reach, skewness = student_reach(count, level), _skewness(values)
    high, low = (middle - scatter * _unskewed(y / math.sqrt(count), skewness, count) for y in (-reach, reach))
    return Interval(min(plain.low, low), max(plain.high, high), level)


def tails(values: Sequence[float]) -> tuple[float, float]:
    """One-sided p-values that the mean is below 0, and that it is above: the ends of `skewed_interval`, turned round.

    Of equal values the mean is known: 0 and 1, or 1 and 1 where they all are 0.
    """
    _check(values, 0.5)
    if len(values) == 1:
        return 1.0, 1.0
    if min(values) == max(values):
        return (float(values[0] >= 0), float(values[0] <= 0))
    count, scatter = len(values), scatter_of(values)
    ratio, skewness = math.fsum(values) / count / scatter, _skewness(values)
    bent = ratio + skewness * ratio**2 / 3 + skewness**2 * ratio**3 / 27 + skewness / (6 * count)
    plain, followed = (float(special.stdtr(count - 1, math.sqrt(count) * each)) for each in (ratio, bent))
    upper = [float(special.stdtr(count - 1, -math.sqrt(count) * each)) for each in (ratio, bent)]
    return max(plain, followed), max(upper)


def scatter_of(values: Sequence[float]) -> float:
    """The standard deviation of a run; of equal values exactly 0."""
    return 0.0 if min(values) == max(values) else float(np.std(values, ddof=1))


def _skewness(values: Sequence[float]) -> float:
    """The third standardised moment, freed of its bias as for normal values; of two values 0."""
    count = len(values)
    if count < 3:
        return 0.0
    steps = np.asarray(values) - float(np.mean(values))
    moment = float(np.mean(steps**3) / np.mean(steps**2) ** 1.5)
    return moment * math.sqrt(count * (count - 1)) / (count - 2)


def _unskewed(bent: float, skewness: float, count: int) -> float:
    """The ratio that Hall's transformation takes to `bent`."""
    if abs(skewness) < 1e-9:
        return bent
    cube = 1 + skewness * (bent - skewness / (6 * count))
    return 3 / skewness * (float(np.cbrt(cube)) - 1)


def quantile_interval(values: Sequence[float], share: float, *, level: float = 0.95) -> Interval:
    """The interval of a quantile, between two order statistics; infinite where no sample reaches so far.

    The number of values at or below the quantile is binomial (n, share); the ranks are the tightest that
    leave at most (1 - level) / 2 of its probability on either side.
    """
    _check(values, level)
    if not 0 < share < 1:
        raise Refusal.of("share", f"{share} is not inside 0..1", "0 < share < 1")
    ascending, count = np.sort(np.asarray(values, dtype=np.float64)), len(values)
    at_most = special.bdtr(np.arange(count + 1), count, share)
    tail = (1 - level) / 2
    low_rank = int(np.searchsorted(at_most, tail, side="right"))
    high_rank = int(np.searchsorted(at_most, 1 - tail, side="left")) + 1
    low = float(ascending[low_rank - 1]) if low_rank >= 1 else -math.inf
    high = float(ascending[high_rank - 1]) if high_rank <= count else math.inf
    return Interval(low, high, level)


def runs_to_half_width(values: Sequence[float], half_width: float, *, level: float = 0.95) -> int | None:
    """The fewest runs whose t interval would reach only `half_width`, if later runs scatter like these.

    None where that takes more than `MOST_RUNS`, or where there are too few values to know how they scatter.
    """
    _check(values, level)
    if len(values) < 2 or not half_width > 0:
        return None
    scatter = float(np.std(values, ddof=1))
    low, high = 2, MOST_RUNS
    if student_reach(high, level) * scatter / math.sqrt(high) > half_width:
        return None
    while low < high:
        middle = (low + high) // 2
        if student_reach(middle, level) * scatter / math.sqrt(middle) <= half_width:
            high = middle
        else:
            low = middle + 1
    return low


def student_reach(count: int, level: float) -> float:
    """The two-sided quantile of Student's t for the mean of `count` values."""
    return float(special.stdtrit(count - 1, (1 + level) / 2))


def _check(values: Sequence[float], level: float) -> None:
    if not values:
        raise Refusal.of("runs", "there are none", "at least one run")
    if not all(math.isfinite(value) for value in values):
        raise Refusal.of("runs", "a value is not a number", "finite values")
    if not 0 < level < 1:
        raise Refusal.of("level", f"{level} is not inside 0..1", "such as 0.95")
