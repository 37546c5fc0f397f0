"""Moments: the first time that something happened, read off a log by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from incidents import facts as f
from incidents.moments import Course, Moment, courses_of
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from tests.builders import at, spot

CALL, CRASH, NEED, ENGINE, MEDIC = ContactId("c1"), IncidentId("i1"), NeedId("n1"), ResourceId("E1"), ResourceId("M1")
ROWS = (f.NeedRow("fire"), f.NeedRow("transport"))
LOG: Sequence[f.Fact] = (
    f.ContactReceived(at(0), CALL, "emergency"),
    f.ContactAnswered(at(5), CALL, ResourceId("C1")),
    f.IncidentOpened(at(6), CRASH, CALL),
    f.AnswerGiven(at(10), CRASH, "nature", "crash"),
    f.IncidentAssessed(at(20), CRASH, "crash-1", "red", "nature = crash"),
    f.NeedOpened(at(20), NEED, ROWS, False, "plan", CRASH),
    f.ResourceAssigned(at(30), ENGINE, NEED, 0, "chosen"),
    f.IncidentLocated(at(35), CRASH, spot(10)),
    f.ResourceAssigned(at(40), MEDIC, NEED, 1, "chosen"),
    f.ResourceDeparted(at(50), ENGINE, NEED),
    f.ResourceReleased(at(55), ENGINE, NEED, "diverted", leaves_open=True),
    f.ResourceDeparted(at(60), MEDIC, NEED),
    f.ResourceArrived(at(100), MEDIC, NEED),
    f.ResourceArrived(at(110), MEDIC, NEED),
    f.NoteAdded(at(120), CRASH, "handed over"),
    f.IncidentEscalated(at(130), CRASH, "late", "waited", "green"),
    f.ResourceReleased(at(200), MEDIC, NEED, "done"),
    f.IncidentClosed(at(210), CRASH),
    f.ContactEnded(at(215), CALL),
)


@pytest.fixture
def crash() -> Course:
    """The course of the one incident."""
    return courses_of(LOG).incidents[CRASH]


@pytest.mark.parametrize(
    ("moment", "second"),
    [
        ("received", 0),
        ("answered", 5),
        ("opened", 6),
        ("located", 35),
        ("assessed", 20),
        ("assigned", 30),
        ("departed", 50),
        ("arrived", 100),
        ("released", 200),
        ("noted", 120),
        ("escalated", 130),
        ("closed", 210),
    ],
)
def test_a_moment_is_the_first_of_its_kind(crash: Course, moment: Moment, second: float) -> None:
    """A clock that started or stopped at a later one would measure something else."""
    shown = crash.when(moment)
    assert shown is not None
    assert shown.at == at(second)


def test_a_moment_points_at_its_place_in_the_log(crash: Course) -> None:
    """Whoever doubts a finding looks the fact up."""
    shown = crash.when("arrived")
    assert shown is not None
    assert LOG[shown.number - 1] is shown.fact


@pytest.mark.parametrize(("skill", "second"), [("fire", 30), ("transport", 40)])
def test_a_moment_of_a_skill_is_that_of_whoever_fills_a_row_for_it(crash: Course, skill: str, second: float) -> None:
    """The clock of a transport stops when the ambulance comes, not the engine."""
    shown = crash.when("assigned", skill)
    assert shown is not None
    assert shown.at == at(second)


def test_whoever_is_turned_round_arrives_for_nobody(crash: Course) -> None:
    """The engine left before it came."""
    assert crash.when("arrived", "fire") is None


def test_an_incident_without_a_contact_is_received_when_it_is_opened() -> None:
    """As in the response clock of the measures."""
    course = courses_of([f.IncidentOpened(at(7), CRASH)]).incidents[CRASH]
    assert course.first["received"].at == at(7)


def test_a_need_for_a_call_taker_is_no_need_of_an_incident() -> None:
    """Answering the phone sends nobody."""
    need = f.NeedOpened(at(1), NEED, (f.NeedRow("answering"),), False, "rings", None, CALL)
    courses = courses_of(
        [LOG[0], need, f.IncidentOpened(at(2), CRASH, CALL), f.ResourceAssigned(at(3), ENGINE, NEED, 0, "")]
    )
    assert not courses.incidents[CRASH].has_asked


def test_the_last_priority_and_the_procedure_at_the_beginning_are_kept(crash: Course) -> None:
    """An incident is sorted by what it turned out to be, and judged by the rules it began under."""
    adopted = f.ProcedureAdopted(at(1), "street", 2, "b")
    assert crash.group == "green"
    assert courses_of([*LOG[:3], adopted], "a").incidents[CRASH].fingerprint == "a"
    assert courses_of([adopted, *LOG[:3]], "a").incidents[CRASH].fingerprint == "b"
