"""The commands of the simulated world: `contacts` draws and keeps what will happen, `play` plays it, or a live log again.

`command_line` hangs them under `muster`. Imports `simulation` and, for a live log, the log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from incidents.centre import Centre
    from incidents.facts import Fact
    from incidents.procedure import Procedure
    from incidents.quantities import Instant
    from simulation.recorded import Recorded
    from simulation.scenario import Scenario
    from simulation.trace import Trace
    from simulation.world import World

A_MONDAY = "2026-01-05T00:00"
SHOWN = ("contacts", "abandoned.share", "incidents", "answer_s.p90.all", "response_s.median.all", "response_s.p90.all")


def contacts(
    scenario: Annotated[str, typer.Argument(help="the name of a scenario, or its folder")],
    out: Annotated[Path, typer.Option(help="the file to write")],
    seed: Annotated[int, typer.Option(min=0, help="of everything that is random")] = 1,
    days: Annotated[float, typer.Option(min=0.01, max=366, help="how long")] = 1.0,
    start: Annotated[str, typer.Option(help="when it begins, in the centre's time")] = A_MONDAY,
) -> None:
    """Draw every contact of a seed with its hidden truth and luck, keep them in a file, and print the file's fingerprint."""
    from simulation.trace import save_trace

    drawn = _drawn(_scenario(scenario), seed, days, start)
    fingerprint = save_trace(drawn, out)
    typer.echo(f"{len(drawn)} contacts to {out}")
    typer.echo(f"sha256 {fingerprint}")


def play(
    scenario: Annotated[str, typer.Argument(help="the name of a scenario, or its folder")],
    procedure: Annotated[str, typer.Option(help="a procedure of it")] = "procedures/baseline.yaml",
    kept: Annotated[Path | None, typer.Option("--contacts", help="a file that `muster contacts` wrote")] = None,
    database: Annotated[str | None, typer.Option("--recorded", help="a live log to meet again")] = None,
    seed: Annotated[int, typer.Option(min=0, help="of everything that is random, or has to be imputed")] = 1,
    days: Annotated[float, typer.Option(min=0.01, max=366, help="how long, if drawn now")] = 1.0,
    start: Annotated[str, typer.Option(help="when it begins, in the centre's time, if drawn now")] = A_MONDAY,
    log: Annotated[Path | None, typer.Option(help="where to write the log, one fact a line")] = None,
) -> None:
    """Play contacts under a procedure: drawn now, kept in a file, or read off a live log. Prints the log's fingerprint."""
    from simulation.trace import load_trace

    if kept is not None and database is not None:
        raise typer.BadParameter("name either --contacts, a file to play, or --recorded, a log to meet again")
    where = _scenario(scenario)
    rules = where.procedure(procedure)
    if database is not None:
        _play_again(database, rules, seed, log)
        return
    trace = _drawn(where, seed, days, start) if kept is None else load_trace(kept, where.centre)
    assert trace.origin is not None
    begins_at: Instant = trace.origin.start
    world = _world(where.centre, rules, trace, begins_at, begins_at + round(trace.origin.duration_s * 1000))
    _print(world, trace, log, begins_at)


def _play_again(database: str, rules: Procedure, seed: int, log: Path | None) -> None:
    from api.log import LogReader
    from incidents.refusals import Refusal
    from simulation.recorded import recorded

    reader = LogReader(database)
    try:
        facts = [entry.fact for entry in reader.verified()]
        centre, procedures = reader.centre(), reader.procedures()
    finally:
        reader.close()
    if centre is None or not facts or not procedures:
        raise Refusal.of(database, "holds no centre or no fact", "a log that was begun")
    found = recorded(facts, centre, next(iter(procedures.values())), seed=seed)
    world = _world(centre, rules, found.trace, facts[0].at, facts[-1].at + 1)
    _print(world, found.trace, log, facts[0].at)
    typer.echo("\n".join(_imputed(found, world, centre)))


def _imputed(found: Recorded, world: World, centre: Centre) -> Iterator[str]:
    yield from (f"imputed: {count:,} {what}" for what, count in found.imputed.items())
    imputed, all_of_them = found.imputed_outcomes(world.log, centre)
    yield f"imputed: {imputed:,} of {all_of_them:,} outcomes of resources that were sent"


def _world(centre: Centre, rules: Procedure, trace: Trace, start: Instant, end: Instant) -> World:
    from incidents.desk import Desk
    from simulation.world import World

    world = World(Desk.under(centre, rules, start), trace, start=start, end=end)
    world.run()
    return world


def _print(world: World, trace: Trace, log: Path | None, since: Instant) -> None:
    from incidents.performance import measure

    lines = [*_lines(world.log)]
    if log is not None:
        _write(log, lines)
    found = measure(world.log, since=since, until=world.stage.until, priority_of=trace.priorities)
    typer.echo(f"{len(trace)} contacts, {len(world.log)} facts")
    for figure in SHOWN:
        typer.echo(f"{found.figure(figure):12.3f}  {figure}")
    for what, count in sorted(world.tally.items()):
        typer.echo(f"{count:12,}  {what}")
    typer.echo(f"log sha256 {hashlib.sha256(''.join(lines).encode()).hexdigest()}")


def _lines(facts: list[Fact]) -> Iterator[str]:
    from incidents.records import as_record

    return (json.dumps(as_record(fact), sort_keys=True) + "\n" for fact in facts)


def _write(path: Path, lines: list[str]) -> None:
    from incidents.refusals import Refusal

    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise Refusal.of(str(path), f"cannot be written: {error.strerror}", "a file that can be written") from error


def _drawn(scenario: Scenario, seed: int, days: float, start: str) -> Trace:
    from incidents.local_time import instant_at
    from simulation.replications import DAY_S
    from simulation.trace import draw_trace

    begins_at = instant_at(start, scenario.centre.zone_info, where="--start")
    return draw_trace(scenario.workload, scenario.centre, seed, begins_at, days * DAY_S)


def _scenario(name: str) -> Scenario:
    from simulation.scenario import Scenario
    from simulation.scenario_files import scenario_folder

    folder = Path(name)
    return Scenario.read(folder if (folder / "workload.yaml").exists() else scenario_folder(name))
