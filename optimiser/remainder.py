"""What pins and loads leave to be chosen, as a problem without either: only then is it a flow.

Meant for parts where needs have one alternative, roles are exclusive, and the loads at each resource agree. Then a pin takes
a position, its resource's room and that resource's other roles at the need, and room is a number of positions.
"""

from __future__ import annotations

import numpy as np

from optimiser.components import Part
from optimiser.pins import room_of
from optimiser.problem import BoolArray, IntArray, Problem


def needs_a_programme(problem: Problem) -> BoolArray:
    """Mask of needs whose shape is none of a flow: alternatives, shared roles, or loads that differ at a resource."""
    needs = len(problem.need_ids)
    mask = np.zeros(needs, dtype=np.bool_)
    if problem.alternatives is not None:
        least, most = np.full(needs, np.iinfo(np.int64).max), np.full(needs, -1)
        np.minimum.at(least, problem.row_needs, problem.alternatives)
        np.maximum.at(most, problem.row_needs, problem.alternatives)
        mask |= least < most
    if problem.shared is not None:
        mask |= problem.shared & (np.bincount(problem.row_needs, minlength=needs) > 1)
    if problem.loads is not None:
        low, high = _loads_at(problem)
        mask[problem.pair_needs[(low < high)[problem.pair_resources]]] = True
    return mask


def remainder(problem: Problem, chosen: BoolArray) -> Part:
    """What is left to choose for the needs of a mask; needs and pairs that are settled drop out."""
    nothing = np.zeros(len(problem.pair_rows), dtype=np.bool_)
    pinned = nothing if problem.pinned is None else problem.pinned
    pins = np.flatnonzero(pinned)
    left = problem.quantities - np.bincount(problem.pair_rows[pins], minlength=len(problem.quantities))
    rows = np.flatnonzero(chosen[problem.row_needs] & (left > 0))
    needs = np.unique(problem.row_needs[rows])
    room = np.maximum(0, problem.capacities - room_of(problem, pins))
    if problem.loads is not None:
        room //= np.maximum(1, _loads_at(problem)[1])
    new_need, new_row = np.full(len(problem.need_ids), -1), np.full(len(problem.row_needs), -1)
    new_need[needs], new_row[rows] = np.arange(len(needs)), np.arange(len(rows))
    usable = ~pinned & (new_row[problem.pair_rows] >= 0)
    if problem.barred is not None:
        usable &= ~problem.barred
    if len(pins):
        bodies = problem.pair_needs * len(problem.resource_ids) + problem.pair_resources
        usable &= ~np.isin(bodies, bodies[pins])
    pairs = np.flatnonzero(usable)
    part = Problem.trusted(
        tuple(problem.need_ids[i] for i in needs.tolist()), problem.ranks[needs], problem.whole[needs],
        new_need[problem.row_needs[rows]], left[rows], problem.resource_ids, room, new_row[problem.pair_rows[pairs]],
        problem.pair_resources[pairs], problem.terms[pairs], problem.term_names,
        optional=None if problem.optional is None else problem.optional[needs],
        open_prices=None if problem.open_prices is None else problem.open_prices[needs],
    )  # fmt: skip
    return Part(part, needs, pairs)


def _loads_at(problem: Problem) -> tuple[IntArray, IntArray]:
    """(resources,) the least and the greatest load that its pairs would put on each resource."""
    assert problem.loads is not None
    low = np.full(len(problem.resource_ids), np.iinfo(np.int64).max)
    high = np.zeros(len(problem.resource_ids), dtype=np.int64)
    np.minimum.at(low, problem.pair_resources, problem.loads[problem.pair_rows])
    np.maximum.at(high, problem.pair_resources, problem.loads[problem.pair_rows])
    return low, high
