"""Worlds made in code whose answer a formula knows: contact centres without travel, and units on a street."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.quantities import EARTH_RADIUS_M
from simulation.scenario import Scenario
from simulation.workload import Workload

World = tuple[Scenario, Procedure]
HOUR_S = 3600.0
_DEGREE_M = math.pi * EARTH_RADIUS_M / 180
SPEED_MPS = 10.0
CLERKS = 12
UNIT_SERVICE_S = 6000.0
"""So long that the seconds of driving along the street are a thousandth of it."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of one queue: their load in erlangs, how long they take, how long their callers wait, and the room they take."""

    load: float
    service: Mapping[str, Any]
    service_s: float
    patience: Mapping[str, Any] | None = None
    room: int = 1

    @property
    def per_h(self) -> float:
        """Calls an hour."""
        return self.load * HOUR_S / self.service_s


def exponential(
    load: float, service_s: float = 120.0, patience: Mapping[str, Any] | None = None, room: int = 1
) -> Calls:
    """Calls with exponential handling."""
    return Calls(load, {"exponential": service_s}, service_s, patience, room)


def queue_world(
    agents: int, calls: Sequence[Calls], *, capacity: int = 1, rates: Sequence[float] | None = None
) -> World:
    """Agents who can answer everything; the first queue goes first. `rates`: calls an hour for each hour of the week."""
    names = [f"q{rank}" for rank in range(1, len(calls) + 1)]
    total = sum(each.per_h for each in calls)
    natures = [
        {"id": name, "share": each.per_h / total, "queue": name, "priority": name, "truth": {"matter": name},
         "handling_s": each.service, "patience_s": each.patience}
        for name, each in zip(names, calls, strict=True)
    ]  # fmt: skip
    queues = {
        name: {"skill": "answering", "rank": rank, "load": calls[rank - 1].room} for rank, name in enumerate(names, 1)
    }
    centre = {
        "centre": "oracle", "travel": {"kind": "none"},
        "kinds": {"agent": {"skills": ["answering"], "capacity": capacity}},
        "resources": {f"A{agent:03d}": {"kind": "agent"} for agent in range(1, agents + 1)},
    }  # fmt: skip
    rate: Any = total if rates is None else tuple(rates)
    return _world(centre, _rules(names, queues), {"arrivals": {"rate_per_h": rate}, "natures": natures})


def street_world(
    units_m: Sequence[float], zones_m: Sequence[float], shares: Sequence[float], load: float, *, reserve: int = 0
) -> World:
    """Units at metres along a street, zones on it with their shares of the calls; calls are answered at once and take no time.

    With a `reserve`, calls of the last zone are of a lower priority, which waits rather than take the last units.
    """
    zones = {f"z{index}": _spot(metres) for index, metres in enumerate(zones_m)}
    units = {f"U{index}": _spot(metres) for index, metres in enumerate(units_m)}
    centre = {
        "centre": "oracle", "zones": zones, "stations": units,
        "travel": {"kind": "straight_line", "speed_mps": SPEED_MPS, "detour": 1.0},
        "kinds": {"unit": {"skills": ["rescue"]}, "clerk": {"skills": ["answering"], "capacity": 100}},
        "resources": {
            **{name: {"kind": "unit", "base": name} for name in units},
            **{f"C{clerk}": {"kind": "clerk"} for clerk in range(CLERKS)},
        },
    }  # fmt: skip
    priorities = ["red"] * (len(zones) - 1) + ["green" if reserve else "red"]
    natures = [
        {"id": zone, "share": share, "queue": "calls", "priority": priority, "truth": {"matter": priority},
         "places": zone, "handling_s": {"constant": 0}, "conduct": "rescue"}
        for zone, share, priority in zip(zones, shares, priorities, strict=True)
    ]  # fmt: skip
    workload = {
        "arrivals": {"rate_per_h": load * HOUR_S / UNIT_SERVICE_S},
        "places": {zone: {zone: 1} for zone in zones},
        "conducts": {"rescue": {"unit": {"scene_s": {"exponential": UNIT_SERVICE_S}}}},
        "natures": natures,
    }
    rules = _rules(sorted(set(priorities), reverse=True), {"calls": {"skill": "answering"}})
    rules["determinants"] = {each: {"priority": each, "plan": "rescue"} for each in rules["priorities"]}
    rules["plans"] = {"rescue": {"send": [{"skill": "rescue"}]}}
    if reserve:
        _keep_back(rules, reserve)
    return _world(centre, rules, workload)


def driving_m(units_m: Sequence[float], zone_m: float) -> tuple[int, ...]:
    """The units in the order of their distance from a zone."""
    return tuple(sorted(range(len(units_m)), key=lambda unit: abs(units_m[unit] - zone_m)))


def _keep_back(rules: dict[str, Any], reserve: int) -> None:
    """The lower priority waits where sending costs more than the reserve does; its rung is further off than any run is long."""
    rules["priorities"]["green"] = {"rank": 2, "waits_at_s": 100_000, "urgency": {"weight": 1}}
    rules["priorities"]["red"] = {"rank": 1, "urgency": {"weight": 1}}
    rules["dispatch"] = {"reserve": [{"name": "kept back", "skill": "rescue", "keep": reserve, "missing_s": 1_000_000}]}
    far_off_s = 7 * 24 * 3600
    rules["escalation"] = {"at last": {"unfilled_for_s": far_off_s, "priorities": ["green"], "raises_to": "red"}}


def _rules(names: Sequence[str], queues: Mapping[str, Any]) -> dict[str, Any]:
    answers = {each: {"code": each} for each in names}
    return {
        "procedure": "oracle", "revision": 1, "queues": dict(queues),
        "priorities": {name: {"rank": rank} for rank, name in enumerate(names, 1)},
        "triage": {
            "start": "matter",
            "questions": {"matter": {"text": "What is it?", "about": "matter", "answers": answers}},
        },
        "determinants": {each: {"priority": each} for each in names},
        "checks": {"assessed": {"record": "assessed", "before": "closed"}},
    }  # fmt: skip


def _world(centre: Mapping[str, Any], rules: Mapping[str, Any], workload: Mapping[str, Any]) -> World:
    made = Workload.model_validate({"workload": "oracle", **workload})
    scenario = Scenario(Path("oracle"), Centre.model_validate(centre), made, None)
    procedure = Procedure.model_validate(rules)
    flaws = [*made.flaws(), *made.flaws_beside(scenario.centre, procedure)]
    assert not flaws, flaws
    return scenario, procedure


def _spot(metres: float) -> dict[str, float]:
    return {"latitude": 0.0, "longitude": round(metres / _DEGREE_M, 6)}
