"""Hearing what other nodes record: PostgreSQL says so, and a look every second makes up for what was not heard.

Imports `control_room`, `log` and `log_server`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.control_room import ControlRoom
from api.log import LogUnavailable
from api.log_server import CHANNEL, CONNECT_LIMIT_S, LogServer

if TYPE_CHECKING:
    import psycopg

LOOK_EVERY_S = 1.0
"""The longest that a node goes without looking, whether or not it heard anything."""


@contextmanager
def following(room: ControlRoom) -> Iterator[None]:
    """Keep a room abreast of the other nodes on its log meanwhile; where nobody else may write, there is nothing to do."""
    server = room.log.server
    if server is None:
        yield
        return
    follower = Follower(room, server)
    follower.start()
    try:
        yield
    finally:
        follower.close()


class Follower:
    """A thread that keeps one node abreast of the others, until it is closed."""

    def __init__(self, room: ControlRoom, server: LogServer) -> None:
        self._room = room
        self._server = server
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="follower", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and wait until that has happened."""
        self._ended.set()
        self._thread.join(timeout=LOOK_EVERY_S + CONNECT_LIMIT_S)

    def _follow(self) -> None:
        import psycopg

        while not self._ended.is_set():
            try:
                with self._server.listening() as connection:
                    self._hear(connection)
            except (psycopg.Error, LogUnavailable):
                logging.getLogger(__name__).warning("the log's server cannot be heard; trying again")
                self._ended.wait(LOOK_EVERY_S)

    def _hear(self, connection: psycopg.Connection) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        # What was recorded before anybody listened was not heard.
        self._room.catch_up()
        while not self._ended.is_set():
            for _ in connection.notifies(timeout=LOOK_EVERY_S, stop_after=1):
                pass
            self._room.catch_up()
