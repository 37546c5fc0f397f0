"""Common random numbers on San Francisco: how many times fewer runs a comparison takes when both sides meet the same contacts.

    python -m benchmarks.common_random_numbers [--runs 24] [--days 3]

For each change and each measure the variance ratio (var b + var c) / var (c - b) over the runs: what independent seeds would
have had beside what pairing leaves. Nothing is dropped: where a change leaves a measure exactly as it was in every run the ratio
has no end, and the median is told with such pairs and without.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np
from rich.console import Console
from rich.table import Column, Table

from incidents.centre import Centre
from incidents.measures import Measures
from incidents.procedure import Procedure
from simulation.replications import DAY_S, Span, replicate
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

WARM_UP_S = 12 * 3600
MEASURES = (
    "response_s.mean.all",
    "response_s.p90.all",
    "response_s.within_480.all",
    "response_s.mean.life-threatening",
    "response_s.p90.life-threatening",
    "response_s.p90.code-3",
    "response_s.p90.code-2",
    "dispatch_wait_s.mean.all",
    "travel_s.mean.all",
    "answer_s.mean.all",
    "answer_s.p95.all",
    "utilisation.medic",
)

Side = tuple[Scenario, Procedure]


def changes(scenario: Scenario) -> dict[str, Side]:
    """Every change that is looked at: the scenario's own procedures, other rules, and other resources."""
    baseline = scenario.procedure("procedures/baseline.yaml")
    rules = baseline.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    found = {"diversion": (scenario, scenario.procedure("procedures/diversion.yaml"))}
    found |= {name: (scenario, Procedure.model_validate(rules | changed)) for name, changed in _other_rules(rules)}
    found |= {name: (replace(scenario, centre=centre), baseline) for name, centre in _other_resources(scenario.centre)}
    return found


def _other_rules(rules: Mapping[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    priorities = rules["priorities"]
    assert isinstance(priorities, dict), "a procedure has priorities"
    yield "no priorities", {"priorities": {name: {"rank": entry["rank"]} for name, entry in priorities.items()}}
    with_lights = {name: {**entry, "lights": True} for name, entry in priorities.items()}
    yield "lights for all", {"priorities": with_lights}
    yield "spare a medic", {"dispatch": {"spare_skill_s": 120}}
    yield (
        "keep one medic back",
        {"dispatch": {"reserve": [{"name": "a medic", "skill": "als", "keep": 1, "missing_s": 600}]}},
    )
    determinants = rules["determinants"]
    assert isinstance(determinants, dict), "a procedure has determinants"
    fewer = {
        code: {**entry, "plan": "ambulance"}
        if entry.get("plan") == "ambulance+engine" and "critical" not in code
        else entry
        for code, entry in determinants.items()
    }
    yield "no engine to serious", {"determinants": fewer}


def _other_resources(centre: Centre) -> Iterator[tuple[str, Centre]]:
    there = dict(centre.resources)
    yield "one more medic", centre.model_copy(update={"resources": there | {"M00": there["M01"]}})
    yield "one fewer medic", centre.model_copy(update={"resources": {k: v for k, v in there.items() if k != "M10"}})
    yield "one more call-taker", centre.model_copy(update={"resources": there | {"CT0": there["CT1"]}})
    yield (
        "one fewer call-taker",
        centre.model_copy(update={"resources": {k: v for k, v in there.items() if k != "CT4"}}),
    )
    engines = [name for name, entry in there.items() if entry.kind == "engine"]
    yield (
        "two fewer engines",
        centre.model_copy(update={"resources": {k: v for k, v in there.items() if k not in engines[:2]}}),
    )


def main() -> None:
    """Play, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.common_random_numbers")
    parser.add_argument("--runs", type=int, default=24)
    parser.add_argument("--days", type=float, default=3)
    asked = parser.parse_args()
    console = Console(width=220)
    scenario = Scenario.read(scenario_folder("san_francisco"))
    start = round(datetime(2017, 1, 9, tzinfo=scenario.centre.zone_info).timestamp() * 1000)
    span = Span(start, WARM_UP_S, asked.days * DAY_S)
    began = time.process_time()
    sides = {"": (scenario, scenario.procedure("procedures/baseline.yaml")), **changes(scenario)}
    played = {name: [_figures(side, span, seed) for seed in range(1, asked.runs + 1)] for name, side in sides.items()}
    before = np.array(played.pop(""))
    ratios = {name: _ratios(before, np.array(after)) for name, after in played.items()}
    _print(console, ratios)
    console.print(
        f"{asked.runs} runs of {asked.days:g} days each; {time.process_time() - began:.0f} s of processor time"
    )


def _figures(side: Side, span: Span, seed: int) -> list[float]:
    scenario, procedure = side
    run: Measures = replicate(scenario, (procedure,), span, seed).measures[0]
    return [run.figure(name) for name in MEASURES]


def _ratios(before: np.ndarray, after: np.ndarray) -> list[float]:
    paired = np.var(after - before, axis=0, ddof=1)
    apart = np.var(before, axis=0, ddof=1) + np.var(after, axis=0, ddof=1)
    return [math.inf if not p else float(a / p) for a, p in zip(apart, paired, strict=True)]


def _print(console: Console, ratios: Mapping[str, list[float]]) -> None:
    table = Table(Column("measure", no_wrap=True), *ratios)
    for at, measure in enumerate(MEASURES):
        table.add_row(measure, *(_told(found[at]) for found in ratios.values()))
    console.print(table)
    every = [ratio for found in ratios.values() for ratio in found]
    touched = [ratio for ratio in every if math.isfinite(ratio)]
    quartiles = statistics.quantiles(touched, n=4)
    console.print(
        f"{len(every)} pairs of a change and a measure; {len(every) - len(touched)} exactly as before. Median ratio of all "
        f"{statistics.median(every):.1f}, of those that change {quartiles[1]:.1f} (quartiles {quartiles[0]:.1f} and "
        f"{quartiles[2]:.1f}); at least 5 in {_share(touched, 5)}, at least 10 in {_share(touched, 10)} of those"
    )


def _told(ratio: float) -> str:
    return "same" if math.isinf(ratio) else f"{ratio:,.1f}"


def _share(ratios: list[float], least: float) -> str:
    return f"{100 * sum(ratio >= least for ratio in ratios) / len(ratios):.0f} %"


if __name__ == "__main__":
    main()
