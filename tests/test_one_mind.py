"""What is tested is what runs: one log through the simulated world, the live control room and a replay, proposals identical.

Three weeks of San Francisco, more than 10,000 contacts, under rules with diversion, escalation and an automatic priority. Every
fact that the world told its desk is told to the control room, one record after another; everything each desk recorded and
proposed is compared. Then the control room is closed, and its log is read from the database and thought through again.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from incidents import facts as f
from incidents.procedure import Procedure
from simulation.replications import DAY_S, Span, contacts_of
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.world import World
from tests.witness import Played, Witness, live_mismatches, replay_mismatches

CONTACTS = 10_000
RULES = {
    "dispatch": {
        "automatic": ["life-threatening"],
        "diversion": {"to": ["life-threatening"], "from": ["code-3", "code-2"], "least_gain_s": 30},
    },
    "escalation": {
        "code 2 grows old": {"unfilled_for_s": 600, "priorities": ["code-2"], "raises_to": "code-3"},
        "tell a chief": {
            "unfilled_for_s": 900,
            "priorities": ["code-3", "life-threatening"],
            "opens": {"skill": "chief"},
        },
    },
}


@pytest.fixture(scope="module")
def played() -> Played:
    """The simulated log."""
    scenario = Scenario.read(scenario_folder("san_francisco"))
    plain = scenario.procedure("procedures/baseline.yaml").model_dump(mode="json", by_alias=True, exclude_none=True)
    rules = Procedure.model_validate({**plain, **RULES})
    start = round(datetime(2017, 1, 9, tzinfo=scenario.centre.zone_info).timestamp() * 1000)
    span = Span(start, 0, 24 * DAY_S)
    contacts = contacts_of(scenario, span, 1)[: CONTACTS + 50]
    desk = Witness(scenario.centre, {rules.fingerprint: rules})
    desk.observe(f.ProcedureAdopted(start, rules.procedure, rules.revision, rules.fingerprint))
    World(desk, contacts, start=start, end=span.until).run()
    received = sum(isinstance(fact, f.ContactReceived) for turn in desk.turns for fact in turn.told)
    assert received >= CONTACTS
    return Played(scenario.centre, rules, start, tuple(desk.turns))


def test_the_live_control_room_and_its_replay_propose_what_the_simulation_proposed(
    played: Played, memory_folder: Path
) -> None:
    """0 mismatches in what was recorded, proposed, and when time alone would change it; live, and again after a restart."""
    path = memory_folder / "muster.sqlite3"
    assert list(live_mismatches(played, path)) == []
    assert list(replay_mismatches(played, path)) == []


def test_the_log_had_something_to_disagree_about(played: Played) -> None:
    """Diversions, escalations, holds and automatic assignments all occur, or their agreement would mean nothing."""
    recorded = [fact for turn in played.turns for fact in turn.recorded]
    assert any(isinstance(fact, f.ResourceReleased) and fact.leaves_open for fact in recorded)
    assert any(isinstance(fact, f.IncidentEscalated) for fact in recorded)
    assert sum(bool(turn.proposals) for turn in played.turns) > CONTACTS
    automatic = [turn for turn in played.turns if any(isinstance(fact, f.AnswerGiven) for fact in turn.told)]
    assert any(isinstance(fact, f.ResourceAssigned) for turn in automatic for fact in turn.recorded)
