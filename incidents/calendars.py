"""Spans of local time as instants: the same reading for shifts and for the hours of a rung.

Local times that a clock change skips or repeats are read as the zone database reads them first (PEP 495, fold 0): a span from
01:30 on the night that skips it begins an hour later on the wall, and one on the night that repeats it begins the first time.
Imports `centre` and `quantities`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from incidents.centre import Shift
from incidents.quantities import Instant

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SOUGHT_MS = 15 * 24 * 3600 * 1000
"""A span comes every week; the one that a clock change swallows comes the week after."""


def spans(span: Shift, zone: ZoneInfo, start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
    """Yield (begins, ends) of every span that begins on a local day from the one before `start` to that of `end`, in order."""
    day = datetime.fromtimestamp(start / 1000, zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(end / 1000, zone).date()
    overnight = timedelta(days=1 if span.until <= span.start else 0)
    while day <= last:
        if _DAYS[day.weekday()] in span.days:
            yield _instant(day, span.start, zone), _instant(day + overnight, span.until, zone)
        day += timedelta(days=1)


def next_open(hours: Sequence[Shift], zone: ZoneInfo, at: Instant) -> Instant | None:
    """Return the first instant from `at` on that lies in one of the `hours` (none named: always); None: there is none."""
    if not hours:
        return at
    found = (_next_open(each, zone, at) for each in hours)
    return min((opens for opens in found if opens is not None), default=None)


def _next_open(span: Shift, zone: ZoneInfo, at: Instant) -> Instant | None:
    for begins, ends in spans(span, zone, at, at + _SOUGHT_MS):
        # A clock change can leave nothing of a short span.
        if max(begins, at) < ends:
            return max(begins, at)
    return None


def _instant(day: date, clock: str, zone: ZoneInfo) -> Instant:
    return round(datetime.combine(day, time.fromisoformat(clock), zone).timestamp() * 1000)
