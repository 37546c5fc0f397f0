"""The bottleneck: the stage whose shortening by a tenth moves the aim most, on recorded samples and then in the simulation.

By replay: every call again with one stage at 90 %, everything else as it was; with an interval over runs. It knows no
queue: shorter handling also frees call-takers, a shorter trip also frees crews. The simulation does: handling, the
dispatcher's delay, turnout and travel are shortened in the world itself, on paired seeds. The wait for somebody to be
free cannot be shortened by itself; what would is among the candidates. May import `decomposition`, `variations` and
`intervals`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from incidents.centre import HOURS_IN_A_WEEK, Centre
from simulation.intervals import Interval, mean_interval
from simulation.recommending.aim import Aim
from simulation.recommending.decomposition import stage_seconds
from simulation.recommending.journeys import STAGES, Journeys
from simulation.variations import HOURS_IN_A_DAY
from simulation.workload import HourlyTime, Workload

SHORTER = 0.9
"""What is left of the stage that is shortened."""
_TIMES: dict[str, HourlyTime] = {"handling": "handling_s", "waiting": "decision_s", "turnout": "turnout_s"}


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """A stage a tenth shorter: how the aim's figure changes by replay, and played (None: not played, or it cannot be)."""

    stage: str
    by_replay: float
    replay_interval: Interval | None
    played: float | None = None
    played_interval: Interval | None = None


def by_replay(runs: Sequence[Journeys], aim: Aim, *, level: float = 0.95) -> tuple[Sensitivity, ...]:
    """What a tenth off each stage does to the aim in the samples, the most helpful first; of one run without interval."""
    parts = [stage_seconds(calls) for run in runs if (calls := run.of(aim.priority))]
    found = []
    for at, stage in enumerate(STAGES[: parts[0].shape[1]]):
        steps = [
            aim.value(list(each.sum(axis=1) - (1 - SHORTER) * each[:, at])) - aim.value(list(each.sum(axis=1)))
            for each in parts
        ]
        interval = mean_interval(steps, level=level) if len(steps) > 1 else None
        found.append(Sensitivity(stage, sum(steps) / len(steps), interval))
    return ranked(found, aim)


def ranked(found: Sequence[Sensitivity], aim: Aim) -> tuple[Sensitivity, ...]:
    """The most helpful first: by what was played where it was, otherwise by replay."""

    def helps(each: Sensitivity) -> float:
        step = each.by_replay if each.played is None else each.played
        return step if aim.wants_low else -step

    return tuple(sorted(found, key=lambda each: (helps(each), STAGES.index(each.stage))))


def shortened(workload: Workload, centre: Centre, stage: str) -> Workload | None:
    """The same world with a stage at 90 %; None where no cause of the world's is that stage alone."""
    if stage == "travel":
        # What the world does not say itself it takes from what the centre plans with.
        factors = workload.travel_by_hour or centre.travel_by_hour or (1.0,) * HOURS_IN_A_WEEK
        return workload.model_copy(update={"travel_by_hour": tuple(SHORTER * each for each in factors)})
    if stage not in _TIMES:
        return None
    name = _TIMES[stage]
    factors = workload.times_by_hour.get(name, (1.0,) * HOURS_IN_A_DAY)
    by_hour = {**workload.times_by_hour, name: tuple(SHORTER * each for each in factors)}
    return workload.model_copy(update={"times_by_hour": by_hour})


def with_played(found: Sensitivity, baseline: Sequence[float], shorter: Sequence[float]) -> Sensitivity:
    """The sensitivity with what was played: run i of both met the same contacts."""
    steps = [after - before for before, after in zip(baseline, shorter, strict=True)]
    interval = mean_interval(steps) if len(steps) > 1 else None
    return replace(found, played=sum(steps) / len(steps), played_interval=interval)
