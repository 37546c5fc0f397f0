"""The live shell around one desk: lock, desk, log, subscribers. It decides nothing; it is the twin of the simulated world.

`record` lets the desk observe facts, writes what the desk recorded to the durable log, and only then lets anybody see it.
What the desk refuses, or the log cannot keep, has not happened: the desk is put back to where it was. Everything that reads
looks at `present`, one immutable value, so no reader sees half a change. Imports `log`, `clock`, `solver_pool` and `incidents`.

Nothing here runs in the event loop: routes and the timekeeper call it from threads, and large problems are solved in a process
apart, within a limit for each request. What the rules entailed under a plan that this limit or a failure cut short is recorded
under an actor of its own, because nobody who reads the log can work it out again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from api.bookings import Rebooking, bookings_in, rebook
from api.clock import Clock
from api.log import Log, Receipt
from api.log_chain import Entry, Head, broken
from api.settings import OPENING_LIMIT_S
from api.solver_pool import SolverPool
from api.table_versions import LogRefused
from incidents import facts as f
from incidents.centre import Centre
from incidents.decision import Decision
from incidents.desk import Desk, adoption
from incidents.procedure import Procedure
from incidents.quantities import Instant, ResourceId
from incidents.read import with_roads
from incidents.refusals import FactRefused, Flaw
from incidents.remembering import after
from incidents.situation import Situation

T = TypeVar("T")

PROCEDURE = "procedure"
"""The actor of whatever the rules themselves entailed."""
CUT_SHORT = "procedure (cut short)"
"""The actor of what they entailed while some plan was not the solver's last word."""
SHELL = "muster"
"""The actor of what the control room does when it is started."""
BATCHES_REMEMBERED = 1_000
"""Recent batches kept in memory for those who follow; older ones are read from the log."""


@dataclass(frozen=True, slots=True)
class Present:
    """What is known now, what the rules ask for now, and the hash of the log's last entry."""

    situation: Situation
    decision: Decision
    procedure: Procedure
    head: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One batch: its entries as they stand in the log, and what the rules ask for after it."""

    entries: tuple[Entry, ...]
    decision: Decision

    @property
    def facts(self) -> tuple[f.Fact, ...]:
        """The facts in order: what was given, and what it entailed."""
        return tuple(entry.fact for entry in self.entries)

    @property
    def sequence(self) -> int:
        """Where the log stands after this batch."""
        return self.entries[-1].sequence


@dataclass(frozen=True, slots=True)
class Once:
    """A request that must have its effect once: its key, the hash of what it asks, and how its answer reads."""

    key: str
    request_hash: str
    answer: Callable[[Recorded], tuple[int, str]]


class KeyReused(Exception):
    """An idempotency key came back with another request."""


Beside = Callable[[Connection], object]
"""What is changed beside the entries of a batch, in the same transaction."""


def _nothing(_connection: Connection) -> None:
    """Nothing is changed beside."""


Plan = Callable[[Present, Instant], Sequence[f.Fact]]
"""What somebody wants recorded, given the present and the instant to record it at."""


class ControlRoom:
    """One centre, live. Every public method may be called from any thread."""

    def __init__(
        self,
        log: Log,
        centre: Centre,
        procedures: Mapping[str, Procedure],
        clock: Clock,
        *,
        pool: SolverPool | None = None,
    ) -> None:
        """Without a `pool` everything is solved here, with no limit but the optimiser's own."""
        self.log = log
        self.centre = centre
        self.clock = clock
        self._procedures = dict(procedures)
        self._lock = threading.Lock()
        self._subscribers: list[Callable[[], None]] = []
        self._recent: tuple[tuple[Entry, ...], ...] = ()
        situation, head = self._remembered()
        self._opened = situation
        self._pool = pool
        self._desk = Desk(centre, self._procedures, solver=None if pool is None else pool.solve)
        self._desk.situation = situation
        self._present: Present | None = None
        if situation.procedure is not None:
            self._begin(OPENING_LIMIT_S)
            self._present = Present(situation, self._desk.decision, self._desk.procedure, head)
            with self._turn():
                self.log.rebook_all(bookings_in(self._desk.situation))

    @classmethod
    def open(
        cls,
        log: Log,
        clock: Clock,
        centre: Centre | None = None,
        procedure: Procedure | None = None,
        *,
        adopt: bool = False,
        pool: SolverPool | None = None,
        roads: Path | None = None,
    ) -> ControlRoom:
        """Open a control room on `log`, as it was left; a new log needs a centre and a procedure.

        A centre must be the log's own. Another procedure than the one in force is refused unless it is to be adopted. A log
        holds no road network: where its centre names one and no `centre` brings it along, `roads` is the file it is in.
        """
        held = log.centre()
        if held is None:
            if centre is None or procedure is None:
                raise LogRefused.of(log.name, "is new", "a centre and a procedure to begin with")
            log.found(centre)
            held = centre
        elif centre is not None and centre.fingerprint != held.fingerprint:
            raise LogRefused.of(
                log.name, f"is the log of another centre, {held.centre!r}", "that centre, or another database"
            )
        held = centre or held
        if roads is not None:
            held = with_roads(held, roads)
        if procedure is not None:
            log.keep_procedure(procedure)
        room = cls(log, held, log.procedures(), clock, pool=pool)
        room._take_up(procedure, adopt=adopt)
        return room

    @property
    def present(self) -> Present:
        """The present, all of one piece."""
        assert self._present is not None, "a procedure is in force before a control room is used"
        return self._present

    def record(self, facts: Sequence[f.Fact], actor: str) -> Recorded:
        """Record facts that happened together at the instants they carry; raises `FactRefused`, and then nothing changed."""
        recorded = self.act(lambda _present, _at: facts, actor)
        assert isinstance(recorded, Recorded)
        return recorded

    def act(
        self, plan: Plan, actor: str, *, happened_at: Instant | None = None, once: Once | None = None
    ) -> Recorded | Receipt:
        """Record what `plan` makes of the present; with `once`, a repeated request gets the receipt of the first.

        The instant handed to `plan` is the clock's, but never before the last fact: a clock that was set back does not
        make time go back. With `happened_at` it is that instant, which must not lie in the future.
        """
        with self._turn():
            if once is not None:
                receipt = self._repeated(once)
                if receipt is not None:
                    return receipt
            self._begin()
            facts = plan(self.present, self._instant(happened_at))
            return self._observe(facts, actor, once)

    def review(self) -> Recorded | None:
        """Let time pass to now; return what became due, None if nothing did."""
        with self._turn():
            self._begin()
            now = self._instant(None)
            recorded = self._attempt(lambda: self._desk.review(now))
            rules = self._rules()
            return self._keep([(rules, fact) for fact in recorded], None) if recorded else None

    def adopt(
        self,
        procedure: Procedure,
        actor: str,
        *,
        instead_of: str | None,
        beside: Callable[[Connection, Instant], object],
    ) -> Recorded:
        """Put a procedure in force now, and do what goes `beside` that in the same transaction.

        Raises `FactRefused` where open work has words that it does not know, or where by now others are in force than the
        rules `instead_of` which it was meant to come.
        """
        with self._turn():
            held = self._desk.situation.procedure
            if held != instead_of:
                raise FactRefused(
                    [Flaw("procedure", "other rules were put in force meanwhile", "those that were in force")]
                )
            self.log.keep_procedure(procedure)
            self._desk.procedures[procedure.fingerprint] = procedure
            self._begin()
            at = self._instant(None)
            return self._observe([adoption(procedure, at)], actor, None, lambda connection: beside(connection, at))

    def change(self, doing: Callable[[Connection], T]) -> T:
        """Change something that stands beside the log's entries, in a turn of its own."""
        with self._turn():
            return self.log.change(doing)

    def catch_up(self) -> None:
        """Take in what other nodes have recorded; they say so, and where nobody else may write there is nothing."""
        with self._lock:
            self._take_in(self.log.news())

    def since(self, sequence: int) -> tuple[tuple[Entry, ...], ...] | None:
        """Return the batches after `sequence`, oldest first; None when memory does not reach back so far."""
        if sequence >= self.present.situation.sequence:
            return ()
        recent = self._recent
        if not recent or recent[0][0].batch > sequence + 1:
            return None
        return tuple(batch for batch in recent if batch[-1].sequence > sequence)

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after every batch, on the thread that recorded it; returns how to stop that."""
        self._subscribers.append(changed)
        return lambda: self._subscribers.remove(changed)

    def _take_up(self, procedure: Procedure | None, *, adopt: bool) -> None:
        """Put `procedure` in force if the log is new, or if it is another and is to be adopted."""
        with self._turn():
            held = self._desk.situation.procedure
            if held is None:
                if procedure is None:
                    raise LogRefused.of(self.log.name, "has no procedure in force", "a procedure to begin with")
            elif procedure is None or procedure.fingerprint == held:
                return
            elif not adopt:
                raise LogRefused.of(
                    self.log.name,
                    f"runs under {_version(self._desk.procedure)}, not {_version(procedure)}",
                    "the procedure in force, or --adopt to put the other one in force",
                )
            self._begin(OPENING_LIMIT_S)
            self._observe([adoption(procedure, self._instant(None))], SHELL, None)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the right to record: nobody on this node or another one records meanwhile, and all they did is known."""
        with self._lock, self.log.turn() as news:
            self._take_in(news)
            yield

    def _take_in(self, news: Sequence[Entry]) -> None:
        """Remember what other nodes have recorded, and let it be seen."""
        if not news:
            return
        if any(isinstance(entry.fact, f.ProcedureAdopted) for entry in news):
            self._desk.procedures.update(self.log.procedures())
        self._begin()
        self._desk.situation = reduce(after, [entry.fact for entry in news], self._desk.situation)
        batches = tuple(tuple(batch) for _, batch in groupby(news, key=lambda entry: entry.batch))
        self._show(batches, self._desk.decision)

    def _remembered(self) -> tuple[Situation, str]:
        """Fold the whole log, checking its chain on the way."""
        situation = Situation.opening(self.centre)
        head: Head | None = None
        for entry in self.log.verified():
            try:
                situation = after(situation, entry.fact)
            except FactRefused as refusal:
                raise broken(entry.sequence, f"cannot follow what stands before it: {refusal}") from refusal
            head = Head(entry.sequence, entry.hash)
        if head is not None:
            self.log.stand_at(head)
        if situation.procedure is not None and situation.procedure not in self._procedures:
            raise LogRefused.of(self.log.name, "lacks the procedure in force", "the log as it was written")
        return situation, "" if head is None else head.hash

    def _instant(self, happened_at: Instant | None) -> Instant:
        now, last = self.clock.now(), self._desk.situation.at
        if happened_at is None:
            return max(now, last)
        if happened_at > max(now, last):
            raise FactRefused([Flaw("/happened_at", "lies in the future", "an instant that has passed")])
        if happened_at < last:
            raise FactRefused([Flaw("/happened_at", "lies before the last fact in the log", "that instant or later")])
        return happened_at

    def _repeated(self, once: Once) -> Receipt | None:
        receipt = self.log.receipt(once.key)
        if receipt is not None and receipt.request_hash != once.request_hash:
            raise KeyReused
        return receipt

    def _observe(self, facts: Sequence[f.Fact], actor: str, once: Once | None, beside: Beside = _nothing) -> Recorded:
        recorded = self._attempt(lambda: self._desk.observe(*facts))
        given, rules = {id(fact) for fact in facts}, self._rules()
        return self._keep([(actor if id(fact) in given else rules, fact) for fact in recorded], once, beside)

    def _begin(self, limit_s: float | None = None) -> None:
        """All that is solved for the request that begins shares one limit."""
        if self._pool is not None:
            self._pool.begin(limit_s)

    def _rules(self) -> str:
        """The actor of what the rules entailed since the request began."""
        return CUT_SHORT if self._pool is not None and self._pool.troubles else PROCEDURE

    def _keep(self, written: Sequence[tuple[str, f.Fact]], once: Once | None, beside: Beside = _nothing) -> Recorded:
        """Write a batch to the log, then let it be seen, and not the other way round."""

        def keep() -> Recorded:
            entries = self.log.following(written, self.clock.now())
            recorded = Recorded(entries, self._desk.decision)
            receipt = None if once is None else Receipt(once.key, once.request_hash, *once.answer(recorded))
            rebooking = Rebooking.between(self._before(), self._desk.situation)

            def change(connection: Connection) -> None:
                rebook(connection, rebooking)
                beside(connection)

            self.log.append(entries, receipt, change)
            return recorded

        recorded = self._attempt(keep)
        self._show((recorded.entries,), recorded.decision)
        return recorded

    def _show(self, batches: tuple[tuple[Entry, ...], ...], decision: Decision) -> None:
        # What can be read without the lock is replaced, never changed; a decision is too large to keep a thousand of.
        self._recent = (*self._recent, *batches)[-BATCHES_REMEMBERED:]
        self._present = Present(self._desk.situation, decision, self._desk.procedure, batches[-1][-1].hash)
        for changed in tuple(self._subscribers):
            try:
                changed()
            except Exception:  # The facts are recorded; whoever cannot be told must not undo that.
                logging.getLogger(__name__).exception("a subscriber failed")

    def _attempt(self, doing: Callable[[], T]) -> T:
        """Do something with the desk; if it fails, the desk stands where everybody still sees it."""
        before = self._before()
        try:
            return doing()
        except BaseException:
            self._desk.situation = before
            raise

    def _before(self) -> Situation:
        """Where everybody still sees the desk."""
        return self._opened if self._present is None else self._present.situation


def _version(procedure: Procedure) -> str:
    return f"{procedure.procedure!r} revision {procedure.revision}"


def sign_on_all(present: Present, at: Instant, centre: Centre) -> list[f.Fact]:
    """Return the facts that bring everybody who is off duty on duty, each at its base."""
    off_duty = [resource for resource in present.situation.resources.values() if not resource.is_on_duty]
    if not off_duty:
        raise FactRefused([Flaw("/resources", "everybody is on duty already", "somebody who is off duty")])
    return [f.ResourceSignedOn(at, ResourceId(each.id), centre.base_of(each.id)) for each in off_duty]
