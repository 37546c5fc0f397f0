"""One server: Pollaczek and Khinchine, Cobham, batches, and where they meet the other formulas."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.refusals import Refusal
from simulation.queueing import Stream, batch_wait_s, cobham_waits_s, mean_wait_s, single_server_waits_s
from tests.simulation.queueing.chains import mean, stationary


def test_a_constant_service_time_halves_the_wait() -> None:
    """Pollaczek and Khinchine: M/D/1 waits half as long as M/M/1, and u = 0.75 waits 3 s for a minute of service."""
    exponential, constant = (single_server_waits_s([Stream(0.75 / 60, 60, cv)])[0] for cv in (1, 0))
    assert (exponential, constant) == pytest.approx((mean_wait_s(0.75, 1, 60), 90))


@given(st.lists(st.floats(0.01, 0.3), min_size=1, max_size=3))
def test_exponential_classes_wait_as_on_one_of_many_servers(loads: list[float]) -> None:
    """With c = 1 and one service time both are Cobham's."""
    streams = [Stream(load / 60, 60, 1) for load in loads]
    assert single_server_waits_s(streams) == pytest.approx(cobham_waits_s(loads, 1, 60))


@given(st.lists(st.tuples(st.floats(0.01, 0.3), st.floats(5, 500), st.floats(0, 3)), min_size=2, max_size=3))
def test_whatever_the_order_the_work_that_waits_is_the_same(classes: list[tuple[float, float, float]]) -> None:
    """Kleinrock's conservation law: the sum of u_k W_k does not hang on who goes first."""
    streams = [Stream(load / service_s, service_s, cv) for load, service_s, cv in classes]

    def waiting_work(order: list[Stream]) -> float:
        return sum(each.load * wait for each, wait in zip(order, single_server_waits_s(order), strict=True))

    assert waiting_work(streams) == pytest.approx(waiting_work(streams[::-1]))


def test_a_class_that_starves_leaves_finite_waits_above_it() -> None:
    """u = 0.5 then 1.5: the second class always has somebody at hand, so half of the time the server is with it."""
    first, second = single_server_waits_s([Stream(0.5 / 60, 60, 1), Stream(1.5 / 60, 60, 1)])
    assert (first, second) == pytest.approx((120, math.inf))


def test_batches_agree_with_the_whole_chain() -> None:
    """Batches of one or three to one server: who finds n calls, and who is behind in the batch."""
    sizes, batches, most = {1: 0.6, 3: 0.4}, 0.35, 160
    chain = stationary(
        0,
        lambda n: [
            *((n + size, batches * share) for size, share in sizes.items() if n + size <= most),
            *([(n - 1, 1.0)] if n else []),
        ],
    )
    mean_size = 1.8
    ahead = sum(share * sum(range(size)) for size, share in sizes.items()) / mean_size
    expected = (mean(chain, float) + ahead) * 60
    assert batch_wait_s(batches / 60, sizes, 60) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("word", "ask"),
    [
        ("no class", lambda: single_server_waits_s([])),
        ("no calls", lambda: single_server_waits_s([Stream(0, 60, 1)])),
        ("a spread below nothing", lambda: single_server_waits_s([Stream(0.01, 60, -1)])),
        ("shares that do not sum", lambda: batch_wait_s(0.001, {1: 0.5}, 60)),
        ("a batch of nobody", lambda: batch_wait_s(0.001, {0: 1.0}, 60)),
        ("too much", lambda: batch_wait_s(0.01, {2: 1.0}, 60)),
    ],
)
def test_nonsense_is_refused(word: str, ask: object) -> None:
    """A planner who mistypes must not get a number."""
    with pytest.raises(Refusal):
        ask()  # type: ignore[operator]
