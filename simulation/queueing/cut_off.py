"""Servers kept back for the urgent: the cut-off queue of two classes (Taylor and Templeton).

c servers, exponential service times of mean s (the unit of time here), r of them kept back. Urgent calls (a_1 erlangs)
take any free server, else wait; others (a_2) are begun only while fewer than c - r are busy, else wait in order. Nobody
is interrupted.

Let m be the number busy plus the urgent calls waiting. While m < c - r nobody waits, and p(m) m = p(m-1) (a_1 + a_2).
From m = c - r on only urgent calls raise m, so the time T until m next falls to c - r - 1 does not depend on the
others: a blocked period is a busy period of an M/G/1 queue of others with service time T. With t_m the time from m to m
- 1, d_m = min(m, c),

    E t_m = (1 + a_1 E t_{m+1}) / d_m,   E t_m^2 = 2 E t_m / d_m + a_1 / d_m (E t_{m+1}^2 + 2 E t_m E t_{m+1}),   T = t_{c-r}
    E W_2 = P(blocked) E T^2 / (2 E T (1 - a_2 E T)),   E W_1 = P(m >= c) / (c - a_1)

and within blocked periods p(m + 1) d_{m+1} = p(m) a_1. With r = 0 this is Cobham's.

Sources: Taylor and Templeton 1980, Waiting time in a multi-server cut-off priority queue, and its application to an
urban ambulance service, Operations Research 28(5), 1168-1188, doi:10.1287/opre.28.5.1168; Schaack and Larson 1986,
Operations Research 34(2), 257-266, doi:10.1287/opre.34.2.257. The decomposition into blocked periods is elementary and
is checked against the whole chain. May import `arguments`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimiser.refusals import Refusal
from simulation.queueing.arguments import check_load, check_not_negative, check_positive


@dataclass(frozen=True, slots=True)
class CutOff:
    """What the cut-off queue says: how many of each class wait, how long on average over all of the class, and servers busy."""

    urgent_waiting: float
    urgent_wait_s: float
    others_waiting: float
    others_wait_s: float
    busy: float


def cut_off_queue(urgent: float, others: float, servers: int, kept_back: int, service_s: float) -> CutOff:
    """The waits where `kept_back` of the servers are free for urgent calls only; loads in erlangs. O(servers).

    Refuses loads that the servers never carry: each server kept back takes room from the others.
    """
    for load in (urgent, others):
        check_load(load, servers, 1)
    check_positive(service_s=service_s)
    check_not_negative(kept_back=kept_back)
    if kept_back >= servers:
        raise Refusal.of("kept_back", f"{kept_back} of {servers} servers", "fewer than all")
    if urgent >= servers:
        raise Refusal.of("urgent", f"{servers} servers never carry {urgent} erlangs", "more servers than erlangs")
    open_to_all = servers - kept_back
    mean, square = _passage(urgent, servers, open_to_all)
    if others * mean >= 1:
        most = f"others of less than {1 / mean:.6g} erlangs, or fewer kept back"
        raise Refusal.of("others", f"the servers left over never carry {others:g} erlangs", most)
    blocked = _blocked(urgent + others, open_to_all, mean / (1 - others * mean))
    at_c = _within(urgent, servers, open_to_all)
    return CutOff(
        urgent_waiting=blocked * at_c,
        urgent_wait_s=blocked * at_c / (servers - urgent) * service_s,
        others_waiting=blocked,
        others_wait_s=blocked * square / (2 * mean * (1 - others * mean)) * service_s,
        busy=urgent + others,
    )


def _passage(urgent: float, servers: int, first: int) -> tuple[float, float]:
    """Mean and mean square of the time in which m falls from `first` to the next below, in service times."""
    mean = 1 / (servers - urgent)
    square = 2 * servers / (servers - urgent) ** 3
    for busy in range(servers - 1, first - 1, -1):
        longer, longer_square = mean, square
        mean = (1 + urgent * longer) / busy
        square = 2 * mean / busy + urgent / busy * (longer_square + 2 * mean * longer)
    return mean, square


def _blocked(total: float, open_to_all: int, period: float) -> float:
    """The share of time in blocked periods; each is entered from m = c - r - 1 at rate `total`."""
    # Weights below, against that of the last state before a blocked period: they only shrink once m < total.
    weight, below = 1.0, 1.0
    for m in range(open_to_all - 1, 0, -1):
        weight *= m / total if total else math.inf
        below += weight
        if math.isinf(below):
            return 0.0
    return total * period / (below + total * period)


def _within(urgent: float, servers: int, first: int) -> float:
    """The share of a blocked period in which every server is busy."""
    weight, fewer = 1.0, 0.0
    for m in range(first, servers):
        fewer += weight
        weight *= urgent / (m + 1)
    every = weight * servers / (servers - urgent)
    return every / (fewer + every)
