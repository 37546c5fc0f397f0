"""Facilities: which, how long the way there takes, who has to wait for a place, and how the hour counts."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.quantities import Place
from simulation.workload import Workload
from tests.builders import START, a_centre, spot
from tests.simulation.street_calls import ILL, a_world, contacts, timeline, workload

TWO = a_centre({"A1": ("ambulance", 0.0), "A2": ("ambulance", 0.0), "C1": ("clerk", 0.0), "C2": ("clerk", 0.0)})


def facility(seconds: float, **more: Any) -> dict[str, Any]:
    """A facility so many seconds down the street."""
    return {"latitude": 0.0, "longitude": spot(seconds).longitude, **more}


def bringing(to: Any = "nearest", **facilities: dict[str, Any]) -> Workload:
    """Everybody is taken to one of these."""
    return workload([ILL], {"transported_share": 1.0, "facility": to}, facilities=facilities)


STAGES = (f.ResourceTransporting, f.ResourceAtFacility, f.ResourceReleased, f.ResourceMoved)


def test_the_nearest_facility_is_driven_to_at_the_pace_of_the_road() -> None:
    """At 40 from 165, off at 225, 20 s to the facility at 60, 20 s of handover there, 60 s home."""
    given = bringing(near=facility(60), far=facility(150))
    log = a_world(given, contacts(given, (100, "ill", spot(40)))).run()
    of_a1 = [fact for fact in log if not isinstance(fact, f.ResourceReleased) or fact.resource == "A1"]
    assert timeline(of_a1, *STAGES) == [
        ("ResourceTransporting", 225),
        ("ResourceAtFacility", 245),
        ("ResourceReleased", 265),
        ("ResourceMoved", 325),
    ]
    said = next(fact.place for fact in log if isinstance(fact, f.ResourceTransporting))
    assert said == Place(0.0, spot(60).longitude)


def test_every_drive_takes_as_long_as_the_hour_in_which_it_begins_says() -> None:
    """From 2800 s on all takes twice as long: to the scene 40 s at 2725, to the facility 40 s at 2825, home 120 s at 2885."""
    slow_at_eleven = [2.0 if hour == 24 + 23 else 1.0 for hour in range(168)]
    given = bringing(near=facility(60)).model_copy(update={"travel_by_hour": tuple(slow_at_eleven)})
    log = a_world(given, contacts(given, (2700, "ill", spot(40)))).run()
    of_a1 = [fact for fact in log if not isinstance(fact, f.ResourceReleased) or fact.resource == "A1"]
    assert timeline(of_a1, f.ResourceDeparted, f.ResourceArrived, *STAGES) == [
        ("ResourceDeparted", 2725),
        ("ResourceArrived", 2765),
        ("ResourceTransporting", 2825),
        ("ResourceAtFacility", 2865),
        ("ResourceReleased", 2885),
        ("ResourceMoved", 3005),
    ]


def test_who_rings_before_the_hour_and_is_driven_to_after_it_waits_longer() -> None:
    """Rung at 2780, off at 2805, when 40 s have become 80."""
    slow_at_eleven = [2.0 if hour == 24 + 23 else 1.0 for hour in range(168)]
    given = bringing(near=facility(60)).model_copy(update={"travel_by_hour": tuple(slow_at_eleven)})
    log = a_world(given, contacts(given, (2780, "ill", spot(40)))).run()
    assert timeline(log, f.ResourceArrived) == [("ResourceArrived", 2885)]


def test_a_mix_of_facilities_is_drawn_in_its_shares() -> None:
    """A hospital that takes all of them would do so whatever the mix says."""
    given = bringing({"near": 0.25, "far": 0.75}, near=facility(60), far=facility(150))
    calls = contacts(given, *((float(second), "ill", spot(40)) for second in range(400)))
    chosen = [each.outcome("ambulance").facility for each in calls]
    assert chosen.count("near") == pytest.approx(100, abs=4 * 8.7)


def test_whoever_finds_no_place_waits_for_one() -> None:
    """Both are there from 245 and 250, one place: the second begins to hand over at 265 and is clear at 285."""
    given = bringing(near=facility(60, places=1))
    world = a_world(given, contacts(given, (100, "ill", spot(40)), (105, "ill", spot(40))), centre=TWO)
    log = world.run()
    clear = [
        (fact.at - START) // 1000 for fact in log if isinstance(fact, f.ResourceReleased) and fact.because == "clear"
    ]
    assert clear == [265, 285]
    assert world.tally["handovers that waited"] == 1


def test_the_hour_counts_when_the_handover_begins() -> None:
    """At 22 h a handover takes three times as long: 245 + 60."""
    factors = [1.0] * 24
    factors[22] = 3.0
    given = bringing(near=facility(60, handover_by_hour=factors))
    log = a_world(given, contacts(given, (100, "ill", spot(40)))).run()
    clear = [
        (fact.at - START) // 1000 for fact in log if isinstance(fact, f.ResourceReleased) and fact.because == "clear"
    ]
    assert clear == [305]


def test_a_vehicle_that_fails_while_it_hands_over_makes_room() -> None:
    """A1 fails at 250 in the only place; A2, which waits, begins then."""
    given = workload(
        [ILL], {"transported_share": 1.0, "facility": "nearest"}, facilities={"near": facility(60, places=1)},
        breakdowns={"medic": {"every_s": {"constant": 250}, "repair_s": {"constant": 9000}}},
    )  # fmt: skip
    centre = a_centre({"M1": ("medic", 0.0), "A2": ("ambulance", 2.0), "C1": ("clerk", 0.0), "C2": ("clerk", 0.0)})
    calls = contacts(given, (100, "ill", spot(1)), (100.1, "ill", spot(40)))
    log = a_world(given, calls, centre=centre).run()
    failed = next(fact for fact in log if isinstance(fact, f.ResourceReleased) and fact.because == "broke down")
    assert failed.resource == "M1"
    assert any(
        isinstance(fact, f.ResourceReleased) and fact.resource == "A2" and fact.because == "clear" for fact in log
    )
