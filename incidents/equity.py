"""How evenly a figure is spread over areas: the worst area, and the Gini coefficient. Imports numpy alone.

An area with few samples is worst by luck, so those below a limit stand in neither figure. The Gini coefficient of n areas with
figures x is the mean absolute difference of two of them over twice their mean, sum_i sum_j |x_i - x_j| / (2 n n mean(x)): 0 where
all are served alike, towards 1 where one bears it all (Gini 1912; each area counts once, however many live there).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

LEAST_AREA_SAMPLES = 20
"""An area with fewer samples stands in no figure over areas; asked for by its name it is told all the same."""


def gini(values: Sequence[float]) -> float:
    """The Gini coefficient of figures of at least 0; NaN of fewer than two, 0 where all are 0."""
    if len(values) < 2:
        return math.nan
    ascending = np.sort(np.asarray(values, dtype=np.float64))
    total = float(ascending.sum())
    if total == 0:
        return 0.0
    count = len(ascending)
    # Over ascending values each x stands above rank - 1 of them and below the others.
    ranks = 2.0 * np.arange(1, count + 1) - count - 1
    return float((ranks * ascending).sum()) / (count * total)


def worst(values: Sequence[float], *, more_is_better: bool) -> float:
    """The worst of some areas' figures; NaN of none."""
    if not values:
        return math.nan
    return min(values) if more_is_better else max(values)
