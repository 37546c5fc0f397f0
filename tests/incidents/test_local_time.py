"""Local time and clock changes: one instant, or a refusal that says which ones were possible."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from incidents.local_time import instant_at, local, readings
from incidents.refusals import Refusal

LONDON, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin")


def utc(text: str) -> int:
    """An ISO time in UTC, as an instant."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("written", "zone", "expected"),
    [
        ("2026-01-05T02:10", LONDON, "2026-01-05T02:10"),
        ("2026-03-29T02:10", LONDON, "2026-03-29T01:10"),
        ("2026-03-29T00:59:59.999", LONDON, "2026-03-29T00:59:59.999"),
        ("2026-10-25T02:00", LONDON, "2026-10-25T02:00"),
        ("2026-10-25T01:10+01:00", LONDON, "2026-10-25T00:10"),
        ("2026-10-25T01:10+00:00", LONDON, "2026-10-25T01:10"),
        ("2026-03-29T02:10Z", BERLIN, "2026-03-29T02:10"),
    ],
)
def test_a_local_time_is_one_instant(written: str, zone: ZoneInfo, expected: str) -> None:
    """By hand, in UTC, on both nights of 2026 on which the clocks change."""
    assert instant_at(written, zone) == utc(expected)


@pytest.mark.parametrize(
    ("written", "zone", "said"),
    [
        ("2026-03-29T02:10", BERLIN, "does not exist in Europe/Berlin.*2026-03-29T03:10:00\\+02:00"),
        ("2026-03-29T01:00", LONDON, "does not exist"),
        ("2026-03-29T01:59:59.999", LONDON, "does not exist"),
        ("2026-10-25T01:00", LONDON, "comes twice.*01:00:00\\+01:00 or 2026-10-25T01:00:00\\+00:00"),
        ("2026-10-25T01:59:59.999", LONDON, "comes twice"),
        ("2026-03-29", LONDON, "is not a time"),
        ("ten past two", LONDON, "is not a time"),
        ("1969-07-20T20:17", LONDON, "is not a time"),
        ("9999-12-31T23:59", LONDON, "is not a time"),
        ("1970-01-01T00:00", LONDON, "lies before 1970"),
    ],
)
def test_what_is_not_one_instant_is_refused(written: str, zone: ZoneInfo, said: str) -> None:
    """A guess would be wrong by an hour on the two nights a year when it matters."""
    with pytest.raises(Refusal, match=said):
        instant_at(written, zone)


def test_the_refusal_bears_the_name_it_was_asked_under() -> None:
    """A command may have several times among its options."""
    with pytest.raises(Refusal, match=r"^--start: "):
        instant_at("soon", LONDON, where="--start")


@pytest.mark.parametrize(("hour", "times"), [(0, 1), (1, 2), (2, 1)])
def test_the_hour_of_the_change_is_shown_twice(hour: int, times: int) -> None:
    """In London on 25 October 2026 clocks show 01:00 to 02:00 twice."""
    assert len(readings(datetime(2026, 10, 25, hour, 30), LONDON)) == times


def test_local_and_instant_undo_each_other() -> None:
    """With the offset written, even in the hour that comes twice."""
    for moment in ("2026-10-25T00:30", "2026-10-25T01:30", "2026-03-29T00:59", "2026-03-29T01:00"):
        assert instant_at(local(utc(moment), LONDON).isoformat(), LONDON) == utc(moment)
