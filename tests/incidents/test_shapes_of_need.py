"""Needs of every shape at a desk: ways to fill them, shared roles, loads, pins; and what the cap on regret promises."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import ContactId, NeedId, ResourceId
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, gone, held, proposed, sent, spot

KINDS = {
    "engine": {"skills": ["fire"]},
    "tender": {"skills": ["water"]},
    "pump": {"skills": ["fire", "water"]},
}
TWO_ENGINES = [{"skill": "fire", "quantity": 2}]
TENDER_AND_ENGINE = [{"skill": "water"}, {"skill": "fire"}]


def on_fire(units: dict[str, tuple[str, float]], plan: dict[str, Any], kinds: dict[str, Any] | None = None) -> Desk:
    """A fire at the beginning of the street, answered by `plan`."""
    plans = {"fire": plan, "medical": plan, "rescue": plan}
    desk = a_desk(a_centre(units, kinds=kinds or KINDS), a_procedure(plans=plans))
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    return desk


EITHER = {"send": TWO_ENGINES, "instead": [TENDER_AND_ENGINE], "whole": True}


def test_the_cheaper_way_to_fill_a_plan_is_proposed() -> None:
    """Two engines are 300 s of driving together, the tender and one engine 150."""
    desk = on_fire({"E1": ("engine", 100), "E2": ("engine", 200), "T1": ("tender", 50)}, EITHER)
    assert proposed(desk) == [("i/1", "T1"), ("i/1", "E1")]


def test_a_plan_is_filled_the_other_way_when_the_first_cannot_be() -> None:
    """One engine is not two, but with a tender it will do."""
    desk = on_fire({"E1": ("engine", 0), "T1": ("tender", 900)}, EITHER)
    assert proposed(desk) == [("i/1", "T1"), ("i/1", "E1")]


def test_a_way_that_somebody_has_begun_is_the_one_that_is_finished() -> None:
    """A person sent the tender, so a second engine is not asked for, however near."""
    desk = on_fire({"E1": ("engine", 0), "E2": ("engine", 0), "T1": ("tender", 50)}, EITHER)
    sent(desk, "T1", "i/1", at(1), row=1)
    assert [resource for _, resource in proposed(desk)] in (["E1"], ["E2"])


SHARED = {"send": TENDER_AND_ENGINE, "whole": True, "shared": True}


def test_one_resource_fills_two_roles_where_the_plan_shares_them() -> None:
    """A pump brings water and fights the fire; it is proposed once, for both rows, and accepted as one fact."""
    desk = on_fire({"P1": ("pump", 10)}, SHARED)
    (proposal,) = desk.decision.proposals
    assert (proposal.resource, proposal.row, proposal.also) == ("P1", 0, (1,))
    desk.observe(f.ResourceAssigned(at(1), ResourceId("P1"), NeedId("i/1"), 0, "accepted", (1,)))
    assert desk.situation.needs[NeedId("i/1")].is_filled


def test_without_shared_roles_one_body_is_one_role() -> None:
    """The same pump alone cannot fill a plan that wants two bodies."""
    desk = on_fire({"P1": ("pump", 10)}, {**SHARED, "shared": False})
    assert proposed(desk) == []


CHATS: dict[str, Any] = {
    "phone": {"skill": "answering", "automatic": False, "load": 3},
    "chat": {"skill": "answering", "automatic": False},
}
CLERK = {"clerk": {"skills": ["answering"], "capacity": 3}}


def received(desk: Desk, name: str, queue: str, when: float = 0) -> None:
    """A contact waits."""
    desk.observe(f.ContactReceived(at(when), ContactId(name), queue))


def test_three_chats_fit_where_one_call_does() -> None:
    """A clerk with room for three takes three chats and not a fourth."""
    desk = a_desk(
        a_centre({"C1": ("clerk", 0)}, kinds=CLERK), a_procedure(queues={**CHATS, "emergency": CHATS["chat"]})
    )
    for when, name in enumerate(("a", "b", "c", "d")):
        received(desk, name, "chat", when)
    assert proposed(desk) == [("a/call", "C1"), ("b/call", "C1"), ("c/call", "C1")]


def test_a_call_does_not_fit_beside_a_chat() -> None:
    """Two of three are left, and a call takes three; the hold says so."""
    desk = a_desk(
        a_centre({"C1": ("clerk", 0)}, kinds=CLERK), a_procedure(queues={**CHATS, "emergency": CHATS["chat"]})
    )
    received(desk, "a", "chat")
    sent(desk, "C1", "a/call", at(0))
    received(desk, "b", "phone")
    assert held(desk, "b/call") == {"C1": "has room for 2 more, and this takes 3"}


def test_who_is_pinned_is_not_turned_round() -> None:
    """A person said so; the rule for diversion has nothing to say any more."""
    rule = {"to": ["red"], "from": ["green"], "least_gain_s": 0, "handover_s": 0}
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), a_procedure(dispatch={"diversion": rule}))
    an_incident(desk, "g", spot(500), at(0), nature="illness", severe="no")
    desk.observe(f.ResourceAssigned(at(0), ResourceId("A1"), NeedId("g/1"), 0, "promised", pinned=True))
    desk.observe(f.ResourceDeparted(at(0), ResourceId("A1"), NeedId("g/1")))
    an_incident(desk, "r", spot(100), at(50), nature="illness", severe="yes")
    assert proposed(desk) == []
    assert held(desk, "r/1") == {"A1": "committed to g/1 (en route), pinned there by a person"}


def test_a_vehicle_on_its_way_with_room_left_is_given_more() -> None:
    """Work is stacked where the vehicle has seats for it."""
    kinds = {"ambulance": {"skills": ["transport"], "capacity": 2}}
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}, kinds=kinds))
    an_incident(desk, "g", spot(500), at(0), nature="illness", severe="no")
    gone(desk, "A1", "g/1", at(0))
    an_incident(desk, "r", spot(100), at(50), nature="illness", severe="yes")
    assert proposed(desk) == [("r/1", "A1")]


SECONDS = st.integers(0, 40)
PRICES = st.sampled_from([0, 5, 50, 3600])


@given(
    units=st.lists(st.tuples(SECONDS, st.booleans()), min_size=1, max_size=5),
    reds=st.lists(SECONDS, min_size=1, max_size=3),
    greens=st.lists(SECONDS, max_size=3),
    fairness_s=PRICES,
    spare_s=PRICES,
    missing_s=st.sampled_from([1, 500]),
)
def test_no_life_threatening_call_could_have_had_a_nearer_idle_resource(
    units: list[tuple[int, bool]], reds: list[int], greens: list[int], fairness_s: int, spare_s: int, missing_s: int
) -> None:
    """Whatever else has a price: who is nearer than the one proposed goes to another call of the same rank, or is not there."""
    centre = a_centre({f"A{n}": ("medic" if is_medic else "ambulance", s) for n, (s, is_medic) in enumerate(units)})
    rules = {
        "fairness_s": fairness_s,
        "spare_skill_s": spare_s,
        "reserve": [{"name": "all", "skill": "transport", "keep": len(units), "missing_s": missing_s}],
    }
    desk = a_desk(centre, a_procedure(dispatch=rules))
    for number, seconds in enumerate(reds):
        an_incident(desk, f"r{number}", spot(seconds), at(0), nature="illness", severe="yes")
    for number, seconds in enumerate(greens):
        an_incident(desk, f"g{number}", spot(seconds), at(0), nature="illness", severe="no")
    sent_to_red = {each.resource: each for each in desk.decision.proposals if each.need.startswith("r")}
    assert len(sent_to_red) == min(len(reds), len(units))
    for each in sent_to_red.values():
        place = reds[int(each.need[1])]
        nearer = {f"A{n}" for n, (s, _) in enumerate(units) if abs(s - place) < each.reach_s - 0.06}
        assert nearer <= set(sent_to_red)
