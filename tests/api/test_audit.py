"""The audit: does the log say what the rules would have said?"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from api.audit import Audit, audit
from api.log import LogReader
from api.log_chain import chained, genesis
from api.settings import Settings
from api.solver_pool import SolverPool
from api.table_versions import LogRefused
from api.tables import entries, head
from benchmarks.planted_faults import improve_by
from tests.api.rooms import HandClock, address, by_hand, served
from tests.builders import a_procedure, a_weighed_procedure
from tests.incidents.an_interview import interview_rules

RULES = a_procedure(
    dispatch={"automatic": ["red"]},
    escalation={"late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"}},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A night with automatic dispatch, a rung reached by the clock alone, a refusal and a restart."""
    clock = HandClock()
    with served(tmp_path, clock, RULES) as desk:
        desk.report(0, nature="fire")
        desk.report(0, nature="illness", severe="no")
        desk.post("/v1/contacts/nobody/end", status=409)
        clock.pass_s(61)
        desk.room.review()
    with served(tmp_path, clock, RULES) as desk:
        clock.pass_s(10)
        desk.report(40, nature="crash")
    return tmp_path


def audited(folder: Path, witness: tuple[int, str] | None = None) -> Audit:
    """Audit the log in a folder."""
    with closing(LogReader(address(folder))) as log:
        return audit(log, witness=witness)


def test_an_honest_night_is_clean(folder: Path) -> None:
    """Deciding again what was decided must give the same, timers, restarts and refusals included."""
    found = audited(folder)
    assert found.is_clean
    assert found.entailed > 10


def test_an_audit_beside_a_running_room_is_clean(tmp_path: Path) -> None:
    """Nobody stops a control room in order to check it."""
    with served(tmp_path, HandClock(), RULES) as desk:
        desk.report(0, nature="fire")
        assert audited(tmp_path).is_clean


def test_a_night_of_cut_plans_is_clean_and_counted(tmp_path: Path) -> None:
    """What the clock decided cannot be decided again; an alarm for it would hide the next one."""
    settings = Settings(solve_limit_s=20.0, in_process_visits=0)
    with (
        closing(SolverPool(settings, improve=improve_by("worse than the floor plan"))) as pool,
        served(tmp_path, HandClock(), a_weighed_procedure(), pool=pool) as desk,
    ):
        desk.report(0, nature="crash")
        desk.report(0, nature="fire")
    found = audited(tmp_path)
    assert (found.mismatches, found.cut_short > 0) == ((), True)


def test_a_witness_that_agrees_is_clean(folder: Path) -> None:
    """The hash noted last week is still in the chain."""
    with closing(LogReader(address(folder))) as log:
        entry = log.read(4, 1)[0]
    assert audited(folder, witness=(entry.sequence, entry.hash)).is_clean


def test_a_consequence_that_the_rules_do_not_entail_is_found(folder: Path) -> None:
    """Somebody who rewrites the log, chain and head and all, still cannot make the rules say so."""
    with by_hand(folder) as database:
        forge(database)
    assert [each.sequence for each in audited(folder).mismatches][:1] == [forged_batch(folder)]


def forge(database: Connection) -> None:
    """Say that the first automatic dispatch had another reason, and make the whole chain agree."""
    previous = genesis(database.execute(select(head.c.centre)).scalar_one())
    altered = False
    for row in database.execute(select(entries).order_by(entries.c.sequence)).all():
        fact = json.loads(row.fact)
        if not altered and fact["fact"] == "ResourceAssigned" and row.actor == "procedure":
            fact["because"], altered = "a favour", True
        text = json.dumps(fact, sort_keys=True, separators=(",", ":"))
        digest = chained(row.sequence, row.batch, row.recorded_at, row.actor, text, previous)
        changed = update(entries).where(entries.c.sequence == row.sequence)
        database.execute(changed.values(fact=text, previous_hash=previous, hash=digest))
        previous = digest
    database.execute(update(head).values(hash=previous))


def forged_batch(folder: Path) -> int:
    """The batch in which the forged reason stands."""
    with by_hand(folder, unguarded=False) as database:
        chosen = select(entries.c.batch).where(entries.c.fact.like("%a favour%"))
        found: int = database.execute(chosen).scalars().first() or 0
    return found


def test_an_audit_of_nothing_is_refused(tmp_path: Path) -> None:
    """A mistyped path must not be reported as a clean log."""
    with pytest.raises(LogRefused):
        audited(tmp_path)


def test_an_interview_resumed_by_hand_and_by_a_caller_who_is_back_is_clean(tmp_path: Path) -> None:
    """The same fact comes once from a person and once from the rules, and the log tells which."""
    with served(tmp_path, HandClock(), interview_rules()) as desk:
        incident = desk.report(0, nature="illness")
        desk.post(f"/v1/incidents/{incident}/jump-outs", {"jump_out": "worse"})
        desk.post(f"/v1/incidents/{incident}/resume")
        desk.post(f"/v1/incidents/{incident}/jump-outs", {"jump_out": "caller lost"})
        contact = desk.post("/v1/contacts", {"queue": "emergency"}, 201)["id"]
        desk.post(f"/v1/contacts/{contact}/link", {"incident": incident})
        assert audited(tmp_path).is_clean
