"""Where the marks of the report's pictures stand, in the units of their drawing; the template draws them.

An interval against its bar, a difference on an axis shared with others, two distributions of times over each
other, and values side by side. Imports `judgement` and what stands below.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from simulation.difference import Difference
from simulation.intervals import Interval
from simulation.judgement import Finding

WHISKER_WIDTH = 640.0
FOREST_WIDTH = 200.0
CURVE_WIDTH, CURVE_HEIGHT = 300.0, 170.0
STEPS_WIDTH, STEPS_HEIGHT = 840.0, 150.0


@dataclass(frozen=True, slots=True)
class Whisker:
    """An interval on a line: where its ends, its middle, no change and the bar stand, and what counts as passing.

    `is_open_left` and `is_open_right` say that the interval goes on beyond the drawing.
    """

    low: float
    middle: float
    high: float
    nothing: float
    bar: float
    passing_from: float
    passing_to: float
    is_open_left: bool
    is_open_right: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis and the number beside it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Curves:
    """Two cumulative distributions as SVG path data, and the ticks of their common time axis."""

    baseline: str
    candidate: str
    ticks: tuple[Tick, ...]
    unit: str


def whisker(judged: Finding) -> Whisker | None:
    """The picture of one finding; None where there is no interval to draw."""
    interval = judged.difference.interval
    if interval is None or not math.isfinite(judged.bar):
        return None
    middle = judged.difference.mean_difference
    shown = [x for x in (interval.low, interval.high, middle, judged.bar, 0.0) if math.isfinite(x)]
    reach = max(shown) - min(shown) or 1.0
    start, width = min(shown) - 0.12 * reach, 1.24 * reach

    def place(value: float) -> float:
        return round(min(1.0, max(0.0, (value - start) / width)) * WHISKER_WIDTH, 1)

    bar = place(judged.bar)
    return Whisker(
        low=place(interval.low),
        middle=place(middle),
        high=place(interval.high),
        nothing=place(0.0),
        bar=bar,
        passing_from=0.0 if judged.criterion.wants_low else bar,
        passing_to=bar if judged.criterion.wants_low else WHISKER_WIDTH,
        is_open_left=math.isinf(interval.low),
        is_open_right=math.isinf(interval.high),
    )


def forest(differences: Sequence[Difference]) -> tuple[tuple[float, float, float] | None, ...]:
    """Low, middle and high of each difference as a share of its baseline, on one axis with no change in the middle.

    None where the baseline is zero or unknown, or the interval has no end.
    """
    shares = [_as_shares(difference) for difference in differences]
    reach = max((abs(end) for share in shares if share for end in share), default=0.0) or 1.0

    def place(share: float) -> float:
        return round((0.5 + 0.46 * share / reach) * FOREST_WIDTH, 1)

    return tuple(share and (place(share[0]), place(share[1]), place(share[2])) for share in shares)


def curves(baseline: Sequence[float], candidate: Sequence[float]) -> Curves:
    """Draw quantiles at equal steps of share (seconds, ascending) as stairs; the axis ends at the last but four."""
    longest = max((values[-5] for values in (baseline, candidate) if len(values) >= 5), default=0.0) or 1.0
    unit, per_unit = ("min", 60.0) if longest > 300 else ("s", 1.0)
    ticks = tuple(
        Tick(round(value * per_unit / longest * CURVE_WIDTH, 1), f"{value:g}")
        for value in _round_numbers(longest / per_unit)
    )
    return Curves(_stairs(baseline, longest), _stairs(candidate, longest), ticks, unit)


def steps(values: Sequence[float], most: float) -> str:
    """Draw values side by side, each as wide as the others, as SVG path data; `most` reaches the top."""
    width = STEPS_WIDTH / max(len(values), 1)
    parts = [f"M0 {STEPS_HEIGHT:g}"]
    for index, value in enumerate(values, start=1):
        parts.append(f"V{STEPS_HEIGHT * (1 - value / most):.1f}H{index * width:.1f}")
    return " ".join(parts)


def _as_shares(difference: Difference) -> tuple[float, float, float] | None:
    interval = difference.interval or Interval(-math.inf, math.inf, 0.0)
    scale = abs(difference.baseline_mean)
    if not scale > 0 or not math.isfinite(interval.low) or not math.isfinite(interval.high):
        return None
    return interval.low / scale, difference.mean_difference / scale, interval.high / scale


def _stairs(quantiles: Sequence[float], longest: float) -> str:
    steps = ["M0", f"{CURVE_HEIGHT:g}"]
    for rank, seconds in enumerate(quantiles, start=1):
        if seconds > longest:
            break
        x = seconds / longest * CURVE_WIDTH
        y = CURVE_HEIGHT * (1 - rank / (len(quantiles) + 1))
        steps.append(f"H{x:.1f}V{y:.1f}")
    return " ".join(steps)


def _round_numbers(longest: float) -> tuple[float, ...]:
    """Four to eight round numbers from 0 to `longest`."""
    rough = longest / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= rough)
    return tuple(step * index for index in range(math.floor(longest / step) + 1))
