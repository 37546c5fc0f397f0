"""The mathematics of who goes: needs, resources and prices in; allocation, proof and reasons out.

Knows no incident, no clock and no disk.
"""

from optimiser.allocation import Allocation, Certificate, Limits, Termination
from optimiser.columns import Columns, NeedFacts, ResourceFacts, StraightLine
from optimiser.counterfactual import RESOLVE_LIMITS, Change, Counterfactual, choosing, filling
from optimiser.exchange_prices import ExchangePrices, exchange_prices
from optimiser.explain import NeedExplanation, explain
from optimiser.kernels.augmenting import NEVER, warm_up
from optimiser.live import LiveDesk
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
from optimiser.session import Session
from optimiser.session_reasons import Exchange, Move, Reasons, TwinSaves, reasons, resource_prices
from optimiser.solve import solve
from optimiser.verify import verify

__all__ = [
    "LOSS_LIMIT",
    "NEVER",
    "PAIR_COST_LIMIT",
    "RESOLVE_LIMITS",
    "UNITS_PER_SECOND",
    "Allocation",
    "BoolArray",
    "Certificate",
    "Change",
    "Columns",
    "Counterfactual",
    "Exchange",
    "ExchangePrices",
    "IntArray",
    "Limits",
    "LinearLoss",
    "LiveDesk",
    "LogisticLoss",
    "Loss",
    "Move",
    "NeedExplanation",
    "NeedFacts",
    "PowerLoss",
    "Problem",
    "Reasons",
    "ResourceFacts",
    "Session",
    "StraightLine",
    "Termination",
    "ThresholdLoss",
    "TwinSaves",
    "choosing",
    "exchange_prices",
    "explain",
    "filling",
    "precedence_units",
    "reasons",
    "resource_prices",
    "response_units",
    "solve",
    "verify",
    "warm_up",
]
