"""VROOM as a constructor of routes, where pyvroom is installed (the extra `routing`).

VROOM (Coupey, Nicod and Varnier, BSD-2) minimises travel and knows no response, so its routes are only a start. It runs on
one thread, at its lowest exploration level and without a time limit, which makes it deterministic.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

import numpy as np

from optimiser.sequence_problem import SequenceProblem

FEWEST_NEEDS = 300
"""Below this, regret insertion and search are as good without VROOM, and sooner."""
MATRIX_LIMIT = 20_000_000
"""The most entries of the travel matrices that are copied for VROOM."""
TIME_LIMIT_S = 2**30
"""VROOM counts in 32 bits, so what lies later is cut off, which its routes can only be the shorter for."""


def has_vroom() -> bool:
    """Whether pyvroom is installed."""
    return find_spec("vroom") is not None


def vroom_routes(problem: SequenceProblem) -> tuple[tuple[int, ...], ...] | None:
    """Routes by index of need, one for each resource; None where VROOM is not installed, or the problem is not for it."""
    if len(problem.need_ids) < FEWEST_NEEDS or problem.travel_s.size > MATRIX_LIMIT or not has_vroom():
        return None
    zero_s = int(problem.starts_s.min(initial=0))
    last_start_s = int(problem.starts_s.max(initial=0)) - zero_s
    if last_start_s > TIME_LIMIT_S or int(problem.travel_s.max(initial=0)) > TIME_LIMIT_S:
        return None
    vroom = importlib.import_module("vroom")
    given = vroom.Input()
    for profile, matrix in enumerate(problem.travel_s):
        given.set_durations_matrix(f"p{profile}", matrix.astype(np.uint32))
    priorities = _priorities(problem)
    for need, priority in enumerate(priorities):
        early, late = max(0, int(problem.released_s[need]) - zero_s), int(problem.due_s[need]) - zero_s
        late = min(late, TIME_LIMIT_S)
        if late >= early:
            given.add_job(_job(vroom, problem, need, priority, early, late))
    for resource in range(len(problem.resource_ids)):
        given.add_vehicle(_vehicle(vroom, problem, resource, zero_s))
    table = given.solve(0, nb_threads=1).routes
    routes: list[list[int]] = [[] for _ in problem.resource_ids]
    if table.empty:
        return tuple(() for _ in routes)
    for resource, kind, need in zip(table["vehicle_id"], table["type"], table["id"], strict=True):
        if kind == "job":
            routes[int(resource)].append(int(need))
    return tuple(tuple(route) for route in routes)


def _priorities(problem: SequenceProblem) -> list[int]:
    """VROOM adds priorities up and takes at most 100, so classes can only be told apart roughly."""
    if problem.aim == "travel":
        return [min(100, int(points)) for points in problem.points]
    _, places = np.unique(problem.ranks, return_inverse=True)
    return [max(1, 100 // 3 ** int(place)) for place in places.ravel()]


def _job(vroom: Any, problem: SequenceProblem, need: int, priority: int, early: int, late: int) -> Any:
    return vroom.Job(
        need, int(problem.places[need]), default_service=int(problem.service_s[need]), priority=priority,
        skills=set(np.flatnonzero(problem.asked[need]).tolist()), time_windows=[vroom.TimeWindow(early, late)],
    )  # fmt: skip


def _vehicle(vroom: Any, problem: SequenceProblem, resource: int, zero_s: int) -> Any:
    start_s = int(problem.starts_s[resource]) - zero_s
    return vroom.Vehicle(
        resource, start=int(problem.start_places[resource]), profile=f"p{problem.profiles[resource]}",
        end=int(problem.end_places[resource]) if problem.returns[resource] else None,
        skills=set(np.flatnonzero(problem.held[resource]).tolist()), max_tasks=int(problem.capacities[resource]),
        time_window=vroom.TimeWindow(start_s, min(int(problem.ends_s[resource]) - zero_s, TIME_LIMIT_S)),
    )  # fmt: skip
