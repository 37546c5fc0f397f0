"""Holding a live log against its checks and targets, within limits: which facts are read for a window or for one incident.

A window is found by halving, since time never goes back in a log, and no more than MOST_FACTS are read from there. Whatever is
judged is judged by all that is known of it: the contact of an incident that rang before the window is looked up. Imports
`log`, `log_subjects` and `incidents.conformance`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.log import CHUNK, LogReader
from api.log_chain import Entry
from api.log_subjects import PROCEDURE_SUBJECT
from incidents import facts as f
from incidents.conformance import Conformance, conformance
from incidents.quantities import IncidentId, Instant
from incidents.targets import TargetPack

MOST_FACTS = 50_000
"""The most facts read for one window."""
MOST_OF_ONE = 5_000
"""The most facts read of one incident and its contacts."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found, as of which instant. `read`: the facts behind it, in order; `is_whole`: that is all there is to read."""

    found: Conformance
    as_of: Instant
    read: tuple[Entry, ...]
    is_whole: bool


def judge_window(
    log: LogReader,
    packs: Mapping[str, TargetPack],
    *,
    since: Instant | None = None,
    until: Instant | None = None,
    most: int = MOST_FACTS,
) -> Judgement:
    """Judge what was received in [since, until), by what the log says of it up to its end, or for `most` facts."""
    start, read, is_whole = read_window(log, since, most)
    head = log.head()
    opened = [entry.fact.contact for entry in read if isinstance(entry.fact, f.IncidentOpened)]
    rang = {entry.fact.contact for entry in read if isinstance(entry.fact, f.ContactReceived)}
    earlier = [f"contact:{contact}" for contact in opened if contact is not None and contact not in rang]
    before = [entry for entry in log.about(earlier, MOST_FACTS) if entry.sequence <= start] if earlier else []
    entries = (*before, *read)
    last = entries[-1:] or (() if head is None else log.read(head.sequence - 1, 1))
    as_of = last[-1].fact.at if last else 0
    return Judgement(_judged(log, packs, entries, as_of, since=since, until=until), as_of, entries, is_whole)


def read_window(log: LogReader, since: Instant | None, most: int = MOST_FACTS) -> tuple[int, list[Entry], bool]:
    """Read the log from an instant on: how many entries lie before it, those from there, and whether these are all."""
    start = 0 if since is None else _entries_before(log, since)
    read = read_on(log, start, most)
    head = log.head()
    return start, read, head is None or start + len(read) >= head.sequence


def read_on(log: LogReader, reached: int, most: int) -> list[Entry]:
    """Read up to `most` entries after sequence `reached`, in order."""
    read: list[Entry] = []
    while len(read) < most and (chunk := log.read(reached + len(read), min(CHUNK, most - len(read)))):
        read += chunk
    return read


def judge_incident(
    log: LogReader, packs: Mapping[str, TargetPack], incident: IncidentId, *, most: int = MOST_OF_ONE
) -> Judgement | None:
    """Judge one incident and its contacts as of the end of the log; None: the log has no such incident."""
    own = f"incident:{incident}"
    about = log.about([own], most + 1)
    if not about:
        return None
    contacts = [f"contact:{each}" for entry in about if (each := getattr(entry.fact, "contact", None)) is not None]
    entries = log.about([own, *contacts], most + 1)
    is_whole, entries = len(entries) <= most, entries[:most]
    head = log.head()
    last = log.read(head.sequence - 1, 1) if head is not None and is_whole else entries[-1:]
    as_of = last[0].fact.at
    return Judgement(_judged(log, packs, entries, as_of), as_of, entries, is_whole)


def _judged(
    log: LogReader,
    packs: Mapping[str, TargetPack],
    entries: Sequence[Entry],
    as_of: Instant,
    *,
    since: Instant | None = None,
    until: Instant | None = None,
) -> Conformance:
    """Judge facts by the rules that were in force when each began, of which the log keeps every adoption."""
    in_force, adopted = _adoptions(log, entries[0].sequence if entries else 0)
    known = {entry.sequence for entry in entries}
    ordered = sorted((*entries, *(each for each in adopted if each.sequence not in known)), key=lambda e: e.sequence)
    counted = [entry for entry in ordered if entry.fact.at <= as_of]
    return conformance(
        [entry.fact for entry in counted], log.procedures(), packs,
        in_force=in_force, since=since, until=until, as_of=as_of, sequences=[entry.sequence for entry in counted],
    )  # fmt: skip


def _adoptions(log: LogReader, first: int) -> tuple[str | None, tuple[Entry, ...]]:
    """The fingerprint in force before entry `first`, and the adoptions from there on."""
    everything = tuple(adoptions(log))
    earlier = [fact.fingerprint for entry, fact in everything if entry.sequence < first]
    return earlier[-1] if earlier else None, tuple(entry for entry, _ in everything if entry.sequence >= first)


def adoptions(log: LogReader) -> Iterator[tuple[Entry, f.ProcedureAdopted]]:
    """Yield every time that rules were put in force, in order."""
    for entry in log.all_about(PROCEDURE_SUBJECT):
        if isinstance(entry.fact, f.ProcedureAdopted):
            yield entry, entry.fact


def _entries_before(log: LogReader, at: Instant) -> int:
    """How many entries happened before an instant."""
    head = log.head()
    low, high = 0, 0 if head is None else head.sequence
    while low < high:
        middle = (low + high) // 2
        if log.read(middle, 1)[0].fact.at < at:
            low = middle + 1
        else:
            high = middle
    return low
