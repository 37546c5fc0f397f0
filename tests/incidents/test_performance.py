"""Every clock on a history small enough to read off by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import facts as f
from incidents.measures import COUNTS, STAGES, Measures, figure_flaw, more_is_better, nearest_rank
from incidents.performance import measure
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import Refusal

CALL, SECOND_CALL = ContactId("call"), ContactId("second call")
FIRE, NEED, CALL_NEED = IncidentId("fire"), NeedId("fire/1"), NeedId("call/1")
ENGINE, TRUCK, ANN = ResourceId("engine"), ResourceId("truck"), ResourceId("ann")
KINDS = {ENGINE: "engine", TRUCK: "truck", ANN: "call-taker"}
HOUR_S = 3600


def at(seconds: float) -> int:
    return round(seconds * 1000)


def reported() -> list[f.Fact]:
    """Received at 10 s, answered at 14 s, assessed at 70 s; two units are asked for."""
    return [
        f.ContactReceived(at(10), CALL, "999"),
        f.NeedOpened(at(10), CALL_NEED, (f.NeedRow("calls"),), True, "queue", contact=CALL),
        f.ResourceAssigned(at(14), ANN, CALL_NEED, 0, "first free"),
        f.ContactAnswered(at(14), CALL, ANN),
        f.IncidentOpened(at(15), FIRE, CALL),
        f.IncidentAssessed(at(70), FIRE, "F1", "red", "tree"),
        f.NeedOpened(at(70), NEED, (f.NeedRow("fire", 2),), False, "plan", incident=FIRE),
        f.ContactEnded(at(80), CALL),
        f.ResourceReleased(at(90), ANN, CALL_NEED, "done"),
    ]


def served() -> list[f.Fact]:
    """The engine stays on scene and leaves; the truck transports and hands over."""
    return [
        f.ResourceAssigned(at(100), ENGINE, NEED, 0, "nearest"),
        f.ResourceAssigned(at(100), TRUCK, NEED, 0, "nearest"),
        f.ResourceDeparted(at(160), ENGINE, NEED),
        f.ResourceDeparted(at(170), TRUCK, NEED),
        f.ResourceArrived(at(400), ENGINE, NEED),
        f.ResourceArrived(at(500), TRUCK, NEED),
        f.ResourceTransporting(at(800), TRUCK, NEED),
        f.ResourceReleased(at(1000), ENGINE, NEED, "clear"),
        f.ResourceAtFacility(at(1400), TRUCK, NEED),
        f.ResourceReleased(at(2000), TRUCK, NEED, "clear"),
        f.IncidentClosed(at(2000), FIRE),
    ]


def measured(facts: Sequence[f.Fact], *, since_s: float = 0, until_s: float = HOUR_S) -> Measures:
    return measure(facts, since=at(since_s), until=at(until_s), kinds=KINDS)


@pytest.mark.parametrize(
    ("clock", "expected_s"),
    [
        ("answer_s", [4]),
        ("handling_s", [60]),
        ("dispatch_wait_s", [30]),
        ("turnout_s", [60, 70]),
        ("travel_s", [240, 330]),
        ("response_s", [390]),
        ("on_scene_s", [300, 600]),
        ("transport_s", [600]),
        ("handover_s", [600]),
        ("commitment_s", [900, 1900]),
        ("units", [2]),
    ],
)
def test_each_clock_runs_between_its_two_facts(clock: str, expected_s: list[float]) -> None:
    """The clocks are the contract of every figure that follows; the table is the declaration, worked by hand."""
    samples = measured([*reported(), *served()]).samples
    assert samples[clock, "all"].tolist() == samples[clock, "red"].tolist() == expected_s


def test_the_final_priority_sorts_all_samples_of_an_incident() -> None:
    """A case that turned out worse is judged as what it was, not as what was first said."""
    raised = f.IncidentEscalated(at(95), FIRE, "waiting", "no unit for 25 s", "black")
    samples = measured([*reported(), raised, *served()]).samples
    assert ("response_s", "red") not in samples
    assert samples["response_s", "black"].tolist() == [390]


def test_the_true_priority_stands_before_the_one_in_the_log() -> None:
    """A triage tree can only be judged by the truth it did not see."""
    facts = [*reported(), *served()]
    measures = measure(facts, since=0, until=at(HOUR_S), priority_of={FIRE: "green"})
    assert measures.figure("response_s.mean.green") == 390


def test_a_contact_that_gives_up_is_abandoned_and_never_answered() -> None:
    """Abandonment is the failure that no response time shows."""
    lost: list[f.Fact] = [f.ContactReceived(at(20), SECOND_CALL, "999"), f.ContactAbandoned(at(50), SECOND_CALL)]
    measures = measured([*reported(), *lost])
    told = [measures.figure(name) for name in ("contacts", "answered", "abandoned", "abandoned.share")]
    assert told == [2, 1, 1, 0.5]


def test_a_diversion_never_resets_the_clock_of_the_incident() -> None:
    """A diverted unit must not make the incident it left look quicker."""
    facts: list[f.Fact] = [
        *reported(),
        f.ResourceAssigned(at(100), ENGINE, NEED, 0, "nearest"),
        f.ResourceDeparted(at(160), ENGINE, NEED),
        f.ResourceReleased(at(200), ENGINE, NEED, "diverted to something worse", leaves_open=True),
        f.ResourceAssigned(at(210), TRUCK, NEED, 0, "nearest"),
        f.ResourceDeparted(at(220), TRUCK, NEED),
        f.ResourceArrived(at(710), TRUCK, NEED),
    ]
    measures = measured(facts)
    told = [measures.figure(name) for name in ("response_s.mean.all", "dispatch_wait_s.mean.all", "diversions")]
    assert told == [700, 30, 1]


def test_a_unit_that_was_turned_back_has_no_travel_time() -> None:
    """A journey cut short is no sample of how long journeys take."""
    facts: list[f.Fact] = [
        *reported(),
        f.ResourceAssigned(at(100), ENGINE, NEED, 0, "nearest"),
        f.ResourceDeparted(at(160), ENGINE, NEED),
        f.ResourceReleased(at(200), ENGINE, NEED, "not needed"),
    ]
    samples = measured(facts).samples
    assert (len(samples["travel_s", "all"]), samples["commitment_s", "all"].tolist()) == (0, [100])


def test_a_unit_assigned_before_the_assessment_means_no_wait_for_dispatch() -> None:
    """Sending on suspicion is not a negative wait."""
    facts: list[f.Fact] = [
        f.ContactReceived(at(10), CALL, "999"),
        f.IncidentOpened(at(15), FIRE, CALL),
        f.NeedOpened(at(16), NEED, (f.NeedRow("fire"),), False, "suspicion", incident=FIRE),
        f.ResourceAssigned(at(17), ENGINE, NEED, 0, "nearest"),
        f.IncidentAssessed(at(70), FIRE, "F1", "red", "tree"),
    ]
    assert measured(facts).samples["dispatch_wait_s", "red"].tolist() == [0]


def test_an_incident_is_timed_from_its_first_contact_not_from_a_duplicate() -> None:
    """A second caller must not restart the clock."""
    again: list[f.Fact] = [
        f.ContactReceived(at(300), SECOND_CALL, "999"),
        f.ContactAnswered(at(302), SECOND_CALL),
        f.ContactLinked(at(310), SECOND_CALL, FIRE),
    ]
    facts: list[f.Fact] = sorted([*reported(), *served(), *again], key=lambda fact: fact.at)
    samples = measured(facts).samples
    assert (samples["response_s", "red"].tolist(), samples["answer_s", "red"].tolist()) == ([390], [2, 4])


@pytest.mark.parametrize(("since_s", "until_s", "count"), [(0, 11, 1), (10, 11, 1), (0, 10, 0), (11, 3600, 0)])
def test_a_sample_counts_by_when_its_contact_was_received(since_s: float, until_s: float, count: int) -> None:
    """Warm-up and the long tail after the window belong to neither arm; the window is half open."""
    measures = measured([*reported(), *served()], since_s=since_s, until_s=until_s)
    assert [measures.figure(f"{clock}.n.all") for clock in ("answer_s", "response_s", "units")] == [count] * 3


def test_an_incident_without_a_contact_is_timed_from_its_opening() -> None:
    """Crews report what they drive past; nobody rang."""
    facts: list[f.Fact] = [f.IncidentOpened(at(15), FIRE), f.IncidentAssessed(at(70), FIRE, "F1", "red", "seen")]
    assert measured(facts).figure("handling_s.mean.red") == 55


def test_needs_stand_open_until_every_position_is_taken() -> None:
    """What is still owed at the end of a log must show, or a procedure could win by never sending anybody."""
    one_of_two = [*reported(), f.ResourceAssigned(at(100), ENGINE, NEED, 0, "nearest")]
    both = [*one_of_two, f.ResourceAssigned(at(101), TRUCK, NEED, 0, "nearest")]
    taken_away = [*both, f.ResourceReleased(at(102), TRUCK, NEED, "diverted", leaves_open=True)]
    told = [measured(facts).figure("open_needs") for facts in (reported(), one_of_two, both, taken_away)]
    assert told == [1, 1, 0, 1]


def either_way(*sent: f.ResourceAssigned) -> float:
    """Needs left open of one that asks for two with fire, or else one with water who also has fire."""
    rows = (f.NeedRow("fire", 2), f.NeedRow("water", alternative=1), f.NeedRow("fire", alternative=1))
    opened = f.NeedOpened(at(70), NEED, rows, True, "plan", incident=FIRE, shared=True)
    return measured([*reported()[:6], opened, *sent]).figure("open_needs")


def test_a_need_is_not_open_once_one_way_is_filled() -> None:
    """Positions of the other way were never owed; and one resource may have taken two positions."""
    half = f.ResourceAssigned(at(80), ENGINE, NEED, 1, "sent")
    whole = f.ResourceAssigned(at(80), ENGINE, NEED, 1, "sent", also=(2,))
    assert [either_way(), either_way(half), either_way(whole)] == [1, 1, 0]


def test_an_incident_that_nobody_reached_is_counted() -> None:
    """It has no response time, so only this count betrays it."""
    assert [measured(facts).figure("unreached") for facts in (reported(), [*reported(), *served()])] == [1, 0]


def test_busy_time_is_clipped_to_the_window_and_open_work_lasts_to_its_end() -> None:
    """Utilisation of a week must not depend on what came before or after it."""
    facts: list[f.Fact] = [
        *(f.ResourceSignedOn(0, resource) for resource in (ENGINE, TRUCK)),
        *reported(),
        f.ResourceAssigned(at(100), ENGINE, NEED, 0, "nearest"),
        f.ResourceAssigned(at(100), TRUCK, NEED, 0, "nearest"),
        f.ResourceReleased(at(500), ENGINE, NEED, "clear"),
        f.ResourceSignedOff(at(600), ENGINE),
    ]
    measures = measured(facts, since_s=200, until_s=1200)
    names = ("busy_s.engine", "duty_s.engine", "utilisation.engine", "busy_s.truck", "utilisation.truck")
    assert [measures.figure(name) for name in names] == [300, 400, 0.75, 1000, 1]


def test_a_call_taker_is_busy_and_yet_not_committed_to_an_incident() -> None:
    """Concurrency is of units sent; the desks are counted by kind."""
    measures = measured(reported(), until_s=60)
    assert (measures.figure("busy_s.call-taker"), measures.figure("concurrency.max")) == (46, 0)


def test_concurrency_is_sampled_at_each_minute() -> None:
    """At 0 and 60 s nobody, from 120 s two, at 1,020 s one, from 2,040 s none: 2 is the median of 40 minutes."""
    measures = measured([*reported(), *served()], until_s=2400)
    names = ("concurrency.median", "concurrency.max", "concurrency.mean")
    minutes_with_two, minutes_with_one = 15, 17
    assert [measures.figure(name) for name in names] == [1, 2, (2 * minutes_with_two + minutes_with_one) / 40]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("turnout_s.mean.all", 65),
        ("turnout_s.median.all", 60),
        ("turnout_s.p51.red", 70),
        ("turnout_s.p99.9.red", 70),
        ("turnout_s.max.all", 70),
        ("turnout_s.n.all", 2),
        ("turnout_s.within_60.all", 0.5),
        ("turnout_s.within_59.9.all", 0),
        ("incidents", 1),
    ],
)
def test_a_figure_is_read_by_its_name(name: str, expected: float) -> None:
    """Criteria, reports and terminals all ask by name."""
    assert measured([*reported(), *served()]).figure(name) == expected


def test_every_listed_figure_can_be_asked_for_by_its_name() -> None:
    """What is printed must be what a criterion may name."""
    measures = measured([*reported(), *served()])
    for name, value in measures.figures().items():
        assert measures.figure(name) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("respons_s.p90.red", "response_s"),
        ("response_s.p0.red", "p<percent>"),
        ("response_s.p100.red", "p<percent>"),
        ("response_s.best.red", "median"),
        ("response_s.p90", "response_s.p90.all"),
        ("response_s.p90.mauve", "all, red"),
        ("utilisation.tank", "call-taker, engine, truck"),
        ("", "response_s"),
    ],
)
def test_an_unknown_figure_is_refused_with_what_is_accepted(name: str, accepted: str) -> None:
    """A misspelt criterion that silently measured nothing would pass anything."""
    measures = measure(reported(), since=0, until=at(HOUR_S), kinds=KINDS, priorities=["red"])
    with pytest.raises(Refusal) as refusal:
        measures.figure(name)
    assert accepted in refusal.value.flaws[0].accepted


def test_a_declared_priority_without_samples_is_not_a_number() -> None:
    """A quiet week is no error, and no zero either."""
    measures = measure(reported(), since=0, until=at(HOUR_S), priorities=["red", "black"])
    assert math.isnan(measures.figure("response_s.p90.black"))


def test_every_clock_and_count_has_a_lawful_name() -> None:
    """The check of names and the list of names must not part."""
    names = [*(f"{stage}.p90.all" for stage in STAGES), *COUNTS]
    assert [figure_flaw(name) for name in names] == [None] * len(names)


def test_only_shares_within_a_time_are_better_when_higher() -> None:
    """`no_worse` turns on it."""
    names = ("response_s.within_480.red", "response_s.p90.red", "abandoned.share")
    assert [more_is_better(name) for name in names] == [True, False, False]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(1, 100))
def test_nearest_rank_is_the_smallest_sample_that_covers_the_share(values: list[float], percent: int) -> None:
    """The declared definition of every percentile, on any samples, in whole numbers."""
    ascending = np.sort(np.asarray(values))
    found = nearest_rank(ascending, percent / 100)
    covering = [x for x in ascending if 100 * int((ascending <= x).sum()) >= percent * len(values)]
    assert found == min(covering)
