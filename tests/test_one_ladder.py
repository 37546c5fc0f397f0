"""What escalates in one shell escalates in all: a log with every kind of rung through a desk, a live room and a replay."""

from __future__ import annotations

import contextlib
from pathlib import Path

from incidents import facts as f
from incidents.desk import adoption
from incidents.quantities import IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from tests.builders import START, a_centre, a_procedure, at
from tests.incidents.every_rung import DEEDS_THAT_REACH_ALL, EVERY_RUNG, UNITS, deed
from tests.witness import Played, Witness, live_mismatches, replay_mismatches


def played() -> Played:
    """The deeds told to a desk that is reviewed at the end alone."""
    centre, rules = a_centre(UNITS), a_procedure(escalation=EVERY_RUNG)
    desk = Witness(centre, {rules.fingerprint: rules})
    desk.observe(adoption(rules, START))
    for name in UNITS:
        desk.observe(f.ResourceSignedOn(START, ResourceId(name), centre.base_of(name)))
    now = 0
    for number, (kind, wait_s, where) in enumerate(DEEDS_THAT_REACH_ALL):
        now += wait_s
        for fact in deed(kind, number, at(now), where):
            with contextlib.suppress(FactRefused):
                desk.observe(fact)
    desk.review(at(now + 1000))
    return Played(centre, rules, START, tuple(desk.turns))


def test_every_rung_is_recorded_alike_live_and_in_replay(tmp_path: Path) -> None:
    """A rung that acts in the simulation and not at night is worse than none."""
    log, path = played(), tmp_path / "muster.sqlite3"
    recorded = {type(fact) for turn in log.turns for fact in turn.recorded}
    assert recorded >= {
        f.IncidentEscalated,
        f.IncidentDeescalated,
        f.ContactEscalated,
        f.AcknowledgementMissed,
        f.ModeEntered,
    }
    assert list(live_mismatches(log, path)) == []
    assert list(replay_mismatches(log, path)) == []


LEVELS = [
    {"name": "second", "counts": "added", "send": [{"skill": "transport", "quantity": 2}], "after_s": 40},
    {"name": "third", "counts": "in all", "send": [{"skill": "transport", "quantity": 5}], "after_s": 40},
]


def made_up_and_stopped() -> Played:
    """Two patients: one made up by a person and stopped with somebody on the way, one by time and by a rung."""
    plans = {"medical": {"send": [{"skill": "transport"}], "levels": LEVELS}}
    late = {"unfilled_for_s": 70, "priorities": ["red"], "alarm_up": True}
    units = {**UNITS, "A2": ("ambulance", 0.0), "A3": ("ambulance", 10.0)}
    medical = {code: {"priority": "red", "plan": "medical"} for code in ("fire-1", "crash-1", "illness-1", "illness-2")}
    rules = a_procedure(plans=plans, determinants=medical, escalation={"late": late})
    centre = a_centre(units)
    desk = Witness(centre, {rules.fingerprint: rules})
    desk.observe(adoption(rules, START))
    for name in units:
        desk.observe(f.ResourceSignedOn(START, ResourceId(name), centre.base_of(name)))
    for number in (0, 1):
        for fact in deed(1, number, at(number), 0):
            desk.observe(fact)
    first = IncidentId("i0")
    desk.observe(f.AlarmRaised(at(5), first, "medical", "second", "made up", by_person=True))
    desk.observe(f.ResourceAssigned(at(6), ResourceId("A1"), NeedId("i0/2"), 0, "sent"))
    desk.observe(f.AlarmLowered(at(7), first, "stop"))
    desk.observe(f.ResourceReleased(at(8), ResourceId("A1"), NeedId("i0/2"), "broken down", leaves_open=True))
    desk.review(at(1000))
    return Played(centre, rules, START, tuple(desk.turns))


def test_alarms_are_raised_and_stopped_alike_live_and_in_replay(tmp_path: Path) -> None:
    """By a person, by time and by a rung."""
    log, path = made_up_and_stopped(), tmp_path / "muster.sqlite3"
    recorded = [fact for turn in log.turns for fact in turn.recorded]
    assert {type(fact) for fact in recorded} >= {f.AlarmRaised, f.AlarmLowered, f.NeedReduced, f.NeedWithdrawn}
    raised = [
        (fact.incident, fact.level, (fact.at - START) / 1000) for fact in recorded if isinstance(fact, f.AlarmRaised)
    ]
    assert raised == [("i0", "second", 5), ("i1", "second", 41), ("i1", "third", 71)]
    assert list(live_mismatches(log, path)) == []
    assert list(replay_mismatches(log, path)) == []
