"""Clocks beyond the plain course: triage, cycles through a diversion, who still waits, areas, and levels by the minute."""

from __future__ import annotations

import math

from incidents import facts as f
from incidents.measures import Measures
from incidents.performance import measure
from incidents.quantities import ContactId, IncidentId, NeedId, Place, ResourceId

ENGINE = ResourceId("engine")
KINDS = {ENGINE: "engine"}


def at(seconds: float) -> int:
    """Milliseconds."""
    return round(seconds * 1000)


def an_incident(name: str, *, received: float, zone: str | None = None, opened: float | None = None) -> list[f.Fact]:
    """Received, answered after 4 s, assessed after 60 s; one unit is asked for at once."""
    place = None if zone is None else Place(0.0, 0.0, zone)
    call, incident = ContactId(f"c-{name}"), IncidentId(name)
    return [
        f.ContactReceived(at(received), call, "999"),
        f.ContactAnswered(at(received + 4), call, ResourceId("ann")),
        f.IncidentOpened(at(received + 5 if opened is None else opened), incident, call, place),
        f.IncidentAssessed(at(received + 60), incident, "F1", "red", "tree"),
        f.NeedOpened(at(received + 60), NeedId(f"{name}/1"), (f.NeedRow("fire"),), True, "plan", incident=incident),
    ]


def sent(name: str, when: float) -> f.Fact:
    """The engine is sent."""
    return f.ResourceAssigned(at(when), ENGINE, NeedId(f"{name}/1"), 0, "nearest")


def measured(*facts: f.Fact, until: float = 3600) -> Measures:
    """All of it within an hour."""
    ordered = sorted(facts, key=lambda fact: fact.at)
    return measure(ordered, since=0, until=at(until), kinds=KINDS)


def test_triage_runs_from_the_answer_to_the_assessment() -> None:
    """What the questions take, apart from the wait for somebody to ask them."""
    assert measured(*an_incident("i", received=10)).figure("triage_s.mean.all") == 56


def test_a_cycle_goes_on_through_a_diversion_and_counts_where_it_began() -> None:
    """The crew was away all the time, and nobody should halve that by splitting it."""
    facts = [
        *an_incident("i", received=0),
        *an_incident("j", received=10),
        sent("i", 100),
        f.ResourceReleased(at(200), ENGINE, NeedId("i/1"), "diverted to j", leaves_open=True),
        sent("j", 200),
        f.ResourceReleased(at(700), ENGINE, NeedId("j/1"), "clear"),
    ]
    found = measured(*facts)
    assert (found.figure("cycle_s.n.all"), found.figure("cycle_s.mean.all")) == (1, 600)
    assert found.figure("diversions") == 1


def test_whoever_was_never_reached_still_waits_at_the_end_of_the_log() -> None:
    """A mean of response times alone rewards those who never arrive."""
    found = measured(*an_incident("i", received=0), f.NoteAdded(at(900), IncidentId("i"), "still here"))
    assert found.figure("still_waiting_s.mean.all") == 900
    assert math.isnan(found.figure("response_s.mean.all"))


def test_whoever_was_called_off_does_not_wait() -> None:
    """A need that was withdrawn is owed nothing."""
    withdrawn = f.NeedWithdrawn(at(300), NeedId("i/1"), "false alarm")
    assert measured(*an_incident("i", received=0), withdrawn).figure("still_waiting_s.n.all") == 0


def test_figures_by_area_take_the_place_last_known() -> None:
    """The caller first said another street."""
    moved = f.IncidentLocated(at(70), IncidentId("i"), Place(0.0, 0.0, "north"))
    arrived = f.ResourceArrived(at(400), ENGINE, NeedId("i/1"))
    found = measured(*an_incident("i", received=0, zone="south"), moved, sent("i", 100), arrived)
    assert found.figure("response_s.mean.all@north") == 400
    assert math.isnan(found.figure("response_s.mean.all@south"))
    assert found.areas("response_s") == ("north",)


def test_the_worst_area_is_looked_for_among_those_with_enough_to_say() -> None:
    """One late crew in an empty valley is not the worst-served area of the county."""
    facts: list[f.Fact] = []
    for number in range(45):
        zone, wait = ("near", 100) if number % 2 == 0 else ("far", 300)
        zone, wait = ("valley", 9_000) if number == 44 else (zone, wait)
        begin = number * 20_000
        facts += an_incident(f"i{number}", received=begin, zone=zone)
        facts += [
            sent(f"i{number}", begin + 60),
            f.ResourceArrived(at(begin + wait), ENGINE, NeedId(f"i{number}/1")),
            f.ResourceReleased(at(begin + 9_500), ENGINE, NeedId(f"i{number}/1"), "clear"),
        ]
    found = measured(*facts, until=45 * 20_000)
    assert found.figure("response_s.mean.all@worst") == 300
    # Two areas of 100 and 300: half the mean difference over the mean is 50 / 200.
    assert math.isclose(found.figure("response_s.mean.all@gini"), 0.25)


def test_levels_are_read_at_each_minute() -> None:
    """Received at 0:30 and 1:30, the first answered at 2:10: nobody, one, two, one wait at minutes 0, 1, 2, 3."""
    one, other = ContactId("one"), ContactId("other")
    facts = (
        f.ContactReceived(at(30), one, "999"),
        f.ContactReceived(at(90), other, "999"),
        f.ContactAnswered(at(130), one, ResourceId("ann")),
    )
    found = measured(*facts, until=240)
    assert found.figure("calls_waiting.mean.all") == 1
    assert found.figure("calls_waiting.max.all") == 2
    # At those minutes the longest wait has lasted 0, 30, 90 and 90 seconds.
    assert found.figure("oldest_call_s.mean.all") == 52.5


def test_an_incident_waits_in_the_queue_until_the_first_is_sent() -> None:
    """Asked for at 1:00, sent at 3:30: it waits at minutes 1, 2 and 3 of 5."""
    found = measured(*an_incident("i", received=0), sent("i", 210), until=300)
    assert math.isclose(found.figure("queue.mean.all"), 3 / 5)
    assert found.figure("queue.mean.red") == found.figure("queue.mean.all")
