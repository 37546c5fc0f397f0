"""Targets: how soon what has to happen, for how many. Data with a clock of their own, never constants in code.

A target declares where its clock starts and stops, and the statistic that is held against the limit. A target pack is a dated set
of targets somebody else has set (a regulator, a standard, a contract), in that body's own grades; a procedure says which of its
priorities and queues each grade means. Imports `centre` and `moments`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import product
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from incidents.centre import Document, Name
from incidents.moments import IN_ORDER, OF_CONTACTS, OF_RESOURCES, Moment
from incidents.near_names import Found, NearNames

LONGEST_TARGET_S = 366 * 24 * 3600
"""Contracts count in weeks and months where dispatchers count in minutes."""
Statistic = Annotated[str, StringConstraints(pattern=r"^(mean|median|max|share|p[1-9][0-9]?(\.[0-9]+)?)$")]
"""What of the times is held against the limit; `share`: how many are within it. Quantiles are nearest rank."""


class Tick(Document):
    """One end of a clock: a moment, of a resource with `skill` where one is named, and `after_s` seconds later."""

    moment: Moment
    skill: Name | None = None
    after_s: float = Field(default=0.0, ge=0, le=LONGEST_TARGET_S)

    @model_validator(mode="after")
    def _skill_is_somebodys(self) -> Tick:
        if self.skill is not None and self.moment not in OF_RESOURCES:
            raise ValueError(f"only resources have a skill: {', '.join(OF_RESOURCES)}")
        return self


class Target(Document):
    """A limit on a statistic of a clock, which starts and stops at the earliest tick of each list.

    `for_`: the priorities of incidents, or the queues of contacts, that it is for (in a pack: its grades); none named: all.
    """

    of: Literal["contacts", "incidents"] = "incidents"
    for_: tuple[Name, ...] = Field(default=(), max_length=100, alias="for")
    start: tuple[Tick, ...] = Field(min_length=1, max_length=10)
    stop: tuple[Tick, ...] = Field(min_length=1, max_length=10)
    statistic: Statistic
    limit_s: float = Field(gt=0, le=LONGEST_TARGET_S)
    share: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _can_be_read_off_a_log(self) -> Target:
        if (self.statistic == "share") != (self.share is not None):
            raise ValueError("`statistic: share` and `share`, such as 0.9, go together")
        moments = {tick.moment for tick in (*self.start, *self.stop)}
        if self.of == "contacts" and not moments <= set(OF_CONTACTS):
            raise ValueError(f"a contact has only the moments {', '.join(OF_CONTACTS)}")
        if self.of == "incidents" and "ended" in moments:
            raise ValueError("'ended' is a moment of contacts: an incident is closed")
        for start, stop in product(self.start, self.stop):
            if start.moment == stop.moment and start.skill == stop.skill:
                raise ValueError(f"the clock starts and stops at '{start.moment}'")
            if {start.moment, stop.moment} <= set(IN_ORDER) and IN_ORDER.index(start.moment) > IN_ORDER.index(
                stop.moment
            ):
                raise ValueError(f"the clock starts at '{start.moment}', which comes after its stop at '{stop.moment}'")
        return self


class TargetPack(Document):
    """A dated set of targets, in the grades of whoever set them.

    `in_force`: from when. `source`: who set them, where that was read, and how sure it is. `notes`: what the pack does not say.
    """

    pack: Name
    in_force: date
    source: str = Field(min_length=1, max_length=2000)
    notes: str = Field(default="", max_length=2000)
    grades: Mapping[Name, str] = Field(min_length=1, max_length=100)
    targets: Mapping[Name, Target] = Field(min_length=1, max_length=200)

    def flaws(self) -> Found:
        """Yield every target that is for no grade, or for one that the pack lacks, and every grade without a target."""
        names = NearNames()
        aimed: set[str | None] = set()
        for name, target in self.targets.items():
            if not target.for_:
                yield ("targets", name), f"target '{name}' is for no grade", "`for`, with grades of the pack"
            for index, grade in enumerate(target.for_):
                yield from names.unknown(("targets", name, "for", index), "grade", grade, self.grades)
                aimed.add(names.meant("grade", grade, self.grades))
        for grade in self.grades:
            if grade not in aimed:
                yield ("grades", grade, "[key]"), f"no target is for grade '{grade}'", ""


class HeldPack(Document):
    """What binds of a target pack, as it stood when a procedure that names it was read; its prose is left out."""

    in_force: date
    targets: Mapping[Name, Target] = Field(min_length=1, max_length=200)


class Targets(Document):
    """The targets of a procedure: `packs` by name, each with what its grades mean here, and those of its `own`.

    `held`: what those packs say. It is filled in when the file is read, so that the identity of a procedure holds the figures
    that it is judged by.
    """

    packs: Mapping[Name, Mapping[Name, Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]]] = Field(
        default_factory=dict, max_length=20
    )
    own: Mapping[Name, Target] = Field(default_factory=dict, max_length=100)
    held: Mapping[Name, HeldPack] = Field(default_factory=dict, max_length=20)

    def holding(self, packs: Mapping[str, TargetPack]) -> Targets:
        """Return the same targets with what the packs say that they name; one that is held already stands as it is."""
        named = [name for name in self.packs if name not in self.held]
        found = {name: HeldPack(in_force=packs[name].in_force, targets=packs[name].targets) for name in named}
        return self.model_copy(update={"held": {**self.held, **found}}) if found else self


def targets_of(targets: Targets, packs: Mapping[str, TargetPack]) -> dict[str, Target]:
    """Every target by its name, a pack's as `PACK: NAME` and for the procedure's own priorities and queues.

    A pack's target of which no grade is named means nothing here and is left out. Every pack named has to be held, or in `packs`.
    """
    found = dict(targets.own)
    for name, meanings in targets.packs.items():
        pack = targets.held[name] if name in targets.held else packs[name]
        for title, target in pack.targets.items():
            meant = tuple(dict.fromkeys(each for grade in target.for_ for each in meanings.get(grade, ())))
            if meant:
                found[f"{name}: {title}"] = target.model_copy(update={"for_": meant})
    return found
