"""Checks as data: one that asks for nothing, or for two things, is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from incidents.checks import Check


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "give one of"),
        ({"answer": "q", "record": "assessed"}, "give one of"),
        ({"record": "assessed", "within_s": 60}, "go together"),
        ({"record": "assessed", "after": "received"}, "go together"),
        ({"record": "ended"}, "an incident is closed"),
        ({"record": "assigned", "before": "assigned"}, "before or after itself"),
        ({"note": "handover", "skill": "fire"}, "only resources have a skill"),
        ({"record": "assessed", "skill": "fire"}, "only resources have a skill"),
        ({"note": ""}, "at least 1"),
    ],
)
def test_a_check_that_cannot_be_met_or_missed_is_refused(fields: dict[str, Any], why: str) -> None:
    """A check that asks for nothing is passed by everybody."""
    with pytest.raises(ValidationError, match=why):
        Check.model_validate(fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": "q"},
        {"note": "handover", "codes": ["a"]},
        {"record": "assigned", "skill": "fire", "within_s": 60, "after": "assessed", "before": "closed"},
    ],
)
def test_a_check_of_one_thing_is_taken(fields: dict[str, Any]) -> None:
    """An answer, a note and a moment are what a log can show."""
    assert Check.model_validate(fields).model_dump(exclude_defaults=True, mode="json") == fields
