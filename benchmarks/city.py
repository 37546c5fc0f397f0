"""San Francisco: how fast the whole desk plays it, and how far the baseline stands from the log.

Rates are contacts per second of processor time, ring to clear, beside the rate of a bare SimPy `yield timeout` in the same run:
machines differ, the ratio less.
"""

from __future__ import annotations

import time
from datetime import datetime

import simpy
from rich.console import Console
from rich.table import Table

from simulation.replications import DAY_S, Span, contacts_of, play, replications
from simulation.report import concurrency_row, fidelity_rows
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

SEEDS = range(1, 9)
TIMEOUTS = 200_000


def main() -> None:
    """Print both tables."""
    console = Console(width=140)
    scenario = Scenario.read(scenario_folder("san_francisco"))
    procedure = scenario.procedure("procedures/baseline.yaml")
    start = round(datetime(2017, 1, 9, tzinfo=scenario.centre.zone_info).timestamp() * 1000)
    span = Span(start, 12 * 3600, 7 * DAY_S)

    contacts = contacts_of(scenario, span, 1)
    began = time.process_time()
    log = play(scenario, procedure, contacts, span)
    took_s = time.process_time() - began
    bare = _bare_timeouts_per_s()
    console.print(
        f"one week: {len(contacts)} contacts, {len(log)} facts, {len(contacts) / took_s:.0f} contacts/s and "
        f"{len(log) / took_s:.0f} facts/s of processor time; bare SimPy timeouts {bare:.0f}/s; "
        f"facts per bare timeout {len(log) / took_s / bare:.3f}"
    )

    runs = [run.measures[0] for run in replications(scenario, (procedure,), span, SEEDS)]
    assert scenario.observed is not None
    table = Table("clock", "priority", "log median", "twin", "log p90", "twin", "within 15 %", "why not")
    for row in fidelity_rows(scenario.observed.figures, runs, reasons=scenario.observed.reasons):
        numbers = (f"{value:.0f}" for value in (row.log_median, row.twin_median, row.log_p90, row.twin_p90))
        table.add_row(row.clock, row.priority, *numbers, "yes" if row.is_within else "no", row.because)
    console.print(table)
    busy = concurrency_row(scenario.observed.figures, runs)
    if busy is not None:
        console.print(
            f"resources committed at once: log {busy.log_median:.0f} median, {busy.log_max:.0f} at most; "
            f"twin {busy.twin_median:.1f} and {busy.twin_max:.1f} (means over {len(runs)} weeks)"
        )


def _bare_timeouts_per_s() -> float:
    environment = simpy.Environment()

    def ticking() -> simpy.events.ProcessGenerator:
        for _ in range(TIMEOUTS):
            yield environment.timeout(1)

    environment.process(ticking())
    began = time.process_time()
    environment.run()
    return TIMEOUTS / (time.process_time() - began)


if __name__ == "__main__":
    main()
