"""The planner's commands: files out, exit codes that a script can trust, refusals in plain words."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.command_line import app
from incidents.refusals import Refusal
from simulation.scenario_files import scenario_folder

QUESTION = scenario_folder("san_francisco") / "what_ifs" / "diversion.yaml"
ROOT = Path(__file__).parents[2]
SHORT = ["--replications", "2", "--days", "0.05", "--workers", "1"]


def test_a_what_if_writes_its_report_and_says_by_its_exit_code_that_nothing_is_decided(tmp_path: Path) -> None:
    """Two runs of an hour decide nothing, and undecided is not a pass: a gate must stay shut."""
    result = CliRunner().invoke(app, ["what-if", str(QUESTION), *SHORT, "--out", str(tmp_path)])
    assert result.exit_code == 1, result.output
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert data["verdict"]["outcome"] in ("undecided", "fail")
    assert "--replications 2 --days 0.05" in data["command"]
    assert html.index("How far the baseline stands from the log") < html.index("Verdict")


def test_the_report_as_json_is_all_there_is_on_standard_output(tmp_path: Path) -> None:
    """So that it can be piped; progress goes elsewhere."""
    result = CliRunner().invoke(app, ["what-if", str(QUESTION), *SHORT, "--out", str(tmp_path), "--json"])
    assert json.loads(result.stdout) == json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))


def test_a_folder_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    taken = tmp_path / "taken"
    taken.write_text("", encoding="utf-8")
    result = CliRunner().invoke(app, ["what-if", str(QUESTION), *SHORT, "--out", str(taken)])
    assert isinstance(result.exception, Refusal)
    assert "taken" in str(result.exception)


def test_a_question_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """In plain words, not with a trace."""
    result = CliRunner().invoke(app, ["what-if", str(tmp_path / "nothing.yaml")])
    assert isinstance(result.exception, Refusal)


@pytest.mark.parametrize("command", ["what-if", "demo", "fit", "back-test", "serve", "audit", "allocate", "check"])
def test_every_command_explains_itself(command: str) -> None:
    """Help needs neither data nor network."""
    assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0


def test_a_what_if_that_is_asked_again_goes_on_where_it_was(tmp_path: Path) -> None:
    """Nothing is played twice, the answer is the same, and whoever waits is told why it came so soon."""
    asked = ["what-if", str(QUESTION), *SHORT, "--out", str(tmp_path), "--json"]
    first, again, fresh = (CliRunner().invoke(app, [*asked, *more]) for more in ([], [], ["--fresh"]))
    answers = [json.loads(result.stdout)["judgement"] for result in (first, again, fresh)]
    assert answers[0] == answers[1] == answers[2]
    assert ["were kept" in result.stderr for result in (first, again, fresh)] == [False, True, False]
    # Two runs of either side, and the baseline once more.
    assert len(list((tmp_path / "replications").glob("*.runs"))) == 5


def test_a_store_may_stand_anywhere(tmp_path: Path) -> None:
    """And where it cannot be made, nothing is played."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    asked = ["what-if", str(QUESTION), *SHORT, "--out", str(tmp_path / "out"), "--store", str(tmp_path / "taken")]
    result = CliRunner().invoke(app, asked)
    assert isinstance(result.exception, Refusal)
    assert "taken" in str(result.exception)


CANDIDATE = scenario_folder("priority_call_centre") / "procedures" / "baseline.yaml"


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    """A procedure in a copy of its scenario, based on the baseline there."""
    folder = tmp_path / "centre"
    shutil.copytree(scenario_folder("priority_call_centre"), folder)
    text = (folder / "procedures" / "baseline.yaml").read_text(encoding="utf-8")
    turned = text.replace("answering, rank: 1", "answering, rank: 9").replace(
        "revision: 1", "revision: 2\nbased_on: revision 1"
    )
    (folder / "procedures" / "turned.yaml").write_text(turned, encoding="utf-8")
    return folder / "procedures" / "turned.yaml"


def test_a_candidate_alone_is_a_question(candidate: Path, tmp_path: Path) -> None:
    """Its scenario is where it stands and its baseline what it is based on; what was asked is kept beside the report."""
    result = CliRunner().invoke(
        app, ["what-if", "--candidate", str(candidate), *SHORT, "--out", str(tmp_path / "out"), "--json"]
    )
    assert result.exit_code == 1, result.output
    data = json.loads(result.stdout)
    assert [each["workload"] for each in data["workloads"]] == [
        "normal week", "busy week", "nights", "major incidents", "one week replayed",
    ]  # fmt: skip
    assert data["changes"] == ["queue 'emergency' now has rank 9 (was 1)"]
    assert f"--candidate {candidate} --replications 2 --days 0.05" in data["command"]
    asked = (tmp_path / "out" / "experiment.yaml").read_text(encoding="utf-8")
    assert asked.startswith(f"# {data['fingerprint']}\n")
    again = candidate.parents[1] / "what_ifs" / "asked.yaml"
    again.parent.mkdir()
    again.write_text(asked, encoding="utf-8")
    same = CliRunner().invoke(app, ["what-if", str(again), "--out", str(tmp_path / "out"), "--workers", "1", "--json"])
    assert json.loads(same.stdout)["judgement"] == data["judgement"]
    assert "were kept" in same.stderr


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "one question at a time"),
        ([str(QUESTION), "--candidate", str(CANDIDATE)], "one question at a time"),
        (["--candidate", str(CANDIDATE)], "does not say what it is based on"),
        (["--candidate", str(CANDIDATE), "--baseline", str(CANDIDATE)], "same rules as the baseline"),
        (["--candidate", str(CANDIDATE), "--scenario", "atlantis"], "atlantis"),
    ],
)
def test_half_a_question_is_refused(given: list[str], told: str, tmp_path: Path) -> None:
    """Before anything runs, and with what would be accepted."""
    result = CliRunner().invoke(app, ["what-if", *given, "--out", str(tmp_path)])
    assert isinstance(result.exception, Refusal)
    assert told in str(result.exception)


def test_progress_is_told_in_lines_where_there_is_no_terminal(tmp_path: Path) -> None:
    """A log of a batch job is no place for a bar."""
    result = CliRunner().invoke(app, ["what-if", str(QUESTION), *SHORT, "--out", str(tmp_path)])
    assert "look 1 of 1, winter week: 5 of 5 runs" in result.stderr
    assert "contacts/s" in result.stderr


def test_ctrl_c_says_where_it_would_go_on_and_is_no_verdict(tmp_path: Path) -> None:
    """Within two seconds, in the middle of runs that take minutes, with the exit code that shells know."""
    script = "import sys; from api.command_line import main; main()"
    asked = [
        sys.executable,
        "-c",
        script,
        "what-if",
        str(QUESTION),
        "--days",
        "200",
        "--workers",
        "2",
        "--out",
        str(tmp_path),
    ]
    process = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("asked ")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=10)
    assert time.monotonic() - began < 2
    assert process.returncode == 130
    assert f"kept in {tmp_path / 'replications'}" in told
