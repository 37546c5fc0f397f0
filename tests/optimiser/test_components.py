"""Parts that share nobody: found, cut out in the order of ids, and added up."""

from __future__ import annotations

import numpy as np

from optimiser.allocation import Limits
from optimiser.components import need_components, part_of
from optimiser.solve import solve
from tests.optimiser.builders import best_standing, problem_of, standing_of
from tests.optimiser.test_teams import crowd


def test_needs_that_share_a_resource_are_one_component() -> None:
    """x and y both want b; z stands alone, and so does w, which nobody can serve."""
    problem = problem_of(
        {
            "x": (1, True, [(1, {"a": 1, "b": 1})]), "y": (1, True, [(1, {"b": 1})]), "z": (1, True, [(1, {"c": 1})]),
            "w": (1, True, [(1, {})]),
        },
        dict.fromkeys("abc", 1),
    )  # fmt: skip
    labels = need_components(problem, np.arange(len(problem.pair_rows)))
    assert labels[0] == labels[1]
    assert len(set(labels.tolist())) == 3


def test_a_part_is_in_the_order_of_ids() -> None:
    """What is decided in a part must not know in which order the problem was given."""
    problem = problem_of({"b": (2, True, [(1, {"q": 3, "p": 4})]), "a": (1, True, [(1, {"q": 5})])}, {"q": 1, "p": 1})
    part = part_of(problem, np.array([True, True]), np.arange(3))
    assert (part.problem.need_ids, part.problem.resource_ids) == (("a", "b"), ("p", "q"))
    assert (part.problem.ranks.tolist(), part.problem.costs.tolist(), part.pairs.tolist()) == (
        [1, 2],
        [5, 4, 3],
        [2, 1, 0],
    )


def test_crowds_side_by_side_are_each_searched_and_add_up() -> None:
    """Two crowds of one town and another: brute force on each, the optimiser on both at once."""
    for seed in range(15):
        crowds = [crowd(seed), crowd(seed + 100)]
        needs: dict[str, tuple[int, bool, list[tuple[int, dict[str, int]]]]] = {}
        capacities: dict[str, int] = {}
        for town, problem in enumerate(crowds):
            for i, name in enumerate(problem.need_ids):
                rows = [
                    (
                        int(problem.quantities[row]),
                        {
                            f"{town}{problem.resource_ids[problem.pair_resources[p]]}": int(problem.costs[p])
                            for p in np.flatnonzero(problem.pair_rows == row)
                        },
                    )
                    for row in np.flatnonzero(problem.row_needs == i)
                ]
                needs[f"{town}{name}"] = (int(problem.ranks[i]), bool(problem.whole[i]), rows)
            capacities |= {f"{town}{name}": 1 for name in problem.resource_ids}
        both = problem_of(needs, capacities)
        allocation = solve(both, Limits(nodes=10_000))
        assert allocation.proven, seed
        ranks = sorted(set(both.ranks.tolist()))
        total = dict.fromkeys(ranks, 0)
        for problem in crowds:
            for rank, filled in zip(sorted(set(problem.ranks.tolist())), best_standing(problem)[0], strict=True):
                total[rank] += filled
        cost = sum(best_standing(problem)[1] for problem in crowds)
        assert standing_of(both, allocation) == (tuple(total.values()), cost), seed
