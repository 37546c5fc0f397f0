"""The trade-off between aims: of several points, those that no other beats on one aim without being beaten on another.

A point a dominates b when it is at least as good in every figure and better in one. May import `intervals` and numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulation.intervals import Interval

MOST_POINTS = 10_000
WIDTH, HEIGHT, EDGE = 480.0, 300.0, 40.0


@dataclass(frozen=True, slots=True)
class Point:
    """What a change comes to in each figure: means over the same runs, and the intervals of their differences to today."""

    name: str
    values: tuple[float, ...]
    intervals: tuple[Interval | None, ...]
    is_efficient: bool = False


def efficient(values: Sequence[Sequence[float]], wants_low: Sequence[bool]) -> tuple[bool, ...]:
    """Whether each point is dominated by none; equal points do not dominate one another; a NaN never is."""
    assert len(values) <= MOST_POINTS, "points are compared pair by pair"
    mirrored = [tuple(x if low else -x for x, low in zip(each, wants_low, strict=True)) for each in values]
    return tuple(
        all(x == x for x in mine) and not any(_dominates(other, mine) for other in mirrored) for mine in mirrored
    )


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def places(points: Sequence[Point]) -> tuple[tuple[float, float], ...]:
    """Where each point stands in a picture of `WIDTH` by `HEIGHT`: the first figure to the right, the second upwards."""
    assert all(len(point.values) >= 2 for point in points), "a picture has two axes"
    spans = []
    for axis in (0, 1):
        found = [point.values[axis] for point in points]
        spans.append((min(found, default=0.0), (max(found, default=0.0) - min(found, default=0.0)) or 1.0))
    (left, wide), (low, tall) = spans
    return tuple(
        (
            round(EDGE + (WIDTH - 2 * EDGE) * (point.values[0] - left) / wide, 1),
            round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (point.values[1] - low) / tall, 1),
        )
        for point in points
    )
