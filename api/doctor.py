"""What may be wrong with a log and the place where it is kept, looked at while nothing is urgent.

Imports `backup`, `bookings`, `checkpoints`, `log`, `log_server`, `table_versions` and `incidents`.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from api.bookings import bookings_in
from api.checkpoints import broken_promises, checkpoints, public_key
from api.clock import Clock
from api.database import Address, database_at
from api.log import LogReader
from api.table_versions import LATEST, version_of
from incidents.quantities import MS_PER_S
from incidents.refusals import Refusal
from incidents.remembering import after
from incidents.situation import Situation

SOUND_SQLITE = (3, 51, 3)
"""The first version without a fault that corrupts a write-ahead database when two connections commit at one instant."""
LEAST_FREE = 0.05
"""Less of the disk than this is worth a word."""
FARTHEST_AHEAD_S = 60


class Finding(StrEnum):
    """How bad it is."""

    SOUND = "sound"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at."""

    what: str
    finding: Finding
    told: str


def examine(
    address: Address, clock: Clock, *, kept_checkpoints: Path | None = None, key: Path | None = None
) -> Iterator[Diagnosis]:
    """Look at everything, cheapest first; what cannot be read ends it with a fault."""
    database = database_at(address)
    log = LogReader(address)
    try:
        with log._reading.connect() as connection:
            found, server = version_of(connection), connection.dialect.server_version_info
            dialect = connection.dialect.name
            yield _judged(
                "tables", found == LATEST, f"version {found}", f"version {LATEST} is made when a room opens them"
            )
            if dialect == "sqlite":
                yield _sqlite_version()
                whole = str(connection.exec_driver_sql("PRAGMA integrity_check").scalar_one())
                yield _judged("file", whole == "ok", "whole", whole, Finding.FAULT)
            else:
                told = ".".join(str(part) for part in server or ())
                sure = str(connection.exec_driver_sql("SHOW fsync").scalar_one())
                yield _judged("server", sure == "on", f"PostgreSQL {told}, fsync on", f"fsync is {sure}", Finding.FAULT)
        if not database.is_shared:
            yield _room_on_disk(Path(str(address)))
        yield from _contents(log, clock)
        if kept_checkpoints is not None and key is not None:
            promised = checkpoints(kept_checkpoints, public_key(key))
            missing = broken_promises(log, promised)
            told = f"{len(promised)} agree"
            lost = ", ".join(str(each.sequence) for each in missing[:5])
            yield _judged("checkpoints", not missing, told, f"the log lacks entries {lost}", Finding.FAULT)
    except (Refusal, DBAPIError) as error:
        yield Diagnosis("log", Finding.FAULT, str(error.orig if isinstance(error, DBAPIError) else error))
    finally:
        log.close()


def _contents(log: LogReader, clock: Clock) -> Iterator[Diagnosis]:
    centre = log.centre()
    if centre is None:
        yield Diagnosis("log", Finding.WARNING, "nothing was recorded yet")
        return
    situation, count = Situation.opening(centre), 0
    for entry in log.verified():
        situation, count = after(situation, entry.fact), count + 1
    yield Diagnosis("chain", Finding.SOUND, f"{count} entries, whole")
    agrees = log.bookings() == bookings_in(situation)
    yield _judged("bookings", agrees, "as the log says", "not what the log says; a room that opens it makes them so")
    ahead_s = (situation.at - clock.now()) / MS_PER_S
    yield _judged(
        "clock", ahead_s < FARTHEST_AHEAD_S, "after the last fact", f"the last fact is {ahead_s:.0f} s ahead of it"
    )
    procedure = situation.procedure
    with contextlib.suppress(KeyError):
        rules = log.procedures()[procedure or ""]
        yield Diagnosis("rules", Finding.SOUND, f"{rules.procedure} revision {rules.revision} in force")


def _sqlite_version() -> Diagnosis:
    is_sound = sqlite3.sqlite_version_info >= SOUND_SQLITE
    wanted = ".".join(map(str, SOUND_SQLITE))
    told = f"SQLite {sqlite3.sqlite_version}"
    return _judged(
        "library", is_sound, told, f"{told}: before {wanted} a second writer could corrupt the file; one is refused"
    )


def _room_on_disk(path: Path) -> Diagnosis:
    usage = shutil.disk_usage(path.absolute().parent)
    told = f"{usage.free / 1e9:.1f} GB free"
    return _judged("disk", usage.free > LEAST_FREE * usage.total, told, f"only {told}")


def _judged(what: str, is_sound: bool, sound: str, otherwise: str, worst: Finding = Finding.WARNING) -> Diagnosis:
    return Diagnosis(what, Finding.SOUND if is_sound else worst, sound if is_sound else otherwise)
