"""Time passing, live: what falls due is recorded by the room itself, and trouble does not stop the clock."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest

from api import timekeeper
from api.control_room import ControlRoom
from api.live_feed import Bell
from api.timekeeper import LONGEST_WAIT_S, keep_time, wait_until_review_s
from incidents.facts import AnswerGiven, ContactReceived, IncidentEscalated, IncidentOpened
from incidents.quantities import ContactId, IncidentId
from tests.api.rooms import FILE, HandClock, opened
from tests.builders import a_procedure, at, spot

RULES = a_procedure(escalation={"late": {"unfilled_for_s": 60, "priorities": ["red"], "opens": {"skill": "transport"}}})


def report_fire(room: ControlRoom) -> None:
    """A fire without an engine on duty: its need stands unfilled from the third second."""
    for fact in (
        ContactReceived(at(1), ContactId("c"), "emergency"),
        IncidentOpened(at(2), IncidentId("i"), ContactId("c"), spot(5)),
        AnswerGiven(at(3), IncidentId("i"), "nature", "fire"),
    ):
        room.record((fact,), "Ada")


async def until_escalated(room: ControlRoom) -> None:
    """Run the timekeeper until the room has recorded an escalation."""
    bell = Bell()
    escalated = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look() -> None:
        if any(isinstance(entry.fact, IncidentEscalated) for batch in room.since(1) or () for entry in batch):
            loop.call_soon_threadsafe(escalated.set)

    stops = room.subscribe(bell.ring), room.subscribe(look)
    keeper = asyncio.create_task(keep_time(room, bell))
    try:
        await asyncio.wait_for(escalated.wait(), 10)
    finally:
        for stop in stops:
            stop()
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper


def test_a_rung_is_recorded_when_its_time_has_come(tmp_path: Path) -> None:
    """Nobody has to ask for an escalation to happen."""
    clock = HandClock()
    with opened(tmp_path, clock, RULES) as room:
        report_fire(room)
        clock.pass_s(64)
        asyncio.run(until_escalated(room))
        assert [entry.actor for entry in room.log.read(0) if isinstance(entry.fact, IncidentEscalated)] == ["procedure"]


def test_trouble_with_the_log_does_not_stop_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rungs of every incident hang on this one task."""
    monkeypatch.setattr(timekeeper, "AFTER_TROUBLE_S", 0.01)
    clock = HandClock()
    with opened(tmp_path, clock, RULES) as room:
        report_fire(room)
        clock.pass_s(64)
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")

        async def blocked_at_first() -> None:
            asyncio.get_running_loop().call_later(0.2, other.execute, "ROLLBACK")
            await until_escalated(room)

        asyncio.run(blocked_at_first())
        other.close()
        assert room.present.situation.incidents[IncidentId("i")].rungs == ("late",)


def test_the_wait_ends_when_the_next_rung_is_due(tmp_path: Path) -> None:
    """Neither before, which would be polling, nor after."""
    clock = HandClock()
    with opened(tmp_path, clock, RULES) as room:
        report_fire(room)
        clock.pass_s(23)
        assert wait_until_review_s(room) == 40


def test_the_wall_clock_is_looked_at_once_a_minute(tmp_path: Path) -> None:
    """It may be set while the loop's own clock runs on."""
    with opened(tmp_path, HandClock(), RULES) as room:
        assert wait_until_review_s(room) == LONGEST_WAIT_S
