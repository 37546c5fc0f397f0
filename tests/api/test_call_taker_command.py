"""`muster call-takers`: the page's example, a week, JSON, and refusals in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.command_line import app
from incidents.refusals import Refusal
from simulation.scenario_files import scenario_folder

DOCS = Path(__file__).parents[2] / "docs" / "planning.md"
ONE_RATE = ["call-takers", "--calls", "40", "--handling", "95"]


def told(*words: str) -> str:
    """What the command prints."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_example_on_the_page_prints_what_the_page_shows() -> None:
    """A reader will compare, number by number."""
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    commands = [line.split()[1:] for line in lines if line.startswith("    muster call-takers")]
    assert commands
    shown = {line.strip() for line in lines if line.startswith("    ")}
    for command in commands:
        if "--workload" not in command:
            printed = [line.strip() for line in told(*command).splitlines() if line.strip()]
            assert set(printed) <= shown, printed


def test_a_week_has_a_number_for_every_hour() -> None:
    """From a scenario's name, or its workload file, all the same."""
    file = str(scenario_folder("call_centre") / "workload.yaml")
    by_name, by_file = (
        json.loads(told("call-takers", "--workload", name, "--target", "0.8:20", "--json"))
        for name in ("call_centre", file)
    )
    assert by_name == by_file
    assert [hour["call_takers"] for hour in by_name["hours"]] == [7] * 168
    assert by_name["hours"][25]["day"] == "Tue"
    assert "1,176 call-taker hours" in told("call-takers", "--workload", "call_centre", "--target", "0.8:20")


@pytest.mark.parametrize(
    ("word", "words", "where"),
    [
        (
            "calls below nothing",
            ["call-takers", "--calls", "-1", "--handling", "95", "--target", "0.9:15"],
            "/calls_per_h",
        ),
        ("no time", ["call-takers", "--calls", "1", "--handling", "0", "--target", "0.9:15"], "/handling_s"),
        ("handling left out", ["call-takers", "--calls", "1", "--target", "0.9:15"], "/handling_s"),
        ("everybody", [*ONE_RATE, "--target", "1:15"], "/targets/0/share"),
        ("no target", [*ONE_RATE, "--target", "0.9"], "--target 0.9"),
        ("nothing asked", ONE_RATE, "/"),
        ("no such pack", [*ONE_RATE, "--pack", "mine"], "/packs/0"),
        ("no such queue", ["call-takers", "--workload", "bank", "--queue", "x", "--occupied", "0.8"], "/queue"),
        ("no such scenario", ["call-takers", "--workload", "x", "--occupied", "0.8"], "scenario"),
    ],
)
def test_nonsense_is_refused(word: str, words: list[str], where: str) -> None:
    """Where it stands, and before a number is printed."""
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, Refusal), word
    assert result.exception.flaws[0].where.startswith(where)
    assert not result.stdout


def test_a_rate_and_a_workload_together_are_no_question() -> None:
    """Which of them would it be?"""
    result = CliRunner().invoke(app, [*ONE_RATE, "--workload", "bank", "--target", "0.9:15"])
    assert result.exit_code == 2
