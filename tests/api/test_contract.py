"""The documented interface, tried with generated requests: no failure of ours, and no answer that is not documented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.rooms import Dispatcher, served
from tests.builders import a_procedure

EXAMPLES = 25
"""Requests per operation; enough to find what is wrong often, few enough for every run."""
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dispatcher]:
    """A room with work under way, so that generated requests find something."""
    plans = a_procedure().model_dump(mode="json", by_alias=True)["plans"]
    plans["fire"]["levels"] = [{"name": "second", "counts": "added", "send": [{"skill": "fire"}]}]
    with served(tmp_path_factory.mktemp("contract"), procedure=a_procedure(plans=plans)) as dispatcher:
        dispatcher.accept(dispatcher.report(0, nature="crash"))
        for _ in range(3):
            dispatcher.report(0, nature="fire")
            dispatcher.post("/v1/contacts", {"queue": "emergency"}, 201)
        yield dispatcher


def test_every_answer_is_a_documented_one(desk: Dispatcher) -> None:
    """A client is written against the document, and whatever strays from it breaks that client on a bad night."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", desk.web.app, headers={"Host": "localhost"})
    statuses: Counter[int] = Counter()
    # The feed never ends, so it is left to its own tests.
    for found in schema.exclude(path="/v1/feed").get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @given(case=operation.as_strategy(), luck=st.integers(0, 2**32 - 1))
        @settings(
            max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
        )
        def probe(case: Any, luck: int) -> None:
            make_plausible(case, Random(luck), desk)
            statuses[case.call_and_validate(checks=list(CHECKS), headers={"Host": "localhost"}).status_code] += 1

        probe()
    assert {200, 201, 404, 409, 422} <= set(statuses), statuses


def make_plausible(case: Any, choose: Random, desk: Dispatcher) -> None:
    """Put words that mean something here in the place of most random ones; a request of noise alone is refused too early.

    What is plausible depends on what earlier requests did, so it is chosen by a seed that was drawn, and nothing is drawn here:
    how much a property test draws must not depend on the state of the room.
    """
    words = vocabulary(desk)
    for given_in in (case.path_parameters, case.body):
        if isinstance(given_in, dict):
            for name in [name for name in given_in if words.get(name)]:
                if choose.randrange(4):
                    given_in[name] = choose.choice(words[name])


def vocabulary(desk: Dispatcher) -> dict[str, Sequence[Any]]:
    """What each field could sensibly hold at this moment."""
    present = desk.room.present
    situation, rules = present.situation, a_procedure()
    contacts, incidents = sorted(situation.contacts), sorted(situation.incidents)
    made = [f"{situation.sequence}:{each.need}:{each.row}:{each.resource}" for each in present.decision.proposals]
    return {
        "contact": contacts,
        "incident": incidents + sorted(situation.closed),
        "owner": contacts + incidents,
        "which": ["1", "2", "call"],
        "need": sorted(situation.needs),
        "resource": sorted(situation.resources),
        "proposal": made,
        "queue": ["emergency"],
        "question": list(rules.triage.questions),
        "answer": ["fire", "illness", "crash", "yes", "no"],
        "determinant": list(rules.determinants),
        "priority": list(rules.priorities),
        "place": [{"latitude": 0.0, "longitude": 0.01}, {"station": "A1"}],
        "happened_at": [None],
        "level": [None, "second"],
        "until": [None, "2090-01-01T07:00:00+02:00"],
        "row": [None, 0],
    }
