"""The planner's command `call-takers`. `command_line` hangs it under `muster`; what it needs it imports when it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from simulation.call_takers_needed import CallTakers, Demand
    from simulation.workload import Workload

WIDTH_OF_FILES = 140


def call_takers(
    calls: Annotated[float | None, typer.Option(help="calls an hour")] = None,
    handling: Annotated[float | None, typer.Option(help="mean seconds a call takes, wrap-up included")] = None,
    patience: Annotated[
        float | None, typer.Option(help="mean seconds after which callers give up; left out: they wait for ever")
    ] = None,
    workload: Annotated[
        str | None, typer.Option(help="in place of these three: a workload file, or a scenario's name or folder")
    ] = None,
    queue: Annotated[str | None, typer.Option(help="only this queue of the workload")] = None,
    busy_day: Annotated[
        float | None, typer.Option(min=0.01, max=0.999, help="a day so busy that this share of days is quieter")
    ] = None,
    target: Annotated[list[str] | None, typer.Option(help="SHARE:SECONDS, such as 0.9:15; once for each")] = None,
    pack: Annotated[list[str] | None, typer.Option(help="a target pack's targets on answering")] = None,
    abandoned: Annotated[float | None, typer.Option(help="at most this share of calls gives up")] = None,
    wait: Annotated[float | None, typer.Option(help="the mean answer takes at most so many seconds")] = None,
    occupied: Annotated[float | None, typer.Option(help="on calls for at most this share of the time")] = None,
    mean_load: Annotated[
        bool, typer.Option("--mean-load", help="staff an hour for its mean load, not its highest")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON in place of tables")] = False,
) -> None:
    """Say how many call-takers meet answer targets, and what one fewer or one more would do, by a formula that is named."""
    from simulation.call_takers_needed import CallTakerQuestion, Goals
    from simulation.call_takers_needed import call_takers as answer
    from simulation.scenario_files import known_packs

    goals: dict[str, Any] = {
        "targets": _targets(target or []), "packs": tuple(pack or []), "most_abandoned": abandoned, "most_wait_s": wait,
        "most_occupied": occupied,
    }  # fmt: skip
    if (workload is None) == (calls is None and handling is None):
        raise typer.BadParameter("give --calls and --handling, or a --workload")
    asked: Goals
    if workload is None:
        rates = {"calls_per_h": calls, "handling_s": handling, "patience_s": patience}
        question: CallTakerQuestion = _parsed(CallTakerQuestion, {**goals, **rates})
        asked, demand = question, question.demand()
    else:
        asked, demand = _parsed(Goals, goals), _demand(_workload(workload), queue, busy_day)
    found = answer(demand, asked, known_packs(), of="mean" if mean_load else "highest")
    _show(found, as_json)


def _show(found: CallTakers, as_json: bool) -> None:
    from rich.console import Console

    from api.call_taker_tables import call_takers_as_json, call_takers_as_text

    if as_json:
        typer.echo(json.dumps(call_takers_as_json(found), indent=2))
        return
    # A file or a pipe has no width of its own, and tables folded at 80 columns are hard to read.
    console = Console() if Console().is_terminal else Console(width=WIDTH_OF_FILES)
    console.print(call_takers_as_text(found))


def _demand(workload: Workload, queue: str | None, busy_day: float | None) -> Demand:
    from simulation.call_takers_needed import demand_of

    busy = 1.0 if busy_day is None else workload.arrivals.busy_day_factor(busy_day)
    return demand_of(workload, queue, busy=busy)


def _workload(name: str) -> Workload:
    from incidents.read import read_document
    from simulation.scenario import Scenario
    from simulation.scenario_files import scenario_folder
    from simulation.workload import Workload

    path = Path(name)
    if path.is_file():
        return read_document(path, Workload, Workload.flaws)
    return Scenario.read(path if (path / "workload.yaml").exists() else scenario_folder(name)).workload


def _targets(told: list[str]) -> list[dict[str, str]]:
    from incidents.refusals import Flaw, Refusal

    flaws = [
        Flaw(f"--target {each}", "is no target", "SHARE:SECONDS, such as 0.9:15") for each in told if ":" not in each
    ]
    if flaws:
        raise Refusal(flaws)
    return [dict(zip(("share", "within_s"), each.split(":", 1), strict=True)) for each in told]


def _parsed(kind: type[Any], given: dict[str, Any]) -> Any:
    """The document, or a refusal that names each field as the route does."""
    from pydantic import ValidationError

    from incidents.refusals import Flaw, Refusal

    try:
        return kind.model_validate(given)
    except ValidationError as error:
        told = [Flaw("/" + "/".join(map(str, each["loc"])), each["msg"], "") for each in error.errors()]
        raise Refusal(told) from error
