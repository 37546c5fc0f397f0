"""Servers kept back: the whole chain, and Cobham where none is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.refusals import Refusal
from simulation.queueing import cobham_waits_s, cut_off_queue
from tests.simulation.queueing.chains import mean, stationary


@pytest.mark.parametrize(
    ("urgent", "others", "servers", "kept_back"),
    [(0.5, 0.8, 3, 1), (0.9, 0.7, 4, 2), (1.2, 1.0, 4, 1), (0.6, 0.6, 3, 0)],
)
def test_waits_agree_with_the_whole_chain(urgent: float, others: float, servers: int, kept_back: int) -> None:
    """Taylor and Templeton's queue, state by state: busy, urgent waiting, others waiting."""
    open_to_all, most_urgent, most_others = servers - kept_back, 14, 55

    def moves(state: tuple[int, int, int]) -> Iterator[tuple[tuple[int, int, int], float]]:
        busy, first, second = state
        if busy < servers:
            yield (busy + 1, first, second), urgent
        elif first < most_urgent:
            yield (busy, first + 1, second), urgent
        if busy < open_to_all:
            yield (busy + 1, first, second), others
        elif second < most_others:
            yield (busy, first, second + 1), others
        if not busy:
            return
        if first:
            yield (busy, first - 1, second), float(busy)
        elif second and busy - 1 < open_to_all:
            yield (busy, first, second - 1), float(busy)
        else:
            yield (busy - 1, first, second), float(busy)

    chain = stationary((0, 0, 0), moves)
    found = cut_off_queue(urgent, others, servers, kept_back, 60)
    assert found.urgent_wait_s == pytest.approx(mean(chain, lambda state: state[1]) / urgent * 60, rel=1e-3)
    assert found.others_wait_s == pytest.approx(mean(chain, lambda state: state[2]) / others * 60, rel=1e-3)
    assert found.urgent_waiting == pytest.approx(mean(chain, lambda state: state[0] == servers), rel=1e-3)
    assert found.others_waiting == pytest.approx(mean(chain, lambda state: state[0] >= open_to_all), rel=1e-3)
    assert found.busy == pytest.approx(mean(chain, lambda state: state[0]), rel=1e-3)


@given(st.floats(0.1, 900), st.floats(0.1, 900), st.integers(2, 40))
def test_nobody_kept_back_is_cobham(urgent: float, others: float, spare: int) -> None:
    """The same servers for everybody, hundreds of them too."""
    servers = int(urgent + others) + spare
    found = cut_off_queue(urgent, others, servers, 0, 60)
    assert (found.urgent_wait_s, found.others_wait_s) == pytest.approx(cobham_waits_s([urgent, others], servers, 60))


@given(st.floats(0.5, 1000), st.integers(0, 5))
def test_each_server_kept_back_helps_the_urgent_and_costs_the_others(load: float, kept_back: int) -> None:
    """At two thousand servers as at two."""
    servers = int(2 * load) + 20
    less, more = (cut_off_queue(load, load * 0.7, servers, each, 60) for each in (kept_back, kept_back + 1))
    assert more.urgent_wait_s <= less.urgent_wait_s
    assert more.others_wait_s >= less.others_wait_s


@pytest.mark.parametrize(
    ("word", "ask"),
    [
        ("all kept back", lambda: cut_off_queue(1, 1, 3, 3, 60)),
        ("too many urgent", lambda: cut_off_queue(3, 0.1, 3, 1, 60)),
        ("nothing left for the others", lambda: cut_off_queue(1, 1.5, 3, 1, 60)),
        ("fewer than none", lambda: cut_off_queue(1, 1, 3, -1, 60)),
    ],
)
def test_nonsense_is_refused(word: str, ask: object) -> None:
    """A planner who mistypes must not get a number."""
    with pytest.raises(Refusal):
        ask()  # type: ignore[operator]
