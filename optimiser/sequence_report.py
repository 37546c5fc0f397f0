"""From bare routes to a plan with its times, terms and reasons; whoever made the routes. Knows no search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimiser.problem import BoolArray, IntArray
from optimiser.sequence_plan import (
    SequenceEngine,
    SequencePlan,
    SequenceTermination,
    Stop,
    Unserved,
    WhyUnserved,
)
from optimiser.sequence_problem import SequenceProblem

NOT_CAPABLE = 2**62
"""The start time of a resource that may not serve a need."""
SHORT_CUT_LIMIT = 30_000_000
"""Needs squared times resources beyond which nobody looks for short cuts."""


def described(
    problem: SequenceProblem, routes: Sequence[Sequence[int]], engine: SequenceEngine, seed: int,
    termination: SequenceTermination,
) -> SequencePlan:  # fmt: skip
    """Work out starts, terms and reasons of routes given as indices of needs; whether they hold is for the checker."""
    travel = [_walk(problem, resource, route) for resource, route in enumerate(routes)]
    stops = tuple(found for found, _ in travel)
    served = np.zeros(len(problem.need_ids), dtype=np.bool_)
    served[[stop.need for route in stops for stop in route]] = True
    alone_s, alone_fits = alone(problem)
    return SequencePlan(
        routes=stops,
        unserved=tuple(_unserved(problem, alone_s, alone_fits, need) for need in np.flatnonzero(~served).tolist()),
        served_by_rank=tuple(
            (rank, int(served[problem.ranks == rank].sum()), int((problem.ranks == rank).sum()))
            for rank in np.unique(problem.ranks).tolist()
        ),
        points=int(problem.points[served].sum()),
        response=sum(
            int(problem.weights[stop.need]) * (stop.start_s - int(problem.released_s[stop.need]))
            for route in stops
            for stop in route
        ),
        unserved_price=int(problem.unserved_prices[~served].sum()),
        travel_s=sum(way_s for _, way_s in travel),
        engine=engine, seed=seed, termination=termination,
    )  # fmt: skip


def with_bound(problem: SequenceProblem, plan: SequencePlan) -> SequencePlan:
    """The same plan with a bound, where one is known, and as proven where it is reached.

    Where every need that can be served alone is served, and nobody gains time by a detour, each need at its earliest is
    a bound. For travel the bound counts nothing on the way, since needs may share a place.
    """
    if any(each.why == "displaced" for each in plan.unserved) or _has_short_cuts(problem):
        return plan
    bound = plan.unserved_price
    if problem.aim == "response":
        served = [stop.need for route in plan.routes for stop in route]
        earliest = alone(problem)[0][served].min(axis=1, initial=NOT_CAPABLE)
        bound += int((problem.weights[served] * (earliest - problem.released_s[served])).sum())
    termination = replace(plan.termination, bound=bound)
    if bound == plan.cost(problem.aim):
        termination = replace(termination, reason="proven")
    return replace(plan, termination=termination)


def route_cost(problem: SequenceProblem, resource: int, route: Sequence[int]) -> int | None:
    """What one route adds to the cost of the problem's aim; None where it breaks a constraint."""
    if len(route) > problem.capacities[resource] or not problem.eligible_by(resource)[list(route)].all():
        return None
    stops, travel_s = _walk(problem, resource, route)
    if any(stop.start_s > problem.due_s[stop.need] for stop in stops):
        return None
    if stops:
        last = stops[-1]
        way = problem.travel_s[problem.profiles[resource], problem.places[last.need]]
        home_s = int(way[problem.end_places[resource]]) if problem.returns[resource] else 0
        if last.start_s + int(problem.service_s[last.need]) + home_s > problem.ends_s[resource]:
            return None
    if problem.aim == "travel":
        return travel_s
    return sum(int(problem.weights[stop.need]) * (stop.start_s - int(problem.released_s[stop.need])) for stop in stops)


def alone(problem: SequenceProblem) -> tuple[IntArray, BoolArray]:
    """(needs, resources) start of service by a resource with nothing else to do, and whether that is in time and shift."""
    capable = problem.eligible & (problem.capacities > 0)[None]
    profiles = problem.profiles[:, None]
    reach_s = problem.travel_s[profiles, problem.start_places[:, None], problem.places[None]]
    home_s = problem.travel_s[profiles, problem.places[None], problem.end_places[:, None]]
    start = np.maximum(problem.starts_s[:, None] + reach_s, problem.released_s[None]).T
    in_time = start <= problem.due_s[:, None]
    end = start + problem.service_s[:, None] + np.where(problem.returns[:, None], home_s, 0).T
    return np.where(capable, start, NOT_CAPABLE), capable & in_time & (end <= problem.ends_s[None])


def _walk(problem: SequenceProblem, resource: int, route: Sequence[int]) -> tuple[tuple[Stop, ...], int]:
    way = problem.travel_s[problem.profiles[resource]]
    place, free_s, travel_s = int(problem.start_places[resource]), int(problem.starts_s[resource]), 0
    stops = []
    for need in route:
        leg_s = int(way[place, problem.places[need]])
        start_s = max(int(problem.released_s[need]), free_s + leg_s)
        stops.append(Stop(need, start_s))
        travel_s += leg_s
        place, free_s = int(problem.places[need]), start_s + int(problem.service_s[need])
    if stops and problem.returns[resource]:
        travel_s += int(way[place, problem.end_places[resource]])
    return tuple(stops), travel_s


def _unserved(problem: SequenceProblem, alone_s: IntArray, alone_fits: BoolArray, need: int) -> Unserved:
    starts, fits = alone_s[need], alone_fits[need]
    if not len(starts) or starts.min() == NOT_CAPABLE:
        return Unserved(need, "no capable resource", None, None)
    why: WhyUnserved = "displaced"
    if not fits.any():
        why = "too late for anybody" if starts.min() > problem.due_s[need] else "shift too short"
    nearest = int(np.where(fits, starts, NOT_CAPABLE).argmin() if fits.any() else starts.argmin())
    return Unserved(need, why, nearest, int(starts[nearest]))


def _has_short_cuts(problem: SequenceProblem) -> bool:
    """Whether anybody may reach a need sooner by serving another one before; True also where looking costs too much."""
    needs, resources = len(problem.need_ids), len(problem.resource_ids)
    if needs * needs * resources > SHORT_CUT_LIMIT:
        return True
    for resource in range(resources if needs else 0):
        way = problem.travel_s[problem.profiles[resource]]
        first = way[problem.start_places[resource], problem.places]
        by_way_of = (first + problem.service_s)[:, None] + way[np.ix_(problem.places, problem.places)]
        if (by_way_of.min(axis=0) < first).any():
            return True
    return False
