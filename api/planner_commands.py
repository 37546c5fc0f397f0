"""The planner's commands: `what-if` and `demo`. `command_line` hangs them under `muster`.

Progress goes to standard error, answers to standard output and to files. Imports `simulation`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from simulation.answer import Answer
    from simulation.experiment import Frozen

NOT_PASSED = 1
INTERRUPTED = 130
"""As shells have it for whatever Ctrl-C ends: it was neither passed nor failed."""
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
    file: Annotated[
        Path | None, typer.Argument(help="an experiment: what_ifs/NAME.yaml in a scenario's folder")
    ] = None,
    candidate: Annotated[
        list[Path] | None,
        typer.Option(help="in place of a file: a procedure to judge on the default suite; may be repeated"),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="what --candidate is held against; if not said, the procedure it is based on")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="the folder of --candidate's scenario, or its name; if not said, where it stands")
    ] = None,
    replications: Annotated[int | None, typer.Option(min=2, help="the last look, in place of the file's")] = None,
    days: Annotated[float | None, typer.Option(min=0.05, help="of every workload, in place of the file's")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="processes; one for each core if not said")] = None,
    out: Annotated[Path, typer.Option(help="the folder for report.html, report.json and experiment.yaml")] = OUT,
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
    from incidents.refusals import Refusal
    from simulation.experiment import frozen, read_experiment, shortened

    if (file is None) == (not candidate):
        raise Refusal.of("what-if", "one question at a time", "a file, or --candidate with a procedure")
    asked = _asked_by_default(candidate or [], baseline, scenario) if file is None else read_experiment(file)
    if replications is not None or days is not None:
        asked = frozen(shortened(asked.experiment, runs=replications, days=days), asked.scenario)
    playing = Playing(workers, store or out / KEPT, fresh, dask)
    options = {"--baseline": baseline, "--scenario": scenario, "--replications": replications, "--days": days}
    outcome = _answer(asked, _command(file, candidate or [], options), playing, out, as_json)
    raise typer.Exit(0 if outcome == "pass" else NOT_PASSED)


def demo(
    workers: Annotated[int | None, typer.Option(min=1, help="processes; one for each core if not said")] = None,
    out: Annotated[Path, typer.Option(help="the folder for report.html, report.json and experiment.yaml")] = OUT,
) -> None:
    """Play a real city: San Francisco, the baseline against the diversion of units for life-threatening calls."""
    from simulation.experiment import read_experiment
    from simulation.scenario_files import scenario_folder

    name, path = DEMO
    file = scenario_folder(name) / path
    _answer(read_experiment(file), _command(file, [], {}), Playing(workers, out / KEPT), out, as_json=False)


def _asked_by_default(candidates: list[Path], baseline: Path | None, scenario: str | None) -> Frozen:
    """The default suite over a scenario, and terms from the baseline's priorities."""
    from incidents.refusals import Refusal
    from simulation.default_experiment import MOST_CANDIDATES, baseline_of, default_experiment, scenario_of
    from simulation.experiment import frozen
    from simulation.scenario import Scenario
    from simulation.scenario_files import scenario_folder

    if len(candidates) > MOST_CANDIDATES:
        raise Refusal.of("--candidate", f"there are {len(candidates)}", f"at most {MOST_CANDIDATES}")
    folder = scenario_of(candidates[0]) if scenario is None else Path(scenario)
    if scenario is not None and not folder.is_dir():
        folder = scenario_folder(scenario)
    read = Scenario.read(folder)
    paths = [_within(folder, each) for each in candidates]
    against = baseline_of(read, paths[0]) if baseline is None else _within(folder, baseline)
    return frozen(default_experiment(read, against, paths), read)


def _within(folder: Path, path: Path) -> str:
    """A path as the scenario would call it; one that stands elsewhere keeps its own."""
    there = path if path.exists() else folder / path
    whole, home = there.resolve(), folder.resolve()
    return str(whole.relative_to(home)) if whole.is_relative_to(home) else str(whole)


def _answer(asked: Frozen, command: str, playing: Playing, out: Path, as_json: bool) -> str:
    from rich.console import Console

    from simulation.answer_report import report_of
    from simulation.experiment import as_yaml
    from simulation.report import as_json as report_as_json
    from simulation.report import as_text, render_html

    _folder(out)
    # What is asked is on disk before anything runs, so that nobody can think of other terms afterwards.
    (out / "experiment.yaml").write_text(as_yaml(asked), encoding="utf-8")
    answer = _played(asked, playing)
    report = report_of(answer, command)
    plain = json.dumps(report_as_json(report), indent=2)
    (out / "report.html").write_text(render_html(report), encoding="utf-8")
    (out / "report.json").write_text(plain + "\n", encoding="utf-8")
    if as_json:
        typer.echo(plain)
    else:
        # A file or a pipe has no width of its own, and tables folded at 80 columns are hard to read.
        console = Console() if Console().is_terminal else Console(width=WIDTH_OF_FILES)
        console.print(as_text(report))
        console.print(f"\nReport: {out / 'report.html'}", soft_wrap=True)
    return answer.outcome


def _played(asked: Frozen, playing: Playing) -> Answer:
    """Play an experiment, and say on standard error how far it is, and what of it is of an earlier run."""
    from rich.console import Console

    from api.experiment_progress import shown
    from simulation.experiment_runs import Hands
    from simulation.replication_store import Store
    from simulation.replication_workers import dask
    from simulation.what_if import answered

    console = Console(stderr=True)
    told = partial(console.print, soft_wrap=True, highlight=False)
    store = Store(playing.kept, is_fresh=playing.is_fresh, notice=told)
    engine = None if playing.dask is None else dask(None if playing.dask == LOCAL else playing.dask, playing.workers)
    hands = Hands(workers=playing.workers or os.cpu_count(), engine=engine, store=store)
    looks = ", ".join(map(str, asked.experiment.terms.looks.at))
    try:
        told(f"asked {asked.fingerprint}: {len(asked.workloads)} workloads, looks after {looks} runs")
        with shown(console) as hands.progress:
            answer = answered(asked, hands)
    except KeyboardInterrupt:
        told(f"cut short; what was played is kept in {playing.kept}, and the same command goes on from there")
        raise typer.Exit(INTERRUPTED) from None
    if store.reused:
        told(f"{store.reused} runs were kept in {playing.kept}; --fresh plays them again")
    return answer


def _command(file: Path | None, candidates: list[Path], options: Mapping[str, object]) -> str:
    given = [_shown(file)] if file is not None else [f"--candidate {_shown(each)}" for each in candidates]
    for name, value in options.items():
        if value is not None:
            given.append(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}")
    return " ".join(["muster what-if", *given])


def _shown(path: Path) -> str:
    shown = os.path.relpath(path)
    return str(path) if shown.startswith("..") else shown


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
