"""A procedure is data: what cannot mean anything is refused, and its fingerprint is its identity."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from incidents.procedure import Diversion, Plan, Procedure, Rung, Step, Urgency
from tests.builders import a_procedure

ROWS = [{"skill": f"skill {number}"} for number in range(50)]


def test_the_order_of_keys_is_no_difference() -> None:
    """A file that was only tidied up is the same procedure, and needs no new approval."""
    plain = a_procedure().model_dump(mode="json", by_alias=True)
    turned = Procedure.model_validate(dict(reversed(plain.items())))
    assert turned.fingerprint == a_procedure().fingerprint


def test_a_factory_setting_written_out_is_no_difference() -> None:
    """Saying what holds anyway changes nothing."""
    assert a_procedure(dispatch={"spare_skill_s": 0}).fingerprint == a_procedure().fingerprint


@pytest.mark.parametrize(
    "changes",
    [{"revision": 2}, {"dispatch": {"automatic": ["red"]}}, {"dispatch": {"reach_limit_s": 900}}, {"serves": ["fire"]}],
)
def test_any_other_word_is_a_difference(changes: dict[str, Any]) -> None:
    """The log names the rules in force by fingerprint; two rules under one would be a lie."""
    assert a_procedure(**changes).fingerprint != a_procedure().fingerprint


@pytest.mark.parametrize(
    ("part", "document"),
    [
        (Urgency, {"shape": "threshold"}),
        (Urgency, {"weight": 0}),
        (Urgency, {"weight": float("nan")}),
        (Urgency, {"shape": "steep"}),
        (Step, {}),
        (Step, {"ask": "a", "code": "b"}),
        (Rung, {"unfilled_for_s": 60, "priorities": ["red"]}),
        (Rung, {"unfilled_for_s": 0, "priorities": ["red"], "raises_to": "red"}),
        (Rung, {"unfilled_for_s": 60, "priorities": [], "raises_to": "red"}),
        (Plan, {"send": [{"skill": "fire"}], "instead": [[{"skill": "water"}]]}),
        (Plan, {"send": [{"skill": "fire"}], "instead": [[]], "whole": True}),
        (Plan, {"send": ROWS, "instead": [[{"skill": "water"}]], "whole": True}),
        (Plan, {"send": [{"skill": "fire", "load": 0}]}),
        (Diversion, {"to": ["red"], "from": []}),
        (Diversion, {"to": ["red"], "from": ["green"], "most_per_incident": 0}),
        (Diversion, {"to": ["red"], "from": ["green"], "colour": "blue"}),
    ],
)
def test_what_cannot_mean_anything_is_refused(part: Any, document: dict[str, Any]) -> None:
    """Better here than as a surprise at night."""
    with pytest.raises(ValidationError):
        part.model_validate(document)


def test_a_procedure_cannot_be_changed_in_hand() -> None:
    """A new rule is a new version."""
    with pytest.raises(ValidationError):
        a_procedure().revision = 2
