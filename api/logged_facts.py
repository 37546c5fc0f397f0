"""A log that somebody kept, as facts: the database of a control room, or a file with one fact as JSON on each line.

A line is what `records` writes, with instants in milliseconds, or what `/v1/log` and the live feed send, with ISO times. Imports
`log`, `wire` and `incidents.records`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from api.database import Address
from api.log import LogReader
from api.log_chain import Entry
from api.log_server import is_address
from api.table_versions import LogRefused
from api.wire import INSTANTS, instant
from incidents.centre import Centre
from incidents.facts import Fact
from incidents.procedure import Procedure
from incidents.records import fact_from_record
from incidents.refusals import DocumentRefused, Flaw, Refusal

MOST_FLAWS = 1_000
"""A log with more unreadable lines than this is refused with the first of them."""
LONGEST_LINE = 1_000_000
"""Characters; a fact has a few hundred."""
EXPECTED = '{"fact": ..., "at": ...}'
_DATABASE = b"SQLite format 3\x00"
_AROUND = ("sequence", "actor")
"""What the wire says about an entry beside its fact."""


@dataclass(frozen=True, slots=True)
class LivedLog:
    """A control room's log as it was kept: every entry, the centre, and every procedure by fingerprint."""

    entries: tuple[Entry, ...]
    centre: Centre
    procedures: Mapping[str, Procedure]

    @property
    def facts(self) -> list[Fact]:
        """What was recorded, in order."""
        return [entry.fact for entry in self.entries]


def lived_log(address: Address) -> LivedLog:
    """Read a control room's log whole, checking its chain; refuse one that was never begun."""
    with contextlib.closing(LogReader(address)) as reader:
        centre = reader.centre()
        if centre is None:
            raise LogRefused.of(str(address), "holds no centre", "a log that was begun")
        return LivedLog(tuple(reader.verified()), centre, reader.procedures())


def is_database(log: Path | str) -> bool:
    """Whether this names a control room's database, on a server or in a file; raises `OSError` where it cannot be read."""
    if isinstance(log, str) and is_address(log):
        return True
    with Path(log).open("rb") as file:
        return file.read(len(_DATABASE)) == _DATABASE


def facts_from(log: Path | str) -> list[Fact]:
    """Read a log whole; refuse it with every line that is no fact, or with the first break in a database's chain."""
    try:
        return _from_database(log) if is_database(log) else _from_lines(Path(log))
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentRefused([Flaw(str(log), f"cannot be read: {error}", "one fact as JSON on each line")]) from error


def _from_database(log: Address) -> list[Fact]:
    with contextlib.closing(LogReader(log)) as reader:
        return [entry.fact for entry in reader.verified()]


def _from_lines(log: Path) -> list[Fact]:
    facts: list[Fact] = []
    flaws: list[Flaw] = []
    number = 0
    with log.open(encoding="utf-8") as file:
        while len(flaws) < MOST_FLAWS and (line := file.readline(LONGEST_LINE + 1)):
            number += 1
            where = f"{log}:{number}"
            if len(line) > LONGEST_LINE:
                flaws.append(Flaw(where, "is too long", f"at most {LONGEST_LINE:,} characters"))
                break
            if line.strip():
                _read(where, line, facts, flaws)
    if flaws:
        raise DocumentRefused(flaws)
    return facts


def _read(where: str, line: str, facts: list[Fact], flaws: list[Flaw]) -> None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        flaws.append(Flaw(where, f"is no JSON: {error}", EXPECTED))
        return
    if not isinstance(record, dict):
        flaws.append(Flaw(where, "is no fact", EXPECTED))
        return
    try:
        facts.append(fact_from_record(_plain(record)))
    except Refusal as refusal:
        flaws += [Flaw(f"{where}{flaw.where}", flaw.what, flaw.accepted) for flaw in refusal.flaws]


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """The fact alone, with its instants in milliseconds; an instant that cannot be read is left for the parser to refuse."""
    plain = {name: value for name, value in record.items() if name not in _AROUND}
    for name in INSTANTS:
        if isinstance(written := plain.get(name), str):
            try:
                moment = datetime.fromisoformat(written)
            except ValueError:
                continue
            if moment.tzinfo is not None:
                plain[name] = instant(moment)
    return plain
