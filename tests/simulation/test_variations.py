"""A varied world differs in one cause, and in nothing else: what is not varied has the luck it had."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.draws import draw_columns
from simulation.durations import DistributionEntry
from simulation.variations import (
    MAJOR,
    some_of,
    with_load,
    with_major,
    with_overrides,
    with_stale_positions,
    with_travel_noise,
    with_worse_triage,
    within_hours,
    without,
)
from simulation.workload import Workload
from tests.builders import START, a_centre
from tests.simulation.street_calls import ILL, UNWELL, workload

DAY_S = 86_400.0
WORLD = workload([ILL, UNWELL])
CENTRE = a_centre({**{f"A{n}": ("ambulance", 0.0) for n in range(10)}, "C1": ("clerk", 0.0)})


def drawn(of: Workload) -> dict[str, np.ndarray]:
    """A day of it."""
    return draw_columns(of, 1, START, DAY_S)


def test_load_is_a_factor_on_every_hour_of_the_week() -> None:
    """20 % more of 60 calls an hour are 72, and of a week of rates every one grows."""
    assert with_load(WORLD, 1.2).arrivals.rate_per_h == 72
    weekly = within_hours(WORLD, 0, 12)
    assert with_load(weekly, 2).arrivals.week == tuple(120.0 if hour % 24 < 12 else 0.0 for hour in range(168))


def test_a_night_goes_over_midnight() -> None:
    """From 22 until 6 are eight hours of every day, and nobody rings in the other sixteen."""
    week = within_hours(WORLD, 22, 6).arrivals.week
    assert [hour for hour in range(24) if week[hour]] == [0, 1, 2, 3, 4, 5, 22, 23]
    assert sum(week) == 7 * 8 * 60


def test_hours_from_one_to_the_same_are_a_whole_day() -> None:
    """From midnight until midnight is not nothing."""
    assert within_hours(WORLD, 0, 0).arrivals.week == WORLD.arrivals.week


def test_a_major_incident_comes_beside_the_ordinary_ones_and_changes_none_of_them() -> None:
    """One more matter, others ring about it, and every ordinary matter keeps its instant and its luck."""
    changed = with_major(WORLD, CENTRE, "ill", [3600.0], others_ring=20, further=2)
    before, after = drawn(WORLD), drawn(changed)
    ordinary = len(before["nature"])
    assert len(after["nature"]) == ordinary + 1
    assert (after["nature"][:ordinary] == before["nature"]).all()
    assert (after["course/ambulance"][:ordinary] == before["course/ambulance"]).all()
    about = after["at"][after["row"] == ordinary]
    assert about.min() == START + 3_600_000
    assert 5 < len(about) < 45
    major = next(nature for nature in changed.natures if nature.id == MAJOR)
    assert [(each.skill, each.quantity) for each in major.further][:1] == [("transport", 2)]


def test_worse_triage_says_of_one_what_is_true_of_its_like() -> None:
    """`ill` and `unwell` differ in how severe it is, so a tenth of either say the other; what is the same stays told rightly."""
    ill, unwell = with_worse_triage(WORLD, 0.1).natures
    assert ill.told == {"severe": {"yes": 0.9, "no": pytest.approx(0.1)}}
    assert unwell.told == {"severe": {"no": 0.9, "yes": pytest.approx(0.1)}}


def test_worse_triage_cannot_mistake_what_nothing_else_is_like() -> None:
    """Among one kind of call there is nothing to confuse."""
    only = workload([ILL])
    assert with_worse_triage(only, 0.1).natures == only.natures


def test_travel_noise_keeps_the_mean_and_adds_its_own_spread() -> None:
    """A factor of exactly 1 becomes lognormal with mean 1 and the coefficient of variation; two spreads add as products do."""
    spread = workload([ILL], {"travel_factor": {"gamma": {"mean": 2, "cv": 0.4}}})
    for of, mean, cv in ((WORLD, 1, 0.3), (spread, 2, (1.16 * 1.09 - 1) ** 0.5)):
        factor = with_travel_noise(of, 0.3).conducts["crews"]["ambulance"].travel_factor
        assert isinstance(factor, DistributionEntry)
        assert factor.lognormal is not None
        assert factor.lognormal.mean == pytest.approx(mean, rel=0.01)
        assert factor.lognormal.cv == pytest.approx(cv, rel=0.02)


def test_stale_positions_never_make_a_radio_better_than_it_was() -> None:
    """What was lost or late more often stays so."""
    poor = workload([ILL], radio={"delay_s": {"constant": 90}, "positions_lost_share": 0.8})
    for of, delay_s, lost in ((WORLD, 60, 0.5), (poor, 90, 0.8)):
        radio = with_stale_positions(of, 0.5, 60).radio
        assert radio is not None
        assert (of.distribution(radio.delay_s).mean, radio.positions_lost_share) == (delay_s, lost)


def test_overrides_come_out_of_what_was_left_to_follow() -> None:
    """Where 60 % are done otherwise already, a tenth of the other 40 % are 4 %."""
    mostly = workload([ILL], compliance=[{"share": 0.6, "rule": "next_best", "because": "habit"}])
    assert [each.share for each in with_overrides(mostly, 0.1).compliance] == [0.6, pytest.approx(0.04)]
    assert [each.share for each in with_overrides(WORLD, 0.1).compliance] == [pytest.approx(0.1)]


def test_lost_units_are_spread_over_their_kind_and_one_always_stays() -> None:
    """A fifth of ten are two; of a single clerk nobody is lost."""
    lost = some_of(CENTRE, ["ambulance", "clerk"], 0.2)
    assert lost == ("A2", "A7")
    assert sorted(without(CENTRE, lost).resources) == sorted(set(CENTRE.resources) - {"A2", "A7"})
