"""The answer to a sequence problem: who serves what in which order, what stays open and why. Imports no solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SequenceEngine = Literal["nothing to do", "insertion", "insertion, search", "vroom, search"]
"""What made the plan: nothing that can be served; regret insertion alone; large-neighbourhood search from the better of
regret insertion and, for "vroom, search", VROOM."""
WhyUnserved = Literal["no capable resource", "shift too short", "too late for anybody", "displaced"]
"""no capable resource: nobody holds the skills and may take a need; shift too short: even as the only need no capable
resource ends it within its shift; too late for anybody: even as the only need nobody starts by the due time;
displaced: somebody could serve it alone, and the plan spends that time on other needs."""


@dataclass(frozen=True, slots=True)
class SequenceLimits:
    """How much work a plan may take, counted in deterministic steps and never in wall time."""

    iterations: int = 3000
    """Rounds of removing and reinserting needs."""
    seed: int = 1
    """Of the search's own stream of random numbers, 1 to 2**31 - 2."""

    def __post_init__(self) -> None:
        """Hold the caller to the ranges."""
        assert self.iterations >= 0, "iterations are counted from 0"
        assert 1 <= self.seed <= 2**31 - 2, "the generator has no other states"


@dataclass(frozen=True, slots=True)
class SequenceTermination:
    """Why the search stopped, as a value."""

    reason: Literal["proven", "limit", "cut", "degraded"]
    """proven: the bound is reached; limit: the iterations came first; cut: the caller's budget ended before them, so the
    plan depends on the machine; degraded: an engine failed, see `detail`."""
    bound: int | None
    """A cost below which no plan that serves as much can lie; None when what can be served is itself open."""
    iterations: int
    """Rounds done."""
    detail: str = ""
    """In words, for a degraded answer: what went wrong."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One need in a route."""

    need: int
    """Index of the need."""
    start_s: int
    """When service starts."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A need in no route, and the first thing that stands in its way."""

    need: int
    why: WhyUnserved
    nearest: int | None
    """Index of the capable resource that could start first if it had nothing else to do; None without a capable one."""
    nearest_start_s: int | None
    """When that would be; for "too late for anybody" it lies after the due time."""


@dataclass(frozen=True, slots=True)
class SequencePlan:
    """Routes for one problem; indices are the problem's own."""

    routes: tuple[tuple[Stop, ...], ...]
    """(resources,) stops in order of service."""
    unserved: tuple[Unserved, ...]
    """By index of the need."""
    served_by_rank: tuple[tuple[int, int, int], ...]
    """(rank, served, needs) for every rank that occurs, the most urgent first."""
    points: int
    """Points of the needs served."""
    response: int
    """Weighted seconds of response of the needs served."""
    unserved_price: int
    """Weighted seconds for the needs left unserved."""
    travel_s: int
    """Seconds on the way, to the end places included."""
    engine: SequenceEngine
    seed: int
    termination: SequenceTermination

    def cost(self, aim: Literal["response", "travel"]) -> int:
        """What is minimised once ranks or points are settled."""
        return self.unserved_price + (self.response if aim == "response" else self.travel_s)
