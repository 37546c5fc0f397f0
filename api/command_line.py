"""The command `muster`. Every command imports what it needs only when it runs, so that `--help` is quick.

Refusals are printed plainly, one line for each flaw, and end with exit code 2; a check or an audit that finds something ends
with 1.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import (
    call_taker_command,
    conformance_command,
    debrief_command,
    designer_commands,
    fitting_commands,
    key_commands,
    log_commands,
    planner_commands,
    recommend_command,
    rehearsal_commands,
    roads_commands,
    world_commands,
)
from api.log_commands import FOUND_SOMETHING
from api.settings import CHECKPOINTS, DATABASE, JOBS, LOOPBACK, PORT, SCENARIO, SIGNING_KEY, Settings

if TYPE_CHECKING:
    from incidents.centre import Centre, Document
    from incidents.procedure import Procedure


class Published(StrEnum):
    """The kinds of files whose format is published."""

    PROCEDURE = "procedure"
    CENTRE = "centre"
    EXPERIMENT = "experiment"
    MAPPING = "mapping"
    WORKLOAD = "workload"


app = typer.Typer(
    name="muster",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Dispatch, simulation and procedures on one core.",
)

REFUSED = 2
PACKAGES = ("optimiser", "incidents", "simulation", "api")


def main() -> None:
    """Run the command line; what `muster` calls."""
    strangers = strangers_among(PACKAGES)
    if strangers:
        print("\n".join(strangers), file=sys.stderr)
        sys.exit(REFUSED)
    from incidents.refusals import Refusal

    try:
        app()
    except Refusal as refusal:
        for flaw in refusal.flaws:
            print(flaw, file=sys.stderr)
        sys.exit(REFUSED)


def strangers_among(packages: tuple[str, ...]) -> list[str]:
    """Say which of our packages were taken from elsewhere: a folder of that name where one stands goes before ours."""
    ours = Path(__file__).resolve().parent.parent
    found = []
    for name in packages:
        file = importlib.import_module(name).__file__
        if file is None or Path(file).resolve().parent != ours / name:
            found.append(
                f"{name}: Python found another package of that name ({file or 'a plain folder'}); run in another folder"
            )
    return found


@app.command()
def serve(
    scenario: Annotated[str | None, typer.Option(help=f"begin with this scenario (a new log: {SCENARIO})")] = None,
    centre: Annotated[Path | None, typer.Option(help="a centre file, in place of a scenario")] = None,
    procedure: Annotated[
        Path | None, typer.Option(help="a procedure file, in place of the scenario's baseline")
    ] = None,
    database: Annotated[str, typer.Option(help="where the log is kept: a file, or a postgresql:// address")] = str(
        DATABASE
    ),
    host: Annotated[
        str, typer.Option(help="the address to listen on; others than loopback need keys or an identity provider")
    ] = LOOPBACK,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port, which is printed")] = PORT,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="put another procedure in force on a log that has one")
    ] = False,
    sign_on: Annotated[bool, typer.Option("--sign-on-all", help="sign everybody on at their bases")] = False,
    roads: Annotated[Path | None, typer.Option(help="the road network that the centre of a log names")] = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            help=f"the file that says, signed, where the log stood: {CHECKPOINTS} beside the log, if not said"
        ),
    ] = None,
    signing_key: Annotated[
        Path | None,
        typer.Option(help=f"the Ed25519 key that signs, made where there is none: {SIGNING_KEY} beside the log"),
    ] = None,
    oidc_issuer: Annotated[str | None, typer.Option(help="the identity provider whose tokens are believed")] = None,
    oidc_audience: Annotated[str, typer.Option(help="the name that its tokens must be made out to")] = "muster",
    oidc_client: Annotated[str | None, typer.Option(help="the one application they may have been issued to")] = None,
) -> None:
    """Start the live control room. A log that exists goes on as it was, without any other option."""
    from api.log_server import is_address
    from api.serving import serve as run
    from api.tokens import Provider

    goes_on = scenario is None and centre is None and procedure is None and _is_begun(database)
    documents = (None, None) if goes_on else _documents(scenario, centre, procedure)
    # A log on a server has no folder of its own; what belongs to this node then stands where it was started.
    beside = Path() if is_address(database) else Path(database).parent
    run(
        Settings(
            host, port, checkpoints=checkpoints or beside / CHECKPOINTS, signing_key=signing_key or beside / SIGNING_KEY,
            jobs=beside / JOBS,
        ),
        database, *documents, adopt=adopt, sign_on=sign_on, tell=print, roads=roads,
        provider=None if oidc_issuer is None else Provider(oidc_issuer, oidc_audience, oidc_client),
    )  # fmt: skip


@app.command()
def allocate(
    file: Annotated[
        Path | None, typer.Argument(help="a snapshot or a VROOM problem as JSON; - for standard input")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the whole answer as JSON")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="print the JSON Schema of a snapshot")] = False,
    answers: Annotated[bool, typer.Option("--answer-schema", help="print the JSON Schema of an answer")] = False,
    by_response: Annotated[
        bool, typer.Option("--response", help="of a VROOM problem: plan by urgency, in place of VROOM's own aim")
    ] = False,
) -> None:
    """Say who goes where in a snapshot, and why; a VROOM problem is answered with a VROOM solution."""
    from optimiser.sequence import plan
    from optimiser.snapshot import allocate as solve
    from optimiser.snapshot import answer_schema, as_table, read_snapshot, snapshot_schema
    from optimiser.vroom_format import is_vroom, read_vroom, vroom_solution

    if schema or answers:
        print(json.dumps(answer_schema() if answers else snapshot_schema(), indent=2))
        return
    if file is None:
        raise typer.BadParameter("name a snapshot, or ask for its --schema")
    text = _text(file)
    if is_vroom(text):
        given = read_vroom(text, "response" if by_response else "travel")
        print(json.dumps(vroom_solution(given, plan(given.problem)), indent=2))
        return
    answer = solve(read_snapshot(text))
    print(answer.model_dump_json(indent=2) if as_json else as_table(answer))


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="centres, procedures, experiments, target packs, mappings of logs and roads"),
    ] = None,
    centre: Annotated[Path | None, typer.Option(help="check the procedures against this centre")] = None,
    targets: Annotated[Path | None, typer.Option(help="a folder of target packs, in place of Muster's own")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="a warning is a flaw")] = False,
    schema: Annotated[Published | None, typer.Option(help="print the JSON Schema of such a file, for editors")] = None,
) -> None:
    """Check centre and procedure files; print every flaw with file:line:column, and warnings, which leave a file sound."""
    from incidents.read import check_procedure, published_schema, read_centre
    from incidents.refusals import DocumentRefused
    from simulation.scenario_files import known_packs

    if schema is not None:
        print(json.dumps(published_schema(_kind(schema)), indent=2))
        return
    if not files:
        raise typer.BadParameter("name a file, or ask for a --schema")
    packs = known_packs(targets)
    against = None if centre is None else read_centre(centre)
    readers, flawed = _readers(), False
    for file in files:
        try:
            reader = next((each for word, each in readers.items() if designer_commands.begins(file, word)), None)
            if reader is not None:
                reader(file)
            else:
                warnings = check_procedure(file, against, packs).warnings
                for warning in warnings:
                    print(f"warning: {warning}")
                if strict and warnings:
                    flawed = True
                    continue
            print(f"{file}: sound")
        except DocumentRefused as refusal:
            flawed = True
            print("\n".join(map(str, refusal.flaws)))
    if flawed:
        raise typer.Exit(FOUND_SOMETHING)


app.add_typer(log_commands.audit, name="audit")
app.add_typer(key_commands.keys, name="keys")
app.command()(log_commands.backup)
app.command()(log_commands.restore)
app.command()(log_commands.doctor)
app.command()(log_commands.worker)
app.command()(designer_commands.walk)
app.command()(designer_commands.draw)
app.command()(designer_commands.diff)
app.command("what-if")(planner_commands.what_if)
app.command()(recommend_command.recommend)
app.command("call-takers")(call_taker_command.call_takers)
app.command()(planner_commands.demo)
app.command()(fitting_commands.fit)
app.command("back-test")(fitting_commands.back_test)
app.command()(world_commands.contacts)
app.command()(world_commands.play)
app.add_typer(roads_commands.roads, name="roads")
app.command("dry-run")(rehearsal_commands.dry_run)
app.command()(rehearsal_commands.cover)
app.command()(conformance_command.conformance)
app.command()(debrief_command.debrief)


def _documents(scenario: str | None, centre: Path | None, procedure: Path | None) -> tuple[Centre, Procedure]:
    from incidents.read import read_centre, read_procedure
    from simulation.scenario_files import known_packs, scenario_folder

    if centre is None or procedure is None:
        folder = scenario_folder(scenario or SCENARIO)
        centre = centre or folder / "centre.yaml"
        procedure = procedure or folder / "procedures" / "baseline.yaml"
    read = read_centre(centre)
    return read, read_procedure(procedure, read, known_packs())


def _is_begun(database: str) -> bool:
    """Whether there is a log with a centre; a file that is none is refused later, by whoever opens it."""
    from api.log import LogReader
    from api.log_server import is_address
    from incidents.refusals import Refusal

    if not is_address(database) and not Path(database).exists():
        return False
    log = LogReader(database)
    try:
        return log.centre() is not None
    except Refusal:
        return False
    finally:
        log.close()


def _text(file: Path) -> str:
    from optimiser.refusals import DocumentRefused, Flaw

    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentRefused([Flaw(str(file), f"cannot be read: {error}", "JSON in UTF-8")]) from error


def _readers() -> Mapping[str, Callable[[Path], object]]:
    """How each kind of file is read, by the key that says what it is; whatever has none of them is a procedure."""
    from incidents.read import read_centre, read_document
    from incidents.targets import TargetPack
    from simulation.experiment import read_experiment
    from simulation.fitting.mapping import LogMapping
    from simulation.roads.mapping import RoadMapping

    return {
        "centre": read_centre,
        "experiment": read_experiment,
        "mapping": lambda file: read_document(file, LogMapping, LogMapping.flaws),
        "pack": lambda file: read_document(file, TargetPack, TargetPack.flaws),
        "roads": lambda file: read_document(file, RoadMapping, RoadMapping.flaws),
    }


def _kind(schema: Published) -> type[Document]:
    from incidents.centre import Centre
    from incidents.procedure import Procedure
    from simulation.experiment import Experiment
    from simulation.fitting.mapping import LogMapping
    from simulation.workload import Workload

    kinds: dict[Published, type[Document]] = {
        Published.CENTRE: Centre,
        Published.EXPERIMENT: Experiment,
        Published.MAPPING: LogMapping,
        Published.PROCEDURE: Procedure,
        Published.WORKLOAD: Workload,
    }
    return kinds[schema]
