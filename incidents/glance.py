"""What can be seen at a glance: proposals whose choice needs no problem to be stated, kept ready as facts come.

A desk that nobody has to weigh anything at decides hundreds of times for each time that it does: one need and somebody free, or
many needs and nobody, or one who has just become free. Here the needs that ask are kept in order of their turn and the free
resources by their skill, and where the choice can be read off these, it is: by the same prices and the same ties, so that the
answer is the one that `decide` gives, of which the tests hold thousands of situations against each other. Wherever
it could not be told that it is the same, there is no answer here, and `decide` is asked.

Imports `decision`, `pricing` and what stands above them.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from incidents import facts as f
from incidents.decision import Assign, Proposal, is_automatic, reason
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant, NeedId, Place
from incidents.roster import Roster
from incidents.situation import Need, Resource
from incidents.urgency import Standing, standing
from incidents.working import Working
from optimiser import LOSS_LIMIT, UNITS_PER_SECOND, LinearLoss, price_units
from optimiser.ties import pair_tie, resource_tie_key

FEW = 12
"""The most needs with somebody free for them that are looked at one by one; more take weighing."""
Skill = tuple[str, int]
"""A skill at a level."""


@dataclass(slots=True)
class _Line:
    """Needs that ask for one resource with the same skill and stand alike, in order of their turn."""

    skill: Skill
    standing: Standing
    automatic: bool
    answers: bool
    """Whether they are needs of contacts."""
    waiting: dict[NeedId, Need] = field(default_factory=dict)
    last: Instant = 0

    def add(self, need: Need) -> None:
        """Let a need wait; nearly always it is the newest."""
        if need.opened_at < self.last and need.id not in self.waiting:
            entries = list(self.waiting.values())
            insort(entries, need, key=lambda each: each.opened_at)
            self.waiting = {each.id: each for each in entries}
            return
        self.waiting[need.id] = need
        self.last = max(self.last, need.opened_at)


class Pick(NamedTuple):
    """A resource for the one position of a need, and the seconds until it would be there."""

    line: _Line
    need: Need
    resource: Resource
    reach_s: float


def assigned(pick: Pick, at: Instant) -> f.ResourceAssigned:
    """Return the fact that acting on a pick makes: that of its proposal, which need not be made for it."""
    return f.ResourceAssigned(at, pick.resource.id, pick.need.id, 0, _because(pick))


def _because(pick: Pick) -> str:
    return reason(pick.need, pick.line.skill[0], pick.reach_s)


class Glance:
    """Needs in lines and free resources by skill, over one working situation under one procedure."""

    def __init__(self, working: Working, procedure: Procedure, roster: Roster) -> None:
        self._working, self._procedure, self._roster = working, procedure, roster
        self._is_plain = _is_plain(procedure, roster)
        self._epoch = -1
        self._may = True
        self._lines: dict[object, _Line] = {}
        self._line_of: dict[NeedId, _Line | None] = {}
        self._odd: dict[NeedId, bool] = {}
        self._free: dict[Skill, dict[int, Resource]] = {}
        self._groups: list[list[dict[int, Resource]]] = []
        self._places: list[Place | None] = []
        self._moved: dict[int, Place | None] = {}
        self._keys = [resource_tie_key(name) for name in roster.ids]

    def proposals(self) -> tuple[Proposal, ...] | None:
        """Return what the procedure proposes now; None: that takes weighing."""
        picks = self.picks()
        return None if picks is None else tuple([self._proposal(pick) for pick in picks])

    def picks(self) -> Sequence[Pick] | None:
        """Return who goes where, in the order of proposals; None: that takes weighing."""
        self.look()
        if not self._line_of:
            return ()
        if self._odd or not self._is_plain:
            return None
        asked: dict[Skill, list[_Line]] = {}
        for line in self._lines.values():
            if line.waiting:
                asked.setdefault(line.skill, []).append(line)
        found: list[Pick] = []
        taken: set[int] = set()
        for skill, lines in asked.items():
            free = self._free_for(skill)
            if not free:
                continue
            if not taken.isdisjoint(free) or not self._choose(lines, free, found):
                return None
            taken.update(free)
        if len(found) > 1:
            found.sort(key=lambda pick: (pick.line.standing.rank, pick.need.id))
        return found

    def may_act(self) -> bool:
        """Whether a need is open for which a rule that is switched on acts, and somebody might be free for it."""
        if not self.look() and not self._may:
            return False
        self._may = self._might_act()
        return self._may

    def _might_act(self) -> bool:
        for line in self._lines.values():
            # Who is not free may be called from a break or turned round, but never to answer a contact.
            if line.automatic and line.waiting and (not line.answers or self._free_for(line.skill)):
                return True
        return any(self._odd.values())

    # Who goes.

    def _choose(self, lines: list[_Line], free: dict[int, Resource], found: list[Pick]) -> bool:
        """Add the proposals for needs of one skill; False: they compete in a way that takes weighing."""
        count = sum([len(line.waiting) for line in lines])
        if count > 1 and any(resource.room > 1 for resource in free.values()):
            return False
        if count > 1 and len(free) == 1:
            return self._first_in_turn(lines, *next(iter(free.items())), found)
        if count > FEW:
            return False
        taken: set[int] = set()
        for line in lines:
            for need in line.waiting.values():
                chosen = self._cheapest(line, need, free)
                if chosen is None:
                    continue
                at, reach_s = chosen
                if at < 0 or at in taken:
                    return False
                taken.add(at)
                found.append(Pick(line, need, free[at], reach_s))
        return True

    def _cheapest(self, line: _Line, need: Need, free: dict[int, Resource]) -> tuple[int, float] | None:
        """The resource that fills a need at least cost, of several the one that the tie names; None: nobody may go.

        Below 0 where the quickest is not among the cheapest, so that a cap on regret might have its say.
        """
        reach_s = self._reach_s(line, need)
        if reach_s is None:
            best, best_s = list(free), 0.0
        else:
            limit_s = self._procedure.dispatch.reach_limit_s
            able = [(reach_s[at], at) for at in free if reach_s[at] <= limit_s]
            if not able:
                return None
            best = self._cheapest_of(line, need, able)
        if len(best) > 1:
            best = [min(best, key=lambda at: pair_tie(need.id, self._keys[at]))]
        at = best[0]
        if reach_s is None:
            return at, best_s
        quickest_s = min(able)[0]
        if round(quickest_s * UNITS_PER_SECOND) < round(reach_s[at] * UNITS_PER_SECOND):
            return -1, 0.0
        return at, reach_s[at]

    def _cheapest_of(self, line: _Line, need: Need, able: list[tuple[float, int]]) -> list[int]:
        waited_s, loss, weight = self._waited_s(need), line.standing.loss, line.standing.weight
        if isinstance(loss, LinearLoss):
            # Only who is slower by less than a unit can cost as little as the quickest.
            most_s = min(able)[0] + 2 / (UNITS_PER_SECOND * weight)
            able = [each for each in able if each[0] <= most_s]
            if len(able) == 1:
                return [able[0][1]]
        prices = [price_units(loss, weight, waited_s, each_s) for each_s, _ in able]
        least = min(prices)
        return [at for (_, at), price in zip(able, prices, strict=True) if price == least]

    def _first_in_turn(self, lines: list[_Line], at: int, resource: Resource, found: list[Pick]) -> bool:
        """Add the proposal of the only one free, for the most urgent of many needs that costs least; False: a tie is left."""
        longest = self._longest()
        limit_s = self._procedure.dispatch.reach_limit_s
        for rank in sorted({line.standing.rank for line in lines}):
            best: tuple[int, _Line, Need, float] | None = None
            tied: list[tuple[_Line, Need, float]] = []
            for line in lines:
                if line.standing.rank != rank:
                    continue
                for need in line.waiting.values():
                    behind = self._precedence(line, need, longest)
                    if best is not None and behind > best[0]:
                        break
                    reach = self._reach_s(line, need)
                    reach_s = 0.0 if reach is None else reach[at]
                    if not reach_s <= limit_s:
                        continue
                    cost = behind
                    if reach_s:
                        cost += price_units(line.standing.loss, line.standing.weight, self._waited_s(need), reach_s)
                    if best is None or cost < best[0]:
                        best, tied = (cost, line, need, reach_s), []
                    elif cost == best[0]:
                        tied.append((line, need, reach_s))
            if best is None:
                continue
            if tied:
                if self._roster.has_rooms:
                    return False
                tied.append(best[1:])
                line, need, reach_s = min(tied, key=lambda each: pair_tie(each[1].id, self._keys[at]) >> 24)
            else:
                _, line, need, reach_s = best
            found.append(Pick(line, need, resource, reach_s))
            break
        return True

    def _proposal(self, pick: Pick) -> Proposal:
        line, need, resource, reach_s = pick
        response = 0
        if reach_s:
            response = price_units(line.standing.loss, line.standing.weight, self._waited_s(need), reach_s)
        behind = self._precedence(line, need, self._longest())
        terms = (("response", response), ("precedence", behind))
        price = tuple([(name, units / UNITS_PER_SECOND) for name, units in terms if units])
        skill = line.skill[0]
        return Assign(need.id, 0, skill, resource.id, reach_s, price, _because(pick), line.automatic)

    # What it costs.

    def _waited_s(self, need: Need) -> float:
        return (self._working.at - need.opened_at) / MS_PER_S

    def _longest(self) -> float:
        """The longest weighted wait of all needs that ask."""
        return max(
            [
                line.standing.weight * self._waited_s(next(iter(line.waiting.values())))
                for line in self._lines.values()
                if line.waiting
            ]
        )

    def _precedence(self, line: _Line, need: Need, longest: float) -> int:
        behind = (longest - line.standing.weight * self._waited_s(need)) * UNITS_PER_SECOND
        return round(min(behind, LOSS_LIMIT))

    def _reach_s(self, line: _Line, need: Need) -> list[float] | None:
        """Seconds until each would be there; None: nobody has to travel."""
        if need.incident is None:
            return None
        if self._moved:
            self._roster.hear(self._moved)
            self._moved.clear()
        place = self._working.incidents[need.incident].place
        reach_s = self._roster.nowhere if place is None else self._roster.reach_s(place, line.standing.lights)
        found: list[float] = reach_s.tolist()
        return found

    # Keeping up.

    def look(self) -> bool:
        """Catch up with the situation; tells whether there was anything new."""
        working = self._working
        if self._epoch != working.epoch:
            self._begin()
            return True
        touched = working.touched
        incidents, needs, resources = touched["incidents"], touched["needs"], touched["resources"]
        if incidents:
            for name in incidents:
                incident = working.incidents.get(name)
                for need_id in () if incident is None else incident.needs:
                    if need_id in self._line_of:
                        needs[need_id] = None
            incidents.clear()
        if not needs and not resources:
            return False
        if needs:
            for need_id in needs:
                self._place(need_id, working.needs.get(need_id))
            needs.clear()
        if resources:
            for name in resources:
                self._note(self._roster.index[name], working.resources[name])
            resources.clear()
        return True

    def _begin(self) -> None:
        working = self._working
        self._epoch = working.epoch
        self._lines.clear()
        self._line_of.clear()
        self._free.clear()
        self._odd.clear()
        self._groups = [[] for _ in self._roster.ids]
        self._places = [working.resources[name].place for name in self._roster.ids]
        self._moved = dict(enumerate(self._places))
        for changed in working.touched.values():
            changed.clear()
        for need in working.needs.values():
            self._place(need.id, need)

    def _place(self, need_id: NeedId, need: Need | None) -> None:
        """Put a need into its line, or out of it."""
        if need_id in self._line_of:
            line = self._line_of.pop(need_id)
            if line is None:
                del self._odd[need_id]
            else:
                del line.waiting[need_id]
        if need is not None and need.unfilled_since is not None:
            line = self._line_of[need_id] = self._line(need)
            if line is None:
                self._odd[need_id] = is_automatic(self._working, self._procedure, need)
            else:
                line.add(need)

    def _line(self, need: Need) -> _Line | None:
        """The line of a need that asks for one resource in one way; None for any other."""
        working, rules = self._working, self._procedure
        if len(need.rows) > 1 or need.filled_by or need.shared:
            return None
        row = need.rows[0]
        if row.quantity > 1 or row.load > 1:
            return None
        if need.incident is None:
            contact = None if need.contact is None else working.contacts.get(need.contact)
            if contact is None:
                return None
            key: object = (row.skill, row.level, contact.queue)
            automatic = rules.queues[contact.queue].automatic
        else:
            priority = working.incidents[need.incident].priority
            key = (row.skill, row.level, None, priority)
            automatic = priority in rules.dispatch.automatic
        line = self._lines.get(key)
        if line is None:
            stands = standing(working, rules, need)
            line = self._lines[key] = _Line((row.skill, row.level), stands, automatic, need.incident is None)
        return line

    def _note(self, at: int, resource: Resource) -> None:
        if resource.place is not self._places[at]:
            self._places[at] = self._moved[at] = resource.place
        groups = self._groups[at]
        if not groups:
            return
        if resource.is_on_duty and not resource.is_resting and resource.room > 0:
            for group in groups:
                group[at] = resource
        else:
            for group in groups:
                group.pop(at, None)

    def _free_for(self, skill: Skill) -> dict[int, Resource]:
        """Who is free and has a skill, by index in the roster."""
        group = self._free.get(skill)
        if group is None:
            group = self._free[skill] = {}
            name, level = skill
            for at, resource_id in enumerate(self._roster.ids):
                resource = self._working.resources[resource_id]
                if resource.level(name) >= level:
                    self._groups[at].append(group)
                    self._note(at, resource)
        return group


def _is_plain(procedure: Procedure, roster: Roster) -> bool:
    """Whether a choice is a matter of time and turns alone: no rule that turns round, bars, keeps back or prices otherwise."""
    rules = procedure.dispatch
    special = (
        rules.diversion, rules.overrun, rules.breaks, rules.reserve, rules.cover, rules.spare_skill_s,
        rules.spare_level_s, rules.fairness_s, roster.partners,
    )  # fmt: skip
    return not any(special) and all(each.waits_at_s is None for each in procedure.priorities.values())
