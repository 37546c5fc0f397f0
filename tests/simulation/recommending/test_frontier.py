"""What no other point beats on every aim is worth a look."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from simulation.recommending.frontier import HEIGHT, WIDTH, Point, efficient, places


def test_a_point_that_is_worse_in_both_is_no_choice() -> None:
    """The third is later and dearer than the first."""
    assert efficient([(10, 5), (5, 10), (11, 6)], [True, True]) == (True, True, False)


def test_more_may_be_better() -> None:
    """Of a share in time the larger is."""
    assert efficient([(0.9, 5), (0.8, 5)], [False, True]) == (True, False)


def test_what_is_not_known_is_no_choice() -> None:
    """Nor does it beat anybody."""
    assert efficient([(math.nan, 0), (1, 1)], [True, True]) == (False, True)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_whatever_is_beaten_is_beaten_by_a_point_that_is_not(points: list[tuple[int, int]]) -> None:
    """So nothing good is lost by looking at the efficient ones alone."""
    good = efficient(points, [True, True])
    best = [point for point, is_good in zip(points, good, strict=True) if is_good]
    assert best
    for point, is_good in zip(points, good, strict=True):
        beaten = any(a <= point[0] and b <= point[1] and (a, b) != point for a, b in best)
        assert beaten != is_good


def test_points_stand_inside_their_picture() -> None:
    """The least is to the left and low."""
    points = [Point("a", (1, 10, 0), ()), Point("b", (2, 20, 0), ())]
    (left, low), (right, high) = places(points)
    assert 0 < left < right < WIDTH
    assert 0 < high < low < HEIGHT
