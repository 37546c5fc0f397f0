"""Who is on duty when, in local time: rosters are where clocks change and days turn over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidents.centre import Centre
from incidents.shifts import duty_spans


def a_roster(shift: dict[str, Any] | None, time_zone: str = "Europe/London") -> Centre:
    """One resource on one shift."""
    resource = {"kind": "unit"} if shift is None else {"kind": "unit", "shift": "its"}
    return Centre.model_validate(
        {
            "centre": "roster",
            "time_zone": time_zone,
            "kinds": {"unit": {"skills": ["work"]}},
            "shifts": {} if shift is None else {"its": shift},
            "resources": {"U1": resource},
            "travel": {"kind": "none"},
        }
    )


def instant(text: str) -> int:
    """An ISO time in UTC, as an instant."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def iso(at: int) -> str:
    """An instant as an ISO time in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()[:16]


def spans(centre: Centre, start: str, end: str) -> list[tuple[str, str]]:
    """The spans of duty as ISO times in UTC."""
    found = duty_spans(centre, instant(start), instant(end))
    return [(iso(each.on_at), iso(each.off_at)) for each in found]


@pytest.mark.parametrize(
    ("what", "shift", "start", "end", "expected"),
    [
        ("always on duty", None, "2026-01-05T00:00", "2026-01-06T00:00", [("2026-01-05T00:00", "2026-01-06T00:00")]),
        (
            "a day shift, cut at the start",
            {"start": "07:00", "until": "19:00"},
            "2026-01-05T08:00",
            "2026-01-06T12:00",
            [("2026-01-05T08:00", "2026-01-05T19:00"), ("2026-01-06T07:00", "2026-01-06T12:00")],
        ),
        (
            "a night shift begun the evening before",
            {"start": "19:00", "until": "07:00"},
            "2026-01-05T00:00",
            "2026-01-05T20:00",
            [("2026-01-05T00:00", "2026-01-05T07:00"), ("2026-01-05T19:00", "2026-01-05T20:00")],
        ),
        (
            "Mondays only",
            {"start": "07:00", "until": "19:00", "days": ["mon"]},
            "2026-01-05T00:00",
            "2026-01-08T00:00",
            [("2026-01-05T07:00", "2026-01-05T19:00")],
        ),
        (
            "the night the clocks go forward is an hour short",
            {"start": "22:00", "until": "06:00", "days": ["sat"]},
            "2026-03-28T12:00",
            "2026-03-29T12:00",
            [("2026-03-28T22:00", "2026-03-29T05:00")],
        ),
        (
            "the night the clocks go back is an hour long",
            {"start": "22:00", "until": "06:00", "days": ["sat"]},
            "2026-10-24T12:00",
            "2026-10-25T12:00",
            [("2026-10-24T21:00", "2026-10-25T06:00")],
        ),
        (
            "a shift within the hour that is skipped would end before it begins",
            {"start": "01:40", "until": "02:20", "days": ["sun"]},
            "2026-03-28T12:00",
            "2026-03-29T12:00",
            [],
        ),
    ],
)
def test_spans_of_duty(
    what: str, shift: dict[str, Any] | None, start: str, end: str, expected: list[tuple[str, str]]
) -> None:
    """Each by hand, in UTC, for a centre in London."""
    assert spans(a_roster(shift), start, end) == expected, what


def test_the_end_of_a_shift_is_known_beyond_the_time_looked_at() -> None:
    """A run that stops at noon must not make everybody's shift end at noon."""
    roster = a_roster({"start": "07:00", "until": "19:00"})
    (duty,) = duty_spans(roster, instant("2026-01-05T08:00"), instant("2026-01-05T12:00"))
    assert duty.shift_ends_at == instant("2026-01-05T19:00")


def test_who_has_no_shift_has_no_end_of_it() -> None:
    """On duty throughout is not on duty until the run stops."""
    (duty,) = duty_spans(a_roster(None), instant("2026-01-05T08:00"), instant("2026-01-05T12:00"))
    assert duty.shift_ends_at is None
