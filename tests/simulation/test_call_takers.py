"""Call-takers and those who ring about what is known already: linked, or taken for something new."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from incidents import facts as f
from simulation.contacts import Contact, draw_contacts
from simulation.draws import draw_columns
from simulation.workload import Workload
from tests.builders import START, a_centre, at, spot
from tests.simulation.street_calls import ILL, a_world, contacts, timeline, workload

TWO_CLERKS = a_centre({"A1": ("ambulance", 0.0), "A2": ("ambulance", 0.0), "C1": ("clerk", 0.0), "C2": ("clerk", 0.0)})
EVERYBODY = {"mean": 3.0, "after_s": {"exponential": 300}, "recognised_share": 0.75, "found_out_s": {"constant": 15}}


def about_one_thing(given: Workload, *, recognised: bool) -> list[Contact]:
    """A call at 100 and another at 120 about the same."""
    first, second = contacts(given, (100, "ill", spot(40)), (120, "ill", spot(40)))
    return [replace(first, matter=1), replace(second, matter=1, recognised=recognised, found_out_s=15.0)]


def test_a_call_about_what_is_open_already_is_linked_to_it() -> None:
    """It takes the call-taker one question of 5 s to notice: linked at 125, and nobody is sent twice."""
    given = workload([ILL])
    world = a_world(given, about_one_thing(given, recognised=True), centre=TWO_CLERKS)
    log = world.run()
    assert timeline(log, f.ContactLinked, f.IncidentOpened) == [("IncidentOpened", 100), ("ContactLinked", 125)]
    assert sum(isinstance(fact, f.NeedOpened) and fact.incident is not None for fact in log) == 1
    assert world.tally["duplicates linked"] == 1


def test_whoever_is_not_recognised_opens_an_incident_whose_crew_finds_the_other_there() -> None:
    """The second crew is sent at 135, arrives at 185 and is clear 15 s later, since the first is there."""
    given = workload([ILL])
    world = a_world(given, about_one_thing(given, recognised=False), centre=TWO_CLERKS)
    log = world.run()
    assert len(timeline(log, f.IncidentOpened)) == 2
    assert world.tally["duplicates not recognised"] == 1
    freed = [fact.at for fact in log if isinstance(fact, f.ResourceReleased) and fact.because == "clear"]
    assert freed == [at(200), at(265)]


def test_whoever_rings_when_all_is_over_opens_a_new_incident() -> None:
    """A closed incident takes no contact; what goes on after it is something new."""
    given = workload([ILL])
    first, second = about_one_thing(given, recognised=True)
    world = a_world(given, [first, replace(second, at=at(400))], centre=TWO_CLERKS)
    assert timeline(world.run(), f.IncidentOpened) == [("IncidentOpened", 100), ("IncidentOpened", 400)]


def test_the_first_to_be_answered_opens_the_incident_whoever_rang_first() -> None:
    """Two lines: the duplicate gets through while the first caller still waits, who is then linked."""
    given = workload([ILL])
    first, second = about_one_thing(given, recognised=True)
    log = a_world(given, [replace(second, at=at(90)), first], centre=TWO_CLERKS).run()
    linked = [fact.contact for fact in log if isinstance(fact, f.ContactLinked)]
    assert linked == [first.id]


def drawn(**changes: Any) -> Workload:
    """Everybody on the street rings three times more on average."""
    return workload([ILL], duplicates={**EVERYBODY, **changes})


def test_further_contacts_are_as_many_as_was_said() -> None:
    """Poisson with mean 3 about each of 2,900 matters; within four standard errors."""
    columns = draw_columns(drawn(after_s={"constant": 0}), 1, START, 3600 * 50)
    counts = np.bincount(columns["row"]) - 1
    assert counts.mean() == pytest.approx(3, abs=4 * np.sqrt(3 / len(counts)))
    assert counts.var(ddof=1) == pytest.approx(3, abs=0.5)


def test_three_in_four_are_recognised() -> None:
    """Binomial; within four standard errors of 9,000."""
    found = [each.recognised for each in draw_contacts(drawn(), 1, START, 3600 * 50, {})]
    assert np.mean(found) == pytest.approx(0.75, abs=4 * np.sqrt(0.1875 / len(found)))


def test_more_duplicates_leave_those_there_are_where_they_were() -> None:
    """The fifth to ring must not change when the first four do, nor anything about other matters."""
    few = {each.id: each for each in draw_contacts(drawn(mean=1.0), 1, START, 3600, {})}
    many = {each.id: each for each in draw_contacts(drawn(mean=4.0), 1, START, 3600, {})}
    assert few.keys() < many.keys()
    assert all(many[name] == each for name, each in few.items())
