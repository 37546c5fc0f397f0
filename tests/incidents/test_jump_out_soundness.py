"""Warnings about what a caller does not know, and ways out that a check has to reckon with; flaws are in the corpus."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from incidents.jump_out_soundness import unknown_warnings
from incidents.soundness import flaws_of, warnings_of
from tests.incidents.an_interview import JUMP_OUTS, QUESTIONS, interview_rules


def test_the_rules_are_sound() -> None:
    """Or nothing that is found in the others would prove anything."""
    assert list(flaws_of(interview_rules(), None)) == []


@pytest.mark.parametrize(
    ("change", "warned"),
    [
        ({"unknown": None}, ["severe"]),
        ({"unknown": None, "refused": None}, ["severe"]),
        ({"unknown": None, "otherwise": {"code": "illness-1"}}, []),
        ({"unknown": None, "answers": {**QUESTIONS["severe"]["answers"], "unknown": {"code": "illness-1"}}}, []),
        ({}, []),
    ],
)
def test_a_closed_question_without_a_way_for_unknown_is_warned_of(change: dict[str, Any], warned: list[str]) -> None:
    """A caller who does not know must not hold up an interview, and one who refuses is not one who does not know."""
    rules = interview_rules(questions={**QUESTIONS, "severe": {**QUESTIONS["severe"], **change}})
    assert [loc for loc, _, _ in unknown_warnings(rules)] == [("triage", "questions", name) for name in warned]
    assert all(each in list(warnings_of(rules, None)) for each in unknown_warnings(rules))


@pytest.mark.parametrize(
    ("codes", "named"),
    [([], "illness-1"), (["ring-back"], "ring-back"), (["fire-1", "crash-1"], None)],
    ids=["every code", "the code of lost callers", "codes that only answers lead to"],
)
def test_a_check_of_an_answer_reckons_with_interviews_that_end_before_it(codes: list[str], named: str | None) -> None:
    """It would be missed each time a caller is lost, whatever the call-taker does."""
    checks = {"asked": {"answer": "nature", "codes": codes}}
    rules = interview_rules().model_copy(update={"checks": {}})
    rules = type(rules).model_validate({**rules.model_dump(mode="json", by_alias=True), "checks": checks})
    found = [what for loc, what, _ in flaws_of(rules, None) if loc[:2] == ("checks", "asked")]
    assert found == ([f"a caller may come to '{named}' without being asked 'nature'"] if named else [])


def test_a_case_that_knows_the_answer_is_no_way_past_the_question() -> None:
    """Its code is reached only by whoever has answered."""
    outs = {
        "lost": {"text": "?", "code": "ring-back", "cases": [{"answers": {"nature": "unknown"}, "code": "crash-1"}]}
    }
    outs["worse"] = JUMP_OUTS["worse"]
    rules = interview_rules(jump_outs=outs)
    document = {
        **rules.model_dump(mode="json", by_alias=True),
        "checks": {"it": {"answer": "nature", "codes": ["crash-1"]}},
    }
    assert list(flaws_of(type(rules).model_validate(document), None)) == []


def test_a_hostile_document_of_jump_outs_is_judged_soon() -> None:
    """Fifty jump-outs at ten thousand questions and fifty checks that reckon with them must not hold up the desk."""
    chain = {f"q{n}": {"text": "?", "about": "a", "answers": {"y": {"ask": f"q{n + 1}"}}} for n in range(9_000)}
    chain["q9000"] = {**QUESTIONS["severe"]}
    cases = [{"answers": {f"q{n}": "y"}, "code": "fire-1"} for n in range(100)]
    outs = {f"o{n}": {"text": "?", "code": "ring-back", "cases": cases, "at": list(chain)[:1000]} for n in range(25)}
    outs |= {f"b{n}": {"text": "?", "ask": f"q{n + 1}"} for n in range(25)}
    checks = {f"c{n}": {"answer": f"q{n * 100}"} for n in range(50)}
    rules = interview_rules(start="q0", questions=chain, jump_outs=outs)
    rules = type(rules).model_validate({**rules.model_dump(mode="json", by_alias=True), "checks": checks})
    begun = process_time()
    assert len(list(flaws_of(rules, None))) >= 50
    assert process_time() - begun < 2
