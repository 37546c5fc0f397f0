"""Flaws planted one at a time into a sound procedure; each has to be found once, where it stands, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from incidents.centre import Loc
from incidents.procedure import Procedure
from incidents.soundness import flaws_of
from tests.incidents.sound_procedure import CENTRE, sound


def found(document: dict[str, Any]) -> list[tuple[Loc, str, str]]:
    return list(flaws_of(Procedure.model_validate(document), CENTRE))


Change = Callable[[dict[str, Any]], object]
STEP = ("triage", "questions", "awake", "answers", "yes")
QUESTIONS = ("triage", "questions")


def put(*path: Any) -> Change:
    """Set the value at the keys before the last argument to the last argument."""

    def change(document: dict[str, Any]) -> None:
        *way, last, value = path
        here: Any = document
        for part in way:
            here = here[part]
        here[last] = value

    return change


def again(text: str) -> dict[str, Any]:
    return {"text": "?", "about": "awake", "answers": {text: {"code": "chest"}, "toe": {"code": "toe"}}}


PLANTED: dict[str, tuple[Change, Loc, str]] = {
    "start": (put("triage", "start", "awke"), ("triage", "start"), "did you mean 'awake'"),
    "next question": (put(*STEP, {"ask": "paine"}), (*STEP, "ask"), "did you mean 'pain'"),
    "code": (
        put(*QUESTIONS, "awake", "otherwise", {"code": "zzz"}),
        (*QUESTIONS, "awake", "otherwise", "code"),
        "unknown determinant 'zzz'",
    ),
    "priority": (
        put("determinants", "toe", "priority", "greeen"),
        ("determinants", "toe", "priority"),
        "did you mean 'green'",
    ),
    "plan": (put("determinants", "chest", "plan", "onne"), ("determinants", "chest", "plan"), "did you mean 'one'"),
    "queue skill": (put("queues", "phone", "skill", "cals"), ("queues", "phone", "skill"), "did you mean 'calls'"),
    "plan skill": (
        put("plans", "both", "send", 1, "skill", "hazmat"),
        ("plans", "both", "send", 1, "skill"),
        "nobody at the centre holds skill 'hazmat'",
    ),
    "rung skill": (
        put("escalation", "late", "opens", "skill", "police"),
        ("escalation", "late", "opens", "skill"),
        "nobody at the centre holds",
    ),
    "quantity": (
        put("plans", "both", "send", 0, "quantity", 3),
        ("plans", "both", "send", 0, "quantity"),
        "asks for 3 with skill 'medical', the centre has 2",
    ),
    "quantity with room": (
        put("plans", "both", "send", 0, "load", 2),
        ("plans", "both", "send", 0, "quantity"),
        "asks for 2 with skill 'medical' and room for 2, the centre has 1",
    ),
    "load": (
        put("plans", "both", "send", 0, "load", 5),
        ("plans", "both", "send", 0, "load"),
        "takes 5, and nobody with skill 'medical' has room for more than 4",
    ),
    "load of a contact": (
        put("queues", "phone", "load", 2),
        ("queues", "phone", "load"),
        "takes 2, and nobody with skill 'calls' has room for more than 1",
    ),
    "another way's skill": (
        put("plans", "both", "instead", [[{"skill": "fire"}, {"skill": "medicla"}]]),
        ("plans", "both", "instead", 0, 1, "skill"),
        "did you mean 'medical'",
    ),
    "quantity at a level": (
        put("plans", "one", "send", [{"skill": "medical", "quantity": 2, "level": 2}]),
        ("plans", "one", "send", 0, "quantity"),
        "asks for 2 with skill 'medical' at level 2 or above, the centre has 1",
    ),
    "quantity with those above": (
        put("plans", "one", "send", [{"skill": "medical", "level": 2}, {"skill": "medical", "quantity": 2}]),
        ("plans", "one", "send", 1, "quantity"),
        "asks for 3 with skill 'medical', the centre has 2",
    ),
    "level": (
        put("plans", "one", "send", 0, "level", 3),
        ("plans", "one", "send", 0, "level"),
        "nobody at the centre has skill 'medical' above level 2",
    ),
    "partner": (
        put("dispatch", "partners", {"coastgard": 600}),
        ("dispatch", "partners", "coastgard", "[key]"),
        "unknown partner 'coastgard', did you mean 'coastguard'?",
    ),
    "overrun": (
        put("dispatch", "overrun", "unless", ["rad"]),
        ("dispatch", "overrun", "unless", 0),
        "did you mean 'red'",
    ),
    "breaks": (
        put("dispatch", "breaks", "interrupted_by", ["red", "ambre"]),
        ("dispatch", "breaks", "interrupted_by", 1),
        "did you mean 'amber'",
    ),
    "reserve skill": (
        put("dispatch", "reserve", 2, "skill", "fier"),
        ("dispatch", "reserve", 2, "skill"),
        "did you mean 'fire'",
    ),
    "reserve station": (
        put("dispatch", "reserve", 2, "stations", ["mill", "hil"]),
        ("dispatch", "reserve", 2, "stations", 1),
        "unknown station 'hil', did you mean 'hill'?",
    ),
    "reserve of more than there are": (
        put("dispatch", "reserve", 2, "keep", 2),
        ("dispatch", "reserve", 2, "keep"),
        "keeps 2 with skill 'fire', of whom 1 are based there",
    ),
    "reserve where nobody is": (
        put("dispatch", "reserve", 2, "stations", ["hill"]),
        ("dispatch", "reserve", 2, "keep"),
        "of whom 0 are based there",
    ),
    "cover of an unknown zone": (
        put("dispatch", "cover", 0, "demand", {"nroth": 1.0}),
        ("dispatch", "cover", 0, "demand", "nroth", "[key]"),
        "unknown zone 'nroth', did you mean 'north'?",
    ),
    "cover skill": (
        put("dispatch", "cover", 0, "skill", "medicla"),
        ("dispatch", "cover", 0, "skill"),
        "did you mean 'medical'",
    ),
    "reserve twice": (
        put("dispatch", "reserve", 1, "name", "all"),
        ("dispatch", "reserve", 1, "name"),
        "there is a reserve 'all' already",
    ),
    "waits for ever": (
        put("escalation", "late", {"unfilled_for_s": 60, "priorities": ["green"], "opens": {"skill": "fire"}}),
        ("priorities", "green", "waits_at_s"),
        "a need of 'green' could wait for ever",
    ),
    "waits where it is raised to": (
        put("priorities", "amber", "waits_at_s", 900),
        ("priorities", "amber", "waits_at_s"),
        "a need of 'amber' could wait for ever",
    ),
    "row twice": (
        put("plans", "one", "send", [{"skill": "medical"}, {"skill": "medical"}]),
        ("plans", "one", "send", 1, "skill"),
        "has a row already",
    ),
    "rank twice": (put("priorities", "green", "rank", 2), ("priorities", "green", "rank"), "already that of 'amber'"),
    "late before early": (
        put("priorities", "red", "urgency", "target_s", 2000),
        ("priorities", "red", "urgency", "target_s"),
        "later than the 1080 s of 'amber'",
    ),
    "unreachable question": (put(*QUESTIONS, "age", again("yes")), (*QUESTIONS, "age"), "no path from the start"),
    "unreachable determinant": (
        put("determinants", "fall", {"priority": "green"}),
        ("determinants", "fall"),
        "no answer leads to determinant 'fall'",
    ),
    "unused plan": (
        put("plans", "three", {"send": [{"skill": "fire"}]}),
        ("plans", "three"),
        "no determinant sends plan",
    ),
    "loop": (
        put(*QUESTIONS, "pain", "otherwise", {"ask": "awake"}),
        (*QUESTIONS, "pain", "otherwise", "ask"),
        "leads back to question 'awake'",
    ),
    "dead end": (
        put(*QUESTIONS, "pain", "answers", "chest", {"ask": "pain"}),
        (*QUESTIONS, "pain", "answers", "chest", "ask"),
        "leads back to question 'pain'",
    ),
    "asked again": (
        put(*QUESTIONS, "pain", again("chest")),
        (*QUESTIONS, "pain", "answers"),
        "already known to be yes",
    ),
    "automatic": (put("dispatch", "automatic", ["rad"]), ("dispatch", "automatic", 0), "did you mean 'red'"),
    "diversion from": (
        put("dispatch", "diversion", "from", ["green", "ambre"]),
        ("dispatch", "diversion", "from", 1),
        "unknown priority 'ambre'",
    ),
    "diversion to equal": (
        put("dispatch", "diversion", "to", ["red", "amber"]),
        ("dispatch", "diversion", "to", 1),
        "diversion to 'amber', which is not more urgent than 'amber'",
    ),
    "rung priority": (
        put("escalation", "late", "priorities", ["green", "blue"]),
        ("escalation", "late", "priorities", 1),
        "unknown priority 'blue'",
    ),
    "rung raises nothing": (
        put("escalation", "late", "priorities", ["green", "red"]),
        ("escalation", "late", "raises_to"),
        "escalation to 'amber', which is not more urgent than 'red'",
    ),
    "example stops": (
        put("examples", 0, "answers", {"awake": "yes"}),
        ("examples", 0),
        "leaves question 'pain' unanswered",
    ),
    "example question": (
        put("examples", 0, "answers", {"awake": "yes", "pan": "toe"}),
        ("examples", 0, "answers", "pan", "[key]"),
        "unknown question 'pan', did you mean 'pain'?",
    ),
    "example answer": (
        put("examples", 0, "answers", "pain", "tow"),
        ("examples", 0, "answers", "pain"),
        "question 'pain' does not take 'tow'",
    ),
    "example code": (
        put("examples", 0, "answers", "pain", "chest"),
        ("examples", 0, "code"),
        "leads to 'chest', not 'toe' (awake = yes, pain = chest)",
    ),
    "example priority": (
        put("examples", 0, "priority", "amber"),
        ("examples", 0, "priority"),
        "'toe' has priority 'green', not 'amber'",
    ),
}


def test_a_sound_procedure_has_no_flaw() -> None:
    """A false alarm teaches designers to ignore alarms."""
    assert found(sound()) == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_flaw_is_found_once_and_where_it_stands(name: str) -> None:
    """One slip has to give one line, at the slip, or the designer mends the wrong place."""
    change, loc, what = PLANTED[name]
    document = copy.deepcopy(sound())
    change(document)
    determinants_lost = {"code", "asked again", "dead end"}
    flaws = [flaw for flaw in found(document) if name not in determinants_lost or flaw[0][0] != "determinants"]
    assert [flaw[0] for flaw in flaws] == [loc]
    assert what in flaws[0][1]


def test_several_flaws_are_found_together() -> None:
    """A designer mends a file once, not once for each flaw."""
    document = sound()
    for name in ("priority", "automatic", "example answer"):
        PLANTED[name][0](document)
    assert {loc for loc, _, _ in found(document)} == {
        PLANTED[name][1] for name in ("priority", "automatic", "example answer")
    }


@pytest.mark.parametrize("name", ["plan skill", "quantity", "level", "partner", "reserve station"])
def test_without_a_centre_what_depends_on_it_is_not_judged(name: str) -> None:
    """A procedure may be written before anybody knows who will run it."""
    document = sound()
    PLANTED[name][0](document)
    assert list(flaws_of(Procedure.model_validate(document), None)) == []


def test_a_need_may_wait_where_rungs_raise_it_step_by_step() -> None:
    """Each rung may take it only to the next priority, as long as the last of them takes it where nobody waits by choice."""
    document = sound()
    document["priorities"]["amber"]["waits_at_s"] = 600
    document["escalation"]["later"] = {"unfilled_for_s": 120, "priorities": ["amber"], "raises_to": "red"}
    assert found(document) == []


def test_a_partner_that_is_not_named_is_not_counted_on() -> None:
    """A plan that only a stranger could fill would be held for ever."""
    document = sound()
    document["plans"]["one"]["send"] = [{"skill": "sea"}]
    assert found(document) == []
    document["dispatch"]["partners"] = {}
    what = "only partner 'coastguard' holds skill 'sea', and the rules do not call on it"
    accepted = "'coastguard' among `dispatch.partners`"
    assert found(document) == [(("plans", "one", "send", 0, "skill"), what, accepted)]


def test_roles_that_are_shared_need_no_body_each() -> None:
    """Two who are there fill three positions, if the one with the higher level fills two of them."""
    document = sound()
    rows = [{"skill": "medical", "level": 2}, {"skill": "medical", "quantity": 2}]
    document["plans"]["one"] = {"send": rows, "shared": True}
    assert found(document) == []


def test_a_long_tree_needs_no_deep_stack() -> None:
    """Ten thousand questions in a row are allowed, and recursion would end at a thousand."""
    document = sound()
    many = 9_000
    document["triage"]["questions"] |= {
        f"q{n}": {"text": "?", "about": f"q{n}", "answers": {"yes": {"ask": f"q{n + 1}"}}} for n in range(many)
    }
    put(*STEP, {"ask": "q0"})(document)
    put(*QUESTIONS, f"q{many - 1}", "answers", "yes", {"ask": "pain"})(document)
    document["examples"] = []
    assert found(document) == []
