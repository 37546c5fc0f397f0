"""The log, the rules and the room's health over HTTP; and a snapshot allocated without any of them."""

from __future__ import annotations

import pytest

from tests.api.rooms import Dispatcher
from tests.builders import a_procedure

SNAPSHOT = {
    "needs": [{"id": "n", "priority": 1, "rows": [{"skill": "s"}]}],
    "resources": [{"id": "a", "skills": ["s"]}, {"id": "b", "skills": ["s"]}],
    "travel": {"kind": "matrix", "reach_s": {"n": {"a": 90, "b": 30}}},
}


def test_health_says_where_the_log_stands(desk: Dispatcher) -> None:
    """A monitor that notes the head can later prove that nothing was rewritten."""
    told = desk.get("/v1/health")
    (last,) = desk.room.log.read(told["sequence"] - 1)
    assert (told["status"], told["head"]) == ("ok", last.hash)


def test_the_log_is_read_page_by_page(desk: Dispatcher) -> None:
    """Whoever copies the log elsewhere must get every entry once."""
    desk.report(0, nature="fire")
    read: list[int] = []
    since: int | None = 0
    while since is not None:
        page = desk.get(f"/v1/log?since={since}&limit=4")
        read += [fact["sequence"] for fact in page["facts"]]
        since = page["next"]
    assert read == list(range(1, desk.get("/v1/health")["sequence"] + 1))


def test_the_rules_in_force_are_shown_with_their_fingerprint(desk: Dispatcher) -> None:
    """Two centres that quarrel about rules must be able to see that they mean the same ones."""
    told = desk.get("/v1/procedure")
    assert (told["fingerprint"], told["document"]["revision"]) == (a_procedure().fingerprint, 1)


def test_the_centre_is_shown(desk: Dispatcher) -> None:
    """A console draws its stations from this."""
    assert set(desk.get("/v1/centre")["stations"]) == {"A1", "A2", "C1", "E1"}


def test_a_snapshot_is_allocated_and_nothing_is_remembered(desk: Dispatcher) -> None:
    """Whoever only wants the mathematics gets it without touching the centre."""
    before = desk.everything()
    told = desk.post("/v1/allocations", SNAPSHOT)
    assert [each["resource"] for each in told["needs"][0]["rows"][0]["chosen"]] == ["b"]
    assert desk.everything() == before


def test_a_flawed_snapshot_is_refused_with_every_flaw(desk: Dispatcher) -> None:
    """The same refusals as on the command line."""
    flawed = {**SNAPSHOT, "needs": [{"id": "n", "priority": 0, "rows": []}]}
    told = {flaw["pointer"] for flaw in desk.refused("/v1/allocations", flawed, 422)["flaws"]}
    assert {"/needs/0/priority", "/needs/0/rows"} <= told


def test_a_snapshot_that_would_stop_the_board_is_refused(desk: Dispatcher) -> None:
    """Emergency work comes first; a planner's question goes to the command line."""
    needs = [{"id": f"n{index}", "priority": 1, "rows": [{"skill": "s"}]} for index in range(201)]
    resources = [{"id": f"r{index}", "skills": ["s"]} for index in range(100)]
    large = {"needs": needs, "resources": resources, "travel": {"kind": "matrix", "reach_s": {}}}
    assert "muster allocate" in desk.refused("/v1/allocations", large, 422)["flaws"][0]["accepted"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"needs": NaN}', b"null"])
def test_what_is_no_snapshot_is_refused(desk: Dispatcher, body: bytes) -> None:
    """Anything may arrive."""
    answer = desk.web.post("/v1/allocations", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
