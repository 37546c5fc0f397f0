"""The control room is killed under load and comes back: nothing acknowledged is lost. The long run is `benchmarks.chaos`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.chaos import CAPACITIES, Tally, run
from benchmarks.recount import double_bookings, recount

KILLS = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the killed room keeps its log."""
    return tmp_path_factory.mktemp("kill")


@pytest.fixture(scope="module")
def tally(folder: Path) -> Tally:
    """What the clients of the killed room were told."""
    return run(KILLS, 1, folder)


def test_nothing_acknowledged_is_lost_and_nobody_is_double_booked(tally: Tally) -> None:
    """A caller who was told that help is coming must be right, whatever happens to the process."""
    assert tally.faults == []


def test_there_was_something_to_lose(tally: Tally) -> None:
    """A server that accepts nothing loses nothing."""
    assert len(tally.acknowledged) > 10 * KILLS
    assert tally.retried > 0


def test_the_recount_finds_a_lost_fact(tally: Tally, folder: Path) -> None:
    """A check that cannot fail would pass for ever."""
    invented = {**next(iter(tally.acknowledged.values())), "sequence": 10**6}
    found = recount(folder / "log.sqlite", {10**6: invented}, len(tally.reported), CAPACITIES)
    assert [fault[:4] for fault in found] == ["lost"]


def test_the_recount_finds_a_contact_too_many(tally: Tally, folder: Path) -> None:
    """One caller recorded twice is two crews sent."""
    assert "are in the log" in recount(folder / "log.sqlite", {}, len(tally.reported) - 1, CAPACITIES)[0]


def test_the_recount_finds_an_altered_fact(tally: Tally, folder: Path, tmp_path: Path) -> None:
    """It must not lean on the product's own check."""
    copy = tmp_path / "log.sqlite"
    with closing(sqlite3.connect(folder / "log.sqlite")) as original, closing(sqlite3.connect(copy)) as altered:
        original.backup(altered)
        altered.execute("DROP TRIGGER entries_refuse_update")
        altered.execute("UPDATE entries SET actor = 'nobody' WHERE sequence = 5")
        altered.commit()
    found = recount(copy, tally.acknowledged, len(tally.reported), CAPACITIES)
    assert "the chain breaks at 5" in found


@pytest.mark.parametrize(("load", "room", "is_found"), [(1, 1, True), (1, 2, False), (2, 3, True), (2, 4, False)])
def test_the_recount_finds_a_double_booking(load: int, room: int, is_found: bool) -> None:
    """The one thing that must never be on the board."""
    needs = ("I-1/1", "I-2/1")
    opened = [{"fact": "NeedOpened", "need": need, "rows": [{"skill": "fire", "load": load}]} for need in needs]
    sent = [{"fact": "ResourceAssigned", "resource": "E1", "need": need, "row": 0} for need in needs]
    found = list(double_bookings(dict(enumerate([*opened, *sent], start=1)), {"E1": room}))
    assert found == (["4: E1 is double-booked: ['I-1/1', 'I-2/1']"] if is_found else [])
