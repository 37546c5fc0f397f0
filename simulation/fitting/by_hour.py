"""Whether a mix or a time depends on the hour of the day, and how, where it does.

A mix: chi-square of natures against blocks of BLOCK_H hours; it matters where the chance is below REJECTED and Cramer's V is
at least LEAST_V. A time: Kruskal and Wallis's test of the same blocks (1952, JASA 47, 583-621); it matters where the chance is
below REJECTED and some block's mean stands LEAST_STEP off the whole. The estimate of an hour counts its neighbours half, and is
shrunk to 1 as if LEAN observations said so. Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2_contingency, kruskal

from simulation.distributions import Floats

BLOCK_H = 4
REJECTED = 0.001
LEAST_V = 0.05
LEAST_STEP = 0.05
LEAN = 20.0
LEAST_BLOCK = 10
HOURS = 24


@dataclass(frozen=True, slots=True)
class HourTest:
    """What a test came to; `matters` where hours are kept apart."""

    chance: float
    size: float
    """Cramer's V of a mix; how far the farthest block's mean stands from the whole, of a time."""
    matters: bool


def mix_by_hour(hours: Sequence[int], names: Sequence[str]) -> HourTest:
    """Test whether the mix of names depends on the hour."""
    known = sorted(dict.fromkeys(names))
    table = np.zeros((len(known), HOURS // BLOCK_H))
    for hour, name in zip(hours, names, strict=True):
        table[known.index(name), hour // BLOCK_H] += 1
    table = table[table.sum(axis=1) >= 5 * table.shape[1]][:, table.sum(axis=0) > 0]
    if min(table.shape, default=0) < 2:
        return HourTest(1.0, 0.0, False)
    found = chi2_contingency(table)
    size = float(np.sqrt(found.statistic / (table.sum() * (min(table.shape) - 1))))
    chance = float(found.pvalue)
    return HourTest(chance, size, chance < REJECTED and size >= LEAST_V)


def mix_weights(hours: Sequence[int], names: Sequence[str]) -> Mapping[str, tuple[float, ...]]:
    """For each name, its share at each hour over its share of the day, smoothed."""
    everything = np.bincount(hours, minlength=HOURS).astype(np.float64)
    found = {}
    for name in sorted(dict.fromkeys(names)):
        own = np.bincount([hour for hour, each in zip(hours, names, strict=True) if each == name], minlength=HOURS)
        share = own.sum() / len(names)
        found[name] = _shrunk(own.astype(np.float64), everything * share)
    return found


def times_by_hour(hours: Sequence[int], values: Sequence[float]) -> HourTest:
    """Test whether a time depends on the hour."""
    blocks = [
        [value for hour, value in zip(hours, values, strict=True) if hour // BLOCK_H == block] for block in range(6)
    ]
    kept = [block for block in blocks if len(block) >= LEAST_BLOCK]
    if len(kept) < 2 or len(set(values)) < 2:
        return HourTest(1.0, 0.0, False)
    chance = float(kruskal(*kept).pvalue)
    whole = float(np.mean(values))
    size = max(abs(float(np.mean(block)) / whole - 1) for block in kept) if whole > 0 else 0.0
    return HourTest(chance, size, chance < REJECTED and size >= LEAST_STEP)


def time_factors(hours: Sequence[int], values: Sequence[float]) -> tuple[float, ...]:
    """The mean at each hour over the mean of the day, smoothed; the values are cut at their 99th percentile."""
    cut = np.minimum(np.asarray(values), np.quantile(values, 0.99))
    sums = np.bincount(hours, cut, HOURS)
    counts = np.bincount(hours, minlength=HOURS).astype(np.float64)
    return _shrunk(sums / float(cut.mean()), counts)


def _shrunk(seen: Floats, expected: Floats) -> tuple[float, ...]:
    near = (np.roll(seen, 1) + 2 * seen + np.roll(seen, -1) + LEAN) / (
        np.roll(expected, 1) + 2 * expected + np.roll(expected, -1) + LEAN
    )
    level = float(np.sum(near * expected) / np.sum(expected)) if expected.sum() else 1.0
    return tuple(round(float(each / level), 4) for each in near)
