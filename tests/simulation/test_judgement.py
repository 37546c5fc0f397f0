"""Verdicts on runs made by hand: what passes, what fails, what stays undecided, and what is never forced."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from incidents.measures import Measures
from optimiser.refusals import Refusal
from simulation.judgement import Evidence, Judgement, Variation, judge
from simulation.shared_error import nominal_levels
from simulation.terms import Terms

P90, MEAN, CODE_2 = "response_s.p90.red", "response_s.mean.red", "response_s.p90.black"
RUNS = 20
WAVE = tuple(float(at % 5 - 2) for at in range(RUNS))
"""Steps about 0: their standard deviation is 1.451, and t's 95 % interval of their mean reaches 0.679."""


def runs(count: int = RUNS, **steps: float | Sequence[float]) -> list[Measures]:
    """Baseline weeks of 300 s and more, each figure moved by a step or by one for each run."""
    names = {"p90": P90, "mean": MEAN, "black": CODE_2, "unreached": "unreached", "contacts": "contacts"}
    found: list[Measures] = []
    for at in range(count):
        figures = {"p90": 300.0 + 7 * (at % 4), "mean": 200.0 + 5 * (at % 3), "black": 500.0 + 11 * (at % 7), "unreached": 0.0,
                   "contacts": 100.0}  # fmt: skip
        for name, step in steps.items():
            figures[name] += step if isinstance(step, (int, float)) else step[at]
        found.append(Measures(0, 1, {}, {names[name]: value for name, value in figures.items()}, {}))
    return found


def terms(**changed: Any) -> Terms:
    plain = {
        "primary": {"measure": P90, "want": "reduce", "margin_abs": 2},
        "guardrails": [{"measure": CODE_2, "want": "no_worse", "margin_abs": 3}],
        "looks": {"at": [RUNS]},
    }
    return Terms.model_validate(plain | changed)


def about(centre: float) -> list[float]:
    return [centre + step for step in WAVE]


def judged(asked: Terms | None = None, look: int = 1, count: int = RUNS, **steps: float | Sequence[float]) -> Judgement:
    return judge(asked or terms(), [Evidence("normal", runs(count), runs(count, **steps))], look=look)


@pytest.mark.parametrize(
    ("p90", "black", "outcome"),
    [(-4, 0, "pass"), (-4, 1.5, "pass"), (-2.3, 0, "undecided"), (-4, 3.2, "undecided"), (-0.5, 0, "fail"), (-4, 5, "fail"),
     (9, 9, "fail")],
)  # fmt: skip
def test_the_change_passes_where_the_aim_is_met_and_nothing_else_pays(p90: float, black: float, outcome: str) -> None:
    """Two tests share 5 %: an interval reaches about 0.8 s, and only one wholly beyond its bar decides."""
    assert judged(p90=about(p90), black=about(black)).verdict.outcome == outcome


def test_a_procedure_against_itself_passes_its_guardrails_and_fails_its_aim() -> None:
    """Exactly the same runs: no worse, and no better."""
    found = judged()
    assert [finding.outcome for finding in found.findings] == ["fail", "pass"]
    assert found.findings[0].difference.interval is not None
    assert found.findings[0].difference.interval.half_width == 0


def test_where_no_run_differs_it_says_how_many_might() -> None:
    """Twenty equal runs leave 1 - 0.05^(1/20) = 14 % of runs that may be otherwise."""
    assert (
        judged().findings[1].because.endswith("No run differs; with 95 % certainty fewer than 14 % of all runs would.")
    )


def test_the_smallest_p_value_is_held_against_the_smallest_share() -> None:
    """Holm on two passing tests: 2.5 % for the surer one, 5 % for the other."""
    found = judged(p90=about(-3), black=about(-9))
    assert [finding.held_against for finding in found.findings] == pytest.approx([0.05, 0.025])


def test_the_interval_goes_with_what_it_was_held_against() -> None:
    """What is drawn is what decided."""
    for finding in judged(p90=about(-3), black=about(2.5)).findings:
        assert finding.difference.interval is not None
        assert finding.difference.interval.level == pytest.approx(1 - finding.held_against)


def test_more_workloads_ask_for_more_evidence() -> None:
    """An improvement that one workload shows at 5 % is not shown where nine others might have shown it by chance."""
    one = terms(guardrails=[], primary={"measure": P90, "want": "reduce", "margin_abs": 0})
    seen, unseen = runs(p90=about(-0.8)), runs(p90=about(0))
    alone = judge(one, [Evidence("1", runs(), seen)], look=1)
    among = judge(one, [Evidence(str(at), runs(), unseen if at else seen) for at in range(10)], look=1)
    assert (alone.findings[0].outcome, among.findings[0].outcome) == ("pass", "undecided")


def test_an_early_look_decides_only_what_is_plain() -> None:
    """O'Brien-Fleming: at a quarter of the runs the p-value has to be below 0.00002; the same steps pass at the last look."""
    asked = terms(looks={"at": [10, 20, 40]}, guardrails=[])
    early, late = (
        judged(asked, look, runs_, p90=[-3.2 + WAVE[at % 5] for at in range(runs_)])
        for look, runs_ in ((1, 10), (3, 40))
    )
    assert (early.verdict.outcome, late.verdict.outcome) == ("undecided", "pass")
    assert early.findings[0].held_against == pytest.approx(nominal_levels((10, 20, 40), "obrien-fleming", 0.05)[0])
    assert (early.spent < 0.001, late.spent == pytest.approx(0.05), late.is_last) == (True, True, True)


def test_the_end_of_the_budget_forces_nothing() -> None:
    """At the last look undecided stays undecided, and says what would help."""
    found = judged(p90=about(-2.3))
    assert found.is_last
    assert found.verdict.outcome == "undecided"
    assert found.verdict.more_runs is not None
    assert "more runs would decide" in found.verdict.because


def test_the_runs_that_are_asked_for_do_decide() -> None:
    """With as many more runs of the same scatter, the test that was undecided passes."""
    asked = terms(guardrails=[])
    more = judged(asked, p90=about(-2.5)).findings[0].more_runs
    assert more is not None
    total = RUNS + 5 * math.ceil(more / 5)
    later = terms(guardrails=[], looks={"at": [total]})
    assert judged(later, 1, total, p90=[-2.5 + WAVE[at % 5] for at in range(total)]).verdict.outcome == "pass"


@pytest.mark.parametrize(("limit", "outcome"), [({"at_most": 2}, "pass"), ({"at_most": 1.5}, "fail")])
def test_one_run_breaks_a_hard_limit(limit: dict[str, float], outcome: str) -> None:
    """No statistics: two unreached in one of twenty weeks is two."""
    found = judged(terms(hard=[{"measure": "unreached", **limit}]), p90=about(-4), unreached=[2.0] + [0.0] * 19)
    assert (found.verdict.outcome, found.hard[0].worst, found.hard[0].broken) == (outcome, 2.0, int(outcome == "fail"))


def test_a_guardrail_on_what_never_happened_needs_enough_runs() -> None:
    """Nothing unreached in 20 runs: 0.05 a run cannot be excluded, 1 can; and about 54 more would do."""
    strict, loose = (
        judged(terms(guardrails=[{"measure": "unreached", "want": "no_worse", "margin_abs": margin}]), p90=about(-4))
        for margin in (0.05, 1)
    )
    assert (strict.findings[1].outcome, loose.findings[1].outcome) == ("undecided", "pass")
    assert strict.verdict.more_runs == strict.findings[1].more_runs
    assert strict.verdict.more_runs is not None
    assert 50 < strict.verdict.more_runs < 90


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        (about(-1), "pass"),
        (about(-0.1), "pass"),
        (about(0.1), "undecided"),
        (about(4), "fail"),
        (about(0), "undecided"),
    ],
)
def test_a_varied_world_must_keep_the_sign(steps: list[float], outcome: str) -> None:
    """An effect that turns round with 20 % more load is no effect to roll out."""
    varied = Variation("load +20 %", "normal", runs(), runs(p90=steps))
    found = judge(terms(), [Evidence("normal", runs(), runs(p90=about(-4)))], look=1, sensitivities=[varied])
    assert (found.sensitivities[0].outcome, found.verdict.outcome) == (outcome, outcome)
    assert outcome == "pass" or "load +20 %" in found.verdict.because


def test_a_baseline_that_differs_from_itself_ends_all_judging() -> None:
    """If the runs were not paired, nothing that was found can be relied on."""
    again = runs(2, mean=[0.0, 0.001])
    found = judge(terms(), [Evidence("normal", runs(), runs(p90=about(-4)), again)], look=1)
    assert found.verdict.outcome == "undecided"
    assert "self-test" in found.verdict.because
    assert found.self_tests[0].outcome == "fail"


def test_every_verdict_tests_itself() -> None:
    """The same procedure twice, on other contacts, and an effect planted."""
    found = judge(terms(), [Evidence("normal", runs(), runs(p90=about(-4)), runs(3))], look=1)
    assert [test.outcome for test in found.self_tests] == ["pass"] * 3


def test_a_run_that_observed_nothing_leaves_it_undecided_and_says_so() -> None:
    """Leaving the run out would choose the runs by their outcome."""
    found = judged(p90=about(-4), black=[math.nan] + [0.0] * 19)
    assert found.verdict.outcome == "undecided"
    assert found.findings[1].because == "1 of 20 runs observed nothing to measure it by."


def test_a_criterion_is_judged_only_where_it_says() -> None:
    """The night's guardrail says nothing about the day."""
    asked = terms(guardrails=[{"measure": CODE_2, "want": "no_worse", "margin_abs": 3, "workloads": ["night"]}])
    both = [Evidence(name, runs(), runs(p90=about(-4))) for name in ("day", "night")]
    found = judge(asked, both, look=1)
    assert [(finding.criterion.measure, finding.workload) for finding in found.findings] == [
        (P90, "day"), (P90, "night"), (CODE_2, "night"),
    ]  # fmt: skip


def test_all_that_is_unsound_is_refused_at_once() -> None:
    """Whoever mends one flaw should not find the next only then."""
    asked = terms(hard=[{"measure": "handling_s.mean.all", "at_most": 9, "workloads": ["night"]},
                        {"measure": "utilisation.balloon", "at_most": 1}])  # fmt: skip
    with pytest.raises(Refusal) as refused:
        judge(asked, [Evidence("day", runs(), runs(RUNS - 1))], look=1)
    assert [flaw.where for flaw in refused.value.flaws] == ["workloads", "day", "utilisation.balloon"]


@pytest.mark.parametrize("look", [0, 2])
def test_a_look_that_was_not_planned_is_refused(look: int) -> None:
    """An extra look spends error that nobody set aside."""
    with pytest.raises(Refusal, match="there is no look"):
        judged(look=look)


def test_sentences_say_what_was_found() -> None:
    """The measure, by how much, and how surely."""
    told = judged(terms(guardrails=[]), p90=about(-4)).findings[0].because
    assert told == (
        "P90 response time for red falls by more than 2.00 s: −4.00 s on average, 95 % interval −4.68 s to −3.32 s, 20 runs."
    )


def test_thirty_tests_of_nothing_seldom_claim_anything() -> None:
    """150 experiments between equals, three looks each: at most 5 % with any claim, and 4 standard deviations."""
    chance, claims, experiments = np.random.default_rng(4), 0, 150
    measures = [f"response_s.p{percent}.red" for percent in (50, 60, 70, 80, 90, 99)]
    asked = Terms.model_validate({
        "primary": {"measure": measures[0], "want": "reduce", "margin_abs": 0},
        "guardrails": [{"measure": measure, "want": "no_worse", "margin_abs": 0} for measure in measures[1:]],
        "looks": {"at": [6, 12], "spending": "pocock"},
    })  # fmt: skip
    for _ in range(experiments):
        drawn = chance.gamma(4, size=(5, 2, 12, len(measures)))
        sides = [
            [[Measures(0, 1, {}, dict(zip(measures, run, strict=True)), {}) for run in arm] for arm in each]
            for each in drawn
        ]
        claims += any(
            finding.outcome != "undecided"
            for look, count in enumerate(asked.looks.at, 1)
            for finding in judge(
                asked,
                [Evidence(str(at), one[:count], other[:count]) for at, (one, other) in enumerate(sides)],
                look=look,
            ).findings
        )
    assert claims / experiments < 0.05 + 4 * math.sqrt(0.05 * 0.95 / experiments)
