"""A procedure with every trigger, action and ending of a rung at once, and things that people do under it."""

from __future__ import annotations

from typing import Any

from incidents import facts as f
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from tests.builders import spot

UNITS = {"A1": ("ambulance", 0.0), "E1": ("engine", 0.0), "C1": ("clerk", 0.0)}
FIRE = [{"role": "fire"}]
EVERY_RUNG: dict[str, Any] = {
    "late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red", "stands_down": True, "most": 2},
    "chief": {"unfilled_for_s": 90, "priorities": ["red"], "notifies": FIRE, "ack_s": 40, "then": "next", "most": 3},
    "next": {"opens": {"skill": "fire"}, "notifies": [{"role": "advanced"}], "ack_s": 30, "then": "last"},
    "last": {"notifies": [{"organisation": "coastguard"}]},
    "lost": {"unarrived_for_s": 70, "priorities": ["red", "green"], "notifies": FIRE, "stands_down": True, "most": 2},
    "rings": {"waiting_answer_s": 15, "notifies": [{"role": "answering"}], "ack_s": 20, "then": "last"},
    "crowd": {
        "incidents_within": {"count": 3, "metres": 20_000, "seconds": 300}, "priorities": ["red", "green"],
        "opens": {"skill": "advanced"}, "stands_down": True, "most": 2,
    },
    "surge": {
        "shortfall": 2, "priorities": ["red", "green"], "mode": {"leaves_at": 0, "dwell_s": 50},
        "notifies": [{"role": "answering"}], "ack_s": 25,
    },
    "in surge": {"unfilled_for_s": 30, "priorities": ["green"], "during": ["surge"], "opens": {"skill": "transport"}},
    "at night": {
        "unfilled_for_s": 20, "priorities": ["red"], "notifies": [{"role": "fire"}],
        "hours": [{"start": "22:14", "until": "22:16"}, {"start": "22:18", "until": "22:30"}],
    },
}  # fmt: skip
"""Every trigger, action and ending at once; the world begins at 22:13:20 UTC."""

DEEDS_THAT_REACH_ALL = [(0, 1, 0), (0, 5, 1), (1, 5, 2), (2, 5, 0), (0, 80, 3), (3, 75, 0), (0, 99, 0)]
"""Deeds as (which, seconds after the one before, seconds along the street) that set off every rung."""


def deed(kind: int, number: int, when: int, where: int) -> list[f.Fact]:
    """One thing that somebody does, possible or not."""
    incident, contact = IncidentId(f"i{number}"), ContactId(f"c{number}")
    before = f"i{max(0, number - 1)}"
    match kind:
        case 0 | 1:
            severe = "yes" if kind else "no"
            return [
                f.IncidentOpened(when, incident, None, spot(where)),
                f.AnswerGiven(when, incident, "nature", "illness"),
                f.AnswerGiven(when, incident, "severe", severe),
            ]
        case 2:
            return [f.ContactReceived(when, contact, "emergency")]
        case 3:
            return [f.ResourceAssigned(when, ResourceId("A1"), NeedId(f"{before}/1"), 0, "sent")]
        case 4:
            return [f.RoleAcknowledged(when, "chief", "fire", IncidentId(before))]
        case _:
            return [f.ResourceReleased(when, ResourceId("A1"), NeedId(f"{before}/1"), "away", leaves_open=where > 150)]
