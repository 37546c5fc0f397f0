"""The report says first how far the baseline stands from the log, and trusts no word it is given."""

from __future__ import annotations

import dataclasses
import io
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from incidents.measures import Measures
from simulation.calibration import NEVER
from simulation.intervals import Interval
from simulation.judgement import Evidence, Judgement, judge
from simulation.paired import Pairs
from simulation.pictures import CURVE_HEIGHT, CURVE_WIDTH, FOREST_WIDTH, curves, forest, whisker
from simulation.report import (
    FidelityRow,
    OnWorkload,
    Report,
    Rules,
    as_json,
    as_text,
    concurrency_row,
    fidelity_rows,
    render_html,
    spreads,
    utilisation_rows,
)
from simulation.terms import Criterion, Looks, Terms

HOSTILE = '<script>alert("1")</script>&"\''
COUNTS = {"concurrency.median": 25.0, "concurrency.max": 58.0, "utilisation.engine": 0.25}
RED = "response_s.p90.red"


def run(*responses_s: float) -> Measures:
    return Measures(0, 1, {("response_s", "red"): np.sort(np.asarray(responses_s))}, COUNTS, {})


BASELINE = [run(100, 200, 301), run(110, 210, 310), run(120, 220, 333)]
CANDIDATE = [run(90, 190, 280), run(100, 200, 290), run(110, 210, 312)]
OBSERVED = {
    "response_s.median.red": 200.0,
    "response_s.p90.red": 500.0,
    "concurrency.median": 27,
    "concurrency.max": 60,
}


def judged(guardrails: Mapping[str, float], runs: int = 3) -> Judgement:
    """The p90 must fall by more than 5 s, and no other figure may get worse by more than its margin."""
    terms = Terms(
        primary=Criterion(measure=RED, want="reduce", margin_abs=5),
        guardrails=tuple(
            Criterion(measure=name, want="no_worse", margin_abs=margin) for name, margin in guardrails.items()
        ),
        looks=Looks(at=(runs,)),
    )
    return judge(terms, [Evidence("week", BASELINE[:runs], CANDIDATE[:runs])], look=1)


def endless() -> Judgement:
    """A judgement by two runs whose interval has no ends."""
    whole = judged({}, 2)
    finding = whole.findings[0]
    interval = Interval(-math.inf, math.inf, 0.95)
    open_ended = dataclasses.replace(finding, difference=dataclasses.replace(finding.difference, interval=interval))
    return dataclasses.replace(whole, findings=(open_ended,))


def differences(*measures: str) -> tuple[OnWorkload, ...]:
    """What the runs say of these figures."""
    return (OnWorkload("week", tuple(Pairs.of(each, BASELINE, CANDIDATE).difference(0.95) for each in measures)),)


def report(**given: Any) -> Report:
    whole = Report(
        title="Diversion",
        question="May units be diverted?",
        scenario="toy",
        baseline=Rules("old", 1, "a" * 64),
        candidate=Rules("new", 2, "b" * 64),
        changes=("dispatch.diversion is new",),
        judgement=judged({"response_s.within_205.red": 0.9}),
        workloads=differences(RED, "concurrency.max"),
        command="muster what-if diversion.yaml",
        contacts=9,
        run_time_s=1.5,
        seeds=(1, 2, 3),
        fidelity=fidelity_rows(OBSERVED, BASELINE, reasons={"response_s.red": "roads are not modelled"}),
        concurrency=concurrency_row(OBSERVED, BASELINE),
        spreads=spreads(BASELINE, CANDIDATE, ["red", "black"]),
        utilisation=utilisation_rows(BASELINE, CANDIDATE),
        versions={"Muster": "0.1.0"},
        limits=("units never break down",),
    )
    return dataclasses.replace(whole, **given)


def shown(given: Report) -> str:
    console = Console(file=io.StringIO(), width=200, record=True)
    console.print(as_text(given))
    return console.export_text()


def test_the_page_asks_the_network_for_nothing_and_runs_nothing() -> None:
    """A report is read years later, on a machine without a network, by somebody who must trust it."""
    page = render_html(report())
    assert re.findall(r"https?:|src\s*=|href|<script|<link|<iframe|@import|url\(|\son\w+=", page) == []


def test_hostile_names_are_escaped_wherever_they_stand() -> None:
    """Names come from other people's files, and the page is opened in a browser that has their cookies."""
    workloads = (
        dataclasses.replace(differences(f"response_s.p90.{HOSTILE}")[0], workload=HOSTILE, run_length=HOSTILE),
    )
    page = render_html(
        report(
            title=HOSTILE,
            question=HOSTILE,
            scenario=HOSTILE,
            provenance=HOSTILE,
            baseline=Rules(HOSTILE, 1, HOSTILE),
            candidate=Rules(HOSTILE, 1, HOSTILE),
            changes=(HOSTILE,),
            workloads=workloads,
            command=HOSTILE,
            fingerprint=HOSTILE,
            ended=HOSTILE,
            fidelity=(FidelityRow(HOSTILE, HOSTILE, 1, 1, 9, 9, HOSTILE),),
            spreads=spreads(BASELINE, CANDIDATE, ["red"]),
            versions={HOSTILE: HOSTILE},
            limits=(HOSTILE,),
        )
    )
    assert page.count("&lt;script&gt;") >= 16
    assert "<script" not in page


def test_terminal_markup_in_names_is_not_obeyed() -> None:
    """A procedure called [bold] must be shown as it is called."""
    assert "[bold]Diversion[/]" in shown(report(title="[bold]Diversion[/]"))


@pytest.mark.parametrize("told", [render_html, shown])
def test_the_standing_comes_before_the_verdict(told: Any) -> None:
    """Nobody should read a verdict before knowing whether the twin resembles the centre."""
    text = told(report())
    standing = text.index("0 of 1 rows stand within 15 %")
    assert standing < text.index("roads are not modelled") < text.index("conditions")


@pytest.mark.parametrize("told", [render_html, shown])
def test_a_report_without_a_log_says_that_it_is_uncalibrated(told: Any) -> None:
    """Silence would read as agreement."""
    text = told(report(fidelity=(), concurrency=None))
    assert text.index(NEVER) < text.index("conditions")


def test_json_holds_no_number_that_json_lacks_and_begins_with_the_standing() -> None:
    """One pair of runs has an interval without ends; readers in other languages choke on Infinity."""
    data = json.loads(json.dumps(as_json(report(judgement=endless())), allow_nan=False))
    assert next(iter(data)) == "standing"
    assert data["judgement"]["findings"][0]["difference"]["interval"]["low"] is None
    assert data["fidelity"][0]["is_within"] is False


def test_fidelity_compares_means_over_runs_with_the_log() -> None:
    """Medians 200, 210, 220 mean 210; p90s 301, 310, 333 mean 314.67 of three samples each."""
    row = fidelity_rows(OBSERVED, BASELINE)[0]
    assert (row.clock, row.priority, row.twin_median) == ("response_s", "red", 210)
    assert row.ratio_median == pytest.approx(1.05)
    assert row.ratio_p90 == pytest.approx(314.6667 / 500)


@pytest.mark.parametrize(
    ("log", "twin", "is_within"),
    [
        ((100, 200), (115, 170), True),
        ((100, 200), (116, 200), False),
        ((100, 200), (100, 169), False),
        ((0, 200), (0, 200), True),
        ((0, 200), (1, 200), False),
        ((100, 200), (math.nan, 200), False),
    ],
)
def test_a_row_is_close_when_both_figures_are(
    log: tuple[float, float], twin: tuple[float, float], is_within: bool
) -> None:
    """A right median with a wrong tail is not close, and nothing observed is not close either."""
    assert FidelityRow("response_s", "red", *log, *twin).is_within is is_within


def test_the_concurrency_of_the_log_stands_beside_the_twins() -> None:
    """If the twin is busier than the city ever was, its waits mean nothing."""
    row = concurrency_row(OBSERVED, BASELINE)
    assert row is not None
    assert (row.log_median, row.log_max, row.twin_median, row.twin_max) == (27, 60, 25, 58)


def test_a_priority_that_only_one_side_observed_is_not_drawn() -> None:
    """Two curves or none; `black` has no samples here."""
    assert [spread.priority for spread in spreads(BASELINE, CANDIDATE, ["black", "red"])] == ["red"]


def test_a_whisker_stands_where_its_numbers_say() -> None:
    """Reduce by 5: the interval lies left of the bar, the bar left of no change, and passing is to the left."""
    picture = whisker(report().judgement.findings[0])
    assert picture is not None
    assert picture.low < picture.middle < picture.high < picture.bar < picture.nothing
    assert (picture.passing_from, picture.passing_to) == (0, picture.bar)


def test_an_endless_interval_is_drawn_open_inside_the_picture() -> None:
    """One pair of runs: both ends leave the drawing."""
    picture = whisker(endless().findings[0])
    assert picture is not None
    assert (picture.is_open_left, picture.is_open_right, picture.low, picture.high) == (True, True, 0, 640)


def test_the_forest_has_one_axis_with_no_change_in_its_middle() -> None:
    """Rows are only comparable when a per cent is as wide in each."""
    drawn = forest([Pairs.of(each, BASELINE, BASELINE).difference(0.95) for each in (RED, "concurrency.max")])
    assert drawn == ((FOREST_WIDTH / 2,) * 3,) * 2


def test_a_distribution_climbs_from_nothing_and_stays_inside_its_frame() -> None:
    """A cumulative curve that fell or left its frame would be a lie."""
    spread = spreads(BASELINE, CANDIDATE, ["red"])[0]
    points = re.findall(r"H([\d.]+)V([\d.]+)", curves(spread.baseline, spread.candidate).baseline)
    xs, ys = [float(x) for x, _ in points], [float(y) for _, y in points]
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)
    assert max(xs) <= CURVE_WIDTH
    assert 0 < min(ys) < max(ys) < CURVE_HEIGHT
