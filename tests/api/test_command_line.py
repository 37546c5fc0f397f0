"""The command `muster`, as a person meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.command_line import app, main, strangers_among
from benchmarks.chaos import CENTRE, PROCEDURE
from optimiser.snapshot import answer_schema
from simulation.scenario_files import packs_folder
from tests.api.rooms import FILE, HandClock, address, in_file_only, served
from tests.api.test_record_routes import SNAPSHOT
from tests.optimiser.snapshot_cases import EVERY_FLAW, EVERYTHING, PROMISED, promised

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


def _refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str | Path) -> list[str]:
    """Run the whole command line in this process, and return the lines of its refusal."""
    monkeypatch.setattr(sys, "argv", ["muster", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    return told.err.splitlines()


@pytest.mark.parametrize("case", PROMISED)
def test_what_has_to_be_refused_is_refused_with_its_pointer(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pointer is the same as in the library and over HTTP."""
    file = tmp_path / "s.json"
    file.write_text(promised(case), encoding="utf-8")
    (line,) = _refused(monkeypatch, capsys, "allocate", file)
    assert line.startswith(f"{PROMISED[case][2]}: ")
    assert "accepted: " in line or "not part of" in line


def test_everything_in_a_snapshot_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One flaw for each run is how people stop trying."""
    file = tmp_path / "s.json"
    file.write_text(json.dumps(EVERYTHING), encoding="utf-8")
    lines = _refused(monkeypatch, capsys, "allocate", file)
    assert {line.partition(": ")[0] for line in lines} == EVERY_FLAW


def test_the_format_of_an_answer_is_printed() -> None:
    """Whoever parses --json generates their types from it."""
    assert json.loads(muster("allocate", "--answer-schema").stdout) == answer_schema()


def test_a_forced_pin_is_printed_with_the_rule_it_breaks(tmp_path: Path) -> None:
    """A table that hides it would be the one that is read."""
    made = json.loads(promised("a pin that breaks a rule"))
    made["pins"][0]["forced"] = True
    file = tmp_path / "s.json"
    file.write_text(json.dumps(made), encoding="utf-8")
    assert "broken by force: eligibility of x/b (b lacks the skill)" in muster("allocate", file).stdout


VROOM = {
    "jobs": [
        {"id": 7, "location_index": 1, "service": 60, "priority": 3},
        {"id": 8, "location_index": 2, "service": 60, "skills": [9]},
    ],
    "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
    "matrices": {"car": {"durations": [[0, 30, 50], [30, 0, 40], [50, 40, 0]]}},
}


def test_a_vroom_problem_is_answered_with_a_vroom_solution(tmp_path: Path) -> None:
    """Whatever reads VROOM's solutions reads this one."""
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(VROOM), encoding="utf-8")
    told = json.loads(muster("allocate", file).stdout)
    assert (told["code"], told["summary"]["cost"], told["summary"]["unassigned"]) == (0, 60, 1)
    assert [step.get("id") for step in told["routes"][0]["steps"]] == [None, 7, None]
    assert told["unassigned"][0]["id"] == 8


def test_a_vroom_problem_may_be_planned_by_urgency(tmp_path: Path) -> None:
    """VROOM's own aim adds priorities up."""
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(VROOM), encoding="utf-8")
    assert json.loads(muster("allocate", file, "--response").stdout)["muster"]["aim"] == "response"


def test_what_is_not_understood_of_a_vroom_problem_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan that forgets a break is worse than none."""
    file = tmp_path / "problem.json"
    vehicle = VROOM["vehicles"][0] | {"breaks": [{"id": 1}]}  # type: ignore[index]
    file.write_text(json.dumps(VROOM | {"vehicles": [vehicle]}), encoding="utf-8")
    (line,) = _refused(monkeypatch, capsys, "allocate", file)
    assert line.startswith("/vehicles/0/breaks: is not supported")


def test_sound_files_are_said_to_be_sound(tmp_path: Path) -> None:
    """Before the night, not in it."""
    (tmp_path / "centre.yaml").write_text(CENTRE, encoding="utf-8")
    (tmp_path / "procedure.yaml").write_text(PROCEDURE, encoding="utf-8")
    done = muster("check", tmp_path / "centre.yaml", tmp_path / "procedure.yaml", "--centre", tmp_path / "centre.yaml")
    assert (done.exit_code, done.stdout.count(": sound")) == (0, 2)


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 1)])
def test_a_warning_is_a_flaw_for_the_strict(tmp_path: Path, options: tuple[str, ...], code: int) -> None:
    """A team that wants every rule to serve something lets its pipeline say so."""
    goals = "goals: {lives: {objectives: {all: {indicators: [{measure: unreached, at_most: 0}]}}}}\n"
    (tmp_path / "procedure.yaml").write_text(PROCEDURE + goals, encoding="utf-8")
    done = muster("check", tmp_path / "procedure.yaml", *options)
    assert (done.exit_code, ": sound" in done.stdout) == (code, code == 0)
    assert f"procedure.yaml:{PROCEDURE.count(chr(10)) + 1}:30: nothing serves objective 'all'" in done.stdout


def test_a_procedure_is_checked_against_the_target_packs(tmp_path: Path) -> None:
    """A target of a pack that nobody has would never be held against anything."""
    (tmp_path / "procedure.yaml").write_text(
        PROCEDURE + "targets: {packs: {nhs-arp-2071: {a: [red]}}}\n", encoding="utf-8"
    )
    told = muster("check", tmp_path / "procedure.yaml").stdout
    assert "unknown target pack 'nhs-arp-2071', did you mean 'nhs-arp-2017'?" in told


def test_a_target_pack_is_checked_as_well(tmp_path: Path) -> None:
    """A centre that writes its contract down wants to know whether it can be read."""
    pack = (packs_folder() / "nena-sta-020.1-2020.yaml").read_text(encoding="utf-8")
    (tmp_path / "pack.yaml").write_text(pack.replace("for: [911 calls]", "for: [911 call]", 1), encoding="utf-8")
    assert (
        "pack.yaml:12:11: unknown grade '911 call', did you mean '911 calls'?"
        in muster("check", tmp_path / "pack.yaml").stdout
    )


def test_every_flaw_of_every_file_is_printed_with_its_place(tmp_path: Path) -> None:
    """One flaw for each run is how people stop checking."""
    (tmp_path / "one.yaml").write_text(PROCEDURE.replace("plan: both", "plan: bath"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(CENTRE.replace("base: north", "base: nowhere", 1), encoding="utf-8")
    done = muster("check", tmp_path / "one.yaml", tmp_path / "two.yaml")
    assert done.exit_code == 1
    assert f"{tmp_path / 'one.yaml'}:13:" in done.stdout
    assert f"{tmp_path / 'two.yaml'}:10:" in done.stdout


def test_a_warning_leaves_a_file_sound(tmp_path: Path) -> None:
    """A centre may be thin at night, and its designer should know rather than be stopped."""
    centre = CENTRE.replace("{kind: clerk}", "{kind: clerk, shift: day}")
    centre += "shifts: {day: {start: '07:00', until: '19:00'}}\n"
    (tmp_path / "centre.yaml").write_text(centre, encoding="utf-8")
    (tmp_path / "procedure.yaml").write_text(PROCEDURE, encoding="utf-8")
    done = muster("check", tmp_path / "procedure.yaml", "--centre", tmp_path / "centre.yaml")
    assert (done.exit_code, done.stdout.count(": sound")) == (0, 1)
    assert f"warning: {tmp_path / 'procedure.yaml'}:" in done.stdout
    assert "nobody on duty" in done.stdout


@pytest.mark.parametrize(("kind", "title"), [("procedure", "Procedure"), ("centre", "Centre")])
def test_the_formats_of_the_files_are_printed_for_editors(kind: str, title: str) -> None:
    """Whoever writes one needs it without a network, and of the version that is installed."""
    done = muster("check", "--schema", kind)
    assert (done.exit_code, json.loads(done.stdout)["title"]) == (0, title)


def test_a_check_of_nothing_is_refused() -> None:
    """A script whose list of files came out empty must not read that all is well."""
    assert muster("check").exit_code == 2


def test_an_audit_of_a_clean_log_ends_with_0(tmp_path: Path) -> None:
    """The line for the nightly script."""
    with served(tmp_path, HandClock()) as desk:
        desk.report(0, nature="fire")
    done = muster("audit", "--database", address(tmp_path))
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


@in_file_only
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
