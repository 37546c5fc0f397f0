"""A city with a faulty radio for a few hours; the long run is `benchmarks.imperfect`."""

from __future__ import annotations

import pytest

from benchmarks.imperfect import RADIO, audit, play_day, with_radio
from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import ResourceId
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from tests.builders import START, a_centre, a_procedure


@pytest.mark.parametrize("seed", [1, 2])
def test_no_book_is_broken_and_nobody_forgotten_when_messages_go_wrong(seed: int) -> None:
    """30 % of positions missing, 10 % of statuses twice, 5 % contradictory, 5 % lost: alarms are counted, and that is all."""
    scenario = Scenario.read(scenario_folder("san_francisco"))
    day = play_day(with_radio(scenario, RADIO), scenario.procedure("procedures/diversion.yaml"), seed, hours=6)
    assert day.offences == ()
    assert day.tally["alarms"] > 50
    assert day.tally["polls"] > 3


def test_the_audit_finds_books_that_do_not_agree_with_the_log() -> None:
    """An auditor that never finds anything would make the gate worthless."""
    desk = Desk.under(a_centre({"A1": ("ambulance", 0.0)}), a_procedure(), START)
    log = list(desk.observe(f.ResourceSignedOn(START, ResourceId("A1"))))
    desk.observe(f.ResourceSignedOff(START, ResourceId("A1")))
    assert audit(desk, log) == ["who is on duty differs"]
