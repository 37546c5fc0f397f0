"""The command `conformance`: what a log says of the checks, targets and goals of the rules in force. `command_line` hangs it up.

The log is a live one, or one that is played here for the purpose. Imports `log`, `simulation` and `incidents`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.settings import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from incidents.centre import Centre
    from incidents.conformance import Conformance, Finding, TargetTotal
    from incidents.facts import Fact
    from incidents.procedure import Procedure
    from incidents.quantities import Instant
    from incidents.targets import TargetPack

NOT_KEPT = 1
BASELINE = "procedures/baseline.yaml"
WARM_UP_S = 12 * 3600.0
MISSED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Log:
    """A log, the rules it was made under, and the window that is judged (None: all of it)."""

    facts: Sequence[Fact]
    centre: Centre
    procedures: Mapping[str, Procedure]
    in_force: str | None = None
    since: Instant | None = None
    until: Instant | None = None


def conformance(
    database: Annotated[str, typer.Option(help="the log to judge; it may be in use")] = str(DATABASE),
    scenario: Annotated[str | None, typer.Option(help="play this scenario and judge its log instead")] = None,
    procedure: Annotated[str, typer.Option(help="the scenario's procedure to play")] = BASELINE,
    days: Annotated[float, typer.Option(min=0.05, max=366, help="days to play, after 12 h of warm-up")] = 7,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the first day to play")] = datetime(2017, 1, 9),
    seed: Annotated[int, typer.Option(min=0, help="the seed to play")] = 1,
    targets: Annotated[Path | None, typer.Option(help="a folder of target packs, in place of Muster's own")] = None,
    subject: Annotated[
        str | None, typer.Option(help="one contact or incident: what was found, and the facts that show it")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print everything that was found as JSON")] = False,
) -> None:
    """Say which checks and targets of the rules in force were kept; exit 1 if one was not."""
    from incidents.conformance import conformance as judged
    from simulation.scenario_files import known_packs

    packs = known_packs(targets)
    log = _lived(database) if scenario is None else _played(scenario, procedure, packs, start, days, seed)
    found = judged(log.facts, log.procedures, packs, in_force=log.in_force, since=log.since, until=log.until)
    if as_json:
        typer.echo(json.dumps(_plain(found), indent=2))
    elif subject is not None:
        typer.echo("\n".join(_told(found, subject)))
    else:
        typer.echo("\n".join(_table(found, log)))
    if not found.is_kept:
        raise typer.Exit(NOT_KEPT)


def _lived(database: str) -> _Log:
    from api.logged_facts import lived_log

    lived = lived_log(database)
    return _Log(lived.facts, lived.centre, lived.procedures)


def _played(
    name: str, procedure: str, packs: Mapping[str, TargetPack], start: datetime, days: float, seed: int
) -> _Log:
    from simulation.replications import DAY_S, Span, contacts_of, play
    from simulation.scenario import Scenario
    from simulation.scenario_files import scenario_folder

    scenario = Scenario.read(scenario_folder(name))
    rules = scenario.procedure(procedure, packs)
    midnight = start.replace(tzinfo=scenario.centre.zone_info)
    span = Span(round(midnight.timestamp() * 1000), WARM_UP_S, days * DAY_S)
    facts = play(scenario, rules, contacts_of(scenario, span, seed), span)
    return _Log(facts, scenario.centre, {rules.fingerprint: rules}, rules.fingerprint, span.since, span.until)


# For people.


def _table(found: Conformance, log: _Log) -> Iterator[str]:
    for fingerprint in dict.fromkeys(each.fingerprint for each in found.findings):
        rules = log.procedures[fingerprint]
        yield f"{rules.procedure}, revision {rules.revision} ({fingerprint[:16]})"
        yield f"  {'checks':<44}{'met':>8}{'missed':>8}{'pending':>8}"
        for check in found.checks:
            if check.fingerprint == fingerprint:
                yield f"  {check.rule:<44}{check.met:>8}{check.missed:>8}{check.pending:>8}"
        yield f"  {'targets':<44}{'figure':>12}  {'limit':<20}{'timed':>8}{'running':>8}"
        for target in found.targets:
            if target.fingerprint == fingerprint:
                yield _row(target)
        yield from _goals(rules, log)
    missed = [each for each in found.findings if each.sort == "check" and each.verdict == "missed"]
    yield from (f"{each.subject}: {each.rule}: {each.because} ({_entries(each)})" for each in missed[:MISSED_SHOWN])
    if len(missed) > MISSED_SHOWN:
        yield f"and {len(missed) - MISSED_SHOWN} missed checks more; --json lists them all"
    if found.unjudged:
        yield f"{found.unjudged} contacts and incidents began before any procedure was in force"
    yield "kept" if found.is_kept else "not kept"


def _row(total: TargetTotal) -> str:
    target = total.target
    if target.share is None:
        figure, limit = f"{total.figure:.1f} s", f"{target.statistic} {target.limit_s:g} s"
    else:
        figure, limit = f"{100 * total.figure:.1f} %", f"{100 * target.share:g} % in {target.limit_s:g} s"
    verdict = {None: "nothing timed", True: "met", False: "missed"}[total.is_met]
    shown = figure if total.is_met is not None else "-"
    return f"  {total.rule:<44}{shown:>12}  {limit:<20}{total.timed:>8}{total.running:>8}  {verdict}"


def _goals(rules: Procedure, log: _Log) -> Iterator[str]:
    """The indicators of the objectives, over everything that is judged."""
    from incidents.goals import reached
    from incidents.performance import measure

    if not rules.goals or not log.facts:
        return
    since = log.facts[0].at if log.since is None else log.since
    until = log.facts[-1].at + 1 if log.until is None else log.until
    measures = measure(log.facts, since=since, until=until, procedure=rules, centre=log.centre)
    yield "  goals"
    for each in reached(rules.goals, measures):
        yield f"  {each.objective:<44}{each.figure:>12.2f}  {each.indicator.said:<36}{'met' if each.is_met else 'missed'}"


def _told(found: Conformance, subject: str) -> Iterator[str]:
    from api.log_chain import fact_text

    for each in found.of(subject):
        yield f"{each.verdict:<8}{each.sort} {each.rule}: {each.because}"
        yield from (f"        {shown.number:>8}  {fact_text(shown.fact)}" for shown in each.shown_by)


def _entries(finding: Finding) -> str:
    return ", ".join(f"entry {shown.number}" for shown in finding.shown_by) or "no entry"


# For scripts.


def _plain(found: Conformance) -> dict[str, Any]:
    return {
        "kept": found.is_kept,
        "unjudged": found.unjudged,
        "checks": [
            {
                "rule": each.rule,
                "procedure": each.fingerprint,
                "met": each.met,
                "missed": each.missed,
                "pending": each.pending,
            }
            for each in found.checks
        ],
        "targets": [_plain_target(each) for each in found.targets],
        "findings": [_plain_finding(each) for each in found.findings],
    }


def _plain_target(total: TargetTotal) -> dict[str, Any]:
    return {
        "rule": total.rule,
        "procedure": total.fingerprint,
        "statistic": total.target.statistic,
        "limit_s": total.target.limit_s,
        "share": total.target.share,
        # JSON has no word for a number that is none.
        "figure": None if total.is_met is None else total.figure,
        "met": total.is_met,
        "timed": total.timed,
        "running": total.running,
        "pending": total.pending,
    }


def _plain_finding(finding: Finding) -> dict[str, Any]:
    from incidents.records import as_record

    return {
        "subject": finding.subject,
        "sort": finding.sort,
        "rule": finding.rule,
        "procedure": finding.fingerprint,
        "verdict": finding.verdict.value,
        "because": finding.because,
        "time_s": finding.time_s,
        "shown_by": [{"entry": shown.number, "fact": as_record(shown.fact)} for shown in finding.shown_by],
    }
