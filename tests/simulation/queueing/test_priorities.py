"""Classes without interruption: Cobham, conservation, and the whole chain."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.refusals import Refusal
from simulation.queueing import (
    class_within_share,
    cobham_waits_s,
    mean_wait_s,
    wait_within_share,
)
from tests.simulation.queueing.chains import stationary

LOADS = st.floats(0.1, 200)
SPARE = st.integers(2, 30)
"""More servers than whole erlangs: nearer to saturation the formulas agree in theory, and rounding shows."""


@given(LOADS, SPARE)
def test_one_class_waits_as_erlang_c_says(offered: float, spare: int) -> None:
    """Cobham without priorities is Erlang C."""
    servers = math.floor(offered) + spare
    assert cobham_waits_s([offered], servers, 60)[0] == pytest.approx(mean_wait_s(offered, servers, 60))


@given(st.lists(st.floats(0.1, 20), min_size=2, max_size=5), SPARE)
def test_priorities_move_waiting_about_and_make_none(offered: list[float], spare: int) -> None:
    """Kleinrock's conservation law: with equal service times the load-weighted wait is that of one queue."""
    servers = math.floor(sum(offered)) + spare
    waits_s = cobham_waits_s(offered, servers, 60)
    weighed = sum(load * wait for load, wait in zip(offered, waits_s, strict=True)) / sum(offered)
    assert list(waits_s) == sorted(waits_s)
    assert weighed == pytest.approx(mean_wait_s(sum(offered), servers, 60))


def test_a_class_that_starves_leaves_finite_waits_above_it() -> None:
    """One server, u = 0.5 then 1.0: always busy, so W_1 = s / (1 - 0.5) and the second class waits for ever."""
    assert cobham_waits_s([0.5, 0.5], 1, 60) == pytest.approx((120, math.inf))


def test_waits_agree_with_the_whole_chain() -> None:
    """Two servers, three classes: the chain holds how many of each wait (Little 1961 turns queues into waits)."""
    loads, servers, most = (0.2, 0.3, 0.5), 2, 13

    def moves(state: tuple[int, ...]) -> list[tuple[tuple[int, ...], float]]:
        busy, *queue = state
        found = []
        for rank, load in enumerate(loads):
            if busy < servers:
                found.append(((busy + 1, *queue), load))
            elif queue[rank] < most:
                found.append(((busy, *queue[:rank], queue[rank] + 1, *queue[rank + 1 :]), load))
        waiting = next((rank for rank, length in enumerate(queue) if length), None)
        if busy and waiting is None:
            found.append(((busy - 1, *queue), float(busy)))
        elif busy and waiting is not None:
            found.append(((busy, *queue[:waiting], queue[waiting] - 1, *queue[waiting + 1 :]), float(busy)))
        return found

    empty: tuple[int, ...] = (0, 0, 0, 0)
    chain = stationary(empty, moves)
    waits = cobham_waits_s(loads, servers, 60)
    # The queue of the last class is cut at 13, which loses a part in a thousand of it.
    for rank, load in enumerate(loads):
        queue = sum(share * state[1 + rank] for state, share in chain.items())
        assert waits[rank] == pytest.approx(queue / load * 60, rel=6e-3)


@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=4), SPARE, st.floats(0.5, 300))
def test_the_most_urgent_class_waits_as_if_alone_once_all_are_busy(
    offered: list[float], spare: int, within_s: float
) -> None:
    """P(W_1 > t) = C exp(-(c - a_1) t / s), and with one class that is Erlang C's own."""
    servers = math.floor(sum(offered)) + spare
    late = 1 - class_within_share(offered, servers, 60, 0, within_s)
    waiting = 1 - class_within_share(offered, servers, 60, 0, 0)
    assert late == pytest.approx(waiting * math.exp(-(servers - offered[0]) * within_s / 60), abs=1e-12)
    if len(offered) == 1:
        assert 1 - late == pytest.approx(wait_within_share(offered[0], servers, 60, within_s))


@given(st.lists(st.floats(0.1, 20), min_size=2, max_size=4), st.integers(2, 10))
@settings(max_examples=20)
def test_the_distribution_of_every_class_has_cobhams_mean(offered: list[float], spare: int) -> None:
    """The mean is the area over the distribution; two derivations, one wait."""
    servers = math.floor(sum(offered)) + spare
    for rank, wait_s in enumerate(cobham_waits_s(offered, servers, 60)):
        waiting = 1 - class_within_share(offered, servers, 60, rank, 0)
        scale_s = wait_s / waiting
        steps = np.concatenate([np.linspace(1e-3, 8, 400), np.linspace(8, 60, 300)[1:]]) * scale_s
        late = [1 - class_within_share(offered, servers, 60, rank, float(t)) for t in steps]
        area = steps[0] * waiting + float(np.trapezoid(late, steps))
        assert area == pytest.approx(wait_s, rel=5e-3)


def test_the_distribution_mixes_to_that_of_the_chain_of_a_tagged_caller() -> None:
    """One server, classes of 0.3 and 0.4: absorb a caller of the second class in a chain of calls before it, to a time."""
    first, second, at = 0.3, 0.4, 2.5
    size = 80
    rates = np.zeros((size, size))
    for ahead in range(1, size):
        # Ahead: whoever is served, those that waited, and the urgent who come; 0 is the answer.
        rates[ahead, ahead - 1] += 1.0
        if ahead + 1 < size:
            rates[ahead, ahead + 1] += first
        rates[ahead, ahead] -= rates[ahead].sum()
    busy = first + second
    found = np.array([0.0, *(busy * (1 - busy) * busy**queue for queue in range(size - 1))])
    answered = float((found @ scipy.linalg.expm(rates * at))[0])
    assert class_within_share((first, second), 1, 60, 1, 60 * at) == pytest.approx(1 - busy + answered, abs=1e-6)


def test_a_starving_class_is_never_answered_in_time() -> None:
    """Above it nobody notices."""
    assert class_within_share([0.5, 0.6], 1, 60, 1, 1e6) == 0.0
    assert class_within_share([0.5, 0.6], 1, 60, 0, 60) == pytest.approx(1 - math.exp(-0.5))


@pytest.mark.parametrize("ask", [lambda: cobham_waits_s([], 2, 60), lambda: class_within_share([1.0], 2, 60, 1, 0)])
def test_classes_that_do_not_exist_are_refused(ask: object) -> None:
    """Instead of an empty answer."""
    with pytest.raises(Refusal):
        ask()  # type: ignore[operator]
