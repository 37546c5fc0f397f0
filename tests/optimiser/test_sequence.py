"""Sequence plans on streets worked out by hand, against every plan there is, and under every promise of sameness."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser import sequence
from optimiser.kernels.compiling import has_numba
from optimiser.sequence import plan
from optimiser.sequence_plan import SequenceLimits, SequencePlan
from optimiser.sequence_problem import SequenceProblem
from optimiser.sequence_verify import verify_sequence
from tests.optimiser.street import Crew, House, best_standing, changed, random_street, standing_of, street


def _ids(problem: SequenceProblem, found: SequencePlan) -> list[list[str]]:
    return [[problem.need_ids[stop.need] for stop in route] for route in found.routes]


def test_one_crew_serves_by_weight_over_time_and_not_by_distance() -> None:
    """Response is what counts: the heavy house goes first although the other lies on the way."""
    problem = street({"near": House(10), "far": House(20, weight=9)}, {"crew": Crew(0)})
    found = plan(problem)
    assert _ids(problem, found) == [["far", "near"]]
    # 9 * 20 for the far house, then 10 s of service and 10 s back: 40.
    assert found.response == 9 * 20 + 40


def test_for_travel_the_same_street_is_walked_once() -> None:
    """The other aim is the same engine with other weights."""
    problem = street({"near": House(10), "far": House(20, weight=9)}, {"crew": Crew(0)}, "travel")
    found = plan(problem)
    assert _ids(problem, found) == [["near", "far"]]
    assert found.travel_s == 20


def test_two_crews_share_the_street() -> None:
    """Each end of the street is served from its own side, at once."""
    houses = {"a": House(0), "b": House(10), "y": House(90), "z": House(100)}
    problem = street(houses, {"west": Crew(0), "east": Crew(100)})
    found = plan(problem)
    assert _ids(problem, found) == [["a", "b"], ["z", "y"]]
    assert found.response == 20 + 20


def test_no_number_of_lesser_needs_outweighs_an_urgent_one() -> None:
    """Strict priority: one of rank 1 at the far end, or four of rank 2 next door, before the shift ends."""
    houses = {f"near {i}": House(i, rank=2, weight=99, price=10_000) for i in range(4)}
    problem = street(houses | {"urgent": House(-80, rank=1)}, {"crew": Crew(0, ends=92)})
    found = plan(problem)
    assert _ids(problem, found) == [["urgent"]]
    assert found.served_by_rank == ((1, 1, 1), (2, 0, 4))


def test_within_a_rank_more_needs_come_before_quick_ones() -> None:
    """Counts are settled before seconds."""
    houses = {"slow": House(0, service=100, weight=50), "quick 1": House(40), "quick 2": House(60)}
    problem = street(houses, {"crew": Crew(0, ends=100)})
    assert _ids(problem, plan(problem)) == [["quick 1", "quick 2"]]


def test_a_need_that_waits_already_counts_from_when_it_was_released() -> None:
    """The response is what the caller feels, not what the plan begins with."""
    found = plan(street({"house": House(30, released=-600, weight=2)}, {"crew": Crew(0)}))
    assert found.response == 2 * 630


def test_a_crew_waits_for_a_release() -> None:
    """Service cannot start before there is a need."""
    found = plan(street({"house": House(30, released=100)}, {"crew": Crew(0)}))
    assert found.routes[0][0].start_s == 100
    assert found.response == 0


@pytest.mark.parametrize(
    ("house", "crew", "why"),
    [
        (House(10, asks=frozenset("x")), Crew(0), "no capable resource"),
        (House(10), Crew(0, most=0), "no capable resource"),
        (House(10, due=9), Crew(0), "too late for anybody"),
        (House(10, service=5), Crew(0, ends=14), "shift too short"),
        (House(10, service=5), Crew(0, ends=24, home=0), "shift too short"),
    ],
)
def test_a_need_nobody_can_serve_says_why(house: House, crew: Crew, why: str) -> None:
    """Each constraint binds alone, and has its own word."""
    found = plan(street({"house": house}, {"crew": crew}))
    assert [each.why for each in found.unserved] == [why]
    assert found.engine in ("nothing to do", "insertion, search")


@pytest.mark.parametrize(
    ("house", "crew"),
    [
        (House(10, asks=frozenset("x")), Crew(0, holds=frozenset("x"))),
        (House(10), Crew(0, most=1)),
        (House(10, due=10), Crew(0)),
        (House(10, service=5), Crew(0, ends=15)),
        (House(10, service=5), Crew(0, ends=25, home=0)),
    ],
)
def test_at_the_limit_itself_it_is_served(house: House, crew: Crew) -> None:
    """The same constraints let pass what just fits."""
    found = plan(street({"house": house}, {"crew": crew}))
    assert not found.unserved
    assert found.termination.reason == "proven"


def test_who_is_displaced_is_told_who_could_have_come() -> None:
    """One crew, time for one: the other need is not impossible, it lost."""
    problem = street({"won": House(10, due=20), "lost": House(-10, due=20, rank=2)}, {"crew": Crew(0)})
    (lost,) = plan(problem).unserved
    assert (lost.why, lost.nearest, lost.nearest_start_s) == ("displaced", 0, 10)


@pytest.mark.parametrize("block", range(10))
def test_it_is_as_good_as_the_best_of_all_plans(block: int) -> None:
    """300 small streets with every kind of constraint, a fifth of them with ways no map has: no gap to brute force."""
    for seed in range(30 * block, 30 * block + 30):
        problem = random_street(seed, metric=seed % 5 != 0)
        found = plan(problem, SequenceLimits(iterations=150))
        assert not verify_sequence(problem, found), seed
        assert standing_of(problem, found) == best_standing(problem), seed


@given(st.integers(1000, 100_000), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_every_plan_holds_and_every_bound_is_one(seed: int, iterations: int) -> None:
    """However short the search, the plan is sound, and its bound does not lie."""
    problem = random_street(seed, metric=seed % 2 == 0)
    found = plan(problem, SequenceLimits(iterations))
    assert not verify_sequence(problem, found)
    best = best_standing(problem)
    assert standing_of(problem, found) >= best
    if found.termination.bound is not None:
        assert found.termination.bound <= best[-1]
        assert standing_of(problem, found)[:-1] == best[:-1]
    if found.termination.reason == "proven":
        assert standing_of(problem, found) == best


@given(st.integers(1000, 100_000), st.integers(1, 1000))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_changes_no_plan(seed: int, shuffle: int) -> None:
    """Needs and resources are told apart by id, so a list in another order is the same question."""
    problem = random_street(seed)
    draw = np.random.default_rng(shuffle)
    needs, resources = draw.permutation(len(problem.need_ids)), draw.permutation(len(problem.resource_ids))
    places = draw.permutation(problem.travel_s.shape[1])
    again = _permuted(problem, needs, resources, places)
    one, other = plan(problem, SequenceLimits(30)), plan(again, SequenceLimits(30))
    by_crew = dict(zip(again.resource_ids, _ids(again, other), strict=True))
    assert dict(zip(problem.resource_ids, _ids(problem, one), strict=True)) == by_crew


def _permuted(
    problem: SequenceProblem, needs: np.ndarray, resources: np.ndarray, places: np.ndarray
) -> SequenceProblem:
    new_place = np.argsort(places)
    rows = {
        name: getattr(problem, name)[needs]
        for name in ("ranks", "points", "weights", "unserved_prices", "released_s", "due_s", "service_s", "asked")
    }
    crews = {
        name: getattr(problem, name)[resources]
        for name in ("profiles", "starts_s", "returns", "ends_s", "capacities", "held")
    }
    return changed(
        problem, **rows, **crews,
        need_ids=tuple(problem.need_ids[i] for i in needs), resource_ids=tuple(problem.resource_ids[j] for j in resources),
        places=new_place[problem.places[needs]], start_places=new_place[problem.start_places[resources]],
        end_places=new_place[problem.end_places[resources]], travel_s=problem.travel_s[:, places][:, :, places],
    )  # fmt: skip


def test_the_same_seed_gives_the_same_plan() -> None:
    """A journal must replay."""
    problem = random_street(77)
    assert plan(problem, SequenceLimits(200, seed=5)) == plan(problem, SequenceLimits(200, seed=5))


@pytest.mark.skipif(not has_numba(), reason="numba is an extra")
def test_compiled_kernels_give_the_same_plan() -> None:
    """Who installs the extra gets time, not other decisions."""
    for seed in range(40):
        problem = random_street(seed, metric=seed % 2 == 0)
        limits = SequenceLimits(100)
        assert plan(problem, limits, compiled=True) == plan(problem, limits, compiled=False)


def test_more_rounds_are_never_worse() -> None:
    """The best plan met is kept, whatever the search walks through; here over a street too long for luck."""
    houses = {f"h{i:02}": House(at=i * 37 % 101, rank=1 + i % 3, weight=1 + i % 4, due=150 + i) for i in range(24)}
    problem = street(houses, {f"c{j}": Crew(at=j * 30) for j in range(3)})
    before = standing_of(problem, plan(problem, SequenceLimits(0)))
    after = standing_of(problem, plan(problem, SequenceLimits(400)))
    assert after <= before


def test_a_useless_resource_changes_nothing() -> None:
    """Somebody without any skill that is asked for is as good as absent."""
    houses = {f"h{i}": House(at=10 * i, asks=frozenset("x")) for i in range(4)}
    able = {"a": Crew(0, holds=frozenset("x"))}
    with_useless = street(houses, able | {"b": Crew(20)})
    one, other = plan(street(houses, able)), plan(with_useless)
    assert one.routes[0] == other.routes[0]
    assert other.routes[1] == ()


def test_a_budget_that_ends_is_recorded() -> None:
    """A plan that depends on the machine says so."""
    problem = random_street(5)
    problem = changed(problem, weights=problem.weights + 1)
    looks = iter([0.0, 0.5, 1.0])
    found = plan(problem, SequenceLimits(10**6), spent=lambda: next(looks, 1.0))
    assert found.termination.reason in ("cut", "proven")
    assert found.termination.iterations == 200


def test_an_engine_that_fails_leaves_the_plan_of_insertion(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is always a plan, and it says that it is not what was hoped for."""

    def broken(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(sequence, "_annealed", broken)
    problem = street({"house": House(10)}, {"crew": Crew(0)})
    found = plan(problem)
    assert found.termination.reason == "degraded"
    assert "no room" in found.termination.detail
    assert _ids(problem, found) == [["house"]]
    assert not verify_sequence(problem, found)


def test_nothing_at_all_is_a_plan_too() -> None:
    """No needs, no resources, or neither."""
    for problem in (street({}, {}), street({"house": House(1)}, {}), street({}, {"crew": Crew(0)})):
        found = plan(problem)
        assert not verify_sequence(problem, found)
        assert found.termination.reason == "proven"


def test_limits_have_ranges() -> None:
    """The generator of the search has no other states."""
    with pytest.raises(AssertionError, match="generator"):
        replace(SequenceLimits(), seed=0)
