"""Servers for everybody: Poisson numbers, hours that follow one another, and a sine."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from optimiser.refusals import Refusal
from simulation.distributions import Floats
from simulation.queueing import busy_at_most_share, loads_by_hour, servers_for_all, sine_load


@given(st.floats(0.01, 3000), st.floats(0.01, 0.999))
def test_the_planner_names_the_fewest_that_are_enough(load: float, share: float) -> None:
    """One fewer is not enough."""
    servers = servers_for_all(load, share)
    assert busy_at_most_share(load, servers) >= share
    assert servers == 0 or busy_at_most_share(load, servers - 1) < share


def test_a_steady_week_has_the_load_of_every_hour() -> None:
    """a = l s at every instant."""
    for hour in loads_by_hour([60.0] * 168, 120):
        assert (hour.first, hour.highest, hour.mean) == pytest.approx((2, 2, 2))


@given(st.lists(st.floats(0, 500), min_size=3, max_size=6), st.floats(30, 20_000))
def test_hours_follow_the_differential_equation(rates: list[float], service_s: float) -> None:
    """m' = l - m / s, solved step by step by a stranger (Eick, Massey and Whitt 1993)."""
    hours = loads_by_hour(rates, service_s)
    for at, hour in enumerate(hours):
        steps = integrate.solve_ivp(
            _slope, (0, 3600), [hour.first], args=(rates[at] / 3600, service_s), rtol=1e-9, atol=1e-9,
            t_eval=np.linspace(0, 3600, 721),
        ).y[0]  # fmt: skip
        scale = max(steps.max(), 1e-3)
        assert hours[(at + 1) % len(hours)].first == pytest.approx(float(steps[-1]), abs=1e-5 * scale)
        assert hour.highest == pytest.approx(float(steps.max()), abs=1e-5 * scale)
        assert hour.mean == pytest.approx(float(np.trapezoid(steps, dx=5.0)) / 3600, abs=1e-3 * scale)


def test_a_room_that_opens_empty_fills_up() -> None:
    """m(t) = a (1 - exp(-t / s)): after one hour of service times of one hour, 63 %."""
    first, second = loads_by_hour([10, 10], 3600, first=0.0)
    assert (first.first, second.first) == pytest.approx((0, 10 * (1 - 1 / math.e)))


@given(st.floats(60, 40_000), st.floats(0, 86_400))
def test_a_sine_is_damped_and_late(service_s: float, at_s: float) -> None:
    """The equation m' = l - m / s again, by its derivative."""
    swing, day = 0.02, 86_400.0
    turn = 2 * math.pi / day

    def load(t: float) -> float:
        return sine_load(0.05, swing, day, service_s, t)

    slope = (load(at_s + 1) - load(at_s - 1)) / 2
    rate = 0.05 + swing * math.sin(turn * at_s)
    assert slope == pytest.approx(rate - load(at_s) / service_s, abs=1e-6)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: loads_by_hour([1, -1], 60),
        lambda: loads_by_hour([1], 0),
        lambda: sine_load(1, 2, 60, 60, 0),
        lambda: servers_for_all(1, 1.0),
    ],
)
def test_nonsense_is_refused(ask: object) -> None:
    """A planner who mistypes must not get a number."""
    with pytest.raises(Refusal):
        ask()  # type: ignore[operator]


def _slope(_: float, m: Floats, rate: float, service_s: float) -> list[float]:
    return [rate - float(m[0]) / service_s]
