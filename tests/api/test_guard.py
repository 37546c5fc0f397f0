"""What is let through to the routes, and how everything else is answered."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from tests.api.rooms import Dispatcher, served


def test_a_body_that_is_too_large_is_refused(desk: Dispatcher) -> None:
    """A note is a note; a film is something else."""
    desk.refused("/v1/contacts", {"queue": "x" * 1_000_001}, 413)


def test_a_body_of_unannounced_length_is_counted(desk: Dispatcher) -> None:
    """Who does not say how much is coming may send without end."""

    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    answer = desk.web.post("/v1/contacts", content=endless())
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Host": "evil.example:8410"}, {"Origin": "https://evil.example"}]
)
def test_pages_of_other_sites_are_kept_out(desk: Dispatcher, headers: dict[str, str]) -> None:
    """There are no roles yet, so whatever a browser can be made to send must not get through."""
    assert desk.web.post("/v1/resources/A1/sign-off", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["localhost:8410", "127.0.0.1", "127.0.0.1:1", "[::1]:8410"])
def test_this_machine_s_own_names_are_let_in(desk: Dispatcher, host: str) -> None:
    """A browser here, a script here."""
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert desk.web.get("/v1/health", headers=headers).status_code == 200


def test_a_room_that_listens_everywhere_answers_to_any_name(tmp_path: Path) -> None:
    """Whoever binds it to all addresses knows under which names."""
    with served(tmp_path, settings=Settings(host="0.0.0.0")) as desk:
        assert desk.web.get("/v1/health", headers={"Host": "dispatch.example"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/v1/board", 405),
        ("GET", "/v1/contacts", 405),
        ("POST", "/v1/contacts/a/b/c", 404),
    ],
)
def test_what_does_not_exist_is_a_problem_too(desk: Dispatcher, method: str, path: str, status: int) -> None:
    """One kind of error is one kind of handling in a client."""
    answer = desk.web.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 422), (b"\xff", 400), (b"[1]", 422), (b'"text"', 422), (b"null", 422)]
)
def test_a_body_that_is_no_document_is_a_problem(desk: Dispatcher, body: bytes, status: int) -> None:
    """Anything may arrive."""
    answer = desk.web.post("/v1/contacts", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_our_own_fault_is_told_without_its_insides(desk: Dispatcher, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger learns nothing from it; the log of the process learns everything."""
    desk.room.centre = None  # type: ignore[assignment]
    with caplog.at_level(logging.ERROR):
        answer = desk.web.get("/v1/centre")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "NoneType" not in answer.text
    assert "NoneType" in caplog.text
