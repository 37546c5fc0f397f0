"""What the drives to one incident have in common: found where it was put in, nothing where it was not."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.fitting.kinship import travel_kinship
from simulation.fitting.log import LoggedIncident, Response

Leg = tuple[LoggedIncident, Response, float]


def legs(kinship: float, seed: int, incidents: int = 400) -> list[Leg]:
    """Two crews drive to each incident; expected are 100 s, and their luck has so much in common."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(incidents):
        common = chance.normal()
        for _ in range(2):
            luck = np.sqrt(kinship) * common + np.sqrt(1 - kinship) * chance.normal()
            response = Response("A", "crew", False, 0.0, 0.0, float(100 * np.exp(0.4 * luck)))
            incident = LoggedIncident(
                str(number), number, "call", "call", "call", "call", "", None, 0.0, 0.0, (response,)
            )
            found.append((incident, response, 100.0))
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kinship", [0.3, 0.7])
def test_a_kinship_is_found_within_four_standard_errors(kinship: float, seed: int) -> None:
    """(1 - rho^2) / sqrt(400), as of any correlation of 400 pairs."""
    assert abs(travel_kinship(legs(kinship, seed)) - kinship) < 4 * (1 - kinship**2) / 20


def test_who_drives_alone_has_nothing_in_common_with_anybody() -> None:
    """A kinship is one of at least two."""
    alone = legs(0.7, 1)[::2]
    assert travel_kinship(alone) == 0.0


def test_a_few_pairs_say_nothing() -> None:
    """Fewer than forty drives are no sample."""
    assert travel_kinship(legs(0.7, 1, incidents=15)) == 0.0
