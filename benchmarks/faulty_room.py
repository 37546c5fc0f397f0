"""A live control room in which the solver fails again and again, and what is wrong with what the room then does.

A control room on a log of its own, with automatic dispatch, teams and best-effort plans, solves everything in the real process of
the real pool. Every request reports an incident while the solver fails in one of the ways of `planted_faults`; then, with a
healthy solver, an older incident is closed. Counted as a failure:

    no plan, a plan that `verify` rejects, or one that stands worse than the floor plan
    a plan that is not marked, or not with the words that belong to the fault
    a request that takes longer than the limit and what the system needs to get round to it
    a healthy request after it that is not answered by the solver
    an audit of the log that finds a difference
"""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from api.audit import audit
from api.clock import WallClock
from api.control_room import ControlRoom, Plan, sign_on_all
from api.log import Log, LogReader
from api.settings import SOLVE_LIMIT_S, Settings
from api.solver_pool import SolverPool
from benchmarks.decision import a_procedure_of
from benchmarks.planted_faults import FAULTS, HEALTHY, improve_by
from incidents import facts as f
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Place, ResourceId
from incidents.situation import Situation
from optimiser import verify
from optimiser.tiers import floor_answer, standing

SCHEDULING_S = 0.25
"""What the system may need to wake up whoever waited, on a machine that does other things."""
OPEN_INCIDENTS = 14
UNITS = 40
DEGREES = 0.2
KINDS = {"engine": ["fire"], "ambulance": ["transport"], "medic": ["transport", "advanced"]}
NATURES = ("fire", "illness", "collapse")
"""Fires wait for somebody to accept a proposal, and nobody does, so there is always something to decide."""


@dataclass
class Tally:
    """What was seen, and everything that was not as it should be."""

    took_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    kept: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Faults after which a plan better than the floor plan could be kept."""
    recovered_s: list[float] = field(default_factory=list)
    cut_short: int = 0
    differences: int = 0
    """Batches that say something else than the rules, found by an audit."""
    failures: list[str] = field(default_factory=list)


def run(number: int, folder: Path, seed: int = 1, *, scheduling_s: float = SCHEDULING_S) -> Tally:
    """Plant `number` faults, each kind in turn; `scheduling_s` beyond the limit are forgiven."""
    tally, names = Tally(), list(FAULTS)
    draw = np.random.default_rng(seed)
    settings = Settings(in_process_visits=0)
    with contextlib.closing(Log(folder / "log.sqlite")) as log, contextlib.closing(SolverPool(settings)) as pool:
        pool.start()
        room = ControlRoom.open(log, WallClock(), _centre(draw), _procedure(), pool=pool)
        room.act(lambda present, at: sign_on_all(present, at, room.centre), "Ada")
        for index in range(OPEN_INCIDENTS):
            room.act(_reporting(f"H{index:05d}", NATURES[index % len(NATURES)], draw), "Ada")
        for index in range(number):
            name = names[index % len(names)]
            pool.improve = improve_by(name)
            _report(room, index, draw, name, tally, SOLVE_LIMIT_S + scheduling_s)
            pool.improve = HEALTHY
            _tidy(room, name, tally)
    with contextlib.closing(LogReader(folder / "log.sqlite")) as written:
        found = audit(written)
    tally.cut_short, tally.differences = found.cut_short, len(found.mismatches)
    tally.failures += [f"audit: {mismatch}" for mismatch in found.mismatches]
    return tally


def _report(
    room: ControlRoom, index: int, draw: np.random.Generator, name: str, tally: Tally, longest_s: float
) -> None:
    """An incident is reported while the solver fails."""
    reporting = _reporting(f"I{index:05d}", NATURES[index % len(NATURES)], draw)
    began = time.perf_counter()
    recorded = room.act(reporting, "Ada")
    took_s = time.perf_counter() - began
    assert recorded is not None
    tally.took_s[name].append(took_s)
    fault = FAULTS[name]
    if took_s > longest_s:
        tally.failures.append(f"{index} {name}: took {took_s:.3f} s")
    context = room.present.decision.context
    if context is None:
        tally.failures.append(f"{index} {name}: nothing was decided")
        return
    plan, problem = context.allocation, context.formulation.problem
    flaws = verify(problem, plan)
    tally.failures += [f"{index} {name}: {flaw}" for flaw in flaws]
    if standing(plan) > standing(floor_answer(problem)):
        tally.failures.append(f"{index} {name}: worse than the floor plan")
    if plan.termination.reason not in fault.reasons or fault.says not in plan.termination.detail:
        tally.failures.append(f"{index} {name}: says {plan.termination}")
    tally.kept[name] += plan.engine != "floor"


def _reporting(name: str, nature: str, draw: np.random.Generator) -> Plan:
    incident, place = IncidentId(name), Place(*(draw.random(2) * DEGREES).tolist())
    return lambda _present, at: (
        f.IncidentOpened(at, incident, None, place),
        f.AnswerGiven(at, incident, "what", nature),
    )


def _tidy(room: ControlRoom, name: str, tally: Tally) -> None:
    """The oldest incident is closed once there are enough, with a solver that works."""
    began = time.perf_counter()
    room.act(lambda present, at: _closing(present.situation, at), "Ada")
    tally.recovered_s.append(time.perf_counter() - began)
    termination = room.present.decision.termination
    if termination is None or termination.reason == "degraded" or termination.detail:
        tally.failures.append(f"after {name}: the healthy solver says {termination}")


def _closing(situation: Situation, at: int) -> Sequence[f.Fact]:
    if len(situation.incidents) <= OPEN_INCIDENTS:
        return (f.NoteAdded(at, next(iter(situation.incidents)), "nothing new"),)
    oldest = min(situation.incidents.values(), key=lambda each: (each.reported_at, each.id))
    released = [
        f.ResourceReleased(at, ResourceId(resource), need, "done")
        for need in oldest.needs
        for resource in situation.needs[need].filled_by
    ]
    return (*released, f.IncidentClosed(at, oldest.id, "done"))


def _centre(draw: np.random.Generator) -> Centre:
    names = [f"U{index:02d}" for index in range(UNITS)]
    spots = (draw.random((UNITS, 2)) * DEGREES).tolist()
    return Centre.model_validate(
        {
            "centre": "city",
            "kinds": {name: {"skills": skills, "turnout_s": 60} for name, skills in KINDS.items()},
            "stations": {
                name: {"latitude": spot[0], "longitude": spot[1]} for name, spot in zip(names, spots, strict=True)
            },
            "resources": {name: {"kind": list(KINDS)[index % 3], "base": name} for index, name in enumerate(names)},
            "travel": {"kind": "straight_line", "speed_mps": 12},
        }
    )


def _procedure() -> Procedure:
    """Fires take whole teams, a collapse whoever can come, an illness one; what is most urgent is sent at once."""
    plans = {
        "fire": {"send": [{"skill": "fire", "quantity": 2}, {"skill": "transport"}], "whole": True},
        "illness": {"send": [{"skill": "transport"}]},
        "collapse": {"send": [{"skill": "advanced"}, {"skill": "fire"}]},
    }
    return a_procedure_of(plans, first=("illness", "collapse"), dispatch={"automatic": ["first"]})
