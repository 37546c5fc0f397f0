"""The difference that a change makes to one figure. Imports `intervals`."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.intervals import Interval


@dataclass(frozen=True, slots=True)
class Difference:
    """Candidate minus baseline, over the `runs` in which both have the figure; `missing` is how many had not.

    Means are over those runs, NaN where there are none, and then `interval` is None.
    """

    measure: str
    baseline_mean: float
    candidate_mean: float
    mean_difference: float
    interval: Interval | None
    runs: int
    missing: int = 0
