"""Rungs that nothing reaches, that nobody staffs, or that lead in a circle: each found once, where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.soundness import flaws_of
from tests.incidents.sound_procedure import CENTRE, sound

FIRE = [{"role": "fire"}]
TOLD: dict[str, Any] = {"unfilled_for_s": 60, "priorities": ["green"], "notifies": FIRE}
SURGE: dict[str, Any] = {"shortfall": 3, "priorities": ["red"], "mode": {"leaves_at": 1}, "notifies": FIRE}


def found(
    rungs: dict[str, Any], authority: Any = (), centre: Centre = CENTRE
) -> list[tuple[tuple[str | int, ...], str]]:
    """Flaws of a sound procedure with these rungs as well, as (location, what)."""
    document = sound()
    document["escalation"] |= rungs
    procedure = Procedure.model_validate({**document, "authority": authority})
    return [(loc, what) for loc, what, _ in flaws_of(procedure, centre)]


def test_rungs_that_fit_together_have_no_flaw() -> None:
    """A false alarm would teach designers to ignore the true ones."""
    aid = {
        "requests": {"partner": "coastguard", "skill": "sea", "role": "calls"},
        "notifies": [{"organisation": "coastguard"}],
    }
    rungs = {
        "a": {**TOLD, "ack_s": 30, "then": "b"},
        "b": aid,
        "surge": SURGE,
        "c": {
            **TOLD,
            "during": ["surge"],
            "hours": [{"start": "08:00", "until": "20:00"}, {"start": "20:00", "until": "08:00"}],
        },
        "d": {"waiting_answer_s": 20, "queues": ["phone"], "notifies": FIRE},
    }
    assert found(rungs, [{"role": "calls", "organisation": "coastguard"}]) == []


FLAWS: dict[str, tuple[dict[str, Any], tuple[str | int, ...], str]] = {
    "unreachable": ({"a": {"notifies": FIRE}}, ("escalation", "a"), "nothing sets this rung off"),
    "circle": (
        {"a": {**TOLD, "then": "b"}, "b": {"notifies": FIRE, "then": "a"}},
        ("escalation", "a", "then"),
        "in a circle: a, b",
    ),
    "leads to itself": ({"a": {**TOLD, "then": "a"}}, ("escalation", "a", "then"), "in a circle: a"),
    "unknown then": ({"a": {**TOLD, "then": "lat"}}, ("escalation", "a", "then"), "unknown rung 'lat', did you mean 'late'?"),
    "led to a proposal": (
        {"a": {**TOLD, "then": "b"}, "b": {**TOLD, "proposes": True}},
        ("escalation", "a", "then"),
        "rung 'b' only proposes",
    ),
    "no incident to change": (
        {"a": {"waiting_answer_s": 9, "notifies": FIRE, "then": "b"}, "b": {"opens": {"skill": "fire"}}},
        ("escalation", "a", "then"),
        "rung 'b' changes an incident",
    ),
    "unknown queue": (
        {"a": {"waiting_answer_s": 9, "queues": ["phon"], "notifies": FIRE}},
        ("escalation", "a", "queues", 0),
        "'phone'",
    ),
    "unknown mode": ({"surge": SURGE, "a": {**TOLD, "during": ["surg"]}}, ("escalation", "a", "during", 0), "'surge'"),
    "nobody staffs it": ({"a": {**TOLD, "notifies": [{"role": "fir"}]}}, ("escalation", "a", "notifies", 0, "role"), "'fire'"),
    "hours overlap": (
        {"a": {**TOLD, "hours": [{"start": "22:00", "until": "06:00"}, {"start": "05:59", "until": "07:00"}]}},
        ("escalation", "a", "hours", 1),
        "overlap",
    ),
    "hours overlap over the end of the week": (
        {"a": {**TOLD, "hours": [
            {"start": "22:00", "until": "06:00", "days": ["sun"]}, {"start": "05:00", "until": "07:00", "days": ["mon"]},
        ]}},
        ("escalation", "a", "hours", 1),
        "overlap",
    ),
    "hours on no day": (
        {"a": {**TOLD, "hours": [{"start": "01:00", "until": "02:00", "days": []}]}},
        ("escalation", "a", "hours", 0, "days"),
        "no day",
    ),
    "the more urgent waits longer": (
        {"a": TOLD, "b": {**TOLD, "unfilled_for_s": 61, "priorities": ["red"]}},
        ("escalation", "b", "unfilled_for_s"),
        "'red' reaches 'fire' after 61 s, the less urgent 'green' after 60 s",
    ),
    "unknown partner": (
        {"a": {**TOLD, "requests": {"partner": "coastgard", "skill": "sea"}}},
        ("escalation", "a", "requests", "partner"),
        "did you mean 'coastguard'?",
    ),
    "partner without the skill": (
        {"a": {**TOLD, "requests": {"partner": "coastguard", "skill": "fire"}}},
        ("escalation", "a", "requests", "skill"),
        "has nobody with skill 'fire'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FLAWS)
def test_each_flaw_is_found_once_where_it_stands(name: str) -> None:
    """Found where it is, and nothing else is blamed."""
    rungs, loc, what = FLAWS[name]
    ((where, said),) = found(rungs)
    assert where == loc
    assert what in said


def test_a_rung_cannot_use_an_authority_that_the_matrix_does_not_give() -> None:
    """It would be refused in the middle of the night instead."""
    asked = {"partner": "coastguard", "skill": "sea", "role": "fire"}
    rungs = {"a": {**TOLD, "requests": asked}, "b": {**TOLD, "notifies": [{"organisation": "army"}]}}
    assert [loc for loc, _ in found(rungs, [{"role": "calls", "organisation": "coastguard"}])] == [
        ("escalation", "a", "requests", "role"),
        ("escalation", "b", "notifies", 0, "organisation"),
    ]


def test_a_role_in_the_matrix_that_nobody_has_is_a_flaw() -> None:
    """It could contact nobody."""
    ((loc, _),) = found({}, [{"role": "chief", "organisation": "coastguard"}])
    assert loc == ("authority", 0, "role")


@pytest.mark.parametrize(("start", "is_staffed"), [("07:59", True), ("08:00", False)])
def test_a_rung_whose_hours_meet_no_shift_of_its_role_is_a_flaw(start: str, is_staffed: bool) -> None:
    """It would be skipped every time."""
    plain = CENTRE.model_dump(mode="json", by_alias=True)
    plain["shifts"] = {"night": {"start": "20:00", "until": "08:00"}}
    plain["resources"]["E1"]["shift"] = "night"
    centre = Centre.model_validate(plain)
    flaws = found({"a": {**TOLD, "hours": [{"start": start, "until": "20:00"}]}}, centre=centre)
    assert [loc for loc, _ in flaws] == ([] if is_staffed else [("escalation", "a", "notifies", 0, "role")])


def test_a_priority_that_may_wait_is_not_raised_by_a_rung_that_only_proposes() -> None:
    """Nobody may be there to accept, and then it would wait for ever."""
    document = sound()
    document["escalation"] = {
        "late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "amber", "proposes": True}
    }
    flaws = flaws_of(Procedure.model_validate(document), CENTRE)
    assert [loc for loc, *_ in flaws] == [("priorities", "green", "waits_at_s")]


SILENT: dict[str, Any] = {"priorities": ["green"], "raises_to": "amber"}
U = ("escalation", "a", "unacknowledged")
WAITED: dict[str, tuple[dict[str, Any], tuple[str | int, ...], str]] = {
    "unknown message": ({"messages": ["turn ot"]}, (*U, "messages", 0), "did you mean 'turn out'?"),
    "no deadline": (
        {"messages": ["turn out", "late"]},
        (*U, "messages", 1),
        "nobody has to acknowledge message 'late'",
    ),
    "unknown medium": ({"media": ["dat"]}, (*U, "media", 0), "did you mean 'data'?"),
    "nobody is told": (
        {"messages": ["turn out"], "to": ["officer"]},
        (*U, "to", 0),
        "unknown recipient of these messages",
    ),
}


@pytest.mark.parametrize("name", WAITED)
def test_a_rung_that_waits_for_what_never_comes_is_found(name: str) -> None:
    """A message that is no message, that nobody has to acknowledge, or that is for somebody else."""
    meant, loc, what = WAITED[name]
    ((where, said),) = found({"a": {**SILENT, "unacknowledged": {"after_s": 60, **meant}}})
    assert where == loc
    assert what in said


@pytest.mark.parametrize("meant", [{}, {"messages": ["turn out"], "to": ["ambulance"], "media": ["data"]}])
def test_a_rung_that_waits_for_a_message_that_is_owed_has_no_flaw(meant: dict[str, Any]) -> None:
    """Any message does, where one of them has to be acknowledged."""
    assert found({"a": {**SILENT, "unacknowledged": {"after_s": 60, **meant}}}) == []


def test_a_rung_cannot_wait_where_nothing_has_to_be_acknowledged() -> None:
    """It would never act."""
    document = sound()
    del document["wording"]
    document["escalation"]["a"] = {**SILENT, "unacknowledged": {"after_s": 60}}
    told = [(loc, what) for loc, what, _ in flaws_of(Procedure.model_validate(document), CENTRE)]
    assert told == [(U, "no message has to be acknowledged, and no handover is owed")]
