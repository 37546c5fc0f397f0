"""The clock: acts in their order, and room for SimPy processes beside them."""

from __future__ import annotations

from collections.abc import Generator

import simpy

from incidents import facts as f
from incidents.quantities import IncidentId
from simulation.clock import Clock
from tests.builders import START, at, spot
from tests.simulation.street_calls import ILL, a_world, contacts, workload


def test_acts_of_one_instant_are_done_in_the_order_in_which_they_were_scheduled() -> None:
    """Two crews that arrive at once would otherwise arrive in another order after an upgrade."""
    clock, done = Clock(START), list[str]()
    clock.at(at(5), done.append, "first")
    clock.after(5, done.append, "second")
    clock.after(1, done.append, "earliest")
    clock.run(at(6))
    assert done == ["earliest", "first", "second"]


def test_what_falls_on_the_end_is_not_done_any_more() -> None:
    """A run ends before its last instant, and so its length is exact."""
    clock, done = Clock(START), list[int]()
    clock.at(at(5), done.append, 1)
    clock.run(at(5))
    assert done == []


def test_a_process_lives_in_the_world_and_tells_its_desk() -> None:
    """Whoever extends the twin writes a SimPy process: here an inspector who notes each minute that an incident is open."""
    given = workload([ILL])
    world = a_world(given, contacts(given, (100, "ill", spot(40))))

    def inspector() -> Generator[simpy.Event, None, None]:
        while True:
            yield world.clock.environment.timeout(60_000)
            for incident in sorted(world.desk.situation.incidents):
                world.record(f.NoteAdded(world.clock.now, IncidentId(incident), "still open"))

    world.clock.process(inspector())
    noted = [(fact.at - START) // 1000 for fact in world.run() if isinstance(fact, f.NoteAdded)]
    # The incident is open from 100 to 265.
    assert noted == [120, 180, 240]
