"""The rivals of the simulated world, each as its own manuals write it: Ciw, SimPy's process idiom, and a loop over a heap.

All of them play what was drawn before, but for Ciw, which draws for itself. Waits are returned so that one sees that they agree.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any, NamedTuple

import simpy

from benchmarks.world_cases import MEAN_S, RATE_PER_S, SERVERS, SHARES


class Customer(NamedTuple):
    """When somebody rings, how urgent it is (0 first), and how long it takes; seconds."""

    at: float
    rank: int
    service_s: float


class Waits(NamedTuple):
    """How many were served, and how long each rank waited on average; seconds."""

    served: int
    mean_s: tuple[float, ...]


def has_ciw() -> bool:
    """Whether Ciw is installed, which nothing but this comparison needs."""
    return importlib.util.find_spec("ciw") is not None


def ciw_queue(customers: int, seed: int) -> Waits:
    """M/M/c with priorities in Ciw, for as long as about so many customers take."""
    ciw: Any = importlib.import_module("ciw")
    ciw.seed(seed)
    names = [f"rank {rank}" for rank in range(len(SHARES))]
    network = ciw.create_network(
        arrival_distributions={
            name: [ciw.dists.Exponential(RATE_PER_S * share)] for name, share in zip(names, SHARES, strict=True)
        },
        service_distributions={name: [ciw.dists.Exponential(1 / MEAN_S)] for name in names},
        priority_classes={name: rank for rank, name in enumerate(names)},
        number_of_servers=[SERVERS],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(customers / RATE_PER_S)
    waits: dict[str, list[float]] = {name: [] for name in names}
    for record in simulation.get_all_records():
        waits[record.customer_class].append(record.waiting_time)
    return _waits(list(waits.values()))


def simpy_queue(customers: Sequence[Customer]) -> Waits:
    """One process for each customer, and a PriorityResource."""
    environment = simpy.Environment()
    servers = simpy.PriorityResource(environment, capacity=SERVERS)
    waits: list[list[float]] = [[] for _ in SHARES]

    def customer(rank: int, service_s: float) -> simpy.events.ProcessGenerator:
        came = environment.now
        with servers.request(priority=rank) as request:
            yield request
            waits[rank].append(environment.now - came)
            yield environment.timeout(service_s)

    def source() -> simpy.events.ProcessGenerator:
        for at, rank, service_s in customers:
            yield environment.timeout(at - environment.now)
            environment.process(customer(rank, service_s))

    environment.process(source())
    environment.run()
    return _waits(waits)


def heap_queue(customers: Sequence[Customer]) -> Waits:
    """A loop over a heap of departures, with one more of those who wait: what the same queue costs at least."""
    waits: list[list[float]] = [[] for _ in SHARES]
    leaving: list[float] = []
    waiting: list[tuple[int, int]] = []
    free = SERVERS
    for number, (at, rank, service_s) in enumerate(customers):
        while leaving and leaving[0] <= at:
            now = heappop(leaving)
            if waiting:
                _, first = heappop(waiting)
                came, its_rank, its_s = customers[first]
                waits[its_rank].append(now - came)
                heappush(leaving, now + its_s)
            else:
                free += 1
        if free:
            free -= 1
            waits[rank].append(0.0)
            heappush(leaving, at + service_s)
        else:
            heappush(waiting, (rank, number))
    while waiting:
        now, (_, first) = heappop(leaving), heappop(waiting)
        came, its_rank, its_s = customers[first]
        waits[its_rank].append(now - came)
        heappush(leaving, now + its_s)
    return _waits(waits)


def _waits(waits: Sequence[Sequence[float]]) -> Waits:
    return Waits(sum(map(len, waits)), tuple(sum(each) / len(each) if each else 0.0 for each in waits))
