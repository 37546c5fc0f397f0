"""Every price that a session names is the difference between two cold solves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.allocation import Allocation
from optimiser.kernels import sheet_arrays, sheet_loops
from optimiser.kernels.augmenting import NEVER
from optimiser.problem import Problem
from optimiser.session import LOWEST_RANK, STEP
from optimiser.session_reasons import Exchange, Move, reasons, resource_prices
from optimiser.solve import solve
from tests.optimiser.test_assignment import problem_with
from tests.optimiser.test_session import DAYS, Day, a_session

ON_ALL_DAYS = pytest.mark.parametrize("day", DAYS, ids=["even", "overload", "ample", "larger"])


def forced(problem: Problem, need_id: str, resource_id: str) -> Problem:
    """The problem with nothing eligible for a need but one resource, which nobody else may have."""
    need, resource = problem.need_ids.index(need_id), problem.resource_ids.index(resource_id)
    keep = (problem.pair_rows == need) == (problem.pair_resources == resource)
    parts = {name: getattr(problem, name)[keep] for name in ("pair_rows", "pair_resources", "terms")}
    return problem_with(problem, **parts)


def price(allocation: Allocation, problem: Problem) -> int:
    """Travel, and what it costs to leave needs open, as a session counts."""
    open_ranks: list[int] = problem.ranks[np.array(allocation.unfilled) > 0].tolist()
    return allocation.cost + sum((LOWEST_RANK + 1 - rank) * STEP for rank in open_ranks)


@ON_ALL_DAYS
def test_alternatives_are_the_cheapest_and_cost_what_a_forced_solve_says(day: dict[str, float]) -> None:
    """A dispatcher who takes the second best must be told the true price of it."""
    for seed in range(3):
        played = Day(seed, **day)  # type: ignore[arg-type]
        for _ in range(40):
            played.event()
        problem = played.session.problem()
        base = solve(problem)
        for need_id, resource_id in played.session.plan().items():
            if resource_id is None:
                continue
            others = [
                other
                for other in problem.resource_ids
                if other != resource_id and _is_eligible(problem, need_id, other)
            ]
            cold = {
                other: price(solve(forced(problem, need_id, other)), problem) - price(base, problem) for other in others
            }
            cheapest = sorted(value for value in cold.values() if value < STEP // 2)[:2]
            said = reasons(played.session, need_id).alternatives
            assert [one.total for one in said] == cheapest, (seed, need_id)
            assert [cold[one.resource_id] for one in said] == cheapest, (seed, need_id)


@ON_ALL_DAYS
def test_the_least_change_that_fills_an_open_need_is_what_a_forced_solve_says(day: dict[str, float]) -> None:
    """What would have to give is a fact about the plan, not a figure of speech."""
    for seed in range(4):
        played = Day(seed, **day)  # type: ignore[arg-type]
        for _ in range(60):
            played.event()
        problem = played.session.problem()
        base = solve(problem)
        for need_id, resource_id in played.session.plan().items():
            if resource_id is not None:
                continue
            others = [other for other in problem.resource_ids if _is_eligible(problem, need_id, other)]
            best = min((price(solve(forced(problem, need_id, other)), problem) for other in others), default=None)
            filling = reasons(played.session, need_id).filling
            assert (filling is None) == (best is None), (seed, need_id)
            if filling is not None and best is not None:
                assert _price_after(problem, base, filling) == best, (seed, need_id)


@ON_ALL_DAYS
def test_chains_are_plans_that_cost_what_was_said(day: dict[str, float]) -> None:
    """Whoever carries out the moves must arrive at the stated price."""
    for seed in range(4):
        played = Day(seed, **day)  # type: ignore[arg-type]
        for _ in range(60):
            played.event()
        problem = played.session.problem()
        base = solve(problem)
        for need_id in played.session.need_at:
            said = reasons(played.session, need_id)
            for exchange in (*said.alternatives, *([said.filling] if said.filling else [])):
                plan = {**played.session.plan(), **{move.need_id: move.takes for move in exchange.moves}}
                used = [resource for resource in plan.values() if resource is not None]
                assert len(used) == len(set(used)), (seed, need_id)
                assert _cost(problem, plan) == base.cost + exchange.total, (seed, need_id)


@ON_ALL_DAYS
def test_loops_and_arrays_give_the_same_reasons(day: dict[str, float]) -> None:
    """With and without numba the same alternatives are named."""
    for seed in range(3):
        played = Day(seed, **day)  # type: ignore[arg-type]
        for _ in range(50):
            played.event()
        session = played.session
        for need_id in session.need_at:
            said = []
            for steps in (sheet_loops, sheet_arrays):
                session.steps = steps
                with np.errstate(over="ignore"):
                    said.append(reasons(session, need_id))
            assert said[0] == said[1], (seed, need_id)


@ON_ALL_DAYS
def test_the_price_of_a_resource_is_what_a_twin_of_it_saves(day: dict[str, float]) -> None:
    """Advice for staffing is a promise about tomorrow's plan."""
    for seed in range(3):
        played = Day(seed, **day)  # type: ignore[arg-type]
        for _ in range(40):
            played.event()
        problem = played.session.problem()
        before = price(solve(problem), problem)
        for name, twin in resource_prices(played.session).items():
            said = twin.saves + (0 if twin.fills_rank is None else (LOWEST_RANK + 1 - twin.fills_rank) * STEP)
            assert before - price(solve(_with_a_twin(problem, name)), problem) == said, (seed, name)


def test_an_exchange_reads_as_a_chain_of_moves() -> None:
    """Who would go where, in words a dispatcher can check."""
    said = reasons(a_session(), "first")
    assert said.alternatives == (
        Exchange("far", 90, 60, (Move("first", "near", "far"), Move("second", "far", "near")), None),
    )


def test_an_open_need_names_who_holds_what_it_could_have() -> None:
    """The first question about a waiting patient is who has the ambulance."""
    session = a_session()
    row = np.array([5 if name in ("near", "far") else NEVER for name in session.resource_slots[:-1]])
    session.add_need("third", 9, row)
    said = reasons(session, "third")
    assert (said.resource_id, sorted(said.holders)) == (None, [("far", "second"), ("near", "first")])
    assert said.filling is not None
    assert said.filling.opened in {"first", "second"}


def test_explaining_changes_nothing() -> None:
    """A question is not an order."""
    played = Day(3, needs=8, resources=6, dearest=9, share=0.7)
    for _ in range(60):
        played.event()
    before = [part.tolist() for part in played.session.state]
    for need_id in played.session.need_at:
        reasons(played.session, need_id)
    assert [part.tolist() for part in played.session.state] == before


def _is_eligible(problem: Problem, need_id: str, resource_id: str) -> bool:
    need, resource = problem.need_ids.index(need_id), problem.resource_ids.index(resource_id)
    return bool(((problem.pair_rows == need) & (problem.pair_resources == resource)).any())


def _cost(problem: Problem, plan: dict[str, str | None]) -> int:
    costs = {
        (problem.need_ids[row], problem.resource_ids[resource]): cost
        for row, resource, cost in zip(
            problem.pair_rows.tolist(), problem.pair_resources.tolist(), problem.costs.tolist(), strict=True
        )
    }
    return sum(costs[need_id, resource] for need_id, resource in plan.items() if resource is not None)


def _price_after(problem: Problem, base: Allocation, exchange: Exchange) -> int:
    served = set(np.array(problem.need_ids)[np.array(base.unfilled) == 0].tolist())
    for move in exchange.moves:
        served = served | {move.need_id} if move.takes else served - {move.need_id}
    unfilled = tuple(int(need_id not in served) for need_id in problem.need_ids)
    return price(replace(base, unfilled=unfilled, cost=base.cost + exchange.total), problem)


def _with_a_twin(problem: Problem, name: str) -> Problem:
    same = problem.pair_resources == problem.resource_ids.index(name)
    return problem_with(
        problem,
        resource_ids=(*problem.resource_ids, "twin"),
        capacities=np.append(problem.capacities, 1),
        pair_rows=np.append(problem.pair_rows, problem.pair_rows[same]),
        pair_resources=np.append(problem.pair_resources, np.full(int(same.sum()), len(problem.resource_ids))),
        terms=np.append(problem.terms, problem.terms[same], axis=0),
    )
