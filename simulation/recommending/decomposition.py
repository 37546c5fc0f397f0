"""Where the time goes: the stages of journeys by priority, by area and by hour, and which of them made the late ones late.

A late call counts against every stage that alone decides it: with that stage at its median (over calls of the same
priority) and all others as they were, it would have been in time. Several stages may each decide a call, or none may:
shares do not sum to 1. Takes samples in seconds and gives numbers. May import `aim` and `journeys`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from incidents.measures import EVERY, FloatArray, nearest_rank
from incidents.quantities import MS_PER_S
from optimiser.refusals import Refusal
from simulation.recommending.aim import Aim
from simulation.recommending.journeys import STAGES, TO_ARRIVAL, WAITING, Journey, Journeys
from simulation.recommending.waiting import REASONS

LEAST_JOURNEYS = 20
"""Of fewer, a group is not told by itself, and an aim is not taken apart at all."""
MOST_GROUPS = 24
"""So many areas are told, those with the most late calls."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: seconds on average and in the tail, its share of the mean, and the share of late calls that it alone decides."""

    name: str
    mean_s: float
    p90_s: float
    share: float
    decides_late: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why calls wait (`waiting`): seconds on average over all calls, and its share of the wait."""

    name: str
    mean_s: float
    share: float


@dataclass(frozen=True, slots=True)
class Group:
    """The calls of a priority, an area or an hour. `late`: the share that took longer than the aim allows; `undecided_late`:
    the share of those that no stage alone decides.
    """

    name: str
    calls: int
    mean_s: float
    p90_s: float
    late: float
    undecided_late: float
    stages: tuple[Stage, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A log taken apart for an aim. `value`: the aim's figure in it. `whole` holds the calls that the aim is about; `areas` and
    `hours` (local, 00 to 23) are of the same calls. `unended` calls were never answered, or nobody arrived.
    """

    aim: Aim
    value: float
    whole: Group
    priorities: tuple[Group, ...]
    areas: tuple[Group, ...]
    hours: tuple[Group, ...]
    unended: int


def decomposition(found: Journeys, aim: Aim, zone: ZoneInfo) -> Decomposition:
    """Take journeys apart; refuses fewer than `LEAST_JOURNEYS` of the priority that the aim is about."""
    meant = found.of(aim.priority)
    if len(meant) < LEAST_JOURNEYS:
        what = f"{len(meant)} calls of priority {aim.priority or EVERY} came to their end"
        raise Refusal.of(aim.figure, what, f"at least {LEAST_JOURNEYS}: a longer log, more days or another figure")
    priorities = sorted({each.priority for each in found.all if each.priority is not None})
    late_s = aim.late_after_s

    def grouped(name_of: Callable[[Journey], str | None]) -> list[Group]:
        return [each for each in _groups(meant, name_of, late_s) if each.calls >= LEAST_JOURNEYS]

    areas = sorted(grouped(lambda each: each.area), key=lambda group: (-group.late * group.calls, group.name))
    return Decomposition(
        aim,
        aim.value([each.total_s for each in meant]),
        group(aim.priority or EVERY, meant, late_s),
        tuple(group(name, found.of(name), late_s) for name in priorities),
        tuple(areas[:MOST_GROUPS]),
        tuple(grouped(lambda each: f"{_hour(each, zone):02}")),
        found.unended,
    )


def group(name: str, calls: Sequence[Journey], late_after_s: float) -> Group:
    """Sum up calls, of which there is at least one."""
    seconds = stage_seconds(calls)
    totals = seconds.sum(axis=1)
    late = totals > late_after_s
    medians = np.array([nearest_rank(np.sort(column), 0.5) for column in seconds.T])
    # One column for each stage: whether the call would have been in time with that stage at its median.
    decides = (totals[:, None] - seconds + medians <= late_after_s) & late[:, None]
    lates, mean_s = max(int(late.sum()), 1), float(totals.mean())
    stages = tuple(
        Stage(
            name,
            float(column.mean()),
            nearest_rank(np.sort(column), 0.9),
            float(column.mean()) / mean_s if mean_s else 0.0,
            float(decides[:, at].sum()) / lates,
        )
        for at, (name, column) in enumerate(zip(STAGES, seconds.T, strict=False))
    )
    undecided = float((late & ~decides.any(axis=1)).sum()) / lates
    p90_s = nearest_rank(np.sort(totals), 0.9)
    return Group(name, len(calls), mean_s, p90_s, float(late.mean()), undecided, stages, _reasons(calls))


def stage_seconds(calls: Sequence[Journey]) -> FloatArray:
    """(calls, stages) seconds."""
    return np.array([each.stages_s for each in calls], dtype=np.float64)


def _groups(calls: Iterable[Journey], name_of: Callable[[Journey], str | None], late_s: float) -> list[Group]:
    found: dict[str, list[Journey]] = {}
    for each in calls:
        name = name_of(each)
        if name is not None:
            found.setdefault(name, []).append(each)
    return [group(name, found[name], late_s) for name in sorted(found)]


def _reasons(calls: Sequence[Journey]) -> tuple[Reason, ...]:
    means = np.mean([each.reasons_s for each in calls], axis=0)
    total = float(means.sum())
    return tuple(
        Reason(name, float(mean), float(mean) / total if total else 0.0)
        for name, mean in zip(REASONS, means, strict=True)
    )


def waiting_stage(found: Decomposition) -> Stage:
    """The stage that `reasons` are about: the wait for somebody to be sent, or to answer where nobody is sent."""
    return found.whole.stages[WAITING if found.aim.clock == TO_ARRIVAL else 0]


def _hour(call: Journey, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(call.received / MS_PER_S, zone).hour
