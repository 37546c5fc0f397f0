"""A desk of three hundred ambulances on roads and on straight lines, and the scenario of Auckland by four ways of travelling."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

import numpy as np
from rich.table import Table

from benchmarks.decision import a_procedure_of
from incidents.centre import Centre, DistanceCurve, RoadTravel, StraightLine, ZoneMatrix
from incidents.decision import facts_of
from incidents.desk import Desk
from incidents.facts import AnswerGiven, IncidentOpened, ResourceSignedOn
from incidents.measures import Measures
from incidents.quantities import IncidentId, Place, ResourceId
from incidents.roads import RoadNetwork
from simulation.replications import Span, replications
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

RESOURCES, PLACES = 300, 40
START = 1_700_000_000_000
SEEDS = range(1, 9)
HOURS = 30
WARM_UP_S = 6 * 3600.0
SPEED_MPS = 18.16
"""The straight line's speed beside a detour of 1.3, as `muster roads zones` fits it."""
WAYS = ("roads", "table with curve", "curve", "straight line, slower without lights", "straight line")


def responses(network: RoadNetwork) -> Table:
    """Play every way of travelling and set the mean responses side by side, with the difference from the roads in pairs."""
    scenario = Scenario.read(scenario_folder("auckland"))
    rules = scenario.procedure("procedures/baseline.yaml")
    start = datetime(2026, 3, 2, tzinfo=scenario.centre.zone_info)
    span = Span(round(start.timestamp() * 1000), WARM_UP_S, HOURS * 3600 - WARM_UP_S)
    found: dict[str, list[Measures]] = {}
    for name, centre in zip(WAYS, worlds(scenario.centre, network), strict=True):
        world = replace(scenario, centre=centre)
        found[name] = [run.measures[0] for run in replications(world, (rules,), span, SEEDS, workers=1)]
    title = (
        f"Auckland, baseline, {len(SEEDS)} runs of {HOURS} h: response in seconds, and its difference from the roads"
    )
    table = Table("travel", "high, mean", "difference, 95 %", "high, within 480 s", "low, mean", title=title)
    for name, runs in found.items():
        means = np.array([run.figure("response_s.mean.high") for run in runs])
        apart = means - np.array([run.figure("response_s.mean.high") for run in found[WAYS[0]]])
        half = 2.365 * apart.std(ddof=1) / np.sqrt(len(apart))
        within, low = (
            np.mean([run.figure(key) for run in runs]) for key in ("response_s.within_480.high", "response_s.mean.low")
        )
        shown = "-" if name == WAYS[0] else f"{apart.mean():+.0f} ± {half:.0f}"
        table.add_row(name, f"{means.mean():.0f}", shown, f"{within:.1%}", f"{low:.0f}")
    return table


def whole_decisions(network: RoadNetwork) -> Table:
    """From the call to the proposal with 300 ambulances spread over the city, at 40 places that nobody has asked about before."""
    draw = np.random.default_rng(4)
    nodes = draw.choice(np.flatnonzero(network.may_join), RESOURCES + PLACES, replace=False)
    points = [(float(network.latitudes[node]), float(network.longitudes[node])) for node in nodes]
    names = [f"A{at:03d}" for at in range(RESOURCES)]
    document = {
        "centre": "city",
        "kinds": {"ambulance": {"skills": ["transport"]}},
        "stations": {name: {"latitude": x, "longitude": y} for name, (x, y) in zip(names, points, strict=False)},
        "resources": {name: {"kind": "ambulance", "base": name} for name in names},
        "travel": {"kind": "straight_line", "speed_mps": SPEED_MPS},
    }
    straight = Centre.model_validate(document)
    named = RoadTravel(kind="roads", file="roads.npz", network=network.hash)
    rules = a_procedure_of({"illness": {"send": [{"skill": "transport"}]}}, first=("illness",))
    table = Table(
        "travel", "p50 CPU ms", "p90 CPU ms", title=f"a whole decision, {RESOURCES} resources, {PLACES} new places"
    )
    for name, centre in (
        ("roads", straight.model_copy(update={"travel": named}).on_roads(network)),
        (WAYS[-1], straight),
    ):
        desk = Desk.under(centre, rules, START)
        desk.observe(*(ResourceSignedOn(START, ResourceId(each), centre.base_of(each)) for each in names))
        taken_ms = [_decided_ms(desk, at, Place(*point)) for at, point in enumerate(points[RESOURCES:])]
        # The first is the one that prepares everything: it is a start of the desk and not a decision.
        table.add_row(name, *(f"{value:.1f}" for value in np.percentile(taken_ms[1:], (50, 90))))
    return table


def _decided_ms(desk: Desk, number: int, place: Place) -> float:
    when, incident = START + 1000 * number, IncidentId(f"I{number:02d}")
    began = time.process_time()
    desk.observe(IncidentOpened(when, incident, None, place), AnswerGiven(when, incident, "what", "illness"))
    proposals = desk.decision.proposals
    taken_ms = (time.process_time() - began) * 1000
    assert len(proposals) == 1, "each incident has its ambulance before the next"
    desk.observe(*facts_of(proposals[0], when))
    return taken_ms


def worlds(centre: Centre, network: RoadNetwork) -> tuple[Centre, ...]:
    """The centre with each way of travelling, in the order of `WAYS`."""
    table = centre.travel
    assert isinstance(table, ZoneMatrix)
    assert isinstance(table.local, DistanceCurve)
    named = RoadTravel(kind="roads", file="auckland.npz", network=network.hash, off_road_mps=13.06, snap_limit_m=5000)
    curve = table.local.model_copy(update={"without_lights": table.without_lights})
    line = StraightLine(kind="straight_line", speed_mps=SPEED_MPS, detour=1.3)
    slower = curve.model_copy(update={"fixed_s": 0.0, "scale": line.detour / line.speed_mps, "power": 1.0})
    on_roads = centre.model_copy(update={"travel": named}).on_roads(network)
    return on_roads, centre, *(centre.model_copy(update={"travel": travel}) for travel in (curve, slower, line))
