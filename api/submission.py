"""One mutating request: who sends it, under which idempotency key, and how it reaches the log. Imports `control_room`, `wire`.

Names of people are what clients say they are; there is no proof of identity yet.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Depends, Header, Request, Response
from pydantic import StringConstraints

from api.control_room import PROCEDURE, ControlRoom, Once, Plan, Recorded
from api.log import Receipt
from api.wire import acknowledgement, instant
from incidents.refusals import DocumentRefused, Flaw

Actor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._@-]*$", max_length=80)]
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
    muster_actor: Annotated[Actor, Header(description="who does this, as the client says")] = "dispatcher",
    idempotency_key: Annotated[
        Key | None, Header(description="the same request under the same key has its effect once")
    ] = None,
) -> Submission:
    if muster_actor == PROCEDURE:
        flaw = Flaw("header/Muster-Actor", f"{PROCEDURE!r} stands for the rules themselves", "another name")
        raise DocumentRefused([flaw])
    asked = b"\n".join((request.method.encode(), request.url.path.encode(), await request.body()))
    return Submission(room, muster_actor, idempotency_key, hashlib.sha256(asked).hexdigest())


Submitted: TypeAlias = Annotated[Submission, Depends(_submission)]
