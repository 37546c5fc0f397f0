"""Duals for a finished matching, and the canonical one among equal matchings; independent of who made it.

1. Relaxation. From v = 0 downwards, u_i = c_i,match - v_match for matched rows and p_i for open ones, and
   v_j <- min(v_j, c_ij - u_i) until nothing changes (Bellman 1958; Ford 1956, on the residual graph). If u <= p still holds and
   unused columns kept v = 0, the matching is optimal and these duals prove it: they are the *least* prices -v, so -v_j is
   exactly what one more resource like j would save. Otherwise the matching was not optimal.
2. Complementary slackness. With optimal duals, the optimal matchings are exactly those that use only tight pairs
   (u_i + v_j = c_ij), leave open only rows with u_i = p_i and leave unused only columns with v_j = 0. Among them the one with
   the least sum of ties is again an assignment problem, over few pairs.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimiser.kernels.augmenting import OPEN, Graph, Matching, by_arrays, compressed
from optimiser.problem import BoolArray, IntArray
from optimiser.slot_flow import EngineFailure


def proved(graph: Graph, column_of: IntArray) -> Matching:
    """The canonical matching of the same cost and its duals; raises `EngineFailure` when the matching is not optimal."""
    u, v = least_price_duals(graph, column_of)
    return Matching(_canonical(graph, column_of, u, v), u, v)


def least_price_duals(graph: Graph, column_of: IntArray) -> tuple[IntArray, IntArray]:
    """(rows,) u and (columns,) v, v as large as can be; raises `EngineFailure` when the matching is not optimal."""
    rows_of = np.repeat(np.arange(len(graph.opens)), graph.counts)
    matched = np.flatnonzero(column_of >= 0)
    partners = column_of[matched]
    paid = _costs_of_matched(graph, rows_of, column_of, matched)
    order = np.argsort(graph.heads, kind="stable")
    heads, tails, costs = graph.heads[order], rows_of[order], graph.costs[order]
    begins = np.flatnonzero(np.append(True, heads[1:] != heads[:-1])) if len(heads) else heads
    columns = heads[begins]
    u, v = graph.opens.copy(), np.zeros(len(graph.column_keys), dtype=np.int64)
    for _ in range(len(graph.opens) + 1):
        u[matched] = paid - v[partners]
        if (u > graph.opens).any():
            break
        lower = np.minimum(v[columns], np.minimum.reduceat(costs - u[tails], begins)) if len(heads) else v[columns]
        if (lower == v[columns]).all():
            unused = np.ones(len(v), dtype=np.bool_)
            unused[partners] = False
            if v[unused].any():
                break
            return u, v
        v[columns] = lower
    raise EngineFailure("the matching is not optimal")


def _costs_of_matched(graph: Graph, rows_of: IntArray, column_of: IntArray, matched: IntArray) -> IntArray:
    arcs = np.flatnonzero(column_of[rows_of] == graph.heads)
    if len(arcs) != len(matched) or len(np.unique(graph.heads[arcs])) != len(arcs):
        raise EngineFailure("the matching is not one")
    return graph.costs[arcs]


def _canonical(graph: Graph, column_of: IntArray, u: IntArray, v: IntArray) -> IntArray:
    rows_of = np.repeat(np.arange(len(graph.opens)), graph.counts)
    tight = np.flatnonzero(graph.costs == u[rows_of] + v[graph.heads])
    rows, columns = rows_of[tight], graph.heads[tight]
    may_open, may_be_unused = u == graph.opens, v == 0
    if not _has_choice(rows, columns, column_of, may_open, may_be_unused):
        return column_of
    live = _on_a_cycle(rows, columns, column_of, may_open, may_be_unused)
    rows, columns = rows[live], columns[live]
    row_ids, small_rows = np.unique(rows, return_inverse=True)
    column_ids, small_columns = np.unique(columns, return_inverse=True)
    # One unit for a column that must be used, and more than all of those for a row that must not stay open.
    costs = np.where(v[column_ids] < 0, -1, 0)[small_columns]
    opens = np.where(u[row_ids] == graph.opens[row_ids], 0, len(row_ids) + 1)
    answer = by_arrays(
        compressed(small_rows, small_columns, costs, opens, graph.row_keys[row_ids], graph.column_keys[column_ids])
    )
    chosen = column_of.copy()
    chosen[row_ids] = np.where(answer.column_of >= 0, column_ids[np.maximum(answer.column_of, 0)], OPEN)
    return chosen


def _has_choice(
    rows: IntArray, columns: IntArray, column_of: IntArray, may_open: BoolArray, may_be_unused: BoolArray
) -> bool:
    """Whether there may be another matching as good; False is certain.

    Tight pairs that lead nowhere are struck out, whose taker cannot be replaced or whose loser cannot move on, until none is.
    """
    holder = np.full(len(may_be_unused), OPEN, dtype=np.int64)
    is_matched = column_of >= 0
    holder[column_of[is_matched]] = np.flatnonzero(is_matched)
    others = column_of[rows] != columns
    rows, columns = rows[others], columns[others]
    moves_on, is_wanted = may_open & is_matched, may_be_unused & (holder >= 0)
    if (moves_on[column_of < 0]).any() or (moves_on & np.append(is_wanted, False)[column_of]).any():
        return True
    while len(rows):
        has_other, has_taker = moves_on.copy(), is_wanted.copy()
        has_other[rows] = has_taker[columns] = True
        kept = ((holder[columns] < 0) | has_other[holder[columns]]) & (
            (column_of[rows] < 0) | has_taker[column_of[rows]]
        )
        if kept.all():
            return True
        rows, columns = rows[kept], columns[kept]
    return False


def _on_a_cycle(
    rows: IntArray, columns: IntArray, column_of: IntArray, may_open: BoolArray, may_be_unused: BoolArray
) -> BoolArray:
    """Mask of tight pairs that an equal matching could take or give up: they lie on a cycle of the residual graph."""
    count, pool = len(column_of), len(column_of) + len(may_be_unused)
    matched = column_of[rows] == columns
    # A row gives up its column and takes another; what may be left or taken freely is joined through one pool.
    used = np.zeros(len(may_be_unused), dtype=np.bool_)
    used[column_of[column_of >= 0]] = True
    tails = [np.where(matched, columns + count, rows), np.flatnonzero(may_be_unused & ~used) + count]
    heads = [np.where(matched, rows, columns + count), np.full(len(tails[1]), pool)]
    giving = np.flatnonzero(may_be_unused & used) + count
    is_open = column_of < 0
    opening, taking = np.flatnonzero(may_open & ~is_open), np.flatnonzero(is_open)
    tails += [np.full(len(giving), pool), opening, np.full(len(taking), pool)]
    heads += [giving, np.full(len(opening), pool), taking]
    tail, head = np.concatenate(tails), np.concatenate(heads)
    links = csr_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(pool + 1, pool + 1))
    _, label = connected_components(links, directed=True, connection="strong")
    label = label.astype(np.int64)
    inside: BoolArray = label[rows] == label[columns + count]
    return inside
