"""The doctor: what is sound is said to be, and each thing that can be wrong is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.checkpoints import Signer, checkpointing
from api.doctor import Diagnosis, Finding, examine
from tests.api.rooms import HandClock, address, by_hand, opened, served
from tests.builders import at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log with a booking in it, and a checkpoint of its end."""
    with served(tmp_path) as desk:
        desk.accept(desk.report(5, nature="fire"))
        with checkpointing(desk.room.log, HandClock(), Signer(tmp_path / "key"), tmp_path / "kept"):
            pass
    return tmp_path


def found(folder: Path, clock: HandClock | None = None) -> dict[str, Diagnosis]:
    """What the doctor says of the log in this folder, by what was looked at."""
    said = examine(address(folder), clock or HandClock(), kept_checkpoints=folder / "kept", key=folder / "key")
    return {each.what: each for each in said}


def test_a_sound_log_has_no_fault(folder: Path) -> None:
    """A doctor who always finds something is not asked again."""
    said = found(folder)
    assert [each for each in said.values() if each.finding is Finding.FAULT] == []
    assert {"tables", "chain", "bookings", "clock", "rules", "checkpoints"} <= set(said)


def test_bookings_that_differ_from_the_log_are_noticed(folder: Path) -> None:
    """They are mended when a room opens, and somebody should know that they had to be."""
    with by_hand(folder, unguarded=False) as database:
        database.exec_driver_sql("DELETE FROM bookings")
    assert found(folder)["bookings"].finding is Finding.WARNING


def test_a_broken_chain_is_a_fault_with_its_position(folder: Path) -> None:
    """The doctor says what an opening room would refuse with."""
    with by_hand(folder) as database:
        database.exec_driver_sql("UPDATE entries SET actor = 'x' WHERE sequence = 3")
    assert found(folder)["log"].told.startswith("log entry 3: ")


def test_a_log_set_back_is_a_fault(folder: Path) -> None:
    """Only the checkpoint can tell."""
    with by_hand(folder) as database:
        database.exec_driver_sql("DELETE FROM entries WHERE sequence > 4")
        kept = "(SELECT hash FROM entries WHERE sequence = 4)"
        database.exec_driver_sql(f"UPDATE head SET sequence = 4, hash = {kept}")
    assert found(folder)["checkpoints"].finding is Finding.FAULT


def test_a_clock_that_stands_before_the_last_fact_is_noticed(folder: Path) -> None:
    """Facts are then recorded at the last fact's instant, which nobody sees by looking."""
    assert found(folder, HandClock(at(-3600)))["clock"].finding is Finding.WARNING


def test_a_log_with_nothing_in_it_is_no_fault(tmp_path: Path) -> None:
    """A new centre has one."""
    with opened(tmp_path):
        pass
    said = list(examine(address(tmp_path), HandClock()))
    assert all(each.finding is not Finding.FAULT for each in said)
