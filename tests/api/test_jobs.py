"""Planners' jobs: taken once, played by a process that may die, answered with the same bytes, called off at once."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.job_ledger import LEASE_MS, MOST_ATTEMPTS, MOST_WAITING, State, claim, finish, give_up, report, submit, work
from api.job_runner import working
from incidents.refusals import Refusal
from tests.api.rooms import Dispatcher, HandClock, opened, served
from tests.builders import START

PATIENCE_S = 300.0
NOW = START


def question(runs: int = 2, days: float = 0.05) -> dict[str, Any]:
    """A small question about the bank: its experiment, played shortly."""
    from ruamel.yaml import YAML

    from simulation.scenario_files import scenario_folder

    file = scenario_folder("bank") / "what_ifs" / "traders_first.yaml"
    document = json.loads(json.dumps(YAML(typ="safe").load(file.read_text(encoding="utf-8")), default=str))
    return {"scenario": "bank", "experiment": document, "replications": runs, "days": days}


@contextmanager
def worked(folder: Path) -> Iterator[Dispatcher]:
    """A room behind HTTP whose planners' questions are worked on."""
    with served(folder) as desk, working(desk.room, desk.room.clock, folder / "jobs"):
        yield desk


def until(desk: Dispatcher, job: str, *states: str) -> dict[str, Any]:
    """Wait until a job has come so far."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        shown: dict[str, Any] = desk.get(f"/v1/planner/what-ifs/{job}")
        if shown["state"] in states:
            return shown
        time.sleep(0.05)
    raise AssertionError(f"after {PATIENCE_S} s it is still {shown}")


def playing(folder: Path) -> int:
    """The process that plays a job in this folder."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"api.job_process" in told and str(folder).encode() in told:
                return int(entry.name)
    raise ProcessLookupError


def ask(desk: Dispatcher, **changes: Any) -> str:
    """Ask; return the job's id."""
    return str(desk.post("/v1/planner/what-ifs", question(**changes), 202)["id"])


def test_a_question_is_answered_with_a_verdict_and_a_page(tmp_path: Path) -> None:
    """The planner's way, over the interface alone."""
    with worked(tmp_path) as desk:
        job = ask(desk)
        shown = until(desk, job, "done", "failed")
        assert (shown["state"], shown["error"]) == ("done", None)
        result = desk.get(f"/v1/planner/what-ifs/{job}/result")
        assert result["verdict"]["outcome"] in ("pass", "fail", "undecided")
        assert result["fingerprint"] == shown["fingerprint"]
        # What the register of procedures reads of it.
        assert {len(result[side]["fingerprint"]) for side in ("baseline", "candidate")} == {64}
        page = desk.web.get(f"/v1/planner/what-ifs/{job}/report")
        assert (page.status_code, "<html" in page.text) == (200, True)
        with desk.web.stream("GET", f"/v1/planner/what-ifs/{job}/progress") as followed:
            assert b'"done"' in followed.read()


def test_killed_again_and_again_it_gives_the_same_bytes(tmp_path: Path) -> None:
    """A crash in the night costs time, and changes nothing."""
    (tmp_path / "calm").mkdir()
    with worked(tmp_path / "calm") as desk:
        job = ask(desk, runs=3)
        until(desk, job, "done")
        undisturbed = desk.web.get(f"/v1/planner/what-ifs/{job}/result").content
    (tmp_path / "killed").mkdir()
    with worked(tmp_path / "killed") as desk:
        job = ask(desk, runs=3)
        for kill in range(3):
            until(desk, job, "running", "done")
            time.sleep(0.4 + 0.5 * kill)
            try:
                os.kill(playing(tmp_path / "killed"), signal.SIGKILL)
            except ProcessLookupError:
                continue
        shown = until(desk, job, "done", "failed")
        assert shown["state"] == "done"
        assert desk.web.get(f"/v1/planner/what-ifs/{job}/result").content == undisturbed


def test_a_question_is_called_off_within_two_seconds(tmp_path: Path) -> None:
    """Whoever asked the wrong question wants the machine back."""
    with worked(tmp_path) as desk:
        job = ask(desk, runs=40, days=7)
        until(desk, job, "running")
        time.sleep(0.5)
        began = time.monotonic()
        assert desk.web.delete(f"/v1/planner/what-ifs/{job}").json()["state"] == "cancelled"
        while time.monotonic() - began < 10:
            try:
                playing(tmp_path)
            except ProcessLookupError:
                break
            time.sleep(0.05)
        assert time.monotonic() - began < 2.5
        assert desk.web.delete(f"/v1/planner/what-ifs/{job}").status_code == 404


def test_a_job_that_a_room_left_behind_is_taken_up_by_the_next(tmp_path: Path) -> None:
    """Stopped for an update in the middle of a long question."""
    clock = HandClock()
    with opened(tmp_path, clock) as room:
        made = room.change(lambda connection: submit(connection, question(), "f" * 64, who="Ada", now=NOW))
        room.change(lambda connection: claim(connection, "gone", clock.now()))
    clock.pass_s(LEASE_MS / 1000 + 1)
    with served(tmp_path, clock) as desk, working(desk.room, clock, tmp_path / "jobs"):
        shown = until(desk, made.id, "done", "failed")
    assert (shown["state"], shown["attempt"]) == ("done", 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scenario": "atlantis"},
        {"experiment": None},
        {"experiment": {"experiment": "nothing"}},
        {"candidate": {"procedure": "bank"}},
    ],
)
def test_a_question_with_flaws_is_refused_before_it_is_taken(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """An hour later is no time to hear of a typing error."""
    with served(tmp_path) as desk:
        desk.refused("/v1/planner/what-ifs", {**question(), **wrong}, 422)
        assert desk.get("/v1/planner/what-ifs")["jobs"] == []


def test_what_comes_over_the_wire_reads_no_file_of_the_machine(tmp_path: Path) -> None:
    """A path is a question of its own."""
    asked = question()
    asked["experiment"]["baseline"] = "/etc/passwd"
    with served(tmp_path) as desk:
        problem = desk.refused("/v1/planner/what-ifs", asked, 422)
    assert "outside the scenario" in problem["flaws"][0]["what"]


def test_whoever_was_thought_dead_changes_nothing(tmp_path: Path) -> None:
    """Two workers must not both hand in, whichever of them is late."""
    with opened(tmp_path) as room:
        made = room.change(lambda connection: submit(connection, {}, "f" * 64, who="Ada", now=NOW))
        first = room.change(lambda connection: claim(connection, "one", NOW))
        assert room.change(lambda connection: claim(connection, "two", NOW)) is None
        second = room.change(lambda connection: claim(connection, "two", NOW + LEASE_MS + 1))
        assert first is not None
        assert second is not None
        assert not room.change(lambda connection: report(connection, first, {}, NOW))
        assert not room.change(lambda connection: finish(connection, first, "{}", ""))
        assert room.change(lambda connection: finish(connection, second, "{}", ""))
        found = room.log.look(lambda connection: work(connection, made.id))
    assert found is not None
    assert (found.state, found.attempt) == (State.DONE, 2)


def test_a_job_that_kills_its_workers_is_given_up(tmp_path: Path) -> None:
    """Or it would kill them for ever."""
    with opened(tmp_path) as room:
        made = room.change(lambda connection: submit(connection, {}, "f" * 64, who="Ada", now=NOW))
        for _ in range(MOST_ATTEMPTS):
            mine = room.change(lambda connection: claim(connection, "one", NOW))
            assert mine is not None
            room.change(lambda connection, mine=mine: give_up(connection, mine, "died", for_good=False))  # type: ignore[misc]
        assert room.change(lambda connection: claim(connection, "one", NOW)) is None
        found = room.log.look(lambda connection: work(connection, made.id))
    assert found is not None
    assert found.state is State.FAILED


def test_one_question_too_many_is_refused(tmp_path: Path) -> None:
    """A queue without end is a promise that nobody keeps."""
    with opened(tmp_path) as room:
        for _ in range(MOST_WAITING):
            room.change(lambda connection: submit(connection, {}, "f" * 64, who="Ada", now=NOW))
        with pytest.raises(Refusal, match="wait or run already"):
            room.change(lambda connection: submit(connection, {}, "f" * 64, who="Ada", now=NOW))
