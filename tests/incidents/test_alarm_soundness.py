"""Alarm levels that cannot be meant: that ask for nothing, for less, for more than there is, or that no rung could raise."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from incidents import alarm_soundness
from incidents.centre import Loc
from incidents.differences import differences
from incidents.phrases import plan_in_words
from incidents.response_plan import Plan
from incidents.soundness import flaws_of, warnings_of
from tests.builders import a_centre, a_procedure

CENTRE = a_centre(
    {"E1": ("engine", 0), "E2": ("engine", 0), "E3": ("engine", 0), "A1": ("ambulance", 0), "C1": ("clerk", 0)}
)
LATE = {"unfilled_for_s": 60, "priorities": ["red"]}


def level(name: str, *rows: tuple[str, int], counts: str = "added", **more: Any) -> dict[str, Any]:
    """An alarm level of so many of each skill."""
    return {
        "name": name,
        "counts": counts,
        "send": [{"skill": skill, "quantity": many} for skill, many in rows],
        **more,
    }


def fires(*levels: dict[str, Any], **changes: Any) -> Any:
    """Rules under which fires take an engine, with these levels."""
    plans = {
        "fire": {"send": [{"skill": "fire"}], "levels": levels},
        "medical": {"send": [{"skill": "transport"}]},
        "rescue": {"send": [{"skill": "fire"}, {"skill": "transport"}]},
    }
    return a_procedure(**{"plans": plans, **changes})


@pytest.mark.parametrize(
    ("levels", "changes", "where", "what"),
    [
        ([level("second", ("fire", 2))], {}, None, ""),
        ([level("second", ("fire", 1)), level("all", ("fire", 3), counts="in all")], {}, None, ""),
        ([level("second", ("fire", 3))], {}, ("plans", "fire", "levels", 0, "send"), "more than the centre has"),
        ([level("second", ("fire", 4))], {}, ("plans", "fire", "levels", 0, "send", 0, "quantity"), "asks for 4"),
        (
            [level("second", ("fire", 1)), level("third", ("fire", 2))], {},
            ("plans", "fire", "levels", 1, "send"), "'third' and what stands below it ask for more",
        ),
        ([level("second", ("fire", 1), counts="in all")], {}, ("plans", "fire", "levels", 0, "send"), "nothing that was not"),
        (
            [level("second", ("fire", 1)), level("all", ("fire", 1), ("transport", 1), counts="in all")], {},
            ("plans", "fire", "levels", 1, "send"), "asks for 1 with skill 'fire' in all, fewer than below it",
        ),
        ([level("x", ("fire", 1)), level("x", ("fire", 1))], {}, ("plans", "fire", "levels", 1, "name"), "already the name"),
        ([level("second", ("water", 1))], {}, ("plans", "fire", "levels", 0, "send", 0, "skill"), "nobody at the centre holds"),
        (
            [level("second", ("fire", 1))], {"escalation": {"late": {**LATE, "alarm_to": "secnd"}}},
            ("escalation", "late", "alarm_to"), "did you mean 'second'",
        ),
        ([level("second", ("fire", 1))], {"escalation": {"late": {**LATE, "alarm_to": "second"}}}, None, ""),
        ([], {"escalation": {"late": {**LATE, "alarm_to": "second"}}}, ("escalation", "late", "alarm_to"), "no plan has"),
        ([], {"escalation": {"late": {**LATE, "alarm_up": True}}}, ("escalation", "late", "alarm_up"), "no plan has"),
    ],
)  # fmt: skip
def test_levels_are_checked_at_their_place(
    levels: list[dict[str, Any]], changes: dict[str, Any], where: Loc | None, what: str
) -> None:
    """Each is one flaw, and the sound ones are none."""
    found = list(flaws_of(fires(*levels, **changes), CENTRE))
    assert [loc for loc, _, _ in found] == ([] if where is None else [where])
    assert all(what in said for _, said, _ in found)


def test_the_more_urgent_is_not_made_up_later() -> None:
    """By time alone a green illness would have its second alarm after 60 s, a fire after 300."""
    plans = {
        "fire": {"send": [{"skill": "fire"}], "levels": [level("second", ("fire", 1), after_s=300)]},
        "medical": {"send": [{"skill": "transport"}]},
        "visit": {"send": [{"skill": "transport"}], "levels": [level("second", ("fire", 1), after_s=60)]},
        "rescue": {"send": [{"skill": "fire"}]},
    }
    determinants = {**a_procedure().model_dump()["determinants"], "illness-2": {"priority": "green", "plan": "visit"}}
    (found,) = flaws_of(a_procedure(plans=plans, determinants=determinants), CENTRE)
    assert found[0] == ("plans", "fire", "levels", 0, "after_s")
    assert "after 300 s, plan 'visit' of something less urgent after 60 s" in found[1]


def test_more_ways_than_are_tried_are_not_said_to_be_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile document must not be worked at for ever."""
    levels = [level("second", ("fire", 3))]
    monkeypatch.setattr(alarm_soundness, "WAYS_JUDGED", 0)
    assert list(flaws_of(fires(*levels), CENTRE)) == []


def test_hours_in_which_nobody_could_fill_a_level_are_warned_of() -> None:
    """An alarm is raised at night as well."""
    shifts = {"day": {"start": "07:00", "until": "19:00"}}
    resources = {**{name: {"kind": "engine", "base": name} for name in ("E1", "E2")}, "C1": {"kind": "clerk"}}
    resources["A1"] = {"kind": "ambulance", "base": "A1", "shift": "day"}
    centre = a_centre({name: (each["kind"], 0) for name, each in resources.items()}, shifts=shifts, resources=resources)
    rules = fires(level("second", ("transport", 1)))
    assert ("plans", "fire", "levels", 0, "send", 0) in [loc for loc, _, _ in warnings_of(rules, centre)]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"unless_arrived": True}, "give `after_s`"),
        ({"counts": "in all", "whole": True, "instead": [[{"skill": "x"}]]}, "`instead` is for levels that are added"),
        ({"instead": [[{"skill": "x"}]]}, "`instead` needs `whole: true`"),
        ({"counts": "instead"}, "added"),
        ({"after_s": 0.5}, "greater than or equal to 1"),
    ],
)
def test_a_level_that_cannot_be_meant_is_refused(changes: dict[str, Any], why: str) -> None:
    """Before anybody relies on it."""
    with pytest.raises(ValidationError, match=why):
        Plan.model_validate({"send": [{"skill": "fire"}], "levels": [{**level("second", ("fire", 1)), **changes}]})


@pytest.mark.parametrize(
    ("rung", "why"),
    [
        ({"alarm_up": True, "alarm_to": "second"}, "not both"),
        ({"alarm_up": True, "stands_down": True}, "stopped by a person"),
        ({"unfilled_for_s": None, "priorities": (), "waiting_answer_s": 5, "alarm_up": True}, "about no incident"),
    ],
)
def test_a_rung_that_cannot_raise_an_alarm_so_is_refused(rung: dict[str, Any], why: str) -> None:
    """A stop is a person's; a contact has no alarm."""
    with pytest.raises(ValidationError, match=why):
        fires(level("second", ("fire", 1)), escalation={"late": {**LATE, **rung}})


def test_changed_levels_are_told() -> None:
    """Each change in a line of its own, the order of the levels among them."""
    second, third = level("second", ("fire", 1)), level("third", ("transport", 1), after_s=60)
    assert differences(fires(second), fires(second, third)) == (
        "plan 'fire': level 'third' is new: 1 x transport in addition, after 60 s unless stopped",
    )
    assert differences(fires(second, third), fires({**second, "counts": "in all"})) == (
        "plan 'fire': level 'second' now counts in all (was added)",
        "plan 'fire': level 'third' is dropped",
    )
    assert differences(fires(second, third), fires(third, second)) == (
        "plan 'fire': its levels are now, from the lowest, third, second (were second, third)",
    )


def test_a_plan_is_said_with_its_levels() -> None:
    """On drawings and in interviews."""
    plan = fires(level("second", ("fire", 2), after_s=300, unless_arrived=True)).plans["fire"]
    assert plan_in_words(plan.model_dump(mode="json")) == (
        "sends 1 x fire; second: 2 x fire in addition, after 300 s unless somebody has arrived"
    )
