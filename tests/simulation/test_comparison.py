"""Verdicts on differences made by hand: what passes, what fails, and what is left undecided."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from incidents.measures import Measures
from optimiser.refusals import Refusal
from simulation.comparison import Comparison, Criterion, compare, in_words, measure_in_words
from simulation.intervals import Interval

MEAN = "response_s.mean.red"


def run(mean_s: float | None, **counts: float) -> Measures:
    """A run whose mean response is `mean_s`, or in which nobody responded."""
    samples = np.asarray([] if mean_s is None else [mean_s])
    return Measures(0, 1, {("response_s", "red"): samples}, counts, {}, ("red", "black"))


def runs(*means_s: float | None) -> list[Measures]:
    return [run(mean_s) for mean_s in means_s]


def criterion(want: str, **settings: Any) -> Criterion:
    return Criterion.model_validate({"measure": MEAN, "want": want, **settings})


def judged(steps: Sequence[float], *criteria: Criterion) -> Comparison:
    """Baseline 100 s in every run, candidate 100 + step."""
    return compare(runs(*[100.0] * len(steps)), runs(*(100 + step for step in steps)), criteria)


# Steps of -1 and +1 about a centre, four runs: s = 1.1547, t(3; 0.975) = 3.18245, half-width 1.8374.
ABOUT = (-1.0, -1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("want", "margin", "centre", "outcome"),
    [
        ("reduce", 5, -7, "pass"),
        ("reduce", 5, -6.8, "undecided"),
        ("reduce", 5, -3.2, "undecided"),
        ("reduce", 5, -3.1, "fail"),
        ("reduce", 5, 20, "fail"),
        ("reduce", 0, -2, "pass"),
        ("increase", 5, 7, "pass"),
        ("increase", 5, 6.8, "undecided"),
        ("increase", 5, 3.1, "fail"),
        ("no_worse", 5, 3.1, "pass"),
        ("no_worse", 5, -40, "pass"),
        ("no_worse", 5, 3.2, "undecided"),
        ("no_worse", 5, 6.8, "undecided"),
        ("no_worse", 5, 7, "fail"),
    ],
)
def test_a_criterion_is_judged_by_the_whole_interval(want: str, margin: float, centre: float, outcome: str) -> None:
    """The ends are centre +- 1.84; only an interval wholly on one side of the bar decides."""
    comparison = judged([centre + step for step in ABOUT], criterion(want, margin_abs=margin))
    assert (comparison.verdict.outcome, comparison.judgements[0].outcome) == (outcome, outcome)


def test_a_margin_may_be_a_share_of_the_baseline() -> None:
    """5 % of 100 s is 5 s."""
    judgement = judged([-7 + step for step in ABOUT], criterion("reduce", margin_share=0.05)).judgements[0]
    assert (judgement.margin, judgement.bar, judgement.outcome) == (5, -5, "pass")


@pytest.mark.parametrize(
    ("want", "margin", "outcome"),
    [("no_worse", 0.02, "pass"), ("no_worse", 0, "pass"), ("reduce", 0.02, "fail"), ("reduce", 0, "fail")],
)
def test_identical_runs_differ_by_nothing_at_all(want: str, margin: float, outcome: str) -> None:
    """A procedure compared with itself is no worse and no better, however the weeks scatter."""
    same = runs(100.1, 93.7, 120.3)
    comparison = compare(same, same, [criterion(want, margin_share=margin)])
    assert comparison.differences[0].interval == Interval(0.0, 0.0, 0.95)
    assert comparison.verdict.outcome == outcome


@pytest.mark.parametrize(("share", "outcome"), [(0.9, "pass"), (0.5, "fail")])
def test_fewer_reached_in_time_is_worse(share: float, outcome: str) -> None:
    """For shares within a time, `no_worse` must guard against a fall."""
    baseline = [run_within(0.8) for _ in range(3)]
    candidate = [run_within(share) for _ in range(3)]
    wanted = Criterion(measure="response_s.within_480.red", want="no_worse", margin_abs=0.05)
    assert compare(baseline, candidate, [wanted]).verdict.outcome == outcome


def run_within(share: float) -> Measures:
    samples = np.sort(np.where(np.arange(10) < 10 * share, 400.0, 500.0))
    return Measures(0, 1, {("response_s", "red"): samples}, {}, {})


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["pass", "pass"], "pass"),
        (["pass", "fail"], "fail"),
        (["undecided", "fail"], "fail"),
        (["pass", "undecided"], "undecided"),
        ([], "undecided"),
    ],
)
def test_the_verdict_is_the_worst_of_its_criteria(outcomes: list[str], verdict: str) -> None:
    """One failure fails; without criteria there is nothing to pass."""
    margins = {"pass": 0.0, "undecided": 10.0, "fail": 20.0}
    criteria = [criterion("reduce", margin_abs=margins[outcome]) for outcome in outcomes]
    comparison = judged([-10 + step for step in ABOUT], *criteria)
    assert [judgement.outcome for judgement in comparison.judgements] == outcomes
    assert comparison.verdict.outcome == verdict


def test_more_criteria_ask_for_wider_intervals() -> None:
    """Bonferroni: with two criteria each is held to 97.5 %, so that both hold together at 95 %."""
    alone = judged([-7 + step for step in ABOUT], criterion("reduce", margin_abs=5))
    together = judged([-7 + step for step in ABOUT], *[criterion("reduce", margin_abs=5)] * 2)
    interval = together.judgements[0].difference.interval
    assert interval is not None
    assert (alone.verdict.outcome, together.verdict.outcome) == ("pass", "undecided")
    assert interval.level == pytest.approx(0.975)


def test_a_run_without_observation_leaves_it_undecided_and_says_so() -> None:
    """No answer must not turn into a good answer."""
    comparison = compare(runs(100, None, 100), runs(80, 80, 80), [criterion("reduce", margin_abs=5)])
    judgement = comparison.judgements[0]
    assert (judgement.outcome, judgement.difference.runs, judgement.difference.missing) == ("undecided", 2, 1)
    assert "1 of 3 runs observed nothing" in judgement.because


def test_a_measure_that_no_run_observed_has_no_interval() -> None:
    """Nothing is told of nothing."""
    difference = compare(runs(100, 101), runs(80, 81), [], ["response_s.p90.black"]).differences[0]
    assert (difference.interval, difference.runs, math.isnan(difference.mean_difference)) == (None, 0, True)


def test_undecided_says_how_many_runs_would_decide() -> None:
    """-6.8 is 1.8 from the bar, 4 runs reach 1.837; with s = 1.1547 five reach 1.43."""
    verdict = judged([-6.8 + step for step in ABOUT], criterion("reduce", margin_abs=5)).verdict
    assert (verdict.outcome, verdict.more_runs) == ("undecided", 1)
    assert "About 1 more run would decide" in verdict.because


def test_standing_on_the_bar_promises_no_number_of_runs() -> None:
    """An effect exactly as large as the margin is never decided."""
    assert judged([-5 + step for step in ABOUT], criterion("reduce", margin_abs=5)).verdict.more_runs is None


def test_one_pair_of_runs_decides_nothing() -> None:
    """However large the difference, one week is one week."""
    assert judged([-90], criterion("reduce", margin_abs=5)).verdict.outcome == "undecided"


def test_differences_tell_of_criteria_and_extra_measures_once_each() -> None:
    """The table of the report follows this order."""
    wanted = [criterion("reduce", margin_abs=1), criterion("no_worse", margin_abs=1)]
    comparison = compare(runs(1, 2), runs(1, 2), wanted, ["response_s.n.red", MEAN])
    assert [difference.measure for difference in comparison.differences] == [MEAN, "response_s.n.red"]


@pytest.mark.parametrize(("baseline", "candidate"), [([1.0], [1.0, 2.0]), ([], [])])
def test_runs_that_do_not_pair_are_refused(baseline: list[float], candidate: list[float]) -> None:
    """Differences are taken within a pair, or they mean nothing."""
    with pytest.raises(Refusal):
        compare(runs(*baseline), runs(*candidate), [])


def test_all_unknown_measures_are_refused_at_once() -> None:
    """An author mends a file once, not once per flaw."""
    with pytest.raises(Refusal) as refusal:
        compare(runs(1), runs(1), [], ["response_s.p90.mauve", "nonsense"])
    assert [flaw.where for flaw in refusal.value.flaws] == ["response_s.p90.mauve", "nonsense"]


@pytest.mark.parametrize(
    ("flaw", "given"),
    [
        ("no margin", {"want": "reduce"}),
        ("two margins", {"want": "reduce", "margin_abs": 1, "margin_share": 0.1}),
        ("negative margin", {"want": "reduce", "margin_abs": -1}),
        ("unknown wish", {"want": "improve", "margin_abs": 1}),
        ("unknown measure", {"want": "reduce", "margin_abs": 1, "measure": "response.p90.red"}),
        ("certain", {"want": "reduce", "margin_abs": 1, "level": 1.0}),
        ("strange field", {"want": "reduce", "margin_abs": 1, "weight": 2}),
    ],
)
def test_a_flawed_criterion_is_refused(flaw: str, given: dict[str, Any]) -> None:
    """Criteria are stated before the runs, and a slip in one would only show after them."""
    with pytest.raises(ValidationError):
        Criterion.model_validate({"measure": MEAN, **given})


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
