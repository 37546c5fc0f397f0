"""What can be seen at a glance: proposals whose choice needs no problem to be stated.

A desk at which nobody competes decides hundreds of times for each time that it has to weigh: a need and somebody free for each of
its positions, or many needs and nobody, or one who has just become free. There the choice can be read off the lines of those who
wait and of those who are free, by the same prices and the same ties, so that the answer is the one that `decide` gives;
the tests hold thousands of situations against each other. Wherever it could not be told that it is the same, there is no answer
here, and `decide` is asked. That the choices are the best there are is what `optimiser.direct` says: whoever takes his cheapest
and takes it from nobody can do no better, and of many who want the same one the most urgent gets it.

Imports `lines`, `decision` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from incidents import facts as f
from incidents.decision import Assign, Proposal, reason
from incidents.lines import Line, Lines
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant
from incidents.roster import Roster
from incidents.situation import UNDER_WAY, Need, Resource
from incidents.working import Working
from optimiser import LOSS_LIMIT, UNITS_PER_SECOND, price_units
from optimiser.ties import pair_tie, resource_tie_key, row_tie_key

FEW = 40
"""The most needs with somebody free for them that are looked at one by one; more take weighing."""


class Pick(NamedTuple):
    """A resource for one position of a need, and the seconds until it would be there."""

    line: Line
    need: Need
    row: int
    at: int
    """Its place in the roster."""
    resource: Resource
    reach_s: float


class NotPlain(Exception):
    """Needs compete, or a cap or a tie might have its say: that takes weighing."""


def assigned(pick: Pick, at: Instant) -> f.ResourceAssigned:
    """Return the fact that acting on a pick makes: that of its proposal, which need not be made for it."""
    return f.ResourceAssigned(at, pick.resource.id, pick.need.id, pick.row, _because(pick))


def _because(pick: Pick) -> str:
    return reason(pick.need, pick.line.rows[pick.row].skill, pick.reach_s)


class Glance:
    """One working situation under one procedure, as it lies before whoever looks up."""

    def __init__(self, working: Working, procedure: Procedure, roster: Roster) -> None:
        self._working, self._roster = working, roster
        self._reach_limit_s = procedure.dispatch.reach_limit_s
        self._lines = Lines(working, procedure, roster)
        self._is_plain = _is_plain(procedure, roster)
        diversion = procedure.dispatch.diversion
        self._diverts_to = () if diversion is None else diversion.to
        breaks = procedure.dispatch.breaks
        self._interrupts = () if breaks is None else breaks.interrupted_by
        self._keys = [resource_tie_key(name) for name in roster.ids]
        self._capped = {each.rank for each in procedure.priorities.values() if each.regret_cap_s is not None}
        self._may = True

    def proposals(self) -> tuple[Proposal, ...] | None:
        """Return what the procedure proposes now; None: that takes weighing."""
        picks = self.picks()
        return None if picks is None else tuple([self._proposal(pick) for pick in picks])

    def picks(self) -> Sequence[Pick] | None:
        """Return who goes where, in the order of proposals; None: that takes weighing."""
        self._lines.look()
        if self._lines.is_empty:
            return ()
        if self._lines.odd or not self._is_plain:
            return None
        try:
            picks = self._choose()
        except NotPlain:
            return None
        if len(picks) > 1:
            picks.sort(key=lambda pick: (pick.line.standing.rank, pick.need.id, pick.row, pick.resource.id))
        return picks

    def may_act(self) -> bool:
        """Whether a need is open for which a rule that is switched on acts, and somebody might be free for it."""
        if self._lines.look() or self._may:
            self._may = self._might_act()
        return self._may

    def _might_act(self) -> bool:
        for line in self._lines.lines.values():
            if line.automatic and line.waiting and self._has_anybody(line):
                return True
        return any(self._lines.odd.values())

    def _has_anybody(self, line: Line) -> bool:
        """Whether somebody is free for a row of a line, or is not but might be called from a break or turned round."""
        priority = line.standing.priority
        for row in line.rows:
            if self._lines.free_for_row(row):
                return True
            # Nobody is called away to answer a contact.
            if priority not in self._interrupts and priority not in self._diverts_to:
                continue
            for resource in self._lines.bound_for((row.skill, row.level)).values():
                if resource.is_resting:
                    if priority in self._interrupts:
                        return True
                elif priority in self._diverts_to and resource.serving[0].status in UNDER_WAY:
                    return True
        return False

    # Who goes.

    def _choose(self) -> list[Pick]:
        """Everybody's cheapest, if nobody is wanted twice; or the first in turn, where all want the only one."""
        found: list[Pick] = []
        has_teams, loads = self._peculiarities()
        looked = 0
        contested: set[int] = set()
        seen: set[int] = set()
        for row, its_lines in self._lines.of_one.items():
            count = 0
            for line in its_lines:
                count += len(line.waiting)
            free = self._lines.free_for_row(row) if count else None
            if not free:
                continue
            if count > 1 and len(free) == 1:
                at, resource = next(iter(free.items()))
                if resource.room >= 2 * row.load:
                    raise NotPlain
                contested.add(at)
                self._first_in_turn(its_lines, at, resource, has_teams or loads, found)
                continue
            looked += count
            if looked > FEW:
                raise NotPlain
            seen.update(free)
            for line in its_lines:
                for need in line.waiting.values():
                    found += self._cheapest(line, need, 0, free, has_teams, loads)
        for line in self._lines.of_several:
            looked += len(line.waiting)
            if looked > FEW:
                raise NotPlain
            for need in line.waiting.values():
                found += self._team(line, need, has_teams, loads, seen)
        if len(found) > 1 and len({pick.at for pick in found}) < len(found):
            raise NotPlain
        if contested and not contested.isdisjoint(seen):
            raise NotPlain
        return found

    def _peculiarities(self) -> tuple[bool, bool]:
        """Whether some need asks in several rows, so that rows have ties of their own, and whether some position has a load.

        Whatever has loads goes to engines that break ties in their own way. `NotPlain` if somebody may be turned round.
        """
        has_teams = loads = False
        for line in self._lines.lines.values():
            if not line.waiting:
                continue
            if line.standing.priority in self._diverts_to and not line.answers:
                raise NotPlain
            loads |= line.loads
            if len(line.rows) > 1 and not has_teams:
                asking = [need.asking for need in line.waiting.values()]
                has_teams = any(len(each) - list(each).count(0) > 1 for each in asking)
        return has_teams, loads

    def _team(self, line: Line, need: Need, has_teams: bool, loads: bool, seen: set[int]) -> list[Pick]:
        """The cheapest for each row of a need; nobody where all are needed and one is lacking."""
        found: list[Pick] = []
        lacks = False
        for row, count in enumerate(need.asking):
            if count:
                free = self._lines.free_for_row(line.rows[row])
                seen.update(free)
                chosen = self._cheapest(line, need, row, free, has_teams, loads, count)
                found += chosen
                lacks |= len(chosen) < count
        # One who has been sent already has begun to fill it: what is left is best effort.
        return [] if lacks and need.whole and not need.filled_by else found

    def _cheapest(
        self, line: Line, need: Need, row: int, free: dict[int, Resource], has_teams: bool, loads: bool, count: int = 1
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
        if len(able) > count:
            able.sort()
            if line.answers and count == 1:
                if loads:
                    raise NotPlain
                key = 0
                if has_teams:
                    behind = self._precedence(line, need, self._longest())
                    key = row_tie_key([(free[at].id, behind) for _, at in able], count)
                able = [min(able, key=lambda each: pair_tie(need.id, key ^ self._keys[each[1]]))]
            else:
                able = self._cheapest_of(line, need, able, count, has_teams, loads)
        return [Pick(line, need, row, at, free[at], each_s) for each_s, at in able]

    def _cheapest_of(
        self, line: Line, need: Need, able: list[tuple[float, int]], count: int, has_teams: bool, loads: bool
    ) -> list[tuple[float, int]]:
        """The cheapest of more than are wanted, who stand in order of their reach."""
        loss, weight, waited_s = line.standing.loss, line.standing.weight, self._waited_s(need)
        last_s, next_s = able[count - 1][0], able[count][0]
        # Prices do not fall with time, so whoever costs less than the next quickest costs less than all others.
        last = price_units(loss, weight, waited_s, last_s)
        if last < price_units(loss, weight, waited_s, next_s):
            return able[:count]
        # What a cap bars is no pair of the row any more, and so changes its ties.
        if loads or (has_teams and line.standing.rank in self._capped):
            raise NotPlain
        priced = [(price_units(loss, weight, waited_s, each_s), each_s, at) for each_s, at in able]
        sure = [each for each in priced if each[0] < last]
        tied = [each for each in priced if each[0] == last]
        key = 0
        if has_teams:
            behind, ids = self._precedence(line, need, self._longest()), self._roster.ids
            key = row_tie_key([(ids[at], price + behind) for price, _, at in priced], count)
        tied.sort(key=lambda each: pair_tie(need.id, key ^ self._keys[each[2]]))
        chosen = sure + tied[: count - len(sure)]
        # A cap on regret may bar whoever is slower than need be, though as cheap.
        if max(round(each_s * UNITS_PER_SECOND) for _, each_s, _ in chosen) > round(last_s * UNITS_PER_SECOND):
            raise NotPlain
        return [(each_s, at) for _, each_s, at in chosen]

    def _first_in_turn(
        self, lines: list[Line], at: int, resource: Resource, has_teams: bool, found: list[Pick]
    ) -> None:
        """Send the only one free to the most urgent of many needs that costs least."""
        waiting = [line for line in lines if line.waiting]
        ranks = sorted({line.standing.rank for line in waiting})
        urgent = [line for line in waiting if line.standing.rank == ranks[0]]
        if len(urgent) == 1 and urgent[0].answers and (first := _first_of(urgent[0])) is not None:
            found.append(Pick(urgent[0], first, 0, at, resource, 0.0))
            return
        longest = self._longest()
        for rank in ranks:
            tied: list[tuple[Line, Need, float]] = []
            best = 0
            for line in waiting:
                if line.standing.rank != rank:
                    continue
                for need in line.waiting.values():
                    cost = self._precedence(line, need, longest)
                    # They stand in order of their turn, and no reach takes a price off.
                    if tied and cost > best:
                        break
                    reach = self._reach_s(line, need)
                    reach_s = 0.0 if reach is None else reach[at]
                    if not reach_s <= self._reach_limit_s:
                        continue
                    if reach_s:
                        cost += price_units(line.standing.loss, line.standing.weight, self._waited_s(need), reach_s)
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

    def _proposal(self, pick: Pick) -> Proposal:
        line, need, row, _, resource, reach_s = pick
        response = 0
        if reach_s:
            response = price_units(line.standing.loss, line.standing.weight, self._waited_s(need), reach_s)
        behind = self._precedence(line, need, self._longest())
        terms = (("response", response), ("precedence", behind))
        price = tuple([(name, units / UNITS_PER_SECOND) for name, units in terms if units])
        skill = line.rows[row].skill
        return Assign(need.id, row, skill, resource.id, reach_s, price, _because(pick), line.automatic)

    # What it costs.

    def _waited_s(self, need: Need) -> float:
        return (self._working.at - need.opened_at) / MS_PER_S

    def _longest(self) -> float:
        """The longest weighted wait of all needs that ask."""
        return max(
            [
                line.standing.weight * self._waited_s(next(iter(line.waiting.values())))
                for line in self._lines.lines.values()
                if line.waiting
            ]
        )

    def _precedence(self, line: Line, need: Need, longest: float) -> int:
        behind = (longest - line.standing.weight * self._waited_s(need)) * UNITS_PER_SECOND
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


def _first_of(line: Line) -> Need | None:
    """Whose turn it is in a line for which nobody travels; None: prices might not tell the first from the next."""
    each = iter(line.waiting.values())
    first, following = next(each), next(each, None)
    if following is None:
        return first
    # Prices are whole tenths of a weighted second: what is more than one apart is not rounded to the same.
    apart = line.standing.weight * (following.opened_at - first.opened_at) * UNITS_PER_SECOND
    return first if apart > 1.01 * MS_PER_S else None


def _is_plain(procedure: Procedure, roster: Roster) -> bool:
    """Whether a choice is a matter of time and turns alone: no rule that bars, keeps back or prices otherwise."""
    rules = procedure.dispatch
    special = (
        rules.overrun, rules.breaks, rules.reserve, rules.cover, rules.spare_skill_s, rules.spare_level_s,
        rules.fairness_s, roster.partners,
    )  # fmt: skip
    return not any(special) and all(each.waits_at_s is None for each in procedure.priorities.values())
