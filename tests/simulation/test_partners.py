"""Partners: asked for aid they answer in their time, and their crews may be refused; by hand."""

from __future__ import annotations

from typing import Any

from incidents import facts as f
from simulation.workload import Workload
from tests.builders import START, a_centre, a_procedure, at, spot
from tests.simulation.street_calls import ILL, a_world, contacts, workload

KINDS = {
    "ambulance": {"skills": ["transport"]},
    "medic": {"skills": ["transport"], "partner": "next county"},
    "clerk": {"skills": ["answering"]},
}
LENT = a_centre(
    {"X1": ("medic", 0.0), "A1": ("ambulance", 300.0)},
    kinds=KINDS,
    resources={"X1": {"kind": "medic", "base": "X1"}, "C1": {"kind": "clerk"}},
)
BOTH = a_centre(
    {"X1": ("medic", 0.0), "A1": ("ambulance", 300.0)},
    kinds=KINDS,
    resources={
        "X1": {"kind": "medic", "base": "X1"}, "A1": {"kind": "ambulance", "base": "A1"}, "C1": {"kind": "clerk"}
    },
)  # fmt: skip
# In this county a medic is the neighbour's.
ASKS = {"partner": "next county", "skill": "transport"}
ASKING = {"ask next county": {"unfilled_for_s": 30, "priorities": ["red"], "requests": ASKS}}
AID = (f.AidRequested, f.AidOffered, f.AidDeclined, f.AidCommitted, f.AidReleased)


def lending(**how: Any) -> Workload:
    """A partner that answers after 60 s; whoever sends takes up its offer 15 s later."""
    rule = {"answer_s": {"constant": 60}, "commit_s": {"constant": 15}, **how}
    return workload([ILL], partners={"next county": rule})


def steps(log: list[f.Fact], *kinds: type[f.Fact]) -> list[tuple[str, int]]:
    """Names and seconds."""
    return [(type(fact).__name__, (fact.at - START) // 1000) for fact in log if isinstance(fact, kinds)]


def test_aid_is_offered_taken_up_used_and_let_go() -> None:
    """Asked at 140, offered at 200, committed at 215; the crew goes at once, is there at 255 + 10, and clear 100 s later."""
    given = lending()
    rules = a_procedure(escalation=ASKING)
    log = a_world(given, contacts(given, (100, "ill", spot(40))), centre=LENT, rules=rules).run()
    assert steps(log, *AID)[:3] == [("AidRequested", 140), ("AidOffered", 200), ("AidCommitted", 215)]
    assert steps(log, f.ResourceArrived, f.IncidentClosed) == [("ResourceArrived", 265), ("IncidentClosed", 365)]


def test_aid_is_declined_and_nobody_comes() -> None:
    """Asked at 140, declined at 200."""
    given = lending(declined_share=1.0)
    rules = a_procedure(escalation=ASKING)
    world = a_world(given, contacts(given, (100, "ill", spot(40))), centre=LENT, rules=rules)
    assert steps(world.run(), *AID, f.ResourceArrived) == [("AidRequested", 140), ("AidDeclined", 200)]
    assert world.tally["aid declined"] == 1


def test_a_partner_that_does_not_come_leaves_the_position_to_another() -> None:
    """X1 is nearer and sent at 115; at 175 it says no, A1 goes at once, and X1 is not to be had for 500 s."""
    given = lending(refused_share=1.0, away_s={"constant": 500})
    rules = a_procedure(dispatch={"partners": {"next county": 0}})
    world = a_world(given, contacts(given, (100, "ill", spot(40))), centre=BOTH, rules=rules)
    log = world.run()
    sent = [(fact.resource, (fact.at - START) // 1000) for fact in log if isinstance(fact, f.ResourceAssigned)]
    assert sent[1:] == [("X1", 115), ("A1", 175)]
    of_x1 = [
        fact.at for fact in log if isinstance(fact, f.ResourceSignedOn | f.ResourceSignedOff) and fact.resource == "X1"
    ]
    assert of_x1 == [at(0), at(175), at(675)]
    assert world.tally["orders refused by partners"] == 1


def test_a_car_that_refuses_on_its_way_home_is_not_heard_of_until_it_is_lent_again() -> None:
    """The first order is taken and the second, given on the way home, refused: nobody reports a position from off duty."""
    given = lending(refused_share=0.5, away_s={"constant": 500})
    rules = a_procedure(dispatch={"partners": {"next county": 0}})
    calls = contacts(given, *((100.0 + 150 * number, "ill", spot(300)) for number in range(20)))
    world = a_world(given, calls, centre=LENT, rules=rules, until_s=7200)
    world.run()
    assert world.tally["orders refused by partners"] > 2


def test_a_partner_sets_off_later() -> None:
    """40 s later than it would: turnout 10, delay 40, drive 40 from 115."""
    given = lending(delay_s={"constant": 40})
    rules = a_procedure(dispatch={"partners": {"next county": 0}})
    log = a_world(given, contacts(given, (100, "ill", spot(40))), centre=BOTH, rules=rules).run()
    assert steps(log, f.ResourceArrived) == [("ResourceArrived", 205)]


def test_a_partner_of_which_the_workload_says_nothing_never_answers() -> None:
    """As it was before partners were played."""
    given = workload([ILL])
    rules = a_procedure(escalation=ASKING)
    log = a_world(given, contacts(given, (100, "ill", spot(40))), centre=LENT, rules=rules).run()
    assert steps(log, *AID) == [("AidRequested", 140)]
