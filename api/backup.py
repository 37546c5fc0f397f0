"""A copy of everything a log's database holds, whatever kind of database it is, and the way back.

A copy is a file of its own (SQLite), made from one snapshot while the room goes on. It is checked, chain and all, before it is
called made; so is what is restored from it. A copy of a server's log may be restored to a file and the other way round, so
moving to PostgreSQL is a backup and a restore. Imports `database`, `log`, `table_versions` and `tables`.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DBAPIError

from api.database import Address, database_at
from api.log import LogReader
from api.log_chain import Head
from api.log_file import LogFile
from api.table_versions import LATEST, LogRefused, prepare, version_of
from api.tables import tables

ROWS_AT_ONCE = 1_000


def back_up(address: Address, copy: Path) -> Head:
    """Copy a log to a new file; return the last entry in it, which a witness may be made from."""
    if copy.exists():
        raise LogRefused.of(str(copy), "exists already", "a file that does not")
    source = database_at(address)
    # Under another name until it is whole: a copy that was cut short must not look like one.
    unfinished = copy.with_name(f".{copy.name}.{os.getpid()}")
    reading = source.reading_engine()
    try:
        with reading.connect() as connection:
            _copy(connection, LogFile(unfinished))
        head = verified_head(unfinished)
        for beside in ("-wal", "-shm"):
            unfinished.with_name(unfinished.name + beside).unlink(missing_ok=True)
        unfinished.rename(copy)
    except DBAPIError as error:
        raise LogRefused.of(source.name, f"cannot be copied: {error.orig}", "a log") from error
    finally:
        reading.dispose()
        for left in ("", "-wal", "-shm"):
            unfinished.with_name(unfinished.name + left).unlink(missing_ok=True)
    return head


def restore(copy: Path, address: Address) -> Head:
    """Fill an empty database from a copy; return the last entry. Refuses a database that holds a log."""
    verified_head(copy)
    target = database_at(address)
    claim = target.claim()
    writing = target.writing_engine(busy_ms=5_000)
    try:
        with writing.connect() as connection:
            prepare(connection)
            if any(connection.execute(select(table).limit(1)).first() for table in tables.sorted_tables):
                raise LogRefused.of(target.name, "holds something already", "an empty database")
            connection.rollback()
            with contextlib.closing(LogReader(copy)) as log, log._reading.connect() as source, connection.begin():
                _copy_rows(source, connection)
    except DBAPIError as error:
        raise LogRefused.of(target.name, f"cannot be written: {error.orig}", "an empty database") from error
    finally:
        writing.dispose()
        if claim is not None:
            claim.release()
    return verified_head(address)


def verified_head(address: Address) -> Head:
    """Walk the whole chain; return the last entry. Refuses a log that is broken, or was never begun."""
    with contextlib.closing(LogReader(address)) as log:
        last: Head | None = None
        for entry in log.verified():
            last = Head(entry.sequence, entry.hash)
    if last is None:
        raise LogRefused.of(str(address), "holds no entry", "a log that was begun")
    return last


def _copy(source: Connection, target: LogFile) -> None:
    if source.dialect.name == "postgresql":
        source.execution_options(isolation_level="REPEATABLE READ")
    else:
        source.exec_driver_sql("BEGIN")
    found = version_of(source)
    if found != LATEST:
        raise LogRefused.of(
            "database", f"has tables of version {found}", f"version {LATEST}, which a room makes when it opens the log"
        )
    writing = target.writing_engine(busy_ms=0)
    try:
        with writing.connect() as connection:
            prepare(connection)
            with connection.begin():
                _copy_rows(source, connection)
    finally:
        writing.dispose()


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in tables.sorted_tables:
        rows = source.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table).order_by(*table.primary_key))
        for several in rows.mappings().partitions(ROWS_AT_ONCE):
            target.execute(insert(table), [dict(row) for row in several])
