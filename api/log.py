"""The durable log: append-only, hash-chained, one writer at a time. SQLAlchemy Core on SQLite or PostgreSQL.

Each entry is bound to the one before it (`log_chain`). A table of one row holds the head (sequence and hash of the last entry)
and changes in the same transaction. Read from the start, the log therefore shows with its position any entry that was altered,
removed, inserted or moved, and a tail cut off the entries alone. It does not show a whole older copy put in its place, nor a
history rewritten consistently by somebody who also rewrites the head: for that, keep a hash elsewhere and audit against it.

Entries come in batches: what was recorded together, named by the sequence of its first entry. Imports `bookings`, `database`,
`log_chain`, `tables`, `table_versions` and `incidents`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.bookings import Booking, Rebooking, booked, rebook
from api.database import Address, database_at
from api.log_chain import Entry, Head, broken, chained, checked, entry_of, fact_text, genesis, genuine, rows_of
from api.log_server import CHANNEL, LogServer
from api.table_versions import LogRefused, prepare
from api.tables import documents, entries, head, receipts
from incidents import facts as f
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.refusals import Flaw

T = TypeVar("T")

CHUNK = 2_000
"""Entries read at once when the whole log is walked."""
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
class Receipt:
    """The first answer given under an idempotency key, and the hash of the request it answered."""

    key: str
    request_hash: str
    status: int
    body: str


class LogUnavailable(Exception):
    """The log could not be written just now; nothing was recorded."""


class LogReader:
    """Reads a log without changing it; may stand beside those who write."""

    def __init__(self, address: Address) -> None:
        self._database = database_at(address)
        self.name = self._database.name
        self._reading = self._database.reading_engine()

    def close(self) -> None:
        """Let go of the database."""
        self._reading.dispose()

    def head(self) -> Head | None:
        """Return the head as the database has it; None before a centre was given."""
        with self._reading.connect() as connection:
            return _head(connection)

    def centre(self) -> Centre | None:
        """Return the centre whose log this is; None before one was given."""
        with _readable(self.name), self._reading.connect() as connection:
            fingerprint = connection.execute(select(head.c.centre)).scalar_one_or_none()
            if fingerprint is None:
                return None
            chosen = select(documents.c.text).where(documents.c.fingerprint == fingerprint)
            text = connection.execute(chosen).scalar_one_or_none()
        return genuine(Centre, fingerprint, text)

    def procedures(self) -> dict[str, Procedure]:
        """Return every procedure that is or was to be in force, by fingerprint."""
        chosen = select(documents.c.fingerprint, documents.c.text).where(documents.c.kind == "procedure")
        with _readable(self.name), self._reading.connect() as connection:
            rows = connection.execute(chosen.order_by(documents.c.fingerprint)).all()
        return {row.fingerprint: genuine(Procedure, row.fingerprint, row.text) for row in rows}

    def bookings(self) -> tuple[Booking, ...]:
        """Return what the database says every resource's room is held by, in order."""
        with self._reading.connect() as connection:
            return booked(connection)

    def look(self, doing: Callable[[Connection], T]) -> T:
        """Read something that stands beside the entries. Raises `LogUnavailable`."""
        with _available(), self._reading.connect() as connection:
            return doing(connection)

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
                    entry = checked(row, last)
                    last = Head(entry.sequence, entry.hash)
                    yield entry
            standing = self.head()
        except DBAPIError as error:
            raise broken(last.sequence + 1, f"the file cannot be read here: {error.orig}") from error
        if standing is not None and standing != last:
            # On a server others may have added to the log since the last row was read.
            if self._database.is_shared and standing.sequence > last.sequence and self._rows(last.sequence):
                return
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
            return _rows_after(connection, since)

    def _entries(self, chosen: Select[Any]) -> tuple[Entry, ...]:
        with self._reading.connect() as connection:
            return tuple(entry_of(row) for row in connection.execute(chosen))


class Log(LogReader):
    """The log, held for writing: a file by this process alone, a server's by turns.

    The caller serialises `turn` and `append`, and no connection is shared between threads at one time.
    """

    def __init__(self, address: Address, *, busy_ms: int = 5_000) -> None:
        super().__init__(address)
        self._claim = self._database.claim()
        self._stopped: str | None = None
        self._founded_for = ""
        self._writing = self._database.writing_engine(busy_ms)
        self._connection: Connection | None = None
        try:
            with _readable(self.name):
                self._connection = self._writing.connect()
                prepare(self._connection)
                if self._database.is_shared:
                    self._connection.close()
                    self._connection = None
                # A reader of this kind of file needs it to exist; now it does.
                self._head = self.head() or Head(0, "")
        except LogRefused:
            self.close()
            raise

    @property
    def server(self) -> LogServer | None:
        """The server that keeps it, to which other nodes may write; None: it is a file."""
        return self._database if isinstance(self._database, LogServer) else None

    def close(self) -> None:
        """Let go of the database and of the right to write it."""
        if self._connection is not None:
            self._connection.close()
        self._let_go()

    def found(self, centre: Centre) -> None:
        """Begin a new log as that of `centre`; it is begun when its first batch is written, and not before."""
        self._founded_for = self._keep("centre", centre)
        self._head = Head(0, genesis(self._founded_for))

    def keep_procedure(self, procedure: Procedure) -> None:
        """Store a procedure by its fingerprint, so that whatever is folded under it can be folded again."""
        self._keep("procedure", procedure)

    @contextmanager
    def turn(self) -> Iterator[tuple[Entry, ...]]:
        """Hold the right to add the next batch; hands over what others have added since this node looked last.

        A file is this process's own, and nobody adds to it. On a server the row of the head is locked until the turn
        ends, so that whoever decides has seen everything that was decided before. Raises `LogUnavailable`.
        """
        if not self._database.is_shared:
            yield ()
            return
        with _available(), self._writing.connect() as connection:
            # Whoever begins a log has no head to lock yet.
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(CHANNEL))))
            news = self._news(connection)
            self._connection = connection
            try:
                yield news
            finally:
                self._connection = None

    def news(self) -> tuple[Entry, ...]:
        """Return what others have added since this node looked last."""
        with _available(), self._reading.connect() as connection:
            return self._news(connection)

    def stand_at(self, reached: Head) -> None:
        """Go on from here: whoever holds the log has folded it so far."""
        self._head = reached

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

    def append(
        self,
        batch: Sequence[Entry],
        receipt: Receipt | None = None,
        beside: Callable[[Connection], object] = lambda _connection: None,
    ) -> None:
        """Write a batch made by `following`, its receipt and what goes `beside` it in one transaction, on disk when this returns.

        Raises `LogUnavailable` when it could not be written. If it cannot even be told whether it was, nothing more is
        accepted by a file until a restart has read it again; on a server the next turn reads it.
        """
        if self._stopped is not None:
            raise LogUnavailable(self._stopped)
        before, following = self._head, Head(batch[-1].sequence, batch[-1].hash)
        connection = self._connection
        assert connection is not None, "a batch is written in its turn"
        try:
            with connection.get_transaction() or connection.begin():
                connection.execute(_APPEND, rows_of(batch, before))
                self._move_head(connection, before, following)
                beside(connection)
                if receipt is not None:
                    _write_receipt(connection, receipt, batch[0].recorded_at)
                if self._database.is_shared:
                    connection.execute(select(func.pg_notify(CHANNEL, str(following.sequence))))
        except DBAPIError as error:
            self._stop_unless_unchanged(before)
            raise LogUnavailable(f"the log could not be written: {error.orig}") from error
        self._head = following

    def change(self, doing: Callable[[Connection], T]) -> T:
        """Change something beside the entries, in the turn that is held, and commit it. Raises `LogUnavailable`."""
        connection = self._connection
        assert connection is not None, "what stands beside the entries is changed in a turn"
        with _available(), connection.get_transaction() or connection.begin():
            return doing(connection)

    def rebook_all(self, bookings: Sequence[Booking]) -> None:
        """Make the table of bookings say just this, in the turn that is held."""
        if self.bookings() != tuple(bookings):
            self.change(lambda connection: rebook(connection, Rebooking.anew(bookings)))

    def receipt(self, key: str) -> Receipt | None:
        """Return the answer first given under an idempotency key."""
        with _available(), self._reading.connect() as connection:
            row = connection.execute(select(receipts).where(receipts.c.key == key)).one_or_none()
        return None if row is None else Receipt(row.key, row.request_hash, row.status, row.body)

    def _news(self, connection: Connection) -> tuple[Entry, ...]:
        found: list[Entry] = []
        last = self._head
        while chunk := _rows_after(connection, last.sequence):
            if last.sequence == 0:
                last = Head(0, chunk[0].previous_hash)
            for row in chunk:
                entry = checked(row, last)
                last = Head(entry.sequence, entry.hash)
                found.append(entry)
        self._head = last
        return tuple(found)

    def _let_go(self) -> None:
        # The writer goes last: whoever closes a write-ahead file last folds it in, and that must not be a reader.
        super().close()
        self._writing.dispose()
        if self._claim is not None:
            self._claim.release()

    def _move_head(self, connection: Connection, before: Head, following: Head) -> None:
        if before.sequence == 0:
            first = {"only": 1, "centre": self._founded_for, "sequence": following.sequence, "hash": following.hash}
            connection.execute(insert(head).values(first))
        else:
            step = {"left": before.hash, "reached": following.sequence, "reached_hash": following.hash}
            moved = connection.execute(_MOVE_HEAD, step)
            assert moved.rowcount == 1, "nobody else moves the head"

    def _stop_unless_unchanged(self, before: Head) -> None:
        if self._database.is_shared:
            return
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
            with _available(), self._writing.connect() as connection, connection.begin():
                connection.execute(insert(documents).values(fingerprint=fingerprint, kind=kind, text=text))
        except IntegrityError:
            pass  # The same document is there already, under the only fingerprint it can have.
        return fingerprint


def _head(connection: Connection) -> Head | None:
    row = connection.execute(select(head.c.sequence, head.c.hash)).one_or_none()
    return None if row is None else Head(row.sequence, row.hash)


def _rows_after(connection: Connection, since: int) -> Sequence[Row[Any]]:
    chosen = select(entries).where(entries.c.sequence > since).order_by(entries.c.sequence).limit(CHUNK)
    return connection.execute(chosen).all()


def _write_receipt(connection: Connection, receipt: Receipt, at: Instant) -> None:
    connection.execute(delete(receipts).where(receipts.c.recorded_at < at - RECEIPTS_KEPT_MS))
    connection.execute(
        insert(receipts).values(
            key=receipt.key,
            request_hash=receipt.request_hash,
            status=receipt.status,
            body=receipt.body,
            recorded_at=at,
        )
    )


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise LogRefused([Flaw(name, f"cannot be read as a log: {reason}", "a database made by muster")]) from error


@contextmanager
def _available() -> Iterator[None]:
    """A server that cannot be reached is no fault of the request, which may be sent again."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise LogUnavailable(f"the log cannot be reached: {reason}") from error
