"""What a dry run looks like: timelines and boundaries, as tables for a terminal and as plain data. Imports `incidents`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from incidents import facts as f
from incidents.assumptions import NOTHING_ELSE, Assumptions
from incidents.boundaries import Boundary
from incidents.centre import Centre
from incidents.dry_run import INCIDENT, Asked, Step, odd_edges
from incidents.facts_in_words import in_words
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
    assumed: Assumptions = NOTHING_ELSE


def dry_run_as_text(centre: Centre, procedure: Procedure, runs: Sequence[DryRun]) -> RenderableType:
    """A timeline for each interview, with the seconds since the incident was opened and the centre's own clock."""
    opened_at = local(runs[0].steps[0].at, centre.zone_info)
    heading = f"{procedure.procedure} revision {procedure.revision}, reported {opened_at:%A %Y-%m-%d %H:%M:%S %Z}"
    parts: list[RenderableType] = [Text(heading, style="bold")]
    parts += [Text(f"note: {note}") for note in _notes(centre, procedure, runs)]
    for run in runs:
        said = ", ".join(f"{question}={answer}" for question, answer in (*run.answers.items(), *run.left.items()))
        parts += [Text(), Text(said, style="bold"), _timeline_table(centre, run)]
        if run.boundaries:
            parts += [Text(), _boundary_table(run.boundaries, run.steps[0].at)]
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
                "assumed": run.assumed.model_dump(mode="json", exclude_defaults=True),
                "steps": [_step_as_json(centre, step, run.steps[0].at) for step in run.steps],
                "boundaries": [_boundary_as_json(each, run.steps[0].at) for each in run.boundaries or ()],
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
    assumed = dict.fromkeys(each for run in runs for each in run.assumed.in_words())
    acted = {_rung_of(step.fact) for step in steps}
    is_asked = any(run.boundaries is not None for run in runs)
    idle = [name for name in procedure.escalation if is_asked and name not in acted]
    return (
        f"assumed: {'; '.join(assumed)}",
        *odd,
        *said,
        *(f"rung {name} is reached by none of these" for name in idle),
    )


def _rung_of(fact: f.Fact) -> str | None:
    match fact:
        case f.IncidentEscalated() | f.ContactEscalated():
            return fact.rung
        case f.ModeEntered():
            return fact.mode
        case _:
            return None


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
    """Say a fact; of another incident than the one rehearsed, with its name."""
    said = _said(fact)
    about = getattr(fact, "incident", None)
    return said if about in (None, INCIDENT) else f"{about}: {said}"


def _said(fact: f.Fact) -> str:
    """Say a fact in short: of a dry run, who sent whom and by which answers stands beside it anyway."""
    match fact:
        case f.IncidentAssessed():
            return f"assessed {fact.determinant}, {fact.priority}"
        case f.ResourceAssigned():
            return f"{fact.resource} is sent"
        case f.ContactAnswered():
            return "call answered"
        case _:
            return in_words(fact)


def _asked(centre: Centre, asked: Asked) -> str:
    there = in_short(asked.on_duty) if asked.on_duty else "nobody on duty"
    if asked.next_on_at is None or len(asked.on_duty) >= asked.row.quantity:
        return f"{asked.row.skill}: {there}"
    return f"{asked.row.skill}: {there}, the next from {local(asked.next_on_at, centre.zone_info):%a %H:%M %Z}"


def in_short(names: Sequence[str], *, between: str = ", ") -> str:
    """The first of many names, and how many more there are."""
    more = len(names) - NAMES_SHOWN
    return between.join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _boundary_table(boundaries: Sequence[Boundary], opened_at: Instant) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("rung", "boundary", "value", "second", "passed", "priority then"):
        table.add_column(heading, justify="right" if heading in ("value", "second") else "left")
    for each in boundaries:
        unit = each.threshold.unit
        for case in each.cases:
            value = f"{float(case.value):,.3f} {unit}" if case.at is not None else f"{case.value} {unit}"
            second = "" if case.at is None else f"{(case.at - opened_at) / MS_PER_S:,.3f}"
            passed = "yes" if case.acts else "no"
            row = (each.threshold.rung, each.threshold.key, value, second, passed, case.priority or "none yet")
            table.add_row(*map(Text, row))
    return table


def _boundary_as_json(boundary: Boundary, opened_at: Instant) -> dict[str, Any]:
    cases = zip(("below", "at", "above"), boundary.cases, strict=True)
    return {
        "rung": boundary.threshold.rung,
        "key": boundary.threshold.key,
        "unit": boundary.threshold.unit,
        "cases": [
            {
                "case": name,
                "value": float(case.value),
                "after_s": None if case.at is None else (case.at - opened_at) / MS_PER_S,
                "acts": case.acts,
                "priority": case.priority,
            }
            for name, case in cases
        ],
    }


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
