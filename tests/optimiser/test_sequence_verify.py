"""The checker of sequences finds every kind of planted fault, and only those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from optimiser.sequence import plan
from optimiser.sequence_plan import SequencePlan, SequenceTermination, Stop
from optimiser.sequence_problem import SequenceProblem
from optimiser.sequence_verify import verify_sequence
from tests.optimiser.street import Crew, House, street


def _problem() -> SequenceProblem:
    """Crew 0 serves needs 0 and 1 at 10 and 30; crew 1, from 100 home to 100 by 170, serves 2; nobody can serve 3."""
    return street(
        {
            "a": House(10, due=39, weight=3), "b": House(20, rank=2), "c": House(90, asks=frozenset("x")),
            "d": House(50, asks=frozenset("y"), price=7),
        },
        {"left": Crew(0, most=2), "right": Crew(100, ends=170, home=100, holds=frozenset("x"))},
    )  # fmt: skip


def _with_first_route(found: SequencePlan, *stops: Stop) -> SequencePlan:
    return replace(found, routes=(stops, *found.routes[1:]))


def _stopped(found: SequencePlan, **changes: object) -> SequencePlan:
    return replace(found, termination=replace(found.termination, **changes))  # type: ignore[arg-type]


FAULTS: dict[str, tuple[Callable[[SequencePlan], SequencePlan], str]] = {
    "a route too few": (lambda p: replace(p, routes=p.routes[:1]), "1 routes for 2"),
    "a need that does not exist": (lambda p: _with_first_route(p, Stop(9, 0)), "need 9 does not exist"),
    "a need twice": (lambda p: _with_first_route(p, *p.routes[0], Stop(0, 50)), "need a is mentioned 2"),
    "a need forgotten": (lambda p: replace(p, unserved=()), "need d is mentioned 0"),
    "too many needs": (lambda p: _with_first_route(p, *p.routes[0], Stop(2, 110)), "has 3 needs, at most 2"),
    "a skill that is lacking": (lambda p: _with_first_route(p, *p.routes[0], Stop(2, 110)), "lacks x"),
    "too early": (lambda p: _with_first_route(p, Stop(0, 9), Stop(1, 30)), "starts at 10, not 9"),
    "later than it could be": (lambda p: _with_first_route(p, Stop(0, 10), Stop(1, 31)), "starts at 30, not 31"),
    "after the due time": (lambda p: _with_first_route(p, Stop(1, 20), Stop(0, 40)), "after 39"),
    "after the shift": (
        lambda p: replace(p, routes=(p.routes[0][:1], (*p.routes[1], Stop(1, 90)))), "after its shift at 170"
    ),
    "a flattered response": (lambda p: replace(p, response=p.response - 1), "the response is"),
    "a flattered way": (lambda p: replace(p, travel_s=p.travel_s - 1), "the travel is"),
    "points miscounted": (lambda p: replace(p, points=p.points + 1), "in points is"),
    "a price forgotten": (lambda p: replace(p, unserved_price=0), "price of the unserved is 7"),
    "ranks miscounted": (lambda p: replace(p, served_by_rank=((1, 3, 3), (2, 1, 1))), "by rank"),
    "a bound above the cost": (lambda p: _stopped(p, bound=10**6, reason="limit"), "lies above"),
    "proven without a bound": (lambda p: _stopped(p, bound=None, reason="proven"), "proven, but"),
    "degraded without a word": (lambda p: _stopped(p, reason="degraded", detail=""), "degraded, but"),
    "a wrong reason": (
        lambda p: replace(p, unserved=tuple(replace(each, why="displaced") for each in p.unserved)), "not 'displaced'"
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    """A checker that misses one kind of fault is trusted for nothing."""
    problem = _problem()
    spoil, expected = FAULTS[fault]
    flaws = verify_sequence(problem, spoil(plan(problem)))
    assert any(expected in flaw for flaw in flaws), flaws


def test_a_sound_plan_has_no_faults() -> None:
    """A checker that cries wolf is switched off."""
    problem = _problem()
    found = plan(problem)
    assert [[stop.start_s for stop in route] for route in found.routes] == [[10, 30], [10]]
    assert verify_sequence(problem, found) == ()


def test_a_late_way_home_is_seen() -> None:
    """The shift ends at the end place, not at the last need."""
    problem = street({"a": House(10)}, {"crew": Crew(0, ends=29, home=0)})
    forced = SequencePlan(
        ((Stop(0, 10),),), (), ((1, 1, 1),), 1, 10, 0, 20, "insertion", 1, SequenceTermination("limit", None, 0)
    )
    assert verify_sequence(problem, forced) == ("resource crew ends at 30, after its shift at 29",)
