"""The report of a what-if: how far the baseline stands from the log, then what the candidate came to, then all the rest.

One `Report` says everything; `render_html` makes a page of it that needs nothing but itself, `as_json`
plain data, and `as_text` what a terminal shows. The page's template stands beside this file. Imports
`pictures` and what stands above it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from pydantic import BaseModel
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from incidents.measure_words import clock_in_words, in_words
from incidents.measures import FloatArray, Measures, nearest_rank
from simulation import pictures
from simulation.calibration import NEVER, UNCALIBRATED
from simulation.difference import Difference
from simulation.judgement import Judgement, Outcome
from simulation.selection import Selection

TOLERANCE = 0.15
"""How far a figure of the twin may stand from the log's, as a share, and still be called close."""
PLAIN_LEVEL = 0.95
"""Of the intervals of differences that decide nothing."""
NO_LOG = "no log to compare with"
MARKS: Mapping[Outcome, str] = {"pass": "✓", "fail": "✗", "undecided": "?"}
_STYLES: Mapping[Outcome, str] = {"pass": "bold green", "fail": "bold red", "undecided": "bold yellow"}
_TEMPLATE = "report.html.jinja"
_PERCENTS = range(1, 100)


@dataclass(frozen=True, slots=True)
class Rules:
    """One of the two procedures."""

    name: str
    revision: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FidelityRow:
    """One clock of one priority: seconds in the log, seconds in the twin (mean over runs of each run's figure).

    `because` says why the twin stands apart; empty where nobody has said.
    """

    clock: str
    priority: str
    log_median: float
    log_p90: float
    twin_median: float
    twin_p90: float
    because: str = ""
    tolerance: float = TOLERANCE

    @property
    def ratio_median(self) -> float:
        """The twin's median over the log's; NaN where the log's is zero and the twin's is not."""
        return _ratio(self.twin_median, self.log_median)

    @property
    def ratio_p90(self) -> float:
        """The twin's p90 over the log's."""
        return _ratio(self.twin_p90, self.log_p90)

    @property
    def is_within(self) -> bool:
        """Whether both figures stand within the tolerance of the log's."""
        # 1.15 - 1 is a little more than 0.15 in binary, and stands within 15 % all the same.
        ratios = (self.ratio_median, self.ratio_p90)
        return all(abs(ratio - 1) <= self.tolerance + 1e-9 for ratio in ratios)


@dataclass(frozen=True, slots=True)
class ConcurrencyRow:
    """Resources committed at once, per minute: in the log, and in the twin (mean over runs)."""

    log_median: float
    log_max: float
    twin_median: float
    twin_max: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Response times of one priority over all runs: their 1 % to 99 % quantiles, in seconds."""

    priority: str
    baseline: tuple[float, ...]
    candidate: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Utilisation:
    """The share of their time on duty that resources of a kind were busy, mean over runs."""

    kind: str
    baseline: float
    candidate: float


@dataclass(frozen=True, slots=True)
class OnWorkload:
    """What was seen on one workload beside what decides: plain differences, and of how long a run they are."""

    workload: str
    differences: tuple[Difference, ...]
    run_length: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a reader needs to judge the change, and to run it again. `contacts` counts all that was played.

    `fingerprint`: what was asked, as one hash. `selection` None: there was one candidate. `ended`: why no further look was taken.
    """

    title: str
    question: str
    scenario: str
    baseline: Rules
    candidate: Rules
    changes: tuple[str, ...]
    judgement: Judgement
    workloads: tuple[OnWorkload, ...]
    command: str
    contacts: int
    run_time_s: float
    seeds: tuple[int, ...]
    candidate_name: str = ""
    fingerprint: str = ""
    selection: Selection | None = None
    ended: str = ""
    provenance: str = ""
    fidelity: tuple[FidelityRow, ...] = ()
    concurrency: ConcurrencyRow | None = None
    spreads: tuple[Spread, ...] = ()
    utilisation: tuple[Utilisation, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    calibration: str = NEVER
    """Whether the twin may be believed, in words; a scenario says it."""

    @property
    def is_calibrated(self) -> bool:
        """Whether the twin's last back-test was of this workload, and passed."""
        return not self.calibration.startswith(UNCALIBRATED)

    @property
    def standing(self) -> str:
        """How far the baseline stands from the log, in one sentence."""
        if not self.fidelity:
            return NO_LOG
        close = sum(row.is_within for row in self.fidelity)
        share = f"{100 * max(row.tolerance for row in self.fidelity):.0f} %"
        told = f"{close} of {len(self.fidelity)} rows stand within {share} of the log, in median and p90"
        apart = [row for row in self.fidelity if not row.is_within]
        if not apart:
            return f"{told}."
        worst = max(apart, key=_distance)
        ratios = f"{_two_places(worst.ratio_median)} times the log's median and {_two_places(worst.ratio_p90)} its p90"
        return f"{told}; farthest is {clock_in_words(worst.clock)} of {worst.priority}: {ratios}."


def fidelity_rows(
    observed: Mapping[str, float],
    runs: Sequence[Measures],
    *,
    reasons: Mapping[str, str] | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[FidelityRow, ...]:
    """Compare the log's figures with the twin's, in the order of the log's.

    `observed` holds figures by name; a row is made wherever it has both `<clock>.median.<priority>` and
    `<clock>.p90.<priority>`. `reasons`, by `<clock>.<priority>`, say why a row stands apart.
    """
    rows = []
    for name, log_median in observed.items():
        clock, _, tail = name.partition(".median.")
        p90 = f"{clock}.p90.{tail}"
        if tail and p90 in observed:
            because = (reasons or {}).get(f"{clock}.{tail}", "")
            twin = (_mean(runs, name), _mean(runs, p90))
            rows.append(FidelityRow(clock, tail, log_median, observed[p90], *twin, because, tolerance))
    return tuple(rows)


def concurrency_row(observed: Mapping[str, float], runs: Sequence[Measures]) -> ConcurrencyRow | None:
    """Compare how many resources were committed at once; None where the log does not say."""
    names = ("concurrency.median", "concurrency.max")
    if any(name not in observed for name in names):
        return None
    log_median, log_max = (observed[name] for name in names)
    return ConcurrencyRow(log_median, log_max, _mean(runs, names[0]), _mean(runs, names[1]))


def spreads(
    baseline: Sequence[Measures],
    candidate: Sequence[Measures],
    priorities: Sequence[str],
    *,
    clock: str = "response_s",
) -> tuple[Spread, ...]:
    """How one clock spreads over all runs, for each of these priorities that has samples in both."""
    rows = []
    for priority in priorities:
        before, after = (_pooled(runs, clock, priority) for runs in (baseline, candidate))
        if len(before) and len(after):
            rows.append(Spread(priority, _quantiles(before), _quantiles(after)))
    return tuple(rows)


def utilisation_rows(baseline: Sequence[Measures], candidate: Sequence[Measures]) -> tuple[Utilisation, ...]:
    """How busy each kind of resource was; kinds that were never on duty are left out."""
    names = [name for name in baseline[0].counts if name.startswith("utilisation.")] if baseline else []
    rows = [(name.partition(".")[2], _mean(baseline, name), _mean(candidate, name)) for name in names]
    return tuple(Utilisation(kind, a, b) for kind, a, b in rows if not math.isnan(a) or not math.isnan(b))


def render_html(report: Report) -> str:
    """One page that asks the network for nothing and runs nothing; every given word is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clock=clock_in_words, seconds=_seconds, ratio=_two_places, percent=_percent)
    return environment.get_template(_TEMPLATE).render(
        report=report,
        findings=[(found, pictures.whisker(found)) for found in report.judgement.findings],
        conditions=_conditions(report.judgement),
        differences=[
            (each, list(zip(each.differences, pictures.forest(each.differences), strict=True)))
            for each in report.workloads
        ],
        level=PLAIN_LEVEL,
        curves=[(spread, pictures.curves(spread.baseline, spread.candidate)) for spread in report.spreads],
        looked=_looked(report),
        pictures=pictures,
        marks=MARKS,
        in_words=in_words,
    )


def as_json(report: Report) -> dict[str, Any]:
    """Plain data for `json.dumps`; what is not a number, or unbounded, is null."""
    plain = _plain(report)
    assert isinstance(plain, dict), "a report is a mapping"
    for row, data in zip(report.fidelity, plain["fidelity"], strict=True):
        ratios = {"ratio_median": row.ratio_median, "ratio_p90": row.ratio_p90, "is_within": row.is_within}
        data.update(_plain(ratios))
    return {"standing": report.standing, "verdict": plain["judgement"]["verdict"], **plain}


def as_text(report: Report) -> RenderableType:
    """What a terminal shows: the standing first, then the verdict, the criteria and the differences."""
    verdict = report.judgement.verdict
    parts: list[RenderableType] = [Text(report.title, style="bold"), Text(report.question)]
    standing = Text(f"Twin: {report.calibration}", style="" if report.is_calibrated else "bold red")
    parts += [Text(), standing, Text(f"Baseline against the log: {report.standing}")]
    if report.fidelity:
        parts.append(_fidelity_table(report))
    if (row := report.concurrency) is not None:
        log, twin = (f"{a:.0f} median, {b:.0f} most" for a, b in _sides(row))
        parts.append(Text(f"Resources committed at once: log {log}; twin {twin}"))
    headline = Text(f"{MARKS[verdict.outcome]} {verdict.outcome.upper()}", style=_STYLES[verdict.outcome])
    parts += [Text(), headline.append(f"  {verdict.because}", style="not bold")]
    if report.selection is not None:
        parts.append(Text(f"  {report.selection.because}"))
    judgement = report.judgement
    for outcome, told in [
        *((f.outcome, f"{f.workload}: {f.because}") for f in judgement.findings),
        *_conditions(judgement),
    ]:
        line = Text(f"  {MARKS[outcome]} ", style=_STYLES[outcome])
        parts.append(line.append(told, style="default not bold"))
    parts.append(Text(f"  {_looked(report)}"))
    for each in report.workloads:
        parts += [Text(), Text(each.workload, style="bold"), _difference_table(each.differences)]
    return Group(*parts)


def _conditions(judgement: Judgement) -> list[tuple[Outcome, str]]:
    """What must hold beside the criteria: hard limits, varied worlds, and the tests of the judging itself."""
    hard = [(each.outcome, f"{each.workload}: {each.because}") for each in judgement.hard]
    varied = [(each.outcome, f"{each.name} ({each.workload}): {each.because}") for each in judgement.sensitivities]
    return [*hard, *varied, *((each.outcome, f"Self-test: {each.because}") for each in judgement.self_tests)]


def _looked(report: Report) -> str:
    judgement = report.judgement
    looks = f"Look {judgement.look} of {len(judgement.looks.at)}, {judgement.runs} paired runs of each workload."
    return f"{looks} {report.ended}".strip()


def _fidelity_table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("clock", "priority", "log median", "twin", "ratio", "log p90", "twin", "ratio", "close"):
        table.add_column(heading, justify="left" if heading in ("clock", "priority", "close") else "right")
    for row in report.fidelity:
        median = (_seconds(row.log_median), _seconds(row.twin_median), _two_places(row.ratio_median))
        p90 = (_seconds(row.log_p90), _seconds(row.twin_p90), _two_places(row.ratio_p90))
        close = "yes" if row.is_within else f"no: {row.because or 'not explained'}"
        table.add_row(*(Text(cell) for cell in (clock_in_words(row.clock), row.priority, *median, *p90, close)))
    return table


def _difference_table(differences: Sequence[Difference]) -> Table:
    table = Table(box=None, pad_edge=False)
    level = f"{100 * PLAIN_LEVEL:g} % interval"
    for heading in ("measure", "baseline", "candidate", "difference", level, "runs"):
        table.add_column(heading, justify="left" if heading == "measure" else "right")
    for row in differences:
        means = [in_words(row.measure, mean) for mean in (row.baseline_mean, row.candidate_mean)]
        step = in_words(row.measure, row.mean_difference, is_step=True)
        ends = (row.interval.low, row.interval.high) if row.interval else ()
        interval = " to ".join(in_words(row.measure, end, is_step=True) for end in ends) or "none"
        table.add_row(*(Text(cell) for cell in (row.measure, *means, step, interval, str(row.runs))))
    return table


def _sides(row: ConcurrencyRow) -> tuple[tuple[float, float], tuple[float, float]]:
    return (row.log_median, row.log_max), (row.twin_median, row.twin_max)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _mean(runs: Sequence[Measures], name: str) -> float:
    seen = [figure for figure in (run.figure(name) for run in runs) if not math.isnan(figure)]
    return math.fsum(seen) / len(seen) if seen else math.nan


def _pooled(runs: Sequence[Measures], clock: str, priority: str) -> FloatArray:
    parts = [run.samples[clock, priority] for run in runs if (clock, priority) in run.samples]
    return np.sort(np.concatenate(parts)) if parts else np.zeros(0)


def _quantiles(ascending: FloatArray) -> tuple[float, ...]:
    return tuple(nearest_rank(ascending, percent / 100) for percent in _PERCENTS)


def _ratio(twin: float, log: float) -> float:
    if log == 0:
        return 1.0 if twin == 0 else math.nan
    return twin / log


def _distance(row: FidelityRow) -> float:
    # How many times too long or too short, whichever is farther; a ratio that does not exist is farthest of
    # all.
    ratios = (row.ratio_median, row.ratio_p90)
    return max(abs(math.log(ratio)) if ratio > 0 else math.inf for ratio in ratios)


def _seconds(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _two_places(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f} %"
