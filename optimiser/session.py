"""A live session: the matching and its duals are kept between events, and every event restores the canonical optimum exactly.

One resource per need, one need per resource. An event undecides at most one need and one resource, and deciding each again is
one shortest augmenting path over what is kept (see `kernels.augmenting`), so an event costs a path and not a solve:

    a need arrives                          decide the need
    a need closes                           decide the resource it held
    a resource is freed                     decide the resource
    a resource is lost                      decide the need it served
    a resource moves, a need is re-ranked   keep the pair where duals can still prove it, else leave and come back

The plan after every event is the one that `solve` finds for `problem()`, ties included, whatever happened before.
"""

from __future__ import annotations

import numpy as np

from optimiser.allocation import Allocation, Certificate, Termination
from optimiser.kernels.augmenting import (
    BIDS_PER_ROW,
    FREE,
    NEVER,
    OPEN,
    OPENS,
    RANGE_LIMIT,
    Graph,
    Room,
    State,
    quickest,
)
from optimiser.kernels.sheet import HERE, KEY, Sheet, room_to_say, steps, warm_up
from optimiser.problem import PAIR_COST_LIMIT, BoolArray, IntArray, Problem
from optimiser.refusals import Flaw, ProblemRefused
from optimiser.ties import need_key, resource_key

NEEDS_LIMIT = 2**16
"""The most needs that one session holds."""
STEP = PAIR_COST_LIMIT * NEEDS_LIMIT + 1
"""Price between one rank and the next of leaving a need open: more than any plan can cost in travel."""
LOWEST_RANK = RANGE_LIMIT // STEP - 2
"""Ranks run from 1 to this."""


class Session:
    """Needs and resources in slots of one matrix of prices; a slot is free again when its holder leaves.

    Prices are whole cost units, `NEVER` where a pair is not eligible. A need is priced against every resource slot, a resource
    against every need slot; entries of empty slots are not looked at.
    """

    def __init__(self, *, needs: int = 64, resources: int = 64) -> None:
        """Make room for so many needs and resources; more room is made when it is needed."""
        # The last slot, that of NOBODY, belongs to no sheet.
        self.need_slots: list[str | None] = [None]
        self.resource_slots: list[str | None] = [None]
        self.need_at: dict[str, int] = {}
        self.resource_at: dict[str, int] = {}
        self._vacant_needs: list[int] = []
        self._vacant_resources: list[int] = []
        warm_up()
        self.steps = steps()
        self.ranks: IntArray = np.zeros(0, dtype=np.int64)
        self.by_need = Sheet.blank(0, 0)
        self._grow(max(1, needs), max(1, resources))

    @property
    def shape(self) -> tuple[int, int]:
        """(need slots, resource slots)."""
        return self.by_need.costs.shape[0], self.by_need.costs.shape[1]

    def add_need(self, need_id: str, rank: int, prices: IntArray, *, tie_key: int | None = None) -> None:
        """A need arrives; `prices` (resource slots,). Its ties are those of its id, unless it has another signed `tie_key`."""
        if need_id in self.need_at:
            raise ProblemRefused([Flaw(need_id, "is here already", "an id that is not")])
        if not self._vacant_needs:
            self._grow(2 * self.shape[0], self.shape[1])
        slot = self._vacant_needs[-1]
        self._take_need(slot, rank, prices, need_key(need_id) if tie_key is None else tie_key)
        self._vacant_needs.pop()
        self.need_slots[slot], self.need_at[need_id] = need_id, slot

    def remove_need(self, need_id: str) -> None:
        """A need closes."""
        slot = self.need_slot(need_id)
        del self.need_at[need_id]
        self.need_slots[slot] = None
        self._vacant_needs.append(slot)
        self.steps.leave(self.by_need, slot)

    def reprice_need(self, need_id: str, rank: int, prices: IntArray, *, tie_key: int | None = None) -> None:
        """A need has another rank or other prices, or ties of another key."""
        slot = self.need_slot(need_id)
        self._take_need(slot, rank, prices, int(self.need_keys[slot]) if tie_key is None else tie_key)

    def add_resource(self, resource_id: str, prices: IntArray) -> None:
        """A resource comes on duty or is free again; `prices` (need slots,)."""
        if resource_id in self.resource_at:
            raise ProblemRefused([Flaw(resource_id, "is here already", "an id that is not")])
        if not self._vacant_resources:
            self._grow(self.shape[0], 2 * self.shape[1])
        slot = self._vacant_resources[-1]
        self._take(self.by_resource, slot, prices, 0, resource_key(resource_id))
        self._vacant_resources.pop()
        self.resource_slots[slot], self.resource_at[resource_id] = resource_id, slot

    def remove_resource(self, resource_id: str) -> None:
        """A resource goes off duty, breaks down, or is put on the road for good."""
        slot = self.resource_slot(resource_id)
        del self.resource_at[resource_id]
        self.resource_slots[slot] = None
        self._vacant_resources.append(slot)
        self.steps.leave(self.by_resource, slot)

    def reprice_resource(self, resource_id: str, prices: IntArray) -> None:
        """A resource has moved, or can do other things than before."""
        slot = self.resource_slot(resource_id)
        self._take(self.by_resource, slot, prices, 0, int(self.by_need.by_column[KEY, slot]))

    def remove_pair(self, need_id: str) -> None:
        """A served need closes and its resource leaves with it: nobody else is touched."""
        resource_id = self.resource_of(need_id)
        if resource_id is None:
            raise ProblemRefused([Flaw(need_id, "is open", "a need that is served")])
        need, resource = self.need_at[need_id], self.resource_at[resource_id]
        self.state.row_of[resource], self.state.column_of[need] = FREE, OPEN
        self.remove_resource(resource_id)
        self.remove_need(need_id)

    def shift_needs(self, slots: IntArray, amounts: IntArray) -> BoolArray:
        """Make every price of these needs dearer by one amount each, where nobody has to move for it; True where it was done.

        It is not done where the dual that goes with it would pass the price of staying open. `amounts` (slots,), in cost units.
        """
        is_served = self.state.column_of[slots] >= 0
        u, opens = self.state.u[slots] + amounts, self.opens[slots]
        is_below = (u < opens) | ((u == opens) & (self.state.u_ties[slots] <= 0))
        may_shift: BoolArray = np.where(is_served, is_below, amounts >= 0)
        slots, amounts = slots[may_shift], amounts[may_shift]
        rows = self.costs[slots]
        rows += np.where(rows < NEVER, amounts[:, None], 0)
        self.by_need.costs[slots], self.by_need.turned[:, slots] = rows, rows.T
        self.state.u[slots] += np.where(is_served[may_shift], amounts, 0)
        return may_shift

    def decide_anew(self, ranks: IntArray, keys: IntArray, prices: IntArray) -> None:
        """Forget the plan and the prices of everybody here, and decide from nothing; arrays by slot, `prices` of pairs.

        What many events would come to, where nearly everything has changed.
        """
        (rows, columns), sheet = self.shape, self.by_need
        is_here = sheet.by_row[HERE, :, None] & sheet.by_column[HERE]
        sheet.costs[:] = np.where(is_here, prices, NEVER)
        sheet.turned[:] = sheet.costs.T
        self.ranks[:], self.need_keys[:], self.opens[:] = ranks, keys, _opens(ranks)
        sheet.by_row[:OPENS] = sheet.by_column[:OPENS] = 0
        needs = _slots(self.need_at)
        self.state.row_of.fill(FREE)
        self.state.column_of.fill(OPEN)
        if len(needs) <= len(self.resource_at):
            self.state.column_of[needs] = FREE
            quickest().decide_all(_graph(sheet), self.state, Room.of(columns), BIDS_PER_ROW * len(needs))
        else:
            # The scarcer side chooses: needs that stay open are then never looked at.
            self.state.u[:] = self.opens
            turned = self.state.transposed()
            quickest().decide_all(_graph(self.by_resource), turned, Room.of(rows), BIDS_PER_ROW * len(self.resource_at))

    def need_slot(self, need_id: str) -> int:
        """The slot of a need; refuses an id that is not here."""
        return _slot(need_id, self.need_at)

    def resource_slot(self, resource_id: str) -> int:
        """The slot of a resource; refuses an id that is not here."""
        return _slot(resource_id, self.resource_at)

    def need_of(self, resource_id: str) -> str | None:
        """Whom a resource serves; None while nobody."""
        row = int(self._row_of[_slot(resource_id, self.resource_at)])
        return None if row < 0 else self.need_slots[row]

    def resource_of(self, need_id: str) -> str | None:
        """Who serves a need; None while it stays open."""
        column = int(self._column_of[_slot(need_id, self.need_at)])
        return None if column < 0 else self.resource_slots[column]

    def explained(self, slot: int, half: int, most: int) -> list[list[int]]:
        """What there is to say about the need in a slot: the lines of `sheet.Stepping.explained`, a list for each number."""
        lines = self.steps.explained(self.by_need, self._said, slot, half, most)
        said: list[list[int]] = self._said[:lines].T.tolist()
        return said

    def plan(self) -> dict[str, str | None]:
        """Every need, in the order of arrival, and who serves it."""
        column_of = self.state.column_of.tolist()
        return {
            need_id: None if column_of[slot] < 0 else self.resource_slots[column_of[slot]]
            for need_id, slot in self.need_at.items()
        }

    def problem(self) -> Problem:
        """The session's present as a problem of arrays, needs and resources in the order of arrival."""
        needs, resources = _slots(self.need_at), _slots(self.resource_at)
        table = self.costs[np.ix_(needs, resources)]
        rows, columns = np.nonzero(table < NEVER)
        return Problem(
            need_ids=tuple(self.need_at),
            ranks=self.ranks[needs],
            whole=np.zeros(len(needs), dtype=np.bool_),
            row_needs=np.arange(len(needs)),
            quantities=np.ones(len(needs), dtype=np.int64),
            resource_ids=tuple(self.resource_at),
            capacities=np.ones(len(resources), dtype=np.int64),
            pair_rows=rows,
            pair_resources=columns,
            terms=table[rows, columns].reshape(-1, 1),
            term_names=("price",),
        )

    def allocation(self, problem: Problem) -> Allocation:
        """The plan as an answer to `problem()`, with the certificate that the duals make."""
        return self.answer(problem, _slots(self.need_at), _slots(self.resource_at))

    def answer(self, problem: Problem, rows: IntArray, resources: IntArray) -> Allocation:
        """The plan as an answer to a problem that says the same, with the certificate that the duals make.

        `rows` (rows,) and `resources` (resources,) are the slots of the problem's own; NOBODY for a resource that is not here.
        """
        # The last place is that of nobody: no row is served from there, and a resource that is not here has no price.
        place, here = np.full(self.shape[1] + 1, OPEN, dtype=np.int64), resources >= 0
        place[resources[here]] = np.flatnonzero(here)
        took = place[self.state.column_of[rows]]
        chosen = np.flatnonzero(took[problem.pair_rows] == problem.pair_resources)
        cost = int(problem.costs[chosen].sum())
        ranks = problem.ranks[problem.row_needs]
        by_rank = dict.fromkeys(sorted(problem.ranks.tolist()), 0)
        for rank in ranks[took >= 0].tolist():
            by_rank[rank] += 1
        proof = Certificate(self.state.u[rows], np.append(self.state.v, 0)[resources], self.opens[rows])
        left, end = (took < 0).astype(np.int64).tolist(), Termination("proven", cost, cost, 0)
        picks, filled = tuple(chosen.tolist()), tuple(by_rank.items())
        return Allocation(picks, tuple(left), filled, cost, "session", end, certificate=proof)

    def _take_need(self, slot: int, rank: int, prices: IntArray, key: int) -> None:
        if not 1 <= rank <= LOWEST_RANK:
            flaw = Flaw("rank", f"is {rank}", f"1 to {LOWEST_RANK}")
            raise ProblemRefused([flaw, *_price_flaws(prices, self.shape[1])])
        self._take(self.by_need, slot, prices, (LOWEST_RANK + 1 - rank) * STEP, key)
        self.ranks[slot] = rank

    def _take(self, sheet: Sheet, slot: int, prices: IntArray, opens: int, key: int) -> None:
        slots = sheet.costs.shape[1]
        if prices.shape != (slots,) or prices.dtype != np.int64:
            raise ProblemRefused(_price_flaws(prices, slots))
        # Compiled code is made for arrays of one kind.
        if not self.steps.take(sheet, slot, prices if prices.flags.carray else prices.copy(), opens, key):
            raise ProblemRefused(_price_flaws(prices, slots))

    def _grow(self, rows: int, columns: int) -> None:
        """Lay everything out on a larger sheet, keeping what is decided."""
        if rows > NEEDS_LIMIT:
            raise ProblemRefused([Flaw("needs", f"are {rows}", f"at most {NEEDS_LIMIT}")])
        old, (old_rows, old_columns) = self.by_need, self.shape
        sheet = Sheet.blank(rows, columns)
        sheet.costs[:old_rows, :old_columns], sheet.turned[:old_columns, :old_rows] = old.costs, old.turned
        sheet.by_row[:, :old_rows], sheet.by_column[:, :old_columns] = old.by_row, old.by_column
        self._vacant_needs += range(rows - 1, old_rows - 1, -1)
        self._vacant_resources += range(columns - 1, old_columns - 1, -1)
        self.need_slots[-1:] = [None] * (rows - old_rows + 1)
        self.resource_slots[-1:] = [None] * (columns - old_columns + 1)
        self.ranks = np.append(self.ranks, np.ones(rows - old_rows, dtype=np.int64))
        self.by_need, self.by_resource = sheet, sheet.flipped()
        self.costs, self.opens, self.need_keys = sheet.costs.view(), sheet.by_row[OPENS], sheet.by_row[KEY]
        self.costs.flags.writeable = False
        self._said = room_to_say(sheet)
        self.state = State(sheet.by_row[:OPENS], sheet.by_column[:OPENS])
        self._column_of, self._row_of = self.state.column_of, self.state.row_of


def _graph(sheet: Sheet) -> Graph:
    """A sheet's rows as a graph that lists every column."""
    rows, columns = sheet.costs.shape
    each, keys = np.arange(rows), [side[KEY].view(np.uint64) for side in (sheet.by_row, sheet.by_column)]
    by_row = np.array((each * columns, 0 * each, 0 * each + columns, sheet.by_row[OPENS]))
    return Graph.of(by_row, np.arange(columns), sheet.costs.reshape(-1), *keys)


def _price_flaws(prices: IntArray, slots: int) -> list[Flaw]:
    if prices.shape != (slots,) or prices.dtype != np.int64:
        return [Flaw("prices", f"have shape {prices.shape} of {prices.dtype}", f"({slots},) of int64")]
    if ((prices < 0) | (prices > PAIR_COST_LIMIT) & (prices != NEVER)).any():
        return [Flaw("prices", "hold some out of range", f"0 to {PAIR_COST_LIMIT}, or {NEVER} for never")]
    return []


def _opens(ranks: IntArray) -> IntArray:
    """Price of staying open, by rank."""
    return (LOWEST_RANK + 1 - ranks) * STEP


def _slot(name: str, known: dict[str, int]) -> int:
    slot = known.get(name)
    if slot is None:
        raise ProblemRefused([Flaw(name, "is not here", "one of those that are")])
    return slot


def _slots(known: dict[str, int]) -> IntArray:
    return np.fromiter(known.values(), np.int64, len(known))
