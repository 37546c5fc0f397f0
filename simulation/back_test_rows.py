"""A row of the back-test: one stage of one priority over all windows, the log beside the twin, and why they stand apart.

What the mapping says of a row is somebody's word. Two causes are tested. *The log moved*: the twin stands within TOLERANCE of
what the log had in the part that was fitted, and nearer to it than that part is to the later one; whatever was fitted to it would
have missed. *Too few to tell*: over all windows together the log's figure lies between the k-th least and the k-th greatest of
the twin's replications, so one more replication would stand as far apart. Imports the fits, `observed` and `replications`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from incidents.measures import EVERY, STAGES, Measures, nearest_rank
from simulation.distributions import Floats
from simulation.fitting.log import LoggedIncident
from simulation.fitting.mapping import LogMapping
from simulation.fitting.observed import clocks_of
from simulation.replications import Replication

LEVEL = 0.95
TOLERANCE = 0.10
LEAST_SAMPLE = 20
MOVED = "the log moved"
STRIDE = 7
"""Windows that were played once for all of them are put together from different replications."""
Samples = Mapping[tuple[str, str], Floats]


@dataclass(frozen=True, slots=True)
class Row:
    """One stage of one priority over all windows; seconds.

    `because`: what the mapping says of it, and `tested`: what was found of it; "" where there is nothing.
    """

    clock: str
    priority: str
    inside: int
    figures: int
    count: int
    log_median: float
    twin_median: float
    log_p90: float
    twin_p90: float
    resolution_s: float
    because: str
    tested: str = ""

    @property
    def may_pass(self) -> bool:
        """Whether a twin may be believed in spite of it: a log that has moved explains a row, and foretells nothing."""
        return self.is_close or bool(self.because) or (bool(self.tested) and MOVED not in self.tested)

    @property
    def name(self) -> str:
        """The row's name in the mapping's reasons."""
        return f"{self.clock}.{self.priority}"

    @property
    def why(self) -> str:
        """Why it stands apart: as tested, or else as the mapping says."""
        return self.tested or self.because

    @property
    def is_close(self) -> bool:
        """Whether both figures stand within the tolerance, or within what the log can tell apart."""
        pairs = ((self.log_median, self.twin_median), (self.log_p90, self.twin_p90))
        return all(near(twin, log, self.resolution_s) for log, twin in pairs)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a row, in the log and in the twin. `before`: in the part that was fitted, NaN where that says nothing.

    `low` and `high`: the prediction interval over all windows together.
    """

    name: str
    log: float
    twin: float
    before: float
    low: float
    high: float

    def cause(self, resolution_s: float) -> str:
        """Why it stands apart, as far as that can be tested; "" where it cannot."""
        twin_off = abs(self.twin - self.before)
        if near(self.twin, self.before, resolution_s) and abs(self.log - self.before) > twin_off:
            return f"{MOVED}: its {self.name} was {self.before:,.0f} in the part fitted"
        if self.low <= self.log <= self.high:
            return f"too few to tell: 95 % of such {self.name}s lie between {self.low:,.0f} and {self.high:,.0f}"
        return ""


def near(value: float, log: float, resolution_s: float) -> bool:
    """Whether it stands within the tolerance of the log, or within what the log can tell apart."""
    return abs(value - log) <= max(TOLERANCE * log, resolution_s)


def shown_causes(figures: Sequence[Figure], resolution_s: float) -> str:
    """Why a row stands apart; "" where it does not, or where one of its figures has no cause that could be shown."""
    apart = [each.cause(resolution_s) for each in figures if not near(each.twin, each.log, resolution_s)]
    return "; ".join(apart) if all(apart) else ""


def rows_of(
    mapping: LogMapping,
    inside: Mapping[tuple[str, str], Sequence[bool]],
    logged: Sequence[Samples],
    simulated: Sequence[Sequence[Replication]],
    before: Samples,
    resolution_s: float,
) -> Iterator[Row]:
    """Yield every row with enough times behind it. `inside`: by row, which of its figures lie in their interval."""
    is_answering = any(rule.roster == "positions" for rule in mapping.kinds.values())
    for clock in STAGES:
        for priority in priorities_of(mapping, *mapping.classes):
            key = clock, priority
            seen = [samples[key] for samples in logged if key in samples]
            ours = np.sort(np.concatenate(seen)) if seen else np.zeros(0)
            runs = _together(simulated, key)
            twins = np.sort(np.concatenate(runs)) if runs else np.zeros(0)
            if len(ours) < LEAST_SAMPLE or not len(twins) or ours[0] == ours[-1] == twins[0] == twins[-1]:
                continue
            # Who answers is read off each window, so waits of the part fitted are those of another roster.
            then = before.get(key, np.zeros(0)) if not is_answering else np.zeros(0)
            resolution = 0.5 if clock == "units" else resolution_s
            median, p90 = (
                Figure(name, nearest_rank(ours, q), nearest_rank(twins, q), nearest_rank(then, q), *_range(runs, q))
                for name, q in (("median", 0.5), ("90th percentile", 0.9))
            )
            yield Row(
                clock=clock,
                priority=priority,
                inside=sum(inside.get(key, ())),
                figures=len(inside.get(key, ())),
                count=len(ours),
                log_median=median.log,
                twin_median=median.twin,
                log_p90=p90.log,
                twin_p90=p90.twin,
                resolution_s=resolution,
                because=mapping.reasons.get(f"{clock}.{priority}", ""),
                tested=shown_causes((median, p90), resolution),
            )


def samples_of(incidents: Sequence[LoggedIncident], mapping: LogMapping) -> Samples:
    """The times of incidents by clock and priority, ascending."""
    found: dict[tuple[str, str], list[float]] = {}
    for incident in incidents:
        for clock, value in clocks_of(incident):
            for priority in priorities_of(mapping, incident.priority):
                found.setdefault((clock, priority), []).append(max(0.0, value))
    return {key: np.sort(np.asarray(values)) for key, values in found.items()}


def priorities_of(mapping: LogMapping, *classes: str) -> tuple[str, ...]:
    """These priorities and all together, which of a single one would be the same again."""
    return classes if len(mapping.classes) == 1 else (*classes, EVERY)


def interval(runs: Sequence[Measures], figure: str) -> tuple[float, float] | None:
    """The 95 % prediction interval of a figure for one more run; None: too few runs have it."""
    if figure != "contacts" and figure not in runs[0].counts and figure.count(".") < 2:
        return None
    return _ends([run.figure(figure) for run in runs])


def _ends(values: Sequence[float]) -> tuple[float, float] | None:
    known = sorted(value for value in values if not math.isnan(value))
    rank = math.floor((len(known) + 1) * (1 - LEVEL) / 2)
    return None if rank < 1 else (known[rank - 1], known[len(known) - rank])


def _range(runs: Sequence[Floats], share: float) -> tuple[float, float]:
    return _ends([nearest_rank(np.sort(run), share) for run in runs]) or (math.nan, math.nan)


def _together(simulated: Sequence[Sequence[Replication]], key: tuple[str, str]) -> list[Floats]:
    """All windows together, as often as there are replications."""
    found = []
    for number in range(min((len(runs) for runs in simulated), default=0)):
        picked = [runs[(number + STRIDE * at) % len(runs)] for at, runs in enumerate(simulated)]
        parts = [run.measures[0].samples[key] for run in picked if key in run.measures[0].samples]
        if parts:
            found.append(np.concatenate(parts))
    return found
