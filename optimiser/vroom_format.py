"""VROOM's problem documents in, VROOM-like solutions out: the part of that format which sequences can express.

The format is VROOM's own (docs/API.md of VROOM 1.14). Strangers write it, so it is read strictly and refused whole, with
a JSON pointer (RFC 6901) for every flaw. What VROOM has and sequences have not is refused by name, never ignored, because a
plan that silently forgets a break or a load is worse than none. `type` and `distances` are read and not used; `description`,
and coordinates beside an index, are repeated in the solution.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from optimiser.json_text import parsed, repeated_keys
from optimiser.pointers import escaped, flaw_at
from optimiser.problem import BoolArray
from optimiser.refusals import DocumentRefused, Flaw
from optimiser.sequence_plan import SequencePlan
from optimiser.sequence_problem import TIME_LIMIT_S, WEIGHT_LIMIT, Aim, SequenceProblem

TEXT_LIMIT = 200_000_000
"""The longest document that is read, in characters."""
MOST_PRIORITY = 100
"""VROOM's highest priority."""

Seconds: TypeAlias = Annotated[int, Field(ge=0, le=TIME_LIMIT_S)]
Window: TypeAlias = Annotated[tuple[Seconds, ...], Field(min_length=2, max_length=2)]
Skills: TypeAlias = Annotated[tuple[Annotated[int, Field(ge=0, le=2**32)], ...], Field(max_length=1000)]
Index: TypeAlias = Annotated[int, Field(ge=0, le=100_000)]
Identity: TypeAlias = Annotated[int, Field(ge=0, le=2**63)]

UNSUPPORTED: Mapping[str, Mapping[str, str]] = {
    "": {
        "shipments": "pickups and deliveries by the same vehicle",
        "matrix": "the matrix of VROOM before 1.8; give it as matrices/car/durations",
    },
    "jobs": {
        "setup": "setup times", "delivery": "loads", "pickup": "loads", "amount": "loads",
        "setup_per_type": "times by type of vehicle", "service_per_type": "times by type of vehicle",
    },
    "vehicles": {
        "capacity": "loads; `max_tasks` limits the number of jobs", "costs": "costs of vehicles", "breaks": "breaks",
        "speed_factor": "factors of speed; give the profile a matrix of its own", "max_travel_time": "a limit on travel",
        "max_distance": "a limit on distance", "steps": "routes fixed beforehand",
    },
    "matrices": {"costs": "costs apart from durations"},
}  # fmt: skip
"""What VROOM has and sequences have not, by the list it stands in. An empty list, 0 and null ask for nothing."""
_NEUTRAL: Mapping[str, object] = {"speed_factor": 1}


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class VroomJob(_Document):
    """A need."""

    id: Identity
    location_index: Index
    service: Seconds = 0
    priority: int = Field(default=0, ge=0, le=MOST_PRIORITY)
    skills: Skills = ()
    time_windows: tuple[Window, ...] = Field(default=(), max_length=1)
    description: str = ""
    location: tuple[float, ...] | None = None


class VroomVehicle(_Document):
    """A resource."""

    id: Identity
    start_index: Index
    end_index: Index | None = None
    profile: str = "car"
    skills: Skills = ()
    time_window: Window = (0, TIME_LIMIT_S)
    max_tasks: int = Field(default=TIME_LIMIT_S, ge=0, le=2**64)
    description: str = ""
    type: str = ""
    start: tuple[float, ...] | None = None
    end: tuple[float, ...] | None = None


class VroomMatrix(_Document):
    """Travel of one profile."""

    durations: tuple[tuple[Seconds, ...], ...]
    distances: tuple[tuple[float, ...], ...] = ()


class VroomDocument(_Document):
    """A problem, as far as sequences go."""

    jobs: tuple[VroomJob, ...] = Field(max_length=8192)
    vehicles: tuple[VroomVehicle, ...] = Field(min_length=1, max_length=8192)
    matrices: dict[str, VroomMatrix] = Field(min_length=1, max_length=1000)


@dataclass(frozen=True, slots=True)
class VroomProblem:
    """A document, and the sequence problem it states; jobs and vehicles keep their order."""

    document: VroomDocument
    problem: SequenceProblem


def is_vroom(text: str) -> bool:
    """Whether a text is meant as a VROOM problem: an object with vehicles, jobs or shipments, and none of a snapshot's parts.

    What cannot be read at all is not, and is left to whoever reads it next to refuse.
    """
    try:
        raw = parsed(text, TEXT_LIMIT)
    except DocumentRefused:
        return False
    return (
        isinstance(raw, dict)
        and not {"needs", "resources"} & set(raw)
        and bool({"vehicles", "jobs", "shipments"} & set(raw))
    )


def read_vroom(text: str, aim: Aim = "travel") -> VroomProblem:
    """Read a VROOM problem, or refuse it with all its flaws.

    "travel" is VROOM's own aim: priorities are points. For "response", a higher priority is a more urgent rank and, from 1
    up, the weight of a second; the response is measured from the start of a job's time window.
    """
    raw = _object(text)
    flaws = [*_unsupported(raw), *repeated_keys(raw)]
    kept = _without_unsupported(raw)
    document = None
    try:
        document = VroomDocument.model_validate_json(json.dumps(kept))
    except ValidationError as wrong:
        flaws += [_flaw(error) for error in wrong.errors(include_url=False)]
    if document is not None:
        flaws += _meaning_flaws(document)
    if flaws or document is None:
        raise DocumentRefused(flaws)
    return VroomProblem(document, _problem(document, aim))


def vroom_solution(given: VroomProblem, plan: SequencePlan) -> dict[str, Any]:
    """The plan in the shape of VROOM's solution, each unassigned job with its reason, and `muster` beside the summary."""
    problem, jobs = given.problem, given.document.jobs
    routes = [_route(given, plan, resource) for resource, route in enumerate(plan.routes) if route]
    served = [stop.need for route in plan.routes for stop in route]
    termination = plan.termination
    return {
        "code": 0,
        "summary": {
            "cost": plan.travel_s, "routes": len(routes), "unassigned": len(plan.unserved), "setup": 0,
            "service": int(problem.service_s[served].sum()), "duration": plan.travel_s,
            "waiting_time": sum(route["waiting_time"] for route in routes),
            "priority": sum(jobs[need].priority for need in served), "violations": [],
        },
        "unassigned": [
            {
                "id": jobs[each.need].id, "type": "job", "location_index": jobs[each.need].location_index,
                "reason": each.why, "nearest_vehicle": _vehicle_id(given, each.nearest),
                "nearest_start": each.nearest_start_s,
            }
            | _told(jobs[each.need].description, jobs[each.need].location)
            for each in plan.unserved
        ],
        "routes": routes,
        "muster": {
            "aim": problem.aim, "engine": plan.engine, "seed": plan.seed, "stopped": termination.reason,
            "bound": termination.bound, "iterations": termination.iterations, "detail": termination.detail,
            "response": plan.response,
        },
    }  # fmt: skip


def _vehicle_id(given: VroomProblem, resource: int | None) -> int | None:
    return None if resource is None else given.document.vehicles[resource].id


def _route(given: VroomProblem, plan: SequencePlan, resource: int) -> dict[str, Any]:
    problem, vehicle = given.problem, given.document.vehicles[resource]
    way = problem.travel_s[problem.profiles[resource]]
    here, free_s, travel_s, waited_s, service_s = vehicle.start_index, vehicle.time_window[0], 0, 0, 0
    steps: list[dict[str, Any]] = [_step("start", here, free_s, 0, 0, 0) | _told("", vehicle.start)]
    for stop in plan.routes[resource]:
        job = given.document.jobs[stop.need]
        leg_s = int(way[here, job.location_index])
        arrival_s = free_s + leg_s
        travel_s, waited_s = travel_s + leg_s, waited_s + stop.start_s - arrival_s
        service_s += job.service
        wait_s = stop.start_s - arrival_s
        step = _step("job", job.location_index, arrival_s, travel_s, job.service, wait_s)
        steps.append(step | {"id": job.id} | _told(job.description, job.location))
        here, free_s = job.location_index, stop.start_s + job.service
    if vehicle.end_index is not None:
        leg_s = int(way[here, vehicle.end_index])
        travel_s += leg_s
        steps.append(_step("end", vehicle.end_index, free_s + leg_s, travel_s, 0, 0) | _told("", vehicle.end))
    return {
        "vehicle": vehicle.id, "cost": travel_s, "setup": 0, "service": service_s, "duration": travel_s,
        "waiting_time": waited_s, "violations": [], "steps": steps,
        "priority": sum(given.document.jobs[stop.need].priority for stop in plan.routes[resource]),
    } | _told(vehicle.description, None)  # fmt: skip


def _told(description: str, location: tuple[float, ...] | None) -> dict[str, Any]:
    """What VROOM repeats of the problem, as far as it is there."""
    told: dict[str, Any] = {"description": description} if description else {}
    return told if location is None else told | {"location": list(location)}


def _step(kind: str, place: int, arrival_s: int, travel_s: int, service_s: int, wait_s: int) -> dict[str, Any]:
    return {
        "type": kind, "location_index": place, "arrival": arrival_s, "duration": travel_s, "setup": 0,
        "service": service_s, "waiting_time": wait_s, "violations": [],
    }  # fmt: skip


def _problem(document: VroomDocument, aim: Aim) -> SequenceProblem:
    jobs, vehicles = document.jobs, document.vehicles
    profiles = sorted({vehicle.profile for vehicle in vehicles})
    asked, held = [job.skills for job in jobs], [vehicle.skills for vehicle in vehicles]
    skills = sorted({skill for some in (*asked, *held) for skill in some})
    # Nothing can start before the first vehicle does, so a job without a window has waited since then and no longer.
    since_s = min(vehicle.time_window[0] for vehicle in vehicles)
    windows = [job.time_windows[0] if job.time_windows else (since_s, TIME_LIMIT_S) for job in jobs]
    places = max(len(document.matrices[profile].durations) for profile in profiles)
    return SequenceProblem(
        aim=aim,
        skills=tuple(str(skill) for skill in skills),
        need_ids=tuple(str(job.id) for job in jobs),
        ranks=np.array([MOST_PRIORITY + 1 - job.priority for job in jobs], dtype=np.int64),
        points=np.array([job.priority for job in jobs], dtype=np.int64),
        weights=np.array([min(max(1, job.priority), WEIGHT_LIMIT) for job in jobs], dtype=np.int64),
        unserved_prices=np.zeros(len(jobs), dtype=np.int64),
        places=np.array([job.location_index for job in jobs], dtype=np.int64),
        released_s=np.array([early for early, _ in windows], dtype=np.int64),
        due_s=np.array([late for _, late in windows], dtype=np.int64),
        service_s=np.array([job.service for job in jobs], dtype=np.int64),
        asked=_table(asked, skills),
        resource_ids=tuple(str(vehicle.id) for vehicle in vehicles),
        profiles=np.array([profiles.index(vehicle.profile) for vehicle in vehicles], dtype=np.int64),
        start_places=np.array([vehicle.start_index for vehicle in vehicles], dtype=np.int64),
        starts_s=np.array([vehicle.time_window[0] for vehicle in vehicles], dtype=np.int64),
        end_places=np.array([vehicle.end_index or 0 for vehicle in vehicles], dtype=np.int64),
        returns=np.array([vehicle.end_index is not None for vehicle in vehicles], dtype=np.bool_),
        ends_s=np.array([vehicle.time_window[1] for vehicle in vehicles], dtype=np.int64),
        capacities=np.array([min(vehicle.max_tasks, TIME_LIMIT_S) for vehicle in vehicles], dtype=np.int64),
        held=_table(held, skills),
        travel_s=np.array([document.matrices[profile].durations for profile in profiles], dtype=np.int64).reshape(
            len(profiles), places, places
        ),
    )


def _table(listed: Sequence[tuple[int, ...]], skills: Sequence[int]) -> BoolArray:
    """(listed, skills) True where a skill is in the list."""
    table = [[skill in some for skill in skills] for some in listed]
    return np.array(table, dtype=np.bool_).reshape(len(listed), len(skills))


def _object(text: str) -> dict[str, Any]:
    raw = parsed(text, TEXT_LIMIT)
    if not isinstance(raw, dict):
        raise DocumentRefused([Flaw("", f"is a {type(raw).__name__}", "an object with jobs, vehicles and matrices")])
    return raw


def _parts(raw: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every object that may hold something unsupported: the kind of object, its pointer, itself."""
    yield "", "", raw
    for kind in ("jobs", "vehicles"):
        listed = raw.get(kind)
        for index, entry in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(entry, dict):
                yield kind, f"/{kind}/{index}", entry
    matrices = raw.get("matrices")
    for profile, entry in (matrices if isinstance(matrices, dict) else {}).items():
        if isinstance(entry, dict):
            yield "matrices", f"/matrices/{escaped(profile)}", entry


def _unsupported(raw: dict[str, Any]) -> Iterator[Flaw]:
    for kind, where, entry in _parts(raw):
        for key, what in UNSUPPORTED[kind].items():
            if key in entry and not _asks_for_nothing(key, entry[key]):
                yield Flaw(f"{where}/{key}", f"is not supported: {what}", "a document without it")
        windows = entry.get("time_windows") if kind == "jobs" else None
        if isinstance(windows, list) and len(windows) > 1:
            yield Flaw(f"{where}/time_windows", "is not supported: several time windows", "at most one time window")
        if kind == "vehicles" and "start_index" not in entry:
            what = "is missing: a start without an index, or only an end, is not supported"
            yield Flaw(f"{where}/start_index", what, "an index into the matrices")
        if kind == "jobs" and "location_index" not in entry:
            what = "is missing: travel is taken from the matrices alone"
            yield Flaw(f"{where}/location_index", what, "an index into the matrices")


def _asks_for_nothing(key: str, value: Any) -> bool:
    if isinstance(value, list):
        return all(each == 0 for each in value)
    return value is None or value == {} or value == _NEUTRAL.get(key, 0)


def _without_unsupported(raw: dict[str, Any]) -> dict[str, Any]:
    """The document without what has been refused by name already, or asks for nothing."""
    kept: dict[str, Any] = {key: value for key, value in raw.items() if key not in UNSUPPORTED[""]}
    for kind in ("jobs", "vehicles"):
        if isinstance(raw.get(kind), list):
            kept[kind] = [_cleaned(kind, each) for each in raw[kind]]
    if isinstance(raw.get("matrices"), dict):
        kept["matrices"] = {profile: _cleaned("matrices", each) for profile, each in raw["matrices"].items()}
    return kept


def _cleaned(kind: str, entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    cleaned = {key: value for key, value in entry.items() if key not in UNSUPPORTED[kind]}
    if kind == "jobs":
        # A missing index and a second window have been named; a stand-in keeps them from being named twice.
        cleaned.setdefault("location_index", 0)
        if isinstance(cleaned.get("time_windows"), list):
            cleaned["time_windows"] = cleaned["time_windows"][:1]
    if kind == "vehicles":
        cleaned.setdefault("start_index", 0)
    return cleaned


def _meaning_flaws(document: VroomDocument) -> Iterator[Flaw]:
    """Find what no type can say."""
    sizes = {profile: len(matrix.durations) for profile, matrix in document.matrices.items()}
    least = min(sizes.values())
    for profile, matrix in document.matrices.items():
        where = f"/matrices/{escaped(profile)}/durations"
        if sizes[profile] != least:
            yield Flaw(where, f"has {sizes[profile]} rows, another matrix has {least}", "matrices of one size")
        for row, durations in enumerate(matrix.durations):
            if len(durations) != sizes[profile]:
                yield Flaw(f"{where}/{row}", f"has {len(durations)} entries", f"{sizes[profile]}, one for each row")
    listed: tuple[tuple[str, Sequence[VroomJob | VroomVehicle]], ...] = (
        ("jobs", document.jobs), ("vehicles", document.vehicles)
    )  # fmt: skip
    for kind, entries in listed:
        first: dict[int, int] = {}
        for index, entry in enumerate(entries):
            if first.setdefault(entry.id, index) != index:
                yield Flaw(f"/{kind}/{index}/id", f"repeats /{kind}/{first[entry.id]}/id", "each id once")
            for key in ("location_index", "start_index", "end_index"):
                place = getattr(entry, key, None)
                if place is not None and place >= least:
                    yield Flaw(f"/{kind}/{index}/{key}", f"is {place}", f"0 to {least - 1}")
    for index, job in enumerate(document.jobs):
        if job.time_windows and job.time_windows[0][0] > job.time_windows[0][1]:
            yield Flaw(f"/jobs/{index}/time_windows/0", "ends before it starts", "start, end")
    for index, vehicle in enumerate(document.vehicles):
        if vehicle.time_window[0] > vehicle.time_window[1]:
            yield Flaw(f"/vehicles/{index}/time_window", "ends before it starts", "start, end")
        if vehicle.profile not in document.matrices:
            known = ", ".join(sorted(document.matrices))
            yield Flaw(f"/vehicles/{index}/profile", f"is {vehicle.profile!r}, which has no matrix", known)


def _flaw(error: Any) -> Flaw:
    return flaw_at("".join(f"/{escaped(str(step))}" for step in error["loc"]), error, "VROOM's format")
