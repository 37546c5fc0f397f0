"""Messages, the packet and advice over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incidents.procedure import Procedure
from tests.api.rooms import Dispatcher, HandClock, kinds, served
from tests.builders import a_procedure

TURN_OUT = {"on": "assignment", "to": {"kind": "engine"}, "medium": "data", "text": "{resource} to {determinant}"}


def rules() -> Procedure:
    """Engines have 30 s to acknowledge; a fire comes with one item of advice for call-takers."""
    plain: dict[str, Any] = a_procedure().model_dump(mode="json", by_alias=True, exclude_none=True)
    plain["wording"] = {
        "media": {"data": {"most_characters": 160}},
        "messages": {"turn out": {**TURN_OUT, "ack_s": 30}},
    }
    plain["determinants"]["fire-1"]["advice"] = ["get out"]
    plain["advice"] = {"get out": {"text": "Get out and stay out.", "roles": ["call-taker"]}}
    return a_procedure(**plain)


@pytest.fixture
def clock() -> HandClock:
    """A clock moved by hand."""
    return HandClock()


@pytest.fixture
def told(tmp_path: Path, clock: HandClock) -> Iterator[tuple[Dispatcher, str]]:
    """Somebody at the console after the engine was sent to a fire, and the incident's id."""
    with served(tmp_path, clock, rules()) as dispatcher:
        incident = dispatcher.report(0, nature="fire")
        dispatcher.accept(incident)
        yield dispatcher, incident


REACHED = {"message": "turn out", "to": "E1"}


def test_the_board_shows_who_has_not_acknowledged(told: tuple[Dispatcher, str]) -> None:
    """Silence has to be seen before it is overdue."""
    desk, incident = told
    (message,) = desk.get("/v1/board")["messages"]
    assert {key: message[key] for key in ("incident", "to", "state", "text")} == {
        "incident": incident, "to": "E1", "state": "sent", "text": "E1 to fire-1",
    }  # fmt: skip
    assert message["acknowledge_by"] == "2023-11-14T22:13:50.000Z"


def test_a_delivered_message_stays_on_the_board_until_it_is_acknowledged(told: tuple[Dispatcher, str]) -> None:
    """Delivery is the network's word, not the crew's."""
    desk, incident = told
    desk.post(f"/v1/incidents/{incident}/messages/deliver", REACHED)
    assert [each["state"] for each in desk.get("/v1/board")["messages"]] == ["delivered"]
    done = desk.post(f"/v1/incidents/{incident}/messages/acknowledge", REACHED)
    assert (kinds(done), desk.get("/v1/board")["messages"]) == (["MessageAcknowledged"], [])


def test_an_overdue_message_is_said_to_be_overdue(told: tuple[Dispatcher, str], clock: HandClock) -> None:
    """Nobody has to look at a clock to notice."""
    desk, _ = told
    clock.pass_s(30)
    desk.room.review()
    assert [each["state"] for each in desk.get("/v1/board")["messages"]] == ["overdue"]


def test_acknowledging_what_was_never_sent_is_refused(told: tuple[Dispatcher, str]) -> None:
    """A slip of the finger must not quieten another message."""
    desk, incident = told
    desk.refused(f"/v1/incidents/{incident}/messages/acknowledge", {"message": "turn out", "to": "A1"})


def test_the_packet_of_any_open_incident_can_be_read(told: tuple[Dispatcher, str]) -> None:
    """A neighbouring service asks before anybody has declared anything."""
    desk, incident = told
    packet = desk.get(f"/v1/incidents/{incident}/methane")
    assert (packet["is_major"], packet["type"], packet["coming"]) == (False, "fire-1", {"engine": 1})
    desk.get("/v1/incidents/I-999/methane", status=404)


def test_advice_is_offered_given_and_kept_within_its_limits(told: tuple[Dispatcher, str]) -> None:
    """The screen shows the words and who may say them; beyond that the caller is transferred."""
    desk, incident = told
    (offered,) = desk.get(f"/v1/incidents/{incident}/advice")["offered"]
    assert (offered["text"], offered["roles"]) == ("Get out and stay out.", ["call-taker"])
    given = desk.post(f"/v1/incidents/{incident}/advice", {"advice": "get out", "role": "call-taker"})
    assert kinds(given) == ["AdviceGiven"]
    problem = desk.refused(f"/v1/incidents/{incident}/advice", {"advice": "get out", "role": "volunteer"})
    assert problem["flaws"][0]["accepted"] == "call-taker"


def test_a_handover_is_shown_given_and_accepted(tmp_path: Path, clock: HandClock) -> None:
    """It stands on the board until whom it is for takes it."""
    over = {"on": "escalation", "to": {"role": "fire"}, "accept_s": 60, "requires": ["notes"]}
    late = {"unfilled_for_s": 900, "priorities": ["red"], "opens": {"skill": "fire"}}
    with served(tmp_path, clock, a_procedure(handovers={"over": over}, escalation={"late": late})) as desk:
        incident = desk.report(0, nature="fire")
        path = f"/v1/incidents/{incident}/handovers"
        shown = desk.get(f"{path}/over")
        assert (shown["missing"], shown["packet"]["answers"]) == (["notes"], "nature=fire")
        assert shown["text"].startswith("MISSING: notes")
        desk.post(f"/v1/incidents/{incident}/notes", {"text": "gas"})
        given = desk.post(path, {"handover": "over", "reason": "asked for"})
        assert given["facts"][0]["missing"] == []
        (waiting,) = desk.get("/v1/board")["messages"]
        assert (waiting["message"], waiting["medium"], waiting["is_handover"]) == ("over", "handover", True)
        desk.refused(f"/v1/incidents/{incident}/messages/acknowledge", {"message": "over", "to": "fire"})
        desk.refused(path, {"handover": "under", "reason": "?"})
        assert kinds(desk.post(f"{path}/accept", {"handover": "over", "to": "fire"})) == ["HandoverAccepted"]
        assert desk.get("/v1/board")["messages"] == []
