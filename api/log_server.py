"""A database that is a PostgreSQL server, to which several nodes write in turn.

A node that has begun to write and stops answering must not keep the others waiting: the server itself ends a transaction in
which nothing has happened for `IDLE_LIMIT_MS`, and a wait for somebody else's after `TURN_LIMIT_MS`. Needs the extra `postgres`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from api.table_versions import LogRefused

if TYPE_CHECKING:
    import psycopg

SCHEMES = ("postgresql", "postgres")
DRIVER = "postgresql+psycopg"
CHANNEL = "muster_log"
"""Where a node says that it has added to the log."""
CONNECT_LIMIT_S = 3
IDLE_LIMIT_MS = 5_000
TURN_LIMIT_MS = 8_000
STATEMENT_LIMIT_MS = 10_000
CONNECTIONS = 8
"""Held open for readers; a few more where many read at once."""


class LogServer:
    """A database on a server, which several processes may write."""

    is_shared = True
    """Whether other processes may add to it meanwhile."""

    def __init__(self, address: str) -> None:
        try:
            self.url = _with_driver(make_url(address))
        except (ArgumentError, ValueError) as error:
            raise LogRefused.of(address, "is no address of a database", "postgresql://user@host/name") from error
        self.name = self.url.render_as_string(hide_password=True).replace(DRIVER, SCHEMES[0], 1)

    def writing_engine(self, busy_ms: int) -> Engine:
        """Return an engine for those who add to the log; `busy_ms` is a file's, and the limits here are the server's."""
        return self._engine(read_only=False, connections=2)

    def reading_engine(self) -> Engine:
        """Return an engine whose connections cannot write."""
        return self._engine(read_only=True, connections=CONNECTIONS)

    def claim(self) -> None:
        """Nobody has the right to write for good: see `Log.turn`."""

    def listening(self) -> psycopg.Connection:
        """Return a connection of its own, for hearing what others add."""
        import psycopg

        address = self.url.set(drivername=SCHEMES[0]).render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True, connect_timeout=CONNECT_LIMIT_S, application_name="muster")

    def _engine(self, *, read_only: bool, connections: int) -> Engine:
        settings = {
            "application_name": "muster",
            "default_transaction_read_only": "on" if read_only else "off",
            "idle_in_transaction_session_timeout": IDLE_LIMIT_MS,
            "lock_timeout": TURN_LIMIT_MS,
            "statement_timeout": STATEMENT_LIMIT_MS,
            "synchronous_commit": "on",
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        try:
            return create_engine(
                self.url,
                connect_args={"connect_timeout": CONNECT_LIMIT_S, "options": options, "keepalives_idle": 5},
                pool_size=connections,
                max_overflow=connections,
                pool_timeout=CONNECT_LIMIT_S,
                # A server that was restarted leaves dead connections behind.
                pool_pre_ping=True,
            )
        except (ImportError, NoSuchModuleError) as error:
            raise LogRefused.of(self.name, "needs a driver", "pip install 'muster[postgres]'") from error


def is_address(text: str) -> bool:
    """Whether this names a database on a server rather than a file."""
    return text.partition("://")[0].partition("+")[0] in SCHEMES and "://" in text


def _with_driver(url: URL) -> URL:
    return url.set(drivername=DRIVER)
