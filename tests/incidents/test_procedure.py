"""A procedure is data: what cannot mean anything is refused, and its fingerprint is its identity."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from incidents.ladder import Rung
from incidents.plan_row import PlanRow
from incidents.procedure import (
    Breaks,
    Diversion,
    Overrun,
    Plan,
    Priority,
    Procedure,
    Reserve,
    Step,
    Urgency,
)
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
        (Urgency, {"shape": "logistic"}),
        (Urgency, {"shape": "logistic", "scale_s": 3600, "slope_per_s": 0}),
        (Urgency, {"shape": "power", "scale_s": 0.5}),
        (Priority, {"rank": 1, "waits_at_s": 600}),
        (Priority, {"rank": 2, "waits_at_s": 0}),
        (Priority, {"rank": 2, "regret_s": -1}),
        (PlanRow, {"skill": "fire", "level": 0}),
        (PlanRow, {"skill": "fire", "level": 6}),
        (Overrun, {"task_s": 600}),
        (Overrun, {"task_s": 600, "most_s": 600, "price": -1}),
        (Breaks, {"price_s": 60}),
        (Breaks, {"interrupted_by": []}),
        (Reserve, {"name": "a", "skill": "fire", "keep": 0, "missing_s": 60}),
        (Reserve, {"name": "a", "skill": "fire", "keep": 1, "missing_s": 0}),
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


@pytest.mark.parametrize(
    ("priority", "cap_s"),
    [({"rank": 1}, 0), ({"rank": 2}, None), ({"rank": 1, "regret_s": 30}, 30), ({"rank": 2, "regret_s": 0}, 0)],
)
def test_the_first_rank_gets_the_quickest_unless_the_rules_say_otherwise(
    priority: dict[str, Any], cap_s: float | None
) -> None:
    """No saving elsewhere may send somebody slower to a life in danger without a rule that says so."""
    assert Priority.model_validate(priority).regret_cap_s == cap_s
