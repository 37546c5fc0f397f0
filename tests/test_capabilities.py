"""What the page of capabilities names is there: every command, every route, every test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer

from api.command_line import app
from tests.api.rooms import served

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d\.\d ", line)
]
CRITERIA = 34
"""18 of CC38 and 16 of CC41."""


def named(column: int) -> list[str]:
    """What stands in a column, once each, without its marks."""
    return sorted({row[column].strip("`") for row in ROWS if row[column]})


def test_no_criterion_is_left_out() -> None:
    """A row that is missing would be a promise that nobody can miss."""
    assert len(ROWS) == CRITERIA


def test_what_is_not_wholly_met_says_what_is_missing() -> None:
    """And what is met has nothing missing."""
    assert all((row[1] == "yes") == (row[5] == "") for row in ROWS)


@pytest.mark.parametrize("command", named(2))
def test_every_command_is_there(command: str) -> None:
    """A reader will type it."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert command.removeprefix("muster ") in commands


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The documented interface: path, then method."""
    with served(tmp_path_factory.mktemp("capabilities")) as dispatcher:
        return dispatcher.get("/openapi.json")["paths"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("route", named(3))
def test_every_route_is_there(route: str, paths: Mapping[str, Any]) -> None:
    """A client will call it."""
    method, path = route.split()
    assert method.lower() in paths.get(path, {})


@pytest.mark.parametrize("test", named(4))
def test_every_test_is_there(test: str) -> None:
    """Somebody will want to see it shown."""
    assert (ROOT / test).is_file()
