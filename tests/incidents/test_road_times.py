"""Driving on roads: by hand on a square of one-way streets, off the road and back, and where somebody is on the way."""

from __future__ import annotations

import math

import numpy as np
import pytest

from incidents import facts as f
from incidents.centre import Centre
from incidents.desk import Desk
from incidents.quantities import NeedId, Place, ResourceId, coordinates, distance_m
from incidents.refusals import Refusal
from incidents.road_times import RoadTimes
from incidents.roads import RoadNetwork
from incidents.travel import TravelTimes
from tests.builders import a_desk, a_procedure, an_incident, at, gone, held, proposed
from tests.road_builders import SQUARE, a_network, at_random, metres, on_roads

WALK_MPS = 2.0


def on(network: RoadNetwork, limit_m: float = 500) -> TravelTimes:
    """Times on a network, off it at 2 m/s."""
    return RoadTimes(network, off_road_mps=WALK_MPS, snap_limit_m=limit_m)


def test_off_the_road_everybody_is_slow() -> None:
    """20 m to the corner at 2 m/s, one side of the square, 40 m from the next: 10 + 100 + 20 s; the side twice in the dark."""
    origin, goal = metres(-20, 0), metres(-40, 1000)
    assert on(SQUARE).travel_s(origin, goal, lights=True) == pytest.approx(130)
    assert on(SQUARE).travel_s(origin, goal, lights=False) == pytest.approx(230)


def test_two_places_at_one_corner_are_joined_by_the_straight_line() -> None:
    """From 20 m west to 20 m north of a corner one need not pass it: 28.3 m at 2 m/s."""
    assert on(SQUARE).travel_s(metres(0, -20), metres(20, 0), lights=True) == pytest.approx(14.142, abs=0.01)
    assert on(SQUARE).travel_s(metres(0, -20), metres(0, -20), lights=True) == 0


def test_a_place_beyond_the_limit_has_no_time_and_one_within_has() -> None:
    """Who is out at sea cannot be driven to, and says how far it is."""
    near, far = metres(-499, 0), metres(-501, 0)
    travel = on(SQUARE)
    assert not math.isnan(travel.travel_s(near, metres(0, 1000), lights=True))
    assert math.isnan(travel.travel_s(far, metres(0, 1000), lights=True))
    assert math.isnan(travel.travel_s(metres(0, 1000), far, lights=True))
    assert travel.obstacle(near) is None
    assert travel.obstacle(far) == "501 m from the nearest road, limit 500 m"


def test_where_no_road_leads_there_is_no_time() -> None:
    """A one-way street cannot be driven back."""
    travel = on(a_network([(0, 0), (0, 1000)], [(0, 1, 100_000)]))
    assert travel.travel_s(metres(0, 0), metres(0, 1000), lights=True) == pytest.approx(100)
    assert math.isnan(travel.travel_s(metres(0, 1000), metres(0, 0), lights=True))


@pytest.mark.parametrize("seed", range(4))
def test_the_seconds_of_some_are_those_of_all(seed: int) -> None:
    """Only those that moved are worked out again, so it must not matter with whom one is worked out."""
    draw = np.random.default_rng(seed)
    travel = on(at_random(seed, 40, 160), limit_m=3000)
    places = [metres(float(north), float(east)) for north, east in draw.random((50, 2)) * 6000]
    together = travel.travel_many_s(coordinates([*places, None]), places[0], lights=True)
    apart = [travel.travel_s(place, places[0], lights=True) for place in places]
    assert np.array_equal(together, [*apart, math.nan], equal_nan=True)
    assert np.nanmin(together) >= 0


def test_on_the_road_one_is_at_the_nearer_of_two_corners() -> None:
    """From corner 1 to 0 there are three sides of 100 s: after 40 s still at 1, after 60 s and 140 s at 2, after 170 s at 3."""
    travel, origin, goal = on(SQUARE), metres(0, 1000), metres(0, 0)
    corner = {1: metres(0, 1000), 2: metres(1000, 1000), 3: metres(1000, 0)}
    for gone_s, name in ((40, 1), (60, 2), (140, 2), (170, 3)):
        assert distance_m(travel.on_the_way(origin, goal, gone_s / 300, lights=True), corner[name]) < 0.1
    assert travel.on_the_way(origin, goal, 0, lights=True) == origin
    assert travel.on_the_way(origin, goal, 1, lights=True) == goal


def test_whoever_is_on_a_bridge_drives_on_and_does_not_climb_off_it() -> None:
    """The middle node of a motorway cannot be joined from beside it; a vehicle that is at it goes on from there."""
    travel = on(a_network([(0, 0), (0, 1000), (0, 2000)], [(0, 1, 40_000), (1, 2, 40_000)], closed=[1]), limit_m=5000)
    assert travel.travel_s(metres(0, 1000), metres(0, 2000), lights=True) == pytest.approx(40)
    assert travel.travel_s(metres(-90, 1020), metres(0, 2000), lights=True) > 400


def test_the_way_begins_and_ends_off_the_road() -> None:
    """10 s to the corner, 100 s of road, 20 s off again: after 5 s and 120 s one is half way there on foot."""
    travel, origin, goal = on(SQUARE), metres(-20, 0), metres(-40, 1000)
    assert distance_m(travel.on_the_way(origin, goal, 5 / 130, lights=True), metres(-10, 0)) < 0.1
    assert distance_m(travel.on_the_way(origin, goal, 120 / 130, lights=True), metres(-20, 1000)) < 0.1


@pytest.mark.parametrize("seed", range(6))
def test_from_a_node_on_the_way_what_is_left_is_what_has_not_gone(seed: int) -> None:
    """A position is not only on the way: from each node of it the rest takes the rest of the time."""
    network = at_random(seed, 25, 100)
    travel = RoadTimes(network, off_road_mps=WALK_MPS, snap_limit_m=100)
    places = [Place(float(network.latitudes[node]), float(network.longitudes[node])) for node in range(25)]
    for goal in range(1, 25):
        way = network.way(0, goal, lights=True)
        if way is None:
            continue
        whole_s = travel.travel_s(places[0], places[goal], lights=True)
        for node, since_ms in zip(way.nodes.tolist(), way.since_ms.tolist(), strict=True):
            here = travel.on_the_way(places[0], places[goal], since_ms / way.since_ms[-1], lights=True)
            assert distance_m(here, places[node]) < 0.5
            assert travel.travel_s(places[node], places[goal], lights=True) == pytest.approx(whole_s - since_ms / 1000)


def a_square(units: dict[str, tuple[str, float]], **travel: float) -> Centre:
    """Units on the square, each at a corner on its south side: 0 is corner 0, 10 is corner 1 (the street has 100 m a second)."""
    return on_roads(SQUARE, units, off_road_mps=WALK_MPS, **travel)


def test_a_desk_sends_whoever_is_nearest_by_road() -> None:
    """From corner 1, nearer to corner 0 as the crow flies, it is three sides; from corner 3 (in the north) one."""
    desk = a_desk(a_square({"A1": ("ambulance", 10), "A2": ("ambulance", 10)}))
    desk.observe(f.ResourceMoved(at(1), ResourceId("A2"), metres(1000, 0)))
    an_incident(desk, "i", metres(0, 0), at(2), nature="illness", severe="yes")
    assert proposed(desk) == [("i/1", "A2")]
    assert [round(each.reach_s) for each in desk.decision.proposals] == [100]


def test_a_desk_says_why_nobody_can_drive_there() -> None:
    """`Not located` would be wrong of a boat in the harbour: its place is known and no road leads there."""
    desk = a_desk(a_square({"A1": ("ambulance", 0)}, snap_limit_m=500))
    an_incident(desk, "i", metres(-2000, 0), at(1), nature="illness", severe="yes")
    assert held(desk, "i/1") == {"A1": "the incident lies 2,000 m from the nearest road, limit 500 m"}


def test_who_is_under_way_is_reckoned_along_the_road() -> None:
    """A1 drives three sides of the square; after 140 s it is nearest the second corner, 100 s from where it is wanted."""
    rules = a_procedure(dispatch={"diversion": {"to": ["red"], "from": ["green"], "handover_s": 0, "least_gain_s": 0}})
    desk = a_desk(a_square({"A1": ("ambulance", 10)}), rules)
    an_incident(desk, "low", metres(0, 0), at(0), nature="illness", severe="no")
    gone(desk, "A1", "low/1", at(0))
    an_incident(desk, "high", metres(1000, 0), at(140), nature="illness", severe="yes")
    divert = next(each for each in desk.decision.proposals if each.need == NeedId("high/1"))
    assert (divert.resource, round(divert.reach_s)) == ("A1", 100)


def test_a_centre_whose_network_is_not_at_hand_is_refused_and_says_which() -> None:
    """A log holds the centre and not its roads; to guess at another network would be to decide by other rules."""
    centre = Centre.model_validate(a_square({"A1": ("ambulance", 0)}).model_dump())
    with pytest.raises(Refusal, match=f"{SQUARE.hash} is not at hand"):
        Desk(centre, {})


def test_a_decision_searches_the_network_once_for_each_place() -> None:
    """Three hundred resources and one incident are one search backwards; asked again, none."""
    network = at_random(7, 60, 400)
    desk = a_desk(on_roads(network, {f"A{at:03d}": ("ambulance", 0) for at in range(300)}, snap_limit_m=9000))
    an_incident(
        desk,
        "i",
        Place(float(network.latitudes[9]), float(network.longitudes[9])),
        at(1),
        nature="illness",
        severe="yes",
    )
    assert len(proposed(desk)) == 1
    desk.observe(f.ResourceMoved(at(2), ResourceId("A000"), metres(100, 100)))
    assert len(proposed(desk)) == 1
    assert network._trees.cache_info().misses == 1  # type: ignore[attr-defined]
