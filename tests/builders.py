"""The smallest worlds that show a rule: a straight street of places, a handful of units, a triage tree of two questions.

Units drive along it at 100 m/s without detour, and places on it are named by the seconds of driving from its beginning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from incidents.centre import Centre
from incidents.desk import Desk
from incidents.facts import (
    AnswerGiven,
    ContactReceived,
    Fact,
    IncidentOpened,
    ResourceAssigned,
    ResourceDeparted,
    ResourceSignedOn,
)
from incidents.procedure import Procedure
from incidents.quantities import EARTH_RADIUS_M, ContactId, IncidentId, NeedId, Place, ResourceId, ms

START = 1_700_000_000_000
"""The instant at which every test's world begins."""
METRES_PER_DEGREE = math.pi * EARTH_RADIUS_M / 180


def spot(seconds: float) -> Place:
    """The place on the street that is `seconds` of driving from its beginning."""
    return Place(0.0, seconds * 100 / METRES_PER_DEGREE)


def at(seconds: float) -> int:
    """The instant `seconds` after the start."""
    return START + ms(seconds)


def a_centre(units: Mapping[str, tuple[str, float]], **changes: Any) -> Centre:
    """A centre with `units`: name -> (kind, seconds along the street). Kinds are engine, ambulance, medic, clerk."""
    kinds = {
        "engine": {"skills": ["fire"]},
        "ambulance": {"skills": ["transport"]},
        "medic": {"skills": ["transport", "advanced"]},
        "clerk": {"skills": ["answering"]},
    }
    document = {
        "centre": "street",
        "kinds": kinds,
        "stations": {
            name: {"latitude": 0.0, "longitude": spot(seconds).longitude} for name, (_, seconds) in units.items()
        },
        "resources": {
            name: {"kind": kind} if kind == "clerk" else {"kind": kind, "base": name}
            for name, (kind, _) in units.items()
        },
        "travel": {"kind": "straight_line", "speed_mps": 100, "detour": 1.0},
    }
    return Centre.model_validate({**document, **changes})


def a_procedure(**changes: Any) -> Procedure:
    """Rules with priorities red (1) and green (2), plans fire, medical and rescue (both), and nothing automatic but calls."""
    document = {
        "procedure": "street",
        "revision": 1,
        "queues": {"emergency": {"skill": "answering"}},
        "priorities": {
            "red": {"rank": 1, "urgency": {"weight": 4}},
            "green": {"rank": 2, "urgency": {"weight": 1}},
        },
        "triage": {
            "start": "nature",
            "questions": {
                "nature": {
                    "text": "What has happened?",
                    "about": "nature",
                    "answers": {"fire": {"code": "fire-1"}, "illness": {"ask": "severe"}, "crash": {"code": "crash-1"}},
                },
                "severe": {
                    "text": "Is it severe?",
                    "about": "severe",
                    "answers": {"yes": {"code": "illness-1"}, "no": {"code": "illness-2"}},
                    "otherwise": {"code": "illness-1"},
                },
            },
        },
        "determinants": {
            "fire-1": {"priority": "red", "plan": "fire"},
            "crash-1": {"priority": "red", "plan": "rescue"},
            "illness-1": {"priority": "red", "plan": "medical"},
            "illness-2": {"priority": "green", "plan": "medical"},
        },
        "plans": {
            "fire": {"send": [{"skill": "fire"}]},
            "medical": {"send": [{"skill": "transport"}]},
            "rescue": {"send": [{"skill": "fire"}, {"skill": "transport"}]},
        },
        "checks": {"assessed first": {"record": "assessed", "before": "assigned"}},
    }
    return Procedure.model_validate({**document, **changes})


def a_weighed_procedure(**changes: Any) -> Procedure:
    """The rules of `a_procedure` with red automatic, and roles that may be shared, so that no choice is seen at a glance."""
    plans = {
        "fire": {"send": [{"skill": "fire"}], "shared": True},
        "medical": {"send": [{"skill": "transport"}], "shared": True},
        "rescue": {"send": [{"skill": "fire"}, {"skill": "transport"}], "shared": True},
    }
    return a_procedure(**{"dispatch": {"automatic": ["red"]}, "plans": plans, **changes})


def a_desk(centre: Centre, procedure: Procedure | None = None) -> Desk:
    """A desk at `START` with every resource of the centre on duty at its base."""
    desk = Desk.under(centre, procedure or a_procedure(), START)
    for name in centre.resources:
        desk.observe(ResourceSignedOn(START, ResourceId(name), centre.base_of(name)))
    return desk


def report(desk: Desk, incident: str, place: Place, when: int, **answers: str) -> tuple[Fact, ...]:
    """A contact rings, an incident is opened at `place`, and the caller gives `answers`; returns all that was recorded."""
    recorded = desk.observe(ContactReceived(when, ContactId(f"call-{incident}"), "emergency"))
    recorded += desk.observe(IncidentOpened(when, IncidentId(incident), ContactId(f"call-{incident}"), place))
    for question, answer in answers.items():
        recorded += desk.observe(AnswerGiven(when, IncidentId(incident), question, answer))
    return recorded


def an_incident(desk: Desk, incident: str, place: Place | None, when: int, **answers: str) -> tuple[Fact, ...]:
    """An incident that no contact reported is opened at `place` and triaged; returns all that was recorded."""
    recorded = desk.observe(IncidentOpened(when, IncidentId(incident), None, place))
    for question, answer in answers.items():
        recorded += desk.observe(AnswerGiven(when, IncidentId(incident), question, answer))
    return recorded


def sent(desk: Desk, resource: str, need: str, when: int, row: int = 0) -> None:
    """Somebody sends `resource` to `need`, whatever the desk proposes."""
    desk.observe(ResourceAssigned(when, ResourceId(resource), NeedId(need), row, "sent"))


def gone(desk: Desk, resource: str, need: str, when: int, row: int = 0) -> None:
    """`resource` is sent to `need` and sets off at once."""
    sent(desk, resource, need, when, row)
    desk.observe(ResourceDeparted(when, ResourceId(resource), NeedId(need)))


def proposed(desk: Desk) -> list[tuple[str, str]]:
    """What the desk proposes now, as (need, resource) in its order."""
    return [(each.need, each.resource) for each in desk.decision.proposals]


def held(desk: Desk, need: str) -> dict[str, str]:
    """Why each resource does not go to a need that is held."""
    hold = next(each for each in desk.decision.holds() if each.need == need)
    return {each.resource: each.why for each in hold.exclusions}
