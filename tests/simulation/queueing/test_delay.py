"""Erlang C against published and independently computed values, and against itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.refusals import Refusal
from simulation.queueing import (
    erlang_c,
    mean_wait_s,
    servers_for,
    wait_quantile_s,
    wait_within_share,
)

LOADS = st.floats(0.1, 200)
SPARE = st.integers(2, 30)
"""More servers than whole erlangs: nearer to saturation the formulas agree in theory, and rounding shows."""


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


def test_the_textbook_cases_of_answer_targets_come_out() -> None:
    """90 % within 15 s at 150 s a call: 60, 300 and 1,200 calls an hour take 6, 18 and 58 (an independent program)."""
    assert [servers_for(calls * 150 / 3600, 150, share=0.9, within_s=15) for calls in (60, 300, 1200)] == [6, 18, 58]


@pytest.mark.parametrize(
    ("word", "ask"),
    [
        ("no time", lambda: mean_wait_s(1, 2, 0)),
        ("a wait below nothing", lambda: wait_within_share(1, 2, 60, -1)),
        ("everybody", lambda: wait_quantile_s(1, 2, 60, 1.0)),
        ("not a number", lambda: servers_for(math.nan, 60, share=0.9, within_s=15)),
        ("more than anybody has", lambda: servers_for(1e9, 60, share=0.9, within_s=15)),
    ],
)
def test_nonsense_is_refused(word: str, ask: object) -> None:
    """A planner who mistypes must not get a number."""
    with pytest.raises(Refusal):
        ask()  # type: ignore[operator]
