"""The chain: how entries of the log follow one another, and how each is told from an altered one.

Every entry carries the SHA-256 over its sequence, batch, instant of recording, actor, fact and the hash of the entry before it;
the first one follows the fingerprint of the centre. Imports `log_subjects`, `table_versions` and `incidents`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Row

from api.log_subjects import subject_of
from api.table_versions import LogRefused
from incidents import facts as f
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.records import as_record, fact_from_record
from incidents.refusals import Flaw, Refusal

_Kept = TypeVar("_Kept", Centre, Procedure)

UNTOUCHED = "the log as it was written, or a copy that passes `muster audit`"


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact as it stands in the log."""

    sequence: int
    batch: int
    recorded_at: Instant
    actor: str
    fact: f.Fact
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its sequence and hash; sequence 0 before the first."""

    sequence: int
    hash: str


def fact_text(fact: f.Fact) -> str:
    """Return the canonical JSON of a fact, over which the chain is made."""
    return _canonical(as_record(fact))


def genesis(centre_fingerprint: str) -> str:
    """Return the hash that the first entry follows."""
    return hashlib.sha256(f"muster log 1 {centre_fingerprint}".encode()).hexdigest()


def chained(sequence: int, batch: int, recorded_at: Instant, actor: str, text: str, previous: str) -> str:
    """Return the hash of an entry: SHA-256 over the JSON array of its parts and the hash before it."""
    return hashlib.sha256(_canonical([sequence, batch, recorded_at, actor, text, previous]).encode()).hexdigest()


def broken(sequence: int, what: str) -> LogRefused:
    """Refuse a log whose chain breaks at `sequence`."""
    return LogRefused([Flaw(f"log entry {sequence}", what, UNTOUCHED)])


def _canonical(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def genuine(kind: type[_Kept], fingerprint: str, text: str | None) -> _Kept:
    """Read a document back; refuse it if it is missing or no longer what its fingerprint says."""
    where = f"document {fingerprint[:12]}"
    if text is None:
        raise LogRefused([Flaw(where, "is missing", UNTOUCHED)])
    try:
        document = kind.model_validate_json(text)
    except ValidationError as error:
        raise LogRefused([Flaw(where, "was altered: it is no document any more", UNTOUCHED)]) from error
    if document.fingerprint != fingerprint:
        raise LogRefused([Flaw(where, "was altered: it does not have its fingerprint", UNTOUCHED)])
    return document


def entry_of(row: Row[Any]) -> Entry:
    """Read an entry back, without looking at its hash."""
    fact = fact_from_record(json.loads(row.fact))
    return Entry(row.sequence, row.batch, row.recorded_at, row.actor, fact, row.hash)


def checked(row: Row[Any], last: Head) -> Entry:
    """Read an entry back that must follow `last`; refuse it with its position if it does not."""
    expected = last.sequence + 1
    if row.sequence != expected:
        raise broken(expected, f"is missing: after entry {last.sequence} comes {row.sequence}")
    if row.previous_hash != last.hash:
        raise broken(expected, "does not follow the entry before it: altered, moved or inserted")
    if row.hash != chained(row.sequence, row.batch, row.recorded_at, row.actor, row.fact, row.previous_hash):
        raise broken(expected, "was altered: its hash is another")
    try:
        entry = entry_of(row)
    except (Refusal, ValueError) as error:
        raise broken(expected, f"is no fact this version knows: {error}") from error
    if row.subject != subject_of(entry.fact):
        raise broken(expected, "was altered: it is filed under another subject")
    return entry


def rows_of(batch: Sequence[Entry], before: Head) -> list[dict[str, Any]]:
    """Return a batch as rows of the table; `before` is the head it follows."""
    rows = []
    previous = before.hash
    for entry in batch:
        rows.append(
            {
                "sequence": entry.sequence,
                "batch": entry.batch,
                "recorded_at": entry.recorded_at,
                "actor": entry.actor,
                "subject": subject_of(entry.fact),
                "fact": fact_text(entry.fact),
                "previous_hash": previous,
                "hash": entry.hash,
            }
        )
        previous = entry.hash
    return rows
