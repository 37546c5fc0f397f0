"""Whether the room is alive and ready, and its figures off the live log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.watch_routes import OVERDUE_S, overdue_s
from incidents.facts import AnswerGiven, ContactReceived, IncidentOpened
from incidents.quantities import ContactId, IncidentId
from tests.api.rooms import Dispatcher, HandClock, opened, served
from tests.builders import a_procedure, at, spot

RUNG = {"late": {"unfilled_for_s": 60, "priorities": ["red"], "opens": {"skill": "transport"}}}
FIRE = (
    ContactReceived(at(1), ContactId("c"), "emergency"),
    IncidentOpened(at(2), IncidentId("i"), ContactId("c"), spot(5)),
    AnswerGiven(at(3), IncidentId("i"), "nature", "fire"),
)
SINCE = "2023-11-14T22:00:00Z"


@pytest.fixture
def clock() -> HandClock:
    """A clock that is moved by hand."""
    return HandClock()


@pytest.fixture
def desk(tmp_path: Path, clock: HandClock) -> Iterator[Dispatcher]:
    """A room whose rung falls due a minute after a fire that nobody goes to."""
    with served(tmp_path, clock, a_procedure(escalation=RUNG)) as dispatcher:
        yield dispatcher


def test_a_room_is_alive_and_ready(desk: Dispatcher) -> None:
    """What a load balancer asks every second, without a key."""
    assert [desk.web.get(path).status_code for path in ("/live", "/ready")] == [204, 204]
    desk.post("/v1/keys", {"name": "Ada", "roles": ["supervisor"]}, 201)
    assert [desk.web.get(path).status_code for path in ("/live", "/ready", "/metrics")] == [204, 204, 401]


def test_a_room_whose_time_nobody_keeps_is_found_out(tmp_path: Path, clock: HandClock) -> None:
    """Escalations that do not happen are not seen by looking at what does."""
    with opened(tmp_path, clock, a_procedure(escalation=RUNG)) as room:
        for fact in FIRE:
            room.record((fact,), "Ada")
        assert overdue_s(room) == 0
        clock.at = at(600)
        assert overdue_s(room) > OVERDUE_S
        room.review()
        assert overdue_s(room) == 0


def test_metrics_say_who_waits_and_how_long(desk: Dispatcher, clock: HandClock) -> None:
    """What wakes somebody up."""
    desk.post("/v1/contacts", {"queue": "emergency"}, 201)
    clock.pass_s(30)
    told = desk.web.get("/metrics").text
    assert "muster_contacts_waiting 1.0" in told
    assert "muster_oldest_contact_seconds 30.0" in told


def test_figures_of_the_live_log_are_those_of_the_simulation(desk: Dispatcher, clock: HandClock) -> None:
    """Answered after 20 s; costs that the centre does not state are told as that."""
    contact = desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
    clock.pass_s(20)
    desk.post(f"/v1/contacts/{contact}/answer")
    clock.pass_s(1)
    found = desk.get(f"/v1/measures?figure=answer_s.mean.all&figure=cost&figure=response_s.mean.red&since={SINCE}")
    assert found["figures"] == {"answer_s.mean.all": 20, "cost": None, "response_s.mean.red": None}
    assert found["unknown"] == {"cost": "the centre declares no costs"}


@pytest.mark.parametrize("query", [f"figure=nonsense&since={SINCE}", f"figure=cost&since={SINCE}&until={SINCE}"])
def test_a_figure_that_is_none_or_a_window_without_time_is_refused(desk: Dispatcher, query: str) -> None:
    """With what would be accepted."""
    assert desk.get(f"/v1/measures?{query}", 422)["flaws"]
