"""The account of a plan: it adds up to the objective exactly, in arrays and in what is written down."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pytest

from optimiser.price_account import WAITING, added, price_account
from optimiser.snapshot import allocate
from optimiser.solve import solve
from tests.optimiser.random_snapshots import random_snapshot
from tests.optimiser.shape_builders import random_shapes


@pytest.mark.parametrize("seed", range(150))
def test_the_account_adds_up_to_the_cost_of_the_plan(seed: int) -> None:
    """A breakdown that is off by one is an opinion."""
    problem = random_shapes(seed)
    allocation = solve(problem)
    account = price_account(problem, allocation)
    assert sum(added(account.by_need).values()) == allocation.cost
    pairs = sum(sum(units.values()) for units in account.by_pair.values())
    assert pairs + added(account.by_need).get(WAITING, 0) == allocation.cost


def _exact(terms: Mapping[str, str]) -> Fraction:
    return sum((Fraction(price) for price in terms.values()), Fraction(0))


def _sum(parts: Iterable[Mapping[str, str]]) -> dict[str, Fraction]:
    total: dict[str, Fraction] = {}
    for part in parts:
        for name, price in part.items():
            total[name] = total.get(name, Fraction(0)) + Fraction(price)
    return {name: price for name, price in total.items() if price}


@pytest.mark.parametrize("seed", range(80))
def test_every_breakdown_of_an_answer_adds_up_as_it_is_written(seed: int) -> None:
    """Read as decimals, so that no rounding of a float can hide a difference."""
    _, snapshot = random_snapshot(seed)
    told: dict[str, Any] = json.loads(allocate(snapshot).model_dump_json(), parse_float=str, parse_int=str)
    for part in (told, *told["classes"], *told["needs"]):
        assert _exact(part["terms"]) == Fraction(part["price"])
    for need in told["needs"]:
        choices = [choice for row in need["rows"] for choice in row["chosen"]]
        assert all(_exact(choice["terms"]) == Fraction(choice["price"]) for choice in choices)
        waiting = {WAITING: need["terms"].get(WAITING, "0")}
        assert _sum([waiting, *(choice["terms"] for choice in choices)]) == _sum([need["terms"]])
    for one in told["classes"]:
        needs = [need["terms"] for need in told["needs"] if need["priority"] == one["priority"]]
        assert _sum(needs) == _sum([one["terms"]])
    reserve = {"reserve": told["terms"].get("reserve", "0")}
    assert _sum([reserve, *(one["terms"] for one in told["classes"])]) == _sum([told["terms"]])
