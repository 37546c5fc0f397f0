"""Simulated logs decided again: under the rules they were played by nothing differs, in small worlds and in every scenario."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import facts as f
from incidents.procedure import Procedure
from incidents.replaying import Replay, replay
from simulation.replications import Span, contacts_of, play
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from tests.builders import a_centre, a_procedure, spot
from tests.simulation.street_calls import ILL, UNWELL, contacts, played, workload

BUSY = {
    "auckland": "2026-03-02T12:00", "bank": "1999-03-07T10:00", "service_desk": "2016-05-10T09:00",
    "police": "2025-03-04T18:00", "san_francisco": "2017-01-09T12:00",
}  # fmt: skip
HOURS = 3.0
CALLS = st.lists(
    st.tuples(st.integers(0, 1200), st.sampled_from(["ill", "unwell"]), st.integers(0, 200)),
    min_size=1, max_size=8, unique_by=lambda call: call[0],
)  # fmt: skip
UNITS = {"A1": ("ambulance", 0.0), "A2": ("ambulance", 90.0), "A3": ("ambulance", 180.0), "C1": ("clerk", 0.0)}


@st.composite
def rules(draw: st.DrawFn) -> Procedure:
    """Rules for ambulances with diversion, automatic dispatch and a rung, or without."""
    dispatch = {
        "automatic": draw(st.sampled_from([[], ["red"], ["red", "green"]])),
        **({"diversion": {"to": ["red"], "from": ["green"], "least_gain_s": 5}} if draw(st.booleans()) else {}),
    }
    seconds = draw(st.sampled_from([20, 60, 300]))
    rung = {"unfilled_for_s": seconds, "priorities": ["green"], "raises_to": "red"}
    return a_procedure(dispatch=dispatch, escalation={"grows old": rung} if draw(st.booleans()) else {})


@settings(deadline=None, max_examples=40)
@given(rules(), CALLS, st.integers(1, 3))
def test_a_small_world_replayed_under_its_own_rules_has_no_disagreement(
    procedure: Procedure, calls: list[tuple[int, str, int]], ambulances: int
) -> None:
    """Everybody was sent as proposed, and a second mind of the same rules thinks the same each time."""
    given_work = workload([ILL, UNWELL])
    units = {name: unit for name, unit in UNITS.items() if name <= f"A{ambulances}" or name == "C1"}
    drawn = contacts(given_work, *((float(at_s), nature, spot(place)) for at_s, nature, place in sorted(calls)))
    log = played(given_work, drawn, units, procedure)
    name = procedure.fingerprint
    found = replay(log, a_centre(units), {name: procedure}, procedure, in_force=name)
    assert found.disagreements == ()
    assert found.tally.as_proposed == found.tally.choices == sum(isinstance(each, f.ResourceAssigned) for each in log)
    assert found.tally.agreed == found.tally.decisions > 0


def of_scenario(world: str, second: str) -> Replay:
    """A few busy hours of a scenario under its baseline, and a second procedure beside it."""
    scenario = Scenario.read(scenario_folder(world))
    baseline = scenario.procedure("procedures/baseline.yaml")
    midday = datetime.fromisoformat(BUSY[world]).replace(tzinfo=scenario.centre.zone_info)
    span = Span(round(midday.timestamp() * 1000), 0, HOURS * 3600)
    log = play(scenario, baseline, contacts_of(scenario, span, 1), span)
    known = {baseline.fingerprint: baseline}
    return replay(
        log, scenario.centre, known, scenario.procedure(f"procedures/{second}.yaml"), in_force=baseline.fingerprint
    )


@pytest.mark.parametrize("world", BUSY)
def test_a_scenario_replayed_under_its_own_rules_has_no_disagreement(world: str) -> None:
    """Only people's own choices were not proposed, and each says that it is one."""
    found = of_scenario(world, "baseline")
    assert found.disagreements == ()
    assert found.tally.agreed == found.tally.decisions > 0 < found.tally.choices
    assert all(each.because.startswith("override") for each in found.overrides)


@pytest.mark.parametrize(
    ("world", "second"),
    [("auckland", "redispatch"), ("service_desk", "first_line_first"), ("san_francisco", "diversion")],
)
def test_a_candidate_parts_at_some_decisions_and_agrees_at_most(world: str, second: str) -> None:
    """Each of these changes one rule, so most of what is decided is decided alike."""
    found = of_scenario(world, second)
    assert found.tally.share_agreed is not None
    assert 0.8 < found.tally.share_agreed < 1
    assert sum(found.tally.parted.values()) == found.tally.decisions - found.tally.agreed
    assert all(each.first != each.second for each in found.disagreements)
