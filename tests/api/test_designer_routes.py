"""Procedures over HTTP: the same findings, words and pictures as everywhere else, and nothing is remembered."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from api.settings import BODY_LIMIT_BYTES
from incidents.charts import MOST_BOXES
from incidents.drawing import FORMATS, draw
from incidents.procedure import Procedure
from tests.api.rooms import Dispatcher
from tests.incidents.sound_procedure import sound

YAML = """\
# Reviewed in May.
procedure: p
revision: 1
queues: {phone: {skill: answering}}
priorities: {red: {rank: 1}}
triage:
  start: nature
  questions:
    nature: {text: "What?", about: nature, answers: {fire: {code: fire}}}
determinants: {fire: {priority: red, plan: one}}
plans: {one: {send: [{skill: fire}]}}
checks: {asked: {record: assessed, before: closed}}
"""


def _post(desk: Dispatcher, path: str, text: str, kind: str = "application/yaml") -> Any:
    return desk.web.post(f"/v1/procedures/{path}", content=text.encode(), headers={"Content-Type": kind})


def _flaws(answer: Any) -> list[dict[str, str]]:
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    flaws: list[dict[str, str]] = answer.json()["flaws"]
    return flaws


def test_a_sound_procedure_is_answered_with_its_fingerprint(desk: Dispatcher) -> None:
    """The identity under which it would be in force."""
    fingerprint = Procedure.model_validate(sound()).fingerprint
    answer = desk.post("/v1/procedures/check", sound())
    assert answer == {"procedure": "p", "revision": 1, "fingerprint": fingerprint}


def test_yaml_and_json_are_the_same_document(desk: Dispatcher) -> None:
    """Designers write the one, programs the other."""
    document = _post(desk, "check", YAML).json()
    assert document == _post(desk, "check", json.dumps(_plain()), "application/json").json()


def _plain() -> dict[str, Any]:
    return {
        "procedure": "p",
        "revision": 1,
        "queues": {"phone": {"skill": "answering"}},
        "priorities": {"red": {"rank": 1}},
        "triage": {
            "start": "nature",
            "questions": {"nature": {"text": "What?", "about": "nature", "answers": {"fire": {"code": "fire"}}}},
        },
        "determinants": {"fire": {"priority": "red", "plan": "one"}},
        "plans": {"one": {"send": [{"skill": "fire"}]}},
        "checks": {"asked": {"record": "assessed", "before": "closed"}},
    }


def test_every_flaw_is_told_at_its_line(desk: Dispatcher) -> None:
    """One flaw for each request is how people stop checking."""
    flawed = YAML.replace("start: nature", "start: natur").replace("plan: one", "plan: two")
    assert [(each["pointer"], each["what"]) for each in _flaws(_post(desk, "check", flawed))] == [
        ("body:7:10", "unknown question 'natur', did you mean 'nature'?"),
        ("body:10:44", "unknown plan 'two'"),
        ("body:11:9", "no determinant sends plan 'one'"),
    ]


def test_a_procedure_is_checked_against_the_centre_if_that_is_asked(desk: Dispatcher) -> None:
    """Whether anybody there can fill a plan depends on who is there."""
    diving = YAML.replace("send: [{skill: fire}]", "send: [{skill: diving}]")
    assert _post(desk, "check", diving).status_code == 200
    (flaw,) = _flaws(_post(desk, "check?against_centre=true", diving))
    assert flaw["what"] == "nobody at the centre holds skill 'diving'"


@pytest.mark.parametrize("text", ["", "[]", "{", "\ttab: 1", "a: &x 1\nb: *x", "null", "procedure: 1"])
def test_what_is_no_procedure_is_refused(desk: Dispatcher, text: str) -> None:
    """Anything may arrive."""
    assert all(flaw["pointer"].startswith("body:") for flaw in _flaws(_post(desk, "check", text)))


def test_what_is_no_text_is_refused(desk: Dispatcher) -> None:
    """A picture, sent by mistake."""
    answer = desk.web.post("/v1/procedures/check", content=b"\xff\xfe", headers={"Content-Type": "application/yaml"})
    assert "UTF-8" in _flaws(answer)[0]["what"]


def test_a_body_beyond_the_limit_is_refused(desk: Dispatcher) -> None:
    """The same limit as everywhere."""
    assert _post(desk, "check", "#" * (BODY_LIMIT_BYTES + 1)).status_code == 413


@pytest.mark.parametrize(("escaped", "read"), [(r"\ud83d\ude92", "🚒"), (r"\\ud83d", r"\ud83d"), (r"é\/", "é/")])
def test_json_may_escape_as_json_does(desk: Dispatcher, escaped: str, read: str) -> None:
    """Programs escape what they write, each in its own way."""
    text = json.dumps(_plain()).replace("What?", escaped)
    drawn = _post(desk, "draw", text, "application/json").text
    assert read in drawn


def test_a_difference_is_told_in_words_to_whom_it_concerns(desk: Dispatcher) -> None:
    """The same sentences as on the command line."""
    new = _plain()
    new["plans"]["one"]["send"][0]["quantity"] = 2
    told = desk.post("/v1/procedures/diff", {"old": _plain(), "new": new})
    assert told["changes"] == [
        {"where": "plans.one.send", "words": "plan 'one' now sends 2 x fire (was 1 x fire)", "audience": "dispatcher"}
    ]
    assert told["old"]["fingerprint"] != told["new"]["fingerprint"]


def test_a_difference_can_be_asked_for_by_audience(desk: Dispatcher) -> None:
    """The call-takers have nothing to learn from another plan."""
    new = _plain()
    new["plans"]["one"]["send"][0]["quantity"] = 2
    assert desk.post("/v1/procedures/diff?audience=call-taker", {"old": _plain(), "new": new})["changes"] == []


def test_the_flaws_of_both_versions_are_told_at_once(desk: Dispatcher) -> None:
    """A comparison with what would not load is none."""
    old, new = _plain(), _plain()
    old["triage"]["start"], new["determinants"]["fire"]["priority"] = "natur", "amber"
    text = json.dumps({"old": old, "new": new}, indent=1)
    whats = [flaw["what"] for flaw in _flaws(_post(desk, "diff", text, "application/json"))]
    assert ("unknown question 'natur', did you mean 'nature'?" in whats, "unknown priority 'amber'" in whats) == (
        True,
        True,
    )


def test_a_walk_asks_what_is_not_answered_yet(desk: Dispatcher) -> None:
    """The same question as in the terminal and at the desk."""
    asked = desk.post("/v1/procedures/walk", {"procedure": sound(), "answers": {"awake": "yes"}})
    assert (asked["state"], asked["question"], asked["options"]) == ("ask", "pain", ["chest", "toe"])


def test_a_walk_ends_with_its_code(desk: Dispatcher) -> None:
    """And with the path that led there."""
    done = desk.post("/v1/procedures/walk", {"procedure": sound(), "answers": {"awake": "hard to say"}})
    assert (done["determinant"], done["priority"]) == ("arrest", "red")
    assert done["path"] == [{"question": "awake", "answer": "hard to say"}]


def test_an_answer_that_is_none_to_the_tree_is_refused_at_its_place(desk: Dispatcher) -> None:
    """Taken for another it would lead to another code."""
    text = json.dumps({"answers": {"pain": "nose"}, "procedure": sound()})
    (flaw,) = _flaws(_post(desk, "walk", text, "application/json"))
    assert (flaw["pointer"], flaw["accepted"]) == ("body:1:22", "chest, toe")


@pytest.mark.parametrize("form", FORMATS)
def test_a_drawing_is_that_of_the_library(desk: Dispatcher, form: str) -> None:
    """One picture, whichever door."""
    answer = _post(desk, f"draw?of=plans&format={form}", YAML)
    assert answer.status_code == 200
    assert answer.text == draw(Procedure.model_validate(_plain()), "plans", form)  # type: ignore[arg-type]


def test_a_browser_runs_nothing_in_a_drawing(desk: Dispatcher) -> None:
    """It comes from the address of the control room itself."""
    answer = _post(desk, "draw", YAML.replace("What?", "</text><script>alert(1)</script>"))
    assert "script" not in {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(answer.text).iter()}
    assert answer.headers["content-security-policy"] == "default-src 'none'"


def test_a_tree_too_large_to_draw_is_refused(desk: Dispatcher) -> None:
    """With the limit in the answer."""
    large = _plain()
    steps = [*({"ask": f"q{number + 1}"} for number in range(MOST_BOXES)), {"code": "fire"}]
    large["triage"] = {
        "start": "q0",
        "questions": {
            f"q{n}": {"text": "?", "about": f"a{n}", "answers": {"on": step}} for n, step in enumerate(steps)
        },
    }
    (flaw,) = _flaws(_post(desk, "draw", json.dumps(large), "application/json"))
    assert "at most 1,000 boxes" in flaw["accepted"]


def test_nothing_is_remembered(desk: Dispatcher) -> None:
    """A draft has no place in the log."""
    before = desk.get("/v1/health")["sequence"]
    desk.post("/v1/procedures/check", sound())
    assert desk.get("/v1/health")["sequence"] == before
