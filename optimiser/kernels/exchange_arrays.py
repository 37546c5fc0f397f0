"""The exact price of putting a row on another column, with numpy alone; the mathematics stands in `exchange_loops`."""

from __future__ import annotations

import numpy as np

from optimiser.kernels.augmenting import NEVER, NOBODY, Graph, Room, State
from optimiser.problem import IntArray
from optimiser.ties import tie_units

_FAR = NEVER >> 1


def exchanges(
    graph: Graph, state: State, room: Room, opens: IntArray, row: int, target: int, taker: IntArray, most: int
) -> IntArray:
    """The two cheapest other columns for `row` below `most`: (2, 3) of column or NOBODY, cost, tie."""
    pool = len(graph.first)
    best = [(most, 0, NOBODY)] * 2
    reached = np.zeros(pool + 1, dtype=np.bool_)
    room.far.fill(NEVER)
    room.far[target], room.far_ties[target], room.parent[target], reached[target] = 0, 0, target, True
    while True:
        frontier = reached.nonzero()[0]
        if not len(frontier):
            break
        order = np.lexsort((room.far_ties[frontier], room.far[frontier]))
        node = int(frontier[order[0]])
        if int(room.far[node]) > best[1][0]:
            break
        reached[node] = False
        if node == pool:
            unused, held = (state.row_of < 0).nonzero()[0], (state.row_of >= 0).nonzero()[0]
            best = _with_offers(graph, state, room, best, row, unused, pool)
            holders = state.row_of[held]
            costs, ties = opens[holders] - state.u[holders], -state.u_ties[holders]
            _reach(room, reached, held, costs + room.far[pool], ties + room.far_ties[pool], pool)
            continue
        if node != target:
            best = _with_offers(graph, state, room, best, row, np.array([node]), node)
        _precede(graph, state, room, reached, node, row, taker)
    return np.array([(column, cost, tie) for cost, tie, column in best], dtype=np.int64)


def _with_offers(
    graph: Graph, state: State, room: Room, best: list[tuple[int, int, int]], row: int, columns: IntArray, chain: int
) -> list[tuple[int, int, int]]:
    costs = graph.costs[graph.first[columns] + row * graph.stride]
    able = ((costs < NEVER) & (state.row_of[columns] != row)).nonzero()[0]
    columns, costs = columns[able], costs[able]
    ties = tie_units(graph.column_keys[row] ^ graph.row_keys[columns]) - state.u_ties[row] - state.v_ties[columns]
    costs = costs - state.u[row] - state.v[columns] + room.far[chain]
    ties = ties + room.far_ties[chain]
    order = np.lexsort((ties, costs))[:2]
    offers = zip(costs[order].tolist(), ties[order].tolist(), columns[order].tolist(), strict=True)
    return sorted([*best, *offers], key=lambda offer: offer[:2])[:2]


def _precede(
    graph: Graph, state: State, room: Room, reached: np.ndarray[tuple[int], np.dtype[np.bool_]], node: int, row: int,
    taker: IntArray,
) -> None:  # fmt: skip
    pool, first = len(graph.first), int(graph.first[node])
    base, base_tie = int(room.far[node] - state.v[node]), int(room.far_ties[node] - state.v_ties[node])
    costs = graph.costs[first : first + graph.stride * len(state.column_of) : graph.stride]
    movers = (costs < NEVER).nonzero()[0]
    movers = movers[movers != row]
    costs = costs[movers] + base - state.u[movers]
    ties = base_tie + tie_units(graph.column_keys[movers] ^ graph.row_keys[node]) - state.u_ties[movers]
    left = state.column_of[movers]
    held = (left >= 0).nonzero()[0]
    _reach(room, reached, left[held], costs[held], ties[held], node)
    leaving = [(base, base_tie, NOBODY)]
    waiting = (left < 0).nonzero()[0]
    if len(waiting):
        at = waiting[np.lexsort((ties[waiting], costs[waiting]))[0]]
        leaving.append((int(costs[at]), int(ties[at]), int(movers[at])))
    cost, tie, who = min(leaving)
    if (cost, tie) < (int(room.far[pool]), int(room.far_ties[pool])):
        taker[0] = who
        _reach(room, reached, np.array([pool]), np.array([cost]), np.array([tie]), node)


def _reach(
    room: Room, reached: np.ndarray[tuple[int], np.dtype[np.bool_]], nodes: IntArray, costs: IntArray, ties: IntArray,
    follower: int,
) -> None:  # fmt: skip
    far = room.far[nodes]
    cheaper = (costs < far) | ((costs == far) & (ties < room.far_ties[nodes]))
    nodes = nodes[cheaper]
    room.far[nodes], room.far_ties[nodes] = costs[cheaper], ties[cheaper]
    room.parent[nodes] = follower
    reached[nodes] = True
