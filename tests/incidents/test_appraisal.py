"""A person's own choice, in the terms of the proposals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from incidents.appraisal import Appraisal, appraise
from incidents.desk import Desk
from incidents.facts import ResourceSignedOff
from incidents.quantities import NeedId, ResourceId
from incidents.reasons import reasons
from optimiser import UNITS_PER_SECOND, Move
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, sent, spot
from tests.incidents.test_decision import busy_streets

UNITS = {"E1": ("engine", 10.0), "A1": ("ambulance", 20.0), "A2": ("ambulance", 60.0), "A3": ("ambulance", 90.0)}


@pytest.fixture
def desk() -> Desk:
    """A red illness at the beginning of the street, and j, a green one, at A1's station: j gets A2."""
    desk = a_desk(a_centre(UNITS))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    an_incident(desk, "j", spot(20), at(1), nature="illness", severe="no")
    return desk


def appraised(desk: Desk, need: str, resource: str, row: int = 0) -> Appraisal:
    """What the desk's present decision says of a choice."""
    return appraise(desk.decision, NeedId(need), row, ResourceId(resource))


def test_the_proposal_itself_costs_nothing_more(desk: Desk) -> None:
    """Whoever chooses as proposed is told so."""
    found = appraised(desk, "i/1", "A1")
    assert found.in_plan is not None
    assert (found.judgement, found.in_plan.dearer_by_s, found.dearer_by) == ("as proposed", 0.0, ())


def test_a_dearer_choice_is_set_beside_the_proposal_term_by_term(desk: Desk) -> None:
    """Seventy seconds farther at weight 4."""
    found = appraised(desk, "i/1", "A3")
    assert (found.judgement, found.dearer_by) == ("dearer", (("response", 280.0),))


def test_a_choice_is_priced_with_everybody_who_moves_for_it(desk: Desk) -> None:
    """A2 for i: 160 more there; j then takes A1, who stands beside it, and saves 40."""
    found = appraised(desk, "i/1", "A2")
    assert found.in_plan is not None
    assert found.in_plan.dearer_by_s == 120.0
    assert found.in_plan.moves == (Move("i/1", "A1", "A2"), Move("j/1", "A2", "A1"))


def test_a_choice_that_leaves_another_need_short_names_it() -> None:
    """Red goes first, and whoever would have it otherwise should know what it takes."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20.0)}))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    an_incident(desk, "j", spot(0), at(1), nature="illness", severe="no")
    found = appraised(desk, "j/1", "A1")
    assert found.in_plan is not None
    assert (found.judgement, found.in_plan.leaves_open, found.proposed) == ("leaves somebody short", ("i/1",), ())


def test_equal_choices_are_as_good() -> None:
    """The name decided, and nobody's judgement is worse than that."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20.0), "A2": ("ambulance", 20.0)}))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    assert sorted(appraised(desk, "i/1", name).judgement for name in ("A1", "A2")) == ["as good", "as proposed"]


BROKEN = {
    "lacks the skill": ("E1", "lacks transport"),
    "is off duty": ("A3", "off duty"),
    "is committed": ("A1", "committed to g/1 (assigned)"),
}


@pytest.mark.parametrize(("resource", "why"), BROKEN.values(), ids=BROKEN.keys())
def test_a_choice_against_a_rule_says_which(resource: str, why: str) -> None:
    """A price would suggest that it could be paid."""
    desk = a_desk(a_centre(UNITS))
    desk.observe(ResourceSignedOff(at(0), ResourceId("A3")))
    an_incident(desk, "g", spot(0), at(1), nature="illness", severe="yes")
    sent(desk, "A1", "g/1", at(1))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    found = appraised(desk, "i/1", resource)
    assert (found.judgement, found.broken, found.choice, found.in_plan) == ("breaks a rule", why, None, None)


def test_a_resource_out_of_reach_says_how_far() -> None:
    """Seconds and limit, to argue with."""
    desk = a_desk(a_centre(UNITS), a_procedure(dispatch={"reach_limit_s": 80}))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    assert appraised(desk, "i/1", "A3").broken == "out of reach: 90 s, limit 80 s"


def test_a_row_that_asks_for_another_skill_is_a_rule(desk: Desk) -> None:
    """The engine may go to a crash, but not as its ambulance."""
    an_incident(desk, "k", spot(0), at(1), nature="crash")
    assert appraised(desk, "k/1", "E1", row=1).broken == "lacks transport"
    assert appraised(desk, "k/1", "E1", row=0).judgement == "as proposed"


@settings(max_examples=40, deadline=None)
@given(busy_streets())
def test_every_choice_is_appraised(desk: Desk) -> None:
    """Whoever is chosen for whatever: a price or a rule, and the terms add up to the difference of the prices."""
    if desk.decision.context is None:
        return
    known = reasons(desk.decision)
    for need, position in known.context.formulation.rows:
        if need not in known.needs:
            continue
        for name in known.resources:
            found = appraise(desk.decision, need, position, name, known)
            assert (found.choice is None) == (found.broken is not None) == (found.in_plan is None)
            if found.choice is not None and found.proposed:
                change = sum(value for _, value in found.choice.price) - sum(
                    value for _, value in found.proposed[-1].price
                )
                assert round(sum(value for _, value in found.dearer_by) * UNITS_PER_SECOND) == round(
                    change * UNITS_PER_SECOND
                )
