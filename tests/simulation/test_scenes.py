"""What the first crew finds at the scene and asks for."""

from __future__ import annotations

from incidents import facts as f
from tests.builders import START, a_centre, spot
from tests.simulation.street_calls import ILL, a_world, contacts, workload

TWO = a_centre({"A1": ("ambulance", 0.0), "M1": ("medic", 200.0), "C1": ("clerk", 0.0)})
ASKS = {"after_s": {"constant": 50}, "skill": "advanced"}


def test_the_first_crew_asks_for_more_and_gets_it() -> None:
    """A1 is there at 165, asks at 215 for somebody advanced; taken up 5 s later, M1 rolls after 10 s and drives 160 s."""
    given = workload([{**ILL, "further": [ASKS]}])
    world = a_world(given, contacts(given, (100, "ill", spot(40))), centre=TWO)
    log = world.run()
    asked = [(fact.at - START, fact.because) for fact in log if isinstance(fact, f.NeedOpened) and "scene" in fact.need]
    assert asked == [(215_000, "asked for from the scene")]
    arrived = [(fact.resource, (fact.at - START) // 1000) for fact in log if isinstance(fact, f.ResourceArrived)]
    assert arrived == [("A1", 165), ("M1", 390)]
    assert world.tally["further needs"] == 1


def test_what_is_asked_for_when_all_is_over_is_not_asked_for() -> None:
    """The incident closed at 265; at 665 there is nobody at the scene who could ask."""
    given = workload([{**ILL, "further": [{**ASKS, "after_s": {"constant": 500}}]}])
    world = a_world(given, contacts(given, (100, "ill", spot(40))), centre=TWO)
    world.run()
    assert (world.tally["further needs"], world.tally["further needs too late"]) == (0, 1)
