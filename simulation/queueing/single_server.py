"""One server and any service time (M/G/1): Pollaczek and Khinchine, with priorities as Cobham's, and with batches.

Class k arrives at rate l_k with service times of mean s_k and coefficient of variation v_k; u_k = l_1 s_1 + ... + l_k
s_k < 1, and R = sum over all classes of l_i s_i^2 (1 + v_i^2) / 2, the mean work left of whom the server is with.

    one class        E W = R / (1 - u)                             Pollaczek 1930, Khinchine 1932
    not interrupted  E W_k = R / ((1 - u_{k-1}) (1 - u_k))         Cobham 1954
    batches of X     E W = (R + s (E X^2 / E X - 1) / 2) / (1 - u)      over all calls of a batch

Sources: Cobham 1954, Operations Research 2(1), 70-76, doi:10.1287/opre.2.1.70; Gross and Harris, Fundamentals of
Queueing Theory, 2nd ed. 1985, sections 3.2 and 5.1; Burke 1975, Operations Research 23(4), 830-833,
doi:10.1287/opre.23.4.830 (the wait within a batch). May import `arguments`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimiser.refusals import Refusal
from simulation.queueing.arguments import check_not_negative, check_positive


@dataclass(frozen=True, slots=True)
class Stream:
    """A class of calls: how many a second, and the mean and the coefficient of variation of their service times."""

    per_s: float
    service_s: float
    cv: float

    @property
    def load(self) -> float:
        """Its erlangs."""
        return self.per_s * self.service_s

    @property
    def residual_s(self) -> float:
        """Its part of the mean work left of whom the server is with, when somebody calls."""
        return self.per_s * self.service_s**2 * (1 + self.cv**2) / 2


def single_server_waits_s(streams: Sequence[Stream]) -> tuple[float, ...]:
    """The mean wait of each class, most urgent first, where nobody is interrupted; one class: Pollaczek and Khinchine.

    A class that the server cannot carry beside those above it waits for ever (inf). Then R counts those above it and
    the service times of that class, of which one is always at hand.
    """
    if not streams:
        raise Refusal.of("streams", "there is no class", "one class or more")
    for each in streams:
        check_positive(per_s=each.per_s, service_s=each.service_s)
        check_not_negative(cv=each.cv)
    residual_s, carried = 0.0, 0.0
    for each in streams:
        room = max(1 - carried, 0.0)
        # What is over of the server's time goes to the first class that it cannot carry wholly.
        share = min(1.0, room / each.load)
        residual_s += share * each.residual_s
        carried += each.load
    waits, above = [], 0.0
    for each in streams:
        below = above + each.load
        waits.append(residual_s / ((1 - above) * (1 - below)) if below < 1 else math.inf)
        above = below
    return tuple(waits)


def batch_wait_s(batches_per_s: float, sizes: Mapping[int, float], service_s: float, cv: float = 1.0) -> float:
    """The mean wait of a call where calls come in batches, of each size with its share: one event, many callers (M^X/G/1)."""
    check_positive(batches_per_s=batches_per_s, service_s=service_s)
    check_not_negative(cv=cv)
    if not sizes or any(size < 1 or share < 0 for size, share in sizes.items()) or abs(sum(sizes.values()) - 1) > 1e-9:
        raise Refusal.of("sizes", f"{dict(sizes)} are no sizes of batches", "sizes of 1 or more whose shares sum to 1")
    mean = sum(size * share for size, share in sizes.items())
    pairs = sum(size * (size - 1) * share for size, share in sizes.items())
    stream = Stream(batches_per_s * mean, service_s, cv)
    if stream.load >= 1:
        raise Refusal.of("batches_per_s", f"one server never carries {stream.load:g} erlangs", "a load below 1")
    before_in_batch_s = service_s * pairs / (2 * mean)
    return (stream.residual_s + before_in_batch_s) / (1 - stream.load)
