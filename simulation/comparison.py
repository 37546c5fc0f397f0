"""Two procedures on the same contacts: differences with intervals, criteria, and a verdict never forced.

For a measure x let d_i = candidate_i - baseline_i in run i, and [low, high] its t interval; let m be the
margin, in the measure's own unit or as a share of the baseline's mean. Where less is better:

    reduce     the candidate is lower by more than m     pass: high < -m     fail: low >= -m
    increase   the candidate is higher by more than m    pass: low > m       fail: high <= m
    no_worse   the candidate is worse by m at most       pass: high <= m     fail: low > m

Whatever is neither is undecided. `no_worse` is turned round for shares reached within a time, where more is
better. All criteria hold at once with their level: each of k intervals is taken at level 1 - (1 - level) /
k (Bonferroni; Holm's steps would gain nothing for a verdict that needs them all). The margin as a share
takes the baseline's mean as known: its own error, times the share, is small beside the interval. Identical
runs differ by exactly 0, without width: `no_worse` then passes and `reduce` fails. Non-inferiority and
superiority by intervals: Piaggio et al. 2012, JAMA 308(24), 2594-2604. May import what stands below, and
`intervals`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from incidents.centre import Document
from incidents.measure_words import clock_in_words as clock_in_words
from incidents.measure_words import in_words as in_words
from incidents.measure_words import is_share as is_share
from incidents.measure_words import is_time as is_time
from incidents.measure_words import measure_in_words as measure_in_words
from incidents.measures import Measures, figure_flaw, more_is_better
from optimiser.refusals import Flaw, Refusal
from simulation.intervals import Interval, paired_interval, runs_to_half_width

Outcome: TypeAlias = Literal["pass", "fail", "undecided"]


class Criterion(Document):
    """What a candidate must show, stated before anything runs. `measure` is the name of a figure.

    Exactly one margin: a share of the baseline's mean (0.02 is 2 %), or an amount in the measure's own unit.
    """

    measure: str = Field(min_length=1, max_length=200)
    want: Literal["reduce", "increase", "no_worse"]
    margin_share: float | None = Field(default=None, ge=0, le=10)
    margin_abs: float | None = Field(default=None, ge=0)
    level: float = Field(default=0.95, ge=0.5, le=0.9999)

    @model_validator(mode="after")
    def _one_margin(self) -> Criterion:
        if (self.margin_share is None) == (self.margin_abs is None):
            raise ValueError("give either `margin_share` (of the baseline's mean) or `margin_abs` (in its own unit)")
        return self

    @model_validator(mode="after")
    def _known_measure(self) -> Criterion:
        flaw = figure_flaw(self.measure)
        if flaw is not None:
            raise ValueError(f"{flaw.what} (accepted: {flaw.accepted})")
        return self

    @property
    def wants_low(self) -> bool:
        """Whether the criterion passes below its bar; otherwise it passes above."""
        if self.want == "no_worse":
            return not more_is_better(self.measure)
        return self.want == "reduce"


@dataclass(frozen=True, slots=True)
class Difference:
    """Candidate minus baseline, over the `runs` in which both have the figure; `missing` is how many had not.

    Means are over those runs, NaN where there are none, and then `interval` is None.
    """

    measure: str
    baseline_mean: float
    candidate_mean: float
    mean_difference: float
    interval: Interval | None
    runs: int
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one criterion came to. The interval of `difference` is the wider one that all criteria share.

    `margin` is in the measure's unit, `bar` is the difference that separates pass from fail, and
    `more_runs` about how many further runs would decide, None where that is not the question or no number
    would.
    """

    criterion: Criterion
    outcome: Outcome
    because: str
    difference: Difference
    margin: float
    bar: float
    more_runs: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Fail if any criterion fails, pass if all pass, otherwise undecided."""

    outcome: Outcome
    because: str
    more_runs: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that the runs say about the candidate. `differences` are each at the plain `level`."""

    verdict: Verdict
    judgements: tuple[Judgement, ...]
    differences: tuple[Difference, ...]
    level: float
    runs: int


def compare(
    baseline: Sequence[Measures],
    candidate: Sequence[Measures],
    criteria: Sequence[Criterion],
    extra_measures: Iterable[str] = (),
    *,
    level: float = 0.95,
) -> Comparison:
    """Judge the candidate; run i of both played the same contacts. Extra measures decide nothing.

    Refuses runs that do not pair, and names of figures that mean nothing, all at once.
    """
    if len(baseline) != len(candidate) or not baseline:
        what = f"{len(baseline)} runs of the baseline, {len(candidate)} of the candidate"
        raise Refusal.of("runs", what, "as many of one as of the other, and at least one")
    names = tuple(dict.fromkeys([*(criterion.measure for criterion in criteria), *extra_measures]))
    flaws = [flaw for name in names for flaw in _flaws(name, [baseline[0], candidate[0]])]
    if flaws:
        raise Refusal(flaws)
    pairs = {name: _Paired.of(name, baseline, candidate) for name in names}
    judgements = tuple(_judge(criterion, pairs[criterion.measure], len(criteria)) for criterion in criteria)
    differences = tuple(pair.difference(level) for pair in pairs.values())
    return Comparison(_verdict(judgements), judgements, differences, level, len(baseline))


def _flaws(name: str, runs: Sequence[Measures]) -> list[Flaw]:
    for run in runs:
        try:
            run.figure(name)
        except Refusal as refusal:
            return list(refusal.flaws)
    return []


@dataclass(frozen=True, slots=True)
class _Paired:
    """A figure of every run in which both sides have it."""

    measure: str
    baseline: tuple[float, ...]
    candidate: tuple[float, ...]
    missing: int

    @classmethod
    def of(cls, name: str, baseline: Sequence[Measures], candidate: Sequence[Measures]) -> _Paired:
        both = [(a.figure(name), b.figure(name)) for a, b in zip(baseline, candidate, strict=True)]
        seen = [(a, b) for a, b in both if not math.isnan(a) and not math.isnan(b)]
        return cls(name, tuple(a for a, _ in seen), tuple(b for _, b in seen), len(both) - len(seen))

    @property
    def steps(self) -> tuple[float, ...]:
        return tuple(b - a for a, b in zip(self.baseline, self.candidate, strict=True))

    def difference(self, level: float) -> Difference:
        runs = len(self.baseline)
        if not runs:
            return Difference(self.measure, math.nan, math.nan, math.nan, None, 0, self.missing)
        interval = paired_interval(self.baseline, self.candidate, level=level)
        before, after, step = (math.fsum(x) / runs for x in (self.baseline, self.candidate, self.steps))
        return Difference(self.measure, before, after, step, interval, runs, self.missing)


def _judge(criterion: Criterion, pair: _Paired, count: int) -> Judgement:
    shared_level = 1 - (1 - criterion.level) / count
    difference = pair.difference(shared_level)
    if pair.missing or difference.interval is None:
        because = f"{pair.missing} of {pair.missing + difference.runs} runs observed nothing to measure it by"
        return Judgement(criterion, "undecided", because, difference, math.nan, math.nan)
    margin = _margin(criterion, difference.baseline_mean)
    sign = 1 if criterion.wants_low else -1
    # In the mirror where less is better, every criterion asks for the interval to lie below one bar.
    bar = margin if criterion.want == "no_worse" else 0.0 - margin
    outcome = _outcome(difference.interval, sign, bar, is_strict=criterion.want != "no_worse")
    because = _sentence(criterion, difference, sign * bar + 0.0, outcome)
    more = None
    if outcome == "undecided":
        distance = abs(sign * difference.mean_difference - bar)
        wanted = runs_to_half_width(pair.steps, distance, level=shared_level)
        more = None if wanted is None else max(1, wanted - difference.runs)
        because += _advice(more)
    return Judgement(criterion, outcome, because, difference, margin, sign * bar + 0.0, more)


def _outcome(interval: Interval, sign: int, bar: float, *, is_strict: bool) -> Outcome:
    low, high = sorted((sign * interval.low, sign * interval.high))
    if is_strict:
        return "pass" if high < bar else "fail" if low >= bar else "undecided"
    return "pass" if high <= bar else "fail" if low > bar else "undecided"


def _margin(criterion: Criterion, baseline_mean: float) -> float:
    if criterion.margin_abs is not None:
        return criterion.margin_abs
    assert criterion.margin_share is not None, "a criterion has one margin"
    return criterion.margin_share * abs(baseline_mean)


def _verdict(judgements: Sequence[Judgement]) -> Verdict:
    failed = [judged.criterion.measure for judged in judgements if judged.outcome == "fail"]
    undecided = [judged for judged in judgements if judged.outcome == "undecided"]
    if failed:
        return Verdict("fail", f"{len(failed)} of {len(judgements)} criteria fail: {', '.join(failed)}.")
    if not judgements:
        return Verdict("undecided", "No criterion was stated, so there is nothing to decide by.")
    if not undecided:
        return Verdict(
            "pass",
            f"All {len(judgements)} criteria pass." if len(judgements) > 1 else "The criterion passes.",
        )
    names = ", ".join(judged.criterion.measure for judged in undecided)
    waits = [judged.more_runs for judged in undecided if judged.more_runs is not None]
    more = max(waits) if len(waits) == len(undecided) else None
    count = f"{len(undecided)} of {len(judgements)} criteria" if len(judgements) > 1 else "The criterion"
    return Verdict("undecided", f"{count} undecided: {names}.{_advice(more)}", more)


def _advice(more: int | None) -> str:
    if more is None:
        return " No sensible number of further runs would decide it."
    return f" About {more:,} more run{'s' if more > 1 else ''} would decide, if later runs scatter like these."


_REACHED = {
    ("reduce", "pass"): "falls by more than {margin}",
    ("reduce", "fail"): "does not fall by more than {margin}",
    ("reduce", "undecided"): "may or may not fall by more than {margin}",
    ("increase", "pass"): "rises by more than {margin}",
    ("increase", "fail"): "does not rise by more than {margin}",
    ("increase", "undecided"): "may or may not rise by more than {margin}",
    ("no_worse", "pass"): "is not worse by more than {margin}",
    ("no_worse", "fail"): "is worse by more than {margin}",
    ("no_worse", "undecided"): "may or may not be worse by more than {margin}",
}
_REACHED_AT_ALL = {key: told.replace(" by more than {margin}", "") for key, told in _REACHED.items()}


def _sentence(criterion: Criterion, difference: Difference, bar: float, outcome: Outcome) -> str:
    measure, interval = criterion.measure, difference.interval
    assert interval is not None, "a sentence speaks of an interval"
    share = f" ({100 * criterion.margin_share:g} %)" if criterion.margin_share is not None else ""
    margin = f"{in_words(measure, abs(bar), is_step=True).removeprefix('+')}{share}"
    told = (_REACHED if bar else _REACHED_AT_ALL)[criterion.want, outcome].format(margin=margin)
    change, low, high = (
        in_words(measure, step, is_step=True) for step in (difference.mean_difference, interval.low, interval.high)
    )
    surely = f"{100 * interval.level:.4g} % interval {low} to {high}, {difference.runs} runs"
    subject = measure_in_words(measure)
    return f"{subject[0].upper()}{subject[1:]} {told}: {change} on average, {surely}."
