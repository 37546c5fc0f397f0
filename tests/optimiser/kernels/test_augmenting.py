"""Augmenting paths against scipy, against each other, and against what duality promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from optimiser.kernels.augmenting import OPEN, Graph, Matching, MatchingKernel, by_arrays, by_loops, compressed

KERNELS = pytest.mark.parametrize("kernel", [by_loops, by_arrays], ids=["loops", "arrays"])
DRAWS = 250


def a_graph(seed: int) -> Graph:
    """Up to eight rows and columns, costs coarse enough for ties, rows open at prices that sometimes pay."""
    draw = np.random.default_rng([seed, 11])
    rows, columns = draw.integers(1, 9, 2)
    pairs = np.nonzero(draw.random((rows, columns)) < draw.choice([0.3, 0.7, 1.0]))
    costs = draw.integers(0, draw.choice([2, 10, 1000]), len(pairs[0]))
    opens = draw.integers(0, 40, rows) * draw.choice([1, 1000])
    keys = draw.integers(0, 2**62, rows + columns).astype(np.uint64)
    order = draw.permutation(len(costs))
    return compressed(pairs[0][order], pairs[1][order], costs[order], opens, keys[:rows], keys[rows:])


def optimum(graph: Graph) -> int:
    """The least cost by scipy, with a private column for staying open."""
    rows, columns = len(graph.opens), len(graph.column_keys)
    dense = np.full((rows, columns + rows), 1e9)
    dense[np.repeat(np.arange(rows), graph.counts), graph.heads] = graph.costs
    dense[np.arange(rows), columns + np.arange(rows)] = graph.opens
    return int(dense[linear_sum_assignment(dense)].sum())


def cost_of(graph: Graph, found: Matching) -> int:
    """What a matching costs, recounted."""
    rows = np.repeat(np.arange(len(graph.opens)), graph.counts)
    used = found.column_of[rows] == graph.heads
    return int(graph.costs[used].sum() + graph.opens[found.column_of == OPEN].sum())


@KERNELS
def test_costs_are_least(kernel: MatchingKernel) -> None:
    """A kernel that is nearly right sends the wrong ambulance."""
    for seed in range(DRAWS):
        graph = a_graph(seed)
        assert cost_of(graph, kernel(graph)) == optimum(graph), seed


@KERNELS
def test_duals_prove_the_matching(kernel: MatchingKernel) -> None:
    """Prices that bound every plan and add up to this one are the whole proof."""
    for seed in range(DRAWS):
        graph = a_graph(seed)
        found = kernel(graph)
        rows = np.repeat(np.arange(len(graph.opens)), graph.counts)
        assert (found.u <= graph.opens).all(), seed
        assert (found.v <= 0).all(), seed
        assert (found.u[rows] + found.v[graph.heads] <= graph.costs).all(), seed
        assert found.u.sum() + found.v.sum() == cost_of(graph, found), seed


def test_loops_and_arrays_find_the_same_matching() -> None:
    """With and without numba the same people are sent, ties included."""
    for seed in range(DRAWS):
        graph = a_graph(seed)
        assert by_loops(graph).column_of.tolist() == by_arrays(graph).column_of.tolist(), seed


def test_costs_near_the_limit_do_not_overflow() -> None:
    """A sum that wraps around would make the dearest pair the cheapest."""
    dear = 2**58
    graph = compressed(
        np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([dear, dear - 1, dear - 5]), np.array([dear, dear]) * 2 - 1,
        np.zeros(2, dtype=np.uint64), np.ones(2, dtype=np.uint64),
    )  # fmt: skip
    assert [kernel(graph).column_of.tolist() for kernel in (by_loops, by_arrays)] == [[1, 0]] * 2
