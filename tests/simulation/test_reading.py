"""A log read through its mapping: every layout, every way to write a time, and every planted fault counted once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.refusals import Refusal
from simulation.fitting.reading import read_log
from tests.simulation.small_log import crewed_mapping, small_mapping, write_log

START = datetime(2024, 1, 8)
STAGES = {"opened": 0, "sent": 60, "left": 120, "there": 600, "clear": 3000}


def crew_row(number: int, /, **changes: str) -> dict[str, str]:
    """One response: sent after a minute, rolling after another, there ten minutes after receipt, clear after fifty."""
    opened = START + timedelta(minutes=17 * number, seconds=number % 60)
    times = {stage: (opened + timedelta(seconds=after)).isoformat(sep=" ") for stage, after in STAGES.items()}
    return {"number": str(number), "kind": "crew", "unit": f"C{number}", **times, **changes}


def crew_log(folder: Path, *faults: dict[str, str], count: int = 60) -> Path:
    """A clean log of crews, and faults as further rows."""
    return write_log(folder, [*(crew_row(number) for number in range(1, count + 1)), *faults])


def test_a_clean_log_has_no_faults(tmp_path: Path) -> None:
    """Else every count of a fault would mean nothing."""
    log = read_log(crew_log(tmp_path), crewed_mapping())
    assert log.quality.counts() == {"incidents": 60, "incidents used": 60, "responses used": 60, "rows": 60}


PLANTED: dict[str, tuple[dict[str, str], str]] = {
    "negative gap": (crew_row(61, there="2024-01-08 00:00:01"), "arrived before departed"),
    "impossible order": (crew_row(61, sent=""), "arrived without dispatched"),
    "missing stage": (crew_row(61, clear=""), "rows without available"),
    "duplicate": (crew_row(1), "rows that repeat incident and unit"),
    "another kind": (crew_row(61, kind="boat"), "responses of other kinds"),
    "no number": (crew_row(61, number=""), "rows without a number of the incident"),
    "unreadable": (crew_row(61, left="soon"), "times of departed that cannot be read"),
    "no receipt": (crew_row(61, opened=""), "incidents without a time of receipt"),
    "never sent": (crew_row(61, sent="", there=""), "responses that were never sent"),
    "outlier": (crew_row(61, clear="2024-03-08 00:00:00"), "arrived to available beyond 3,240 s"),
}


@pytest.mark.parametrize("name", list(PLANTED))
def test_a_planted_fault_is_counted_once_with_its_line(name: str, tmp_path: Path) -> None:
    """Whoever reads a fit must be able to see what it was made from, and find it."""
    fault, what = PLANTED[name]
    quality = read_log(crew_log(tmp_path, fault), crewed_mapping()).quality
    named = next((each for each in quality.faults if each.startswith(what.split(" beyond")[0])), what)
    assert quality.count(named) == 1
    assert (quality.faults[named].example or "").endswith("62")


def test_numbers_that_skip_are_counted(tmp_path: Path) -> None:
    """By hand: 60 numbers from 1 to 60, and one more at 70: nine are missing."""
    log = read_log(crew_log(tmp_path, crew_row(70)), crewed_mapping())
    assert (log.quality.count("record numbers that skip"), log.quality.count("record numbers in the longest skip")) == (
        9,
        9,
    )


def test_a_day_without_a_record_is_a_hole(tmp_path: Path) -> None:
    """Four records an hour for five weeks, and none on one day: 24 hours, where chance leaves none of 96."""
    hole = START + timedelta(days=16)
    times = [START + timedelta(minutes=15 * step) for step in range(35 * 96)]
    rows = [
        {"number": str(i), "opened": str(at)}
        for i, at in enumerate(times, 1)
        if not hole <= at < hole + timedelta(days=1)
    ]
    quality = read_log(write_log(tmp_path, rows), small_mapping()).quality
    assert quality.count("hours of the longest hole") == 24


def test_a_whole_log_without_holes_has_none(tmp_path: Path) -> None:
    """A centre that is closed every night has no hole."""
    times = [START + timedelta(minutes=15 * step) for step in range(35 * 96)]
    rows = [{"number": str(i), "opened": str(at)} for i, at in enumerate(times, 1) if 8 <= at.hour < 20]
    assert read_log(write_log(tmp_path, rows), small_mapping()).quality.count("hours of the longest hole") == 0


def test_rounding_to_minutes_is_detected(tmp_path: Path) -> None:
    """All sixty on the minute; by chance it would be one."""
    rows = [{"number": str(n), "opened": str(START + timedelta(minutes=17 * n))} for n in range(60)]
    fault = read_log(write_log(tmp_path, rows), small_mapping()).quality.faults[
        "times of received on the whole minute: rounded"
    ]
    assert (fault.count, fault.of) == (60, 60)


@pytest.mark.parametrize(("day", "word"), [("2024-03-31 01:30", "skip"), ("2024-10-27 01:30", "repeat")])
def test_records_in_an_hour_that_the_clocks_change_are_counted(day: str, word: str, tmp_path: Path) -> None:
    """In Dublin, 2024: an hour is skipped on 31 March and repeated on 27 October, both from one o'clock."""
    rows = [{"number": str(n), "opened": f"{day[:8]}{int(day[8:10]) + n:02d} 12:00"} for n in range(-2, 1)]
    rows.append({"number": "9", "opened": day})
    quality = read_log(write_log(tmp_path, rows), small_mapping(time_zone="Europe/Dublin")).quality
    assert quality.count(f"records received in an hour that the clocks {word}") == 1


def test_times_of_day_roll_over_at_midnight(tmp_path: Path) -> None:
    """Received ten to twelve, there ten past: twenty minutes, not minus a day."""
    row = {"number": "1", "day": "08/01/2024", "kind": "crew", "unit": "A"}
    times = {"opened": "23:50:00", "sent": "23:51:00", "left": "23:59:00", "there": "00:10:00", "clear": "00:40:00"}
    mapping = crewed_mapping(
        files=[{"name": "log.csv", "time": "%H:%M:%S", "date": "%d/%m/%Y"}],
        fields={"incident": ["number"], "kind": ["kind"], "unit": ["unit"], "day": ["day"]},
    )
    log = read_log(write_log(tmp_path, [row | times]), mapping)
    (incident,) = log.incidents
    assert incident.first_arrival == incident.received + 20 * 60
    assert log.quality.count("stages past midnight, moved to the next day") == 2


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("iso", "2024-07-01T12:00:00"),
        ("iso", "2024-07-01T11:00:00Z"),
        ("iso", "2024-07-01T13:00:00+02:00"),
        ("epoch_s", "1719831600"),
        ("epoch_ms", "1719831600000"),
        ("%m/%d/%Y %I:%M:%S %p", "07/01/2024 12:00:00 PM"),
    ],
)
def test_every_way_to_write_a_time_means_noon_in_dublin(form: str, text: str, tmp_path: Path) -> None:
    """A time with an offset is moved to the log's zone; one without is there already."""
    mapping = small_mapping(files=[{"name": "log.csv", "time": form}], time_zone="Europe/Dublin")
    (incident,) = read_log(write_log(tmp_path, [{"number": "1", "opened": text}]), mapping).incidents
    assert incident.received % 86_400 == 12 * 3600


def test_events_become_stages(tmp_path: Path) -> None:
    """One row for each thing that happened: the first assignment counts, and the last end."""
    times = {"new": "10:00", "assigned": "10:05", "assigned again": "10:20", "solved": "11:00", "solved again": "12:00"}
    rows = [
        {"number": "1", "state": state.removesuffix(" again"), "time": f"2024-01-08 {at}", "group": "first"}
        for state, at in times.items()
    ]
    mapping = small_mapping(
        layout="per_event",
        fields={"incident": ["number"], "event": ["state"], "at": ["time"]},
        stages={},
        events={"new": "received", "assigned": "dispatched", "solved": "available"},
    )
    (incident,) = read_log(write_log(tmp_path, rows), mapping).incidents
    (response,) = incident.responses
    assert (response.dispatched - incident.received, (response.available or 0) - incident.received) == (300, 7200)


def test_rules_choose_priority_nature_and_what_was_told(tmp_path: Path) -> None:
    """The first rule that holds, and what was told only where it ended so."""
    rows = [{"number": str(n), "opened": f"2024-01-08 0{n}:00", "code": code} for n, code in enumerate("ABC", 1)]
    mapping = small_mapping(
        fields={"incident": ["number"], "code": ["code"]},
        priorities={"red": {"when": {"code": ["A"]}, "severity": "dire"}, "green": {}},
        natures={"fire": {"when": {"code": ["A", "B"]}}, "rest": {}},
        told=[{"told": "red", "when": {"code": ["B"]}, "of": "green"}],
    )
    found = read_log(write_log(tmp_path, rows), mapping).incidents
    assert [(each.priority, each.nature, each.told) for each in found] == [
        ("red", "fire", "dire"),
        ("green", "fire", "dire"),
        ("green", "rest", "green"),
    ]


def test_rows_are_left_out_with_their_reason(tmp_path: Path) -> None:
    """Tests of the system are no calls."""
    rows = [{"number": str(n), "opened": f"2024-01-08 0{n}:00", "kind": "test" if n == 1 else ""} for n in (1, 2)]
    mapping = small_mapping(
        fields={"incident": ["number"], "kind": ["kind"]},
        leave_out=[{"when": {"kind": ["test"]}, "because": "a test of the system"}],
    )
    log = read_log(write_log(tmp_path, rows), mapping)
    assert ([each.id for each in log.incidents], log.quality.count("rows left out: a test of the system")) == (["2"], 1)


def test_a_log_of_which_nothing_can_be_used_is_refused(tmp_path: Path) -> None:
    """It says what was found instead."""
    with pytest.raises(Refusal, match="no record can be used"):
        read_log(write_log(tmp_path, [{"number": "1", "opened": "never"}]), small_mapping())


def test_what_happens_after_an_instant_is_not_known_at_it(tmp_path: Path) -> None:
    """The fit on an earlier part may not peek: what began and had not ended is open, what came later is not there."""
    log = read_log(crew_log(tmp_path), crewed_mapping())
    third = log.incidents[2]
    known = log.before(third.received + 300).incidents
    assert [each.id for each in known] == [each.id for each in log.incidents[:3]]
    assert (known[2].responses[0].departed, known[2].responses[0].arrived) == (third.received + 120, None)


FLAWS: dict[str, tuple[dict[str, Any], str]] = {
    "zone": ({"time_zone": "Mars/Base"}, "unknown time zone"),
    "no incident": ({"fields": {"x": ["x"]}}, "`incident` is missing"),
    "no receipt": ({"stages": {"ended": ["x"]}}, "`received` is missing"),
    "field": ({"natures": {"a": {"when": {"sort": ["x"]}}}}, "unknown field 'sort'"),
    "priority": ({"told": [{"told": "blue", "when": {"incident": ["1"]}}]}, "unknown priority 'blue'"),
    "queue": ({"natures": {"a": {"queue": "x"}}}, "unknown queue 'x'"),
    "no last": ({"priorities": {"a": {"when": {"incident": ["1"]}}}}, "the last rule has `when`"),
    "duplicates": ({"duplicates": ["x"]}, "unknown field 'x'"),
    "positions": ({"positions": "columns"}, "no field holds positions"),
    "date": ({"files": [{"name": "a", "date": "%d"}]}, "no field `day`"),
    "span": (
        {"spans": [{"start": "2024-01-02T00:00", "until": "2024-01-01T00:00", "because": "x"}]},
        "ends before it starts",
    ),
    "events": ({"layout": "per_event"}, "`event` is missing"),
}


@pytest.mark.parametrize("name", list(FLAWS))
def test_a_mapping_that_means_nothing_is_refused(name: str) -> None:
    """Before a gigabyte is read."""
    changes, says = FLAWS[name]
    assert any(says in what for _, what, _ in small_mapping(**changes).flaws())
