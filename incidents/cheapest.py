"""The cheapest for each position, read off those who are free: by the prices and the ties by which a problem would be solved.

Wherever that takes more than looking at one position after another, `NotPlain` is raised. Imports `lines`, `beside_time`,
`pricing` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from incidents.beside_time import BesideTime
from incidents.facts import NeedRow
from incidents.lines import Line, Lines
from incidents.pricing import units_of
from incidents.procedure import Procedure, Reserve
from incidents.quantities import MS_PER_S
from incidents.roster import Roster
from incidents.situation import Need, Resource
from incidents.working import Working
from optimiser import LOSS_LIMIT, UNITS_PER_SECOND, price_units
from optimiser.ties import pair_tie, resource_tie_key, row_tie_key

COARSEST_TIE = 52
"""The bits of a tie that an engine may not see."""


class Pick(NamedTuple):
    """A resource for one position of a need, and the seconds until it would be there."""

    line: Line
    need: Need
    row: int
    at: int
    """Its place in the roster."""
    resource: Resource
    reach_s: float


class Peculiarities(NamedTuple):
    """What changes how ties are told apart."""

    has_teams: bool
    """Whether some need asks in several rows, so that rows have ties of their own."""
    loads: bool
    """Whether some position takes more than one room, for which some engines see rows by themselves."""
    is_blurred: bool
    """Whether somebody may be turned round, so that there are rows that nobody sees at a glance."""


class NotPlain(Exception):
    """Needs compete, or a cap or a tie might have its say: that takes weighing."""


class Cheapest:
    """One working situation under one procedure, whose lines the owner keeps up to date."""

    def __init__(self, working: Working, procedure: Procedure, roster: Roster, lines: Lines) -> None:
        rules = procedure.dispatch
        self._working, self._roster, self._lines = working, roster, lines
        self._reach_limit_s = rules.reach_limit_s
        self._reserves = rules.reserve
        self._waits_at = {
            name: units_of(each.waits_at_s)
            for name, each in procedure.priorities.items()
            if each.waits_at_s is not None
        }
        self.beside = BesideTime(procedure, roster)
        self._is_priced = bool(self.beside.is_any or self._reserves or self._waits_at or roster.partners)
        self._keys = [resource_tie_key(name) for name in roster.ids]
        self._capped = {each.rank for each in procedure.priorities.values() if each.regret_cap_s is not None}

    def of_row(
        self, line: Line, need: Need, row: int, free: dict[int, Resource], peculiar: Peculiarities, count: int = 1
    ) -> list[Pick]:
        """The `count` that fill a row at least cost, of several the ones that the tie names."""
        reach_s = self._reach_s(line, need)
        if reach_s is None:
            able = [(0.0, at) for at in free]
        else:
            able = [(reach_s[at], at) for at in free if reach_s[at] <= self._reach_limit_s]
        if need.filled_by:
            serving = {self._roster.index[name] for name in need.filled_by}
            able = [each for each in able if each[1] not in serving]
        if self._is_priced:
            able = self._with_prices(line, need, row, free, able, count, peculiar)
        elif len(able) > count:
            able.sort()
            if line.answers and count == 1:
                key = 0
                if peculiar.has_teams:
                    if peculiar.loads or peculiar.is_blurred:
                        raise NotPlain
                    behind = self.precedence(line, need, self.longest())
                    key = row_tie_key([(free[at].id, behind) for _, at in able], count)
                able = self._first_by_tie(need, able, key, 1)
            else:
                able = self._by_time(line, need, able, count, peculiar)
        return [Pick(line, need, row, at, free[at], each_s) for each_s, at in able]

    def _with_prices(
        self, line: Line, need: Need, row: int, free: dict[int, Resource], able: list[tuple[float, int]], count: int,
        peculiar: Peculiarities,
    ) -> list[tuple[float, int]]:  # fmt: skip
        """The same where there are prices beside that of time."""
        stands, waited_s, now = line.standing, self.waited_s(line, need), self._working.at
        priced: list[tuple[int, float, int]] = []
        for each_s, at in able:
            units = self.beside.units(line, line.rows[row], free[at], each_s, now)
            if units is not None:
                units += self._missed_units(at, free[at])
                if each_s:
                    units += price_units(stands.loss, stands.weight, waited_s, each_s)
                priced.append((units, each_s, at))
        priced.sort()
        # A cap on regret may bar whoever is slower than need be.
        is_level = stands.rank not in self._capped or len({each_s for _, each_s, _ in priced}) <= 1
        waits_at = self._waits_at.get(stands.priority or "")
        if waits_at is not None and priced:
            if len(priced) > 1 and not is_level:
                raise NotPlain
            if (need.whole and sum(need.asking) > 1) or any(units == waits_at for units, _, _ in priced):
                raise NotPlain
            count = min(count, sum([units < waits_at for units, _, _ in priced]))
            if not count:
                return []
        if len(priced) <= count:
            return [(each_s, at) for _, each_s, at in priced]
        last = priced[count - 1][0]
        if last == priced[count][0]:
            if peculiar.is_blurred or (peculiar.has_teams and (peculiar.loads or not is_level)):
                raise NotPlain
            # Those of a reserve have ties of their own, whoever stays.
            if self.is_anybody_kept({at: free[at] for _, _, at in priced}):
                raise NotPlain
            key = 0
            if peculiar.has_teams:
                behind, ids = self.precedence(line, need, self.longest()), self._roster.ids
                key = row_tie_key([(ids[at], price + behind) for price, _, at in priced], count)
            chosen = [(each_s, at) for price, each_s, at in priced if price < last]
            tied = [(each_s, at) for price, each_s, at in priced if price == last]
            chosen += self._first_by_tie(need, tied, key, count - len(chosen))
        else:
            chosen = [(each_s, at) for _, each_s, at in priced[:count]]
        if not is_level and max(chosen)[0] > sorted(each_s for _, each_s, _ in priced)[count - 1]:
            raise NotPlain
        return chosen

    def _first_by_tie(self, need: Need, tied: list[tuple[float, int]], key: int, count: int) -> list[tuple[float, int]]:
        """Those of equal cost whose ties are the least, as every engine sees them; `NotPlain` if some see no difference."""
        marked = sorted([(pair_tie(need.id, key ^ self._keys[at]), each_s, at) for each_s, at in tied])
        if len(marked) > count and marked[count - 1][0] >> COARSEST_TIE == marked[count][0] >> COARSEST_TIE:
            raise NotPlain
        return [(each_s, at) for _, each_s, at in marked[:count]]

    def _by_time(
        self, line: Line, need: Need, able: list[tuple[float, int]], count: int, peculiar: Peculiarities
    ) -> list[tuple[float, int]]:
        """The cheapest of more than are wanted, who stand in order of their reach."""
        loss, weight, waited_s = line.standing.loss, line.standing.weight, self.waited_s(line, need)
        last_s, next_s = able[count - 1][0], able[count][0]
        # Prices do not fall with time, so whoever costs less than the next quickest costs less than all others.
        last = price_units(loss, weight, waited_s, last_s)
        if last < price_units(loss, weight, waited_s, next_s):
            return able[:count]
        # What a cap bars is no pair of the row any more, and so changes its ties.
        has_teams = peculiar.has_teams
        if peculiar.loads or peculiar.is_blurred or (has_teams and line.standing.rank in self._capped):
            raise NotPlain
        priced = [(price_units(loss, weight, waited_s, each_s), each_s, at) for each_s, at in able]
        sure = [each for each in priced if each[0] < last]
        tied = [each for each in priced if each[0] == last]
        key = 0
        if has_teams:
            behind, ids = self.precedence(line, need, self.longest()), self._roster.ids
            key = row_tie_key([(ids[at], price + behind) for price, _, at in priced], count)
        tied.sort(key=lambda each: pair_tie(need.id, key ^ self._keys[each[2]]))
        chosen = sure + tied[: count - len(sure)]
        # A cap on regret may bar whoever is slower than need be, though as cheap.
        if max(round(each_s * UNITS_PER_SECOND) for _, each_s, _ in chosen) > round(last_s * UNITS_PER_SECOND):
            raise NotPlain
        return [(each_s, at) for _, each_s, at in chosen]

    def first_in_turn(self, lines: list[Line], at: int, resource: Resource, has_teams: bool, found: list[Pick]) -> None:
        """Send the only one free to the most urgent of many needs that costs least."""
        waiting = [line for line in lines if line.waiting]
        ranks = sorted({line.standing.rank for line in waiting})
        urgent = [line for line in waiting if line.standing.rank == ranks[0]]
        if len(urgent) == 1 and urgent[0].answers and (first := _first_of(urgent[0])) is not None:
            found.append(Pick(urgent[0], first, 0, at, resource, 0.0))
            return
        longest = self.longest()
        for rank in ranks:
            tied: list[tuple[Line, Need, float]] = []
            best = 0
            for line in waiting:
                if line.standing.rank != rank:
                    continue
                for need in line.waiting.values():
                    cost = self.precedence(line, need, longest)
                    # They stand in order of their turn, and no reach takes a price off.
                    if tied and cost > best:
                        break
                    reach = self._reach_s(line, need)
                    reach_s = 0.0 if reach is None else reach[at]
                    if not reach_s <= self._reach_limit_s:
                        continue
                    if reach_s:
                        cost += price_units(
                            line.standing.loss, line.standing.weight, self.waited_s(line, need), reach_s
                        )
                    if not tied or cost < best:
                        best, tied = cost, [(line, need, reach_s)]
                    elif cost == best:
                        tied.append((line, need, reach_s))
            if not tied:
                continue
            if len(tied) > 1:
                if has_teams or self._roster.has_rooms:
                    raise NotPlain
                tied.sort(key=lambda each: pair_tie(each[1].id, self._keys[at]) >> 24)
            line, need, reach_s = tied[0]
            found.append(Pick(line, need, 0, at, resource, reach_s))
            return

    def is_by_turns(self, lines: Sequence[Line], row: NeedRow, resource: Resource) -> bool:
        """Whether nothing but time and turns says which of these lines the only one free goes to."""
        if not self._is_priced:
            return True
        return all(
            line.answers and self.beside.units(line, row, resource, 0.0, self._working.at) is not None for line in lines
        )

    def is_anybody_kept(self, free: dict[int, Resource]) -> bool:
        """Whether any of those who are free counts in a reserve."""
        return any(_counts_in(rule, self._roster, at, each) for rule in self._reserves for at, each in free.items())

    def _missed_units(self, at: int, resource: Resource) -> int:
        """What the reserves lose by one who goes."""
        units = 0
        for rule in self._reserves:
            if _counts_in(rule, self._roster, at, resource):
                free = self._lines.free_for((rule.skill, 1))
                kept = [each for where, each in free.items() if _counts_in(rule, self._roster, where, each)]
                if any(each.room > 1 for each in kept):
                    raise NotPlain
                units += units_of(rule.missing_s) if len(kept) <= rule.keep else 0
        return units

    def waited_s(self, line: Line, need: Need) -> float:
        """Seconds since a need of a line was opened, and those it was given at the start."""
        return (self._working.at - need.opened_at) / MS_PER_S + line.standing.credit_s

    def longest(self) -> float:
        """The longest weighted wait of all needs that ask."""
        return max(
            [
                line.standing.weight * self.waited_s(line, next(iter(line.waiting.values())))
                for line in self._lines.lines.values()
                if line.waiting
            ]
        )

    def precedence(self, line: Line, need: Need, longest: float) -> int:
        """Units for going before whoever has waited longest."""
        behind = (longest - line.standing.weight * self.waited_s(line, need)) * UNITS_PER_SECOND
        return round(min(behind, LOSS_LIMIT))

    def _reach_s(self, line: Line, need: Need) -> list[float] | None:
        """Seconds until each would be there; None: nobody has to travel."""
        if need.incident is None:
            return None
        self._roster.hear(self._lines.moved, self._working.at)
        self._lines.moved.clear()
        place = self._working.incidents[need.incident].place
        reach_s = self._roster.nowhere if place is None else self._roster.reach_s(place, line.standing.lights)
        found: list[float] = reach_s.tolist()
        return found


def _counts_in(rule: Reserve, roster: Roster, at: int, resource: Resource) -> bool:
    """Whether a resource that is free counts in a reserve."""
    return (not rule.stations or roster.bases[at] in rule.stations) and resource.level(rule.skill) > 0


def _first_of(line: Line) -> Need | None:
    """Whose turn it is in a line for which nobody travels; None: prices might not tell the first from the next."""
    each = iter(line.waiting.values())
    first, following = next(each), next(each, None)
    if following is None:
        return first
    # Prices are whole tenths of a weighted second: what is more than one apart is not rounded to the same.
    apart = line.standing.weight * (following.opened_at - first.opened_at) * UNITS_PER_SECOND
    return first if apart > 1.01 * MS_PER_S else None
