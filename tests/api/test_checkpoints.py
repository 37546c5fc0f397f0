"""Checkpoints: what the chain alone cannot show, a signature kept elsewhere does."""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import update

from api.checkpoints import Signer, add, broken_promises, checkpointing, checkpoints, public_key
from api.log import LogReader
from api.log_chain import Head, chained, genesis
from api.table_versions import LogRefused
from api.tables import entries, head
from incidents.facts import NoteAdded
from incidents.quantities import IncidentId
from incidents.refusals import DocumentRefused
from tests.api.rooms import FILE, HandClock, address, by_hand, in_file_only, opened
from tests.builders import START, at, spot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of eleven entries, and beside it a key and a checkpoint of its end."""
    from incidents.facts import ContactReceived, IncidentOpened
    from incidents.quantities import ContactId

    with opened(tmp_path) as room:
        room.record((ContactReceived(at(1), ContactId("c"), "emergency"),), "Ada")
        room.record((IncidentOpened(at(2), IncidentId("i"), ContactId("c"), spot(5)),), "Ada")
        for number in range(6):
            room.record((NoteAdded(at(3 + number), IncidentId("i"), f"note {number}"),), "Ada")
        with checkpointing(room.log, HandClock(), Signer(tmp_path / "key"), tmp_path / "kept"):
            pass
    return tmp_path


def lost(folder: Path) -> list[int]:
    """The checkpoints that the log in this folder does not agree with."""
    promised = checkpoints(folder / "kept", public_key(folder / "key"))
    with closing(LogReader(address(folder))) as log:
        return [each.sequence for each in broken_promises(log, promised)]


def test_an_untouched_log_agrees_with_its_checkpoints(folder: Path) -> None:
    """An alarm that rings of itself is switched off."""
    assert lost(folder) == []


def test_a_tail_cut_off_with_its_head_is_found(folder: Path) -> None:
    """The chain of what is left is whole, and only the checkpoint knows that there was more."""
    with by_hand(folder) as database:
        database.exec_driver_sql("DELETE FROM entries WHERE sequence > 4")
        kept = "(SELECT hash FROM entries WHERE sequence = 4)"
        database.exec_driver_sql(f"UPDATE head SET sequence = 4, hash = {kept}")
    assert len(lost(folder)) == 1


def test_a_history_rewritten_from_end_to_end_is_found(folder: Path) -> None:
    """Whoever can write the database can make every hash agree, and still cannot sign."""
    with by_hand(folder) as database:
        previous = genesis(database.execute(head.select()).one().centre)
        for row in database.execute(entries.select().order_by(entries.c.sequence)).all():
            text = row.fact.replace("note 0", "no note")
            digest = chained(row.sequence, row.batch, row.recorded_at, row.actor, text, previous)
            changed = update(entries).where(entries.c.sequence == row.sequence)
            database.execute(changed.values(fact=text, previous_hash=previous, hash=digest))
            previous = digest
        database.execute(update(head).values(hash=previous))
    assert len(lost(folder)) == 1


def test_a_checkpoint_that_was_altered_is_refused_with_its_line(folder: Path) -> None:
    """A file of promises that anybody can edit promises nothing."""
    kept = folder / "kept"
    kept.write_text(kept.read_text(encoding="utf-8").replace('"at": 1', '"at": 2'), encoding="utf-8")
    with pytest.raises(DocumentRefused, match="kept:1: has a signature that does not hold"):
        lost(folder)


def test_another_key_does_not_pass(folder: Path) -> None:
    """A forger has a key of their own."""
    add(folder / "kept", Signer(folder / "forged").sign(Head(99, "0" * 64), START))
    with pytest.raises(DocumentRefused, match="kept:2"):
        lost(folder)


def test_a_line_cut_short_by_a_crash_is_passed_over(folder: Path) -> None:
    """What was not written whole was never promised."""
    with (folder / "kept").open("a", encoding="utf-8") as file:
        file.write('{"sequence": 12, "ha')
    assert lost(folder) == []


def test_the_key_is_its_owner_s_alone(folder: Path) -> None:
    """Whoever reads the key signs what they like."""
    assert (folder / "key").stat().st_mode & 0o077 == 0


@in_file_only
def test_every_random_change_of_a_byte_a_row_or_the_end_is_found(folder: Path) -> None:
    """Random hands try what no list of cases thought of; `python -m benchmarks.tampering` tries 10,000 times."""
    from benchmarks.tampering import tamper

    untouched = folder / "untouched"
    shutil.copy(folder / FILE, untouched)
    for seed in range(150):
        shutil.copy(untouched, folder / FILE)
        told = tamper(folder / FILE, Random(seed))
        with suppress(LogRefused):
            assert lost(folder), f"seed {seed}: {told}"
