"""Spans of local time: open in them, shut outside, and right on both nights on which the clocks change."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from incidents.calendars import next_open
from incidents.centre import Shift

LONDON = ZoneInfo("Europe/London")
NIGHT = Shift(start="22:00", until="06:00")


def utc(text: str) -> int:
    """An instant from its ISO text, which says its own offset."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def opens(hours: tuple[Shift, ...], at: str) -> int | None:
    """When the hours next stand open in London."""
    return next_open(hours, LONDON, utc(at))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-06-10T21:59:59.999+01:00", "2026-06-10T22:00+01:00"),
        ("2026-06-10T22:00+01:00", "2026-06-10T22:00+01:00"),
        ("2026-06-11T05:59:59.999+01:00", "2026-06-11T05:59:59.999+01:00"),
        ("2026-06-11T06:00+01:00", "2026-06-11T22:00+01:00"),
    ],
)
def test_hours_begin_at_their_start_and_end_before_their_until(at: str, expected: str) -> None:
    """The boundaries of a calendar are to the millisecond, like every other."""
    assert opens((NIGHT,), at) == utc(expected)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-28T12:00+00:00", "2026-03-28T22:00+00:00"),
        ("2026-03-29T06:00+01:00", "2026-03-29T22:00+01:00"),
        ("2026-10-24T12:00+01:00", "2026-10-24T22:00+01:00"),
        ("2026-10-25T06:00+00:00", "2026-10-25T22:00+00:00"),
    ],
)
def test_a_night_of_a_clock_change_begins_and_ends_by_the_clock_on_the_wall(at: str, expected: str) -> None:
    """It is an hour shorter or longer, but ten in the evening is ten in the evening."""
    assert opens((NIGHT,), at) == utc(expected)


def test_a_span_that_the_clocks_skip_begins_as_the_clock_before_would_have_shown() -> None:
    """01:30 does not exist on that night; read on the winter clock it is 02:30 in summer time."""
    early = Shift(start="01:30", until="05:00")
    assert opens((early,), "2026-03-29T00:00+00:00") == utc("2026-03-29T02:30+01:00")


def test_a_span_that_a_clock_change_swallows_comes_the_week_after() -> None:
    """From the skipped 01:30 to 02:00, which is half an hour before it, nothing is left."""
    swallowed = Shift(start="01:30", until="02:00", days=("sun",))
    assert opens((swallowed,), "2026-03-29T00:00+00:00") == utc("2026-04-05T01:30+01:00")


def test_a_span_in_the_hour_that_comes_twice_is_the_first_of_the_two() -> None:
    """As for shifts: nobody is rung for the same half hour twice."""
    twice = Shift(start="01:15", until="01:45", days=("sun",))
    assert opens((twice,), "2026-10-25T00:00+01:00") == utc("2026-10-25T01:15+01:00")
    assert opens((twice,), "2026-10-25T01:15+00:00") == utc("2026-11-01T01:15+00:00")


def test_hours_on_no_day_never_begin() -> None:
    """Rather than a search without end."""
    assert opens((Shift(start="01:00", until="02:00", days=()),), "2026-06-10T00:00+01:00") is None


def test_without_hours_it_is_always_open() -> None:
    """Most rungs have none."""
    assert opens((), "2026-06-10T00:00+01:00") == utc("2026-06-10T00:00+01:00")
