"""The page about logs is run as it stands: its log, its mapping, its command, and what it says the command prints."""

from __future__ import annotations

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from api.command_line import app
from incidents.read import published_schema
from simulation.fitting.mapping import LogMapping
from simulation.fitting.rows import LIMITS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "fitting.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL))


def test_the_example_prints_what_the_page_says(tmp_path: Path) -> None:
    """Whoever tries it first tries this."""
    (tmp_path / "village.csv").write_text(BLOCKS["csv"], encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(BLOCKS["yaml"], encoding="utf-8")
    command = ["fit", str(tmp_path), "--mapping", str(tmp_path / "mapping.yaml"), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert [line for line in BLOCKS["text"].splitlines() if line not in result.output.splitlines()] == []
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {
        "workload.yaml",
        "fit.html",
        "fit.json",
        "PROVENANCE.md",
    }


def test_the_mapping_of_the_page_is_sound(tmp_path: Path) -> None:
    """And the command that the page names says so."""
    (tmp_path / "mapping.yaml").write_text(BLOCKS["yaml"], encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(tmp_path / "mapping.yaml")])
    assert "sound" in result.output


def test_a_flaw_of_a_mapping_has_its_line(tmp_path: Path) -> None:
    """The second line names a zone that is none."""
    (tmp_path / "mapping.yaml").write_text(BLOCKS["yaml"].replace("Europe/Dublin", "Dublin"), encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(tmp_path / "mapping.yaml")])
    assert "mapping.yaml:2:1" in result.output


def test_the_limits_of_the_page_are_those_in_force() -> None:
    """A limit that a page gets wrong is found out by a log that took a day to export."""
    named = (LIMITS.line_bytes, LIMITS.columns, LIMITS.rows, LIMITS.file_bytes)
    assert [limit for limit in named if f"{limit:,}" not in PAGE] == []


def test_the_published_schema_of_a_mapping_is_the_one_that_is_read() -> None:
    """An editor that completes by another format is worse than none."""
    published = json.loads((DOCS / "mapping.schema.json").read_text(encoding="utf-8"))
    assert published == published_schema(LogMapping)
