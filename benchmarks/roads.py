"""Searching a road network, beside the ways that come to mind first: one pair at a time, and in plain Python.

    MUSTER_DATA=... python -m benchmarks.roads

Auckland where `MUSTER_DATA` holds it, else a grid of the same size, and the first line says which. Every rival answers the same
question and must give the same milliseconds. With Auckland's data the scenario is then played four times with the same contacts:
on its roads, by the table of zones, by the fitted curve and by the straight line.
"""

from __future__ import annotations

import heapq
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.sparse.csgraph import dijkstra

from benchmarks.road_worlds import responses, whole_decisions
from incidents.quantities import Coordinates, Place
from incidents.road_times import RoadTimes
from incidents.roads import RoadNetwork, least_of_parallels
from simulation.roads.build import build
from simulation.roads.matrices import matrix_ms
from simulation.scenario_files import scenarios_root

SOURCES = 1020
RESOURCES = 300
SIDE = 233
T = TypeVar("T")


def cpu_s(act: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds of this process that `act` takes, and what it returns."""
    began = time.process_time()
    found = act()
    return time.process_time() - began, found


def grid() -> RoadNetwork:
    """A square city of about as many nodes as Auckland's network, with arcs of 3 to 9 seconds either way."""
    draw, number = np.random.default_rng(1), np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = [(number[:, :-1], number[:, 1:]), (number[:-1], number[1:])]
    starts = np.concatenate([each.ravel() for one, other in pairs for each in (one, other)]).astype(np.int32)
    ends = np.concatenate([each.ravel() for one, other in pairs for each in (other, one)]).astype(np.int32)
    times = draw.integers(3000, 9000, size=len(starts)).astype(np.int32)
    starts, ends, lights, normal = least_of_parallels(starts, ends, times, times * 14 // 10)
    north, east = np.divmod(np.arange(SIDE * SIDE), SIDE)
    may_join = np.ones(SIDE * SIDE, dtype=np.bool_)
    places = (-36.9 + north * 0.0006, 174.7 + east * 0.0007)
    return RoadNetwork("grid", "-", "-", "random", *places, may_join, starts, ends, lights, normal)


def plain_times(network: RoadNetwork) -> Callable[[int, int | None], dict[int, int]]:
    """Dijkstra's method with a heap in plain Python; it stops at `goal` if there is one."""
    out: list[list[tuple[int, int]]] = [[] for _ in network.latitudes]
    for one, other, ms in zip(network.starts.tolist(), network.ends.tolist(), network.lights_ms.tolist(), strict=True):
        out[one].append((other, ms))

    def times(origin: int, goal: int | None) -> dict[int, int]:
        done: dict[int, int] = {}
        waiting = [(0, origin)]
        while waiting:
            ms, node = heapq.heappop(waiting)
            if node in done:
                continue
            done[node] = ms
            if node == goal:
                break
            for other, step_ms in out[node]:
                if other not in done:
                    heapq.heappush(waiting, (ms + step_ms, other))
        return done

    return times


def matrices(network: RoadNetwork, plain: Callable[[int, int | None], dict[int, int]]) -> Table:
    """Many to many: 1,020 places, with lights and without."""
    draw = np.random.default_rng(2)
    nodes = draw.choice(np.flatnonzero(network.may_join), SOURCES, replace=False)
    places = [Place(float(network.latitudes[node]), float(network.longitudes[node])) for node in nodes]
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours_s, ours = cpu_s(lambda: [matrix_ms(network, places, places, lights=lights) for lights in (True, False)])
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1000
    size = len(network.latitudes)
    graph = network.graph(lights=True)
    few = 20
    alone_s, alone = cpu_s(lambda: [dijkstra(graph, indices=np.array([node]))[0] for node in nodes[:few]])
    plain_s, slow = cpu_s(lambda: [plain(int(node), None) for node in nodes[:3]])
    assert all((ours[0][at] == alone[at][nodes]).all() for at in range(few)), "scipy finds other times"
    assert all(ours[0][at, to] == slow[at][int(nodes[to])] for at in range(3) for to in range(SOURCES)), (
        "plain Python too"
    )
    table = Table(
        "how", "CPU s", "times ours", "most memory beyond the network, MB", title=f"{SOURCES:,} places x 2 speeds"
    )
    table.add_row("in batches, backwards", f"{ours_s:.1f}", "1", f"{grown_mb:.0f}")
    every_s = alone_s / few * SOURCES * 2
    whole_mb = 2 * SOURCES * size * 8 / 1e6
    table.add_row(
        f"scipy one by one, all kept (from {few})", f"{every_s:.1f}", f"{every_s / ours_s:.1f}", f"{whole_mb:.0f}"
    )
    heap_s = plain_s / 3 * SOURCES * 2
    table.add_row("heap in plain Python (from 3)", f"{heap_s:.0f}", f"{heap_s / ours_s:.0f}", "-")
    return table


def one_decision(network: RoadNetwork, plain: Callable[[int, int | None], dict[int, int]]) -> Table:
    """One incident, 300 resources somewhere in the city."""
    draw = np.random.default_rng(3)
    joinable = np.flatnonzero(network.may_join)
    here, goals = draw.choice(joinable, RESOURCES), draw.choice(joinable, 20, replace=False)
    origins = Coordinates(*(np.radians(each[here]) for each in (network.latitudes, network.longitudes)))
    places = [Place(float(network.latitudes[goal]), float(network.longitudes[goal])) for goal in goals]
    travel = RoadTimes(network, off_road_mps=1.4, snap_limit_m=1000)
    travel.travel_many_s(origins, Place(0, 0), lights=True)

    def ask() -> list[list[float]]:
        return [travel.travel_many_s(origins, place, lights=True).tolist() for place in places]

    cold_s, found = cpu_s(ask)
    warm_s, _ = cpu_s(ask)
    graph = network.graph(lights=True)
    few = 20
    each_s, each = cpu_s(lambda: [dijkstra(graph, indices=np.array([node]))[0][goals[0]] for node in here[:few]])
    pair_s, pairs = cpu_s(lambda: [plain(int(node), int(goals[0]))[int(goals[0])] for node in here[:few]])
    assert [round(value * 1000) for value in found[0][:few]] == [round(value) for value in each] == pairs
    ours_ms = cold_s / len(places) * 1000
    table = Table("how", "searches", "CPU ms", "times ours", title=f"one incident, {RESOURCES} resources, {few} places")
    table.add_row("backwards from the incident", "1", f"{ours_ms:.1f}", "1")
    table.add_row("the same place again", "0", f"{warm_s / len(places) * 1000:.2f}", f"{warm_s / cold_s:.2f}")
    for name, taken_s in (("scipy, one by one", each_s), ("heap in plain Python, to the goal", pair_s)):
        whole_ms = taken_s / few * RESOURCES * 1000
        table.add_row(f"{name} (from {few})", str(RESOURCES), f"{whole_ms:,.0f}", f"{whole_ms / ours_ms:,.0f}")
    return table


def main() -> None:
    """Print the tables."""
    console = Console(width=130)
    folder = Path(os.environ.get("MUSTER_DATA", "")) / "auckland_jemss"
    is_real = folder.is_dir() and bool(os.environ.get("MUSTER_DATA"))
    began_s, network = cpu_s(
        lambda: build(scenarios_root() / "roads" / "auckland.yaml", folder).network if is_real else grid()
    )
    what = f"{network.name}: {len(network.latitudes):,} nodes, {len(network.starts):,} arcs"
    console.print(f"{what}, read and built in {began_s:.1f} CPU s; {network.attribution}, {network.licence}")
    plain = plain_times(network)
    console.print(matrices(network, plain))
    console.print(one_decision(network, plain))
    console.print(whole_decisions(network))
    if is_real:
        console.print(responses(network))
    else:
        console.print("MUSTER_DATA holds no auckland_jemss: the scenario is not played on roads")


if __name__ == "__main__":
    main()
