"""The README's examples run: what a newcomer pastes must do what the page says."""

from __future__ import annotations

import json
import shlex
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.application import application
from api.command_line import app
from api.control_room import ControlRoom
from api.log import Log
from incidents.read import read_centre, read_procedure
from simulation.scenario_files import scenario_folder
from tests.api.rooms import HandClock

ROOT = Path(__file__).parent.parent
LINES = [
    line.strip() for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("    ")
]
CURLS = [line for line in LINES if line.startswith("curl")]
COMMANDS = [line.partition("#")[0].split()[1:] for line in LINES if line.startswith(".venv/bin/muster")]


def test_the_dispatchers_example_ends_with_proposals_and_reasons(tmp_path: Path) -> None:
    """Every curl line of the page, in order, on a fresh San Francisco with everybody on duty."""
    folder = scenario_folder("san_francisco")
    centre = read_centre(folder / "centre.yaml")
    procedure = read_procedure(folder / "procedures" / "baseline.yaml", centre)
    with closing(Log(tmp_path / "log.sqlite")) as log:
        room = ControlRoom.open(log, HandClock(), centre, procedure)
        with TestClient(application(room), base_url="http://localhost") as web:
            assert web.post("/v1/resources/sign-on-all").status_code == 200
            answers = [_curled(web, line) for line in CURLS]
    proposals, reasons, appraisal = answers[-3:]
    assert {each["skill"] for each in proposals["proposals"]} == {"ambulance", "engine", "captain"}
    assert len(reasons["others"]) + len(reasons["chosen"]) == len(centre.resources)
    assert (appraisal["resource"], appraisal["broken"]) == ("E02", None)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_on_the_page_is_one_that_muster_knows(command: list[str], tmp_path: Path) -> None:
    """Commands that play are shortened, the one that serves is only asked for its help; the rest run as they stand."""
    if command[0] == "serve":
        command = [*command, "--help"]
    if command[0] == "what-if":
        command = [*command, "--replications", "2", "--days", "0.05", "--workers", "1", "--out", str(tmp_path)]
    if command[0] == "recommend":
        command = [*command, "--budget", "45", "--days", "0.05", "--workers", "1"]
    told = [str(ROOT / word) if word.startswith("scenarios/") else word for word in command]
    result = CliRunner().invoke(app, told)
    assert result.exit_code in ((0, 1) if command[0] == "what-if" else (0,)), result.output
    assert command[0] != "what-if" or json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))


def _curled(web: TestClient, line: str) -> Any:
    words = shlex.split(line.partition("  #")[0])
    path = next(word for word in words if word.startswith("$P")).replace("$P", "/v1")
    body = words[words.index("-d") + 1] if "-d" in words else None
    method = "POST" if "POST" in words else "GET"
    answer = web.request(method, path, content=body, headers={"content-type": "application/json"} if body else {})
    assert answer.is_success, f"{line}: {answer.text}"
    return answer.json()
