"""Where the time goes is told of groups, and a late call counts against the stage that alone decides it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.centre import NoTravel
from incidents.refusals import Refusal
from simulation.recommending.aim import Aim, aim_of, usual_aim
from simulation.recommending.bottleneck import by_replay
from simulation.recommending.decomposition import LEAST_JOURNEYS, decomposition, group
from simulation.recommending.journeys import STAGES, TO_ARRIVAL, Journey, Journeys
from tests.builders import START, a_centre, a_procedure

NONE = (0.0,) * 5
UTC = ZoneInfo("UTC")
P90 = Aim("response_s.p90.red", 100)


def call(*stages_s: float, priority: str = "red", area: str | None = None) -> Journey:
    """A call of these stages."""
    return Journey(START, priority, area, stages_s, NONE)


EVEN = call(10, 10, 10, 10, 50)
LATE_TRIP = call(10, 10, 10, 10, 80)


def test_a_late_call_counts_against_the_stage_that_decides_it() -> None:
    """120 s; with its trip at the median of 50 s it would have taken 90."""
    found = group("red", [EVEN, EVEN, LATE_TRIP], 100)
    assert found.late == pytest.approx(1 / 3)
    assert [each.decides_late for each in found.stages] == [0, 0, 0, 0, 1]
    assert found.undecided_late == 0


def test_a_call_that_is_late_twice_over_is_decided_by_no_stage_alone() -> None:
    """Both the wait and the trip are 60 s too long, of 100 s allowed."""
    found = group("red", [EVEN, EVEN, call(10, 10, 70, 10, 110)], 100)
    assert all(each.decides_late == 0 for each in found.stages)
    assert found.undecided_late == 1


@given(st.lists(st.tuples(*[st.floats(0, 1000)] * 5), min_size=1, max_size=30))
def test_means_of_stages_sum_to_the_mean_of_the_whole(stages: list[tuple[float, ...]]) -> None:
    """Nothing is lost and nothing is counted twice."""
    found = group("red", [call(*each) for each in stages], 100)
    assert sum(each.mean_s for each in found.stages) == pytest.approx(found.mean_s)


def test_only_calls_of_the_aim_are_taken_apart_and_the_others_told_beside() -> None:
    """Twenty red ones and one green."""
    calls = [call(1, 1, 1, 1, 6, area="north")] * LEAST_JOURNEYS + [call(0, 0, 0, 0, 500, priority="green")]
    found = decomposition(Journeys(TO_ARRIVAL, tuple(calls), 3), P90, UTC)
    assert (found.whole.calls, found.value, found.unended) == (LEAST_JOURNEYS, 10, 3)
    assert [each.name for each in found.priorities] == ["green", "red"]
    assert [each.name for each in found.areas] == ["north"]
    assert sum(each.calls for each in found.hours) == LEAST_JOURNEYS


def test_too_few_calls_are_refused() -> None:
    """A p90 of three calls is one of them."""
    with pytest.raises(Refusal, match="3 calls of priority red"):
        decomposition(Journeys(TO_ARRIVAL, (EVEN,) * 3, 0), P90, UTC)


def test_the_stage_that_is_longest_in_the_tail_moves_the_p90_most() -> None:
    """A tenth off a trip of 50 s is 5 s of the p90, a tenth off any other stage 1 s."""
    run = Journeys(TO_ARRIVAL, (EVEN,) * 10, 0)
    first, *others = by_replay([run, run], P90)
    assert first.stage == "travel"
    assert first.by_replay == pytest.approx(-5)
    assert [each.by_replay for each in others] == [pytest.approx(-1)] * (len(STAGES) - 1)


def test_a_share_in_time_rises_where_a_stage_is_shorter() -> None:
    """Where more is better the most helpful is the one that adds most."""
    run = Journeys(TO_ARRIVAL, (EVEN, call(10, 10, 10, 10, 65)), 0)
    first = by_replay([run], Aim("response_s.within_100.red", 0.9))[0]
    assert (first.stage, first.by_replay) == ("travel", 0.5)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("response_s.p90.red", "is no target"),
        ("response_s.p90.purple<=3", "purple"),
        ("response_s.p90.red>=480", "asks for worse"),
        ("answer_s.within_15.all<=0.9", "asks for worse"),
        ("answer_s.within_15.all>=90", "no share"),
        ("travel_s.p90.red<=480", "cannot be taken apart"),
        ("response_s.p90.red@worst<=480", "cannot be taken apart"),
        ("incidents<=480", "cannot be taken apart"),
    ],
)
def test_an_aim_that_means_nothing_is_refused(text: str, why: str) -> None:
    """Before anything is played."""
    with pytest.raises(Refusal, match=why):
        aim_of(text, a_procedure())


def test_an_aim_is_written_as_it_is_read() -> None:
    """So that an answer can be asked for again."""
    for text in ("response_s.p90.red<=480", "answer_s.within_15.all>=0.9"):
        assert str(aim_of(text, a_procedure())) == text


def test_where_nobody_says_it_is_the_most_urgent_or_where_nobody_drives_the_answer() -> None:
    """A bank's callers wait for an answer, not for a car."""
    street = a_centre({"A1": ("ambulance", 0.0)})
    assert str(usual_aim(a_procedure(), street)) == "response_s.p90.red<=300"
    desk = street.model_copy(update={"travel": NoTravel(kind="none")})
    assert str(usual_aim(a_procedure(), desk)) == "answer_s.within_20.all>=0.9"
