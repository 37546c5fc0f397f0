"""Escalation and mutual aid over HTTP."""

from __future__ import annotations

from pathlib import Path

from tests.api.rooms import Dispatcher, HandClock, kinds, served
from tests.builders import a_procedure

RUNG = {"unfilled_for_s": 60, "priorities": ["green"]}
AUTHORITY = [{"role": "answering", "organisation": "coastguard", "about": ["aid"], "media": ["voice"]}]


def test_a_proposed_rung_is_on_the_board_and_acts_once_accepted(tmp_path: Path) -> None:
    """The rules ask, a person decides, and the log says who."""
    clock = HandClock()
    rules = a_procedure(escalation={"up": {**RUNG, "raises_to": "red", "proposes": True}})
    with served(tmp_path, clock, rules) as desk:
        incident = desk.report(0, nature="illness", severe="no")
        clock.pass_s(600)
        (listed,) = desk.get("/v1/board")["escalation"]["proposed"]
        assert (listed["rung"], listed["incident"]) == ("up", incident)
        said = desk.post("/v1/escalations", {"rung": "up", "incident": incident}, Muster_Actor="Ada")
        assert (kinds(said), said["facts"][0]["because"][:16]) == (["IncidentEscalated"], "accepted by Ada:")
        assert desk.get("/v1/board")["escalation"]["proposed"] == []
        desk.refused("/v1/escalations", {"rung": "up", "incident": incident})


def test_a_notice_stands_on_the_board_until_it_is_acknowledged(tmp_path: Path) -> None:
    """A console shows what nobody has taken up."""
    clock = HandClock()
    with served(tmp_path, clock, a_procedure(escalation={"up": {**RUNG, "notifies": [{"role": "answering"}]}})) as desk:
        incident = desk.report(0, nature="illness", severe="no")
        clock.pass_s(600)
        desk.post(f"/v1/incidents/{incident}/notes", {"text": "still waiting"})
        (notice,) = desk.get("/v1/board")["escalation"]["notices"]
        assert (notice["rung"], notice["roles"], notice["missed"]) == ("up", ["answering"], False)
        desk.post("/v1/acknowledgements", {"rung": "up", "role": "answering", "incident": incident})
        assert desk.get("/v1/board")["escalation"]["notices"] == []


def test_aid_goes_from_request_to_release(desk: Dispatcher) -> None:
    """Each step is on the board and in the log."""
    need = desk.report(0, nature="crash") + "/1"
    about = {"need": need, "partner": "coastguard"}
    desk.post("/v1/aid/request", {**about, "skill": "fire", "quantity": 2, "reason": "nobody near"})
    desk.post("/v1/aid/offer", {**about, "quantity": 1})
    desk.refused("/v1/aid/commit", {**about, "quantity": 2})
    desk.post("/v1/aid/commit", {**about, "quantity": 1})
    (aid,) = desk.get("/v1/board")["escalation"]["aid"]
    assert (aid["status"], aid["quantity"], aid["granted"]) == ("committed", 2, 1)
    desk.refused("/v1/aid/decline", {**about, "reason": "too late"})
    desk.post("/v1/aid/release", {**about, "reason": "done"})
    assert desk.get("/v1/board")["escalation"]["aid"] == []


def test_who_may_not_ask_for_aid_is_told_who_may(tmp_path: Path) -> None:
    """A wrong call to another organisation cannot be taken back."""
    with served(tmp_path, procedure=a_procedure(authority=AUTHORITY)) as desk:
        need = desk.report(0, nature="fire") + "/1"
        wanted = {"need": need, "partner": "coastguard", "skill": "fire", "reason": "sea"}
        problem = desk.refused("/v1/aid/request", {**wanted, "role": "fire"})
        assert "answering" in str(problem)
        desk.refused("/v1/aid/request", {**wanted, "role": "answering", "medium": "fax"})
        desk.post("/v1/aid/request", {**wanted, "role": "answering", "medium": "voice"})
