"""What the rules of a procedure add to the price of a pair: one smallest world per rule.

Prices are in weighted seconds. Red weighs 4, green 1; places on the street are seconds of driving apart.
"""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.decision import Proposal
from incidents.desk import Desk
from incidents.explanation import explain
from incidents.quantities import NeedId, ResourceId
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, held, proposed, sent, spot


def green_at(desk: Desk, seconds: float, incident: str = "g", when: int | None = None) -> None:
    """A green illness that many seconds down the street."""
    an_incident(desk, incident, spot(seconds), at(0) if when is None else when, nature="illness", severe="no")


def red_at(desk: Desk, seconds: float, when: int | None = None) -> None:
    """A red one."""
    an_incident(desk, "r", spot(seconds), at(0) if when is None else when, nature="illness", severe="yes")


def only(desk: Desk) -> Proposal:
    """The one proposal there is."""
    (proposal,) = desk.decision.proposals
    return proposal


def ruled(units: dict[str, tuple[str, float]], kinds: dict[str, Any] | None = None, **dispatch: Any) -> Desk:
    """A street with these units under these rules of dispatch; `kinds` replaces those of the street."""
    changes = {} if kinds is None else {"kinds": kinds}
    return a_desk(a_centre(units, **changes), a_procedure(dispatch=dispatch))


LEVELS = {"ambulance": {"skills": {"transport": 1}}, "medic": {"skills": {"transport": 4}}}


def test_a_level_nobody_asked_for_has_its_price() -> None:
    """The best crew is kept for those who need it: three levels too good cost 30 s here, and it is only 20 s nearer."""
    desk = ruled({"A1": ("ambulance", 20), "M1": ("medic", 0)}, LEVELS, spare_level_s=10)
    green_at(desk, 0)
    assert only(desk).resource == "A1"
    assert only(desk).price == (("response", 20.0),)


def test_whoever_is_below_the_level_cannot_go() -> None:
    """A need for level 3 is not served by a beginner, however near."""
    desk = ruled({"A1": ("ambulance", 0), "M1": ("medic", 50)}, LEVELS)
    green_at(desk, 0)
    desk.observe(f.NeedWithdrawn(at(1), NeedId("g/1"), "asked again"))
    row = f.NeedRow("transport", level=3)
    desk.observe(f.NeedOpened(at(1), NeedId("g/2"), (row,), False, "advanced care", only_incident(desk)))
    assert proposed(desk) == [("g/2", "M1")]


def only_incident(desk: Desk) -> Any:
    """The id of the one open incident."""
    (incident,) = desk.situation.incidents
    return incident


PARTNERS = {"ambulance": {"skills": ["transport"]}, "red cross": {"skills": ["transport"], "partner": "Red Cross"}}


@pytest.mark.parametrize(("own_at", "goes"), [(99, "A1"), (101, "P1")])
def test_a_partner_is_called_on_when_it_saves_more_than_its_price(own_at: float, goes: str) -> None:
    """Aid has a price, and a rule says what it is."""
    desk = ruled({"A1": ("ambulance", own_at), "P1": ("red cross", 0)}, PARTNERS, partners={"Red Cross": 100})
    green_at(desk, 0)
    assert only(desk).resource == goes


def test_a_partner_that_no_rule_names_is_never_proposed() -> None:
    """Nobody is sent whom nobody has agreed to send."""
    desk = ruled({"P1": ("red cross", 0)}, PARTNERS)
    green_at(desk, 0)
    assert held(desk, "g/1") == {"P1": "belongs to Red Cross, on whom this procedure does not call"}


def on_until(desk: Desk, unit: str, seconds: float, until: float) -> None:
    """`unit` signs on again where it stands, for a shift that ends after so many seconds."""
    desk.observe(f.ResourceSignedOff(at(0), ResourceId(unit)))
    desk.observe(f.ResourceSignedOn(at(0), ResourceId(unit), spot(seconds), until=at(until)))


def shift_ends(near_until: float, **rule: Any) -> Desk:
    """A1 is at the scene and goes home after `near_until` seconds; A2 is 200 s away. The work takes 1000 s."""
    desk = ruled({"A1": ("ambulance", 0), "A2": ("ambulance", 200)}, overrun={"task_s": 1000, "most_s": 600, **rule})
    on_until(desk, "A1", 0, near_until)
    return desk


@pytest.mark.parametrize(("until", "goes"), [(900, "A1"), (700, "A2")])
def test_work_past_the_end_of_a_shift_has_its_price(until: float, goes: str) -> None:
    """100 s over are cheaper than the other's 200 s of driving, 300 s are not."""
    desk = shift_ends(until)
    green_at(desk, 0)
    assert only(desk).resource == goes


def test_nobody_is_kept_on_for_longer_than_the_rule_allows() -> None:
    """At no price, and the reason says by how much."""
    desk = shift_ends(100)
    green_at(desk, 0)
    assert only(desk).resource == "A2"
    desk.observe(f.ResourceSignedOff(at(1), ResourceId("A2")))
    assert held(desk, "g/1")["A1"] == "its shift would be over 901 s before the work is, limit 600 s"


def test_the_end_of_a_shift_does_not_matter_where_the_rule_says_so() -> None:
    """Nobody drives past a cardiac arrest on the way home."""
    desk = shift_ends(1, unless=["red"])
    red_at(desk, 0)
    assert only(desk).resource == "A1"


def on_a_break(**dispatch: Any) -> Desk:
    """A1 is at the scene and has its meal; A2 is 100 s away."""
    desk = ruled({"A1": ("ambulance", 0), "A2": ("ambulance", 100)}, **dispatch)
    desk.observe(f.ResourceStoodDown(at(0), ResourceId("A1"), "meal"))
    return desk


def test_a_break_is_interrupted_by_those_it_may_be_for() -> None:
    """Red weighs 4, so 100 s are worth 400, more than the meal's 150."""
    desk = on_a_break(breaks={"interrupted_by": ["red"], "price_s": 150})
    red_at(desk, 0)
    assert (only(desk).resource, only(desk).price) == ("A1", (("break", 150.0),))


def test_a_break_is_left_alone_by_all_others() -> None:
    """Green is not named by the rule."""
    desk = on_a_break(breaks={"interrupted_by": ["red"], "price_s": 150})
    green_at(desk, 0)
    assert only(desk).resource == "A2"


def test_the_one_who_has_worked_less_goes_where_the_rule_shares_the_load() -> None:
    """A1 has had one assignment on this duty, which weighs 30 s; A2 is 20 s further away."""
    desk = ruled({"A1": ("ambulance", 0), "A2": ("ambulance", 20)}, fairness_s=30)
    green_at(desk, 0, "before")
    sent(desk, "A1", "before/1", at(0))
    desk.observe(f.ResourceReleased(at(1), ResourceId("A1"), NeedId("before/1"), "done"))
    green_at(desk, 0, when=at(2))
    assert only(desk).resource == "A2"


RESERVE = {"name": "north", "skill": "transport", "stations": ["A1"], "keep": 1, "missing_s": 100}


@pytest.mark.parametrize(("other_at", "goes"), [(90, "A2"), (110, "A1")])
def test_taking_the_last_of_a_reserve_costs_what_the_reserve_loses(other_at: float, goes: str) -> None:
    """A1 is the only one the north has; 100 weighted seconds is what it is worth there."""
    desk = ruled({"A1": ("ambulance", 0), "A2": ("ambulance", other_at)}, reserve=[RESERVE])
    green_at(desk, 0)
    assert only(desk).resource == goes


def test_a_reserve_never_leaves_a_need_open_that_may_not_wait() -> None:
    """A price decides who goes, never whether somebody goes."""
    desk = ruled({"A1": ("ambulance", 0)}, reserve=[{**RESERVE, "missing_s": 1_000_000}])
    green_at(desk, 0)
    assert only(desk).resource == "A1"


WAITING = {
    "red": {"rank": 1, "urgency": {"weight": 4}},
    "green": {"rank": 2, "waits_at_s": 150},
}
RAISED = {"green too long": {"unfilled_for_s": 900, "priorities": ["green"], "raises_to": "red"}}


def patient(distance: float, **dispatch: Any) -> Desk:
    """Greens that may wait when sending costs more than 150 weighted seconds; A1 is `distance` away."""
    rules = a_procedure(priorities=WAITING, escalation=RAISED, dispatch=dispatch)
    return a_desk(a_centre({"A1": ("ambulance", distance)}), rules)


@pytest.mark.parametrize(("distance", "who"), [(140, [("g/1", "A1")]), (160, [])])
def test_a_need_that_may_wait_does_so_when_sending_costs_more(distance: float, who: list[tuple[str, str]]) -> None:
    """150 weighted seconds is what its waiting is worth avoiding."""
    desk = patient(distance)
    green_at(desk, 0)
    assert proposed(desk) == who


def test_a_need_waits_rather_than_break_a_reserve() -> None:
    """100 s away and 100 s of reserve are together more than 150."""
    desk = patient(100, reserve=[RESERVE])
    green_at(desk, 0)
    assert proposed(desk) == []


def test_waiting_ends_when_a_rung_raises_the_need() -> None:
    """Nobody waits for ever: after 900 s the need is red, and red does not wait."""
    desk = patient(160)
    green_at(desk, 0)
    desk.review(at(900))
    assert proposed(desk) == [("g/1", "A1")]


def test_a_life_threatening_call_gets_no_slower_resource_for_the_sake_of_a_price() -> None:
    """Two assignments at 1000 s each weigh nothing against one second at a red call."""
    desk = ruled({"A1": ("ambulance", 0), "A2": ("ambulance", 1)}, fairness_s=1000)
    green_at(desk, 0, "before")
    sent(desk, "A1", "before/1", at(0))
    desk.observe(f.ResourceReleased(at(1), ResourceId("A1"), NeedId("before/1"), "done"))
    red_at(desk, 0, at(2))
    assert only(desk).resource == "A1"


def test_a_life_threatening_call_gets_no_slower_resource_for_the_sake_of_a_lesser_one() -> None:
    """Only the medic is in reach of the green call, and the red one is nearer to the medic: red gets it."""
    desk = ruled({"M1": ("medic", 100), "A1": ("ambulance", 0)}, reach_limit_s=300)
    green_at(desk, 350)
    red_at(desk, 120)
    assert proposed(desk) == [("r/1", "M1")]


def test_a_cap_says_how_much_slower_it_may_be() -> None:
    """With 100 s allowed the red call takes the ambulance at 120 s instead of the medic at 20, and green gets the medic."""
    priorities = {"red": {"rank": 1, "urgency": {"weight": 4}, "regret_s": 100}, "green": {"rank": 2}}
    centre = a_centre({"M1": ("medic", 100), "A1": ("ambulance", 0)})
    desk = a_desk(centre, a_procedure(priorities=priorities, dispatch={"reach_limit_s": 300}))
    green_at(desk, 350)
    red_at(desk, 120)
    assert proposed(desk) == [("r/1", "A1"), ("g/1", "M1")]


def test_who_is_kept_in_reserve_is_said_to_be() -> None:
    """A dispatcher who sees an idle ambulance and an open call is owed the reason, and what it would cost to send it."""
    desk = patient(100, reserve=[RESERVE])
    green_at(desk, 0)
    assert held(desk, "g/1") == {"A1": "kept in the reserve north"}
    told = explain(desk.decision, NeedId("g/1"))
    assert told.open_positions[0].why == "waiting is cheaper than whoever could go"
    way = told.open_positions[0].way_out
    assert way is not None
    assert (way.leaves_open, way.dearer_by_s) == ((), 50.0)


@pytest.mark.parametrize(("weight", "goes"), [(0.5, "A1"), (0.7, "A2")])
def test_cover_lost_is_what_the_next_calls_would_wait(weight: float, goes: str) -> None:
    """An hour without A1 makes the north's one call wait 100 s longer; A2 covers nothing. A1 is 20 s from here, A2 is 80."""
    zones = {"north": {"latitude": 0.0, "longitude": 0.0}}
    rule = {"skill": "transport", "demand": {"north": 1.0}, "weight": weight, "away_s": 3600, "busy": 0.0}
    centre = a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 100)}, zones=zones)
    desk = a_desk(centre, a_procedure(dispatch={"cover": [rule]}))
    green_at(desk, 20)
    assert only(desk).resource == goes


def test_a_turn_is_no_reason_to_wait() -> None:
    """Somebody else has waited for long, for people of another skill; the green call that may wait has its ambulance here."""
    rules = a_procedure(priorities=WAITING, escalation=RAISED)
    desk = a_desk(a_centre({"A1": ("ambulance", 10)}), rules)
    an_incident(desk, "old", spot(0), at(0), nature="fire")
    green_at(desk, 0, when=at(800))
    assert proposed(desk) == [("g/1", "A1")]


def test_who_waits_by_choice_is_held_with_that_reason() -> None:
    """Nobody is lacking; sending would cost more than waiting is worth."""
    desk = patient(160)
    green_at(desk, 0)
    assert held(desk, "g/1") == {"A1": "could go, but waiting is cheaper"}
