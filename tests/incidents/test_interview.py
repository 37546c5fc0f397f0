"""An interview, step by step, forwards and backwards."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.interview import Answers, Conclusion, Interview, conclusion, ways_on
from incidents.procedure import Procedure
from incidents.refusals import Refusal
from incidents.triage import Ask, Outcome
from tests.incidents.an_interview import interview_rules
from tests.incidents.sound_procedure import sound

RULES = Procedure.model_validate(sound())
BEGUN = Interview(RULES.triage)


def _asked(interview: Interview) -> str:
    assert isinstance(interview.standing, Ask)
    return interview.standing.question


def test_an_answer_leads_to_the_next_question() -> None:
    """One question at a time."""
    assert _asked(BEGUN.answered("yes")) == "pain"


def test_the_last_answer_leads_to_the_code() -> None:
    """The same code as at the desk, with the same path."""
    assert BEGUN.answered("yes").answered("toe").standing == Outcome("toe", (("awake", "yes"), ("pain", "toe")))


def test_an_answer_can_be_taken_back() -> None:
    """The caller corrects themselves."""
    assert _asked(BEGUN.answered("yes").back()) == "awake"


def test_an_end_can_be_taken_back() -> None:
    """The last answer is the one that is noticed to be wrong."""
    assert _asked(BEGUN.answered("no").back()) == "awake"


def test_before_the_first_answer_there_is_nothing_to_take_back() -> None:
    """Going back too often must not end the interview."""
    assert BEGUN.back() == BEGUN


def test_an_unknown_answer_goes_where_the_tree_says() -> None:
    """A caller who does not know must still get help."""
    assert BEGUN.answered("hard to say").standing == Outcome("arrest", (("awake", "hard to say"),))


def test_what_a_question_does_not_take_is_refused_with_what_it_takes() -> None:
    """Nothing is recorded, and the same question stands."""
    with pytest.raises(Refusal, match=r"pain: does not take 'nose' \(accepted: chest, toe\)"):
        BEGUN.answered("yes").answered("nose")


def test_an_answer_after_the_end_is_refused() -> None:
    """It would belong to no question."""
    with pytest.raises(Refusal, match="no question is asked"):
        BEGUN.answered("no").answered("yes")


def test_a_conclusion_says_what_is_sent_and_how_soon() -> None:
    """A trainee learns what stands behind a code."""
    end = BEGUN.answered("no").standing
    assert isinstance(end, Outcome)
    sends = "sends 2 x medical, 1 x fire or 1 x medical (load 4), all or nothing"
    assert conclusion(RULES, end) == Conclusion("arrest", "red", 1, "both", sends, (("awake", "no"),))


def test_a_conclusion_without_a_plan_sends_nothing() -> None:
    """Advice is an end as well."""
    assert conclusion(RULES, Outcome("toe", ())).sends is None


def test_every_way_on_is_shown_in_training() -> None:
    """What stands behind each answer, the unlisted ones among them."""
    assert ways_on(RULES.triage, "awake") == (
        ("yes", "question 'pain'"), ("no", "code 'arrest'"), (None, "code 'arrest'"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "flaw"),
    [
        (
            {"awak": "yes"},
            (("answers", "awak", "[key]"), "unknown question 'awak', did you mean 'awake'?", "awake, pain"),
        ),
        ({"pain": "nose"}, (("answers", "pain"), "question 'pain' does not take 'nose'", "chest, toe")),
    ],
)
def test_answers_that_are_none_to_the_tree_are_flaws(answers: dict[str, str], flaw: tuple[Any, str, str]) -> None:
    """A mistyped answer in a file must not look like one that the tree takes."""
    assert list(Answers(answers=answers).flaws(RULES.triage)) == [flaw]


def test_answers_to_every_question_have_no_flaw() -> None:
    """Those off the path are ignored, as at the desk."""
    assert list(Answers(answers={"awake": "mumbles", "pain": "toe"}).flaws(RULES.triage)) == []


# Leaving and going on.

LEAVING = Interview(interview_rules().triage).answered("illness")


def test_a_jump_out_leads_to_its_branch_and_back_again() -> None:
    """A trainee tries out what happens when the caller gets worse, and when it was a false alarm."""
    gone = LEAVING.left_by("worse")
    assert (_asked(gone), _asked(gone.resumed())) == ("awake", "severe")


def test_a_jump_out_can_be_taken_back() -> None:
    """As an answer can."""
    assert _asked(LEAVING.left_by("worse").back()) == "severe"


def test_a_jump_out_that_is_not_offered_is_refused_with_those_that_are() -> None:
    """Nothing is recorded, and the same question stands."""
    with pytest.raises(Refusal, match=r"nuisance: is no jump-out from here \(accepted: caller lost, worse\)"):
        LEAVING.left_by("nuisance")


def test_an_interview_that_was_not_left_cannot_be_resumed() -> None:
    """There is no question to go back to."""
    with pytest.raises(Refusal, match="no question was left"):
        LEAVING.resumed()


def test_unknown_and_refused_are_ways_on_of_their_own() -> None:
    """A trainee sees that not knowing is an answer."""
    assert ways_on(LEAVING.triage, "severe")[-2:] == (("unknown", "code 'illness-1'"), ("refused", "code 'illness-2'"))


def test_a_refusal_says_that_unknown_would_be_taken() -> None:
    """What a screen offers beside the options is accepted as well."""
    with pytest.raises(Refusal, match=r"\(accepted: yes, no, unknown, refused\)"):
        LEAVING.answered("perhaps")


@pytest.mark.parametrize(
    ("left", "flaw"),
    [
        (
            {"sever": "worse"},
            (
                ("left", "sever", "[key]"),
                "unknown question 'sever', did you mean 'severe'?",
                "nature, severe, awake, pale",
            ),
        ),
        (
            {"severe": "wors"},
            (("left", "severe"), "unknown jump-out 'wors', did you mean 'worse'?", "caller lost, worse, nuisance"),
        ),
    ],
)
def test_a_jump_out_that_is_none_to_the_tree_is_a_flaw(left: dict[str, str], flaw: tuple[Any, str, str]) -> None:
    """A mistyped one in a file must not look like one that was taken."""
    assert list(Answers(answers={}, left=left).flaws(LEAVING.triage)) == [flaw]
