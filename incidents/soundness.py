"""What one field of a procedure cannot say alone: that its parts fit together, and fit the centre.

`flaws_of` yields each flaw once, at the most specific place. Imports `procedure`, `triage`, `near_names`, `holdings` and the
modules of single sorts of flaws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile

from incidents.alarm_soundness import alarm_flaws
from incidents.centre import Centre, Loc
from incidents.check_soundness import check_flaws, goal_warnings
from incidents.handover_soundness import handover_flaws
from incidents.holdings import Holdings
from incidents.inversions import inversions, queue_inversions
from incidents.joint_rows import too_few
from incidents.jump_out_soundness import jump_out_flaws, unknown_warnings
from incidents.ladder import Rung
from incidents.ladder_soundness import ladder_flaws
from incidents.near_names import Found, NearNames, listed
from incidents.plan_row import PlanRow
from incidents.procedure import Diversion, Example, Procedure
from incidents.reserves import reserve_flaws
from incidents.response_plan import Attendance
from incidents.staffing import thin_hours
from incidents.targets import TargetPack
from incidents.tree_soundness import answer_flaws, left_flaws, tree_flaws
from incidents.triage import Ask, Outcome, Stuck, next_step
from incidents.wording_soundness import wording_flaws

KINDS_COMPARED = 50_000
"""How many kinds of resources are held against rows to see whether these can be filled together; a document may be hostile."""


def flaws_of(procedure: Procedure, centre: Centre | None, packs: Mapping[str, TargetPack] | None = None) -> Found:
    """Yield every flaw of the procedure, in no particular order.

    `centre` None leaves unchecked what depends on it: skills with their levels and numbers, stations and partners; `packs` None
    the target packs that the procedure names.
    """
    return _Inspection(procedure, centre, packs).flaws()


def warnings_of(procedure: Procedure, centre: Centre | None) -> Found:
    """Yield what a designer should know of a procedure without flaws, in no particular order."""
    yield from queue_inversions(procedure)
    yield from goal_warnings(procedure)
    yield from unknown_warnings(procedure)
    if centre is not None:
        yield from thin_hours(procedure, centre)


class _Inspection:
    """One look at one procedure; holds what the rules share."""

    def __init__(self, procedure: Procedure, centre: Centre | None, packs: Mapping[str, TargetPack] | None) -> None:
        self.procedure = procedure
        self.centre = centre
        self.packs = packs
        # A partner is called on by the rules of dispatch or, for one need at a time, by a rung that asks for its aid.
        asked = (rung.requests.partner for rung in procedure.escalation.values() if rung.requests is not None)
        self.holdings = None if centre is None else Holdings(centre, {*procedure.dispatch.partners, *asked})
        self.by_rank = sorted(procedure.priorities, key=lambda name: procedure.priorities[name].rank)
        self.names = NearNames()
        self._kinds_left = KINDS_COMPARED

    def flaws(self) -> Found:
        yield from self._queues()
        yield from self._priorities()
        yield from inversions(self.procedure)
        yield from self._waiting()
        yield from tree_flaws(self.procedure, self.names)
        yield from jump_out_flaws(self.procedure, self.names)
        yield from self._plans()
        yield from alarm_flaws(self.procedure, self.holdings, self.names)
        yield from self._dispatch()
        for name, rung in self.procedure.escalation.items():
            yield from self._rung(("escalation", name), rung)
        yield from ladder_flaws(self.procedure, self.centre, self.names)
        yield from handover_flaws(self.procedure, self.centre, self.names)
        yield from wording_flaws(self.procedure, self.names, self.centre)
        yield from check_flaws(self.procedure, self.names, self.centre, self.packs)
        for number, example in enumerate(self.procedure.examples):
            yield from self._example(("examples", number), example)

    # The parts, in the order of the document.

    def _queues(self) -> Found:
        for name, queue in self.procedure.queues.items():
            yield from self._skill(("queues", name, "skill"), queue.skill)
            yield from self._load(("queues", name, "load"), queue.skill, queue.load)

    def _priorities(self) -> Found:
        """Ranks are an order, so no two are the same."""
        holders: dict[int, str] = {}
        priorities = self.procedure.priorities
        for name, priority in priorities.items():
            first = holders.setdefault(priority.rank, name)
            if first != name:
                yield (
                    ("priorities", name, "rank"),
                    f"rank {priority.rank} is already that of '{first}'",
                    "a rank of its own",
                )

    def _waiting(self) -> Found:
        """A need that may wait by choice is raised, in the end, to where it may not, or it could wait for ever."""
        priorities = self.procedure.priorities
        raised: dict[str | None, set[str | None]] = {}
        for rung in self.procedure.escalation.values():
            is_certain = rung.trigger in ("unfilled_for_s", "at_once") and not rung.proposes and not rung.during
            if rung.raises_to is not None and is_certain:
                for name in rung.priorities:
                    lower = self.names.meant("priority", name, priorities)
                    raised.setdefault(lower, set()).add(self.names.meant("priority", rung.raises_to, priorities))
        ends = {name for name, priority in priorities.items() if priority.waits_at_s is None}
        # A rung raises to a more urgent priority, so by rank whatever a priority is raised to comes before it.
        for name in self.by_rank:
            if name not in ends and ends.isdisjoint(raised.get(name, ())):
                what = f"a need of '{name}' could wait for ever: no rung raises it to a priority that never waits by choice"
                yield ("priorities", name, "waits_at_s"), what, f"a rung of `escalation` that raises '{name}'"
            # What is raised to one that is named already is not named again.
            ends.add(name)

    def _plans(self) -> Found:
        for name, plan in self.procedure.plans.items():
            yield from self._attendance(("plans", name), plan)
            for number, level in enumerate(plan.levels):
                yield from self._attendance(("plans", name, "levels", number), level)

    def _attendance(self, loc: Loc, asked: Attendance) -> Found:
        yield from self._way((*loc, "send"), asked.send, asked.shared)
        for number, way in enumerate(asked.instead):
            yield from self._way((*loc, "instead", number), way, asked.shared)

    def _way(self, way: Loc, rows: tuple[PlanRow, ...], shared: bool) -> Found:
        seen: set[tuple[str, int]] = set()
        flawless = True
        for index, row in enumerate(rows):
            loc = (*way, index)
            if (row.skill, row.level) in seen:
                flawless = False
                yield (
                    (*loc, "skill"),
                    f"skill '{row.skill}' has a row already",
                    "one row with the whole quantity",
                )
                continue
            seen.add((row.skill, row.level))
            # Whoever fills a row that asks for more does for this one, but only where roles are shared for both at once.
            alike = [row] if shared else [each for each in rows if _asks_for_more(each, row)]
            flaws = list(self._row(loc, row, sum(each.quantity for each in alike)))
            flawless = flawless and not flaws
            yield from flaws
        if flawless and not shared:
            yield from self._together(way, rows)

    def _together(self, way: Loc, rows: tuple[PlanRow, ...]) -> Found:
        """Rows that could each be filled alone may all want the same few."""
        if self.holdings is None or len(rows) == 1 or any(row.skill not in self.holdings.skills for row in rows):
            return
        self._kinds_left -= sum(len(self.holdings.kinds_with(row.skill)) for row in rows)
        if self._kinds_left < 0:
            return
        short = too_few([row.quantity for row in rows], self.holdings.filling(rows))
        if short is not None:
            skills = listed(dict.fromkeys(f"'{rows[index].skill}'" for index in short.rows))
            what = f"asks for {short.wanted} with skills {skills} together, and the centre has {short.there} with any of them"
            yield (*way, short.rows[-1]), what, f"at most {short.there}, or `shared: true`"

    def _dispatch(self) -> Found:
        dispatch, priorities = self.procedure.dispatch, self.procedure.priorities
        for index, name in enumerate(dispatch.automatic):
            yield from self.names.unknown(("dispatch", "automatic", index), "priority", name, priorities)
        if dispatch.diversion is not None:
            yield from self._diversion(dispatch.diversion)
        for index, name in enumerate(dispatch.overrun.unless if dispatch.overrun else ()):
            yield from self.names.unknown(("dispatch", "overrun", "unless", index), "priority", name, priorities)
        for index, name in enumerate(dispatch.breaks.interrupted_by if dispatch.breaks else ()):
            yield from self.names.unknown(("dispatch", "breaks", "interrupted_by", index), "priority", name, priorities)
        if self.centre is not None:
            lenders = {kind.partner: None for kind in self.centre.kinds.values() if kind.partner is not None}
            for name in dispatch.partners:
                yield from self.names.unknown(("dispatch", "partners", name, "[key]"), "partner", name, lenders)
        yield from self._reserves()
        for index, rule in enumerate(dispatch.cover):
            loc = ("dispatch", "cover", index)
            yield from self._skill((*loc, "skill"), rule.skill)
            zones = rule.demand if self.centre is None else self.centre.zones
            for name in rule.demand:
                yield from self.names.unknown((*loc, "demand", name, "[key]"), "zone", name, zones)

    def _diversion(self, rule: Diversion) -> Found:
        loc, priorities = ("dispatch", "diversion"), self.procedure.priorities
        least = self._most_urgent(rule.from_)
        for index, name in enumerate(rule.from_):
            yield from self.names.unknown((*loc, "from", index), "priority", name, priorities)
        for index, name in enumerate(rule.to):
            yield from self.names.unknown((*loc, "to", index), "priority", name, priorities)
            yield from self._more_urgent((*loc, "to", index), name, least, "diversion")

    def _reserves(self) -> Found:
        """Whom a reserve keeps has to be there to be kept."""
        reserves = self.procedure.dispatch.reserve
        yield from reserve_flaws(reserves)
        if self.centre is None or self.holdings is None:
            return
        for index, reserve in enumerate(reserves):
            loc = ("dispatch", "reserve", index)
            yield from self._skill((*loc, "skill"), reserve.skill)
            for number, name in enumerate(reserve.stations):
                yield from self.names.unknown((*loc, "stations", number), "station", name, self.centre.stations)
            if reserve.skill not in self.holdings.skills or not set(reserve.stations) <= set(self.centre.stations):
                continue
            there = self.holdings.resources(reserve.skill, reserve.stations)
            if reserve.keep > there:
                what = f"keeps {reserve.keep} with skill '{reserve.skill}', of whom {there} are based there"
                yield (*loc, "keep"), what, f"at most {there}" if there else "stations where somebody with it is based"

    def _rung(self, loc: Loc, rung: Rung) -> Found:
        priorities = self.procedure.priorities
        for index, name in enumerate(rung.priorities):
            yield from self.names.unknown((*loc, "priorities", index), "priority", name, priorities)
        if rung.raises_to is not None:
            yield from self.names.unknown((*loc, "raises_to"), "priority", rung.raises_to, priorities)
            yield from self._more_urgent(
                (*loc, "raises_to"), rung.raises_to, self._most_urgent(rung.priorities), "escalation"
            )
        if rung.opens is not None:
            yield from self._row((*loc, "opens"), rung.opens, rung.opens.quantity)

    def _example(self, loc: Loc, example: Example) -> Found:
        triage, determinants = self.procedure.triage, self.procedure.determinants
        wrong = [
            *answer_flaws(triage, example.answers, self.names, loc),
            *left_flaws(triage, example.left, self.names, loc),
        ]
        yield from wrong
        yield from self.names.unknown((*loc, "code"), "determinant", example.code, determinants)
        yield from self.names.unknown((*loc, "priority"), "priority", example.priority, self.procedure.priorities)
        if wrong or example.code not in determinants or example.priority not in self.procedure.priorities:
            return
        # What merely follows from a jump-out with a flaw is not told.
        if not all(triage.names_known(out) for out in example.left.values()):
            return
        step = next_step(triage, example.answers, example.left)
        for question, out in example.left.items():
            if question not in step.left and not isinstance(step, Stuck):
                yield (
                    (*loc, "left", question),
                    f"the example cannot leave question '{question}' by '{out}'",
                    "what is offered",
                )
                return
        match step:
            case Ask(question=question, options=options):
                yield loc, f"the example leaves question '{question}' unanswered", listed(options)
            case Outcome(code=code, path=path) if code in determinants:
                way = listed(f"{question} = {answer}" for question, answer in path)
                priority = determinants[code].priority
                if code != example.code:
                    yield (*loc, "code"), f"the example leads to '{code}', not '{example.code}' ({way})", code
                elif priority != example.priority and priority in self.procedure.priorities:
                    yield (
                        (*loc, "priority"),
                        f"'{code}' has priority '{priority}', not '{example.priority}'",
                        priority,
                    )

    # What the rules above have in common.

    def _skill(self, loc: Loc, skill: str) -> Found:
        if self.holdings is None or skill in self.holdings.skills:
            return
        partner = self.holdings.withheld.get(skill)
        if partner is not None:
            what = f"only partner '{partner}' holds skill '{skill}', and the rules do not call on it"
            yield loc, what, f"'{partner}' among `dispatch.partners`"
            return
        near = self.names.meant("skill", skill, self.holdings.skills)
        hint = f", did you mean '{near}'?" if near else ""
        yield loc, f"nobody at the centre holds skill '{skill}'{hint}", listed(self.holdings.skills)

    def _row(self, loc: Loc, row: PlanRow, wanted: int) -> Found:
        """`wanted`: how many are asked for at once who could fill this row, those of the row among them."""
        yield from self._skill((*loc, "skill"), row.skill)
        if self.holdings is None or row.skill not in self.holdings.skills:
            return
        highest, most = self.holdings.skills[row.skill], self.holdings.bodies(row.skill, row.level, row.load)
        if row.level > highest:
            what = f"nobody at the centre has skill '{row.skill}' above level {highest}"
            yield (*loc, "level"), what, f"at most {highest}"
            return
        flaws = list(self._load((*loc, "load"), row.skill, row.load))
        yield from flaws
        if not flaws and wanted > most:
            least = f" at level {row.level} or above" if row.level > 1 else ""
            least += f" and room for {row.load}" if row.load > 1 else ""
            what = f"asks for {wanted} with skill '{row.skill}'{least}, the centre has {most}"
            yield (*loc, "quantity"), what, f"at most {most}"

    def _load(self, loc: Loc, skill: str, load: int) -> Found:
        if self.holdings is None or skill not in self.holdings.skills:
            return
        most = self.holdings.room(skill)
        if load > most:
            yield loc, f"takes {load}, and nobody with skill '{skill}' has room for more than {most}", f"at most {most}"

    def _more_urgent(self, loc: Loc, name: str, least: str | None, what: str) -> Found:
        """`least`: the most urgent of those that `name` has to be more urgent than."""
        priorities = self.procedure.priorities
        if name not in priorities or least is None or priorities[name].rank < priorities[least].rank:
            return
        # Two of one rank are a flaw of their ranks, named there.
        if name != least and priorities[name].rank == priorities[least].rank:
            return
        above = takewhile(lambda each: priorities[each].rank < priorities[least].rank, self.by_rank)
        yield loc, f"{what} to '{name}', which is not more urgent than '{least}'", listed(above)

    def _most_urgent(self, names: Iterable[str]) -> str | None:
        known = [name for name in names if name in self.procedure.priorities]
        return min(known, key=lambda name: self.procedure.priorities[name].rank, default=None)


def _asks_for_more(row: PlanRow, than: PlanRow) -> bool:
    """Whether only those can fill `row` who could fill `than`, as is so of the row itself."""
    return row.skill == than.skill and row.level >= than.level and row.load >= than.load
