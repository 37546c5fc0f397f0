"""A live desk: facts in, the plan of a cold solve out, and reasons for the need concerned."""

from __future__ import annotations

import numpy as np

from optimiser.columns import NeedFacts, ResourceFacts, StraightLine
from optimiser.live import LiveDesk
from optimiser.solve import solve
from tests.optimiser.builders import by_ids


def at(x_m: float, rank: int = 1) -> NeedFacts:
    """A need on the street."""
    return NeedFacts(rank, 0, x_m, 0.0)


def unit(x_m: float) -> ResourceFacts:
    """A resource on the street."""
    return ResourceFacts((0,), x_m, 0.0)


def a_desk() -> LiveDesk:
    """Two units on a street of a metre a second, one need beside the first."""
    desk = LiveDesk(StraightLine(1.0), needs=1, resources=1)
    desk.resource_is_free("a", unit(0.0))
    desk.resource_is_free("b", unit(100.0))
    desk.need_arrives("x", at(10.0))
    return desk


def test_an_arrival_is_answered_with_its_resource_and_the_price_of_the_next() -> None:
    """The dispatcher sees whom, and what the other would cost, in the same breath."""
    said = a_desk().need_arrives("y", at(20.0))
    assert (said.resource_id, said.cost) == ("b", 800)
    assert [(one.resource_id, one.own, one.total) for one in said.alternatives] == [("a", -600, 200 - 0)]


def test_a_closing_need_explains_whom_its_resource_serves_now() -> None:
    """The crew that turns round wants to know why."""
    desk = a_desk()
    desk.need_arrives("y", at(20.0))
    said = desk.need_closes("x")
    assert said is not None
    assert (said.need_id, said.resource_id) == ("y", "a")


def test_a_lost_resource_explains_the_need_it_left() -> None:
    """Whoever was promised an ambulance must be told of the next."""
    said = a_desk().resource_is_lost("a")
    assert said is not None
    assert (said.need_id, said.resource_id) == ("x", "b")


def test_a_resource_that_serves_nobody_concerns_nobody() -> None:
    """No reasons where there is no question."""
    assert a_desk().resource_moves("b", unit(90.0)) is None


def test_facts_and_plan_stay_together_through_a_random_day() -> None:
    """The session's prices and the columns' must never part."""
    draw = np.random.default_rng(15)
    desk = LiveDesk(StraightLine(1.0), needs=2, resources=2, reach_limit_s=400.0)
    for number in range(250):
        needs, resources = list(desk.session.need_at), list(desk.session.resource_at)
        x_m, rank = float(draw.integers(0, 600)), int(draw.integers(1, 4))
        match int(draw.integers(0, 6)):
            case 0:
                desk.need_arrives(f"need-{number}", at(x_m, rank))
            case 1 if len(needs) > 3:
                desk.need_closes(str(draw.choice(needs)))
            case 2 if needs:
                desk.need_changes(str(draw.choice(needs)), at(x_m, rank))
            case 3:
                desk.resource_is_free(f"unit-{number}", unit(x_m))
            case 4 if len(resources) > 3:
                desk.resource_is_lost(str(draw.choice(resources)))
            case 5 if resources:
                desk.resource_moves(str(draw.choice(resources)), unit(x_m))
        names = [name or f"nobody-{slot}" for slot, name in enumerate(desk.session.need_slots[:-1])]
        units = [name or f"nothing-{slot}" for slot, name in enumerate(desk.session.resource_slots[:-1])]
        problem = desk.columns.problem(names, units)
        served = sorted((need, resource) for need, resource in desk.session.plan().items() if resource is not None)
        assert by_ids(problem, solve(problem)) == served, number
