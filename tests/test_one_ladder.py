"""What escalates in one shell escalates in all: a log with every kind of rung through a desk, a live room and a replay."""

from __future__ import annotations

import contextlib
from pathlib import Path

from incidents import facts as f
from incidents.desk import adoption
from incidents.quantities import ResourceId
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
