"""The mathematics of who goes: needs, resources and prices in; allocation, proof and reasons out.

Knows no incident, no clock and no disk.
"""

from optimiser.allocation import Allocation, Limits, Termination
from optimiser.explain import NeedExplanation, explain
from optimiser.objective import (
    LOSS_LIMIT,
    LinearLoss,
    LogisticLoss,
    Loss,
    PowerLoss,
    ThresholdLoss,
    precedence_units,
    response_units,
)
from optimiser.problem import PAIR_COST_LIMIT, UNITS_PER_SECOND, BoolArray, IntArray, Problem
from optimiser.solve import solve
from optimiser.verify import verify

__all__ = [
    "LOSS_LIMIT",
    "PAIR_COST_LIMIT",
    "UNITS_PER_SECOND",
    "Allocation",
    "BoolArray",
    "IntArray",
    "Limits",
    "LinearLoss",
    "LogisticLoss",
    "Loss",
    "NeedExplanation",
    "PowerLoss",
    "Problem",
    "Termination",
    "ThresholdLoss",
    "explain",
    "precedence_units",
    "response_units",
    "solve",
    "verify",
]
