"""When contacts come: a Poisson process with a rate by hour of the local week, drawn by inversion of the integrated rate.

Unit-mean gaps are summed and mapped back to clock time (Çinlar 1975, Introduction to Stochastic Processes, section 4.7).
Thinning, the alternative, would let a change of one hour's rate disturb every later draw. Imports `streams` and `workload`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from incidents.quantities import MS_PER_S, Instant
from simulation.distributions import Floats
from simulation.streams import stream
from simulation.workload import Workload

QUARTER_MS = 15 * 60 * MS_PER_S
"""Every zone's offset in force today is a multiple of a quarter hour, so rates change only at these instants."""


def instants(
    workload: Workload, seed: int, start: Instant, end: Instant, *, cause: str = "arrivals", scale: float = 1.0
) -> list[Instant]:
    """Draw when contacts come in [start, end), at `scale` times the workload's rates.

    Inverts the integrated rate: piecewise linear between the quarter hours of the local week.
    """
    if end <= start:
        return []
    edges, expected = _integrated_rate(workload, seed, start, end)
    expected = expected * scale
    total = float(expected[-1])
    if total <= 0:
        return []
    draws = stream(seed, cause)
    # Mean plus eight standard deviations nearly always suffices; when it does not, the same stream goes on.
    block = int(total + 8 * total**0.5 + 16)
    gaps = draws.exponential(size=block)
    while gaps.sum() <= total:
        gaps = np.concatenate([gaps, draws.exponential(size=block)])
    due = np.cumsum(gaps)
    at = np.interp(due[due < total], expected, edges)
    return [min(int(instant), end - 1) for instant in at]


def local_time(instant: Instant, zone: ZoneInfo) -> datetime:
    """An instant as people of the zone read it off the clock."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)).astimezone(zone)


def _integrated_rate(workload: Workload, seed: int, start: Instant, end: Instant) -> tuple[Floats, Floats]:
    """Return instants (ms) and the contacts expected before each of them; rates change only at these
    instants.
    """
    week = workload.arrivals.week
    first = start - start % QUARTER_MS
    edges = [start, *range(first + QUARTER_MS, end, QUARTER_MS), end]
    zone = ZoneInfo(workload.time_zone)
    locals_ = [local_time(edge, zone) for edge in edges[:-1]]
    days = [local.toordinal() for local in locals_]
    factors = day_factors(seed, "day", workload.arrivals.day_factor_cv, days)
    hours = [local.weekday() * 24 + local.hour for local in locals_]
    rates = [week[hour] * factor for hour, factor in zip(hours, factors, strict=True)]
    lengths_h = np.diff(np.asarray(edges, dtype=np.float64)) / (3600 * MS_PER_S)
    expected = np.concatenate([[0.0], np.cumsum(np.asarray(rates) * lengths_h)])
    return np.asarray(edges, dtype=np.float64), expected


def day_factors(seed: int, cause: str, cv: float, days: list[int]) -> list[float]:
    """One gamma factor with mean 1 per local day, the same for all of it; a day's factor hangs on the day and the cause alone."""
    if cv == 0:
        return [1.0] * len(days)
    shape = cv**-2
    factor = {day: float(stream(seed, f"{cause}/{day}").gamma(shape)) / shape for day in sorted(set(days))}
    return [factor[day] for day in days]
