"""An interview at the desk that is left, ends early, is resumed, and is gone on with when the caller is back."""

from __future__ import annotations

import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.jump_outs import offered_to, standing_of
from incidents.quantities import ContactId, IncidentId
from incidents.refusals import FactRefused
from incidents.triage import Ask
from tests.builders import a_centre, a_desk, an_incident, at, spot
from tests.incidents.an_interview import interview_rules

I1 = IncidentId("i1")
RULES = interview_rules()


def a_begun_interview(**answers: str) -> Desk:
    """A desk with one incident, about which so much was said."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "E1": ("engine", 0)}), RULES)
    an_incident(desk, "i1", spot(0), at(0), **answers)
    return desk


def left(desk: Desk, jump_out: str, question: str, when: float = 1, role: str | None = None) -> list[str]:
    """Leave; what was recorded, by the names of the facts."""
    return named(desk.observe(f.InterviewLeft(at(when), I1, question, jump_out, role)))


def named(facts: tuple[f.Fact, ...]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def code(desk: Desk) -> str | None:
    return desk.situation.incidents[I1].determinant


def asked(desk: Desk) -> str | None:
    """What is asked next; None: triage is over."""
    standing = standing_of(desk.situation.incidents[I1], RULES.triage)
    return standing.question if isinstance(standing, Ask) else None


def test_a_lost_caller_is_assessed_at_once_by_what_is_known() -> None:
    """Nobody will answer the next question, and somebody may be dying."""
    desk = a_begun_interview(nature="illness")
    assert left(desk, "caller lost", "severe") == ["InterviewLeft", "IncidentAssessed", "NeedOpened"]
    assert code(desk) == "illness-1"


def test_the_assessment_says_by_what_the_interview_ended() -> None:
    """Who reads the log later has to see that the last question was never answered."""
    desk = a_begun_interview(nature="illness")
    assessed = desk.observe(f.InterviewLeft(at(1), I1, "severe", "caller lost"))[1]
    assert isinstance(assessed, f.IncidentAssessed)
    assert assessed.because == "nature=illness, severe=caller lost"


def test_a_branch_asks_its_own_question() -> None:
    """Somebody who has got worse is asked what matters now."""
    desk = a_begun_interview(nature="illness")
    assert left(desk, "worse", "severe") == ["InterviewLeft"]
    assert asked(desk) == "awake"


def test_a_branch_may_be_entered_after_the_code_and_assesses_anew() -> None:
    """The second assessment adds what the first plan lacked, as after any correction."""
    desk = a_begun_interview(nature="illness", severe="no")
    left(desk, "worse", "severe")
    recorded = desk.observe(f.AnswerGiven(at(2), I1, "awake", "no"))
    assert named(recorded) == ["AnswerGiven", "IncidentAssessed"]
    assert (code(desk), desk.situation.incidents[I1].priority) == ("illness-1", "red")


def test_a_resumed_interview_asks_the_question_that_it_left() -> None:
    """It was a false alarm; the interview goes on as if it had not been."""
    desk = a_begun_interview(nature="illness")
    left(desk, "worse", "severe")
    desk.observe(f.InterviewResumed(at(2), I1, "severe"))
    assert asked(desk) == "severe"


def test_what_was_answered_before_still_stands_when_an_interview_is_resumed_after_its_code() -> None:
    """Resumed after a branch entered from the end, triage comes to its first code again."""
    desk = a_begun_interview(nature="illness", severe="no")
    left(desk, "worse", "severe")
    desk.observe(f.AnswerGiven(at(2), I1, "awake", "no"))
    desk.observe(f.InterviewResumed(at(3), I1, "severe"))
    assert code(desk) == "illness-2"


def test_a_caller_who_rings_back_is_asked_where_the_interview_stood() -> None:
    """The contact is linked, and the log says by itself that the interview goes on."""
    desk = a_begun_interview(nature="illness")
    left(desk, "caller lost", "severe")
    desk.observe(f.ContactReceived(at(60), ContactId("back"), "emergency"))
    recorded = desk.observe(f.ContactLinked(at(61), ContactId("back"), I1))
    assert recorded[1] == f.InterviewResumed(at(61), I1, "severe")
    assert asked(desk) == "severe"


def test_until_the_interview_is_over_again_the_code_stands() -> None:
    """Whoever is on the way stays on the way while the caller is asked on."""
    desk = a_begun_interview(nature="illness")
    left(desk, "caller lost", "severe")
    desk.observe(f.InterviewResumed(at(2), I1, "severe"))
    assert code(desk) == "illness-1"
    desk.observe(f.AnswerGiven(at(3), I1, "severe", "no"))
    assert code(desk) == "illness-2"


@pytest.mark.parametrize("answers", [{"nature": "illness"}, {"nature": "fire"}], ids=["asked still", "over"])
def test_a_second_caller_changes_nothing_of_an_interview_that_was_not_left(answers: dict[str, str]) -> None:
    """Every duplicate call is linked; only a lost one resumes anything."""
    desk = a_begun_interview(**answers)
    desk.observe(f.ContactReceived(at(60), ContactId("other"), "emergency"))
    assert named(desk.observe(f.ContactLinked(at(61), ContactId("other"), I1))) == ["ContactLinked"]


def test_a_caller_who_rings_back_in_a_branch_is_asked_on_there() -> None:
    """It was not left by losing the caller, so it stands where it stood."""
    desk = a_begun_interview(nature="illness")
    left(desk, "worse", "severe")
    desk.observe(f.ContactReceived(at(60), ContactId("back"), "emergency"))
    assert named(desk.observe(f.ContactLinked(at(61), ContactId("back"), I1))) == ["ContactLinked"]
    assert asked(desk) == "awake"


def test_an_answer_to_the_question_that_was_left_goes_on_from_there() -> None:
    """A crew on the scene knows what the lost caller could not say."""
    desk = a_begun_interview(nature="illness")
    left(desk, "caller lost", "severe")
    desk.observe(f.AnswerGiven(at(300), I1, "severe", "no"))
    assert code(desk) == "illness-2"


def test_an_earlier_answer_corrected_after_a_jump_out_assesses_anew() -> None:
    """The neighbour says it burns: what the lost caller said first was wrong."""
    desk = a_begun_interview(nature="unknown")
    left(desk, "caller lost", "severe")
    assert code(desk) == "ring-back"
    desk.observe(f.AnswerGiven(at(60), I1, "nature", "fire"))
    assert code(desk) == "fire-1"


def test_a_case_fits_anew_when_what_is_known_is_corrected() -> None:
    """The caller is lost still, and what is known of the illness has changed the code."""
    desk = a_begun_interview(nature="unknown")
    left(desk, "caller lost", "severe")
    desk.observe(f.AnswerGiven(at(60), I1, "nature", "illness"))
    assert code(desk) == "illness-1"


def test_a_person_s_own_assessment_stands_whatever_becomes_of_the_interview() -> None:
    """Override with a reason is the last word, before a jump-out as before an answer."""
    desk = a_begun_interview(nature="illness")
    desk.observe(f.IncidentAssessed(at(1), I1, "illness-2", "green", "heard it before", by_person=True))
    assert left(desk, "caller lost", "severe", 2) == ["InterviewLeft"]
    assert code(desk) == "illness-2"


@pytest.mark.parametrize(
    ("fact", "pointer", "what"),
    [
        (f.InterviewLeft(at(1), I1, "severe", "vanished"), "/jump_out", "unknown jump-out"),
        (f.InterviewLeft(at(1), I1, "nature", "caller lost"), "/question", "stands at severe"),
        (f.InterviewLeft(at(1), I1, "severe", "nuisance"), "/jump_out", "not offered at severe"),
        (f.InterviewLeft(at(1), IncidentId("i9"), "severe", "worse"), "/incident", "never opened"),
        (f.InterviewResumed(at(1), I1, "severe"), "/question", "may not be resumed"),
        (f.InterviewResumed(at(1), IncidentId("i9"), "severe"), "/incident", "never opened"),
    ],
)
def test_what_the_tree_does_not_allow_is_refused(fact: f.Fact, pointer: str, what: str) -> None:
    """The screen may be a question behind; nothing has changed when it is told so."""
    desk = a_begun_interview(nature="illness")
    before = desk.situation
    with pytest.raises(FactRefused, match=what) as refused:
        desk.observe(fact)
    assert [flaw.where for flaw in refused.value.flaws] == [pointer]
    assert desk.situation is before


@pytest.mark.parametrize(("role", "may"), [(None, False), ("answering", False), ("supervision", True)])
def test_a_jump_out_for_some_roles_is_taken_by_no_other(role: str | None, may: bool) -> None:
    """Sending a caller away is not for everybody."""
    desk = a_begun_interview()
    if may:
        assert left(desk, "nuisance", "nature", role=role) == ["InterviewLeft", "IncidentAssessed"]
    else:
        with pytest.raises(FactRefused, match="may not take nuisance"):
            left(desk, "nuisance", "nature", role=role)


def test_only_a_role_s_own_jump_outs_are_offered_to_it() -> None:
    """A button that is refused when pressed is worse than none."""
    standing = standing_of(a_begun_interview().situation.incidents[I1], RULES.triage)
    assert offered_to(RULES.triage, standing.jump_outs, "answering") == ("caller lost", "worse")
    assert offered_to(RULES.triage, standing.jump_outs, None) == ("caller lost", "worse", "nuisance")


def test_what_was_left_for_good_is_neither_answered_nor_resumed() -> None:
    """Who ended the call has ended it; a person may still assess it otherwise."""
    desk = a_begun_interview()
    left(desk, "nuisance", "nature", role="supervision")
    with pytest.raises(FactRefused, match="for good"):
        desk.observe(f.AnswerGiven(at(2), I1, "nature", "fire"))
    with pytest.raises(FactRefused, match="may not be resumed"):
        desk.observe(f.InterviewResumed(at(2), I1, "nature"))


def test_an_interview_left_twice_is_resumed_in_the_reverse_order() -> None:
    """From the lost call back into the branch, and only then to the question before it."""
    desk = a_begun_interview(nature="illness")
    left(desk, "worse", "severe")
    left(desk, "caller lost", "awake", 2)
    with pytest.raises(FactRefused, match="was left last at awake"):
        desk.observe(f.InterviewResumed(at(3), I1, "severe"))
    desk.observe(f.InterviewResumed(at(3), I1, "awake"), f.InterviewResumed(at(4), I1, "severe"))
    assert asked(desk) == "severe"


def test_an_answer_says_unknown_where_the_question_has_a_way_for_it() -> None:
    """The log keeps the difference between not knowing and not saying."""
    desk = a_begun_interview(nature="illness", severe="refused")
    assert (code(desk), desk.situation.incidents[I1].answers["severe"]) == ("illness-2", "refused")
