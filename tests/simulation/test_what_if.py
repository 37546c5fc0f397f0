"""A question is refused before anything runs, or answered with everything a reader needs to run it again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from incidents.refusals import Refusal
from simulation.scenario_files import scenario_folder
from simulation.what_if import read_what_if, run_what_if

QUESTION = """
what_if: answer enquiries first
question: Do emergencies wait longer if enquiries go first?
baseline: procedures/baseline.yaml
candidate: procedures/turned.yaml
start: 2026-01-05
days: 0.1
warm_up_h: 0.5
replications: 3
criteria:
  - {measure: answer_s.mean.urgent, want: no_worse, margin_abs: 0.5}
also: [answer_s.p90.routine]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the priority call centre with a candidate that turns its ranks round."""
    copied = tmp_path / "centre"
    shutil.copytree(scenario_folder("priority_call_centre"), copied)
    baseline = (copied / "procedures" / "baseline.yaml").read_text(encoding="utf-8")
    turned = baseline.replace("answering, rank: 1", "answering, rank: 9").replace("revision: 1", "revision: 2")
    (copied / "procedures" / "turned.yaml").write_text(turned, encoding="utf-8")
    (copied / "what_ifs").mkdir()
    return copied


def asked(folder: Path, text: str = QUESTION) -> Path:
    """The question as a file in the scenario."""
    file = folder / "what_ifs" / "question.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_worse_procedure_does_not_pass(folder: Path) -> None:
    """Emergencies behind enquiries wait longer; the report names the change, the seeds and the command."""
    question, scenario = read_what_if(asked(folder))
    report = run_what_if(question, scenario, command="muster what-if question.yaml", workers=1)
    assert report.comparison.verdict.outcome != "pass"
    assert report.changes == ("queue 'emergency' now has rank 9 (was 1)",)
    assert report.seeds == (1, 2, 3)
    assert report.command == "muster what-if question.yaml"
    assert report.fidelity == ()


@pytest.mark.parametrize(
    ("word", "old", "new", "told"),
    [
        ("unknown measure", "answer_s.mean.urgent", "anser_s.mean.urgent", "question.yaml:11:"),
        ("no margin", ", margin_abs: 0.5", "", "question.yaml:11:"),
        ("no runs", "replications: 3", "replications: 0", "question.yaml:9:"),
        ("unknown key", "days: 0.1", "dayz: 0.1", "question.yaml:7:"),
        (
            "no criteria",
            "  - {measure: answer_s.mean.urgent, want: no_worse, margin_abs: 0.5}",
            "  []",
            "question.yaml:10:",
        ),
    ],
)
def test_a_flawed_question_is_refused_where_it_is_flawed(
    folder: Path, word: str, old: str, new: str, told: str
) -> None:
    """File and line, before anything runs."""
    assert old in QUESTION, word
    with pytest.raises(Refusal) as refused:
        read_what_if(asked(folder, QUESTION.replace(old, new)))
    assert told in str(refused.value)


def test_a_candidate_without_a_change_is_refused(folder: Path) -> None:
    """Comments and revision are no rules."""
    question, scenario = read_what_if(asked(folder, QUESTION.replace("turned.yaml", "baseline.yaml")))
    with pytest.raises(Refusal, match="same rules"):
        run_what_if(question, scenario, command="", workers=1)


def test_a_priority_that_nobody_declared_is_refused_before_anything_runs(folder: Path) -> None:
    """A guardrail on a misspelt priority would guard nothing."""
    question, scenario = read_what_if(asked(folder, QUESTION.replace("mean.urgent", "mean.urgnet")))
    told: list[int] = []
    with pytest.raises(Refusal, match="urgnet"):
        run_what_if(question, scenario, command="", workers=1, progress=told.append)
    assert told == []


def test_a_workload_that_rings_at_an_unknown_queue_is_refused(folder: Path) -> None:
    """The workload and the procedure must speak of the same queues."""
    file = folder / "procedures" / "turned.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("enquiries:", "questions:"), encoding="utf-8")
    question, scenario = read_what_if(asked(folder))
    with pytest.raises(Refusal, match="enquiries"):
        run_what_if(question, scenario, command="", workers=1)
