"""Prices of one need or one resource against everybody, compiled: travel as the crow flies, every second counting the same.

The usual case by far, in one pass instead of a dozen. Every operation is one that IEEE 754 rounds correctly, in the order in
which `columns` and `objective` do them, so the prices are theirs to the last bit, compiled or not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.kernels.augmenting import NEVER
from optimiser.kernels.compiling import compiled
from optimiser.problem import UNITS_PER_SECOND


@compiled
def need_line(facts: Any, skills: Any, need: Any, asked: Any, speed_mps: Any, limit_s: Any, dearest: Any) -> Any:
    """(resources,) prices of a need, `need` being (x, y, weight, waited): see `columns`."""
    line, (x, y, weight, waited_s) = np.empty(len(skills), dtype=np.int64), need
    for at in range(len(skills)):
        line[at] = NEVER
        if skills[at] & asked:
            reach_s = way_s(facts[0, at] - x, facts[1, at] - y, speed_mps) + facts[2, at]
            if reach_s <= limit_s:
                line[at] = units(weight, waited_s, reach_s, dearest)
    return line


@compiled
def resource_line(
    facts: Any, asked: Any, resource: Any, skills: Any, speed_mps: Any, limit_s: Any, dearest: Any
) -> Any:
    """(needs,) prices of a resource, `resource` being (x, y, seconds until ready): see `columns`."""
    line, (x, y, ready_s) = np.empty(len(asked), dtype=np.int64), resource
    for at in range(len(asked)):
        line[at] = NEVER
        if asked[at] & skills:
            reach_s = way_s(x - facts[0, at], y - facts[1, at], speed_mps) + ready_s
            if reach_s <= limit_s:
                line[at] = units(facts[2, at], facts[3, at], reach_s, dearest)
    return line


@compiled
def way_s(east_m: Any, north_m: Any, speed_mps: Any) -> Any:
    """Seconds of travel."""
    return np.sqrt(east_m * east_m + north_m * north_m) / speed_mps


@compiled
def units(weight: Any, waited_s: Any, reach_s: Any, dearest: Any) -> Any:
    """The price of a response: see `objective.response_units`."""
    return np.int64(np.rint(min(weight * ((waited_s + reach_s) - waited_s) * UNITS_PER_SECOND, dearest)))
