"""Small control rooms for tests: a street with two ambulances, an engine and a clerk, a clock that is moved by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine
from starlette.testclient import TestClient

from api.application import application
from api.control_room import ControlRoom
from api.database import Address
from api.log import Log
from api.settings import Settings
from api.solver_pool import SolverPool
from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.quantities import Instant, ms
from tests.builders import START, a_centre, a_procedure, spot
from tests.databases import new_database

FILE = "log.sqlite"
ON_SERVER = os.environ.get("MUSTER_TEST_DATABASE") == "postgresql"
"""Whether the rooms of this run keep their logs on a PostgreSQL server rather than in files."""
in_file_only = pytest.mark.skipif(ON_SERVER, reason="is about a log in a file, and this run keeps logs on a server")


class HandClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, at: Instant = START) -> None:
        self.at = at

    def now(self) -> Instant:
        """Return where it was last put."""
        return self.at

    def pass_s(self, seconds: float) -> None:
        """Move it; a negative number sets it back."""
        self.at += ms(seconds)


def address(folder: Path) -> Address:
    """Where the log of the room in `folder` is kept: the same place each time."""
    if not ON_SERVER:
        return folder / FILE
    noted = folder / "address"
    if not noted.exists():
        noted.write_text(new_database(), encoding="utf-8")
    return noted.read_text(encoding="utf-8")


@contextmanager
def by_hand(folder: Path, *, unguarded: bool = True) -> Iterator[Connection]:
    """A connection such as somebody with a database tool would have; `unguarded`: they took the guards away first."""
    where = address(folder)
    url = f"sqlite:///{where}" if isinstance(where, Path) else where.replace("postgresql:", "postgresql+psycopg:", 1)
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            if unguarded:
                for verb in ("update", "delete"):
                    beside = " ON entries" if ON_SERVER else ""
                    connection.exec_driver_sql(f"DROP TRIGGER entries_refuse_{verb}{beside}")
            yield connection
    finally:
        engine.dispose()


def street() -> Centre:
    """An engine at 10 s, ambulances at 20 s and 60 s, and a clerk who needs no place."""
    units = {"E1": ("engine", 10.0), "A1": ("ambulance", 20.0), "A2": ("ambulance", 60.0), "C1": ("clerk", 0.0)}
    return a_centre(units)


@contextmanager
def opened(
    folder: Path,
    clock: HandClock | None = None,
    procedure: Procedure | None = None,
    *,
    busy_ms: int = 50,
    pool: SolverPool | None = None,
) -> Iterator[ControlRoom]:
    """A control room on the log in `folder`, closed at the end."""
    log = Log(address(folder), busy_ms=busy_ms)
    try:
        yield ControlRoom.open(log, clock or HandClock(), street(), procedure or a_procedure(), pool=pool)
    finally:
        log.close()


@contextmanager
def served(
    folder: Path,
    clock: HandClock | None = None,
    procedure: Procedure | None = None,
    *,
    settings: Settings | None = None,
    pool: SolverPool | None = None,
) -> Iterator[Dispatcher]:
    """A control room behind HTTP, and somebody who uses it; everybody is on duty unless the log says otherwise."""
    with opened(folder, clock, procedure, pool=pool) as room:
        web = TestClient(application(room, settings), base_url="http://localhost", raise_server_exceptions=False)
        with web:
            dispatcher = Dispatcher(web, room)
            if room.present.situation.sequence == 1:
                dispatcher.post("/v1/resources/sign-on-all")
            yield dispatcher


class Dispatcher:
    """Somebody at the console: asks over HTTP, and expects what is documented."""

    def __init__(self, web: TestClient, room: ControlRoom) -> None:
        self.web = web
        self.room = room

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        """Ask for something."""
        answer = self.web.get(path, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, body: object = None, status: int = 200, **headers: str) -> Any:
        """Report or order something."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.web.post(path, json=body, headers=sent) if body is not None else self.web.post(path, headers=sent)
        assert answer.status_code == status, answer.text
        return answer.json()

    def refused(self, path: str, body: object = None, status: int = 409) -> Any:
        """Try something that must be refused as a problem and must change nothing; return the problem."""
        before = self.everything()
        answer = self.web.post(path, json=body) if body is not None else self.web.post(path)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert self.everything() == before
        return answer.json()

    def everything(self) -> tuple[Any, Any]:
        """The board and the whole log."""
        return self.get("/v1/board"), self.get("/v1/log?limit=1000")

    def report(self, seconds: float, **answers: str) -> str:
        """A contact is answered about an incident so far along the street; returns the incident's id."""
        place = {"latitude": 0.0, "longitude": spot(seconds).longitude}
        contact = self.post("/v1/contacts", {"queue": "emergency", "place": place}, 201)["id"]
        self.post(f"/v1/contacts/{contact}/answer")
        incident: str = self.post(f"/v1/contacts/{contact}/incident", status=201)["id"]
        for question, answer in answers.items():
            self.post(f"/v1/incidents/{incident}/answers", {"question": question, "answer": answer})
        self.post(f"/v1/contacts/{contact}/end")
        return incident

    def accept(self, incident: str) -> list[str]:
        """Accept everything proposed for an incident; returns the resources."""
        sent: list[str] = []
        while True:
            made = [each for each in self.get("/v1/proposals")["proposals"] if each["need"].startswith(f"{incident}/")]
            if not made:
                return sent
            self.post(f"/v1/proposals/{made[0]['id']}/accept")
            sent.append(made[0]["resource"])


def kinds(acknowledgement: Any) -> list[str]:
    """The kinds of fact in an acknowledgement, in order."""
    return [fact["fact"] for fact in acknowledgement["facts"]]
