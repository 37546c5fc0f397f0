"""Server-sent events: every batch as it is recorded, resumable from the log. Imports `board`, `control_room` and `wire`.

An event's id is the sequence at which its batch ends, so a client that comes back with `Last-Event-ID` misses nothing and hears
nothing twice. Subscribers hold no queue: each follows by its own position, so one that is slow only falls behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.board import proposals
from api.control_room import ControlRoom, Present
from api.log_chain import Entry
from api.problems import documented
from api.record_routes import FARTHEST
from api.submission import Room
from api.wire import on_wire
from incidents.refusals import FactRefused, Flaw

routes = APIRouter(prefix="/v1", tags=["feed"], responses=documented(409))

CATCH_UP = 500
"""Entries read from the log at once for a client that comes back after a long time."""


class Bell:
    """Wakes coroutines of one event loop when a batch was recorded on some thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: set[asyncio.Event] = set()
        self.is_closing = False

    def ring(self) -> None:
        """Wake everybody; may be called from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def close(self) -> None:
        """Send everybody home who follows the feed, which would never end by itself; from the loop's own thread."""
        self.is_closing = True
        self._wake()

    def ear(self) -> tuple[asyncio.Event, Callable[[], None]]:
        """Return an event that each ring sets, and how to stop listening."""
        heard = asyncio.Event()
        self._waiting.add(heard)
        return heard, lambda: self._waiting.discard(heard)

    def _wake(self) -> None:
        for heard in tuple(self._waiting):
            heard.set()


def _position(
    room: Room,
    since: Annotated[
        int | None, Query(ge=0, le=FARTHEST, description="follow from after this sequence; otherwise from now")
    ] = None,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=FARTHEST, description="what a returning client last heard")
    ] = None,
) -> int:
    present = room.present.situation.sequence
    asked = last_event_id if last_event_id is not None else since
    if asked is not None and asked > present:
        raise FactRefused(
            [Flaw("header/Last-Event-ID", f"the log ends at {present}", "a sequence that has been reached")]
        )
    return present if asked is None else asked


@routes.get("/feed", response_class=EventSourceResponse)
async def follow(
    request: Request, room: Room, position: Annotated[int, Depends(_position)]
) -> AsyncIterator[ServerSentEvent]:
    """Follow the control room: each event has the facts of a batch, the newest also what the rules ask for after it."""
    bell: Bell = request.app.state.bell
    heard, stop = bell.ear()
    try:
        # A client behind a proxy should know at once that it is connected, and where the log stands.
        yield ServerSentEvent(comment=f"following from {position}", retry=1_000)
        while not bell.is_closing:
            heard.clear()
            for event, reached in await run_in_threadpool(_after, room, position):
                position = reached
                yield event
            if position >= room.present.situation.sequence and not bell.is_closing:
                await heard.wait()
    finally:
        stop()


def _after(room: ControlRoom, position: int) -> list[tuple[ServerSentEvent, int]]:
    """The events after a position: from memory, or a stretch of the log if memory does not reach back."""
    batches = room.since(position)
    if batches is None:
        batches = _batches(room.log.read(position, CATCH_UP))
    present = room.present
    return [(_event(batch, _asked(batch, present)), batch[-1].sequence) for batch in batches]


def _batches(entries: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], ...]:
    """Entries by batch; the last one only if it cannot be cut off, or is all there is."""
    batches = [tuple(batch) for _, batch in groupby(entries, key=lambda entry: entry.batch)]
    return tuple(batches[:-1] if len(entries) == CATCH_UP and len(batches) > 1 else batches)


def _asked(batch: tuple[Entry, ...], present: Present) -> dict[str, Any] | None:
    """What the rules ask for after a batch; only the newest decision is worth a client's attention."""
    if batch[-1].sequence != present.situation.sequence:
        return None
    return proposals(present, alternatives=0).model_dump(mode="json")


def _event(entries: tuple[Entry, ...], decision: dict[str, Any] | None) -> ServerSentEvent:
    sequence = entries[-1].sequence
    facts = [on_wire(entry).model_dump(mode="json") for entry in entries]
    return ServerSentEvent(
        event="recorded", id=str(sequence), data={"sequence": sequence, "facts": facts, "decision": decision}
    )
