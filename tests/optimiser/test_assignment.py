"""One resource each: whichever engine answers, the same plan, proved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimiser.allocation import Allocation, Termination
from optimiser.assignment import best_assignment, is_assignment
from optimiser.kernels.augmenting import MatchingKernel, by_arrays, by_loops
from optimiser.kernels.flow import min_cost_flow
from optimiser.problem import PAIR_COST_LIMIT, Problem
from optimiser.solve import solve
from optimiser.verify import verify
from tests.optimiser.builders import best_standing, by_ids, permuted, problem_of, standing_of

ENGINES: tuple[MatchingKernel | None, ...] = (by_loops, by_arrays, None)


def an_assignment(seed: int, most: int = 6) -> Problem:
    """Needs for one resource each, in every regime from plenty to want; prices coarse or fine."""
    draw = np.random.default_rng([seed, 12])
    needs, resources = draw.integers(1, most + 1, 2)
    dearest, share = int(draw.choice([2, 30, 10_000])), float(draw.choice([0.3, 0.7, 1.0]))
    listed = {
        f"need-{i}": (
            1 + int(draw.integers(0, 3)),
            bool(draw.random() < 0.5),
            [(1, {f"unit-{j}": int(draw.integers(0, dearest)) for j in range(resources) if draw.random() < share})],
        )
        for i in range(needs)
    }
    return problem_of(listed, {f"unit-{j}": int(draw.random() < 0.9) for j in range(resources)})


def test_every_engine_equals_brute_force() -> None:
    """Ranks first, then price, in plenty and in want."""
    for seed in range(300):
        problem = an_assignment(seed)
        for matching in ENGINES:
            assert standing_of(problem, solve(problem, matching=matching)) == best_standing(problem), seed


def test_every_engine_chooses_the_same_pairs() -> None:
    """Which engine answered must not be visible in who is sent, also among equal plans."""
    for seed in range(300):
        problem = an_assignment(seed, most=25)
        chosen = [solve(problem, matching=matching).chosen for matching in ENGINES]
        assert chosen[0] == chosen[1] == chosen[2], seed


def test_the_order_of_the_input_changes_nothing() -> None:
    """A twin and a live desk list the same resources in different orders."""
    for seed in range(200):
        problem = an_assignment(seed, most=25)
        other = permuted(problem, seed)
        assert by_ids(problem, solve(problem)) == by_ids(other, solve(other)), seed


@pytest.mark.parametrize("factor", [3, 1000])
def test_dearer_seconds_change_nothing(factor: int) -> None:
    """A plan must not depend on the unit that its prices are written in."""
    for seed in range(60):
        problem = an_assignment(seed, most=15)
        scaled = problem_with(problem, terms=problem.terms * factor)
        assert solve(scaled).chosen == solve(problem).chosen, seed


def test_a_resource_that_nobody_may_use_changes_nothing() -> None:
    """Hiring somebody useless is no reason to send somebody else."""
    for seed in range(60):
        problem = an_assignment(seed, most=15)
        larger = problem_with(
            problem, resource_ids=(*problem.resource_ids, "idle"), capacities=np.append(problem.capacities, 1)
        )
        assert solve(larger).chosen == solve(problem).chosen, seed


def test_forbidding_a_pair_that_was_not_chosen_changes_nothing() -> None:
    """What was not wanted is not missed."""
    for seed in range(60):
        problem = an_assignment(seed, most=15)
        before = by_ids(problem, solve(problem))
        keep = np.ones(len(problem.pair_rows), dtype=np.bool_)
        others = np.setdiff1d(np.arange(len(keep)), solve(problem).chosen)
        if len(others):
            keep[others[seed % len(others)]] = False
            parts = {name: getattr(problem, name)[keep] for name in ("pair_rows", "pair_resources", "terms")}
            fewer = problem_with(problem, **parts)
            assert by_ids(fewer, solve(fewer)) == before, seed


def test_every_engine_brings_a_certificate_that_is_accepted() -> None:
    """A proof nobody can check is a claim."""
    for seed in range(200):
        problem = an_assignment(seed, most=20)
        for matching in ENGINES:
            assigned = best_assignment(problem, problem.costs, min_cost_flow, matching)
            assert assigned is not None
            allocation = replace(
                solve(problem), chosen=tuple(assigned.chosen.tolist()), certificate=assigned.certificate
            )
            assert verify(problem, allocation) == (), seed


def _certified() -> tuple[Problem, Allocation]:
    problem = problem_of(
        {"x": (1, False, [(1, {"a": 1, "b": 9})]), "y": (2, False, [(1, {"a": 1, "b": 2})])}, {"a": 1, "b": 1}
    )
    assigned = best_assignment(problem, problem.costs, min_cost_flow, by_arrays)
    assert assigned is not None
    return problem, replace(solve(problem), certificate=assigned.certificate)


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"rows": np.array([1, 1])}, "does not add up"),
        ({"rows": np.array([99, 2])}, "undercut"),
        ({"resources": np.array([5, 0])}, "below nothing"),
        ({"rows": np.zeros(1, dtype=np.int64)}, "wrong shape"),
        ({"opens": np.array([20, 1])}, "ranks apart"),
        ({"opens": np.array([20, 20])}, "ranks apart"),
    ],
)
def test_a_forged_certificate_is_rejected(change: dict[str, Any], flaw: str) -> None:
    """The checker must not take anybody's word."""
    problem, allocation = _certified()
    assert allocation.certificate is not None
    forged = replace(allocation, certificate=replace(allocation.certificate, **change))
    assert any(flaw in violation for violation in verify(problem, forged))


def test_a_worse_plan_is_rejected_by_the_certificate_of_the_best() -> None:
    """The sum of the prices leaves no room for a plan that costs more."""
    problem, allocation = _certified()
    worse = replace(allocation, chosen=(1, 2), cost=10, termination=Termination("proven", 10, 10, 0))
    assert any("add up to the price" in violation for violation in verify(problem, worse))


def test_the_engine_is_named() -> None:
    """A dispatcher's engineer asks first who decided."""
    units = {f"u{j}": j for j in range(40)}
    crowd = problem_of({f"n{i}": (1, False, [(1, units)]) for i in range(20)}, dict.fromkeys(units, 1))
    assert solve(crowd, matching=by_arrays).engine == "augmenting"
    assert solve(crowd, matching=None).engine == "assignment"
    scarce = problem_of({f"n{i}": (1, False, [(1, {"a": i, "b": i})]) for i in range(20)}, {"a": 1, "b": 1})
    assert solve(scarce, matching=None).engine == "flow"


def test_the_widest_prices_are_left_to_the_staged_flow() -> None:
    """Prices of staying open that would not fit are never formed."""
    needs = {f"n{i}": (1 + i, False, [(1, {"a": PAIR_COST_LIMIT - i})]) for i in range(4_100)}
    wide = problem_of(needs, {"a": 1})
    assert best_assignment(wide, wide.costs, min_cost_flow, by_arrays) is None
    assert solve(wide).filled_by_rank[:2] == ((1, 1), (2, 0))


def test_teams_are_not_assignments() -> None:
    """Two rows of one whole need stand or fall together."""
    assert not is_assignment(problem_of({"x": (1, True, [(1, {"a": 1}), (1, {"b": 1})])}, {"a": 1, "b": 1}))


def test_two_rows_of_a_best_effort_need_are() -> None:
    """Nothing ties them but their name."""
    assert is_assignment(problem_of({"x": (1, False, [(1, {"a": 1}), (1, {"b": 1})])}, {"a": 1, "b": 1}))


def problem_with(problem: Problem, **changes: object) -> Problem:
    """The same problem with some fields changed."""
    parts = {name: getattr(problem, name) for name in problem.__slots__}
    return Problem(**(parts | changes))
