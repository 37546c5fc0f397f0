"""Corrections folded: what is right counts from here on, what others built upon stays, and what cannot be undone is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import facts as f
from incidents.corrections import CORRECTABLE, as_corrected
from incidents.desk import Desk
from incidents.performance import measure
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId, filed_under
from incidents.refusals import FactRefused
from incidents.remembering import after
from incidents.situation import CORRECTABLE_FACTS, AssignmentStatus, Situation
from tests.builders import a_centre, a_desk, an_incident, at, sent, spot

I, J, A1, A2 = IncidentId("i"), IncidentId("j"), ResourceId("A1"), ResourceId("A2")  # noqa: E741
NEED = NeedId("i/1")


def a_street() -> tuple[Desk, list[f.Fact]]:
    """A desk with two ambulances and an engine, and the log of it from its first fact on."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 50), "E1": ("engine", 0)}))
    return desk, [desk.situation.recorded[number] for number in range(1, desk.situation.sequence + 1)]


def correct(desk: Desk, sequence: int, second: float, **right: Any) -> tuple[f.Fact, ...]:
    """The fact at `sequence` is corrected `second` seconds after the start."""
    incident, contact = filed_under(desk.situation.recorded[sequence])
    return desk.observe(f.Corrected(at(second), sequence, "misheard", incident, contact, **right))


def sequence_of(desk: Desk, kind: type[f.Fact]) -> int:
    """Where the first fact of a kind stands."""
    return next(number for number, fact in sorted(desk.situation.recorded.items()) if isinstance(fact, kind))


def test_a_corrected_answer_counts_from_here_on_and_the_incident_is_assessed_again() -> None:
    """Not severe was misheard: it is severe, and red."""
    desk, _ = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    answer = max(number for number, fact in desk.situation.recorded.items() if isinstance(fact, f.AnswerGiven))
    recorded = correct(desk, answer, 9, answer="yes")
    assert [type(fact) for fact in recorded] == [f.Corrected, f.IncidentAssessed]
    incident = desk.situation.incidents[I]
    assert (incident.answers["severe"], incident.priority, incident.determinant) == ("yes", "red", "illness-1")
    assert incident.needs == (NEED,)


def test_a_later_answer_to_the_same_question_stands() -> None:
    """The caller has said so since; the correction is for the record."""
    desk, _ = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    first = max(number for number, fact in desk.situation.recorded.items() if isinstance(fact, f.AnswerGiven))
    desk.observe(f.AnswerGiven(at(5), I, "severe", "yes"))
    assert [type(fact) for fact in correct(desk, first, 9, answer="perhaps")] == [f.Corrected]
    assert desk.situation.incidents[I].answers["severe"] == "yes"


def test_a_corrected_answer_has_to_be_one() -> None:
    """The tree takes no other from a caller either."""
    desk, _ = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    with pytest.raises(FactRefused, match="'flood' does not answer nature"):
        correct(desk, sequence_of(desk, f.AnswerGiven), 9, answer="flood")


def test_a_corrected_place_counts_unless_a_later_one_is_known() -> None:
    """The crew is sent to where it is, and a better place is not taken back."""
    desk, _ = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    opened = sequence_of(desk, f.IncidentOpened)
    correct(desk, opened, 5, place=spot(30))
    assert desk.situation.incidents[I].place == spot(30)
    desk.observe(f.IncidentLocated(at(6), I, spot(40)))
    correct(desk, opened, 7, place=spot(50))
    assert desk.situation.incidents[I].place == spot(40)


def on_scene(second: float = 60) -> Desk:
    """A1 is sent at 10 s, sets off at 20 s, and is reported there."""
    desk, _ = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    sent(desk, "A1", NEED, at(10))
    desk.observe(f.ResourceDeparted(at(20), A1, NEED))
    desk.observe(f.ResourceArrived(at(second), A1, NEED))
    return desk


def test_a_corrected_instant_is_the_one_that_measures_read() -> None:
    """The crew pressed the button at 60 s and was there at 45: response is 45 s, travel 25, and time on scene is the longer."""
    desk = on_scene()
    correct(desk, sequence_of(desk, f.ResourceArrived), 70, happened_at=at(45))
    desk.observe(f.ResourceReleased(at(100), A1, NEED, "clear"))
    log = [fact for _, fact in sorted(desk.situation.recorded.items())]
    original = [replace(fact, at=at(60)) if isinstance(fact, f.ResourceArrived) else fact for fact in log]
    for facts in (log, original):
        measures = measure(facts, since=at(0), until=at(1000))
        shown = [measures.figure(f"{stage}.mean.all") for stage in ("response_s", "travel_s", "on_scene_s")]
        assert shown == [45, 25, 55]
    held = desk.situation.resources[A1].assignment(NEED)
    assert held is None


@pytest.mark.parametrize(("second", "fits"), [(19.999, False), (20, True), (70, True), (70.001, False)])
def test_a_corrected_instant_lies_between_the_steps_around_it(second: float, fits: bool) -> None:
    """Nobody arrives before setting off, or in the future."""
    desk = on_scene()
    arrived = sequence_of(desk, f.ResourceArrived)
    if fits:
        correct(desk, arrived, 70, happened_at=at(second))
        held = desk.situation.resources[A1].assignment(NEED)
        assert held is not None
        assert held.since == at(second)
    else:
        with pytest.raises(FactRefused, match="/happened_at"):
            correct(desk, arrived, 70, happened_at=at(second))


def both_sent() -> Desk:
    """A crash has two needs of one skill; A1 is reported there, and it was A2."""
    desk, _ = a_street()
    an_incident(desk, "i", spot(20), at(0), nature="illness", severe="no")
    desk.observe(f.NeedOpened(at(1), NeedId("i/2"), (f.NeedRow("transport", 2),), False, "asked for", I))
    sent(desk, "A1", "i/2", at(10))
    sent(desk, "A2", "i/2", at(10))
    desk.observe(f.ResourceArrived(at(30), A1, NeedId("i/2")))
    return desk


def test_a_report_of_the_wrong_unit_goes_to_the_right_one() -> None:
    """A1 is still on its way from where it was, and A2 is there since then."""
    desk = both_sent()
    correct(desk, sequence_of(desk, f.ResourceArrived), 40, unit=A2)
    held = {name: desk.situation.resources[name].assignment(NeedId("i/2")) for name in (A1, A2)}
    assert [each.status for each in held.values() if each] == [AssignmentStatus.ASSIGNED, AssignmentStatus.ON_SCENE]
    assert [each.since for each in held.values() if each] == [at(10), at(30)]
    assert desk.situation.resources[A1].place == spot(0)
    assert desk.situation.resources[A2].place == spot(20)
    desk.observe(f.ResourceArrived(at(50), A1, NeedId("i/2")))


def test_a_report_that_others_rest_on_stays_with_its_unit() -> None:
    """A1 has gone on since: the later reports are corrected first."""
    desk = both_sent()
    desk.observe(f.ResourceTransporting(at(35), A1, NeedId("i/2")))
    with pytest.raises(FactRefused, match=r"A1 has gone on since.*later reports first"):
        correct(desk, sequence_of(desk, f.ResourceArrived), 40, unit=A2)


def test_only_a_unit_that_was_sent_can_have_reported() -> None:
    """The refusal names those that were."""
    desk = both_sent()
    with pytest.raises(FactRefused, match=r"E1 does not serve need i/2.*A1, A2"):
        correct(desk, sequence_of(desk, f.ResourceArrived), 40, unit=ResourceId("E1"))


def test_a_corrected_note_reads_as_it_should_have() -> None:
    """What was written down first stands in the log."""
    desk, _ = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    desk.observe(f.NoteAdded(at(5), I, "gas on the left"))
    correct(desk, sequence_of(desk, f.NoteAdded), 9, text="gas on the right")
    assert list(desk.situation.incidents[I].notes.values()) == ["gas on the right"]


def linked(*, ended: bool) -> Desk:
    """A second caller is linked to the wrong one of two incidents, and has hung up or not."""
    desk, _ = a_street()
    for name in ("i", "j"):
        an_incident(desk, name, spot(0), at(0), nature="fire")
    call = ContactId("c")
    desk.observe(f.ContactReceived(at(1), call, "emergency"))
    desk.observe(f.ContactAnswered(at(2), call))
    desk.observe(f.ContactLinked(at(3), call, I))
    if ended:
        desk.observe(f.ContactEnded(at(4), call))
    return desk


@pytest.mark.parametrize("ended", [False, True])
def test_a_contact_is_linked_to_the_right_incident_and_both_logs_say_so(ended: bool) -> None:
    """The correction stands with the wrong incident, the new link with the right one."""
    desk = linked(ended=ended)
    recorded = correct(desk, sequence_of(desk, f.ContactLinked), 9, linked_to=J)
    assert [(type(fact), filed_under(fact)[0]) for fact in recorded] == [(f.Corrected, I), (f.ContactLinked, J)]
    assert ended or desk.situation.contacts[ContactId("c")].incident == J


def test_a_caller_who_has_hung_up_belongs_to_one_incident() -> None:
    """A second link without a correction would count the call twice."""
    with pytest.raises(FactRefused, match="belongs to incident i"):
        linked(ended=True).observe(f.ContactLinked(at(9), ContactId("c"), J))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing is said": ({"corrects": 6}, "nothing that could be corrected"),
    "another field": ({"corrects": 6, "text": "no"}, "/text.*accepted: answer"),
    "a fact that is done": ({"corrects": 7, "text": "no"}, "IncidentAssessed, and what was done is done.*by a person"),
    "nothing there yet": ({"corrects": 99, "text": "no"}, "the log ends at 8"),
    "another incident": ({"corrects": 6, "answer": "crash", "incident": J}, "fact 6 is about i"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_put_right_is_refused_with_what_to_do_instead(name: str) -> None:
    """And the situation is as it was."""
    fields, why = REFUSED[name]
    desk, _ = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    before = desk.situation
    with pytest.raises(FactRefused, match=why):
        desk.observe(f.Corrected(at(9), because="x", **{"incident": I, **fields}))
    assert desk.situation is before


def test_a_fact_too_far_back_is_refused() -> None:
    """A situation keeps so many facts and no more."""
    desk, _ = a_street()
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    far = replace(desk.situation, sequence=6 + CORRECTABLE_FACTS)
    with pytest.raises(FactRefused, match=f"more than {CORRECTABLE_FACTS} facts have followed"):
        after(far, f.Corrected(at(9), 6, "x", I, answer="crash"))
    kept = after(replace(desk.situation, sequence=5 + CORRECTABLE_FACTS), f.NoteAdded(at(9), I, "one more"))
    assert sorted(kept.recorded)[:2] == [1, 2]
    assert 6 not in kept.recorded


def test_every_kind_that_may_be_corrected_is_one_field_of_that_kind() -> None:
    """The table speaks of fields that exist."""
    assert {name for fields in CORRECTABLE.values() for name in fields} <= set(f.Corrected.__dataclass_fields__)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["answer", "text", "place", "happened_at", "unit"]),
                          st.integers(0, 60)), max_size=12))  # fmt: skip
def test_a_corrected_log_folds_and_reads_as_if_it_had_been_right(tries: list[tuple[int, str, int]]) -> None:
    """Any corrections, possible or not: each is taken or refused whole, and the log keeps every byte it had."""
    desk = both_sent()
    desk.observe(f.NoteAdded(at(31), I, "first"))
    expected = dict(desk.situation.recorded.items())
    log = [fact for _, fact in sorted(desk.situation.recorded.items())]
    values = {"answer": ["yes", "no"], "text": ["a", "b"], "place": [spot(1), spot(2)],
              "happened_at": [at(25), at(28)], "unit": [A1, A2]}  # fmt: skip
    for second, (sequence, field, choice) in enumerate(tries, start=100):
        value = values[field][choice % 2]  # type: ignore[index]
        original = expected.get(sequence)
        incident, contact = filed_under(original)
        before = desk.situation
        fact = f.Corrected(at(second), max(1, sequence), "x", incident, contact, **{field: value})
        try:
            recorded = desk.observe(fact)
        except FactRefused:
            assert desk.situation is before
            continue
        assert original is not None
        attribute = {"happened_at": "at", "unit": "resource"}.get(field, field)
        expected[sequence] = replace(original, **{attribute: value})
        for each in recorded:
            log.append(each)
            expected[len(log)] = each
    assert dict(as_corrected(log)) == expected == dict(desk.situation.recorded)
    situation = Situation.opening(desk.centre)
    for each in log:
        situation = after(situation, each)
    assert situation == desk.situation


def test_a_part_of_a_log_is_put_right_by_the_sequences_of_the_whole() -> None:
    """One incident's facts are not numbered from 1, and a correction names another by its place in the log."""
    first = f.NoteAdded(at(1), I, "wrong")
    correction = f.Corrected(at(2), 7, "misheard", I, text="right")
    assert as_corrected([first, correction], [7, 9]) == [(7, f.NoteAdded(at(1), I, "right")), (9, correction)]
    assert as_corrected([first, correction], [8, 9]) == [(8, first), (9, correction)]
