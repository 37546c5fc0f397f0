"""Contests settled apart and joined: equal to the whole, bounds that hold at any limit, and where prices do not help."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.apart import Joined, joined
from optimiser.floor_plan import floor_plan
from optimiser.kernels.whole_number import cp_sat
from optimiser.problem import Problem
from optimiser.programme import state
from optimiser.slot_flow import SlotFlow, Standing
from optimiser.staffable import unstaffable
from optimiser.stages import best_values
from optimiser.ties import tie_hashes
from tests.optimiser.builders import problem_of, slot_flow_of


def street(seed: int, *, priced: bool, room: int = 1) -> Problem:
    """A street of resources and needs that reach their neighbours, so that quarrels are local and touch each other."""
    draw = np.random.default_rng([seed, 19])
    length, dearest = int(draw.integers(8, 22)), int(draw.choice([2, 30, 1000]))
    needs = {}
    for i in range(int(draw.integers(6, 16))):
        at, reach = int(draw.integers(0, length)), int(draw.integers(1, 4))
        near = [f"unit-{(at + step) % length}" for step in range(-reach, reach + 1)]
        rows = [
            (int(draw.integers(1, 3)), {unit: int(draw.integers(0, dearest)) for unit in near if draw.random() < 0.6})
            for _ in range(int(draw.choice([1, 1, 2, 2, 3])))
        ]
        needs[f"need-{i:02}"] = (int(draw.integers(1, 4)), True, rows)
    problem = problem_of(needs, {f"unit-{j}": int(draw.integers(1, room + 1)) for j in range(length)})
    if not priced:
        return problem
    parts = {name: getattr(problem, name) for name in problem.__slots__}
    optional = draw.random(len(needs)) < float(draw.choice([0.5, 1.0]))
    prices = draw.integers(0, 20 * dearest, len(needs))
    return Problem(**(parts | {"optional": optional, "open_prices": np.where(optional, prices, 0)}))


def long_street(seed: int) -> Problem:
    """Twenty-six needs, all at a price, along fifty resources: quarrels enough for prices to misjudge one."""
    draw = np.random.default_rng([seed, 31])
    needs = {}
    for i in range(26):
        at, reach = int(draw.integers(0, 50)), int(draw.integers(2, 6))
        near = [f"unit-{(at + step) % 50}" for step in range(-reach, reach + 1)]
        rows = [
            (int(draw.integers(1, 3)), {unit: int(draw.integers(0, 1000)) for unit in near if draw.random() < 0.6})
            for _ in range(int(draw.choice([1, 1, 2, 2, 3])))
        ]
        needs[f"need-{i:02}"] = (int(draw.integers(1, 4)), True, rows)
    problem = problem_of(needs, {f"unit-{j}": 1 for j in range(50)})
    parts = {name: getattr(problem, name) for name in problem.__slots__}
    prices = draw.integers(500, 6000, 26)
    return Problem(**(parts | {"optional": np.ones(26, dtype=np.bool_), "open_prices": prices}))


def _half_served(problem: Problem, chosen: np.ndarray) -> bool:
    asked = np.bincount(problem.row_needs, weights=problem.quantities, minlength=len(problem.need_ids))
    filled = np.bincount(problem.pair_needs[chosen], minlength=len(problem.need_ids))
    return bool(((filled > 0) & (filled < asked)).any())


def _joined(problem: Problem, flow: SlotFlow, most: int) -> Joined | None:
    """What the contests come to; None where the relaxation leaves nothing to decide."""
    flow.solves = 0
    out = unstaffable(problem)
    root = flow.optimum(out)
    if not _half_served(problem, root.chosen):
        return None
    return joined(problem, problem.costs, flow, root, out, floor_plan(problem, problem.costs), most)


def _best(problem: Problem, flow: SlotFlow) -> Standing:
    """The same problem as one programme, by another engine."""
    programme = state(problem, problem.costs, tie_hashes(problem))
    values, is_proven, _ = best_values(programme, cp_sat, programme.low, 100.0)
    assert is_proven
    assert values is not None
    return _in_units(flow, flow.standing(np.flatnonzero(values[: len(problem.pair_rows)])))


def _in_units(flow: SlotFlow, standing: Standing) -> Standing:
    return standing[0], flow.canonical.cost_of(standing[1])


@pytest.mark.parametrize("priced", [False, True])
def test_contests_joined_equal_one_programme(priced: bool) -> None:
    """Whatever is settled apart must be the best plan of all, ranks first, and be known to be."""
    searched = 0
    for seed in range(60):
        problem = street(seed, priced=priced)
        flow = slot_flow_of(problem)
        found = _joined(problem, flow, most=1000)
        if found is not None:
            searched += 1
            best = _best(problem, flow)
            assert _in_units(flow, found.standing) == best, seed
            assert found.bound == found.standing, seed
    assert searched > 25


@pytest.mark.parametrize("seed", [18, 32])
def test_what_prices_misjudge_is_branched_on(seed: int) -> None:
    """Two changes that follow from each other cost other than their sum; more than one plan has then to be looked at."""
    problem = long_street(seed)
    flow = slot_flow_of(problem)
    found = _joined(problem, flow, most=1000)
    assert found is not None
    assert flow.solves > 3
    assert (_in_units(flow, found.standing), found.bound) == (_best(problem, flow), found.standing)


def test_a_guess_is_better_than_the_list_it_began_with() -> None:
    """Where work runs out, the desk still gets whole teams that somebody thought about."""
    better = 0
    for seed in range(40):
        problem = long_street(seed)
        flow, floor = slot_flow_of(problem), floor_plan(problem, problem.costs)
        found = _joined(problem, flow, most=2)
        if found is not None:
            assert found.standing <= flow.standing(floor), seed
            better += found.standing < flow.standing(floor)
    assert better > 20


def test_no_limit_makes_a_bound_or_a_plan_untrue() -> None:
    """A bound that the best plan undercuts would be a lie, and so would work beyond the limit."""
    left_open = 0
    for seed in range(60):
        problem = street(seed, priced=seed % 2 == 0, room=1 + seed % 3)
        flow = slot_flow_of(problem)
        for most in (2, 3, 5):
            found = _joined(problem, flow, most)
            if found is not None:
                best = _best(problem, flow)
                assert flow.solves <= most, seed
                assert _in_units(flow, found.bound) <= best <= _in_units(flow, found.standing), (seed, most)
                left_open += found.bound < found.standing
    assert left_open > 10


def test_needs_served_by_halves_are_left_to_the_search_over_flows() -> None:
    """A need of which half is worth something is not decided by whom to serve."""
    needs = {"x": (1, True, [(2, {"a": 1, "b": 1})]), "y": (1, True, [(2, {"b": 1, "c": 1})])}
    mixed = problem_of({**needs, "z": (1, False, [(1, {"c": 1})])}, dict.fromkeys("abc", 1))
    assert _joined(mixed, slot_flow_of(mixed), most=100) is None
    whole = problem_of({**needs, "z": (1, True, [(1, {"c": 1})])}, dict.fromkeys("abc", 1))
    assert _joined(whole, slot_flow_of(whole), most=100) is not None
