"""Minimum-cost flow over bulk arrays: the signature, and OR-Tools' cost-scaling engine behind it.

Goldberg (1997), "An efficient implementation of a scaling minimum-cost flow algorithm", J. Algorithms 22(1), 1-29,
doi:10.1006/jagm.1995.0805, as implemented in OR-Tools `SimpleMinCostFlow`. It multiplies costs by (nodes + 1), so the
caller keeps `(nodes + 1) * max cost` below `RANGE_LIMIT`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from ortools.graph.python import min_cost_flow as ortools_flow

from optimiser.problem import IntArray

RANGE_LIMIT = 2**60
"""Bound on (nodes + 1) * the greatest absolute arc cost: a quarter of what 62 bits hold, so potentials have room."""

OPTIMAL = "optimal"


@dataclass(frozen=True, slots=True)
class Network:
    """A flow network; supplies are positive at sources, negative at sinks, and add up to nothing."""

    tails: IntArray
    heads: IntArray
    capacities: IntArray
    costs: IntArray
    supplies: IntArray
    """(nodes,)"""


@dataclass(frozen=True, slots=True)
class FlowAnswer:
    """How an engine ended, and the flow on every arc (empty unless optimal)."""

    status: str
    flows: IntArray


class FlowKernel(Protocol):
    """Anything that finds a cheapest flow meeting every supply."""

    def __call__(self, network: Network) -> FlowAnswer:
        """Solve; `status` is `OPTIMAL` or the engine's own word for what went wrong."""
        ...


def min_cost_flow(network: Network) -> FlowAnswer:
    """Solve with OR-Tools; one thread, deterministic for a given network."""
    engine = ortools_flow.SimpleMinCostFlow()
    arcs = engine.add_arcs_with_capacity_and_unit_cost(network.tails, network.heads, network.capacities, network.costs)
    engine.set_nodes_supplies(np.arange(len(network.supplies)), network.supplies)
    status = engine.solve()
    if status != engine.OPTIMAL:
        return FlowAnswer(str(status), np.zeros(0, dtype=np.int64))
    return FlowAnswer(OPTIMAL, np.asarray(engine.flows(arcs), dtype=np.int64))
