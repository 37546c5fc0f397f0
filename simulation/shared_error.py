"""The error that looks and tests share: what a look may spend of it, and what is left for each of many tests.

Let a be the error of one side, n_1 < ... < n_K the runs at the looks, t_k = n_k / n_K, and f(a, t) the error that may
be spent up to t (Lan and DeMets 1983, Biometrika 70(3), 659-663, doi:10.1093/biomet/70.3.659):

    obrien-fleming    f(a, t) = 2 - 2 Phi(z(a/2) / sqrt(t))
    pocock            f(a, t) = a ln(1 + (e - 1) t)

Bounds c_1 ... c_K are those for which the statistic Z, whose sums sqrt(t_k) Z_k have independent normal steps, first
leaves the band (-c_k, c_k) upwards at look k with probability f(a, t_k) - f(a, t_k-1). They are found by integrating
the density of what is still inside the band, look by look (Armitage, McPherson and Rowe 1969, JRSS A 132(2), 235-244,
doi:10.2307/2343787). A test that is not normal is held to the same tail: p <= 1 - Phi(c_k) (Jennison and Turnbull,
Group Sequential Methods, 2000, section 4.4).

Many tests at once are taken in steps, the smallest p-value first (Holm 1979, Scandinavian Journal of Statistics 6(2),
65-70); with looks, each step has the bounds of its own share of alpha (Maurer and Bretz 2013, Statistics in
Biopharmaceutical Research 5(4), 311-320, doi:10.1080/19466315.2013.807748). May import numpy, scipy and `terms`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from simulation.terms import Spending

NODES = 400
"""Points at which the density inside the band is kept."""
FURTHEST = 8.5
"""Standard deviations beyond which no probability is left to speak of."""
SMALLEST = 1e-13
"""An error too small to be told from none; a look that may spend no more stops nobody."""


def spent(spending: Spending, alpha: float, share: float) -> float:
    """How much of the error `alpha` of one side may be spent when this share (0..1] of the runs is there."""
    if spending == "pocock":
        return alpha * math.log1p((math.e - 1) * share)
    return float(2 * special.ndtr(special.ndtri(alpha / 2) / math.sqrt(share)))


@lru_cache(maxsize=10_000)
def nominal_levels(at: tuple[int, ...], spending: Spending, alpha: float) -> tuple[float, ...]:
    """The two-sided p-value at which each look decides, so that all looks together err at most with `alpha`, half a side."""
    return tuple(float(2 * special.ndtr(-bound)) for bound in bounds(at, spending, alpha))


@lru_cache(maxsize=10_000)
def bounds(at: tuple[int, ...], spending: Spending, alpha: float) -> tuple[float, ...]:
    """The bounds c_1 ... c_K for a two-sided `alpha`; infinite at a look that may spend nothing yet."""
    shares = [runs / at[-1] for runs in at]
    found: list[float] = []
    inside, so_far = _Inside.at_first(), 0.0
    for share in shares:
        step = spent(spending, alpha / 2, share) - so_far
        bound = math.inf if step < SMALLEST else inside.bound(share, step)
        so_far += step if math.isfinite(bound) else 0.0
        found.append(bound)
        inside = inside.after(share, bound)
    return tuple(found)


def crossing(shares: Sequence[float], limits: Sequence[float]) -> float:
    """The probability that Z leaves the band (-c_k, c_k), on either side, at any of the looks."""
    inside, total = _Inside.at_first(), 0.0
    for share, limit in zip(shares, limits, strict=True):
        total += 2 * inside.beyond(share, limit)
        inside = inside.after(share, limit)
    return total


class _Inside:
    """The density of sqrt(t) Z where no bound was left so far, at nodes with their weights."""

    def __init__(self, share: float, nodes: NDArray[np.float64], mass: NDArray[np.float64]) -> None:
        self.share, self.nodes, self.mass = share, nodes, mass

    @classmethod
    def at_first(cls) -> _Inside:
        return cls(0.0, np.zeros(1), np.ones(1))

    def beyond(self, share: float, limit: float) -> float:
        """The probability that it is above the bound at the next look."""
        spread = math.sqrt(share - self.share)
        return float(self.mass @ special.ndtr((self.nodes - limit * math.sqrt(share)) / spread))

    def bound(self, share: float, step: float) -> float:
        """The bound that just so much probability is above."""

        def missed(limit: float) -> float:
            return math.log(max(self.beyond(share, limit), 1e-300)) - math.log(step)

        return float(optimize.brentq(missed, -1.0, 4 * FURTHEST, xtol=1e-10))

    def after(self, share: float, limit: float) -> _Inside:
        reach = min(limit, FURTHEST) * math.sqrt(share)
        units, weights = _rule()
        nodes, spread = units * reach, math.sqrt(share - self.share)
        steps = (nodes[:, None] - self.nodes[None, :]) / spread
        density = np.exp(-0.5 * steps * steps) @ self.mass / (spread * math.sqrt(2 * math.pi))
        return _Inside(share, nodes, density * weights * reach)


@lru_cache(maxsize=1)
def _rule() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    units, weights = np.polynomial.legendre.leggauss(NODES)
    return units, weights


def holm(p_values: Sequence[float], level_of: Callable[[int], float]) -> tuple[tuple[bool, float], ...]:
    """For each test whether it is rejected, and the level it was held against; `level_of(k)`: the level when k tests are left.

    The smallest p-value is held against the level for all of them, the next against that for one less, until one is not rejected;
    those after it are held against the level at which that one stopped.
    """
    found: list[tuple[bool, float]] = [(False, 0.0)] * len(p_values)
    left, is_stopped = len(p_values), False
    for index in sorted(range(len(p_values)), key=lambda each: p_values[each]):
        level = level_of(left)
        is_stopped = is_stopped or not p_values[index] <= level
        found[index] = (not is_stopped, level)
        left -= 0 if is_stopped else 1
    return tuple(found)
