"""The register over the interface: from a draft to the rules in force, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from api.rollout_keeper import FactsSince, halt_what_is_broken, take_what_is_due
from incidents.procedure import Procedure
from tests.api.rooms import Dispatcher, HandClock, by_hand, served
from tests.builders import START, a_procedure, at

ADA, BOB, CYD = ({"Muster_Actor": name} for name in ("Ada", "Bob", "Cyd"))


@pytest.fixture
def clock() -> HandClock:
    """A clock that is moved by hand."""
    return HandClock()


@pytest.fixture
def desk(tmp_path: Path, clock: HandClock) -> Iterator[Dispatcher]:
    """A room under the first revision."""
    with served(tmp_path, clock) as dispatcher:
        yield dispatcher


def next_revision(**changed: Any) -> Procedure:
    """The same rules with a longer reach, as revision 2."""
    dispatch = {"reach_limit_s": 1234.0}
    return a_procedure(**({"revision": 2, "dispatch": dispatch} | changed))


def handed_in(desk: Dispatcher, procedure: Procedure | None = None, **query: str) -> str:
    """Ada hands in a version; return its fingerprint."""
    document = (procedure or next_revision()).model_dump(mode="json", by_alias=True)
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    made = desk.post(f"/v1/procedures/drafts?{asked}", document, 201, **ADA)
    return str(made["fingerprint"])


def report(desk: Dispatcher, fingerprint: str, outcome: str = "pass") -> dict[str, Any]:
    """The report of a test of this version."""
    in_force = desk.room.present.situation.procedure
    sides = {"candidate": {"fingerprint": fingerprint}, "baseline": {"fingerprint": in_force}}
    return {**sides, "verdict": {"outcome": outcome}, "fingerprint": "e" * 64, "calibration": "calibrated"}


def approved(desk: Dispatcher) -> str:
    """A version that Ada wrote, Bob tested and Cyd approved."""
    fingerprint = handed_in(desk)
    desk.post(f"/v1/procedures/drafts/{fingerprint}/evidence", report(desk, fingerprint), 201, **BOB)
    desk.post(f"/v1/procedures/drafts/{fingerprint}/approval", status=201, **CYD)
    return fingerprint


def test_a_change_goes_from_draft_to_in_force(desk: Dispatcher) -> None:
    """The way that a designer takes."""
    fingerprint = approved(desk)
    shown = desk.post(f"/v1/procedures/drafts/{fingerprint}/schedule", {}, 201, **CYD)
    assert (shown["stage"], desk.room.present.situation.procedure) == ("in force", fingerprint)
    assert [each["step"] for each in shown["acts"]] == ["evidence", "approval", "schedule", "adopted"]


def test_what_a_version_changes_is_said_before_it_is_approved(desk: Dispatcher) -> None:
    """Whoever approves reads sentences, not files."""
    shown = desk.get(f"/v1/procedures/drafts/{handed_in(desk)}")
    assert any("1,234" in words or "1234" in words for words in shown["changes"])
    assert shown["stage"] == "draft"


def test_a_draft_with_flaws_is_refused_with_all_of_them(desk: Dispatcher) -> None:
    """What does not hold together does not enter the register."""
    document = next_revision().model_dump(mode="json", by_alias=True)
    document["triage"]["start"] = "nowhere"
    assert desk.refused("/v1/procedures/drafts", document, 422)["flaws"]
    assert desk.get("/v1/procedures/drafts")["drafts"] == []


def test_nobody_approves_what_they_wrote(desk: Dispatcher) -> None:
    """Over the interface, and by hand in the table."""
    fingerprint = handed_in(desk)
    desk.post(f"/v1/procedures/drafts/{fingerprint}/evidence", report(desk, fingerprint), 201, **BOB)
    refused = desk.post(f"/v1/procedures/drafts/{fingerprint}/approval", status=409, **ADA)
    assert refused["flaws"][0]["what"] == "Ada wrote it"


def test_the_table_itself_refuses_an_author_s_approval_and_a_second_one(desk: Dispatcher, tmp_path: Path) -> None:
    """Whatever writes to it, our code or not."""
    fingerprint = approved(desk)
    columns = "INSERT INTO acts (fingerprint, step, who, author, at, said) VALUES"
    for who in ("Ada", "Dan"):
        with pytest.raises(IntegrityError), by_hand(tmp_path, unguarded=False) as database:
            database.exec_driver_sql(f"{columns} ('{fingerprint}', 'approval', '{who}', 'Ada', 1, '')")


def test_an_editor_s_draft_keeps_its_forebear_s_author(desk: Dispatcher) -> None:
    """A colleague's comma does not let Ada approve her own change."""
    first = handed_in(desk)
    document = next_revision(revision=3).model_dump(mode="json", by_alias=True)
    second = desk.post(f"/v1/procedures/drafts?follows={first}", document, 201, **BOB)["fingerprint"]
    desk.post(f"/v1/procedures/drafts/{second}/evidence", report(desk, second), 201, **BOB)
    assert desk.post(f"/v1/procedures/drafts/{second}/approval", status=409, **ADA)["flaws"]


@pytest.mark.parametrize("outcome", ["fail", "undecided"])
def test_a_test_that_did_not_pass_does_not_carry_an_approval(desk: Dispatcher, outcome: str) -> None:
    """Nor one that was never run; a waiver by another does, and is on record."""
    fingerprint = handed_in(desk)
    evidence = report(desk, fingerprint, outcome)
    desk.post(f"/v1/procedures/drafts/{fingerprint}/evidence", evidence, 201, **BOB)
    desk.post(f"/v1/procedures/drafts/{fingerprint}/approval", status=409, **CYD)
    desk.post(f"/v1/procedures/drafts/{fingerprint}/waiver", {"reason": "an order"}, 201, **BOB)
    desk.post(f"/v1/procedures/drafts/{fingerprint}/approval", status=201, **CYD)


def test_the_report_must_be_of_just_this_version(desk: Dispatcher) -> None:
    """The rules that were tested are the rules that go live."""
    fingerprint = handed_in(desk)
    path = f"/v1/procedures/drafts/{fingerprint}/evidence"
    desk.refused(path, report(desk, "0" * 64), 422)
    desk.refused(path, {"verdict": "pass"}, 422)
    desk.refused(path, report(desk, fingerprint, "splendid"), 422)


def test_a_version_is_put_in_force_when_it_is_due_and_once(desk: Dispatcher, clock: HandClock) -> None:
    """At the change of shift, whoever is at the desk."""
    fingerprint = approved(desk)
    due = {"at": "2023-11-14T23:13:20Z"}
    assert at(3600) == START + 3_600_000
    shown = desk.post(f"/v1/procedures/drafts/{fingerprint}/schedule", due, 201, **CYD)
    assert shown["stage"] == "scheduled"
    take_what_is_due(desk.room)
    assert desk.room.present.situation.procedure != fingerprint
    clock.pass_s(3600)
    take_what_is_due(desk.room)
    sequence = desk.room.present.situation.sequence
    take_what_is_due(desk.room)
    assert (desk.room.present.situation.procedure, desk.room.present.situation.sequence) == (fingerprint, sequence)


def test_one_call_goes_back(desk: Dispatcher) -> None:
    """At three in the morning nobody looks for a file."""
    before = desk.room.present.situation.procedure
    fingerprint = approved(desk)
    desk.post(f"/v1/procedures/drafts/{fingerprint}/schedule", {}, 201, **CYD)
    assert desk.post("/v1/procedures/roll-back", {"reason": "calls are held"}, 200, **BOB)["in_force"] == before
    shown = desk.get(f"/v1/procedures/drafts/{fingerprint}")
    assert (shown["stage"], shown["acts"][-1]["said"]) == ("halted", "calls are held")
    desk.post(f"/v1/procedures/drafts/{fingerprint}/schedule", {}, 409, **CYD)


def test_there_is_nothing_to_go_back_to_under_the_first_rules(desk: Dispatcher) -> None:
    """And it is said, rather than guessed."""
    desk.refused("/v1/procedures/roll-back", {"reason": "x"}, 422)


def test_a_broken_guardrail_goes_back_by_itself(desk: Dispatcher, clock: HandClock) -> None:
    """The figure that was promised is watched on the live log."""
    before = desk.room.present.situation.procedure
    fingerprint = approved(desk)
    rail = {"figure": "answer_s.p90.all", "at_most": 20, "samples": 2}
    desk.post(f"/v1/procedures/drafts/{fingerprint}/schedule", {"guardrails": [rail]}, 201, **CYD)
    for wait_s in (5, 60, 60):
        contact = desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
        clock.pass_s(wait_s)
        desk.post(f"/v1/contacts/{contact}/answer")
        assert desk.room.present.situation.procedure == fingerprint
        desk.post(f"/v1/contacts/{contact}/end")
    halt_what_is_broken(desk.room, FactsSince(desk.room.log))
    assert desk.room.present.situation.procedure == before
    assert "guardrail" in desk.get(f"/v1/procedures/drafts/{fingerprint}")["acts"][-1]["said"]


def test_a_guardrail_that_would_guard_nothing_is_refused(desk: Dispatcher) -> None:
    """A misspelt figure is never out of bounds."""
    fingerprint = approved(desk)
    path = f"/v1/procedures/drafts/{fingerprint}/schedule"
    desk.refused(path, {"guardrails": [{"figure": "anser_s.p90.all", "at_most": 20}]}, 422)
    desk.refused(path, {"guardrails": [{"figure": "answer_s.p90.all"}]}, 422)
    untold = desk.refused(path, {"guardrails": [{"figure": "cost", "at_most": 100}]}, 422)
    assert untold["flaws"][0]["what"] == "the centre declares no costs"
    desk.refused(path, {"at": "2020-01-01T00:00:00Z"}, 422)


def test_comments_and_readers_are_on_record_once_each(desk: Dispatcher) -> None:
    """Who has read a change, and what was said of which rule."""
    fingerprint = handed_in(desk)
    path = f"/v1/procedures/drafts/{fingerprint}"
    desk.post(f"{path}/comments", {"about": "dispatch.reach_limit_s", "text": "too far"}, 201, **BOB)
    for _ in range(2):
        shown = desk.post(f"{path}/read", status=201, **CYD)
    assert (shown["read_by"], shown["acts"][0]["said"]) == (["Cyd"], "dispatch.reach_limit_s: too far")


def test_what_people_made_of_the_rules_is_added_up(desk: Dispatcher) -> None:
    """A rule that everybody goes round is seen by whoever writes the next one."""
    incident = desk.report(5, nature="fire")
    proposal = desk.get("/v1/proposals")["proposals"][0]
    other = next(name for name in ("E1", "A1", "A2") if name != proposal["resource"])
    desk.post(f"/v1/needs/{proposal['need']}/assign", {"resource": other, "reason": "knows the way", "forced": True})
    found = desk.get("/v1/procedures/feedback")
    assert incident in found["rules"][0]["examples"][0]["need"]
    assert (found["rules"][0]["overridden"], found["rules"][0]["examples"][0]["reason"]) == (1, "knows the way")


def test_a_document_in_the_register_is_the_one_that_was_handed_in(desk: Dispatcher) -> None:
    """A copy that reads back as other rules would be another version."""
    fingerprint = handed_in(desk)
    document = desk.get(f"/v1/procedures/drafts/{fingerprint}/document")
    assert Procedure.model_validate_json(json.dumps(document)).fingerprint == fingerprint
