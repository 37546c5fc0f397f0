"""What the alarm levels of plans cannot say one by one: each asks for more than the one below, the centre could fill it, and the
more urgent is not made up later. Imports `asking`, `holdings`, `joint_rows`, `procedure` and `near_names`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from incidents.asking import effective, missing
from incidents.centre import Loc
from incidents.holdings import Holdings
from incidents.joint_rows import too_few
from incidents.near_names import Found, NearNames, listed
from incidents.plan_row import PlanRow
from incidents.procedure import Procedure
from incidents.response_plan import AlarmLevel, Attendance, Plan, Way

WAYS_JUDGED = 1_000
"""The most combinations of ways to fill attendances that are tried in one document; of more, none is said to be too many."""


def alarm_flaws(procedure: Procedure, holdings: Holdings | None, names: NearNames) -> Found:
    """Yield the flaws of alarm levels and of the rungs that raise them; `holdings` None leaves unchecked who could fill them."""
    muster = _Muster(holdings)
    for name, plan in procedure.plans.items():
        yield from _level_flaws(("plans", name, "levels"), plan, muster)
    yield from _rung_flaws(procedure, names)
    yield from _inversions(procedure)


class _Muster:
    """What the centre has, for a limited number of combinations of ways."""

    def __init__(self, holdings: Holdings | None) -> None:
        self.holdings = holdings
        self.left = WAYS_JUDGED

    def lacks(self, attendances: Sequence[Attendance]) -> bool:
        """Whether in no way all of them could be filled at once by different resources; False where that is not known."""
        many = prod(len(each.ways) for each in attendances)
        if self.holdings is None or many > self.left or any(each.shared for each in attendances):
            return False
        self.left -= many
        tried = [_merged(ways) for ways in product(*(each.ways for each in attendances))]
        # A skill that nobody has is a flaw of its own row.
        if any(row.skill not in self.holdings.skills for rows in tried for row in rows):
            return False
        return all(too_few([row.quantity for row in rows], self.holdings.filling(rows)) is not None for rows in tried)

    def most(self, attendances: Sequence[Attendance]) -> str:
        """Say how many the centre has who could fill each of the rows asked for."""
        assert self.holdings is not None, "asked where something is too many"
        rows = _merged(tuple(each.send for each in attendances))
        return listed(f"{self.holdings.bodies(row.skill, row.level, row.load)} x {row.skill}" for row in rows)


def _level_flaws(loc: Loc, plan: Plan, muster: _Muster) -> Found:
    seen: dict[str, int] = {}
    is_short = muster.lacks([plan]) if plan.levels else False
    for number, level in enumerate(plan.levels):
        at = (*loc, number)
        if level.name in seen:
            yield (
                (*at, "name"),
                f"'{level.name}' is already the name of level {seen[level.name] + 1}",
                "a name of its own",
            )
        seen.setdefault(level.name, number)
        if level.counts == "in all":
            yield from _nothing_new(at, plan, number, level)
        # One that asks for too much by itself is flawed in its own rows, and what lies above lacks as much.
        asked = _asked_at(plan, number + 1)
        lacks, alone = muster.lacks(asked), muster.lacks([level])
        if lacks and not alone and not is_short:
            what = f"level '{level.name}' and what stands below it ask for more than the centre has"
            yield (*at, "send"), what, f"no more than {muster.most(asked)}"
        is_short = is_short or lacks


def _nothing_new(loc: Loc, plan: Plan, number: int, level: AlarmLevel) -> Found:
    """A level in all asks for more of something than what stands below it (of ways, the first), and for less of nothing."""
    below = _merged(tuple(each.send for each in _asked_at(plan, number)))
    lacking = missing(level.send, Counter({(row.skill, row.level): row.quantity for row in below}))
    if not lacking:
        yield (
            (*loc, "send"),
            f"level '{level.name}' asks for nothing that was not asked for below it",
            "more of something",
        )
        return
    asked: Counter[str] = Counter()
    for row in level.send:
        asked[row.skill] += row.quantity
    for row in below:
        if sum(each.quantity for each in below if each.skill == row.skill) > asked[row.skill] > 0:
            what = (
                f"level '{level.name}' asks for {asked[row.skill]} with skill '{row.skill}' in all, fewer than below it"
            )
            yield (*loc, "send"), what, "at least as many as below it"
            return


def _asked_at(plan: Plan, rank: int) -> tuple[Attendance, ...]:
    """The attendances that count at a rank."""
    levels = effective(plan, rank)
    return levels if levels and levels[0].counts == "in all" else (plan, *levels)


def _merged(ways: tuple[Way, ...]) -> Way:
    rows: dict[tuple[str, int, int], PlanRow] = {}
    for row in (each for way in ways for each in way):
        key = row.skill, row.level, row.load
        before = rows[key].quantity if key in rows else 0
        # Beyond what one row of a document may ask for, it is more than there are all the same.
        rows[key] = row.model_copy(update={"quantity": before + row.quantity})
    return tuple(rows.values())


def _rung_flaws(procedure: Procedure, names: NearNames) -> Found:
    levels: dict[str, None] = {each.name: None for plan in procedure.plans.values() for each in plan.levels}
    for name, rung in procedure.escalation.items():
        loc = ("escalation", name)
        if rung.alarm_to is not None and not levels:
            yield (*loc, "alarm_to"), f"no plan has an alarm level '{rung.alarm_to}'", "`levels` of a plan"
        elif rung.alarm_to is not None:
            yield from names.unknown((*loc, "alarm_to"), "alarm level of a plan", rung.alarm_to, levels)
        if rung.alarm_up and not levels:
            yield (*loc, "alarm_up"), "no plan has an alarm level to be raised to", "`levels` of a plan"


def _inversions(procedure: Procedure) -> Found:
    """Of levels called alike, that of the more urgent may not be reached by time later than that of the less urgent."""
    staged: dict[str, list[tuple[int, float, str, int]]] = {}
    for determinant in procedure.determinants.values():
        plan = procedure.plans.get(determinant.plan or "")
        if plan is None or determinant.priority not in procedure.priorities:
            continue
        rank = procedure.priorities[determinant.priority].rank
        for number, after_s in _reached_by_time(plan):
            staged.setdefault(plan.levels[number].name, []).append((rank, after_s, str(determinant.plan), number))
    told: set[Loc] = set()
    for name, found in staged.items():
        for rank, after_s, plan_name, number in sorted(found):
            sooner = [(each_s, each) for other, each_s, each, _ in found if other > rank and each_s < after_s]
            loc = ("plans", plan_name, "levels", number, "after_s")
            if sooner and loc not in told:
                told.add(loc)
                other_s, other_plan = min(sooner)
                what = f"reaches '{name}' after {after_s:g} s, plan '{other_plan}' of something less urgent after {other_s:g} s"
                yield loc, what, f"at most {other_s:g} s after the assessment"


def _reached_by_time(plan: Plan) -> Iterator[tuple[int, float]]:
    """Each level that time alone reaches from the assessment on, and after how many seconds."""
    total_s = 0.0
    for number, level in enumerate(plan.levels):
        if level.after_s is None:
            return
        total_s += level.after_s
        yield number, total_s
