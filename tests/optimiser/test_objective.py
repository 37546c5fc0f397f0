"""Losses as data: monotone, zero at nought, capped, and worth what their formulas say."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.objective import (
    LOSS_LIMIT,
    LinearLoss,
    LogisticLoss,
    Loss,
    PowerLoss,
    ThresholdLoss,
    loss_s,
    precedence_units,
    response_units,
)
from optimiser.refusals import ProblemRefused

LOSSES: dict[str, Loss] = {
    "linear": LinearLoss(),
    "power": PowerLoss(exponent=2.0, scale_s=480.0),
    "threshold": ThresholdLoss(target_s=480.0, missed_s=600.0),
    "logistic": LogisticLoss(),
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())


@every_loss
def test_a_longer_reach_never_costs_less(loss: Loss) -> None:
    """Otherwise a farther ambulance could be preferred."""
    reach_s = np.linspace(0, 100_000, 5_001)
    for waited_s in (0.0, 400.0, 5_000.0):
        assert (np.diff(response_units(loss, 3.0, waited_s, reach_s)) >= 0).all()


@every_loss
def test_a_greater_weight_never_costs_less(loss: Loss) -> None:
    """Weights say what a second is worth, so the price must follow them."""
    weights = np.linspace(0, 50, 101)
    assert (np.diff(response_units(loss, weights, 60.0, 300.0)) >= 0).all()


@every_loss
def test_being_there_already_costs_nothing(loss: Loss) -> None:
    """What has been waited is spent whoever goes."""
    assert response_units(loss, 8.0, 1_000.0, 0.0) == 0


@every_loss
def test_no_price_exceeds_the_limit(loss: Loss) -> None:
    """The flow engine's 64 bits rest on this cap."""
    assert response_units(loss, 1e6, 1e7, 1e7) <= LOSS_LIMIT


def test_linear_units_are_tenths_of_weighted_seconds() -> None:
    """One unit for everybody who adds a term: 8 x 12.34 s is 987 tenths."""
    assert response_units(LinearLoss(), 8.0, 500.0, 12.34) == 987


def test_power_loss_at_its_scale_equals_the_time() -> None:
    """The scale is where power and linear agree, so that weights keep their meaning."""
    assert loss_s(PowerLoss(exponent=3.0, scale_s=600.0), np.array(600.0)) == pytest.approx(600.0)


def test_a_missed_target_costs_its_price_once() -> None:
    """From 479 s to 481 s: two seconds and the 600 for missing it."""
    assert response_units(ThresholdLoss(), 1.0, 479.0, 2.0) == 6_020


def test_logistic_loss_follows_de_maio() -> None:
    """At eight minutes the published curve leaves 5.9 % alive, at none 33.6 %."""
    lost = loss_s(LogisticLoss(scale_s=1.0), np.array(480.0))
    assert lost == pytest.approx(1 - 0.0587 / 0.3365, abs=1e-3)


def test_arguments_broadcast_over_pairs() -> None:
    """Prices of a whole problem come from one call."""
    units = response_units(LinearLoss(), np.array([1.0, 2.0]), np.array([0.0, 9.0]), np.array([10.0, 20.0]))
    assert units.tolist() == [100, 400]


def test_the_longest_wait_takes_precedence() -> None:
    """Without it nothing says who goes first when there is no travel at all, as in a call centre."""
    assert precedence_units([1.0, 1.0, 2.0], [30.0, 10.0, 20.0]).tolist() == [100, 300, 0]


def test_half_a_share_of_precedence_costs_half() -> None:
    """How much seniority may outweigh distance is the centre's choice."""
    assert precedence_units([1.0, 1.0], [30.0, 10.0], share=0.5).tolist() == [0, 100]


@pytest.mark.parametrize(
    "make",
    [
        lambda: PowerLoss(exponent=0.5),
        lambda: PowerLoss(scale_s=0.0),
        lambda: ThresholdLoss(target_s=-1.0),
        lambda: ThresholdLoss(missed_s=float("inf")),
        lambda: LogisticLoss(slope_per_s=-0.1),
        lambda: LogisticLoss(intercept=float("nan")),
    ],
    ids=["concave power", "no scale", "negative target", "infinite price", "survival that rises", "not a number"],
)
def test_a_loss_that_is_no_loss_is_refused(make: type[Loss]) -> None:
    """A falling loss would send the farthest unit."""
    with pytest.raises(ProblemRefused):
        make()
