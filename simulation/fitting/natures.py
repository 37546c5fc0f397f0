"""Natures: what incidents are about, how urgent they are, and which resources the log's dispatchers sent.

The log does not hold the answers that led a dispatcher to send an engine with the ambulance, only that one
was sent. That missing knowledge is one attribute, `detail`, whose values are patterns of resources: within a
type and class the few patterns that stand best for all (greedy k-medoids under the sum of absolute
differences), with shares chosen so that the mean number of each skill per incident is the log's (non-negative
least squares). All resources of an incident count, later ones as well. Imports `log`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from simulation.fitting.log import LoggedIncident
from simulation.fitting.mapping import LogMapping

MOST_PATTERNS = 8
LEAST_INCIDENTS = 10
"""A type and class with fewer incidents is counted among the others of its class."""
LEAST_GAIN_SHARE, LEAST_GAIN = 0.015, 6
"""A further pattern must lessen the sum of differences by this share of the incidents, and by this many
resources.
"""
LIKELY = 0.05
"""Weight that keeps shares near the frequencies of the patterns; small, so that the means decide."""

Pattern = tuple[int, ...]
"""How many of each skill, in the order of the mapping."""


@dataclass(frozen=True, slots=True)
class FittedNature:
    """One variant of a type and class, with its share of all incidents."""

    nature: str
    priority: str
    pattern: Pattern
    detail: str
    """The name of the pattern, for example `ambulance+2 engine`."""
    share: float

    @property
    def id(self) -> str:
        """A name of its own."""
        return " ".join(part for part in (self.nature, self.priority, self.detail) if part)

    @property
    def is_alone(self) -> bool:
        """Whether a single resource is sent."""
        return sum(self.pattern) == 1


def pattern_name(pattern: Pattern, skills: Sequence[str]) -> str:
    """Name a pattern by what is sent; "" where nobody is."""
    counted = [(count, skill) for count, skill in zip(pattern, skills, strict=True) if count]
    return "+".join(skill if count == 1 else f"{count} {skill}" for count, skill in counted)


def pattern_of(incident: LoggedIncident, mapping: LogMapping) -> Pattern:
    """Count what was sent to an incident."""
    counts = Counter(mapping.skill_of[each.kind] for each in incident.responses)
    return tuple(counts[skill] for skill in mapping.skill_order)


def grouped(incidents: Sequence[LoggedIncident], other: str) -> Mapping[tuple[str, str], tuple[LoggedIncident, ...]]:
    """Incidents by (nature, class), rare ones among `other`; in alphabetical order."""
    counts = Counter((each.nature, each.priority) for each in incidents)
    groups: dict[tuple[str, str], list[LoggedIncident]] = {}
    for each in incidents:
        key = (each.nature, each.priority)
        if counts[key] < LEAST_INCIDENTS:
            key = (other, each.priority)
        groups.setdefault(key, []).append(each)
    return {key: tuple(groups[key]) for key in sorted(groups)}


def fit_natures(incidents: Sequence[LoggedIncident], mapping: LogMapping) -> tuple[FittedNature, ...]:
    """Return the variants of every type and class; their shares sum to 1."""
    natures = []
    for (nature, priority), members in grouped(incidents, mapping.other).items():
        seen = Counter(pattern_of(each, mapping) for each in members)
        patterns = choose_patterns(seen)
        weight = len(members) / len(incidents)
        for pattern, share in zip(patterns, choose_shares(seen, patterns), strict=True):
            detail = pattern_name(pattern, mapping.skill_order)
            natures.append(FittedNature(nature, priority, pattern, detail, weight * share))
    return tuple(each for each in natures if each.share > 0)


def choose_patterns(seen: Mapping[Pattern, int]) -> tuple[Pattern, ...]:
    """Add the pattern that most lessens the distance of all to their nearest, while it is worth it."""
    patterns = sorted(seen, key=lambda pattern: (-seen[pattern], pattern))
    counts = np.array([seen[pattern] for pattern in patterns], dtype=np.float64)
    table = np.array(patterns, dtype=np.float64)
    apart = np.abs(table[:, None, :] - table[None, :, :]).sum(axis=2)
    chosen: list[int] = []
    nearest = np.full(len(patterns), np.inf)
    while len(chosen) < min(MOST_PATTERNS, len(patterns)):
        totals = [float(counts @ np.minimum(nearest, apart[candidate])) for candidate in range(len(patterns))]
        best = int(np.argmin(totals))
        if chosen and float(counts @ nearest) - totals[best] < max(LEAST_GAIN_SHARE * counts.sum(), LEAST_GAIN):
            break
        chosen.append(best)
        nearest = np.minimum(nearest, apart[best])
    return tuple(patterns[index] for index in chosen)


def choose_shares(seen: Mapping[Pattern, int], patterns: Sequence[Pattern]) -> tuple[float, ...]:
    """Shares of the patterns that keep the mean number of each skill, near how often each stands for an
    incident.
    """
    total = sum(seen.values())
    table = np.array(patterns, dtype=np.float64).T
    means = sum(np.array(pattern, dtype=np.float64) * count for pattern, count in seen.items()) / total
    frequency = np.zeros(len(patterns))
    for pattern, count in seen.items():
        frequency[_closest(pattern, patterns)] += count / total
    rows: NDArray[np.float64] = np.vstack([table, np.full(len(patterns), 100.0), LIKELY * np.eye(len(patterns))])
    shares, _ = nnls(rows, np.concatenate([means, [100.0], LIKELY * frequency]))
    return tuple(float(share) for share in shares / shares.sum())


def _closest(pattern: Pattern, patterns: Sequence[Pattern]) -> int:
    apart = [sum(abs(a - b) for a, b in zip(pattern, other, strict=True)) for other in patterns]
    return apart.index(min(apart))
