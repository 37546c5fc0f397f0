"""What competes for the missing positions, how that falls apart, and the prices that support a plan."""

from __future__ import annotations

import numpy as np

from optimiser.problem import BoolArray, Problem
from optimiser.shortage import cheapest_sums, contests, least_prices, short_rows
from tests.optimiser.builders import problem_of, random_problem, slot_flow_of


def two_quarrels() -> Problem:
    """x and y want the one a, p and q the one b; w has c, which z would like but for d."""
    return problem_of(
        {
            "x": (1, True, [(1, {"a": 1})]),
            "y": (1, True, [(1, {"a": 2})]),
            "p": (1, True, [(1, {"b": 1})]),
            "q": (1, True, [(1, {"b": 2})]),
            "w": (1, True, [(1, {"c": 1})]),
            "z": (1, True, [(1, {"c": 1, "d": 5})]),
        },
        dict.fromkeys("abcd", 1),
    )


def _short(problem: Problem) -> BoolArray:
    plan = slot_flow_of(problem).optimum()
    return short_rows(problem, plan.chosen, np.zeros(len(problem.need_ids), dtype=np.bool_))


def test_whoever_holds_what_a_short_row_wants_competes_with_it() -> None:
    """The one that is served may be the one that had better not be."""
    problem = two_quarrels()
    assert problem.row_needs[_short(problem)].tolist() == [0, 1, 2, 3]


def test_contests_share_no_resource_and_come_in_the_order_of_ids() -> None:
    """Two quarrels at two ends of a town have nothing to say to each other."""
    problem = two_quarrels()
    masks = contests(problem, _short(problem))
    assert [np.flatnonzero(mask).tolist() for mask in masks] == [[2, 3], [0, 1]]


def test_what_no_short_row_reaches_is_filled_without_the_resources_of_the_rest() -> None:
    """Otherwise whom to serve would be a question outside the contests too."""
    for seed in range(300):
        problem = random_problem(seed)
        plan = slot_flow_of(problem).optimum()
        short = short_rows(problem, plan.chosen, np.zeros(len(problem.need_ids), dtype=np.bool_))
        filled = np.bincount(problem.pair_rows[plan.chosen], minlength=len(short))
        assert (filled[~short] == problem.quantities[~short]).all(), seed
        wanted = set(problem.pair_resources[short[problem.pair_rows]].tolist())
        assert not wanted & set(problem.pair_resources[plan.chosen][~short[problem.pair_rows[plan.chosen]]].tolist())


def test_a_resource_costs_what_the_next_would_pay_for_it() -> None:
    """z would pay 4 for c rather than take d; nobody else wants anything that others hold."""
    problem = two_quarrels()
    plan = slot_flow_of(problem).optimum(out=np.array([False, True, False, True, False, False]))
    prices = least_prices(problem, problem.costs, plan.chosen, np.ones(6, dtype=np.bool_))
    assert prices.tolist() == [0, 0, 4, 0]


def test_at_least_prices_every_filled_row_holds_what_is_cheapest() -> None:
    """That is what makes a plan that is decided alike prove itself."""
    priced_anything = 0
    for seed in range(300):
        problem = random_problem(seed, whole_share=0.0)
        plan = slot_flow_of(problem).optimum()
        rows = problem.pair_rows[plan.chosen]
        filled = np.bincount(rows, minlength=len(problem.quantities))
        is_full = filled == problem.quantities
        prices = least_prices(problem, problem.costs, plan.chosen, is_full)
        priced = problem.costs + prices[problem.pair_resources]
        held = np.zeros(len(problem.quantities), dtype=np.int64)
        np.add.at(held, rows, priced[plan.chosen])
        usable = problem.capacities[problem.pair_resources] > 0
        least = cheapest_sums(problem, np.where(usable, priced, 10**9))
        used = np.bincount(problem.pair_resources[plan.chosen], minlength=len(prices))
        bodies = problem.pair_needs * len(prices) + problem.pair_resources
        if len(np.unique(bodies)) == len(bodies):
            assert (held[is_full] == least[is_full]).all(), seed
            assert (prices[used < problem.capacities] == 0).all(), seed
            priced_anything += bool(prices.any())
    assert priced_anything > 20


def test_the_least_of_a_row_is_the_sum_of_its_cheapest() -> None:
    """Two of three, and what there is where there are too few."""
    problem = problem_of({"x": (1, True, [(2, {"a": 5, "b": 1, "c": 3}), (2, {"a": 7})])}, dict.fromkeys("abc", 1))
    assert cheapest_sums(problem, problem.costs).tolist() == [4, 7]
