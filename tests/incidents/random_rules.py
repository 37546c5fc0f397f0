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


TIMED = st.sampled_from([0.001, 1, 20, 30, 30, 60, 89.5, 600, 3600])
MESSAGES = {"tell": 20, "warn": 90, "note": None}
SAID = {"medium": "voice", "text": "{incident} {priority} {rung}"}
HOURS = [{"start": "00:30", "until": "02:10"}, {"start": "07:00", "until": "19:00"}]


def _some(drawn: Any) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(drawn), min_size=1, max_size=3, unique_by=str)


@st.composite
def any_rungs(draw: st.DrawFn, names: list[str], at: int) -> dict[str, Any]:
    """A rung of any trigger, or of none, that does some of all it may; it leads only to those after it."""
    trigger = draw(st.sampled_from(["unfilled_for_s", "unarrived_for_s", "unacknowledged", "waiting_answer_s", "at_once",
                                    "shortfall", "incidents_within", None]))  # fmt: skip
    value: Any = draw(TIMED)
    if trigger == "unacknowledged":
        value = {
            "after_s": value,
            "messages": draw(st.lists(st.sampled_from(["tell", "warn", "over"]), max_size=2, unique=True)),
        }
    elif trigger == "at_once":
        value = True
    elif trigger == "shortfall":
        value = draw(st.integers(1, 3))
    elif trigger == "incidents_within":
        value = {
            "count": draw(st.integers(2, 3)),
            "metres": draw(st.sampled_from([10, 5000])),
            "seconds": draw(st.sampled_from([5, 500])),
        }
    rung: dict[str, Any] = {} if trigger is None else {trigger: value}
    if trigger not in (None, "waiting_answer_s"):
        rung["priorities"] = draw(_some(list(RANKS)))
    on_incident = trigger not in ("waiting_answer_s", "shortfall")
    if trigger == "shortfall":
        rung["mode"] = {"leaves_at": draw(st.integers(0, value - 1)), "dwell_s": draw(st.sampled_from([0, 45]))}
    if on_incident and draw(st.booleans()):
        rung["raises_to"] = draw(st.sampled_from(list(RANKS)))
    if on_incident and draw(st.booleans()):
        rung["opens"] = {"skill": draw(st.sampled_from(SKILLS))}
    if on_incident and draw(st.booleans()):
        rung["requests"] = {"partner": "coastguard", "skill": "sea"}
    if not rung.keys() & {"raises_to", "opens", "requests", "mode"} or draw(st.booleans()):
        rung["notifies"] = draw(_some([{"role": "fire"}, {"role": "advanced"}, {"organisation": "coastguard"}]))
        if draw(st.booleans()):
            rung["ack_s"] = draw(TIMED)
        if draw(st.booleans()) and names[at + 1 :]:
            rung["then"] = str(draw(st.sampled_from(names[at + 1 :])))
    if draw(st.integers(0, 3)) == 0:
        rung["hours"] = HOURS
    if trigger in ("unfilled_for_s", "unarrived_for_s", "unacknowledged", "at_once", "incidents_within"):
        rung["stands_down"] = bool(draw(st.booleans()))
        rung["proposes"] = draw(st.integers(0, 9)) == 0
        if trigger not in ("at_once", "incidents_within") or rung["stands_down"]:
            rung["most"] = draw(st.integers(1, 3))
    return rung


@st.composite
def any_ladders(draw: st.DrawFn, *, may_open: bool = True) -> Procedure:
    """Rules with rungs of every kind, messages with and without a deadline, and a handover; every code asks for somebody."""
    names = [f"r{number}" for number in range(draw(st.integers(1, 7)))]
    rungs = {name: draw(any_rungs(names, at)) for at, name in enumerate(names)}
    modes = [name for name, rung in rungs.items() if "mode" in rung]
    for name, rung in rungs.items():
        if (
            not may_open
            and rung.pop("opens", None) is not None
            and not rung.keys() & {"raises_to", "requests", "notifies"}
        ):
            rung["raises_to"] = "p1"
        if modes and name not in modes and draw(st.integers(0, 2)) == 0:
            rung["during"] = modes[:1]
    messages: dict[str, Any] = {
        name: {**SAID, "on": draw(st.sampled_from(["assessment", "escalation"])), "to": {"role": "fire"},
               **({} if ack_s is None else {"ack_s": ack_s})}
        for name, ack_s in MESSAGES.items()
    }  # fmt: skip
    return a_procedure(
        priorities={name: {"rank": rank} for name, rank in RANKS.items()},
        determinants={
            code: {"priority": draw(st.sampled_from(list(RANKS))), "plan": "it"}
            for code in ("fire-1", "crash-1", "illness-1", "illness-2")
        },
        plans={"it": {"send": [{"skill": "transport"}]}},
        escalation=rungs,
        wording={"media": {"voice": {"most_characters": 400}}, "messages": messages},
        handovers={
            "over": {
                "on": "escalation",
                "to": {"role": "fire"},
                "accept_s": 40,
                "requires": ["notes"],
                "rungs": names[:2],
            }
        },
    )
