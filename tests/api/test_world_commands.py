"""Contacts from the command line: drawn, kept, played again, and a live log met by other rules."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.command_line import app
from api.control_room import ControlRoom
from api.log import Log
from incidents import facts as f
from incidents.quantities import ContactId, IncidentId, ResourceId
from incidents.refusals import Refusal
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from tests.api.rooms import HandClock


def muster(*words: str) -> Result:
    """One command."""
    return CliRunner().invoke(app, list(words))


def fingerprint(result: Result) -> str:
    """The last line of what was printed."""
    assert result.exit_code == 0, result.output
    return result.output.splitlines()[-1]


def test_a_kept_file_plays_as_the_seed_does(tmp_path: Path) -> None:
    """The log has the same fingerprint, and is written fact by fact if one asks for it."""
    kept, span = str(tmp_path / "day.npz"), ("--seed", "7", "--days", "0.05", "--start", "2025-03-04T18:00")
    drawn = muster("contacts", "police", "--out", kept, *span)
    assert int(drawn.output.split(" contacts to ")[0]) > 10
    from_file = muster("play", "police", "--contacts", kept, "--log", str(tmp_path / "log.jsonl"))
    assert fingerprint(from_file) == fingerprint(muster("play", "police", *span))
    facts = int(from_file.output.split(" contacts, ")[1].split()[0])
    assert len((tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()) == facts


def test_the_same_seed_is_kept_with_the_same_fingerprint(tmp_path: Path) -> None:
    """Two people can tell that they speak of the same contacts."""
    files = [muster("contacts", "bank", "--days", "0.1", "--out", str(tmp_path / name)) for name in ("a", "b")]
    assert fingerprint(files[0]) == fingerprint(files[1])


def test_a_live_log_is_met_again(tmp_path: Path) -> None:
    """What had to be imputed is said."""
    scenario = Scenario.read(scenario_folder("call_centre"))
    rules = scenario.procedure("procedures/baseline.yaml")
    path = tmp_path / "live.sqlite"
    clock, agent = HandClock(), ResourceId(next(iter(scenario.centre.resources)))
    with closing(Log(path)) as log:
        room = ControlRoom.open(log, clock, scenario.centre, rules)
        now, call = clock.now(), ContactId("c1")
        for fact in (
            f.ResourceSignedOn(now, agent), f.ContactReceived(now, call, "calls"), f.ContactAnswered(now, call, agent),
            f.IncidentOpened(now, IncidentId("i1"), call),
        ):  # fmt: skip
            room.record([fact], "somebody")
    result = muster("play", "call_centre", "--recorded", str(path))
    assert result.exit_code == 0, result.output
    assert result.output.startswith("1 contacts, ")
    assert "imputed: 0 of 0 outcomes of resources that were sent" in result.output


def test_two_sources_at_once_are_refused(tmp_path: Path) -> None:
    """Nobody could say which was played."""
    result = muster("play", "bank", "--contacts", str(tmp_path / "a"), "--recorded", str(tmp_path / "b"))
    assert (result.exit_code, "either --contacts" in result.output) == (2, True)


@pytest.mark.parametrize("option", ["--out", "--log"])
def test_a_file_that_cannot_be_written_is_refused(option: str, tmp_path: Path) -> None:
    """In plain words."""
    nowhere = str(tmp_path / "no" / "folder")
    command = ("contacts", "bank") if option == "--out" else ("play", "bank")
    result = muster(*command, "--days", "0.01", option, nowhere)
    assert isinstance(result.exception, Refusal)
    assert "cannot be written" in str(result.exception)
