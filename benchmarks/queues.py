"""Erlang C and Cobham at length: the waits of both call-centre scenarios beside their formulas."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from simulation.intervals import mean_interval
from simulation.queueing import cobham_waits_s, mean_wait_s
from simulation.replications import DAY_S, Span, replications
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

SEEDS = range(1, 13)
SPAN = Span(1_700_000_000_000, warm_up_s=7200, measured_s=DAY_S / 2)
LEVEL = 0.99


def main() -> None:
    """Print each wait with its interval, and the formula's value."""
    urgent_s, routine_s = cobham_waits_s([0.4 * 5.2, 0.6 * 5.2], 6, 120)
    cases = {
        "call_centre": [("answer_s.mean.all", "Erlang C", mean_wait_s(4.8, 6, 120))],
        "priority_call_centre": [
            ("answer_s.mean.urgent", "Cobham", urgent_s),
            ("answer_s.mean.routine", "Cobham", routine_s),
        ],
    }
    table = Table("scenario", "measure", "formula", "expected s", "simulated s", f"{LEVEL:.0%} interval", "inside")
    for name, figures in cases.items():
        scenario = Scenario.read(scenario_folder(name))
        runs = replications(scenario, (scenario.procedure("procedures/baseline.yaml"),), SPAN, SEEDS)
        for figure, formula, expected in figures:
            waits = [run.measures[0].figure(figure) for run in runs]
            interval = mean_interval(waits, level=LEVEL)
            simulated = f"{sum(waits) / len(waits):.2f}"
            reach = f"{interval.low:.2f} to {interval.high:.2f}"
            inside = "yes" if interval.low <= expected <= interval.high else "NO"
            table.add_row(name, figure, formula, f"{expected:.2f}", simulated, reach, inside)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
