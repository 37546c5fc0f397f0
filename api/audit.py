"""The audit: is the log whole, and does it say what the rules would have said? Imports `control_room`, `log` and `incidents`.

The chain is checked entry by entry. Then a fresh desk is given only what came from outside, batch by batch, and whatever it
entails must be what the log says was entailed: the same facts, at the same instants, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from pathlib import Path

from api.control_room import CUT_SHORT, PROCEDURE
from api.log import LogReader
from api.log_chain import Entry, broken
from api.table_versions import LogRefused
from incidents import facts as f
from incidents.desk import Desk
from incidents.read import with_roads
from incidents.refusals import Refusal
from incidents.remembering import after

MOST_MISMATCHES = 20
"""After so many the rest of the log is not decided again: one early difference makes many."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A batch that says something else than the rules entail."""

    sequence: int
    logged: tuple[f.Fact, ...]
    entailed: tuple[f.Fact, ...]
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    `head` is the hash of the last entry, to be kept elsewhere; `cut_short` counts the batches that were taken as they stand.
    """

    entries: int
    batches: int
    entailed: int
    cut_short: int
    head: str
    mismatches: tuple[Mismatch, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the log says what the rules say."""
        return not self.mismatches


def audit(log: LogReader, *, witness: tuple[int, str] | None = None, roads: Path | None = None) -> Audit:
    """Audit a log; raises `LogRefused` with the position if its chain is broken.

    `witness` is the (sequence, hash) of an entry as it was noted elsewhere: it shows a history rewritten or set back.
    `roads` is the file of the road network, where the log's centre names one.
    """
    centre = log.centre()
    if centre is None:
        raise LogRefused.of(log.name, "holds no centre", "a log that was begun")
    desk = Desk(centre if roads is None else with_roads(centre, roads), log.procedures())
    entries = batches = entailed = cut_short = 0
    head, witnessed = "", witness is None
    mismatches: list[Mismatch] = []
    for batch in _batches(log.verified()):
        entries, batches, head = entries + len(batch), batches + 1, batch[-1].hash
        entailed += sum(entry.actor == PROCEDURE for entry in batch)
        cut_short += _is_cut_short(batch)
        witnessed = witnessed or any((entry.sequence, entry.hash) == witness for entry in batch)
        if len(mismatches) < MOST_MISMATCHES:
            mismatches.extend(_mismatch(desk, batch))
    if not witnessed:
        assert witness is not None
        raise broken(witness[0], f"is not the one whose hash is {witness[1]}: the log was rewritten or set back")
    return Audit(entries, batches, entailed, cut_short, head, tuple(mismatches))


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    for _, batch in groupby(entries, key=lambda entry: entry.batch):
        yield list(batch)


def _is_cut_short(batch: list[Entry]) -> bool:
    return any(entry.actor == CUT_SHORT for entry in batch)


def _mismatch(desk: Desk, batch: list[Entry]) -> Iterator[Mismatch]:
    logged = tuple(entry.fact for entry in batch)
    given = [entry.fact for entry in batch if entry.actor != PROCEDURE]
    try:
        if _is_cut_short(batch):
            desk.situation = reduce(after, logged, desk.situation)
            return
        # A batch that nobody gave is what a timer found due.
        entailed = desk.observe(*given) if given else desk.review(logged[-1].at)
    except Refusal as refusal:
        yield Mismatch(batch[0].sequence, logged, (), str(refusal))
        return
    if entailed != logged:
        yield Mismatch(batch[0].sequence, logged, entailed)
