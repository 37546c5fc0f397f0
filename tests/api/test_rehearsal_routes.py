"""A dry run over HTTP: the rules in force, nothing recorded, refusals with pointers into the request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.rooms import Dispatcher

FIRE = {"at": "2026-01-05T02:10:00Z", "answers": {"nature": "fire"}}


def test_a_dry_run_shows_what_would_follow(desk: Dispatcher) -> None:
    """A fire asks for an engine, and the engine of the street is always on duty."""
    told = desk.post("/v1/dry-run", FIRE)
    (run,) = told["runs"]
    assert [step["fact"]["fact"] for step in run["steps"]] == [
        "IncidentOpened", "AnswerGiven", "IncidentAssessed", "NeedOpened",
    ]  # fmt: skip
    assert run["steps"][-1]["asked"][0]["on_duty"] == ["E1"]
    assert told["fingerprint"] == desk.get("/v1/procedure")["fingerprint"]


def test_nothing_is_recorded(desk: Dispatcher) -> None:
    """A rehearsal in the control room must leave no incident behind."""
    before = desk.everything()
    desk.post("/v1/dry-run", FIRE)
    assert desk.everything() == before


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"answers": {}}, "/answers"),
        ({"answers": {"nature": "flood"}}, "/answers/nature"),
        ({"answers": {"nature": "fire", "colour": "red"}}, "/answers/colour"),
        ({"at": "2026-01-05T02:10:00"}, "/at"),
        ({"pace_s": -1}, "/pace_s"),
        ({"watch_s": 1e9}, "/watch_s"),
        ({"assumed": {"on_duty": ["nobody of ours"]}}, "/assumed"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused_where_it_stands(
    desk: Dispatcher, changes: dict[str, Any], pointer: str
) -> None:
    """As every other request is."""
    told = desk.refused("/v1/dry-run", {**FIRE, **changes}, 422)
    assert [flaw["pointer"] for flaw in told["flaws"]] == [pointer]


def test_coverage_counts_what_the_log_has_used_and_names_what_it_never_did(desk: Dispatcher) -> None:
    """A designer sees which parts of the rules in force are live, without stopping the room."""
    assert desk.get("/v1/coverage")["incidents"] == 0
    desk.report(0, nature="fire")
    told = desk.get("/v1/coverage")
    assert told["incidents"] == told["assessments"] == 1
    assert told["questions"]["nature"] == 1
    assert "nature=fire" not in told["unused"]["answers"]
    assert "nature=illness" in told["unused"]["answers"]
    assert told["complete"]


def test_coverage_counts_within_a_window(desk: Dispatcher) -> None:
    """What was exercised last week is asked of last week alone."""
    desk.report(0, nature="fire")
    assert desk.get("/v1/coverage?since=2090-01-01T00:00:00Z")["incidents"] == 0
    assert desk.get("/v1/coverage?until=1971-01-01T00:00:00Z")["facts"] == 0
