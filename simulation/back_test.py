"""The back-test: fitted on the earlier part of a log, does the twin foretell the later?

Each window of the later part (a week, or a day of a short log) is one draw from the world. The twin plays R replications of it,
with the roster that the window shows where the log shows one, otherwise the one inferred from the earlier part. A figure of the
log (a mean, median or 90th percentile of one stage and priority, with at least LEAST_SAMPLE times behind it) is inside if it lies
between the k-th least and the k-th greatest of the twin's R, k = (R + 1) * 0.025: a 95 % prediction interval that assumes nothing
about the distribution. The interval of the twin's mean would be the wrong question: it shrinks with R, and one week of the world
does not. The twin passes where at least LEAST_COVERAGE of all figures are inside and, over all windows together, every median
and 90th percentile stands within a tenth of the log's, or within chance, or the mapping says why not. Imports `fit`, `echo`,
`replications`, `back_test_rows`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from incidents.measures import STAGES, statistic_of
from optimiser.refusals import Refusal
from simulation.back_test_rows import LEAST_SAMPLE, Row, Samples, interval, rows_of, samples_of
from simulation.calibration import LEAST_COVERAGE, Calibration, Period
from simulation.echo import Echo, echo
from simulation.fit import Fitted, fit_read
from simulation.fitting.centre import fit_centre
from simulation.fitting.log import DAY_S, Log, LoggedIncident, spans_of
from simulation.fitting.mapping import BackTest, LogMapping
from simulation.fitting.reading import read_log
from simulation.fitting.story import day
from simulation.fitting.yaml import yaml_of
from simulation.replications import Replication, Span, replications
from simulation.scenario import Scenario

REPLICATIONS = 39
"""The fewest with which the least and the greatest are a 95 % prediction interval."""
MOST_WINDOWS = 60
STATISTICS = ("mean", "median", "p90")
FIRST_SEED = 1


@dataclass(frozen=True, slots=True)
class Window:
    """One part of the later log: local seconds, its figures, and the twin's interval for each."""

    since: float
    until: float
    incidents: int
    log: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]

    def inside(self, figure: str) -> bool:
        """Whether the log's figure lies in the twin's interval."""
        low, high = self.intervals[figure]
        return low <= self.log[figure] <= high


@dataclass(frozen=True, slots=True)
class BackTested:
    """Everything the back-test found. `same_arms`: one procedure played twice differed by exactly nothing."""

    title: str
    fitted: Period
    tested: Period
    roster: str
    days: int
    replications: int
    windows: tuple[Window, ...]
    rows: tuple[Row, ...]
    echo: Echo
    same_arms: bool
    twin: Fitted

    @property
    def figures(self) -> int:
        """Figures held against an interval."""
        return sum(len(window.intervals) for window in self.windows)

    @property
    def coverage(self) -> float:
        """The share of them inside."""
        inside = sum(window.inside(figure) for window in self.windows for figure in window.intervals)
        return inside / max(1, self.figures)

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Rows that stand apart and nobody has said why."""
        return tuple(row.name for row in self.rows if not row.is_close and not row.why)

    @property
    def missed(self) -> tuple[str, ...]:
        """Rows that stand apart, so that the twin may not be believed."""
        return tuple(row.name for row in self.rows if not row.may_pass)

    @property
    def passed(self) -> bool:
        """Whether the twin may be believed."""
        return self.figures > 0 and self.coverage >= LEAST_COVERAGE and not self.missed and self.same_arms

    def record(self, name: str, workload: str, tested_on: str) -> Calibration:
        """The record to keep beside the scenario whose workload has this fingerprint."""
        return Calibration(
            calibration=name,
            tested_on=tested_on,
            workload=workload,
            fitted=self.fitted,
            tested=self.tested,
            windows=len(self.windows),
            days=self.days,
            replications=self.replications,
            figures=self.figures,
            coverage=round(self.coverage, 4),
            rows=len(self.rows),
            close=sum(row.is_close for row in self.rows),
            explained={row.name: row.why for row in self.rows if not row.is_close and row.why},
            unexplained=self.unexplained,
            echoed=round(self.echo.share, 4),
            travel_imputed=self.echo.travel_imputed,
            passed=self.passed,
        )


def back_test(
    path: Path,
    mapping: LogMapping,
    *,
    runs: int = REPLICATIONS,
    most_windows: int = MOST_WINDOWS,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    by_itself: bool = False,
) -> BackTested:
    """Fit the earlier part of a log and hold the twin against the later; refuse a log or a mapping that has no later part.

    `by_itself` fits the later part in place of the earlier. That foretells nothing: it tells what the model cannot say from what
    nobody could have known.
    """
    plan = _plan(mapping, runs)
    log = read_log(path, mapping)
    split = datetime.combine(plan.first, datetime.min.time(), UTC).timestamp()
    starts = list(_starts(log, mapping, split))
    if not starts or split <= log.incidents[0].received:
        raise Refusal.of(
            "back_test/first", "leaves no whole window, or nothing to fit", f"a day before {day(log.until)}"
        )
    chosen = [starts[index] for index in np.unique(np.linspace(0, len(starts) - 1, most_windows).round().astype(int))]
    earlier = log.since(split) if by_itself else log.before(split)
    twin = fit_read(earlier, mapping, path if path.is_dir() else path.parent)
    played = _Player(twin, mapping, runs, workers, lambda done: progress(done, len(chosen)))
    windows, logged, simulated = [], [], []
    for start in chosen:
        own = _of_window(log, start, mapping)
        found = played.window(start, own)
        samples = samples_of(own, mapping)
        windows.append(_window(start, mapping, own, samples, found))
        logged.append(samples)
        simulated.append(found)
    before = {} if by_itself else samples_of(earlier.incidents, mapping)
    rows = tuple(rows_of(mapping, _inside(windows), logged, simulated, before, _resolution_s(log)))
    return BackTested(
        title=mapping.notes.title,
        fitted=_period(earlier.incidents[0].received, log.until if by_itself else split, len(earlier.incidents)),
        tested=_period(chosen[0], chosen[-1] + plan.days * DAY_S, sum(window.incidents for window in windows)),
        roster=played.roster,
        days=plan.days,
        replications=runs,
        windows=tuple(windows),
        rows=rows,
        echo=echo([each for each in log.incidents if each.received >= split]),
        same_arms=played.same_arms(chosen[0]),
        twin=twin,
    )


def _plan(mapping: LogMapping, runs: int) -> BackTest:
    """How the mapping wants its log tested; refuses too few replications, and a mapping that says nothing."""
    if mapping.back_test is None:
        raise Refusal.of(
            "back_test", "is missing in the mapping", "the first day of the later part, and days of a window"
        )
    if runs < REPLICATIONS:
        raise Refusal.of("replications", f"{runs} give no 95 % prediction interval", f"{REPLICATIONS} or more")
    return mapping.back_test


def is_of(workload: str, path: Path, mapping: LogMapping) -> bool:
    """Whether the workload with this fingerprint is what the mapping makes of the whole log."""
    whole = fit_read(read_log(path, mapping), mapping, path if path.is_dir() else path.parent)
    return whole.workload.fingerprint == workload


class _Player:
    """Plays windows, and those that would be alike only once: same day of the week, same roster."""

    def __init__(
        self, twin: Fitted, mapping: LogMapping, runs: int, workers: int | None, progress: Callable[[int], None]
    ) -> None:
        assert mapping.back_test is not None, "a plan was asked for"
        self._twin, self._mapping, self._plan = twin, mapping, mapping.back_test
        self._seeds = range(FIRST_SEED, FIRST_SEED + runs)
        self._workers, self._progress = workers, progress
        self._known: dict[tuple[int, str], list[Replication]] = {}
        self._done = 0
        self.is_from_window = any(rule.roster == "positions" for rule in mapping.kinds.values())
        self.roster = (
            "that of each window, counted while somebody waited"
            if self.is_from_window
            else "inferred from the earlier part; the log has none"
        )

    def window(self, start: float, own: Sequence[LoggedIncident]) -> list[Replication]:
        """The replications of one window."""
        scenario = self._scenario(own)
        key = int(start // DAY_S) % 7, scenario.centre.fingerprint
        if key not in self._known:
            span = self._span(start)
            self._known[key] = replications(scenario, (self._twin.baseline,), span, self._seeds, workers=self._workers)
        self._done += 1
        self._progress(self._done)
        return self._known[key]

    def same_arms(self, start: float) -> bool:
        """Whether the same procedure, played twice on the same contacts, differs by exactly nothing."""
        both = (self._twin.baseline, self._twin.baseline)
        (run,) = replications(self._scenario(()), both, self._span(start), self._seeds[:1], workers=1)
        first, second = (measures.figures() for measures in run.measures)
        return all(
            (math.isnan(a) and math.isnan(b)) or a - b == 0
            for a, b in zip(first.values(), second.values(), strict=True)
        )

    def _scenario(self, own: Sequence[LoggedIncident]) -> Scenario:
        centre = self._twin.centre
        if self.is_from_window and own:
            workload = self._twin.workload
            wrap_up_s = workload.distribution(workload.wrap_up_s).mean
            centre = fit_centre(own, None, (), None, self._mapping, "", wrap_up_s)
        return Scenario(Path(), centre, self._twin.workload, None)

    def _span(self, start: float) -> Span:
        zone = self._twin.centre.zone_info
        local = datetime.fromtimestamp(start, UTC).replace(tzinfo=zone)
        plan = self._plan
        warm_up_s = plan.warm_up_h * 3600
        since = round((local.timestamp() - warm_up_s) * 1000)
        return Span(since, warm_up_s, plan.days * DAY_S, plan.tail_h * 3600)


def _starts(log: Log, mapping: LogMapping, split: float) -> Iterator[float]:
    """The windows that the log shows whole, and that no span touches which says nothing about an ordinary week."""
    plan = mapping.back_test
    assert plan is not None, "a plan was asked for"
    left_out = spans_of(mapping)
    start = split
    while start + plan.days * DAY_S <= log.end_of_last_day and start + plan.days * DAY_S <= log.until + DAY_S:
        end = start + plan.days * DAY_S
        if not any(each.start < end and each.until > start for each in left_out):
            yield start
        start = end


def _of_window(log: Log, start: float, mapping: LogMapping) -> list[LoggedIncident]:
    """The incidents of a window, as far as they were known when its tail ended."""
    plan = mapping.back_test
    assert plan is not None, "a plan was asked for"
    end = start + plan.days * DAY_S
    known = log.before(end + plan.tail_h * 3600)
    return [each for each in known.incidents if start <= each.received < end]


def _window(
    start: float,
    mapping: LogMapping,
    own: Sequence[LoggedIncident],
    samples: Samples,
    runs: Sequence[Replication],
) -> Window:
    assert mapping.back_test is not None, "a plan was asked for"
    log = {"contacts": float(len(own))}
    if mapping.is_answered and own:
        log["abandoned.share"] = sum(each.abandoned is not None for each in own) / len(own)
    for (clock, priority), ascending in samples.items():
        if len(ascending) >= LEAST_SAMPLE and clock in STAGES:
            log |= {f"{clock}.{name}.{priority}": statistic_of(ascending, name) for name in STATISTICS}
    measured = [run.measures[0] for run in runs]
    intervals = {
        name: found
        for name, value in log.items()
        # What is always the same, in the log and in the twin, foretells nothing.
        if (found := interval(measured, name)) is not None and not found[0] == found[1] == value
    }
    kept = {name: value for name, value in log.items() if name in intervals}
    return Window(start, start + mapping.back_test.days * DAY_S, len(own), kept, intervals)


def _inside(windows: Sequence[Window]) -> Mapping[tuple[str, str], list[bool]]:
    """By stage and priority, which figures of all windows lie in their interval."""
    found: dict[tuple[str, str], list[bool]] = {}
    for window in windows:
        for name in window.intervals:
            clock, _, tail = name.partition(".")
            if tail and clock in STAGES:
                found.setdefault((clock, tail.partition(".")[2]), []).append(window.inside(name))
    return found


def _resolution_s(log: Log) -> float:
    return 60.0 if any("rounded" in what for what in log.quality.faults) else 1.0


def _period(since: float, until: float, incidents: int) -> Period:
    return Period(since=day(since), until=day(until), incidents=incidents)


def record_text(record: Calibration) -> str:
    """The record as YAML."""
    return yaml_of(record)
