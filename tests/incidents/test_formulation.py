"""From a situation to a problem: the price terms one by one, and what a diversion puts at stake.

Prices are in units of 0.1 weighted seconds. Red weighs 4, green 1.
"""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.decision import Divert
from incidents.desk import Desk
from incidents.eligibility import Eligibility
from incidents.formulation import Formulation, asking, formulate
from incidents.quantities import ContactId, NeedId, ResourceId
from incidents.roster import Roster
from incidents.travel import travel_times
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, gone, proposed, sent, spot

RULE = {"to": ["red"], "from": ["green"], "least_gain_s": 60, "handover_s": 30}


def formulated(desk: Desk) -> Formulation:
    """The problem that the desk's situation poses."""
    eligibility = Eligibility(desk.situation, desk.procedure, Roster(desk.centre, travel_times(desk.centre)))
    return formulate(desk.situation, desk.procedure, asking(desk.situation, desk.procedure), eligibility)


def terms(formulation: Formulation) -> dict[tuple[str, str], dict[str, int]]:
    """The price terms of each pair that are not nought, by (need, resource)."""
    problem = formulation.problem
    return {
        (formulation.rows[row][0], candidate.resource): {
            name: units for name, units in zip(problem.term_names, values, strict=True) if units
        }
        for row, candidate, values in zip(
            problem.pair_rows.tolist(), formulation.candidates, problem.terms.tolist(), strict=True
        )
    }


def ill(desk: Desk, incident: str, seconds: float, when: int, *, severe: str) -> None:
    """An illness on the street: red if severe, green if not."""
    an_incident(desk, incident, spot(seconds), when, nature="illness", severe=severe)


def test_only_needs_with_open_positions_ask_and_by_id() -> None:
    """The order of asking must not depend on the order of history."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}))
    for name in ("z", "a", "m"):
        ill(desk, name, 0, at(0), severe="yes")
    sent(desk, "A1", "m/1", at(1))
    assert [each.need.id for each in asking(desk.situation, desk.procedure)] == ["a/1", "z/1"]


def test_a_response_is_priced_by_its_weight_and_its_seconds() -> None:
    """100 seconds at weight 4 and at weight 1."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}))
    ill(desk, "r", 100, at(0), severe="yes")
    ill(desk, "g", 100, at(0), severe="no")
    assert terms(formulated(desk)) == {("g/1", "A1"): {"response": 1000}, ("r/1", "A1"): {"response": 4000}}


def test_going_before_one_that_waited_longer_has_a_price() -> None:
    """Both green; h is 50 seconds behind g, and the one who waited longest pays nothing."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}))
    ill(desk, "g", 100, at(0), severe="no")
    ill(desk, "h", 100, at(50), severe="no")
    found = terms(formulated(desk))
    assert found["g/1", "A1"] == {"response": 1000}
    assert found["h/1", "A1"] == {"response": 1000, "precedence": 500}


def test_a_skill_that_nobody_asked_for_has_a_price_where_the_procedure_says_so() -> None:
    """A medic sent to a broken toe is missing at the next cardiac arrest."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "M1": ("medic", 0)}), a_procedure(dispatch={"spare_skill_s": 25}))
    ill(desk, "g", 100, at(0), severe="no")
    assert terms(formulated(desk)) == {
        ("g/1", "A1"): {"response": 1000},
        ("g/1", "M1"): {"response": 1000, "spare skill": 250},
    }


def test_a_call_costs_nothing_but_its_turn() -> None:
    """Where nothing travels, first come is first served."""
    desk = a_desk(a_centre({"C1": ("clerk", 0)}), a_procedure(queues={"q": {"skill": "answering", "automatic": False}}))
    for name, when in (("b", 0), ("a", 7)):
        desk.observe(f.ContactReceived(at(when), ContactId(name), "q"))
    assert terms(formulated(desk)) == {("b/call", "C1"): {}, ("a/call", "C1"): {"precedence": 70}}


def under_way(idle_at: float, destination: float = 200, **rule: Any) -> Desk:
    """A1 left 100 seconds ago for green g and has passed 100 s; A2 is idle at `idle_at`; red r opens at 150."""
    start = 0 if destination == 200 else 200
    units = {"A1": ("ambulance", start), "A2": ("ambulance", idle_at)}
    desk = a_desk(a_centre(units), a_procedure(dispatch={"diversion": {**RULE, **rule}}))
    ill(desk, "g", destination, at(0), severe="no")
    gone(desk, "A1", "g/1", at(0))
    ill(desk, "r", 150, at(100), severe="yes")
    return desk


def test_a_diversion_puts_the_need_it_would_rob_into_the_problem() -> None:
    """Keeping A1 costs g 100 s; A2 (at 250) would take 50 s, but a take-over is never cheaper than keeping."""
    found = formulated(under_way(250))
    assert found.rows == (("r/1", 0), ("g/1", 0))
    assert found.is_open == (True, False)
    g_waited = {"precedence": 1000}
    assert terms(found) == {
        ("r/1", "A2"): {"response": 4000, **g_waited},
        ("r/1", "A1"): {"response": 3200, **g_waited, "diversion": 600},
        ("g/1", "A1"): {"response": 1000},
        ("g/1", "A2"): {"response": 500, "backfill": 501},
    }


def test_without_a_rule_for_it_nothing_that_is_served_is_at_stake() -> None:
    """A need that takes from nobody leaves everybody else out of the problem."""
    desk = under_way(250, to=["green"])
    assert formulated(desk).is_open == (True,)


@pytest.mark.parametrize(("least_gain_s", "diverts"), [(79, True), (81, False)])
def test_a_diversion_must_bring_the_least_gain(least_gain_s: float, diverts: bool) -> None:
    """A1 is 80 s from r and A2 100 s: 20 s at weight 4 are 80 weighted seconds, and worth no more trouble than that."""
    (proposal,) = under_way(250, least_gain_s=least_gain_s).decision.proposals
    assert isinstance(proposal, Divert) is diverts
    assert proposal.resource == ("A1" if diverts else "A2")


@pytest.mark.parametrize(("destination", "resource"), [(200, "A1"), (0, "A2")])
def test_a_diversion_answers_for_who_takes_over(destination: float, resource: str) -> None:
    """A1 is 80 s from r, idle A2 100 s. With g at 200, A2 takes over at no loss: 380 + 100 < 400 + 100.

    With g at 0, A2 would need 250 s for it: 380 + 250 > 400 + 100, so the crew that is half way there goes on.
    """
    assert proposed(under_way(250, destination)) == [("r/1", resource)]


def test_a_crew_that_nobody_can_replace_stays_while_another_can_go() -> None:
    """However far the other: M1 is within reach of r and not of g, and filling both comes before any price."""
    desk = a_desk(
        a_centre({"A1": ("ambulance", 0), "M1": ("medic", 3000)}),
        a_procedure(dispatch={"reach_limit_s": 2900, "diversion": {**RULE, "least_gain_s": 0}}),
    )
    ill(desk, "g", 50, at(0), severe="no")
    gone(desk, "A1", "g/1", at(0))
    ill(desk, "r", 150, at(10), severe="yes")
    assert proposed(desk) == [("r/1", "M1")]


def test_with_nobody_else_the_more_urgent_need_takes_the_crew() -> None:
    """Ranks decide before prices do, whatever the least gain."""
    desk = under_way(250, least_gain_s=3600)
    sent(desk, "A2", "r/1", at(101))
    ill(desk, "s", 150, at(102), severe="yes")
    assert proposed(desk) == [("s/1", "A1")]


def test_a_need_may_lack_one_position_and_have_another_ones_crew_at_stake() -> None:
    """A green crash waits for an engine; its ambulance is under way, and a red illness asks for one."""
    determinants = {
        "fire-1": {"priority": "red", "plan": "fire"},
        "crash-1": {"priority": "green", "plan": "rescue"},
        "illness-1": {"priority": "red", "plan": "medical"},
        "illness-2": {"priority": "green", "plan": "medical"},
    }
    desk = a_desk(
        a_centre({"A1": ("ambulance", 0)}), a_procedure(determinants=determinants, dispatch={"diversion": RULE})
    )
    an_incident(desk, "g", spot(200), at(0), nature="crash")
    gone(desk, "A1", "g/1", at(0), row=1)
    ill(desk, "r", 150, at(100), severe="yes")
    found = formulated(desk)
    assert list(zip(found.rows, found.is_open, strict=True)) == [
        (("g/1", 0), True),
        (("g/1", 1), False),
        (("r/1", 0), True),
    ]
    assert proposed(desk) == [("r/1", "A1")]
    assert [(hold.need, hold.lacking) for hold in desk.decision.holds()] == [("g/1", (("fire", 1),))]


def test_a_plan_that_was_sent_whole_and_lost_one_asks_for_that_one_alone() -> None:
    """All or nothing is about setting off; what is under way is not held back for a part."""
    desk = a_desk(
        a_centre({"A1": ("ambulance", 0), "E1": ("engine", 0), "A2": ("ambulance", 9)}),
        a_procedure(plans={"rescue": {"send": [{"skill": "fire"}, {"skill": "transport"}], "whole": True}}),
    )
    an_incident(desk, "i", spot(50), at(0), nature="crash")
    assert formulated(desk).problem.whole.tolist() == [True]
    sent(desk, "E1", "i/1", at(1), row=0)
    sent(desk, "A1", "i/1", at(1), row=1)
    desk.observe(f.ResourceReleased(at(2), ResourceId("A1"), NeedId("i/1"), "broken down", leaves_open=True))
    assert formulated(desk).problem.whole.tolist() == [False]
