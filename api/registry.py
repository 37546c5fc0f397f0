"""The register of procedures: drafts by fingerprint, and what people did about each. Rows beside the log.

That nobody approves what they wrote is also a constraint of the table, and so is one approval a version. Imports `tables` and
`incidents`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select

from api.tables import acts, drafts
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.refusals import Flaw, Refusal
from incidents.rollout import DATED_STEPS, Act, Dossier, Step, against

DATED = tuple(step.value for step in DATED_STEPS)
MOST_DRAFTS = 10_000
MOST_ACTS = 1_000
"""About one version."""
MOST_FOREBEARS = 100
"""Drafts that one may go back to, one after the other."""


class StepRefused(Refusal):
    """A step that may not be taken, or not by this person."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A version as it was handed in. `follows`: the draft it was made from, None: it was begun anew."""

    fingerprint: str
    name: str
    revision: int
    author: str
    written_at: Instant
    follows: str | None
    text: str


def hand_in(connection: Connection, procedure: Procedure, *, who: str, now: Instant, follows: str | None) -> Draft:
    """Keep a draft; the same rules are the same draft, whoever hands them in again, and stay whose they were."""
    fingerprint = procedure.fingerprint
    if follows is not None and draft(connection, follows) is None:
        raise Refusal.of("/follows", f"there is no draft {follows[:12]}", "the fingerprint of a draft")
    found = draft(connection, fingerprint)
    if found is not None:
        return found
    text = json.dumps(procedure.model_dump(mode="json", by_alias=True))
    connection.execute(
        insert(drafts).values(
            fingerprint=fingerprint, name=procedure.procedure, revision=procedure.revision, author=who,
            written_at=now, follows=follows, text=text,
        )
    )  # fmt: skip
    return Draft(fingerprint, procedure.procedure, procedure.revision, who, now, follows, text)


def draft(connection: Connection, fingerprint: str) -> Draft | None:
    """Return a draft; None: there is none of that fingerprint."""
    row = connection.execute(select(drafts).where(drafts.c.fingerprint == fingerprint)).one_or_none()
    return None if row is None else _draft(row)


def all_drafts(connection: Connection, since: Instant = -1, limit: int = MOST_DRAFTS) -> Sequence[Draft]:
    """Return up to `limit` drafts handed in after `since`, the oldest first."""
    chosen = select(drafts).where(drafts.c.written_at > since).order_by(drafts.c.written_at, drafts.c.fingerprint)
    return [_draft(row) for row in connection.execute(chosen.limit(limit))]


def dossier(connection: Connection, fingerprint: str) -> Dossier | None:
    """Return what is on record about a version; None: there is no such draft."""
    authors: list[str] = []
    following: str | None = fingerprint
    while following is not None and len(authors) < MOST_FOREBEARS:
        found = draft(connection, following)
        if found is None:
            break
        authors.append(found.author)
        following = found.follows
    if not authors:
        return None
    chosen = select(acts).where(acts.c.fingerprint == fingerprint).order_by(acts.c.number).limit(MOST_ACTS)
    return Dossier(fingerprint, tuple(authors), tuple(_act(row) for row in connection.execute(chosen)))


def take(connection: Connection, fingerprint: str, act: Act, in_force: str | None) -> Dossier:
    """Put a step on record, if nothing stands against it; return the dossier with it in."""
    found = dossier(connection, fingerprint)
    if found is None:
        raise StepRefused.of("/fingerprint", f"there is no draft {fingerprint[:12]}", "the fingerprint of a draft")
    flaws = list(against(found, act, in_force))
    if len(found.acts) >= MOST_ACTS:
        flaws.append(Flaw("/fingerprint", f"has {MOST_ACTS} steps on record", "a new draft"))
    if flaws:
        raise StepRefused(flaws)
    if act.step is Step.READ and any(each.who == act.who for each in found.acts_of(Step.READ)):
        return found
    connection.execute(
        insert(acts).values(
            fingerprint=fingerprint, step=act.step.value, who=act.who, author=found.authors[0], at=act.at,
            said=act.said, outcome=act.outcome, due_at=act.due_at,
        )
    )  # fmt: skip
    return Dossier(fingerprint, found.authors, (*found.acts, act))


def due(connection: Connection, in_force: str | None) -> Sequence[tuple[Instant, str]]:
    """Return what is to be put in force, with the instant, the earliest first."""
    chosen = (
        select(acts.c.fingerprint, acts.c.step, acts.c.due_at).where(acts.c.step.in_(DATED)).order_by(acts.c.number)
    )
    last = {row.fingerprint: row for row in connection.execute(chosen)}
    return sorted(
        (row.due_at, fingerprint)
        for fingerprint, row in last.items()
        if row.step == Step.SCHEDULE.value and fingerprint != in_force
    )


def procedure_of(kept: Draft) -> Procedure:
    """Read a draft's rules back."""
    return Procedure.model_validate_json(kept.text)


def _draft(row: Row[tuple[object, ...]]) -> Draft:
    return Draft(row.fingerprint, row.name, row.revision, row.author, row.written_at, row.follows, row.text)


def _act(row: Row[tuple[object, ...]]) -> Act:
    return Act(Step(row.step), row.who, row.at, row.said, row.outcome, row.due_at)
