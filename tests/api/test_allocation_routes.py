"""A snapshot over HTTP: what is refused, and that it is the same answer as everywhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from optimiser.snapshot import allocate, read_snapshot
from tests.api.rooms import Dispatcher
from tests.optimiser.random_snapshots import random_snapshot
from tests.optimiser.snapshot_cases import EVERY_FLAW, EVERYTHING, PROMISED, promised


def _refused(desk: Dispatcher, text: str) -> list[dict[str, Any]]:
    answer = desk.web.post("/v1/allocations", content=text, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    flaws: list[dict[str, Any]] = answer.json()["flaws"]
    return flaws


def test_what_has_to_be_refused_is_refused_with_what_would_be_accepted(desk: Dispatcher) -> None:
    """The pointer is the same as in the library and on the command line."""
    for case, (_, _, where) in PROMISED.items():
        (flaw,) = _refused(desk, promised(case))
        assert flaw["pointer"] == where, case
        assert flaw["accepted"] or "not part of" in flaw["what"], case


def test_everything_is_refused_at_once(desk: Dispatcher) -> None:
    """A client that mends one flaw for each request gives up."""
    assert {flaw["pointer"] for flaw in _refused(desk, json.dumps(EVERYTHING))} == EVERY_FLAW


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_the_answer_is_that_of_the_library(desk: Dispatcher, seed: int) -> None:
    """One mind, whichever door."""
    document, _ = random_snapshot(seed)
    told = desk.post("/v1/allocations", document)
    assert told == json.loads(allocate(read_snapshot(json.dumps(document))).model_dump_json())


def test_a_forced_pin_says_over_http_what_it_breaks(desk: Dispatcher) -> None:
    """Whoever reads the answer must learn of it, wherever they read it."""
    made = json.loads(promised("a pin that breaks a rule"))
    made["pins"][0]["forced"] = True
    (broken,) = desk.post("/v1/allocations", made)["broken"]
    assert broken == {"rule": "eligibility", "about": "x/b", "detail": "b lacks the skill"}
