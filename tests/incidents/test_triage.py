"""The smallest trees: one question, two questions, and trees that no reader would let in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.procedure import Triage
from incidents.triage import Ask, Outcome, Stuck, accepts, next_step, stands_at, way_back
from tests.incidents.an_interview import JUMP_OUTS, QUESTIONS, interview_rules


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


# Unknown, refused, and ways out of the interview.

LEFT = interview_rules().triage


@pytest.mark.parametrize(
    ("question", "answer", "code"),
    [("severe", "unknown", "illness-1"), ("severe", "refused", "illness-2"), ("awake", "refused", "illness-1")],
    ids=["unknown", "refused", "refused as unknown"],
)
def test_what_nobody_knows_or_says_leads_where_the_question_says(question: str, answer: str, code: str) -> None:
    """A caller who does not know and one who will not say are two things, unless the designer says they are one."""
    step = LEFT.questions[question].way(answer)
    assert step is not None
    assert step.code == code


@pytest.mark.parametrize("answer", ["unknown", "refused"])
def test_a_closed_question_without_such_a_way_takes_neither(answer: str) -> None:
    """Silently taking it for a listed answer would send the wrong help."""
    assert not accepts(TWO.questions["a"], answer)


@pytest.mark.parametrize(
    ("question", "besides"),
    [("nature", ("unknown", "refused")), ("severe", ("unknown", "refused")), ("pale", ())],
)
def test_the_ways_for_unknown_and_refused_are_offered_beside_the_options(
    question: str, besides: tuple[str, ...]
) -> None:
    """The call-taker's screen has a button for each; an open question takes them as any other text."""
    answers = {"severe": {"nature": "illness"}, "pale": {"awake": "yes"}}.get(question, {})
    step = next_step(LEFT, answers, {"nature": "worse"} if question == "pale" else {})
    assert isinstance(step, Ask)
    assert (step.question, step.besides) == (question, besides)


def test_a_jump_out_to_a_branch_is_walked_like_an_answer() -> None:
    """The path says where the interview was left, and by what."""
    step = next_step(LEFT, {"nature": "illness", "awake": "no"}, {"severe": "worse"})
    assert step == Outcome("illness-1", (("nature", "illness"), ("severe", "worse"), ("awake", "no")), ("severe",))


@pytest.mark.parametrize(
    ("answers", "at", "code"),
    [
        ({}, "nature", "ring-back"),
        ({"nature": "illness"}, "severe", "illness-1"),
        ({"nature": "unknown"}, "severe", "ring-back"),
    ],
    ids=["nothing known", "a case fits", "no case fits"],
)
def test_an_interview_that_ends_early_has_a_code_by_what_is_known(answers: dict[str, str], at: str, code: str) -> None:
    """A caller lost after saying who is ill is not one lost after saying nothing."""
    step = next_step(LEFT, answers, {at: "caller lost"})
    assert isinstance(step, Outcome)
    assert step.code == code


def test_answers_given_in_a_branch_do_not_count_as_known_before_it() -> None:
    """Only what was said on the way makes a case fit; a jump-out's name beside a question is no answer."""
    tree = interview_rules(
        jump_outs={"lost": {"text": "?", "code": "ring-back", "cases": [{"answers": {"severe": "worse"}, "code": "fire-1"}]},
                   "worse": JUMP_OUTS["worse"]},
        questions={**QUESTIONS, "severe": {**QUESTIONS["severe"], "otherwise": {"code": "illness-1"}}},
    ).triage  # fmt: skip
    step = next_step(tree, {"nature": "illness"}, {"severe": "worse", "awake": "lost"})
    assert isinstance(step, Outcome)
    assert step.code == "ring-back"


def test_a_jump_out_that_the_tree_does_not_offer_there_is_ignored() -> None:
    """Another procedure may be in force by now; the question is asked rather than the interview lost."""
    assert isinstance(next_step(LEFT, {"nature": "illness"}, {"severe": "nuisance"}), Ask)
    assert isinstance(next_step(LEFT, {"nature": "illness"}, {"severe": "gone"}), Ask)


def test_no_jump_out_is_offered_whose_branch_has_been_entered() -> None:
    """Getting worse twice at one question would go round in a circle."""
    step = next_step(LEFT, {"awake": "yes"}, {"nature": "worse"})
    assert isinstance(step, Ask)
    assert (step.question, step.jump_outs) == ("pale", ("caller lost",))


def test_after_a_code_only_branches_are_offered() -> None:
    """A caller who gets worse on hearing help is coming is worth a question; one who is lost then is not."""
    step = next_step(LEFT, {"nature": "illness", "severe": "no"})
    assert step == Outcome("illness-2", (("nature", "illness"), ("severe", "no")), (), ("worse",))


def test_a_correction_on_the_way_takes_the_interview_elsewhere() -> None:
    """What was left is not on the way any more, and neither is its code."""
    step = next_step(LEFT, {"nature": "fire"}, {"severe": "caller lost"})
    assert step == Outcome("fire-1", (("nature", "fire"),), (), ("worse",))


def test_the_way_back_is_to_what_was_left_last() -> None:
    """From a caller lost in a branch first into the branch, then out of it."""
    left = {"severe": "worse", "awake": "caller lost"}
    assert way_back(LEFT, left, next_step(LEFT, {"nature": "illness"}, left)) == "awake"
    del left["awake"]
    assert way_back(LEFT, left, next_step(LEFT, {"nature": "illness"}, left)) == "severe"


def test_there_is_no_way_back_from_what_was_left_for_good() -> None:
    """A supervisor who ends a call has ended it."""
    left = {"nature": "nuisance"}
    assert way_back(LEFT, left, next_step(LEFT, {}, left)) is None


NAMES = ("q0", "q1", "q2", "q3", "q4", "q5")
STEPS = st.one_of(st.fixed_dictionaries({"ask": st.sampled_from(NAMES)}), st.fixed_dictionaries({"code": st.just("c")}))
ANY_QUESTION = st.fixed_dictionaries(
    {"text": st.just("?"), "about": st.just("a"), "answers": st.dictionaries(st.sampled_from("xy"), STEPS, min_size=1)},
    optional={"unknown": STEPS, "refused": STEPS},
)
ANY_OUT = st.one_of(
    st.fixed_dictionaries({"text": st.just("?"), "ask": st.sampled_from(NAMES)}),
    st.fixed_dictionaries({"text": st.just("?"), "code": st.just("c"), "at": st.lists(st.sampled_from(NAMES))}),
)


@given(
    st.fixed_dictionaries(dict.fromkeys(NAMES, ANY_QUESTION)),
    st.dictionaries(st.sampled_from(["o1", "o2", "o3"]), ANY_OUT),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["x", "y", "unknown", "refused"])),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["o1", "o2", "o3", "o4"])),
)
def test_whatever_the_tree_and_the_jump_outs_a_walk_ends(
    questions: dict[str, Any], outs: dict[str, Any], answers: dict[str, str], left: dict[str, str]
) -> None:
    """Loops of answers, of branches and of both: no question is walked twice, so a call never hangs."""
    triage = Triage.model_validate({"start": "q0", "questions": questions, "jump_outs": outs})
    step = next_step(triage, answers, left)
    assert set(step.left) <= set(left)
    for out in step.jump_outs:
        here = stands_at(step)
        further = next_step(triage, answers, {**left, here: out})
        assert here in further.left
