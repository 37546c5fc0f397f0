"""Rates by hour of the week: the shape of a year, the level of eight days.

The year covers six of forty-one neighbourhoods, so only its shape is taken: the share of each hour of the
week. The level is that of the whole city's eight days, outside the spans that say nothing about an ordinary
week. Imports `log`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from incidents.centre import HOURS_IN_A_WEEK

if TYPE_CHECKING:
    from simulation.fitting.log import Span


HOUR_S, DAY_S = 3600, 86_400


def hour_of_week(at: float) -> int:
    """Hour of the local week, 0 for Monday 00:00; 1970 began on a Thursday."""
    return int(at // HOUR_S + 3 * 24) % HOURS_IN_A_WEEK


def fit_rates(city: Sequence[float], year: Sequence[float], left_out: Sequence[Span] = ()) -> tuple[float, ...]:
    """Return contacts per hour for the 168 hours of the week.

    The year's count of each hour of the week is divided by how often that hour occurred, and the whole scaled
    so that it expects as many contacts in the city's hours as the city had, both outside the spans left out.
    """
    shape = _counts(year) / np.maximum(_exposure(_hours(year)), 1)
    hours = [hour for hour in _hours(city) if not _is_left_out(hour, left_out)]
    came = sum(not _is_left_out(at // HOUR_S * HOUR_S, left_out) for at in city)
    expected = float(sum(shape[hour_of_week(hour)] for hour in hours))
    return tuple(round(float(rate), 3) for rate in shape * came / expected)


def fit_day_factor_cv(year: Sequence[float]) -> float:
    """Return by how much days differ beyond chance: the coefficient of variation of a gamma factor per day.

    Counts per day are divided by the mean of their day of the week; their variance less that of Poisson
    counts is the factor's.
    """
    days = np.bincount(((np.asarray(year) - min(year) // DAY_S * DAY_S) // DAY_S).astype(np.int64))
    means = np.array([days[weekday::7].mean() for weekday in range(7)])
    ratios = days / means[np.arange(len(days)) % 7]
    excess = float(ratios.var(ddof=1)) - 1 / float(days.mean())
    return round(math.sqrt(max(0.0, excess)), 3)


def smooth_profile(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the means of 168 hours, the product of a level for each day and a level for each hour of the day, smoothed."""
    table = means.reshape(7, 24)
    hour = table.mean(axis=0)
    hour = (np.roll(hour, 1) + 2 * hour + np.roll(hour, -1)) / 4
    profile = np.outer(table.mean(axis=1), hour) / max(float(hour.mean()), 1e-12)
    return np.asarray(profile.reshape(-1))


def _counts(instants: Sequence[float]) -> NDArray[np.float64]:
    return np.bincount([hour_of_week(at) for at in instants], minlength=HOURS_IN_A_WEEK).astype(np.float64)


def _exposure(hours: Sequence[float]) -> NDArray[np.float64]:
    return _counts(hours)


def _hours(instants: Sequence[float]) -> list[float]:
    """The start of every hour of the whole days the instants span."""
    first, last = min(instants) // DAY_S * DAY_S, max(instants) // DAY_S * DAY_S + DAY_S
    return [first + hour * HOUR_S for hour in range(int((last - first) / HOUR_S))]


def _is_left_out(hour: float, left_out: Sequence[Span]) -> bool:
    return any(each.start <= hour < each.until for each in left_out)
