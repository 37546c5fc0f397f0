"""Rungs as data: one trigger, something to do, and every combination that cannot mean anything refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from incidents.ladder import Recipient, Rung
from tests.builders import a_procedure

TOLD = [{"role": "fire"}]
OLD = {"late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"}}


@pytest.mark.parametrize(
    ("rung", "what"),
    [
        ({"unfilled_for_s": 9, "at_once": True, "priorities": ["red"], "notifies": TOLD}, "one trigger"),
        ({"unfilled_for_s": 9, "priorities": ["red"]}, "raises the priority"),
        ({"at_once": True, "notifies": TOLD}, "needs `priorities`"),
        ({"waiting_answer_s": 9, "priorities": ["red"], "notifies": TOLD}, "give `queues`"),
        ({"at_once": True, "priorities": ["red"], "queues": ["a"], "notifies": TOLD}, "`queues` is for"),
        ({"waiting_answer_s": 9, "raises_to": "red"}, "no incident"),
        ({"shortfall": 3, "priorities": ["red"], "notifies": TOLD}, "go together"),
        ({"shortfall": 3, "priorities": ["red"], "mode": {"leaves_at": 3}}, "ends below"),
        ({"waiting_answer_s": 9, "notifies": TOLD, "stands_down": True}, "on an incident"),
        ({"at_once": True, "priorities": ["red"], "notifies": TOLD, "most": 2}, "acts again"),
        ({"unfilled_for_s": 9, "priorities": ["red"], "raises_to": "red", "ack_s": 9}, "`ack_s`"),
        ({"unfilled_for_s": 9, "priorities": ["red"], "raises_to": "red", "then": "b"}, "`then`"),
        ({"notifies": TOLD, "proposes": True}, "does not propose"),
    ],
)
def test_a_rung_that_cannot_mean_anything_is_refused(rung: dict[str, Any], what: str) -> None:
    """It would stand in the document and do nothing, or something that nobody meant."""
    with pytest.raises(ValidationError, match=what):
        Rung.model_validate(rung)


def test_all_that_is_wrong_with_a_rung_is_named_at_once() -> None:
    """Whoever mends one thing must not be told of the next only afterwards."""
    with pytest.raises(ValidationError, match=r"needs `priorities`.*`ack_s`"):
        Rung.model_validate({"at_once": True, "raises_to": "red", "ack_s": 3})


@pytest.mark.parametrize("said", [{}, {"role": "a", "organisation": "b"}])
def test_whom_a_rung_tells_is_a_role_or_an_organisation(said: dict[str, str]) -> None:
    """Nobody and two at once are both nobody in particular."""
    with pytest.raises(ValidationError, match="either"):
        Recipient.model_validate(said)


def test_a_rung_of_an_older_document_keeps_its_identity() -> None:
    """What rungs have learnt since must not make another procedure of one that does not use it."""
    plain = a_procedure(escalation=OLD).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert plain["escalation"] == OLD
