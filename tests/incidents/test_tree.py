"""Questions and jump-outs as documents: what a form promises, and what cannot mean anything."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from incidents.tree import JumpOut, Known, Question, Step
from tests.incidents.an_interview import interview_rules

YES = {"yes": {"code": "c"}}
ASKED = {"text": "?", "about": "a"}


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ({"answers": YES, "form": "closed", "otherwise": {"code": "c"}}, "no `otherwise`"),
        ({"answers": YES, "form": "open"}, "needs `otherwise`"),
        ({}, "lists its `answers`"),
        ({"form": "closed"}, "lists its `answers`"),
        ({"otherwise": {"code": "c"}}, "lists its `answers`"),
        ({"answers": {}}, "at least 1"),
        ({"answers": {**YES, "unknown": {"code": "c"}}, "unknown": {"code": "c"}}, "`unknown` stands beside"),
        ({"answers": {**YES, "refused": {"code": "c"}}, "refused": {"code": "c"}}, "`refused` stands beside"),
        ({"answers": YES, "form": "half open"}, "'closed' or 'open'"),
    ],
)
def test_a_question_that_is_not_what_it_says_is_refused(question: dict[str, Any], why: str) -> None:
    """A form stated in the document is a promise to whoever trains on it."""
    with pytest.raises(ValidationError, match=why):
        Question.model_validate({**ASKED, **question})


@pytest.mark.parametrize(
    ("question", "is_open"),
    [
        ({"answers": YES}, False),
        ({"answers": YES, "unknown": {"code": "c"}}, False),
        ({"answers": YES, "otherwise": {"code": "c"}}, True),
        ({"form": "open", "otherwise": {"code": "c"}}, True),
    ],
)
def test_a_question_is_open_where_it_takes_any_text(question: dict[str, Any], is_open: bool) -> None:
    """Trees written before forms were stated have one all the same."""
    assert Question.model_validate({**ASKED, **question}).is_open is is_open


def test_the_ways_on_stand_in_the_order_of_the_document() -> None:
    """Everything that lists, draws or counts answers does so by this."""
    steps = {name: {"code": name} for name in ("unknown", "refused", "otherwise")}
    question = Question.model_validate({**ASKED, "answers": YES, **steps})
    assert question.ways == (
        ("yes", Step(code="c")),
        ("unknown", Step(code="unknown")),
        ("refused", Step(code="refused")),
        (None, Step(code="otherwise")),
    )


def test_a_listed_unknown_is_the_way_for_unknown() -> None:
    """Whoever listed it among the answers before it had a place of its own meant the same."""
    question = Question.model_validate({**ASKED, "answers": {**YES, "unknown": {"code": "u"}}})
    assert question.way("refused") == question.way("unknown") == Step(code="u")


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ({}, "give either `ask`"),
        ({"ask": "q", "code": "c"}, "give either `ask`"),
        ({"ask": "q", "cases": [{"answers": {"q": "yes"}, "code": "c"}]}, "they need `code`"),
        ({"code": "c", "cases": [{"answers": {}, "code": "c"}]}, "at least 1"),
        ({"text": "", "code": "c"}, "at least 1"),
    ],
)
def test_a_jump_out_that_leads_nowhere_is_refused(out: dict[str, Any], why: str) -> None:
    """A button without an end would be pressed in the worst minute of the night."""
    with pytest.raises(ValidationError, match=why):
        JumpOut.model_validate({"text": "?", **out})


def test_the_first_case_that_fits_has_the_code() -> None:
    """Two cases may fit; the order of the document decides, as everywhere."""
    cases = (Known(answers={"a": "x"}, code="1"), Known(answers={"b": "y"}, code="2"))
    out = JumpOut(text="?", code="0", cases=cases)
    found = [out.concluded(known) for known in ({"a": "x", "b": "y"}, {"b": "y"}, {"a": "z"})]
    assert found == ["1", "2", "0"]


@pytest.mark.parametrize("part", ["jump_outs", "form", "unknown", "refused", "because"])
def test_what_a_tree_does_not_use_is_no_part_of_its_identity(part: str) -> None:
    """Logs name their procedure by fingerprint; those written before these keys have to find theirs again."""
    plain = interview_rules(jump_outs={}, questions={"nature": {**ASKED, "answers": YES}})
    assert part not in str(plain.triage.model_dump(mode="json", exclude_defaults=True))


def test_what_a_tree_uses_is() -> None:
    """Two rules under one fingerprint would be a lie."""
    assert interview_rules().fingerprint != interview_rules(jump_outs={}).fingerprint
