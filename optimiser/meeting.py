"""A session brought to whatever problem comes next, by as few events as will do: most of a desk's next question is its last.

A problem is met in four steps: who is gone leaves, who is new arrives without prices, needs whose prices all moved by one amount are
shifted together with their duals, and what still differs is covered by lines, a need or a resource each, priced anew in
turn. The plan is then that of `solve`, ties included, because a session's plan depends on its present alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optimiser.allocation import Allocation
from optimiser.assignment import is_assignment
from optimiser.kernels.augmenting import NEVER, NOBODY
from optimiser.problem import PAIR_COST_LIMIT, IntArray, Problem
from optimiser.session import LOWEST_RANK, NEEDS_LIMIT, Session
from optimiser.ties import HashArray, tie_keys

LINES = 8
"""So many lines are priced one by one whatever the size; beyond, a session of few rows begins anew."""
SHARE_OF_LINES = 4
"""A session begins anew when more than one in so many of its rows would have to be priced."""


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
    _let_go(session, rows.names, resource_ids)
    _take_in(session, rows, resource_ids)
    slots = _slots(session.need_at, rows.names)
    columns = np.full(len(problem.resource_ids), NOBODY, dtype=np.int64)
    columns[problem.capacities > 0] = _slots(session.resource_at, resource_ids)
    _agree(session, problem, rows, slots, columns)
    return session.answer(problem, slots, columns)


class _Rows(NamedTuple):
    names: Sequence[str]
    ranks: IntArray
    keys: HashArray


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
    return _Rows(names, problem.ranks[problem.row_needs], tie_keys(problem)[0])


def _let_go(session: Session, names: Sequence[str], resource_ids: Sequence[str]) -> None:
    needs, resources = dict.fromkeys(names), dict.fromkeys(resource_ids)
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
            session.add_resource(name, np.full(len(session.need_slots), NEVER))
    for name, rank, key in zip(rows.names, rows.ranks.tolist(), rows.keys.tolist(), strict=True):
        if name not in session.need_at:
            session.add_need(name, rank, np.full(len(session.resource_slots), NEVER), tie_key=key)


def _agree(session: Session, problem: Problem, rows: _Rows, slots: IntArray, columns: IntArray) -> None:
    """Make the session's prices, ranks and ties those of the problem."""
    width, costs = len(session.resource_slots), problem.costs
    at = slots[problem.pair_rows] * width + columns[problem.pair_resources]
    if not problem.capacities.all():
        here = columns[problem.pair_resources] >= 0
        at, costs = at[here], costs[here]
    known = session.costs.reshape(-1)[at]
    same_rows = (session.ranks[slots] == rows.ranks) & (session.need_keys[slots] == rows.keys)
    listed = np.count_nonzero(known < NEVER)
    if same_rows.all() and (known == costs).all() and listed == np.count_nonzero(session.costs < NEVER):
        return
    asked = np.full(session.costs.shape, NEVER, dtype=np.int64)
    asked.reshape(-1)[at] = costs
    ranks, keys = session.ranks.copy(), session.need_keys.copy()
    ranks[slots], keys[slots] = rows.ranks, rows.keys
    _shift(session, asked, slots[same_rows])
    is_own = np.zeros(len(ranks), dtype=np.bool_)
    is_own[slots[~same_rows]] = True
    need_lines, resource_lines = _cover(asked != session.costs, is_own)
    lines = len(need_lines) + len(resource_lines)
    if lines > max(LINES, len(slots) // SHARE_OF_LINES):
        session.decide_anew(ranks, keys, asked)
        return
    for slot in resource_lines:
        session.reprice_resource(session.resource_slots[slot] or "", asked[:, slot].copy())
    for slot in need_lines:
        session.reprice_need(session.need_slots[slot] or "", int(ranks[slot]), asked[slot], tie_key=int(keys[slot]))


def _shift(session: Session, asked: IntArray, slots: IntArray) -> None:
    """Shift the needs most of whose prices moved by one and the same amount."""
    mine, theirs = session.costs[slots], asked[slots]
    is_common = (mine < NEVER) & (theirs < NEVER)
    moved = is_common & (mine != theirs)
    most = np.flatnonzero(2 * np.count_nonzero(moved, axis=1) > np.count_nonzero(is_common, axis=1))
    if not len(most):
        return
    # Where most agree on an amount, it stands in the middle of them all in order of size.
    amounts = np.where(is_common[most], theirs[most] - mine[most], NEVER)
    amounts.sort(axis=1)
    middle = np.count_nonzero(is_common[most], axis=1) // 2
    session.shift_needs(slots[most], amounts[np.arange(len(most)), middle])


def _cover(differs: IntArray, is_own: IntArray) -> tuple[list[int], list[int]]:
    """Needs and resources, by slot, whose lines cover whatever differs, the longest lines first; `is_own` needs always."""
    needs, resources = np.flatnonzero(is_own).tolist(), []
    differs[is_own] = False
    by_need, by_resource = np.count_nonzero(differs, axis=1), np.count_nonzero(differs, axis=0)
    while by_need.any():
        need, resource = int(by_need.argmax()), int(by_resource.argmax())
        if by_need[need] >= by_resource[resource]:
            needs.append(need)
            by_resource -= differs[need]
            differs[need], by_need[need] = False, 0
        else:
            resources.append(resource)
            by_need -= differs[:, resource]
            differs[:, resource], by_resource[resource] = False, 0
    return needs, resources


def _slots(known: dict[str, int], names: Sequence[str]) -> IntArray:
    return np.fromiter(map(known.__getitem__, names), np.int64, len(names))
