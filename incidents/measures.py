"""Measures: every number that can be read off a log, and the names by which people ask for them.

The clocks themselves are declared in `performance`. Quantiles are nearest rank: the smallest sample with at
least that share of the samples at or below it; the median is the 50 % quantile. May import numpy,
`quantities`, `equity` and `survival`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from incidents.equity import LEAST_AREA_SAMPLES, gini, worst
from incidents.quantities import Instant, ResourceId
from incidents.refusals import Flaw, Refusal
from incidents.survival import SURVIVAL, survivors_per_1000

FloatArray: TypeAlias = npt.NDArray[np.float64]

EVERY = "all"
"""The priority under which every sample is kept, whatever its own."""
STAGES = (
    "answer_s",
    "handling_s",
    "triage_s",
    "dispatch_wait_s",
    "turnout_s",
    "travel_s",
    "response_s",
    "on_scene_s",
    "transport_s",
    "handover_s",
    "commitment_s",
    "cycle_s",
    "still_waiting_s",
    "units",
)
BY_AREA = ("dispatch_wait_s", "travel_s", "response_s", "still_waiting_s")
"""The clocks that are also kept for each area."""
WORST, GINI = "worst", "gini"
"""After the @ in place of an area: the worst area's figure, and the Gini coefficient over the areas' figures."""
LEVELS = ("calls_waiting", "oldest_call_s", "queue", "oldest_queued_s")
"""What is sampled each minute."""
LEVEL_STATISTICS = ("mean", "p90", "max")
COUNTS = (
    "contacts",
    "answered",
    "abandoned",
    "abandoned.share",
    "incidents",
    "unreached",
    "diversions",
    "moves",
    "escalations",
    "escalations.late",
    "escalations.missed",
    "open_needs",
    "concurrency.mean",
    "concurrency.median",
    "concurrency.max",
    "unit_hours",
    "distance_km",
    "conformance.share",
    "conformance.checks.share",
    "conformance.targets.share",
    "cost",
    "cost.duty",
    "cost.distance",
    "cost.calls",
)
KIND_COUNTS = ("busy_s", "duty_s", "utilisation", "unit_hours", "distance_km", "moves")
SHARES = ("over_response", "under_response", "over_triage", "under_triage")
"""Shares of incidents by what was true of them; one for each true priority."""
SURVIVORS = "survivors_per_1000"
TARGETS = ("target_s", "target_share")
"""Figures of the procedure's targets, each by its own clock."""
MEASURES_HELP = """\
<clock>.<statistic>.<priority>   e.g. response_s.p90.code-3, answer_s.p95.all, response_s.within_480.all
    clock       answer_s handling_s triage_s dispatch_wait_s turnout_s travel_s response_s on_scene_s
                transport_s handover_s commitment_s cycle_s still_waiting_s units
    statistic   mean, median, p<percent>, max, n, within_<seconds> (share of the samples at or below),
                within_target (the same, for the limit that the procedure declares)
    priority    one of the procedure's, or all
<figure>@<area>                  the same in one zone: dispatch_wait_s, travel_s, response_s,
                                 still_waiting_s and survivors_per_1000
<figure>@worst|@gini             the worst area, and the Gini coefficient over the areas
survivors_per_1000.<function>.<priority>   de_maio_2003, larsen_1993, valenzuela_1997
calls_waiting|oldest_call_s.mean|p90|max.all                contacts that wait to be answered, sampled each minute
queue|oldest_queued_s.mean|p90|max.<priority>               incidents that wait for their first resource, likewise
over_response|under_response|over_triage|under_triage.<priority>   shares, by what was true of the incident
contacts, answered, abandoned, abandoned.share, incidents, diversions, escalations
escalations.late|missed          rungs that acted after they were due, and that were due and never acted
unreached                        incidents that asked for resources and had none arrive by the end of the log
open_needs                       needs of incidents that stand unfilled at the end of the log
concurrency.mean|median|max      resources committed to incidents, sampled each minute
busy_s|duty_s|utilisation.<kind> seconds with at least one assignment, seconds on duty, and their ratio
unit_hours|distance_km|moves[.<kind>]      hours on duty, kilometres in straight lines, moves to another station
conformance.share, conformance.checks.share, conformance.targets.share     what was met of what was judged
target_s.<target>, target_share.<target>    a target's own figure, and the share within its limit, by its own clock
cost, cost.duty, cost.distance, cost.calls                  in the centre's own currency
"""
_STANDARD = ("n", "mean", "median", "p90", "p95", "p99")
_STATISTIC = re.compile(
    r"mean|median|max|n|within_target|p(?P<percent>\d{1,2}(?:\.\d+)?)|within_(?P<limit>\d+(?:\.\d+)?)"
)
_NOTHING: FloatArray = np.zeros(0)


class FigureName(NamedTuple):
    """The name of a figure taken apart; a part that the name lacks is empty.

    `statistic` is the survival function of survivors; `area` may be `worst` or `gini`.
    """

    head: str
    statistic: str
    priority: str
    area: str

    @property
    def group(self) -> str:
        """The key of its samples beside the clock."""
        return f"{self.priority}@{self.area}" if self.area else self.priority


@dataclass(frozen=True, slots=True)
class Measures:
    """What a log says about itself. `samples` ascend, by (clock, priority) and (clock, `priority@area`).

    `counts` are NaN where undefined. `priorities` are those declared when measuring; empty means that nobody
    declared any, and any name may be asked for. `limits`: the seconds that the procedure's targets allow, by
    (clock, priority). `lacks`: why figures that begin with a name cannot be told.
    """

    since: Instant
    until: Instant
    samples: Mapping[tuple[str, str], FloatArray]
    counts: Mapping[str, float]
    busy_s: Mapping[ResourceId, float]
    priorities: tuple[str, ...] = ()
    limits: Mapping[tuple[str, str], float] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)

    def figure(self, name: str) -> float:
        """The figure called `name` (see `MEASURES_HELP`), NaN where nothing was observed; refuses others."""
        if name in self.counts:
            return self.counts[name]
        flaw = figure_flaw(name, priorities=self.priorities or None, kinds=self._kinds())
        if flaw is not None:
            raise Refusal([flaw])
        parts = figure_name(name)
        if parts.head not in STAGES and parts.head != SURVIVORS:
            return math.nan
        if parts.area == GINI:
            return gini(self._over_areas(parts))
        if parts.area == WORST:
            return worst(self._over_areas(parts), more_is_better=more_is_better(name))
        return self._told(parts)

    def figures(self) -> Mapping[str, float]:
        """Every count, and the usual statistics of every clock for every priority that has samples; of no single area."""
        flat = dict(self.counts)
        for (clock, group), samples in self.samples.items():
            if "@" not in group:
                for statistic in _STANDARD:
                    flat[f"{clock}.{statistic}.{group}"] = statistic_of(samples, statistic)
        return flat

    def areas(self, clock: str, priority: str = EVERY, *, least: int = 1) -> tuple[str, ...]:
        """The areas with at least `least` samples of a clock, by name."""
        start = f"{priority}@"
        return tuple(
            group.removeprefix(start)
            for (of, group), samples in sorted(self.samples.items())
            if of == clock and group.startswith(start) and len(samples) >= least
        )

    def lack(self, name: str) -> Flaw | None:
        """Why the figure called `name` cannot be told of this log, or None."""
        return lacking(name, self.lacks, self.limits)

    def _kinds(self) -> list[str]:
        return [key.split(".", 1)[1] for key in self.counts if key.startswith("duty_s.")]

    def _over_areas(self, parts: FigureName) -> list[float]:
        clock = "response_s" if parts.head == SURVIVORS else parts.head
        areas = self.areas(clock, parts.priority, least=LEAST_AREA_SAMPLES)
        told = [self._told(parts._replace(area=area)) for area in areas]
        return [each for each in told if not math.isnan(each)]

    def _told(self, parts: FigureName) -> float:
        if parts.head == SURVIVORS:
            waits = [self.samples.get((clock, parts.group), _NOTHING) for clock in ("response_s", "still_waiting_s")]
            return survivors_per_1000(parts.statistic, np.concatenate(waits))
        samples = self.samples.get((parts.head, parts.group), _NOTHING)
        if parts.statistic == "within_target":
            return self._within_target(parts, samples)
        return statistic_of(samples, parts.statistic)

    def _within_target(self, parts: FigureName, samples: FloatArray) -> float:
        limit = self.limits.get((parts.head, parts.priority))
        if limit is not None:
            return statistic_of(samples, f"within_{limit:f}")
        # Where each priority has a limit of its own, all of them together are those within their own.
        within = known = 0
        for (clock, priority), own in self.limits.items() if parts.priority == EVERY else ():
            if clock == parts.head:
                held = self.samples.get((clock, parts._replace(priority=priority).group), _NOTHING)
                within += int(np.searchsorted(held, own, side="right"))
                known += len(held)
        return within / known if known else math.nan


def figure_flaw(
    name: str,
    *,
    priorities: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
    areas: Iterable[str] | None = None,
) -> Flaw | None:
    """What is wrong with the name of a figure, or None; priorities, kinds and areas are checked if given."""
    if name in COUNTS:
        return None
    parts = figure_name(name)
    head, tail = parts.head, name.partition(".")[2]
    if head in TARGETS:
        return _unknown(name, "target", tail, None, "the name of a target")
    known = None if kinds is None else sorted(set(kinds))
    if head in KIND_COUNTS:
        return _unknown(name, "kind", tail, known, "" if known else "a kind of resource")
    if "@" in name and head not in (*BY_AREA, SURVIVORS):
        return Flaw(name, f"{head!r} is not kept for each area", ", ".join([*BY_AREA, SURVIVORS]))
    flaw = _statistic_flaw(name, parts)
    if flaw is not None:
        return flaw
    if head not in SHARES and not parts.priority:
        return Flaw(name, "names no priority", f"{head}.{parts.statistic}.{EVERY}, or a priority")
    known = None if priorities is None else [EVERY, *priorities]
    if head in ("calls_waiting", "oldest_call_s"):
        known = [EVERY]
    flaw = _unknown(name, "priority", parts.priority, known, "" if known else "a priority")
    if flaw is None and "@" in name:
        known = None if areas is None or parts.area in (WORST, GINI) else sorted(set(areas))
        flaw = _unknown(name, "area", parts.area, known, f"{'an area, ' * (known is None)}{WORST} or {GINI}")
    return flaw


def _statistic_flaw(name: str, parts: FigureName) -> Flaw | None:
    head, statistic = parts.head, parts.statistic
    if head in SHARES:
        return None
    if head in LEVELS:
        return _unknown(name, "statistic", statistic, list(LEVEL_STATISTICS), "")
    if head == SURVIVORS:
        return _unknown(name, "survival function", statistic, list(SURVIVAL), "")
    if head not in STAGES:
        told = [f"{each}.<kind>" for each in KIND_COUNTS]
        told += [f"{each}.<priority>" for each in (*SHARES, SURVIVORS + ".<function>")]
        told += [f"{each}.<statistic>.<priority>" for each in LEVELS]
        return Flaw(name, f"unknown measure {head!r}", ", ".join([*STAGES, *COUNTS, *told]))
    match = _STATISTIC.fullmatch(statistic)
    if match is None or (match["percent"] is not None and not float(match["percent"]) > 0):
        accepted = "mean, median, p<percent>, max, n, within_<seconds>, within_target"
        return Flaw(name, f"unknown statistic {statistic!r}", accepted)
    if statistic == "n" and parts.area in (WORST, GINI):
        return Flaw(name, "the number of samples is no figure by which an area is served", "another statistic")
    return None


def _unknown(name: str, what: str, said: str, known: list[str] | None, otherwise: str) -> Flaw | None:
    if said and (known is None or said in known):
        return None
    return Flaw(name, f"unknown {what} {said!r}", ", ".join([*(known or ()), otherwise]).removesuffix(", "))


def lacking(name: str, lacks: Mapping[str, str], limits: Mapping[tuple[str, str], float]) -> Flaw | None:
    """Why a figure cannot be told: `lacks` says what is missing, by the beginnings of names; or no target limits its clock."""
    parts = figure_name(name)
    because = next((lacks[key] for key in (name, parts.head) if key in lacks), None)
    if because is None and parts.statistic == "within_target" and parts.head in STAGES:
        clocks = {clock for clock, _ in limits} if parts.priority == EVERY else set()
        if (parts.head, parts.priority) not in limits and parts.head not in clocks:
            because = "the procedure declares no target on this clock for this priority"
    return None if because is None else Flaw(name, because, "another measure, or a document that says it")


def more_is_better(name: str) -> bool:
    """Whether a rise of this figure is an improvement: of shares within a time, survivors, what conforms; of nothing else."""
    parts = figure_name(name)
    if parts.area == GINI:
        return False
    is_share_in_time = parts.head in STAGES and parts.statistic.startswith("within_")
    return is_share_in_time or parts.head in (SURVIVORS, "conformance", "target_share")


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


def figure_name(name: str) -> FigureName:
    """Take the name of a figure apart."""
    stem, _, area = name.partition("@")
    head, _, tail = stem.partition(".")
    if head in SHARES:
        return FigureName(head, "", tail, area)
    if head in TARGETS:
        return FigureName(head, "", "", "")
    # The number in `p99.9` and `within_7.5` has a dot of its own, so the statistic is read by its pattern.
    match = re.match(r"(?:p|within_)\d+\.\d+(?=\.)", tail)
    statistic = match[0] if match else tail.partition(".")[0]
    return FigureName(head, statistic, tail[len(statistic) + 1 :], area)


def statistic_and_priority(name: str) -> tuple[str, str]:
    """What follows the clock in the name of a figure, without an area; either is empty where the name lacks it."""
    parts = figure_name(name)
    return parts.statistic, parts.priority


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
