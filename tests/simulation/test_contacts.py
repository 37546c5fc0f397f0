"""Contacts drawn before the run: how many, when, where, and that their luck is their own."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from incidents.quantities import Place
from simulation.contacts import Contact, draw_contacts
from simulation.outcomes import Outcome
from simulation.workload import DistributionEntry, Workload
from tests.simulation.test_workload import NATURE, a_workload

MONDAY = round(datetime(2024, 1, 8, tzinfo=ZoneInfo("UTC")).timestamp() * 1000)
HOUR_S, DAY_S, WEEK_S = 3600, 86_400, 7 * 86_400
ZONES = {"low": Place(0.0, 0.0, "low"), "high": Place(0.0, 1.0, "high")}


def a_town(**changes: Any) -> Workload:
    """Fires and falls in two zones; what is told of a fall is wrong one time in four; engines are sent."""
    course = {
        "turnout_s": {"exponential": 60},
        "travel_factor": {"lognormal": {"mean": 1, "cv": 0.3}},
        "stood_down_share": 0.2,
        "stood_down_s": {"constant": 90},
        "unneeded_share": 0.5,
        "unneeded_s": {"constant": 30},
        "scene_s": {"constant": 600},
        "transported_share": 0.25,
        "before_transport_s": {"constant": 300},
        "to_facility_s": {"constant": 240},
        "handover_s": {"constant": 120},
    }
    shared = {
        "queue": "emergency",
        "places": "town",
        "conduct": "sent",
        "handling_s": {"lognormal": {"mean": 90, "cv": 1}},
    }
    document: dict[str, Any] = {
        "arrivals": {"rate_per_h": 20},
        "places": {"town": {"low": 0.75, "high": 0.25}},
        "spread_m": {"low": 300},
        "conducts": {"sent": {"engine": course}},
        "natures": [
            {**shared, "id": "fire", "share": 0.2, "priority": "red", "truth": {"what": "fire"}},
            {
                **shared,
                "id": "fall",
                "share": 0.8,
                "priority": "green",
                "truth": {"what": "fall", "bad": "no"},
                "told": {"bad": {"no": 0.75, "yes": 0.25}},
                "questions": 3,
            },
        ],
    }
    return a_workload(**{**document, **changes})


def drawn(workload: Workload, seed: int = 0, duration_s: float = WEEK_S) -> tuple[Contact, ...]:
    """Contacts from Monday midnight on."""
    return draw_contacts(workload, seed, MONDAY, duration_s, ZONES)


def share(hits: list[bool]) -> float:
    """The share of hits."""
    return float(np.mean(hits))


def test_equal_seeds_draw_equal_contacts() -> None:
    """Both procedures of a comparison must meet the same calls."""
    assert drawn(a_town()) == drawn(a_town())


def test_another_seed_draws_other_contacts() -> None:
    """Replications that repeat each other would make any interval too narrow."""
    assert drawn(a_town(), 1)[0].at != drawn(a_town(), 2)[0].at


def test_the_expected_number_comes_over_seeds() -> None:
    """20 an hour for a week is 3,360; the mean of 40 seeds lies within four standard errors of it."""
    counts = [len(drawn(a_town(), seed)) for seed in range(40)]
    assert abs(np.mean(counts) - 3360) < 4 * np.sqrt(3360 / 40)


def test_counts_vary_as_a_poisson_process_does() -> None:
    """Too even a flow flatters every queue. Variance over mean of 200 days is 1, standard error 0.1."""
    counts = [len(drawn(a_town(), seed, DAY_S)) for seed in range(200)]
    assert np.var(counts, ddof=1) / np.mean(counts) == pytest.approx(1, abs=0.4)


def test_contacts_come_in_order_and_inside_the_span() -> None:
    """A contact before the start or after the end would be a fact that nobody can place."""
    at = [contact.at for contact in drawn(a_town(), duration_s=DAY_S)]
    assert (at == sorted(at), at[0] >= MONDAY, at[-1] < MONDAY + DAY_S * 1000) == (True, True, True)


def test_a_longer_run_begins_with_the_same_instants() -> None:
    """Warm-up and length are choices of the planner, not of luck."""
    short, long = ([each.at for each in drawn(a_town(), duration_s=days * DAY_S)] for days in (1, 3))
    assert long[: len(short)] == short


def test_an_hour_without_a_rate_has_no_contact() -> None:
    """Rates are by hour of the week; Monday 03:00 is the fourth of them."""
    rates = [30.0] * 168
    rates[3] = 0.0
    hours = [(contact.at - MONDAY) // (HOUR_S * 1000) for contact in drawn(a_town(arrivals={"rate_per_h": rates}))]
    assert (3 in hours, {2, 4} <= set(hours)) == (False, True)


@pytest.mark.parametrize(("day", "expected"), [("2024-03-31", 0), ("2024-10-27", 4_000)], ids=["spring", "autumn"])
def test_rates_follow_local_time_where_clocks_change(day: str, expected: int) -> None:
    """In Berlin the hour from 02:00 is missing on one Sunday and there twice on another."""
    rates = [0.0] * 168
    rates[6 * 24 + 2] = 2_000.0
    start = round(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp() * 1000)
    workload = a_town(arrivals={"rate_per_h": rates}, time_zone="Europe/Berlin")
    came = len(draw_contacts(workload, 0, start, 6 * HOUR_S, ZONES))
    assert came == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_day_factors_make_days_differ_beyond_chance() -> None:
    """With a factor of cv 0.3 the variance over mean of daily counts of 480 is 1 + 480 * 0.09 = 44."""
    workload = a_town(arrivals={"rate_per_h": 20, "day_factor_cv": 0.3})
    counts = [len(drawn(workload, seed, DAY_S)) for seed in range(150)]
    assert 25 < np.var(counts, ddof=1) / np.mean(counts) < 70


def test_shares_of_natures_zones_and_answers_are_those_of_the_document() -> None:
    """Four standard errors at 3,000 contacts are at most 0.035."""
    contacts = drawn(a_town())
    falls = [contact for contact in contacts if contact.nature == "fall"]
    seen = [
        share([contact.nature == "fire" for contact in contacts]),
        share([contact.place is not None and contact.place.zone == "low" for contact in contacts]),
        share([contact.answer("bad") == "yes" for contact in falls]),
    ]
    assert seen == pytest.approx([0.2, 0.75, 0.25], abs=0.035)


def test_what_is_not_told_otherwise_is_the_truth_and_what_is_not_known_is_nothing() -> None:
    """A caller who knows nothing must not be taken for one who says no."""
    fire = next(contact for contact in drawn(a_town()) if contact.nature == "fire")
    assert (fire.answer("what"), fire.answer("bad")) == ("fire", None)


def test_handling_is_spread_over_its_questions() -> None:
    """A procedure that asks a fourth question pays for it at the caller's own pace."""
    paces = [contact.pace_s for contact in drawn(a_town(), 3) if contact.nature == "fall"]
    assert np.mean(paces) == pytest.approx(30, rel=0.12)


def test_a_further_cause_leaves_every_other_draw_alone() -> None:
    """Giving callers patience must not change when they call, from where, or what becomes of the engine."""
    plain, patient = drawn(a_town()), drawn(a_town(patience_s={"exponential": 120}))
    assert [(a.at, a.place, a.told, a.pace_s, a.outcome("engine")) for a in plain] == [
        (b.at, b.place, b.told, b.pace_s, b.outcome("engine")) for b in patient
    ]


def test_a_nature_may_be_more_patient_than_the_workload() -> None:
    """Whoever types waits longer than whoever holds a receiver, and one figure for both would misjudge either queue."""
    town = a_town(patience_s={"constant": 120})
    fire, fall = town.natures
    chatty = town.model_copy(
        update={"natures": (fire.model_copy(update={"patience_s": DistributionEntry(constant=900)}), fall)}
    )
    assert {(each.nature, each.patience_s) for each in drawn(chatty)} == {("fire", 900.0), ("fall", 120.0)}


def test_a_further_kind_of_resource_leaves_the_luck_of_the_others_alone() -> None:
    """A centre that buys a drone must not change how long its engines take."""
    town = a_town()
    wider = town.model_copy(
        update={"conducts": {"sent": {**town.conducts["sent"], "drone": town.conducts["sent"]["engine"]}}}
    )
    assert [a.outcome("engine", 1) for a in drawn(town)] == [b.outcome("engine", 1) for b in drawn(wider)]


def test_outcomes_do_not_depend_on_when_or_how_often_they_are_asked_for() -> None:
    """The procedure that sends the engine later must meet the same engine."""
    first, second = drawn(a_town())[:2]
    early = first.outcome("engine", 0)
    second.outcome("engine", 0)
    assert first.outcome("engine", 0) == early


def test_two_of_a_kind_at_one_incident_have_luck_of_their_own() -> None:
    """Two engines that always turn out in the same second would be one engine."""
    contact = drawn(a_town())[0]
    assert contact.outcome("engine", 0).turnout_s != contact.outcome("engine", 1).turnout_s


def test_a_kind_the_workload_says_nothing_of_acts_at_once() -> None:
    """A queue without vehicles needs no courses."""
    outcome = drawn(a_workload(natures=[NATURE]))[0].outcome("clerk")
    assert outcome == Outcome(0.0, 1.0, None, None, 0.0, False, 0.0, 0.0)


def test_outcomes_have_the_shares_of_their_course() -> None:
    """One in five called off; of the rest half would be turned back; one in four of all takes somebody along."""
    outcomes = [contact.outcome("engine", ordinal) for contact in drawn(a_town()) for ordinal in range(4)]
    seen = [
        share([outcome.stood_down_s == 90 for outcome in outcomes]),
        share([outcome.unneeded_s == 30 for outcome in outcomes]),
        share([outcome.transports for outcome in outcomes]),
    ]
    # Four standard errors at 13,000 outcomes are at most 0.018.
    assert seen == pytest.approx([0.2, 0.4, 0.25], abs=0.018)


def test_a_transport_has_its_own_stages_and_the_rest_have_none() -> None:
    """Time at a facility belongs to those who go there."""
    stages = {
        (outcome.transports, outcome.scene_s, outcome.to_facility_s, outcome.handover_s)
        for outcome in (contact.outcome("engine") for contact in drawn(a_town()))
    }
    assert stages == {(True, 300.0, 240.0, 120.0), (False, 600.0, 0.0, 0.0)}


def test_places_spread_around_the_zone_as_told() -> None:
    """300 m along each axis, short of the tails that five blocks cannot hold; 0 m where nothing is said."""
    places = [contact.place for contact in drawn(a_town()) if contact.place is not None]
    low = np.std([place.latitude * 111_195 for place in places if place.zone == "low"])
    high = {(place.latitude, place.longitude) for place in places if place.zone == "high"}
    assert high == {(0.0, 1.0)}
    assert low == pytest.approx(270, rel=0.1)


def test_a_week_of_a_city_is_drawn_in_a_fraction_of_a_second() -> None:
    """Twenty paired weeks must not spend their time on drawing. Best of three, because machines are busy."""
    took_s = []
    for seed in range(3):
        begun = time.perf_counter()
        assert len(drawn(a_town(), seed)) > 3_000
        took_s.append(time.perf_counter() - begun)
    assert min(took_s) < 0.3


def test_the_truth_of_travel_follows_the_hour_of_the_plan_unless_it_says_otherwise() -> None:
    """Every hour twice as long for the centre; the workload that declares its own hours keeps to them."""
    plain, twice = (tuple([factor] * 168) for factor in (1.0, 2.0))
    workload = Workload.model_validate(
        {
            "workload": "w", "arrivals": {"rate_per_h": 50},
            "conducts": {"c": {"engine": {"travel_factor": {"constant": 1.5}}}},
            "natures": [{"id": "n", "share": 1, "queue": "q", "priority": "p", "handling_s": {"constant": 1}, "conduct": "c"}],
        }
    )  # fmt: skip
    own = workload.model_copy(update={"travel_by_hour": plain})

    def factors(given: Workload, planned: tuple[float, ...] | None) -> set[float]:
        contacts = draw_contacts(given, 1, 0, 7200, {}, planned)
        return {
            contact.outcome(kind).travel_factor * contact.slowness(contact.at)
            for contact in contacts
            for kind in ("engine", "stranger")
        }

    assert factors(workload, None) == {1.5, 1.0}
    assert factors(workload, twice) == {3.0, 2.0}
    assert factors(own, twice) == {1.5, 1.0}


def losing(share: float) -> Workload:
    """The town, where so many of those who fell are lost."""
    document = a_town().model_dump(mode="json")
    document["natures"][1]["lost"] = {"share": share}
    return Workload.model_validate(document)


def test_nobody_is_lost_unless_the_workload_says_so() -> None:
    """What it says nothing of does not happen."""
    assert {contact.lost for contact in drawn(a_town())} == {None}


def test_as_many_are_lost_as_the_nature_says_each_question_as_likely() -> None:
    """Three in ten of those who fell, evenly after none, one or two of three questions; two standard errors are 3 %."""
    falls = [contact.lost for contact in drawn(losing(0.3)) if contact.nature == "fall"]
    assert share([each is not None for each in falls]) == pytest.approx(0.3, abs=0.03)
    after = [each.after for each in falls if each is not None]
    assert {number: share([each == number for each in after]) for number in (0, 1, 2)} == {
        number: pytest.approx(1 / 3, abs=0.05) for number in (0, 1, 2)
    }


def test_lost_callers_leave_every_other_draw_alone() -> None:
    """A world with them and one without are compared caller by caller."""
    with_them, without = drawn(losing(0.3)), drawn(a_town())
    assert [replace(contact, lost=None) for contact in with_them] == list(without)
