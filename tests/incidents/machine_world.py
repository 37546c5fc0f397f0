"""The street of the desk machine: who is there, what happens, and plans of every shape with alarm levels."""

from __future__ import annotations

from typing import Any

UNITS = {
    "A1": ("ambulance", 0),
    "B1": ("bus", 100),
    "C1": ("clerk", 0),
    "E1": ("engine", 50),
    "M1": ("medic", 200),
}
CAPACITY = dict.fromkeys(UNITS, 1) | {"B1": 2}
KINDS = {
    "ambulance": {"skills": ["transport"], "turnout_s": 20},
    "bus": {"skills": ["transport"], "capacity": 2},
    "clerk": {"skills": ["answering"]},
    "engine": {"skills": ["fire"]},
    "medic": {"skills": ["transport", "advanced"]},
}
STORIES = {
    "fire": [("nature", "fire")],
    "crash": [("nature", "crash")],
    "mild": [("nature", "illness"), ("severe", "no")],
    "severe": [("nature", "illness"), ("severe", "yes")],
}
PRICES = {
    "spare_skill_s": 5,
    "fairness_s": 20,
    "overrun": {"task_s": 60, "most_s": 120, "unless": ["red"]},
    "breaks": {"interrupted_by": ["red"], "price_s": 30},
    "reserve": [
        {"name": "all", "skill": "transport", "keep": 2, "missing_s": 40},
        {"name": "far", "skill": "transport", "stations": ["M1", "B1"], "keep": 1, "missing_s": 60},
    ],
}
"""Every price at once, beside what each rule excludes: a pair is left out or dearer, and no need is lost by it."""
SHAPED: dict[str, Any] = {
    "fire": {"send": [{"skill": "fire"}], "instead": [[{"skill": "transport", "load": 2}]], "whole": True},
    "medical": {"send": [{"skill": "transport"}]},
    "rescue": {
        "send": [{"skill": "advanced"}, {"skill": "transport", "quantity": 2}],
        "instead": [[{"skill": "fire"}, {"skill": "transport", "load": 2}]],
        "whole": True,
        "shared": True,
    },
}
"""Every shape of need: two ways to fill it, roles that a medic may fill both of, and work for which only the bus has room."""
LEVELS: dict[str, Any] = {
    "fire": [
        {"name": "second", "counts": "added", "send": [{"skill": "transport", "quantity": 2}], "after_s": 45},
        {"name": "third", "counts": "in all", "send": [{"skill": "fire", "quantity": 3}, {"skill": "advanced"}]},
    ],
    "rescue": [
        {"name": "second", "counts": "added", "send": [{"skill": "advanced"}], "instead": [[{"skill": "fire"}]],
         "whole": True},
    ],
}  # fmt: skip
"""Alarm levels: one that time reaches, one that counts all, one that may be filled in two ways."""


def with_levels(plans: dict[str, Any]) -> dict[str, Any]:
    """The plans with their alarm levels."""
    return {name: {**plan, "levels": LEVELS.get(name, [])} for name, plan in plans.items()}
