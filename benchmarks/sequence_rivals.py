"""VROOM, PyVRP and OR-Tools routing on a sequence problem: each returns bare routes as indices of needs.

Each says what it can of the objective. VROOM takes priorities and minimises travel. PyVRP takes prizes and minimises travel.
OR-Tools routing takes the response itself, as soft upper bounds at 0, and penalties for what is left. Prizes and penalties
are as steep by rank as the tolls of our own search.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

import numpy as np

from optimiser.problem import BoolArray, IntArray
from optimiser.sequence_problem import SequenceProblem
from optimiser.sequence_report import alone

BareRoutes = list[list[int]]
FAR_S = 10**6
STEEPNESS = 6
VROOM_EXPLORATION = 5


def penalties(problem: SequenceProblem, unit: int) -> IntArray:
    """What leaving a need costs a rival: six times as much for each more urgent rank."""
    steep: IntArray = unit * STEEPNESS ** (problem.ranks.max() - problem.ranks)
    return steep


def by_vroom(problem: SequenceProblem, seconds: float) -> BareRoutes:
    """VROOM at exploration level 5, one thread."""
    import vroom

    # Priorities add up and end at 100, so for ranks they are as steep as whole numbers allow.
    classes = problem.ranks - problem.ranks.min()
    priorities = problem.points if problem.aim == "travel" else np.maximum(1, 100 // 3**classes)
    given = vroom.Input()
    for profile, matrix in enumerate(problem.travel_s):
        given.set_durations_matrix(f"p{profile}", matrix.astype(np.uint32))
    for need in range(len(problem.need_ids)):
        early, late = max(0, int(problem.released_s[need])), int(problem.due_s[need])
        given.add_job(
            vroom.Job(
                need, int(problem.places[need]), default_service=int(problem.service_s[need]),
                skills=set(np.flatnonzero(problem.asked[need]).tolist()), priority=int(priorities[need]),
                time_windows=[vroom.TimeWindow(early, late)],
            )
        )  # fmt: skip
    for crew in range(len(problem.resource_ids)):
        given.add_vehicle(
            vroom.Vehicle(
                crew, start=int(problem.start_places[crew]), profile=f"p{problem.profiles[crew]}",
                end=int(problem.end_places[crew]) if problem.returns[crew] else None,
                skills=set(np.flatnonzero(problem.held[crew]).tolist()), max_tasks=int(problem.capacities[crew]),
                time_window=vroom.TimeWindow(int(problem.starts_s[crew]), int(problem.ends_s[crew])),
            )
        )  # fmt: skip
    table = given.solve(VROOM_EXPLORATION, nb_threads=1, timeout=timedelta(seconds=seconds)).routes
    routes: BareRoutes = [[] for _ in problem.resource_ids]
    if table.empty:
        return routes
    for crew, kind, need in zip(table["vehicle_id"], table["type"], table["id"], strict=True):
        if kind == "job":
            routes[int(crew)].append(int(need))
    return routes


def by_pyvrp(problem: SequenceProblem, seconds: float) -> BareRoutes:
    """PyVRP with a prize for each need; skills by one profile for each speed and set of skills.

    Needs that nobody can serve even alone are left out: with them in it, PyVRP found nothing feasible at all.
    """
    import pyvrp
    from pyvrp.stop import MaxRuntime

    crews = len(problem.resource_ids)
    possible = np.flatnonzero(alone(problem)[1].any(axis=1)).tolist()
    nodes = [*problem.start_places.tolist(), *problem.places[possible].tolist()]
    profiles: dict[tuple[int, bytes], int] = {}
    matrices = []
    for crew in range(crews):
        key = (int(problem.profiles[crew]), problem.held[crew].tobytes())
        if key not in profiles:
            profiles[key] = len(profiles)
            matrices.append(_matrix(problem, crew, nodes, possible))
    unit = int(np.median(problem.travel_s)) * 30
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in nodes],
        clients=[
            pyvrp.Client(
                crews + at, delivery=[1], service_duration=int(problem.service_s[need]),
                tw_early=max(0, int(problem.released_s[need])), tw_late=int(problem.due_s[need]),
                prize=int(penalties(problem, unit)[need]), required=False,
            )
            for at, need in enumerate(possible)
        ],
        depots=[pyvrp.Depot(crew) for crew in range(crews)],
        vehicle_types=[
            pyvrp.VehicleType(
                1, [int(problem.capacities[crew])], crew, crew, tw_early=int(problem.starts_s[crew]),
                start_late=int(problem.starts_s[crew]), tw_late=int(problem.ends_s[crew]),
                profile=profiles[int(problem.profiles[crew]), problem.held[crew].tobytes()],
            )
            for crew in range(crews)
        ],
        distance_matrices=matrices, duration_matrices=matrices,
    )  # fmt: skip
    best = pyvrp.solve(data, MaxRuntime(seconds), seed=1, collect_stats=False, display=False).best
    routes: BareRoutes = [[] for _ in range(crews)]
    for route in best.routes():
        # Where nothing feasible was found as a whole, the routes that hold by themselves still count.
        if route.is_feasible():
            routes[route.vehicle_type()] = [possible[each.idx] for each in route if each.is_client()]
    return routes


def _matrix(problem: SequenceProblem, crew: int, nodes: list[int], possible: list[int]) -> IntArray:
    crews = len(problem.resource_ids)
    way: IntArray = problem.travel_s[problem.profiles[crew]][np.ix_(nodes, nodes)].copy()
    way[:, :crews] = 0
    way[:, crews + np.flatnonzero(~problem.eligible[possible, crew])] = FAR_S
    np.fill_diagonal(way, 0)
    return way


def by_routing(problem: SequenceProblem, seconds: float) -> BareRoutes:
    """OR-Tools routing with guided local search on the response itself."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    needs, crews = len(problem.need_ids), len(problem.resource_ids)
    end = needs + crews
    manager = pywrapcp.RoutingIndexManager(end + 1, crews, [needs + crew for crew in range(crews)], [end] * crews)
    model = pywrapcp.RoutingModel(manager)
    transits = {p: model.RegisterTransitMatrix(_transit(problem, p)) for p in sorted(set(problem.profiles.tolist()))}
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix([[0] * (end + 1)] * (end + 1)))
    horizon = int(problem.ends_s.max()) + FAR_S
    by_crew = [transits[int(profile)] for profile in problem.profiles]
    model.AddDimensionWithVehicleTransits(by_crew, horizon, horizon, False, "time")
    time = model.GetDimensionOrDie("time")
    ones = model.RegisterUnaryTransitVector([int(node < needs) for node in range(end + 1)])
    model.AddDimensionWithVehicleCapacity(ones, 0, problem.capacities.tolist(), True, "tasks")
    eligible: BoolArray = problem.eligible
    unserved = penalties(problem, 30 * int(problem.weights.mean() * np.median(problem.due_s))) + problem.unserved_prices
    for need in range(needs):
        at = manager.NodeToIndex(need)
        model.AddDisjunction([at], int(unserved[need]))
        model.VehicleVar(at).SetValues([-1, *np.flatnonzero(eligible[need]).tolist()])
        time.CumulVar(at).SetRange(max(0, int(problem.released_s[need])), int(problem.due_s[need]))
        time.SetCumulVarSoftUpperBound(at, 0, int(problem.weights[need]))
    for crew in range(crews):
        time.CumulVar(model.Start(crew)).SetValue(int(problem.starts_s[crew]))
        time.CumulVar(model.End(crew)).SetMax(int(problem.ends_s[crew]))
    asked = pywrapcp.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromMilliseconds(int(seconds * 1000))
    return _read(model, manager, model.SolveWithParameters(asked), needs, crews)


def _transit(problem: SequenceProblem, profile: int) -> list[list[int]]:
    nodes = [*problem.places.tolist(), *problem.start_places.tolist()]
    way = problem.travel_s[profile][np.ix_(nodes, nodes)].copy()
    way[: len(problem.need_ids)] += problem.service_s[:, None]
    home = np.concatenate([problem.service_s, np.zeros(len(problem.resource_ids), dtype=np.int64)])
    padded = np.vstack([np.column_stack([way, home]), np.zeros(len(nodes) + 1, dtype=np.int64)])
    rows: list[list[int]] = padded.tolist()
    return rows


def _read(model: Any, manager: Any, found: Any, needs: int, crews: int) -> BareRoutes:
    routes: BareRoutes = [[] for _ in range(crews)]
    for crew in range(crews if found else 0):
        at = found.Value(model.NextVar(model.Start(crew)))
        while not model.IsEnd(at):
            routes[crew].append(manager.IndexToNode(at))
            at = found.Value(model.NextVar(at))
    return routes


RIVALS: tuple[tuple[str, str, Callable[[SequenceProblem, float], BareRoutes]], ...] = (
    ("VROOM x5", "vroom", by_vroom),
    ("PyVRP", "pyvrp", by_pyvrp),
    ("OR-Tools routing", "ortools", by_routing),
)


def installed(module: str) -> bool:
    """Whether a rival can run here."""
    return find_spec(module) is not None
