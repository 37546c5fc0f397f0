"""Keys over the interface: who has one, one more, one less; and who one is oneself. Imports `access`, `keys` and `submission`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from api.access import Door, Principal, principal_of
from api.keys import LONGEST_LIFE_DAYS, Key, issue, issued, revoke
from api.operations import Role
from api.problems import NobodyCalled, documented
from api.submission import Actor, Room
from api.wire import iso
from incidents.refusals import Refusal

routes = APIRouter(prefix="/v1", tags=["access"], responses=documented())

MACHINE_ONLY = frozenset({Role.SUPERVISOR, Role.APPROVER})
"""Roles that only whoever has the machine gives: a supervisor does not make others, nor an approver of their own changes."""

Caller = Annotated[Principal, Depends(principal_of)]


class Me(BaseModel):
    """Who the caller is taken for."""

    name: str | None = Field(description="null: the room stands open, and callers are who they say")
    roles: tuple[Role, ...]


class KeyOnWire(BaseModel):
    """A key, without its secret."""

    id: str
    name: str
    roles: tuple[Role, ...]
    issued_at: str
    issued_by: str
    expires_at: str
    revoked_at: str | None


class KeysOnWire(BaseModel):
    """Every key there ever was."""

    keys: tuple[KeyOnWire, ...]


class NewKey(BaseModel):
    """Whom a key is for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Ada", "roles": ["dispatcher"], "days": 90}]}
    )

    name: Actor
    roles: tuple[Role, ...] = Field(min_length=1, max_length=len(Role))
    days: float = Field(default=90, gt=0, le=LONGEST_LIFE_DAYS)


class IssuedKey(KeyOnWire):
    """A new key. How it reads is told now and never again."""

    secret: str


@routes.get("/me")
def read_me(caller: Caller) -> Me:
    """Say who the caller is taken for, and what they may do."""
    return Me(name=caller.name, roles=tuple(sorted(caller.roles)))


@routes.get("/keys")
def read_keys(room: Room) -> KeysOnWire:
    """List every key, good or not, without their secrets."""
    return KeysOnWire(keys=tuple(_shown(key) for key in room.log.look(issued)))


@routes.post("/keys", status_code=201)
def issue_key(request: Request, room: Room, caller: Caller, asked: NewKey) -> IssuedKey:
    """Make a key for somebody. The first one closes a room that stood open."""
    door: Door = request.app.state.door
    beyond = MACHINE_ONLY & set(asked.roles)
    if beyond and not door.is_open:
        what = f"{', '.join(sorted(beyond))} is given on the machine alone"
        raise Refusal.of("/roles", what, "`muster keys issue`, or other roles")
    by, now = caller.name or "muster", room.clock.now()
    made, secret = room.change(
        lambda connection: issue(connection, asked.name, asked.roles, asked.days, by=by, now=now)
    )
    door.has_keys = True
    return IssuedKey(**_shown(made).model_dump(), secret=secret)


@routes.delete("/keys/{key}")
def revoke_key(room: Room, key: str) -> KeyOnWire:
    """End a key at once."""
    now = room.clock.now()
    ended = room.change(lambda connection: revoke(connection, key, now))
    if ended is None:
        raise NobodyCalled(f"There is no good key {key!r}.")
    return _shown(ended, revoked_at=now)


def _shown(key: Key, revoked_at: int | None = None) -> KeyOnWire:
    ended = revoked_at if revoked_at is not None else key.revoked_at
    return KeyOnWire(
        id=key.id, name=key.name, roles=tuple(sorted(key.roles)), issued_at=iso(key.issued_at),
        issued_by=key.issued_by, expires_at=iso(key.expires_at), revoked_at=None if ended is None else iso(ended),
    )  # fmt: skip
