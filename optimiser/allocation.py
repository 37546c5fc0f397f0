"""The answer to a problem: which pairs are chosen, what stays open, and why the search stopped. Imports no solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Engine = Literal["direct", "flow", "teams", "floor"]
"""What made the answer: a choice without competition, one flow, search over teams, or the greedy floor plan."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work a solve may do, counted in deterministic steps and never in wall time."""

    nodes: int = 200
    """Flows that the search over whole teams may solve; the first one is always solved."""


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


@dataclass(frozen=True, slots=True)
class Allocation:
    """A plan for one problem; indices are the problem's own."""

    chosen: tuple[int, ...]
    """Indices of chosen pairs, ascending."""
    unfilled: tuple[int, ...]
    """(rows,) positions left open."""
    filled_by_rank: tuple[tuple[int, int], ...]
    """(rank, positions filled) for every rank that occurs, the most urgent first."""
    cost: int
    """Total price of the chosen pairs in cost units."""
    engine: Engine
    termination: Termination

    @property
    def proven(self) -> bool:
        """Whether no better plan exists."""
        return self.termination.reason == "proven"
