"""The command `muster`, as a person meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.command_line import app, strangers_among
from benchmarks.chaos import CENTRE, PROCEDURE
from tests.api.rooms import FILE, HandClock, served
from tests.api.test_record_routes import SNAPSHOT

MUSTER = str(Path(sys.executable).with_name("muster"))


def muster(*words: str | Path) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


def started(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own, in a folder."""
    command = [MUSTER, *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A snapshot as a file."""
    file = tmp_path / "snapshot.json"
    file.write_text(json.dumps(SNAPSHOT), encoding="utf-8")
    return file


def test_a_snapshot_is_answered_as_a_table(snapshot: Path) -> None:
    """A person reads it."""
    assert "proven best" in muster("allocate", snapshot).stdout


def test_a_snapshot_is_answered_as_json(snapshot: Path) -> None:
    """A script reads it."""
    told = json.loads(muster("allocate", snapshot, "--json").stdout)
    assert told["needs"][0]["rows"][0]["chosen"][0]["resource"] == "b"


def test_the_format_of_a_snapshot_is_printed() -> None:
    """Whoever writes one needs it without a network."""
    assert json.loads(muster("allocate", "--schema").stdout)["title"] == "Snapshot"


def test_a_flawed_snapshot_is_refused_with_exit_code_2(tmp_path: Path) -> None:
    """A script must be able to tell a refusal from an answer."""
    (tmp_path / "s.json").write_text('{"needs": 1}', encoding="utf-8")
    done = started("allocate", "s.json", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "/needs" in done.stderr
    assert "Traceback" not in done.stderr


def test_sound_files_are_said_to_be_sound(tmp_path: Path) -> None:
    """Before the night, not in it."""
    (tmp_path / "centre.yaml").write_text(CENTRE, encoding="utf-8")
    (tmp_path / "procedure.yaml").write_text(PROCEDURE, encoding="utf-8")
    done = muster("check", tmp_path / "centre.yaml", tmp_path / "procedure.yaml", "--centre", tmp_path / "centre.yaml")
    assert (done.exit_code, done.stdout.count(": sound")) == (0, 2)


def test_every_flaw_of_every_file_is_printed_with_its_place(tmp_path: Path) -> None:
    """One flaw for each run is how people stop checking."""
    (tmp_path / "one.yaml").write_text(PROCEDURE.replace("plan: both", "plan: bath"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(CENTRE.replace("base: north", "base: nowhere", 1), encoding="utf-8")
    done = muster("check", tmp_path / "one.yaml", tmp_path / "two.yaml")
    assert done.exit_code == 1
    assert f"{tmp_path / 'one.yaml'}:13:" in done.stdout
    assert f"{tmp_path / 'two.yaml'}:10:" in done.stdout


def test_an_audit_of_a_clean_log_ends_with_0(tmp_path: Path) -> None:
    """The line for the nightly script."""
    with served(tmp_path, HandClock()) as desk:
        desk.report(0, nature="fire")
    done = muster("audit", "--database", tmp_path / FILE)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "clean")


def test_an_audit_of_nothing_is_refused(tmp_path: Path) -> None:
    """A mistyped path must not be reported as clean."""
    done = started("audit", "--database", "nothing.sqlite", folder=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert not (tmp_path / "nothing.sqlite").exists()


def test_an_unknown_scenario_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    """The answer to a typing error is the list."""
    done = started("serve", "--scenario", "atlantis", folder=tmp_path)
    assert done.returncode == 2
    assert "san_francisco" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_room_in_use_is_refused_plainly(tmp_path: Path) -> None:
    """The second start is a mistake, and says whose process is in the way."""
    with served(tmp_path):
        done = started("serve", "--database", FILE, folder=tmp_path)
    assert done.returncode == 2
    assert "is in use by process" in done.stderr


def test_a_stranger_s_package_of_our_name_is_noticed(tmp_path: Path) -> None:
    """A folder called `api` where one stands goes before ours, and whatever ran then would not be Muster."""
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / "__init__.py").touch()
    script = "from api.command_line import main; main()"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "another package of that name" in done.stderr) == (2, True)


def test_our_own_packages_are_ours() -> None:
    """The check must not turn the owner away."""
    assert strangers_among(("optimiser", "incidents", "simulation", "api")) == []
