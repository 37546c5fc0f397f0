"""One contest searched whole: against every choice of whom to serve, with needs decided beforehand, and within a limit."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from optimiser.contest import Contest, Verdict
from optimiser.problem import IntArray, Problem
from tests.optimiser.builders import problem_of, slot_flow_of

OPEN_PRICE = 100


def quarrel(seed: int) -> Problem:
    """Five teams of up to three over six resources of one unit, few of which may do each thing."""
    draw = np.random.default_rng([seed, 23])
    units = [f"unit-{j}" for j in range(6)]
    needs = {
        f"team-{i}": (
            1,
            True,
            [
                (
                    int(draw.integers(1, 3)),
                    {units[j]: int(draw.integers(0, 60)) for j in draw.permutation(6)[: draw.integers(1, 5)]},
                )
                for _ in range(int(draw.integers(1, 3)))
            ],
        )
        for i in range(5)
    }
    return problem_of(needs, dict.fromkeys(units, 1))


def _settle(problem: Problem, decided: IntArray, most: int = 1000) -> Verdict:
    everything = np.ones(len(problem.need_ids), dtype=np.bool_)
    contest = Contest(problem, everything, np.ones(len(problem.quantities), dtype=np.bool_))
    nothing = np.zeros(len(decided), dtype=np.int64)
    return contest.settle(problem.costs[contest.pairs], nothing, nothing + OPEN_PRICE, decided, most)


def _values(problem: Problem) -> dict[tuple[bool, ...], int]:
    """The value of every choice of whom to serve that can be carried out."""
    flow, values = slot_flow_of(problem), {}
    for choice in product((False, True), repeat=len(problem.need_ids)):
        served = np.array(choice)
        chosen = flow.exactly(served)
        if chosen is not None:
            values[choice] = int(problem.costs[chosen].sum()) + OPEN_PRICE * int((~served).sum())
    return values


@pytest.mark.parametrize("seed", range(40))
def test_a_verdict_equals_the_best_choice_of_all(seed: int) -> None:
    """Branching by giving back and forcing must lose no choice and invent none."""
    problem = quarrel(seed)
    values, verdict = _values(problem), _settle(problem, np.zeros(5, dtype=np.int64))
    assert verdict.value == min(values.values())
    assert verdict.served is not None
    assert values[tuple(verdict.served.tolist())] == verdict.value


@pytest.mark.parametrize("seed", range(40))
def test_what_is_decided_beforehand_is_kept(seed: int) -> None:
    """The search above branches by deciding for the contest."""
    problem = quarrel(seed)
    decided = np.random.default_rng([seed, 29]).integers(-1, 2, 5)
    fitting = [
        value
        for choice, value in _values(problem).items()
        if all(d == 0 or (d > 0) == is_served for d, is_served in zip(decided.tolist(), choice, strict=True))
    ]
    assert _settle(problem, decided).value == min(fitting, default=None)


def test_a_limited_search_names_a_value_that_nothing_undercuts() -> None:
    """A bound above the best choice would prove a plan that is not the best."""
    limited = 0
    for seed in range(40):
        problem = quarrel(seed)
        verdict = _settle(problem, np.zeros(5, dtype=np.int64), most=1)
        if not verdict.is_best:
            limited += 1
            assert verdict.value is not None
            assert verdict.value <= min(_values(problem).values()), seed
    assert limited > 10


def test_a_need_not_worth_its_fixed_price_stays_open() -> None:
    """What it costs elsewhere counts before anything here is asked."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1})])}, {"a": 1})
    contest = Contest(problem, np.array([True]), np.array([True]))
    verdict = contest.settle(problem.costs[contest.pairs], np.array([10]), np.array([10]), np.array([0]), 10)
    assert (verdict.value, verdict.served is not None and verdict.served.tolist()) == (10, [False])
