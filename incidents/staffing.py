"""The hours of the week in which nobody on duty could do what the rules ask for, though somebody at the centre could.

A centre may well be thin at night, so these are warnings and no flaws. Weeks are the ordinary ones of the centre's local time;
on the two nights on which clocks change a shift is an hour longer or shorter. Imports `centre`, `procedure` and `near_names`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from incidents.centre import Centre, Loc, Shift
from incidents.near_names import Found
from incidents.plan_row import PlanRow
from incidents.procedure import Procedure
from incidents.response_plan import Attendance

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN
SHIFTS_JUDGED = 200
ROWS_JUDGED = 1000
"""The most shifts with somebody on them, and the most different rows, whose hours are looked at."""
SPANS_SHOWN = 3

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Wish:
    """Something asked for at `loc`: one of `ways`, with everything in it."""

    loc: Loc
    what: str
    ways: tuple[tuple[PlanRow, ...], ...]


def thin_hours(procedure: Procedure, centre: Centre) -> Found:
    """Yield what nobody on duty could do at some hour of the week; what nobody could do at any hour is a flaw, and left out."""
    shifts = sorted({each.shift for each in centre.resources.values() if each.shift in centre.shifts} - {None}, key=str)
    wishes = list(_wishes(procedure))
    rows = {(row.skill, row.level, row.load) for wish in wishes for way in wish.ways for row in way}
    if len(shifts) > SHIFTS_JUDGED or len(rows) > ROWS_JUDGED:
        most = f"at most {SHIFTS_JUDGED} shifts and {ROWS_JUDGED} different rows"
        yield (), "who is on duty at which hour was not looked at", most
        return
    week = _Week(centre, [str(name) for name in shifts], procedure)
    for wish in wishes:
        short = week.short(wish)
        if short.any() and not short.all():
            yield wish.loc, f"{wish.what} {week.spans(short)}", "somebody on duty then"


def _wishes(procedure: Procedure) -> Iterator[_Wish]:
    for name, queue in procedure.queues.items():
        row = PlanRow(skill=queue.skill, load=queue.load)
        yield _Wish(("queues", name, "skill"), f"nobody on duty has skill '{queue.skill}'", ((row,),))
    for name, plan in procedure.plans.items():
        yield from _wishes_of(("plans", name), plan)
        for number, level in enumerate(plan.levels):
            yield from _wishes_of(("plans", name, "levels", number), level)
    for name, rung in procedure.escalation.items():
        if rung.opens is not None:
            what = f"nobody staffs this rung: none on duty {_able(rung.opens)}"
            yield _Wish(("escalation", name, "opens"), what, ((_one(rung.opens),),))


def _wishes_of(loc: Loc, plan: Attendance) -> Iterator[_Wish]:
    if plan.instead:
        yield _Wish((*loc, "instead"), "no way to fill this plan has enough on duty", plan.ways)
        return
    for index, row in enumerate(plan.send):
        if plan.whole and row.quantity > 1:
            yield _Wish(
                (*loc, "send", index), f"fewer than {row.quantity} on duty {_able(row, plural=True)}", ((row,),)
            )
        else:
            yield _Wish((*loc, "send", index), f"nobody on duty {_able(row)}", ((_one(row),),))


def _able(row: PlanRow, *, plural: bool = False) -> str:
    level = f" at level {row.level} or above" if row.level > 1 else ""
    room = f" and room for {row.load}" if row.load > 1 else ""
    return f"{'have' if plural else 'has'} skill '{row.skill}'{level}{room}"


def _one(row: PlanRow) -> PlanRow:
    return row.model_copy(update={"quantity": 1})


class _Week:
    """The week cut where some shift starts or ends, and who is on duty in each part of it."""

    def __init__(self, centre: Centre, shifts: list[str], procedure: Procedure) -> None:
        spans = {name: list(_spans_of(centre.shifts[name])) for name in shifts}
        cuts = {0, *(minute % WEEK_MIN for each in spans.values() for span in each for minute in span)}
        self._starts = np.array(sorted(cuts), dtype=np.int64)
        self._on_duty = np.zeros((len(self._starts), len(shifts) + 1), dtype=np.int64)
        # The last column is those without a shift, who are always on duty.
        self._on_duty[:, -1] = 1
        for column, name in enumerate(shifts):
            for start, until in spans[name]:
                first = (self._starts >= start) & (self._starts < until)
                self._on_duty[first | (self._starts < until - WEEK_MIN), column] = 1
        columns = {name: column for column, name in enumerate(shifts)}
        self._holders: dict[str, dict[tuple[int, int, int], int]] = {}
        self._counts: dict[tuple[str, int, int], NDArray[np.int64]] = {}
        for each in centre.resources.values():
            kind = centre.kinds[each.kind]
            if kind.partner is not None and kind.partner not in procedure.dispatch.partners:
                continue
            column = len(shifts) if each.shift is None else columns[each.shift]
            for skill, level in kind.levels.items():
                alike = self._holders.setdefault(skill, {})
                alike[level, kind.capacity, column] = alike.get((level, kind.capacity, column), 0) + 1

    def short(self, wish: _Wish) -> Flags:
        """(parts,) whether no way of the wish could be filled with those on duty."""
        short = np.ones(len(self._starts), dtype=np.bool_)
        for way in wish.ways:
            short &= np.any([self._count(row) < row.quantity for row in way], axis=0)
        return short

    def spans(self, short: Flags) -> str:
        """The hours, in words: `mon 19:00 to tue 07:00`."""
        # Read from a part that is not short, so that what runs over the end of the week is one span.
        first = int(np.flatnonzero(~short)[0])
        order = [*range(first, len(short)), *range(first)]
        spans: list[list[int]] = []
        was_short = False
        for part in order:
            if short[part]:
                end = int(self._starts[(part + 1) % len(short)])
                if was_short:
                    spans[-1][1] = end
                else:
                    spans.append([int(self._starts[part]), end])
            was_short = bool(short[part])
        shown = [f"{_clock(start)} to {_clock(end)}" for start, end in sorted(spans)[:SPANS_SHOWN]]
        more = len(spans) - len(shown)
        return ", ".join(shown) + (f" and {more} times more" if more else "") + ", every week"

    def _count(self, row: PlanRow) -> NDArray[np.int64]:
        key = (row.skill, row.level, row.load)
        if key not in self._counts:
            by_shift = np.zeros(self._on_duty.shape[1], dtype=np.int64)
            for (level, room, column), many in self._holders.get(row.skill, {}).items():
                if level >= row.level and room >= row.load:
                    by_shift[column] += many
            self._counts[key] = self._on_duty @ by_shift
        return self._counts[key]


def _spans_of(shift: Shift) -> Iterator[tuple[int, int]]:
    """Minutes of the week at which a shift starts and ends; the end of one on Sunday night lies beyond the week."""
    start, until = (int(text[:2]) * 60 + int(text[3:]) for text in (shift.start, shift.until))
    for day in shift.days:
        midnight = DAYS.index(day) * DAY_MIN
        yield midnight + start, midnight + (until if until > start else until + DAY_MIN)


def _clock(minute: int) -> str:
    return f"{DAYS[minute // DAY_MIN]} {minute % DAY_MIN // 60:02}:{minute % 60:02}"
