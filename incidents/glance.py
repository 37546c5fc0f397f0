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

from incidents import facts as f
from incidents.bars import Bars
from incidents.cheapest import Cheapest, NotPlain, Peculiarities, Pick
from incidents.decision import Assign, Proposal, reason
from incidents.eligibility import Eligibility
from incidents.formulation import could_be_filled
from incidents.lines import Line, Lines
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.roster import Roster
from incidents.situation import UNDER_WAY, Need
from incidents.urgency import Asking, standing
from incidents.working import Working
from optimiser import UNITS_PER_SECOND, price_units

FEW = 40
"""The most needs with somebody free for them that are looked at one by one; more take weighing."""


def assigned(pick: Pick, at: Instant) -> f.ResourceAssigned:
    """Return the fact that acting on a pick makes: that of its proposal, which need not be made for it."""
    return f.ResourceAssigned(at, pick.resource.id, pick.need.id, pick.row, _because(pick))


def _because(pick: Pick) -> str:
    return reason(pick.need, pick.line.rows[pick.row].skill, pick.reach_s)


class Glance:
    """One working situation under one procedure, as it lies before whoever looks up."""

    def __init__(self, working: Working, procedure: Procedure, roster: Roster) -> None:
        self._working, self._procedure, self._roster = working, procedure, roster
        self._lines = Lines(working, procedure, roster)
        self._cheapest = Cheapest(working, procedure, roster, self._lines)
        self._bars = Bars(working, procedure, roster, self._lines)
        self._is_plain = not procedure.dispatch.cover
        self._reserves = procedure.dispatch.reserve
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
        self._lines.look()
        if self._lines.is_empty:
            return ()
        picks = None if self._may_odd_ones_act() else self._chosen(automatic_only=True)
        if picks is None:
            all_picks = self.picks()
            picks = None if all_picks is None else [pick for pick in all_picks if pick.line.automatic]
        return picks

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
        for line in self._lines.automatic:
            if line.waiting and self._has_anybody(line):
                return True
        return any(self._lines.odd.values())

    def _has_anybody(self, line: Line) -> bool:
        """Whether somebody is free for a row of a line, or is not but might be called from a break or turned round."""
        priority = line.standing.priority
        for row, free in zip(line.rows, line.free, strict=True):
            if free and (row.load == 1 or self._lines.free_for_row(row)):
                return True
            # Nobody is called away to answer a contact.
            if priority not in self._bars.interrupts and priority not in self._bars.diverts_to:
                continue
            for resource in self._lines.bound_for((row.skill, row.level)).values():
                if resource.is_resting:
                    if priority in self._bars.interrupts:
                        return True
                elif priority in self._bars.diverts_to and resource.serving[0].status in UNDER_WAY:
                    return True
        return False

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
                if line.waiting and (line.automatic or not automatic_only):
                    count += len(line.waiting)
            free = self._lines.free_for_row(row) if count else None
            if not free:
                if count:
                    self._bars.refuse_callable(its_lines, row)
                continue
            its_lines = [line for line in its_lines if line.waiting and (line.automatic or not automatic_only)]
            if self._bars.is_any:
                self._bars.refuse_others(its_lines, row, free)
            is_kept = bool(self._reserves) and self._cheapest.is_anybody_kept(free)
            kept += count if is_kept else 0
            if count > 1 and len(free) == 1 and not is_kept:
                at, resource = next(iter(free.items()))
                if resource.room < 2 * row.load and self._cheapest.is_by_turns(its_lines, row, resource):
                    contested.add(at)
                    self._cheapest.first_in_turn(its_lines, at, resource, peculiar.has_teams or peculiar.loads, found)
                    continue
            looked += count
            if looked > FEW:
                raise NotPlain
            seen.update(free)
            for line in its_lines:
                for need in line.waiting.values():
                    found += self._cheapest.of_row(line, need, 0, free, peculiar)
        kept += self._choose_teams(automatic_only, peculiar, FEW - looked, seen, found)
        # What one takes from a reserve changes what it costs to take another.
        if kept > 1:
            raise NotPlain
        if len(found) > 1:
            _refuse_crowding(found)
        if contested and not contested.isdisjoint(seen):
            raise NotPlain
        if automatic_only:
            self._bars.refuse_shared(seen | contested)
        return found

    def _choose_teams(
        self, automatic_only: bool, peculiar: Peculiarities, most: int, seen: set[int], found: list[Pick]
    ) -> int:  # fmt: skip
        """Add the picks of needs that ask for several, `most` of them; return how many positions are beside a reserve."""
        looked = kept = 0
        for line in self._lines.of_several:
            if automatic_only and not line.automatic:
                continue
            looked += len(line.waiting)
            if looked > most:
                raise NotPlain
            for need in line.waiting.values():
                if self._bars.is_short(line, need):
                    continue
                kept += self._kept_positions(line, need) if self._reserves else 0
                found += self._team(line, need, peculiar, seen)
        return kept

    def _peculiarities(self, automatic_only: bool) -> Peculiarities:
        """`NotPlain` if somebody may be turned round, unless it is only asked for whom nobody is turned round."""
        has_teams = loads = diverts = False
        for line in self._lines.lines.values():
            if not line.waiting:
                continue
            diverts |= not line.answers and line.standing.priority in self._bars.diverts_to
            loads |= line.loads
            if len(line.rows) > 1 and not has_teams:
                asking = [need.asking for need in line.waiting.values()]
                has_teams = any(len(each) - list(each).count(0) > 1 for each in asking)
        # Those who may be turned round bring what they serve into the problem, and so other rows and other turns.
        is_blurred = (diverts or bool(self._lines.odd and self._bars.diverts_to)) and self._bars.is_anybody_turnable()
        if is_blurred and not automatic_only:
            raise NotPlain
        return Peculiarities(has_teams, loads, is_blurred)

    def _kept_positions(self, line: Line, need: Need) -> int:
        """How many positions of a need somebody might fill who counts in a reserve."""
        rows = [(line.rows[row], count) for row, count in enumerate(need.asking) if count]
        return sum([count for row, count in rows if self._cheapest.is_anybody_kept(self._lines.free_for_row(row))])

    def _team(self, line: Line, need: Need, peculiar: Peculiarities, seen: set[int]) -> list[Pick]:
        """The cheapest for each row of a need; nobody where all are needed and one is lacking."""
        found: list[Pick] = []
        lacks = False
        for row, count in enumerate(need.asking):
            if count:
                free = self._lines.free_for_row(line.rows[row])
                self._bars.refuse_others((line,), line.rows[row], free)
                seen.update(free)
                chosen = self._cheapest.of_row(line, need, row, free, peculiar, count)
                found += chosen
                lacks |= len(chosen) < count
        # One who has been sent already has begun to fill it: what is left is best effort.
        return [] if lacks and need.whole and not need.filled_by else found

    def _proposal(self, pick: Pick) -> Proposal:
        line, need, row, _, resource, reach_s = pick
        response = 0
        if reach_s:
            response = price_units(
                line.standing.loss, line.standing.weight, self._cheapest.waited_s(line, need), reach_s
            )
        behind = self._cheapest.precedence(line, need, self._cheapest.longest())
        terms: tuple[tuple[str, int], ...] = (("response", response), ("precedence", behind))
        if self._cheapest.beside.is_any:
            terms += self._cheapest.beside.terms(line, line.rows[row], resource, reach_s, self._working.at)
        price = tuple([(name, units / UNITS_PER_SECOND) for name, units in terms if units])
        skill = line.rows[row].skill
        return Assign(need.id, row, skill, resource.id, reach_s, price, _because(pick), line.automatic)


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
