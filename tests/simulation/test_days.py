"""Days that differ in how long things take: drawn as declared, and found in a log where they are there."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.contacts import draw_contacts
from simulation.draws import draw_columns
from simulation.fitting.by_day import times_by_day
from tests.builders import START
from tests.simulation.street_calls import ILL, UNWELL, workload

DAY_S = 86_400.0


def test_a_day_does_the_same_to_all_handling_of_its_contacts() -> None:
    """The draws are those of a world whose days are alike, times one factor for each local day."""
    alike, apart = (
        draw_columns(workload([ILL, UNWELL], **changes), 1, START, 2 * DAY_S)
        for changes in ({}, {"times_by_day": {"handling_s": 0.3}})
    )
    factors = np.unique(np.round(apart["pace_s"] / alike["pace_s"], 9))
    days = np.unique((apart["at"] // (1000 * DAY_S)).astype(int))
    assert 1 < len(factors) == len(days)


def test_the_factors_of_days_have_mean_one_and_the_spread_declared() -> None:
    """Over 400 days the mean lies within four standard errors, and so does the spread."""
    drawn = workload([ILL, UNWELL], times_by_day={"handover_s": 0.2})
    found = np.unique(draw_columns(drawn, 3, START, 400 * DAY_S)["day/handover_s"])
    assert abs(found.mean() - 1) < 4 * 0.2 / np.sqrt(len(found))
    assert abs(found.std() - 0.2) < 4 * 0.2 / np.sqrt(2 * len(found))


def test_a_crew_meets_the_factor_of_the_day_of_its_contact() -> None:
    """Twice as long on scene in the columns is twice as long in the world."""
    drawn = workload([ILL, UNWELL], times_by_day={"scene_s": 0.3})
    columns = draw_columns(drawn, 1, START, DAY_S)
    plain = draw_contacts(workload([ILL, UNWELL]), 1, START, DAY_S, {})
    found = draw_contacts(drawn, 1, START, DAY_S, {})
    for factor, one, other in zip(columns["day/scene_s"], plain, found, strict=True):
        usual = one.outcome("ambulance")
        assert other.outcome("ambulance").scene_s == pytest.approx(usual.scene_s * (1 if usual.transports else factor))


@pytest.mark.parametrize("seed", range(5))
def test_days_that_differ_are_found_and_by_about_how_much(seed: int) -> None:
    """40 days of 200 times with a factor of 0.2: within a half of it, since the spread of 40 days is known to a ninth or so."""
    chance = np.random.default_rng(seed)
    days = np.repeat(np.arange(40), 200)
    values = chance.gamma(2.0, 50.0, len(days)) * chance.gamma(25.0, 0.04, 40)[days]
    found = times_by_day(days.tolist(), ["all"] * len(days), values.tolist())
    assert 0.1 < found.cv < 0.3


def test_days_that_are_alike_are_seldom_told_apart() -> None:
    """The test has a chance of one in twenty: of 40 logs, eight would be four standard errors too many."""
    found = 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        days = np.repeat(np.arange(20), 30)
        found += times_by_day(days.tolist(), ["all"] * 600, chance.gamma(2.0, 50.0, 600).tolist()).cv > 0
    assert found <= 8


def test_a_mix_that_changes_by_day_is_no_difference_of_days() -> None:
    """Times are held against those of their group: a day with many long ones is not a slow day."""
    groups = ["short"] * 30 + ["long"] * 10 + ["short"] * 10 + ["long"] * 30
    days = [0] * 40 + [1] * 40
    values = [100.0 if name == "short" else 900.0 for name in groups]
    found = times_by_day([*days, *(day + 2 for day in days), *(day + 4 for day in days)], groups * 3, values * 3)
    assert found.cv == 0.0


def test_few_days_say_that_the_next_may_be_further_off() -> None:
    """Student's quantile for five days, 2.78 * sqrt(1.2) / 1.96 = 1.55, against 1.05 for forty with the same spread."""
    level = [0.8, 0.9, 1.0, 1.1, 1.2]
    few = times_by_day(
        [day for day in range(5) for _ in range(50)], ["all"] * 250, [day * each for day in level for each in WIDE]
    )
    many = times_by_day(
        [day for day in range(40) for _ in range(50)],
        ["all"] * 2000,
        [day * each for day in level * 8 for each in WIDE],
    )
    assert 1.2 < few.cv / many.cv < 1.9


WIDE = [90.0 + 0.4 * each for each in range(50)]
