"""The mathematics of who goes: needs, resources and prices in; allocation, proof and reasons out.

Knows no incident, no clock and no disk.
"""

from optimiser.allocation import Allocation, Certificate, Limits, Termination
from optimiser.columns import Columns, NeedFacts, ResourceFacts, StraightLine
from optimiser.counterfactual import RESOLVE_LIMITS, Change, Counterfactual, choosing, filling
from optimiser.exchange_prices import ExchangePrices, exchange_prices
from optimiser.explain import NeedExplanation, explain
from optimiser.kernels.augmenting import NEVER
from optimiser.kernels.sheet import warm_up
from optimiser.live import LiveDesk
from optimiser.meeting import meet
from optimiser.objective import (
    LOSS_LIMIT,
    LinearLoss,
    LogisticLoss,
    Loss,
    PowerLoss,
    ThresholdLoss,
    precedence_units,
    price_units,
    response_units,
)
from optimiser.price_account import PriceAccount, price_account
from optimiser.problem import PAIR_COST_LIMIT, UNITS_PER_SECOND, BoolArray, IntArray, Problem
from optimiser.refusals import Flaw, ProblemRefused, Refusal
from optimiser.regret import FACTORY_CAPS, Capped, cap_regret
from optimiser.session import Session
from optimiser.session_reasons import Exchange, Move, Reasons, TwinSaves, reasons, resource_prices
from optimiser.solve import solve
from optimiser.verify import verify

__all__ = [
    "FACTORY_CAPS",
    "LOSS_LIMIT",
    "NEVER",
    "PAIR_COST_LIMIT",
    "RESOLVE_LIMITS",
    "UNITS_PER_SECOND",
    "Allocation",
    "BoolArray",
    "Capped",
    "Certificate",
    "Change",
    "Columns",
    "Counterfactual",
    "Exchange",
    "ExchangePrices",
    "Flaw",
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
    "PriceAccount",
    "Problem",
    "ProblemRefused",
    "Reasons",
    "Refusal",
    "ResourceFacts",
    "Session",
    "StraightLine",
    "Termination",
    "ThresholdLoss",
    "TwinSaves",
    "cap_regret",
    "choosing",
    "exchange_prices",
    "explain",
    "filling",
    "meet",
    "precedence_units",
    "price_account",
    "price_units",
    "reasons",
    "resource_prices",
    "response_units",
    "solve",
    "verify",
    "warm_up",
]
