"""Incidents over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.rooms import Dispatcher, HandClock, kinds, served
from tests.incidents.an_interview import interview_rules


def test_triage_asks_until_it_is_done(desk: Dispatcher) -> None:
    """The call-taker's screen is driven by this alone."""
    incident = desk.report(0)
    asked = desk.get(f"/v1/incidents/{incident}/next-question")
    assert (asked["question"], asked["options"]) == ("nature", ["fire", "illness", "crash"])
    desk.post(f"/v1/incidents/{incident}/answers", {"question": "nature", "answer": "illness"})
    assert desk.get(f"/v1/incidents/{incident}/next-question")["others"] is True
    desk.post(f"/v1/incidents/{incident}/answers", {"question": "severe", "answer": "no"})
    done = desk.get(f"/v1/incidents/{incident}/next-question")
    assert (done["state"], done["determinant"], done["priority"]) == ("done", "illness-2", "green")


def test_the_last_answer_entails_assessment_and_need(desk: Dispatcher) -> None:
    """Nobody should have to open by hand what the plan says."""
    incident = desk.report(0)
    said = desk.post(f"/v1/incidents/{incident}/answers", {"question": "nature", "answer": "fire"})
    assert kinds(said) == ["AnswerGiven", "IncidentAssessed", "NeedOpened"]


def test_a_person_may_assess_against_triage_with_a_reason(desk: Dispatcher) -> None:
    """The caller's voice says what no tree asks."""
    incident = desk.report(0)
    body = {"determinant": "illness-2", "priority": "red", "reason": "sounds blue"}
    said = desk.post(f"/v1/incidents/{incident}/assessment", body, Muster_Actor="Ada")
    assert said["facts"][0]["because"] == "Ada assessed: sounds blue"
    assert desk.get(f"/v1/incidents/{incident}")["priority"] == "red"


def test_an_assessment_without_priority_takes_the_code_s_own(desk: Dispatcher) -> None:
    """Choosing a code is choosing its urgency, unless somebody says more."""
    incident = desk.report(0)
    desk.post(f"/v1/incidents/{incident}/assessment", {"determinant": "illness-2", "reason": "seen by a doctor"})
    assert desk.get(f"/v1/incidents/{incident}")["priority"] == "green"


def test_the_place_of_an_incident_may_be_a_station(desk: Dispatcher) -> None:
    """Walk-ins happen."""
    incident = desk.report(0)
    desk.post(f"/v1/incidents/{incident}/place", {"place": {"station": "A2"}})
    assert desk.get(f"/v1/incidents/{incident}")["place"]["longitude"] == desk.room.centre.station("A2").longitude


def test_the_log_of_an_incident_begins_with_the_first_ring(desk: Dispatcher) -> None:
    """A debrief asks how long the caller waited, and that was before there was an incident."""
    incident = desk.report(0, nature="fire")
    told = [fact["fact"] for fact in desk.get(f"/v1/incidents/{incident}/log")["facts"]]
    assert told == [
        "ContactReceived", "NeedOpened", "ResourceAssigned", "ContactAnswered", "IncidentOpened",
        "AnswerGiven", "IncidentAssessed", "NeedOpened", "ContactEnded", "ResourceReleased",
    ]  # fmt: skip


def test_the_log_of_an_incident_is_about_no_other(desk: Dispatcher) -> None:
    """What is read out in court about one call must not hold another caller's words."""
    first = desk.report(0, nature="fire")
    second = desk.report(5, nature="fire")
    desk.post(f"/v1/incidents/{second}/notes", {"text": "private"})
    assert "private" not in str(desk.get(f"/v1/incidents/{first}/log"))


def test_a_long_log_says_that_it_goes_on(desk: Dispatcher) -> None:
    """A cut that looks like an end would be a lie."""
    incident = desk.report(0, nature="fire")
    told = desk.get(f"/v1/incidents/{incident}/log?limit=3")
    assert (len(told["facts"]), told["complete"]) == (3, False)


def test_a_closed_incident_is_still_known(desk: Dispatcher) -> None:
    """Asking for it by its number must not say that it never was."""
    incident = desk.report(0)
    desk.post(f"/v1/incidents/{incident}/close", {"reason": "false alarm"})
    assert desk.get(f"/v1/incidents/{incident}")["state"] == "closed"
    assert kinds(desk.post(f"/v1/incidents/{incident}/notes", {"text": "the caller rang again to apologise"})) == [
        "NoteAdded"
    ]


IMPOSSIBLE = {
    "an answer to an unknown question": ("answers", {"question": "weather", "answer": "rain"}),
    "an answer the question does not take": ("answers", {"question": "nature", "answer": "boredom"}),
    "an assessment by an unknown code": ("assessment", {"determinant": "x", "reason": "why not"}),
    "an assessment by an unknown priority": ("assessment", {"determinant": "fire-1", "priority": "x", "reason": "y"}),
    "closing while a crew is there": ("close", None),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be_is_refused_and_changes_nothing(desk: Dispatcher, case: str) -> None:
    """A wrong click must cost nothing but the click."""
    incident = desk.report(0, nature="fire")
    desk.accept(incident)
    path, body = IMPOSSIBLE[case]
    assert desk.refused(f"/v1/incidents/{incident}/{path}", body)["flaws"]


@pytest.mark.parametrize("path", ["answers", "notes", "place", "close", "assessment"])
def test_a_closed_incident_takes_only_notes(desk: Dispatcher, path: str) -> None:
    """Reopening by accident would send a crew to yesterday's fire."""
    bodies = {
        "answers": {"question": "nature", "answer": "fire"},
        "notes": {"text": "late"},
        "place": {"place": {"station": "A1"}},
        "close": None,
        "assessment": {"determinant": "fire-1", "reason": "late"},
    }
    incident = desk.report(0)
    desk.post(f"/v1/incidents/{incident}/close")
    if path == "notes":
        desk.post(f"/v1/incidents/{incident}/notes", bodies[path])
    else:
        assert desk.refused(f"/v1/incidents/{incident}/{path}", bodies[path])["flaws"]


@pytest.mark.parametrize("path", ["", "/log", "/next-question"])
def test_an_unknown_incident_is_not_found(desk: Dispatcher, path: str) -> None:
    """Reading about nothing is not the same as reading that nothing happened."""
    assert desk.get(f"/v1/incidents/I-999{path}", 404)["status"] == 404


def test_a_blank_note_is_refused(desk: Dispatcher) -> None:
    """A line in a log that says nothing looks like a line that was wiped."""
    incident = desk.report(0)
    desk.refused(f"/v1/incidents/{incident}/notes", {"text": "  "}, 422)


def test_incidents_are_listed_by_urgency(desk: Dispatcher, clock: HandClock) -> None:
    """Whoever glances at the board looks at its top."""
    green = desk.report(0, nature="illness", severe="no")
    clock.pass_s(5)
    red = desk.report(0, nature="fire")
    clock.pass_s(5)
    unassessed = desk.report(0)
    assert [each["id"] for each in desk.get("/v1/board")["incidents"]] == [unassessed, red, green]


# Leaving an interview and going on with it.


@pytest.fixture
def asking(tmp_path: Path, clock: HandClock) -> Iterator[Dispatcher]:
    """Somebody at the console of a room whose tree can be left."""
    with served(tmp_path, clock, interview_rules()) as dispatcher:
        yield dispatcher


def test_the_next_question_says_why_it_is_asked_and_how_it_may_be_left(asking: Dispatcher) -> None:
    """The screen needs no other look-up to show a button for each."""
    asked = asking.get(f"/v1/incidents/{asking.report(0)}/next-question")
    assert (asked["because"], asked["form"], asked["besides"]) == (
        "what is sent hangs on it", "closed", ["unknown", "refused"],
    )  # fmt: skip
    assert [(each["name"], each["leads_to"], each["roles"]) for each in asked["jump_outs"]] == [
        ("caller lost", "code 'ring-back'", []),
        ("worse", "question 'awake'", []),
        ("nuisance", "code 'ring-back'", ["supervision"]),
    ]


def test_a_role_is_offered_what_it_may_take(asking: Dispatcher) -> None:
    """A call-taker may not send a caller away."""
    asked = asking.get(f"/v1/incidents/{asking.report(0)}/next-question?role=answering")
    assert [each["name"] for each in asked["jump_outs"]] == ["caller lost", "worse"]


def test_a_lost_caller_is_assessed_at_once_and_asked_on_when_back(asking: Dispatcher) -> None:
    """From the dead line to the second call, over HTTP."""
    incident = asking.report(0, nature="illness")
    said = asking.post(f"/v1/incidents/{incident}/jump-outs", {"jump_out": "caller lost"})
    assert kinds(said) == ["InterviewLeft", "IncidentAssessed", "NeedOpened"]
    done = asking.get(f"/v1/incidents/{incident}/next-question")
    assert (done["state"], done["determinant"], done["left"], done["resume_at"]) == (
        "done",
        "illness-1",
        ["severe"],
        "severe",
    )
    contact = asking.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
    assert kinds(asking.post(f"/v1/contacts/{contact}/link", {"incident": incident})) == [
        "ContactLinked",
        "InterviewResumed",
    ]
    assert asking.get(f"/v1/incidents/{incident}/next-question")["question"] == "severe"


def test_a_branch_is_left_by_resuming(asking: Dispatcher) -> None:
    """It was a false alarm."""
    incident = asking.report(0, nature="illness")
    asking.post(f"/v1/incidents/{incident}/jump-outs", {"jump_out": "worse", "question": "severe"})
    assert asking.get(f"/v1/incidents/{incident}/next-question")["question"] == "awake"
    assert kinds(asking.post(f"/v1/incidents/{incident}/resume")) == ["InterviewResumed"]
    assert asking.get(f"/v1/incidents/{incident}/next-question")["question"] == "severe"


@pytest.mark.parametrize(
    ("way", "body", "where"),
    [
        ("jump-outs", {"jump_out": "vanished"}, "/jump_out"),
        ("jump-outs", {"jump_out": "nuisance"}, "/by_role"),
        ("jump-outs", {"jump_out": "caller lost", "question": "severe"}, "/question"),
        ("resume", {}, "/question"),
        ("resume", {"question": "nature"}, "/question"),
    ],
)
def test_leaving_or_resuming_out_of_turn_is_a_problem_at_its_place(
    asking: Dispatcher, way: str, body: dict[str, str], where: str
) -> None:
    """And nothing has changed."""
    incident = asking.report(0)
    problem = asking.refused(f"/v1/incidents/{incident}/{way}", body)
    assert [flaw["pointer"] for flaw in problem["flaws"]] == [where]


def test_the_log_of_an_incident_shows_that_it_was_left_and_resumed(asking: Dispatcher) -> None:
    """A debrief asks why the second question came so late."""
    incident = asking.report(0, nature="illness")
    asking.post(f"/v1/incidents/{incident}/jump-outs", {"jump_out": "worse"})
    asking.post(f"/v1/incidents/{incident}/resume")
    facts = asking.get(f"/v1/incidents/{incident}/log")["facts"]
    assert [fact["fact"] for fact in facts if fact["fact"].startswith("Interview")] == [
        "InterviewLeft",
        "InterviewResumed",
    ]
