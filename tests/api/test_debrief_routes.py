"""The debrief of an incident over HTTP: who did what, and beside every choice what was proposed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.rooms import served


def test_an_incident_is_told_with_its_call_its_choice_and_who_made_it(tmp_path: Path) -> None:
    """A2 was chosen by the dispatcher in place of A1, with a reason."""
    with served(tmp_path) as desk:
        incident = desk.report(25, nature="illness", severe="no")
        desk.post(
            f"/v1/needs/{incident}/1/assign", {"resource": "A2", "reason": "A1 has a flat tyre"}
        )  # fmt: skip
        found = desk.get(f"/v1/incidents/{incident}/debrief")
    words = [line["words"] for line in found["timeline"]]
    assert words[0] == "call received on queue emergency"
    assert "answered severe: no" in words
    choices = {each["resource"]: each for each in found["choices"]}
    assert choices["C1"]["as_proposed"]
    assert not choices["A2"]["as_proposed"]
    assert "A1 has a flat tyre" in choices["A2"]["because"]
    assert [each["resource"] for each in choices["A2"]["proposed"]] == ["A1"]
    assert {line["actor"] for line in found["timeline"]} == {"dispatcher", "procedure"}
    assert (found["replay"]["choices"], found["replay"]["as_proposed"]) == (2, 1)


def test_an_incident_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    """And an empty debrief would say that nothing was done."""
    with served(tmp_path) as desk:
        desk.get("/v1/incidents/nothing/debrief", 404)


def test_a_log_that_is_too_long_for_a_request_is_refused_with_the_command_that_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deciding a year again must not be one request."""
    monkeypatch.setattr("api.debrief_routes.MOST_FACTS", 5)
    with served(tmp_path) as desk:
        incident = desk.report(25, nature="fire")
        problem = desk.get(f"/v1/incidents/{incident}/debrief", 422)
        assert "muster debrief" in problem["flaws"][0]["accepted"]
