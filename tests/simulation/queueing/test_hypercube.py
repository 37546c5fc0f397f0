"""Larson's hypercube: a published example, and the queues that it must be when geography is forgotten."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimiser.refusals import Refusal
from simulation.queueing import Area, Hypercube, erlang_b, erlang_c, hypercube, mean_wait_s
from tests.simulation.queueing.chains import mean, stationary


@st.composite
def cities(draw: st.DrawFn) -> tuple[list[Area], int]:
    """Up to six units and a handful of areas, each with an order of its own; loads are for a service time of 1."""
    units = draw(st.integers(1, 6))
    orders = st.permutations(range(units)).map(tuple)
    rates = st.floats(0.05, 0.6)
    areas = draw(st.lists(st.builds(Area, rates, orders), min_size=1, max_size=5))
    return areas, units


def carried(areas: list[Area]) -> float:
    """The load for a service time of 1."""
    return sum(area.per_s for area in areas)


def test_the_three_server_example_of_larson_and_odoni_comes_out() -> None:
    """Section 5.4.3: ten areas, of which those with one order are taken together; workloads as printed in 5.5.3."""
    areas = [Area(0.5, (0, 1, 2)), Area(0.25, (0, 2, 1)), Area(0.35, (1, 0, 2)), Area(0.4, (2, 0, 1))]
    found = hypercube(areas, [1.0, 1.0, 1.0], queue=True)
    assert found.busy == pytest.approx((0.5574, 0.4734, 0.4693), abs=5e-5)


@given(cities())
@settings(max_examples=40)
def test_alike_units_lose_as_many_calls_as_erlang_says(city: tuple[list[Area], int]) -> None:
    """Whatever the orders: no rule that sends somebody whenever somebody is free changes how many are busy."""
    areas, units = city
    found = hypercube(areas, [1.0] * units, queue=False)
    assert found.lost == pytest.approx(erlang_b(carried(areas), units))
    weights = [1.0]
    for busy in range(1, units + 1):
        weights.append(weights[-1] * carried(areas) / busy)
    assert found.at_once == pytest.approx([weight / sum(weights) for weight in weights])


@given(cities())
@settings(max_examples=40)
def test_alike_units_keep_as_many_waiting_as_erlang_says(city: tuple[list[Area], int]) -> None:
    """With a queue: Erlang C and its mean wait, and on average every unit carries its share of the load."""
    areas, units = city
    load = carried(areas)
    assume(load < 0.95 * units)
    found = hypercube(areas, [1.0] * units, queue=True)
    assert found.waiting == pytest.approx(erlang_c(load, units))
    assert found.mean_wait_s == pytest.approx(mean_wait_s(load, units, 1.0))
    assert sum(found.busy) == pytest.approx(load)


@given(cities(), st.booleans(), st.floats(0.2, 0.6))
@settings(max_examples=40)
def test_what_is_sent_adds_up_to_what_calls(city: tuple[list[Area], int], queue: bool, quick: float) -> None:
    """Little 1961, unit by unit: who is sent so often is busy so long; unequal units too."""
    areas, units = city
    services_s = [quick / (1 + index / 10) for index in range(units)]
    assume(carried(areas) < 0.95 * sum(1 / each for each in services_s))
    found = hypercube(areas, services_s, queue=queue)
    assert sum(map(sum, found.sent)) == pytest.approx(1 - found.lost)
    for sent, busy, service_s in zip(found.sent, found.busy, services_s, strict=True):
        assert sum(sent) * carried(areas) * service_s == pytest.approx(busy)


def test_unequal_units_with_a_queue_agree_with_the_whole_chain() -> None:
    """Two units, the second half as quick: the queue written out."""
    areas, quick, slow, longest = [Area(0.4, (0, 1)), Area(0.3, (1, 0))], 1.0, 0.5, 120

    def moves(state: tuple[int, int, int]) -> list[tuple[tuple[int, int, int], float]]:
        first, second, queue = state
        if first and second:
            return [
                *([((1, 1, queue + 1), 0.7)] if queue < longest else []),
                ((1, 1, queue - 1) if queue else (0, 1, 0), quick),
                ((1, 1, queue - 1) if queue else (1, 0, 0), slow),
            ]
        to_first = 0.0 if first else 0.4 + 0.3 * second
        to_second = 0.0 if second else 0.3 + 0.4 * first
        begun = [((1, second, 0), to_first), ((first, 1, 0), to_second)]
        return [*begun, ((0, second, 0), quick * first), ((first, 0, 0), slow * second)]

    chain = stationary((0, 0, 0), moves)
    found: Hypercube = hypercube(areas, [1 / quick, 1 / slow], queue=True)
    assert found.busy == pytest.approx([mean(chain, lambda s: s[0]), mean(chain, lambda s: s[1])], rel=1e-6)
    assert found.waiting == pytest.approx(mean(chain, lambda s: s[0] * s[1]), rel=1e-6)
    assert found.mean_wait_s == pytest.approx(mean(chain, lambda s: s[2]) / 0.7, rel=1e-6)


def test_ten_units_are_solved() -> None:
    """1,024 states; the far corner of the cube is Erlang's."""
    areas = [Area(0.6, tuple((start + step) % 10 for step in range(10))) for start in range(10)]
    found = hypercube(areas, [1.0] * 10, queue=False)
    assert found.lost == pytest.approx(erlang_b(6.0, 10))
    assert found.busy == pytest.approx([found.busy[0]] * 10)


@pytest.mark.parametrize(
    ("word", "ask"),
    [
        ("a unit left out", lambda: hypercube([Area(1, (0,))], [1, 1], queue=False)),
        ("too many units", lambda: hypercube([Area(1, tuple(range(13)))], [1] * 13, queue=False)),
        ("nobody calls", lambda: hypercube([Area(0, (0, 1))], [1, 1], queue=False)),
        ("too much", lambda: hypercube([Area(2, (0, 1))], [1, 1], queue=True)),
        ("no time", lambda: hypercube([Area(1, (0, 1))], [1, 0], queue=True)),
    ],
)
def test_nonsense_is_refused(word: str, ask: object) -> None:
    """A planner who mistypes must not get a number."""
    with pytest.raises(Refusal):
        ask()  # type: ignore[operator]
