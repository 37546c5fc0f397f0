"""The answer to a problem: which pairs are chosen, what stays open, and why the search stopped. Imports no solver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from optimiser.problem import IntArray

Engine = Literal[
    "direct", "augmenting", "assignment", "session", "flow", "teams", "enumeration", "highs", "cp-sat", "floor"
]
"""What made the answer: a choice without competition, compiled augmenting paths, scipy's assignment, a session, one flow, search
over teams by flows, a whole-number programme solved by HiGHS or by CP-SAT, or the greedy floor plan. Of several components, the
last of these that any of them needed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work a solve may do, counted in deterministic steps and never in wall time."""

    nodes: int = 200
    """Flows that the search over whole teams may solve, with five nodes of contests for each; the first flow is always solved."""
    programme_work: float = 2.0
    """Deterministic seconds that CP-SAT may take for each stage of a component that is no flow."""
    programme_nodes: int = 500
    """Nodes that HiGHS may open for each stage of a component of teams that the flows have left open; 0: it is not asked."""


@dataclass(frozen=True, slots=True)
class Termination:
    """Why the search stopped, as a value."""

    reason: Literal["proven", "limit", "degraded"]
    """proven: no better plan exists; limit: the work limit came first; degraded: the engine failed, see `detail`."""
    bound: int | None
    """A cost in units below which no plan filling as many positions per rank can lie; None when the number of
    positions that can be filled is itself open."""
    cost: int
    """Cost of the answer in units."""
    nodes: int
    """Flows solved."""
    detail: str = ""
    """In words, for a degraded answer: what went wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """Prices that prove an allocation of one resource per row optimal to anybody who can add.

    Leaving a row open has a price that depends on its rank alone; between two ranks, and below the last, lies more than all
    rows together can cost. Then u + v <= cost on every pair, u <= the price of staying open, v <= 0, and all of u and v add up
    to what the plan costs, open rows included. No plan can cost less than such a sum.
    """

    rows: IntArray
    """(rows,) u: what a row pays."""
    resources: IntArray
    """(resources,) v: minus the price of a resource."""
    opens: IntArray
    """(rows,) what it costs to leave a row open."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """A plan for one problem; indices are the problem's own."""

    chosen: tuple[int, ...]
    """Indices of chosen pairs, ascending."""
    unfilled: tuple[int, ...]
    """(rows,) positions left open; none for alternatives that the need does not use."""
    filled_by_rank: tuple[tuple[int, int], ...]
    """(rank, positions filled) for every rank that occurs, the most urgent first; F_k of `problem`, so without optional
    needs, and with the greatest alternative of a need standing for whichever fills it."""
    cost: int
    """C of `problem` in cost units: the price of the chosen pairs and of optional needs left open."""
    engine: Engine
    termination: Termination
    broken: tuple[tuple[str, str], ...] = ()
    """(rule, whom it is about) for every rule that forced pins break, sorted."""
    parts: tuple[tuple[Engine, int], ...] = ()
    """(engine, parts it solved) where components went to different engines."""
    certificate: Certificate | None = field(default=None, compare=False, repr=False)
    """What `verify` proves optimality from, where the engine has it."""

    @property
    def proven(self) -> bool:
        """Whether no better plan exists."""
        return self.termination.reason == "proven"
