"""A recorded log of unit responses, read into incidents: which column means what, and what is wrong with the
data.

What is particular to San Francisco (its columns, its words for kinds, call types and priorities) stands here
as tables; everything else in the fit speaks of incidents. Times are seconds of local wall-clock time since
1970, because the log names no zone; only differences and hours of the week are ever taken of them. Imports
nothing of ours but refusals.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from optimiser.refusals import Refusal

CITY_FILE = "units_citywide_2016-12-31_2017-01-07.original.csv.gz"
YEAR_FILE = "units_2018_six_neighbourhoods.original.csv.gz"
STATION_FILE = "fire_station_points_hifld.csv"

CITY_TIME = "%m/%d/%Y %I:%M:%S %p"
YEAR_TIME = "%m/%d/%y %H:%M"

COLUMNS: Mapping[str, str] = {
    "call": "Call Number",
    "incident": "Incident Number",
    "unit": "Unit ID",
    "kind": "Unit Type",
    "als": "ALS Unit",
    "call_type": "Call Type",
    "original": "Original Priority",
    "priority": "Priority",
    "final": "Final Priority",
    "area": "Station Area",
    "location": "Location",
    "received": "Received DtTm",
    "entry": "Entry DtTm",
    "dispatched": "Dispatch DtTm",
    "departed": "Response DtTm",
    "arrived": "On Scene DtTm",
    "transport": "Transport DtTm",
    "facility": "Hospital DtTm",
    "available": "Available DtTm",
}
"""What we call a field, and the column it stands in."""

KINDS: Mapping[str, str] = {
    "ENGINE": "engine",
    "TRUCK": "truck",
    "MEDIC": "medic",
    "PRIVATE": "private",
    "CHIEF": "chief",
    "RESCUE CAPTAIN": "captain",
    "RESCUE SQUAD": "squad",
}
"""Kinds of resource that the scenario knows; support, investigation and airport units (35 responses of 7,704)
are left out.
"""

SKILLS: Mapping[str, str] = {kind: "ambulance" if kind in ("medic", "private") else kind for kind in KINDS.values()}
"""The skill for which the log's dispatchers sent a kind."""

NATURES: Mapping[str, str] = {
    "Medical Incident": "medical",
    "Alarms": "alarm",
    "Structure Fire": "structure-fire",
    "Traffic Collision": "traffic-collision",
    "Outside Fire": "outside-fire",
    "Citizen Assist / Service Call": "citizen-assist",
    "Electrical Hazard": "electrical-hazard",
    "Elevator / Escalator Rescue": "elevator-rescue",
}
"""Call types with at least 20 incidents in the eight days; the rest, and classes of fewer than ten, are
pooled as `other`.
"""
OTHER = "other"

LIFE_THREATENING, URGENT, ROUTINE = "life-threatening", "code-3", "code-2"
CLASSES = (LIFE_THREATENING, URGENT, ROUTINE)
SEVERITIES: Mapping[str, str] = {LIFE_THREATENING: "critical", URGENT: "serious", ROUTINE: "stable"}
"""How severe a caller would have to say it is for the class to be seen at once."""


@dataclass(frozen=True, slots=True)
class Span:
    """Local seconds from `start` to `until`, and why they say nothing about an ordinary week."""

    start: float
    until: float
    because: str

    @classmethod
    def of(cls, start: str, until: str, because: str) -> Span:
        """Make a span of two local times, ISO 8601 without zone."""
        from_s, until_s = (datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() for text in (start, until))
        return cls(from_s, until_s, because)


LEFT_OUT: tuple[Span, ...] = (
    Span.of("2017-01-01T00:00", "2017-01-01T06:00", "New Year's night, about three times the usual calls"),
    Span.of("2017-01-06T00:00", "2017-01-06T02:00", "a hole in the log: no call at all, at hours with about ten"),
)

STAGES = ("received", "entry", "dispatched", "departed", "arrived", "transport", "facility", "available")


@dataclass(frozen=True, slots=True)
class Response:
    """One resource sent to one incident; seconds of local time, None where the log has no time for the stage."""

    unit: str
    kind: str
    als: bool
    dispatched: float
    departed: float | None
    arrived: float | None
    transport: float | None
    facility: float | None
    available: float | None


@dataclass(frozen=True, slots=True)
class LoggedIncident:
    """One incident with its responses in order of dispatch. `told` is the severity first recorded."""

    id: str
    nature: str
    priority: str
    final: str
    told: str
    area: str
    latitude: float
    longitude: float
    received: float
    entry: float
    responses: tuple[Response, ...]

    @property
    def severity(self) -> str:
        """How severe it was in the end."""
        return SEVERITIES[self.priority]

    @property
    def dispatched(self) -> float:
        """When the first resource was assigned."""
        return self.responses[0].dispatched

    @property
    def first_arrival(self) -> float | None:
        """When the first resource reached the scene; None: none did."""
        return min((each.arrived for each in self.responses if each.arrived is not None), default=None)


def read_incidents(folder: Path) -> tuple[tuple[LoggedIncident, ...], Mapping[str, int]]:
    """Read the eight days of the whole city: incidents in order of receipt, and counts of what is wrong with
    the rows.
    """
    quality: Counter[str] = Counter()
    rows_of: dict[str, list[Mapping[str, str]]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for row in _rows(folder / CITY_FILE):
        quality["rows"] += 1
        seen[row["call"], row["unit"]] += 1
        rows_of.setdefault(row["incident"], []).append(row)
    quality["rows that repeat a call and unit"] = sum(count - 1 for count in seen.values())
    incidents = [_incident(number, rows, quality) for number, rows in sorted(rows_of.items())]
    quality["incidents"] = len(incidents)
    kept = sorted((each for each in incidents if each.responses), key=lambda each: (each.received, each.id))
    quality["incidents with no resource of a known kind (left out)"] = len(incidents) - len(kept)
    quality["responses kept"] = sum(len(each.responses) for each in kept)
    return tuple(kept), dict(quality)


def read_year(folder: Path) -> tuple[float, ...]:
    """Return the instants at which the incidents of the year file were received, in order; whole minutes."""
    first: dict[str, float] = {}
    for row in _rows(folder / YEAR_FILE):
        at = _seconds(row["received"], YEAR_TIME)
        if at is not None:
            first[row["incident"]] = min(at, first.get(row["incident"], math.inf))
    return tuple(sorted(first.values()))


def read_stations(folder: Path) -> tuple[tuple[float, float], ...]:
    """Return latitude and longitude of every station point."""
    with (folder / STATION_FILE).open(newline="", encoding="utf-8") as lines:
        return tuple((float(row["lat"]), float(row["lon"])) for row in csv.DictReader(lines))


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    """Yield rows under our names; refuse a file that is not there or lacks a column."""
    if not path.is_file():
        raise Refusal.of(str(path), "there is no such file", "the log as published, gzip-compressed CSV")
    with gzip.open(path, "rt", newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        missing = sorted(set(COLUMNS.values()) - set(reader.fieldnames or ()))
        if missing:
            raise Refusal.of(str(path), f"columns are missing: {', '.join(missing)}", "the columns as published")
        for row in reader:
            yield {name: (row[column] or "").strip() for name, column in COLUMNS.items()}


def _incident(number: str, rows: list[Mapping[str, str]], quality: Counter[str]) -> LoggedIncident:
    times = [{stage: _seconds(row[stage], CITY_TIME) for stage in STAGES} for row in rows]
    for each in times:
        _count_faults(each, quality)
    responses = []
    for row, each in zip(rows, times, strict=True):
        kind, dispatched = KINDS.get(row["kind"]), each["dispatched"]
        if kind is None or dispatched is None:
            quality["responses of other kinds (left out)"] += 1
            continue
        stages = {stage: each[stage] for stage in STAGES[3:]}
        responses.append(Response(row["unit"], kind, row["als"] == "true", dispatched, **stages))
    head = rows[0]
    priority = _class_of(head)
    latitude, longitude = _degrees(head["location"])
    received = min(each["received"] or math.inf for each in times)
    return LoggedIncident(
        id=number,
        nature=NATURES.get(head["call_type"], OTHER),
        priority=priority,
        final=head["final"],
        told=_told(head, priority),
        area=head["area"],
        latitude=latitude,
        longitude=longitude,
        received=received,
        entry=min(each["entry"] or math.inf for each in times),
        responses=tuple(sorted(responses, key=lambda each: (each.dispatched, each.unit))),
    )


def _class_of(row: Mapping[str, str]) -> str:
    """Determinant E (echo: not breathing, arrest) among the emergencies is the class above all."""
    if row["final"] != "3":
        return ROUTINE
    return LIFE_THREATENING if row["priority"] == "E" else URGENT


def _told(row: Mapping[str, str], priority: str) -> str:
    """The severity first recorded. Original `A` is read as critical: all eleven of those that end as `E` drew
    its response.
    """
    if row["original"] == "E" or (row["original"] == "A" and priority == LIFE_THREATENING):
        return "critical"
    return {"2": "stable", "3": "serious"}.get(row["original"], SEVERITIES[priority])


def _count_faults(times: Mapping[str, float | None], quality: Counter[str]) -> None:
    known = [(stage, at) for stage in STAGES if (at := times[stage]) is not None]
    for stage in STAGES:
        quality[f"rows without {stage}"] += times[stage] is None
    for (earlier, before), (later, after) in itertools.pairwise(known):
        quality[f"{later} before {earlier}"] += after < before
        quality[f"{later} in the same second as {earlier}"] += after == before
    if times["facility"] is not None and times["transport"] is None:
        quality["facility without transport"] += 1
    if times["transport"] is not None and times["arrived"] is None:
        quality["transport without arrival"] += 1


def _seconds(text: str, form: str) -> float | None:
    return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp() if text else None


def _degrees(location: str) -> tuple[float, float]:
    latitude, longitude = re.findall(r"-?\d+(?:\.\d+)?", location)[:2]
    return float(latitude), float(longitude)
