"""A street of places, a second apart each metre, on which sequence plans can be worked out by hand; and random ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import permutations, product
from typing import Any

import numpy as np

from optimiser.sequence_plan import SequencePlan
from optimiser.sequence_problem import TIME_LIMIT_S, Aim, SequenceProblem

Standing = tuple[int, ...]


@dataclass(frozen=True)
class House:
    """A need on the street."""

    at: int
    rank: int = 1
    weight: int = 1
    service: int = 10
    due: int = TIME_LIMIT_S
    released: int = 0
    price: int = 0
    points: int = 1
    asks: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Crew:
    """A resource on the street."""

    at: int
    begins: int = 0
    ends: int = TIME_LIMIT_S
    most: int = 99
    home: int | None = None
    slowness: int = 1
    holds: frozenset[str] = field(default_factory=frozenset)


def street(houses: Mapping[str, House], crews: Mapping[str, Crew], aim: Aim = "response") -> SequenceProblem:
    """The problem of these houses and crews; crews walk a metre in `slowness` seconds."""
    needs, resources = list(houses.values()), list(crews.values())
    spots = [h.at for h in needs] + [c.at for c in resources] + [c.at if c.home is None else c.home for c in resources]
    paces = sorted({crew.slowness for crew in resources})
    skills = sorted({skill for each in needs for skill in each.asks} | {s for each in resources for s in each.holds})
    way = np.abs(np.subtract.outer(spots, spots)).reshape(len(spots), len(spots))
    n, m = len(needs), len(resources)
    return SequenceProblem(
        aim=aim, skills=tuple(skills), need_ids=tuple(houses), resource_ids=tuple(crews),
        ranks=_ints(h.rank for h in needs), points=_ints(h.points for h in needs), weights=_ints(h.weight for h in needs),
        unserved_prices=_ints(h.price for h in needs), places=np.arange(n), released_s=_ints(h.released for h in needs),
        due_s=_ints(h.due for h in needs), service_s=_ints(h.service for h in needs),
        asked=np.array([[s in h.asks for s in skills] for h in needs], dtype=np.bool_).reshape(n, len(skills)),
        profiles=_ints(paces.index(c.slowness) for c in resources), start_places=n + np.arange(m),
        starts_s=_ints(c.begins for c in resources), end_places=n + m + np.arange(m),
        returns=np.array([c.home is not None for c in resources], dtype=np.bool_), ends_s=_ints(c.ends for c in resources),
        capacities=_ints(c.most for c in resources),
        held=np.array([[s in c.holds for s in skills] for c in resources], dtype=np.bool_).reshape(m, len(skills)),
        travel_s=np.stack([way * pace for pace in paces]) if paces else np.zeros((1, len(spots), len(spots)), dtype=np.int64),
    )  # fmt: skip


def _ints(values: Iterator[int] | Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(list(values), dtype=np.int64)


def random_street(seed: int, *, metric: bool = True) -> SequenceProblem:
    """Draw up to six needs and two crews with every kind of constraint; without `metric`, ways are arbitrary."""
    draw = np.random.default_rng([seed, 11])
    skilled = draw.random() < 0.5
    ranks = int(draw.choice([1, 2, 4]))

    def some(share: float) -> frozenset[str]:
        return frozenset(skill for skill in ("a", "b") if skilled and draw.random() < share)

    houses = {
        f"h{i}": House(
            at=int(draw.integers(0, 60)), rank=int(draw.integers(1, ranks + 1)), weight=int(draw.integers(0, 6)),
            service=int(draw.integers(0, 30)), due=int(draw.integers(20, 160)) if draw.random() < 0.6 else TIME_LIMIT_S,
            released=int(draw.integers(-20, 20)), price=int(draw.integers(0, 500)) if draw.random() < 0.7 else 0,
            points=int(draw.integers(0, 4)), asks=some(0.4),
        )
        for i in range(int(draw.integers(1, 7)))
    }  # fmt: skip
    crews = {
        f"c{j}": Crew(
            at=int(draw.integers(0, 60)), begins=int(draw.integers(0, 20)), most=int(draw.choice([1, 3, 9])),
            ends=int(draw.integers(60, 250)) if draw.random() < 0.6 else TIME_LIMIT_S,
            home=int(draw.integers(0, 60)) if draw.random() < 0.3 else None, slowness=int(draw.integers(1, 3)),
            holds=some(0.7),
        )
        for j in range(int(draw.integers(1, 3)))
    }  # fmt: skip
    problem = street(houses, crews, "response" if draw.random() < 0.7 else "travel")
    if metric:
        return problem
    return changed(problem, travel_s=draw.integers(0, 60, problem.travel_s.shape))


def changed(problem: SequenceProblem, **changes: Any) -> SequenceProblem:
    """The same problem but for some fields."""
    return SequenceProblem(**{each.name: getattr(problem, each.name) for each in fields(problem)} | changes)


def standing_of(problem: SequenceProblem, plan: SequencePlan) -> Standing:
    """What plans are compared by, the smaller the better."""
    if problem.aim == "travel":
        return -plan.points, len(plan.unserved), plan.travel_s + plan.unserved_price
    return (*(-served for _, served, _ in plan.served_by_rank), plan.response + plan.unserved_price)


def best_standing(problem: SequenceProblem) -> Standing:
    """The standing of the best plan: by trying every order of every set of needs on every resource."""
    needs, resources = len(problem.need_ids), len(problem.resource_ids)
    ranks = sorted({*problem.ranks.tolist()})
    best_of = [
        {frozenset(some): _best_order(problem, resource, some) for some in _subsets(needs)}
        for resource in range(resources)
    ]
    found: list[Standing] = []
    for owners in product(range(-1, resources), repeat=needs):
        costs = [best_of[j][frozenset(i for i in range(needs) if owners[i] == j)] for j in range(resources)]
        if any(cost is None for cost in costs):
            continue
        out = [i for i in range(needs) if owners[i] < 0]
        total = sum(cost for cost in costs if cost is not None) + int(problem.unserved_prices[out].sum())
        served = [i for i in range(needs) if owners[i] >= 0]
        if problem.aim == "travel":
            found.append((-int(problem.points[served].sum()), len(out), total))
        else:
            found.append((*(-sum(int(problem.ranks[i]) == rank for i in served) for rank in ranks), total))
    return min(found)


def _subsets(needs: int) -> list[tuple[int, ...]]:
    return [tuple(i for i in range(needs) if mask >> i & 1) for mask in range(2**needs)]


def _best_order(problem: SequenceProblem, resource: int, some: tuple[int, ...]) -> int | None:
    costs = [cost for order in permutations(some) if (cost := _cost(problem, resource, order)) is not None]
    return min(costs, default=None)


def _cost(problem: SequenceProblem, resource: int, order: tuple[int, ...]) -> int | None:
    if len(order) > problem.capacities[resource]:
        return None
    way = problem.travel_s[problem.profiles[resource]].tolist()
    here, now, cost = int(problem.start_places[resource]), int(problem.starts_s[resource]), 0
    for need in order:
        if (problem.asked[need] & ~problem.held[resource]).any():
            return None
        place = int(problem.places[need])
        now = max(now + way[here][place], int(problem.released_s[need]))
        if now > problem.due_s[need]:
            return None
        cost += (
            way[here][place]
            if problem.aim == "travel"
            else int(problem.weights[need]) * (now - int(problem.released_s[need]))
        )
        here, now = place, now + int(problem.service_s[need])
    if order and problem.returns[resource]:
        now += way[here][int(problem.end_places[resource])]
        cost += way[here][int(problem.end_places[resource])] if problem.aim == "travel" else 0
    return cost if not order or now <= problem.ends_s[resource] else None
