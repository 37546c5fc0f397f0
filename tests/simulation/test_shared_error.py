"""Bounds against published tables, the error of repeated looks against simulation, and Holm's steps by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from simulation.shared_error import bounds, crossing, holm, nominal_levels, spent
from simulation.terms import Spending

LAN_DEMETS: list[tuple[Spending, int, list[float]]] = [
    ("obrien-fleming", 4, [4.3326, 2.9631, 2.3590, 2.0141]),
    ("obrien-fleming", 5, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
    ("pocock", 5, [2.4380, 2.4268, 2.4102, 2.3966, 2.3860]),
]


@pytest.mark.parametrize(("spending", "looks", "published"), LAN_DEMETS)
def test_bounds_agree_with_published_tables(spending: Spending, looks: int, published: list[float]) -> None:
    """Reboussin, DeMets, Kim and Lan 2000, Controlled Clinical Trials 21, 190-207: two-sided 5 %, looks equally apart."""
    assert bounds(tuple(range(1, looks + 1)), spending, 0.05) == pytest.approx(published, abs=2e-4)


@pytest.mark.parametrize(
    ("looks", "constant", "power"),
    [(4, 2.024, 0.5), (5, 2.040, 0.5), (4, 2.361, 0.0), (5, 2.413, 0.0), (2, 1.977, 0.5), (2, 2.178, 0.0)],
)
def test_the_classical_bounds_are_crossed_as_often_as_their_table_says(
    looks: int, constant: float, power: float
) -> None:
    """Jennison and Turnbull 2000, tables 2.1 (Pocock) and 2.3 (O'Brien-Fleming): constants for 5 %, given to three digits."""
    limits = [constant * (looks / look) ** power for look in range(1, looks + 1)]
    assert crossing([look / looks for look in range(1, looks + 1)], limits) == pytest.approx(0.05, abs=1.5e-4)


def test_one_look_is_a_plain_test() -> None:
    """Nothing is shared with nobody."""
    assert nominal_levels((40,), "obrien-fleming", 0.05) == pytest.approx((0.05,))


@settings(max_examples=25, deadline=None)
@given(
    at=st.lists(st.integers(2, 200), min_size=2, max_size=5, unique=True).map(lambda runs: tuple(sorted(runs))),
    spending=st.sampled_from(["obrien-fleming", "pocock"]),
    alpha=st.sampled_from([0.1, 0.05, 0.01, 0.05 / 30]),
)
def test_all_looks_together_err_as_much_as_alpha(at: tuple[int, ...], spending: Spending, alpha: float) -> None:
    """However the looks are spaced; what an early look could not spend is spent later."""
    if any(later < 1.01 * earlier for earlier, later in itertools.pairwise(at)):
        return
    shares = [runs / at[-1] for runs in at]
    assert crossing(shares, bounds(at, spending, alpha)) == pytest.approx(alpha, rel=1e-4)


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_what_is_spent_grows_to_alpha(spending: Spending) -> None:
    """A spending function ends at alpha and never takes back."""
    shares = [spent(spending, 0.025, share / 20) for share in range(1, 21)]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(0.025)


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_levels_grow_with_the_share_of_alpha_at_every_look(spending: Spending) -> None:
    """Holm's steps with looks ask for it: who has more to spend is never held to a smaller p-value."""
    by_tests = [nominal_levels((10, 20, 40), spending, 0.05 / tests) for tests in range(30, 0, -1)]
    assert all(
        less <= more for one, other in itertools.pairwise(by_tests) for less, more in zip(one, other, strict=True)
    )


@pytest.mark.parametrize(("spending", "seed"), [("obrien-fleming", 1), ("pocock", 2)])
def test_three_looks_with_students_t_err_no_more_than_alpha(spending: Spending, seed: int) -> None:
    """Bounds are for the normal statistic; held to the same tail, t keeps to 5 % (30,000 experiments, 4 standard deviations)."""
    at, experiments = (10, 20, 40), 30_000
    drawn = np.random.default_rng(seed).normal(size=(experiments, at[-1]))
    crossed = np.zeros(experiments, dtype=bool)
    for runs, level in zip(at, nominal_levels(at, spending, 0.05), strict=True):
        seen = drawn[:, :runs]
        ratio = np.abs(seen.mean(axis=1)) / seen.std(axis=1, ddof=1) * math.sqrt(runs)
        crossed |= 2 * special.stdtr(runs - 1, -ratio) <= level
    slack = 4 * math.sqrt(0.05 * 0.95 / experiments)
    assert 0.05 - slack - 0.003 < crossed.mean() < 0.05 + slack + 0.003


def test_holm_goes_down_in_steps_and_stops() -> None:
    """0.01 <= 0.05/4; 0.013 <= 0.05/3; 0.03 > 0.05/2 stops; 0.04 would be under 0.05 and comes too late."""
    found = holm([0.04, 0.013, 0.01, 0.03], lambda left: 0.05 / left)
    assert [is_rejected for is_rejected, _ in found] == [False, True, True, False]
    assert [level for _, level in found] == pytest.approx([0.025, 0.05 / 3, 0.0125, 0.025])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_lies_between_bonferroni_and_no_correction(p_values: list[float]) -> None:
    """It rejects whatever Bonferroni rejects, and nothing above alpha."""
    found = [is_rejected for is_rejected, _ in holm(p_values, lambda left: 0.05 / left)]
    assert all(rejected for p, rejected in zip(p_values, found, strict=True) if p <= 0.05 / len(p_values))
    assert not any(rejected for p, rejected in zip(p_values, found, strict=True) if p > 0.05)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_a_smaller_p_value_is_never_worse_off(p_values: list[float]) -> None:
    """What is rejected comes before what is not."""
    found = [is_rejected for is_rejected, _ in holm(p_values, lambda left: 0.05 / left)]
    rejected = [p for p, is_rejected in zip(p_values, found, strict=True) if is_rejected]
    kept = [p for p, is_rejected in zip(p_values, found, strict=True) if not is_rejected]
    assert not rejected or not kept or max(rejected) <= min(kept)
