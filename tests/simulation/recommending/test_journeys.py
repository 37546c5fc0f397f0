"""A call is cut into stages that follow one another, and its wait into what stood in the way."""

from __future__ import annotations

import pytest

from incidents import facts as f
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from simulation.recommending.journeys import STAGES, TO_ANSWER, TO_ARRIVAL, Journey, journeys
from simulation.recommending.waiting import REASONS
from tests.builders import a_centre, a_procedure, at, spot

CENTRE = a_centre({"A1": ("ambulance", 0.0), "A2": ("ambulance", 100.0), "C1": ("clerk", 0.0)})
A1, A2, I1, N1 = ResourceId("A1"), ResourceId("A2"), IncidentId("i1"), NeedId("n1")
ROWS = (f.NeedRow("transport"),)
CALL: tuple[f.Fact, ...] = (
    f.ContactReceived(at(0), ContactId("c1"), "emergency"),
    f.ContactAnswered(at(4), ContactId("c1"), ResourceId("C1")),
    f.IncidentOpened(at(4), I1, ContactId("c1"), spot(50)),
    f.IncidentAssessed(at(34), I1, "illness-1", "red", "told"),
    f.NeedOpened(at(34), N1, ROWS, False, "plan medical", incident=I1),
)


def the_one(*facts: f.Fact, procedure: Procedure | None = None) -> Journey:
    """The only journey of a log."""
    found = journeys([*facts], CENTRE, procedure, clock=TO_ARRIVAL).all
    assert len(found) == 1
    return found[0]


def ride(who: ResourceId, sent: float, left: float, there: float) -> tuple[f.Fact, ...]:
    """Sent, under way and there."""
    return (
        f.ResourceAssigned(at(sent), who, N1, 0, "proposed"),
        f.ResourceDeparted(at(left), who, N1),
        f.ResourceArrived(at(there), who, N1),
    )


def on_duty(who: ResourceId, seconds: float = 0.0) -> f.Fact:
    """Signed on."""
    return f.ResourceSignedOn(at(seconds), who, spot(0))


def reasons(journey: Journey) -> dict[str, float]:
    """What was waited for, those of no time left out."""
    return {name: seconds for name, seconds in zip(REASONS, journey.reasons_s, strict=True) if seconds}


def test_a_call_is_cut_where_something_happened() -> None:
    """Answered after 4 s, assessed 30 s later, sent after 6, off after 10, there after 50."""
    journey = the_one(on_duty(A1), *CALL, *ride(A1, 40, 50, 100))
    assert dict(zip(STAGES, journey.stages_s, strict=True)) == {
        "answer": 4, "handling": 30, "waiting": 6, "turnout": 10, "travel": 50,
    }  # fmt: skip
    assert journey.total_s == 100


def test_whoever_is_sent_before_the_assessment_ends_the_handling() -> None:
    """What goes on beside the trip holds nobody up, and no stage is negative."""
    early = (*CALL[:3], f.NeedOpened(at(10), N1, ROWS, False, "at once", incident=I1))
    journey = the_one(
        on_duty(A1), *early, f.ResourceAssigned(at(12), A1, N1, 0, "proposed"), CALL[3],
        f.ResourceDeparted(at(40), A1, N1), f.ResourceArrived(at(90), A1, N1),
    )  # fmt: skip
    assert journey.stages_s == (4, 8, 0, 28, 50)


def test_a_wait_with_a_free_crew_is_the_dispatchers() -> None:
    """Six seconds in which A1 stood by."""
    assert reasons(the_one(on_duty(A1), *CALL, *ride(A1, 40, 50, 100))) == {"somebody free": 6}


def test_a_wait_for_the_first_shift_is_nobodys() -> None:
    """Nobody until 60 s, then somebody who is sent at 64."""
    found = the_one(*CALL, on_duty(A1, 60), *ride(A1, 64, 70, 100))
    assert reasons(found) == {"nobody on duty": 26, "somebody free": 4}


def test_a_crew_with_its_hands_full_is_busy() -> None:
    """It was sent elsewhere before, and is free at 90 s."""
    elsewhere = (
        f.NeedOpened(at(1), NeedId("n0"), ROWS, False, "plan medical", incident=IncidentId("i0")),
        f.ResourceAssigned(at(2), A1, NeedId("n0"), 0, "proposed"),
    )
    freed = f.ResourceReleased(at(90), A1, NeedId("n0"), "clear")
    log = (on_duty(A1), CALL[0], *elsewhere, *CALL[1:], freed, *ride(A1, 91, 95, 120))
    assert reasons(the_one(*log)) == {"everybody busy": 56, "somebody free": 1}


def test_a_crew_on_its_break_is_not_on_duty() -> None:
    """It is back at 50 s."""
    log = (on_duty(A1), f.ResourceStoodDown(at(1), A1), *CALL, f.ResourceStoodUp(at(50), A1), *ride(A1, 51, 55, 90))
    found = the_one(*sorted(log, key=lambda fact: fact.at))
    assert reasons(found) == {"nobody on duty": 16, "somebody free": 1}


def test_the_last_free_crew_may_be_kept_in_reserve() -> None:
    """With one to keep, the only one free is kept; with a second at 50 s somebody is free."""
    reserve = {"reserve": [{"name": "one", "skill": "transport", "keep": 1, "missing_s": 100}]}
    log = (on_duty(A1), *CALL, on_duty(A2, 50), *ride(A2, 53, 60, 90))
    found = the_one(*log, procedure=a_procedure(dispatch=reserve))
    assert reasons(found) == {"kept in reserve": 16, "somebody free": 3}


def test_a_crew_that_was_taken_away_cost_what_it_was_under_way() -> None:
    """A1 was sent at 40 and turned round at 60; A2 is sent at 65 and arrives."""
    log = (
        on_duty(A1), on_duty(A2), *CALL, *ride(A1, 40, 45, 0)[:2],
        f.ResourceReleased(at(60), A1, N1, "diverted to i9", leaves_open=True), *ride(A2, 65, 70, 100),
    )  # fmt: skip
    found = the_one(*log)
    assert found.stages_s[2] == 31
    assert reasons(found) == {"somebody free": 11, "turned round": 20}


def test_where_nobody_is_sent_a_call_ends_when_it_is_answered() -> None:
    """And one that nobody answers never does."""
    log = (CALL[0], CALL[1], f.ContactReceived(at(5), ContactId("c2"), "emergency"))
    found = journeys(log, CENTRE, clock=TO_ANSWER)
    assert [each.stages_s for each in found.all] == [(4,)]
    assert found.unended == 1


@pytest.mark.parametrize(("since", "until", "count"), [(0, 1, 1), (1, 9, 0)])
def test_only_calls_of_the_window_count(since: float, until: float, count: int) -> None:
    """The rest sets the scene."""
    log = (on_duty(A1), *CALL, *ride(A1, 40, 50, 100))
    found = journeys(log, CENTRE, clock=TO_ARRIVAL, since=at(since), until=at(until))
    assert len(found.all) == count
