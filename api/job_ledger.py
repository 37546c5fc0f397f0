"""Jobs that outlive whoever works on them: rows of a table, each worked on under a lease.

A worker claims a job for `LEASE_MS` and says again and again that it is still there. Whoever finds a lease that has run out takes
the job over under the next attempt; the number of the attempt is asked of whoever reports, so that one who was thought dead and
comes back changes nothing. Imports `tables`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from api.tables import jobs
from incidents.quantities import Instant
from incidents.refusals import Refusal

LEASE_MS = 15_000
"""How long a worker that says nothing still has its job."""
MOST_ATTEMPTS = 10
"""A job whose workers die so often is itself what kills them."""
MOST_WAITING = 50
"""Jobs that wait or run; more are refused until some are done."""
PAGE = 100


class State(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (State.WAITING.value, State.RUNNING.value)


@dataclass(frozen=True, slots=True)
class Work:
    """A job as it stands. `attempt`: how often it was begun; `result`: JSON, and `page` HTML, once it is done."""

    id: str
    number: int
    asked: Mapping[str, Any]
    fingerprint: str
    submitted_by: str
    submitted_at: Instant
    state: State
    attempt: int
    owner: str | None
    lease_until: Instant | None
    progress: Mapping[str, Any]
    error: str | None


def submit(connection: Connection, asked: Mapping[str, Any], fingerprint: str, *, who: str, now: Instant) -> Work:
    """Put a job in the queue; refuses one too many."""
    waiting = connection.execute(select(func.count()).select_from(jobs).where(jobs.c.state.in_(OPEN))).scalar_one()
    if waiting >= MOST_WAITING:
        raise Refusal.of("jobs", f"{waiting} wait or run already", "one later, when some are done")
    name = secrets.token_hex(8)
    connection.execute(
        insert(jobs).values(
            id=name, asked=json.dumps(asked), fingerprint=fingerprint, submitted_by=who, submitted_at=now,
            state=State.WAITING.value, attempt=0, progress="{}",
        )
    )  # fmt: skip
    found = work(connection, name)
    assert found is not None, "it was just put there"
    return found


def work(connection: Connection, name: str) -> Work | None:
    """Return a job; None: there is none of that id."""
    row = connection.execute(select(jobs).where(jobs.c.id == name)).one_or_none()
    return None if row is None else _work(row)


def listed(connection: Connection, before: int | None, limit: int = PAGE) -> Sequence[Work]:
    """Return up to `limit` jobs, the latest first, of those numbered below `before`."""
    chosen = select(jobs).order_by(jobs.c.number.desc()).limit(limit)
    return [
        _work(row) for row in connection.execute(chosen if before is None else chosen.where(jobs.c.number < before))
    ]


def is_anything_free(connection: Connection, now: Instant) -> bool:
    """Whether there is something to claim: a look that needs no turn."""
    return connection.execute(select(jobs.c.id).where(_is_free(now)).limit(1)).first() is not None


def claim(connection: Connection, owner: str, now: Instant) -> Work | None:
    """Take the next job that waits, or whose worker is gone; None: there is nothing to do."""
    chosen = select(jobs).where(_is_free(now)).order_by(jobs.c.number).limit(1).with_for_update(skip_locked=True)
    row = connection.execute(chosen).one_or_none()
    if row is None:
        return None
    if row.attempt >= MOST_ATTEMPTS:
        failed = {"state": State.FAILED.value, "error": f"{MOST_ATTEMPTS} workers died of it", "lease_until": None}
        connection.execute(update(jobs).where(jobs.c.id == row.id).values(failed))
        return None
    connection.execute(
        update(jobs)
        .where(jobs.c.id == row.id)
        .values(state=State.RUNNING.value, owner=owner, attempt=row.attempt + 1, lease_until=now + LEASE_MS)
    )
    return work(connection, row.id)


def report(connection: Connection, mine: Work, progress: Mapping[str, Any], now: Instant) -> bool:
    """Say that one is still there, and how far; False: the job is not one's own any more, or was cancelled."""
    return _set(connection, mine.id, mine.attempt, progress=json.dumps(progress), lease_until=now + LEASE_MS)


def finish(connection: Connection, mine: Work, result: str, page: str) -> bool:
    """Hand in what came out; False: somebody else has the job by now."""
    return _set(connection, mine.id, mine.attempt, state=State.DONE.value, result=result, page=page, lease_until=None)


def give_up(connection: Connection, mine: Work, error: str, *, for_good: bool) -> bool:
    """Give a job back, to be begun again, or for good with what is wrong."""
    state = State.FAILED if for_good else State.WAITING
    return _set(connection, mine.id, mine.attempt, state=state.value, error=error, owner=None, lease_until=None)


def cancel(connection: Connection, name: str) -> Work | None:
    """End a job that waits or runs; its worker hears of it when it next reports. None: there is no such job, or it is over."""
    ended = connection.execute(
        update(jobs)
        .where(jobs.c.id == name, jobs.c.state.in_(OPEN))
        .values(state=State.CANCELLED.value, lease_until=None)
    )
    return work(connection, name) if ended.rowcount else None


def result_of(connection: Connection, name: str) -> tuple[str, str] | None:
    """Return what came out of a job, as JSON and as a page; None: nothing has, yet."""
    row = connection.execute(select(jobs.c.result, jobs.c.page).where(jobs.c.id == name)).one_or_none()
    return None if row is None or row.result is None else (row.result, row.page)


def _is_free(now: Instant) -> ColumnElement[bool]:
    return or_(
        jobs.c.state == State.WAITING.value,
        (jobs.c.state == State.RUNNING.value) & (jobs.c.lease_until < now),
    )


def is_held(connection: Connection, mine: Work) -> bool:
    """Whether a job is still one's own, and not cancelled: a look that needs no turn."""
    return connection.execute(select(jobs.c.id).where(_is_running(mine.id, mine.attempt))).first() is not None


def _set(connection: Connection, name: str, attempt: int, **values: object) -> bool:
    return bool(connection.execute(update(jobs).where(_is_running(name, attempt)).values(**values)).rowcount)


def _is_running(name: str, attempt: int) -> ColumnElement[bool]:
    return (jobs.c.id == name) & (jobs.c.attempt == attempt) & (jobs.c.state == State.RUNNING.value)


def _work(row: Row[tuple[object, ...]]) -> Work:
    return Work(
        row.id, row.number, json.loads(row.asked), row.fingerprint, row.submitted_by, row.submitted_at,
        State(row.state), row.attempt, row.owner, row.lease_until, json.loads(row.progress), row.error,
    )  # fmt: skip
