"""What a back-test concludes, and what a report says of a twin: by hand, on the smallest figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.measures import Measures
from incidents.refusals import Refusal
from simulation.back_test import REPLICATIONS, back_test
from simulation.back_test_rows import Figure, Row, interval, shown_causes
from simulation.calibration import NEVER, Calibration, Period, standing
from tests.simulation.small_log import crewed_mapping, write_log

FIGURE = "response_s.median.call"
RECORD = Calibration(
    calibration="town",
    tested_on="2024-02-01",
    workload="abc",
    fitted=Period(since="2024-01-01 00:00", until="2024-01-08 00:00", incidents=100),
    tested=Period(since="2024-01-08 00:00", until="2024-01-15 00:00", incidents=100),
    windows=7,
    days=1,
    replications=39,
    figures=50,
    coverage=0.96,
    rows=4,
    close=4,
    echoed=1.0,
    travel_imputed=0,
    passed=True,
)


def runs(*medians: float) -> list[Measures]:
    """Replications with one response each."""
    return [Measures(0, 1, {("response_s", "call"): np.asarray([value])}, {"contacts": 1.0}, {}) for value in medians]


def row(log: float, twin: float, resolution_s: float = 1.0) -> Row:
    """A row with equal medians and 90th percentiles."""
    return Row("response_s", "call", 1, 1, 50, log, twin, log, twin, resolution_s, "")


def test_of_39_runs_the_least_and_the_greatest_are_the_interval() -> None:
    """One more draw falls outside them with a chance of 2 in 40."""
    assert interval(runs(*range(1, 40)), FIGURE) == (1, 39)


def test_of_79_runs_the_second_least_and_greatest_are() -> None:
    """k = 80 * 0.025 = 2."""
    assert interval(runs(*range(1, 80)), FIGURE) == (2, 78)


def test_too_few_runs_have_no_interval() -> None:
    """Of 38 the least and the greatest hold less than 95 %."""
    assert interval(runs(*range(1, 39)), FIGURE) is None


@given(st.integers(0, 2**31))
def test_the_interval_holds_one_more_draw_as_often_as_it_says(seed: int) -> None:
    """A prediction interval, not one of the mean: of 200 draws like the runs, 95 % with a standard error of four at most."""
    draws = np.random.default_rng(seed).lognormal(5, 1, (200, REPLICATIONS + 1))
    ends = np.sort(draws[:, 1:], axis=1)[:, [0, -1]]
    inside = np.mean((ends[:, 0] <= draws[:, 0]) & (draws[:, 0] <= ends[:, 1]))
    assert inside >= 0.85


def test_the_interval_of_the_mean_would_hold_hardly_any() -> None:
    """The classic wrong test: with many runs it is narrow, and a week of the world is one draw."""
    draws = np.random.default_rng(1).normal(100, 10, (500, 40))
    half = 2.02 * draws[:, 1:].std(axis=1, ddof=1) / np.sqrt(39)
    assert np.mean(np.abs(draws[:, 0] - draws[:, 1:].mean(axis=1)) <= half) < 0.4


@pytest.mark.parametrize(
    ("log", "twin", "resolution_s", "close"),
    [
        (100, 110, 1, True),
        (100, 111, 1, False),
        (100, 89, 1, False),
        (3, 4, 1, True),
        (120, 180, 60, True),
        (0, 0, 1, True),
    ],
)
def test_a_row_is_close_within_a_tenth_or_what_the_log_can_tell_apart(
    log: float, twin: float, resolution_s: float, close: bool
) -> None:
    """Both edges, and a log of whole minutes."""
    assert row(log, twin, resolution_s).is_close is close


NOWHERE = (float("nan"), float("nan"))


@pytest.mark.parametrize(
    ("before", "twin", "ends", "told"),
    [
        (100, 104, NOWHERE, "the log moved"),
        (100, 112, NOWHERE, ""),
        (126, 114, NOWHERE, ""),
        (float("nan"), 112, (100, 131), "too few to tell"),
        (float("nan"), 112, (100, 129), ""),
    ],
)
def test_a_miss_has_a_cause_only_where_a_test_shows_it(
    before: float, twin: float, ends: tuple[float, float], told: str
) -> None:
    """The log has 130: close to what was fitted, which then moved; or chance goes as far; otherwise nobody knows."""
    figure = Figure("median", 130, twin, before, *ends)
    found = shown_causes([figure, Figure("90th percentile", 200, 200, 200, *NOWHERE)], 1.0)
    assert found.startswith(told)
    assert bool(found) == bool(told)


def test_one_figure_without_a_cause_leaves_the_row_unexplained() -> None:
    """Half an explanation is none."""
    moved, strange = Figure("median", 130, 100, 100, *NOWHERE), Figure("90th percentile", 300, 200, 250, *NOWHERE)
    assert shown_causes([moved], 1.0)
    assert not shown_causes([moved, strange], 1.0)


def test_a_tested_cause_goes_before_what_the_mapping_says() -> None:
    """Somebody's word is for what no test shows."""
    assert replace(row(100, 150), because="said").why == "said"
    assert replace(row(100, 150), because="said", tested="shown").why == "shown"


@pytest.mark.parametrize(
    ("tested", "because", "may_pass"),
    [("too few to tell", "", True), ("the log moved", "", False), ("the log moved", "said", True), ("", "", False)],
)
def test_a_log_that_moved_explains_a_row_and_does_not_let_it_pass(tested: str, because: str, may_pass: bool) -> None:
    """A twin of how things were does not foretell how they are, though nobody could have known."""
    assert replace(row(100, 150), tested=tested, because=because).may_pass is may_pass


def test_a_twin_without_a_record_is_uncalibrated() -> None:
    """So is every new one."""
    assert standing(None, "abc") == NEVER


def test_a_twin_whose_workload_changed_is_uncalibrated() -> None:
    """The record speaks of another."""
    assert standing(RECORD, "abd").startswith("uncalibrated: the workload has changed")


def test_a_twin_that_failed_is_uncalibrated_and_says_by_how_much() -> None:
    """Somebody has to decide whether it is good enough."""
    told = standing(RECORD.model_copy(update={"passed": False, "coverage": 0.7}), "abc")
    assert told.startswith("uncalibrated: its back-test of 2024-02-01 failed; 70 % of 50 figures")


def test_a_twin_that_passed_is_calibrated() -> None:
    """Of the very workload."""
    assert standing(RECORD, "abc").startswith("calibrated by the back-test of 2024-02-01: 96 % of 50 figures")


def test_a_mapping_that_names_no_later_part_is_refused(tmp_path: Path) -> None:
    """A test on what was fitted would be none."""
    write_log(
        tmp_path,
        [
            {
                "number": "1",
                "kind": "crew",
                "unit": "A",
                **dict.fromkeys(("opened", "sent", "left", "there", "clear"), ""),
            }
        ],
    )
    with pytest.raises(Refusal, match="back_test"):
        back_test(tmp_path, crewed_mapping())


def test_too_few_replications_are_refused(tmp_path: Path) -> None:
    """They would give no interval, and no interval is never missed."""
    mapping = crewed_mapping(back_test={"first": "2024-01-16"})
    with pytest.raises(Refusal, match="no 95 % prediction interval"):
        back_test(tmp_path, mapping, runs=REPLICATIONS - 1)
