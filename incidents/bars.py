"""What bars a glance: whoever might be called away from something, and whoever might be wanted elsewhere.

Imports `lines`, `cheapest` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Sequence

from incidents.cheapest import NotPlain
from incidents.facts import NeedRow
from incidents.lines import Line, Lines
from incidents.procedure import Procedure
from incidents.roster import Roster
from incidents.situation import UNDER_WAY, Need, Resource
from incidents.working import Working


class Bars:
    """One working situation under one procedure, whose lines the owner keeps up to date."""

    def __init__(self, working: Working, procedure: Procedure, roster: Roster, lines: Lines) -> None:
        rules = procedure.dispatch
        self._working, self._roster, self._lines = working, roster, lines
        self.diverts_to = () if rules.diversion is None else rules.diversion.to
        self._diverts_from = () if rules.diversion is None else rules.diversion.from_
        self.interrupts = () if rules.breaks is None else rules.breaks.interrupted_by
        self.is_any = bool(self.diverts_to or self.interrupts or roster.partners)
        """Whether anything might bar a glance at one row."""

    def is_anybody_turnable(self) -> bool:
        """Whether the rule of diversion might let anybody be taken; few more than it does."""
        working = self._working
        for resource in working.resources.values():
            if resource.serving and resource.capacity == 1 and resource.serving[0].status in UNDER_WAY:
                need = working.needs[resource.serving[0].need]
                if need.incident is not None and working.incidents[need.incident].priority in self._diverts_from:
                    return True
        return False

    def refuse_callable(self, lines: Sequence[Line], row: NeedRow) -> None:
        """`NotPlain` if somebody might be called from a break, or be turned round, for any of these lines."""
        for line in lines:
            priority = line.standing.priority
            if not line.waiting or line.answers or not (priority in self.interrupts or priority in self.diverts_to):
                continue
            for resource in self._lines.bound_for((row.skill, row.level)).values():
                if resource.is_resting and priority in self.interrupts:
                    raise NotPlain
                if not resource.is_resting and priority in self.diverts_to and self.is_anybody_turnable():
                    raise NotPlain

    def refuse_others(self, lines: Sequence[Line], row: NeedRow, free: dict[int, Resource]) -> None:
        """`NotPlain` if anything but their own price is against somebody who is free, or others might be called."""
        if self.interrupts or self.diverts_to:
            self.refuse_callable(lines, row)
        if self._roster.partners and self._working.aid and not self._roster.partners.keys().isdisjoint(free):
            raise NotPlain

    def is_short(self, line: Line, need: Need) -> bool:
        """Whether too few may go to a need that is to be filled whole or not at all, so that nobody does."""
        if not need.whole or need.filled_by:
            return False
        may_call = line.standing.priority in self.interrupts or line.standing.priority in self.diverts_to
        for row, count in enumerate(need.asking):
            asked = line.rows[row]
            able = len(self._lines.free_for_row(asked))
            if may_call:
                able += len(self._lines.bound_for((asked.skill, asked.level)))
            if able < count:
                return True
        return False

    def refuse_shared(self, free: set[int]) -> None:
        """`NotPlain` if any of those who are free might also go where no rule acts by itself."""
        for line in self._lines.lines.values():
            if line.waiting and not line.automatic:
                for row in line.rows:
                    if not free.isdisjoint(self._lines.free_for((row.skill, row.level))):
                        raise NotPlain
        for need in self._lines.odd:
            for row in self._working.needs[need].rows:
                if not free.isdisjoint(self._lines.free_for((row.skill, row.level))):
                    raise NotPlain
