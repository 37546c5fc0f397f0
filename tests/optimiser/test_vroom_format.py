"""VROOM's documents: what is read, what is refused by name, and what comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from optimiser.refusals import DocumentRefused
from optimiser.sequence import plan
from optimiser.sequence_plan import SequenceLimits
from optimiser.vroom_format import is_vroom, read_vroom, vroom_solution

SOUND: dict[str, Any] = {
    "jobs": [
        {"id": 1, "location_index": 1, "service": 10, "priority": 7, "skills": [3], "time_windows": [[0, 60]]},
        {"id": 2, "location_index": 2, "service": 20, "time_windows": [[100, 200]]},
        {"id": 3, "location_index": 1, "skills": [9]},
    ],
    "vehicles": [{"id": 8, "start_index": 0, "end_index": 0, "skills": [3], "time_window": [0, 1000], "max_tasks": 4}],
    "matrices": {"car": {"durations": [[0, 30, 40], [30, 0, 50], [40, 50, 0]]}},
}


def _with(path: str, value: object) -> str:
    """The sound document with one thing put at a JSON pointer."""
    made = json.loads(json.dumps(SOUND))
    here, steps = made, path.strip("/").split("/")
    for step in steps[:-1]:
        here = here[int(step)] if isinstance(here, list) else here[step]
    last: Any = int(steps[-1]) if isinstance(here, list) else steps[-1]
    if isinstance(here, list) and last == len(here):
        here.append(value)
    else:
        here[last] = value
    return json.dumps(made)


def _without(path: str) -> str:
    made = json.loads(_with(path, None))
    here, steps = made, path.strip("/").split("/")
    for step in steps[:-1]:
        here = here[int(step)] if isinstance(here, list) else here[step]
    del here[steps[-1]]
    return json.dumps(made)


def _flaws(text: str) -> list[tuple[str, str]]:
    with pytest.raises(DocumentRefused) as refused:
        read_vroom(text)
    return [(flaw.where, flaw.what) for flaw in refused.value.flaws]


def test_a_plan_comes_back_in_vrooms_words() -> None:
    """Job 1 at 30, then job 2, which opens at 100; home at 100 + 20 + 40; nobody has skill 9."""
    given = read_vroom(json.dumps(SOUND))
    answer = vroom_solution(given, plan(given.problem))
    assert answer["summary"] | {"violations": None} == {
        "cost": 120, "routes": 1, "unassigned": 1, "setup": 0, "service": 30, "duration": 120, "waiting_time": 10,
        "priority": 7, "violations": None,
    }  # fmt: skip
    (route,) = answer["routes"]
    assert [(step["type"], step["arrival"], step["waiting_time"]) for step in route["steps"]] == [
        ("start", 0, 0), ("job", 30, 0), ("job", 90, 10), ("end", 160, 0),
    ]  # fmt: skip
    assert [step["id"] for step in route["steps"] if step["type"] == "job"] == [1, 2]
    assert [(each["id"], each["reason"]) for each in answer["unassigned"]] == [(3, "no capable resource")]
    assert json.loads(json.dumps(answer)) == answer


def test_priorities_are_points_for_travel_and_ranks_for_response() -> None:
    """VROOM adds priorities up; a dispatcher does not."""
    by_travel, by_rank = read_vroom(json.dumps(SOUND)).problem, read_vroom(json.dumps(SOUND), "response").problem
    assert by_travel.points.tolist() == [7, 0, 0]
    assert by_rank.ranks.tolist() == [94, 101, 101]
    assert by_rank.weights.tolist() == [7, 1, 1]


UNSUPPORTED: dict[str, tuple[str, object, str]] = {
    "shipments": ("/shipments", [{"pickup": {}, "delivery": {}}], "pickups and deliveries"),
    "an old matrix": ("/matrix", [[0]], "before 1.8"),
    "setup": ("/jobs/0/setup", 5, "setup"),
    "a delivery": ("/jobs/0/delivery", [1], "loads"),
    "a pickup": ("/jobs/0/pickup", [0, 2], "loads"),
    "an amount": ("/jobs/1/amount", [1], "loads"),
    "service by type": ("/jobs/0/service_per_type", {"van": 3}, "type of vehicle"),
    "several windows": ("/jobs/0/time_windows", [[0, 1], [2, 3]], "several time windows"),
    "capacity": ("/vehicles/0/capacity", [4], "loads"),
    "breaks": ("/vehicles/0/breaks", [{"id": 1}], "breaks"),
    "costs of a vehicle": ("/vehicles/0/costs", {"fixed": 9}, "costs"),
    "a factor of speed": ("/vehicles/0/speed_factor", 1.5, "speed"),
    "most travel": ("/vehicles/0/max_travel_time", 60, "limit on travel"),
    "most distance": ("/vehicles/0/max_distance", 60, "limit on distance"),
    "a fixed route": ("/vehicles/0/steps", [{"type": "start"}], "fixed beforehand"),
    "a matrix of costs": ("/matrices/car/costs", [[1]], "costs apart"),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_what_sequences_have_not_is_refused_by_name(case: str) -> None:
    """A plan that silently forgets a break is worse than none."""
    path, value, word = UNSUPPORTED[case]
    ((where, what),) = _flaws(_with(path, value))
    assert where == path
    assert "not supported" in what
    assert word in what


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/shipments", []), ("/jobs/0/setup", 0), ("/jobs/0/delivery", [0]), ("/vehicles/0/capacity", []),
        ("/vehicles/0/costs", {}), ("/vehicles/0/speed_factor", 1.0), ("/vehicles/0/breaks", []),
        ("/jobs/0/description", "hydrant"), ("/jobs/0/location", [2.3, 48.8]), ("/vehicles/0/type", "van"),
        ("/matrices/car/distances", [[0.0]]),
    ],
)  # fmt: skip
def test_what_asks_for_nothing_does_no_harm(path: str, value: object) -> None:
    """Many tools write every field that there is."""
    assert len(read_vroom(_with(path, value)).problem.need_ids) == 3


WRONG: dict[str, tuple[str, object, str]] = {
    "a field nobody knows": ("/jobs/0/colour", "red", "/jobs/0/colour"),
    "a job twice": ("/jobs/1/id", 1, "/jobs/1/id"),
    "a vehicle twice": ("/vehicles/1", SOUND["vehicles"][0], "/vehicles/1/id"),
    "an id as text": ("/jobs/0/id", "one", "/jobs/0/id"),
    "a priority too high": ("/jobs/0/priority", 101, "/jobs/0/priority"),
    "negative service": ("/jobs/0/service", -1, "/jobs/0/service"),
    "fractional service": ("/jobs/0/service", 1.5, "/jobs/0/service"),
    "a job off the matrix": ("/jobs/0/location_index", 3, "/jobs/0/location_index"),
    "a start off the matrix": ("/vehicles/0/start_index", 3, "/vehicles/0/start_index"),
    "an end off the matrix": ("/vehicles/0/end_index", 9, "/vehicles/0/end_index"),
    "a window backwards": ("/jobs/1/time_windows", [[5, 4]], "/jobs/1/time_windows/0"),
    "a window of three": ("/jobs/1/time_windows", [[1, 2, 3]], "/jobs/1/time_windows/0"),
    "a shift backwards": ("/vehicles/0/time_window", [5, 4], "/vehicles/0/time_window"),
    "a profile without a matrix": ("/vehicles/0/profile", "bike", "/vehicles/0/profile"),
    "no vehicles": ("/vehicles", [], "/vehicles"),
    "no matrices": ("/matrices", {}, "/matrices"),
    "a ragged matrix": ("/matrices/car/durations/1", [30, 0], "/matrices/car/durations/1"),
    "a negative way": ("/matrices/car/durations/1/0", -1, "/matrices/car/durations/1/0"),
    "a way without end": ("/matrices/car/durations/1/0", 1e400, "/matrices/car/durations/1/0"),
    "matrices of two sizes": ("/matrices/bike", {"durations": [[0]]}, "/matrices/car/durations"),
    "jobs that are no list": ("/jobs", {}, "/jobs"),
    "a job that is no object": ("/jobs/0", 5, "/jobs/0"),
    "skills that are no list": ("/jobs/0/skills", 5, "/jobs/0/skills"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_where_it_stands(case: str) -> None:
    """A stranger mends a document by the pointer."""
    path, value, where = WRONG[case]
    assert where in [found for found, _ in _flaws(_with(path, value))]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/jobs/0/location_index", "matrices alone"),
        ("/vehicles/0/start_index", "without an index"),
        ("/jobs/0/id", "missing"),
    ],
)
def test_what_is_missing_is_named_once(path: str, word: str) -> None:
    """A missing index says why coordinates are not enough."""
    ((where, what),) = _flaws(_without(path))
    assert where == path
    assert word in what


@pytest.mark.parametrize("text", ["", "[", "[]", "7", "null", "[" * 100_000])
def test_what_is_no_document_is_refused(text: str) -> None:
    """No text of any kind may raise anything but a refusal."""
    assert _flaws(text)


def test_all_flaws_come_at_once() -> None:
    """What is not supported and what is wrong are told together."""
    made = json.loads(_with("/jobs/0/service", -1))
    made["vehicles"][0]["breaks"] = [{"id": 1}]
    assert {where for where, _ in _flaws(json.dumps(made))} == {"/jobs/0/service", "/vehicles/0/breaks"}


def test_a_document_without_jobs_is_a_plan_without_routes() -> None:
    """Nothing to do is not an error."""
    given = read_vroom(_with("/jobs", []))
    assert vroom_solution(given, plan(given.problem, SequenceLimits(10)))["routes"] == []


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        (json.dumps(SOUND), True), ('{"vehicles": 5}', True), ('{"shipments": []}', True), ("{}", False), ("[]", False),
        ('{"needs": [], "jobs": []}', False), ('{"resources": [], "vehicles": []}', False), ("{", False),
    ],
)  # fmt: skip
def test_a_vroom_problem_is_told_by_its_parts(text: str, is_meant: bool) -> None:
    """A flawed one must still be refused as what it was meant to be."""
    assert is_vroom(text) == is_meant


def test_a_key_that_stands_twice_is_refused() -> None:
    """JSON would silently keep the last of two priorities."""
    text = json.dumps(SOUND).replace('"priority": 7', '"priority": 7, "priority": 8', 1)
    assert [where for where, _ in _flaws(text)] == ["/jobs/0/priority"]


def test_descriptions_and_coordinates_are_repeated_in_the_solution() -> None:
    """Whoever draws the plan on a map has nothing else to draw it from."""
    made = json.loads(_with("/jobs/0/description", "hydrant"))
    made["jobs"][0]["location"] = [2.3, 48.8]
    given = read_vroom(json.dumps(made))
    (route,) = vroom_solution(given, plan(given.problem, SequenceLimits(10)))["routes"]
    (step,) = [step for step in route["steps"] if step.get("id") == 1]
    assert (step["description"], step["location"]) == ("hydrant", [2.3, 48.8])
