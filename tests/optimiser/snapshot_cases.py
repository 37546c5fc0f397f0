"""Snapshots that are sound, and what strangers get wrong in them: the same cases for every face of the optimiser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from optimiser.snapshot import Answer, allocate, read_snapshot

SOUND: dict[str, Any] = {
    "needs": [{"id": "x", "priority": 1, "rows": [{"skill": "s"}]}],
    "resources": [{"id": "a", "skills": ["s"]}],
    "travel": {"kind": "matrix", "reach_s": {"x": {"a": 10}}},
}
"""One need, one resource, ten seconds apart."""
PLACE = {"latitude": 1, "longitude": 2}


def snapshot_of(**changed: Any) -> str:
    """The sound snapshot with other parts as given."""
    return json.dumps(SOUND | changed)


def with_value(path: str, value: object) -> str:
    """The sound snapshot with one thing put at a JSON pointer; into a list it is inserted."""
    made = json.loads(json.dumps(SOUND))
    here, steps = made, path.strip("/").split("/")
    for step in steps[:-1]:
        here = here[int(step)] if isinstance(here, list) else here[step]
    if isinstance(here, list):
        here.insert(int(steps[-1]), value)
    else:
        here[steps[-1]] = value
    return json.dumps(made)


def answered(**changed: Any) -> Answer:
    """Allocate the sound snapshot with other parts as given."""
    return allocate(read_snapshot(snapshot_of(**changed)))


def sent(answer: Answer) -> dict[str, list[str]]:
    """Who goes where, by need."""
    return {need.id: [one.resource for row in need.rows for one in row.chosen] for need in answer.needs}


def town(needs: list[dict[str, Any]], reach: Mapping[str, Mapping[str, float]], **more: Any) -> Answer:
    """Needs of priority 2 unless they say otherwise, and resources with the skill `s` unless they say otherwise."""
    resources = more.pop("resources", {})
    ids = sorted({one for times in reach.values() for one in times} | set(resources))
    return answered(
        needs=[{"priority": 2, "rows": [{"skill": "s"}]} | need for need in needs],
        resources=[{"id": one, "skills": ["s"]} | resources.get(one, {}) for one in ids],
        travel={"kind": "matrix", "reach_s": reach},
        **more,
    )


PROMISED: dict[str, tuple[str, object, str]] = {
    "a negative time": ("/travel/reach_s/x/a", -1, "/travel/reach_s/x/a"),
    "a time that is no number": ("/travel/reach_s/x/a", float("nan"), "/travel/reach_s/x/a"),
    "a time without end": ("/travel/reach_s/x/a", float("inf"), "/travel/reach_s/x/a"),
    "a negative wait": ("/needs/0/waited_s", -0.1, "/needs/0/waited_s"),
    "an unknown skill": ("/needs/0/rows/0/skill", "t", "/needs/0/rows/0/skill"),
    "capacity below load": ("/resources/0/current_load", 2, "/resources/0/capacity"),
    "a pin that breaks a rule": (
        "/resources/1",
        {"id": "b", "skills": [], "available": False},
        "/pins/0",
    ),
    "a price beyond the sum": ("/weights", {"1": 1_000_000}, "/needs/0"),
    "an id twice": ("/resources/1", SOUND["resources"][0], "/resources/1/id"),
    "an unknown field": ("/needs/0/colour", "red", "/needs/0/colour"),
}
"""What has to be refused: the pointer where it is put, what is put there, and the pointer of the flaw."""


def promised(case: str) -> str:
    """The snapshot of a promised case; two of them need a second change to show."""
    path, value, _ = PROMISED[case]
    made = json.loads(with_value(path, value))
    if case == "a pin that breaks a rule":
        made["pins"] = [{"need": "x", "resource": "b"}]
    if case == "a price beyond the sum":
        made["travel"]["reach_s"]["x"]["a"] = 1_000_000
    return json.dumps(made)


EVERYTHING: dict[str, Any] = {
    "needs": [
        {"id": "x", "priority": 1, "waited_s": -5, "rows": [{"skill": "s"}]},
        {"id": "y", "priority": 1, "rows": [{"skill": "t"}], "colour": "red"},
        {"id": "z", "priority": 2, "rows": [{"skill": "s"}]},
    ],
    "resources": [
        {"id": "a", "skills": ["s"], "capacity": 1, "current_load": 2},
        {"id": "a", "skills": ["s"]},
        {"id": "b", "skills": []},
    ],
    "travel": {"kind": "matrix", "reach_s": {"x": {"a": -1}, "z": {"a": 1_000_000, "b": 5}}},
    "weights": {"2": 1_000_000},
    "pins": [{"need": "nobody", "resource": "a"}, {"need": "z", "resource": "b"}],
}
"""Everything wrong at once, and nothing of it hidden by the rest."""
EVERY_FLAW = {
    "/needs/0/waited_s", "/needs/1/rows/0/skill", "/needs/1/colour", "/resources/0/capacity", "/resources/1/id",
    "/travel/reach_s/x/a", "/pins/0/need", "/pins/1", "/needs/2",
}  # fmt: skip
"""Where its flaws stand."""
