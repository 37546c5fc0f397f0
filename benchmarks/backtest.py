"""The back-test of four centres: fitted on the earlier part of a log, held against the later. Needs the logs in MUSTER_DATA.

    python -m benchmarks.backtest [centre ...] [--replications 39] [--windows 4] [--workers 2] [--closer] [--by-itself]

`--closer` fits what the mapping leaves alike: times by hour and day, drives to one incident, rare natures by themselves.
`--by-itself` fits the tested part in place of the earlier one: what is missed even then is the model's. Bounded by windows times
replications: a minute of one core for San Francisco or the bank, three for Dublin. What stands in docs/benchmarks.md is what
this prints.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from api.fitting_commands import echo_line, table_of
from simulation.back_test import REPLICATIONS, BackTested, back_test
from simulation.fit import read_mapping
from simulation.scenario_files import scenario_folder

LOGS = {
    "san_francisco": "sf_fire_ems",
    "dublin": "dublin_fire",
    "bank": "bank_callcentre_1999",
    "service_desk": "itsm_servicenow_2016",
}
CLOSER = {"durations": "chosen", "days": "fitted", "rare": "apart", "drives": "together"}


def main() -> None:
    """Print the rows of each centre, then one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("centres", nargs="*", default=list(LOGS), help=", ".join(LOGS))
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--windows", type=int, default=4)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--closer", action="store_true")
    parser.add_argument("--by-itself", action="store_true")
    asked = parser.parse_args()
    console = Console(width=150)
    summary = Table(
        "centre",
        "fitted on",
        "tested on",
        "windows",
        "inside",
        "of",
        "share",
        "rows close",
        "explained",
        "echo",
        "passed",
    )
    for centre in asked.centres:
        began = time.process_time()
        mapping = read_mapping(scenario_folder(centre) / "mapping.yaml")
        found = back_test(
            Path(os.environ["MUSTER_DATA"]) / LOGS[centre],
            mapping.model_copy(update=CLOSER) if asked.closer else mapping,
            runs=asked.replications,
            most_windows=asked.windows,
            workers=asked.workers,
            by_itself=asked.by_itself,
        )
        console.print(
            f"\n[bold]{found.title}[/bold] (roster: {found.roster}); {time.process_time() - began:.0f} s of this process"
        )
        console.print(table_of(found))
        console.print(echo_line(found))
        differing = {
            name: value for name, value in found.twin.figures.items() if "factor on" in name or "drives" in name
        }
        console.print("; ".join(f"{name} {value:g}" for name, value in differing.items()))
        summary.add_row(centre, *_line(found))
    console.print(summary)


def _line(found: BackTested) -> tuple[str, ...]:
    inside = round(found.coverage * found.figures)
    close = sum(row.is_close for row in found.rows)
    told = len(found.rows) - close - len(found.unexplained)
    return (
        f"{found.fitted.incidents:,} incidents",
        f"{found.tested.incidents:,} incidents",
        f"{len(found.windows)} of {found.days} d",
        str(inside),
        str(found.figures),
        f"{found.coverage:.1%}",
        f"{close} of {len(found.rows)}",
        str(told),
        f"{found.echo.share:.2%}",
        "yes" if found.passed else "no",
    )


if __name__ == "__main__":
    main()
