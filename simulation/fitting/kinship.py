"""How much of their luck on the road the resources of one incident have in common.

Let z be the logarithm of a travel time over what distance expects, standardised within its kind and class. The kinship is the
mean product of the z of two resources of one incident, each incident with as much weight as it has resources: an estimate of the
correlation within incidents (Donner 1986, International Statistical Review 54, 67-82). Imports `log`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from simulation.fitting.log import LoggedIncident, Response
from simulation.fitting.travel import LEAST_SAMPLE, travel_s

LEAST_KINSHIP = 0.02


def travel_kinship(legs: Iterable[tuple[LoggedIncident, Response, float]]) -> float:
    """The correlation of the luck of resources on their way to one incident, of (incident, response, expected seconds)."""
    samples: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for incident, response, expected_s in legs:
        taken_s = travel_s(response)
        if taken_s is not None and taken_s > 0:
            found = samples.setdefault((response.kind, incident.priority), [])
            found.append((incident.id, math.log(taken_s / expected_s)))
    together = [each for each in _by_incident(samples).values() if len(each) > 1]
    if sum(len(each) for each in together) < LEAST_SAMPLE:
        return 0.0
    products = sum((sum(each) ** 2 - sum(z * z for z in each)) / (len(each) - 1) for each in together)
    kinship = products / sum(len(each) for each in together)
    return round(min(1.0, kinship), 3) if kinship >= LEAST_KINSHIP else 0.0


def _by_incident(samples: Mapping[tuple[str, str], list[tuple[str, float]]]) -> dict[str, list[float]]:
    """The standardised luck of every resource, by incident."""
    found: dict[str, list[float]] = {}
    for pairs in samples.values():
        values = np.asarray([value for _, value in pairs])
        if len(values) < LEAST_SAMPLE or not values.std() > 0:
            continue
        for (number, _), z in zip(pairs, ((values - values.mean()) / values.std()).tolist(), strict=True):
            found.setdefault(number, []).append(z)
    return found
