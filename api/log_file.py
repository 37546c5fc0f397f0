"""The file under the log: its tables, its settings, and the right to write it.

Write-ahead log with `synchronous=FULL`, so that what was committed survives a power cut; `BEGIN IMMEDIATE`, so that a writer
never finds out late that it may not write. The settings are asserted on every connection rather than trusted. One process
writes, held to that by a lock on a file beside the database: versions of SQLite before 3.51.3 can corrupt a write-ahead
database when two connections commit and checkpoint at one instant (sqlite.org/wal.html#walresetbug). Readers cannot write.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.pool import QueuePool, StaticPool

from incidents.refusals import Refusal

FORMAT = 1
"""The version of these tables, kept in the file itself."""

tables = MetaData()
entries = Table(
    "entries",
    tables,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("batch", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("fact", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
head = Table(
    "head",
    tables,
    Column("only", Integer, CheckConstraint("only = 1"), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("centre", Text, nullable=False),
)
documents = Table(
    "documents",
    tables,
    Column("fingerprint", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
)
receipts = Table(
    "receipts",
    tables,
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False, index=True),
)
for verb in ("UPDATE", "DELETE"):
    event.listen(
        entries,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER entries_refuse_{verb.lower()} BEFORE {verb} ON entries "
            "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
        ),
    )


class LogRefused(Refusal):
    """A log that cannot be taken up: in use, damaged, altered, or another centre's."""


class WriterLock:
    """The right to write the database at `path`, held by one process until it ends, however it ends."""

    def __init__(self, path: Path) -> None:
        beside = path.with_name(path.name + ".lock")
        try:
            self._file = beside.open("a+", encoding="utf-8")
        except OSError as error:
            raise LogRefused.of(
                str(path), f"cannot be opened: {error.strerror}", "a folder that can be written"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "another process"
            self._file.close()
            raise LogRefused.of(str(path), f"is in use by {holder}", "one control room per database") from error
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let another process write."""
        self._file.close()


def writing_engine(path: Path, busy_ms: int) -> Engine:
    """Return an engine whose one connection writes."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(path, isolation_level=None, check_same_thread=False),
        poolclass=StaticPool,
    )
    _require(engine, {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": busy_ms})
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def reading_engine(path: Path) -> Engine:
    """Return an engine whose connections cannot write."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False),
        poolclass=QueuePool,
    )
    _require(engine, {"query_only": 1, "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5_000})
    return engine


def prepare(connection: Connection) -> None:
    """Make the tables of a new file; refuse one that another version, or another program, has made."""
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    connection.rollback()
    if version == FORMAT:
        return
    if version or names:
        raise LogRefused.of(
            "database", f"has format {version} and tables {', '.join(sorted(names)) or 'none'}", f"format {FORMAT}"
        )
    with connection.begin():
        tables.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {FORMAT}")


def _require(engine: Engine, settings: dict[str, str | int]) -> None:
    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for name, wanted in settings.items():
            cursor.execute(f"PRAGMA {name} = {wanted}").fetchall()
            (found,) = cursor.execute(f"PRAGMA {name}").fetchone()
            if found != wanted:
                raise LogRefused.of("database", f"the file system or library gives {name}={found}", f"{name}={wanted}")
        cursor.close()
