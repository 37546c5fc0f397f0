"""The planner's commands: `what-if`, `demo` and `fit`. `command_line` hangs them under `muster`.

Progress goes to standard error, answers to standard output and to files. Imports `simulation`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from simulation.report import Report
    from simulation.scenario import Scenario
    from simulation.what_if import WhatIf

NOT_PASSED = 1
DEMO = ("san_francisco", "what_ifs/diversion.yaml")
OUT = Path("out")
KEPT = "replications"
"""The folder in that of the report which keeps what was played."""
LOCAL = "local"
WIDTH_OF_FILES = 140


@dataclass(frozen=True, slots=True)
class Playing:
    """Who plays, and where it is kept; `dask` None: processes of this machine."""

    workers: int | None
    kept: Path
    is_fresh: bool = False
    dask: str | None = None


def what_if(
    file: Annotated[Path, typer.Argument(help="a question: what_ifs/NAME.yaml in a scenario's folder")],
    replications: Annotated[int | None, typer.Option(min=2, help="in place of the file's")] = None,
    days: Annotated[float | None, typer.Option(min=0.05, help="in place of the file's")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="processes; one for each core if not said")] = None,
    out: Annotated[Path, typer.Option(help="the folder for report.html and report.json")] = OUT,
    store: Annotated[
        Path | None,
        typer.Option(help="keep what is played here, so that a run cut short goes on; if not said, OUT/replications"),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="play everything, whatever is kept")] = False,
    dask: Annotated[
        str | None, typer.Option(help="play on a Dask cluster: tcp://HOST:8786, or `local` for one made here")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON in place of tables")] = False,
) -> None:
    """Ask what would happen if; exit 0 on a pass, 1 on a fail or where it is undecided."""
    from simulation.what_if import read_what_if

    question, scenario = read_what_if(file)
    playing = Playing(workers, store or out / KEPT, fresh, dask)
    outcome = _answer(question, scenario, file, replications, days, playing, out, as_json)
    raise typer.Exit(0 if outcome == "pass" else NOT_PASSED)


def demo(
    workers: Annotated[int | None, typer.Option(min=1, help="processes; one for each core if not said")] = None,
    out: Annotated[Path, typer.Option(help="the folder for report.html and report.json")] = OUT,
) -> None:
    """Play a real city: San Francisco, the baseline against the diversion of units for life-threatening calls."""
    from simulation.scenario_files import scenario_folder
    from simulation.what_if import read_what_if

    name, path = DEMO
    file = scenario_folder(name) / path
    question, scenario = read_what_if(file)
    _answer(question, scenario, file, None, None, Playing(workers, out / KEPT), out, as_json=False)


def fit(
    data: Annotated[Path, typer.Option(help="the folder with the San Francisco logs")],
    out: Annotated[Path, typer.Option(help="the scenario folder to write")],
) -> None:
    """Fit the San Francisco scenario anew from its logs; prints what was found and what was left out."""
    from simulation.fit import fit as fit_scenario

    for line in fit_scenario(data, out).lines():
        typer.echo(line)


def _answer(
    question: WhatIf,
    scenario: Scenario,
    file: Path,
    replications: int | None,
    days: float | None,
    playing: Playing,
    out: Path,
    as_json: bool,
) -> str:
    from rich.console import Console

    from simulation.report import as_json as report_as_json
    from simulation.report import as_text, render_html

    _folder(out)
    changes = {"replications": replications, "days": days}
    asked = question.model_copy(update={name: value for name, value in changes.items() if value is not None})
    report = _played(asked, scenario, _command(file, replications, days), playing)
    (out / "report.html").write_text(render_html(report), encoding="utf-8")
    (out / "report.json").write_text(json.dumps(report_as_json(report), indent=2) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(report_as_json(report), indent=2))
    else:
        # A file or a pipe has no width of its own, and tables folded at 80 columns are hard to read.
        console = Console() if Console().is_terminal else Console(width=WIDTH_OF_FILES)
        console.print(as_text(report))
        console.print(f"\nReport: {out / 'report.html'}", soft_wrap=True)
    return _outcome(report)


def _played(question: WhatIf, scenario: Scenario, command: str, playing: Playing) -> Report:
    """Play a question with a bar on standard error that says how far it is, and what of it is of an earlier run."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from simulation.replication_store import Store
    from simulation.replication_workers import dask
    from simulation.what_if import run_what_if

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    told = partial(console.print, soft_wrap=True, highlight=False)
    store = Store(playing.kept, is_fresh=playing.is_fresh, notice=told)
    engine = None if playing.dask is None else dask(None if playing.dask == LOCAL else playing.dask, playing.workers)
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"{question.days:g} days, both procedures", total=question.replications)
        report = run_what_if(
            question,
            scenario,
            command=command,
            workers=playing.workers or os.cpu_count(),
            engine=engine,
            store=store,
            progress=lambda done: progress.update(task, completed=done),
        )
    if store.reused:
        told(
            f"{store.reused} of {question.replications} replications were kept in {playing.kept}; --fresh plays them again"
        )
    return report


def _outcome(report: Report) -> str:
    return report.comparison.verdict.outcome


def _command(file: Path, replications: int | None, days: float | None) -> str:
    shown = Path(os.path.relpath(file))
    options = [f" --replications {replications}" if replications else "", f" --days {days:g}" if days else ""]
    return f"muster what-if {shown if not str(shown).startswith('..') else file}{''.join(options)}"


def _folder(out: Path) -> None:
    """Make the folder for the answer before the question is played: hours of work must not end in a refusal."""
    from incidents.refusals import Refusal

    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "report.html").touch()
    except OSError as error:
        raise Refusal.of(
            str(out), f"cannot be written: {error.strerror}", "a folder that can be written, as --out"
        ) from error
