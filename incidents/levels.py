"""Levels: how many wait at each minute of a window, and how long the one has waited who has waited longest. Imports numpy and
`measures`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from incidents.measures import LEVEL_STATISTICS, statistic_of
from incidents.quantities import MS_PER_S, Instant

Instants = npt.NDArray[np.int64]
SAMPLING_MS = 60 * MS_PER_S


def minutes(since: Instant, until: Instant) -> Instants:
    """The instants at which a window is sampled."""
    return np.arange(since, until, SAMPLING_MS, dtype=np.int64)


def level_counts(
    number: str, oldest_s: str, group: str, waits: Sequence[tuple[Instant, Instant]], at: Instants
) -> dict[str, float]:
    """The statistics of both levels over the instants `at`, for waits of [start, end) in any order."""
    begun, over = np.asarray(sorted(waits), dtype=np.int64).reshape(-1, 2).T
    waiting = np.searchsorted(begun, at, side="right") - np.searchsorted(np.sort(over), at, side="right")
    levels = ((number, waiting.astype(np.float64)), (oldest_s, _oldest(begun, over, at)))
    return {
        f"{name}.{statistic}.{group}": statistic_of(ascending, statistic)
        for name, ascending in ((name, np.sort(values)) for name, values in levels)
        for statistic in LEVEL_STATISTICS
    }


def _oldest(begun: Instants, over: Instants, at: Instants) -> npt.NDArray[np.float64]:
    """Seconds that the longest wait has lasted at each instant, 0 where nobody waits."""
    if not len(begun):
        return np.zeros(len(at))
    # The first wait in order of beginning that ends after an instant is the first whose running maximum of ends does.
    last_end = np.maximum.accumulate(over)
    first = np.minimum(np.searchsorted(last_end, at, side="right"), len(begun) - 1)
    is_waiting = (begun[first] <= at) & (last_end[-1] > at)
    return np.where(is_waiting, (at - begun[first]) / MS_PER_S, 0.0)
