"""Larson's hypercube: units with places of their own, calls by area, and for every area the order in which units are sent.

Calls of area j arrive as a Poisson stream of rate l_j; n units serve for exponential times of mean 1 / m_i. A call is
given the first free unit of its area's order. Where all are busy it is lost, or waits in one queue and is given whoever
is free next. The state is the set of busy units: 2^n of them, and beyond the last a queue that is geometric with ratio
l / (m_1 + ... + m_n).

    balance         p(S) (l + sum over S of m_i) = sum over i in S of l_i(S - i) p(S - i) + sum over i not in S of m_i p(S + i)
    l_i(S)          the rate of the areas whose first free unit at S is i
    sent from i to j  f_ij = (l_j sum of p(S) where i is first free for j + queue: l_j P(wait) m_i / (m_1 + ... + m_n)) / l

Sources: Larson 1974, A hypercube queuing model for facility location and redistricting in urban emergency services,
Computers and Operations Research 1(1), 67-95, doi:10.1016/0305-0548(74)90076-8; Larson and Odoni, Urban Operations
Research 1981, sections 5.4-5.5. Solved exactly by elimination, O(8^n), so for a dozen units at most. May import numpy
and `arguments`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.refusals import Flaw, Refusal
from simulation.distributions import Floats
from simulation.queueing.arguments import check_positive

Units = NDArray[np.int64]

MOST_UNITS = 12
"""4,096 states, of which a dense elimination makes a second; each unit more takes eight times as long."""


@dataclass(frozen=True, slots=True)
class Area:
    """Calls a second, and the units in the order in which they are sent, every one of them once."""

    per_s: float
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hypercube:
    """What the hypercube says.

    `busy` is the workload of each unit, `at_once[k]` the probability that k are busy (a queue counts as all),
    `sent[i][j]` the share of all calls that are of area j and are given unit i. `waiting` and `lost` are shares of all
    calls; the mean wait is over all.
    """

    busy: tuple[float, ...]
    at_once: tuple[float, ...]
    sent: tuple[tuple[float, ...], ...]
    waiting: float
    lost: float
    mean_wait_s: float


def hypercube(areas: Sequence[Area], services_s: Sequence[float], *, queue: bool) -> Hypercube:
    """Solve the chain of units whose mean service times are `services_s`; `queue` False: a call that finds all busy is lost."""
    total = _checked(areas, services_s)
    rates = np.array([1 / each for each in services_s])
    count = len(rates)
    first_free = _first_free(areas, count)
    states = _solved(areas, rates, first_free)
    ratio = total / float(rates.sum())
    if queue and ratio >= 1:
        raise Refusal.of("areas", f"the units never carry {ratio:g} of their capacity", "fewer calls, or more units")
    all_busy = float(states[-1])
    # The states with a queue are to that without as r + r^2 + ... to 1.
    queued = all_busy * ratio / (1 - ratio) if queue else 0.0
    everything = 1 + queued
    states = states / everything
    waiting = (all_busy + queued) / everything if queue else 0.0
    sets = np.arange(1 << count)
    sizes = np.array([int(each).bit_count() for each in sets])
    at_once = [float(states[sizes == size].sum()) for size in range(count + 1)]
    at_once[-1] += queued / everything
    busy = [float(states[(sets >> unit & 1) == 1].sum()) + queued / everything for unit in range(count)]
    sent = [
        tuple(
            float(area.per_s / total * (states[:-1][first_free[j][:-1] == i].sum() + waiting * rates[i] / rates.sum()))
            for j, area in enumerate(areas)
        )
        for i in range(count)
    ]
    mean_queue = (queued / everything) / (1 - ratio) if queue else 0.0
    return Hypercube(tuple(busy), tuple(at_once), tuple(sent), waiting, 0.0 if queue else all_busy, mean_queue / total)


def _checked(areas: Sequence[Area], services_s: Sequence[float]) -> float:
    count = len(services_s)
    if not 1 <= count <= MOST_UNITS:
        raise Refusal.of("services_s", f"{count} units", f"1 to {MOST_UNITS} units")
    check_positive(**{f"services_s[{unit}]": each for unit, each in enumerate(services_s)})
    flaws = [
        Flaw(
            f"areas[{index}]",
            f"order {area.order} at {area.per_s} a second",
            f"all of 0 to {count - 1} once, rate >= 0",
        )
        for index, area in enumerate(areas)
        if sorted(area.order) != list(range(count)) or not 0 <= area.per_s < math.inf
    ]
    if flaws:
        raise Refusal(flaws)
    total = math.fsum(area.per_s for area in areas)
    if total <= 0:
        raise Refusal.of("areas", "nobody calls", "a rate above 0 in one area or more")
    return total


def _first_free(areas: Sequence[Area], count: int) -> list[Units]:
    """For every area and set of busy units, the unit that is sent; -1 where all are busy."""
    sets = np.arange(1 << count)
    found = []
    for area in areas:
        chosen = np.full(len(sets), -1, dtype=np.int64)
        for unit in reversed(area.order):
            chosen[(sets >> unit & 1) == 0] = unit
        found.append(chosen)
    return found


def _solved(areas: Sequence[Area], rates: Floats, first_free: Sequence[Units]) -> Floats:
    """The probabilities of the sets of busy units, of which none waits."""
    count = len(rates)
    sets = np.arange(1 << count)
    flow = np.zeros((len(sets), len(sets)))
    for area, chosen in zip(areas, first_free, strict=True):
        free = sets[:-1]
        np.add.at(flow, (free, free | 1 << chosen[:-1]), area.per_s)
    for unit in range(count):
        taken = sets[(sets >> unit & 1) == 1]
        flow[taken, taken ^ 1 << unit] += rates[unit]
    balance = flow.T - np.diag(flow.sum(axis=1))
    # One equation follows from the others; that the probabilities sum to 1 takes its place.
    balance[0, :] = 1.0
    right = np.zeros(len(sets))
    right[0] = 1.0
    return np.asarray(np.linalg.solve(balance, right).clip(0.0))
