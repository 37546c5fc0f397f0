"""What a log means: a mapping file names its files, columns, times and words in ours.

One mapping per log, kept in the repository; the log itself stays where it is. A record is one incident, or one contact that
nobody is sent to. Rules `when` hold if every field they name has one of the words they list; of several rules the first that
holds counts, and a rule without `when` always does. Imports the documents of `incidents.centre`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Literal, get_args
from zoneinfo import available_timezones

from pydantic import Field

from incidents.centre import Document, Loc, Name

Words = Annotated[tuple[str, ...], Field(min_length=1, max_length=1000)]
Columns = Annotated[tuple[str, ...], Field(min_length=1, max_length=10)]
"""Columns of the log; the first that is not empty counts."""
When = Mapping[Name, Words]
Stage = Literal[
    "received",
    "answered",
    "abandoned",
    "ended",
    "entry",
    "dispatched",
    "departed",
    "arrived",
    "transport",
    "facility",
    "available",
]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""The stages of a record in the order in which they should happen."""
OF_A_RESPONSE: tuple[Stage, ...] = ("dispatched", "departed", "arrived", "transport", "facility", "available")
ISO = "iso"


class LogFile(Document):
    """One file of the log. `use: shape` lends only the shape of the week; its level is that of the others."""

    name: str = Field(min_length=1, max_length=255, pattern=r"^[^/\\]+$", description="in the folder of the log")
    use: Literal["all", "shape"] = "all"
    format: Literal["csv", "parquet"] = Field(
        default="csv", description="csv may be gzip-compressed; parquet needs pyarrow"
    )
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field('"', min_length=1, max_length=1)
    encoding: Literal["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"] = "utf-8"
    time: str = Field(
        ISO, min_length=1, max_length=60, description="`iso`, `epoch_s`, `epoch_ms`, or a strptime pattern"
    )
    date: str | None = Field(
        None, max_length=60, description="pattern of the column `day`, where times are times of day"
    )


class LeftOut(Document):
    """Rows that say nothing about the work, and why."""

    when: When = Field(min_length=1)
    because: str = Field(min_length=1, max_length=200)


class SpanEntry(Document):
    """Local times, ISO 8601 without zone, between which the log says nothing about an ordinary week, and why."""

    start: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")
    until: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")
    because: str = Field(min_length=1, max_length=200)


class KindRule(Document):
    """A kind of resource and how its roster is known: `listed` by name and always there, `inferred` from who was seen at
    work, `ample`, so that nobody ever waits for one, or `positions`, counted at the times when somebody waited.
    """

    values: tuple[str, ...] = Field(
        (), max_length=1000, description="words of the field `kind`; none: whatever is left"
    )
    skills: tuple[Name, ...] = Field(min_length=1, max_length=20)
    roster: Literal["listed", "inferred", "ample", "positions"] = "listed"
    transports: bool = False
    prefix: str = Field(default="R", min_length=1, max_length=20)
    station: str | None = Field(
        None, max_length=100, description="pattern whose first group in a unit's id is its zone"
    )


class PriorityRule(Document):
    """A priority, most urgent first; `severity` is what a caller would have to say for it to be seen at once."""

    when: When = Field(default_factory=dict)
    severity: Name | None = None
    weight: float = Field(default=1.0, gt=0, le=1000)
    target_s: float = Field(default=1200.0, gt=0, le=604_800)
    lights: bool = True


class ToldRule(Document):
    """What was first recorded: the priority `told` of the incidents that the rule holds for, and that ended `of` one."""

    told: Name
    when: When = Field(min_length=1)
    of: Name | None = None


class NatureRule(Document):
    """What an incident is about. `queue` None: the first. `mix`: natures of one name happen in the same places.

    `veiled_as`: the log learns of this nature only while a contact waits, and keeps those who did not wait as that one.
    """

    when: When = Field(default_factory=dict)
    queue: Name | None = None
    mix: Name | None = None
    veiled_as: Name | None = None


class QueueRule(Document):
    """A queue of contacts and who answers it."""

    skill: Name
    rank: int = Field(default=1, ge=1, le=99)
    credit_s: float = Field(default=0.0, ge=0, le=604_800, description="seconds of waiting it is given at the start")
    answer_target_s: float = Field(default=15.0, gt=0, le=604_800)


class Stations(Document):
    """A file of station points, matched to the zones of the log."""

    name: str = Field(min_length=1, max_length=255, pattern=r"^[^/\\]+$")
    latitude: str
    longitude: str


class Assumed(Document):
    """What the log does not show and the scenario needs."""

    call_takers: int = Field(default=4, ge=1, le=1000)
    wrap_up_s: float = Field(default=15.0, ge=0, le=3600)
    patience_s: float | None = Field(
        default=180.0, gt=0, le=604_800, description="mean of a lognormal with coefficient 1"
    )


class BackTest(Document):
    """How the later part of the log tests a fit on the earlier: windows from `first`, each of so many days."""

    first: date
    days: Literal[1, 7] = 7
    warm_up_h: float = Field(default=12.0, ge=0, le=336)
    tail_h: float = Field(default=6.0, ge=0, le=2000, description="played after a window, so that its work can end")


class Notes(Document):
    """What a reader of the scenario must know in words; blocks of Markdown."""

    title: str = "A scenario"
    source: str = ""
    measured: str = ""
    assumed: str = ""


class LogMapping(Document):
    """What the columns and words of a log mean."""

    mapping: Name
    time_zone: str = "UTC"
    layout: Literal["per_response", "per_incident", "per_event"] = "per_incident"
    files: tuple[LogFile, ...] = Field(min_length=1, max_length=100)
    fields: Mapping[Name, Columns] = Field(min_length=1)
    stages: Mapping[Stage, Columns] = Field(default_factory=dict)
    only: Mapping[Stage, When] = Field(default_factory=dict, description="a stage counts only where this holds")
    events: Mapping[str, Stage] = Field(
        default_factory=dict, description="per event: the word of `event`, and its stage"
    )
    duplicates: tuple[Name, ...] = ()
    leave_out: tuple[LeftOut, ...] = ()
    spans: tuple[SpanEntry, ...] = ()
    kinds: Mapping[Name, KindRule] = Field(min_length=1)
    skills: tuple[Name, ...] = Field(default=(), description="order of the skills in the names of what is sent")
    priorities: Mapping[Name, PriorityRule] = Field(min_length=1)
    told: tuple[ToldRule, ...] = ()
    natures: Mapping[Name, NatureRule] = Field(min_length=1)
    other: Name = Field(default="other", description="the nature of what no rule holds for, and of rare ones")
    queues: Mapping[Name, QueueRule] = Field(min_length=1)
    positions: Literal["columns", "schematic", "none"] = "none"
    stations: Stations | None = None
    rates: Literal["means", "shrunk"] = "shrunk"
    durations: Literal["tables", "chosen"] = "chosen"
    rare: Literal["of_class", "apart"] = Field(
        "of_class", description="whose times a rare nature takes: those of its class, or of the rare ones of its class"
    )
    drives: Literal["apart", "together"] = Field(
        "apart", description="`together`: what the drives to one incident have in common is fitted"
    )
    days: Literal["alike", "fitted"] = Field(
        "alike", description="`fitted`: a factor for each day on the times of which days differ by more than chance"
    )
    targets: Mapping[Name, Mapping[Name, tuple[Name, ...]]] = Field(default_factory=dict)
    diversion: bool = False
    assumed: Assumed = Assumed()
    back_test: BackTest | None = None
    reasons: Mapping[Name, str] = Field(default_factory=dict)
    notes: Notes = Notes()

    @property
    def classes(self) -> tuple[str, ...]:
        """The priorities, most urgent first."""
        return tuple(self.priorities)

    @cached_property
    def skill_of(self) -> Mapping[str, str]:
        """The skill for which each kind is sent."""
        return {kind: rule.skills[0] for kind, rule in self.kinds.items()}

    @cached_property
    def skill_order(self) -> tuple[str, ...]:
        """The skills in the order of their counts in a pattern."""
        return tuple(dict.fromkeys((*self.skills, *self.skill_of.values())))

    @cached_property
    def roaming(self) -> frozenset[str]:
        """The kinds whose resources come and go, so that the log shows when one was to be had."""
        return frozenset(kind for kind, rule in self.kinds.items() if rule.roster == "inferred")

    @property
    def is_answered(self) -> bool:
        """Whether the log shows who waited for an answer, and how long."""
        return "answered" in self.stages or "answered" in self.events.values()

    @property
    def has_responses(self) -> bool:
        """Whether the log shows who was sent."""
        return "dispatched" in self.stages or "dispatched" in self.events.values()

    def severity(self, priority: str) -> str:
        """What a caller would have to say for a priority to be seen at once."""
        return self.priorities[priority].severity or priority

    def flaws(self) -> Iterator[tuple[Loc, str, str]]:
        """Yield every name the mapping uses and does not declare, and every rule that can never hold."""
        if self.time_zone not in available_timezones():
            yield ("time_zone",), f"unknown time zone {self.time_zone!r}", "an IANA name such as Europe/Dublin"
        for needed in ("incident",) + ("event", "at") * (self.layout == "per_event"):
            if needed not in self.fields:
                yield ("fields",), f"`{needed}` is missing", f"the column that holds the {needed}"
        if self.layout != "per_event" and "received" not in self.stages:
            yield ("stages",), "`received` is missing", "the column with the time of receipt"
        if self.layout == "per_event" and "received" not in self.events.values():
            yield ("events",), "no event is `received`", "the word of the event at which a record begins"
        for where, when in self._whens():
            for field in when:
                if field not in self.fields:
                    yield (*where, field), f"unknown field {field!r}", ", ".join(self.fields)
        yield from self._unknown_names()
        for index, each in enumerate(self.spans):
            if _instant(each.until) <= _instant(each.start):
                yield ("spans", index, "until"), "ends before it starts", f"a time after {each.start}"
        for index, file in enumerate(self.files):
            if file.date is not None and "day" not in self.fields:
                yield ("files", index, "date"), "no field `day` holds the date", "a field called day"
        if self.positions == "columns" and not (
            {"place"} <= set(self.fields) or {"latitude", "longitude"} <= set(self.fields)
        ):
            yield ("positions",), "no field holds positions", "a field place, or latitude and longitude"

    def _whens(self) -> Iterator[tuple[Loc, When]]:
        for index, out in enumerate(self.leave_out):
            yield ("leave_out", index, "when"), out.when
        for index, told in enumerate(self.told):
            yield ("told", index, "when"), told.when
        for name, priority in self.priorities.items():
            yield ("priorities", name, "when"), priority.when
        for name, nature in self.natures.items():
            yield ("natures", name, "when"), nature.when
        for stage, when in self.only.items():
            yield ("only", stage), when

    def _unknown_names(self) -> Iterator[tuple[Loc, str, str]]:
        for index, told in enumerate(self.told):
            for name, value in (("told", told.told), ("of", told.of)):
                if value is not None and value not in self.priorities:
                    yield ("told", index, name), f"unknown priority {value!r}", ", ".join(self.priorities)
        for name, nature in self.natures.items():
            if nature.queue is not None and nature.queue not in self.queues:
                yield ("natures", name, "queue"), f"unknown queue {nature.queue!r}", ", ".join(self.queues)
            if nature.veiled_as is not None and (nature.veiled_as not in self.natures or nature.veiled_as == name):
                yield (
                    ("natures", name, "veiled_as"),
                    f"no other nature is {nature.veiled_as!r}",
                    ", ".join(self.natures),
                )
        if self.priorities[self.classes[-1]].when:
            yield ("priorities",), "the last rule has `when`, so some incidents have no priority", "a last rule without"
        for index, field in enumerate(self.duplicates):
            if field not in self.fields:
                yield ("duplicates", index), f"unknown field {field!r}", ", ".join(self.fields)


def holds(when: When, row: Mapping[str, str]) -> bool:
    """Whether every field has one of the words listed."""
    return all(row.get(field, "") in words for field, words in when.items())


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
