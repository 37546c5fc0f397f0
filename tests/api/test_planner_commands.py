"""The planner's commands: files out, exit codes that a script can trust, refusals in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.command_line import app
from incidents.refusals import Refusal
from simulation.scenario_files import scenario_folder

QUESTION = scenario_folder("san_francisco") / "what_ifs" / "diversion.yaml"
SHORT = ["--replications", "2", "--days", "0.05", "--workers", "1"]


def test_a_what_if_writes_its_report_and_says_by_its_exit_code_that_nothing_is_decided(tmp_path: Path) -> None:
    """Two runs of an hour decide nothing, and undecided is not a pass: a gate must stay shut."""
    result = CliRunner().invoke(app, ["what-if", str(QUESTION), *SHORT, "--out", str(tmp_path)])
    assert result.exit_code == 1, result.output
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert data["comparison"]["verdict"]["outcome"] in ("undecided", "fail")
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


def test_fit_without_a_log_is_refused(tmp_path: Path) -> None:
    """The folder holds no log; nothing is written."""
    result = CliRunner().invoke(app, ["fit", "--data", str(tmp_path), "--out", str(tmp_path / "fitted")])
    assert isinstance(result.exception, Refusal)
    assert not (tmp_path / "fitted").exists()


def test_fit_writes_a_scenario(data_folder: Path, tmp_path: Path) -> None:
    """The command is the function, with its findings printed."""
    result = CliRunner().invoke(app, ["fit", "--data", str(data_folder / "sf_fire_ems"), "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "workload.yaml").exists()
    assert "incidents" in result.output


@pytest.mark.parametrize("command", ["what-if", "demo", "fit", "serve", "audit", "allocate", "check"])
def test_every_command_explains_itself(command: str) -> None:
    """Help needs neither data nor network."""
    assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0


def test_a_what_if_that_is_asked_again_goes_on_where_it_was(tmp_path: Path) -> None:
    """Nothing is played twice, the answer is the same, and whoever waits is told why it came so soon."""
    asked = ["what-if", str(QUESTION), *SHORT, "--out", str(tmp_path), "--json"]
    first, again, fresh = (CliRunner().invoke(app, [*asked, *more]) for more in ([], [], ["--fresh"]))
    answers = [json.loads(result.stdout)["comparison"] for result in (first, again, fresh)]
    assert answers[0] == answers[1] == answers[2]
    assert ["were kept" in result.stderr for result in (first, again, fresh)] == [False, True, False]
    assert len(list((tmp_path / "replications").glob("*.runs"))) == 2


def test_a_store_may_stand_anywhere(tmp_path: Path) -> None:
    """And where it cannot be made, nothing is played."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    asked = ["what-if", str(QUESTION), *SHORT, "--out", str(tmp_path / "out"), "--store", str(tmp_path / "taken")]
    result = CliRunner().invoke(app, asked)
    assert isinstance(result.exception, Refusal)
    assert "taken" in str(result.exception)
