"""Two procedures that differ in one alarm level, one handover or one jump-out: that is told, and nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from incidents.differences import changes
from incidents.procedure import Procedure
from incidents.read import parse_document
from tests.incidents.sound_procedure import sound


def _one(part: str) -> Callable[[dict[str, Any]], None]:
    """A change of exactly one thing: the level, the handover or the jump-out that `_with_all` has."""

    def change(document: dict[str, Any]) -> None:
        match part:
            case "level":
                document["plans"]["one"]["levels"][0]["after_s"] = 240
            case "handover":
                document["handovers"]["to command"]["accept_s"] = 90
            case _:
                document["triage"]["jump_outs"]["lost"]["code"] = "chest"

    return change


def _with_all() -> dict[str, Any]:
    """The sound procedure with a level, a handover and a jump-out."""
    document = copy.deepcopy(sound())
    document["plans"]["one"]["levels"] = [
        {"name": "more", "counts": "added", "send": [{"skill": "medical"}], "after_s": 300}
    ]
    document["handovers"] = {"to command": {"on": "escalation", "to": {"organisation": "command"}, "accept_s": 60}}
    document["triage"]["jump_outs"] = {"lost": {"text": "Gone", "code": "toe"}}
    return document


@pytest.mark.parametrize(
    ("part", "where", "audience"),
    [
        ("level", "plans.one.levels", "dispatcher"),
        ("handover", "handovers.to command", "supervisor"),
        ("jump-out", "triage.jump_outs.lost", "call-taker"),
    ],
)
def test_one_level_one_handover_or_one_jump_out_is_told_and_nothing_else(part: str, where: str, audience: str) -> None:
    """Each part of the format has a reader who has to hear of it, and who hears of nothing else."""
    changed = _with_all()
    _one(part)(changed)
    old, new = Procedure.model_validate(_with_all()), Procedure.model_validate(changed)
    (told,) = changes(old, new)
    assert told.where.startswith(where)
    assert told.audience == audience
    assert old.fingerprint != new.fingerprint


def test_comments_in_any_part_are_no_difference() -> None:
    """A remark beside a level, a handover or a jump-out puts no other rule in force."""
    plain = json.dumps(_with_all(), indent=1)
    remarked = plain.replace(",\n", ",  # Agreed with the union.\n")
    old, new = (parse_document(text, "p", Procedure) for text in (plain, remarked))
    assert remarked != plain
    assert (changes(old, new), old.fingerprint) == ((), new.fingerprint)
