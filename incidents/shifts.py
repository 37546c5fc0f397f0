"""Who comes on duty and goes off when, from the centre's shifts in its local time. Imports `incidents`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from incidents.calendars import spans
from incidents.centre import Centre
from incidents.quantities import Instant, ResourceId


@dataclass(frozen=True, slots=True)
class Duty:
    """One span of duty, cut to the time looked at. `shift_ends_at` and `shift_begins_at` are not cut; None: without a shift."""

    resource: ResourceId
    on_at: Instant
    off_at: Instant
    shift_ends_at: Instant | None
    shift_begins_at: Instant | None = None


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
        for begins, ends in spans(centre.shifts[entry.shift], zone, start, end):
            if begins < end and ends > start and begins < ends:
                yield Duty(ResourceId(name), max(begins, start), min(ends, end), ends, begins)
