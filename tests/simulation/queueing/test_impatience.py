"""Callers who give up: two formulas for one queue, the whole chain, and published values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from optimiser.refusals import Refusal
from simulation.distributions import Constant, Exponential
from simulation.queueing import (
    erlang_a,
    erlang_b,
    erlang_c,
    exponential_impatience,
    impatient_queue,
    mixed_impatience,
    wait_within_share,
)
from tests.simulation.queueing.chains import mean, stationary

LOADS = st.floats(0.1, 200)
SPARE = st.integers(2, 30)
"""More servers than whole erlangs: nearer to saturation the formulas agree in theory, and rounding shows."""


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


@pytest.mark.parametrize(
    ("offered", "servers", "per_service", "waiting", "abandoned"),
    [(10, 10, 1.0, 0.542070, 0.125110), (10, 12, 0.5, 0.341520, 0.039181)],
)
def test_erlang_a_agrees_with_reference_values(
    offered: float, servers: int, per_service: float, waiting: float, abandoned: float
) -> None:
    """Values computed by an independent program; six places."""
    found = erlang_a(offered, servers, 60, 60 / per_service)
    assert (found.waiting, found.abandoned) == pytest.approx((waiting, abandoned), abs=5e-7)


@given(st.floats(0.1, 3000), st.floats(0.5, 2), st.floats(0.02, 50), st.floats(0, 300))
def test_births_and_deaths_and_the_virtual_wait_find_the_same(
    offered: float, ratio: float, patience: float, within_s: float
) -> None:
    """Two derivations of one queue, from a handful to thousands of servers, from light load to twice what they carry."""
    servers = max(1, round(offered * ratio))
    counted = erlang_a(offered, servers, 60, 60 * patience)
    found = impatient_queue(offered, servers, 60, exponential_impatience(60 * patience), within_s=within_s)
    assert found.waiting == pytest.approx(counted.waiting, rel=1e-6, abs=1e-12)
    assert found.abandoned == pytest.approx(counted.abandoned, rel=1e-6, abs=1e-10)
    assert found.mean_wait_s == pytest.approx(counted.mean_wait_s, rel=1e-6, abs=1e-8)
    assert 1 - found.waiting - 1e-9 <= found.answered_within <= 1 - found.abandoned + 1e-9


@given(st.floats(0.1, 60), st.floats(0.6, 1.5), st.floats(0.1, 10), st.floats(0.5, 200))
def test_answers_in_time_agree_with_incomplete_gamma_functions(
    offered: float, ratio: float, patience: float, within_s: float
) -> None:
    """With exponential patience the integral is a difference of gamma functions of a c / theta and a / theta."""
    servers = max(1, round(offered * ratio))
    x, shape = offered * patience, servers * patience
    found = impatient_queue(offered, servers, 60, exponential_impatience(60 * patience), within_s=within_s)
    part = special.gammainc(shape + 1, x) - special.gammainc(shape + 1, x * math.exp(-within_s / 60 / patience))
    if special.gammainc(shape, x) > 1e-250:
        share = shape / x * part / special.gammainc(shape, x)
        assert found.answered_within == pytest.approx(1 - found.waiting + found.waiting * share, rel=1e-7)


def test_endless_patience_of_some_turns_the_general_form_into_erlang_c() -> None:
    """Nobody gives up: the mixture of one kind that waits for ever."""
    found = impatient_queue(8.0, 10, 60, mixed_impatience([(1.0, None)]), within_s=20)
    assert found.waiting == pytest.approx(erlang_c(8.0, 10), rel=1e-9)
    assert found.answered_within == pytest.approx(wait_within_share(8.0, 10, 60, 20), rel=1e-9)
    assert found.abandoned == 0.0


def test_a_tabulated_patience_is_right_to_the_fourth_digit() -> None:
    """The exponential as a table, beside itself."""
    exact = impatient_queue(22.0, 20, 90, exponential_impatience(75), within_s=15)
    table = impatient_queue(22.0, 20, 90, mixed_impatience([(1.0, Exponential(75))]), within_s=15)
    assert table.abandoned == pytest.approx(exact.abandoned, abs=2e-4)
    assert table.answered_within == pytest.approx(exact.answered_within, abs=2e-4)
    assert table.answered_wait_s == pytest.approx(exact.answered_wait_s, rel=2e-3)


def test_no_patience_at_all_is_erlang_b() -> None:
    """Who cannot be answered at once is gone."""
    found = impatient_queue(5.0, 6, 60, mixed_impatience([(1.0, Constant(0.0))]), within_s=15)
    assert found.abandoned == pytest.approx(erlang_b(5.0, 6), rel=1e-6)


def test_two_kinds_of_patience_agree_with_the_whole_chain() -> None:
    """Half the callers give up after 30 s on average, half after 120: the chain keeps the queue in order, as a word."""
    offered, servers, longest = 1.4, 2, 8
    leave = {"a": 2.0, "b": 0.5}

    def moves(state: tuple[int, str]) -> list[tuple[tuple[int, str], float]]:
        busy, queue = state
        found: list[tuple[tuple[int, str], float]] = []
        for kind in "ab":
            if busy < servers:
                found.append(((busy + 1, ""), offered / 2))
            elif len(queue) < longest:
                found.append(((busy, queue + kind), offered / 2))
        found += [((busy, queue[:i] + queue[i + 1 :]), leave[kind]) for i, kind in enumerate(queue)]
        if busy:
            found.append(((busy, queue[1:]) if queue else (busy - 1, ""), float(busy)))
        return found

    chain = stationary((0, ""), moves)
    gone = mean(chain, lambda state: sum(leave[kind] for kind in state[1])) / offered
    patience = mixed_impatience([(0.5, Exponential(30)), (0.5, Exponential(120))])
    assert impatient_queue(offered, servers, 60, patience, within_s=0).abandoned == pytest.approx(gone, abs=4e-4)


@pytest.mark.parametrize(
    ("word", "ask"),
    [
        ("nobody to answer", lambda: erlang_a(1, 0, 60, 60)),
        ("no patience", lambda: exponential_impatience(0)),
        ("no mixture", lambda: mixed_impatience([(0.5, None)])),
        ("endless", lambda: impatient_queue(9, 8, 60, mixed_impatience([(1.0, None)]), within_s=1)),
        ("the queue of millions", lambda: erlang_a(3e6, 1, 60, 60e6)),
    ],
)
def test_nonsense_is_refused(word: str, ask: object) -> None:
    """A planner who mistypes must not get a number."""
    with pytest.raises(Refusal):
        ask()  # type: ignore[operator]
