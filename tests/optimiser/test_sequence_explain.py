"""Reasons on a street, and every price against the routes it speaks of."""

from __future__ import annotations

from dataclasses import replace

from optimiser.sequence import plan
from optimiser.sequence_explain import explain_sequence
from optimiser.sequence_plan import SequenceLimits, SequenceTermination
from optimiser.sequence_problem import SequenceProblem
from optimiser.sequence_report import described
from optimiser.sequence_verify import verify_sequence
from tests.optimiser.street import Crew, House, random_street, street

STOPPED = SequenceTermination("limit", None, 0)


def _elsewhere(problem: SequenceProblem, need: int) -> list[tuple[str, str, int | None]]:
    told = explain_sequence(problem, plan(problem), need)
    return [(each.resource_id, each.why, each.dearer_by) for each in told.elsewhere]


def test_the_next_best_costs_what_its_longer_way_weighs() -> None:
    """One house, three crews, weight 5: 10 s, 30 s and 70 s away."""
    problem = street({"house": House(0, weight=5)}, {"b": Crew(30), "a": Crew(10), "c": Crew(-70)})
    assert _elsewhere(problem, 0) == [("b", "dearer", 5 * 20), ("c", "dearer", 5 * 60)]


def test_moving_a_need_also_costs_those_behind_it_and_frees_those_it_leaves() -> None:
    """East would serve b first at 40 and z 40 later than now; west loses b's 20 s."""
    problem = street({"a": House(0), "b": House(10), "z": House(100)}, {"west": Crew(0), "east": Crew(60)})
    found = plan(problem)
    assert [[stop.start_s for stop in route] for route in found.routes] == [[0, 20], [40]]
    (east,) = explain_sequence(problem, found, 1).elsewhere
    # Behind z: 40 + 10 + 90 = 140. Before z: b at 50, z at 50 + 10 + 90 = 150, so 50 + 110. Both against 20 saved.
    assert (east.why, east.dearer_by, east.position) == ("dearer", 120, 1)


def test_who_cannot_serve_is_told_why_not() -> None:
    """Skill, number and time each have a word."""
    crews = {
        "serves": Crew(0, holds=frozenset("x")),
        "unskilled": Crew(0),
        "full": Crew(0, most=0, holds=frozenset("x")),
        "far": Crew(500, holds=frozenset("x")),
    }
    problem = street({"house": House(0, due=100, asks=frozenset("x"))}, crews)
    assert _elsewhere(problem, 0) == [
        ("unskilled", "lacks a skill", None),
        ("full", "has its most needs", None),
        ("far", "no time", None),
    ]


def test_a_need_on_the_way_of_a_late_one_cannot_leave() -> None:
    """Where the straight way is the longer one, taking the stop out makes somebody late."""
    problem = street({"gate": House(10, service=0), "house": House(20, due=20)}, {"a": Crew(0), "b": Crew(500)})
    ways = problem.travel_s.copy()
    ways[0, 2, 1] = 90
    from tests.optimiser.street import changed

    problem = changed(problem, travel_s=ways)
    assert _elsewhere(problem, 0) == [("b", "needed on the way", None)]


def test_a_displaced_need_is_told_the_cheapest_way_in_and_who_would_pay() -> None:
    """The plan serves rank 1; the other could only come in its stead."""
    problem = street(
        {"won": House(10, due=20, price=50), "lost": House(-10, due=20, rank=2, weight=3, price=70)}, {"crew": Crew(0)}
    )
    told = explain_sequence(problem, plan(problem), 1)
    assert (told.why, told.nearest_id, told.nearest_start_s, told.short_by_s) == ("displaced", "crew", 10, 0)
    assert told.displacement is not None
    # 3 * 10 for the response instead of 1 * 10, 50 for leaving `won` and no longer 70.
    assert (told.displacement.displaced, told.displacement.price) == (("won",), 30 - 10 + 50 - 70)


def test_the_least_urgent_would_be_displaced_first() -> None:
    """Two crews, each with one need: whom it would hurt least stands before what it would cost."""
    houses = {
        "first": House(0, rank=1, due=5), "third": House(50, rank=3, due=55, weight=9), "second": House(25, rank=3, due=25)
    }  # fmt: skip
    problem = street(houses, {"a": Crew(0), "b": Crew(50)})
    found = described(problem, [[0], [1]], "insertion", 1, STOPPED)
    assert not verify_sequence(problem, found)
    told = explain_sequence(problem, found, 2)
    assert told.displacement is not None
    assert told.displacement.displaced == ("third",)


def test_several_are_displaced_where_one_is_not_enough() -> None:
    """Two short needs fill the shift that one long one would need."""
    houses = {"x": House(0, service=40), "y": House(0, service=40), "long": House(0, rank=2, service=90)}
    problem = street(houses, {"crew": Crew(0, ends=95)})
    told = explain_sequence(problem, plan(problem), 2)
    assert told.displacement is not None
    assert sorted(told.displacement.displaced) == ["x", "y"]


def test_what_nobody_can_do_says_by_how_much() -> None:
    """An answer to act on: fifteen seconds late, or a shift eleven seconds too short."""
    late = street({"house": House(40, due=25)}, {"crew": Crew(0), "farther": Crew(-9)})
    short = street({"house": House(40)}, {"crew": Crew(0, ends=79, home=0)})
    unskilled = street({"house": House(40, asks=frozenset("x"))}, {"crew": Crew(0)})
    assert explain_sequence(late, plan(late), 0).short_by_s == 15
    assert explain_sequence(short, plan(short), 0).short_by_s == 11
    assert explain_sequence(unskilled, plan(unskilled), 0).short_by_s == 0


def test_each_reason_holds_when_it_is_put_to_the_test() -> None:
    """The price of a next best, and of a displacement, is the difference of two whole plans recounted."""
    moved = pushed = 0
    for seed in range(400):
        problem = random_street(seed, metric=seed % 3 != 0)
        found = plan(problem, SequenceLimits(100))
        bare = [[stop.need for stop in route] for route in found.routes]
        for need in range(len(problem.need_ids)):
            told = explain_sequence(problem, found, need)
            without = [[each for each in route if each != need] for route in bare]
            if told.next_best is not None and told.next_best.position is not None:
                without[told.next_best.resource].insert(told.next_best.position, need)
                expected = told.next_best.dearer_by
                assert expected is not None
                assert expected >= 0, seed
                moved += 1
            elif told.displacement is not None:
                out = [problem.need_ids.index(name) for name in told.displacement.displaced]
                without = [[each for each in route if each not in out] for route in bare]
                without[told.displacement.resource].insert(told.displacement.position, need)
                expected = told.displacement.price
                pushed += 1
            else:
                continue
            other = described(problem, without, "insertion", 1, STOPPED)
            assert not verify_sequence(problem, replace(other, termination=STOPPED)), seed
            assert other.cost(problem.aim) - found.cost(problem.aim) == expected, (seed, need)
    assert moved > 100
    assert pushed > 50
