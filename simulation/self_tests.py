"""Self-tests: whether the judging can be trusted on just this evidence. Pure functions; chance has a fixed seed of its own.

Two plays of one procedure on the same contacts must be the same to the last bit, or else the runs were not paired.
Runs of one procedure on different contacts, paired at random, must not be called different more often than the test
says. And an effect as large as the margin, planted into the scatter that the runs show, must be found about as often
as the formula for the power promises. May import numpy, scipy, `intervals` and `paired`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import special

from incidents.measures import FloatArray, Measures
from simulation.intervals import tails
from simulation.judgement_words import Outcome
from simulation.paired import Distance

REPEATS = 400
"""Random pairings, and planted effects, that are tried."""
SEED = 6
FEWEST_RUNS = 8
"""With fewer there are too few pairings for a p-value to be more than a few steps."""
FAR_OFF = 1e-4
"""A self-test that is fine calls itself wrong this rarely."""
ENOUGH_POWER = 0.8
CALLED = 0.05


@dataclass(frozen=True, slots=True)
class SelfTest:
    """One test of the judging itself on this evidence; `outcome` is `undecided` where there was nothing to test with.

    `figure`: how many runs were not the same; the share of pairings called different; how often the effect was found.
    """

    name: Literal["same procedure, same contacts", "same procedure, other contacts", "planted effect"]
    outcome: Outcome
    because: str
    figure: float | None = None


def same_contacts(played_twice: Sequence[tuple[Measures, Measures]]) -> SelfTest:
    """Whether the baseline, played twice on the same contacts, is the same to the last bit."""
    name: Literal["same procedure, same contacts"] = "same procedure, same contacts"
    if not played_twice:
        return SelfTest(name, "undecided", "The baseline was not played twice on the same contacts.")
    differing = sum(not _are_same(first, second) for first, second in played_twice)
    if differing:
        because = f"The baseline, played twice, differs from itself in {differing} of {len(played_twice)} runs."
        return SelfTest(name, "fail", because, differing)
    return SelfTest(name, "pass", f"The baseline, played twice, is exactly the same in {len(played_twice)} runs.", 0.0)


def same_procedure(baselines: Sequence[Sequence[float]]) -> SelfTest:
    """Whether runs of the baseline on other contacts, paired at random, are called different too often; a series a workload."""
    name: Literal["same procedure, other contacts"] = "same procedure, other contacts"
    usable = [series for series in baselines if len(series) >= FEWEST_RUNS and min(series) != max(series)]
    if not usable:
        return SelfTest(name, "undecided", f"There are fewer than {FEWEST_RUNS} runs of the baseline that differ.")
    chance = np.random.default_rng(SEED)
    furthest, most = 0.0, 0.0
    for series in usable:
        half = len(series) // 2
        shuffled = chance.permuted(np.tile(series, (REPEATS, 1)), axis=1)
        found = np.sort(_p_values(shuffled[:, half : 2 * half] - shuffled[:, :half]))
        ranks = np.arange(1, REPEATS + 1) / REPEATS
        furthest = max(furthest, float(np.max(np.abs(ranks - found))))
        most = max(most, float(np.mean(np.minimum(found, 1 - found) <= CALLED / 2)))
    told = (
        f"Of {REPEATS} random pairings of the baseline's own runs, {100 * most:.1f} % are called different at {100 * CALLED:g} %"
        f" (p-values within {furthest:.2f} of uniform)"
    )
    # Only too many alarms are wrong: few runs with an outlier give too few, and that errs towards undecided.
    if special.bdtrc(round(most * REPEATS) - 1, REPEATS, CALLED) < FAR_OFF / len(usable):
        return SelfTest(name, "fail", f"{told}: more than chance allows.", most)
    return SelfTest(name, "pass", f"{told}.", most)


def planted_effect(distances: Sequence[Distance], level: float) -> SelfTest:
    """How often an effect as large as the margin is told from none at this nominal level, planted into the scatter of the runs.

    On every workload the centred steps are drawn anew with replacement and moved by the margin. It fails where that is far from
    what the formula for the power says.
    """
    name: Literal["planted effect"] = "planted effect"
    usable = [each for each in distances if each.bar and each.pairs.runs >= FEWEST_RUNS]
    if not usable:
        return SelfTest(
            name, "undecided", "The minimum effect is 0, or the runs are too few: there is nothing to plant."
        )
    chance = np.random.default_rng(SEED)
    found, told = 1.0, 1.0
    for distance in usable:
        steps = np.asarray(distance.pairs.steps) * distance.sign
        planted = steps - steps.mean() - abs(distance.bar)
        drawn = chance.choice(planted, (REPEATS, len(planted)))
        seen = float(np.mean([2 * tails(row.tolist())[0] <= level for row in drawn]))
        power = distance.power(1 - level)
        if seen < found:
            found, told = seen, 1.0 if power is None else power
    because = (
        f"An effect as large as the margin, planted into these runs, is found in {100 * found:.0f} % of {REPEATS} tries"
    )
    if told > ENOUGH_POWER and found < told / 2:
        return SelfTest(name, "fail", f"{because}, where {100 * told:.0f} % were promised.", found)
    return SelfTest(name, "pass", f"{because}; the formula says {100 * told:.0f} %.", found)


def _p_values(steps: FloatArray) -> FloatArray:
    """One-sided p-values of Student's t, by rows; rows that are all 0 have 1/2."""
    runs = steps.shape[1]
    means, scatters = steps.mean(axis=1), steps.std(axis=1, ddof=1)
    ratios = np.divide(means, scatters, out=np.zeros_like(means), where=scatters > 0)
    return np.asarray(special.stdtr(runs - 1, math.sqrt(runs) * ratios), dtype=np.float64)


def _are_same(first: Measures, second: Measures) -> bool:
    return (
        first.samples.keys() == second.samples.keys()
        and all(np.array_equal(samples, second.samples[key]) for key, samples in first.samples.items())
        and _are_equal(first.counts, second.counts)
        and _are_equal(first.busy_s, second.busy_s)
    )


def _are_equal(first: Mapping[Any, float], second: Mapping[Any, float]) -> bool:
    if first.keys() != second.keys():
        return False
    return all(
        value == second[name] or (math.isnan(value) and math.isnan(second[name])) for name, value in first.items()
    )
