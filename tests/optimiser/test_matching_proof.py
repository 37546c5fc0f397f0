"""Duals of a finished matching, and the canonical one among equals."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.kernels.augmenting import OPEN, Graph, by_arrays, compressed
from optimiser.matching_proof import least_price_duals, proved
from optimiser.slot_flow import EngineFailure
from tests.optimiser.kernels.test_augmenting import a_graph, cost_of, optimum


def _two(costs: list[int], opens: list[int]) -> Graph:
    keys = np.arange(4, dtype=np.uint64)
    return compressed(
        np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array(costs), np.array(opens), keys[:2], keys[2:]
    )


def test_a_matching_that_is_not_optimal_is_refused() -> None:
    """An engine that ends well and answers wrongly must not get through."""
    with pytest.raises(EngineFailure, match="not optimal"):
        proved(_two([1, 5, 1, 2], [50, 50]), np.array([1, 0]))


def test_a_row_left_open_for_nothing_is_refused() -> None:
    """Leaving a need open while somebody is free is the worst of errors."""
    with pytest.raises(EngineFailure, match="not optimal"):
        proved(_two([1, 5, 1, 2], [50, 50]), np.array([0, OPEN]))


def test_a_column_used_twice_is_refused() -> None:
    """One body cannot be in two places."""
    with pytest.raises(EngineFailure, match="not one"):
        proved(_two([1, 5, 1, 2], [50, 50]), np.array([0, 0]))


def test_prices_say_what_one_more_like_it_would_save() -> None:
    """The price of a resource is advice for staffing, so it must be exact."""
    for seed in range(150):
        graph = a_graph(seed)
        _, v = least_price_duals(graph, by_arrays(graph).column_of)
        for column in range(len(graph.column_keys)):
            assert optimum(_with_a_twin(graph, column)) == optimum(graph) + v[column], (seed, column)


def test_any_optimal_matching_leads_to_the_canonical_one() -> None:
    """Engines stop at whichever equal plan they meet first; the desk must not."""
    for seed in range(250):
        graph = a_graph(seed)
        blind = graph._replace(row_keys=graph.row_keys[::-1].copy(), column_keys=graph.column_keys[::-1].copy())
        start = by_arrays(blind)
        assert cost_of(graph, start) == optimum(graph)
        assert proved(graph, start.column_of).column_of.tolist() == by_arrays(graph).column_of.tolist(), seed


def _with_a_twin(graph: Graph, column: int) -> Graph:
    rows = np.repeat(np.arange(len(graph.opens)), graph.counts)
    same = graph.heads == column
    twin = np.full(int(same.sum()), len(graph.column_keys))
    return compressed(
        np.append(rows, rows[same]), np.append(graph.heads, twin), np.append(graph.costs, graph.costs[same]), graph.opens,
        graph.row_keys, np.append(graph.column_keys, np.uint64(99)),
    )  # fmt: skip
