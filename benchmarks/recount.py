"""An independent recount of a log file: what was promised is there, the chain holds, nobody is in two places.

Reads the SQLite file by hand. Nothing of the product is imported, so that a fault in its own checks cannot hide itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any


def recount(
    path: Path, acknowledged: Mapping[int, dict[str, Any]], reported: int, capacities: Mapping[str, int]
) -> list[str]:
    """Read the file by hand and compare it with what was acknowledged; return what is wrong.

    `reported`: how many contacts were reported under keys of their own, each of which must be there once.
    """
    faults: list[str] = []
    entries: dict[int, dict[str, Any]] = {}
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        (integrity,) = database.execute("PRAGMA integrity_check").fetchone()
        if integrity != "ok":
            faults.append(f"the file is damaged: {integrity}")
        (centre,) = database.execute("SELECT centre FROM head").fetchone()
        previous, expected = hashlib.sha256(f"muster log 1 {centre}".encode()).hexdigest(), 1
        query = "SELECT sequence, batch, recorded_at, actor, fact, previous_hash, hash FROM entries ORDER BY sequence"
        for sequence, batch, recorded_at, actor, fact, before, digest in database.execute(query):
            parts = json.dumps([sequence, batch, recorded_at, actor, fact, before], separators=(",", ":"))
            if sequence != expected or before != previous or hashlib.sha256(parts.encode()).hexdigest() != digest:
                faults.append(f"the chain breaks at {sequence}")
            previous, expected = digest, sequence + 1
            entries[sequence] = {**json.loads(fact), "sequence": sequence, "actor": actor}
    for sequence, fact in acknowledged.items():
        kept = entries.get(sequence)
        if kept is None:
            faults.append(f"lost: {fact}")
        elif {**kept, "at": None} != {**fact, "at": None} or kept["at"] != milliseconds(fact["at"]):
            faults.append(f"altered: {fact} is {kept}")
    received = sum(fact["fact"] == "ContactReceived" for fact in entries.values())
    if received != reported:
        faults.append(f"{reported} contacts were reported, {received} are in the log")
    return faults + list(double_bookings(entries, capacities))


def double_bookings(entries: Mapping[int, dict[str, Any]], capacities: Mapping[str, int]) -> Iterator[str]:
    """Count the room that each resource has given away, fact by fact."""
    serving: dict[str, dict[str, int]] = {resource: {} for resource in capacities}
    loads: dict[str, list[int]] = {}
    for sequence, fact in sorted(entries.items()):
        if fact["fact"] == "NeedOpened":
            loads[fact["need"]] = [row.get("load", 1) for row in fact["rows"]]
        elif fact["fact"] == "ResourceAssigned":
            held = serving[fact["resource"]]
            if fact["need"] in held:
                yield f"{sequence}: {fact['resource']} was assigned to {fact['need']} twice"
            held[fact["need"]] = max(loads[fact["need"]][row] for row in (fact["row"], *fact.get("also", ())))
            if sum(held.values()) > capacities[fact["resource"]]:
                yield f"{sequence}: {fact['resource']} is double-booked: {sorted(held)}"
        elif fact["fact"] == "ResourceReleased":
            serving[fact["resource"]].pop(fact["need"], None)


def milliseconds(written: str) -> int:
    """Read ISO 8601 as milliseconds since the epoch."""
    return round(datetime.fromisoformat(written.replace("Z", "+00:00")).timestamp() * 1000)
