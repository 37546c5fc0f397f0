"""Versions of the tables: an old log is brought up, a later one is refused, and the steps lead where they should."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, inspect

from api.database import database_at
from api.log import Log
from api.log_file import LogFile
from api.table_versions import LATEST, STEPS, LogRefused, prepare, steps_on, version_of
from tests.api.rooms import FILE, address, by_hand, in_file_only, opened
from tests.databases import new_database


def shape(connection: Connection) -> dict[str, object]:
    """Everything about the tables that a later step would see."""
    seen = inspect(connection)
    return {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(name)],
            sorted(seen.get_pk_constraint(name)["constrained_columns"]),
            sorted(str(check["sqltext"]) for check in seen.get_check_constraints(name)),
            sorted(str(index["name"]) for index in seen.get_indexes(name)),
        )
        for name in seen.get_table_names()
    }


@pytest.mark.parametrize("is_server", [False, True])
def test_the_steps_lead_to_the_tables_that_a_new_database_gets(tmp_path: Path, is_server: bool) -> None:
    """Two ways to the same tables, or the old logs would slowly become another kind."""
    shapes = []
    for name in ("by_steps", "at_once"):
        where = new_database() if is_server else tmp_path / name
        engine = database_at(where).writing_engine(busy_ms=0)
        with engine.connect() as connection:
            if name == "by_steps":
                with connection.begin():
                    command.upgrade(steps_on(connection), LATEST)
            else:
                prepare(connection)
            shapes.append(shape(connection))
        engine.dispose()
    assert shapes[0] == shapes[1]


@in_file_only
def test_a_file_from_before_versions_is_brought_up_and_keeps_its_entries(tmp_path: Path) -> None:
    """A centre that updates must find its log as it left it."""
    with opened(tmp_path) as room:
        entries = room.log.read(0)
    with closing(sqlite3.connect(tmp_path / FILE)) as database, database:
        for table in ("alembic_version", "bookings", "keys", "acts", "drafts"):
            database.execute(f"DROP TABLE {table}")
        database.execute("PRAGMA user_version = 1")
    with opened(tmp_path) as room:
        assert room.log.read(0) == entries


def test_tables_of_a_later_version_are_refused_and_left_alone(tmp_path: Path) -> None:
    """What an older program cannot know it might misread."""
    with opened(tmp_path):
        pass
    with by_hand(tmp_path, unguarded=False) as database:
        database.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LogRefused, match="9999, made by a later Muster"):
        Log(address(tmp_path))


def test_the_last_step_is_the_latest_version(tmp_path: Path) -> None:
    """A step that nobody listed would never be taken."""
    engine = LogFile(tmp_path / "new").writing_engine(busy_ms=0)
    with engine.connect() as connection:
        prepare(connection)
        assert version_of(connection) == LATEST == STEPS[-1]
    engine.dispose()
