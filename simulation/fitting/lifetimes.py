"""How long something takes, from times that ended and times of which only a beginning is known.

Let x_i be the times that ended and c_j those still open when the log was cut (right-censored). The log rounds to r seconds, so a
time x says that the truth lies in (x - r/2, x + r/2], and the likelihood of a distribution F is

    L(F) = prod_i [F(x_i + r/2) - F(x_i - r/2)] * prod_j [1 - F(c_j)]

Candidates: exponential, lognormal, gamma and Weibull at their greatest L (Nelder and Mead's simplex from the moments), and the
quantile table of the Kaplan-Meier curve (Kaplan and Meier 1958, JASA 53, 457-481) with an exponential tail where the curve does
not come down to zero. The one with the greatest log L on data it was not fitted to is chosen, by five folds; a table has four
parameters or more for the one or two of the others, so it has to be better by more than one standard error of the difference.
A test of fit with fitted parameters would be invalid, and is not used. Imports `distributions` and the workload's entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammainc, ndtr

from simulation.distributions import Floats, table_of, weibull_shape
from simulation.durations import DistributionEntry, LognormalEntry, MomentsEntry

FOLDS = 5
LEAST_SAMPLE = 40
"""Fewer times than this are not told apart: their table is taken as it is."""
LEAST_AT_RISK = 10
"""Where fewer are left, one of them moves the curve by a tenth of what is left."""
MOST_COMPARED = 4_000
"""Of more times than this, evenly chosen ones are compared."""
STEPS = ((4_000, 100), (1_000, 50), (0, 20))
"""So many times at least, and the steps of their table: enough that each step has a score of them."""
LEAST_CHANCE = 1e-12
Cdf = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Times that ended and times still open, seconds, all at least 0."""

    ended: tuple[float, ...]
    open: tuple[float, ...] = ()

    @property
    def resolution_s(self) -> float:
        """60 where nearly all that ended did so on whole minutes, otherwise 1."""
        whole = sum(each % 60 == 0 for each in self.ended)
        return 60.0 if len(self.ended) >= LEAST_SAMPLE and whole > 0.9 * len(self.ended) else 1.0

    def fold(self, number: int, of: int = FOLDS) -> tuple[Lifetimes, Lifetimes]:
        """Every `of`-th time apart, in the order of the log: the others, and those."""
        kept = [tuple(x for i, x in enumerate(part) if i % of != number) for part in (self.ended, self.open)]
        apart = [tuple(x for i, x in enumerate(part) if i % of == number) for part in (self.ended, self.open)]
        return Lifetimes(kept[0], kept[1]), Lifetimes(apart[0], apart[1])


@dataclass(frozen=True, slots=True)
class Choice:
    """The distribution chosen, and the mean log likelihood of every candidate on data it had not seen."""

    entry: DistributionEntry
    name: str
    scores: dict[str, float]
    count: int
    open: int


def kaplan_meier(times: Lifetimes) -> tuple[Floats, Floats]:
    """Return the ascending times at which something ended, and the share that lasts longer than each.

    What is still open at a time counts as at risk there.
    """
    ended, counts = np.unique(np.asarray(times.ended, dtype=np.float64), return_counts=True)
    everything = np.sort(np.asarray((*times.ended, *times.open), dtype=np.float64))
    at_risk = len(everything) - np.searchsorted(everything, ended, side="left")
    return ended, np.asarray(np.cumprod(1 - counts / at_risk), dtype=np.float64)


def choose(times: Lifetimes) -> Choice:
    """Choose the distribution by the likelihood of times it was not fitted to."""
    assert times.ended, "a distribution needs a time that ended"
    count, still = len(times.ended), len(times.open)
    if len(set(times.ended)) == 1 and not times.open:
        return Choice(DistributionEntry(constant=times.ended[0]), "constant", {}, count, still)
    if count < LEAST_SAMPLE:
        return Choice(table(times), "table", {}, count, still)
    compared = _thinned(times)
    scores = {name: np.concatenate([_scored(fit, compared, n) for n in range(FOLDS)]) for name, fit in FITS.items()}
    means = {name: float(each.mean()) for name, each in scores.items()}
    smooth = max((name for name in FITS if name != "table"), key=lambda name: means[name])
    ahead = scores["table"] - scores[smooth]
    error = float(ahead.std(ddof=1)) / math.sqrt(len(ahead))
    name = "table" if ahead.mean() > error else smooth
    return Choice(FITS[name](times), name, means, count, still)


def table(times: Lifetimes) -> DistributionEntry:
    """The quantile table of the Kaplan-Meier curve; the tail the curve does not show is exponential.

    The hazard of the tail is what ended in the last quarter of the curve over the time at risk there.
    """
    steps = next(steps for least, steps in STEPS if len(times.ended) >= least)
    if not times.open:
        return DistributionEntry(quantiles=table_of(times.ended, steps).values)
    ended, surviving = _trusted(times)
    quarter = float(np.quantile(ended, 0.75))
    late = sum(each > quarter for each in times.ended)
    exposed = math.fsum(each - quarter for each in (*times.ended, *times.open) if each > quarter)
    hazard = max(1, late) / max(exposed, 1.0)
    values = []
    for step in range(steps):
        left = 1 - step / steps
        index = int(np.searchsorted(-surviving, -left - 1e-12))
        if step == 0:
            values.append(float(ended[0]) if surviving[0] < 1 else 0.0)
        elif index < len(ended):
            values.append(float(ended[index]))
        else:
            values.append(float(ended[-1]) + math.log(float(surviving[-1]) / left) / hazard)
    # The last step holds a whole exponential tail, whose mean lies 1 / hazard beyond: half of a straight step to twice that.
    values.append(values[-1] + 2 / hazard)
    ascending = np.maximum.accumulate(np.round(values))
    return DistributionEntry(quantiles=tuple(float(value) for value in ascending))


def _trusted(times: Lifetimes) -> tuple[Floats, Floats]:
    """The Kaplan-Meier curve as far as enough were still at risk for its steps to mean something."""
    ended, surviving = kaplan_meier(times)
    everything = np.sort(np.asarray((*times.ended, *times.open), dtype=np.float64))
    at_risk = len(everything) - np.searchsorted(everything, ended, side="left")
    enough = max(1, int(np.sum(at_risk >= LEAST_AT_RISK)))
    return ended[:enough], surviving[:enough]


def cdf_of(entry: DistributionEntry) -> Cdf:
    """The share below each time."""
    if entry.exponential is not None:
        mean = entry.exponential
        return lambda x: np.asarray(-np.expm1(-np.maximum(x, 0) / mean), dtype=np.float64)
    if entry.lognormal is not None:
        sigma = math.sqrt(math.log1p(entry.lognormal.cv**2))
        mu = math.log(entry.lognormal.mean) - sigma**2 / 2
        return lambda x: np.asarray(
            np.where(x > 0, ndtr((np.log(np.maximum(x, 1e-300)) - mu) / sigma), 0.0), np.float64
        )
    if entry.gamma is not None:
        shape, scale = entry.gamma.cv**-2, entry.gamma.mean * entry.gamma.cv**2
        return lambda x: np.asarray(gammainc(shape, np.maximum(x, 0) / scale), dtype=np.float64)
    if entry.weibull is not None:
        power = weibull_shape(entry.weibull.cv)
        stretch = entry.weibull.mean / math.gamma(1 + 1 / power)
        return lambda x: np.asarray(-np.expm1(-((np.maximum(x, 0) / stretch) ** power)), dtype=np.float64)
    if entry.quantiles is not None:
        return _table_cdf(entry.quantiles)
    constant = entry.constant or 0.0
    return lambda x: np.where(x >= constant, 1.0, 0.0)


def _table_cdf(values: Sequence[float]) -> Cdf:
    """Straight between the values; equal values are a step, which stands at the end of their ranks."""
    ranks = np.linspace(0, 1, len(values))
    places = np.asarray(values, dtype=np.float64)
    distinct, first = np.unique(places, return_index=True)
    last = np.append(first[1:], len(places)) - 1

    def cdf(x: Floats) -> Floats:
        index = np.searchsorted(distinct, x, side="right") - 1
        inside = np.clip(index, 0, len(distinct) - 1)
        following = np.clip(inside + 1, 0, len(distinct) - 1)
        width = np.maximum(distinct[following] - distinct[inside], 1e-9)
        share = np.clip((x - distinct[inside]) / width, 0, 1)
        found = ranks[last[inside]] + share * (ranks[first[following]] - ranks[last[inside]])
        return np.where(index < 0, 0.0, np.where(inside == len(distinct) - 1, 1.0, found))

    return cdf


def log_likelihoods(entry: DistributionEntry, times: Lifetimes, resolution_s: float) -> Floats:
    """The log likelihood of each time, those that ended first. One chance in a thousand is kept for a surprise."""
    cdf = cdf_of(entry)
    ended, still = (np.asarray(part, dtype=np.float64) for part in (times.ended, times.open))
    half = resolution_s / 2
    surprise = max(float(ended.mean()) if len(ended) else 1.0, 1.0)
    wide = -np.expm1(-np.maximum(ended + half, 0) / surprise) + np.expm1(-np.maximum(ended - half, 0) / surprise)
    chances = 0.999 * (cdf(ended + half) - cdf(ended - half)) + 0.001 * wide
    lasting = 0.999 * (1 - cdf(still)) + 0.001 * np.exp(-still / surprise)
    return np.asarray(np.log(np.maximum(np.concatenate([chances, lasting]), LEAST_CHANCE)), dtype=np.float64)


def _scored(fit: Callable[[Lifetimes], DistributionEntry], times: Lifetimes, number: int) -> Floats:
    seen, apart = times.fold(number)
    return log_likelihoods(fit(seen), apart, times.resolution_s)


def _thinned(times: Lifetimes) -> Lifetimes:
    every = max(1, (len(times.ended) + len(times.open)) // MOST_COMPARED)
    return Lifetimes(times.ended[::every], times.open[::every])


def exponential(times: Lifetimes) -> DistributionEntry:
    """Total time over number that ended: the greatest likelihood, whatever is still open."""
    mean = math.fsum((*times.ended, *times.open)) / max(1, len(times.ended))
    return DistributionEntry(exponential=round(max(mean, 0.01), 2))


def _by_moments(name: str) -> Callable[[Lifetimes], DistributionEntry]:
    """A fit of mean and coefficient of variation by greatest likelihood."""

    def entry(mean: float, cv: float) -> DistributionEntry:
        kind = LognormalEntry if name == "lognormal" else MomentsEntry
        return DistributionEntry.model_validate({name: kind(mean=mean, cv=cv).model_dump()})

    def fit(times: Lifetimes) -> DistributionEntry:
        values, counts = np.unique(np.asarray(times.ended), return_counts=True)
        still, repeats = np.unique(np.asarray(times.open), return_counts=True)
        distinct = Lifetimes(tuple(values.tolist()), tuple(still.tolist()))
        weights = np.concatenate([counts, repeats])
        resolution = times.resolution_s
        mean = max(math.fsum((*times.ended, *times.open)) / max(1, len(times.ended)), 0.1)
        spread = float(np.std(times.ended)) / max(float(np.mean(times.ended)), 0.1)

        def misfit(logs: Floats) -> float:
            m, cv = math.exp(min(max(logs[0], -5), 20)), math.exp(min(max(logs[1], -3.5), 2.7))
            return -float(weights @ log_likelihoods(entry(m, cv), distinct, resolution))

        start = [math.log(mean), math.log(min(max(spread, 0.05), 10))]
        found = minimize(misfit, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-2, "maxiter": 200})
        m, cv = math.exp(min(max(found.x[0], -5), 20)), math.exp(min(max(found.x[1], -3.5), 2.7))
        return entry(float(f"{m:.5g}"), float(f"{cv:.4g}"))

    return fit


FITS: dict[str, Callable[[Lifetimes], DistributionEntry]] = {
    "exponential": exponential,
    "lognormal": _by_moments("lognormal"),
    "gamma": _by_moments("gamma"),
    "weibull": _by_moments("weibull"),
    "table": table,
}
