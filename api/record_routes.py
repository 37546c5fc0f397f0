"""What stands written: the log, the rules, the centre, and whether all is well. Imports `board`, `submission` and `wire`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.board import ProcedureView, procedure_view
from api.problems import documented
from api.submission import Room
from api.wire import FactOnWire, iso, on_wire

routes = APIRouter(prefix="/v1", tags=["records"], responses=documented())

MOST_ENTRIES = 1_000
"""The most entries of the log that are sent at once."""
FARTHEST = 2**53
"""No sequence is beyond this; it is also the last integer that every JSON reader keeps whole."""


class Health(BaseModel):
    """The room answers, and its log stands here. A `head` kept elsewhere shows later that nothing was rewritten."""

    status: Literal["ok"]
    at: str
    sequence: int
    head: str
    procedure: ProcedureView


class LogPage(BaseModel):
    """Entries of the log after `since`; `next` is the `since` of the following page, None at the end."""

    facts: tuple[FactOnWire, ...]
    next: int | None


class Rules(BaseModel):
    """The procedure in force: its fingerprint, and the document itself."""

    fingerprint: str
    document: dict[str, Any]


@routes.get("/health")
async def read_health(room: Room) -> Health:
    """Say where the log stands. Answered without waiting for anything."""
    present = room.present
    return Health(
        status="ok",
        at=iso(room.clock.now()),
        sequence=present.situation.sequence,
        head=present.head,
        procedure=procedure_view(present),
    )


@routes.get("/log")
def read_log(
    room: Room,
    since: Annotated[int, Query(ge=0, le=FARTHEST, description="entries after this sequence")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 100,
) -> LogPage:
    """Read the log in order, page by page."""
    entries = room.log.read(since, limit)
    following = entries[-1].sequence if len(entries) == limit else None
    return LogPage(facts=tuple(on_wire(entry) for entry in entries), next=following)


@routes.get("/procedure")
def read_procedure(room: Room) -> Rules:
    """Show the rules in force."""
    rules = room.present.procedure
    return Rules(fingerprint=rules.fingerprint, document=rules.model_dump(mode="json", by_alias=True))


@routes.get("/centre")
def read_centre(room: Room) -> dict[str, Any]:
    """Show the centre: its resources with skills and bases, stations, zones and travel."""
    return room.centre.model_dump(mode="json", by_alias=True)
