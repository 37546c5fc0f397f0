"""A database that is a file: SQLite's settings, and the right to write it.

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

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from api.table_versions import LogRefused


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


class LogFile:
    """A database in a file, which one process writes."""

    is_shared = False
    """Whether other processes may add to it meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)

    def writing_engine(self, busy_ms: int) -> Engine:
        """Return an engine whose one connection writes; it waits so long for whoever reads a copy off the file."""
        engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(self.path, isolation_level=None, check_same_thread=False),
            poolclass=StaticPool,
        )
        _require(engine, {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": busy_ms})
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def reading_engine(self) -> Engine:
        """Return an engine whose connections cannot write."""
        address = f"file:{quote(str(self.path.absolute()))}?mode=ro"
        engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False),
            poolclass=QueuePool,
        )
        _require(engine, {"query_only": 1, "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5_000})
        return engine

    def claim(self) -> WriterLock:
        """Take the right to write, or refuse, saying who has it."""
        return WriterLock(self.path)


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
