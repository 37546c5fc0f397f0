"""Changing what stands beside a log's entries where no room of this process holds the log. Imports `log`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from api.log import Log

T = TypeVar("T")


class TakingTurns:
    """A log that is changed beside its entries only: each change is a turn of its own."""

    def __init__(self, log: Log) -> None:
        self.log = log

    def change(self, doing: Callable[[Connection], T]) -> T:
        """Change something beside the log's entries."""
        with self.log.turn():
            return self.log.change(doing)
