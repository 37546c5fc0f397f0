"""A small procedure without a flaw that uses every part, and the centre it is for."""

from __future__ import annotations

from typing import Any

from incidents.centre import Centre

CENTRE = Centre.model_validate(
    {
        "centre": "c",
        "kinds": {
            "desk": {"skills": ["calls"]},
            "ambulance": {"skills": {"medical": 2, "rescue": 1}, "capacity": 4},
            "motorbike": {"skills": ["medical"]},
            "engine": {"skills": ["fire"]},
            "lifeboat": {"skills": ["sea"], "partner": "coastguard"},
        },
        "zones": {"north": {"latitude": 0, "longitude": 0}},
        "stations": {name: {"latitude": 0, "longitude": 0} for name in ("mill", "wharf", "hill")},
        "resources": {
            "D1": {"kind": "desk"},
            "A1": {"kind": "ambulance", "base": "mill"},
            "A2": {"kind": "motorbike", "base": "wharf"},
            "E1": {"kind": "engine", "base": "mill"},
            "L1": {"kind": "lifeboat", "base": "wharf"},
        },
        "travel": {"kind": "none"},
    }
)


def dispatch() -> dict[str, Any]:
    """Rules of dispatch of every kind."""
    return {
        "automatic": ["red"],
        "diversion": {"to": ["red"], "from": ["amber", "green"]},
        "overrun": {"task_s": 1800, "most_s": 3600, "unless": ["red"]},
        "breaks": {"interrupted_by": ["red", "amber"]},
        "partners": {"coastguard": 600},
        "cover": [{"skill": "medical", "demand": {"north": 2.0}, "weight": 0.2}],
        "reserve": [
            {"name": "all", "skill": "medical", "keep": 2, "missing_s": 300},
            {"name": "west", "skill": "medical", "stations": ["mill"], "keep": 1, "missing_s": 600},
            {"name": "engines", "skill": "fire", "stations": ["mill", "hill"], "keep": 1, "missing_s": 900},
        ],
    }


def wording() -> dict[str, Any]:
    """Messages on every occasion."""
    said = {"medium": "data", "text": "{recipient}: {words}, {answers.pain}, {time}"}
    return {
        "media": {"data": {"most_characters": 160, "characters": "ascii"}, "voice": {"most_characters": 500}},
        "messages": {
            "turn out": {**said, "on": "assignment", "to": {"kind": "ambulance"}, "requires": ["words"], "ack_s": 30},
            "lend": {**said, "on": "assessment", "to": {"partner": "coastguard"}, "priorities": ["red"]},
            "late": {**said, "on": "escalation", "to": {"role": "officer"}, "rungs": ["late"], "fallback": "voice"},
            "major": {"on": "major", "to": {"role": "officer"}, "medium": "voice", "text": "{methane}"},
        },
        "codes": {
            "arrest": {"words": "cardiac arrest", "maps": {"EIDO": "Cardiac Arrest"}},
            "chest": {"words": "chest pain"},
            "toe": {"words": "RTA"},
        },
        "jargon": {"plain": {"RTA": "road collision"}, "known": {"crews": ["RTA"]}, "never": ["ASAP"]},
        "methane": {"determinants": ["arrest"], "hazards": ["pain"]},
    }


def sound() -> dict[str, Any]:
    """A small procedure that uses every part."""
    return {
        "procedure": "p",
        "revision": 1,
        "queues": {"phone": {"skill": "calls"}},
        "priorities": {
            "red": {"rank": 1, "urgency": {"shape": "threshold", "target_s": 480}},
            "amber": {"rank": 2, "urgency": {"shape": "threshold", "target_s": 1080}},
            "green": {"rank": 3, "waits_at_s": 900},
        },
        "triage": {
            "start": "awake",
            "questions": {
                "awake": {
                    "text": "?",
                    "about": "awake",
                    "answers": {"yes": {"ask": "pain"}, "no": {"code": "arrest"}},
                    "otherwise": {"code": "arrest"},
                },
                "pain": {"text": "?", "about": "pain", "answers": {"chest": {"code": "chest"}, "toe": {"code": "toe"}}},
            },
        },
        "determinants": {
            "arrest": {"priority": "red", "plan": "both"},
            "chest": {"priority": "amber", "plan": "one"},
            "toe": {"priority": "green", "advice": ["stay"]},
        },
        "plans": {
            "both": {
                "send": [{"skill": "medical", "quantity": 2}, {"skill": "fire"}],
                "whole": True,
                "instead": [[{"skill": "medical", "load": 4}]],
            },
            "one": {"send": [{"skill": "medical"}]},
        },
        "dispatch": dispatch(),
        "escalation": {
            "late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "amber", "opens": {"skill": "fire"}}
        },
        "wording": wording(),
        "advice": {"stay": {"text": "Stay on the line.", "roles": ["call-taker"]}},
        "checks": {"asked": {"answer": "awake"}, "sent": {"record": "assigned", "within_s": 90, "after": "assessed"}},
        "examples": [{"answers": {"awake": "yes", "pain": "toe"}, "code": "toe", "priority": "green"}],
    }
