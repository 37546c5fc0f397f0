"""Erlang A and its general form: callers give up when their patience ends (M/M/c+M, M/M/c+G). Any load is carried.

Calls bring a erlangs to c servers; times are in units of the service time s. A caller's patience has the distribution
G, whatever the others do; H(x) = the integral of 1 - G from 0 to x.

    births and deaths  weights w_0 = 1 for c calls, w_j = w_{j-1} a / (c + j s / patience); exponential patience (Palm)
    virtual wait       density a p_{c-1} exp(a H(x) - c x), x > 0; any patience (Baccelli and Hebuterne)
    answered within t  P(no wait) + the integral to t of (1 - G(x)) times that density

Sources: Palm 1957, Tele 2; Baccelli and Hebuterne 1981, On queues with impatient customers, in: Performance '81,
159-179; Garnett, Mandelbaum and Reiman 2002, Manufacturing and Service Operations Management 4(3), 208-227,
doi:10.1287/msom.4.3.208.7753; Zeltyn and Mandelbaum 2005, Queueing Systems 51, 361-402, doi:10.1007/s11134-005-3699-8.
May import numpy, `arguments`, `loss` and `simulation.distributions`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from optimiser.refusals import Refusal
from simulation.distributions import Distribution, Floats
from simulation.queueing.arguments import MOST_STATES, check_load, check_not_negative, check_positive
from simulation.queueing.loss import erlang_b

_RESCALE_ABOVE = 1e200
_NEGLIGIBLE = 60.0
"""Where the density is e^-60 of its peak and less, it is taken for nothing."""
_LARGEST_EXPONENT = 700.0
_PANELS = 96
_NODES, _WEIGHTS = (np.asarray(each, dtype=np.float64) for each in np.polynomial.legendre.leggauss(12))
_DOUBLINGS, _HALVINGS = 200, 50
PATIENCE_POINTS = 4096
"""Equally likely values that stand for a patience that is no exponential: the fourth digit of a share is the last to trust."""


@dataclass(frozen=True, slots=True)
class Abandonment:
    """What Erlang A says: shares of all calls, and the mean wait over all, answered or abandoned."""

    waiting: float
    abandoned: float
    mean_wait_s: float


@dataclass(frozen=True, slots=True)
class Impatience:
    """How long callers wait: 1 - G, and H, its integral from 0, both of seconds; `endless` is the share that never gives up."""

    lasts: Callable[[Floats], Floats]
    expected_s: Callable[[Floats], Floats]
    endless: float = 0.0


@dataclass(frozen=True, slots=True)
class Answering:
    """What becomes of the calls. Shares are of all calls; the first wait is of those answered (ASA), the second of all."""

    waiting: float
    abandoned: float
    answered_within: float
    answered_wait_s: float
    mean_wait_s: float
    occupancy: float


def erlang_a(offered: float, servers: int, service_s: float, patience_s: float) -> Abandonment:
    """M/M/c whose callers give up after an exponential time of mean `patience_s`, by births and deaths.

    The states are weighed against the state of c calls in the system: below it their weights sum to 1 / B.
    """
    check_load(offered, servers, 1)
    check_positive(service_s=service_s, patience_s=patience_s)
    blocked = erlang_b(offered, servers)
    if blocked == 0.0:
        return Abandonment(0.0, 0.0, 0.0)
    per_place = service_s / patience_s
    below, at_least_c, queue = 1 / blocked - 1, 1.0, 0.0
    weight = 1.0
    for place in range(1, MOST_STATES + 1):
        factor = offered / (servers + place * per_place)
        weight *= factor
        at_least_c += weight
        queue += place * weight
        # Past the mode the rest is below a geometric series, so this leaves out less than rounding does.
        if factor < 1 and weight * place / (1 - factor) < 1e-17 * queue:
            break
        if weight > _RESCALE_ABOVE:
            below, at_least_c, queue, weight = (part / weight for part in (below, at_least_c, queue, weight))
    else:
        raise Refusal.of("patience_s", f"the queue grows beyond {MOST_STATES} calls", "a shorter patience")
    everything = below + at_least_c
    mean_queue = queue / everything
    wait_s = mean_queue * service_s / offered if offered else 0.0
    return Abandonment(at_least_c / everything, wait_s / patience_s, wait_s)


def exponential_impatience(patience_s: float) -> Impatience:
    """Callers who give up at a constant rate, after `patience_s` on average."""
    check_positive(patience_s=patience_s)
    return Impatience(
        lambda wait_s: np.exp(-wait_s / patience_s), lambda wait_s: -patience_s * np.expm1(-wait_s / patience_s)
    )


def mixed_impatience(parts: Sequence[tuple[float, Distribution | None]]) -> Impatience:
    """Callers of several kinds, each with its share and its patience; None waits for ever. Tabulated (`PATIENCE_POINTS`)."""
    if not parts or any(share < 0 for share, _ in parts) or abs(sum(share for share, _ in parts) - 1) > 1e-6:
        raise Refusal.of(
            "patience", f"the shares {[share for share, _ in parts]} are no mixture", "shares that sum to 1"
        )
    us = (np.arange(PATIENCE_POINTS) + 0.5) / PATIENCE_POINTS
    tables = [np.full(PATIENCE_POINTS, math.inf) if each is None else each.at_many(us) for _, each in parts]
    times = np.concatenate(tables)
    shares = np.concatenate([np.full(PATIENCE_POINTS, share / PATIENCE_POINTS) for share, _ in parts])
    order = np.argsort(times, kind="stable")
    times, shares = times[order], shares[order]
    left = np.concatenate([[1.0], 1 - np.cumsum(shares)]).clip(0.0, 1.0)
    finite_s = np.where(np.isfinite(times), times, 0.0)
    ended_s = np.concatenate([[0.0], np.cumsum(shares * finite_s)])

    def lasts(wait_s: Floats) -> Floats:
        return np.asarray(left[np.searchsorted(times, wait_s, side="right")])

    def expected_s(wait_s: Floats) -> Floats:
        ended = np.searchsorted(times, wait_s, side="right")
        return np.asarray(ended_s[ended] + wait_s * left[ended])

    endless = math.fsum(share for share, each in parts if each is None)
    return Impatience(lasts, expected_s, endless)


def impatient_queue(
    offered: float, servers: int, service_s: float, impatience: Impatience, *, within_s: float
) -> Answering:
    """M/M/c+G: what becomes of the calls, and which share of all calls is answered within `within_s`.

    A caller who gives up is not answered in time, however soon it was. Takes about a millisecond.
    """
    return impatient_queue_within(offered, servers, service_s, impatience, (within_s,))[0]


def impatient_queue_within(
    offered: float, servers: int, service_s: float, impatience: Impatience, limits_s: Sequence[float]
) -> tuple[Answering, ...]:
    """The same for several limits at once, which differ in `answered_within` alone."""
    check_load(offered, servers, 1)
    check_positive(service_s=service_s)
    check_not_negative(**{f"within_s[{index}]": limit_s for index, limit_s in enumerate(limits_s)})
    if offered * impatience.endless >= servers:
        accepted = "patience that ends, or more servers"
        raise Refusal.of("patience_s", "those who wait for ever are more than the servers carry", accepted)
    blocked = erlang_b(offered, servers - 1)
    if blocked == 0.0 or offered == 0.0:
        return (Answering(0.0, 0.0, 1.0, 0.0, 0.0, offered / servers),) * len(limits_s)
    waits_s, density, lasts = _waiting(offered, servers, service_s, impatience, 1 / blocked, limits_s)
    waiting = float(density.sum())
    abandoned = float((density * (1 - lasts)).sum())
    answered = max(1 - abandoned, 0.0)
    answered_s = float((density * lasts * waits_s).sum())
    shares = [1 - waiting + float((density * lasts)[waits_s <= limit_s].sum()) for limit_s in limits_s]
    whole = Answering(
        waiting=waiting,
        abandoned=abandoned,
        answered_within=0.0,
        answered_wait_s=answered_s / answered if answered else math.inf,
        # A call that must wait waits until it is answered or gives up, whichever comes first.
        mean_wait_s=float((density * impatience.expected_s(waits_s)).sum()),
        occupancy=min(offered * answered / servers, 1.0),
    )
    return tuple(replace(whole, answered_within=min(max(share, 0.0), 1.0)) for share in shares)


def _waiting(
    offered: float, servers: int, service_s: float, impatience: Impatience, below: float, limits_s: Sequence[float]
) -> tuple[Floats, Floats, Floats]:
    """Points of the virtual wait, the probability at each, and 1 - G there; `below`: fewer than c calls against c - 1 of them."""

    def exponent(wait_s: Floats) -> Floats:
        return np.asarray((offered * impatience.expected_s(wait_s) - servers * wait_s) / service_s)

    def exponent_at(wait_s: float) -> float:
        return float(exponent(np.array([wait_s]))[0])

    low_s, peak_s, high_s = _bounds(exponent_at, impatience, servers / offered, service_s)
    top = exponent_at(peak_s)
    cuts = sorted({low_s, peak_s, high_s, *(limit_s for limit_s in limits_s if low_s < limit_s < high_s)})
    waits_s, widths = _nodes(cuts)
    weights = offered / service_s * np.exp(exponent(waits_s) - top) * widths
    everything = float(weights.sum()) + (math.exp(-top) * below if top < _LARGEST_EXPONENT else 0.0)
    return waits_s, weights / everything, impatience.lasts(waits_s)


def _bounds(
    exponent: Callable[[float], float], impatience: Impatience, ratio: float, service_s: float
) -> tuple[float, float, float]:
    """Where a concave exponent, 0 at 0, rises above its negligible part, where it is highest, and where it falls below again.

    `ratio` is that of the servers to the load: the exponent rises as long as more than that share of the callers lasts.
    """
    peak_s = 0.0 if ratio >= 1 else _lasting(impatience, ratio, service_s)
    top = exponent(peak_s)
    low_s = 0.0 if top <= _NEGLIGIBLE else _crossing(exponent, 0.0, peak_s, top - _NEGLIGIBLE)
    step_s = service_s * 1e-6
    for _ in range(_DOUBLINGS):
        if exponent(peak_s + step_s) < top - _NEGLIGIBLE:
            return low_s, peak_s, _crossing(exponent, peak_s + step_s, peak_s, top - _NEGLIGIBLE)
        step_s *= 2
    raise AssertionError("the density never falls")


def _lasting(impatience: Impatience, share: float, service_s: float) -> float:
    """Until when more than a share of the callers lasts."""

    def lasts(wait_s: float) -> bool:
        return float(impatience.lasts(np.array([wait_s]))[0]) > share

    high_s = service_s * 1e-6
    for _ in range(_DOUBLINGS):
        if not lasts(high_s):
            break
        high_s *= 2
    low_s = 0.0
    for _ in range(_HALVINGS):
        middle_s = (low_s + high_s) / 2
        low_s, high_s = (middle_s, high_s) if lasts(middle_s) else (low_s, middle_s)
    return low_s


def _crossing(at: Callable[[float], float], below: float, above: float, level: float) -> float:
    """Between a point at which the exponent is below the level and one at which it is above: where it is about at it."""
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        below, above = (middle, above) if at(middle) < level else (below, middle)
    return below


def _nodes(cuts: Sequence[float]) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights over panels between the cuts, finer towards each of them."""
    # The density may fall from its peak within a thousandth of the range, so panels shrink towards both ends.
    unit = (1 - np.cos(np.linspace(0, math.pi, _PANELS + 1))) / 2
    edges = np.unique(np.concatenate([low + (high - low) * unit for low, high in pairwise(cuts)]))
    halves, middles = np.diff(edges) / 2, (edges[:-1] + edges[1:]) / 2
    nodes = middles[:, None] + halves[:, None] * _NODES
    return nodes.ravel(), (halves[:, None] * _WEIGHTS).ravel()
