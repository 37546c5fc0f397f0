"""Reserves: that the least price of their positions is the price of what is missing, and which groups are refused."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from optimiser.reserves import Position, Reserve, nesting_flaws, positions


def _least(asked: list[Position], free: list[int]) -> int:
    """The least price of filling the positions with these, by trying every order in which they could stand."""
    nobody: list[int | None] = [None] * len(asked)
    best = sum(one.open_price for one in asked)
    for order in set(permutations(free + nobody, len(asked))):
        total = 0
        for one, member in zip(asked, order, strict=True):
            price = one.open_price if member is None else dict(one.prices).get(member)
            if price is None:
                break
            total += price
        else:
            best = min(best, total)
    return best


def _nested(seed: int) -> list[Reserve]:
    """A city of five, a district inside it, a street inside that, and another district."""
    draw = np.random.default_rng([seed, 3])
    street, other = int(draw.integers(1, 3)), int(draw.integers(0, 2))
    district = street + int(draw.integers(0, 2))
    city = district + other + int(draw.integers(0, 2))
    prices = draw.integers(1, 50, 4).tolist()
    groups = [({0}, street), ({0, 1}, district), ({0, 1, 2, 3, 4}, city)]
    made = [Reserve(frozenset(group), keep, price) for (group, keep), price in zip(groups, prices, strict=False)]
    return [*made, Reserve(frozenset({3, 4}), other, prices[3])] if other else made


@pytest.mark.parametrize("free", [[], [0], [1], [4], [0, 4], [1, 2], [0, 1, 3], [2, 3, 4]])
@pytest.mark.parametrize("seed", range(6))
def test_the_least_price_of_the_positions_is_the_price_of_what_is_missing(seed: int, free: list[int]) -> None:
    """Otherwise a plan would be charged for a shortfall that nobody can see."""
    reserves = _nested(seed)
    missing = sum(group.price * max(0, group.keep - len(group.members & set(free))) for group in reserves)
    assert _least(positions(reserves), free) == missing


def test_groups_that_overlap_in_part_are_refused() -> None:
    """One resource would have to count for two groups neither of which is inside the other."""
    made = [Reserve(frozenset({0, 1}), 1, 5), Reserve(frozenset({1, 2}), 1, 5)]
    assert [flaw.where for flaw in nesting_flaws(made, ["a", "b"])] == ["b"]


def test_groups_of_different_kinds_may_overlap() -> None:
    """An engine kept in the north is no ambulance kept in the east."""
    made = [Reserve(frozenset({0, 1}), 1, 5, "engine"), Reserve(frozenset({1, 2}), 1, 5, "ambulance")]
    assert nesting_flaws(made, ["a", "b"]) == []


def test_a_group_that_keeps_fewer_than_those_inside_it_is_refused() -> None:
    """It would never be short, and says something that its writer cannot have meant."""
    made = [Reserve(frozenset({0}), 2, 5), Reserve(frozenset({0, 1}), 1, 5)]
    assert [str(flaw) for flaw in nesting_flaws(made, ["a", "b"])] == [
        "b/keep: keeps 1, the groups inside it 2 (accepted: at least 2)"
    ]


def test_the_same_group_twice_is_a_price_in_two_pieces() -> None:
    """The first missing one may cost less than the second."""
    made = [Reserve(frozenset({0, 1}), 1, 50), Reserve(frozenset({0, 1}), 2, 5)]
    assert [_least(positions(made), free) for free in ([0, 1], [0], [])] == [0, 5, 60]
