"""The durable log: what is in it stays, what was done to it shows, and one process writes it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from api.audit import audit
from api.log import Log, LogReader, LogUnavailable
from api.table_versions import LogRefused
from incidents.facts import AnswerGiven, ContactReceived, IncidentOpened, NoteAdded
from incidents.quantities import ContactId, IncidentId
from tests.api.rooms import FILE, HandClock, address, by_hand, in_file_only, opened, street
from tests.builders import START, at, spot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the log of one reported fire, closed; its last entry is the seventh."""
    with opened(tmp_path) as room:
        for fact in (
            ContactReceived(at(1), ContactId("c"), "emergency"),
            IncidentOpened(at(2), IncidentId("i"), ContactId("c"), spot(5)),
            AnswerGiven(at(3), IncidentId("i"), "nature", "fire"),
        ):
            room.record((fact,), "Ada")
    return tmp_path


def tampered(folder: Path, *statements: str) -> Path:
    """Do to the file what somebody with a database tool could do, guards and all."""
    with by_hand(folder) as database:
        for statement in statements:
            database.exec_driver_sql(statement)
    return folder


def refusal_at_start(folder: Path) -> str:
    """Try to open a control room on the log, and return what it says."""
    with pytest.raises(LogRefused) as refused, opened(folder):
        raise AssertionError("the log was taken up")
    return str(refused.value)


TAMPERING = {
    "a fact altered": ("UPDATE entries SET fact = replace(fact, 'emergency', 'routine') WHERE sequence = 2", 2),
    "an actor altered": ("UPDATE entries SET actor = 'nobody' WHERE sequence = 3", 3),
    "an instant altered": ("UPDATE entries SET recorded_at = recorded_at + 1 WHERE sequence = 4", 4),
    "a batch altered": ("UPDATE entries SET batch = 1 WHERE sequence = 2", 2),
    "a fact filed elsewhere": ("UPDATE entries SET subject = 'incident:other' WHERE sequence = 5", 5),
    "an entry removed": ("DELETE FROM entries WHERE sequence = 3", 3),
    "the first entry removed": ("DELETE FROM entries WHERE sequence = 1", 1),
    "the last entry removed": ("DELETE FROM entries WHERE sequence = (SELECT max(sequence) FROM entries)", 7),
    "all entries removed": ("DELETE FROM entries", 1),
    "a tail removed": ("DELETE FROM entries WHERE sequence > 4", 5),
    "an altered entry with a hash to match": (
        "UPDATE entries SET fact = '{}', hash = previous_hash WHERE sequence = 6",
        6,
    ),
    "a hash altered": ("UPDATE entries SET hash = previous_hash WHERE sequence = 2", 2),
}


@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_is_refused_at_start_with_its_position(folder: Path, case: str) -> None:
    """Whoever restores the log must know from where on it cannot be believed."""
    statement, sequence = TAMPERING[case]
    assert refusal_at_start(tampered(folder, statement)).startswith(f"log entry {sequence}: ")


def test_two_entries_that_changed_places_are_found(folder: Path) -> None:
    """The order of two facts may be the whole question."""
    swap = [f"UPDATE entries SET sequence = {new} WHERE sequence = {old}" for old, new in ((4, 99), (5, 4), (99, 5))]
    assert refusal_at_start(tampered(folder, *swap)).startswith("log entry 4: ")


def test_an_inserted_entry_is_found(folder: Path) -> None:
    """An entry that was not there when the next was written breaks its hash."""
    columns = "recorded_at, actor, subject, fact, previous_hash, hash"
    copy = f"INSERT INTO entries SELECT 8, 8, {columns} FROM entries WHERE sequence = 7"
    assert refusal_at_start(tampered(folder, copy)).startswith("log entry 8: ")


def test_an_altered_procedure_is_found(folder: Path) -> None:
    """The same facts under other rules would be another history."""
    change = """UPDATE documents SET text = replace(text, '"revision": 1', '"revision": 2') WHERE kind = 'procedure'"""
    assert "was altered" in refusal_at_start(tampered(folder, change))


@in_file_only
def test_a_file_cut_off_in_the_middle_is_refused(folder: Path) -> None:
    """A disk that filled up, or a copy that was interrupted."""
    file = folder / FILE
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert refusal_at_start(folder)


@in_file_only
def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A mistyped path must not be overwritten."""
    (tmp_path / FILE).write_text("Dear diary,\n" * 100, encoding="utf-8")
    assert refusal_at_start(tmp_path)
    assert (tmp_path / FILE).read_text(encoding="utf-8").startswith("Dear diary")


@in_file_only
def test_another_program_s_database_is_refused(tmp_path: Path) -> None:
    """Its tables are not ours to add to."""
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
    assert "recipes" in refusal_at_start(tmp_path)


def test_a_history_rewritten_with_its_head_passes_the_chain_but_not_a_witness(folder: Path) -> None:
    """The honest limit of a hash chain: only a hash kept elsewhere shows that the end was cut off head and all."""
    with closing(LogReader(address(folder))) as log:
        last = list(log.verified())[-1]
    tampered(
        folder,
        "DELETE FROM entries WHERE sequence > 6",
        "UPDATE head SET sequence = 6, hash = (SELECT hash FROM entries WHERE sequence = 6)",
    )
    with closing(LogReader(address(folder))) as log:
        assert len(list(log.verified())) == 6
        with pytest.raises(LogRefused):
            audit(log, witness=(last.sequence, last.hash))


@in_file_only
def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """Two writers can corrupt the file; a stray second start must not be one."""
    script = f"import sys; from pathlib import Path; from api.log import Log; Log(Path({str(tmp_path / FILE)!r}))"
    with opened(tmp_path):
        tried = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "is in use by process" in tried.stderr


@in_file_only
def test_a_second_log_in_one_process_is_refused(tmp_path: Path) -> None:
    """The same danger in one process."""
    with opened(tmp_path), pytest.raises(LogRefused):
        Log(address(tmp_path))


def test_a_log_that_was_closed_can_be_opened_again(folder: Path) -> None:
    """The right to write ends with its holder."""
    with opened(folder) as room:
        assert room.present.situation.sequence == 7


@pytest.mark.parametrize("statement", ["UPDATE entries SET actor = 'x'", "DELETE FROM entries"])
def test_the_database_itself_refuses_a_change_of_the_past(folder: Path, statement: str) -> None:
    """An honest mistake with a database tool must not succeed."""
    with pytest.raises(DBAPIError, match="append-only"), by_hand(folder, unguarded=False) as database:
        database.exec_driver_sql(statement)


def test_a_reader_cannot_write(folder: Path) -> None:
    """An audit beside a running control room must not become a second writer."""
    with closing(LogReader(address(folder))) as log, pytest.raises(DBAPIError), log._reading.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE intruder (x)")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A log that was begun and has no entry."""
    held = Log(address(tmp_path))
    held.found(street())
    with closing(held):
        yield held


@in_file_only
def test_every_connection_has_the_settings_that_durability_rests_on(log: Log) -> None:
    """A default of another build of SQLite would lose what was acknowledged, and only in a power cut."""
    for engine in (log._writing, log._reading):
        with engine.connect() as connection:
            pragmas = ("journal_mode", "synchronous", "foreign_keys")
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]
        assert found == ["wal", 2, 1]


def test_a_batch_is_written_whole_or_not_at_all(log: Log) -> None:
    """Half a dispatch is a crew that no incident knows of."""
    notes = [("Ada", NoteAdded(START, IncidentId(str(number)), "x")) for number in range(3)]
    batch = log.following(notes, START)
    broken = (*batch[:2], batch[0])
    with pytest.raises(LogUnavailable, match="could not be written"), log.turn():
        log.append(broken)
    assert log.read(0) == ()
    with log.turn():
        log.append(batch)
    assert log.read(0) == batch


def test_the_clock_of_recording_is_kept_beside_the_time_of_the_fact(tmp_path: Path) -> None:
    """A fact imported at noon about the morning must say both."""
    clock = HandClock(at(3600))
    with opened(tmp_path, clock) as room:
        (entry,) = room.log.read(0)
    assert entry.recorded_at == at(3600)
