"""Shortest ways: by hand on a square, against brute force on random networks, and the same however they are asked for."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise

import numpy as np
import pytest

from incidents.quantities import Place, coordinates, distance_m
from incidents.roads import LEAST_TREES, NO_WAY, RoadNetwork, least_of_parallels
from tests.road_builders import SQUARE, a_network, at_random, brute_force, metres


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("lights", [True, False])
def test_times_are_those_of_brute_force(seed: int, lights: bool) -> None:
    """Floyd and Warshall try every node in between; networks of 2 to 24 nodes, sparse ones with parts that no road joins."""
    network = at_random(seed, 2 + 2 * seed, 3 + 5 * seed)
    least = brute_force(network, lights=lights)
    for goal in range(len(network.latitudes)):
        found = network.times_to_ms(goal, lights=lights).tolist()
        assert found == [NO_WAY if math.isinf(row[goal]) else row[goal] for row in least]


@pytest.mark.parametrize("seed", range(8))
def test_a_way_takes_the_time_that_was_said(seed: int) -> None:
    """A way is found from the times alone, so each step of it must be an arc and the steps must add up."""
    network = at_random(seed, 15, 45)
    step_ms = {(one, other): time for one, other, time in _arcs(network)}
    for origin in range(15):
        for goal in range(15):
            whole_ms, way = network.times_to_ms(goal, lights=True)[origin], network.way(origin, goal, lights=True)
            assert (way is None) == (whole_ms == NO_WAY)
            if way is not None:
                nodes = way.nodes.tolist()
                assert (nodes[0], nodes[-1], way.since_ms[-1]) == (origin, goal, whole_ms)
                steps = [step_ms[pair] for pair in pairwise(nodes)]
                assert np.cumsum([0, *steps]).tolist() == way.since_ms.tolist()


def _arcs(network: RoadNetwork) -> list[tuple[int, int, int]]:
    return list(zip(network.starts.tolist(), network.ends.tolist(), network.lights_ms.tolist(), strict=True))


def test_one_way_streets_are_one_way() -> None:
    """From 0 to 1 is one side of the square, back again the other three."""
    assert SQUARE.times_to_ms(1, lights=True)[0] == 100_000
    assert SQUARE.times_to_ms(0, lights=True)[1] == 300_000
    assert SQUARE.times_to_ms(0, lights=False)[1] == 600_000


def test_many_destinations_at_once_say_what_each_says_alone() -> None:
    """A matrix is worked out in batches, and a desk asks for one destination at a time."""
    network = at_random(5, 30, 90)
    goals = np.array([3, 7, 7, 0])
    together = network.work_out_ms(goals, lights=True)
    assert [row.tolist() for row in together] == [
        network.times_to_ms(int(goal), lights=True).tolist() for goal in goals
    ]


def test_the_nearest_node_is_the_nearest_by_great_circle() -> None:
    """A tree over points on the sphere must agree with looking at every node, also far north where degrees are narrow."""
    draw = np.random.default_rng(1)
    nodes = [(float(north), float(east)) for north, east in draw.random((60, 2)) * 5e6]
    network = a_network(nodes, [(0, 1, 1)])
    places = [metres(float(north), float(east)) for north, east in draw.random((80, 2)) * 5e6]
    found = network.snap(coordinates(places))
    for place, node, away_m in zip(places, found.nodes, found.metres, strict=True):
        all_m = [distance_m(place, Place(*each)) for each in zip(network.latitudes, network.longitudes, strict=True)]
        assert int(node) == int(np.argmin(all_m))
        assert away_m == pytest.approx(min(all_m), abs=0.01)


def test_a_node_that_may_not_be_joined_is_passed_over() -> None:
    """A motorway has nodes nearby that nobody can leave it at."""
    network = a_network([(0, 0), (0, 1000)], [(0, 1, 1)], closed=[0])
    assert network.snap(coordinates([metres(0, 20)])).nodes.tolist() == [1]


def test_of_parallel_arcs_the_least_time_of_each_kind_counts() -> None:
    """Two streets may lead from a corner to the next; a loop leads nowhere."""
    starts, ends, first = (np.array(each, dtype=np.int32) for each in ([0, 0, 1], [1, 1, 1], [5, 3, 9]))
    second = np.array([6, 8, 9], dtype=np.int32)
    found = least_of_parallels(starts, ends, first, second)
    assert [each.tolist() for each in found] == [[0], [1], [3], [6]]


def test_the_hash_is_of_the_network_and_not_of_the_order_of_its_arcs() -> None:
    """Two builds of one network must be one network, and any change of a time another."""
    arcs = [(0, 1, 5), (1, 0, 6), (1, 2, 7)]
    places = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)]
    one, turned = a_network(places, arcs), a_network(places, arcs[::-1])
    other = a_network(places, [(0, 1, 5), (1, 0, 6), (1, 2, 8)])
    assert one.hash == turned.hash
    assert one == turned
    assert one.hash != other.hash


def test_a_network_travels_to_another_process_without_what_it_remembers() -> None:
    """Workers of a simulation get a copy; memories of trees would be a hundred times its size."""
    network = at_random(2, 20, 60)
    small = len(pickle.dumps(network))
    network.times_to_ms(3, lights=True)
    again = pickle.loads(pickle.dumps(network))
    assert again == network
    assert len(pickle.dumps(network)) == small
    assert again.times_to_ms(3, lights=True).tolist() == network.times_to_ms(3, lights=True).tolist()


def test_what_is_remembered_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A year of incidents has as many destinations as the city has corners; memory must not grow with them."""
    monkeypatch.setattr("incidents.roads.TREES_BYTES", 0)
    network = at_random(3, 40, 120)
    for goal in range(40):
        network.times_to_ms(goal, lights=True)
    remembered = network._trees.cache_info()  # type: ignore[attr-defined]
    assert (remembered.currsize, remembered.maxsize) == (LEAST_TREES, LEAST_TREES)
