"""The optimiser against exhaustive enumeration, against itself in another order, and against engines that fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimiser.allocation import Allocation, Limits, Termination
from optimiser.floor_plan import floor_plan
from optimiser.kernels.flow import OPTIMAL, FlowAnswer, FlowKernel, Network
from optimiser.problem import PAIR_COST_LIMIT, Problem
from optimiser.solve import solve
from optimiser.verify import verify
from tests.optimiser.builders import (
    best_standing,
    by_ids,
    permuted,
    problem_of,
    random_problem,
    slot_flow_of,
    standing_of,
)

FAR = Limits(nodes=10_000)
PROBLEMS = 2_000


def test_equals_brute_force_on_two_thousand_random_problems() -> None:
    """Exactness is the promise that everything above rests on."""
    engines: Counter[str] = Counter()
    different = []
    for seed in range(PROBLEMS):
        problem = random_problem(seed)
        allocation = solve(problem, FAR)
        engines[allocation.engine] += 1
        if not allocation.proven or standing_of(problem, allocation) != best_standing(problem):
            different.append(seed)
    assert different == []
    engines["pairs"] = sum(engines[engine] for engine in ("augmenting", "assignment", "flow"))
    assert min(engines[engine] for engine in ("direct", "pairs", "teams")) >= 200, engines


def test_verify_accepts_every_plan() -> None:
    """A checker that cries wolf would be switched off."""
    for seed in range(500):
        problem = random_problem(seed)
        assert verify(problem, solve(problem)) == (), seed


def test_the_order_of_the_input_changes_nothing() -> None:
    """A twin and a live desk list the same resources in different orders and must send the same ones."""
    for seed in range(400):
        problem = random_problem(seed)
        other = permuted(problem, seed)
        assert by_ids(other, solve(other, FAR)) == by_ids(problem, solve(problem, FAR)), seed


def test_direct_choice_and_flow_choose_the_same_pairs() -> None:
    """Which engine answered must not be visible in who is sent."""
    compared = 0
    for seed in range(1_500):
        problem = random_problem(seed, whole_share=0.0)
        direct = solve(problem)
        if direct.engine == "direct" and len(problem.pair_rows):
            flow = slot_flow_of(problem).optimum()
            assert by_ids(problem, direct) == _ids_of(problem, flow.chosen.tolist()), seed
            compared += 1
    assert compared > 200


def test_teams_and_flow_choose_the_same_pairs_where_needs_take_one_resource() -> None:
    """Declaring a need whole changes nothing when it has a single position."""
    for seed in range(300):
        draw = np.random.default_rng([seed, 9])
        prices = {f"need-{i}": {f"unit-{j}": int(draw.integers(0, 9)) for j in range(4)} for i in range(6)}
        needs = {name: (1 + int(draw.integers(0, 3)), False, [(1, accepted)]) for name, accepted in prices.items()}
        capacities = {f"unit-{j}": 1 for j in range(4)}
        # A need that nobody can staff sends the problem down the road of teams and changes no choice.
        team = {"team": (1, True, [(5, {"unit-0": 0})])}
        flow, teams = problem_of(needs, capacities), problem_of(needs | team, capacities)
        through_flow, through_teams = solve(flow, matching=None), solve(teams)
        assert (through_flow.engine, through_teams.engine) == ("flow", "teams")
        assert by_ids(flow, through_flow) == by_ids(teams, through_teams), seed


def test_one_urgent_team_beats_two_lesser_needs() -> None:
    """Linear class weights alone would prefer the two (5 < 4 + 4); ranks must not be outvoted."""
    both = {"a": 1, "b": 1}
    problem = problem_of(
        {"team": (1, True, [(2, both)]), "one": (2, True, [(1, {"a": 0})]), "two": (2, True, [(1, {"b": 0})])},
        {"a": 1, "b": 1},
    )
    assert solve(problem).filled_by_rank == ((1, 2), (2, 0))


def test_a_whole_need_is_left_empty_rather_than_half_served() -> None:
    """Half a team at a fire is a danger to itself."""
    problem = problem_of({"fire": (1, True, [(2, {"a": 5, "b": 7})])}, {"a": 1, "b": 0})
    assert solve(problem).chosen == ()


def test_a_best_effort_need_takes_what_there_is() -> None:
    """The first ambulance of two is better than none."""
    problem = problem_of({"crash": (1, False, [(2, {"a": 5, "b": 7})])}, {"a": 1, "b": 0})
    assert solve(problem).unfilled == (1,)


def test_one_resource_fills_one_role_of_a_need_even_with_room_for_two() -> None:
    """Capacity two means two callers at once, not two bodies."""
    problem = problem_of({"talk": (1, False, [(1, {"a": 1}), (1, {"a": 1})])}, {"a": 2})
    assert solve(problem).unfilled in ((0, 1), (1, 0))


def test_a_resource_with_room_for_two_serves_two_needs() -> None:
    """An agent who may chat with two customers does."""
    problem = problem_of({"x": (1, True, [(1, {"a": 1})]), "y": (1, True, [(1, {"a": 1})])}, {"a": 2})
    assert solve(problem).filled_by_rank == ((1, 2),)


def test_an_empty_problem_has_an_empty_plan() -> None:
    """A quiet night is not an error."""
    assert solve(problem_of({}, {})).chosen == ()


def test_one_open_need_asks_no_solver() -> None:
    """Most decisions of a quiet day must cost microseconds."""
    problem = problem_of({"x": (1, True, [(1, {"a": 3, "b": 2})])}, {"a": 1, "b": 1})
    assert solve(problem, kernel=_raising, matching=None).engine == "direct"


def _contested() -> Problem:
    return problem_of(
        {"x": (1, True, [(1, {"a": 1, "b": 9})]), "y": (1, True, [(1, {"a": 1, "b": 2})])}, {"a": 1, "b": 1}
    )


def _teams() -> Problem:
    """Three teams of two skills over three resources: the slot flow half-serves one of them."""
    pool = {"a": 1, "b": 2, "c": 3}
    return problem_of({f"team-{i}": (1, True, [(1, pool), (1, pool)]) for i in range(3)}, dict.fromkeys(pool, 1))


def _raising(network: Network) -> FlowAnswer:
    raise RuntimeError("out of memory")


def _unsolved(network: Network) -> FlowAnswer:
    return FlowAnswer("BAD_COST_RANGE", np.zeros(0, dtype=np.int64))


def _short(network: Network) -> FlowAnswer:
    return FlowAnswer(OPTIMAL, np.ones(2, dtype=np.int64))


def _everybody(network: Network) -> FlowAnswer:
    return FlowAnswer(OPTIMAL, np.ones(len(network.tails), dtype=np.int64))


def _nobody(network: Network) -> FlowAnswer:
    return FlowAnswer(OPTIMAL, np.zeros(len(network.tails), dtype=np.int64))


FAULTS: dict[str, FlowKernel] = {
    "raises": _raising,
    "ends badly": _unsolved,
    "returns too few flows": _short,
    "sends everybody everywhere": _everybody,
    "sends nobody": _nobody,
}


@pytest.mark.parametrize("make", [_contested, _teams], ids=["flow", "teams"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_faulty_engine_leaves_a_sound_floor_plan(fault: FlowKernel, make: Callable[[], Problem]) -> None:
    """When the solver breaks at night, the desk still proposes, and says what it is proposing."""
    problem = make()
    allocation = solve(problem, kernel=fault, matching=None)
    assert verify(problem, allocation) == ()
    assert standing_of(problem, allocation)[0] == (-2,)


@pytest.mark.parametrize("make", [_contested, _teams], ids=["flow", "teams"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_degraded_answer_says_so(fault: FlowKernel, make: Callable[[], Problem]) -> None:
    """A dispatcher must be able to tell a proof from a stopgap."""
    allocation = solve(make(), kernel=fault, matching=None)
    assert (allocation.engine, allocation.termination.reason) == ("floor", "degraded")
    assert allocation.termination.detail


def test_an_answer_is_never_worse_than_the_floor_plan() -> None:
    """A clever engine that loses to a careful list has no business here."""
    for seed in range(500):
        problem = random_problem(seed)
        floor = floor_plan(problem, problem.costs)
        filled = np.bincount(
            problem.ranks[problem.row_needs[problem.pair_rows[floor]]], minlength=problem.ranks.max() + 1
        )
        ranks = sorted(set(problem.ranks.tolist()))
        standing = tuple(-int(filled[rank]) for rank in ranks), int(problem.costs[floor].sum())
        assert standing_of(problem, solve(problem, Limits(nodes=1))) <= standing, seed


def _hard() -> Problem:
    """Ten teams of two out of a ring of resources, far more than there are."""
    draw = np.random.default_rng(5)
    needs = {
        f"team-{i}": (
            1 + i % 2,
            True,
            [(1, {f"unit-{int(j)}": int(draw.integers(1, 99)) for j in draw.permutation(9)[:3]}) for _ in range(3)],
        )
        for i in range(10)
    }
    return problem_of(needs, {f"unit-{j}": 1 for j in range(9)})


def test_the_work_limit_is_kept_and_marked() -> None:
    """A limit is a result, never an exception and never a surprise."""
    assert not solve(_hard(), Limits(nodes=2, programme_nodes=0)).proven
    for nodes in (3, 10, 30):
        allocation = solve(_hard(), Limits(nodes=nodes, programme_nodes=0))
        assert allocation.termination.nodes <= nodes


def test_the_bound_of_a_limited_search_holds() -> None:
    """A bound that the best plan undercuts would be a lie."""
    problem = _hard()
    filled, cost = best_standing(problem)
    for nodes in range(2, 40):
        allocation = solve(problem, Limits(nodes=nodes, programme_nodes=0))
        bound = allocation.termination.bound
        if bound is not None and standing_of(problem, allocation)[0] == filled:
            assert bound <= cost


def test_the_dearest_prices_still_fit() -> None:
    """The range guard must fall back by itself, never overflow."""
    dear = PAIR_COST_LIMIT
    problem = problem_of(
        {f"need-{i}": (1 + i, True, [(1, {"a": dear - i, "b": dear - 5 * i})]) for i in range(4)}, {"a": 1, "b": 1}
    )
    allocation = solve(problem, matching=None)
    assert (allocation.engine, standing_of(problem, allocation)) == ("flow", best_standing(problem))


def test_a_trusted_problem_out_of_range_gets_the_floor_plan() -> None:
    """Whoever vouched wrongly still gets a sound plan, and is told why it is not the best one."""
    sound = _contested()
    parts = {name: getattr(sound, name) for name in sound.__slots__}
    allocation = solve(Problem.trusted(**(parts | {"terms": np.full((4, 1), 2**60)})))
    assert allocation.engine == "floor"
    assert "64 bits" in allocation.termination.detail


def _ids_of(problem: Problem, chosen: list[int]) -> list[tuple[str, str]]:
    plan = Allocation(tuple(chosen), (), (), 0, "flow", Termination("proven", 0, 0, 1))
    return by_ids(problem, plan)


@pytest.mark.parametrize("seed", range(60))
def test_bars_that_nobody_may_force_only_leave_pairs_out(seed: int) -> None:
    """The quick way of a plain problem and the way of every shape find the same plan."""
    draw = np.random.default_rng(seed)
    problem = random_problem(seed)
    barred = replace(problem, barred=draw.random(len(problem.pair_rows)) < 0.3)
    shaped = replace(barred, pinned=np.zeros(len(problem.pair_rows), dtype=np.bool_))
    assert (solve(barred).chosen, solve(barred).cost) == (solve(shaped).chosen, solve(shaped).cost)
    assert verify(barred, solve(barred)) == ()
