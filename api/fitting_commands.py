"""The commands that make scenarios of logs: `fit` and `back-test`. `command_line` hangs them under `muster`.

Progress goes to standard error, answers to standard output and to files. Imports `simulation`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from simulation.back_test import BackTested
    from simulation.calibration import Calibration

NOT_PASSED = 1
RUNS = 39
WINDOWS = 60
WIDTH = 140
Log = Annotated[Path, typer.Argument(help="the folder of the log, or its one file")]
Mapping = Annotated[Path, typer.Option(help="what the log's columns and words mean: a mapping file")]


def fit(
    log: Log,
    mapping: Mapping,
    out: Annotated[Path, typer.Option(help="the scenario folder to write")],
) -> None:
    """Make a scenario of a log; prints what is wrong with the log and what was left out, and draws fit.html."""
    from simulation.fit import fit as fit_scenario
    from simulation.fit import read_mapping

    for line in fit_scenario(log, read_mapping(mapping), out).lines():
        typer.echo(line)


def back_test(
    scenario: Annotated[str, typer.Argument(help="the scenario that was fitted: its name, or its folder")],
    log: Log,
    mapping: Mapping,
    replications: Annotated[int, typer.Option(min=RUNS, help="of each window")] = RUNS,
    windows: Annotated[int, typer.Option(min=1, help="at most, evenly chosen")] = WINDOWS,
    workers: Annotated[int | None, typer.Option(min=1, help="processes; one for each core if not said")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the record and the rows as JSON")] = False,
) -> None:
    """Fit the earlier part of a log, foretell the later, and keep the record beside the scenario; exit 1 if it fails."""
    from api.clock import WallClock
    from incidents.refusals import Refusal
    from simulation.back_test import back_test as test
    from simulation.back_test import is_of, record_text
    from simulation.calibration import FILE
    from simulation.fit import read_mapping
    from simulation.scenario import Scenario

    folder = _folder(scenario)
    known = Scenario.read(folder)
    meaning = read_mapping(mapping)
    if not is_of(known.workload.fingerprint, log, meaning):
        raise Refusal.of(
            str(folder / "workload.yaml"),
            "is not what this mapping makes of this log, so a back-test of the fit would say nothing about it",
            f"the workload that `muster fit {log} --mapping {mapping}` writes",
        )
    found = test(
        log,
        meaning,
        runs=replications,
        most_windows=windows,
        workers=workers or os.cpu_count(),
        progress=lambda done, of: typer.echo(f"window {done} of {of}", err=True),
    )
    record = found.record(known.workload.workload, known.workload.fingerprint, _day(WallClock().now()))
    (folder / FILE).write_text(record_text(record), encoding="utf-8", newline="\n")
    if as_json:
        typer.echo(json.dumps({"record": record.model_dump(mode="json"), "rows": rows_of(found)}, indent=2))
    else:
        _print(found, record)
    raise typer.Exit(0 if record.passed else NOT_PASSED)


def rows_of(found: BackTested) -> list[dict[str, object]]:
    """The rows as plain data."""
    return [
        {
            "row": row.name,
            "inside": row.inside,
            "figures": row.figures,
            "log": {"median": row.log_median, "p90": row.log_p90, "count": row.count},
            "twin": {"median": row.twin_median, "p90": row.twin_p90},
            "close": row.is_close,
            "because": row.because,
            "tested": row.tested,
        }
        for row in found.rows
    ]


def table_of(found: BackTested) -> Table:
    """The rows as a table for a terminal."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("stage and priority", "inside", "of", "log median", "twin", "log p90", "twin", "within a tenth"):
        table.add_column(heading, justify="left" if heading in ("stage and priority", "within a tenth") else "right")
    for row in found.rows:
        close = "yes" if row.is_close else f"no: {row.why or 'not explained'}"
        numbers = (row.log_median, row.twin_median, row.log_p90, row.twin_p90)
        table.add_row(row.name, str(row.inside), str(row.figures), *(f"{each:,.0f}" for each in numbers), close)
    return table


def echo_line(found: BackTested) -> str:
    """What came of playing the log's own decisions again."""
    echo = found.echo
    met, compared = sum(echo.met.values()), sum(echo.compared.values())
    missed = f"; the first missed: {echo.first_missed}" if met < compared else ""
    return (
        f"Policy echo: {met:,} of {compared:,} logged times met to the millisecond; {echo.travel_imputed:,} of {echo.legs:,} "
        f"travel times imputed; {echo.stand_ins} times somebody was at two places at once{missed}"
    )


def _print(found: BackTested, record: Calibration) -> None:
    from rich.console import Console

    console = Console() if Console().is_terminal else Console(width=WIDTH)
    console.print(f"Fitted on {_period(record.fitted)}; tested on {_period(record.tested)}: {record.windows} windows.")
    console.print(f"Roster: {found.roster}.")
    console.print(table_of(found))
    console.print(echo_line(found))
    console.print(
        f"The same procedure twice on the same contacts: {'no difference' if found.same_arms else 'DIFFERS'}."
    )
    console.print(record.standing(record.workload))


def _period(period: object) -> str:
    from simulation.calibration import Period

    assert isinstance(period, Period), "a record holds periods"
    return f"{period.since} to {period.until} ({period.incidents:,} incidents)"


def _folder(scenario: str) -> Path:
    from simulation.scenario_files import scenario_folder

    path = Path(scenario)
    return path if path.is_dir() else scenario_folder(scenario)


def _day(at_ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
