"""Corrections over HTTP: both the fact and its correction stand in the log, whose chain stays whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.audit import audit
from api.log import LogReader
from tests.api.rooms import Dispatcher, HandClock, address, kinds, served


def sequence_of(desk: Dispatcher, incident: str, kind: str) -> int:
    """Where the last fact of a kind stands in the log of an incident."""
    log = desk.get(f"/v1/incidents/{incident}/log")["facts"]
    return max(int(entry["sequence"]) for entry in log if entry["fact"] == kind)


def test_a_correction_is_recorded_beside_what_it_corrects_and_survives_a_restart(tmp_path: Path) -> None:
    """Live, after a restart and in an audit the same; nothing is edited."""
    with served(tmp_path, HandClock()) as desk:
        incident = desk.report(0, nature="illness", severe="no")
        answer = sequence_of(desk, incident, "AnswerGiven")
        said = desk.post(
            "/v1/corrections", {"corrects": answer, "reason": "misheard", "answer": "yes"}, Muster_Actor="Ada"
        )
        assert kinds(said) == ["Corrected", "IncidentAssessed"]
        assert said["facts"][0]["because"] == "Ada: misheard"
        log = desk.get(f"/v1/incidents/{incident}/log")["facts"]
        (original,) = [entry for entry in log if entry["sequence"] == answer]
        assert (original["answer"], original["corrected_by"]) == ("no", [said["facts"][0]["sequence"]])
        shown = desk.get(f"/v1/incidents/{incident}")
    with served(tmp_path, HandClock()) as desk:
        assert desk.get(f"/v1/incidents/{incident}") == shown
        assert shown["priority"] == "red"
    reader = LogReader(address(tmp_path))
    assert audit(reader).is_clean
    reader.close()


@pytest.mark.parametrize(
    ("correction", "pointer"),
    [
        ({"corrects": 1, "text": "x"}, "/corrects"),
        ({"corrects": 9999, "text": "x"}, "/corrects"),
        ({"corrects": "answer", "text": "x"}, "/text"),
        ({"corrects": "answer", "answer": "flood"}, "/answer"),
        ({"corrects": "answer"}, "/corrects"),
    ],
)
def test_what_cannot_be_put_right_is_refused(desk: Dispatcher, correction: dict[str, Any], pointer: str) -> None:
    """And nothing is recorded."""
    incident = desk.report(0, nature="fire")
    if correction["corrects"] == "answer":
        correction = {**correction, "corrects": sequence_of(desk, incident, "AnswerGiven")}
    before = desk.get("/v1/health")["sequence"]
    told = desk.refused("/v1/corrections", {"reason": "misheard", **correction})
    assert [flaw["pointer"] for flaw in told["flaws"]] == [pointer]
    assert desk.get("/v1/health")["sequence"] == before
