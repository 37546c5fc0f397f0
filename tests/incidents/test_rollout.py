"""From draft to in force: each step by whom it may be taken, and nobody approves what they wrote."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from incidents.rollout import Act, Dossier, Stage, Step, against

MINE, OTHERS = "a" * 64, "b" * 64
ADA, BOB, CYD = "Ada", "Bob", "Cyd"


def on_record(*acts: Act, authors: tuple[str, ...] = (ADA,)) -> Dossier:
    """A version that Ada wrote, with these steps on record."""
    return Dossier(MINE, authors, acts)


def did(step: Step, who: str = BOB, **more: object) -> Act:
    """A step that Bob took."""
    return Act(step, who, 1, **more)  # type: ignore[arg-type]


PASSED = did(Step.EVIDENCE, outcome="pass")
WAIVED = did(Step.WAIVER, said="an order of the ministry")


def refused(dossier: Dossier, act: Act) -> list[str]:
    """What is said against a step."""
    return [flaw.what for flaw in against(dossier, act, OTHERS)]


def test_a_version_that_passed_is_approved_by_another() -> None:
    """The way it should go."""
    assert refused(on_record(PASSED), did(Step.APPROVAL)) == []


def test_an_author_does_not_approve_their_own() -> None:
    """Four eyes."""
    assert refused(on_record(PASSED), did(Step.APPROVAL, ADA)) == ["Ada wrote it"]


def test_neither_does_the_author_of_a_draft_that_it_goes_back_to() -> None:
    """One comma by a colleague does not make a change somebody else's."""
    assert refused(on_record(PASSED, authors=(CYD, ADA)), did(Step.APPROVAL, ADA)) == ["Ada wrote it"]


def test_an_untested_version_is_not_approved() -> None:
    """The bet of the whole product."""
    assert refused(on_record(), did(Step.APPROVAL)) == ["no test is on record"]


def test_the_last_test_counts() -> None:
    """Nobody picks the run they like."""
    failed = did(Step.EVIDENCE, outcome="fail")
    assert refused(on_record(PASSED, failed), did(Step.APPROVAL)) == ["its last test came out fail"]


def test_undecided_is_not_passed() -> None:
    """The end of a budget is no reason."""
    undecided = did(Step.EVIDENCE, outcome="undecided")
    assert refused(on_record(undecided), did(Step.APPROVAL)) == ["its last test came out undecided"]


def test_whoever_waives_a_test_does_not_approve_as_well() -> None:
    """A waiver is a second pair of eyes, not the same one twice."""
    assert refused(on_record(WAIVED), did(Step.APPROVAL)) == ["Bob waived its test"]
    assert refused(on_record(WAIVED), did(Step.APPROVAL, CYD)) == []


def test_an_author_does_not_waive_their_own_test_and_a_waiver_has_a_reason() -> None:
    """Or there would be no need of a test."""
    assert refused(on_record(), did(Step.WAIVER, ADA, said=" ")) == ["Ada wrote it", "is missing"]


def test_only_what_is_approved_is_scheduled_and_what_was_halted_is_not() -> None:
    """What was taken back under load is not put in again by a habit."""
    approved = did(Step.APPROVAL)
    assert refused(on_record(PASSED), did(Step.SCHEDULE)) == ["is not approved"]
    assert refused(on_record(PASSED, approved), did(Step.SCHEDULE)) == []
    halted = did(Step.HALTED, said="guardrail")
    assert refused(on_record(PASSED, approved, halted), did(Step.SCHEDULE)) == ["was halted after it was approved"]


def test_how_far_a_version_has_come() -> None:
    """What the list shows."""
    acts = [PASSED, did(Step.APPROVAL), did(Step.SCHEDULE, due_at=9), did(Step.ADOPTED), did(Step.HALTED)]
    stages = [on_record(*acts[:count]).stage(OTHERS) for count in range(6)]
    assert stages == [Stage.DRAFT, Stage.TESTED, Stage.APPROVED, Stage.SCHEDULED, Stage.RETIRED, Stage.HALTED]
    assert on_record(*acts[:4]).stage(MINE) is Stage.IN_FORCE


STEPS = st.builds(
    Act,
    st.sampled_from(Step),
    st.sampled_from([ADA, BOB, CYD]),
    st.just(1),
    st.sampled_from(["", "a reason"]),
    st.sampled_from([None, "pass", "fail", "undecided"]),
)


@given(st.lists(STEPS, max_size=12))
def test_whatever_is_tried_nothing_is_scheduled_that_its_author_approved_or_nobody_tested(tried: list[Act]) -> None:
    """Every order of steps, by everybody."""
    dossier = on_record()
    for act in tried:
        if not against(dossier, act, OTHERS):
            dossier = on_record(*dossier.acts, act)
    for number, act in enumerate(dossier.acts):
        before = dossier.acts[:number]
        if act.step is Step.APPROVAL:
            assert act.who != ADA
            tests = [each.outcome for each in before if each.step is Step.EVIDENCE]
            waivers = [each.who for each in before if each.step is Step.WAIVER]
            assert tests[-1:] == ["pass"] or any(who not in (ADA, act.who) for who in waivers)
        if act.step is Step.SCHEDULE:
            assert any(each.step is Step.APPROVAL for each in before)
