"""Arms: what is compared in an experiment. A procedure, and beside it what else would be changed of the centre, as data.

So a planner's question needs no other centre file: one more unit and where, two fewer call-takers at night, a target pack
swapped for another. Imports `scenario`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import Field

from incidents.centre import Centre, Document, Loc, Name, ResourceEntry, ShiftEntry
from incidents.differences import differences
from incidents.near_names import NearNames
from incidents.procedure import Procedure
from incidents.refusals import DocumentRefused, Flaw
from incidents.targets import Targets
from simulation.scenario import Scenario
from simulation.scenario_files import known_packs

MOST_CHANGES = 1_000


class Reassigned(Document):
    """What changes of a resource: its base, its shift, or both."""

    base: Name | None = None
    shift: Name | None = None


class CandidateArm(Document):
    """A change that is asked about. `procedure` None: the rules of the baseline, and something else is changed.

    `shifts`: new shifts, or other hours of those that are there. `add`, `drop` and `change`: resources. `packs`: target packs of
    the procedure, each with the one that takes its place; what its grades mean here stays.
    """

    procedure: str | None = Field(default=None, min_length=1, max_length=500)
    shifts: Mapping[Name, ShiftEntry] = Field(default_factory=dict, max_length=MOST_CHANGES)
    add: Mapping[Name, ResourceEntry] = Field(default_factory=dict, max_length=MOST_CHANGES)
    drop: tuple[Name, ...] = Field(default=(), max_length=MOST_CHANGES)
    change: Mapping[Name, Reassigned] = Field(default_factory=dict, max_length=MOST_CHANGES)
    packs: Mapping[Name, Name] = Field(default_factory=dict, max_length=20)


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of the comparison: rules, and the centre that works by them."""

    name: str
    centre: Centre
    procedure: Procedure


def arm_of(name: str, asked: CandidateArm, scenario: Scenario, baseline: str) -> Arm:
    """Make the arm that is asked for; refuses a change of what is not there, and a procedure that does not fit."""
    found = list(flaws_of_arm(asked, scenario, baseline))
    if found:
        raise DocumentRefused([Flaw(f"{name}/{'/'.join(map(str, loc))}", *rest) for loc, *rest in found])
    centre = changed_centre(scenario.centre, asked)
    return Arm(name, centre, _procedure(asked, replace(scenario, centre=centre), baseline))


def flaws_of_arm(asked: CandidateArm, scenario: Scenario, baseline: str) -> Iterator[tuple[Loc, str, str]]:
    """Yield what cannot be changed since it is not there, what a change leaves dangling, and why a procedure is refused."""
    names, resources = NearNames(), scenario.centre.resources
    found: list[tuple[Loc, str, str]] = []
    for index, name in enumerate(asked.drop):
        found.extend(names.unknown(("drop", index), "resource", name, resources))
    for name in asked.change:
        found.extend(names.unknown(("change", name, "[key]"), "resource", name, resources))
    for name in asked.add:
        if name in resources:
            found.append((("add", name, "[key]"), f"the centre has a resource '{name}'", "another name, or `change`"))
    if not found and len(asked.drop) >= len(resources) + len(asked.add):
        found.append((("drop",), "nobody is left", "at least one resource that stays"))
    if found:
        yield from found
        return
    centre = changed_centre(scenario.centre, asked)
    dangling = [flaw for flaw in centre.flaws() if flaw[0][0] in ("resources", "shifts")]
    for loc, what, accepted in dangling:
        yield _where_changed(asked, loc), what, accepted
    if dangling:
        return
    yield from _flaws_of_procedure(asked, replace(scenario, centre=centre), baseline)


def _flaws_of_procedure(asked: CandidateArm, scenario: Scenario, baseline: str) -> Iterator[tuple[Loc, str, str]]:
    try:
        procedure = scenario.procedure(asked.procedure or baseline)
    except DocumentRefused as refused:
        where: Loc = ("procedure",) if asked.procedure is not None else ()
        yield from ((where, f"{flaw.where}: {flaw.what}", flaw.accepted) for flaw in refused.flaws)
        return
    names, packs = NearNames(), known_packs()
    for old, new in asked.packs.items():
        named = procedure.targets.packs
        yield from names.unknown(("packs", old, "[key]"), "target pack of the procedure", old, named)
        yield from names.unknown(("packs", old), "target pack", new, packs)
        if old in named and new in packs:
            for grade in named[old]:
                if grade not in packs[new].grades:
                    yield ("packs", old), f"'{new}' has no grade '{grade}'", ", ".join(packs[new].grades)


def _where_changed(asked: CandidateArm, loc: Loc) -> Loc:
    """Where in the arm it was said that the centre's `loc` should be so."""
    part, name, *rest = loc
    if part == "shifts":
        return ("shifts", name, *rest)
    return ("add" if name in asked.add else "change", name, *rest)


def changed_centre(centre: Centre, asked: CandidateArm) -> Centre:
    """The centre with these changes; the very same one where there are none."""
    if not (asked.shifts or asked.add or asked.drop or asked.change):
        return centre
    resources = {name: entry for name, entry in centre.resources.items() if name not in asked.drop}
    for name, change in asked.change.items():
        if name in resources:
            update = {part: value for part, value in change.model_dump().items() if value is not None}
            resources[name] = resources[name].model_copy(update=update)
    resources |= asked.add
    return centre.model_copy(update={"resources": resources, "shifts": {**centre.shifts, **asked.shifts}})


def _procedure(asked: CandidateArm, scenario: Scenario, baseline: str) -> Procedure:
    procedure = scenario.procedure(asked.procedure or baseline)
    if not asked.packs:
        return procedure
    named = {asked.packs.get(name, name): meanings for name, meanings in procedure.targets.packs.items()}
    swapped = Targets(packs=named, own=procedure.targets.own).holding(known_packs())
    return procedure.model_copy(update={"targets": swapped})


def differences_of_arms(baseline: Arm, candidate: Arm) -> tuple[str, ...]:
    """What changes, in words: of the rules, then of the centre; nothing where the two would play the same."""
    return (*differences(baseline.procedure, candidate.procedure), *_of_centres(baseline.centre, candidate.centre))


def _of_centres(old: Centre, new: Centre) -> Iterator[str]:
    for name, entry in new.resources.items():
        if name not in old.resources:
            yield f"resource '{name}' is new: {_said(entry)}"
        elif entry != old.resources[name]:
            yield f"resource '{name}' is now {_said(entry)} (was {_said(old.resources[name])})"
    for name, entry in old.resources.items():
        if name not in new.resources:
            yield f"resource '{name}' is gone: {_said(entry)}"
    for name, shift in new.shifts.items():
        if name not in old.shifts:
            yield f"shift '{name}' is new: {shift.start} to {shift.until}"
        elif shift != old.shifts[name]:
            before = old.shifts[name]
            yield f"shift '{name}' is now {shift.start} to {shift.until} (was {before.start} to {before.until})"


def _said(entry: ResourceEntry) -> str:
    base = "" if entry.base is None else f" at {entry.base}"
    return f"{entry.kind}{base}, {'always on duty' if entry.shift is None else f'on shift {entry.shift}'}"
