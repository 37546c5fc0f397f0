"""A procedure that uses every shape of need, played by simulated crews, told to the control room, and read again from its log.

A street whose fires take two engines or else a tender and an engine, whose crashes take roles that one medic may fill both of,
whose patients take two seats, and whose agents have room for one call or for three chats; with diversion and escalation.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from incidents import facts as f
from incidents.desk import adoption
from simulation.contacts import draw_contacts
from simulation.workload import Workload
from simulation.world import World
from tests.builders import START, a_centre, a_procedure, at, spot
from tests.witness import Played, Witness, live_mismatches, replay_mismatches

HOURS = 12
CENTRE = a_centre(
    {
        "B1": ("bus", 300), "B2": ("bus", 840), "E1": ("engine", 0), "E2": ("engine", 450), "E3": ("engine", 900),
        "M1": ("medic", 150), "M2": ("medic", 750), "A1": ("ambulance", 600), "T1": ("tender", 360),
        "C1": ("clerk", 0), "C2": ("clerk", 0),
    },
    kinds={
        "bus": {"skills": ["transport"], "capacity": 4, "turnout_s": 30},
        "engine": {"skills": ["fire"], "turnout_s": 20},
        "medic": {"skills": ["advanced", "transport"]},
        "ambulance": {"skills": ["transport"]},
        "tender": {"skills": ["water"]},
        "clerk": {"skills": ["answering"], "capacity": 3},
    },
    zones={name: {"latitude": 0.0, "longitude": spot(s).longitude} for name, s in (("west", 240), ("east", 720))},
)  # fmt: skip
RULES = a_procedure(
    determinants={
        "fire-1": {"priority": "red", "plan": "fire"},
        "crash-1": {"priority": "red", "plan": "rescue"},
        "illness-1": {"priority": "red", "plan": "medical"},
        "illness-2": {"priority": "green", "plan": "visit"},
    },
    queues={"emergency": {"skill": "answering", "load": 3}, "chat": {"skill": "answering", "rank": 2}},
    plans={
        "fire": {
            "whole": True,
            "send": [{"skill": "fire", "quantity": 2}],
            "instead": [[{"skill": "water"}, {"skill": "fire"}]],
            "levels": [
                {
                    "name": "second",
                    "counts": "added",
                    "send": [{"skill": "water"}],
                    "after_s": 120,
                    "unless_arrived": True,
                },
                {
                    "name": "third",
                    "counts": "in all",
                    "send": [{"skill": "fire", "quantity": 2}, {"skill": "water", "quantity": 2}],
                    "after_s": 600,
                },
            ],
        },
        "medical": {"send": [{"skill": "transport", "load": 2}]},
        "visit": {"send": [{"skill": "fire"}]},
        "rescue": {
            "whole": True,
            "shared": True,
            "send": [{"skill": "advanced"}, {"skill": "transport", "quantity": 2}],
            "instead": [[{"skill": "advanced"}, {"skill": "fire"}, {"skill": "transport"}]],
        },
    },
    dispatch={
        "automatic": ["red"],
        "diversion": {"to": ["red"], "from": ["green"], "least_gain_s": 10},
    },
    escalation={
        "late": {"unfilled_for_s": 240, "priorities": ["green"], "raises_to": "red"},
        "later": {
            "unfilled_for_s": 480,
            "priorities": ["red"],
            "opens": {"skill": "transport", "load": 2},
            "alarm_up": True,
        },
    },
)
CALLER = {
    "share": 0.25, "queue": "emergency", "priority": "red", "questions": 2, "handling_s": {"exponential": 60},
    "decision_s": {"exponential": 30}, "conduct": "crews", "places": "street",
}  # fmt: skip
TRUTHS = {
    "fire": {"nature": "fire"},
    "crash": {"nature": "crash"},
    "ill": {"nature": "illness", "severe": "yes"},
    "unwell": {"nature": "illness", "severe": "no"},
}
COURSE = {"turnout_s": {"exponential": 30}, "scene_s": {"exponential": 600}, "transported_share": 0.3}


@pytest.fixture(scope="module")
def played() -> Played:
    """Twelve hours of it."""
    natures = [
        {**CALLER, "id": name, "truth": truth, "queue": "chat" if name == "unwell" else "emergency"}
        for name, truth in TRUTHS.items()
    ]
    kinds = ("bus", "engine", "medic", "ambulance", "tender")
    workload = Workload.model_validate(
        {
            "workload": "street",
            "arrivals": {"rate_per_h": 10},
            "natures": natures,
            "places": {"street": {"west": 0.5, "east": 0.5}},
            "spread_m": {"west": 9000, "east": 9000},
            "conducts": {"crews": dict.fromkeys(kinds, COURSE)},
            "wrap_up_s": {"constant": 20},
        }
    )
    desk = Witness(CENTRE, {RULES.fingerprint: RULES})
    desk.observe(adoption(RULES, START))
    zones = {name: CENTRE.zone(name) for name in CENTRE.zones}
    contacts = draw_contacts(workload, 1, START, HOURS * 3600, zones)
    World(desk, contacts, start=START, end=at(HOURS * 3600)).run()
    return Played(CENTRE, RULES, START, tuple(desk.turns))


@pytest.fixture(scope="module")
def log(played: Played) -> list[f.Fact]:
    """Everything that was recorded."""
    return [fact for turn in played.turns for fact in turn.recorded]


def test_live_and_replayed_the_same_is_proposed_for_every_shape(played: Played, memory_folder: Path) -> None:
    """What was simulated would say nothing about a desk that fills other rows."""
    path = memory_folder / "muster.sqlite3"
    assert list(live_mismatches(played, path)) == []
    assert list(replay_mismatches(played, path)) == []


@pytest.mark.parametrize("plan", ["plan fire", "plan rescue"])
def test_plans_were_filled_in_both_ways(log: list[f.Fact], plan: str) -> None:
    """A way that is never taken agrees with anything."""
    opened = {fact.need: fact for fact in log if isinstance(fact, f.NeedOpened)}
    sent = [(opened[fact.need], fact.row) for fact in log if isinstance(fact, f.ResourceAssigned)]
    assert {need.rows[row].alternative for need, row in sent if need.because == plan} == {0, 1}


def test_some_filled_several_roles_and_some_several_needs(log: list[f.Fact]) -> None:
    """Shared roles, and vehicles that take on the next patient before they are done with the first."""
    in_hand: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for fact in log:
        if isinstance(fact, f.ResourceAssigned | f.ResourceReleased):
            in_hand[fact.resource] += 1 if isinstance(fact, f.ResourceAssigned) else -1
            most[fact.resource] = max(most[fact.resource], in_hand[fact.resource])
    assert (most["B1"], most["C1"], most["E1"]) == (2, 2, 1)
    assert any(isinstance(fact, f.ResourceAssigned) and fact.also for fact in log)


def test_alarms_were_raised_by_time_and_by_a_rung(log: list[f.Fact]) -> None:
    """And the needs of a level were filled by simulated crews like any other."""
    raised = [fact for fact in log if isinstance(fact, f.AlarmRaised)]
    assert {fact.because for fact in raised} == {"staged by time", "rung later"}
    assert {fact.level for fact in raised} == {"second", "third"}
    of_levels = {fact.need for fact in log if isinstance(fact, f.NeedOpened) and fact.alarm is not None}
    assert {fact.need for fact in log if isinstance(fact, f.ResourceAssigned)} & of_levels


def test_crews_were_turned_round_and_rungs_reached(log: list[f.Fact]) -> None:
    """Diversion takes positions back that other ways might fill."""
    assert any(isinstance(fact, f.ResourceReleased) and fact.leaves_open for fact in log)
    assert any(isinstance(fact, f.IncidentEscalated) for fact in log)
