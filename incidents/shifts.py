"""Who comes on duty and goes off when, from the centre's shifts in its local time. Imports `incidents.centre`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from incidents.centre import Centre, Shift
from incidents.quantities import Instant, ResourceId

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Duty:
    """One span of duty, cut to the time looked at. `shift_ends_at` is not cut; None: on duty without a shift."""

    resource: ResourceId
    on_at: Instant
    off_at: Instant
    shift_ends_at: Instant | None


def duty_spans(centre: Centre, start: Instant, end: Instant) -> Iterator[Duty]:
    """Yield every span of duty that touches [start, end), by resource and time.

    A resource without a shift is on duty throughout. Local times that a clock change skips or repeats are read as the zone
    database reads them first; a shift that a clock change leaves no time for is not worked.
    """
    zone = centre.zone_info
    for name, entry in sorted(centre.resources.items()):
        if entry.shift is None:
            yield Duty(ResourceId(name), start, end, None)
            continue
        for begins, ends in _spans(centre.shifts[entry.shift], zone, start, end):
            if begins < end and ends > start and begins < ends:
                yield Duty(ResourceId(name), max(begins, start), min(ends, end), ends)


def _spans(shift: Shift, zone: ZoneInfo, start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
    day = datetime.fromtimestamp(start / 1000, zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(end / 1000, zone).date()
    overnight = timedelta(days=1 if shift.until <= shift.start else 0)
    while day <= last:
        if _DAYS[day.weekday()] in shift.days:
            yield _instant(day, shift.start, zone), _instant(day + overnight, shift.until, zone)
        day += timedelta(days=1)


def _instant(day: date, clock: str, zone: ZoneInfo) -> Instant:
    return round(datetime.combine(day, time.fromisoformat(clock), zone).timestamp() * 1000)
