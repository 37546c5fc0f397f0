"""The planner's command `recommend`. `command_line` hangs it under `muster`; what it needs it imports when it runs.

Progress goes to standard error. Imports `simulation`, and `log` where a recorded log is taken apart.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from incidents.centre import Centre
    from incidents.facts import Fact
    from incidents.procedure import Procedure
    from simulation.experiment_runs import Hands
    from simulation.recommending.aim import Aim
    from simulation.recommending.recommendation import Recommendation
    from simulation.recommending.staffing_search import Staffing
    from simulation.scenario import Scenario

T = TypeVar("T")
BUDGET = 200
BASELINE = "procedures/baseline.yaml"


def recommend(
    scenario: Annotated[str, typer.Argument(help="a scenario's folder, or its name")],
    log: Annotated[
        str | None, typer.Option(help="take this log apart in place of simulated runs; changes are played either way")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(help="FIGURE<=VALUE or FIGURE>=VALUE, of response_s or answer_s; factory: the procedure's"),
    ] = None,
    beside: Annotated[
        str | None,
        typer.Option(help="a figure that should not suffer; factory: the least urgent, or callers who give up"),
    ] = None,
    procedure: Annotated[str, typer.Option(help="the rules of today, in the scenario's folder")] = BASELINE,
    budget: Annotated[int, typer.Option(help="runs to play, everything counted")] = BUDGET,
    days: Annotated[float, typer.Option(min=0.05, max=366, help="days of a run, after 12 h of warm-up")] = 7,
    seed: Annotated[int, typer.Option(min=0, max=2**30, help="the first seed")] = 1,
    workers: Annotated[int | None, typer.Option(min=1, help="processes; one for each core if not said")] = None,
    store: Annotated[Path | None, typer.Option(help="keep what is played here; if not said, nothing is kept")] = None,
    staff: Annotated[
        str | None, typer.Option(help="search the least staff of this kind that meets the target, in place of changes")
    ] = None,
    blocks: Annotated[int, typer.Option(help="of --staff: equal blocks of the day, each with a number of its own")] = 3,
    runs: Annotated[int, typer.Option(min=2, max=100, help="of --staff: runs of each choice")] = 5,
    html: Annotated[Path | None, typer.Option(help="also write a page that needs nothing but itself")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print everything as JSON in place of text")] = False,
) -> None:
    """Say where the time goes, which stage holds a target back, and which change would help, by how much and how surely."""
    from simulation.recommending.aim import aim_of, usual_aim
    from simulation.recommending.recommendation import Asked, recommended
    from simulation.scenario import Scenario
    from simulation.scenario_files import scenario_folder

    folder = Path(scenario) if Path(scenario).is_dir() else scenario_folder(scenario)
    read = Scenario.read(folder)
    rules = read.procedure(procedure)
    aim = usual_aim(rules, read.centre) if target is None else aim_of(target, rules)
    if html is not None:
        _writable(html, staff)
    if staff is not None:
        typer.echo(_staffing(read, procedure, aim, _Search(staff, blocks, runs, days, seed), workers, store, as_json))
        return
    other = _beside(aim, rules) if beside is None else beside
    lived = None if log is None else _lived(log)
    asked = Asked(read, procedure, aim, other, budget, days, first_seed=seed, log=lived)
    found = _with_hands(lambda hands: recommended(asked, hands), workers, store)
    _tell(found, html, as_json)


@dataclass(frozen=True, slots=True)
class _Search:
    """What is asked of a search for staff."""

    kind: str
    blocks: int
    runs: int
    days: float
    seed: int


def _staffing(
    scenario: Scenario, procedure: str, aim: Aim, asked: _Search, workers: int | None, store: Path | None, as_json: bool
) -> str:
    """The least staff, as text or JSON."""
    from simulation.arms import Arm
    from simulation.default_experiment import MONDAY
    from simulation.periods import Normal, played
    from simulation.recommending.staffing_search import least_staff, staffing_lines

    rules = scenario.procedure(procedure)
    week = played("a week", Normal(kind="normal", start=MONDAY, days=asked.days), scenario, rules)
    today, seeds = Arm("today", scenario.centre, rules), range(asked.seed, asked.seed + asked.runs)

    def search(hands: Hands) -> Staffing:
        return least_staff(today, week, asked.kind, asked.blocks, aim, seeds, hands)

    found = _with_hands(search, workers, store)
    return json.dumps(asdict(found), indent=2) if as_json else "\n".join(staffing_lines(found, aim))


def _tell(found: Recommendation, html: Path | None, as_json: bool) -> None:
    """Write the page, and print the answer."""
    from simulation.recommending.page import as_html
    from simulation.recommending.words import as_json as plain
    from simulation.recommending.words import as_lines

    if html is not None:
        html.write_text(as_html(found), encoding="utf-8")
    typer.echo(json.dumps(plain(found), indent=2) if as_json else "\n".join(as_lines(found)))


def _writable(html: Path, staff: str | None) -> None:
    """Make the page before anything is played: an hour of work must not end in a refusal."""
    from incidents.refusals import Refusal

    if staff is not None:
        raise Refusal.of("--html", "the search for staff has no page", "--json, or no --staff")
    try:
        html.touch()
    except OSError as error:
        raise Refusal.of(str(html), f"cannot be written: {error.strerror}", "a file that can be, as --html") from error


def _beside(aim: Aim, procedure: Procedure) -> str:
    last = max(procedure.priorities, key=lambda name: (procedure.priorities[name].rank, name))
    return f"response_s.p90.{last}" if aim.clock == "response_s" else "abandoned.share"


def _lived(database: str) -> tuple[Sequence[Fact], Centre, Procedure | None]:
    """The facts of a log, its centre, and the rules last in force."""
    from api.logged_facts import lived_log
    from incidents.facts import ProcedureAdopted

    lived = lived_log(database)
    facts = lived.facts
    adopted = [fact.fingerprint for fact in facts if isinstance(fact, ProcedureAdopted)]
    return facts, lived.centre, lived.procedures.get(adopted[-1]) if adopted else None


def _with_hands(doing: Callable[[Hands], T], workers: int | None, store: Path | None) -> T:
    """Play, and say on standard error how far it is."""
    from rich.console import Console

    from api.experiment_progress import shown
    from api.planner_commands import INTERRUPTED
    from simulation.experiment_runs import Hands
    from simulation.replication_store import Store

    console = Console(stderr=True)
    hands = Hands(workers=workers or os.cpu_count(), store=None if store is None else Store(store))
    try:
        with shown(console) as hands.progress:
            return doing(hands)
    except KeyboardInterrupt:
        console.print("cut short; with --store the same command goes on from there", soft_wrap=True, highlight=False)
        raise typer.Exit(INTERRUPTED) from None
