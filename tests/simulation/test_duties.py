"""Breaks and breakdowns: by hand, and against what renewal theory says of availability."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.centre import Centre
from incidents.desk import Desk
from incidents.quantities import NeedId, ResourceId
from simulation.intervals import mean_interval
from simulation.surroundings import draw_surroundings
from simulation.trace import Trace
from simulation.world import World
from tests.builders import START, a_centre, a_procedure, at, spot
from tests.simulation.street_calls import ILL, a_world, contacts, timeline, workload

BREAKS = (f.ResourceStoodDown, f.ResourceStoodUp)


def with_a_break(after_s: float, lasts_s: float = 60.0, until: str = "23:00") -> Centre:
    """A clerk and an ambulance on a shift that begins with the world (22:13:20), with one break each."""
    pause = {"earliest_s": after_s, "latest_s": after_s, "lasts_s": lasts_s}
    return a_centre(
        {"A1": ("ambulance", 0.0)},
        shifts={"short": {"start": "22:13", "until": until, "breaks": [pause]}},
        resources={
            "C1": {"kind": "clerk", "shift": "short"},
            "A1": {"kind": "ambulance", "base": "A1"},
        },
    )


def test_a_break_is_taken_when_it_is_due() -> None:
    """The shift began at 22:13:00, 20 s before the world; the break is due 600 s after that."""
    given = workload([ILL])
    log = a_world(given, [], centre=with_a_break(600)).run()
    assert timeline(log, *BREAKS) == [("ResourceStoodDown", 580), ("ResourceStoodUp", 640)]


def test_a_break_that_falls_due_during_a_call_begins_when_it_is_wrapped_up() -> None:
    """The call lasts from 100 to 114; the break due at 105 is taken from 114, although the next caller waits already."""
    given = workload([ILL])
    calls = contacts(given, (100, "ill", spot(40)), (101, "ill", spot(40)))
    world = a_world(given, calls, centre=with_a_break(125))
    assert timeline(world.run(), *BREAKS, f.ContactAnswered) == [
        ("ContactAnswered", 100),
        ("ResourceStoodDown", 114),
        ("ResourceStoodUp", 174),
        ("ContactAnswered", 174),
    ]
    assert world.tally["breaks postponed"] == 1


def test_a_break_cut_short_is_owed() -> None:
    """Called back by a person after 101 s of a break of 300 s, the clerk takes the other 199 s when the call is wrapped up."""
    given = workload([ILL])
    calls = contacts(given, (100, "ill", spot(40)))
    world = a_world(given, calls, centre=with_a_break(20, 300.0))
    call = NeedId(f"{calls[0].id}/call")
    world.clock.at(at(101), lambda: world.record(f.ResourceAssigned(at(101), ResourceId("C1"), call, 0, "come back")))
    assert timeline(world.run(), *BREAKS) == [
        ("ResourceStoodDown", 0),
        ("ResourceStoodDown", 115),
        ("ResourceStoodUp", 314),
    ]
    assert world.tally["breaks cut short"] == 1


def test_a_break_not_taken_by_the_end_of_the_shift_is_missed() -> None:
    """A call holds the clerk over the break and the end: nobody rests after work."""
    given = workload([{**ILL, "questions": 1, "handling_s": {"constant": 500}}])
    calls = contacts(given, (100, "ill", spot(40)))
    world = a_world(given, calls, centre=with_a_break(125, until="22:20"))
    assert timeline(world.run(), *BREAKS, f.ResourceSignedOff)[0][0] == "ResourceSignedOff"
    assert world.tally["breaks missed"] == 1


def test_breaks_take_their_share_of_a_day() -> None:
    """Two breaks of 1,800 s in each 12 h shift, with nobody to be served: the clerk is there 11 of 12 hours."""
    pauses = [
        {"earliest_s": 3600, "latest_s": 14400, "lasts_s": 1800},
        {"earliest_s": 21600, "latest_s": 32400, "lasts_s": 1800},
    ]
    centre = a_centre(
        {"A1": ("ambulance", 0.0)},
        shifts={"day": {"start": "08:00", "until": "20:00", "breaks": pauses}},
        resources={"C1": {"kind": "clerk", "shift": "day"}},
    )
    log = a_world(workload([ILL]), [], centre=centre, until_s=10 * 86_400).run()
    rested = sum(
        (1 if isinstance(fact, f.ResourceStoodUp) else -1) * fact.at for fact in log if isinstance(fact, BREAKS)
    )
    assert rested / 1000 == 10 * 2 * 1800


def failing(**changes: Any) -> dict[str, Any]:
    """Ambulances that fail every 200 s on duty, for 100 s."""
    return {"ambulance": {"every_s": {"constant": 200}, "repair_s": {"constant": 100}, **changes}}


def test_a_crew_that_breaks_down_on_its_way_leaves_the_position_open_for_another() -> None:
    """Both are sent at 115 or not at all; A1 fails at 150, 25 s down the road; A2 (never failing) goes at once."""
    given = workload([ILL], breakdowns={"ambulance": {"every_s": {"constant": 150}, "repair_s": {"constant": 5000}}})
    centre = a_centre({"A1": ("ambulance", 0.0), "M1": ("medic", 80.0), "C1": ("clerk", 0.0)})
    world = a_world(given, contacts(given, (100, "ill", spot(30))), centre=centre)
    log = world.run()
    released = next(fact for fact in log if isinstance(fact, f.ResourceReleased) and fact.resource == "A1")
    assert (released.at, released.because, released.leaves_open) == (at(150), "broke down", True)
    sent = [(fact.resource, fact.at) for fact in log if isinstance(fact, f.ResourceAssigned) and fact.resource != "C1"]
    assert sent == [("A1", at(115)), ("M1", at(150))]
    assert world.tally["breakdowns"] == 1


def test_whoever_was_repaired_is_back_at_its_base() -> None:
    """Fails at 200, back at 300, fails at 500, back at 600."""
    log = a_world(workload([ILL], breakdowns=failing()), [], until_s=650).run()
    of_a1 = [
        fact for fact in log if isinstance(fact, f.ResourceSignedOn | f.ResourceSignedOff) and fact.resource == "A1"
    ]
    assert [(fact.at - START) // 1000 for fact in of_a1] == [0, 200, 300, 500, 600]


def test_time_off_duty_wears_nothing() -> None:
    """Half an hour on duty a day, failing after 40 minutes of it: ten minutes into the second day."""
    centre = a_centre(
        {"A1": ("ambulance", 0.0)},
        shifts={"short": {"start": "23:00", "until": "23:30"}},
        resources={"A1": {"kind": "ambulance", "base": "A1", "shift": "short"}},
    )
    given = workload([ILL], breakdowns=failing(every_s={"constant": 2400}))
    log = a_world(given, [], centre=centre, until_s=2 * 86_400).run()
    failed = [fact.at for fact in log if isinstance(fact, f.ResourceSignedOff) and fact.because == "broke down"]
    first_on = next(fact.at for fact in log if isinstance(fact, f.ResourceSignedOn))
    assert failed == [first_on + (86_400 + 600) * 1000]


def test_a_shift_that_ends_during_repair_is_over() -> None:
    """Back from the workshop after its shift, the unit waits for the next one."""
    centre = a_centre(
        {"A1": ("ambulance", 0.0)},
        shifts={"short": {"start": "23:00", "until": "23:30"}},
        resources={"A1": {"kind": "ambulance", "base": "A1", "shift": "short"}},
    )
    given = workload([ILL], breakdowns=failing(every_s={"constant": 1200}, repair_s={"constant": 3600}))
    log = a_world(given, [], centre=centre, until_s=1.5 * 86_400).run()
    signs = [type(fact).__name__ for fact in log if isinstance(fact, f.ResourceSignedOn | f.ResourceSignedOff)]
    assert signs == ["ResourceSignedOn", "ResourceSignedOff", "ResourceSignedOn", "ResourceSignedOff"]


def test_a_fleet_is_available_as_renewal_theory_says() -> None:
    """Availability is MTBF / (MTBF + MTTR) = 10 / 12.5 (Barlow and Proschan 1975, section 7.2), for any distributions."""
    given = workload(
        [ILL],
        breakdowns={
            "ambulance": {"every_s": {"exponential": 36_000}, "repair_s": {"lognormal": {"mean": 9000, "cv": 1}}}
        },
    )
    centre = a_centre({f"A{number}": ("ambulance", 0.0) for number in range(10)})
    shares = []
    for seed in range(12):
        desk = Desk.under(centre, a_procedure(), START)
        until = at(20 * 86_400)
        world = World(
            desk, Trace((), draw_surroundings(given, centre, seed, START, 20 * 86_400), None), start=START, end=until
        )
        there = 0
        for fact in world.run():
            if isinstance(fact, f.ResourceSignedOn):
                there += until - fact.at
            elif isinstance(fact, f.ResourceSignedOff):
                there -= until - fact.at
        shares.append(there / (10 * (until - START)))
    interval = mean_interval(shares, level=0.99)
    # The fleet begins whole, which is worth MTTR / (MTBF + MTTR) of a repair in 20 days: less than 0.001.
    assert interval.low - 0.001 <= 0.8 <= interval.high
    assert interval.half_width < 0.02


@pytest.mark.parametrize("every_s", [3, 7])
def test_a_unit_that_never_holds_ends_no_run(every_s: float) -> None:
    """A workload may be absurd; the run goes on."""
    given = workload([ILL], breakdowns=failing(every_s={"constant": every_s}, repair_s={"constant": 1}))
    world = a_world(given, contacts(given, (100, "ill", spot(40))), until_s=600)
    world.run()
    assert world.tally["breakdowns"] > 50
