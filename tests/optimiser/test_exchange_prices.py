"""Exact prices of everything that was not chosen, held against plans in which it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from optimiser.allocation import Allocation
from optimiser.counterfactual import Change, change_of
from optimiser.exchange_prices import ExchangePrices, exchange_prices
from optimiser.ledger import ledger_of
from optimiser.problem import Problem
from optimiser.solve import solve
from tests.optimiser.builders import problem_of, random_problem
from tests.optimiser.shape_builders import random_shapes


def pinned(problem: Problem, pair: int) -> Problem:
    """The same problem with this pair pinned besides."""
    pins = np.zeros(len(problem.pair_rows), dtype=np.bool_) if problem.pinned is None else problem.pinned.copy()
    pins[pair] = True
    return replace(problem, pinned=pins)


def with_twin(problem: Problem, resource: int) -> Problem:
    """The same problem with room for one at somebody who accepts what this resource accepts, at its prices."""
    pairs = np.flatnonzero(problem.pair_resources == resource)
    twin = len(problem.resource_ids)
    return replace(
        problem,
        resource_ids=(*problem.resource_ids, "twin"),
        capacities=np.append(problem.capacities, 1),
        pair_rows=np.concatenate((problem.pair_rows, problem.pair_rows[pairs])),
        pair_resources=np.concatenate((problem.pair_resources, np.full(len(pairs), twin))),
        terms=np.concatenate((problem.terms, problem.terms[pairs])),
    )


def gains(before: Allocation, after: Allocation) -> dict[int, int]:
    """Positions more by rank, where there are more or fewer."""
    had = dict(before.filled_by_rank)
    return {rank: filled - had[rank] for rank, filled in after.filled_by_rank if filled != had[rank]}


def said(opened: int, filled: int) -> dict[int, int]:
    """The same, as prices put it."""
    counted = Counter({filled: 1})
    counted.subtract({opened: 1})
    return {rank: more for rank, more in counted.items() if rank and more}


def street_of_optional(seed: int) -> Problem:
    """Single positions with pins, bars and prices for staying open: all the shapes that are still slots."""
    problem = random_problem(seed, whole_share=0.0)
    draw = np.random.default_rng([seed, 31])
    optional = draw.random(len(problem.need_ids)) < 0.5
    pins = np.zeros(len(problem.pair_rows), dtype=np.bool_)
    kept = solve(problem).chosen
    pins[[pair for pair in kept if draw.random() < 0.2]] = True
    return replace(
        problem,
        optional=optional,
        open_prices=draw.integers(0, 20_000, len(optional)) * optional,
        pinned=pins,
        barred=(draw.random(len(pins)) < 0.1) & ~pins,
    )


def worlds(seeds: int) -> list[Problem]:
    """Small problems of every shape that a graph can state, and of some that it cannot."""
    found = []
    for seed in range(seeds):
        found += [random_problem(seed), random_problem(seed, whole_share=0.0), street_of_optional(seed)]
        found += [random_problem(seed, whole_share=1.0), random_shapes(seed)]
    return found


def test_an_exact_price_is_what_a_plan_with_that_pair_costs_more() -> None:
    """Cost and every rank, for every pair: a price that the counterfactual contradicts would be worse than none."""
    looked_at = 0
    for at, problem in enumerate(worlds(60)):
        plan = solve(problem)
        prices = exchange_prices(problem, plan)
        for pair in np.flatnonzero(prices.exact).tolist():
            if pair not in plan.chosen:
                other = solve(pinned(problem, pair))
                assert other.proven, at
                assert other.cost - plan.cost == prices.dearer[pair], (at, pair)
                assert gains(plan, other) == said(prices.opened[pair], prices.filled[pair]), (at, pair)
                looked_at += 1
    assert looked_at > 400


def test_the_steps_of_a_price_lead_to_a_plan_of_that_price() -> None:
    """Whoever is told to move these crews must arrive at what was promised."""
    for at, problem in enumerate(worlds(60)):
        plan = solve(problem)
        prices = exchange_prices(problem, plan)
        pair_of = {
            key: pair
            for pair, key in enumerate(zip(problem.pair_rows.tolist(), problem.pair_resources.tolist(), strict=True))
        }
        for pair in np.flatnonzero(prices.exact).tolist():
            if pair in plan.chosen:
                continue
            steps = prices.steps(problem, pair)
            picks = set(plan.chosen) - {pair_of[step.row, step.leaves] for step in steps if step.leaves is not None}
            picks |= {pair_of[step.row, step.takes] for step in steps if step.takes is not None}
            assert pair in picks, (at, pair)
            after = ledger_of(problem, np.array(sorted(picks), dtype=np.int64))
            assert after.cost - plan.cost == prices.dearer[pair], (at, pair)


def a_district(seed: int, needs: int, resources: int) -> Problem:
    """Single needs of three ranks anywhere on a street, each accepting about half of the resources on it."""
    draw = np.random.default_rng([seed, 41])
    homes, places = draw.integers(0, 1_000, resources), draw.integers(0, 1_000, needs)
    return problem_of(
        {
            f"need-{i}": (
                int(draw.integers(1, 4)), False,
                [(1, {f"unit-{j}": abs(int(homes[j] - places[i])) for j in range(resources) if draw.random() < 0.5})],
            )
            for i in range(needs)
        },
        {f"unit-{j}": 1 for j in range(resources)},
    )  # fmt: skip


@pytest.mark.parametrize(("needs", "resources"), [(20, 45), (25, 27), (30, 20)])
def test_long_chains_are_priced_exactly(needs: int, resources: int) -> None:
    """With many idle, with hardly any, and in scarcity: parts are worked out apart, and no chain may be lost between them."""
    for seed in range(3):
        problem = a_district(seed, needs, resources)
        plan = solve(problem)
        prices = exchange_prices(problem, plan)
        assert prices.exact.all()
        for pair in np.random.default_rng(seed).permutation(len(problem.pair_rows))[:60].tolist():
            if pair not in plan.chosen:
                other = solve(pinned(problem, pair))
                assert other.cost - plan.cost == prices.dearer[pair], (seed, pair)
                assert gains(plan, other) == said(prices.opened[pair], prices.filled[pair]), (seed, pair)


def test_a_twin_saves_what_was_said() -> None:
    """Staffing advice is money: one more like this one must be worth exactly that."""
    looked_at = 0
    for at, problem in enumerate([*worlds(40)]):
        if problem.pinned is not None:
            continue
        plan = solve(problem)
        prices = exchange_prices(problem, plan)
        for resource in np.flatnonzero(prices.twin_exact).tolist():
            if problem.barred is not None:
                continue
            other = solve(with_twin(problem, resource))
            assert plan.cost - other.cost == prices.twin_saves[resource], (at, resource)
            assert gains(plan, other) == said(0, prices.twin_fills[resource]), (at, resource)
            looked_at += 1
    assert looked_at > 100


def _two_and_a_free_one() -> tuple[Problem, ExchangePrices]:
    """x takes a at 1, y takes b at 2, c is idle: x accepts everybody, y accepts b and c."""
    problem = problem_of(
        {"x": (1, True, [(1, {"a": 1, "b": 1, "c": 8})]), "y": (1, True, [(1, {"b": 2, "c": 5})])},
        {"a": 1, "b": 1, "c": 1},
    )
    return problem, exchange_prices(problem, solve(problem))


def test_the_price_of_a_taken_resource_counts_who_must_move() -> None:
    """B is as near to x as a is, but y would have to take c, who is 3 farther."""
    _, prices = _two_and_a_free_one()
    assert prices.dearer.tolist() == [0, 3, 7, 0, 3]


def test_what_is_chosen_costs_nothing_more() -> None:
    """The plan is its own counterfactual."""
    problem, prices = _two_and_a_free_one()
    assert prices.dearer[list(solve(problem).chosen)].tolist() == [0, 0]


def test_a_full_team_is_priced_without_solving_again() -> None:
    """Where nothing is open and nothing would be, every plan that fills as much fills the same slots."""
    problem = problem_of({"x": (1, True, [(2, {"a": 1, "b": 2, "c": 4})])}, {"a": 1, "b": 1, "c": 1})
    prices = exchange_prices(problem, solve(problem))
    assert (prices.exact.tolist(), prices.dearer.tolist()) == ([True] * 3, [0, 0, 2])


def test_a_team_that_could_be_broken_up_is_left_to_solving_again() -> None:
    """Of a team of two one could go elsewhere, but then the other would not stay: no path knows that."""
    problem = problem_of({"x": (1, True, [(2, {"a": 1, "b": 1})]), "y": (1, False, [(1, {"b": 1})])}, {"a": 1, "b": 1})
    prices = exchange_prices(problem, solve(problem))
    assert not prices.exact[2]


def test_a_problem_too_wide_for_one_table_has_no_exact_prices() -> None:
    """The named limit is a limit of time and memory, not of truth."""
    rows = 2_100
    problem = problem_of(
        {f"x{at}": (1, False, [(1, {"a": 1})]) for at in range(rows)},
        dict.fromkeys(map(str, range(2_000)), 1) | {"a": 1},
    )
    plan = solve(problem)
    assert exchange_prices(problem, plan).exact.sum() == len(plan.chosen) == 1


@pytest.mark.parametrize("seed", range(150))
def test_going_over_a_bar_has_the_price_of_a_plan_in_which_it_is_forced(seed: int) -> None:
    """A person may ask what the forbidden would cost; the bars of all others stand."""
    draw = np.random.default_rng([seed, 5])
    plain = random_problem(seed)
    problem = replace(plain, barred=draw.random(len(plain.pair_rows)) < 0.4)
    allocation = solve(problem)
    prices = exchange_prices(problem, allocation, over_bars=True)
    assert problem.barred is not None
    for pair in np.flatnonzero(problem.barred & prices.exact).tolist():
        pins = np.arange(len(plain.pair_rows)) == pair
        forced = solve(replace(problem, pinned=pins, forced=pins))
        assert change_of(prices, pair) == Change(
            forced.cost - allocation.cost, _more_by_rank(forced.filled_by_rank, allocation.filled_by_rank)
        )


def _more_by_rank(
    after: tuple[tuple[int, int], ...], before: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    changes = ((rank, there - here) for (rank, there), (_, here) in zip(after, before, strict=True))
    return tuple(change for change in changes if change[1])
