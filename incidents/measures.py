"""Measures: every number that can be read off a log, and the names by which people ask for them.

The clocks themselves are declared in `performance`. Quantiles are nearest rank: the smallest sample with at
least that share of the samples at or below it; the median is the 50 % quantile. May import numpy and
`quantities`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from incidents.quantities import Instant, ResourceId
from incidents.refusals import Flaw, Refusal

FloatArray: TypeAlias = npt.NDArray[np.float64]

EVERY = "all"
"""The priority under which every sample is kept, whatever its own."""
STAGES = (
    "answer_s",
    "handling_s",
    "dispatch_wait_s",
    "turnout_s",
    "travel_s",
    "response_s",
    "on_scene_s",
    "transport_s",
    "handover_s",
    "commitment_s",
    "units",
)
COUNTS = (
    "contacts",
    "answered",
    "abandoned",
    "abandoned.share",
    "incidents",
    "unreached",
    "diversions",
    "escalations",
    "open_needs",
    "concurrency.mean",
    "concurrency.median",
    "concurrency.max",
)
KIND_COUNTS = ("busy_s", "duty_s", "utilisation")
MEASURES_HELP = """\
<clock>.<statistic>.<priority>   e.g. response_s.p90.code-3, answer_s.p95.all, response_s.within_480.all
    clock       answer_s handling_s dispatch_wait_s turnout_s travel_s response_s on_scene_s
                transport_s handover_s commitment_s units
    statistic   mean, median, p<percent>, max, n, within_<seconds> (share of the samples at or below)
    priority    one of the procedure's, or all
contacts, answered, abandoned, abandoned.share, incidents, diversions, escalations
unreached                        incidents that asked for resources and had none arrive by the end of the log
open_needs                       needs of incidents that stand unfilled at the end of the log
concurrency.mean|median|max      resources committed to incidents, sampled each minute
busy_s|duty_s|utilisation.<kind> seconds with at least one assignment, seconds on duty, and their ratio
"""
_STANDARD = ("n", "mean", "median", "p90", "p95")
_STATISTIC = re.compile(r"mean|median|max|n|p(?P<percent>\d{1,2}(?:\.\d+)?)|within_(?P<limit>\d+(?:\.\d+)?)")
_NOTHING: FloatArray = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Measures:
    """What a log says about itself. `samples` ascend, by (clock, priority); `counts` are NaN where undefined.

    `priorities` are those declared when measuring; empty means that nobody declared any, and any name may
    be asked for.
    """

    since: Instant
    until: Instant
    samples: Mapping[tuple[str, str], FloatArray]
    counts: Mapping[str, float]
    busy_s: Mapping[ResourceId, float]
    priorities: tuple[str, ...] = ()

    def figure(self, name: str) -> float:
        """The figure called `name` (see `MEASURES_HELP`), NaN where nothing was observed; refuses others."""
        if name in self.counts:
            return self.counts[name]
        kinds = [key.split(".", 1)[1] for key in self.counts if key.startswith("duty_s.")]
        flaw = figure_flaw(name, priorities=self.priorities or None, kinds=kinds)
        if flaw is not None:
            raise Refusal([flaw])
        clock, statistic, priority = name.split(".", 1)[0], *statistic_and_priority(name)
        return statistic_of(self.samples.get((clock, priority), _NOTHING), statistic)

    def figures(self) -> Mapping[str, float]:
        """Every count, and the usual statistics of every clock for every priority that has samples."""
        flat = dict(self.counts)
        for (clock, priority), samples in self.samples.items():
            for statistic in _STANDARD:
                flat[f"{clock}.{statistic}.{priority}"] = statistic_of(samples, statistic)
        return flat


def figure_flaw(
    name: str, *, priorities: Iterable[str] | None = None, kinds: Iterable[str] | None = None
) -> Flaw | None:
    """What is wrong with the name of a figure, or None; priorities and kinds are checked if given."""
    head, _, tail = name.partition(".")
    if name in COUNTS:
        return None
    if head in KIND_COUNTS:
        known = None if kinds is None else sorted(set(kinds))
        is_known = bool(tail) and (known is None or tail in known)
        accepted = ", ".join(known or ["a kind of resource"])
        return None if is_known else Flaw(name, f"unknown kind {tail!r}", accepted)
    if head not in STAGES:
        kinds_told = [f"{count}.<kind>" for count in KIND_COUNTS]
        return Flaw(name, f"unknown measure {head!r}", ", ".join([*STAGES, *COUNTS, *kinds_told]))
    statistic, priority = statistic_and_priority(name)
    match = _STATISTIC.fullmatch(statistic)
    if match is None or (match["percent"] is not None and not float(match["percent"]) > 0):
        accepted = "mean, median, p<percent>, max, n, within_<seconds>"
        return Flaw(name, f"unknown statistic {statistic!r}", accepted)
    if not priority:
        return Flaw(name, "names no priority", f"{head}.{statistic}.{EVERY}, or a priority")
    if priorities is not None and priority not in (declared := [EVERY, *priorities]):
        return Flaw(name, f"unknown priority {priority!r}", ", ".join(declared))
    return None


def more_is_better(name: str) -> bool:
    """Whether a rise of this figure is an improvement: true of shares within a time, of nothing else."""
    return name.split(".", 1)[0] in STAGES and name.partition(".")[2].startswith("within_")


def nearest_rank(ascending: FloatArray, share: float) -> float:
    """The smallest ascending sample with at least `share` (0..1] of them at or below it; NaN of none."""
    assert 0 < share <= 1, "a quantile is asked for by its share"
    count = len(ascending)
    if count == 0:
        return math.nan
    # The share is binary and the rank is not: 0.07 * 100 is a little over 7, and still the 7th sample is
    # meant.
    rank = math.ceil(share * count - 1e-9 * count)
    return float(ascending[max(rank, 1) - 1])


def statistic_and_priority(name: str) -> tuple[str, str]:
    """What follows the clock in the name of a figure, taken apart; either is empty where the name lacks it."""
    # The number in `p99.9` and `within_7.5` has a dot of its own, so the statistic is read by its pattern.
    tail = name.partition(".")[2]
    match = re.match(r"(?:p|within_)\d+\.\d+(?=\.)", tail)
    statistic = match[0] if match else tail.partition(".")[0]
    return statistic, tail[len(statistic) + 1 :]


def statistic_of(ascending: FloatArray, statistic: str) -> float:
    """One statistic of ascending samples, by its name in a figure; of no samples NaN, and `n` is 0."""
    match = _STATISTIC.fullmatch(statistic)
    assert match is not None, "the name was checked"
    if statistic == "n":
        return float(len(ascending))
    if len(ascending) == 0:
        return math.nan
    if statistic == "mean":
        return float(ascending.mean())
    if statistic == "max":
        return float(ascending[-1])
    if statistic == "median":
        return nearest_rank(ascending, 0.5)
    if match["percent"] is not None:
        return nearest_rank(ascending, float(match["percent"]) / 100)
    return float(np.searchsorted(ascending, float(match["limit"]), side="right")) / len(ascending)
