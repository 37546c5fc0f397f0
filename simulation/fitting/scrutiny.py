"""What to look for in a log before anything is fitted: orders, gaps, rounding, holes, clock changes, outliers.

Faults of one record are found as it is read, those of the whole when all are. Each rule says what counts as a fault:

    hole        hours of a week's shape in a row without a record, where a Poisson count of 0 has a chance below HOLE_CHANCE
    skipped     numbers between the least and the greatest record number that no record has, where records count upwards
    rounded     more than half of a stage's times fall on a whole minute
    outlier     a duration beyond the upper quartile by OUTLIER times the quartiles' distance, on a logarithmic scale

Imports `mapping`, `quality`, `log`.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from simulation.fitting.mapping import OF_A_RESPONSE, STAGES, LogMapping
from simulation.fitting.quality import Quality
from simulation.fitting.rates import smooth_profile

if TYPE_CHECKING:
    from simulation.fitting.log import LoggedIncident

HOUR_S = 3600
HOURS_IN_A_WEEK = 168
HOLE_CHANCE = 1e-6
OUTLIER = 3.0
LEAST_SAMPLE = 40
LEAST_WEEKS = 3
"""Of so many weeks, the others say what an hour of one was due."""
WHOLE_MINUTES = 0.5
"""A share of times on the whole minute above this is rounding; chance alone would give one in sixty."""
_NUMBER = re.compile(r"\D*(\d{1,18})")


def look_at_record(times: Mapping[str, float | None], where: str, mapping: LogMapping, quality: Quality) -> None:
    """Count what is wrong with the times of one row."""
    shown = [stage for stage in STAGES if stage in times]
    known = [(stage, at) for stage in shown if (at := times[stage]) is not None]
    for stage in shown:
        if times[stage] is None:
            quality.note("missing", f"rows without {stage}", where)
    same = _same_columns(mapping)
    for (earlier, before), (later, after) in itertools.pairwise(known):
        if after < before:
            quality.note("fault", f"{later} before {earlier}", where)
        elif after == before and (earlier, later) not in same:
            quality.note("note", f"{later} in the same second as {earlier}", where)
    for later, needed in (
        ("facility", "transport"),
        ("transport", "arrived"),
        ("arrived", "dispatched"),
        ("ended", "answered"),
    ):
        if times.get(later) is not None and needed in times and times[needed] is None:
            quality.note("fault", f"{later} without {needed}", where)


def _same_columns(mapping: LogMapping) -> frozenset[tuple[str, str]]:
    """Pairs of stages that stand in one column, and so are in the same second by rule."""
    return frozenset(
        (earlier, later)
        for earlier, later in itertools.combinations([stage for stage in STAGES if stage in mapping.stages], 2)
        if set(mapping.stages[earlier]) & set(mapping.stages[later])
    )


def look_at_whole(incidents: Sequence[LoggedIncident], mapping: LogMapping, quality: Quality) -> None:
    """Count what only the whole log shows."""
    _rounding(incidents, quality)
    _holes(incidents, quality)
    _skipped(incidents, quality)
    _clock_changes(incidents, mapping, quality)
    _outliers(incidents, quality)


def whole_minute_share(instants: Sequence[float]) -> float:
    """The share of instants that fall on a whole minute."""
    return sum(at % 60 == 0 for at in instants) / len(instants) if instants else 0.0


def _rounding(incidents: Sequence[LoggedIncident], quality: Quality) -> None:
    """Count whole minutes where they are too many to be chance."""
    for stage, instants in _instants(incidents).items():
        share = whole_minute_share(instants)
        if len(instants) >= LEAST_SAMPLE and share > WHOLE_MINUTES:
            what = f"times of {stage} on the whole minute: rounded"
            quality.note("clock", what, count=round(share * len(instants)), of=len(instants))


def _instants(incidents: Sequence[LoggedIncident]) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = {}
    for each in incidents:
        for stage in ("received", "answered", "abandoned", "ended"):
            at = getattr(each, stage)
            if at is not None:
                found.setdefault(stage, []).append(at)
        for response in each.responses:
            for stage in OF_A_RESPONSE:
                at = getattr(response, stage)
                if at is not None:
                    found.setdefault(stage, []).append(at)
    return found


def _holes(incidents: Sequence[LoggedIncident], quality: Quality) -> None:
    """Runs of empty hours whose expected count, by the log's own week, is too high for chance."""
    first = int(incidents[0].received // HOUR_S)
    counts = np.bincount([int(each.received // HOUR_S) - first for each in incidents]).astype(np.float64)
    hours = (np.arange(len(counts)) + first + 72) % HOURS_IN_A_WEEK
    exposure = np.maximum(np.bincount(hours, minlength=HOURS_IN_A_WEEK), 1)
    sums = np.bincount(hours, counts, HOURS_IN_A_WEEK)
    # A hole would hide in the mean of its own hour of the week: other weeks say what was due, or day and hour of the day.
    means = np.where(exposure >= LEAST_WEEKS, sums / np.maximum(exposure - 1, 1), smooth_profile(sums / exposure))
    longest = 0
    for is_empty, run in itertools.groupby(range(len(counts)), key=lambda hour: counts[hour] == 0):
        span = list(run)
        expected = float(sum(means[hours[hour]] for hour in span))
        if is_empty and math.exp(-expected) < HOLE_CHANCE:
            line = next((each.line for each in incidents if each.received >= (first + span[-1] + 1) * HOUR_S), None)
            example = f"line {line}, the first after one" if line else None
            quality.note(
                "coverage", "hours in holes: no record, where chance alone would leave none", example, len(span)
            )
            longest = max(longest, len(span))
    if longest:
        quality.note("coverage", "hours of the longest hole", count=longest)


def _skipped(incidents: Sequence[LoggedIncident], quality: Quality) -> None:
    numbers = sorted({int(match[1]) for each in incidents if (match := _NUMBER.fullmatch(each.id)) is not None})
    if len(numbers) < max(LEAST_SAMPLE, 0.9 * len(incidents)):
        return
    span = numbers[-1] - numbers[0] + 1
    if span > len(numbers) and len(numbers) / span > 0.01:
        gaps = max(after - before - 1 for before, after in itertools.pairwise(numbers))
        quality.note("coverage", "record numbers that skip", count=span - len(numbers), of=span)
        quality.note("coverage", "record numbers in the longest skip", count=gaps)


def _clock_changes(incidents: Sequence[LoggedIncident], mapping: LogMapping, quality: Quality) -> None:
    """Records received in an hour that the clocks skip or repeat."""
    zone = ZoneInfo(mapping.time_zone)
    for hour, is_skipped in _changed_hours(incidents[0].received, incidents[-1].received, zone):
        for each in incidents:
            if hour <= each.received < hour + HOUR_S:
                what = "skip" if is_skipped else "repeat"
                quality.note("clock", f"records received in an hour that the clocks {what}", f"line {each.line}")


def _changed_hours(first: float, last: float, zone: ZoneInfo) -> Iterator[tuple[float, bool]]:
    """Yield the local hours that the clocks skip (True) or repeat (False) in a time."""
    for day in range(int(first // 86_400), int(last // 86_400) + 1):
        midnight = datetime(1970, 1, 1) + timedelta(days=day)
        offsets = [(midnight + timedelta(days=extra)).replace(tzinfo=zone).utcoffset() for extra in (0, 1)]
        if offsets[0] == offsets[1]:
            continue
        for hour in range(24):
            local = midnight + timedelta(hours=hour)
            early, late = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
            if early != late:
                assert early is not None, "a zone of the database has offsets"
                assert late is not None, "a zone of the database has offsets"
                yield local.replace(tzinfo=UTC).timestamp(), early < late


def _outliers(incidents: Sequence[LoggedIncident], quality: Quality) -> None:
    found: dict[str, list[tuple[float, int]]] = {}
    for each in incidents:
        stages: list[tuple[str, float | None]] = [
            ("received", each.received),
            ("answered", each.answered),
            ("ended", each.ended),
        ]
        _durations(stages, each.line, found)
        for response in each.responses:
            _durations([(stage, getattr(response, stage)) for stage in OF_A_RESPONSE], each.line, found)
    for name, sample in found.items():
        logs = np.log([value for value, _ in sample])
        if len(sample) < LEAST_SAMPLE:
            continue
        low, high = np.quantile(logs, [0.25, 0.75])
        bar = math.exp(min(high + OUTLIER * max(high - low, 0.1), 50.0))
        far = [line for value, line in sample if value > bar]
        if far:
            quality.note("outlier", f"{name} beyond {bar:,.0f} s", f"line {far[0]}", len(far))


def _durations(
    stages: Sequence[tuple[str, float | None]], line: int, found: dict[str, list[tuple[float, int]]]
) -> None:
    known = [(stage, at) for stage, at in stages if at is not None]
    for (earlier, before), (later, after) in itertools.pairwise(known):
        if after > before:
            found.setdefault(f"{earlier} to {later}", []).append((after - before, line))
