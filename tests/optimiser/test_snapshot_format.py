"""What a stranger may get wrong in a snapshot, a word per row, and where it is said to stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from optimiser.refusals import DocumentRefused
from optimiser.snapshot_format import answer_schema, read_snapshot, snapshot_schema

SOUND: dict[str, Any] = {
    "needs": [{"id": "x", "priority": 1, "rows": [{"skill": "s"}]}],
    "resources": [{"id": "a", "skills": ["s"]}],
    "travel": {"kind": "matrix", "reach_s": {"x": {"a": 10}}},
}
PLACE = {"latitude": 1, "longitude": 2}


def _flaws(text: str) -> list[str]:
    with pytest.raises(DocumentRefused) as refused:
        read_snapshot(text)
    return [flaw.where for flaw in refused.value.flaws]


def _with(path: str, value: object) -> str:
    """The sound snapshot with one thing put at a JSON pointer."""
    made = json.loads(json.dumps(SOUND))
    here, steps = made, path.strip("/").split("/")
    for step in steps[:-1]:
        here = here[int(step)] if isinstance(here, list) else here[step]
    if isinstance(here, list):
        here.insert(int(steps[-1]), value)
    else:
        here[steps[-1]] = value
    return json.dumps(made)


WRONG: dict[str, tuple[str, object, str]] = {
    "negative time": ("/travel/reach_s/x/a", -1, "/travel/reach_s/x/a"),
    "not a number": ("/travel/reach_s/x/a", float("nan"), "/travel/reach_s/x/a"),
    "infinite time": ("/travel/reach_s/x/a", float("inf"), "/travel/reach_s/x/a"),
    "time as text": ("/travel/reach_s/x/a", "10", "/travel/reach_s/x/a"),
    "no time": ("/travel/reach_s/x/a", None, "/travel/reach_s/x/a"),
    "negative wait": ("/needs/0/waited_s", -0.1, "/needs/0/waited_s"),
    "infinite wait": ("/needs/0/waited_s", float("inf"), "/needs/0/waited_s"),
    "unknown need in the matrix": ("/travel/reach_s/y", {}, "/travel/reach_s/y"),
    "unknown resource in the matrix": ("/travel/reach_s/x/b", 1, "/travel/reach_s/x/b"),
    "need id twice": ("/needs/1", SOUND["needs"][0], "/needs/1/id"),
    "resource id twice": ("/resources/1", SOUND["resources"][0], "/resources/1/id"),
    "empty id": ("/resources/1", {"id": "", "skills": []}, "/resources/1/id"),
    "no skills": ("/resources/1", {"id": "b"}, "/resources/1/skills"),
    "priority zero": ("/needs/0/priority", 0, "/needs/0/priority"),
    "fractional priority": ("/needs/0/priority", 1.5, "/needs/0/priority"),
    "priority as a claim": ("/needs/0/priority", True, "/needs/0/priority"),
    "no rows": ("/needs/0/rows", [], "/needs/0/rows"),
    "quantity zero": ("/needs/0/rows/0/quantity", 0, "/needs/0/rows/0/quantity"),
    "enormous quantity": ("/needs/0/rows/0/quantity", 10**30, "/needs/0/rows/0/quantity"),
    "capacity zero": ("/resources/0/capacity", 0, "/resources/0/capacity"),
    "available as text": ("/resources/0/available", "yes", "/resources/0/available"),
    "unknown field": ("/needs/0/color", "red", "/needs/0/color"),
    "unknown travel": ("/travel/kind", "teleport", "/travel"),
    "straight line without speed": ("/travel", {"kind": "straight_line", "speed_kmh": 0}, "/travel/speed_kmh"),
    "latitude off the globe": ("/needs/0/place", {"latitude": 91, "longitude": 0}, "/needs/0/place/latitude"),
    "weight of nothing": ("/weights", {"1": 0}, "/weights/1"),
    "weight of no priority": ("/weights", {"one": 2}, "/weights/one"),
    "unknown loss": ("/loss", {"shape": "cubic"}, "/loss"),
    "loss that falls": ("/loss", {"shape": "power", "exponent": 0.5}, "/loss/exponent"),
    "negative precedence": ("/precedence", -1, "/precedence"),
    "a slash in an id": ("/travel/reach_s/x~y", {}, "/travel/reach_s/x~0y"),
}


@pytest.mark.parametrize(("path", "value", "where"), WRONG.values(), ids=WRONG.keys())
def test_a_flaw_is_refused_where_it_stands(path: str, value: object, where: str) -> None:
    """A pointer saves a search through ten thousand lines."""
    assert where in _flaws(_with(path, value))


@pytest.mark.parametrize("name", ["needs", "resources", "travel"])
def test_a_missing_part_is_named(name: str) -> None:
    """Half a snapshot is none."""
    assert _flaws(json.dumps({key: value for key, value in SOUND.items() if key != name}))[0] == f"/{name}"


UNREADABLE: dict[str, str] = {
    "nothing": "",
    "cut off": '{"needs": [',
    "a list": "[]",
    "a number": "7",
    "too deep": "[" * 100_000,
    "too many digits": '{"needs": ' + "9" * 5_000 + "}",
    "half a character": '{"needs": "\udc80"}',
    "half an escaped character": '{"needs": "\\ud800"}',
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_snapshot_at_all_is_refused(text: str) -> None:
    """Whatever is in the file, the answer is a refusal and not a traceback."""
    assert _flaws(text)


def test_all_flaws_are_listed_at_once() -> None:
    """Types, ranges, unknown ids, repeated ids and a wrong loss in one go."""
    made = json.loads(json.dumps(SOUND))
    made["needs"].append({"id": "x", "priority": 0, "rows": [{"skill": "s"}]})
    made["travel"]["reach_s"]["nobody"] = {"a": -1}
    made["loss"] = {"shape": "power", "exponent": 9}
    assert sorted(_flaws(json.dumps(made))) == [
        "/loss/exponent",
        "/needs/1/id",
        "/needs/1/priority",
        "/travel/reach_s/nobody",
        "/travel/reach_s/nobody/a",
    ]


def test_a_key_given_twice_is_refused() -> None:
    """JSON would silently keep the last of two travel times."""
    assert _flaws(json.dumps(SOUND).replace('"a": 10', '"a": 10, "a": 99')) == ["/travel/reach_s/x/a"]


def test_a_straight_line_asks_for_every_place() -> None:
    """Nobody can drive from nowhere."""
    assert _flaws(_with("/travel", {"kind": "straight_line", "speed_kmh": 50})) == [
        "/needs/0/place",
        "/resources/0/place",
    ]


def test_places_may_stand_beside_a_matrix() -> None:
    """An export that knows more than is needed is welcome."""
    assert read_snapshot(_with("/needs/0/place", PLACE)).needs[0].place is not None


def test_too_many_pairs_are_refused() -> None:
    """A limit is named before the memory runs out."""
    rows = [{"skill": "s", "quantity": 1}] * 100
    made = SOUND | {
        "needs": [{"id": f"n{i}", "priority": 1, "rows": rows} for i in range(60)],
        "resources": [{"id": f"r{j}", "skills": []} for j in range(400)],
        "travel": {"kind": "matrix", "reach_s": {}},
    }
    assert _flaws(json.dumps(made)) == ["/resources"]


def test_the_schema_names_what_is_required() -> None:
    """The schema is printed for people who validate before they send."""
    assert snapshot_schema()["required"] == ["needs", "resources", "travel"]


def test_the_answer_has_a_schema() -> None:
    """Whoever parses --json can generate their types."""
    assert "needs" in answer_schema()["properties"]
