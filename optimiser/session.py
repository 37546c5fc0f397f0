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
    steps,
    warm_up,
)
from optimiser.problem import PAIR_COST_LIMIT, BoolArray, IntArray, Problem
from optimiser.refusals import Flaw, ProblemRefused
from optimiser.ties import HashArray, id_hashes, resource_keys

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
        self.need_slots: list[str | None] = []
        self.resource_slots: list[str | None] = []
        self.need_at: dict[str, int] = {}
        self.resource_at: dict[str, int] = {}
        self._vacant_needs: list[int] = []
        self._vacant_resources: list[int] = []
        warm_up()
        self.steps = steps()
        self.costs: IntArray = np.zeros((0, 0), dtype=np.int64)
        self.ranks: IntArray = np.zeros(0, dtype=np.int64)
        self.need_keys: HashArray = np.zeros(0, dtype=np.uint64)
        self._resource_keys: HashArray = np.zeros(0, dtype=np.uint64)
        self.state = State.undecided(0, 0)
        self._grow(max(1, needs), max(1, resources))

    def add_need(self, need_id: str, rank: int, prices: IntArray, *, tie_key: int | None = None) -> None:
        """A need arrives; `prices` (resource slots,). Its ties are those of its id, unless it has another `tie_key`."""
        self._refuse_known(need_id, self.need_at)
        self._refuse_prices(prices, len(self.resource_slots), rank)
        if not self._vacant_needs:
            self._grow(2 * len(self.need_slots), len(self.resource_slots))
        slot = self._vacant_needs.pop()
        self._is_vacant_need[slot] = False
        self.need_slots[slot], self.need_at[need_id] = need_id, slot
        self.need_keys[slot] = id_hashes((need_id,))[0] if tie_key is None else tie_key
        self._price_need(slot, rank, prices)
        self._decide_need(slot)

    def remove_need(self, need_id: str) -> None:
        """A need closes."""
        slot = self._slot(need_id, self.need_at)
        del self.need_at[need_id]
        self.need_slots[slot] = None
        self._vacant_needs.append(slot)
        self._is_vacant_need[slot] = True
        self._clear_need(slot)

    def reprice_need(self, need_id: str, rank: int, prices: IntArray, *, tie_key: int | None = None) -> None:
        """A need has another rank or other prices, or ties of another key."""
        slot = self._slot(need_id, self.need_at)
        self._refuse_prices(prices, len(self.resource_slots), rank)
        column = int(self.state.column_of[slot])
        if tie_key is not None:
            self.need_keys[slot] = tie_key
        self._price_need(slot, rank, prices)
        if column >= 0:
            if self.steps.keeps(self.by_need, self.by_resource, self.state, self.turned, slot, column):
                return
            self._clear_need(slot)
            self._price_need(slot, rank, prices)
        self._decide_need(slot)

    def add_resource(self, resource_id: str, prices: IntArray) -> None:
        """A resource comes on duty or is free again; `prices` (need slots,)."""
        self._refuse_known(resource_id, self.resource_at)
        self._refuse_prices(prices, len(self.need_slots), 1)
        if not self._vacant_resources:
            self._grow(len(self.need_slots), 2 * len(self.resource_slots))
        slot = self._vacant_resources.pop()
        self._is_vacant_resource[slot] = False
        self.resource_slots[slot], self.resource_at[resource_id] = resource_id, slot
        self._resource_keys[slot] = resource_keys((resource_id,))[0]
        self._price_resource(slot, prices)
        self._decide_resource(slot)

    def remove_resource(self, resource_id: str) -> None:
        """A resource goes off duty, breaks down, or is put on the road for good."""
        slot = self._slot(resource_id, self.resource_at)
        del self.resource_at[resource_id]
        self.resource_slots[slot] = None
        self._vacant_resources.append(slot)
        self._is_vacant_resource[slot] = True
        self._clear_resource(slot)

    def reprice_resource(self, resource_id: str, prices: IntArray) -> None:
        """A resource has moved, or can do other things than before."""
        slot = self._slot(resource_id, self.resource_at)
        self._refuse_prices(prices, len(self.need_slots), 1)
        row = int(self.state.row_of[slot])
        self._price_resource(slot, prices)
        if row >= 0:
            if self.steps.keeps(self.by_resource, self.by_need, self.turned, self.state, slot, row):
                return
            self._clear_resource(slot)
            self._price_resource(slot, prices)
        self._decide_resource(slot)

    def remove_pair(self, need_id: str) -> None:
        """A served need closes and its resource leaves with it: nobody else is touched."""
        slot = self._slot(need_id, self.need_at)
        column = int(self.state.column_of[slot])
        if column < 0:
            raise ProblemRefused([Flaw(need_id, "is open", "a need that is served")])
        resource_id = self.resource_slots[column] or ""
        self.state.row_of[column] = FREE
        self.state.v[column] = self.state.v_ties[column] = 0
        self.remove_resource(resource_id)
        self.state.column_of[slot] = OPEN
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
        self.costs[slots], self._costs_turned[:, slots] = rows, rows.T
        self.state.u[slots] += np.where(is_served[may_shift], amounts, 0)
        return may_shift

    def decide_anew(self, ranks: IntArray, keys: HashArray, prices: IntArray) -> None:
        """Forget the plan and the prices of everybody here, and decide from nothing; arrays by slot, `prices` of pairs.

        What many events would come to, where nearly everything has changed.
        """
        self.ranks[:], self.need_keys[:], self.opens[:] = ranks, keys, (LOWEST_RANK + 1 - ranks) * STEP
        self.costs[:] = np.where(self._is_vacant_need[:, None] | self._is_vacant_resource, NEVER, prices)
        self._costs_turned[:] = self.costs.T
        self.state.by_column[:] = self.state.by_row[:] = 0
        needs, resources = _slots(self.need_at), _slots(self.resource_at)
        self.state.row_of.fill(FREE)
        self.state.column_of.fill(OPEN)
        if len(needs) <= len(resources):
            self.state.column_of[needs] = FREE
            self.steps.decide_all(self.by_need, self.state, self.column_room, BIDS_PER_ROW * len(needs))
        else:
            # The scarcer side chooses: needs that stay open are then never looked at.
            self.state.u[:] = self.opens
            self.steps.decide_all(self.by_resource, self.turned, self.row_room, BIDS_PER_ROW * len(resources))

    def need_slot(self, need_id: str) -> int:
        """The slot of a need; refuses an id that is not here."""
        return self._slot(need_id, self.need_at)

    def resource_slot(self, resource_id: str) -> int:
        """The slot of a resource; refuses an id that is not here."""
        return self._slot(resource_id, self.resource_at)

    def need_of(self, resource_id: str) -> str | None:
        """Whom a resource serves; None while nobody."""
        row = int(self.state.row_of[self._slot(resource_id, self.resource_at)])
        return None if row < 0 else self.need_slots[row]

    def resource_of(self, need_id: str) -> str | None:
        """Who serves a need; None while it stays open."""
        column = int(self.state.column_of[self._slot(need_id, self.need_at)])
        return None if column < 0 else self.resource_slots[column]

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
        place, here = np.full(len(self.resource_slots) + 1, OPEN, dtype=np.int64), resources >= 0
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

    def _decide_need(self, slot: int) -> None:
        self.state.column_of[slot] = FREE
        self.steps.decide(self.by_need, self.state, self.column_room, slot)

    def _decide_resource(self, slot: int) -> None:
        self.state.row_of[slot] = FREE
        self.steps.decide(self.by_resource, self.turned, self.row_room, slot)

    def _clear_need(self, slot: int) -> None:
        self.costs[slot] = self._costs_turned[:, slot] = NEVER
        column = int(self.state.column_of[slot])
        self.state.column_of[slot] = OPEN
        # What was free of charge may lie idle; anything else has a price because somebody else wants it.
        if column >= 0:
            self.state.row_of[column] = FREE
            if self.state.v[column] or self.state.v_ties[column]:
                self._decide_resource(column)

    def _clear_resource(self, slot: int) -> None:
        self.costs[:, slot] = self._costs_turned[slot] = NEVER
        row = int(self.state.row_of[slot])
        self.state.row_of[slot] = FREE
        self.state.v[slot] = self.state.v_ties[slot] = 0
        if row >= 0:
            self._decide_need(row)

    def _price_need(self, slot: int, rank: int, prices: IntArray) -> None:
        self.ranks[slot], self.opens[slot] = rank, (LOWEST_RANK + 1 - rank) * STEP
        row = self.costs[slot]
        row[:] = prices
        np.putmask(row, self._is_vacant_resource, NEVER)
        self._costs_turned[:, slot] = row

    def _price_resource(self, slot: int, prices: IntArray) -> None:
        column = self._costs_turned[slot]
        column[:] = prices
        np.putmask(column, self._is_vacant_need, NEVER)
        self.costs[:, slot] = column

    def _grow(self, rows: int, columns: int) -> None:
        """Lay everything out in a matrix of this size, keeping what is decided."""
        if rows > NEEDS_LIMIT:
            raise ProblemRefused([Flaw("needs", f"are {rows}", f"at most {NEEDS_LIMIT}")])
        old, old_rows, old_columns = self.state, len(self.need_slots), len(self.resource_slots)
        costs = np.full((rows, columns), NEVER, dtype=np.int64)
        costs[:old_rows, :old_columns] = self.costs
        self._vacant_needs += range(rows - 1, old_rows - 1, -1)
        self._vacant_resources += range(columns - 1, old_columns - 1, -1)
        self.need_slots += [None] * (rows - old_rows)
        self.resource_slots += [None] * (columns - old_columns)
        self._is_vacant_need = np.array([name is None for name in self.need_slots])
        self._is_vacant_resource = np.array([name is None for name in self.resource_slots])
        # A second copy, column by column: a walk down a column of a large matrix would miss the cache at every step.
        self._costs_turned = np.ascontiguousarray(costs.T)
        self.costs, self.ranks = costs, np.append(self.ranks, np.ones(rows - old_rows, dtype=np.int64))
        self.need_keys = np.append(self.need_keys, np.zeros(rows - old_rows, dtype=np.uint64))
        self._resource_keys = np.append(self._resource_keys, np.zeros(columns - old_columns, dtype=np.uint64))
        each_row, each_column = np.arange(rows), np.arange(columns)
        by_row = np.array(
            (each_row * columns, 0 * each_row, 0 * each_row + columns, (LOWEST_RANK + 1 - self.ranks) * STEP)
        )
        by_column = np.array((each_column * rows, 0 * each_column, 0 * each_column + rows, 0 * each_column))
        keys = self.need_keys, self._resource_keys
        self.by_need = Graph.of(by_row, each_column, costs.reshape(-1), *keys)
        self.by_resource = Graph.of(by_column, each_row, self._costs_turned.reshape(-1), *keys[::-1])
        self.opens = by_row[OPENS]
        self.state = State.undecided(rows, columns)
        self.state.column_of.fill(OPEN)
        for kept, was in zip(self.state, old, strict=True):
            kept[:, : was.shape[1]] = was
        self.turned = self.state.transposed()
        self.column_room, self.row_room = Room.of(columns), Room.of(rows)

    def _refuse_known(self, name: str, known: dict[str, int]) -> None:
        if name in known:
            raise ProblemRefused([Flaw(name, "is here already", "an id that is not")])

    def _slot(self, name: str, known: dict[str, int]) -> int:
        if name not in known:
            raise ProblemRefused([Flaw(name, "is not here", "one of those that are")])
        return known[name]

    def _refuse_prices(self, prices: IntArray, slots: int, rank: int) -> None:
        flaws = []
        if not 1 <= rank <= LOWEST_RANK:
            flaws.append(Flaw("rank", f"is {rank}", f"1 to {LOWEST_RANK}"))
        if prices.shape != (slots,) or prices.dtype != np.int64:
            flaws.append(Flaw("prices", f"have shape {prices.shape} of {prices.dtype}", f"({slots},) of int64"))
        elif np.count_nonzero(prices.view(np.uint64) > PAIR_COST_LIMIT) != np.count_nonzero(prices == NEVER):
            flaws.append(Flaw("prices", "hold some out of range", f"0 to {PAIR_COST_LIMIT}, or {NEVER} for never"))
        if flaws:
            raise ProblemRefused(flaws)


def _slots(known: dict[str, int]) -> IntArray:
    return np.fromiter(known.values(), np.int64, len(known))
