"""Closed forms against published and independently computed values, and against one another."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.refusals import Refusal
from simulation.queueing import (
    cobham_waits_s,
    erlang_a,
    erlang_b,
    erlang_c,
    mean_wait_s,
    servers_for,
    wait_quantile_s,
    wait_within_share,
)

LOADS = st.floats(0.1, 200)
SPARE = st.integers(2, 30)
"""More servers than whole erlangs: nearer to saturation the formulas agree in theory, and rounding shows."""


@pytest.mark.parametrize(("offered", "servers", "blocked"), [(1, 1, 0.5), (2, 2, 0.4), (3, 0, 1.0), (0, 4, 0.0)])
def test_erlang_b_agrees_with_hand_sums(offered: float, servers: int, blocked: float) -> None:
    """a = c = 2: (2^2/2!) / (1 + 2 + 2) = 0.4; the recursion must start right."""
    assert erlang_b(offered, servers) == pytest.approx(blocked)


@pytest.mark.parametrize(
    ("offered", "servers", "waiting"),
    [(10, 12, 0.449388), (10, 14, 0.174132), (50, 58, 0.194432), (100, 110, 0.237008), (200, 215, 0.209938)],
)
def test_erlang_c_agrees_with_reference_values(offered: float, servers: int, waiting: float) -> None:
    """Values computed by an independent program; six places."""
    assert erlang_c(offered, servers) == pytest.approx(waiting, abs=5e-7)


def test_erlang_c_of_one_server_is_its_load() -> None:
    """M/M/1: whoever finds the server busy waits, and it is busy a share u of the time; W = u s / (1 - u)."""
    assert (erlang_c(0.75, 1), mean_wait_s(0.75, 1, 60)) == pytest.approx((0.75, 180))


def test_thousands_of_servers_neither_overflow_nor_lose_the_answer() -> None:
    """Halfin and Whitt 1981, Operations Research 29(3): c = a + b sqrt(a), b = 1, tends to 0.2234 for large systems."""
    assert erlang_c(1e6, 1_001_000) == pytest.approx(0.2234, abs=5e-4)


@pytest.mark.parametrize("servers", [0, 9, 10])
def test_a_load_that_cannot_be_carried_is_refused(servers: int) -> None:
    """An endless queue has no mean wait to plan by."""
    with pytest.raises(Refusal):
        erlang_c(10, servers)


@given(LOADS, SPARE, st.floats(0.01, 0.99))
def test_the_quantile_of_the_wait_is_the_inverse_of_its_distribution(offered: float, spare: int, share: float) -> None:
    """Two formulas, one distribution; with an atom at no wait."""
    servers = math.floor(offered) + spare
    wait_s = wait_quantile_s(offered, servers, 180, share)
    reached = wait_within_share(offered, servers, 180, wait_s)
    assert reached >= share - 1e-9 if wait_s == 0 else reached == pytest.approx(share)


@given(LOADS, st.floats(0.5, 0.99), st.floats(0, 60))
def test_the_planner_names_the_fewest_servers_that_do(offered: float, share: float, within_s: float) -> None:
    """One fewer must miss the target, or money is wasted; this many must meet it, or callers wait."""
    servers = servers_for(offered, 180, share=share, within_s=within_s)
    fewer = servers - 1
    assert wait_within_share(offered, servers, 180, within_s) >= share - 1e-12
    assert fewer <= offered or wait_within_share(offered, fewer, 180, within_s) < share + 1e-12


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


def test_erlang_a_of_one_server_agrees_with_a_sum_by_hand() -> None:
    """a = 1, patience = service: weights 1, 1, 1/2, 1/6, ... sum to e; 1/e of the calls find nobody there."""
    found = erlang_a(1, 1, 60, 60)
    assert found.waiting == pytest.approx(1 - 1 / math.e)
    assert found.abandoned == pytest.approx(1 / math.e)


@given(LOADS, SPARE)
def test_endless_patience_turns_erlang_a_into_erlang_c(offered: float, spare: int) -> None:
    """The limit that both formulas share."""
    servers = math.floor(offered) + spare
    assert erlang_a(offered, servers, 60, 1e12).waiting == pytest.approx(erlang_c(offered, servers), rel=1e-6)


@pytest.mark.parametrize(("offered", "servers"), [(5000, 4000), (4000, 4000), (2000, 500)])
def test_overload_is_shed_by_abandonment(offered: float, servers: int) -> None:
    """Calls answered per service time can be no more than the servers, and at overload are just as many."""
    answered = offered * (1 - erlang_a(offered, servers, 300, 120).abandoned)
    assert servers * 0.98 < answered <= servers * (1 + 1e-9)
