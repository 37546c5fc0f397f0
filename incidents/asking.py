"""What a response plan still has to ask for, given what was asked for already: its first attendance and its alarm levels.

Nothing is asked for twice. The first attendance counts every need of the incident that no alarm level opened; a level that is
added counts what it has asked for itself; a level in all counts everything. Imports `response_plan`, `situation` and `facts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import TypeAlias

from incidents import facts as f
from incidents.plan_row import PlanRow
from incidents.quantities import Instant, NeedId
from incidents.response_plan import AlarmLevel, Attendance, Plan, Way
from incidents.situation import Incident, Need, Situation

Asked: TypeAlias = Counter[tuple[str, int]]
"""How many were asked for, by skill and level of the skill."""


def attendance_needs(
    at: Instant, incident: Incident, name: str, plan: Plan, situation: Situation, *, up_to: int
) -> tuple[f.NeedOpened, ...]:
    """Return the needs for what the first attendance of a plan lacks, and its alarm levels up to the rank `up_to`."""
    opened = [*_lacking(at, incident, name, plan, _asked(_of_no_level(incident, situation)), None)]
    return _named((*opened, *_of_levels(at, incident, name, plan, situation, opened, up_to)), incident, situation)


def level_needs(
    at: Instant, incident: Incident, name: str, plan: Plan, situation: Situation, *, up_to: int
) -> tuple[f.NeedOpened, ...]:
    """Return the needs for what the alarm levels of a plan up to the rank `up_to` lack."""
    return _named(tuple(_of_levels(at, incident, name, plan, situation, [], up_to)), incident, situation)


def next_need(incident: Incident, situation: Situation) -> NeedId:
    """Return the name of the next need of an incident."""
    return next(_free_names(incident, situation))


def need_row(row: PlanRow) -> f.NeedRow:
    """Return a row of a plan as a need asks for it."""
    return need_row_of(row.skill, row.quantity, row.level, row.load)


@lru_cache(maxsize=1024)
def need_row_of(skill: str, quantity: int, level: int, load: int) -> f.NeedRow:
    """Return a row of a need's first way; the same ones are asked for all day long."""
    return f.NeedRow(skill, quantity, level, load=load)


def because_of(plan: str, level: str | None) -> str:
    """Say which plan, and which alarm level of it, asks."""
    return f"plan {plan}" if level is None else f"plan {plan}, {level}"


def effective(plan: Plan, up_to: int) -> tuple[AlarmLevel, ...]:
    """Return the levels that count at a rank: what stands below a level in all is in it already."""
    levels = plan.levels[:up_to]
    first = max((number for number, each in enumerate(levels) if each.counts == "in all"), default=0)
    return levels[first:]


def missing(way: Way, asked: Asked) -> list[tuple[PlanRow, int]]:
    """Return the rows of a way of which more is wanted than was asked for, and how many more."""
    asked, lacking = asked.copy(), [row.quantity for row in way]
    # The highest level first: whoever was asked for at a level does for the lower ones as well.
    for number in sorted(range(len(way)), key=lambda number: -way[number].level):
        wanted = way[number]
        for skill, level in asked:
            if skill == wanted.skill and level >= wanted.level:
                met = min(lacking[number], asked[skill, level])
                lacking[number] -= met
                asked[skill, level] -= met
    return [(row, quantity) for row, quantity in zip(way, lacking, strict=True) if quantity]


def _of_levels(
    at: Instant,
    incident: Incident,
    name: str,
    plan: Plan,
    situation: Situation,
    opened: list[f.NeedOpened],
    up_to: int,
) -> Iterator[f.NeedOpened]:
    """`opened`: what is being asked for beside them, to which is added what they ask for."""
    needs = [situation.needs[each] for each in incident.needs]
    for level in effective(plan, up_to):
        if level.counts == "in all":
            asked = _asked(needs) + _rows_asked(each.rows for each in opened)
        else:
            asked = _asked(each for each in needs if each.alarm == level.name)
        for need in _lacking(at, incident, name, level, asked, level.name):
            opened.append(need)
            yield need


def _lacking(
    at: Instant, incident: Incident, name: str, attendance: Attendance, asked: Asked, level: str | None
) -> Iterator[f.NeedOpened]:
    """A need for what an attendance lacks; one of which any way lacks nothing lacks nothing."""
    ways = [missing(way, asked) for way in attendance.ways]
    if all(ways):
        rows = tuple(
            replace(need_row(row), quantity=quantity, alternative=alternative)
            for alternative, way in enumerate(ways)
            for row, quantity in way
        )
        unnamed, because = NeedId(""), because_of(name, level)
        yield f.NeedOpened(
            at, unnamed, rows, attendance.whole, because, incident.id, shared=attendance.shared, alarm=level
        )


def _named(opened: tuple[f.NeedOpened, ...], incident: Incident, situation: Situation) -> tuple[f.NeedOpened, ...]:
    return tuple(replace(each, need=need) for each, need in zip(opened, _free_names(incident, situation), strict=False))


def _free_names(incident: Incident, situation: Situation) -> Iterator[NeedId]:
    # Somebody may have opened a need by hand under the very name that would come next.
    names = (NeedId(f"{incident.id}/{number}") for number in count(incident.needs_opened + 1))
    return (name for name in names if name not in situation.needs)


def _of_no_level(incident: Incident, situation: Situation) -> Iterator[Need]:
    return (need for each in incident.needs if (need := situation.needs[each]).alarm is None)


def _asked(needs: Iterable[Need]) -> Asked:
    """A need with several ways counts as the one in use, or else as its first."""
    return _rows_asked(tuple(row for row in need.rows if row.alternative == (need.in_use or 0)) for need in needs)


def _rows_asked(needs: Iterable[tuple[f.NeedRow, ...]]) -> Asked:
    asked: Asked = Counter()
    for rows in needs:
        for row in rows:
            asked[row.skill, row.level] += row.quantity
    return asked
