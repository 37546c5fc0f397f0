"""Two worlds to measure the speed of a desk in: a queue that has a formula, and a service that sends units.

Both are ordinary documents: a centre, a procedure, a workload. Nothing of the desk is switched off.
"""

from __future__ import annotations

from incidents.centre import Centre
from incidents.procedure import Procedure
from simulation.workload import Workload

SERVERS, MEAN_S = 10, 180.0
RHO = 0.9
RATE_PER_S = RHO * SERVERS / MEAN_S
SHARES = (0.2, 0.3, 0.5)
"""Of the three ranks, the most urgent first."""
NAMES = ("first", "second", "third")


def queue_centre() -> Centre:
    """So many call-takers, and nowhere to drive."""
    return Centre.model_validate(
        {
            "centre": "queue",
            "kinds": {"agent": {"skills": ["answering"]}},
            "resources": {f"A{number}": {"kind": "agent"} for number in range(SERVERS)},
            "travel": {"kind": "none"},
        }
    )


def queue_procedure() -> Procedure:
    """Three queues by rank, one question, and nobody is sent."""
    return Procedure.model_validate(
        {
            "procedure": "queue",
            "revision": 1,
            "queues": {name: {"skill": "answering", "rank": rank} for rank, name in enumerate(NAMES, 1)},
            "priorities": {name: {"rank": rank} for rank, name in enumerate(NAMES, 1)},
            "triage": {
                "start": "matter",
                "questions": {
                    "matter": {"text": "?", "about": "matter", "answers": {name: {"code": name} for name in NAMES}}
                },
            },
            "determinants": {name: {"priority": name} for name in NAMES},
        }
    )


def queue_workload(rate_per_s: float = RATE_PER_S) -> Workload:
    """Poisson contacts with exponential handling, so that Cobham's formula holds."""
    return Workload.model_validate(
        {
            "workload": "queue",
            "arrivals": {"rate_per_h": rate_per_s * 3600},
            "natures": [
                {
                    "id": name,
                    "share": share,
                    "queue": name,
                    "priority": name,
                    "truth": {"matter": name},
                    "handling_s": {"exponential": MEAN_S},
                }
                for name, share in zip(NAMES, SHARES, strict=True)
            ],
        }
    )


UNITS = (16, 60, 250)
ZONES = {16: 20, 60: 30, 250: 40}
"""Zones along each side of the city."""
DEGREES = 0.2
CALL_S, SCENE_S, TRANSPORTED, FACILITY_S, HANDOVER_S, TURNOUT_S = 90.0, 1200.0, 0.6, 600.0, 900.0, 60.0
BUSY, BUSY_CALL_TAKERS = 0.6, 0.7
SPEED_MPS, DETOUR = 15.0, 1.3
FIRST_SHARE = 0.3
"""Of the calls, how many are of the more urgent rank."""


def city_rate_per_s(units: int) -> float:
    """Calls a second that keep so many units about as busy as `BUSY`, without their way to the scene."""
    work_s = TURNOUT_S + 240 + SCENE_S + TRANSPORTED * (FACILITY_S + HANDOVER_S)
    return BUSY * units / work_s


def call_takers(rate_per_s: float) -> int:
    """As many as are busy for `BUSY_CALL_TAKERS` of their time."""
    return max(2, round(rate_per_s * CALL_S / BUSY_CALL_TAKERS))


def city_centre(units: int, takers: int) -> Centre:
    """A square city in zones, with a station for each unit spread evenly over them."""
    side = ZONES[units]
    zones = {
        f"z{at:04d}": {
            "latitude": 52.0 + DEGREES * (at // side) / side,
            "longitude": 4.0 + DEGREES * (at % side) / side,
        }
        for at in range(side * side)
    }
    names = list(zones)
    homes = [names[at * len(names) // units] for at in range(units)]
    stations = {f"s{at:03d}": {**zones[home], "zone": home} for at, home in enumerate(homes)}
    takers_there = {f"T{at:03d}": {"kind": "call-taker"} for at in range(takers)}
    units_there = {f"U{at:03d}": {"kind": "unit", "base": f"s{at:03d}"} for at in range(units)}
    return Centre.model_validate(
        {
            "centre": "city",
            "kinds": {
                "call-taker": {"skills": ["call-taking"]},
                "unit": {"skills": ["response"], "turnout_s": TURNOUT_S},
            },
            "zones": zones,
            "stations": stations,
            "resources": {**takers_there, **units_there},
            "travel": {"kind": "straight_line", "speed_mps": SPEED_MPS, "detour": DETOUR},
        }
    )


def city_procedure() -> Procedure:
    """One question, two priorities, one unit for each; the dispatcher acts on what is proposed."""
    answers = {"first": {"code": "first"}, "second": {"code": "second"}}
    return Procedure.model_validate(
        {
            "procedure": "city",
            "revision": 1,
            "queues": {"calls": {"skill": "call-taking"}},
            "priorities": {"first": {"rank": 1}, "second": {"rank": 2}},
            "triage": {
                "start": "matter",
                "questions": {"matter": {"text": "?", "about": "matter", "answers": answers}},
            },
            "determinants": {name: {"priority": name, "plan": "unit"} for name in answers},
            "plans": {"unit": {"send": [{"skill": "response"}]}},
            "dispatch": {"reach_limit_s": 36_000},
        }
    )


def city_workload(centre: Centre, rate_per_s: float) -> Workload:
    """Calls from all zones alike; work at the scene and at the facility is exponential."""
    share = 1 / len(centre.zones)
    return Workload.model_validate(
        {
            "workload": "city",
            "arrivals": {"rate_per_h": rate_per_s * 3600},
            "places": {"all": dict.fromkeys(centre.zones, share)},
            "conducts": {
                "unit": {
                    "unit": {
                        "turnout_s": {"constant": TURNOUT_S},
                        "scene_s": {"exponential": SCENE_S},
                        "transported_share": TRANSPORTED,
                        "before_transport_s": {"exponential": SCENE_S},
                        "to_facility_s": {"exponential": FACILITY_S},
                        "handover_s": {"exponential": HANDOVER_S},
                    }
                }
            },
            "natures": [
                {
                    "id": name,
                    "share": its_share,
                    "queue": "calls",
                    "priority": name,
                    "truth": {"matter": name},
                    "places": "all",
                    "handling_s": {"exponential": CALL_S},
                    "conduct": "unit",
                }
                for name, its_share in (("first", FIRST_SHARE), ("second", 1 - FIRST_SHARE))
            ],
        }
    )
