"""Charts of the smallest procedures: what a box says, and where its rows lead."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.charts import MOST_BOXES, MOST_ROWS_DRAWN, Box, Row, chart
from incidents.procedure import Procedure
from incidents.refusals import Refusal
from tests.builders import a_procedure
from tests.incidents.an_interview import interview_rules
from tests.incidents.sound_procedure import sound


def _sound(**changes: Any) -> Procedure:
    return Procedure.model_validate({**sound(), **changes})


def _chain(length: int) -> dict[str, Any]:
    """Questions that each lead to the next, and at last to a code."""
    steps = [*({"ask": f"q{number}"} for number in range(1, length)), {"code": "toe"}]
    questions = {
        f"q{number}": {"text": "?", "about": f"a{number}", "answers": {"go on": step}}
        for number, step in enumerate(steps)
    }
    return {"start": "q0", "questions": questions}


def test_a_question_shows_where_each_answer_leads() -> None:
    """A reader follows a caller through the tree."""
    assert chart(_sound(), "tree").boxes["awake"] == Box(
        "awake",
        ("?", "asks about awake"),
        (
            Row("yes", to="pain"),
            Row("no", end="arrest: red, plan both"),
            Row("any other answer", end="arrest: red, plan both"),
        ),
    )


def test_a_code_that_sends_nothing_says_so() -> None:
    """Nothing sent is a decision as well."""
    assert chart(_sound(), "tree").boxes["pain"].rows[1] == Row("toe", end="toe: green, nothing is sent")


def test_the_tree_is_drawn_in_the_order_in_which_it_is_asked() -> None:
    """The document may list its questions in any order."""
    triage = sound()["triage"]
    turned = {**triage, "questions": dict(reversed(triage["questions"].items()))}
    assert list(chart(_sound(triage=turned), "tree").boxes) == ["awake", "pain"]


def test_what_lies_beneath_one_question_can_be_drawn_alone() -> None:
    """A large tree is read in parts."""
    assert list(chart(_sound(), "tree", beneath="pain").boxes) == ["pain"]


def test_a_question_that_there_is_not_is_refused() -> None:
    """An empty picture would look like an answer."""
    with pytest.raises(Refusal, match="no question 'breathing'"):
        chart(_sound(), "tree", beneath="breathing")


def test_a_plan_shows_every_way_to_fill_it() -> None:
    """A dispatcher has to know that there is another way."""
    assert chart(_sound(), "plans").boxes["plan both"].lines == (
        "2 x medical, 1 x fire", "or 1 x medical (load 4)", "all or nothing",
    )  # fmt: skip


def test_a_priority_shows_its_codes_with_their_plans() -> None:
    """From a code to who is sent, in one look."""
    assert chart(_sound(), "plans").boxes["priority amber"].rows == (Row("chest", to="plan one"),)


def test_rungs_are_shown_with_the_priority_they_are_for_in_the_order_of_their_age() -> None:
    """What happens first stands first, whatever the order in the file."""
    rungs = {
        "later": {"unfilled_for_s": 900, "priorities": ["green"], "opens": {"skill": "fire"}},
        "sooner": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "amber"},
    }
    assert chart(_sound(escalation=rungs), "escalation").boxes["green"].rows == (
        Row("sooner: after 60 s unfilled", to="amber"),
        Row("later: after 900 s unfilled, asks for 1 x fire"),
    )


def test_rungs_that_are_for_no_priority_are_shown_under_what_sets_them_off() -> None:
    """A rung that is on no drawing is one that nobody reviews."""
    rungs = {
        "rings": {"waiting_answer_s": 15, "notifies": [{"role": "calls"}], "then": "next"},
        "next": {"notifies": [{"organisation": "coastguard"}]},
    }
    boxes = chart(_sound(escalation=rungs), "escalation").boxes
    assert list(boxes.values())[-2:] == [
        Box("a contact nobody answers", (), (Row("rings: after 15 s unanswered, tells role calls, then rung next"),)),
        Box("where another rung leads", (), (Row("next: tells organisation coastguard"),)),
    ]


def test_a_rung_that_asks_for_aid_says_of_whom() -> None:
    """Whose crews come is what the partner reads first."""
    aid = {"partner": "coastguard", "skill": "fire", "quantity": 2}
    rungs = {"sea": {"at_once": True, "priorities": ["red"], "requests": aid}}
    (row,) = chart(_sound(escalation=rungs), "escalation").boxes["red"].rows
    assert row.label == "sea: at once, asks for the aid of 2 x fire (partner coastguard)"


def test_a_priority_without_a_rung_says_so() -> None:
    """Nobody being called is what a reader has to see."""
    assert chart(_sound(), "escalation").boxes["red"] == Box("red", ("priority of rank 1", "no rung"))


def test_a_tree_of_as_many_boxes_as_are_drawn_is_drawn() -> None:
    """The limit is what it says."""
    assert len(chart(_sound(triage=_chain(MOST_BOXES)), "tree").boxes) == MOST_BOXES


def test_a_larger_tree_is_refused_with_the_way_to_draw_it() -> None:
    """Ten thousand questions are a legal document, and no picture."""
    with pytest.raises(Refusal, match=r"at most 1,000 boxes .* beneath one question"):
        chart(_sound(triage=_chain(10_000)), "tree")


def test_a_loop_is_drawn_once() -> None:
    """A tree that the reader would refuse must not hang whoever draws it to see what is wrong."""
    tree = _chain(2)
    tree["questions"]["q1"]["answers"] = {"again": {"ask": "q0"}}
    assert chart(_sound(triage=tree), "tree").boxes["q1"].rows == (Row("again", to="q0"),)


def test_a_question_of_more_answers_than_are_drawn_is_refused() -> None:
    """Few boxes may still be too long to read."""
    answers = {f"a{number}": {"code": "toe"} for number in range(MOST_ROWS_DRAWN)}
    tree = {"start": "q", "questions": {"q": {"text": "?", "about": "q", "answers": answers}}}
    with pytest.raises(Refusal, match=r"has 1 boxes with 10,002 rows"):
        chart(_sound(triage=tree), "tree")


def test_jump_outs_have_a_box_with_a_row_for_each_way_and_their_branches_follow() -> None:
    """What is offered at many questions would hide the tree if it stood at each of them."""
    boxes = chart(interview_rules(), "tree").boxes
    assert list(boxes) == ["nature", "severe", "/jump-outs", "awake", "pale"]
    assert boxes["/jump-outs"].rows == (
        Row("caller lost (at every question) with nature = illness", end="illness-1: red, plan medical"),
        Row("caller lost (at every question)", end="ring-back: green, nothing is sent"),
        Row("worse (at every question)", to="awake"),
        Row("nuisance (nature)", end="ring-back: green, nothing is sent"),
    )


def test_what_lies_beneath_a_question_is_drawn_without_jump_outs() -> None:
    """They belong to the whole tree."""
    assert list(chart(interview_rules(), "tree", beneath="awake").boxes) == ["awake", "pale"]


def test_unknown_and_refused_have_rows_of_their_own() -> None:
    """A drawing that leaves a way out says something else than the rules do."""
    assert [row.label for row in chart(interview_rules(), "tree").boxes["severe"].rows] == [
        "yes",
        "no",
        "unknown",
        "refused",
    ]


def test_a_box_knows_why_its_question_is_asked() -> None:
    """A drawing is read to understand a tree, not only to follow it."""
    boxes = chart(interview_rules(), "tree").boxes
    assert (boxes["nature"].because, boxes["severe"].because) == ("what is sent hangs on it", "")
    assert boxes["/jump-outs"].because == "worse: minutes matter"


def test_a_plan_shows_its_alarm_levels() -> None:
    """What is sent beyond the first attendance is on the card as well."""
    level = {"name": "second", "counts": "added", "send": [{"skill": "fire", "quantity": 2}], "after_s": 60}
    plans = {**a_procedure().model_dump(mode="json")["plans"], "fire": {"send": [{"skill": "fire"}], "levels": [level]}}
    drawn = chart(a_procedure(plans=plans), "plans")
    assert drawn.boxes["plan fire"].lines == (
        "1 x fire",
        "second: 2 x fire in addition, after 60 s unless stopped",
    )
