"""Why this resource, why not that one, why nobody: reasons for one need of a sequence plan, from routes priced anew.

Prices are exact for what they say: the cost of the routes named, every start recomputed, all other routes as they stand.
They do not say what a whole new plan would cost. A search that was cut short may leave a negative price: then the reason
names a better plan. Imports no solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from optimiser.sequence_plan import SequencePlan, Unserved, WhyUnserved
from optimiser.sequence_problem import SequenceProblem
from optimiser.sequence_report import route_cost

WhyElsewhereNot = Literal["dearer", "lacks a skill", "has its most needs", "no time", "needed on the way"]
"""dearer: it fits there, at `dearer_by`; no time: at every place in the route somebody would be late, or the shift too
short; needed on the way: without it somebody in its own route would be late, since the way by it is the shorter one."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another resource for a need that is served."""

    resource: int
    resource_id: str
    why: WhyElsewhereNot
    dearer_by: int | None
    """Cost of moving the need to its cheapest place there, where it fits."""
    position: int | None
    """That place, counted from 0."""


@dataclass(frozen=True, slots=True)
class Displacement:
    """The cheapest way to serve a need that others displaced: into one route, taking others out of it."""

    resource: int
    resource_id: str
    position: int
    displaced: tuple[str, ...]
    """Ids of the needs that would lose their place."""
    price: int
    """Cost of that, the prices of needs left and no longer left unserved included; ranks and points are not."""


@dataclass(frozen=True, slots=True)
class SequenceExplanation:
    """Everything there is to say about one need in one plan."""

    need_id: str
    resource_id: str | None
    """Who serves it; None when nobody."""
    start_s: int | None
    elsewhere: tuple[Elsewhere, ...]
    """For a need that is served: every other resource, the cheapest first, then those where it does not fit."""
    why: WhyUnserved | None
    """For a need that is not: the first thing in its way."""
    nearest_id: str | None
    """The capable resource that could start first if it had nothing else to do."""
    nearest_start_s: int | None
    short_by_s: int
    """Seconds by which the nearest is late or its shift too short; 0 where nobody is capable or time is not the reason."""
    displacement: Displacement | None

    @property
    def next_best(self) -> Elsewhere | None:
        """The resource that would be chosen if the one that serves were not there, all else equal."""
        return self.elsewhere[0] if self.elsewhere and self.elsewhere[0].why == "dearer" else None


def explain_sequence(problem: SequenceProblem, plan: SequencePlan, need: int) -> SequenceExplanation:
    """Give the reasons for one need, by index. Linear in resources, cubic in the length of a route."""
    for resource, route in enumerate(plan.routes):
        for stop in route:
            if stop.need == need:
                name = problem.resource_ids[resource]
                elsewhere = _elsewhere(problem, plan, need, resource)
                return SequenceExplanation(
                    problem.need_ids[need], name, stop.start_s, elsewhere, None, None, None, 0, None
                )
    open_need = next(each for each in plan.unserved if each.need == need)
    nearest = open_need.nearest
    return SequenceExplanation(
        problem.need_ids[need], None, None, (), open_need.why,
        None if nearest is None else problem.resource_ids[nearest], open_need.nearest_start_s,
        _short_by_s(problem, open_need),
        _displacement(problem, plan, need) if open_need.why == "displaced" else None,
    )  # fmt: skip


def _elsewhere(problem: SequenceProblem, plan: SequencePlan, need: int, serving: int) -> tuple[Elsewhere, ...]:
    own = _bare(plan, serving)
    with_it = route_cost(problem, serving, own)
    without = route_cost(problem, serving, [each for each in own if each != need])
    assert with_it is not None, "only plans that hold are explained"
    saved = None if without is None else with_it - without
    found = [
        _there(problem, plan, need, resource, saved)
        for resource in range(len(problem.resource_ids))
        if resource != serving
    ]
    fitting = [each for each in found if each.dearer_by is not None]
    fitting.sort(key=lambda each: (each.dearer_by or 0, each.resource_id))
    return (*fitting, *(each for each in found if each.dearer_by is None))


def _there(problem: SequenceProblem, plan: SequencePlan, need: int, resource: int, saved: int | None) -> Elsewhere:
    name, route = problem.resource_ids[resource], _bare(plan, resource)
    if not problem.eligible_by(resource)[need]:
        return Elsewhere(resource, name, "lacks a skill", None, None)
    if len(route) >= problem.capacities[resource]:
        return Elsewhere(resource, name, "has its most needs", None, None)
    best, before = _cheapest(problem, resource, route, need), route_cost(problem, resource, route)
    if best is None:
        return Elsewhere(resource, name, "no time", None, None)
    assert before is not None, "only plans that hold are explained"
    if saved is None:
        return Elsewhere(resource, name, "needed on the way", None, None)
    return Elsewhere(resource, name, "dearer", best[0] - before - saved, best[1])


def _cheapest(problem: SequenceProblem, resource: int, route: Sequence[int], need: int) -> tuple[int, int] | None:
    """Cost of the route with the need at its cheapest place, and the place; None where it fits nowhere."""
    best: tuple[int, int] | None = None
    for position in range(len(route) + 1):
        cost = route_cost(problem, resource, [*route[:position], need, *route[position:]])
        if cost is not None and (best is None or cost < best[0]):
            best = cost, position
    return best


def _displacement(problem: SequenceProblem, plan: SequencePlan, need: int) -> Displacement | None:
    """The least urgent loss first, then the least price; one need if one is enough, else all but those that still fit."""
    options: list[tuple[tuple[int, ...], int, Displacement]] = []
    for resource in range(len(problem.resource_ids)):
        route = _bare(plan, resource)
        if _cheapest(problem, resource, (), need) is None:
            continue
        singles = [[*route[:at], *route[at + 1 :]] for at in range(len(route))]
        fitting = [rest for rest in singles if _cheapest(problem, resource, rest, need) is not None]
        for rest in fitting or [_refilled(problem, resource, route, need)]:
            options.append(_option(problem, resource, route, rest, need))
    return min(options, key=lambda each: each[:2], default=(None, None, None))[2]


def _option(
    problem: SequenceProblem, resource: int, route: Sequence[int], rest: Sequence[int], need: int
) -> tuple[tuple[int, ...], int, Displacement]:
    best, before = _cheapest(problem, resource, rest, need), route_cost(problem, resource, route)
    assert best is not None, "the rest was chosen so that the need fits"
    assert before is not None, "only plans that hold are explained"
    out = [each for each in route if each not in rest]
    price = best[0] - before - int(problem.unserved_prices[need])
    price += int(problem.unserved_prices[out].sum())
    ids = tuple(problem.need_ids[each] for each in out)
    return _loss(problem, out), price, Displacement(resource, problem.resource_ids[resource], best[1], ids, price)


def _loss(problem: SequenceProblem, out: Sequence[int]) -> tuple[int, ...]:
    """What losing these needs is worth, the smaller the better."""
    if problem.aim == "travel":
        return int(problem.points[list(out)].sum()), len(out)
    return tuple(sum(int(problem.ranks[each] == rank) for each in out) for rank in sorted({*problem.ranks.tolist()}))


def _refilled(problem: SequenceProblem, resource: int, route: Sequence[int], need: int) -> list[int]:
    """Those of a route that still fit beside the need, the most urgent kept first."""
    rest: list[int] = []
    for each in sorted(route, key=lambda one: (int(problem.ranks[one]), route.index(one))):
        kept = [one for one in route if one in rest or one == each]
        if _cheapest(problem, resource, kept, need) is not None:
            rest = kept
    return rest


def _short_by_s(problem: SequenceProblem, open_need: Unserved) -> int:
    need, nearest, start_s = open_need.need, open_need.nearest, open_need.nearest_start_s
    if nearest is None or start_s is None or open_need.why == "displaced":
        return 0
    if open_need.why == "too late for anybody":
        return start_s - int(problem.due_s[need])
    way = problem.travel_s[problem.profiles[nearest], problem.places[need]]
    home_s = int(way[problem.end_places[nearest]]) if problem.returns[nearest] else 0
    return start_s + int(problem.service_s[need]) + home_s - int(problem.ends_s[nearest])


def _bare(plan: SequencePlan, resource: int) -> list[int]:
    return [stop.need for stop in plan.routes[resource]]
