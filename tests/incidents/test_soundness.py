"""Flaws planted one at a time into a sound procedure; each has to be found once, where it stands, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from incidents.centre import Loc
from incidents.procedure import Procedure
from incidents.soundness import flaws_of

SKILLS = frozenset({"calls", "medical", "fire"})
OWNED = {"calls": (1,), "medical": (1, 4), "fire": (1,)}


def sound() -> dict[str, Any]:
    """A small procedure that uses every part."""
    return {
        "procedure": "p",
        "revision": 1,
        "queues": {"phone": {"skill": "calls"}},
        "priorities": {
            "red": {"rank": 1, "urgency": {"shape": "threshold", "target_s": 480}},
            "amber": {"rank": 2, "urgency": {"shape": "threshold", "target_s": 1080}},
            "green": {"rank": 3},
        },
        "triage": {
            "start": "awake",
            "questions": {
                "awake": {
                    "text": "?",
                    "about": "awake",
                    "answers": {"yes": {"ask": "pain"}, "no": {"code": "arrest"}},
                    "otherwise": {"code": "arrest"},
                },
                "pain": {"text": "?", "about": "pain", "answers": {"chest": {"code": "chest"}, "toe": {"code": "toe"}}},
            },
        },
        "determinants": {
            "arrest": {"priority": "red", "plan": "both"},
            "chest": {"priority": "amber", "plan": "one"},
            "toe": {"priority": "green"},
        },
        "plans": {
            "both": {
                "send": [{"skill": "medical", "quantity": 2}, {"skill": "fire"}],
                "whole": True,
                "instead": [[{"skill": "medical", "load": 4}]],
            },
            "one": {"send": [{"skill": "medical"}]},
        },
        "dispatch": {"automatic": ["red"], "diversion": {"to": ["red"], "from": ["amber", "green"]}},
        "escalation": {
            "late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "amber", "opens": {"skill": "fire"}}
        },
        "examples": [{"answers": {"awake": "yes", "pain": "toe"}, "code": "toe", "priority": "green"}],
    }


def found(document: dict[str, Any]) -> list[tuple[Loc, str, str]]:
    return list(flaws_of(Procedure.model_validate(document), SKILLS, owned=OWNED))


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
    "quantity beyond the bodies": (
        put("plans", "one", "send", 0, "quantity", 3),
        ("plans", "one", "send", 0, "quantity"),
        "asks for 3 with skill 'medical', the centre has 2",
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
    "another way's row twice": (
        put("plans", "both", "instead", [[{"skill": "fire"}], [{"skill": "medical"}, {"skill": "medical"}]]),
        ("plans", "both", "instead", 1, 1, "skill"),
        "has a row already",
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


def test_without_a_centre_skills_are_not_judged() -> None:
    """A procedure may be written before anybody knows who will run it."""
    document = sound()
    PLANTED["plan skill"][0](document)
    assert list(flaws_of(Procedure.model_validate(document), None)) == []


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
