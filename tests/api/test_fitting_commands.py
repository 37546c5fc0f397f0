"""`muster fit` and `muster back-test` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.command_line import app
from incidents.refusals import Refusal
from simulation.scenario_files import scenario_folder

CITY = scenario_folder("san_francisco") / "mapping.yaml"


def test_fit_without_a_log_is_refused(tmp_path: Path) -> None:
    """The folder holds no log; nothing is written."""
    command = ["fit", str(tmp_path), "--mapping", str(CITY), "--out", str(tmp_path / "fitted")]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, Refusal)
    assert not (tmp_path / "fitted").exists()


def test_fit_writes_a_scenario(data_folder: Path, tmp_path: Path) -> None:
    """The command is the function, with its findings printed."""
    result = CliRunner().invoke(
        app, ["fit", str(data_folder / "sf_fire_ems"), "--mapping", str(CITY), "--out", str(tmp_path)]
    )
    assert result.exit_code == 0, result.output
    assert (tmp_path / "workload.yaml").exists()
    assert "incidents" in result.output


@pytest.mark.parametrize("name", ["dublin", "bank", "service_desk", "san_francisco"])
def test_every_mapping_in_the_repository_is_sound(name: str) -> None:
    """They are the examples people copy."""
    result = CliRunner().invoke(app, ["check", str(scenario_folder(name) / "mapping.yaml")])
    assert "sound" in result.output


def test_a_scenario_that_the_mapping_does_not_make_is_refused(data_folder: Path) -> None:
    """A record beside the bank's own scenario would speak of another: it has a fraud line that the log lacks."""
    folder = scenario_folder("bank")
    log = data_folder / "bank_callcentre_1999"
    result = CliRunner().invoke(app, ["back-test", "bank", str(log), "--mapping", str(folder / "mapping.yaml")])
    assert isinstance(result.exception, Refusal)
    assert "is not what this mapping makes" in str(result.exception)
    assert not (folder / "calibration.yaml").exists()
