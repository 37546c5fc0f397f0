"""Augmenting paths over lists: the same matchings as over arrays, whatever was decided before."""

from __future__ import annotations

import numpy as np

from optimiser.kernels.augmenting import FREE, Matching, State, by_arrays
from optimiser.kernels.augmenting_lists import Lists
from tests.optimiser.kernels.test_augmenting import DRAWS, a_graph, cost_of, optimum


def test_lists_find_the_matching_that_arrays_find() -> None:
    """With and without numba the same people are sent, ties included."""
    for seed in range(DRAWS):
        graph = a_graph(seed)
        rows = len(graph.opens)
        state = State.undecided(rows, len(graph.column_keys))
        Lists(graph).decide(state, list(range(rows)))
        found = Matching(state.column_of, state.u, state.v)
        assert cost_of(graph, found) == optimum(graph), seed
        if rows <= len(graph.column_keys):
            assert state.column_of.tolist() == by_arrays(graph).column_of.tolist(), seed


def test_duals_are_put_back_so_that_others_may_go_on() -> None:
    """A search keeps duals from node to node, whoever makes the next step."""
    for seed in range(DRAWS):
        graph = a_graph(seed)
        state = State.undecided(len(graph.opens), len(graph.column_keys))
        Lists(graph).decide(state, list(range(len(graph.opens))))
        rows = np.repeat(np.arange(len(graph.opens)), graph.counts)
        assert (state.u <= graph.opens).all(), seed
        assert (state.v <= 0).all(), seed
        assert (state.u[rows] + state.v[graph.heads] <= graph.costs).all(), seed
        assert int(state.u.sum() + state.v.sum()) == optimum(graph), seed


def test_rows_are_decided_one_by_one_or_all_at_once_alike() -> None:
    """How many sources are handed in is a matter of time, not of who is sent."""
    for seed in range(DRAWS):
        graph = a_graph(seed)
        shape = len(graph.opens), len(graph.column_keys)
        at_once, one_by_one, lists = State.undecided(*shape), State.undecided(*shape), Lists(graph)
        lists.decide(at_once, list(range(shape[0])))
        for row in range(shape[0]):
            assert one_by_one.column_of[row] == FREE
            lists.decide(one_by_one, [row])
        assert at_once.column_of.tolist() == one_by_one.column_of.tolist(), seed
