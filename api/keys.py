"""Keys: how a program or a person shows who they are. Of the secret only its hash is kept. Imports `tables` and `operations`.

A key reads `muster_<id>_<secret>`: the secret is 256 random bits, so a plain SHA-256 of it cannot be searched.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select, update

from api.operations import Role
from api.tables import keys
from incidents.quantities import Instant
from incidents.refusals import Flaw, Refusal

PREFIX = "muster"
LONGEST_LIFE_DAYS = 400
"""A key that is never replaced is one day somebody else's."""
MS_PER_DAY = 24 * 3_600_000
MOST_KEYS = 10_000
RESERVED = frozenset({"procedure", "procedure (cut short)", "muster"})
"""Who writes in the log without a key."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it may be shown: whose it is and what for, and not how it reads."""

    id: str
    name: str
    roles: frozenset[Role]
    issued_at: Instant
    issued_by: str
    expires_at: Instant
    revoked_at: Instant | None

    def is_good(self, now: Instant) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and now < self.expires_at


def issue(
    connection: Connection, name: str, roles: Iterable[Role], days: float, *, by: str, now: Instant
) -> tuple[Key, str]:
    """Make a key; return it and how it reads, which is told once and kept nowhere. Refuses names of the rules' own."""
    if name in RESERVED:
        raise Refusal.of("/name", f"{name!r} writes in the log by itself", "a person's or a program's name")
    if not 0 < days <= LONGEST_LIFE_DAYS:
        raise Refusal([Flaw("/days", f"{days:g} is out of range", f"more than 0, at most {LONGEST_LIFE_DAYS}")])
    made = Key(secrets.token_hex(6), name, frozenset(roles), now, by, now + round(days * MS_PER_DAY), None)
    secret = secrets.token_urlsafe(32)
    connection.execute(
        insert(keys).values(
            id=made.id, digest=_digest(secret), name=name, roles=json.dumps(sorted(made.roles)),
            issued_at=now, issued_by=by, expires_at=made.expires_at, revoked_at=None,
        )
    )  # fmt: skip
    return made, f"{PREFIX}_{made.id}_{secret}"


def revoke(connection: Connection, key: str, now: Instant) -> Key | None:
    """End a key; None: there is none of that id, or it had ended."""
    found = connection.execute(select(keys).where(keys.c.id == key, keys.c.revoked_at.is_(None))).one_or_none()
    if found is None:
        return None
    connection.execute(update(keys).where(keys.c.id == key).values(revoked_at=now))
    return _key(found)


def holder(connection: Connection, written: str, now: Instant) -> Key | None:
    """Return the key that reads so, if it is good; None otherwise, and nobody is told why."""
    prefix, _, rest = written.partition("_")
    name, _, secret = rest.partition("_")
    if prefix != PREFIX or not name or not secret:
        return None
    found = connection.execute(select(keys).where(keys.c.id == name)).one_or_none()
    if found is None or not hmac.compare_digest(found.digest, _digest(secret)):
        return None
    key = _key(found)
    return key if key.is_good(now) else None


def issued(connection: Connection) -> tuple[Key, ...]:
    """Return every key there ever was, the latest last."""
    return tuple(
        _key(row) for row in connection.execute(select(keys).order_by(keys.c.issued_at, keys.c.id).limit(MOST_KEYS))
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Row[tuple[object, ...]]) -> Key:
    roles = frozenset(Role(role) for role in json.loads(row.roles))
    return Key(row.id, row.name, roles, row.issued_at, row.issued_by, row.expires_at, row.revoked_at)
