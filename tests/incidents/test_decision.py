"""Deciding: who goes, who waits and why, each on a street short enough to work it out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import facts as f
from incidents.decision import Assign, Divert, decide, facts_of
from incidents.desk import Desk
from incidents.quantities import ContactId, IncidentId, NeedId
from incidents.roster import Roster
from incidents.travel import travel_times
from optimiser import UNITS_PER_SECOND
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, gone, held, proposed, spot

K = TypeVar("K")
V = TypeVar("V")

RULE = {"to": ["red"], "from": ["green"], "least_gain_s": 60, "handover_s": 30}
RESCUE = [{"skill": "fire", "quantity": 2}, {"skill": "transport"}]


def ill(desk: Desk, incident: str, seconds: float, when: int = at(0), *, severe: str = "yes") -> None:
    """An illness on the street: red if severe, green if not."""
    an_incident(desk, incident, spot(seconds), when, nature="illness", severe=severe)


def lacking(desk: Desk) -> dict[str, tuple[tuple[str, int], ...]]:
    """What each need that is held lacks."""
    return {hold.need: hold.lacking for hold in desk.decision.holds()}


def test_nobody_asks_and_nothing_is_decided() -> None:
    """A quiet desk costs nothing."""
    decision = a_desk(a_centre({"A1": ("ambulance", 0)})).decision
    assert (decision.proposals, decision.holds(), decision.termination) == ((), (), None)


def test_the_nearest_unit_goes_to_the_only_need() -> None:
    """The plainest rule of dispatch, with its price: 30 s at weight 4."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 130)}))
    ill(desk, "i", 100)
    (proposal,) = desk.decision.proposals
    assert isinstance(proposal, Assign)
    assert (proposal.resource, proposal.need, proposal.row, proposal.skill) == ("A2", "i/1", 0, "transport")
    assert proposal.reach_s == pytest.approx(30)
    assert proposal.price == (("response", 120.0),)
    assert proposal.because == "plan medical: transport, there in 30 s"


def test_needs_that_compete_are_served_best_together() -> None:
    """I at 100 and j at 130; A1 at 0, A2 at 110. Greedy: i takes A2 (10), j gets A1 (130): 140. Together: 100 + 20."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 110)}))
    ill(desk, "i", 100)
    ill(desk, "j", 130)
    assert proposed(desk) == [("i/1", "A1"), ("j/1", "A2")]


def test_a_plan_is_filled_as_far_as_it_can_be_and_the_rest_is_held() -> None:
    """One engine now is better than none until the second comes."""
    desk = a_desk(
        a_centre({"E1": ("engine", 0), "A1": ("ambulance", 0)}), a_procedure(plans={"rescue": {"send": RESCUE}})
    )
    an_incident(desk, "i", spot(10), at(0), nature="crash")
    assert proposed(desk) == [("i/1", "E1"), ("i/1", "A1")]
    assert lacking(desk) == {"i/1": (("fire", 1),)}
    assert held(desk, "i/1") == {"A1": "proposed for i/1", "E1": "proposed for i/1"}


def test_a_plan_that_goes_whole_goes_whole_or_not_at_all() -> None:
    """A crew that may not enter alone is of no use alone."""
    plans = {"rescue": {"send": RESCUE, "whole": True}}
    units = {"E1": ("engine", 0), "A1": ("ambulance", 0)}
    desk = a_desk(a_centre(units), a_procedure(plans=plans))
    an_incident(desk, "i", spot(10), at(0), nature="crash")
    assert proposed(desk) == []
    assert lacking(desk) == {"i/1": (("fire", 2), ("transport", 1))}
    why = "could go, but the plan cannot be filled whole: 2 x fire and 1 x transport lacking"
    assert held(desk, "i/1") == {"A1": why, "E1": why}
    desk = a_desk(a_centre({**units, "E2": ("engine", 0)}), a_procedure(plans=plans))
    an_incident(desk, "i", spot(10), at(0), nature="crash")
    assert sorted(proposed(desk)) == [("i/1", "A1"), ("i/1", "E1"), ("i/1", "E2")]


def test_rank_comes_before_cost() -> None:
    """The only ambulance stands beside a green illness, and goes to the red one."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}))
    ill(desk, "g", 0, severe="no")
    ill(desk, "r", 3000)
    assert proposed(desk) == [("r/1", "A1")]
    assert held(desk, "g/1") == {"A1": "proposed for r/1"}


def test_among_equals_with_nothing_to_travel_the_first_comes_first() -> None:
    """Callers in one queue; the one who rang first is answered first, whatever the ids."""
    queues = {"q": {"skill": "answering", "automatic": False}}
    desk = a_desk(a_centre({"C1": ("clerk", 0)}), a_procedure(queues=queues))
    for name, when in (("m", 0), ("a", 1), ("z", 2)):
        desk.observe(f.ContactReceived(at(when), ContactId(name), "q"))
    assert proposed(desk) == [("m/call", "C1")]


def test_queues_of_another_rank_wait() -> None:
    """An emergency line goes before one that rang earlier."""
    queues = {
        "office": {"skill": "answering", "rank": 2, "automatic": False},
        "urgent": {"skill": "answering", "rank": 1, "automatic": False},
    }
    desk = a_desk(a_centre({"C1": ("clerk", 0)}), a_procedure(queues=queues))
    desk.observe(f.ContactReceived(at(0), ContactId("a"), "office"))
    desk.observe(f.ContactReceived(at(60), ContactId("b"), "urgent"))
    assert proposed(desk) == [("b/call", "C1")]


def test_proposals_stand_by_rank_then_need_then_row_then_name() -> None:
    """The board shows the most urgent first, and never in another order tomorrow."""
    units = {"A1": ("ambulance", 0), "A2": ("ambulance", 1), "E1": ("engine", 0), "A3": ("ambulance", 2)}
    desk = a_desk(a_centre(units))
    ill(desk, "b", 0, severe="no")
    ill(desk, "c", 1)
    an_incident(desk, "a", spot(2), at(0), nature="crash")
    assert proposed(desk) == [("a/1", "E1"), ("a/1", "A3"), ("c/1", "A2"), ("b/1", "A1")]


@pytest.mark.parametrize(("automatic", "sends"), [([], []), (["green"], []), (["red"], ["A1"])])
def test_the_desk_acts_by_itself_only_where_a_rule_says_so(automatic: list[str], sends: list[str]) -> None:
    """Advisory by default; what was automatic stands in the log as what the rule chose."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), a_procedure(dispatch={"automatic": automatic}))
    recorded = an_incident(desk, "i", spot(10), at(0), nature="illness", severe="yes")
    assert [fact.resource for fact in recorded if isinstance(fact, f.ResourceAssigned)] == sends
    assert [each.automatic for each in desk.decision.proposals] == [False] * (1 - len(sends))


def test_a_queue_may_be_switched_to_advice() -> None:
    """Somebody else may hand out the calls."""
    queues = {"emergency": {"skill": "answering", "automatic": False}}
    desk = a_desk(a_centre({"C1": ("clerk", 0)}), a_procedure(queues=queues))
    desk.observe(f.ContactReceived(at(0), ContactId("c"), "emergency"))
    assert [(each.resource, each.automatic) for each in desk.decision.proposals] == [("C1", False)]


def diverting(**rule: Any) -> Desk:
    """A1 and A2 are on their way to green g at 200, sent together at the start; 100 seconds later nobody is free."""
    plans = {"medical": {"send": [{"skill": "transport", "quantity": 2}]}, "fire": {"send": [{"skill": "transport"}]}}
    desk = a_desk(
        a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 10)}),
        a_procedure(plans=plans, dispatch={"diversion": {**RULE, **rule}}),
    )
    ill(desk, "g", 200, severe="no")
    gone(desk, "A1", "g/1", at(0))
    gone(desk, "A2", "g/1", at(0))
    return desk


def test_one_decision_takes_no_more_from_an_incident_than_the_rule_allows() -> None:
    """Two red incidents at once must not strip a third of both its crews."""
    desk = diverting()
    for name in ("r", "s"):
        an_incident(desk, name, spot(150), at(100), nature="fire")
    (proposal,) = desk.decision.proposals
    assert isinstance(proposal, Divert)
    (left,) = lacking(desk)
    other = "A1" if proposal.resource == "A2" else "A2"
    assert held(desk, left)[other] == "committed to g/1 (en route); that incident loses another resource to a diversion"


def test_a_rule_that_allows_two_takes_two() -> None:
    """The limit lets through what it says."""
    desk = diverting(most_per_incident=2)
    for name in ("r", "s"):
        an_incident(desk, name, spot(150), at(100), nature="fire")
    assert sorted(need for need, _ in proposed(desk)) == ["r/1", "s/1"]


def test_acting_on_a_diversion_reopens_what_it_took_and_resets_no_clock() -> None:
    """The robbed incident was reported when it was reported, and asks again from now on."""
    desk = diverting()
    an_incident(desk, "r", spot(150), at(100), nature="fire")
    (proposal,) = desk.decision.proposals
    released, assigned = desk.observe(*facts_of(proposal, at(110)))
    assert isinstance(released, f.ResourceReleased)
    assert isinstance(assigned, f.ResourceAssigned)
    assert (released.leaves_open, assigned.because) == (True, proposal.because)
    incident, need = desk.situation.incidents[IncidentId("g")], desk.situation.needs[NeedId("g/1")]
    assert (incident.reported_at, incident.diverted) == (at(0), 1)
    assert (need.opened_at, need.unfilled_since, need.open) == (at(0), at(110), (1,))


def test_a_diverted_crew_is_remembered_where_it_turned_round() -> None:
    """The next estimate starts there and not at the station it left long ago."""
    desk = diverting()
    an_incident(desk, "r", spot(150), at(100), nature="fire")
    (proposal,) = desk.decision.proposals
    desk.observe(*facts_of(proposal, at(100)))
    place = desk.situation.resources[proposal.resource].place
    assert place is not None
    assert place.longitude == pytest.approx(spot(100 if proposal.resource == "A1" else 110).longitude)


def test_somebodys_own_reason_replaces_the_proposals() -> None:
    """An override is logged in the words of whoever chose."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}))
    ill(desk, "i", 0)
    (proposal,) = desk.decision.proposals
    (assigned,) = facts_of(proposal, at(1), "they know the house")
    assert isinstance(assigned, f.ResourceAssigned)
    assert assigned.because == "they know the house"


def test_a_crew_that_the_plan_leaves_where_it_is_is_said_to_stay() -> None:
    """Nobody is told that it is proposed for an incident it is driving to already."""
    priorities = {"red": {"rank": 1, "urgency": {"weight": 4}}, "green": {"rank": 2, "urgency": {"weight": 4}}}
    dispatch = {"diversion": {**RULE, "to": ["red"], "from": ["red", "green"], "least_gain_s": 3600}}
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), a_procedure(priorities=priorities, dispatch=dispatch))
    ill(desk, "q", 200)
    gone(desk, "A1", "q/1", at(0))
    ill(desk, "r", 150, at(100))
    assert proposed(desk) == []
    assert held(desk, "r/1") == {"A1": "stays with q/1"}


UNITS = st.lists(
    st.tuples(st.sampled_from(["engine", "ambulance", "medic"]), st.integers(0, 500)), min_size=1, max_size=5
)
INCIDENTS = st.lists(
    st.tuples(st.sampled_from(["fire", "crash", "severe", "mild"]), st.integers(0, 500)), min_size=1, max_size=5
)
TOLD = {
    "fire": {"nature": "fire"},
    "crash": {"nature": "crash"},
    "severe": {"nature": "illness", "severe": "yes"},
    "mild": {"nature": "illness", "severe": "no"},
}


@st.composite
def busy_streets(draw: st.DrawFn) -> Desk:
    """A few units and incidents on the street, some units sent where they can serve, some of those on their way."""
    units = {f"U{number}": unit for number, unit in enumerate(draw(UNITS))}
    rescue = {"send": RESCUE, "whole": draw(st.booleans())}
    diversion = draw(st.none() | st.just(RULE) | st.just({**RULE, "from": ["red", "green"], "least_gain_s": 0}))
    procedure = a_procedure(
        plans={"fire": {"send": [{"skill": "fire"}]}, "medical": {"send": [{"skill": "transport"}]}, "rescue": rescue},
        dispatch={"reach_limit_s": 400, "spare_skill_s": 10, "diversion": diversion},
    )
    desk = a_desk(a_centre(units), procedure)
    for number, (story, seconds) in enumerate(draw(INCIDENTS)):
        an_incident(desk, f"i{number}", spot(seconds), at(number), **TOLD[story])
        for proposal in desk.decision.proposals:
            if draw(st.booleans()) and isinstance(proposal, Assign):
                desk.observe(*facts_of(proposal, at(number)))
                if draw(st.booleans()):
                    desk.observe(f.ResourceDeparted(at(number), proposal.resource, proposal.need))
    desk.observe(f.NoteAdded(at(60), IncidentId("i0"), "a minute later"))
    return desk


@settings(max_examples=60)
@given(busy_streets())
def test_every_open_position_is_proposed_for_or_held(desk: Desk) -> None:
    """Silence is impossible: by need and skill, proposals and holds add up to what is open."""
    asked = {
        (need.id, row.skill): count
        for need in desk.situation.needs.values()
        for row, count in zip(need.rows, need.open, strict=True)
        if count
    }
    answered = dict.fromkeys(asked, 0)
    for proposal in desk.decision.proposals:
        answered[proposal.need, proposal.skill] += 1
    for hold in desk.decision.holds():
        for skill, count in hold.lacking:
            answered[hold.need, skill] += count
    assert answered == asked


@settings(max_examples=60)
@given(busy_streets())
def test_every_hold_has_one_reason_for_every_resource(desk: Desk) -> None:
    """Whoever looks for a unit in the reasons finds it, once."""
    for hold in desk.decision.holds():
        assert [each.resource for each in hold.exclusions] == sorted(desk.situation.resources)
        assert all(each.why for each in hold.exclusions)


@settings(max_examples=60)
@given(busy_streets())
def test_prices_add_up(desk: Desk) -> None:
    """The terms shown beside a proposal are its price, and the prices are the plan's cost."""
    context = desk.decision.context
    if context is None:
        return
    problem, chosen = context.formulation.problem, context.allocation.chosen
    assert context.allocation.cost == sum(problem.costs[list(chosen)].tolist())
    shown = sorted(round(sum(value for _, value in each.price) * UNITS_PER_SECOND) for each in desk.decision.proposals)
    is_open = context.formulation.is_open
    assert shown == sorted(int(problem.costs[pair]) for pair in chosen if is_open[problem.pair_rows[pair]])


@settings(max_examples=60)
@given(busy_streets())
def test_all_proposals_can_be_acted_on_together(desk: Desk) -> None:
    """A decision is one plan; the desk must not refuse its own advice."""
    proposals = desk.decision.proposals
    facts = [fact for proposal in proposals for fact in facts_of(proposal, at(60))]
    if facts:
        desk.observe(*facts)
    for proposal in proposals:
        assert proposal.resource in desk.situation.needs[proposal.need].filled_by


def turned_round(mapping: Mapping[K, V]) -> dict[K, V]:
    """The same entries in the opposite order."""
    return dict(reversed(list(mapping.items())))


@settings(max_examples=60)
@given(busy_streets())
def test_the_order_of_history_decides_nothing(desk: Desk) -> None:
    """A situation folded from a log and one read in another order are the same, and so is what is decided."""
    s = desk.situation
    other = replace(
        s,
        resources=turned_round(s.resources),
        needs=turned_round(s.needs),
        incidents=turned_round(s.incidents),
    )
    again = decide(other, desk.procedure, Roster(desk.centre, travel_times(desk.centre)))
    assert again == desk.decision
    assert {hold.need: set(hold.exclusions) for hold in again.holds()} == {
        hold.need: set(hold.exclusions) for hold in desk.decision.holds()
    }


@settings(max_examples=60)
@given(busy_streets())
def test_no_incident_is_robbed_beyond_the_rule(desk: Desk) -> None:
    """Counted over one decision and all that came before it."""
    rule = desk.procedure.dispatch.diversion
    robbed = [each.taken_from for each in desk.decision.proposals if isinstance(each, Divert)]
    for need in robbed:
        assert rule is not None
        assert robbed.count(need) <= rule.most_per_incident
