"""The kernels' quick arithmetic against routes walked through from the start."""

from __future__ import annotations

import numpy as np

from optimiser.kernels import routes as kernels
from optimiser.kernels.net import Routes
from optimiser.sequence_net import LUCK, Flattened, empty_routes, flattened
from optimiser.sequence_problem import SequenceProblem
from optimiser.sequence_report import route_cost
from tests.optimiser.street import random_street


def _some_routes(problem: SequenceProblem, seed: int) -> tuple[Flattened, Routes]:
    """Insert half of the needs at random feasible places."""
    flat = flattened(problem, compiled=False)
    net, draw = flat.net, np.random.default_rng(seed)
    found = empty_routes(net, compiled=False)
    for i in range(net.n):
        kernels.count_missed(net, found, i, 1)
    for i in draw.permutation(net.n)[: (net.n + 1) // 2].tolist():
        for at in range(i * net.m, i * net.m + net.cans[i]):
            j = net.can[at]
            price, spot = kernels.cheapest(net, found, i, j, [1, 1], 0)
            if price < kernels.NEVER and found.where[i] < 0:
                kernels.insert(net, found, i, j, spot)
    return flat, found


def _bare(flat: Flattened, found: Routes, j: int) -> list[int]:
    cells = range(j * flat.net.width, j * flat.net.width + found.size[j])
    return [flat.needs[found.seq[at]] for at in cells]


def test_the_price_of_an_insertion_is_what_the_route_then_costs_more() -> None:
    """Prices are worked out from shifts and suffix sums; every one must be what walking the route says."""
    for seed in range(250):
        problem = random_street(seed, metric=seed % 2 == 0)
        flat, found = _some_routes(problem, seed)
        net = flat.net
        for i in range(net.n):
            for j in range(net.m):
                if found.where[i] >= 0 or not net.able[i * net.m + j]:
                    continue
                route, resource = _bare(flat, found, j), flat.resources[j]
                tried = [[*route[:k], flat.needs[i], *route[k:]] for k in range(len(route) + 1)]
                costs = [cost for one in tried if (cost := route_cost(problem, resource, one)) is not None]
                before = route_cost(problem, resource, route)
                assert before is not None
                least = min(costs) - before if costs else kernels.NEVER
                assert kernels.cheapest(net, found, i, j, [1, 1], 0)[0] == least, (seed, i, j)


def test_taking_out_and_back_leaves_no_trace() -> None:
    """A rejected round must leave the plan as it was, or the search loses its footing."""
    from optimiser.sequence_net import scratch

    for seed in range(100):
        problem = random_street(seed)
        flat, found = _some_routes(problem, seed)
        net = flat.net
        memory = scratch(net, 7, net.n + 4, compiled=False)
        before = (
            list(found.where),
            list(found.missed),
            list(found.total),
            [_bare(flat, found, j) for j in range(net.m)],
        )
        kernels.begin_round(net, found, memory)
        kernels.recreate(net, found, memory, kernels.ruin(net, found, memory))
        kernels.take_back(net, found, memory)
        after = (
            list(found.where),
            list(found.missed),
            list(found.total),
            [_bare(flat, found, j) for j in range(net.m)],
        )
        assert after == before, seed


def test_totals_follow_every_round() -> None:
    """Cost and misses are kept up step by step; counted anew they must be the same."""
    from optimiser.sequence_net import scratch

    for seed in range(60):
        problem = random_street(seed, metric=False)
        flat, found = _some_routes(problem, seed)
        net = flat.net
        memory = scratch(net, 3, net.n + 4, compiled=False)
        for _ in range(20):
            kernels.begin_round(net, found, memory)
            kernels.recreate(net, found, memory, kernels.ruin(net, found, memory))
        walked = [route_cost(problem, flat.resources[j], _bare(flat, found, j)) for j in range(net.m)]
        assert None not in walked, seed
        left = [i for i in range(net.n) if found.where[i] < 0]
        assert found.total[0] == sum(cost or 0 for cost in walked) + sum(net.price[i] for i in left), seed
        for level in range(net.levels):
            assert found.missed[level] == sum(net.miss[i * net.levels + level] for i in left), seed


def test_the_generator_is_even_and_stays_inside() -> None:
    """A draw of ten faces, ten thousand times: each near a thousand (chi-square with 9 degrees below its 99.9 % point)."""
    state, faces = [12345, 54321], [0] * 10
    for _ in range(10_000):
        faces[kernels.draw(state, 10)] += 1
    assert sum((count - 1000) ** 2 / 1000 for count in faces) < 27.88


def test_luck_is_the_logarithm_of_even_numbers() -> None:
    """Its mean is 1 in units of 1024, as an exponential's; that is what makes the temperature one."""
    assert abs(sum(LUCK) / len(LUCK) / 1024 - 1) < 0.01
