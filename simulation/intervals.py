"""How surely a number is known: intervals from replications, whose runs are independent of one another.

The mean and the paired difference by Student's t (Law, Simulation Modeling and Analysis, 5th ed. 2015,
sections 4.5 and 10.2); a quantile by order statistics, which assumes nothing about the distribution (David
and Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1). Calls of one run are not independent, so an
interval is never made from them. Nearest-rank quantiles are those of the measures. May import numpy, scipy
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
