"""The smallest trees: one question, two questions, and trees that no reader would let in."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.procedure import Triage
from incidents.triage import Ask, Outcome, Stuck, accepts, next_step


def tree(start: str = "a", **questions: dict[str, Any]) -> Triage:
    """A tree whose questions are given as answer -> step; the step under "*" is `otherwise`."""
    return Triage.model_validate(
        {
            "start": start,
            "questions": {
                name: {
                    "text": f"{name}?",
                    "about": f"about {name}",
                    "answers": {answer: step for answer, step in steps.items() if answer != "*"},
                    "otherwise": steps.get("*"),
                }
                for name, steps in questions.items()
            },
        }
    )


TWO = tree(a={"yes": {"ask": "b"}, "no": {"code": "low"}}, b={"yes": {"code": "high"}, "*": {"code": "middle"}})


def test_triage_begins_with_the_first_question() -> None:
    """The call-taker needs the words, the options and what is asked for, without another look-up."""
    assert next_step(TWO, {}) == Ask("a", "a?", "about a", ("yes", "no"))


def test_an_answer_leads_to_the_next_question() -> None:
    """Only the question that now matters is asked."""
    assert next_step(TWO, {"a": "yes"}) == Ask("b", "b?", "about b", ("yes",), others=True)


def test_the_last_answer_leads_to_a_code_with_its_path() -> None:
    """The path is the reason recorded with the assessment."""
    assert next_step(TWO, {"b": "yes", "a": "yes"}) == Outcome("high", (("a", "yes"), ("b", "yes")))


def test_otherwise_takes_an_unknown_answer() -> None:
    """A caller who does not know must still get help."""
    assert next_step(TWO, {"a": "yes", "b": "unknown"}) == Outcome("middle", (("a", "yes"), ("b", "unknown")))


def test_an_answer_that_nothing_takes_is_stuck() -> None:
    """Silently taking it for another answer would send the wrong help."""
    assert next_step(TWO, {"a": "unknown"}) == Stuck("a", "unknown")


def test_answers_off_the_path_do_not_matter() -> None:
    """After a correction the answers given on the old way are still in the incident."""
    assert next_step(TWO, {"a": "no", "b": "yes"}) == Outcome("low", (("a", "no"),))


def test_a_loop_ends() -> None:
    """Whatever gets into a tree, a call must never hang on it."""
    loop = tree(a={"yes": {"ask": "b"}}, b={"yes": {"ask": "a"}})
    assert next_step(loop, {"a": "yes", "b": "yes"}) == Stuck("b", "yes")


@pytest.mark.parametrize(
    ("triage", "stuck"),
    [(tree("z", a={"yes": {"code": "x"}}), Stuck("z", None)), (tree(a={"yes": {"ask": "z"}}), Stuck("a", "yes"))],
    ids=["start", "next"],
)
def test_a_question_that_does_not_exist_is_stuck(triage: Triage, stuck: Stuck) -> None:
    """The check of worked examples walks trees that are not sound yet."""
    assert next_step(triage, {"a": "yes"}) == stuck


@pytest.mark.parametrize(
    ("question", "answer", "taken"),
    [("a", "yes", True), ("a", "unknown", False), ("b", "unknown", True)],
    ids=["listed", "neither listed nor otherwise", "otherwise"],
)
def test_a_question_says_beforehand_what_it_accepts(question: str, answer: str, taken: bool) -> None:
    """An answer is refused before it is recorded, not after."""
    assert accepts(TWO.questions[question], answer) is taken
