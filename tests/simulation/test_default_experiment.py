"""A candidate alone is enough of a question: suite and terms come from the baseline, and ask for nothing that is not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from incidents.refusals import Refusal
from simulation.default_experiment import (
    LOOKS,
    baseline_of,
    default_experiment,
    default_suite,
    default_terms,
    scenario_of,
)
from simulation.experiment import frozen
from simulation.periods import played
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.terms import Terms

BASELINE = "procedures/baseline.yaml"


def terms_of(name: str) -> Terms:
    """The default terms of a scenario."""
    scenario = Scenario.read(scenario_folder(name))
    procedure = scenario.procedure(BASELINE)
    worlds = [played(each, period, scenario, procedure) for each, period in default_suite().items()]
    return default_terms(scenario, procedure, worlds)


@pytest.mark.parametrize(
    ("name", "candidate"),
    [
        ("san_francisco", "diversion"),
        ("auckland", "redispatch"),
        ("police", "no_reserve"),
        ("bank", "traders_first"),
        ("service_desk", "first_line_first"),
    ],
)
def test_every_candidate_of_a_scenario_can_be_asked_about_alone(name: str, candidate: str) -> None:
    """Its baseline is the one it is based on, five workloads can be made, and every figure is one that the centre has."""
    scenario = Scenario.read(scenario_folder(name))
    path = f"procedures/{candidate}.yaml"
    against = baseline_of(scenario, path)
    assert against == BASELINE
    asked = frozen(default_experiment(scenario, against, [path]), scenario)
    assert len(asked.workloads) == 5
    assert asked.experiment.terms.looks.at == LOOKS
    assert asked.experiment.sensitivity is not None


def test_the_decision_rule_of_a_city() -> None:
    """The most urgent are reached sooner; neither they nor the least urgent, nor callers, nor the worst area pay for it."""
    terms = terms_of("san_francisco")
    assert terms.primary.measure == "response_s.mean.life-threatening"
    margins = {each.measure: each.margin_share or each.margin_abs for each in terms.guardrails}
    assert margins == {
        "response_s.p90.life-threatening": 0.02,
        "response_s.p99.code-2": 0.05,
        "response_s.p90.all@worst": 0.05,
        "distance_km": 0.05,
        "answer_s.p95.all": 1,
        "abandoned.share": 0.002,
        "unreached": 2,
    }


def test_a_centre_that_sends_nobody_is_judged_by_how_soon_it_answers() -> None:
    """There is no response time on a telephone, and no area either."""
    terms = terms_of("priority_call_centre")
    assert terms.primary.measure == "answer_s.mean.urgent"
    assert [each.measure for each in terms.guardrails] == [
        "answer_s.p90.urgent", "answer_s.p99.routine", "answer_s.p95.all", "abandoned.share",
    ]  # fmt: skip


def test_a_figure_is_asked_for_only_where_a_run_has_enough_of_it() -> None:
    """Seven nights have too few life-threatening calls to judge by, and enough callers for how soon they are answered."""
    terms = terms_of("san_francisco")
    by_measure = {each.measure: each.workloads or () for each in terms.criteria}
    assert "nights" not in by_measure["response_s.mean.life-threatening"]
    assert "normal week" in by_measure["response_s.p90.life-threatening"]
    assert "nights" in by_measure["answer_s.p95.all"]


def test_a_candidate_that_names_no_baseline_needs_one(tmp_path: Path) -> None:
    """Guessing would compare it with the wrong rules."""
    folder = tmp_path / "centre"
    shutil.copytree(scenario_folder("bank"), folder)
    file = folder / "procedures" / "traders_first.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("based_on: revision 1", "based_on: revision 7"), encoding="utf-8")
    with pytest.raises(Refusal, match=r"revision 7.*--baseline with one of procedures/baseline.yaml"):
        baseline_of(Scenario.read(folder), "procedures/traders_first.yaml")
    file.write_text(text.replace("based_on: revision 1\n", ""), encoding="utf-8")
    with pytest.raises(Refusal, match="does not say what it is based on"):
        baseline_of(Scenario.read(folder), "procedures/traders_first.yaml")


def test_the_scenario_is_found_from_where_the_candidate_stands(tmp_path: Path) -> None:
    """A file that stands nowhere in particular needs to be told."""
    assert scenario_of(scenario_folder("bank") / "procedures" / "traders_first.yaml") == scenario_folder("bank")
    with pytest.raises(Refusal, match="--scenario"):
        scenario_of(tmp_path / "procedure.yaml")
