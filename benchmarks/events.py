"""One event at a time in a live room: kept duals beside raw min-cost flow from scratch.

Every event writes its facts, prices its row or column, restores the exact optimum and explains the need concerned; a sixth
each of arrivals, closings, resources freed, lost and moved, and needs re-ranked. Times are processor time; 1/100 means a
hundredth of raw OR-Tools flow on prepared arrays of the same room. A fifth of the plans of the smallest room, and twenty of
every other, are compared with a cold solve. Run as `python -m benchmarks.events`, with `large` for 1,000 x 2,000.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.instances import HAVING, SIDE_M, TURNOUT_S, WEIGHTS, flow_arrays, raw_flow
from optimiser import solve, verify
from optimiser.columns import NeedFacts, ResourceFacts, StraightLine
from optimiser.kernels.compiling import has_numba
from optimiser.live import LiveDesk

ROOMS = ((50, 100, 600), (200, 500, 3_000), (500, 200, 3_000))
"""Needs, resources, events."""
LARGE = (1_000, 2_000, 1_800)
REACH_LIMIT_S = {"dense": float("inf"), "medium": 800.0, "sparse": 350.0}
KINDS = ("arrival", "closing", "freed", "lost", "moved", "re-ranked")
SEED = 1


class Room:
    """A desk on a map, and random events on it."""

    def __init__(self, needs: int, resources: int, density: str) -> None:
        self.draw = np.random.default_rng([SEED, needs, resources])
        limit_s = REACH_LIMIT_S[density]
        self.desk = LiveDesk(StraightLine(), needs=needs + 32, resources=resources + 32, reach_limit_s=limit_s)
        self.needs: dict[str, NeedFacts] = {}
        self.resources: dict[str, ResourceFacts] = {}
        self.serial = 0
        for _ in range(resources):
            self.event("freed")()
        for _ in range(needs):
            self.event("arrival")()

    def event(self, kind: str) -> Callable[[], object]:
        """Draw an event; calling the result makes it happen."""
        desk = self.desk
        if kind in ("arrival", "re-ranked"):
            name, need = self._need(kind == "re-ranked")
            self.needs[name] = need
            happens = desk.need_changes if kind == "re-ranked" else desk.need_arrives
            return lambda: happens(name, need)
        if kind in ("freed", "moved"):
            name, resource = self._resource(kind == "moved")
            self.resources[name] = resource
            moves = desk.resource_moves if kind == "moved" else desk.resource_is_free
            return lambda: moves(name, resource)
        if kind == "closing":
            name = str(self.draw.choice(list(self.needs)))
            del self.needs[name]
            return lambda: desk.need_closes(name)
        name = str(self.draw.choice(list(self.resources)))
        del self.resources[name]
        return lambda: desk.resource_is_lost(name)

    def is_exact(self) -> bool:
        """Whether the plan is that of a cold solve, and its certificate holds."""
        problem = self.desk.session.problem()
        allocation = self.desk.session.allocation(problem)
        return allocation.chosen == solve(problem).chosen and verify(problem, allocation) == ()

    def _need(self, known: bool) -> tuple[str, NeedFacts]:
        rank = int(self.draw.integers(1, 5))
        if known:
            name = str(self.draw.choice(list(self.needs)))
            was = self.needs[name]
            return name, NeedFacts(rank, was.skill, was.x_m, was.y_m, float(WEIGHTS[rank]), was.waited_s)
        self.serial += 1
        x_m, y_m = (self.draw.random(2) * SIDE_M).tolist()
        return f"n{self.serial}", NeedFacts(rank, int(self.draw.integers(0, 4)), x_m, y_m, float(WEIGHTS[rank]))

    def _resource(self, known: bool) -> tuple[str, ResourceFacts]:
        if known:
            name = str(self.draw.choice(list(self.resources)))
            was = self.resources[name]
            # Half a minute on the road.
            east, north = (self.draw.normal(size=2) * 300.0).tolist()
            return name, ResourceFacts(was.skills, was.x_m + east, was.y_m + north, was.ready_s)
        self.serial += 1
        x_m, y_m = (self.draw.random(2) * SIDE_M).tolist()
        skills = tuple(np.flatnonzero(self.draw.random(4) < HAVING).tolist())
        return f"r{self.serial}", ResourceFacts(skills, x_m, y_m, TURNOUT_S)


def main() -> None:
    """Print the ratios, all events together and the slowest kind."""
    heads = "needs x resources", "pairs", "raw flow ms", "p50 us", "p99 us", "p50", "p99"
    table = Table(*heads, *(f"{kind} p50 / p99 us" for kind in KINDS))
    for needs, resources, events in (*ROOMS, *([LARGE] if "large" in sys.argv else [])):
        for density in REACH_LIMIT_S:
            table.add_row(*_cells(needs, resources, density, events))
    Console(width=190).print(table)
    Console(width=190).print(f"numba: {has_numba()}")


def _cells(needs: int, resources: int, density: str, events: int) -> list[str]:
    room = Room(needs, resources, density)
    problem = room.desk.session.problem()
    arrays = flow_arrays(problem)
    took_s: dict[str, list[float]] = {kind: [] for kind in KINDS}
    raw_s: list[float] = []
    for number in range(events):
        kind = KINDS[number % len(KINDS)]
        happens = room.event(kind)
        began = time.process_time()
        happens()
        took_s[kind].append(time.process_time() - began)
        # Raw flow is timed in between, so that both meet the same weather on the machine.
        if number % (events // 6) == 0:
            began = time.process_time()
            raw_flow(arrays)
            raw_s.append(time.process_time() - began)
        if number % (events // 20 if needs > 50 else 5) == 0:
            assert room.is_exact(), f"{needs} x {resources}, event {number}: {kind}"
    together = np.concatenate([took_s[kind] for kind in KINDS])
    p50_s, p99_s = np.percentile(together, (50, 99))
    raw = float(np.median(raw_s))
    cells = [f"{needs:,} x {resources:,} {density}", f"{len(problem.pair_rows):,}", f"{raw * 1000:.2f}"]
    cells += [f"{p50_s * 1e6:.0f}", f"{p99_s * 1e6:.0f}", f"1/{raw / p50_s:.0f}", f"1/{raw / p99_s:.0f}"]
    return cells + ["{:.0f} / {:.0f}".format(*(np.percentile(took_s[kind], (50, 99)) * 1e6)) for kind in KINDS]


if __name__ == "__main__":
    main()
