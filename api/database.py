"""Where a log is kept: a file, or a server. Imports `log_file` and `log_server`."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeAlias

from sqlalchemy import Engine

from api.log_file import LogFile
from api.log_server import LogServer, is_address

Address: TypeAlias = Path | str
"""The path of a file, or a `postgresql://` address."""


class Claim(Protocol):
    """The right to write, until it is released."""

    def release(self) -> None:
        """Let somebody else write."""
        ...


class Database(Protocol):
    """What a log needs of the place where it is kept."""

    @property
    def name(self) -> str:
        """How to call it in words; holds no password."""
        ...

    @property
    def is_shared(self) -> bool:
        """Whether other processes may add to it meanwhile."""
        ...

    def writing_engine(self, busy_ms: int) -> Engine:
        """Return an engine for whoever adds to the log."""
        ...

    def reading_engine(self) -> Engine:
        """Return an engine whose connections cannot write."""
        ...

    def claim(self) -> Claim | None:
        """Take the right to write, where one process has it for good."""
        ...


def database_at(address: Address) -> Database:
    """Return the database at an address."""
    if isinstance(address, str) and is_address(address):
        return LogServer(address)
    return LogFile(Path(address))
