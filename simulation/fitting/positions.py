"""How many people answered, of a log without a roster: counted while somebody waited, for then everybody there was at work.

Time is cut into half hours. In each, the number of agents on a call or wrapping one up is averaged over the seconds at which
somebody waited; where hardly anybody did, the most at work at once stand in. Means are not whole: the remainder of each half hour
is carried into the next. Who was there and had nothing to do for a whole half hour cannot be seen. Imports `log`, the centre.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from incidents.centre import ResourceEntry, ShiftEntry
from simulation.distributions import Floats
from simulation.fitting.log import LoggedIncident

HALF_HOUR_S = 1800
BINS_A_DAY = 48
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEAST_WAITING_S = 60.0
"""Waits shorter than this in a half hour of the week say nothing about who was there."""
LONGEST_WRAP_UP_S = 300.0


def wrap_ups_s(incidents: Sequence[LoggedIncident]) -> list[float]:
    """From the end of an agent's call to the start of the next, where its caller was waiting already."""
    calls: dict[str, list[tuple[float, float, float]]] = {}
    for each in incidents:
        if each.agent and each.answered is not None and each.ended is not None:
            calls.setdefault(each.agent, []).append((each.answered, each.ended, each.received))
    found = []
    for agent in sorted(calls):
        work = sorted(calls[agent])
        for (_, ended, _), (answered, _, received) in itertools.pairwise(work):
            if received <= ended and 0 <= answered - ended <= LONGEST_WRAP_UP_S:
                found.append(answered - ended)
    return found


def positions(incidents: Sequence[LoggedIncident], wrap_up_s: float) -> Floats:
    """Mean number of people at work in each half hour of the week, Monday 00:00 first; shape (336,)."""
    moments: list[tuple[float, int, int]] = []
    for each in incidents:
        leaves = each.answered if each.answered is not None else each.abandoned
        if leaves is not None and leaves > each.received:
            moments += [(each.received, 0, 1), (leaves, 0, -1)]
        if each.answered is not None and each.ended is not None:
            moments += [(each.answered, 1, 0), (each.ended + wrap_up_s, -1, 0)]
    at_work_s, waiting_s, most = np.zeros(336), np.zeros(336), np.zeros(336)
    busy = waiting = 0
    before = 0.0
    for at, more_busy, more_waiting in sorted(moments):
        for bin_, seconds in _halves(before, at) if busy or waiting else ():
            most[bin_] = max(most[bin_], busy)
            if waiting > 0:
                at_work_s[bin_] += busy * seconds
                waiting_s[bin_] += seconds
        busy, waiting, before = busy + more_busy, waiting + more_waiting, at
    seen = waiting_s >= LEAST_WAITING_S
    return np.asarray(np.where(seen, at_work_s / np.maximum(waiting_s, 1.0), most))


def roster(means: Floats, kind: str) -> tuple[Mapping[str, ShiftEntry], Mapping[str, ResourceEntry]]:
    """Shifts and people who put as many at work in each half hour as the means say, to the nearest whole one in the long run."""
    days = _whole(means).reshape(7, BINS_A_DAY)
    spans: dict[tuple[int, str, str], list[str]] = {}
    for day, counts in zip(DAYS, days, strict=True):
        for level in range(1, int(counts.max()) + 1):
            for start, until in _runs((counts >= level).tolist()):
                spans.setdefault((level, _clock(start), _clock(until)), []).append(day)
    shifts: dict[str, ShiftEntry] = {}
    people: dict[str, ResourceEntry] = {}
    for (level, opens, closes), on in sorted(spans.items()):
        name = f"{opens} to {closes}, {' '.join(on)}"
        shifts[name] = ShiftEntry.model_validate({"start": opens, "until": closes, "days": on})
        people[f"A{level:02d} {name}"] = ResourceEntry(kind=kind, shift=name)
    return shifts, people


def _whole(means: Floats) -> Floats:
    counts, owed = np.zeros(len(means)), 0.0
    for bin_, mean in enumerate(means):
        owed = owed + mean if mean > 0 else 0.0
        counts[bin_] = max(1.0, round(owed)) if mean > 0 else 0.0
        owed -= counts[bin_]
        owed = min(max(owed, -1.0), 1.0)
    return counts


def _halves(start: float, end: float) -> Iterator[tuple[int, float]]:
    """The half hours of the week that a time touches, and for how long."""
    while start < end:
        until = min(end, (start // HALF_HOUR_S + 1) * HALF_HOUR_S)
        yield int(start // HALF_HOUR_S + 3 * BINS_A_DAY) % 336, until - start
        start = until


def _runs(is_on: Iterable[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for bin_, on in enumerate((*is_on, False)):
        if on and start is None:
            start = bin_
        elif not on and start is not None:
            yield start, bin_
            start = None


def _clock(bin_: int) -> str:
    return f"{bin_ // 2 % 24:02d}:{30 * (bin_ % 2):02d}"
