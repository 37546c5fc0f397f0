"""The command `debrief`: one incident, or one night, of a log, step by step. `command_line` hangs it up.

The log is a control room's database, or a file with one fact as JSON on each line, which needs its centre and its procedures
beside it. Imports `log`, `logged_facts`, `debrief_tables`, `simulation` and `incidents`.
"""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.centre import Centre
    from incidents.debrief import Debrief
    from incidents.facts import Fact
    from incidents.procedure import Procedure
    from simulation.played_on import PlayedOn


@dataclass(frozen=True, slots=True)
class _Kept:
    """A log with what it was kept under. `actors` None: the log does not say who recorded what."""

    facts: Sequence[Fact]
    centre: Centre
    procedures: Mapping[str, Procedure]
    actors: Sequence[str] | None = None
    in_force: str | None = None


def debrief(
    log: Annotated[str, typer.Argument(help="a control room's log (a file, or postgresql://), or facts as JSON lines")],
    incident: Annotated[str | None, typer.Option(help="one incident, with its calls")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="from this local time on, such as 2026-03-28T22:00")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="before this local time")] = None,
    under: Annotated[
        Path | None, typer.Option(help="another procedure: what it would have proposed at each point")
    ] = None,
    play_on: Annotated[
        bool, typer.Option("--play-on", help="also simulate the whole log under both, with the figures side by side")
    ] = False,
    centre: Annotated[Path | None, typer.Option(help="the centre of a log in lines")] = None,
    procedure: Annotated[
        list[Path] | None, typer.Option(help="a procedure of a log in lines; the first is in force at its beginning")
    ] = None,
    roads: Annotated[Path | None, typer.Option(help="the road network that the log's centre names")] = None,
    targets: Annotated[Path | None, typer.Option(help="a folder of target packs, in place of Muster's own")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="write a page (*.html) or data (*.json) to this file")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print it as JSON")] = False,
) -> None:
    """Tell one incident, or one stretch of a log: what happened, what was proposed, and what other rules would have said."""
    _refuse_options(incident, since, until, under, out, play_on=play_on)
    told = _debriefed(_kept(log, centre, procedure or [], roads), incident, (since, until), under, targets, play_on)
    _tell(*told, out, as_json=as_json)


def _debriefed(
    kept: _Kept,
    incident: str | None,
    window: tuple[str | None, str | None],
    under: Path | None,
    targets: Path | None,
    play_on: bool,
) -> tuple[Debrief, PlayedOn | None]:
    from incidents.debrief import debrief as debriefed
    from incidents.local_time import instant_at
    from incidents.quantities import IncidentId
    from incidents.read import read_procedure
    from simulation.played_on import play_on as played_on
    from simulation.scenario_files import known_packs

    packs, zone = known_packs(targets), kept.centre.zone_info
    start, end = (
        None if each is None else instant_at(each, zone, where=where)
        for each, where in zip(window, ("--from", "--to"), strict=True)
    )
    second = None if under is None else read_procedure(under, kept.centre, packs)
    found = debriefed(
        kept.facts, kept.centre, kept.procedures, packs, incident=None if incident is None else IncidentId(incident),
        since=start, until=end, second=second, actors=kept.actors, in_force=kept.in_force,
    )  # fmt: skip
    if not play_on or second is None:
        return found, None
    in_force = kept.procedures[found.replay.situation.procedure or next(iter(kept.procedures))]
    return found, played_on(kept.facts, kept.centre, in_force, second, since=start, until=end)


def _tell(found: Debrief, played: PlayedOn | None, out: Path | None, *, as_json: bool) -> None:
    from api.debrief_tables import debrief_as_html, debrief_as_json, debrief_as_text

    plain = json.dumps(debrief_as_json(found, played), indent=2, ensure_ascii=False)
    if out is not None:
        page = debrief_as_html(found, played, command=shlex.join(["muster", *sys.argv[1:]]))
        _write(out, plain + "\n" if out.suffix == ".json" else page)
    else:
        typer.echo(plain if as_json else debrief_as_text(found, played))


def _refuse_options(
    incident: str | None, since: str | None, until: str | None, under: Path | None, out: Path | None, *, play_on: bool
) -> None:
    if (incident is None) == (since is None and until is None):
        raise typer.BadParameter("name an --incident, or a stretch with --from and --to")
    if play_on and under is None:
        raise typer.BadParameter("--play-on goes with --under")
    if out is not None and out.suffix not in (".html", ".json"):
        raise typer.BadParameter("--out is a file *.html or *.json")


def _kept(log: str, centre: Path | None, procedures: Sequence[Path], roads: Path | None) -> _Kept:
    from api.logged_facts import facts_from
    from incidents.read import read_centre, read_procedure, with_roads
    from incidents.refusals import Flaw, Refusal
    from simulation.scenario_files import known_packs

    if _is_kept_database(log):
        kept = _lived(log)
        return kept if roads is None else replace(kept, centre=with_roads(kept.centre, roads))
    if centre is None or not procedures:
        raise Refusal([Flaw(log, "is no database of a control room", "--centre and --procedure beside facts in lines")])
    place = read_centre(centre)
    read = [read_procedure(each, place, known_packs()) for each in procedures]
    known = {each.fingerprint: each for each in read}
    return _Kept(facts_from(Path(log)), place, known, in_force=read[0].fingerprint)


def _is_kept_database(log: str) -> bool:
    from api.logged_facts import is_database

    try:
        return is_database(log)
    except OSError:
        return False


def _lived(log: str) -> _Kept:
    from api.logged_facts import lived_log

    lived = lived_log(log)
    return _Kept(lived.facts, lived.centre, lived.procedures, [entry.actor for entry in lived.entries])


def _write(out: Path, text: str) -> None:
    from incidents.refusals import DocumentRefused, Flaw

    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DocumentRefused(
            [Flaw(str(out), f"cannot be written: {error}", "a file in a folder that exists")]
        ) from error
    typer.echo(f"written to {out}")
