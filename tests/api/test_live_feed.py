"""Server-sent events, over a real socket: following, coming back, falling behind."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from api import control_room
from api.application import application
from api.control_room import ControlRoom, sign_on_all
from api.serving import Server, listen
from api.settings import Settings
from incidents.facts import ContactReceived
from incidents.quantities import ContactId
from tests.api.rooms import HandClock, opened

TIMEOUT_S = 10.0


class Follower:
    """A client of the feed."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def event(self) -> Any:
        """The next event: its id, name and data."""
        found: dict[str, Any] = {}
        for line in self._lines:
            if not line and "data" in found:
                return found
            name, _, value = line.partition(": ")
            if name in {"id", "event"}:
                found[name] = value
            elif name == "data":
                found[name] = json.loads(value)
        raise AssertionError("the feed ended")


class Served:
    """A control room that really listens."""

    def __init__(self, room: ControlRoom, client: httpx2.Client, server: Server) -> None:
        self.room = room
        self.client = client
        self._server = server

    def stop(self) -> None:
        """Tell the server to stop."""
        self._server.should_exit = True

    @contextmanager
    def following(self, query: str = "", **headers: str) -> Iterator[Follower]:
        """Follow the feed; connected when this is entered."""
        with self.client.stream("GET", f"/v1/feed{query}", headers=headers) as answer:
            assert answer.status_code == 200
            lines = answer.iter_lines()
            assert next(lines).startswith(": following")
            yield Follower(lines)

    def ring(self, name: str) -> int:
        """Somebody rings; returns where the log stands then."""
        return self.room.record((ContactReceived(self.room.clock.now(), ContactId(name), "emergency"),), "Ada").sequence


@contextmanager
def listening(folder: Path, clock: HandClock) -> Iterator[Served]:
    """Serve a room, everybody on duty, on a free port."""
    settings = Settings(port=0)
    with opened(folder, clock) as room, listen(settings) as socket:
        room.act(lambda present, when: sign_on_all(present, when, room.centre), "Ada")
        config = uvicorn.Config(application(room, settings), log_level="warning", timeout_graceful_shutdown=5)
        server = Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{socket.getsockname()[1]}", timeout=TIMEOUT_S) as client:
                yield Served(room, client, server)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def clock() -> HandClock:
    """One clock for the module's room."""
    return HandClock()


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory, clock: HandClock) -> Iterator[Served]:
    """One room for the module: starting a server is what takes time here."""
    with listening(tmp_path_factory.mktemp("feed"), clock) as served:
        yield served


def test_a_batch_is_heard_as_it_is_recorded(feed: Served) -> None:
    """A board that must be reloaded is a board that is out of date."""
    with feed.following() as follower:
        sequence = feed.ring("heard")
        event = follower.event()
    assert (event["event"], event["id"]) == ("recorded", str(sequence))
    assert event["data"]["facts"][0]["contact"] == "heard"


def test_the_newest_event_says_what_the_rules_ask_for(feed: Served) -> None:
    """The dispatcher's list follows without a second request."""
    with feed.following() as follower:
        feed.ring("asked")
        assert "proposals" in follower.event()["data"]["decision"]


def test_who_comes_back_misses_nothing_and_hears_nothing_twice(feed: Served) -> None:
    """Networks drop; facts must not."""
    with feed.following() as follower:
        feed.ring("before")
        last = follower.event()["id"]
    missed = [str(feed.ring(f"missed-{number}")) for number in range(3)]
    with feed.following(**{"Last-Event-ID": last}) as follower:
        assert [follower.event()["id"] for _ in missed] == missed


def test_the_whole_log_can_be_followed_from_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a restart the memory of recent batches is empty, and the log takes its place."""
    monkeypatch.setattr(control_room, "BATCHES_REMEMBERED", 2)
    with listening(tmp_path, HandClock()) as served:
        ends = [served.ring(f"c{number}") for number in range(5)]
        with served.following("?since=0") as follower:
            heard = [follower.event()["data"] for _ in range(7)]
    assert [data["sequence"] for data in heard] == [1, 5, *ends]
    facts = [fact["sequence"] for data in heard for fact in data["facts"]]
    assert facts == list(range(1, ends[-1] + 1))


def test_a_future_that_never_was_is_refused(feed: Served) -> None:
    """A client that knows more than the log has seen another log, and must start again."""
    answer = feed.client.get("/v1/feed", headers={"Last-Event-ID": "999999"})
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")


def test_followers_are_sent_home_when_the_room_closes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A stop must neither wait for a feed that never ends nor look like a crash."""
    with listening(tmp_path, HandClock()) as served, served.following() as follower:
        served.stop()
        with pytest.raises(AssertionError, match="the feed ended"):
            follower.event()
    assert capfd.readouterr().err == ""


def test_those_who_watch_do_not_keep_out_those_who_work(feed: Served) -> None:
    """A console on every desk, and one more on the wall."""
    with feed.following(), feed.following(), feed.following():
        assert feed.client.get("/v1/health").json()["status"] == "ok"
