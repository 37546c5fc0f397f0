"""A session led through a walk of problems against a cold solve of each, ties and proof included."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimiser.allocation import Allocation, Limits
from optimiser.kernels.compiling import has_numba
from optimiser.meeting import KeptSession, meet
from optimiser.problem import Problem
from optimiser.session import LOWEST_RANK, Session
from optimiser.solve import WORTH_MEETING, solve
from optimiser.verify import verify
from tests.optimiser.builders import problem_of
from tests.optimiser.test_assignment import problem_with


class Walk:
    """A desk's next questions: mostly what it was, as time passes, people come and go and positions change.

    `roles` is the most rows that one need has; every row asks for one resource.
    """

    def __init__(self, seed: int, *, needs: int, resources: int, dearest: int, share: float, roles: int = 1) -> None:
        self.draw = np.random.default_rng([seed, 23])
        self.most_needs, self.most_resources, self.roles = needs, resources, roles
        self.dearest, self.share = dearest, share
        self.ranks: dict[str, int] = {}
        self.rows: dict[str, list[dict[str, int]]] = {}
        self.units: dict[str, int] = {}
        self.serial = 0
        for _ in range(resources // 2):
            self.unit_comes()
        for _ in range(needs // 2):
            self.need_opens()

    def need_opens(self) -> None:
        """A need arrives, of one row or several."""
        self.serial += 1
        name = f"need-{self.serial}"
        self.ranks[name] = int(self.draw.integers(1, 4))
        rows = int(self.draw.integers(1, self.roles + 1))
        self.rows[name] = [{unit: self.price() for unit in self.units if self.is_able()} for _ in range(rows)]

    def need_closes(self) -> None:
        """A need is over, and sometimes a unit goes with it."""
        if len(self.rows) > 1:
            name = str(self.draw.choice(list(self.rows)))
            del self.rows[name], self.ranks[name]
        if self.draw.random() < 0.5:
            self.unit_goes()

    def need_is_ranked(self) -> None:
        """A need becomes more or less urgent."""
        self.ranks[str(self.draw.choice(list(self.rows)))] = int(self.draw.integers(1, 4))

    def unit_comes(self) -> None:
        """A unit comes on duty."""
        self.serial += 1
        self.units[f"unit-{self.serial}"] = 1
        self.place(f"unit-{self.serial}")

    def unit_goes(self) -> None:
        """A unit goes off duty."""
        if self.units:
            name = str(self.draw.choice(list(self.units)))
            del self.units[name]
            for rows in self.rows.values():
                for row in rows:
                    row.pop(name, None)

    def unit_moves(self) -> None:
        """A unit is elsewhere."""
        if self.units:
            self.place(str(self.draw.choice(list(self.units))))

    def unit_is_full(self) -> None:
        """A unit has no room for now, or has it again."""
        if self.units:
            name = str(self.draw.choice(list(self.units)))
            self.units[name] = 1 - self.units[name]

    def time_passes(self) -> None:
        """Every row becomes dearer or cheaper by an amount of its own."""
        for rows in self.rows.values():
            for row in rows:
                amount = max(int(self.draw.integers(-2, 4)), -min(row.values(), default=0))
                row.update({unit: price + amount for unit, price in row.items()})

    def all_is_new(self) -> None:
        """Nothing is as it was."""
        for name in list(self.units):
            self.place(name)

    def place(self, unit: str) -> None:
        """Price a unit anew for every row."""
        for rows in self.rows.values():
            for row in rows:
                row.pop(unit, None)
                if self.is_able():
                    row[unit] = self.price()

    def price(self) -> int:
        """A price, coarse enough for ties."""
        return int(self.draw.integers(0, self.dearest))

    def is_able(self) -> bool:
        """Whether a unit may serve a row."""
        return bool(self.draw.random() < self.share)

    def step(self) -> Problem:
        """Let something happen, or several things, and put the question."""
        ways: list[Callable[[], None]] = [
            self.need_closes, self.need_is_ranked, self.unit_goes, self.unit_moves, self.unit_is_full, self.time_passes,
            self.all_is_new,
        ]  # fmt: skip
        ways += [self.need_opens] * (2 if len(self.rows) < self.most_needs else 0)
        ways += [self.unit_comes] * (2 if len(self.units) < self.most_resources else 0)
        for _ in range(int(self.draw.integers(1, 4))):
            ways[int(self.draw.integers(0, len(ways)))]()
        names, units = list(self.rows), list(self.units)
        self.draw.shuffle(names)
        self.draw.shuffle(units)
        needs = {name: (self.ranks[name], False, [(1, row) for row in self.rows[name]]) for name in names}
        return problem_of(needs, {name: self.units[name] for name in units})


WALKS = pytest.mark.parametrize(
    "walk",
    [
        {"needs": 6, "resources": 6, "dearest": 3, "share": 0.6},
        {"needs": 9, "resources": 4, "dearest": 30, "share": 0.8},
        {"needs": 4, "resources": 9, "dearest": 1000, "share": 1.0},
        {"needs": 40, "resources": 30, "dearest": 20, "share": 0.4},
        {"needs": 5, "resources": 8, "dearest": 4, "share": 0.7, "roles": 3},
    ],
    ids=["even", "overload", "ample", "larger", "several rows"],
)


def plan(allocation: Allocation) -> tuple[object, ...]:
    """All of an answer but who gave it."""
    return allocation.chosen, allocation.unfilled, allocation.filled_by_rank, allocation.cost, allocation.proven


@WALKS
def test_every_problem_of_a_walk_is_answered_as_a_cold_solve_answers_it(walk: dict[str, float]) -> None:
    """A desk that remembers must propose what a desk that does not would."""
    for seed in range(3):
        led, session = Walk(seed, **walk), Session(needs=2, resources=2)  # type: ignore[arg-type]
        for number in range(100):
            problem = led.step()
            met = meet(session, problem)
            assert met is not None, (seed, number)
            assert plan(met) == plan(solve(problem)), (seed, number)


@WALKS
def test_every_answer_is_proved(walk: dict[str, float]) -> None:
    """The caller trusts the sums, not the session."""
    led, session = Walk(7, **walk), Session(needs=2, resources=2)  # type: ignore[arg-type]
    for number in range(150):
        problem = led.step()
        met = meet(session, problem)
        assert met is not None, number
        assert met.certificate is not None, number
        assert verify(problem, met) == (), number


def test_time_that_passes_moves_duals_and_nobody() -> None:
    """Waiting a minute must not cost a path for every need."""
    before = {"x": (1, False, [(1, {"a": 5, "b": 8})]), "y": (1, False, [(1, {"a": 5, "b": 7})])}
    after = {"x": (1, False, [(1, {"a": 9, "b": 12})]), "y": (1, False, [(1, {"a": 6, "b": 8})])}
    session = Session()
    meet(session, problem_of(before, {"a": 1, "b": 1}))
    u, v = session.state.u[:64].copy(), session.state.v.tolist()
    meet(session, problem_of(after, {"a": 1, "b": 1}))
    slots = session.need_slot("x"), session.need_slot("y")
    assert (session.state.u - u)[list(slots)].tolist() == [4, 1]
    assert session.state.v.tolist() == v


def one_need(**changes: object) -> Problem:
    """One need, one unit."""
    return problem_with(problem_of({"x": (1, False, [(1, {"a": 5})])}, {"a": 1}), **changes)


@pytest.mark.parametrize(
    "problem",
    [
        one_need(quantities=np.array([2])),
        one_need(capacities=np.array([2])),
        one_need(ranks=np.array([LOWEST_RANK + 1])),
        one_need(pinned=np.array([True])),
        problem_of({"x": (1, False, [(1, {"a": 1}), (1, {"a": 1})]), "x#1": (1, False, [(1, {"a": 1})])}, {"a": 1}),
    ],
    ids=["two wanted", "room for two", "rank", "pinned", "ids that clash"],
)
def test_what_a_session_cannot_hold_is_left_to_a_cold_solve(problem: Problem) -> None:
    """A wrong answer would be worse than none; the session stays as it was."""
    session = Session()
    meet(session, one_need())
    assert meet(session, problem) is None
    assert session.plan() == {"x": "a"}


def test_a_pair_that_leaves_together_touches_nobody_else() -> None:
    """A unit sent to its incident leaves the desk with it, every time."""
    session = Session()
    both = problem_of(
        {"x": (1, False, [(1, {"a": 5, "b": 6})]), "y": (1, False, [(1, {"a": 5, "b": 9})])}, {"a": 1, "b": 1}
    )
    meet(session, both)
    meet(session, problem_of({"x": (1, False, [(1, {"b": 6})])}, {"b": 1}))
    assert session.plan() == {"x": "b"}


LARGE_WALK = {"needs": 60, "resources": 50, "dearest": 50, "share": 0.5}


def test_a_solver_that_remembers_answers_as_one_that_does_not() -> None:
    """Small and large, plain and barred: the plan is that of a cold solve, and the session has its share of them."""
    kept, led, draw = KeptSession(), Walk(5, **LARGE_WALK), np.random.default_rng(11)  # type: ignore[arg-type]
    engines = set()
    for step in range(120):
        problem = led.step()
        if step % 4 == 0:
            problem = problem_with(problem, barred=draw.random(len(problem.pair_rows)) < 0.2)
        answer = kept(problem, Limits())
        engines.add(answer.engine)
        assert plan(answer) == plan(solve(problem)), step
    assert ("session" in engines) != has_numba(), "compiled, a cold solve is as quick"


@pytest.mark.parametrize("is_wrong", [False, True], ids=["raises", "answers something else"])
def test_a_memory_that_fails_costs_the_plan_nothing(is_wrong: bool) -> None:
    """The long way is always open."""
    led = Walk(5, **LARGE_WALK)  # type: ignore[arg-type]
    problem, other = led.step(), led.step()

    def failing(problem: Problem) -> Allocation | None:
        if not is_wrong:
            raise RuntimeError("lost")
        return solve(other)

    assert len(problem.row_needs) >= WORTH_MEETING
    assert plan(solve(problem, matching=None, meeting=failing)) == plan(solve(problem))
