"""A dry run equals the simulation: what is predicted for a call that nobody takes up is what the world lives through.

Five hundred generated centres, procedures, nights and interviews. A caller rings, a call-taker asks, and the dispatcher takes
longer to decide than the world lasts; crews come and go by their shifts. Fact for fact, to the millisecond and in order.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import facts as f
from incidents.centre import Centre, ResourceEntry
from incidents.desk import Desk
from incidents.dry_run import timeline
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant
from simulation.contacts import Contact, draw_contacts
from simulation.workload import Workload
from simulation.world import World
from tests.builders import START
from tests.incidents.random_rules import INTERVIEWS, instants, procedures, rosters

CLERK = "C1"
PREDICTED = (
    f.IncidentOpened, f.AnswerGiven, f.IncidentAssessed, f.NeedOpened, f.IncidentEscalated,
    f.ResourceSignedOn, f.ResourceSignedOff,
)  # fmt: skip
A_MONTH_S = 30 * 86_400


def a_call(opened: Instant, answers: dict[str, str], pace_s: float) -> Contact:
    """One call at `opened` whose caller answers so, and for which nobody decides anything within a month."""
    nature = {"id": "call", "share": 1, "queue": "emergency", "priority": "p1", "handling_s": {"constant": 1}}
    workload = Workload.model_validate({"workload": "one", "arrivals": {"rate_per_h": 60}, "natures": [nature]})
    drawn = draw_contacts(workload, 1, START, 3600, {})[0]
    about = {"nature": "nature", "severe": "severe"}
    told = {about[question]: answer for question, answer in answers.items()}
    return replace(drawn, at=opened, told=told, pace_s=pace_s, decision_s=A_MONTH_S)


def lived(centre: Centre, rules: Procedure, call: Contact, until: Instant) -> list[f.Fact]:
    """What the world says of the incident and of the crews' duty, up to and including `until`."""
    staffed = centre.model_copy(update={"resources": {**centre.resources, CLERK: ResourceEntry(kind="clerk")}})
    log = World(Desk.under(staffed, rules, call.at), [call], start=call.at, end=until + 1).run()
    return [fact for fact in log if isinstance(fact, PREDICTED) and not _is_background(fact, call.at)]


def _is_background(fact: f.Fact, opened: Instant) -> bool:
    """The clerk's duty, the call's own need, and who was on duty when the telephone rang."""
    match fact:
        case f.ResourceSignedOn():
            return fact.at == opened or fact.resource == CLERK
        case f.ResourceSignedOff():
            return fact.resource == CLERK
        case f.NeedOpened():
            return fact.incident is None
        case _:
            return False


@settings(max_examples=500, derandomize=True, deadline=None)
@given(
    procedures(), rosters(), instants(), INTERVIEWS, st.sampled_from([0, 1, 7.5, 60]), st.sampled_from([0, 6 * 3600])
)
def test_the_timeline_is_what_the_world_lives_through(
    rules: Procedure, centre: Centre, opened: Instant, answers: dict[str, str], pace_s: float, watch_s: float
) -> None:
    """Otherwise a designer would rehearse one procedure and the planner simulate another."""
    call = a_call(opened, answers, pace_s)
    incident = IncidentId(f"i{call.id[1:]}")
    steps = timeline(centre, rules, opened, answers, pace_s=pace_s, watch_s=watch_s, incident=incident)
    predicted = [each.fact for each in steps]
    found = lived(centre, rules, call, max(steps[-1].at, opened + round(watch_s * 1000)))
    # The world's incident knows its caller as well.
    assert [replace(fact, contact=None) if isinstance(fact, f.IncidentOpened) else fact for fact in found] == predicted
