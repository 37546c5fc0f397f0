"""The door: every operation for every role, and nobody in who does not belong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.access import unlisted
from api.application import ROUTERS, application
from api.control_room import ControlRoom
from api.keys import issue, revoke
from api.operations import OPERATIONS, PUBLIC, Load, Role, load_of
from api.rates import Rates
from tests.api.rooms import HandClock, opened, served

DAY_S = 86_400.0
LISTED = sorted(name for name, roles in OPERATIONS.items() if roles != PUBLIC)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """A room with a key for each role, one that has expired and one that was revoked; and how they read."""
    clock = HandClock()
    with opened(tmp_path_factory.mktemp("closed"), clock) as room:
        written = {role.value: key(room, [role]) for role in Role}
        written["expired"] = key(room, list(Role), days=1e-6)
        written["revoked"] = key(room, list(Role))
        clock.pass_s(1)
        gone = written["revoked"].split("_")[1]
        room.change(lambda connection: revoke(connection, gone, clock.now()))
        web = TestClient(application(room), base_url="http://localhost", raise_server_exceptions=False)
        with web:
            yield web, written


def key(room: ControlRoom, roles: list[Role], days: float = 1, name: str = "Ada") -> str:
    """Issue a key, and return how it reads."""
    now = room.clock.now()
    return room.change(lambda connection: issue(connection, name, roles, days, by="test", now=now))[1]


def call(web: TestClient, operation: str, shown: str | None) -> int:
    """Call an operation with nothing sensible in it; return the status."""
    method, _, path = operation.partition(" ")
    filled = path.replace(":path", "")
    for name in ("contact", "incident", "proposal", "owner", "which", "resource", "key", "handover_name"):
        filled = filled.replace(f"{{{name}}}", "nothing")
    headers = {} if shown is None else {"Authorization": f"Bearer {shown}"}
    if operation == "GET /v1/feed":
        filled += "?since=99999999"
    return web.request(method, filled, headers=headers).status_code


def test_every_operation_is_listed_and_nothing_else() -> None:
    """A route that nobody thought about is a door that nobody locked."""
    assert list(unlisted(ROUTERS)) == []
    routes = {f"{method} {route.path}" for router in ROUTERS for route in router.routes for method in route.methods}  # type: ignore[attr-defined]
    assert set(OPERATIONS) <= routes


@pytest.mark.parametrize("operation", LISTED)
def test_an_operation_lets_in_just_the_roles_that_are_listed(
    closed: tuple[TestClient, dict[str, str]], operation: str
) -> None:
    """The whole table, cell by cell: whoever may gets past the door, whoever may not does not."""
    web, written = closed
    found = {role: call(web, operation, written[role.value]) not in (401, 403) for role in Role}
    assert found == {role: role in OPERATIONS[operation] for role in Role}


@pytest.mark.parametrize("operation", LISTED)
@pytest.mark.parametrize("shown", ["nothing", "expired", "revoked", "forged", "another scheme"])
def test_nobody_gets_in_who_cannot_be_told(
    closed: tuple[TestClient, dict[str, str]], operation: str, shown: str
) -> None:
    """An expired key is no key, and neither is a guess."""
    web, written = closed
    told = {
        "nothing": None,
        "forged": written["supervisor"][:-1] + ("A" if written["supervisor"][-1] != "A" else "B"),
        "another scheme": "x",
    }.get(shown, written.get(shown))
    assert call(web, operation, told) in (401, 429)


def test_nothing_is_public_but_what_a_load_balancer_asks() -> None:
    """Each of these says nothing about anybody."""
    assert {name for name, roles in OPERATIONS.items() if roles == PUBLIC} == {"GET /live", "GET /ready"}


def test_a_malformed_body_does_not_get_a_stranger_an_answer(closed: tuple[TestClient, dict[str, str]]) -> None:
    """Who asks is looked at before what is asked."""
    web, _ = closed
    answer = web.post("/v1/contacts", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code in (401, 429)


def test_the_actor_in_the_log_is_whoever_shows_the_key(closed: tuple[TestClient, dict[str, str]]) -> None:
    """A name in the log is evidence."""
    web, written = closed
    shown = {"Authorization": f"Bearer {written['call-taker']}"}
    assert web.post("/v1/contacts", json={"queue": "emergency"}, headers=shown).json()["facts"][0]["actor"] == "Ada"
    refused = web.post("/v1/contacts", json={"queue": "emergency"}, headers={**shown, "Muster-Actor": "Bob"})
    assert (refused.status_code, "the key is Ada's" in refused.text) == (422, True)


def test_an_open_room_closes_with_the_first_key(tmp_path: Path) -> None:
    """A trial becomes a service without a restart, and never the other way round."""
    with served(tmp_path) as desk:
        made = desk.post("/v1/keys", {"name": "Ada", "roles": ["supervisor"]}, 201)
        assert desk.web.get("/v1/board").status_code == 401
        shown = {"Authorization": f"Bearer {made['secret']}"}
        assert desk.web.get("/v1/me", headers=shown).json() == {"name": "Ada", "roles": ["supervisor"]}
        assert desk.web.delete(f"/v1/keys/{made['id']}", headers=shown).status_code == 200
        assert desk.web.get("/v1/board", headers=shown).status_code == 401


def test_a_supervisor_makes_neither_supervisors_nor_approvers(closed: tuple[TestClient, dict[str, str]]) -> None:
    """Whoever could make an approver could approve."""
    web, written = closed
    shown = {"Authorization": f"Bearer {written['supervisor']}"}
    for role in ("supervisor", "approver"):
        assert web.post("/v1/keys", json={"name": "Eve", "roles": [role]}, headers=shown).status_code == 422
    assert web.post("/v1/keys", json={"name": "Bob", "roles": ["dispatcher"]}, headers=shown).status_code == 201


def test_the_rules_own_names_are_nobody_s(tmp_path: Path) -> None:
    """What a person did must not look like what the rules entailed."""
    with served(tmp_path) as desk:
        desk.refused("/v1/keys", {"name": "procedure", "roles": ["dispatcher"]}, 422)


def test_reports_and_orders_of_the_shift_are_never_limited() -> None:
    """The hundredth call of a minute is the one about the explosion."""
    rates = Rates({Load.READING: "2/minute", Load.WORK: "1/minute"})
    assert all(rates.lets("Ada", Load.EMERGENCY) for _ in range(1000))
    assert [rates.lets("Ada", Load.READING) for _ in range(3)] == [True, True, False]
    assert rates.lets("Bob", Load.READING)
    writes = [each for each in OPERATIONS if each.startswith("POST /v1/") and load_of(each) is not Load.EMERGENCY]
    assert not [each for each in writes if each.startswith(("POST /v1/contacts", "POST /v1/incidents"))]


def test_whoever_guesses_is_put_off_and_their_neighbour_is_not(tmp_path: Path) -> None:
    """A whole control room calls from one address."""
    with opened(tmp_path) as room:
        good = {"Authorization": f"Bearer {key(room, [Role.DISPATCHER])}"}
        web = TestClient(application(room), base_url="http://localhost", raise_server_exceptions=False)
        with web:
            statuses = [web.get("/v1/board").status_code for _ in range(125)]
            assert web.get("/v1/board", headers=good).status_code == 200
    assert (statuses[0], statuses[-1]) == (401, 429)


def test_every_answer_tells_browsers_to_stay_away(tmp_path: Path) -> None:
    """Refusals too, which is where it is forgotten."""
    with served(tmp_path) as desk:
        for answer in (
            desk.web.get("/v1/board"),
            desk.web.get("/v1/nothing"),
            desk.web.get("/", headers={"Host": "x"}),
        ):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"
