"""One pass over a line against arrays, to the last unit."""

from __future__ import annotations

import numpy as np

from optimiser.columns import StraightLine
from optimiser.kernels.augmenting import NEVER
from optimiser.kernels.pricing import need_line, resource_line
from optimiser.objective import LOSS_LIMIT, LinearLoss, response_units

SPEED_MPS = 13.7


def test_a_line_in_one_pass_is_the_line_of_arrays() -> None:
    """With and without numba a need must cost the same, or different people are sent."""
    draw = np.random.default_rng(18)
    facts, skills = draw.random((3, 400)) * [[9_000], [9_000], [300]], draw.integers(0, 8, 400)
    for limit_s in (500.0, float("inf")):
        x, y, weight, waited_s = (draw.random(4) * [9_000, 9_000, 8, 4_000]).tolist()
        reach_s = StraightLine(SPEED_MPS)(facts[0], facts[1], np.array(x), np.array(y)) + facts[2]
        units = response_units(LinearLoss(), weight, waited_s, reach_s)
        expected = np.where((skills & 2 > 0) & (reach_s <= limit_s), units, NEVER)
        line = need_line(facts, skills, (x, y, weight, waited_s), 2, SPEED_MPS, limit_s, LOSS_LIMIT)
        assert line.tolist() == expected.tolist()


def test_a_column_in_one_pass_is_the_column_of_arrays() -> None:
    """A resource that moves must cost what it costs every need when that arrives."""
    draw = np.random.default_rng(19)
    facts, asked = draw.random((4, 400)) * [[9_000], [9_000], [8], [4_000]], 1 << draw.integers(0, 3, 400)
    for limit_s in (500.0, float("inf")):
        x, y, ready_s = (draw.random(3) * [9_000, 9_000, 300]).tolist()
        reach_s = StraightLine(SPEED_MPS)(np.array(x), np.array(y), facts[0], facts[1]) + ready_s
        units = response_units(LinearLoss(), facts[2], facts[3], reach_s)
        expected = np.where((asked & 5 > 0) & (reach_s <= limit_s), units, NEVER)
        line = resource_line(facts, asked, (x, y, ready_s), 5, SPEED_MPS, limit_s, LOSS_LIMIT)
        assert line.tolist() == expected.tolist()


def test_no_price_is_beyond_the_dearest() -> None:
    """A loss that leaves 64 bits would be the cheapest of all."""
    facts = np.array([[0.0], [1e9], [0.0]])
    assert need_line(facts, np.array([1]), (0.0, 0.0, 1e9, 0.0), 1, 1.0, float("inf"), LOSS_LIMIT).tolist() == [
        LOSS_LIMIT
    ]
