"""Goals: an indicator has one bound, and is read off the measures of a log."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from incidents.goals import Aim, Indicator, reached
from incidents.measures import Measures


@pytest.mark.parametrize("bounds", [{}, {"at_most": 1, "at_least": 0}])
def test_an_indicator_has_one_bound(bounds: dict[str, Any]) -> None:
    """Without a bound nothing is aimed at, and with two it is not said which way is up."""
    with pytest.raises(ValidationError, match="either `at_most` or `at_least`"):
        Indicator.model_validate({"measure": "unreached", **bounds})


@pytest.mark.parametrize(
    ("bounds", "figure", "is_met"),
    [
        ({"at_most": 10}, 10, True),
        ({"at_most": 10}, 10.1, False),
        ({"at_least": 0.9}, 0.9, True),
        ({"at_least": 0.9}, 0.89, False),
        ({"at_most": 10}, math.nan, False),
        ({"at_least": 0}, math.nan, False),
    ],
)
def test_a_figure_keeps_the_bound_or_not(bounds: dict[str, Any], figure: float, is_met: bool) -> None:
    """What was never observed cannot show that an objective is met."""
    assert Indicator.model_validate({"measure": "unreached", **bounds}).is_met_by(figure) is is_met


def test_the_indicators_are_read_off_the_measures_in_order() -> None:
    """A monitor and a simulation speak of the same figures."""
    aim = {"objectives": {"soon": {"indicators": [{"measure": "response_s.p90.all", "at_most": 8}]},
                          "all": {"indicators": [{"measure": "unreached", "at_most": 0}]}}}  # fmt: skip
    measures = Measures(0, 1, {("response_s", "all"): np.array([1.0, 9.0])}, {"unreached": 0.0}, {})
    found = reached({"help": Aim.model_validate(aim)}, measures)
    assert [(each.objective, each.figure, each.is_met) for each in found] == [("soon", 9.0, False), ("all", 0.0, True)]
