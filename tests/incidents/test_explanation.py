"""Why this one and not that one, for every resource of the centre."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from incidents.decision import Context
from incidents.desk import Desk
from incidents.explanation import Explanation, explain, lacking
from incidents.facts import ResourceReleased, ResourceSignedOff
from incidents.quantities import NeedId, ResourceId
from optimiser import Move
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, gone, report, sent, spot
from tests.incidents.test_decision import busy_streets

UNITS = {"E1": ("engine", 10.0), "A1": ("ambulance", 20.0), "A2": ("ambulance", 60.0), "M1": ("medic", 90.0)}


def explained(desk: Desk, need: str) -> Explanation:
    """What the desk's present decision says about a need."""
    return explain(desk.decision, NeedId(need))


def words(explanation: Explanation) -> dict[str, str]:
    """The reason of every resource."""
    return {each.resource: each.why for each in (*explanation.chosen, *explanation.others)}


@pytest.fixture
def desk() -> Desk:
    """An engine, two ambulances and a medic along a street, all on duty."""
    return a_desk(a_centre(UNITS))


def test_every_resource_of_the_centre_has_one_reason(desk: Desk) -> None:
    """Whoever is left out of the list is suspected of having been forgotten."""
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = explained(desk, "i/1")
    assert sorted(each.resource for each in (*found.chosen, *found.others)) == sorted(UNITS)


def test_the_chosen_come_first_then_by_reach_then_who_cannot(desk: Desk) -> None:
    """A reader's eye goes from the top."""
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = explained(desk, "i/1")
    assert [each.resource for each in (*found.chosen, *found.others)] == ["A1", "A2", "M1", "E1"]


def test_who_is_farther_is_dearer_by_the_weighted_difference(desk: Desk) -> None:
    """Red weighs 4: forty seconds farther is 160 weighted seconds."""
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    other = explained(desk, "i/1").others[0]
    assert (other.dearer_by_s, other.why) == (160.0, "dearer by 160 weighted s (there in 60 s)")


def test_who_is_nearer_but_wanted_elsewhere_says_where(desk: Desk) -> None:
    """Why does mine not go, it is round the corner? I would gain 40 s; j would wait 40 s longer, at weight 4: 120 altogether."""
    report(desk, "i", spot(0), at(1), nature="illness", severe="no")
    report(desk, "j", spot(20), at(1), nature="illness", severe="yes")
    assert words(explained(desk, "i/1"))["A1"] == (
        "nearer, but taken by j/1; dearer by 120 weighted s in the plan as a whole (there in 20 s)"
    )


def test_nearer_means_nearer_than_who_was_chosen_for_the_same_row() -> None:
    """An engine is not nearer than the ambulance that must come from afar."""
    desk = a_desk(a_centre({"E1": ("engine", 10), "E2": ("engine", 20), "A1": ("ambulance", 90)}))
    report(desk, "i", spot(0), at(1), nature="crash")
    assert words(explained(desk, "i/1"))["E2"] == "dearer by 40 weighted s (there in 20 s)"


def test_who_cannot_go_says_why(desk: Desk) -> None:
    """Off duty and lacking the skill are different things to do something about."""
    desk.observe(ResourceSignedOff(at(0), ResourceId("A2")))
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = words(explained(desk, "i/1"))
    assert (found["A2"], found["E1"]) == ("off duty", "lacks transport")


def test_equal_prices_are_said_to_be_equal() -> None:
    """A tie is nobody's merit."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20), "A2": ("ambulance", 20)}))
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    assert words(explained(desk, "i/1"))["A2"].startswith("at the same price")


def test_a_resource_in_another_row_of_the_need_says_so() -> None:
    """A medic who can do both goes once."""
    both = {"send": [{"skill": "advanced"}, {"skill": "transport"}]}
    rules = a_procedure(plans={"medical": both, "fire": both, "rescue": both})
    desk = a_desk(a_centre({"M1": ("medic", 10), "A1": ("ambulance", 50)}), rules)
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = explained(desk, "i/1")
    assert {each.resource: each.row for each in found.chosen} == {"M1": 0, "A1": 1}
    assert found.others == ()


def test_a_whole_plan_that_lacks_somebody_says_what_for() -> None:
    """An engine that could go and does not must say what it waits for."""
    together = {"send": [{"skill": "fire"}, {"skill": "transport"}], "whole": True}
    rules = a_procedure(plans={"medical": together, "fire": together, "rescue": together})
    desk = a_desk(a_centre({"E1": ("engine", 10)}), rules)
    report(desk, "i", spot(0), at(1), nature="crash")
    assert words(explained(desk, "i/1"))["E1"].startswith("could go, but the plan cannot be filled whole")


def test_a_diversion_names_whom_it_would_be_taken_from() -> None:
    """Taking somebody away is part of the price."""
    rules = a_procedure(dispatch={"diversion": {"to": ["red"], "from": ["green"]}})
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), rules)
    report(desk, "i", spot(500), at(1), nature="illness", severe="no")
    gone(desk, "A1", "i/1", at(1))
    report(desk, "j", spot(10), at(2), nature="illness", severe="yes")
    (chosen,) = explained(desk, "j/1").chosen
    assert (chosen.taken_from, chosen.why) == ("i/1", "transport, there in 39 s, diverted from i/1")


def test_the_next_best_are_named_by_their_price_in_the_whole_plan(desk: Desk) -> None:
    """A2 is 160 dearer and M1 280, and nobody else has to move for either."""
    report(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = explained(desk, "i/1").alternatives
    assert [(each.resource, each.plan_dearer_by_s) for each in found] == [("A2", 160.0), ("M1", 280.0)]


def test_choosing_who_is_needed_elsewhere_names_who_would_be_left_short() -> None:
    """One ambulance, a red and a green: what the green would cost is the red."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20)}))
    report(desk, "i", spot(0), at(1), nature="illness", severe="no")
    report(desk, "j", spot(0), at(1), nature="illness", severe="yes")
    (other,) = explained(desk, "i/1").others
    assert other.why == "taken by j/1; choosing it would leave j/1 short (there in 20 s)"
    assert other.leaves_open == ("j/1",)


def test_an_open_position_names_the_least_that_would_have_to_give() -> None:
    """Who holds it, who moves, who is left open."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20)}))
    report(desk, "i", spot(0), at(1), nature="illness", severe="no")
    report(desk, "j", spot(0), at(1), nature="illness", severe="yes")
    (row,) = explained(desk, "i/1").open_positions
    assert (row.why, row.holders) == ("everybody who may go is needed elsewhere", (("A1", ("j/1",)),))
    assert row.way_out is not None
    assert row.way_out.moves == (Move("i/1", None, "A1"), Move("j/1", "A1", None))
    assert (row.way_out.leaves_open, row.way_out.dearer_by_s, row.way_out.proven) == (("j/1",), -60.0, True)


def test_a_position_that_nobody_may_fill_says_what_keeps_them_away(desk: Desk) -> None:
    """A hold without a reason is a phone call to find one."""
    desk.observe(ResourceSignedOff(at(0), ResourceId("E1")))
    report(desk, "i", spot(0), at(1), nature="fire")
    (row,) = explained(desk, "i/1").open_positions
    assert (row.why, row.way_out) == ("nobody may go: E1 is off duty", None)


@settings(max_examples=80, deadline=None)
@given(busy_streets())
def test_the_way_out_really_fills_the_position(desk: Desk) -> None:
    """Every reason for an open need is proven by its counterfactual: make the moves, and the position is filled."""
    context = desk.decision.context
    for need in lacking(desk.decision):
        assert context is not None
        planned = assignments(context)
        for row in explain(desk.decision, need).open_positions:
            if row.way_out is None:
                assert row.obstacles or row.why == "the plan cannot be filled whole"
                continue
            comers = {(move.need_id, move.takes) for move in row.way_out.moves if move.takes is not None}
            leavers = {(move.need_id, move.leaves) for move in row.way_out.moves if move.leaves is not None}
            planned_open, open_then = (
                sum(carried_out(desk, each).situation.needs[need].open)
                for each in (planned, (planned - leavers) | comers)
            )
            assert open_then < planned_open


def assignments(context: Context) -> set[tuple[str, str]]:
    """Who is with whom once a plan is carried out, as (need, resource)."""
    formulation = context.formulation
    return {
        (formulation.rows[int(formulation.problem.pair_rows[pair])][0], formulation.candidates[pair].resource)
        for pair in context.allocation.chosen
    }


def carried_out(desk: Desk, target: set[tuple[str, str]]) -> Desk:
    """The same desk after everybody named in a plan has been sent where it says."""
    other = Desk(desk.centre, desk.procedures)
    other.situation = desk.situation
    named = {name for _, name in target}
    for resource in desk.situation.resources.values():
        for serving in resource.serving:
            if resource.id in named and (serving.need, resource.id) not in target:
                other.observe(ResourceReleased(at(90), resource.id, serving.need, "gives way", True))
    for need, name in sorted(target):
        if other.situation.resources[ResourceId(name)].assignment(NeedId(need)) is None:
            sent(other, name, need, at(90), open_row(other, name, need))
    return other


def open_row(desk: Desk, resource: str, need: str) -> int:
    """The first open row of a need that the resource has the skill for."""
    found = desk.situation.needs[NeedId(need)]
    skills = desk.situation.resources[ResourceId(resource)].skills
    return next(row for row, count in enumerate(found.open) if count and found.rows[row].skill in skills)


def test_what_lacks_is_counted_by_need_and_skill(desk: Desk) -> None:
    """One engine for two fires leaves one engine lacking."""
    an_incident(desk, "i", spot(0), at(1), nature="fire")
    an_incident(desk, "j", spot(0), at(1), nature="fire")
    assert lacking(desk.decision) == {"j/1": (("fire", 1),)}


def test_nothing_lacks_where_nothing_is_asked(desk: Desk) -> None:
    """A quiet night is not a shortage."""
    assert lacking(desk.decision) == {}
