"""The planner's questions over HTTP: the same answer as the command's, and refusals with pointers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from api.command_line import app
from tests.api.rooms import Dispatcher

QUESTION = {"calls_per_h": 40, "handling_s": 95, "patience_s": 60, "targets": [{"share": 0.9, "within_s": 15}]}


def test_the_route_and_the_command_say_the_same(desk: Dispatcher) -> None:
    """One mind, whichever door."""
    words = ["call-takers", "--calls", "40", "--handling", "95", "--patience", "60", "--target", "0.9:15", "--json"]
    told = desk.post("/v1/planner/call-takers", QUESTION)
    assert told == json.loads(CliRunner().invoke(app, words).stdout)
    assert (told["formula"], told["hours"][0]["call_takers"]) == ("Erlang A (Palm 1957)", 3)


def test_a_week_is_answered_hour_by_hour(desk: Dispatcher) -> None:
    """168 rates in, 168 numbers out."""
    rates = [20.0 + hour % 24 for hour in range(168)]
    told = desk.post("/v1/planner/call-takers", {**QUESTION, "calls_per_h": rates, "packs": ["nena-sta-020.1-2020"]})
    assert [hour["calls_per_h"] for hour in told["hours"]] == rates
    assert len(told["targets"]) == 2


def test_nothing_is_recorded(desk: Dispatcher) -> None:
    """A question about next year leaves no trace in tonight's log."""
    before = desk.everything()
    desk.post("/v1/planner/call-takers", QUESTION)
    assert desk.everything() == before


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"handling_s": 0}, "/handling_s"),
        ({"patience_s": -1}, "/patience_s"),
        ({"targets": [{"share": 2, "within_s": 15}]}, "/targets/0/share"),
        ({"targets": []}, ""),
        ({"packs": ["mine"]}, "/packs/0"),
        ({"calls_per_h": 1e6}, "/calls_per_h"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_nonsense_is_refused_where_it_stands(desk: Dispatcher, changes: dict[str, Any], pointer: str) -> None:
    """As every other request is."""
    told = desk.refused("/v1/planner/call-takers", {**QUESTION, **changes}, 422)
    assert pointer in [flaw["pointer"] for flaw in told["flaws"]]
