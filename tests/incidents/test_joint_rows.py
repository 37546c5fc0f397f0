"""Rows that could each be filled alone: together too, or not, held against Hall's condition over every set of rows."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from incidents.joint_rows import TooFew, too_few


def test_rows_that_want_the_same_few_cannot_be_filled_together() -> None:
    """One who dives and rescues is one body."""
    assert too_few([1, 1], {frozenset({0, 1}): 1}) == TooFew(rows=(0, 1), wanted=2, there=1)


def test_whoever_can_do_both_makes_room_for_whoever_can_do_one() -> None:
    """The first row takes the only one who could fill the second, and has to give them up."""
    assert too_few([1, 1], {frozenset({0, 1}): 1, frozenset({0}): 1}) is None


def test_only_the_rows_that_lack_somebody_are_named() -> None:
    """A row that has its own people is no part of the trouble."""
    assert too_few([1, 1, 1], {frozenset({0}): 5, frozenset({1, 2}): 1}) == TooFew(rows=(1, 2), wanted=2, there=1)


@pytest.mark.parametrize("seed", range(200))
def test_it_agrees_with_halls_condition(seed: int) -> None:
    """Each set of rows is counted; a false alarm or a miss would show."""
    chance = random.Random(seed)
    wanted = [chance.randint(1, 4) for _ in range(chance.randint(1, 4))]
    rows = range(len(wanted))
    fill = {frozenset(row for row in rows if chance.random() < 0.5): chance.randint(0, 4) for _ in range(5)}

    def there(some: tuple[int, ...]) -> int:
        return sum(many for each, many in fill.items() if not each.isdisjoint(some))

    sets = [some for size in rows for some in combinations(rows, size + 1)]
    short = [some for some in sets if sum(wanted[row] for row in some) > there(some)]
    found = too_few(wanted, fill)
    assert (found is None) == (not short)
    assert found is None or found.rows in short
