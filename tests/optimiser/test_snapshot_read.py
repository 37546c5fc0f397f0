"""What a stranger may get wrong in a snapshot, a word per row, and where it is said to stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from optimiser.refusals import DocumentRefused, Flaw
from optimiser.snapshot import allocate
from optimiser.snapshot_read import read_snapshot
from tests.optimiser.random_snapshots import random_snapshot
from tests.optimiser.snapshot_cases import (
    EVERY_FLAW,
    EVERYTHING,
    PLACE,
    PROMISED,
    SOUND,
    promised,
    snapshot_of,
    with_value,
)


def _refused(text: str) -> tuple[Flaw, ...]:
    with pytest.raises(DocumentRefused) as refused:
        read_snapshot(text)
    return refused.value.flaws


def _flaws(text: str) -> list[str]:
    return [flaw.where for flaw in _refused(text)]


@pytest.mark.parametrize("case", PROMISED)
def test_what_has_to_be_refused_is_refused_with_what_would_be_accepted(case: str) -> None:
    """A pointer says where to look, and the rest what to write there."""
    (flaw,) = _refused(promised(case))
    assert flaw.where == PROMISED[case][2]
    assert flaw.accepted or "not part of" in flaw.what


def test_everything_is_refused_at_once() -> None:
    """Nobody mends a document ten times."""
    assert set(_flaws(json.dumps(EVERYTHING))) == EVERY_FLAW


WRONG: dict[str, tuple[str, object, str]] = {
    "time as text": ("/travel/reach_s/x/a", "10", "/travel/reach_s/x/a"),
    "no time": ("/travel/reach_s/x/a", None, "/travel/reach_s/x/a"),
    "infinite wait": ("/needs/0/waited_s", float("inf"), "/needs/0/waited_s"),
    "unknown need in the matrix": ("/travel/reach_s/y", {}, "/travel/reach_s/y"),
    "unknown resource in the matrix": ("/travel/reach_s/x/b", 1, "/travel/reach_s/x/b"),
    "need id twice": ("/needs/1", SOUND["needs"][0], "/needs/1/id"),
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
    "unknown travel": ("/travel/kind", "teleport", "/travel"),
    "straight line without speed": ("/travel", {"kind": "straight_line", "speed_kmh": 0}, "/travel/speed_kmh"),
    "latitude off the globe": ("/needs/0/place", {"latitude": 91, "longitude": 0}, "/needs/0/place/latitude"),
    "weight of nothing": ("/weights", {"1": 0}, "/weights/1"),
    "weight of no priority": ("/weights", {"one": 2}, "/weights/one"),
    "unknown loss": ("/loss", {"shape": "cubic"}, "/loss"),
    "loss that falls": ("/loss", {"shape": "power", "exponent": 0.5}, "/loss/exponent"),
    "negative precedence": ("/precedence", -1, "/precedence"),
    "overtime without end": ("/overtime_price", float("inf"), "/overtime_price"),
    "a negative cap": ("/regret_caps_s", {"1": -1}, "/regret_caps_s/1"),
    "a level of nothing": ("/resources/0/skills", {"s": 0}, "/resources/0/skills/s"),
    "skills that are no list": ("/resources/0/skills", "s", "/resources/0/skills"),
    "a skill that is no text": ("/resources/0/skills", [1], "/resources/0/skills/0"),
    "a skill that the list has not": ("/skills", ["t"], "/resources/0/skills/0"),
    "an unknown further skill": ("/needs/0/rows/0/also", {"t": 1}, "/needs/0/rows/0/also/t"),
    "a negative wait price": ("/needs/0/wait_price_s", -1, "/needs/0/wait_price_s"),
    "no load": ("/needs/0/rows/0/load", 0, "/needs/0/rows/0/load"),
    "a negative load": ("/resources/0/current_load", -1, "/resources/0/current_load"),
    "rows beside alternatives": ("/needs/0/alternatives", [[{"skill": "s"}]], "/needs/0/alternatives"),
    "an empty alternative": ("/needs/0/alternatives", [[]], "/needs/0/alternatives/0"),
    "a pin of nobody": ("/pins", [{"need": "x", "resource": "b"}], "/pins/0/resource"),
    "a pin to no need": ("/pins", [{"need": "y", "resource": "a"}], "/pins/0/need"),
    "a pin to no row": ("/pins", [{"need": "x", "resource": "a", "row": 1}], "/pins/0/row"),
    "a pin twice": ("/pins", [{"need": "x", "resource": "a"}] * 2, "/pins/1"),
    "a bar to no need": ("/barred", [{"need": "y", "resource": "a"}], "/barred/0/need"),
    "standing nobody": ("/standing", [{"need": "x", "resource": "b"}], "/standing/0/resource"),
    "a reserve of nobody": (
        "/reserves",
        [{"id": "r", "skill": "s", "resources": ["b"], "keep": 1, "price_s": 5}],
        "/reserves/0/resources/0",
    ),
    "a reserve of an unknown skill": (
        "/reserves",
        [{"id": "r", "skill": "t", "resources": ["a"], "keep": 1, "price_s": 5}],
        "/reserves/0/skill",
    ),
    "a reserve for nothing": (
        "/reserves",
        [{"id": "r", "skill": "s", "resources": ["a"], "keep": 1, "price_s": 0}],
        "/reserves/0/price_s",
    ),
    "a reserve that keeps nobody": (
        "/reserves",
        [{"id": "r", "skill": "s", "resources": ["a"], "keep": 0, "price_s": 5}],
        "/reserves/0/keep",
    ),
    "a slash in an id": ("/travel/reach_s/x~y", {}, "/travel/reach_s/x~0y"),
}


@pytest.mark.parametrize(("path", "value", "where"), WRONG.values(), ids=WRONG.keys())
def test_a_flaw_is_refused_where_it_stands(path: str, value: object, where: str) -> None:
    """A pointer saves a search through ten thousand lines."""
    assert where in _flaws(with_value(path, value))


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
    assert _flaws(with_value("/travel", {"kind": "straight_line", "speed_kmh": 50})) == [
        "/needs/0/place",
        "/resources/0/place",
    ]


def test_places_may_stand_beside_a_matrix() -> None:
    """An export that knows more than is needed is welcome."""
    assert read_snapshot(with_value("/needs/0/place", PLACE)).needs[0].place is not None


def test_too_many_pairs_are_refused() -> None:
    """A limit is named before the memory runs out."""
    rows = [{"skill": "s", "quantity": 1}] * 100
    made = SOUND | {
        "needs": [{"id": f"n{i}", "priority": 1, "rows": rows} for i in range(60)],
        "resources": [{"id": f"r{j}", "skills": ["s"]} for j in range(400)],
        "travel": {"kind": "matrix", "reach_s": {}},
    }
    assert _flaws(json.dumps(made)) == ["/resources"]


def test_a_need_without_rows_is_refused() -> None:
    """It asks for nothing, and would be filled for ever."""
    assert _flaws(snapshot_of(needs=[{"id": "x", "priority": 1}])) == ["/needs/0/rows"]


def test_alternatives_are_for_whole_needs() -> None:
    """Halves of two different teams have no common measure."""
    need = {"id": "x", "priority": 1, "whole": False, "alternatives": [[{"skill": "s"}]]}
    assert _flaws(snapshot_of(needs=[need])) == ["/needs/0/whole"]


TWO = {
    "needs": [{"id": n, "priority": 1, "rows": [{"skill": "s"}]} for n in ("x", "y")],
    "resources": [{"id": r, "skills": ["s"]} for r in ("a", "b", "c")] + [{"id": "d", "skills": ["t"]}],
    "travel": {"kind": "matrix", "reach_s": {n: dict.fromkeys("abd", 10) for n in ("x", "y")}},
}
PINS: dict[str, tuple[dict[str, Any], list[tuple[str, str]], str]] = {
    "no skill": ({}, [("x", "d")], "d lacks the skill"),
    "out of reach": ({}, [("x", "c")], "c is out of reach"),
    "beyond the limit": ({"reach_limit_s": 9}, [("x", "a")], "a is out of reach"),
    "barred": ({"barred": [{"need": "x", "resource": "a", "rule": "feud"}]}, [("x", "a")], "a is barred (feud)"),
    "not there": ({"resources": [{"id": "a", "skills": ["s"], "available": False}]}, [("x", "a")], "a is not available"),
    "too late": (
        {"resources": [{"id": "a", "skills": ["s"], "shift_ends_in_s": 9}]}, [("x", "a")], "a would work on after",
    ),
    "too low": (
        {"needs": [{"id": "x", "priority": 1, "rows": [{"skill": "s", "level": 2}]}]}, [("x", "a")], "a has too low",
    ),
    "in two places": ({}, [("x", "a"), ("y", "a")], "capacity: a"),
    "too many": ({}, [("x", "a"), ("x", "b")], "quantity: x"),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "pins", "words"), PINS.values(), ids=PINS.keys())
def test_a_pin_that_breaks_a_rule_is_refused_with_the_rule(
    changed: dict[str, Any], pins: list[tuple[str, str]], words: str
) -> None:
    """Whoever insists has to say so, and has to know on what."""
    made: dict[str, Any] = TWO | changed | {"pins": [{"need": need, "resource": one} for need, one in pins]}
    made["travel"] = {
        "kind": "matrix",
        "reach_s": {
            need["id"]: {one["id"]: 10 for one in made["resources"] if one["id"] != "c"} for need in made["needs"]
        },
    }
    (flaw,) = _refused(json.dumps(made))
    assert flaw.where == f"/pins/{len(pins) - 1}"
    assert words in flaw.what
    assert '"forced": true' in flaw.accepted


def test_a_pin_is_judged_although_something_else_is_wrong() -> None:
    """Its flaw stands where it stood, whatever was taken out before it."""
    made = TWO | {
        "needs": [{"id": "w", "priority": 0, "rows": [{"skill": "s"}]}, *TWO["needs"]],  # type: ignore[misc]
        "pins": [{"need": 7, "resource": "a"}, {"need": "x", "resource": "d"}],
    }
    assert set(_flaws(json.dumps(made))) == {"/needs/0/priority", "/pins/0/need", "/pins/1"}


def test_reserves_that_overlap_in_part_are_refused() -> None:
    """A resource would have to count for two groups neither of which is inside the other."""
    groups = [("r", ["a", "b"]), ("q", ["b", "c"])]
    reserves = [{"id": i, "skill": "s", "resources": group, "keep": 1, "price_s": 5} for i, group in groups]
    assert _flaws(json.dumps(TWO | {"reserves": reserves})) == ["/reserves/1"]


DEAR: dict[str, tuple[dict[str, Any], str]] = {
    "precedence": ({"precedence": 1000}, "/needs/0/waited_s"),
    "response": ({"weights": {"1": 1000}, "precedence": 0}, "/needs/0"),
    "spare skill": ({"spare_skill_s": 90_000_000}, "/spare_skill_s"),
    "spare level": ({"spare_level_s": 90_000_000}, "/spare_level_s"),
    "overtime": ({"overtime_price": 1000}, "/overtime_price"),
    "reserves": (
        {
            "reserves": [
                {"id": i, "skill": "s", "resources": ["a"], "keep": keep, "price_s": 60_000_000}
                for i, keep in (("r", 1), ("q", 2))
            ]
        },
        "/reserves/0/price_s",
    ),
}


@pytest.mark.parametrize(("changed", "where"), DEAR.values(), ids=DEAR.keys())
def test_what_would_cost_more_than_can_be_added_up_is_refused(changed: dict[str, Any], where: str) -> None:
    """A price that is cut off silently makes two plans equal that are not."""
    need = {"id": "x", "priority": 1, "waited_s": 200_000, "rows": [{"skill": "s"}]}
    resource = {"id": "a", "skills": {"s": 3, "t": 1, "u": 1}, "shift_ends_in_s": 0}
    travel = {"kind": "matrix", "reach_s": {"x": {"a": 200_000}}}
    made = {"needs": [need], "resources": [resource], "travel": travel, "overtime_price": 0} | changed
    assert _flaws(json.dumps(made)) == [where]


JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 2, 1.5, 1e308, float("nan"), 10**30, "", "n0", "s", [], {}, [[]], [{}], {"s": 1}, [None],
)  # fmt: skip


def _paths(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document but the whole."""
    entries: Iterable[tuple[Any, object]] = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for step, inner in entries:
        yield (*path, step)
        yield from _paths(inner, (*path, step))


@pytest.mark.parametrize("seed", range(150))
def test_whatever_is_put_wherever_is_read_or_refused(seed: int) -> None:
    """A stranger's document must never end in a traceback, nor in a plan that an engine gave up on."""
    draw = np.random.default_rng([seed, 41])
    made = json.loads(json.dumps(random_snapshot(seed % 20)[0]))
    for _ in range(int(draw.integers(1, 4))):
        paths = list(_paths(made))
        *way, last = paths[int(draw.integers(len(paths)))]
        here = made
        for step in way:
            here = here[step]
        here[last] = deepcopy(JUNK[int(draw.integers(len(JUNK)))])
    with suppress(DocumentRefused):
        assert allocate(read_snapshot(json.dumps(made))).stopped != "degraded"
