"""Measures in words: what a report says of a figure, with its unit."""

from __future__ import annotations

import math

import pytest

from incidents.measure_words import in_words, measure_in_words


@pytest.mark.parametrize(
    ("measure", "value", "is_step", "words"),
    [
        ("response_s.p90.red", 527.26, False, "527.3 s"),
        ("response_s.p90.red", -0.5, True, "−0.50 s"),
        ("response_s.p90.red", 0.0, True, "0 s"),
        ("abandoned.share", 0.0123, False, "1.23 %"),
        ("abandoned.share", 0.0123, True, "+1.23 points"),
        ("diversions", 1234.0, True, "+1,234"),
        ("response_s.mean.red@gini", 0.25, False, "0.25"),
        ("response_s.within_target.red@worst", 0.25, False, "25.00 %"),
        ("under_response.red", 0.25, False, "25.00 %"),
        ("survivors_per_1000.de_maio_2003.red", 120.5, False, "120.50"),
        ("distance_km", 1200.0, False, "1,200.0 km"),
        ("unit_hours.engine", -8.0, True, "−8.00 h"),
        ("response_s.n.red", 3.5, False, "3.50"),
        ("response_s.mean.red", math.nan, False, "nothing observed"),
    ],
)
def test_values_are_told_with_their_unit(measure: str, value: float, is_step: bool, words: str) -> None:
    """A share that rises by two points has not risen by 2 %."""
    assert in_words(measure, value, is_step=is_step) == words


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("response_s.p90.code-3", "p90 response time for code-3"),
        ("answer_s.within_15.all", "the share with time to answer within 15 s for all"),
        ("abandoned.share", "the share of contacts abandoned"),
        ("diversions", "the number of diversions"),
        ("utilisation.engine", "utilisation of engine"),
        ("response_s.p90.red@04", "p90 response time for red, in area 04"),
        (
            "response_s.within_target.red@worst",
            "the share with response time within the target for red, in the worst area",
        ),
        ("response_s.mean.all@gini", "mean response time for all, Gini coefficient over areas"),
        (
            "survivors_per_1000.de_maio_2003.red",
            "survivors per 1,000 by De Maio 2003, as if each were a cardiac arrest, for red",
        ),
        ("queue.max.red", "max number of incidents waiting for a resource, for red"),
        ("under_response.red", "the share of incidents to which less came than was needed, for red"),
        ("unit_hours.engine", "hours on duty of engine"),
        ("cost", "the cost"),
    ],
)
def test_measures_are_told_as_one_would_say_them(measure: str, words: str) -> None:
    """The sentences of a verdict are read by people who never saw a figure's name."""
    assert measure_in_words(measure) == words
