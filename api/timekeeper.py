"""Time passing: waits until the instant at which time alone changes what the rules ask for, then has the room review.

The core names that instant (`review_at`) and nobody polls. The wait is cut at a minute, because the wall clock may be set while
the event loop's own clock runs on. Imports `control_room` and `live_feed`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from api.control_room import ControlRoom
from api.live_feed import Bell

LONGEST_WAIT_S = 60.0
AFTER_TROUBLE_S = 1.0
"""How long to wait before trying again what has failed."""


async def keep_time(room: ControlRoom, bell: Bell) -> None:
    """Review whenever something falls due, until cancelled."""
    changed, stop = bell.ear()
    try:
        while True:
            changed.clear()
            try:
                wait_s = wait_until_review_s(room)
                if wait_s <= 0:
                    await asyncio.to_thread(room.review)
                    continue
            except Exception:  # The rungs of every incident hang on this task, so it must outlive any one failure.
                logging.getLogger(__name__).exception("what is due could not be recorded; trying again")
                wait_s = AFTER_TROUBLE_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), wait_s)
    finally:
        stop()


def wait_until_review_s(room: ControlRoom) -> float:
    """Seconds until time alone changes something, at most `LONGEST_WAIT_S`; 0 or less: now."""
    due_at = room.present.decision.review_at
    if due_at is None:
        return LONGEST_WAIT_S
    return min((due_at - room.clock.now()) / 1000, LONGEST_WAIT_S)
