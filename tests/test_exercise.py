"""A simulated desk is an exercise, and says so in every message; in everything else it says what a live one says.

A night of San Francisco under rules that word messages on every occasion: what the simulated desk recorded is told to the
control room, and the two differ in nothing but the mark.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from incidents import facts as f
from incidents.messages import EXERCISE
from incidents.procedure import Procedure
from simulation.replications import Span, contacts_of
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.world import World
from tests.witness import Played, Witness, live_mismatches, replay_mismatches

SPAN_S = 6 * 3600.0
DATA = {"medium": "data", "ack_s": 20}
RULES = {
    "escalation": {"waits": {"unfilled_for_s": 1, "priorities": ["code-3"], "opens": {"skill": "chief"}}},
    "wording": {
        "media": {"data": {"most_characters": 160}, "voice": {"most_characters": 1000}},
        "messages": {
            "turn out": {**DATA, "on": "assignment", "to": {"kind": "engine"}, "text": "{resource} {zone}"},
            "nowhere": {**DATA, "on": "assignment", "to": {"kind": "truck"}, "text": "{rung}", "requires": ["rung"]},
            "slow": {**DATA, "on": "escalation", "to": {"role": "officer"}, "text": "{incident} {rung}"},
            "major": {"on": "major", "to": {"role": "chief"}, "medium": "voice", "text": "{methane}"},
        },
        "methane": {"rungs": ["waits"]},
    },
}


@pytest.fixture(scope="module")
def played() -> Played:
    """The simulated log of a Monday night."""
    scenario = Scenario.read(scenario_folder("san_francisco"))
    plain = scenario.procedure("procedures/baseline.yaml").model_dump(mode="json", by_alias=True, exclude_none=True)
    rules = Procedure.model_validate({**plain, **RULES})
    start = round(datetime(2017, 1, 9, tzinfo=scenario.centre.zone_info).timestamp() * 1000)
    span = Span(start, 0, SPAN_S)
    desk = Witness(scenario.centre, {rules.fingerprint: rules})
    desk.observe(f.ProcedureAdopted(start, rules.procedure, rules.revision, rules.fingerprint))
    World(desk, contacts_of(scenario, span, 1), start=start, end=span.until).run()
    return Played(scenario.centre, rules, start, tuple(desk.turns))


def test_a_live_desk_says_the_same_without_the_mark(played: Played, memory_folder: Path) -> None:
    """0 mismatches, live and in the replay of its log."""
    path = memory_folder / "muster.sqlite3"
    assert list(live_mismatches(played, path)) == []
    assert list(replay_mismatches(played, path)) == []


def test_every_message_of_the_simulation_is_marked_and_every_kind_of_fact_occurs(played: Played) -> None:
    """A mark that is missing once is missing when somebody overhears it; and silence would agree with everything."""
    recorded = [fact for turn in played.turns for fact in turn.recorded]
    sent = [fact for fact in recorded if isinstance(fact, f.MessageSent)]
    assert all(fact.exercise and fact.text.startswith(EXERCISE) for fact in sent)
    assert {fact.message for fact in sent} == {"turn out", "slow", "major"}
    seen = Counter(type(fact) for fact in recorded)
    assert min(seen[kind] for kind in (f.MessageWithheld, f.MessageAcknowledged, f.MessageOverdue)) > 0
