"""Small problems, random ones, and an enumerator that knows no solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain, combinations, product

import numpy as np

from optimiser.allocation import Allocation
from optimiser.kernels.flow import min_cost_flow
from optimiser.problem import Problem
from optimiser.slot_flow import SlotFlow
from optimiser.ties import tie_hashes

Row = tuple[int, Mapping[str, int]]
"""Positions asked for, and the price of every eligible resource."""
Standing = tuple[tuple[int, ...], int]


def problem_of(needs: Mapping[str, tuple[int, bool, Sequence[Row]]], capacities: Mapping[str, int]) -> Problem:
    """Build a problem from {need: (rank, whole, [(quantity, {resource: price})])} and {resource: capacity}."""
    resource_ids = tuple(capacities)
    row_needs: list[int] = []
    quantities: list[int] = []
    pair_rows: list[int] = []
    pair_resources: list[int] = []
    prices: list[list[int]] = []
    for index, (_, _, rows) in enumerate(needs.values()):
        for quantity, accepted in rows:
            for resource, price in accepted.items():
                pair_rows.append(len(row_needs))
                pair_resources.append(resource_ids.index(resource))
                prices.append([price])
            row_needs.append(index)
            quantities.append(quantity)
    return Problem(
        need_ids=tuple(needs),
        ranks=np.array([rank for rank, _, _ in needs.values()], dtype=np.int64),
        whole=np.array([whole for _, whole, _ in needs.values()], dtype=np.bool_),
        row_needs=np.array(row_needs, dtype=np.int64),
        quantities=np.array(quantities, dtype=np.int64),
        resource_ids=resource_ids,
        capacities=np.array(list(capacities.values()), dtype=np.int64),
        pair_rows=np.array(pair_rows, dtype=np.int64),
        pair_resources=np.array(pair_resources, dtype=np.int64),
        terms=np.array(prices, dtype=np.int64).reshape(-1, 1),
        term_names=("reach",),
    )


def random_problem(seed: int, *, whole_share: float = 0.6) -> Problem:
    """Draw a small problem mixing skills, quantities, whole and best-effort needs, and capacities from 0 to 3."""
    draw = np.random.default_rng([seed, 7])
    resources = int(draw.integers(1, 6))
    cap = int(draw.choice([1, 1, 3]))
    capacities = {f"unit-{j}": int(draw.integers(0 if draw.random() < 0.1 else 1, cap + 1)) for j in range(resources)}
    share, dearest = float(draw.choice([0.4, 0.7, 1.0])), int(draw.choice([3, 50, 10_000]))
    most_rows, most_asked = int(draw.choice([1, 2, 3])), int(draw.choice([1, 2]))
    needs = {}
    for i in range(int(draw.integers(1, 5))):
        rows = [
            (
                int(draw.integers(1, most_asked + 1)),
                {j: int(draw.integers(0, dearest)) for j in capacities if draw.random() < share},
            )
            for _ in range(int(draw.integers(1, most_rows + 1)))
        ]
        needs[f"need-{i}"] = (int(draw.integers(1, 4)), bool(draw.random() < whole_share), rows)
    return problem_of(needs, capacities)


def best_standing(problem: Problem) -> Standing:
    """Minus the positions filled per rank, then the cost, of the best plan: by trying every plan."""
    ranks = sorted(set(problem.ranks.tolist()))
    options = [_options(problem, need, ranks) for need in range(len(problem.need_ids))]

    @cache
    def best(need: int, left: tuple[int, ...]) -> Standing:
        if need == len(options):
            return (0,) * len(ranks), 0
        found: list[Standing] = []
        for used, filled, cost in options[need]:
            after = tuple(a - b for a, b in zip(left, used, strict=True))
            if min(after, default=0) >= 0:
                rest_filled, rest_cost = best(need + 1, after)
                filled_now = tuple(a + b for a, b in zip(filled, rest_filled, strict=True))
                found.append((filled_now, cost + rest_cost))
        return min(found)

    return best(0, tuple(problem.capacities.tolist()))


def standing_of(problem: Problem, allocation: Allocation) -> Standing:
    """The same vector, read off an answer."""
    return tuple(-filled for _, filled in allocation.filled_by_rank), allocation.cost


def by_ids(problem: Problem, allocation: Allocation) -> list[tuple[str, str]]:
    """The plan as sorted (need id, resource id)."""
    return sorted(
        (
            problem.need_ids[problem.row_needs[problem.pair_rows[pair]]],
            problem.resource_ids[problem.pair_resources[pair]],
        )
        for pair in allocation.chosen
    )


def permuted(problem: Problem, seed: int) -> Problem:
    """The same problem with needs, rows, resources and pairs in another order."""
    draw = np.random.default_rng([seed, 8])
    needs, rows = draw.permutation(len(problem.need_ids)), draw.permutation(len(problem.row_needs))
    resources, pairs = draw.permutation(len(problem.resource_ids)), draw.permutation(len(problem.pair_rows))
    new_need, new_row, new_resource = np.argsort(needs), np.argsort(rows), np.argsort(resources)
    return Problem(
        need_ids=tuple(problem.need_ids[i] for i in needs),
        ranks=problem.ranks[needs],
        whole=problem.whole[needs],
        row_needs=new_need[problem.row_needs[rows]],
        quantities=problem.quantities[rows],
        resource_ids=tuple(problem.resource_ids[j] for j in resources),
        capacities=problem.capacities[resources],
        pair_rows=new_row[problem.pair_rows[pairs]],
        pair_resources=new_resource[problem.pair_resources[pairs]],
        terms=problem.terms[pairs],
        term_names=problem.term_names,
    )


def slot_flow_of(problem: Problem) -> SlotFlow:
    """The slot relaxation of a problem, behind the real engine."""
    return SlotFlow(problem, problem.costs, tie_hashes(problem), min_cost_flow)


Option = tuple[tuple[int, ...], tuple[int, ...], int]


def _options(problem: Problem, need: int, ranks: list[int]) -> list[Option]:
    """Every way to serve one need by itself: resources used, positions per rank, cost."""
    per_row = []
    for row in np.flatnonzero(problem.row_needs == need).tolist():
        pairs = np.flatnonzero(problem.pair_rows == row).tolist()
        quantity = int(problem.quantities[row])
        sizes = range(min(quantity, len(pairs)) + 1)
        if problem.whole[need]:
            sizes = range(quantity, min(quantity, len(pairs)) + 1)
        per_row.append([some for size in sizes for some in combinations(pairs, size)])
    options = {(tuple([0] * len(problem.resource_ids)), tuple([0] * len(ranks)), 0)}
    for parts in product(*per_row):
        pairs = list(chain.from_iterable(parts))
        used = [0] * len(problem.resource_ids)
        for pair in pairs:
            used[problem.pair_resources[pair]] += 1
        if max(used, default=0) > 1:
            continue
        filled = [0] * len(ranks)
        filled[ranks.index(int(problem.ranks[need]))] = -len(pairs)
        options.add((tuple(used), tuple(filled), int(sum(problem.terms[pair, 0] for pair in pairs))))
    return sorted(options)
