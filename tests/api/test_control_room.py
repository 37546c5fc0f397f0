"""The control room: recording, failing, coming back, and doing a thing once."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.control_room import CUT_SHORT, PROCEDURE, ControlRoom
from api.log import Log, LogUnavailable
from api.settings import Settings
from api.solver_pool import SolverPool
from api.table_versions import LogRefused
from benchmarks.planted_faults import improve_by
from incidents.facts import (
    AnswerGiven,
    ContactReceived,
    IncidentEscalated,
    IncidentOpened,
    NoteAdded,
    ResourceSignedOn,
)
from incidents.quantities import ContactId, IncidentId, ResourceId
from incidents.refusals import FactRefused
from tests.api.rooms import FILE, Dispatcher, HandClock, address, in_file_only, opened, served, street
from tests.builders import a_centre, a_procedure, a_weighed_procedure, at, spot

FIRE = (
    ContactReceived(at(1), ContactId("c"), "emergency"),
    IncidentOpened(at(2), IncidentId("i"), ContactId("c"), spot(5)),
    AnswerGiven(at(3), IncidentId("i"), "nature", "fire"),
)
RUNG = {"late": {"unfilled_for_s": 60, "priorities": ["red"], "opens": {"skill": "transport"}}}
RED = a_procedure(dispatch={"automatic": ["red"]})
WEIGHED = a_weighed_procedure()
"""Nothing of it can be seen at a glance."""


def test_a_restart_replays_to_the_same_board(tmp_path: Path, clock: HandClock) -> None:
    """The log is all there is; whatever is not in it is lost with the process."""
    with served(tmp_path, clock) as desk:
        desk.accept(desk.report(0, nature="crash"))
        desk.report(50, nature="illness", severe="no")
        clock.pass_s(30)
        before = desk.everything(), desk.get("/v1/proposals")
    with served(tmp_path, clock) as desk:
        assert (desk.everything(), desk.get("/v1/proposals")) == before


def test_a_restart_needs_no_documents(tmp_path: Path) -> None:
    """The log holds the rules under which it was written; the files may have been edited since."""
    with opened(tmp_path):
        pass
    with closing(Log(address(tmp_path))) as log:
        assert ControlRoom.open(log, HandClock()).present.procedure == a_procedure()


def test_a_new_log_needs_documents(tmp_path: Path) -> None:
    """A desk without rules cannot even say what it does not know."""
    with closing(Log(address(tmp_path))) as log, pytest.raises(LogRefused, match="is new"):
        ControlRoom.open(log, HandClock())


def test_a_log_whose_first_start_was_cut_short_begins_again(tmp_path: Path) -> None:
    """The centre and the first fact are written together, so there is no log with a centre and no rules."""
    with closing(Log(address(tmp_path))) as log:
        log.found(street())
    with opened(tmp_path) as room:
        assert room.present.situation.sequence == 1


def test_another_centre_s_log_is_refused(tmp_path: Path) -> None:
    """Replaying one city's night on another city's map would be nonsense with confidence."""
    with opened(tmp_path):
        pass
    other = a_centre({"E9": ("engine", 0)})
    with closing(Log(address(tmp_path))) as log, pytest.raises(LogRefused, match="another centre"):
        ControlRoom.open(log, HandClock(), other, a_procedure())


def test_another_procedure_is_refused_unless_it_is_to_be_adopted(tmp_path: Path) -> None:
    """Rules change by decision, not because somebody saved a file."""
    with opened(tmp_path):
        pass
    second = a_procedure(revision=2)
    with closing(Log(address(tmp_path))) as log:
        with pytest.raises(LogRefused, match="revision 1"):
            ControlRoom.open(log, HandClock(), street(), second)
        room = ControlRoom.open(log, HandClock(), street(), second, adopt=True)
        assert (room.present.procedure.revision, room.present.situation.sequence) == (2, 2)


def test_rules_that_do_not_know_open_work_are_not_adopted(tmp_path: Path) -> None:
    """An incident whose priority no longer exists could not be ranked at all."""
    with opened(tmp_path) as room:
        for fact in FIRE:
            room.record((fact,), "Ada")
    other = a_procedure(
        revision=2,
        priorities={"amber": {"rank": 1}},
        determinants={code: {"priority": "amber"} for code in ("fire-1", "crash-1", "illness-1", "illness-2")},
    )
    with closing(Log(address(tmp_path))) as log, pytest.raises(FactRefused, match="lacks priority 'red'"):
        ControlRoom.open(log, HandClock(at(10)), street(), other, adopt=True)


def test_a_refused_fact_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither in memory nor on disk."""
    with opened(tmp_path) as room:
        before = room.present
        with pytest.raises(FactRefused):
            room.record((FIRE[0], FIRE[0]), "Ada")
        assert room.present is before
        assert len(room.log.read(0)) == 1


def test_a_refusal_does_not_colour_what_comes_after(tmp_path: Path) -> None:
    """A decision made while trying in vain must not be taken for that of another situation with the same sequence."""
    rules = a_procedure(dispatch={"automatic": ["red"]})
    ends = []
    for folder, stumbles in (("straight", False), ("stumbling", True)):
        (tmp_path / folder).mkdir()
        with opened(tmp_path / folder, procedure=rules) as room:
            for name in ("E1", "A1"):
                room.record((ResourceSignedOn(at(0), ResourceId(name), street().base_of(name)),), "Ada")
            if stumbles:
                with pytest.raises(FactRefused):
                    room.record((*FIRE, NoteAdded(at(3), IncidentId("nobody"), "x")), "Ada")
            for fact in FIRE:
                room.record((fact,), "Ada")
            ends.append((room.present.situation, room.present.decision.proposals))
    assert ends[0] == ends[1]


@in_file_only
def test_a_log_that_cannot_be_written_changes_nothing_and_is_tried_again(tmp_path: Path, clock: HandClock) -> None:
    """A caller must never be told that help is recorded when it is not; and a hiccup must not need a restart."""
    with served(tmp_path, clock) as desk:
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            problem = desk.refused("/v1/contacts", {"queue": "emergency"}, 503)
            other.execute("ROLLBACK")
        assert problem["type"].endswith("log-unavailable")
        assert desk.post("/v1/contacts", {"queue": "emergency"}, 201)["facts"]


@in_file_only
def test_after_a_write_in_doubt_nothing_more_is_accepted(tmp_path: Path) -> None:
    """If the file is not as it was left, only reading it again can say what is true."""
    with opened(tmp_path) as room:
        with closing(sqlite3.connect(tmp_path / FILE)) as other:
            other.execute("UPDATE head SET hash = 'elsewhere'")
            other.execute(
                "INSERT INTO entries SELECT 2, 2, recorded_at, actor, subject, fact, previous_hash, hash FROM entries"
            )
            other.commit()
        with pytest.raises(LogUnavailable, match="could not be written"):
            room.record((FIRE[0],), "Ada")
        with pytest.raises(LogUnavailable, match="restart"):
            room.record((FIRE[0],), "Ada")


def test_what_fell_due_during_an_outage_is_recorded_when_it_was_due(tmp_path: Path) -> None:
    """An escalation must not depend on whether a timer could ring."""
    with opened(tmp_path, procedure=a_procedure(escalation=RUNG)) as room:
        for fact in FIRE:
            room.record((fact,), "Ada")
    with opened(tmp_path, HandClock(at(600)), a_procedure(escalation=RUNG)) as room:
        recorded = room.review()
        assert recorded is not None
        assert [fact.at for fact in recorded.facts if isinstance(fact, IncidentEscalated)] == [at(63)]


def test_reviewing_when_nothing_is_due_records_nothing(tmp_path: Path) -> None:
    """A timer that rings early must not fill the log."""
    with opened(tmp_path) as room:
        assert room.review() is None


def test_concurrent_requests_are_all_recorded_in_one_order(tmp_path: Path) -> None:
    """Many hands, one log."""
    with opened(tmp_path) as room:

        def ring(clerk: int) -> None:
            for number in range(10):
                contact = ContactReceived(at(0), ContactId(f"{clerk}-{number}"), "emergency")
                room.record((contact,), f"clerk {clerk}")

        threads = [threading.Thread(target=ring, args=(clerk,)) for clerk in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(room.present.situation.contacts) == 40
        assert [entry.sequence for entry in room.log.verified()] == list(range(1, 82))


def test_the_same_request_under_the_same_key_has_its_effect_once(desk: Dispatcher) -> None:
    """A console that lost the answer asks again; there is still one caller."""
    first = desk.post("/v1/contacts", {"queue": "emergency"}, 201, Idempotency_Key="k1")
    assert desk.post("/v1/contacts", {"queue": "emergency"}, 201, Idempotency_Key="k1") == first
    assert len(desk.get("/v1/board")["contacts"]) == 1


def test_a_repeated_answer_says_that_it_is_one(desk: Dispatcher) -> None:
    """Whoever counts requests must be able to tell."""
    headers = {"Idempotency-Key": "k1"}
    answers = [desk.web.post("/v1/contacts", json={"queue": "emergency"}, headers=headers) for _ in range(2)]
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true"]


def test_a_key_used_for_another_request_is_refused(desk: Dispatcher) -> None:
    """Answering the second question with the first answer would hide it."""
    desk.post("/v1/contacts", {"queue": "emergency"}, 201, Idempotency_Key="k1")
    before = desk.everything()
    for path, body in (("/v1/contacts", {"queue": "emergency", "contact": "x"}), ("/v1/resources/A1/sign-off", None)):
        answer = desk.post(path, body, 422, Idempotency_Key="k1")
        assert answer["type"].endswith("key-reused")
    assert desk.everything() == before


def test_a_refused_request_does_not_use_up_its_key(desk: Dispatcher) -> None:
    """What was impossible a minute ago may be possible now."""
    desk.post("/v1/resources/A1/sign-on", status=409, Idempotency_Key="k1")
    desk.post("/v1/resources/A1/sign-off")
    desk.post("/v1/resources/A1/sign-on", Idempotency_Key="k1")


def test_keys_outlive_a_restart(tmp_path: Path, clock: HandClock) -> None:
    """The answer was lost because the server died; that is when it is asked for again."""
    with served(tmp_path, clock) as desk:
        first: Any = desk.post("/v1/contacts", {"queue": "emergency"}, 201, Idempotency_Key="k1")
    with served(tmp_path, clock) as desk:
        assert desk.post("/v1/contacts", {"queue": "emergency"}, 201, Idempotency_Key="k1") == first


def test_what_rules_did_under_a_cut_plan_is_recorded_as_such(tmp_path: Path) -> None:
    """Nobody who reads the log can work it out again, so the log has to say which facts those are."""
    with closing(_failing()) as pool, served(tmp_path, procedure=WEIGHED, pool=pool) as desk:
        desk.report(0, nature="fire")
        # Whose phone rings is seen at a glance; which engine goes had to be weighed.
        assert {fact["actor"] for fact in _sent(desk) if fact["resource"] == "E1"} == {CUT_SHORT}


def test_what_can_be_seen_at_a_glance_needs_no_solver(tmp_path: Path) -> None:
    """A solver that fails must not cast doubt on the only engine being sent to the only fire."""
    with closing(_failing()) as pool, served(tmp_path, procedure=RED, pool=pool) as desk:
        desk.report(0, nature="fire")
        assert {fact["actor"] for fact in _sent(desk)} == {PROCEDURE}


def _sent(desk: Dispatcher) -> list[Any]:
    return [fact for fact in desk.get("/v1/log")["facts"] if fact["fact"] == "ResourceAssigned"]


def test_the_board_says_why_a_plan_is_not_the_best(tmp_path: Path) -> None:
    """A dispatcher who knows looks twice."""
    with closing(_failing()) as pool, served(tmp_path, pool=pool) as desk:
        desk.report(0, nature="crash")
        plan = desk.get("/v1/board")["plan"]
        assert plan == {"engine": "floor", "stopped": "degraded", "detail": "the solver raised RuntimeError: lost"}


def test_a_healthy_pool_is_not_visible_in_the_log(tmp_path: Path) -> None:
    """Live and in simulation the same facts are recorded by the same actors."""
    logs = []
    for folder, settings in (("here", Settings()), ("apart", Settings(solve_limit_s=20.0, in_process_visits=0))):
        (tmp_path / folder).mkdir()
        with closing(SolverPool(settings)) as pool, served(tmp_path / folder, procedure=RED, pool=pool) as desk:
            desk.report(0, nature="crash")
            logs.append([(entry.actor, entry.fact) for entry in desk.room.log.read(0)])
    assert logs[0] == logs[1]


def _failing() -> SolverPool:
    return SolverPool(Settings(solve_limit_s=20.0, in_process_visits=0), improve=improve_by("raises"))


def test_a_key_is_forgotten_after_a_week(desk: Dispatcher, clock: HandClock) -> None:
    """Everything has a limit, and so has the memory of requests."""
    desk.post("/v1/contacts", {"queue": "emergency"}, 201, Idempotency_Key="k1")
    clock.pass_s(8 * 24 * 3600)
    desk.post("/v1/contacts", {"queue": "emergency"}, 201, Idempotency_Key="k2")
    assert desk.room.log.receipt("k1") is None
