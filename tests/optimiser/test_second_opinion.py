"""HiGHS on what the flows leave open: exact where it says so, never worse, and in no other order than the ids'."""

from __future__ import annotations

from collections import Counter

import pytest

from optimiser.allocation import Limits
from optimiser.kernels.whole_number import cp_sat, highs
from optimiser.programme import state
from optimiser.solve import solve
from optimiser.stages import best_values
from optimiser.ties import tie_hashes
from optimiser.verify import verify
from tests.optimiser.builders import best_standing, by_ids, permuted, standing_of
from tests.optimiser.shape_builders import best_shapes, random_shapes
from tests.optimiser.test_teams import crowd, pairs

SOON = Limits(nodes=2)


def test_what_the_flows_leave_open_is_proven_and_equals_brute_force() -> None:
    """The second engine must mean the same objective, ranks first."""
    engines: Counter[str] = Counter()
    for seed in range(60):
        problem = crowd(seed) if seed % 2 else pairs(seed)
        allocation = solve(problem, SOON)
        engines[allocation.engine] += 1
        assert (allocation.proven, standing_of(problem, allocation)) == (True, best_standing(problem)), seed
        assert verify(problem, allocation) == ()
    assert engines["highs"] > 20, engines


def test_the_second_opinion_does_not_depend_on_the_order_of_the_input() -> None:
    """HiGHS keeps no ties, so the order it is given has to be that of the ids."""
    for seed in range(30):
        problem = crowd(seed)
        other = permuted(problem, seed)
        assert by_ids(other, solve(other, SOON)) == by_ids(problem, solve(problem, SOON)), seed


@pytest.mark.parametrize("engine", [cp_sat, highs])
def test_both_engines_agree_with_every_plan_on_every_shape(engine: object) -> None:
    """One programme, two engines: a constraint mistaken in writing would show in both, one in an engine in one."""
    for seed in range(80):
        problem = random_shapes(seed)
        programme = state(problem, problem.costs, tie_hashes(problem))
        values, proven, slack = best_values(programme, engine, programme.low, 1000)  # type: ignore[arg-type]
        assert values is not None, seed
        if proven:
            cost = (int(programme.prices @ values) >> programme.shift) + programme.constant
            assert (cost, slack) == (best_shapes(problem)[1], 0), seed
