"""Any rules, rosters, nights and interviews on the street.

Ranks, thresholds and zones are few, so that ties, overdue rungs and clock changes are common.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from incidents.centre import Centre
from incidents.local_time import instant_at
from incidents.procedure import Procedure
from incidents.quantities import Instant
from tests.builders import a_centre, a_procedure

LONDON = ZoneInfo("Europe/London")
UNWELL = {"nature": "illness", "severe": "no"}
RANKS = {"p1": 1, "p2": 2, "p3": 2, "p4": 3}
NIGHTS = ("2026-03-28T22:00", "2026-10-24T22:00", "2026-06-06T18:30")
CLOCKS = st.sampled_from(["00:30", "01:30", "02:10", "07:00", "19:00", "23:59"])
SKILLS = ("fire", "transport", "advanced")
LEVELS = ("second", "third", "fourth")


@st.composite
def rungs(draw: st.DrawFn) -> dict[str, Any]:
    """One rung; thresholds tie often, and one of them rounds to no time at all."""
    rung: dict[str, Any] = {
        "unfilled_for_s": draw(st.sampled_from([0.0001, 1, 60, 60, 89.5, 600, 3600, 7200])),
        "priorities": draw(st.lists(st.sampled_from(list(RANKS)), min_size=1, max_size=4, unique=True)),
    }
    if draw(st.booleans()):
        rung["raises_to"] = draw(st.sampled_from(list(RANKS)))
    match draw(st.integers(0, 4)):
        case 0:
            rung["alarm_up"] = True
        case 1:
            rung["alarm_to"] = draw(st.sampled_from(LEVELS))
    if not {"raises_to", "alarm_up", "alarm_to"} & set(rung) or draw(st.booleans()):
        rung["opens"] = {"skill": draw(st.sampled_from(SKILLS)), "quantity": draw(st.integers(1, 3))}
    return rung


@st.composite
def levels(draw: st.DrawFn, row: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
    """Up to three alarm levels, staged by time or not, added or in all."""
    found = []
    for name in LEVELS[: draw(st.integers(0, 3))]:
        ways = draw(st.lists(st.lists(row, min_size=1, max_size=2), min_size=1, max_size=2))
        is_added = len(ways) > 1 or draw(st.booleans())
        level: dict[str, Any] = {"name": name, "counts": "added" if is_added else "in all", "send": ways[0]}
        level |= {"instead": ways[1:], "whole": len(ways) > 1 or draw(st.booleans()), "shared": draw(st.booleans())}
        if draw(st.booleans()):
            level |= {"after_s": draw(st.sampled_from([1, 59, 60, 3600])), "unless_arrived": draw(st.booleans())}
        found.append(level)
    return found


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
    """Any ladder of up to twelve rungs over four priorities, two of one rank; plans of several rows and ways, or none."""
    names = [f"r{number}" for number in range(draw(st.integers(0, 12)))]
    row = st.fixed_dictionaries(
        {"skill": st.sampled_from(SKILLS), "quantity": st.integers(1, 3), "level": st.integers(1, 2)}
    )
    ways = draw(st.lists(st.lists(row, min_size=1, max_size=3), min_size=1, max_size=3))
    plan = {
        "send": ways[0],
        "instead": ways[1:],
        "whole": len(ways) > 1 or draw(st.booleans()),
        "shared": draw(st.booleans()),
        "levels": draw(levels(row)),
    }
    codes = ("fire-1", "crash-1", "illness-1", "illness-2")
    return a_procedure(
        priorities={name: {"rank": rank} for name, rank in RANKS.items()},
        determinants={
            code: {
                "priority": draw(st.sampled_from(list(RANKS))),
                "plan": draw(st.sampled_from(["it", "it", "it", None])),
            }
            for code in codes
        },
        plans={"it": plan},
        escalation={name: draw(rungs()) for name in names},
    )


@st.composite
def rosters(draw: st.DrawFn) -> Centre:
    """Up to four crews on shifts of any edges, or on none, under clocks that change or do not."""
    names = ["A1", "A2", "E1", "M1"][: draw(st.integers(1, 4))]
    shifts = {name: {"start": draw(CLOCKS), "until": draw(CLOCKS)} for name in ("early", "late")}
    kinds = {"A": "ambulance", "E": "engine", "M": "medic"}
    resources = {
        name: {"kind": kinds[name[0]], "base": name, "shift": draw(st.sampled_from(["early", "late", None]))}
        for name in names
    }
    zone = draw(st.sampled_from(["Europe/London", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu"]))
    units = {name: (kinds[name[0]], 0.0) for name in names}
    return a_centre(units, shifts=shifts, resources=resources, time_zone=zone)


INTERVIEWS = st.sampled_from(
    [{"nature": "fire"}, UNWELL, {"nature": "illness", "severe": "perhaps"}, {"nature": "crash"}]
)


def instants() -> st.SearchStrategy[Instant]:
    """Some instant of a summer night or of either night on which clocks change, by the millisecond."""
    return st.builds(
        lambda night, later_ms: instant_at(night, LONDON) + later_ms,
        st.sampled_from(NIGHTS),
        st.integers(0, 10 * 3_600_000),
    )
