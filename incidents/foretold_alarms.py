"""The alarm of an incident foretold, while nobody comes and nobody stops it. `dry_run` tells its steps beside those of the rungs.

Counted here by itself, from the plan alone, so that a desk that records the same needs is a second opinion. Imports `asking` for
the words of a need, `ladder`, `response_plan` and `facts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from incidents import facts as f
from incidents.asking import because_of
from incidents.ladder import Rung
from incidents.plan_row import PlanRow
from incidents.quantities import IncidentId, Instant, NeedId, ms
from incidents.response_plan import AlarmLevel, Attendance, Plan


def foretold_need(incident: IncidentId, number: int) -> NeedId:
    """Return the name that a desk gives to so many-th need of an incident."""
    return NeedId(f"{incident}/{number}")


def rows_of(attendance: Attendance) -> tuple[f.NeedRow, ...]:
    """Return the rows of every way to fill an attendance."""
    return tuple(_row(row, alternative) for alternative, way in enumerate(attendance.ways) for row in way)


class Foretold:
    """What was asked for an incident so far, and how far its alarm was raised; its first need is open."""

    def __init__(self, incident: IncidentId, name: str, plan: Plan, opened_at: Instant) -> None:
        self._incident, self._name, self._plan = incident, name, plan
        self._since, self._rank, self._needs = opened_at, 0, 1
        self._asked: Counter[tuple[str, int]] = Counter()
        self._done: set[str] = set()
        self._count(rows_of(plan))

    @property
    def next_at(self) -> Instant | None:
        """When time raises the alarm next; None: it does not."""
        if self._rank == len(self._plan.levels):
            return None
        after_s = self._plan.levels[self._rank].after_s
        return None if after_s is None else self._since + ms(after_s)

    def staged(self, now: Instant) -> Iterator[f.Fact]:
        """Tell the next level being reached by time."""
        yield from self._raised(now, self._rank + 1, "staged by time")

    def climbed(self, now: Instant, name: str, rung: Rung) -> Iterator[f.Fact]:
        """Tell what a rung asks for, and how it raises the alarm."""
        if rung.opens is not None:
            yield self._opened(now, (_row(rung.opens, 0),), False, f"rung {name}", False, None)
        if rung.alarm_to is None and not rung.alarm_up:
            return
        rank = self._plan.rank(rung.alarm_to) if rung.alarm_to else self._rank + 1
        if rung.alarm_to and not rank:
            why = f"plan {self._name} has no level {rung.alarm_to}"
        elif rank > len(self._plan.levels):
            why = f"plan {self._name} has no higher level"
        elif rank <= self._rank:
            why = f"the alarm stands at {self._plan.levels[self._rank - 1].name}"
        else:
            yield from self._raised(now, rank, f"rung {name}")
            return
        yield f.RungSkipped(now, name, f"alarm not raised: {why}", incident=self._incident)

    def _raised(self, now: Instant, rank: int, because: str) -> Iterator[f.Fact]:
        levels = self._plan.levels[:rank]
        self._since, self._rank = now, rank
        yield f.AlarmRaised(now, self._incident, self._name, levels[-1].name, because)
        in_all = [number for number, level in enumerate(levels) if level.counts == "in all"]
        for level in levels[in_all[-1] if in_all else 0 :]:
            rows = self._lacking(level) if level.counts == "in all" else rows_of(level)
            if rows and (level.counts == "in all" or level.name not in self._done):
                self._done.add(level.name)
                because = because_of(self._name, level.name)
                yield self._opened(now, rows, level.whole, because, level.shared, level.name)

    def _lacking(self, level: AlarmLevel) -> tuple[f.NeedRow, ...]:
        """What a level in all lacks: whoever was asked for at a higher level of a skill counts for the lower ones as well."""
        spare = self._asked.copy()
        lacking: dict[int, int] = {}
        for index in sorted(range(len(level.send)), key=lambda index: -level.send[index].level):
            row, missing = level.send[index], level.send[index].quantity
            for key in [key for key in spare if key[0] == row.skill and key[1] >= row.level]:
                met = min(missing, spare[key])
                spare[key] -= met
                missing -= met
            lacking[index] = missing
        return tuple(
            f.NeedRow(row.skill, lacking[index], row.level, 0, row.load)
            for index, row in enumerate(level.send)
            if lacking[index]
        )

    def _opened(
        self, now: Instant, rows: tuple[f.NeedRow, ...], whole: bool, because: str, shared: bool, alarm: str | None
    ) -> f.NeedOpened:
        self._needs += 1
        self._count(rows)
        need = foretold_need(self._incident, self._needs)
        return f.NeedOpened(now, need, rows, whole, because, self._incident, shared=shared, alarm=alarm)

    def _count(self, rows: tuple[f.NeedRow, ...]) -> None:
        for row in rows:
            if row.alternative == 0:
                self._asked[row.skill, row.level] += row.quantity


def _row(row: PlanRow, alternative: int) -> f.NeedRow:
    return f.NeedRow(row.skill, row.quantity, row.level, alternative, row.load)
