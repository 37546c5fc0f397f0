"""The judging tests itself: what is the same, what is random, and what was planted."""

from __future__ import annotations

import numpy as np
import pytest

from incidents.measures import Measures
from simulation.paired import Distance, Pairs
from simulation.self_tests import planted_effect, same_contacts, same_procedure
from simulation.terms import Criterion

MEAN = "response_s.mean.red"


def run(value: float, busy: float = 0.5) -> Measures:
    return Measures(
        0,
        1,
        {("response_s", "red"): np.array([value])},
        {"utilisation.car": busy, "concurrency.mean": float("nan")},
        {},
    )


def aim(steps: list[float], margin: float) -> Distance:
    criterion = Criterion.model_validate({"measure": MEAN, "want": "reduce", "margin_abs": margin})
    return Distance.of(criterion, Pairs.of(MEAN, [run(100.0)] * len(steps), [run(100 + step) for step in steps]))


def test_equal_plays_are_the_same() -> None:
    """What was not observed in either is the same too."""
    found = same_contacts([(run(1.0), run(1.0)), (run(2.0), run(2.0))])
    assert (found.outcome, found.figure) == ("pass", 0.0)


@pytest.mark.parametrize("other", [run(np.nextafter(2.0, 3)), run(2.0, 0.51)])
def test_the_smallest_difference_is_one(other: Measures) -> None:
    """To the last bit: a sample, or a count."""
    found = same_contacts([(run(1.0), run(1.0)), (run(2.0), other)])
    assert (found.outcome, found.figure) == ("fail", 1)


def test_a_baseline_that_was_not_played_twice_was_not_tested() -> None:
    """A test that did not happen is not passed."""
    assert same_contacts([]).outcome == "undecided"


@pytest.mark.parametrize("seed", range(5))
def test_pairings_of_independent_runs_alarm_as_often_as_they_should(seed: int) -> None:
    """Skewed weeks, 40 of them: about one pairing in twenty is called different."""
    found = same_procedure([np.random.default_rng(seed).gamma(2, size=40).tolist()])
    assert found.outcome == "pass"
    assert found.figure is not None
    assert found.figure < 0.09


def test_a_few_runs_are_too_few_to_pair_at_random() -> None:
    """Seven runs give a p-value a handful of values."""
    assert same_procedure([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]).outcome == "undecided"


def test_a_planted_effect_is_found_as_often_as_the_formula_says() -> None:
    """Margin 1, scatter 2, 30 runs: the power of t is 0.75, and the tries come within 0.1 of it."""
    steps = np.random.default_rng(2).normal(size=30)
    steps = 2 * (steps - steps.mean()) / steps.std(ddof=1)
    found = planted_effect([aim(steps.tolist(), 1.0)], 0.05)
    assert found.outcome == "pass"
    assert found.figure == pytest.approx(0.75, abs=0.1)


def test_without_a_margin_nothing_can_be_planted() -> None:
    """An effect of nothing cannot be found."""
    assert planted_effect([aim([0.0, 1.0] * 10, 0.0)], 0.05).outcome == "undecided"


def test_self_tests_say_the_same_every_time() -> None:
    """Their chance has a seed of its own: a report reads the same tomorrow."""
    steps = np.random.default_rng(2).normal(size=30).tolist()
    assert planted_effect([aim(steps, 1.0)], 0.05) == planted_effect([aim(steps, 1.0)], 0.05)
