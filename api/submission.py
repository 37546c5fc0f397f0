"""One mutating request: who sends it, under which idempotency key, and how it reaches the log. Imports `control_room`, `wire`.

Whoever has shown a key or a token writes under the name in it; in a room that stands open callers are who they say.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Depends, Header, Request, Response
from pydantic import StringConstraints

from api.access import Principal, principal_of
from api.control_room import ControlRoom, Once, Plan, Recorded
from api.keys import RESERVED
from api.log import Receipt
from api.wire import acknowledgement, instant
from incidents.refusals import DocumentRefused, Flaw

Actor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._@-]*$", max_length=80)]
SOMEBODY = "dispatcher"
"""Who acts in an open room where nobody says."""
Key = Annotated[str, StringConstraints(pattern=r"^[!-~]+$", max_length=200)]


def the_room(request: Request) -> ControlRoom:
    """Return the control room this application serves."""
    room = request.app.state.room
    assert isinstance(room, ControlRoom)
    return room


Room: TypeAlias = Annotated[ControlRoom, Depends(the_room)]


class Submission:
    """Records what one request asks for, once."""

    def __init__(self, room: ControlRoom, actor: str, key: str | None, request_hash: str) -> None:
        self.room = room
        self.actor = actor
        self._key = key
        self._request_hash = request_hash

    def record(self, plan: Plan, *, status: int = 200, happened_at: datetime | None = None) -> Response:
        """Record what `plan` makes of the present; answer with it, or with the first answer under the same key."""

        def answer(recorded: Recorded) -> tuple[int, str]:
            return status, acknowledgement(recorded).model_dump_json()

        once = None if self._key is None else Once(self._key, self._request_hash, answer)
        when = None if happened_at is None else instant(happened_at)
        outcome = self.room.act(plan, self.actor, happened_at=when, once=once)
        if isinstance(outcome, Receipt):
            return Response(outcome.body, outcome.status, {"Idempotency-Replayed": "true"}, "application/json")
        return Response(answer(outcome)[1], status, media_type="application/json")


async def _submission(
    request: Request,
    room: Room,
    caller: Annotated[Principal, Depends(principal_of)],
    muster_actor: Annotated[
        Actor | None, Header(description="who does this, where the room stands open; otherwise whoever shows the key")
    ] = None,
    idempotency_key: Annotated[
        Key | None, Header(description="the same request under the same key has its effect once")
    ] = None,
) -> Submission:
    if muster_actor in RESERVED:
        flaw = Flaw("header/Muster-Actor", f"{muster_actor!r} writes in the log by itself", "another name")
        raise DocumentRefused([flaw])
    if caller.name is not None and muster_actor not in (None, caller.name):
        flaw = Flaw("header/Muster-Actor", f"the key is {caller.name}'s", "no such header, or that name")
        raise DocumentRefused([flaw])
    asked = b"\n".join((request.method.encode(), request.url.path.encode(), await request.body()))
    return Submission(room, caller.name or muster_actor or SOMEBODY, idempotency_key, hashlib.sha256(asked).hexdigest())


Submitted: TypeAlias = Annotated[Submission, Depends(_submission)]
