"""Who waits and who is free, kept in order as facts come: the needs that ask in lines, the free resources by skill.

Nothing here decides. It is an index over one working situation under one procedure: whatever was touched since it was last looked
at is looked up again, and a situation that began anew is read from the start. Imports `working`, `urgency` and what
stands above them.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field

from incidents.decision import is_automatic
from incidents.facts import NeedRow
from incidents.procedure import Procedure
from incidents.quantities import Instant, NeedId, Place
from incidents.roster import Roster
from incidents.situation import Need, Resource
from incidents.urgency import Standing, standing
from incidents.working import Working

MOST_LEFT = 64
"""How many more needs may have left a line than wait in it, before it closes up."""
Skill = tuple[str, int]
"""A skill at a level."""


@dataclass(slots=True)
class Line:
    """Needs that ask for the same and stand alike, in order of their turn."""

    rows: tuple[NeedRow, ...]
    whole: bool
    standing: Standing
    automatic: bool
    """Whether a rule acts for them."""
    answers: bool
    """Whether they are needs of contacts."""
    free: tuple[dict[int, Resource], ...]
    """Row by row who is free and has the skill, by index in the roster; the index over the situation keeps them."""
    asks_for_one: bool = field(init=False)
    skills: tuple[str, ...] = field(init=False)
    """Each skill that it asks for, once."""
    loads: bool = field(init=False)
    """Whether any position takes more than one room."""
    waiting: dict[NeedId, Need] = field(default_factory=dict)
    _last: Instant = 0
    _left: int = 0

    def __post_init__(self) -> None:
        """Note what is asked of every need of the line."""
        self.asks_for_one = len(self.rows) == 1 and self.rows[0].quantity == 1
        self.skills = tuple(dict.fromkeys(row.skill for row in self.rows))
        self.loads = any(row.load > 1 for row in self.rows)

    def add(self, need: Need) -> None:
        """Let a need wait; nearly always it is the newest."""
        if need.opened_at < self._last and self.waiting:
            entries = list(self.waiting.values())
            insort(entries, need, key=lambda each: each.opened_at)
            self.waiting = {each.id: each for each in entries}
            return
        self.waiting[need.id] = need
        self._last = need.opened_at

    def remove(self, need_id: NeedId) -> None:
        """Let a need wait no longer."""
        del self.waiting[need_id]
        # A dictionary steps over the places of all that has left it to find its first: a long queue would grow slow.
        self._left += 1
        if self._left > len(self.waiting) + MOST_LEFT:
            self.waiting, self._left = dict(self.waiting), 0


class Lines:
    """The index over a working situation."""

    def __init__(self, working: Working, procedure: Procedure, roster: Roster) -> None:
        self._working, self._procedure, self._roster = working, procedure, roster
        self._epoch = -1
        self.lines: dict[object, Line] = {}
        self.of_one: dict[NeedRow, list[Line]] = {}
        """The lines whose needs ask for one resource each, by what they ask for."""
        self.of_several: list[Line] = []
        """All others."""
        self.automatic: list[Line] = []
        """Those of either for which a rule acts."""
        self._usual: dict[tuple[str, str], Line] = {}
        self.odd: dict[NeedId, bool] = {}
        """Needs that ask in a way for which there are no lines, and whether a rule acts for them."""
        self.moved: dict[int, Place | None] = {}
        """Where those are, by index in the roster, who have been somewhere else when this was last emptied."""
        self._line_of: dict[NeedId, Line | None] = {}
        self._free: dict[Skill, dict[int, Resource]] = {}
        self._bound: dict[Skill, dict[int, Resource]] = {}
        self._groups: list[list[tuple[dict[int, Resource], dict[int, Resource]]]] = []
        self._places: list[Place | None] = []

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
                if incident is not None and incident.needs:
                    needs.update((need, None) for need in incident.needs if need in self._line_of)
            incidents.clear()
        if not needs and not resources:
            return False
        if needs:
            for need_id in needs:
                self._place(need_id, working.needs.get(need_id))
            needs.clear()
        if resources:
            index = self._roster.index
            for name in resources:
                self._note(index[name], working.resources[name])
            resources.clear()
        return True

    def free_for(self, skill: Skill) -> dict[int, Resource]:
        """Who is free and has a skill, by index in the roster."""
        group = self._free.get(skill)
        if group is None:
            group = self._free[skill] = {}
            bound = self._bound[skill] = {}
            name, level = skill
            for at, resource_id in enumerate(self._roster.ids):
                resource = self._working.resources[resource_id]
                if resource.level(name) >= level:
                    self._groups[at].append((group, bound))
                    self._note(at, resource)
        return group

    def bound_for(self, skill: Skill) -> dict[int, Resource]:
        """Who is on duty and has a skill, but is committed or on a break, by index in the roster."""
        self.free_for(skill)
        return self._bound[skill]

    def free_for_row(self, row: NeedRow) -> dict[int, Resource]:
        """Who is free and has the skill and the room that a position of `row` takes, by index in the roster."""
        free = self.free_for((row.skill, row.level))
        if row.load == 1:
            return free
        return {at: resource for at, resource in free.items() if resource.room >= row.load}

    @property
    def is_empty(self) -> bool:
        """Whether no need asks."""
        return not self._line_of

    def _begin(self) -> None:
        working = self._working
        self._epoch = working.epoch
        for changed in working.touched.values():
            changed.clear()
        self.lines, self.of_one, self.of_several, self.automatic, self._usual = {}, {}, [], [], {}
        self.odd, self._line_of, self._free, self._bound = {}, {}, {}, {}
        self._groups = [[] for _ in self._roster.ids]
        self._places = [working.resources[name].place for name in self._roster.ids]
        self.moved = dict(enumerate(self._places))
        for need in working.needs.values():
            self._place(need.id, need)

    def _place(self, need_id: NeedId, need: Need | None) -> None:
        """Put a need into its line, or out of it."""
        if need_id in self._line_of:
            line = self._line_of.pop(need_id)
            if line is None:
                del self.odd[need_id]
            else:
                line.remove(need_id)
        if need is not None and need.unfilled_since is not None:
            line = self._line_of[need_id] = self._line(need)
            if line is None:
                self.odd[need_id] = is_automatic(self._working, self._procedure, need)
            else:
                line.add(need)

    def _line(self, need: Need) -> Line | None:
        """The line of a need that can be filled in one way, position by position; None for any other."""
        working, rules = self._working, self._procedure
        if need.incident is None:
            contact = None if need.contact is None else working.contacts.get(need.contact)
            if contact is None:
                return None
            of = contact.queue
        else:
            of = working.incidents[need.incident].priority or ""
        # Rows are dear to look up by, and needs with the same reason nearly always ask for the same.
        usual = self._usual.get((need.because, of))
        if usual is not None and usual.rows == need.rows and usual.whole is need.whole and not need.shared:
            return usual
        key = (need.rows, need.whole, of, need.incident is None)
        line = self.lines.get(key)
        if line is None:
            if need.shared or any(row.alternative for row in need.rows):
                return None
            automatic = is_automatic(working, rules, need)
            stands = standing(working, rules, need)
            free = tuple([self.free_for((row.skill, row.level)) for row in need.rows])
            line = self.lines[key] = Line(need.rows, need.whole, stands, automatic, need.incident is None, free)
            if automatic:
                self.automatic.append(line)
            if line.asks_for_one:
                self.of_one.setdefault(line.rows[0], []).append(line)
            else:
                self.of_several.append(line)
        self._usual[need.because, of] = line
        return None if need.shared else line

    def _note(self, at: int, resource: Resource) -> None:
        if resource.place is not self._places[at]:
            self._places[at] = self.moved[at] = resource.place
        groups = self._groups[at]
        if not groups:
            return
        if not resource.is_on_duty:
            for free, bound in groups:
                free.pop(at, None)
                bound.pop(at, None)
        elif resource.is_resting or resource.room <= 0:
            for free, bound in groups:
                free.pop(at, None)
                bound[at] = resource
        else:
            for free, bound in groups:
                free[at] = resource
                bound.pop(at, None)
