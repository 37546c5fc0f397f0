"""A whole world on a road network: the same log again, the same mind live and in replay, and vehicles that keep to the road."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from incidents import facts as f
from incidents.centre import Centre, RoadTravel
from incidents.quantities import coordinates
from incidents.roads import RoadNetwork, least_of_parallels
from simulation.replications import Span, contacts_of, replicate
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.world import World
from tests.witness import Played, Witness, live_mismatches, replay_mismatches

HOUR_S = 3600.0
ROWS, COLUMNS = 64, 48


def streets(seed: int) -> RoadNetwork:
    """A grid over Auckland, a node at every hundredth of a degree, a third of its streets one way, each with its own time."""
    draw, number = np.random.default_rng(seed), np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    across, along = (number[:, :-1].ravel(), number[:, 1:].ravel()), (number[:-1].ravel(), number[1:].ravel())
    there, here = (np.concatenate(each) for each in zip(across, along, strict=True))
    back = draw.random(len(there)) > 1 / 3
    # The rim is open both ways, so that one can come back from anywhere.
    rim = np.isin(there // COLUMNS, (0, ROWS - 1)) | np.isin(there % COLUMNS, (0, COLUMNS - 1))
    back |= rim
    starts, ends = np.concatenate([there, here[back]]), np.concatenate([here, there[back]])
    times = draw.integers(40_000, 120_000, size=len(starts)).astype(np.int32)
    whole = least_of_parallels(starts.astype(np.int32), ends.astype(np.int32), times, times * 3 // 2)
    north, east = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    may_join = np.ones(ROWS * COLUMNS, dtype=np.bool_)
    return RoadNetwork("grid", "-", "-", "random", -37.12 + north / 100, 174.54 + east / 100, may_join, *whole)


NETWORK = streets(1)


def on_the_grid() -> Scenario:
    """Auckland's service on the grid, where travel takes half as long again every other hour."""
    scenario = Scenario.read(scenario_folder("auckland"))
    named = RoadTravel(kind="roads", file="grid.npz", network=NETWORK.hash, off_road_mps=8, snap_limit_m=3000)
    factors = tuple(1.0 + hour % 2 / 2 for hour in range(168))
    changed = scenario.centre.model_dump() | {"travel": named.model_dump(), "travel_by_hour": factors}
    return replace(scenario, centre=Centre.model_validate(changed).on_roads(NETWORK))


def a_span(scenario: Scenario, hours: float) -> Span:
    """So many hours from ten o'clock of a Monday."""
    begin = datetime(2026, 3, 2, 10, tzinfo=scenario.centre.zone_info)
    return Span(round(begin.timestamp() * 1000), 0, hours * HOUR_S)


@pytest.fixture(scope="module")
def played() -> Played:
    """Three hours under the rules that turn ambulances round."""
    scenario = on_the_grid()
    rules = scenario.procedure("procedures/redispatch.yaml")
    span = a_span(scenario, 3)
    desk = Witness(scenario.centre, {rules.fingerprint: rules})
    desk.observe(f.ProcedureAdopted(span.start, rules.procedure, rules.revision, rules.fingerprint))
    World(desk, contacts_of(scenario, span, 2), start=span.start, end=span.until).run()
    return Played(scenario.centre, rules, span.start, tuple(desk.turns))


def test_live_and_replay_think_as_the_simulation_did(played: Played, memory_folder: Path) -> None:
    """Diversions are decided by where somebody is on the road, so positions have to be the same for every shell."""
    path = memory_folder / "muster.sqlite3"
    facts = [fact for turn in played.turns for fact in turn.recorded]
    assert any(isinstance(fact, f.ResourceReleased) and fact.leaves_open for fact in facts), "nobody was turned round"
    assert [*live_mismatches(played, path), *replay_mismatches(played, path)] == []


def test_whoever_reports_from_the_way_is_on_the_road(played: Played) -> None:
    """A vehicle that drives home is at its beginning, at a node, at its base, or between one of these and its nearest node."""
    moves = [fact for turn in played.turns for fact in turn.told if isinstance(fact, f.ResourceMoved)]
    away_m = NETWORK.snap(coordinates(move.place for move in moves)).metres
    assert len(moves) > 20
    assert np.mean(away_m < 1) > 0.3
    assert away_m.max() < 3000


def test_another_process_plays_the_same(played: Played) -> None:
    """Seeds are spread over processes, and each of them gets a copy of the network that remembers nothing."""
    import pickle

    scenario = on_the_grid()
    rules = scenario.procedure("procedures/baseline.yaml")
    span = a_span(scenario, 1)
    here = replicate(scenario, (rules,), span, 5)
    there = replicate(pickle.loads(pickle.dumps(scenario)), (rules,), span, 5)
    assert repr(here) == repr(there)
