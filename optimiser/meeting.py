"""A session brought to whatever problem comes next, by as few events as will do: most of a desk's next question is its last.

A problem is met in four steps: who is gone leaves, who is new arrives without prices, needs whose prices all moved by one
amount are shifted together with their duals, and what still differs is covered by lines, a need or a resource each, priced
anew in turn. The plan is then that of `solve`, ties included, because a session's plan depends on its present alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optimiser.allocation import Allocation, Limits
from optimiser.assignment import is_assignment
from optimiser.kernels.augmenting import NEVER, NOBODY
from optimiser.problem import PAIR_COST_LIMIT, IntArray, Problem
from optimiser.session import LOWEST_RANK, NEEDS_LIMIT, Session
from optimiser.solve import solve
from optimiser.ties import tie_keys

LINES = 8
"""So many lines are priced one by one whatever the size; beyond, a session of few rows begins anew."""
SHARE_OF_LINES = 4
"""A session begins anew when more than one in so many of its rows would have to be priced."""


CELLS_LIMIT = 2_000_000
"""The most rows times resources that a session is kept for: it holds a table of all of them, twice."""
SESSIONS = 2
"""A desk puts two questions by turns: who could have gone for the most urgent needs alone, and who goes for all."""


class KeptSession:
    """`solve` with sessions kept from one problem to the next; its plans are those of `solve`, ties included."""

    def __init__(self) -> None:
        self._sessions: list[Session] = []

    def __call__(self, problem: Problem, limits: Limits) -> Allocation:
        """Answer as `solve` does."""
        return solve(problem, limits, meeting=self._meet)

    def _meet(self, problem: Problem) -> Allocation | None:
        if len(problem.row_needs) * len(problem.resource_ids) > CELLS_LIMIT:
            return None
        session = self._nearest(frozenset(problem.need_ids))
        met = meet(session, problem)
        # Trouble half-way, which never comes here, leaves a session that nobody should believe again.
        self._sessions.append(session)
        return met

    def _nearest(self, needs: frozenset[str]) -> Session:
        """Take out the session whose needs differ least from these, or begin another while there may be more."""
        nearest = min(self._sessions, key=lambda each: len(each.need_at.keys() ^ needs), default=None)
        if nearest is None or (
            len(self._sessions) < SESSIONS and len(nearest.need_at.keys() ^ needs) * SHARE_OF_LINES > len(needs)
        ):
            return Session()
        self._sessions.remove(nearest)
        return nearest


def meet(session: Session, problem: Problem) -> Allocation | None:
    """Bring the session to the problem and answer it as `solve` would, proved; the session is the meeting's alone.

    None, and nothing changed, where the problem is no assignment of one resource per row or its prices or ranks are out of the
    session's range.
    """
    rows = _rows(problem)
    if rows is None:
        return None
    resource_ids = problem.resource_ids
    if not problem.capacities.all():
        resource_ids = tuple(name for name, room in zip(resource_ids, problem.capacities.tolist(), strict=True) if room)
    needs, resources = dict.fromkeys(rows.names), dict.fromkeys(resource_ids)
    if session.need_at.keys() != needs.keys() or session.resource_at.keys() != resources.keys():
        _let_go(session, needs, resources)
        _take_in(session, rows, resource_ids)
    slots = _slots(session.need_at, rows.names)
    columns = np.full(len(problem.resource_ids), NOBODY, dtype=np.int64)
    columns[problem.capacities > 0] = _slots(session.resource_at, resource_ids)
    _agree(session, problem, rows, slots, columns)
    return session.answer(problem, slots, columns)


class _Rows(NamedTuple):
    names: Sequence[str]
    ranks: IntArray
    keys: IntArray


def _rows(problem: Problem) -> _Rows | None:
    """The rows as a session knows them; None where it cannot."""
    if not problem.is_plain or not is_assignment(problem) or len(problem.row_needs) > NEEDS_LIMIT:
        return None
    if problem.costs.max(initial=0) > PAIR_COST_LIMIT or problem.ranks.max() > LOWEST_RANK:
        return None
    names: Sequence[str] = problem.need_ids
    if len(problem.row_needs) != len(names) or (problem.row_needs[1:] < problem.row_needs[:-1]).any():
        names, seen = [], [0] * len(problem.need_ids)
        for need in problem.row_needs.tolist():
            names.append(f"{problem.need_ids[need]}#{seen[need]}" if seen[need] else problem.need_ids[need])
            seen[need] += 1
        if len(set(names)) != len(names):
            return None
    return _Rows(names, problem.ranks[problem.row_needs], tie_keys(problem)[0].view(np.int64))


def _let_go(session: Session, needs: dict[str, None], resources: dict[str, None]) -> None:
    for need_id in [known for known in session.need_at if known not in needs]:
        resource_id = session.resource_of(need_id)
        if resource_id is not None and resource_id not in resources:
            session.remove_pair(need_id)
        else:
            session.remove_need(need_id)
    for resource_id in [known for known in session.resource_at if known not in resources]:
        session.remove_resource(resource_id)


def _take_in(session: Session, rows: _Rows, resource_ids: Sequence[str]) -> None:
    """Let newcomers in at no price that anybody would pay, which moves nobody."""
    for name in resource_ids:
        if name not in session.resource_at:
            session.add_resource(name, np.full(session.shape[0], NEVER))
    for name, rank, key in zip(rows.names, rows.ranks.tolist(), rows.keys.tolist(), strict=True):
        if name not in session.need_at:
            session.add_need(name, rank, np.full(session.shape[1], NEVER), tie_key=key)


def _agree(session: Session, problem: Problem, rows: _Rows, slots: IntArray, columns: IntArray) -> None:
    """Make the session's prices, ranks and ties those of the problem."""
    at, costs = slots[problem.pair_rows] * session.shape[1] + columns[problem.pair_resources], problem.costs
    if not problem.capacities.all():
        here = columns[problem.pair_resources] >= 0
        at, costs = at[here], costs[here]
    is_new = (session.ranks[slots] != rows.ranks) | (session.need_keys[slots] != rows.keys)
    cells = _cells(session, at, costs)
    listed = np.bincount(problem.pair_rows, minlength=len(slots))
    if len(cells.at) and _shift(session, cells, slots[~is_new], listed[~is_new]):
        cells = _cells(session, at, costs)
    most = max(LINES, len(slots) // SHARE_OF_LINES)
    lines = _cover(cells, slots[is_new], most)
    ranks, keys = session.ranks.copy(), session.need_keys.copy()
    ranks[slots], keys[slots] = rows.ranks, rows.keys
    if lines is None:
        prices = session.costs.copy()
        prices.reshape(-1)[cells.at] = cells.costs
        session.decide_anew(ranks, keys, prices)
        return
    for slot in lines[1]:
        column, here = session.costs[:, slot].copy(), cells.resources == slot
        column[cells.needs[here]] = cells.costs[here]
        session.reprice_resource(session.resource_slots[slot] or "", column)
    for slot in lines[0]:
        row, here = session.costs[slot].copy(), cells.needs == slot
        row[cells.resources[here]] = cells.costs[here]
        session.reprice_need(session.need_slots[slot] or "", int(ranks[slot]), row, tie_key=int(keys[slot]))


class _Cells(NamedTuple):
    """Pairs, by slot, that the problem prices otherwise than the session."""

    at: IntArray
    """Where they stand in the session's prices, read row by row."""
    costs: IntArray
    needs: IntArray
    resources: IntArray


def _cells(session: Session, at: IntArray, costs: IntArray) -> _Cells:
    known = session.costs.reshape(-1)
    is_gone = known < NEVER
    is_gone[at] = False
    gone, changed = np.flatnonzero(is_gone), np.flatnonzero(known[at] != costs)
    at = np.concatenate((at[changed], gone))
    needs = at // session.shape[1]
    resources = at - needs * session.shape[1]
    return _Cells(at, np.concatenate((costs[changed], np.full(len(gone), NEVER))), needs, resources)


def _shift(session: Session, cells: _Cells, slots: IntArray, listed: IntArray) -> bool:
    """Shift those of these needs most of whose prices moved by one and the same amount; tells whether there were any.

    `listed` (slots,) is how many prices each has.
    """
    most = 2 * np.bincount(cells.needs, minlength=session.shape[0])[slots] > listed
    if not most.any():
        return False
    known = session.costs.reshape(-1)[cells.at]
    is_common = (known < NEVER) & (cells.costs < NEVER)
    needs, amounts = cells.needs[is_common], (cells.costs - known)[is_common]
    moved = np.bincount(needs, minlength=session.shape[0])[slots]
    most &= moved > 0
    # Numbers of 16 bits, which slots are, are sorted by radix.
    order = np.argsort(needs.astype(np.uint16), kind="stable")
    ends = np.searchsorted(needs[order], slots[most], side="right")
    begins = ends - moved[most]
    # Where most agree, so do two of three drawn from them; where these mislead, the need is merely priced anew.
    three = amounts[order][np.array((begins, (begins + ends) // 2, ends - 1))]
    three.sort(axis=0)
    usual = np.full(session.shape[0], 0)
    usual[slots[most]] = three[1]
    agreed = np.bincount(needs[amounts == usual[needs]], minlength=session.shape[0])[slots]
    most &= 2 * agreed > listed
    return bool(session.shift_needs(slots[most], usual[slots[most]]).any())


def _cover(cells: _Cells, own: IntArray, most: int) -> tuple[list[int], list[int]] | None:
    """Needs and resources, by slot, whose lines cover all cells, the longest lines first; those of `own` needs always.

    None where that takes more than `most` lines.
    """
    lines: tuple[list[int], list[int]] = own.tolist(), []
    left = ~np.isin(cells.needs, own) if len(own) else np.ones(len(cells.at), dtype=np.bool_)
    while left.any():
        sides = cells.needs[left], cells.resources[left]
        by_need, by_resource = np.bincount(sides[0]), np.bincount(sides[1])
        side = int(by_need.max() < by_resource.max())
        longest = int((by_need, by_resource)[side].argmax())
        # No line is longer, so this many more are needed at least.
        more = -(-len(sides[0]) // int((by_need, by_resource)[side][longest]))
        if len(lines[0]) + len(lines[1]) + more > most:
            return None
        lines[side].append(longest)
        left &= (cells.needs, cells.resources)[side] != longest
    return lines if len(lines[0]) + len(lines[1]) <= most else None


def _slots(known: dict[str, int], names: Sequence[str]) -> IntArray:
    return np.fromiter(map(known.__getitem__, names), np.int64, len(names))
