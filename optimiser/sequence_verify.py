"""An independent checker of sequence plans: recounts everything from the problem alone. Imports no solver."""

from __future__ import annotations

from optimiser.sequence_plan import SequencePlan
from optimiser.sequence_problem import SequenceProblem


def verify_sequence(problem: SequenceProblem, plan: SequencePlan) -> tuple[str, ...]:
    """List what is wrong with a plan, in words; empty means sound.

    Sound is feasible (constraints 1 to 4 of `sequence_problem`, every start as early as can be) and honest (counts, terms
    and bound are as stated). It does not prove optimality. Linear in needs and resources, but for reasons.
    """
    needs, resources = len(problem.need_ids), len(problem.resource_ids)
    if len(plan.routes) != resources:
        return (f"{len(plan.routes)} routes for {resources} resources",)
    mentioned = [stop.need for route in plan.routes for stop in route] + [each.need for each in plan.unserved]
    strange = [need for need in mentioned if not 0 <= need < needs]
    if strange:
        return tuple(f"need {need} does not exist" for need in strange)
    flaws = [
        f"need {name} is mentioned {mentioned.count(need)} times, once is right"
        for need, name in enumerate(problem.need_ids)
        if mentioned.count(need) != 1
    ]
    for resource in range(resources):
        flaws += _route_flaws(problem, plan, resource)
    flaws += _term_flaws(problem, plan)
    flaws += [flaw for each in plan.unserved for flaw in _reason_flaws(problem, each.need, each.why)]
    return tuple(flaws)


def _route_flaws(problem: SequenceProblem, plan: SequencePlan, resource: int) -> list[str]:
    name, route = problem.resource_ids[resource], plan.routes[resource]
    way = problem.travel_s[problem.profiles[resource]]
    flaws = []
    if len(route) > problem.capacities[resource]:
        flaws.append(f"resource {name} has {len(route)} needs, at most {problem.capacities[resource]}")
    place, free_s = int(problem.start_places[resource]), int(problem.starts_s[resource])
    for stop in route:
        need = stop.need
        missing = [
            skill
            for skill, asked, held in zip(problem.skills, problem.asked[need], problem.held[resource], strict=True)
            if asked and not held
        ]
        flaws += [f"resource {name} lacks {skill} for need {problem.need_ids[need]}" for skill in missing]
        start_s = max(int(problem.released_s[need]), free_s + int(way[place, problem.places[need]]))
        if stop.start_s != start_s:
            flaws.append(f"need {problem.need_ids[need]} starts at {start_s}, not {stop.start_s}")
        if start_s > problem.due_s[need]:
            flaws.append(f"need {problem.need_ids[need]} starts at {start_s}, after {problem.due_s[need]}")
        place, free_s = int(problem.places[need]), start_s + int(problem.service_s[need])
    if route and problem.returns[resource]:
        free_s += int(way[place, problem.end_places[resource]])
    if route and free_s > problem.ends_s[resource]:
        flaws.append(f"resource {name} ends at {free_s}, after its shift at {problem.ends_s[resource]}")
    return flaws


def _term_flaws(problem: SequenceProblem, plan: SequencePlan) -> list[str]:
    response, travel_s, points = 0, 0, 0
    served = dict.fromkeys(sorted(problem.ranks.tolist()), 0)
    for resource, route in enumerate(plan.routes):
        way, place = problem.travel_s[problem.profiles[resource]], int(problem.start_places[resource])
        for stop in route:
            response += int(problem.weights[stop.need]) * (stop.start_s - int(problem.released_s[stop.need]))
            points += int(problem.points[stop.need])
            served[int(problem.ranks[stop.need])] += 1
            travel_s += int(way[place, problem.places[stop.need]])
            place = int(problem.places[stop.need])
        if route and problem.returns[resource]:
            travel_s += int(way[place, problem.end_places[resource]])
    unserved_price = sum(int(problem.unserved_prices[each.need]) for each in plan.unserved)
    flaws = [
        f"{name} is {counted}, not {stated}"
        for name, counted, stated in (
            ("the response", response, plan.response), ("the travel", travel_s, plan.travel_s),
            ("the worth in points", points, plan.points),
            ("the price of the unserved", unserved_price, plan.unserved_price),
        )
        if counted != stated
    ]  # fmt: skip
    ranks = problem.ranks.tolist()
    if plan.served_by_rank != tuple((rank, number, ranks.count(rank)) for rank, number in served.items()):
        flaws.append("needs served by rank are miscounted")
    return flaws + _termination_flaws(problem, plan)


def _termination_flaws(problem: SequenceProblem, plan: SequencePlan) -> list[str]:
    cost, termination = plan.cost(problem.aim), plan.termination
    flaws = []
    if termination.bound is not None and termination.bound > cost:
        flaws.append(f"the bound {termination.bound} lies above the cost {cost}")
    if termination.reason == "proven" and termination.bound != cost:
        flaws.append(f"proven, but the bound {termination.bound} is not the cost {cost}")
    if termination.reason == "degraded" and not termination.detail:
        flaws.append("degraded, but not why")
    return flaws


def _reason_flaws(problem: SequenceProblem, need: int, stated: str) -> list[str]:
    """Each reason is a claim about the need as the only one; look at every resource again."""
    place, in_time, fits, is_capable = int(problem.places[need]), False, False, False
    for resource in range(len(problem.resource_ids)):
        skilled = all(
            held or not asked for asked, held in zip(problem.asked[need], problem.held[resource], strict=True)
        )
        if not skilled or problem.capacities[resource] < 1:
            continue
        is_capable = True
        way = problem.travel_s[problem.profiles[resource]]
        reach_s = int(problem.starts_s[resource]) + int(way[int(problem.start_places[resource]), place])
        start_s = max(reach_s, int(problem.released_s[need]))
        end_s = start_s + int(problem.service_s[need])
        if problem.returns[resource]:
            end_s += int(way[place, int(problem.end_places[resource])])
        if start_s <= problem.due_s[need]:
            in_time = True
            fits = fits or end_s <= problem.ends_s[resource]
    if not is_capable:
        true = "no capable resource"
    elif fits:
        true = "displaced"
    else:
        true = "shift too short" if in_time else "too late for anybody"
    name = problem.need_ids[need]
    return [] if stated == true else [f"need {name} is unserved because of {true!r}, not {stated!r}"]
