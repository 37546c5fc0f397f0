"""Contacts over HTTP."""

from __future__ import annotations

import pytest

from tests.api.rooms import Dispatcher, HandClock, kinds


def test_a_reported_contact_gets_a_call_taker(desk: Dispatcher) -> None:
    """The procedure opens the need, and its automatic queue rings the clerk's phone in the same batch."""
    said = desk.post("/v1/contacts", {"queue": "emergency"}, 201)
    assert kinds(said) == ["ContactReceived", "NeedOpened", "ResourceAssigned"]


def test_what_the_rules_entail_is_told_apart(desk: Dispatcher) -> None:
    """A log must say what a person did and what a rule did."""
    said = desk.post("/v1/contacts", {"queue": "emergency"}, 201, Muster_Actor="Ada")
    assert [fact["actor"] for fact in said["facts"]] == ["Ada", "procedure", "procedure"]


def test_a_client_may_choose_the_id(desk: Dispatcher) -> None:
    """A telephone system has ids of its own, by which people will ask."""
    assert desk.post("/v1/contacts", {"queue": "emergency", "contact": "call-7"}, 201)["id"] == "call-7"


def test_a_made_id_is_one_that_nobody_has_taken(desk: Dispatcher) -> None:
    """A client's own ids may look like ours."""
    following = desk.room.present.situation.sequence + 1
    desk.post("/v1/contacts", {"queue": "emergency", "contact": f"C-{following + 3}"}, 201)
    assert desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"] == f"C-{following + 4}"


def test_answering_means_the_assigned_call_taker(desk: Dispatcher) -> None:
    """The console knows who is at it; a curl command need not say it."""
    contact = desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
    assert desk.post(f"/v1/contacts/{contact}/answer")["facts"][0]["resource"] == "C1"


def test_the_end_of_a_conversation_frees_its_call_taker(desk: Dispatcher) -> None:
    """Without wrap-up work the next caller must not wait for a second request."""
    contact = desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
    desk.post(f"/v1/contacts/{contact}/answer")
    assert kinds(desk.post(f"/v1/contacts/{contact}/end")) == ["ContactEnded", "ResourceReleased"]


def test_wrapping_up_keeps_the_call_taker(desk: Dispatcher) -> None:
    """Somebody who still writes is not free to answer."""
    contact = desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
    desk.post(f"/v1/contacts/{contact}/answer")
    assert kinds(desk.post(f"/v1/contacts/{contact}/end", {"wrap_up": True})) == ["ContactEnded"]
    assert kinds(desk.post("/v1/resources/C1/release")) == ["ResourceReleased"]


def test_an_abandoned_contact_stops_ringing(desk: Dispatcher) -> None:
    """A clerk who is rung for nobody is lost to the next caller."""
    contact = desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
    assert kinds(desk.post(f"/v1/contacts/{contact}/abandon")) == ["ContactAbandoned", "ResourceReleased"]


def test_a_second_caller_is_linked_to_the_open_incident(desk: Dispatcher) -> None:
    """One fire, many callers, one response."""
    incident = desk.report(0)
    contact = desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
    desk.post(f"/v1/contacts/{contact}/link", {"incident": incident})
    assert desk.get("/v1/board")["contacts"][0]["incident"] == incident


def test_waiting_is_counted_in_seconds_as_of_now(desk: Dispatcher, clock: HandClock) -> None:
    """A board read later must show a longer wait even if nothing happened in between."""
    desk.post("/v1/contacts", {"queue": "emergency"}, 201)
    clock.pass_s(12.5)
    assert desk.get("/v1/board")["contacts"][0]["waited_s"] == 12.5


IMPOSSIBLE = {
    "an unknown queue": ("/v1/contacts", {"queue": "gossip"}),
    "the same contact again": ("/v1/contacts", {"queue": "emergency", "contact": "known"}),
    "an answer to nobody": ("/v1/contacts/stranger/answer", None),
    "an answer by somebody else": ("/v1/contacts/known/answer", {"resource": "E1"}),
    "an end before the answer": ("/v1/contacts/known/end", None),
    "a link to no incident": ("/v1/contacts/known/link", {"incident": "I-9"}),
    "an incident for nobody": ("/v1/contacts/stranger/incident", None),
    "something in the future": ("/v1/contacts", {"queue": "emergency", "happened_at": "2100-01-01T00:00:00Z"}),
    "time going back": ("/v1/contacts", {"queue": "emergency", "happened_at": "2001-01-01T00:00:00+02:00"}),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_have_happened_is_refused_and_changes_nothing(desk: Dispatcher, case: str) -> None:
    """A log that holds one impossible fact cannot be trusted for the others."""
    desk.post("/v1/contacts", {"queue": "emergency", "contact": "known"}, 201)
    problem = desk.refused(*IMPOSSIBLE[case])
    assert problem["flaws"][0]["what"]


MALFORMED = {
    "no queue": ({}, "/queue"),
    "an unknown field": ({"queue": "emergency", "colour": "red"}, "/colour"),
    "an id with a slash": ({"queue": "emergency", "contact": "a/b"}, "/contact"),
    "an id that is too long": ({"queue": "emergency", "contact": "a" * 81}, "/contact"),
    "latitude alone": ({"queue": "emergency", "place": {"latitude": 1}}, "/place"),
    "a place beyond the pole": ({"queue": "emergency", "place": {"latitude": 91, "longitude": 0}}, "/place/latitude"),
    "an unknown zone": ({"queue": "emergency", "place": {"zone": "Z"}}, "/place/zone"),
    "an unknown station": ({"queue": "emergency", "place": {"station": "Z"}}, "/place/station"),
    "a time without a zone": ({"queue": "emergency", "happened_at": "2023-11-14T22:13:20"}, "/happened_at"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_request_is_refused_with_a_pointer(desk: Dispatcher, case: str) -> None:
    """Whoever writes a client must be told where it went wrong."""
    body, pointer = MALFORMED[case]
    assert pointer in [flaw["pointer"] for flaw in desk.refused("/v1/contacts", body, 422)["flaws"]]


def test_all_flaws_are_told_at_once(desk: Dispatcher) -> None:
    """One round for each flaw is how forms make people give up."""
    problem = desk.refused("/v1/contacts", {"contact": "a/b", "colour": "red"}, 422)
    assert {flaw["pointer"] for flaw in problem["flaws"]} == {"/queue", "/contact", "/colour"}


def test_nobody_may_sign_as_the_rules(desk: Dispatcher) -> None:
    """An audit takes what the procedure is said to have done for what it must do."""
    answer = desk.web.post("/v1/contacts", json={"queue": "emergency"}, headers={"Muster-Actor": "procedure"})
    assert answer.status_code == 422


def test_an_imported_fact_keeps_its_own_time(desk: Dispatcher, clock: HandClock) -> None:
    """What was written on paper during an outage happened when it happened."""
    clock.pass_s(600)
    said = desk.post("/v1/contacts", {"queue": "emergency", "happened_at": "2023-11-14T23:14:00+01:00"}, 201)
    assert said["facts"][0]["at"] == "2023-11-14T22:14:00.000Z"


def test_a_clock_that_is_set_back_does_not_make_time_go_back(desk: Dispatcher, clock: HandClock) -> None:
    """Machines correct their clocks; callers keep ringing."""
    first = desk.post("/v1/contacts", {"queue": "emergency"}, 201)
    clock.pass_s(-3600)
    assert desk.post("/v1/contacts", {"queue": "emergency"}, 201)["facts"][0]["at"] == first["facts"][0]["at"]
