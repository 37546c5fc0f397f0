"""What each price buys: a table of two sides for every term that a snapshot may name."""

from __future__ import annotations

import pytest

from tests.optimiser.snapshot_cases import answered, sent, town


def test_the_longer_wait_goes_first_within_a_priority() -> None:
    """With one resource and equal travel, first come, first served."""
    needs = [{"id": n, "priority": 1, "waited_s": w, "rows": [{"skill": "s"}]} for n, w in (("x", 5), ("y", 6))]
    answer = answered(needs=needs, travel={"kind": "matrix", "reach_s": {"x": {"a": 10}, "y": {"a": 10}}})
    assert [need.state for need in answer.needs] == ["held", "filled"]


@pytest.mark.parametrize(("price_s", "goes"), [(20, "partner"), (21, "own")])
def test_a_partner_goes_where_its_price_is_less_than_the_time_it_saves(price_s: int, goes: str) -> None:
    """At equal price either would do; the time and the price together decide."""
    resources = {"partner": {"price_s": price_s}}
    answer = town([{"id": "x"}], {"x": {"own": 30.5, "partner": 10}}, resources=resources)
    assert sent(answer) == {"x": [goes]}


@pytest.mark.parametrize(("saved_s", "goes"), [(19, "there"), (21, "other")])
def test_a_standing_plan_is_left_only_for_more_than_it_costs_to_disrupt_it(saved_s: int, goes: str) -> None:
    """Turning round for nineteen seconds is not worth a radio call."""
    answer = town(
        [{"id": "x"}], {"x": {"there": 100, "other": 100 - saved_s}},
        standing=[{"need": "x", "resource": "there"}], disruption_s=20,
    )  # fmt: skip
    assert sent(answer) == {"x": [goes]}
    assert answer.terms.get("disruption", 0) == (20 if goes == "other" else 0)


@pytest.mark.parametrize(("price_s", "goes"), [(19, "kept"), (21, "far")])
def test_a_reserve_is_drawn_on_where_that_is_cheaper(price_s: int, goes: str) -> None:
    """Twenty seconds more on the road, or a district without an engine."""
    reserves = [{"id": "north", "skill": "s", "resources": ["kept"], "keep": 1, "price_s": price_s}]
    answer = town([{"id": "x"}], {"x": {"kept": 10, "far": 30}}, reserves=reserves)
    assert sent(answer) == {"x": [goes]}
    assert [one.missing for one in answer.reserves] == [int(goes == "kept")]
    assert answer.terms.get("reserve", 0) == (price_s if goes == "kept" else 0)


@pytest.mark.parametrize(("price", "goes"), [("spare_skill_s", "plain"), ("spare_level_s", "plain"), (None, "rich")])
def test_skills_and_levels_beyond_need_may_have_a_price(price: str | None, goes: str) -> None:
    """The one who can do everything is kept for what nobody else can do."""
    resources = {"rich": {"skills": {"s": 3, "t": 1}}}
    prices = {} if price is None else {price: 20}
    answer = town([{"id": "x"}], {"x": {"rich": 10, "plain": 15}}, resources=resources, **prices)
    assert sent(answer) == {"x": [goes]}
