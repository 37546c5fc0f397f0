"""Making up and stopping over HTTP: the needs come in the same answer, and the incident shows where its alarm stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incidents.procedure import Procedure
from tests.api.rooms import Dispatcher, HandClock, kinds, served
from tests.builders import a_procedure

SECOND = {"name": "second", "counts": "added", "send": [{"skill": "transport", "quantity": 2}], "after_s": 300}
THIRD = {"name": "third", "counts": "in all", "send": [{"skill": "fire"}, {"skill": "transport", "quantity": 3}]}
WHY = {"reason": "smoke from the roof"}


def rules() -> Procedure:
    """Fires have a second alarm, which time raises, and a third."""
    plans: dict[str, Any] = {name: {"send": [{"skill": "transport"}]} for name in ("medical", "rescue")}
    return a_procedure(plans={**plans, "fire": {"send": [{"skill": "fire"}], "levels": [SECOND, THIRD]}})


@pytest.fixture
def clock() -> HandClock:
    """Moved by hand."""
    return HandClock()


@pytest.fixture
def desk(memory_folder: Path, clock: HandClock) -> Iterator[Dispatcher]:
    """A room under rules with alarm levels."""
    with served(memory_folder, clock, rules()) as dispatcher:
        yield dispatcher


def alarm(desk: Dispatcher, incident: str) -> Any:
    """Where an alarm stands."""
    return desk.get(f"/v1/incidents/{incident}")["alarm"]


def test_an_attendance_is_made_up_to_the_next_level_or_to_one_by_name(desk: Dispatcher) -> None:
    """The needs are in the answer, and say which level asks."""
    incident = desk.report(0, nature="fire")
    raised = desk.post(f"/v1/incidents/{incident}/make-up", WHY)
    assert kinds(raised) == ["AlarmRaised", "NeedOpened"]
    assert raised["facts"][0]["because"] == "made up by dispatcher: smoke from the roof"
    assert raised["facts"][1]["alarm"] == "second"
    assert alarm(desk, incident)["level"] == "second"
    desk.post(f"/v1/incidents/{incident}/make-up", {**WHY, "level": "third"})
    needs = desk.get(f"/v1/incidents/{incident}")["needs"]
    assert [(each["alarm"], each["because"]) for each in needs] == [
        (None, "plan fire"),
        ("second", "plan fire, second"),
        ("third", "plan fire, third"),
    ]


def test_the_same_request_twice_asks_for_nothing_twice(desk: Dispatcher) -> None:
    """With a key it is answered from memory; without one it is on record and opens no need."""
    incident = desk.report(0, nature="fire")
    body = {**WHY, "level": "second"}
    first = desk.post(f"/v1/incidents/{incident}/make-up", body, Idempotency_Key="k")
    assert desk.post(f"/v1/incidents/{incident}/make-up", body, Idempotency_Key="k") == first
    assert kinds(desk.post(f"/v1/incidents/{incident}/make-up", body)) == ["AlarmRaised"]


def test_a_stop_is_shown_and_ends_what_time_would_raise(desk: Dispatcher, clock: HandClock) -> None:
    """Before it the incident says what comes when; after it nothing comes."""
    incident = desk.report(0, nature="fire")
    shown = alarm(desk, incident)
    assert (shown["level"], shown["next_level"], shown["next_at"]) == (None, "second", "2023-11-14T22:18:20.000Z")
    assert [each["level"] for each in shown["levels"]] == ["second", "third"]
    desk.post(f"/v1/incidents/{incident}/stop", {"reason": "out"})
    clock.pass_s(1000)
    desk.room.review()
    shown = alarm(desk, incident)
    assert (shown["level"], shown["is_stopped"], shown["next_at"]) == (None, True, None)


def test_time_raises_in_the_live_room(desk: Dispatcher, clock: HandClock) -> None:
    """As it does in simulation."""
    incident = desk.report(0, nature="fire")
    clock.pass_s(300)
    recorded = desk.room.review()
    assert recorded is not None
    assert [type(fact).__name__ for fact in recorded.facts] == ["AlarmRaised", "NeedOpened"]
    assert alarm(desk, incident)["level"] == "second"


@pytest.mark.parametrize(
    ("nature", "path", "body", "what"),
    [
        ("fire", "make-up", {"level": "fourth"}, "no alarm level 'fourth'"),
        ("fire", "stop", {"level": "third"}, "stands at the first attendance"),
        ("crash", "make-up", {}, "plan rescue has no higher level"),
    ],
)
def test_what_the_plan_does_not_have_is_refused(desk: Dispatcher, nature: str, path: str, body: Any, what: str) -> None:
    """With what would be accepted."""
    incident = desk.report(0, nature=nature)
    problem = desk.refused(f"/v1/incidents/{incident}/{path}", {**WHY, **body})
    assert what in problem["flaws"][0]["what"]


def test_a_plan_without_levels_shows_no_alarm(desk: Dispatcher) -> None:
    """There is nothing to make up."""
    assert alarm(desk, desk.report(0, nature="crash")) is None
