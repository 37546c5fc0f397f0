"""Classes of calls at the same servers, of which none is interrupted and each keeps its own order (M/M/c with priorities).

Class k brings a_k erlangs, all with the same exponential service time of mean s; u_k = (a_1 + ... + a_k) / c, and C is
Erlang's for the whole load, or 1 where the servers cannot carry it.

    E W_k = C s / c / ((1 - u_{k-1}) (1 - u_k))                                              Cobham
    E exp(-z W_k) = 1 - C + C h / (h + z + l (1 - b(z))),  h = (c - a_1 - ... - a_k) / s,  l = (a_1 + ... + a_{k-1}) / s

While all servers are busy, calls leave at rate c / s whatever their class, so the number of waiting calls of class k
and above is geometric, and the time to work it off is stretched by those above who come meanwhile; b is the transform
of the busy period of an M/M/1 queue with arrivals l and services c / s. The distribution is had from its transform by
the Euler method.

Sources: Cobham 1954, Operations Research 2(1), 70-76, doi:10.1287/opre.2.1.70; Davis 1966, Operations Research 14(1),
133-136, doi:10.1287/opre.14.1.133; Kella and Yechiali 1985, Stochastic Models 1(2), 257-262,
doi:10.1080/15326348508807014; Abate and Whitt 1995, ORSA Journal on Computing 7(1), 36-43, doi:10.1287/ijoc.7.1.36. May
import `arguments` and `delay`.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

from optimiser.refusals import Refusal
from simulation.queueing.arguments import check_load, check_not_negative, check_positive
from simulation.queueing.delay import erlang_c

_TERMS, _AVERAGED, _PRECISION = 15, 11, 18.4
"""Abate and Whitt's: terms of the series, terms of its Euler average, and the discretisation error as exp(-A), 1e-8."""


def cobham_waits_s(offered: Sequence[float], servers: int, service_s: float) -> tuple[float, ...]:
    """The mean wait of each class, most urgent first.

    `offered` is the load of each class. A class that the servers cannot carry beside those above it waits
    for ever (inf), and keeps every server busy for the others.
    """
    _check(offered, servers, service_s)
    carried = [0.0, *accumulate(offered)]
    all_busy = _all_busy(carried[-1], servers)
    # Differences from the number of servers, not of shares from 1, which would lose digits near saturation.
    return tuple(
        all_busy * service_s * servers / ((servers - above) * (servers - below)) if below < servers else math.inf
        for above, below in pairwise(carried)
    )


def class_within_share(offered: Sequence[float], servers: int, service_s: float, rank: int, within_s: float) -> float:
    """The share of the class in place `rank` (0: most urgent) that is answered within `within_s`; to about seven digits."""
    _check(offered, servers, service_s)
    check_not_negative(within_s=within_s)
    if not 0 <= rank < len(offered):
        raise Refusal.of("rank", f"there is no class {rank}", f"0 to {len(offered) - 1}")
    above = sum(offered[:rank])
    spare = servers - above - offered[rank]
    if spare <= 0:
        return 0.0
    all_busy = _all_busy(sum(offered), servers)
    if above == 0 or within_s == 0:
        return 1 - all_busy * math.exp(-spare * within_s / service_s)
    waits = _wait_transform(above, servers, spare)
    return 1 - all_busy * _inverted(lambda z: (1 - waits(z)) / z, within_s / service_s)


def _wait_transform(above: float, servers: int, spare: float) -> Callable[[complex], complex]:
    """The transform of the wait of those who wait, in service times."""

    def waits(z: complex) -> complex:
        middle = above + servers + z
        root = cmath.sqrt(middle * middle - 4 * above * servers)
        # Of the two roots, whose product is c / l > 1, the transform is the one within the unit circle.
        larger = middle + root if abs(middle + root) >= abs(middle - root) else middle - root
        busy = 2 * servers / larger
        return spare / (spare + z + above * (1 - busy))

    return waits


def _inverted(transform: Callable[[complex], complex], at: float) -> float:
    """The function at a point, from its Laplace transform (Abate and Whitt 1995, algorithm EULER)."""
    half = _PRECISION / (2 * at)
    total = transform(complex(half, 0)).real / 2
    sums = []
    for term in range(1, _TERMS + _AVERAGED + 1):
        total += (-1) ** term * transform(complex(half, term * math.pi / at)).real
        if term >= _TERMS:
            sums.append(total)
    averaged = math.fsum(math.comb(_AVERAGED, place) * each for place, each in enumerate(sums)) / 2.0**_AVERAGED
    return min(max(averaged * math.exp(_PRECISION / 2) / at, 0.0), 1.0)


def _all_busy(total: float, servers: int) -> float:
    return erlang_c(total, servers) if total < servers else 1.0


def _check(offered: Sequence[float], servers: int, service_s: float) -> None:
    if not offered:
        raise Refusal.of("offered", "there is no class", "the load of one class or more")
    check_positive(service_s=service_s)
    for load in offered:
        check_load(load, servers, 1)
