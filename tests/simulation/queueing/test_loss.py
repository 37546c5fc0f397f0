"""Callers are turned away: hand sums, brute-force chains, and the limits in which one formula becomes another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.refusals import Refusal
from simulation.queueing import erlang_b, erlang_c, kaufman_roberts, limited_room, mean_wait_s, servers_against_loss
from tests.simulation.queueing.chains import mean, stationary


@pytest.mark.parametrize(("offered", "servers", "blocked"), [(1, 1, 0.5), (2, 2, 0.4), (3, 0, 1.0), (0, 4, 0.0)])
def test_erlang_b_agrees_with_hand_sums(offered: float, servers: int, blocked: float) -> None:
    """a = c = 2: (2^2/2!) / (1 + 2 + 2) = 0.4; the recursion must start right."""
    assert erlang_b(offered, servers) == pytest.approx(blocked)


@given(st.floats(0.1, 3000), st.floats(0.001, 0.5))
def test_the_planner_names_the_fewest_servers_that_lose_no_more(offered: float, most_lost: float) -> None:
    """One fewer loses too many."""
    servers = servers_against_loss(offered, most_lost)
    assert erlang_b(offered, servers) <= most_lost
    assert servers == 0 or erlang_b(offered, servers - 1) > most_lost


@given(st.floats(0.1, 3000), st.integers(0, 3000))
def test_classes_that_take_one_place_each_are_erlangs(offered: float, more: int) -> None:
    """Kaufman and Roberts with one class of one place each is Erlang B, at thousands of places too."""
    places = 1 + more
    assert kaufman_roberts([(offered, 1)], places)[0] == pytest.approx(erlang_b(offered, places), rel=1e-9)


def test_kaufman_and_roberts_agree_with_the_whole_chain() -> None:
    """Voice takes 3 of 7 places, chat 2, mail 1: the chain knows how many of each there are, the recursion does not."""
    classes, places = [(0.6, 3), (1.1, 2), (1.9, 1)], 7

    def room(state: tuple[int, ...]) -> int:
        return places - sum(each * of[1] for each, of in zip(state, classes, strict=True))

    def moves(state: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], float]]:
        for kind, (load, takes) in enumerate(classes):
            if takes <= room(state):
                yield (*state[:kind], state[kind] + 1, *state[kind + 1 :]), load
            if state[kind]:
                yield (*state[:kind], state[kind] - 1, *state[kind + 1 :]), float(state[kind])

    empty: tuple[int, ...] = (0, 0, 0)
    chain = stationary(empty, moves)
    for kind, lost in enumerate(kaufman_roberts(classes, places)):
        full = sum(share for state, share in chain.items() if room(state) < classes[kind][1])
        assert lost == pytest.approx(full, rel=1e-9)


def test_no_room_to_wait_is_erlang_b_and_endless_room_is_erlang_c() -> None:
    """M/M/c/c and M/M/c/inf."""
    assert limited_room(4.0, 5, 5, 60).lost == pytest.approx(erlang_b(4.0, 5))
    endless = limited_room(4.0, 5, 2000, 60)
    assert endless.waiting == pytest.approx(erlang_c(4.0, 5))
    assert endless.mean_wait_s == pytest.approx(mean_wait_s(4.0, 5, 60))


@pytest.mark.parametrize("offered", [0.5, 3.0, 9.0, 900.0])
def test_limited_room_agrees_with_the_whole_chain(offered: float) -> None:
    """Births and deaths, at light load and at overload."""
    servers, places = 3, 8
    chain = stationary(
        0, lambda n: [*([(n + 1, offered)] if n < places else []), *([(n - 1, min(n, servers))] if n else [])]
    )
    found = limited_room(offered, servers, places, 60)
    assert found.lost == pytest.approx(chain[places], rel=1e-8)
    queue = mean(chain, lambda n: max(n - servers, 0))
    assert found.mean_wait_s == pytest.approx(queue * 60 / (offered * (1 - chain[places])), rel=1e-7)
    waits = sum(chain[n] for n in range(servers, places)) / (1 - chain[places])
    assert found.waiting == pytest.approx(waits, rel=1e-7)


def test_a_hopeless_overload_neither_overflows_nor_divides_by_nothing() -> None:
    """Two thousand servers, a hundred times their load, and a queue of a hundred thousand."""
    assert limited_room(200_000, 2000, 102_000, 60).lost == pytest.approx(0.99)


@pytest.mark.parametrize(
    ("word", "ask"),
    [
        ("a negative load", lambda: erlang_b(-1, 3)),
        ("no such share", lambda: servers_against_loss(3, 1.0)),
        ("nobody lost", lambda: servers_against_loss(3, 0.0)),
        ("a call of no place", lambda: kaufman_roberts([(1, 0)], 3)),
        ("no places", lambda: kaufman_roberts([(1, 1)], 0)),
        ("fewer places than servers", lambda: limited_room(1, 3, 2, 60)),
        ("no time", lambda: limited_room(1, 3, 4, 0)),
        ("not a number", lambda: erlang_b(float("nan"), 3)),
    ],
)
def test_nonsense_is_refused(word: str, ask: object) -> None:
    """A planner who mistypes must not get a number."""
    with pytest.raises(Refusal):
        ask()  # type: ignore[operator]
