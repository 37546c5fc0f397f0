"""Reserves as a tree: which lies around which, and what has no such order."""

from __future__ import annotations

import pytest

from incidents.procedure import Reserve
from incidents.reserves import enclosing, reserve_flaws


def reserve(name: str, stations: str, keep: int = 1, skill: str = "fire") -> Reserve:
    """A reserve of the stations named by the letters of `stations`."""
    return Reserve(name=name, skill=skill, stations=tuple(stations), keep=keep, missing_s=60)


def flaws(*reserves: Reserve) -> list[tuple[int | str, int | str]]:
    """What is wrong, as (index, key)."""
    return [(loc[-2], loc[-1]) for loc, _, _ in reserve_flaws(reserves)]


def test_each_reserve_knows_the_one_directly_around_it() -> None:
    """A resource that leaves a station is missed by all reserves around it, one after the other."""
    reserves = [reserve("all", "", 4), reserve("a", "a"), reserve("ab", "ab", 2), reserve("c", "c"), reserve("b", "b")]
    assert enclosing(reserves) == (None, 2, 0, 0, 2)


def test_of_two_over_the_same_stations_the_larger_is_around() -> None:
    """The last engine may be dearer to miss than the third, which is two reserves over one set."""
    assert enclosing([reserve("three", "ab", 3), reserve("one", "ba", 1)]) == (None, 0)


def test_reserves_of_different_skills_are_apart() -> None:
    """An ambulance does not stand in for an engine."""
    reserves = [reserve("all", ""), reserve("a", "a", skill="medical")]
    assert enclosing(reserves) == (None, None)
    assert flaws(reserve("ab", "ab"), reserve("bc", "bc", skill="medical")) == []


@pytest.mark.parametrize(
    ("stations", "where"),
    [
        (["ab", "bc"], [(1, "stations")]),
        (["ab", "bc", "ca"], [(1, "stations"), (2, "stations")]),
        (["ab", "cd"], []),
        (["ab", "abc", ""], []),
    ],
)
def test_sets_that_cross_are_a_flaw_of_the_later(stations: list[str], where: list[tuple[int, str]]) -> None:
    """Where neither lies within the other, no order says which is charged first."""
    assert flaws(*(reserve(f"r{index}", each, 3) for index, each in enumerate(stations))) == where


@pytest.mark.parametrize(("keep", "where"), [(1, [(0, "keep")]), (2, [])])
def test_a_reserve_keeps_no_less_than_those_within_it_together(keep: int, where: list[tuple[int, str]]) -> None:
    """Otherwise it is met whenever they are, and says nothing; whoever wrote it meant something."""
    assert flaws(reserve("ab", "ab", keep), reserve("a", "a"), reserve("b", "b")) == where


def test_only_what_lies_directly_within_is_added_up() -> None:
    """A reserve within a reserve within is kept by the same resources."""
    assert flaws(reserve("all", "", 2), reserve("ab", "ab", 2), reserve("a", "a", 1), reserve("b", "b", 1)) == []
