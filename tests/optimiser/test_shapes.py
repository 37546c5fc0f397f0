"""Needs of every shape: against every plan there is, against themselves in other words, and by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from optimiser.allocation import Allocation, Limits
from optimiser.kernels.flow import FlowAnswer, Network, min_cost_flow
from optimiser.kernels.whole_number import WholeNumbers
from optimiser.problem import IntArray, Problem
from optimiser.programme import Programme
from optimiser.shapes import solve_shaped
from optimiser.solve import solve
from optimiser.verify import verify
from tests.optimiser.builders import by_ids, problem_of, standing_of
from tests.optimiser.shape_builders import best_shapes, random_shapes, shuffled

FAR = Limits(nodes=10_000)
PROBLEMS = 1_500
OPTIONAL = ("alternatives", "loads", "shared", "optional", "open_prices", "pinned", "forced", "barred")


def with_fields(problem: Problem, **changes: Any) -> Problem:
    """The same problem with some fields changed, checked anew."""
    return Problem(**({each.name: getattr(problem, each.name) for each in fields(problem)} | changes))


def test_equals_brute_force_on_random_problems_of_every_shape() -> None:
    """Exactness is the promise, and a new shape of need must not be where it ends."""
    engines: Counter[str] = Counter()
    given: Counter[str] = Counter()
    different = []
    for seed in range(PROBLEMS):
        problem = random_shapes(seed)
        allocation = solve(problem, FAR)
        engines[allocation.engine] += 1
        given.update(name for name in OPTIONAL if getattr(problem, name) is not None)
        if not allocation.proven or standing_of(problem, allocation) != best_shapes(problem):
            different.append(seed)
    assert different == []
    assert min(given[name] for name in OPTIONAL) > PROBLEMS // 10, given
    assert min(engines[engine] for engine in ("direct", "flow", "teams", "cp-sat")) > PROBLEMS // 20, engines


def test_verify_accepts_every_plan() -> None:
    """Two accounts of the same plan that share no code have to agree."""
    for seed in range(400):
        problem = random_shapes(seed)
        assert verify(problem, solve(problem, FAR)) == (), seed


def test_the_order_of_the_input_changes_nothing() -> None:
    """A programme has more ways than a flow to let an order through."""
    for seed in range(250):
        problem = random_shapes(seed)
        other = shuffled(problem, seed)
        assert by_ids(other, solve(other, FAR)) == by_ids(problem, solve(problem, FAR)), seed


def test_prices_ten_times_as_high_change_nothing_but_the_cost() -> None:
    """The unit of cost is a convention."""
    for seed in range(150):
        problem = random_shapes(seed)
        dearer = with_fields(
            problem,
            terms=problem.terms * 10,
            open_prices=None if problem.open_prices is None else problem.open_prices * 10,
        )
        once, tenfold = solve(problem, FAR), solve(dearer, FAR)
        assert (tenfold.filled_by_rank, tenfold.cost) == (once.filled_by_rank, 10 * once.cost), seed


def test_a_resource_that_nobody_accepts_changes_nothing() -> None:
    """A helicopter that no need asks for must not move an ambulance."""
    for seed in range(150):
        problem = random_shapes(seed)
        more = with_fields(
            problem,
            resource_ids=("helicopter", *problem.resource_ids),
            capacities=np.concatenate(([1], problem.capacities)),
            pair_resources=problem.pair_resources + 1,
        )
        assert solve(more, FAR).chosen == solve(problem, FAR).chosen, seed


def test_forbidding_a_chosen_pair_never_helps_and_forbidding_another_changes_nothing() -> None:
    """Fewer choices cannot make a better plan; those not taken are not missed."""
    for seed in range(150):
        problem = random_shapes(seed)
        allocation = solve(problem, FAR)
        pinned = np.zeros(len(problem.pair_rows), dtype=np.bool_) if problem.pinned is None else problem.pinned
        barred = np.zeros(len(problem.pair_rows), dtype=np.bool_) if problem.barred is None else problem.barred
        for pair in np.flatnonzero(~pinned).tolist()[:2]:
            mask = barred.copy()
            mask[pair] = True
            without = solve(with_fields(problem, barred=mask), FAR)
            before, after = standing_of(problem, allocation), standing_of(problem, without)
            assert after >= before, seed
            assert pair in allocation.chosen or after == before, seed


def _engines_or_tender(**changes: Any) -> Problem:
    """A fire that takes two engines (rows 0), or a tender and an engine (rows 1 and 2)."""
    fire = problem_of(
        {"fire": (1, True, [(2, {"e1": 5, "e2": 9}), (1, {"t": 3}), (1, {"e1": 5, "e2": 9})])},
        {"e1": 1, "e2": 1, "t": 1},
    )
    return with_fields(fire, alternatives=np.array([0, 1, 1]), **changes)


def test_a_conditional_need_takes_its_cheapest_alternative() -> None:
    """Two engines cost 14, a tender and an engine 8."""
    assert by_ids(_engines_or_tender(), solve(_engines_or_tender())) == [("fire", "e1"), ("fire", "t")]


def test_a_conditional_need_takes_the_alternative_that_is_there() -> None:
    """Without a tender it is the two engines."""
    problem = _engines_or_tender(capacities=np.array([1, 1, 0]))
    assert by_ids(problem, solve(problem)) == [("fire", "e1"), ("fire", "e2")]


def test_nothing_is_open_in_the_alternative_that_was_not_taken() -> None:
    """A dispatcher must not be shown two missing engines at a fire that has all it needs."""
    assert solve(_engines_or_tender()).unfilled == (0, 0, 0)


def _medic_who_drives(shared: bool) -> Problem:
    crash = problem_of({"crash": (1, True, [(1, {"ann": 4}), (1, {"ann": 6, "bob": 50})])}, {"ann": 1, "bob": 1})
    return with_fields(crash, shared=np.array([shared]))


def test_shared_roles_count_one_resource_for_two_rows() -> None:
    """A medic who may also drive is one body, paid for once at the dearer of both."""
    allocation = solve(_medic_who_drives(shared=True))
    assert (allocation.chosen, allocation.cost) == ((0, 1), 6)


def test_exclusive_roles_take_one_body_each() -> None:
    """Where the plan wants two people, one who can do both is not two."""
    allocation = solve(_medic_who_drives(shared=False))
    assert (allocation.chosen, allocation.cost) == ((0, 2), 54)


def _bus(seats: int) -> Problem:
    trips = problem_of({f"trip-{size}": (1, True, [(1, {"bus": size})]) for size in (4, 3, 2)}, {"bus": seats})
    return with_fields(trips, loads=np.array([4, 3, 2]))


@pytest.mark.parametrize(("seats", "trips"), [(9, [2, 3, 4]), (7, [2, 3]), (5, [2, 3]), (4, [2]), (3, [2]), (1, [])])
def test_loads_add_up_to_no_more_than_the_capacity(seats: int, trips: list[int]) -> None:
    """Groups of four, three and two share the seats there are: as many groups as can be, then the cheapest."""
    problem = _bus(seats)
    assert by_ids(problem, solve(problem)) == sorted((f"trip-{size}", "bus") for size in trips)


def _pinned(pair: int, *, forced: bool = False, **changes: Any) -> Problem:
    """Needs x and y may have a (1, 2) or b (9, 9); one of the pairs x/a, x/b, y/a, y/b is pinned."""
    problem = problem_of(
        {"x": (1, True, [(1, {"a": 1, "b": 9})]), "y": (1, True, [(1, {"a": 2, "b": 9})])}, {"a": 1, "b": 1}
    )
    mask = np.arange(4) == pair
    return with_fields(problem, pinned=mask, forced=mask if forced else None, **changes)


def test_a_pin_stays_and_the_rest_goes_round_it() -> None:
    """What a person decided is not weighed against anything."""
    assert [solve(_pinned(pair)).chosen for pair in range(4)] == [(0, 3), (1, 2), (1, 2), (0, 3)]


def test_a_forced_pin_breaks_the_rule_and_the_plan_says_so() -> None:
    """The shift is over, and somebody sends them all the same: on the record."""
    allocation = solve(_pinned(1, forced=True, barred=np.array([False, True, False, False])))
    assert (allocation.chosen, allocation.broken) == ((1, 2), (("eligibility", "x/b"),))


def test_nothing_is_added_to_what_pins_have_overdrawn() -> None:
    """Two forced onto a vehicle for one do not make room for a third."""
    needs = {name: (1, True, [(1, {"a": 1})]) for name in ("x", "y", "z")}
    problem = with_fields(
        problem_of(needs, {"a": 1}), pinned=np.array([True, True, False]), forced=np.array([False, True, False])
    )
    allocation = solve(problem)
    assert (allocation.chosen, allocation.broken) == ((0, 1), (("capacity", "a"),))


def test_a_whole_need_that_cannot_be_completed_keeps_its_pins() -> None:
    """Nobody takes back the one engine an officer has sent ahead."""
    fire = problem_of({"fire": (1, True, [(2, {"a": 5, "b": 7})])}, {"a": 1, "b": 0})
    allocation = solve(with_fields(fire, pinned=np.array([True, False])))
    assert (allocation.chosen, allocation.unfilled, allocation.proven) == ((0,), (1,), True)


@pytest.mark.parametrize(("price", "chosen"), [(4, ()), (6, (0,))])
def test_an_optional_need_waits_when_waiting_is_cheaper(price: int, chosen: tuple[int, ...]) -> None:
    """The decision to wait is a price like any other."""
    problem = problem_of({"transfer": (1, True, [(1, {"a": 5})])}, {"a": 1})
    optional = with_fields(problem, optional=np.array([True]), open_prices=np.array([price]))
    assert (solve(optional).chosen, solve(optional).cost) == (chosen, min(price, 5))


def test_no_open_price_outweighs_a_need_that_is_not_optional() -> None:
    """Ranks come before prices, whatever the price of a transfer left open."""
    problem = problem_of({"call": (9, True, [(1, {"a": 500})]), "transfer": (1, True, [(1, {"a": 0})])}, {"a": 1})
    optional = with_fields(problem, optional=np.array([False, True]), open_prices=np.array([0, 10_000]))
    assert by_ids(optional, solve(optional)) == [("call", "a")]


def test_components_go_to_the_engine_that_their_structure_asks_for() -> None:
    """One chat among a hundred calls must not make a programme of all of them."""
    calls = {f"call-{i}": (1, True, [(1, {"a": i, "b": 2 * i})]) for i in range(2)}
    fire = {"fire": (1, True, [(1, {"c": 1}), (1, {"d": 1})])}
    problem = problem_of(calls | fire, dict.fromkeys("abcd", 1))
    allocation = solve(with_fields(problem, alternatives=np.array([0, 0, 0, 1])))
    assert (allocation.engine, allocation.parts) == ("enumeration", (("flow", 1), ("enumeration", 1)))


def _raising(*_: object) -> WholeNumbers:
    raise MemoryError("out of memory")


def _silent(*_: object) -> WholeNumbers:
    return WholeNumbers(None, None)


def _wrong(programme: Programme, *_: object) -> WholeNumbers:
    return WholeNumbers(np.ones(len(programme.low), dtype=np.int64), 0)


def _idle(programme: Programme, objective: IntArray, *_: object) -> WholeNumbers:
    return WholeNumbers(programme.low.copy(), int(objective @ programme.low))


@pytest.mark.parametrize("engine", [_raising, _silent, _wrong, _idle])
def test_a_faulty_engine_leaves_a_sound_plan_that_is_not_called_proven(engine: Any) -> None:
    """Whatever shape a need has, the desk has a plan for it when the solver breaks."""
    for seed in range(60):
        problem = random_shapes(seed)
        allocation = solve_shaped(problem, FAR, min_cost_flow, engine)
        assert verify(problem, allocation) == (), seed
        assert not allocation.proven or standing_of(problem, allocation) == best_shapes(problem), seed


def _bad_flow(network: Network) -> FlowAnswer:
    return FlowAnswer("BAD_COST_RANGE", np.zeros(0, dtype=np.int64))


def test_a_faulty_flow_leaves_the_floor_plan() -> None:
    """The part that is a flow can fail as well."""
    allocation = solve(_pinned(0), kernel=_bad_flow)
    assert (allocation.engine, allocation.termination.reason, allocation.chosen) == ("floor", "degraded", (0, 3))


def _costs(allocation: Allocation) -> tuple[int, int]:
    return allocation.cost, allocation.termination.bound or 0


def test_the_dearest_prices_still_fit() -> None:
    """Open prices are shared out in fractions of a unit; the range guard has to see those too."""
    dear = 2**36
    rows = [[(3, dict.fromkeys("abcde", dear - i)), (2, dict.fromkeys("abcde", dear))] for i in range(3)]
    problem = problem_of({f"n{i}": (1 + i, True, rows[i]) for i in range(3)}, dict.fromkeys("abcde", 1))
    optional = with_fields(problem, optional=np.array([False, True, True]), open_prices=np.array([0, 2**36, 2**36]))
    allocation = solve(optional)
    assert allocation.proven
    assert _costs(allocation) == (5 * 2**36 + 2 * 2**36, 5 * 2**36 + 2 * 2**36)
