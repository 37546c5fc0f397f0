"""What `stall` runs beside the event loop: the largest problems, by the pool and in this process, and a live room's requests."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from api.clock import WallClock
from api.control_room import ControlRoom
from api.log import Log
from api.settings import Settings
from api.solver_pool import SolverPool
from benchmarks.decision import a_busy_desk
from benchmarks.instances import a_problem
from benchmarks.teams import instance
from incidents import facts as f
from incidents.decision import FACTORY_LIMITS
from incidents.desk import Desk
from incidents.formulation import Solver
from incidents.quantities import Instant
from optimiser import Problem, solve
from optimiser.snapshot import allocate, read_snapshot

DEGREES = 0.2
POOL, HERE = "pool", "in process"


@dataclass(frozen=True, slots=True)
class Case:
    """Something to do in a thread, which returns the engine that did it; `counts`: the loop must not stand still for it."""

    what: str
    where: str
    act: Callable[[], str]
    counts: bool


def cases(limit_s: float, idle_s: float) -> Iterator[Case]:
    """Yield everything there is to do, each ready to be done."""
    yield Case("nothing", "", lambda: _idle(idle_s), False)
    with closing(SolverPool(Settings(solve_limit_s=limit_s, in_process_visits=0))) as pool:
        pool.solve(a_problem(5, 10, "dense", 1), FACTORY_LIMITS)
        for what, problem in _problems():
            named = f"{what}, {len(problem.pair_rows):,} pairs"
            yield Case(named, POOL, _solving(pool.solve, problem), True)
            yield Case(named, HERE, _solving(solve, problem), False)
    yield from _requests(limit_s)
    text = _snapshot()
    yield Case(
        "a snapshot answered with reasons, 19,800 pairs", HERE, lambda: allocate(read_snapshot(text)).engine, True
    )


def _idle(idle_s: float) -> str:
    time.sleep(idle_s)
    return ""


def _solving(solver: Solver, problem: Problem) -> Callable[[], str]:
    return lambda: solver(problem, FACTORY_LIMITS).engine


def _problems() -> Iterator[tuple[str, Problem]]:
    yield "1,000 x 2,000 medium", a_problem(1000, 2000, "medium", 1)
    yield "5,000 x 5,000 sparse", a_problem(5000, 5000, "sparse", 1)
    yield "5,000 x 5,000 medium", a_problem(5000, 5000, "medium", 1)
    yield "teams, 1,000 x 2,000 sparse", instance(1000, 2000, "sparse", 1, 0.3, True)
    yield "teams, 200 x 500 dense", instance(200, 500, "dense", 1, 0.6, True)


def _requests(limit_s: float) -> Iterator[Case]:
    """A desk of live size, and one fact more."""
    desk = a_busy_desk(1)
    for where, pool in ((POOL, SolverPool(Settings(solve_limit_s=limit_s, in_process_visits=0))), (HERE, None)):
        with tempfile.TemporaryDirectory() as folder, closing(Log(Path(folder) / "log.sqlite")) as log:
            room = ControlRoom.open(log, WallClock(), desk.centre, desk.procedure, pool=pool)
            room.act(lambda _present, at: _as_it_stands(desk, at), "Ada")
            yield Case("a live room's request, 300 resources, 50 incidents", where, _request(room), pool is not None)
        if pool is not None:
            pool.close()


def _request(room: ControlRoom) -> Callable[[], str]:
    def record() -> str:
        incident = next(iter(room.present.situation.incidents))
        room.act(lambda _present, at: (f.NoteAdded(at, incident, "nothing new"),), "Ada")
        return str(room.present.decision.engine)

    return record


def _as_it_stands(desk: Desk, at: Instant) -> list[f.Fact]:
    """The facts that bring a new room to where the desk is."""
    facts: list[f.Fact] = [f.ResourceSignedOn(at, each.id, each.place) for each in desk.situation.resources.values()]
    for incident in desk.situation.incidents.values():
        facts.append(f.IncidentOpened(at, incident.id, None, incident.place))
        facts += [f.AnswerGiven(at, incident.id, question, answer) for question, answer in incident.answers.items()]
    return facts


def _snapshot() -> str:
    """As many combinations of row and resource as one request may have, in teams of three."""
    draw = np.random.default_rng(2)

    def place() -> dict[str, float]:
        return {"latitude": float(draw.random() * DEGREES), "longitude": float(draw.random() * DEGREES)}

    def skill() -> str:
        return f"skill {draw.integers(3)}"

    needs = [
        {
            "id": f"n{index}", "priority": 1 + index % 3, "whole": True, "place": place(),
            "rows": [{"skill": skill(), "quantity": 1} for _ in range(3)],
        }
        for index in range(66)
    ]  # fmt: skip
    resources = [{"id": f"r{index}", "skills": sorted({skill(), skill()}), "place": place()} for index in range(100)]
    travel = {"kind": "straight_line", "speed_kmh": 50}
    return json.dumps({"needs": needs, "resources": resources, "travel": travel})
