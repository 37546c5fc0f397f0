"""Resources over HTTP."""

from __future__ import annotations

import pytest

from tests.api.rooms import Dispatcher, kinds


def sent(desk: Dispatcher) -> str:
    """An ambulance is on its way to an illness; returns the need."""
    incident = desk.report(0, nature="illness", severe="yes")
    desk.accept(incident)
    return f"{incident}/1"


def test_an_ambulance_goes_through_its_day(desk: Dispatcher) -> None:
    """From the button in the cab to the bed in the hospital: every step has its request."""
    sent(desk)
    steps = ("depart", "arrive", "transport", "at-facility", "release")
    told = [kinds(desk.post(f"/v1/resources/A1/{step}")) for step in steps]
    assert told == [
        ["ResourceDeparted"], ["ResourceArrived"], ["ResourceTransporting"], ["ResourceAtFacility"], ["ResourceReleased"],
    ]  # fmt: skip


def test_signing_on_is_at_base_unless_said_otherwise(desk: Dispatcher) -> None:
    """Crews start their shift at their station."""
    desk.post("/v1/resources/A1/sign-off")
    said = desk.post("/v1/resources/A1/sign-on")
    assert said["facts"][0]["place"]["longitude"] == desk.room.centre.station("A1").longitude


def test_the_end_of_a_shift_is_shown_as_it_was_said(desk: Dispatcher) -> None:
    """A dispatcher plans with it; in another time zone it is still the same instant."""
    desk.post("/v1/resources/A1/sign-off")
    said = desk.post("/v1/resources/A1/sign-on", {"until": "2090-01-01T07:00:00+02:00"})
    assert said["facts"][0]["until"] == "2090-01-01T05:00:00.000Z"
    shown = {each["id"]: each["until"] for each in desk.get("/v1/resources")}
    assert (shown["A1"], shown["A2"]) == ("2090-01-01T05:00:00.000Z", None)


@pytest.mark.parametrize("until", ["2090-01-01T07:00:00", "tomorrow", "1969-12-31T23:59:59Z"])
def test_an_end_of_a_shift_that_is_no_instant_is_refused(desk: Dispatcher, until: object) -> None:
    """A time without a zone means something else in every office."""
    desk.post("/v1/resources/A1/sign-off")
    desk.refused("/v1/resources/A1/sign-on", {"until": until}, 422)


def test_a_crew_on_a_break_is_shown_and_not_proposed(desk: Dispatcher) -> None:
    """The nearest crew is at the table; the other goes, until the first is back."""
    assert kinds(desk.post("/v1/resources/A1/stand-down", {"reason": "meal"})) == ["ResourceStoodDown"]
    assert {each["id"]: each["status"] for each in desk.get("/v1/board")["resources"]}["A1"] == "on a break"
    incident = desk.report(0, nature="illness", severe="yes")
    assert desk.get("/v1/proposals")["proposals"][0]["resource"] == "A2"
    why = {each["resource"]: each["why"] for each in desk.get(f"/v1/needs/{incident}/1/reasons")["others"]}
    assert why["A1"] == "on a break"
    desk.post("/v1/resources/A1/stand-up")
    assert desk.get("/v1/proposals")["proposals"][0]["resource"] == "A1"


def test_a_person_may_send_a_crew_from_its_break(desk: Dispatcher) -> None:
    """The rules never would, so it takes a reason; the break is over."""
    desk.post("/v1/resources/A1/stand-down")
    incident = desk.report(0, nature="illness", severe="yes")
    desk.post(f"/v1/needs/{incident}/1/assign", {"resource": "A1", "reason": "next door"})
    shown = {each["id"]: (each["status"], each["tasks"]) for each in desk.get("/v1/resources")}
    assert shown["A1"] == ("committed", 1)


def test_everybody_can_be_signed_on_once(desk: Dispatcher) -> None:
    """The first request of an exercise; the second has nothing to do, and says so."""
    desk.post("/v1/resources/A1/sign-off")
    assert kinds(desk.post("/v1/resources/sign-on-all")) == ["ResourceSignedOn"]
    desk.refused("/v1/resources/sign-on-all")


def test_a_reported_place_changes_who_is_nearest(desk: Dispatcher) -> None:
    """Crews are not always at base."""
    desk.post("/v1/resources/A2/move", {"place": {"latitude": 0, "longitude": 0}})
    desk.report(0, nature="illness", severe="yes")
    assert desk.get("/v1/proposals")["proposals"][0]["resource"] == "A2"


def test_a_release_can_leave_the_position_open(desk: Dispatcher) -> None:
    """A crew that breaks down on the way has not met the need."""
    need = sent(desk)
    desk.post("/v1/resources/A1/release", {"leaves_open": True, "reason": "flat tyre"})
    desk.post("/v1/resources/A1/sign-off")
    assert [(each["need"], each["resource"]) for each in desk.get("/v1/proposals")["proposals"]] == [(need, "A2")]


def test_all_resources_are_listed(desk: Dispatcher) -> None:
    """Whoever is off duty is still somebody to call in."""
    desk.post("/v1/resources/E1/sign-off")
    assert {each["id"]: each["status"] for each in desk.get("/v1/resources")} == {
        "A1": "available", "A2": "available", "C1": "available", "E1": "off duty",
    }  # fmt: skip


IMPOSSIBLE = {
    "arriving without being sent": ("A2/arrive", None),
    "arriving at a need it does not serve": ("A2/arrive", {"need": "I-1/1"}),
    "departing twice": ("A1/depart", None),
    "transporting before arriving": ("A1/transport", None),
    "being at a facility it never set out for": ("A1/at-facility", None),
    "signing off while serving": ("A1/sign-off", None),
    "standing down while serving": ("A1/stand-down", None),
    "standing up without a break": ("A2/stand-up", None),
    "nobody standing down": ("Z9/stand-down", None),
    "nobody standing up": ("Z9/stand-up", None),
    "signing on twice": ("A2/sign-on", None),
    "releasing who serves nobody": ("A2/release", None),
    "a step of nobody": ("Z9/depart", None),
    "a movement of nobody": ("Z9/move", {"place": {"station": "A1"}}),
    "nobody signing on": ("Z9/sign-on", None),
    "nobody signing off": ("Z9/sign-off", None),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_have_happened_is_refused_and_changes_nothing(desk: Dispatcher, case: str) -> None:
    """Crews press wrong buttons, and radios repeat old ones."""
    sent(desk)
    desk.post("/v1/resources/A1/depart")
    path, body = IMPOSSIBLE[case]
    assert desk.refused(f"/v1/resources/{path}", body)["flaws"]
