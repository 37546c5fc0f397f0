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
from incidents.beside_time import BesideTime
from incidents.decision import Assign, Proposal, reason
from incidents.eligibility import Eligibility
from incidents.facts import NeedRow
from incidents.formulation import could_be_filled
from incidents.lines import Line, Lines
from incidents.pricing import units_of
from incidents.procedure import Procedure, Reserve
from incidents.quantities import MS_PER_S, Instant
from incidents.roster import Roster
from incidents.situation import UNDER_WAY, Need, Resource
from incidents.urgency import Asking, standing
from incidents.working import Working
from optimiser import LOSS_LIMIT, UNITS_PER_SECOND, price_units
from optimiser.ties import pair_tie, resource_tie_key, row_tie_key

COARSEST_TIE = 52
"""The bits of a tie that an engine may not see."""
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
        rules = procedure.dispatch
        self._is_plain = not rules.cover
        self._procedure = procedure
        self._beside = BesideTime(procedure, roster)
        self._diverts_to = () if rules.diversion is None else rules.diversion.to
        self._diverts_from = () if rules.diversion is None else rules.diversion.from_
        self._interrupts = () if rules.breaks is None else rules.breaks.interrupted_by
        self._reserves = rules.reserve
        self._waits_at = {
            name: units_of(each.waits_at_s)
            for name, each in procedure.priorities.items()
            if each.waits_at_s is not None
        }
        self._is_priced = bool(self._beside.is_any or self._reserves or self._waits_at or roster.partners)
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
        return None if self._lines.odd else self._chosen(automatic_only=False)

    def acting(self) -> Sequence[Pick] | None:
        """Return who goes where a rule acts by itself; None: that takes weighing.

        Where nobody else wants those who might go, whoever else asks makes no difference to them.
        """
        picks = self.picks()
        if picks is not None:
            return [pick for pick in picks if pick.line.automatic]
        return None if self._may_odd_ones_act() else self._chosen(automatic_only=True)

    def _may_odd_ones_act(self) -> bool:
        """Whether anybody may go to a need for which there are no lines and for which a rule acts."""
        odd = [need for need, automatic in self._lines.odd.items() if automatic]
        if not odd:
            return False
        situation, rules = self._working.kept(), self._procedure
        eligibility = Eligibility(situation, rules, self._roster)
        needs = [situation.needs[each] for each in odd]
        return any(could_be_filled(Asking(need, standing(situation, rules, need)), eligibility) for need in needs)

    def _chosen(self, *, automatic_only: bool) -> Sequence[Pick] | None:
        if not self._is_plain:
            return None
        try:
            picks = self._choose(automatic_only)
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

    def _choose(self, automatic_only: bool) -> list[Pick]:
        """Everybody's cheapest, if there is room for all; or the first in turn, where all want the only one."""
        found: list[Pick] = []
        peculiar = self._peculiarities(automatic_only)
        looked = kept = 0
        contested: set[int] = set()
        seen: set[int] = set()
        for row, its_lines in self._lines.of_one.items():
            count = 0
            for line in its_lines:
                if line.automatic or not automatic_only:
                    count += len(line.waiting)
            free = self._lines.free_for_row(row) if count else None
            if not free:
                if count:
                    self._refuse_callable(its_lines, row)
                continue
            its_lines = [line for line in its_lines if line.waiting and (line.automatic or not automatic_only)]
            self._refuse_others(its_lines, row, free)
            is_kept = self._is_anybody_kept(free)
            kept += count if is_kept else 0
            if count > 1 and len(free) == 1 and not is_kept:
                at, resource = next(iter(free.items()))
                if resource.room < 2 * row.load and self._is_by_turns(its_lines, row, resource):
                    contested.add(at)
                    self._first_in_turn(its_lines, at, resource, peculiar.has_teams or peculiar.loads, found)
                    continue
            looked += count
            if looked > FEW:
                raise NotPlain
            seen.update(free)
            for line in its_lines:
                for need in line.waiting.values():
                    found += self._cheapest(line, need, 0, free, peculiar)
        for line in self._lines.of_several:
            if automatic_only and not line.automatic:
                continue
            looked += len(line.waiting)
            if looked > FEW:
                raise NotPlain
            for need in line.waiting.values():
                if self._is_short(line, need):
                    continue
                kept += self._kept_positions(line, need)
                found += self._team(line, need, peculiar, seen)
        # What one takes from a reserve changes what it costs to take another.
        if kept > 1:
            raise NotPlain
        if len(found) > 1:
            _refuse_crowding(found)
        if contested and not contested.isdisjoint(seen):
            raise NotPlain
        if automatic_only:
            self._refuse_shared(seen | contested)
        return found

    def _peculiarities(self, automatic_only: bool) -> Peculiarities:
        """`NotPlain` if somebody may be turned round, unless it is only asked for whom nobody is turned round."""
        has_teams = loads = diverts = False
        for line in self._lines.lines.values():
            if not line.waiting:
                continue
            diverts |= not line.answers and line.standing.priority in self._diverts_to
            loads |= line.loads
            if len(line.rows) > 1 and not has_teams:
                asking = [need.asking for need in line.waiting.values()]
                has_teams = any(len(each) - list(each).count(0) > 1 for each in asking)
        # Those who may be turned round bring what they serve into the problem, and so other rows and other turns.
        is_blurred = (diverts or bool(self._lines.odd and self._diverts_to)) and self._is_anybody_turnable()
        if is_blurred and not automatic_only:
            raise NotPlain
        return Peculiarities(has_teams, loads, is_blurred)

    def _is_anybody_turnable(self) -> bool:
        """Whether the rule of diversion might let anybody be taken; few more than it does."""
        working = self._working
        for resource in working.resources.values():
            if resource.serving and resource.capacity == 1 and resource.serving[0].status in UNDER_WAY:
                need = working.needs[resource.serving[0].need]
                if need.incident is not None and working.incidents[need.incident].priority in self._diverts_from:
                    return True
        return False

    def _refuse_callable(self, lines: Sequence[Line], row: NeedRow) -> None:
        """`NotPlain` if somebody might be called from a break, or be turned round, for any of these lines."""
        for line in lines:
            priority = line.standing.priority
            if not line.waiting or line.answers or not (priority in self._interrupts or priority in self._diverts_to):
                continue
            for resource in self._lines.bound_for((row.skill, row.level)).values():
                if resource.is_resting and priority in self._interrupts:
                    raise NotPlain
                if not resource.is_resting and priority in self._diverts_to and self._is_anybody_turnable():
                    raise NotPlain

    def _refuse_others(self, lines: Sequence[Line], row: NeedRow, free: dict[int, Resource]) -> None:
        """`NotPlain` if anything but their own price is against somebody who is free, or others might be called."""
        if self._interrupts or self._diverts_to:
            self._refuse_callable(lines, row)
        if self._roster.partners and self._working.aid and not self._roster.partners.keys().isdisjoint(free):
            raise NotPlain

    def _is_anybody_kept(self, free: dict[int, Resource]) -> bool:
        """Whether any of those who are free counts in a reserve."""
        if not self._reserves:
            return False
        return any(_counts_in(rule, self._roster, at, each) for rule in self._reserves for at, each in free.items())

    def _kept_positions(self, line: Line, need: Need) -> int:
        """How many positions of a need somebody might fill who counts in a reserve."""
        if not self._reserves:
            return 0
        rows = [(line.rows[row], count) for row, count in enumerate(need.asking) if count]
        return sum([count for row, count in rows if self._is_anybody_kept(self._lines.free_for_row(row))])

    def _is_short(self, line: Line, need: Need) -> bool:
        """Whether too few may go to a need that is to be filled whole or not at all, so that nobody does."""
        if not need.whole or need.filled_by:
            return False
        may_call = line.standing.priority in self._interrupts or line.standing.priority in self._diverts_to
        for row, count in enumerate(need.asking):
            asked = line.rows[row]
            able = len(self._lines.free_for_row(asked))
            if may_call:
                able += len(self._lines.bound_for((asked.skill, asked.level)))
            if able < count:
                return True
        return False

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

    def _is_by_turns(self, lines: Sequence[Line], row: NeedRow, resource: Resource) -> bool:
        """Whether nothing but time and turns says which of these lines the only one free goes to."""
        if not self._is_priced:
            return True
        return all(
            line.answers and self._beside.units(line, row, resource, 0.0, self._working.at) is not None
            for line in lines
        )

    def _refuse_shared(self, free: set[int]) -> None:
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

    def _team(self, line: Line, need: Need, peculiar: Peculiarities, seen: set[int]) -> list[Pick]:
        """The cheapest for each row of a need; nobody where all are needed and one is lacking."""
        found: list[Pick] = []
        lacks = False
        for row, count in enumerate(need.asking):
            if count:
                free = self._lines.free_for_row(line.rows[row])
                self._refuse_others((line,), line.rows[row], free)
                seen.update(free)
                chosen = self._cheapest(line, need, row, free, peculiar, count)
                found += chosen
                lacks |= len(chosen) < count
        # One who has been sent already has begun to fill it: what is left is best effort.
        return [] if lacks and need.whole and not need.filled_by else found

    def _cheapest(
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
            able = self._cheapest_beside(line, need, row, free, able, count, peculiar)
        elif len(able) > count:
            able.sort()
            if line.answers and count == 1:
                key = 0
                if peculiar.has_teams:
                    if peculiar.loads or peculiar.is_blurred:
                        raise NotPlain
                    behind = self._precedence(line, need, self._longest())
                    key = row_tie_key([(free[at].id, behind) for _, at in able], count)
                able = self._first_by_tie(need, able, key, 1)
            else:
                able = self._cheapest_of(line, need, able, count, peculiar)
        return [Pick(line, need, row, at, free[at], each_s) for each_s, at in able]

    def _cheapest_beside(
        self, line: Line, need: Need, row: int, free: dict[int, Resource], able: list[tuple[float, int]], count: int,
        peculiar: Peculiarities,
    ) -> list[tuple[float, int]]:  # fmt: skip
        """The same where there are prices beside that of time."""
        stands, waited_s, now = line.standing, self._waited_s(need), self._working.at
        priced: list[tuple[int, float, int]] = []
        for each_s, at in able:
            units = self._beside.units(line, line.rows[row], free[at], each_s, now)
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
            if self._is_anybody_kept({at: free[at] for _, _, at in priced}):
                raise NotPlain
            key = 0
            if peculiar.has_teams:
                behind, ids = self._precedence(line, need, self._longest()), self._roster.ids
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

    def _cheapest_of(
        self, line: Line, need: Need, able: list[tuple[float, int]], count: int, peculiar: Peculiarities
    ) -> list[tuple[float, int]]:
        """The cheapest of more than are wanted, who stand in order of their reach."""
        loss, weight, waited_s = line.standing.loss, line.standing.weight, self._waited_s(need)
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
        terms: tuple[tuple[str, int], ...] = (("response", response), ("precedence", behind))
        if self._is_priced:
            terms += self._beside.terms(line, line.rows[row], resource, reach_s, self._working.at)
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


def _refuse_crowding(found: Sequence[Pick]) -> None:
    """`NotPlain` if somebody is wanted for more than they have room for, or twice for one need."""
    if len({pick.at for pick in found}) == len(found):
        return
    wanted: dict[int, int] = {}
    for pick in found:
        wanted[pick.at] = wanted.get(pick.at, 0) + pick.line.rows[pick.row].load
        if wanted[pick.at] > pick.resource.room:
            raise NotPlain
    if len({(pick.at, pick.need.id) for pick in found}) < len(found):
        raise NotPlain
