"""A log read through its mapping: rows into incidents, with every fault counted on the way.

A record whose receipt cannot be told is left out; any other stage that cannot be read is missing. Times of day get their date
from the day of the record, and one day more where a stage stands more than twelve hours before the one it follows. Imports
`mapping`, `rows`, `log`, `quality`, `scrutiny`.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from incidents.quantities import Place
from optimiser.refusals import Refusal
from simulation.fitting.log import DAY_S, Log, LoggedIncident, Response
from simulation.fitting.mapping import ISO, OF_A_RESPONSE, STAGES, LogFile, LogMapping, holds
from simulation.fitting.quality import Quality
from simulation.fitting.rows import LIMITS, Broken, LogLimits, Row, log_path, read_rows
from simulation.fitting.scrutiny import look_at_record, look_at_whole
from simulation.fitting.veiled import shared_out

Times = dict[str, float | None]
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
HALF_A_DAY_S = DAY_S / 2
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Timed:
    """A row with its times."""

    row: Row
    times: Times
    where: str


def read_log(log: Path, mapping: LogMapping, limits: LogLimits = LIMITS) -> Log:
    """Read every file of a log; refuse one that cannot be read, or that holds no record at all."""
    quality = Quality()
    rows: list[_Timed] = []
    shape: dict[str, float] = {}
    sources: dict[str, str] = {}
    for file in mapping.files:
        path = log_path(log, file, mapping)
        timed = _timed_rows(path, file, mapping, limits, quality)
        if file.use == "shape":
            for each in timed:
                at, number = each.times["received"], each.row.text["incident"]
                if at is not None:
                    shape[number] = min(at, shape.get(number, math.inf))
        else:
            rows.extend(timed)
        sources[file.name] = fingerprint_of(path)
    incidents = _incidents(rows, mapping, quality)
    if not incidents:
        raise Refusal.of(
            str(log), "no record can be used", "; ".join(quality.counts()) or "rows that the mapping keeps"
        )
    numbered = shared_out(_with_units(incidents), mapping, quality)
    until = max(at for each in rows for at in each.times.values() if at is not None)
    look_at_whole(numbered, mapping, quality)
    instants = sorted(shape.values()) if shape else [each.received for each in numbered]
    return Log(numbered, tuple(instants), quality, until, sources)


def fingerprint_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _timed_rows(
    path: Path, file: LogFile, mapping: LogMapping, limits: LogLimits, quality: Quality
) -> Iterable[_Timed]:
    """Rows that are kept, with their times; `use: shape` counts nothing, for its rows are not the scenario's."""
    clock = _Clock(file, mapping)
    seen: set[tuple[str, ...]] = set()
    counted = quality if file.use == "all" else Quality()
    for row in read_rows(path, file, mapping, limits):
        where = f"{file.name}:{row.line}"
        counted.note("rows", "rows")
        if isinstance(row, Broken):
            counted.note("left out", row.because, where)
            continue
        because = next(
            (out.because for out in mapping.leave_out if file.use == "all" and holds(out.when, row.text)), None
        )
        if because is not None:
            counted.note("left out", f"rows left out: {because}", where)
            continue
        if file.use == "all" and mapping.duplicates:
            key = tuple(row.text[field] for field in mapping.duplicates)
            if key in seen:
                counted.note("left out", f"rows that repeat {' and '.join(mapping.duplicates)}", where)
                continue
            seen.add(key)
        yield _Timed(row, clock.times(row, counted, where), where)


class _Clock:
    """How a file writes times."""

    def __init__(self, file: LogFile, mapping: LogMapping) -> None:
        self._date = file.date
        self._zone = ZoneInfo(mapping.time_zone)
        self._only = mapping.only
        self._stages = ("received",) if file.use == "shape" else tuple(s for s in STAGES if s in mapping.stages)
        self._is_event = mapping.layout == "per_event" and file.use == "all"
        self._read = self._reader(file.time)

    def times(self, row: Row, quality: Quality, where: str) -> Times:
        """The time of every stage that the row has."""
        if self._is_event:
            return {"at": self._time("at", row.text["at"], quality, where)}
        times: Times = {}
        for stage in self._stages:
            text = row.text[f"@{stage}"]
            applies = stage not in self._only or holds(self._only[stage], row.text)
            times[stage] = self._time(stage, text, quality, where) if text and applies else None
        if self._date is not None:
            _roll_over(times, self._day(row, quality, where), quality, where)
        return times

    def _day(self, row: Row, quality: Quality, where: str) -> float | None:
        assert self._date is not None, "asked only where times are times of day"
        try:
            return datetime.strptime(row.text["day"], self._date).replace(tzinfo=UTC).timestamp()
        except ValueError:
            quality.note("fault", "dates that cannot be read", where)
            return None

    def _time(self, stage: str, text: str, quality: Quality, where: str) -> float | None:
        try:
            return self._read(text)
        except (ValueError, OverflowError):
            quality.note("fault", f"times of {stage} that cannot be read", where)
            return None

    def _reader(self, form: str) -> Callable[[str], float]:
        if form in ("epoch_s", "epoch_ms"):
            per_s = 1.0 if form == "epoch_s" else 1000.0
            return lambda text: self._local(datetime.fromtimestamp(float(text) / per_s, UTC))
        if form == ISO:
            return lambda text: self._local(datetime.fromisoformat(text))
        if self._date is not None:
            return lambda text: (datetime.strptime(text, form) - datetime(1900, 1, 1)).total_seconds()
        return lambda text: self._local(datetime.strptime(text, form))

    def _local(self, at: datetime) -> float:
        """Seconds of the wall clock: a time with an offset is moved to the log's zone first."""
        local = at if at.tzinfo is None else at.astimezone(self._zone)
        return local.replace(tzinfo=UTC).timestamp()


def _roll_over(times: Times, day: float | None, quality: Quality, where: str) -> None:
    """Turn times of day into times; a stage long before the one it follows belongs to the next day."""
    before: float | None = None
    for stage, at in times.items():
        if at is None or day is None:
            times[stage] = None
            continue
        instant = day + at
        while before is not None and instant < before - HALF_A_DAY_S:
            instant += DAY_S
            quality.note("clock", "stages past midnight, moved to the next day", where)
        times[stage] = before = instant


def _incidents(rows: Sequence[_Timed], mapping: LogMapping, quality: Quality) -> list[LoggedIncident]:
    groups: dict[str, list[_Timed]] = {}
    for place, each in enumerate(rows):
        key = each.row.text["incident"]
        if not key:
            quality.note("left out", "rows without a number of the incident", each.where)
            continue
        if mapping.layout == "per_incident":
            key = f"{key} {place}" if key in groups else key
        groups.setdefault(key, []).append(each)
    quality.note("rows", "incidents", count=len(groups))
    found = []
    for number in sorted(groups):
        members = [_of_events(groups[number], mapping)] if mapping.layout == "per_event" else groups[number]
        incident = _incident(number, members, mapping, quality)
        if incident is not None:
            found.append(incident)
    quality.note("rows", "incidents used", count=len(found))
    return sorted(found, key=lambda each: (each.received, each.id))


def _of_events(events: Sequence[_Timed], mapping: LogMapping) -> _Timed:
    """One row from the events of a record: the first time of each stage, and of its end the last; words as they were first."""
    times: Times = dict.fromkeys(STAGES)
    for event in sorted(events, key=lambda each: each.times["at"] or -math.inf):
        stage = mapping.events.get(event.row.text["event"])
        if stage is not None and (times[stage] is None or stage in ("available", "ended")):
            times[stage] = event.times["at"]
    return _Timed(events[0].row, times, events[0].where)


def _incident(number: str, rows: Sequence[_Timed], mapping: LogMapping, quality: Quality) -> LoggedIncident | None:
    for each in rows:
        look_at_record(each.times, each.where, mapping, quality)
    head = rows[0]
    received = _first(rows, "received")
    if received is None:
        quality.note("left out", "incidents without a time of receipt", head.where)
        return None
    responses = _responses(rows, mapping, quality)
    if mapping.has_responses and not responses:
        quality.note("left out", "incidents with no resource of a known kind", head.where)
        return None
    place = _place(head.row.text) if mapping.positions == "columns" else None
    if mapping.positions == "columns" and place is None:
        quality.note("left out", "incidents without a position", head.where)
        return None
    priority = next(name for name, rule in mapping.priorities.items() if holds(rule.when, head.row.text))
    entry = _first(rows, "entry")
    ended = _first(rows, "ended")
    return LoggedIncident(
        id=number,
        line=head.row.line,
        nature=next((name for name, rule in mapping.natures.items() if holds(rule.when, head.row.text)), mapping.other),
        priority=priority,
        severity=mapping.severity(priority),
        told=_told(head.row.text, priority, mapping),
        area=head.row.text.get("zone", "") or UNKNOWN,
        place=place,
        received=received,
        entry=entry if entry is not None else ended if ended is not None else received,
        responses=responses,
        answered=_first(rows, "answered"),
        abandoned=_first(rows, "abandoned"),
        ended=ended,
        agent=head.row.text.get("agent", ""),
    )


def _first(rows: Sequence[_Timed], stage: str) -> float | None:
    return min((at for each in rows if (at := each.times.get(stage)) is not None), default=None)


def _responses(rows: Sequence[_Timed], mapping: LogMapping, quality: Quality) -> tuple[Response, ...]:
    if not mapping.has_responses:
        return ()
    responses = []
    for each in rows:
        kind, dispatched = _kind(each.row.text, mapping), each.times.get("dispatched")
        if kind is None:
            quality.note("left out", "responses of other kinds", each.where)
        elif dispatched is None:
            quality.note("left out", "responses that were never sent", each.where)
        else:
            stages = {stage: each.times.get(stage) for stage in OF_A_RESPONSE[1:]}
            responses.append(
                Response(each.row.text.get("unit", ""), kind, mapping.kinds[kind].transports, dispatched, **stages)
            )
    quality.note("rows", "responses used", count=len(responses))
    return tuple(sorted(responses, key=lambda each: (each.dispatched, each.unit)))


def _kind(text: Mapping[str, str], mapping: LogMapping) -> str | None:
    said = text.get("kind", "")
    for kind, rule in mapping.kinds.items():
        if said in rule.values or (not rule.values and rule.roster != "positions"):
            return kind
    return None


def _told(text: Mapping[str, str], priority: str, mapping: LogMapping) -> str:
    """The severity first recorded; what no rule holds for was told as it was."""
    for rule in mapping.told:
        if rule.of in (None, priority) and holds(rule.when, text):
            return mapping.severity(rule.told)
    return mapping.severity(priority)


def _place(text: Mapping[str, str]) -> Place | None:
    numbers = _NUMBER.findall(text["place"]) if "place" in text else [text["latitude"], text["longitude"]]
    try:
        latitude, longitude = (float(each) for each in numbers[:2])
    except ValueError:
        return None
    return Place(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _with_units(incidents: Sequence[LoggedIncident]) -> tuple[LoggedIncident, ...]:
    """Give resources that the log does not name the lowest number that is free in their zone when they are sent."""
    free_at: dict[tuple[str, str], list[float]] = {}
    names: dict[tuple[str, int], str] = {}
    sent = sorted(
        (response.dispatched, incident.id, index)
        for incident in incidents
        for index, response in enumerate(incident.responses)
        if not response.unit
    )
    by_id = {incident.id: incident for incident in incidents}
    for dispatched, number, index in sent:
        response = by_id[number].responses[index]
        ends = free_at.setdefault((response.kind, by_id[number].area), [])
        slot = next((slot for slot, end in enumerate(ends) if end <= dispatched), len(ends))
        until = response.available if response.available is not None else response.arrived or dispatched
        ends[slot:] = [max(until, dispatched), *ends[slot + 1 :]]
        names[number, index] = f"{by_id[number].area} {response.kind} {slot + 1}"
    return tuple(
        replace(
            each,
            responses=tuple(
                replace(r, unit=names.get((each.id, index), r.unit)) for index, r in enumerate(each.responses)
            ),
        )
        for each in incidents
    )
