"""A street with a clerk and an ambulance, and calls at given seconds and places on it: worlds one can follow by hand."""

from __future__ import annotations

from typing import Any

from incidents import facts as f
from incidents.centre import Centre
from incidents.desk import Desk
from incidents.procedure import Procedure
from incidents.quantities import Place
from simulation.contacts import Contact, draw_contacts
from simulation.surroundings import draw_surroundings
from simulation.trace import Trace
from simulation.workload import Workload
from simulation.world import World
from tests.builders import START, a_centre, a_procedure, at

ONE_AMBULANCE = {"A1": ("ambulance", 0.0), "C1": ("clerk", 0.0)}
STAGES = {
    "turnout_s": {"constant": 10},
    "scene_s": {"constant": 100},
    "before_transport_s": {"constant": 60},
    "to_facility_s": {"constant": 30},
    "handover_s": {"constant": 20},
}


def workload(natures: list[dict[str, Any]], course: dict[str, Any] | None = None, **changes: Any) -> Workload:
    """Illness or fire on the street; two questions in ten seconds, five seconds to decide, four to wrap up."""
    shared = {
        "share": 1 / len(natures),
        "queue": "emergency",
        "priority": "red",
        "questions": 2,
        "handling_s": {"constant": 10},
        "decision_s": {"constant": 5},
        "conduct": "crews",
    }
    document = {
        "workload": "street",
        "arrivals": {"rate_per_h": 60},
        "natures": [{**shared, **nature} for nature in natures],
        "conducts": {"crews": {kind: {**STAGES, **(course or {})} for kind in ("ambulance", "medic", "engine")}},
        "wrap_up_s": {"constant": 4},
        **changes,
    }
    return Workload.model_validate(document)


ILL = {"id": "ill", "truth": {"nature": "illness", "severe": "yes"}}
UNWELL = {"id": "unwell", "truth": {"nature": "illness", "severe": "no"}}


def contacts(of: Workload, *calls: tuple[float, str, Place]) -> list[Contact]:
    """One contact for each (seconds, nature, place), with the luck that the workload draws."""
    drawn = draw_contacts(of, 1, START, 3600 * 50, {})
    chosen = []
    for when_s, nature, place in calls:
        found = next(each for each in drawn if each.nature == nature and each not in chosen)
        chosen.append(found)
        object.__setattr__(found, "at", at(when_s))
        object.__setattr__(found, "place", place)
    return chosen


def played(of: Workload, calls: list[Contact], units: dict[str, tuple[str, float]], rules: Procedure) -> list[f.Fact]:
    """The log of an hour."""
    desk = Desk.under(a_centre(units), rules, START)
    return World(desk, calls, start=START, end=at(3600)).run()


def timeline(log: list[f.Fact], *kinds: type[f.Fact]) -> list[tuple[str, float]]:
    """Name and seconds of the facts of these kinds, in order."""
    return [(type(fact).__name__, (fact.at - START) / 1000) for fact in log if isinstance(fact, kinds)]


def a_world(
    of: Workload,
    calls: list[Contact],
    *,
    centre: Centre | None = None,
    rules: Procedure | None = None,
    until_s: float = 3600,
) -> World:
    """A world of these calls with everything else that the workload says, not yet run."""
    there = centre or a_centre(ONE_AMBULANCE)
    desk = Desk.under(there, rules or a_procedure(), START)
    surroundings = draw_surroundings(of, there, 1, START, until_s)
    return World(desk, Trace(tuple(calls), surroundings), start=START, end=at(until_s))
