"""The command `debrief`: of a live log and of facts in lines, as text, as data and as a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from api.command_line import app
from tests.api.rooms import FILE, HandClock, in_file_only, served, street
from tests.api.test_shadow_routes import other
from tests.builders import a_procedure

pytestmark = in_file_only


def muster(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """An evening: a mild illness to which A2 was chosen in place of A1, with a reason, and a fire."""
    clock = HandClock()
    with served(tmp_path, clock) as desk:
        clock.pass_s(10)
        incident = desk.report(25, nature="illness", severe="no")
        clock.pass_s(20)
        desk.post(f"/v1/needs/{incident}/1/assign", {"resource": "A2", "reason": "A1 has <a> flat tyre"})
        desk.post("/v1/resources/A2/depart", {"need": f"{incident}/1"})
        clock.pass_s(60)
        desk.post("/v1/resources/A2/arrive", {"need": f"{incident}/1"})
        desk.accept(desk.report(10, nature="fire"))
    return tmp_path / FILE


def written(folder: Path, name: str, document: dict[str, Any]) -> Path:
    file = folder / name
    with file.open("w", encoding="utf-8") as out:
        YAML(typ="safe").dump(document, out)
    return file


def of(document: Any) -> dict[str, Any]:
    return document.model_dump(mode="json", by_alias=True, exclude_none=True)  # type: ignore[no-any-return]


def first_incident(log: Path) -> str:
    told = json.loads(muster("debrief", log, "--from", "2023-01-01T00:00", "--json").output)
    return next(str(each["fact"]["incident"]) for each in told["timeline"] if each["fact"]["fact"] == "IncidentOpened")


def test_one_incident_is_told_with_what_was_proposed_and_chosen(log: Path) -> None:
    """Who did what at which local time, and the override with both reasons."""
    told = muster("debrief", log, "--incident", first_incident(log)).output
    assert "answered severe: no" in told
    assert "A2 is sent to" in told
    assert "! not as proposed: A1, plan medical: transport" in told
    assert "response time" in told
    assert "fire" not in told


def test_a_stretch_says_of_each_line_whom_it_is_about(log: Path) -> None:
    """Two incidents at once, whose answers would otherwise read as those of one."""
    told = muster("debrief", log, "--from", "2023-01-01T00:00").output
    assert f"{first_incident(log)}: answered severe: no" in told
    assert ": answered nature: fire" in told
    assert "A2 sets off" in told
    with_its_name = muster("debrief", log, "--incident", first_incident(log)).output
    assert f"{first_incident(log)}: answered" not in with_its_name


def test_another_procedure_says_at_each_point_what_it_would_have_said(log: Path, tmp_path: Path) -> None:
    """To the other rules the illness is severe; played on, the figures stand side by side with their caveat."""
    under = written(tmp_path, "other.yaml", other())
    told = muster("debrief", log, "--incident", first_incident(log), "--under", under, "--play-on").output
    assert "in force code illness-2, priority green" in told
    assert "the other would code illness-1, priority red" in told
    assert "1 disagreements here" in told
    assert "Played on" in told
    assert "simulated" in told


def test_the_page_is_whole_and_escapes_what_people_wrote(log: Path, tmp_path: Path) -> None:
    """One file without scripts or links, in which a reason cannot become markup."""
    page = tmp_path / "debrief.html"
    answer = muster("debrief", log, "--from", "2023-01-01T00:00", "--out", page)
    assert answer.exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "A1 has &lt;a&gt; flat tyre" in text
    assert not any(each in text for each in ("<script", "http://", "https://", "src=", "<link"))


def test_facts_in_lines_are_told_as_the_database_tells_them(log: Path, tmp_path: Path) -> None:
    """The same timeline, but for who recorded it, which lines do not say."""
    told = json.loads(muster("debrief", log, "--from", "2023-01-01T00:00", "--json").output)
    lines = tmp_path / "facts.jsonl"
    lines.write_text("\n".join(json.dumps(each["fact"]) for each in told["timeline"]), encoding="utf-8")
    centre, rules = written(tmp_path, "c.yaml", of(street())), written(tmp_path, "p.yaml", of(a_procedure()))
    options = ("--from", "2023-01-01T00:00", "--json", "--centre", centre, "--procedure", rules)
    again = json.loads(muster("debrief", lines, *options).output)
    assert [each["words"] for each in again["timeline"]] == [each["words"] for each in told["timeline"]]
    assert {each["actor"] for each in again["timeline"]} == {None}
    assert again["choices"] == told["choices"]
    assert again["replay"] == told["replay"]


@pytest.mark.parametrize(
    "options",
    [(), ("--incident", "i1", "--from", "2023-01-01T00:00"), ("--incident", "i1", "--play-on"),
     ("--incident", "i1", "--out", "page.pdf")],
)  # fmt: skip
def test_options_that_do_not_go_together_are_refused(log: Path, options: tuple[str, ...]) -> None:
    """Before anything is read."""
    assert muster("debrief", log, *options).exit_code == 2
