"""The command `conformance`, over a live log and over a simulated one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from api.log import Log
from incidents import facts as f
from tests.api.test_command_line import muster
from tests.builders import a_centre, a_procedure, at
from tests.incidents.test_conformance import OPENING, arrived, closed, sent
from tests.incidents.test_targets import RESPONSE

SOON = {"own": {"arrived soon": {**RESPONSE, "for": ["red"]}}}
KEPT: Sequence[f.Fact] = [*OPENING, sent(30), arrived(90), closed(100)]


def a_log(folder: Path, facts: Sequence[f.Fact], **rules: Any) -> Path:
    """A log file of these facts under the street's procedure with changes."""
    procedure = a_procedure(**rules)
    path = folder / "log.sqlite"
    log = Log(path)
    log.found(a_centre({"E1": ("engine", 0)}))
    log.keep_procedure(procedure)
    adopted = f.ProcedureAdopted(at(0), procedure.procedure, procedure.revision, procedure.fingerprint)
    log.append(log.following([("tester", fact) for fact in (adopted, *facts)], at(1000)))
    log.close()
    return path


def test_a_log_that_keeps_its_rules_ends_with_exit_code_0(tmp_path: Path) -> None:
    """What is checked every morning has to be quiet on a good one."""
    done = muster("conformance", "--database", a_log(tmp_path, KEPT, targets=SOON))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "kept")


def test_the_table_says_how_often_and_how_long(tmp_path: Path) -> None:
    """One line for each check and each target, with its limit beside it."""
    lines = muster("conformance", "--database", a_log(tmp_path, KEPT, targets=SOON)).stdout.splitlines()
    assert [line.split() for line in lines if "first" in line] == [["assessed", "first", "1", "0", "0"]]
    assert [line.split() for line in lines if "soon" in line] == [
        ["arrived", "soon", "90.0", "s", "p90", "480", "s", "1", "0", "met"]
    ]


def test_a_missed_check_is_named_with_its_entry_and_exit_code_1(tmp_path: Path) -> None:
    """A script must notice, and a person must be able to look it up."""
    path = a_log(tmp_path, KEPT, checks={"handed over": {"note": "handover"}})
    done = muster("conformance", "--database", path)
    assert done.exit_code == 1
    assert "i1: handed over: not recorded by the time it was closed (entry 10)" in done.stdout


def test_the_facts_that_show_a_finding_are_printed_for_one_incident(tmp_path: Path) -> None:
    """A debriefing begins with what the log says."""
    told = muster("conformance", "--database", a_log(tmp_path, KEPT, targets=SOON), "--subject", "i1").stdout
    assert "met     target arrived soon: 90 s of 480" in told
    assert "ContactReceived" in told
    assert "ResourceArrived" in told


def test_everything_is_told_as_json(tmp_path: Path) -> None:
    """A monitor reads it, and JSON has no word for a figure that is none."""
    told = json.loads(muster("conformance", "--database", a_log(tmp_path, OPENING, targets=SOON), "--json").stdout)
    assert (told["kept"], told["targets"][0]["figure"], told["targets"][0]["pending"]) == (True, None, 1)
    assert told["findings"][0]["shown_by"][0]["entry"] == 6


@pytest.mark.parametrize(("at_most", "verdict"), [(90, "met"), (89, "missed")])
def test_the_indicators_of_the_goals_stand_beside(tmp_path: Path, at_most: float, verdict: str) -> None:
    """An objective is reached when its figure says so, not when its rules are written."""
    goals = {
        "lives": {"objectives": {"be quick": {"indicators": [{"measure": "response_s.mean.red", "at_most": at_most}]}}}
    }
    lines = muster("conformance", "--database", a_log(tmp_path, KEPT, goals=goals)).stdout.splitlines()
    (line,) = (line for line in lines if "be quick" in line)
    assert line.split()[-1] == verdict


def test_a_simulated_day_is_judged_like_a_lived_one() -> None:
    """What a rule would cost is asked before it is adopted."""
    done = muster("conformance", "--scenario", "call_centre", "--days", "0.05", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, [each["rule"] for each in told["checks"]], told["unjudged"]) == (0, ["assessed"], 0)


def test_a_file_that_holds_no_log_is_refused(tmp_path: Path) -> None:
    """An empty table would look like a good night."""
    Log(tmp_path / "empty.sqlite").close()
    assert "holds no centre" in str(muster("conformance", "--database", tmp_path / "empty.sqlite").exception)
