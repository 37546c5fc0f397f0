"""The cheapest plan for given needs: the same by augmenting paths and by the flow."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.serving import Serving
from tests.optimiser.builders import problem_of, slot_flow_of
from tests.optimiser.test_contest import quarrel


@pytest.mark.parametrize("seed", range(30))
def test_paths_and_flow_agree_on_every_choice_of_needs(seed: int) -> None:
    """Whether loops are compiled here must not show in any bound."""
    problem = quarrel(seed)
    paths, flow = (
        Serving(problem, problem.costs, slot_flow_of(problem), by_paths=by_paths) for by_paths in (True, False)
    )
    for number in range(32):
        served = np.array([number >> i & 1 == 1 for i in range(5)])
        one, other = paths.cheapest(served), flow.cheapest(served)
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert int(problem.costs[one].sum()) == int(problem.costs[other].sum())
            assert np.bincount(problem.pair_rows[one], minlength=len(problem.quantities)).tolist() == (
                np.where(served[problem.row_needs], problem.quantities, 0).tolist()
            )


def test_each_question_counts_as_one_flow() -> None:
    """A limit cuts at the same place with compiled loops and without."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1})])}, {"a": 1})
    for by_paths in (True, False):
        flow = slot_flow_of(problem)
        Serving(problem, problem.costs, flow, by_paths=by_paths).cheapest(np.array([True]))
        assert flow.solves == 1


def test_a_resource_without_room_serves_nobody() -> None:
    """An assignment would know no better."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1})])}, {"a": 0})
    assert Serving(problem, problem.costs, slot_flow_of(problem), by_paths=True).cheapest(np.array([True])) is None
