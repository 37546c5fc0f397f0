"""A recorded log met again: by the same rules it comes out as it was; by others the same callers and crews meet them."""

from __future__ import annotations

from datetime import datetime

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import ContactId, IncidentId
from simulation.recorded import recorded
from simulation.replications import Span, contacts_of, play
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.world import World
from tests.builders import START, a_centre, a_procedure, at, spot
from tests.simulation.street_calls import ILL, ONE_AMBULANCE, UNWELL, contacts, played, timeline, workload

CENTRE = a_centre(ONE_AMBULANCE)
ALL = (f.ContactReceived, f.ContactAnswered, f.AnswerGiven, f.ResourceDeparted, f.ResourceArrived, f.ResourceTransporting,
       f.ResourceAtFacility, f.ResourceReleased, f.IncidentClosed, f.ContactAbandoned)  # fmt: skip


def an_hour() -> list[f.Fact]:
    """Ill at 40 calls at 100, unwell at 90 at 120 and is taken somewhere; the third caller gives up after 3 s."""
    given = workload(
        [ILL, UNWELL], {"transported_share": 0.5, "scene_s": {"exponential": 200}}, patience_s={"constant": 3}
    )
    calls = contacts(given, (100, "ill", spot(40)), (120, "unwell", spot(90)), (121, "ill", spot(5)))
    return played(given, calls, ONE_AMBULANCE, a_procedure())


def test_the_same_rules_write_the_same_log_again() -> None:
    """Second for second: whatever differs under other rules is then their doing."""
    log = an_hour()
    found = recorded(log, CENTRE, a_procedure())
    again = World(Desk.under(CENTRE, a_procedure(), START), found.trace, start=START, end=at(3600)).run()
    assert timeline(again, *ALL) == timeline(log, *ALL)


def test_what_the_log_does_not_show_is_counted() -> None:
    """Two were answered, so nobody knows how long they would have waited; the third was never asked anything."""
    found = recorded(an_hour(), CENTRE, a_procedure())
    assert found.imputed == {
        "patience of those who were answered, taken as endless": 2,
        "truth of those who were never asked, taken from another of the same queue": 1,
        "seconds for a question": 1,
    }
    assert [each.patience_s for each in found.trace] == [None, None, 3.0]


def test_outcomes_that_nobody_lived_through_are_counted_in_the_replay() -> None:
    """A rule that sends one more ambulance to everybody needs one outcome more for each."""
    found = recorded(an_hour(), CENTRE, a_procedure())
    centre = a_centre({**ONE_AMBULANCE, "A2": ("ambulance", 0.0)})
    generous = a_procedure(plans={
        "fire": {"send": [{"skill": "fire"}]},
        "medical": {"send": [{"skill": "transport", "quantity": 2}]},
        "rescue": {"send": [{"skill": "fire"}]},
    })  # fmt: skip
    log = World(Desk.under(centre, generous, START), found.trace, start=START, end=at(3600)).run()
    assert found.imputed_outcomes(log, centre) == (2, 4)


def test_a_linked_contact_is_about_the_same_matter() -> None:
    """It is linked again, and opens nothing."""
    desk = Desk.under(CENTRE, a_procedure(), START)
    one, two, incident = ContactId("x-7"), ContactId("x-8"), IncidentId("fire in the mill")
    log = [
        *desk.observe(f.ContactReceived(at(1), one, "emergency")), *desk.observe(f.IncidentOpened(at(2), incident, one, spot(3))),
        *desk.observe(f.ContactReceived(at(3), two, "emergency")), *desk.observe(f.ContactLinked(at(4), two, incident)),
        *desk.observe(f.IncidentOpened(at(5), IncidentId("seen by a crew"), None, spot(3))),
    ]  # fmt: skip
    found = recorded(log, CENTRE, a_procedure())
    assert [each.matter for each in found.trace] == [0, 0]
    assert found.names == {"c000001": "x-7", "c000002": "x-8"}
    assert found.imputed["incidents that no contact reported, left out"] == 1


def test_a_day_of_a_city_echoes() -> None:
    """Replay under the rules of the log: nine in ten incidents are reached within a second of when they were."""
    scenario = Scenario.read(scenario_folder("san_francisco"))
    rules = scenario.procedure("procedures/baseline.yaml")
    start = round(datetime(2017, 1, 9, tzinfo=scenario.centre.zone_info).timestamp() * 1000)
    span = Span(start, 0, 12 * 3600)
    log = play(scenario, rules, contacts_of(scenario, span, 1), span)
    found = recorded(log, scenario.centre, rules)
    again = play(scenario, rules, found.trace, span)
    names = {found_name: name for name, found_name in found.names.items()}
    before, later = first_arrivals(log), first_arrivals(again)
    assert len(before) > 100
    close = [
        abs(when - later.get(f"i{names[ContactId('c' + name[1:])][1:]}", 0)) <= 1000 for name, when in before.items()
    ]
    assert sum(close) >= 0.9 * len(close)
    imputed, outcomes = found.imputed_outcomes(again, scenario.centre)
    assert imputed < 0.1 * outcomes


def first_arrivals(log: list[f.Fact]) -> dict[str, int]:
    """When each incident was first reached."""
    owner = {fact.need: fact.incident for fact in log if isinstance(fact, f.NeedOpened) and fact.incident is not None}
    found: dict[str, int] = {}
    for fact in log:
        if isinstance(fact, f.ResourceArrived):
            found.setdefault(owner[fact.need], fact.at)
    return found
