"""Pairs of runs: how far a candidate is from a bar, with p-values and intervals that hold for skewed and for rare
figures.

Run i gives the baseline's figure b_i and the candidate's c_i. Let s = 1 where less is better and s = -1 otherwise,
and let the bar be v_i = m, or v_i = m |b_i| where the margin is a share; v_i is negative where the figure has to
improve by the margin. The distances

    x_i = s (c_i - b_i) - v_i,        asked: is E x < 0 (it passes), or E x > 0 (it fails)?

carry the baseline's own scatter in a margin that is a share. The mean of x is judged by Student's t and by Hall's
transformation of it, which follows the skewness (`intervals`), and at either end the one that claims less counts. Two
kinds of figure have no scatter to go by. Where both sides were the same in every run although the figure varies from
run to run, nothing that was changed touches it: the difference is exactly 0, as it is for a time that is the same
everywhere. Where it is a share or a count and fewer than `FEW` runs differ, there is also the exact bound of a rare
event, binomial for shares and Poisson for counts (Clopper and Pearson 1934, Biometrika 26(4), 404-413,
doi:10.1093/biomet/26.4.404; Garwood 1936, Biometrika 28, 437-442, doi:10.1093/biomet/28.3-4.437), which takes rare
events as independent of one another, and again whatever claims less counts. May import `intervals`, `comparison` and
what stands below.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scipy import special

from incidents.measure_words import is_share, is_time
from incidents.measures import COUNTS, STAGES, Measures, figure_flaw, statistic_and_priority
from simulation.difference import Difference
from simulation.intervals import (
    Interval,
    paired_interval,
    runs_to_half_width,
    scatter_of,
    skewed_interval,
    student_reach,
    tails,
)
from simulation.terms import Criterion

FEW = 10
"""Runs that differ; where there are fewer, a share or a count is rare."""


@dataclass(frozen=True)
class Pairs:
    """A figure of every run in which both sides have it; `trials` are the samples that a share is of, None where unknown."""

    measure: str
    baseline: tuple[float, ...]
    candidate: tuple[float, ...]
    missing: int
    trials: float | None

    @classmethod
    def of(cls, measure: str, baseline: Sequence[Measures], candidate: Sequence[Measures]) -> Pairs:
        """Read the figure; refuses a name that means nothing in these runs."""
        both = [(a.figure(measure), b.figure(measure)) for a, b in zip(baseline, candidate, strict=True)]
        seen = [(a, b) for a, b in both if not math.isnan(a) and not math.isnan(b)]
        trials = _trials(measure, candidate)
        return cls(measure, tuple(a for a, _ in seen), tuple(b for _, b in seen), len(both) - len(seen), trials)

    @property
    def runs(self) -> int:
        """In how many runs both sides have the figure."""
        return len(self.baseline)

    @cached_property
    def steps(self) -> tuple[float, ...]:
        """Candidate minus baseline, run by run."""
        return tuple(b - a for a, b in zip(self.baseline, self.candidate, strict=True))

    @cached_property
    def differing(self) -> int:
        """In how many runs the two sides differ."""
        return sum(step != 0 for step in self.steps)

    @property
    def is_untouched(self) -> bool:
        """Whether a figure that does vary is the same on both sides in every run."""
        return not self.differing and min(self.baseline) != max(self.baseline)

    @property
    def is_rare(self) -> bool:
        """Whether it is a share or a count in which too few runs differ to say how such differences scatter."""
        if self.differing >= FEW or self.is_untouched:
            return False
        return is_share(self.measure) or self._is_count

    @property
    def _is_count(self) -> bool:
        return not is_time(self.measure) and all(value % 1 == 0 for value in (*self.baseline, *self.candidate))

    def difference(self, level: float, interval: Interval | None = None) -> Difference:
        """The mean difference with its plain t interval, or with one that is given."""
        if not self.runs:
            return Difference(self.measure, math.nan, math.nan, math.nan, None, 0, self.missing)
        interval = interval or paired_interval(self.baseline, self.candidate, level=level)
        before, after, step = (math.fsum(x) / self.runs for x in (self.baseline, self.candidate, self.steps))
        return Difference(self.measure, before, after, step, interval, self.runs, self.missing)

    def chance_of_rare(self, rate: float, *, upwards: bool) -> float:
        """The chance of no more events in this direction than were seen, if there were `rate` more of the figure in each run."""
        if rate <= 0:
            return 1.0
        seen = math.fsum(step for step in self.steps if (step > 0) == upwards and step) * (1 if upwards else -1)
        if not is_share(self.measure):
            return float(special.pdtr(math.floor(seen + 1e-9), rate * self.runs))
        # A share whose samples nobody counted is taken as one sample a run: never too sure.
        trials = self.trials or float(self.runs)
        events = math.ceil(seen / self.runs * trials - 1e-9)
        return 1.0 if rate >= 1 and events >= trials else float(special.bdtr(events, int(trials), min(rate, 1.0)))

    def rare_bound(self, tail: float, *, upwards: bool) -> float:
        """How much more of the figure in each run cannot be excluded, with `tail` of error."""
        low, high = 0.0, 1.0 if is_share(self.measure) else (math.fsum(map(abs, self.steps)) + 10 - 4 * math.log(tail))
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.chance_of_rare(middle, upwards=upwards) > tail else (low, middle)
        return high


@dataclass(frozen=True)
class Distance:
    """How far one criterion is from its bar. `is_strict`: to stand exactly on the bar is not enough."""

    pairs: Pairs
    sign: int
    bars: tuple[float, ...]
    is_strict: bool

    @classmethod
    def of(cls, criterion: Criterion, pairs: Pairs) -> Distance:
        """From the criterion and the runs; in the mirror where less is better, everything asks for less than a bar."""
        if criterion.margin_abs is not None:
            margins = (criterion.margin_abs,) * pairs.runs
        else:
            assert criterion.margin_share is not None, "a criterion has one margin"
            share, sign = criterion.margin_share, math.copysign(1, math.fsum(pairs.baseline))
            margins = tuple(share * sign * value for value in pairs.baseline)
        strict = criterion.want != "no_worse"
        bars = tuple(-margin if strict else margin for margin in margins)
        return cls(pairs, 1 if criterion.wants_low else -1, bars, strict)

    @cached_property
    def bar(self) -> float:
        """The mean of the bars, in the mirror."""
        return math.fsum(self.bars) / len(self.bars) + 0.0

    @cached_property
    def values(self) -> tuple[float, ...]:
        """The distances x_i."""
        # What nothing touches is known exactly; the margin's own scatter would only blur it.
        if self.pairs.is_untouched:
            return (-self.bar,) * self.pairs.runs
        return tuple(self.sign * step - bar for step, bar in zip(self.pairs.steps, self.bars, strict=True))

    @property
    def mean(self) -> float:
        """The mean distance; negative passes."""
        return math.fsum(self.values) / len(self.values)

    @cached_property
    def p_values(self) -> tuple[float, float]:
        """Two-sided p-values, of passing and of failing."""
        below, above = tails(self.values)
        if len(self.values) > 1 and min(self.values) == max(self.values):
            below, above = self._known()
        if self.pairs.is_rare:
            below = max(below, self.pairs.chance_of_rare(self.bar, upwards=self.sign > 0))
            above = max(above, self.pairs.chance_of_rare(-self.bar, upwards=self.sign < 0))
        return min(1.0, 2 * below), min(1.0, 2 * above)

    def _known(self) -> tuple[float, float]:
        passes = self.values[0] < 0 or (self.values[0] == 0 and not self.is_strict)
        return (0.0, 1.0) if passes else (1.0, 0.0)

    def interval(self, level: float) -> Interval:
        """The interval of the difference that goes with the p-values: beyond the bar where they are at most 1 - level."""
        found = skewed_interval(self.values, level=level)
        low, high = found.low + self.bar, found.high + self.bar
        if self.pairs.is_rare:
            tail = (1 - level) / 2
            high = max(high, self.pairs.rare_bound(tail, upwards=self.sign > 0))
            low = min(low, -self.pairs.rare_bound(tail, upwards=self.sign < 0))
        ends = sorted((self.sign * low + 0.0, self.sign * high + 0.0))
        return Interval(ends[0], ends[1], level)

    def power(self, level: float) -> float | None:
        """How surely so many runs tell a difference as large as the margin from none; None where the margin is 0.

        Noncentral t, with the scatter of these runs.
        """
        runs, margin = self.pairs.runs, abs(self.bar)
        if not margin or runs < 2:
            return None
        if self.pairs.is_rare and not self.pairs.differing:
            return float(self.pairs.chance_of_rare(margin, upwards=self.sign > 0) <= (1 - level) / 2)
        scatter = scatter_of([self.sign * step for step in self.pairs.steps] if self.is_strict else self.values)
        if not scatter:
            return 1.0
        reach = student_reach(runs, level)
        missed = float(special.nctdtr(runs - 1, margin / scatter * math.sqrt(runs), reach))
        # Far out, the series of the noncentral t gives up; there the normal one is as good.
        return 1 - missed if math.isfinite(missed) else float(special.ndtr(margin / scatter * math.sqrt(runs) - reach))

    def runs_to_decide(self, level: float) -> int | None:
        """The fewest runs that would decide if later ones scatter like these; None where no sensible number would."""
        rate = self.bar
        if self.pairs.is_rare and not self.pairs.differing:
            return self._runs_to_exclude(abs(rate), (1 - level) / 2) if rate else None
        return runs_to_half_width(self.values, abs(self.mean), level=level)

    def _runs_to_exclude(self, rate: float, tail: float) -> int | None:
        if not is_share(self.pairs.measure):
            return math.ceil(-math.log(tail) / rate)
        if rate >= 1:
            return None
        trials_in_a_run = (self.pairs.trials or float(self.pairs.runs)) / self.pairs.runs
        return math.ceil(math.log(tail) / math.log1p(-rate) / trials_in_a_run)


def _trials(measure: str, runs: Sequence[Measures]) -> float | None:
    """How many samples a share is of, over all runs; None where nobody counts them, or it is no share."""
    if measure == "abandoned.share":
        return math.fsum(run.figure("contacts") for run in runs)
    head = measure.split(".", 1)[0]
    if head not in STAGES or measure in COUNTS or not is_share(measure):
        return None
    name = f"{head}.n.{statistic_and_priority(measure)[1]}"
    return math.fsum(run.figure(name) for run in runs) if figure_flaw(name) is None else None
