"""Prices beside time for one resource at one row: what `pricing` says of whole arrays, where nothing but the two matters.

What a resource would cost beside its response and its turn: skills and levels to spare, the partner whose it is, work past the
end of its shift, and the tasks it has had. Rules that look at more than one resource at a time are no such price. Imports
`pricing`, `roster`, `lines` and what stands above them.
"""

from __future__ import annotations

from incidents.facts import NeedRow
from incidents.lines import Line
from incidents.pricing import units_of
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant
from incidents.roster import Roster
from incidents.situation import Resource
from optimiser import LOSS_LIMIT, UNITS_PER_SECOND


class BesideTime:
    """The prices of one procedure."""

    def __init__(self, procedure: Procedure, roster: Roster) -> None:
        rules = procedure.dispatch
        self._skill, self._level = units_of(rules.spare_skill_s), units_of(rules.spare_level_s)
        self._fairness, self._overrun = units_of(rules.fairness_s), rules.overrun
        self._partners = {
            name: None if partner not in rules.partners else units_of(rules.partners[partner])
            for name, partner in ((roster.ids[at], partner) for at, partner in roster.partners.items())
        }
        self.is_any = bool(self._skill or self._level or self._fairness or self._overrun or self._partners)
        """Whether there is any such price."""

    def units(self, line: Line, row: NeedRow, resource: Resource, reach_s: float, now: Instant) -> int | None:
        """What it costs that `resource` fills `row`, beside time; None: it is not to go."""
        if self._partners.get(resource.id, 0) is None:
            return None
        over_s = self._over_s(line, resource, reach_s, now)
        if over_s and self._overrun is not None and over_s > self._overrun.most_s:
            return None
        return sum([units for _, units in self._terms(line, row, resource, over_s)])

    def terms(
        self, line: Line, row: NeedRow, resource: Resource, reach_s: float, now: Instant
    ) -> tuple[tuple[str, int], ...]:
        """The same term by term, in the order in which people are told of them."""
        return self._terms(line, row, resource, self._over_s(line, resource, reach_s, now))

    def _over_s(self, line: Line, resource: Resource, reach_s: float, now: Instant) -> float:
        rule = self._overrun
        if rule is None or resource.until is None or line.standing.priority in rule.unless:
            return 0.0
        return max(0.0, reach_s + rule.task_s - (resource.until - now) / MS_PER_S)

    def _terms(self, line: Line, row: NeedRow, resource: Resource, over_s: float) -> tuple[tuple[str, int], ...]:
        spare = above = over = 0
        if self._skill:
            spare = len(resource.skills) - sum([resource.level(skill) > 0 for skill in line.skills])
        if self._level:
            above = max(0, resource.level(row.skill) - row.level)
        if over_s and self._overrun is not None:
            over = round(min(over_s * self._overrun.price * UNITS_PER_SECOND, LOSS_LIMIT))
        return (
            ("spare skill", spare * self._skill), ("spare level", above * self._level),
            ("partner", self._partners.get(resource.id) or 0), ("overrun", over),
            ("fairness", resource.tasks * self._fairness),
        )  # fmt: skip
