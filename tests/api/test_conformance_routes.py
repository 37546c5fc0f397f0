"""Conformance of the live log over HTTP: the same as the command finds, in a window or of one incident, within limits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.judging import judge_incident, judge_window
from incidents.conformance import conformance
from incidents.desk import adoption
from incidents.procedure import Procedure
from incidents.quantities import IncidentId
from tests.api.rooms import Dispatcher, HandClock, served
from tests.builders import a_procedure, at

SOON = {
    "start": [{"moment": "received"}],
    "stop": [{"moment": "assigned"}],
    "statistic": "share",
    "share": 0.9,
    "limit_s": 60,
}


def rules(**changes: Any) -> Procedure:
    """Everything is to be assigned within a minute, and somebody notes what was seen."""
    checks = {"seen": {"note": "seen", "within_s": 100, "after": "opened"}}
    return a_procedure(**{"checks": checks, "targets": {"own": {"soon": SOON}}, **changes})


@pytest.fixture
def desk(memory_folder: Path) -> Iterator[Dispatcher]:
    """Three fires, an hour apart; the first is taken up at once, of the second a note is made, the third is left."""
    clock = HandClock()
    with served(memory_folder, clock, rules()) as dispatcher:
        dispatcher.accept(dispatcher.report(0, nature="fire"))
        clock.pass_s(3600)
        second = dispatcher.report(0, nature="illness", severe="yes")
        dispatcher.post(f"/v1/incidents/{second}/notes", {"text": "seen"})
        clock.pass_s(3600)
        dispatcher.report(0, nature="crash")
        clock.pass_s(30)
        dispatcher.post("/v1/resources/A2/move", {"place": {"latitude": 0.0, "longitude": 0.0}})
        yield dispatcher


def verdicts(found: Any) -> list[tuple[str, str, str]]:
    """What was found of whom."""
    return [(each["subject"], each["rule"], each["verdict"]) for each in found["findings"]]


def test_all_of_the_log_is_judged_as_the_library_judges_it(desk: Dispatcher) -> None:
    """One judge, whoever asks."""
    found = desk.get("/v1/conformance")
    facts = [entry.fact for entry in desk.room.log.verified()]
    by_library = conformance(facts, desk.room.log.procedures(), {})
    assert verdicts(found) == [(each.subject, each.rule, each.verdict) for each in by_library.findings]
    assert (found["complete"], found["kept"], found["next"]) == (True, False, None)
    assert [(each["rule"], each["met"], each["missed"], each["pending"]) for each in found["checks"]] == [
        ("seen", 1, 1, 1)
    ]


def test_what_shows_a_finding_is_its_entry_in_the_log(desk: Dispatcher) -> None:
    """Whoever doubts it reads there."""
    log = {each["sequence"]: each for each in desk.get("/v1/log?limit=1000")["facts"]}
    shown = [each for finding in desk.get("/v1/conformance")["findings"] for each in finding["shown_by"]]
    assert shown
    assert all(log[each["sequence"]] == each for each in shown)


@pytest.mark.parametrize(
    ("since_s", "until_s", "of"),
    [
        (None, None, [0, 1, 2]),
        (3600, None, [1, 2]),
        (3600, 7200, [1]),
        (3600.001, 7200, []),
        (None, 3600, [0]),
        (9000, None, []),
    ],
)
def test_a_window_has_what_was_received_in_it(
    desk: Dispatcher, since_s: float | None, until_s: float | None, of: list[int]
) -> None:
    """From its beginning on, up to its end but not at it; whatever happened to it later counts."""
    everything = verdicts(desk.get("/v1/conformance"))
    subjects = list(dict.fromkeys(subject for subject, _, _ in everything))
    judgement = judge_window(
        desk.room.log,
        {},
        since=None if since_s is None else at(since_s),
        until=None if until_s is None else at(until_s),
    )
    found = [(each.subject, each.rule, each.verdict) for each in judgement.found.findings]
    assert found == [each for each in everything if subjects.index(each[0]) in of]


def test_an_incident_whose_caller_rang_before_the_window_is_not_in_it(memory_folder: Path) -> None:
    """It was received when the telephone rang."""
    clock = HandClock()
    with served(memory_folder, clock, rules()) as desk:
        contact = desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
        desk.post(f"/v1/contacts/{contact}/answer")
        clock.pass_s(10)
        desk.post(f"/v1/contacts/{contact}/incident", status=201)
        found = judge_window(desk.room.log, {}, since=at(10))
        assert found.found.findings == ()
        assert {type(entry.fact).__name__ for entry in found.read} >= {"ContactReceived", "IncidentOpened"}


def test_of_one_incident_all_is_judged_as_of_now(desk: Dispatcher) -> None:
    """Also what nobody has done about it since."""
    everything = desk.get("/v1/conformance")
    for incident in {each["subject"] for each in everything["findings"]}:
        of_one = desk.get(f"/v1/conformance?incident={incident}")
        assert verdicts(of_one) == [each for each in verdicts(everything) if each[0] == incident]
        assert of_one["as_of"] == everything["as_of"]


def test_pages_of_findings_make_up_the_whole(desk: Dispatcher) -> None:
    """With whole subjects on each, however small the page."""
    whole, after, pages = verdicts(desk.get("/v1/conformance")), "", []
    while True:
        page = desk.get(f"/v1/conformance?limit=1{after}")
        pages += verdicts(page)
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert pages == whole
    assert verdicts(desk.get("/v1/conformance?verdict=missed")) == [each for each in whole if each[2] == "missed"]


def test_more_facts_than_are_read_at_once_are_said_to_be_left(desk: Dispatcher) -> None:
    """A verdict as of some instant is no verdict as of now."""
    log = desk.room.log
    cut, whole = judge_window(log, {}, most=20), judge_window(log, {})
    assert (cut.is_whole, len(cut.read), whole.is_whole) == (False, 20, True)
    assert cut.as_of < whole.as_of
    first = IncidentId(whole.found.findings[0].subject)
    of_one = judge_incident(log, {}, first, most=3)
    assert of_one is not None
    assert (of_one.is_whole, len(of_one.read)) == (False, 3)


def test_each_is_judged_by_the_rules_that_were_in_force_when_it_began(desk: Dispatcher) -> None:
    """A window that begins after an adoption knows of it, and one incident too."""
    later = rules(revision=2, checks={"unseen": {"note": "unseen", "within_s": 1, "after": "opened"}})
    desk.room.log.keep_procedure(later)
    desk.room._desk.procedures[later.fingerprint] = later
    clock = desk.room.clock
    desk.room.record([adoption(later, clock.now())], "muster")
    incident = desk.report(0, nature="fire")
    assert {each[1] for each in verdicts(desk.get(f"/v1/conformance?incident={incident}"))} == {"unseen", "soon"}
    whole = judge_window(desk.room.log, {}).found
    assert {each.rule for each in whole.of(incident)} == {"unseen", "soon"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("incident=nobody", 404),
        ("incident=i&since=2026-01-01T00:00:00Z", 422),
        ("since=yesterday", 422),
        ("after=nobody", 422),
        ("limit=1001", 422),
        ("verdict=perhaps", 422),
    ],
)
def test_what_cannot_be_asked_is_refused(desk: Dispatcher, query: str, status: int) -> None:
    """As a problem, like everything else."""
    assert desk.get(f"/v1/conformance?{query}", status)["status"] == status
