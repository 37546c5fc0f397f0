"""What a speed sign says, in the ways in which OpenStreetMap writes it."""

from __future__ import annotations

import pytest

from simulation.roads.speeds import MPH_KMH, WALK_KMH, signed_kmh

IMPLICIT = {"SE:urban": 50.0}


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50), ("50 km/h", 50), ("30 mph", 30 * MPH_KMH), ("20mph", 20 * MPH_KMH), ("SE:urban", 50), ("walk", WALK_KMH),
        ("50; 30", 30), ("50|80", 50), ("none", None), ("signals", None), ("variable", None), ("", None), ("XX:city", None),
        ("-30", None), ("0", None), ("1e9", None), ("999", None), ("nan", None), ("\u0663\u0660", None), ("50;none", 50),
        ("5" * 5000, None),
    ],
)  # fmt: skip
def test_a_sign_means_what_it_says(text: str, kmh: float | None) -> None:
    """Whatever is not a speed that a road can have says nothing, and the road's class decides."""
    assert signed_kmh(text, IMPLICIT) == kmh
