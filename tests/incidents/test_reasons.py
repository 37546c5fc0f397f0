"""All reasons of a decision as columns, and what one more of each resource would be worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from incidents.desk import Desk
from incidents.explanation import explain
from incidents.facts import ResourceSignedOff
from incidents.quantities import NeedId, ResourceId
from incidents.reasons import GROUNDS, Reasons, reasons, staffing_prices
from tests.builders import a_centre, a_desk, an_incident, at, sent, spot
from tests.incidents.test_decision import busy_streets

UNITS = {"E1": ("engine", 10.0), "A1": ("ambulance", 20.0), "A2": ("ambulance", 60.0), "A3": ("ambulance", 70.0)}


@pytest.fixture
def found() -> Reasons:
    """A1 for the only illness; A2 could go, A3 is off duty, E1 cannot."""
    desk = a_desk(a_centre(UNITS))
    desk.observe(ResourceSignedOff(at(0), ResourceId("A3")))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    return reasons(desk.decision)


def test_every_resource_has_its_grounds_for_every_need(found: Reasons) -> None:
    """Columns are worth nothing if what stands in them is not what the words say."""
    assert [GROUNDS[code] for code in found.grounds[0]] == ["chosen", "dearer", "off duty", "lacks the skill"]


def test_prices_stand_where_somebody_may_go(found: Reasons) -> None:
    """Forty seconds farther at weight 4; nobody has a price for what cannot be."""
    assert np.array_equal(found.dearer_s[0], [0.0, 160.0, np.nan, np.nan], equal_nan=True)


def test_reaches_stand_where_somebody_may_go(found: Reasons) -> None:
    """The first thing a dispatcher looks at."""
    assert found.reach_s[0] == pytest.approx([20.0, 60.0, np.nan, np.nan], nan_ok=True)


def test_a_rank_that_would_lose_a_position_is_told() -> None:
    """Two reds, one ambulance: whoever takes it leaves the other waiting, so the rank gains what it loses; a green cannot."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20.0)}))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="no")
    an_incident(desk, "j", spot(0), at(1), nature="illness", severe="yes")
    assert reasons(desk.decision).opened_rank.tolist() == [[1], [0]]


@settings(max_examples=60, deadline=None)
@given(busy_streets())
def test_columns_and_words_agree(desk: Desk) -> None:
    """One truth, told twice."""
    if desk.decision.context is None:
        return
    found = reasons(desk.decision)
    words = {
        "chosen": "", "dearer": "", "taken": "", "team incomplete": "could go, but the plan cannot be filled whole",
        "off duty": "off duty", "lacks the skill": "lacks",
    }  # fmt: skip
    for line, need in enumerate(found.needs):
        told = explain(desk.decision, need, found)
        said = {each.resource: each for each in (*told.chosen, *told.others)}
        for column, name in enumerate(found.resources):
            grounds, reason = GROUNDS[found.grounds[line, column]], said[name]
            may_go = {
                "chosen": "chosen",
                "dearer": "passed over",
                "taken": "passed over",
                "team incomplete": "passed over",
            }
            assert reason.verdict == may_go.get(grounds, "excluded")
            assert words.get(grounds, "") in reason.why
            assert reason.reach_s == pytest.approx(found.reach_s[line, column], nan_ok=True) or np.isnan(
                found.reach_s[line, column]
            )


def test_one_more_where_somebody_waits_is_worth_that_need() -> None:
    """Two reds and one ambulance: a second one fills the second need."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20.0), "E1": ("engine", 10.0)}))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    an_incident(desk, "j", spot(0), at(1), nature="illness", severe="yes")
    (price,) = staffing_prices(reasons(desk.decision))
    assert (price.resource, price.fills_rank) == ("A1", 1)


def test_one_more_where_all_are_served_is_worth_the_way_it_saves() -> None:
    """J gets A2 from 60 s; a second A1 would be there in 20: forty seconds at weight 4. Another A2 saves nothing."""
    desk = a_desk(a_centre({"A1": ("ambulance", 20.0), "A2": ("ambulance", 60.0)}))
    an_incident(desk, "i", spot(0), at(1), nature="illness", severe="yes")
    an_incident(desk, "j", spot(0), at(1), nature="illness", severe="yes")
    assert [(each.resource, each.saves_s) for each in staffing_prices(reasons(desk.decision))] == [("A1", 160.0)]


def test_a_need_already_served_in_part_is_judged_by_what_is_open() -> None:
    """The crash has its engine; its ambulance is what reasons are about."""
    desk = a_desk(a_centre({"E1": ("engine", 10.0), "E2": ("engine", 15.0), "A1": ("ambulance", 20.0)}))
    an_incident(desk, "i", spot(0), at(1), nature="crash")
    sent(desk, "E1", "i/1", at(2))
    found = reasons(desk.decision)
    assert found.needs == (NeedId("i/1"),)
    assert [GROUNDS[code] for code in found.grounds[0]] == ["chosen", "lacks the skill", "lacks the skill"]
