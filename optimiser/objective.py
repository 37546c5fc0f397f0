"""What a response is worth: loss functions as data, turned into integer price terms.

Let w be the seconds a need has waited, t the seconds until a resource would be there, and v the weight of the need's
class. A loss function L maps a response time in seconds to *equivalent seconds*; it is nondecreasing with L(0) = 0.
The price of a pair is the loss still to come, since what has been waited is spent whoever goes:

    price(w, t) = v * (L(w + t) - L(w)),    in units of 0.1 weighted seconds, rounded, at most LOSS_LIMIT

    linear      L(s) = s                                    the mean response time
    power       L(s) = h * (s / h)^a,  a >= 1               long responses weigh more than proportionally
    threshold   L(s) = s + b * [s > d]                      a target of d seconds, and b seconds for missing it
    logistic    L(s) = h * (1 - S(s) / S(0)),               chance of survival lost,
                S(s) = 1 / (1 + exp(a + g * s))             h equivalent seconds being a life

Sources. Threshold: Church and ReVelle (1974), "The maximal covering location problem", Papers of the Regional Science
Association 32, 101-118. Logistic: De Maio et al. (2003), Annals of Emergency Medicine 42(2), 242-250, whose
S(minutes) = 1 / (1 + exp(0.679 + 0.262 minutes)) gives the defaults; as a dispatch objective, Erkut, Ingolfsson and
Erdogan (2008), Naval Research Logistics 55(1), 42-58. Precedence: Kleinrock (1964), "A delay dependent queue
discipline", Naval Research Logistics Quarterly 11(3-4), 329-341.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimiser.problem import UNITS_PER_SECOND, IntArray
from optimiser.refusals import Flaw, ProblemRefused

LOSS_LIMIT = 10**9
"""The most that one response term may cost, in cost units: no loss outweighs this, and no sum leaves 64 bits."""

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearLoss:
    """Every second counts the same."""

    shape: Literal["linear"] = "linear"


@dataclass(frozen=True, slots=True)
class PowerLoss:
    """Each further second counts more; at `scale_s` the loss equals the time."""

    shape: Literal["power"] = "power"
    exponent: float = 2.0
    scale_s: float = 480.0

    def __post_init__(self) -> None:
        """Refuse a loss that is not a nondecreasing, convex function of time."""
        _refuse_outside("exponent", self.exponent, 1.0, 4.0)
        _refuse_outside("scale_s", self.scale_s, 1.0, 1e6)


@dataclass(frozen=True, slots=True)
class ThresholdLoss:
    """A target, and a price in equivalent seconds for missing it."""

    shape: Literal["threshold"] = "threshold"
    target_s: float = 480.0
    missed_s: float = 600.0

    def __post_init__(self) -> None:
        """Refuse a negative or non-finite target or price."""
        _refuse_outside("target_s", self.target_s, 0.0, 1e6)
        _refuse_outside("missed_s", self.missed_s, 0.0, 1e6)


@dataclass(frozen=True, slots=True)
class LogisticLoss:
    """Loss of the chance of survival; defaults are De Maio et al. (2003), per second."""

    shape: Literal["logistic"] = "logistic"
    intercept: float = 0.679
    slope_per_s: float = 0.262 / 60.0
    scale_s: float = 3600.0

    def __post_init__(self) -> None:
        """Refuse a survival curve that rises with time."""
        _refuse_outside("intercept", self.intercept, -20.0, 20.0)
        _refuse_outside("slope_per_s", self.slope_per_s, 0.0, 1.0)
        _refuse_outside("scale_s", self.scale_s, 1.0, 1e6)


Loss: TypeAlias = LinearLoss | PowerLoss | ThresholdLoss | LogisticLoss
"""A loss function as data, told apart by `shape`."""


def response_units(loss: Loss, weight: ArrayLike, waited_s: ArrayLike, reach_s: ArrayLike) -> IntArray:
    """Price responses in units of 0.1 weighted seconds; arguments broadcast, at most `LOSS_LIMIT` each.

    `weight`, `waited_s` and `reach_s` are finite and not negative; the price is nondecreasing in `reach_s` and `weight`.
    """
    waited = np.asarray(waited_s, dtype=np.float64)
    added = loss_s(loss, waited + np.asarray(reach_s, dtype=np.float64)) - loss_s(loss, waited)
    units = np.asarray(weight, dtype=np.float64) * added * UNITS_PER_SECOND
    return np.asarray(np.rint(np.minimum(units, LOSS_LIMIT)), dtype=np.int64)


def price_units(loss: Loss, weight: float, waited_s: float, reach_s: float) -> int:
    """Price one response: the number that `response_units` has for it, without the cost of arrays where the loss allows."""
    match loss:
        case LinearLoss():
            added = (waited_s + reach_s) - waited_s
        case ThresholdLoss(target_s=target, missed_s=missed):
            response_s = waited_s + reach_s
            added = (response_s + missed * (response_s > target)) - (waited_s + missed * (waited_s > target))
        case _:
            return int(response_units(loss, weight, waited_s, reach_s))
    return round(min(weight * added * UNITS_PER_SECOND, LOSS_LIMIT))


def precedence_units(weight: ArrayLike, waited_s: ArrayLike, *, share: float = 1.0) -> IntArray:
    """Price, per need, of going before needs that have waited longer: 0 for the longest weighted wait.

    When there are too few resources, response prices alone do not say who goes first: under the linear loss they do not
    depend on the wait at all. This term adds `share` units per unit of weighted waiting that a need is behind the
    longest-waiting one, so one weighted second of seniority buys `share` weighted seconds of reach. With nothing to
    travel it is first come, first served within a class; across classes the ranks decide before any price does.
    """
    standing = np.asarray(weight, dtype=np.float64) * np.asarray(waited_s, dtype=np.float64)
    behind = (standing.max(initial=0.0) - standing) * share * UNITS_PER_SECOND
    return np.asarray(np.rint(np.minimum(behind, LOSS_LIMIT)), dtype=np.int64)


def loss_s(loss: Loss, response_s: FloatArray) -> FloatArray:
    """Evaluate L in equivalent seconds; nondecreasing, L(0) = 0."""
    match loss:
        case LinearLoss():
            return response_s
        case PowerLoss(exponent=exponent, scale_s=scale):
            return np.asarray(scale * (response_s / scale) ** exponent)
        case ThresholdLoss(target_s=target, missed_s=missed):
            return np.asarray(response_s + missed * (response_s > target))
        case LogisticLoss(intercept=intercept, slope_per_s=slope, scale_s=scale):
            lasting = _survival(intercept + slope * response_s) / _survival(np.float64(intercept))
            return np.asarray(scale * (1.0 - lasting))
        case _:
            assert_never(loss)


def _survival(exponent: FloatArray | np.float64) -> FloatArray:
    # Beyond 700 the exponential leaves the range of a double; the chance is nought long before.
    return np.asarray(1.0 / (1.0 + np.exp(np.minimum(exponent, 700.0))))


def _refuse_outside(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ProblemRefused([Flaw(name, f"is {value}", f"{low} to {high}")])
