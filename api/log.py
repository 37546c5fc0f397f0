"""The durable log: append-only, hash-chained, one writer. SQLAlchemy Core on SQLite.

Every entry carries the SHA-256 over its sequence, batch, instant of recording, actor, fact and the hash of the entry before it;
the first one follows the fingerprint of the centre. A second table holds the head (sequence and hash of the last entry) and
changes in the same transaction. Read from the start, the log therefore shows with its position any entry that was altered,
removed, inserted or moved, and a tail cut off the entries alone. It does not show a whole older copy put in its place, nor a
history rewritten consistently by somebody who also rewrites the head: for that, keep a hash elsewhere and audit against it.

Entries come in batches: what was recorded together, named by the sequence of its first entry. Imports `log_file`, `log_subjects`
and `incidents`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Row, Select, bindparam, delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from api.log_file import (
    LogRefused,
    WriterLock,
    documents,
    entries,
    head,
    prepare,
    reading_engine,
    receipts,
    writing_engine,
)
from api.log_subjects import subject_of
from incidents import facts as f
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.records import as_record, fact_from_record
from incidents.refusals import Flaw, Refusal

_Kept = TypeVar("_Kept", Centre, Procedure)

CHUNK = 2_000
"""Entries read at once when the whole log is walked."""
UNTOUCHED = "the log as it was written, or a copy that passes `muster audit`"
RECEIPTS_KEPT_MS = 7 * 24 * 3_600_000
"""How long the answer to an idempotency key is remembered."""

# Building a statement costs more than running it, and these two run for every batch.
_APPEND = insert(entries)
_MOVE_HEAD = (
    update(head)
    .where(head.c.hash == bindparam("left"))
    .values(sequence=bindparam("reached"), hash=bindparam("reached_hash"))
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact as it stands in the log."""

    sequence: int
    batch: int
    recorded_at: Instant
    actor: str
    fact: f.Fact
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its sequence and hash; sequence 0 before the first."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The first answer given under an idempotency key, and the hash of the request it answered."""

    key: str
    request_hash: str
    status: int
    body: str


class LogUnavailable(Exception):
    """The log could not be written just now; nothing was recorded."""


class LogReader:
    """Reads a log without changing it; may stand beside the one process that writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reading = reading_engine(path)

    def close(self) -> None:
        """Let go of the file."""
        self._reading.dispose()

    def head(self) -> Head | None:
        """Return the head as the file has it; None before a centre was given."""
        with self._reading.connect() as connection:
            row = connection.execute(select(head.c.sequence, head.c.hash)).one_or_none()
        return None if row is None else Head(row.sequence, row.hash)

    def centre(self) -> Centre | None:
        """Return the centre whose log this is; None before one was given."""
        with _readable(self.path), self._reading.connect() as connection:
            fingerprint = connection.execute(select(head.c.centre)).scalar_one_or_none()
            if fingerprint is None:
                return None
            chosen = select(documents.c.text).where(documents.c.fingerprint == fingerprint)
            text = connection.execute(chosen).scalar_one_or_none()
        return _genuine(Centre, fingerprint, text)

    def procedures(self) -> dict[str, Procedure]:
        """Return every procedure that is or was to be in force, by fingerprint."""
        chosen = select(documents.c.fingerprint, documents.c.text).where(documents.c.kind == "procedure")
        with _readable(self.path), self._reading.connect() as connection:
            rows = connection.execute(chosen.order_by(documents.c.fingerprint)).all()
        return {row.fingerprint: _genuine(Procedure, row.fingerprint, row.text) for row in rows}

    def read(self, since: int, limit: int = CHUNK) -> tuple[Entry, ...]:
        """Return up to `limit` entries after sequence `since`, in order, without checking the chain."""
        return self._entries(
            select(entries).where(entries.c.sequence > since).order_by(entries.c.sequence).limit(limit)
        )

    def about(self, subjects: Sequence[str], limit: int) -> tuple[Entry, ...]:
        """Return the first `limit` entries about any of `subjects` (see `subject_of`), in order."""
        chosen = select(entries).where(entries.c.subject.in_(subjects)).order_by(entries.c.sequence).limit(limit)
        return self._entries(chosen)

    def all_about(self, subject: str) -> Iterator[Entry]:
        """Yield every entry about one subject, in order."""
        last = 0
        while chunk := self._entries(
            select(entries)
            .where(entries.c.subject == subject, entries.c.sequence > last)
            .order_by(entries.c.sequence)
            .limit(CHUNK)
        ):
            yield from chunk
            last = chunk[-1].sequence

    def verified(self) -> Iterator[Entry]:
        """Yield every entry in order, checking the chain on the way; refuse with the position of the first break."""
        last = Head(0, self._genesis())
        try:
            while chunk := self._rows(last.sequence):
                for row in chunk:
                    entry = _checked(row, last)
                    last = Head(entry.sequence, entry.hash)
                    yield entry
            standing = self.head()
        except DBAPIError as error:
            raise broken(last.sequence + 1, f"the file cannot be read here: {error.orig}") from error
        if standing is not None and standing != last:
            cut = standing.sequence > last.sequence
            what = (
                "this entry and all after it were cut off"
                if cut
                else f"the head says the log ends at {standing.sequence}"
            )
            raise broken(last.sequence + cut, what)

    def _genesis(self) -> str:
        with self._reading.connect() as connection:
            fingerprint = connection.execute(select(head.c.centre)).scalar_one_or_none()
        return genesis(fingerprint or "")

    def _rows(self, since: int) -> Sequence[Row[Any]]:
        with self._reading.connect() as connection:
            chosen = select(entries).where(entries.c.sequence > since).order_by(entries.c.sequence).limit(CHUNK)
            return connection.execute(chosen).all()

    def _entries(self, chosen: Select[Any]) -> tuple[Entry, ...]:
        with self._reading.connect() as connection:
            return tuple(_entry(row) for row in connection.execute(chosen))


class Log(LogReader):
    """The log, held for writing by this process alone.

    The caller serialises `append`; there is one writing connection, and it is not shared between threads at one time.
    """

    def __init__(self, path: Path, *, busy_ms: int = 5_000) -> None:
        self._lock = WriterLock(path)
        self._stopped: str | None = None
        self._founded_for = ""
        self._writing = writing_engine(path, busy_ms)
        super().__init__(path)
        try:
            with _readable(path):
                self._connection = self._writing.connect()
                prepare(self._connection)
                self._head = self.head() or Head(0, "")
        except LogRefused:
            self._let_go()
            raise

    def close(self) -> None:
        """Let go of the file and of the right to write it."""
        self._connection.close()
        self._let_go()

    def found(self, centre: Centre) -> None:
        """Begin a new log as that of `centre`; it is begun when its first batch is written, and not before."""
        self._founded_for = self._keep("centre", centre)
        self._head = Head(0, genesis(self._founded_for))

    def keep_procedure(self, procedure: Procedure) -> None:
        """Store a procedure by its fingerprint, so that whatever is folded under it can be folded again."""
        self._keep("procedure", procedure)

    def following(self, written: Sequence[tuple[str, f.Fact]], recorded_at: Instant) -> tuple[Entry, ...]:
        """Make the entries that would follow the head now, from (actor, fact) pairs; nothing is written."""
        made: list[Entry] = []
        previous, batch = self._head, self._head.sequence + 1
        for actor, fact in written:
            sequence = previous.sequence + 1
            digest = chained(sequence, batch, recorded_at, actor, fact_text(fact), previous.hash)
            previous = Head(sequence, digest)
            made.append(Entry(sequence, batch, recorded_at, actor, fact, digest))
        return tuple(made)

    def append(self, batch: Sequence[Entry], receipt: Receipt | None = None) -> None:
        """Write a batch made by `following`, and its receipt, in one transaction that is on disk when this returns.

        Raises `LogUnavailable` when it could not be written. If it cannot even be told whether it was, nothing more is
        accepted until a restart has read the file again.
        """
        if self._stopped is not None:
            raise LogUnavailable(self._stopped)
        before, following = self._head, Head(batch[-1].sequence, batch[-1].hash)
        try:
            with self._connection.begin():
                self._connection.execute(_APPEND, _rows_of(batch, before))
                self._move_head(before, following)
                if receipt is not None:
                    self._write_receipt(receipt, batch[0].recorded_at)
        except DBAPIError as error:
            self._stop_unless_unchanged(before)
            raise LogUnavailable(f"the log could not be written: {error.orig}") from error
        self._head = following

    def receipt(self, key: str) -> Receipt | None:
        """Return the answer first given under an idempotency key."""
        with self._reading.connect() as connection:
            row = connection.execute(select(receipts).where(receipts.c.key == key)).one_or_none()
        return None if row is None else Receipt(row.key, row.request_hash, row.status, row.body)

    def _let_go(self) -> None:
        # The writer goes last: whoever closes a write-ahead file last folds it in, and that must not be a reader.
        super().close()
        self._writing.dispose()
        self._lock.release()

    def _move_head(self, before: Head, following: Head) -> None:
        if before.sequence == 0:
            first = {"only": 1, "centre": self._founded_for, "sequence": following.sequence, "hash": following.hash}
            self._connection.execute(insert(head).values(first))
        else:
            step = {"left": before.hash, "reached": following.sequence, "reached_hash": following.hash}
            moved = self._connection.execute(_MOVE_HEAD, step)
            assert moved.rowcount == 1, "nobody else moves the head"

    def _write_receipt(self, receipt: Receipt, at: Instant) -> None:
        self._connection.execute(delete(receipts).where(receipts.c.recorded_at < at - RECEIPTS_KEPT_MS))
        self._connection.execute(
            insert(receipts).values(
                key=receipt.key,
                request_hash=receipt.request_hash,
                status=receipt.status,
                body=receipt.body,
                recorded_at=at,
            )
        )

    def _stop_unless_unchanged(self, before: Head) -> None:
        try:
            unchanged = (self.head() or Head(0, before.hash)) == before
        except DBAPIError:
            unchanged = False
        if not unchanged:
            self._stopped = "an earlier write ended in doubt; restart, so that the log is read again"

    def _keep(self, kind: str, document: Centre | Procedure) -> str:
        # Stored whole and in its own order: factory settings of another day must not change what is read, and answers are
        # offered in the order in which they stand.
        fingerprint, text = document.fingerprint, json.dumps(document.model_dump(mode="json", by_alias=True))
        try:
            with self._connection.begin():
                self._connection.execute(insert(documents).values(fingerprint=fingerprint, kind=kind, text=text))
        except IntegrityError:
            pass  # The same document is there already, under the only fingerprint it can have.
        return fingerprint


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise LogRefused(
            [Flaw(str(path), f"cannot be read as a log: {reason}", "a database made by muster")]
        ) from error


def fact_text(fact: f.Fact) -> str:
    """Return the canonical JSON of a fact, over which the chain is made."""
    return _canonical(as_record(fact))


def genesis(centre_fingerprint: str) -> str:
    """Return the hash that the first entry follows."""
    return hashlib.sha256(f"muster log 1 {centre_fingerprint}".encode()).hexdigest()


def chained(sequence: int, batch: int, recorded_at: Instant, actor: str, text: str, previous: str) -> str:
    """Return the hash of an entry: SHA-256 over the JSON array of its parts and the hash before it."""
    return hashlib.sha256(_canonical([sequence, batch, recorded_at, actor, text, previous]).encode()).hexdigest()


def broken(sequence: int, what: str) -> LogRefused:
    """Refuse a log whose chain breaks at `sequence`."""
    return LogRefused([Flaw(f"log entry {sequence}", what, UNTOUCHED)])


def _canonical(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _genuine(kind: type[_Kept], fingerprint: str, text: str | None) -> _Kept:
    where = f"document {fingerprint[:12]}"
    if text is None:
        raise LogRefused([Flaw(where, "is missing", UNTOUCHED)])
    try:
        document = kind.model_validate_json(text)
    except ValidationError as error:
        raise LogRefused([Flaw(where, "was altered: it is no document any more", UNTOUCHED)]) from error
    if document.fingerprint != fingerprint:
        raise LogRefused([Flaw(where, "was altered: it does not have its fingerprint", UNTOUCHED)])
    return document


def _entry(row: Row[Any]) -> Entry:
    fact = fact_from_record(json.loads(row.fact))
    return Entry(row.sequence, row.batch, row.recorded_at, row.actor, fact, row.hash)


def _checked(row: Row[Any], last: Head) -> Entry:
    expected = last.sequence + 1
    if row.sequence != expected:
        raise broken(expected, f"is missing: after entry {last.sequence} comes {row.sequence}")
    if row.previous_hash != last.hash:
        raise broken(expected, "does not follow the entry before it: altered, moved or inserted")
    if row.hash != chained(row.sequence, row.batch, row.recorded_at, row.actor, row.fact, row.previous_hash):
        raise broken(expected, "was altered: its hash is another")
    try:
        entry = _entry(row)
    except (Refusal, ValueError) as error:
        raise broken(expected, f"is no fact this version knows: {error}") from error
    if row.subject != subject_of(entry.fact):
        raise broken(expected, "was altered: it is filed under another subject")
    return entry


def _rows_of(batch: Sequence[Entry], before: Head) -> list[dict[str, Any]]:
    rows = []
    previous = before.hash
    for entry in batch:
        rows.append(
            {
                "sequence": entry.sequence,
                "batch": entry.batch,
                "recorded_at": entry.recorded_at,
                "actor": entry.actor,
                "subject": subject_of(entry.fact),
                "fact": fact_text(entry.fact),
                "previous_hash": previous,
                "hash": entry.hash,
            }
        )
        previous = entry.hash
    return rows
