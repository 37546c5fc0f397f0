"""Prices from columns are those of one pair at a time, whatever changed in between."""

from __future__ import annotations

from math import hypot

import numpy as np
import pytest

from optimiser.columns import Columns, NeedFacts, ResourceFacts, StraightLine
from optimiser.kernels.augmenting import NEVER
from optimiser.objective import PowerLoss, response_units
from optimiser.refusals import ProblemRefused
from optimiser.solve import solve

LOSS = PowerLoss(exponent=2.0)


class City:
    """Random facts, and the price of every pair by the definition."""

    def __init__(self, seed: int) -> None:
        self.draw = np.random.default_rng([seed, 14])
        self.columns = Columns(StraightLine(10.0), needs=5, resources=6, loss=LOSS, reach_limit_s=900.0)
        self.needs: dict[int, NeedFacts] = {}
        self.resources: dict[int, ResourceFacts] = {}

    def change(self) -> None:
        """Write or drop a need or a resource."""
        slot, x, y, other = self.draw.integers(0, 5), *(self.draw.random(3) * 8_000)
        match self.draw.integers(0, 5):
            case 0 | 1:
                facts = NeedFacts(1, int(self.draw.integers(0, 3)), x, y, 2.0, other / 10)
                self.needs[int(slot)] = facts
                self.columns.put_need(int(slot), facts)
            case 2 | 3:
                skills = tuple(np.flatnonzero(self.draw.random(3) < 0.5).tolist())
                able = ResourceFacts(skills, x, y, other / 100)
                self.resources[int(slot)] = able
                self.columns.put_resource(int(slot), able)
            case _:
                self.needs.pop(int(slot), None)
                self.columns.drop_need(int(slot))
                self.resources.pop(int(slot), None)
                self.columns.drop_resource(int(slot))

    def price(self, need: int, resource: int) -> int:
        """One pair, by the definition."""
        wants, has = self.needs.get(need), self.resources.get(resource)
        if wants is None or has is None or wants.skill not in has.skills:
            return NEVER
        reach_s = hypot(wants.x_m - has.x_m, wants.y_m - has.y_m) / 10.0 + has.ready_s
        return NEVER if reach_s > 900.0 else int(response_units(LOSS, wants.weight, wants.waited_s, reach_s))


def test_what_was_marked_and_what_was_not_are_both_right() -> None:
    """A row left stale sends last hour's nearest."""
    for seed in range(10):
        city = City(seed)
        for _ in range(60):
            city.change()
            if city.draw.random() < 0.5:
                prices = city.columns.prices()
                assert prices.tolist() == [[city.price(i, j) for j in range(6)] for i in range(5)], seed


def test_a_row_asked_for_in_advance_is_the_row_that_is_built() -> None:
    """An arrival is priced before it has a place."""
    city = City(3)
    for _ in range(60):
        city.change()
    table = city.columns.prices()
    for slot, facts in city.needs.items():
        assert city.columns.need_prices(facts).tolist() == table[slot].tolist()
    for slot, able in city.resources.items():
        assert city.columns.resource_prices(able).tolist() == table[:, slot].tolist()


def test_growing_keeps_what_is_known() -> None:
    """More room is no reason to forget."""
    city = City(4)
    for _ in range(60):
        city.change()
    before = city.columns.prices().tolist()
    city.columns.grow(9, 11)
    after = city.columns.prices()
    assert after[:5, :6].tolist() == before
    assert (after[5:] == NEVER).all()


def test_columns_make_a_problem() -> None:
    """From facts to a decision in two calls."""
    columns = Columns(StraightLine(10.0), needs=2, resources=2)
    columns.put_need(0, NeedFacts(1, 0, 0.0, 0.0))
    columns.put_need(1, NeedFacts(1, 1, 0.0, 0.0))
    columns.put_resource(0, ResourceFacts((0, 1), 100.0, 0.0))
    columns.put_resource(1, ResourceFacts((0,), 900.0, 0.0))
    problem = columns.problem(("x", "y"), ("near", "far"))
    assert [problem.costs.tolist(), solve(problem).cost] == [[100, 900, 100], 1_000]


@pytest.mark.parametrize(
    "facts",
    [
        NeedFacts(1, 0, float("nan"), 0.0),
        NeedFacts(1, 0, 0.0, 2e9),
        NeedFacts(1, 63, 0.0, 0.0),
        NeedFacts(1, 0, 0.0, 0.0, weight=-1.0),
        NeedFacts(1, 0, 0.0, 0.0, waited_s=float("inf")),
    ],
    ids=["place", "far away", "skill", "weight", "waited"],
)
def test_facts_that_make_no_sense_are_refused(facts: NeedFacts) -> None:
    """One bad coordinate must not poison a column."""
    with pytest.raises(ProblemRefused):
        Columns(StraightLine()).put_need(0, facts)
    with pytest.raises(ProblemRefused):
        Columns(StraightLine()).need_prices(facts)


@pytest.mark.parametrize(
    "facts",
    [ResourceFacts((0,), 0.0, -2e9), ResourceFacts((0, 63), 0.0, 0.0), ResourceFacts((0,), 0.0, 0.0, ready_s=-1.0)],
    ids=["far away", "skill", "ready"],
)
def test_a_resource_that_makes_no_sense_is_refused(facts: ResourceFacts) -> None:
    """One bad coordinate must not poison a row."""
    with pytest.raises(ProblemRefused):
        Columns(StraightLine()).put_resource(0, facts)
    with pytest.raises(ProblemRefused):
        Columns(StraightLine()).resource_prices(facts)


def test_usual_prices_are_those_of_arrays() -> None:
    """Compiled or not, and however many at a time, a pair has one price."""
    draw = np.random.default_rng(16)
    columns = Columns(StraightLine(13.7), needs=40, resources=60, reach_limit_s=400.0)
    needs = [NeedFacts(1, int(draw.integers(0, 3)), *(draw.random(4) * [9_000, 9_000, 8, 4_000])) for _ in range(40)]
    for slot, facts in enumerate(needs):
        columns.put_need(slot, facts)
    for slot in range(60):
        able = tuple(np.flatnonzero(draw.random(3) < 0.5).tolist())
        columns.put_resource(slot, ResourceFacts(able, *(draw.random(3) * [9_000, 9_000, 300])))
    assert [columns.need_prices(facts).tolist() for facts in needs] == columns.prices().tolist()
