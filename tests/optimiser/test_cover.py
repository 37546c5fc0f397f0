"""What cover is worth: by hand, and against the sum it is the difference of."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.cover import lost_cover_s
from optimiser.objective import FloatArray
from optimiser.problem import BoolArray

T = 1000.0


def test_with_nobody_ever_busy_only_the_nearest_matters() -> None:
    """Ten calls an hour, 100 s away and 160 s: without the nearest each waits 60 s longer."""
    lost = lost_cover_s(np.array([[100.0, 160.0]]), np.array([True, True]), [10.0], busy=0.0, unreached_s=T)
    assert lost.tolist() == [600.0, 0.0]


def test_the_second_nearest_counts_by_the_chance_that_the_first_is_taken() -> None:
    """Half the time: 0.5 * 60 + 0.25 * (1000 - 160) without the first, and only the second sum without the second."""
    lost = lost_cover_s(np.array([[100.0, 160.0]]), np.array([True, True]), [1.0], busy=0.5, unreached_s=T)
    assert lost.tolist() == [0.5 * 60 + 0.25 * 840, 0.25 * 840]


def test_the_last_one_is_worth_all_that_a_call_would_wait() -> None:
    """Nobody else is there: the call waits as one that nobody reaches."""
    lost = lost_cover_s(np.array([[100.0, 5.0]]), np.array([True, False]), [1.0], busy=0.0, unreached_s=T)
    assert lost.tolist() == [900.0, 0.0]


def test_somebody_whose_way_is_not_known_covers_nothing() -> None:
    """What cannot be reckoned with is not."""
    lost = lost_cover_s(np.array([[100.0, np.nan]]), np.array([True, True]), [1.0], busy=0.5, unreached_s=T)
    assert lost[1] == 0.0


def waited_s(reach_s: FloatArray, idle: BoolArray, rates: FloatArray, busy: float) -> float:
    """V as the module defines it."""
    total = 0.0
    for zone, rate in enumerate(rates):
        times = sorted(min(T, seconds) for seconds in reach_s[zone, idle].tolist())
        total += rate * sum((1 - busy) * busy**k * seconds for k, seconds in enumerate(times))
        total += rate * busy ** len(times) * T
    return total


@pytest.mark.parametrize("seed", range(40))
def test_a_loss_is_the_difference_that_one_resource_makes(seed: int) -> None:
    """Whatever the places, rates and chances, to rounding."""
    draw = np.random.default_rng(seed)
    zones, resources = int(draw.integers(1, 6)), int(draw.integers(1, 7))
    reach_s, rates = draw.random((zones, resources)) * 1500, draw.random(zones) * 5
    idle, busy = draw.random(resources) < 0.7, float(draw.random() * 0.9)
    lost = lost_cover_s(reach_s, idle, rates, busy=busy, unreached_s=T)
    for at in range(resources):
        without = idle & (np.arange(resources) != at)
        difference = waited_s(reach_s, without, rates, busy) - waited_s(reach_s, idle, rates, busy)
        assert lost[at] == pytest.approx(difference, abs=1e-6)
