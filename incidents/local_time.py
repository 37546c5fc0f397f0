"""What a clock on the wall means: local time into an instant and back, with clock changes said and never guessed.

On the night the clocks go forward some local times do not exist, and on the night they go back some come twice. Imports
`quantities` and `refusals`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.quantities import MS_PER_S, Instant
from incidents.refusals import Refusal

FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Years of which every local time is an instant, in any zone but for the first hours."""
EXPECTED = "a date and a time such as 2026-03-29T02:10, with or without an offset"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def instant_at(text: str, zone: ZoneInfo, *, where: str = "at") -> Instant:
    """Read a local time of `zone`; refuse, under the name `where`, one that does not exist or comes twice.

    A time with an offset of its own means exactly one instant and is taken as it stands.
    """
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal.of(where, f"{text!r} is not a time", EXPECTED) from None
    if len(text) <= len("2026-03-29") or not FIRST_YEAR <= written.year <= LAST_YEAR:
        raise Refusal.of(where, f"{text!r} is not a time", f"{EXPECTED}, from {FIRST_YEAR} to {LAST_YEAR}")
    found = readings(written, zone) if written.tzinfo is None else (_instant(written),)
    if not found:
        later = local(_instant(written.replace(tzinfo=zone)), zone)
        raise Refusal.of(
            where,
            f"{text} does not exist in {zone.key}: the clocks go forward over it",
            f"{later.isoformat()}, or an offset",
        )
    if len(found) > 1:
        # Both show the same digits, so only their offsets tell them apart.
        both = " or ".join(local(each, zone).isoformat() for each in found)
        raise Refusal.of(where, f"{text} comes twice in {zone.key}: the clocks go back over it", both)
    if found[0] < 0:
        raise Refusal.of(where, f"{text} lies before 1970", EXPECTED)
    return found[0]


def readings(written: datetime, zone: ZoneInfo) -> tuple[Instant, ...]:
    """Return every instant at which clocks in `zone` show `written` (without an offset): none, one or two, in order."""
    whole = written.replace(microsecond=written.microsecond // MS_PER_S * MS_PER_S)
    candidates = sorted({_instant(written.replace(tzinfo=zone, fold=fold)) for fold in (0, 1)})
    return tuple(each for each in candidates if local(each, zone).replace(tzinfo=None) == whole)


def local(at: Instant, zone: ZoneInfo) -> datetime:
    """What a calendar and a clock in `zone` show at an instant, with the offset in force."""
    return (_EPOCH + at * _MILLISECOND).astimezone(zone)


def hour_of_week(at: Instant, zone: ZoneInfo) -> int:
    """The hour of the local week at an instant, counted from Monday 00:00: 0 to 167."""
    moment = local(at, zone)
    return moment.weekday() * 24 + moment.hour


def _instant(moment: datetime) -> Instant:
    return (moment - _EPOCH) // _MILLISECOND
