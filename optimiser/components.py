"""Parts of a problem that share no resource: each is solved by itself, by the engine that its own structure asks for.

The objective is a sum over needs compared lexicographically, and that order is kept by addition, so the best plans of the
parts together are a best plan of the whole. Parts are put into the order of their ids, so that nothing that is decided in
them depends on the order in which the problem was given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.pruning import taken


@dataclass(frozen=True, slots=True)
class Part:
    """A problem of its own, and the indices of its needs and pairs in the problem it was taken from."""

    problem: Problem
    needs: IntArray
    pairs: IntArray


def need_components(problem: Problem, pairs: IntArray) -> IntArray:
    """(needs,) number of the component that each need belongs to when only these pairs join needs and resources."""
    needs, resources = len(problem.need_ids), len(problem.resource_ids)
    nodes = needs + resources
    ends = (problem.pair_needs[pairs], problem.pair_resources[pairs] + needs)
    graph = csr_array((np.ones(len(pairs), dtype=np.int8), ends), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    _, numbers = np.unique(labels[:needs], return_inverse=True)
    return numbers.astype(np.int64)


def part_of(problem: Problem, chosen: BoolArray, pairs: IntArray) -> Part:
    """Cut out the needs of a mask with those of `pairs` that are theirs, everything in the order of ids."""
    needs = _by_id(problem.need_ids, np.flatnonzero(chosen))
    new_need = np.full(len(problem.need_ids), -1)
    new_need[needs] = np.arange(len(needs))
    pairs = pairs[chosen[problem.pair_needs[pairs]]]
    resources = _by_id(problem.resource_ids, np.unique(problem.pair_resources[pairs]))
    new_resource = np.full(len(problem.resource_ids), -1)
    new_resource[resources] = np.arange(len(resources))
    rows = np.flatnonzero(chosen[problem.row_needs])
    rows = rows[_row_order(problem, rows, pairs, new_need, new_resource)]
    new_row = np.full(len(problem.row_needs), -1)
    new_row[rows] = np.arange(len(rows))
    pairs = pairs[np.lexsort((new_resource[problem.pair_resources[pairs]], new_row[problem.pair_rows[pairs]]))]
    part = Problem.trusted(
        tuple(problem.need_ids[i] for i in needs.tolist()), problem.ranks[needs], problem.whole[needs],
        new_need[problem.row_needs[rows]], problem.quantities[rows],
        tuple(problem.resource_ids[j] for j in resources.tolist()), problem.capacities[resources],
        new_row[problem.pair_rows[pairs]], new_resource[problem.pair_resources[pairs]], problem.terms[pairs],
        problem.term_names, taken(problem.alternatives, rows), taken(problem.loads, rows),
        taken(problem.shared, needs), taken(problem.optional, needs), taken(problem.open_prices, needs),
        taken(problem.pinned, pairs), taken(problem.forced, pairs), taken(problem.barred, pairs),
    )  # fmt: skip
    return Part(part, needs, pairs)


def _by_id(ids: tuple[str, ...], indices: IntArray) -> IntArray:
    return np.array(sorted(indices.tolist(), key=ids.__getitem__), dtype=np.int64)


def _row_order(
    problem: Problem, rows: IntArray, pairs: IntArray, new_need: IntArray, new_resource: IntArray
) -> IntArray:
    """Order rows by need, then by what they ask for and whom they accept at what price; equal ones are alike."""
    costs = problem.costs
    looks: dict[int, list[tuple[int, int]]] = {row: [] for row in rows.tolist()}
    columns = (
        problem.pair_rows[pairs].tolist(), new_resource[problem.pair_resources[pairs]].tolist(), costs[pairs].tolist(),
    )  # fmt: skip
    for row, resource, cost in zip(*columns, strict=True):
        looks[row].append((resource, cost))
    alternatives = np.zeros_like(problem.row_needs) if problem.alternatives is None else problem.alternatives
    loads = np.ones_like(problem.row_needs) if problem.loads is None else problem.loads

    def key(at: int) -> tuple[int, int, int, int, list[tuple[int, int]]]:
        row = int(rows[at])
        return (
            int(new_need[problem.row_needs[row]]), int(alternatives[row]), int(problem.quantities[row]),
            int(loads[row]), sorted(looks[row]),
        )  # fmt: skip

    return np.array(sorted(range(len(rows)), key=key), dtype=np.int64)
