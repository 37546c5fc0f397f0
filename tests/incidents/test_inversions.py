"""That the more urgent never fares worse by rule, and that what is equal or not said passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from incidents.centre import Loc
from incidents.inversions import inversions, queue_inversions
from incidents.procedure import Procedure
from tests.incidents.sound_procedure import sound


def places(**changes: Callable[[dict[str, Any]], object]) -> list[Loc]:
    """Where inversions are found after changing parts of the sound procedure."""
    document = sound()
    for part, change in changes.items():
        change(document[part])
    return [loc for loc, _, _ in inversions(Procedure.model_validate(document))]


def queues_warned_of(chat_rank: int) -> list[Loc]:
    """Where a phone of the first rank with 60 s is warned of beside a chat with 20 s."""
    document = sound()
    document["queues"] = {
        "phone": {"skill": "calls", "answer_target_s": 60},
        "chat": {"skill": "calls", "rank": chat_rank, "answer_target_s": 20},
    }
    return [loc for loc, _, _ in queue_inversions(Procedure.model_validate(document))]


def test_queues_of_one_rank_may_have_any_targets() -> None:
    """Neither goes before the other, so nothing is turned round."""
    assert queues_warned_of(chat_rank=1) == []


def test_a_queue_answered_first_with_the_later_target_is_warned_of() -> None:
    """Whoever is served first is usually promised no less; where it is meant, it may be tried."""
    assert queues_warned_of(chat_rank=2) == [("queues", "phone", "answer_target_s")]


@pytest.mark.parametrize(("red_s", "is_found"), [(120, False), (121, True)])
def test_the_more_urgent_has_no_wider_cap(red_s: float, is_found: bool) -> None:
    """To save money, somebody slower is sent to the less urgent first."""

    def caps(priorities: dict[str, Any]) -> None:
        priorities["amber"]["regret_s"], priorities["green"]["regret_s"] = red_s, 120

    assert places(priorities=caps) == ([("priorities", "amber", "regret_s")] if is_found else [])


def test_a_cap_that_is_not_said_is_not_compared() -> None:
    """Nobody wrote the inversion down, so there is no line to mend."""
    assert places(priorities=lambda part: part["green"].update(regret_s=60)) == []


def test_lights_go_to_the_more_urgent_first() -> None:
    """A crew for a broken toe must not overtake one for a stopped heart."""
    assert places(priorities=lambda part: part["red"].update(lights=False)) == [("priorities", "red", "lights")]


@pytest.mark.parametrize(
    ("rule", "change", "loc"),
    [
        ("breaks", {"interrupted_by": ["amber"]}, ("breaks", "interrupted_by", 0)),
        ("overrun", {"task_s": 1, "most_s": 1, "unless": ["amber"]}, ("overrun", "unless", 0)),
        ("diversion", {"to": ["amber"], "from": ["green"]}, ("diversion", "to", 0)),
        ("diversion", {"to": ["red"], "from": ["amber"]}, ("diversion", "from", 0)),
    ],
)
def test_what_one_priority_may_every_more_urgent_one_may(rule: str, change: dict[str, Any], loc: Loc) -> None:
    """A right that skips the most urgent is one that nobody meant to write."""
    assert places(dispatch=lambda part: part.update({rule: change})) == [("dispatch", *loc)]


def test_diversion_may_leave_out_those_between() -> None:
    """From the least urgent to the most urgent alone is a rule with sense."""
    assert places(dispatch=lambda part: part.update(diversion={"to": ["red"], "from": ["green"]})) == []


def test_a_name_that_nothing_bears_is_not_taken_for_one_left_out() -> None:
    """A slip of one letter is one flaw, and named elsewhere."""
    assert places(dispatch=lambda part: part.update(breaks={"interrupted_by": ["rad", "amber"]})) == []
