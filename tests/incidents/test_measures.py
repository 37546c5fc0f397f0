"""The names of figures, and what is read off samples by them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from incidents.equity import LEAST_AREA_SAMPLES
from incidents.measures import (
    BY_AREA,
    COUNTS,
    KIND_COUNTS,
    LEVEL_STATISTICS,
    LEVELS,
    SHARES,
    STAGES,
    SURVIVORS,
    Measures,
    figure_flaw,
    more_is_better,
)
from incidents.refusals import Refusal
from incidents.survival import SURVIVAL

ENOUGH = LEAST_AREA_SAMPLES


def three_areas() -> Measures:
    """Response times of 100 s in the north, 300 s in the south, and 900 s in a moor with too few incidents to say."""
    north, south, moor = np.full(ENOUGH, 100.0), np.full(ENOUGH, 300.0), np.full(ENOUGH - 1, 900.0)
    samples = {
        ("response_s", "red"): np.concatenate([north, south, moor]),
        ("response_s", "red@north"): north,
        ("response_s", "red@south"): south,
        ("response_s", "red@moor"): moor,
    }
    return Measures(0, 1, samples, {}, {}, ("red", "black"), limits={("response_s", "red"): 300.0})


LAWFUL = (
    *(f"{clock}.p99.all" for clock in STAGES),
    *(f"{clock}.mean.red@north" for clock in BY_AREA),
    *(f"{level}.{statistic}.all" for level in LEVELS for statistic in LEVEL_STATISTICS),
    *(f"{SURVIVORS}.{function}.red@worst" for function in SURVIVAL),
    *(f"{share}.red" for share in SHARES),
    *(f"{count}.engine" for count in KIND_COUNTS),
    *COUNTS,
)


@pytest.mark.parametrize("name", LAWFUL)
def test_every_family_of_names_is_lawful(name: str) -> None:
    """The check of names and the lists of names must not part."""
    assert figure_flaw(name, priorities=["red"], kinds=["engine"], areas=["north"]) is None


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("response_s.p90.red@", "north, worst or gini"),
        ("response_s.p90.red@nowhere", "north"),
        ("response_s.n.red@worst", "another statistic"),
        ("turnout_s.p90.red@north", "response_s"),
        ("diversions@worst", "response_s"),
        ("queue.p50.all", "mean, p90, max"),
        ("calls_waiting.max.red", "all"),
        ("under_response.mauve", "all, red"),
        ("survivors_per_1000.knight.red", "valenzuela_1997"),
        ("response_s.within_.red", "within_target"),
        ("moves.tank", "engine"),
    ],
)
def test_what_no_figure_is_called_is_refused_with_what_one_is(name: str, accepted: str) -> None:
    """A guardrail on a misspelt area would be kept by anybody."""
    flaw = figure_flaw(name, priorities=["red"], kinds=["engine"], areas=["north"])
    assert flaw is not None
    assert accepted in flaw.accepted


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("response_s.mean.red@moor", 900),
        ("response_s.mean.red@worst", 300),
        ("response_s.within_200.red@worst", 0),
        ("response_s.mean.red@gini", 0.25),
        ("response_s.within_target.red", 2 * ENOUGH / (3 * ENOUGH - 1)),
        ("response_s.within_target.red@moor", 0),
    ],
)
def test_areas_are_told_one_by_one_and_over_all(name: str, expected: float) -> None:
    """Worst and Gini leave out the moor, whose figure is luck; of 100 and 300 the mean difference over twice the mean is 1/4."""
    assert three_areas().figure(name) == pytest.approx(expected)


def test_an_area_without_samples_is_not_a_number() -> None:
    """A district that had no incident was not served badly."""
    told = [three_areas().figure(f"response_s.mean.{group}") for group in ("red@lake", "black@worst", "black@gini")]
    assert all(math.isnan(each) for each in told)


def test_survivors_are_counted_over_those_reached_and_those_who_still_wait() -> None:
    """Who is left waiting must not raise survival: 0.594 less 0.055 a minute, at 4 minutes and at 100."""
    reached, waiting = np.asarray([240.0]), np.asarray([6000.0])
    samples = {("response_s", "red"): reached, ("still_waiting_s", "red"): waiting}
    measures = Measures(0, 1, samples, {}, {})
    assert measures.figure("survivors_per_1000.larsen_1993.red") == pytest.approx(1000 * (0.67 - 4 * 0.055) / 2)


def test_figures_list_no_area() -> None:
    """A city of forty districts would drown what is printed."""
    assert not any("@" in name for name in three_areas().figures())


def test_a_priority_that_no_one_declared_is_refused_with_an_area_too() -> None:
    """The area must not hide the misspelling before it."""
    with pytest.raises(Refusal):
        three_areas().figure("response_s.mean.mauve@north")


def test_why_a_figure_cannot_be_told_is_on_record() -> None:
    """NaN in a verdict says nothing; the reason says what to add."""
    lacks = {"cost": "the centre declares no costs"}
    measures = Measures(0, 1, {}, {"cost": math.nan}, {}, lacks=lacks)
    names = ("cost.duty", "cost", "response_s.within_target.all", "response_s.mean.all@worst")
    flaws = [measures.lack(name) for name in names]
    no_target = "the procedure declares no target on this clock for this priority"
    assert [None if flaw is None else flaw.what for flaw in flaws] == [lacks["cost"], lacks["cost"], no_target, None]


@pytest.mark.parametrize(
    ("name", "is_better"),
    [
        ("response_s.within_target.red@worst", True),
        ("response_s.within_480.red@gini", False),
        ("survivors_per_1000.de_maio_2003.red", True),
        ("conformance.share", True),
        ("under_response.red", False),
        ("cost", False),
        ("utilisation.engine", False),
    ],
)
def test_which_way_is_better(name: str, is_better: bool) -> None:
    """`no_worse` turns on it."""
    assert more_is_better(name) is is_better
