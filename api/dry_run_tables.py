"""What a dry run looks like: timelines and boundaries, as tables for a terminal and as plain data. Imports `incidents`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from incidents import facts as f
from incidents.centre import Centre
from incidents.dry_run import Asked, Boundary, Step, odd_edges, unforetold
from incidents.local_time import local
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant
from incidents.records import as_record

NAMES_SHOWN = 8
"""The names that a terminal shows of a crew, or of what was never used."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """One interview, what follows it, and its boundaries; None: nobody asked for them. `left`: question -> jump-out."""

    answers: Mapping[str, str]
    steps: tuple[Step, ...]
    boundaries: tuple[Boundary, ...] | None = None
    left: Mapping[str, str] = field(default_factory=dict)


def dry_run_as_text(centre: Centre, procedure: Procedure, runs: Sequence[DryRun]) -> RenderableType:
    """A timeline for each interview, with the seconds since the incident was opened and the centre's own clock."""
    opened_at = local(runs[0].steps[0].at, centre.zone_info)
    heading = (
        f"{procedure.procedure} revision {procedure.revision}, opened {opened_at:%A %Y-%m-%d %H:%M:%S %Z}, nobody sent"
    )
    parts: list[RenderableType] = [Text(heading, style="bold")]
    parts += [Text(f"note: {note}") for note in _notes(centre, procedure, runs)]
    for run in runs:
        said = ", ".join(f"{question}={answer}" for question, answer in (*run.answers.items(), *run.left.items()))
        parts += [Text(), Text(said, style="bold"), _timeline_table(centre, run)]
        if run.boundaries:
            parts += [Text(), _boundary_table(run.boundaries)]
    return Group(*parts)


def dry_run_as_json(centre: Centre, procedure: Procedure, runs: Sequence[DryRun]) -> dict[str, Any]:
    """The same as plain data; facts as the log writes them, beside local times with their offsets."""
    return {
        "procedure": procedure.procedure,
        "revision": procedure.revision,
        "fingerprint": procedure.fingerprint,
        "centre": centre.centre,
        "time_zone": centre.time_zone,
        "notes": list(_notes(centre, procedure, runs)),
        "runs": [
            {
                "answers": dict(run.answers),
                "left": dict(run.left),
                "steps": [_step_as_json(centre, step, run.steps[0].at) for step in run.steps],
                "boundaries": [
                    {
                        "rung": each.rung,
                        "case": each.case,
                        "taken_up_s": each.taken_up_ms / MS_PER_S,
                        "is_reached": each.is_reached,
                        "priority": each.priority,
                    }
                    for each in run.boundaries or ()
                ],
            }
            for run in runs
        ],
    }


def _notes(centre: Centre, procedure: Procedure, runs: Sequence[DryRun]) -> tuple[str, ...]:
    """What a reader has to know before believing a timeline."""
    steps = [step for run in runs for step in run.steps]
    odd = odd_edges(centre, min(step.at for step in steps), max(step.at for step in steps))
    held = {step.fact.priority for step in steps if isinstance(step.fact, f.IncidentAssessed | f.IncidentEscalated)}
    at_once = [name for name in procedure.dispatch.automatic if name in held]
    said = [f"a need of {name} is acted on at once while somebody can go; this is when nobody can" for name in at_once]
    reached = {each.rung for run in runs for each in run.boundaries or ()}
    is_asked = any(run.boundaries is not None for run in runs)
    silent = unforetold(procedure)
    acted = {step.fact.rung for step in steps if isinstance(step.fact, f.IncidentEscalated)}
    calling = [name for name, rung in procedure.escalation.items() if rung.notifies or rung.requests is not None]
    idle = [name for name in procedure.escalation if is_asked and name not in reached and name not in silent]
    return (
        *odd,
        *said,
        *(f"rung {name} is reached by none of these" for name in idle),
        *(f"when rung {name} acts is not foretold: this is what follows without it" for name in silent),
        *(f"whom rung {name} tells or asks for aid is not foretold" for name in calling if name in acted),
    )


def _timeline_table(centre: Centre, run: DryRun) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("second", "local time", "what follows", "who can be told"):
        table.add_column(heading, justify="right" if heading == "second" else "left")
    opened_at = run.steps[0].at
    for at, what, who in _lines(centre, run.steps):
        second = f"{(at - opened_at) / MS_PER_S:,.3f}".rstrip("0").rstrip(".")
        clock = local(at, centre.zone_info)
        table.add_row(*(Text(cell) for cell in (second, f"{clock:%a %H:%M:%S %Z}", what, who)))
    return table


def _lines(centre: Centre, steps: Iterable[Step]) -> list[tuple[Instant, str, str]]:
    """(instant, what follows, who can be told); those who change shift at one instant share a line."""
    lines: list[tuple[Instant, str, str]] = []
    edges: dict[tuple[Instant, str], list[str]] = {}
    for step in steps:
        match step.fact:
            case f.ResourceSignedOn(at=at, resource=resource):
                key = at, "on duty from now"
            case f.ResourceSignedOff(at=at, resource=resource):
                key = at, "off duty from now"
            case _:
                lines.append((step.at, _in_words(step.fact), "; ".join(_asked(centre, each) for each in step.asked)))
                continue
        if key not in edges:
            edges[key] = []
            lines.append((key[0], key[1], ""))
        edges[key].append(resource)
    return [
        (at, f"{what}: {in_short(edges[at, what])}" if (at, what) in edges else what, who) for at, what, who in lines
    ]


def _in_words(fact: f.Fact) -> str:
    match fact:
        case f.IncidentOpened():
            return "incident opened"
        case f.AnswerGiven():
            return f"answered {fact.question}: {fact.answer}"
        case f.InterviewLeft():
            return f"interview left at {fact.question}: {fact.jump_out}"
        case f.IncidentAssessed():
            return f"assessed {fact.determinant}, {fact.priority}"
        case f.NeedOpened():
            rows = " + ".join(_row(row) for row in fact.rows)
            return f"need {fact.need} opened by {fact.because}: {rows}"
        case f.IncidentEscalated():
            raised = "" if fact.priority is None else f", raised to {fact.priority}"
            return f"rung {fact.rung}{raised} ({fact.because})"
        case _:
            return type(fact).__name__


def _row(row: f.NeedRow) -> str:
    level = f" at level {row.level}" if row.level > 1 else ""
    return f"{row.quantity} {row.skill}{level}"


def _asked(centre: Centre, asked: Asked) -> str:
    there = in_short(asked.on_duty) if asked.on_duty else "nobody on duty"
    if asked.next_on_at is None or len(asked.on_duty) >= asked.row.quantity:
        return f"{asked.row.skill}: {there}"
    return f"{asked.row.skill}: {there}, the next from {local(asked.next_on_at, centre.zone_info):%a %H:%M %Z}"


def in_short(names: Sequence[str], *, between: str = ", ") -> str:
    """The first of many names, and how many more there are."""
    more = len(names) - NAMES_SHOWN
    return between.join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _boundary_table(boundaries: Sequence[Boundary]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("rung", "taken up", "after s", "reached", "priority then"):
        table.add_column(heading, justify="right" if heading == "after s" else "left")
    for each in boundaries:
        after_s, reached = f"{each.taken_up_ms / MS_PER_S:,.3f}", "yes" if each.is_reached else "no"
        table.add_row(*(Text(cell) for cell in (each.rung, each.case, after_s, reached, each.priority)))
    return table


def _step_as_json(centre: Centre, step: Step, opened_at: Instant) -> dict[str, Any]:
    return {
        "after_s": (step.at - opened_at) / MS_PER_S,
        "local": local(step.at, centre.zone_info).isoformat(),
        "fact": as_record(step.fact),
        "asked": [
            {
                "skill": each.row.skill,
                "level": each.row.level,
                "quantity": each.row.quantity,
                "on_duty": list(each.on_duty),
                "next_on": None if each.next_on_at is None else local(each.next_on_at, centre.zone_info).isoformat(),
            }
            for each in step.asked
        ],
    }
