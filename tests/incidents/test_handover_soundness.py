"""Handovers that nobody could give or take: each flaw where it stands."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from incidents.handovers import Handover
from incidents.procedure import Procedure
from incidents.soundness import flaws_of
from tests.incidents.sound_procedure import CENTRE, sound

OVER: dict[str, Any] = {"on": "escalation", "to": {"role": "fire"}, "accept_s": 60}


def found(rule: dict[str, Any], name: str = "over", **changes: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """Flaws of a sound procedure with this handover as well, as (location, what)."""
    document = {**sound(), "handovers": {name: {**OVER, **rule}}, **changes}
    return [(loc, what) for loc, what, _ in flaws_of(Procedure.model_validate(document), CENTRE)]


@pytest.mark.parametrize(
    "rule",
    [
        {"requires": ["place", "answers.pain", "methane", "hazards"], "rungs": ["late"], "priorities": ["amber"]},
        {"on": "aid", "to": {"organisation": "coastguard"}},
        {"on": "major"},
        {"on": "shift end"},
    ],
)
def test_a_handover_that_leads_somewhere_has_no_flaw(rule: dict[str, Any]) -> None:
    """A false alarm would teach designers to ignore the true ones."""
    assert found(rule) == []


H = ("handovers", "over")
FLAWS: dict[str, tuple[dict[str, Any], tuple[str | int, ...], str]] = {
    "rung": ({"rungs": ["lat"]}, (*H, "rungs", 0), "did you mean 'late'?"),
    "priority": ({"priorities": ["ambr"]}, (*H, "priorities", 0), "did you mean 'amber'?"),
    "question": ({"requires": ["answers.pian"]}, (*H, "requires", 0), "did you mean 'pain'?"),
    "role": ({"to": {"role": "fir"}}, (*H, "to", "role"), "nobody at the centre holds skill 'fir'"),
    "partner": ({"on": "aid", "to": {"organisation": "coast"}}, (*H, "to", "organisation"), "unknown partner 'coast'"),
}


@pytest.mark.parametrize("name", FLAWS)
def test_a_handover_that_leads_nowhere_is_found(name: str) -> None:
    """At its place, and nothing else."""
    rule, loc, what = FLAWS[name]
    ((where, said),) = found(rule)
    assert where == loc
    assert what in said


def test_a_handover_needs_its_occasion_and_a_name_of_its_own() -> None:
    """What never comes is never handed over; what has the name of a message would be taken for it."""
    bare = {**sound()["wording"], "methane": None, "messages": {}}
    assert found({"on": "major"}, wording=bare) == [((*H, "on"), "nothing says which incidents are major")]
    assert [loc for loc, _ in found({"requires": ["methane", "hazards"]}, wording=bare)] == [
        (*H, "requires", 0), (*H, "requires", 1),
    ]  # fmt: skip
    assert found({}, name="late") == [(("handovers", "late", "[key]"), "'late' is a message already")]
    media = {**sound()["wording"]["media"], "handover": {"most_characters": 100}}
    assert found({}, wording={**sound()["wording"], "media": media})[0][0] == ("wording", "media", "handover", "[key]")


def test_only_who_may_contact_an_organisation_hands_over_to_it() -> None:
    """Where there is a matrix of authority it binds here too."""
    rule = {"to": {"organisation": "coastguard"}}
    may = [{"role": "calls", "organisation": "coastguard", "about": ["aid"]}]
    assert found(rule, authority=may) == [
        ((*H, "to", "organisation"), "no role may contact 'coastguard' about handover")
    ]
    assert found(rule, authority=[{**may[0], "about": ["handover"]}]) == []


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"requires": ["colour"]}, "unknown field 'colour'"),
        ({"requires": ["answers."]}, "unknown field 'answers.'"),
        ({"on": "major", "rungs": ["late"]}, "`rungs` goes with"),
        ({"on": "aid"}, "the organisation that lends"),
        ({"accept_s": 0}, "greater than 0"),
    ],
)
def test_a_handover_that_contradicts_itself_is_refused(rule: dict[str, Any], why: str) -> None:
    """With what would be accepted."""
    with pytest.raises(ValidationError, match=why):
        Handover.model_validate({**OVER, **rule})
