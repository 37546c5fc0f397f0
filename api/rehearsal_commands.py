"""The designer's rehearsals: `dry-run` and `cover`. `command_line` hangs them under `muster`.

What a command needs it imports when it runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from incidents.centre import Centre
    from incidents.procedure import Procedure
    from incidents.quantities import Place
    from simulation.scenario import Scenario

WIDTH_OF_FILES = 140
A_MONDAY = "2026-01-05T00:00"
HOUR_S = 3_600


def dry_run(
    procedure: Annotated[Path, typer.Argument(help="a procedure file")],
    centre: Annotated[Path, typer.Option(help="the centre it is for")],
    at: Annotated[str, typer.Option(help="when the incident is opened, in the centre's time: 2026-03-29T02:10")],
    answer: Annotated[
        list[str] | None, typer.Option(help="QUESTION=ANSWER, once for each; left out: the worked examples")
    ] = None,
    left: Annotated[
        list[str] | None, typer.Option(help="QUESTION=JUMP-OUT, for each question at which the interview is left")
    ] = None,
    pace: Annotated[float, typer.Option(min=0, max=HOUR_S, help="seconds that each question takes")] = 0.0,
    hours: Annotated[float, typer.Option(min=0, max=168, help="watch shifts so long; at least to the last rung")] = 0.0,
    assume: Annotated[Path | None, typer.Option(help="a file of assumptions; left out: nobody does anything")] = None,
    station: Annotated[str | None, typer.Option(help="the incident is there; left out: nobody knows where")] = None,
    boundaries: Annotated[bool, typer.Option("--boundaries", help="just below, at and above each trigger")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON in place of tables")] = False,
) -> None:
    """Say what follows an incident, second by second, if nobody is sent: who is on duty for it, and what every rung does."""
    from functools import partial

    from api.dry_run_tables import DryRun, dry_run_as_json, dry_run_as_text
    from incidents.assumptions import NOTHING_ELSE, Assumptions
    from incidents.boundaries import boundaries as boundaries_of
    from incidents.dry_run import timeline
    from incidents.local_time import instant_at
    from incidents.read import read_centre, read_document, read_procedure
    from simulation.scenario_files import known_packs

    place = read_centre(centre)
    rules = read_procedure(procedure, place, known_packs())
    opened_at = instant_at(at, place.zone_info, where="--at")
    assumed = NOTHING_ELSE if assume is None else read_document(assume, Assumptions)
    place_at = None if station is None else _station(place, station)
    foretold = partial(timeline, place, rules, opened_at, place=place_at, assumed=assumed)
    passed = partial(boundaries_of, place, rules, opened_at, place=place_at, assumed=assumed)
    runs = []
    for said, out in _interviews(rules, answer or [], left or [], boundaries):
        steps = foretold(said, left=out, pace_s=pace, watch_s=hours * HOUR_S)
        runs.append(DryRun(said, steps, passed(said, left=out) if boundaries else None, out, assumed))
    if as_json:
        typer.echo(json.dumps(dry_run_as_json(place, rules, runs), indent=2))
    else:
        _show(dry_run_as_text(place, rules, runs))


def cover(
    procedure: Annotated[Path, typer.Argument(help="a procedure file")],
    scenario: Annotated[str | None, typer.Option(help="play this scenario: a name, or its folder")] = None,
    log: Annotated[
        Path | None,
        typer.Option(help="in place of a scenario: a control room's database, or one fact as JSON on each line"),
    ] = None,
    days: Annotated[float, typer.Option(min=0.01, max=366, help="how long to play")] = 7.0,
    start: Annotated[str, typer.Option(help="when playing begins, in the centre's time")] = A_MONDAY,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="the luck of the callers")] = 1,
    wrong: Annotated[float, typer.Option(min=0, max=1, help="the chance that an answer is written down wrongly")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON in place of tables")] = False,
) -> None:
    """Say what a simulated span or a log exercised of a procedure, what was never used, and how triage judged."""
    from api.cover_tables import coverage_as_json, coverage_as_text, rehearsal_as_json, rehearsal_as_text
    from api.logged_facts import facts_from
    from incidents.local_time import instant_at
    from incidents.read import read_procedure
    from simulation.cover import coverage, rehearse
    from simulation.scenario_files import known_packs

    if (scenario is None) == (log is None):
        raise typer.BadParameter("name either a --scenario to play or a --log to read")
    if log is not None:
        rules = read_procedure(procedure, packs=known_packs())
        counted = coverage(facts_from(log), rules)
        typer.echo(json.dumps(coverage_as_json(counted), indent=2)) if as_json else _show(coverage_as_text(counted))
        return
    assert scenario is not None
    world = _scenario(scenario)
    rules = world.procedure(str(procedure.resolve()))
    opens_at = instant_at(start, world.centre.zone_info, where="--start")
    found = rehearse(world, rules, start=opens_at, days=days, seed=seed, wrong=wrong)
    typer.echo(json.dumps(rehearsal_as_json(found), indent=2)) if as_json else _show(rehearsal_as_text(found))


Said: TypeAlias = tuple[Mapping[str, str], Mapping[str, str]]
"""An interview: question -> answer, and question -> the jump-out by which it was left."""


def _interviews(rules: Procedure, answers: list[str], left: list[str], is_every_priority: bool) -> list[Said]:
    """The one that is given, or else those of the worked examples.

    Which rungs are reached hangs on the first priority alone, so for boundaries each priority has an interview.
    """
    from incidents.interview import interviews

    if answers or left:
        return [(_told(answers, "--answer", "answer"), _told(left, "--left", "jump-out"))]
    chosen: list[Said] = [(example.answers, example.left) for example in rules.examples]
    shown = {example.priority for example in rules.examples if rules.determinants[example.code].plan is not None}
    if is_every_priority or not chosen:
        for code, interview in interviews(rules).items():
            determinant = rules.determinants[code]
            if determinant.plan is not None and determinant.priority not in shown:
                shown.add(determinant.priority)
                chosen.append((interview, {}))
    return chosen or [(next(iter(interviews(rules).values())), {})]


def _station(centre: Centre, name: str) -> Place:
    from incidents.refusals import Refusal

    if name not in centre.stations:
        raise Refusal.of("--station", f"unknown station {name!r}", ", ".join(centre.stations) or "the centre has none")
    return centre.station(name)


def _told(said: list[str], option: str, noun: str) -> Mapping[str, str]:
    from incidents.refusals import Flaw, Refusal

    told: dict[str, str] = {}
    flaws = []
    for each in said:
        question, is_said, answer = each.partition("=")
        if not is_said or not question or not answer:
            flaws.append(Flaw(f"{option} {each}", f"is no {noun}", f"QUESTION={noun.upper()}"))
        elif question in told:
            flaws.append(Flaw(f"{option} {each}", "speaks of a question a second time", "each question once"))
        told[question] = answer
    if flaws:
        raise Refusal(flaws)
    return told


def _scenario(name: str) -> Scenario:
    """A scenario by the folder that it stands in, or else by its name."""
    from simulation.scenario import Scenario
    from simulation.scenario_files import scenario_folder

    folder = Path(name)
    return Scenario.read(folder if (folder / "workload.yaml").exists() else scenario_folder(name))


def _show(shown: RenderableType) -> None:
    from rich.console import Console

    # A file or a pipe has no width of its own, and tables folded at 80 columns are hard to read.
    console = Console() if Console().is_terminal else Console(width=WIDTH_OF_FILES)
    console.print(shown)
