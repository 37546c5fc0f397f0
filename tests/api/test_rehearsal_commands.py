"""The rehearsals from the command line: what a designer reads, what a script reads, and refusals in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.command_line import app
from incidents import facts as f
from incidents.quantities import IncidentId
from incidents.records import as_record
from incidents.refusals import Refusal
from simulation.scenario_files import scenario_folder

CITY = scenario_folder("san_francisco")
CENTRE = """\
centre: mill
time_zone: Europe/London
kinds: {crew: {skills: [medical]}}
shifts: {night: {start: "19:00", until: "07:00"}}
resources: {A1: {kind: crew}, A2: {kind: crew, shift: night}}
travel: {kind: none}
"""
RULES = """\
procedure: mill
revision: 4
queues: {phone: {skill: medical}}
priorities: {red: {rank: 1}, green: {rank: 2}}
triage:
  start: awake
  questions:
    awake: {text: "Awake?", about: awake, answers: {yes: {code: calm}, no: {code: bad}}}
determinants: {calm: {priority: green, plan: one}, bad: {priority: red, plan: one}}
plans: {one: {send: [{skill: medical}]}}
dispatch: {automatic: [red]}
escalation: {old: {unfilled_for_s: 90, priorities: [green], raises_to: red}}
checks: {asked: {record: assessed, before: closed}}
examples: [{answers: {awake: no}, code: bad, priority: red}]
"""


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """A folder with a centre and its rules."""
    (tmp_path / "centre.yaml").write_text(CENTRE, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def dry_run(mill: Path, at: str, *options: str) -> Result:
    """`muster dry-run` of the mill."""
    files = [str(mill / "rules.yaml"), "--centre", str(mill / "centre.yaml")]
    return CliRunner().invoke(app, ["dry-run", *files, "--at", at, *options])


def test_a_dry_run_says_who_is_there_at_which_second(mill: Path) -> None:
    """The night crew goes home at seven, before the rung is reached."""
    shown = dry_run(mill, "2026-03-29T06:59", "--answer", "awake=yes").stdout
    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "0 Sun 06:59:00 BST need dry-run/1 opened by plan one: 1 medical medical: A1, A2" in rows
    assert "60 Sun 07:00:00 BST off duty from now: A2" in rows
    assert "90 Sun 07:00:30 BST rung old, raised to red (need dry-run/1 unfilled for 90 s)" in rows


def test_without_answers_the_worked_examples_are_run(mill: Path) -> None:
    """They are what the designer held to be worth writing down."""
    data = json.loads(dry_run(mill, "2026-01-05T02:10", "--json").stdout)
    assert [run["answers"] for run in data["runs"]] == [{"awake": "no"}]
    assert data["runs"][0]["steps"][0]["local"] == "2026-01-05T02:10:00+00:00"


def test_boundaries_are_generated_for_every_priority(mill: Path) -> None:
    """No example reaches the rung, so an interview that does is added."""
    data = json.loads(dry_run(mill, "2026-01-05T02:10", "--boundaries", "--json").stdout)
    (boundary,) = [each for run in data["runs"] for each in run["boundaries"]]
    assert (boundary["rung"], boundary["key"]) == ("old", "unfilled_for_s")
    assert [(each["value"], each["acts"]) for each in boundary["cases"]] == [
        (89.999, False),
        (90.0, True),
        (90.001, True),
    ]


def test_a_rung_that_no_interview_reaches_is_said(mill: Path) -> None:
    """A boundary that cannot be shown must not look like one that was forgotten."""
    shown = dry_run(mill, "2026-01-05T02:10", "--boundaries", "--answer", "awake=no").stdout
    assert "note: rung old is reached by none of these" in shown
    assert "rung old" not in dry_run(mill, "2026-01-05T02:10", "--answer", "awake=no").stdout


def test_what_is_taken_for_granted_is_said_and_may_be_changed(mill: Path) -> None:
    """A rung that only proposes acts once somebody accepts it, and nobody does unless it is assumed."""
    proposing = RULES.replace("raises_to: red}", "raises_to: red, proposes: true}")
    (mill / "rules.yaml").write_text(proposing, encoding="utf-8")
    shown = dry_run(mill, "2026-01-05T02:10", "--answer", "awake=yes").stdout
    assert "nobody accepts a rung that only proposes" in " ".join(shown.split())
    assert "raised to red" not in shown
    (mill / "assumed.yaml").write_text("accepted_after_s: 30\n", encoding="utf-8")
    shown = dry_run(mill, "2026-01-05T02:10", "--answer", "awake=yes", "--assume", str(mill / "assumed.yaml")).stdout
    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert any(row.startswith("120 Mon 02:12:00 GMT rung old, raised to red (accepted by somebody") for row in rows)


def test_a_station_that_is_none_is_refused(mill: Path) -> None:
    """With those there are."""
    result = dry_run(mill, "2026-01-05T02:10", "--station", "mil")
    assert "unknown station 'mil'" in str(result.exception)


def test_a_rule_that_acts_at_once_is_said(mill: Path) -> None:
    """Else a designer would believe that red waits for a person."""
    assert "a need of red is acted on at once while somebody can go" in dry_run(mill, "2026-01-05T02:10").stdout


@pytest.mark.parametrize(
    ("at", "options", "said"),
    [
        ("2026-03-29T01:10", [], "does not exist"),
        ("2026-10-25T01:10", [], "comes twice"),
        ("2026-01-05T02:10", ["--answer", "awake"], "is no answer"),
        ("2026-01-05T02:10", ["--answer", "awake=yes", "--answer", "awake=no"], "a second time"),
        ("2026-01-05T02:10", ["--answer", "awake=maybe"], "cannot go on with 'maybe'"),
    ],
)
def test_what_cannot_be_run_is_refused(mill: Path, at: str, options: list[str], said: str) -> None:
    """In plain words, with what would be accepted."""
    result = dry_run(mill, at, *options)
    assert isinstance(result.exception, Refusal)
    assert said in str(result.exception)


def test_a_shift_edge_that_meets_a_clock_change_is_noted(mill: Path) -> None:
    """It is read one way, and the reader is told which."""
    (mill / "centre.yaml").write_text(CENTRE.replace('"07:00"', '"01:30"'), encoding="utf-8")
    shown = dry_run(mill, "2026-03-29T00:30", "--hours", "2").stdout
    assert "note: shift night ends at 01:30, which does not exist on 2026-03-29" in " ".join(shown.split())


# Cover.


def cover(*options: str) -> Result:
    """`muster cover` of the city's baseline."""
    return CliRunner().invoke(app, ["cover", str(CITY / "procedures" / "baseline.yaml"), *options])


def test_a_short_rehearsal_of_a_city_says_what_it_used(tmp_path: Path) -> None:
    """As a table for people."""
    result = cover("--scenario", "san_francisco", "--days", "0.05")
    assert result.exit_code == 0, result.output
    assert "never used" in result.stdout
    assert "given code-2" in result.stdout


def test_the_rehearsal_as_json_is_all_there_is_on_standard_output() -> None:
    """And a scenario may be named by its folder."""
    data = json.loads(cover("--scenario", str(CITY), "--days", "0.05", "--wrong", "0.2", "--json").stdout)
    assert data["wrong"] == 0.2
    assert sum(cell["n"] for cell in data["triage"]["given"]) == data["triage"]["coded"] == data["assessments"]
    assert len(data["paths"]) == data["path_count"]


def test_a_log_of_facts_is_counted_like_a_rehearsal(mill: Path) -> None:
    """Yesterday's log answers the same question as tomorrow's simulation."""
    incident = IncidentId("i")
    facts: list[f.Fact] = [
        f.IncidentOpened(1_000, incident),
        f.AnswerGiven(4_000, incident, "awake", "no"),
        f.IncidentAssessed(4_000, incident, "bad", "red", "awake=no"),
    ]
    log = mill / "log.jsonl"
    log.write_text("".join(json.dumps(as_record(fact)) + "\n" for fact in facts) + "\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["cover", str(mill / "rules.yaml"), "--log", str(log), "--json"])
    data = json.loads(result.stdout)
    assert data["determinants"] == {"calm": 0, "bad": 1}
    assert [path["to_code_s"] for path in data["paths"] if path["n"]] == [{"median": 3.0, "p90": 3.0, "max": 3.0}]
    assert data["unused"]["paths"] == ["awake=yes"]


def test_every_unreadable_line_of_a_log_is_named(mill: Path) -> None:
    """All at once, each with its line."""
    log = mill / "log.jsonl"
    log.write_text('{"fact": "Nothing"}\nhello\n[1]\n{"fact": "NoteAdded", "at": -1}\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["cover", str(mill / "rules.yaml"), "--log", str(log)])
    assert isinstance(result.exception, Refusal)
    lines = sorted({flaw.where.removeprefix(f"{log}:").split("/")[0] for flaw in result.exception.flaws})
    assert lines == ["1", "2", "3", "4"]


@pytest.mark.parametrize("options", [[], ["--scenario", "san_francisco", "--log", "log.jsonl"]])
def test_either_a_scenario_or_a_log_is_named(options: list[str]) -> None:
    """Neither says nothing; both would say two things."""
    assert cover(*options).exit_code == 2


def test_a_log_that_does_not_exist_is_refused(mill: Path) -> None:
    """By name."""
    result = CliRunner().invoke(app, ["cover", str(mill / "rules.yaml"), "--log", str(mill / "nothing.jsonl")])
    assert isinstance(result.exception, Refusal)
    assert "nothing.jsonl" in str(result.exception)


def test_a_procedure_of_another_world_is_refused(mill: Path) -> None:
    """The city's callers ring a queue that the mill does not have."""
    result = CliRunner().invoke(app, ["cover", str(mill / "rules.yaml"), "--scenario", "san_francisco"])
    assert isinstance(result.exception, Refusal)


@pytest.mark.parametrize("command", ["dry-run", "cover"])
def test_every_rehearsal_explains_itself(command: str) -> None:
    """Help needs no files."""
    assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0
