"""Which version of the tables a database has, and how it comes to have this one. Alembic makes the steps.

A new database is made as it should be; an older one is taken through the steps it lacks, in one transaction; one from a later
version of Muster is refused, because what it holds could be misread. Imports `tables`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from api.tables import tables
from incidents.refusals import Refusal

LATEST = "0004"
STEPS = ("0001", "0002", "0003", LATEST)
"""Every version there has been, oldest first."""
_UNVERSIONED = "0001"
"""What a file has that was made before versions were kept in a table: SQLite's own number was 1."""


class LogRefused(Refusal):
    """A log that cannot be taken up: in use, damaged, altered, or another centre's."""


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables; None: there are none. Refuses another program's."""
    names = inspect(connection).get_table_names()
    if "alembic_version" in names:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        if found is not None:
            return str(found)
    if connection.dialect.name == "sqlite":
        number = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if number == 1 and "entries" in names:
            return _UNVERSIONED
        if number:
            raise LogRefused.of("database", f"has format {number} and tables {_told(names)}", _accepted())
    if names:
        raise LogRefused.of("database", f"has tables {_told(names)}, which are not ours", _accepted())
    return None


def prepare(connection: Connection) -> None:
    """Bring a database to the latest version; commits. Refuses what this version of Muster cannot know."""
    found = version_of(connection)
    connection.rollback()
    if found == LATEST:
        return
    if found is not None and found not in STEPS:
        raise LogRefused.of("database", f"has version {found}, made by a later Muster", _accepted())
    with connection.begin():
        if found is None:
            tables.create_all(connection)
            command.stamp(steps_on(connection), LATEST)
            return
        if "alembic_version" not in inspect(connection).get_table_names():
            command.stamp(steps_on(connection), found)
        command.upgrade(steps_on(connection), LATEST)


def steps_on(connection: Connection) -> Config:
    """Return the steps, to be taken on this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _told(names: list[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _accepted() -> str:
    return f"an empty database, or versions {', '.join(STEPS)} of Muster's tables"
