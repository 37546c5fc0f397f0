"""Backup and restore: what was recorded is there again, on the same kind of database or the other."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from api.backup import back_up, restore
from api.control_room import ControlRoom
from api.database import Address
from api.log import Log, LogReader
from api.table_versions import LogRefused
from tests.api.rooms import FILE, HandClock, address, opened, served, street
from tests.builders import a_procedure
from tests.databases import new_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log with a report in it, and somebody on the way."""
    with served(tmp_path) as desk:
        desk.accept(desk.report(5, nature="fire"))
    return tmp_path


def contents(where: Address) -> tuple[object, ...]:
    """Everything that a log holds."""
    with closing(LogReader(where)) as log:
        return log.head(), tuple(log.verified()), log.bookings(), log.centre(), log.procedures()


@pytest.mark.parametrize("is_server", [False, True])
def test_a_copy_restores_to_the_same_log(folder: Path, is_server: bool) -> None:
    """A centre that outgrows its machine moves by the two commands it knows already."""
    there = new_database() if is_server else folder / "there"
    back_up(address(folder), folder / "copy")
    restore(folder / "copy", there)
    assert contents(there) == contents(address(folder))


def test_a_room_opens_on_what_was_restored_and_goes_on(folder: Path) -> None:
    """A restore that nobody can work on is none."""
    back_up(address(folder), folder / "copy")
    restore(folder / "copy", folder / "there")
    with closing(Log(folder / "there")) as log:
        room = ControlRoom.open(log, HandClock(), street(), a_procedure())
        before = room.present.situation.sequence
        room.review()
        assert (before, len(log.bookings())) == (len(list(log.verified())), 1)


def test_a_copy_is_made_while_the_room_is_open(tmp_path: Path) -> None:
    """Nobody closes a control room for a backup."""
    with opened(tmp_path) as room:
        head = back_up(address(tmp_path), tmp_path / "copy")
        assert head.sequence == room.present.situation.sequence


def test_nothing_is_overwritten(folder: Path) -> None:
    """Neither the last good copy, nor the log that is to be saved."""
    back_up(address(folder), folder / "copy")
    with pytest.raises(LogRefused, match="exists already"):
        back_up(address(folder), folder / "copy")
    with pytest.raises(LogRefused, match="holds something already"):
        restore(folder / "copy", address(folder))


def test_a_damaged_copy_is_refused_before_anything_is_written(folder: Path) -> None:
    """The moment of need is the worst one to find out."""
    back_up(address(folder), folder / "copy")
    copy = folder / "copy"
    copy.write_bytes(copy.read_bytes().replace(b"emergency", b"emergencz"))
    with pytest.raises(LogRefused):
        restore(copy, folder / "there")
    assert not (folder / "there").exists()


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half a copy under a good name would be trusted."""
    (tmp_path / FILE).write_bytes(b"")
    with pytest.raises(LogRefused):
        back_up(tmp_path / FILE, tmp_path / "copy")
    assert {path.name for path in tmp_path.iterdir()} <= {FILE, f"{FILE}-wal", f"{FILE}-shm"}
