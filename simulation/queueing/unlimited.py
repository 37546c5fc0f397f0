"""Servers enough for everybody: nobody waits, and the number busy says what is really asked for (M/G/inf, Mt/M/inf).

    constant rate   the number busy is Poisson with mean a, whatever the law of the service time
    rate l(t)       the number busy is Poisson with mean m(t), m' = l - m / s for exponential service times of mean s
    hours i         m(t_i + x) = s l_i + (m(t_i) - s l_i) exp(-x / s) while the rate is l_i
    sine            l(t) = l + b sin(g t): m(t) = s l + b s (sin g t - g s cos g t) / (1 + (g s)^2), a lag and a damping

Sources: Eick, Massey and Whitt 1993, The physics of the Mt/G/inf queue, Operations Research 41(4), 731-742,
doi:10.1287/opre.41.4.731; Eick, Massey and Whitt 1993, Mt/G/inf queues with sinusoidal arrival rates, Management
Science 39(2), 241-252, doi:10.1287/mnsc.39.2.241. May import scipy and `arguments`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special

from simulation.queueing.arguments import MOST_SERVERS, check_load, check_not_negative, check_positive, check_share

HOUR_S = 3600.0


def busy_at_most_share(load: float, servers: int) -> float:
    """The probability that no more than so many are busy at once."""
    check_load(load, servers)
    return float(special.pdtr(servers, load))


def servers_for_all(load: float, share: float) -> int:
    """The fewest servers with which a share of the time nobody would have to wait, were the others turned to others."""
    check_load(load, 0)
    check_share("share", share)
    low, high = 0, 1
    while busy_at_most_share(load, min(high, MOST_SERVERS)) < share and high < MOST_SERVERS:
        high *= 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if busy_at_most_share(load, middle) >= share else (middle + 1, high)
    return low


def sine_load(per_s: float, swing_per_s: float, period_s: float, service_s: float, at_s: float) -> float:
    """The mean number busy `at_s` seconds into a sine of arrivals that has gone on for ever."""
    check_positive(period_s=period_s, service_s=service_s)
    check_not_negative(per_s=per_s, swing_per_s=swing_per_s, below=per_s - swing_per_s)
    turn = 2 * math.pi / period_s
    lag = turn * service_s
    swing = (math.sin(turn * at_s) - lag * math.cos(turn * at_s)) / (1 + lag * lag)
    return per_s * service_s + swing_per_s * service_s * swing


@dataclass(frozen=True, slots=True)
class HourLoad:
    """The load of one hour: when it begins, at its highest, and on average; erlangs."""

    first: float
    highest: float
    mean: float


def loads_by_hour(
    rates_per_h: Sequence[float], service_s: float, *, first: float | None = None
) -> tuple[HourLoad, ...]:
    """The load of every hour while rates change on the hour; `first` None: the hours come round for ever, as a week does."""
    check_positive(service_s=service_s)
    check_not_negative(**{f"rates_per_h[{hour}]": rate for hour, rate in enumerate(rates_per_h)})
    decay = math.exp(-HOUR_S / service_s)
    targets = [rate * service_s / HOUR_S for rate in rates_per_h]
    begins = _round_the_week(targets, decay) if first is None else first
    loads = []
    for target in targets:
        ends = target + (begins - target) * decay
        # The excess over the hour's own load dies off with the calls that began before.
        mean = target + (begins - target) * (1 - decay) * service_s / HOUR_S
        loads.append(HourLoad(begins, max(begins, ends), mean))
        begins = ends
    return tuple(loads)


def _round_the_week(targets: Sequence[float], decay: float) -> float:
    """The load at the beginning that the last hour leaves as it was."""
    left, kept = 0.0, 1.0
    for target in targets:
        left, kept = target + (left - target) * decay, kept * decay
    return left / (1 - kept) if kept < 1 else 0.0
