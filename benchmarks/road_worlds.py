"""The scenario of Auckland on its roads, by its table, by a curve and by the straight line, each with the same contacts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
from rich.table import Table

from incidents.centre import Centre, DistanceCurve, RoadTravel, StraightLine, ZoneMatrix
from incidents.measures import Measures
from incidents.roads import RoadNetwork
from simulation.replications import Span, replications
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

SEEDS = range(1, 9)
HOURS = 30
WARM_UP_S = 6 * 3600.0
SPEED_MPS = 18.16
"""The straight line's speed beside a detour of 1.3, as `muster roads zones` fits it."""
WAYS = ("roads", "table with curve", "curve", "straight line")


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


def worlds(centre: Centre, network: RoadNetwork) -> tuple[Centre, ...]:
    """The centre with each way of travelling, in the order of `WAYS`."""
    table = centre.travel
    assert isinstance(table, ZoneMatrix)
    assert isinstance(table.local, DistanceCurve)
    named = RoadTravel(kind="roads", file="auckland.npz", network=network.hash, off_road_mps=13.06, snap_limit_m=5000)
    curve = table.local.model_copy(update={"without_lights": table.without_lights})
    line = StraightLine(kind="straight_line", speed_mps=SPEED_MPS, detour=1.3)
    on_roads = centre.model_copy(update={"travel": named}).on_roads(network)
    return on_roads, centre, *(centre.model_copy(update={"travel": travel}) for travel in (curve, line))
