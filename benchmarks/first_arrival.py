"""Why the most urgent class of San Francisco is reached too soon in the twin: what goes together, and what sharing mends.

Needs the log in MUSTER_DATA; about a minute of one core, most of it the twin.
"""

from __future__ import annotations

import dataclasses
import math
import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from simulation.fit import read_mapping
from simulation.fitting.fleet import fit_fleet
from simulation.fitting.log import Log, LoggedIncident
from simulation.fitting.mapping import LogMapping
from simulation.fitting.places import fit_zones, read_stations
from simulation.fitting.reading import read_log
from simulation.fitting.travel import fit_curve, replayed, travel_s
from simulation.replications import DAY_S, Span, replicate
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

SEEDS = range(1, 9)
ROUNDS = 50
START_MS = 1_483_315_200_000
LATE_S = 60


def main() -> None:
    """Print the correlation of drives to one incident, first arrivals drawn one by one, and the twin with shared luck."""
    folder = Path(os.environ["MUSTER_DATA"]) / "sf_fire_ems"
    mapping = read_mapping(scenario_folder("san_francisco") / "mapping.yaml")
    log = read_log(folder, mapping)
    first = mapping.classes[0]
    own = [each for each in log.incidents if each.priority == first and each.first_arrival is not None]
    print(f"drives to one incident of {first}: correlation {correlation(log, mapping, folder, first):.2f}")
    taken = [(each.first_arrival or 0.0) - each.dispatched for each in own]
    late = [r.dispatched - each.dispatched > LATE_S for each in own for r in each.responses]
    print(
        f"dispatch to first arrival in the log: {np.median(taken):.0f} s; sent over a minute after the first: {np.mean(late):.0%}"
    )
    for is_staggered in (False, True):
        told = "when the log says" if is_staggered else "at once"
        print(f"drawn one by one, everybody sent {told}: {np.median(drawn(own, is_staggered)):.0f} s")
    for share in (0.0, 0.16, 0.5):
        median, p90 = twin(first, share)
        print(f"twin with travel_kinship {share}: response {median:.0f} s, 90th percentile {p90:.0f}")


def correlation(log: Log, mapping: LogMapping, folder: Path, priority: str) -> float:
    """Of the logarithms of travel times over what distance expects, standardised by kind and class, within incidents."""
    zones = fit_zones(log.incidents, read_stations(folder, mapping))
    fleet = fit_fleet(log.incidents, zones, mapping)
    curve = fit_curve(log.incidents, fleet, zones, mapping)
    legs: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for incident, response, expected_s in replayed(log.incidents, fleet, zones, curve, mapping):
        seconds = travel_s(response)
        if seconds is not None and seconds > 0:
            legs[response.kind, incident.priority].append((incident.id, math.log(seconds / expected_s)))
    by_incident: dict[str, list[float]] = defaultdict(list)
    for (_, sort), found in sorted(legs.items()):
        values = np.asarray([value for _, value in found])
        if sort == priority and values.std() > 0:
            for (number, _), value in zip(found, (values - values.mean()) / values.std(), strict=True):
                by_incident[number].append(float(value))
    together = [each for each in by_incident.values() if len(each) > 1]
    products = sum((sum(each) ** 2 - sum(x * x for x in each)) / (len(each) - 1) for each in together)
    return products / sum(len(each) for each in together)


def drawn(incidents: Sequence[LoggedIncident], is_staggered: bool) -> list[float]:
    """First arrivals after dispatch, if every turnout and drive were drawn by itself from those of its kind."""
    turnouts: dict[str, list[float]] = defaultdict(list)
    drives: dict[str, list[float]] = defaultdict(list)
    for each in incidents:
        for response in each.responses:
            seconds = travel_s(response)
            if seconds is not None:
                drives[response.kind].append(seconds)
            if response.departed is not None:
                turnouts[response.kind].append(max(0.0, response.departed - response.dispatched))
    chance = np.random.default_rng(0)
    found = []
    for _ in range(ROUNDS):
        for each in incidents:
            arrivals = [
                (r.dispatched - each.dispatched if is_staggered else 0.0)
                + chance.choice(turnouts[r.kind])
                + chance.choice(drives[r.kind])
                for r in each.responses
                if r.arrived is not None
            ]
            found.append(float(min(arrivals)))
    return found


def twin(priority: str, share: float) -> tuple[float, float]:
    """Median and 90th percentile of the response in the twin, whose resources share so much of their luck."""
    scenario = Scenario.read(scenario_folder("san_francisco"))
    shared = dataclasses.replace(scenario, workload=scenario.workload.model_copy(update={"travel_kinship": share}))
    baseline = scenario.procedure("procedures/baseline.yaml")
    span = Span(START_MS, 3 * 3600, 2 * DAY_S, 3600)
    runs = [replicate(shared, (baseline,), span, seed).measures[0] for seed in SEEDS]
    times = np.concatenate([run.samples["response_s", priority] for run in runs])
    return float(np.median(times)), float(np.quantile(times, 0.9))


if __name__ == "__main__":
    main()
