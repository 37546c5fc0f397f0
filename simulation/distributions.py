"""Distributions of durations, each known by its inverse: a uniform number in, seconds out.

Everything random about a contact is a uniform number drawn in advance; a distribution turns it into seconds
when it is asked. That keeps two procedures on common random numbers even where one of them asks later, or not
at all. `at` is plain Python because it stands in the simulation's hot loop, `at_many` is its vectorised twin.
Imports nothing of ours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaincinv, gammaln, ndtri

Floats = NDArray[np.float64]

_LEAST = 2.0**-53
"""The smallest probability a normal quantile is taken at; uniforms are multiples of it."""
_NORMAL = NormalDist()


class Distribution(Protocol):
    """A non-negative random quantity."""

    def at(self, u: float) -> float:
        """The value below which a share `u` (0 <= u < 1) lies."""
        ...

    def at_many(self, us: Floats) -> Floats:
        """`at` of every element; any shape."""
        ...

    @property
    def mean(self) -> float:
        """The expected value."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """Always `value`."""

    value: float

    def at(self, u: float) -> float:
        """The value, whatever `u`."""
        return self.value

    def at_many(self, us: Floats) -> Floats:
        """The value, as often as there are elements."""
        return np.full(us.shape, self.value)

    @property
    def mean(self) -> float:
        """The value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Exponential:
    """Memoryless, with expected value `mean`."""

    mean: float

    def at(self, u: float) -> float:
        """-mean * log(1 - u)."""
        return -self.mean * math.log1p(-u)

    def at_many(self, us: Floats) -> Floats:
        """`at` of every element."""
        return np.asarray(-self.mean * np.log1p(-us))


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Lognormal with expected value `mean` and coefficient of variation `cv`."""

    mean: float
    cv: float

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.sqrt(math.log1p(self.cv * self.cv))

    @property
    def median(self) -> float:
        """Half of the values lie below."""
        return self.mean / math.sqrt(1 + self.cv * self.cv)

    def at(self, u: float) -> float:
        """median * exp(sigma * normal quantile of u)."""
        return self.median * math.exp(self.sigma * _NORMAL.inv_cdf(max(u, _LEAST)))

    def at_many(self, us: Floats) -> Floats:
        """`at` of every element."""
        return np.asarray(self.median * np.exp(self.sigma * ndtri(np.maximum(us, _LEAST))))


@dataclass(frozen=True, slots=True)
class Gamma:
    """Gamma with expected value `mean` and coefficient of variation `cv`: shape cv**-2."""

    mean: float
    cv: float

    def at(self, u: float) -> float:
        """The inverse of the regularised incomplete gamma function, scaled."""
        return float(gammaincinv(self.cv**-2, u) * self.mean * self.cv**2)

    def at_many(self, us: Floats) -> Floats:
        """`at` of every element."""
        return np.asarray(gammaincinv(self.cv**-2, us) * self.mean * self.cv**2)


@dataclass(frozen=True, slots=True)
class Weibull:
    """Weibull with expected value `mean` and coefficient of variation `cv`."""

    mean: float
    cv: float

    @property
    def shape(self) -> float:
        """The exponent of the hazard, plus one."""
        return weibull_shape(self.cv)

    @property
    def scale(self) -> float:
        """The value below which all but 1/e lie."""
        return float(self.mean / math.exp(float(gammaln(1 + 1 / self.shape))))

    def at(self, u: float) -> float:
        """scale * (-log(1 - u)) ** (1 / shape)."""
        value: float = self.scale * (-math.log1p(-u)) ** (1 / self.shape)
        return value

    def at_many(self, us: Floats) -> Floats:
        """`at` of every element."""
        return np.asarray(self.scale * (-np.log1p(-us)) ** (1 / self.shape))


@lru_cache(maxsize=4096)
def weibull_shape(cv: float) -> float:
    """The shape of the Weibull distribution with this coefficient of variation, from 0.01 to 20."""

    def excess(log_shape: float) -> float:
        inverse = math.exp(-log_shape)
        return float(gammaln(1 + 2 * inverse) - 2 * gammaln(1 + inverse)) - math.log1p(cv * cv)

    return math.exp(float(brentq(excess, math.log(0.15), math.log(200.0), xtol=1e-12)))


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A table of values at even probabilities from 0 to 1, straight between them."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        assert len(self.values) >= 2, "a quantile table has at least a least and a greatest value"

    def at(self, u: float) -> float:
        """Linear between the two neighbours of `u` in the table."""
        last = len(self.values) - 1
        position = u * last
        below = min(int(position), last - 1)
        low = self.values[below]
        return low + (position - below) * (self.values[below + 1] - low)

    def at_many(self, us: Floats) -> Floats:
        """`at` of every element."""
        return np.interp(us, np.linspace(0.0, 1.0, len(self.values)), self.values)

    @property
    def mean(self) -> float:
        """Area under the straight pieces."""
        return (sum(self.values) - (self.values[0] + self.values[-1]) / 2) / (len(self.values) - 1)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A distribution times a factor."""

    of: Distribution
    factor: float

    def at(self, u: float) -> float:
        """The value times the factor."""
        return self.of.at(u) * self.factor

    def at_many(self, us: Floats) -> Floats:
        """`at` of every element."""
        return self.of.at_many(us) * self.factor

    @property
    def mean(self) -> float:
        """The expected value times the factor."""
        return self.of.mean * self.factor


def table_of(sample: Sequence[float], steps: int = 20) -> Quantiles:
    """Return the quantile table of a sample, `steps` + 1 values in whole units.

    The greatest value of the table is not the sample's but such that the mean of the last step is the
    sample's own: a single outlier would otherwise stretch one step in twenty.
    """
    assert len(sample) > 0, "a table needs a sample"
    ordered = np.sort(np.asarray(sample, dtype=np.float64))
    values = np.quantile(ordered, np.linspace(0.0, 1.0, steps + 1))
    tail = ordered[ordered >= values[-2]]
    values[-1] = max(values[-2], min(values[-1], 2 * float(tail.mean()) - values[-2]))
    return Quantiles(tuple(float(round(value)) for value in values))
