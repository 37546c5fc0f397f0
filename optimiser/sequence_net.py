"""From a sequence problem to the flat integers of the kernels, and back to stops; knows no search.

Needs and resources are taken in the order of their ids, so the order in which a caller lists them changes no plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optimiser.kernels.net import Net, Numbers, Routes, Scratch
from optimiser.problem import BoolArray, IntArray
from optimiser.sequence_problem import SequenceProblem
from optimiser.sequence_report import NOT_CAPABLE, alone

RELATED = 40
"""How many related needs are known of each."""
REMOVED = 20
"""Needs removed in one round, at most, but for the rest of a string."""
WAITING = 48
"""Needs left unserved before that a round tries again, at most."""
ROUND_WORK = 2000
"""Needs in hand times capable resources each, from which a round is made smaller, so that there are more rounds."""
TOLL_LIMIT = 2**60
"""The most that the search's tolls add up to."""
TOLL_UNITS = 30
"""What the search pays for a need of the least urgent class, in usual costs."""
TOLL_RATIO = 6
"""How much more the search pays for a need than for one of the next less urgent class."""
LUCK = tuple(round(-1024 * math.log((k + 0.5) / 1024)) for k in range(1024))
"""-1024 times the logarithm of 1024 evenly spread numbers between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Flattened:
    """A problem for the kernels, and the way back to its own order."""

    net: Net
    needs: tuple[int, ...]
    """(n,) index in the problem of each need of the net."""
    resources: tuple[int, ...]
    in_hand: int
    """The most needs in hand during a round."""
    usual_cost: int
    """A typical cost of one need, to set temperatures by."""


def flattened(problem: SequenceProblem, *, compiled: bool) -> Flattened:
    """Work out what every kernel needs, as arrays for compiled kernels and as lists for plain ones."""
    needs = sorted(range(len(problem.need_ids)), key=problem.need_ids.__getitem__)
    resources = sorted(range(len(problem.resource_ids)), key=problem.resource_ids.__getitem__)
    n, m = len(needs), len(resources)
    # Without the triangle inequality somebody late alone may be in time by way of another need, so skills alone decide.
    capable = problem.eligible[np.ix_(needs, resources)] & (problem.capacities[resources] > 0)[None]
    reach = min(RELATED, max(n - 1, 0))
    places = problem.places[needs]
    miss, urgency = _misses(problem, needs)
    is_response = problem.aim == "response"
    weights = problem.weights[needs] if is_response else np.zeros(n, dtype=np.int64)
    usual = _usual_cost(problem)
    share = max(1, int(capable.sum()) // max(1, n))
    waiting = max(WAITING // 4, min(WAITING, ROUND_WORK // share))
    removed = max(1, min(n, max(REMOVED // 4, min(REMOVED, ROUND_WORK // (2 * share)))))

    def flat(array: IntArray | BoolArray) -> Numbers:
        ravelled = np.ascontiguousarray(array, dtype=np.int64).ravel()
        return ravelled if compiled else ravelled.tolist()  # type: ignore[return-value]

    net = Net(
        n=n, m=m, width=_longest(problem, needs, resources, capable) + 1, fare=0 if is_response else 1, levels=miss.shape[1],
        leg=flat(problem.travel_s[:, places][:, :, places]),
        first=flat(_first(problem)[np.ix_(resources, needs)]), last=flat(_last(problem)[np.ix_(resources, needs)]),
        profile=flat(problem.profiles[resources]), begin=flat(problem.starts_s[resources]),
        finish=flat(problem.ends_s[resources]), room=flat(problem.capacities[resources]),
        release=flat(problem.released_s[needs]), due=flat(problem.due_s[needs]),
        service=flat(problem.service_s[needs]), weight=flat(weights),
        price=flat(problem.unserved_prices[needs]), toll=flat(_tolls(problem, needs, urgency, usual)), miss=flat(miss),
        can=flat(np.argsort(~capable, axis=1, kind="stable")), cans=flat(capable.sum(axis=1)),
        able=flat(capable),
        near=flat(_related(problem, needs, capable, reach)), reach=reach, most=removed,
        urgency=flat(urgency),
    )  # fmt: skip
    return Flattened(net, tuple(needs), tuple(resources), min(n, removed + waiting) + 4, usual)


def empty_routes(net: Net, *, compiled: bool) -> Routes:
    """Nobody goes anywhere yet; the caller counts every need as missed."""

    def zeros(size: int, value: int = 0) -> Numbers:
        return np.full(size, value, dtype=np.int64) if compiled else [value] * size  # type: ignore[return-value]

    cells = net.m * net.width
    return Routes(
        seq=zeros(cells), size=zeros(net.m), start=zeros(cells), latest=zeros(cells), heavy=zeros(cells),
        idle=zeros(cells), cost=zeros(net.m), where=zeros(net.n, -1), missed=zeros(net.levels), total=zeros(2),
    )  # fmt: skip


def scratch(net: Net, seed: int, rows: int, *, compiled: bool) -> Scratch:
    """Give a search its memory, with room for so many needs in hand."""

    def numbers(values: list[int]) -> Numbers:
        return np.array(values, dtype=np.int64) if compiled else values  # type: ignore[return-value]

    held = max(net.n, rows)
    return Scratch(
        rng=numbers([seed, seed % 2147483398 + 1]), luck=numbers(list(LUCK)),
        old_seq=numbers([0] * (net.m * net.width)), old_size=numbers([0] * net.m),
        old_missed=numbers([0] * net.levels), old_total=numbers([0, 0]), touched=numbers([0] * net.m),
        hand=numbers([0] * held), key=numbers([0] * held), route=numbers([0] * held), bid=numbers([0] * (rows * net.m)),
        spot=numbers([0] * (rows * net.m)), rows=rows,
    )  # fmt: skip


def _first(problem: SequenceProblem) -> IntArray:
    found: IntArray = problem.travel_s[problem.profiles[:, None], problem.start_places[:, None], problem.places[None]]
    return found


def _last(problem: SequenceProblem) -> IntArray:
    way = problem.travel_s[problem.profiles[:, None], problem.places[None], problem.end_places[:, None]]
    return np.where(problem.returns[:, None], way, 0)


def _longest(problem: SequenceProblem, needs: list[int], resources: list[int], capable: BoolArray) -> int:
    """The most needs any route can have: every need takes its service and the shortest way to it."""
    if not needs or not resources:
        return 0
    legs = problem.travel_s[:, problem.places[needs]][:, :, problem.places[needs]]
    way = np.where(np.eye(len(needs), dtype=np.bool_)[None], 2**62, legs).min(axis=(0, 1))
    way = np.minimum(way, _first(problem)[:, needs].min(axis=0))
    longest = 0
    for row, j in enumerate(resources):
        taken = np.cumsum(np.sort((way + problem.service_s[needs])[capable[:, row]]))
        fitting = int((taken <= problem.ends_s[j] - problem.starts_s[j]).sum())
        longest = max(longest, min(fitting, int(problem.capacities[j])))
    return longest


def _misses(problem: SequenceProblem, needs: list[int]) -> tuple[IntArray, IntArray]:
    """What each need adds to each level when missed, and the order of its class."""
    if problem.aim == "travel":
        points = problem.points[needs]
        _, places = np.unique(-points, return_inverse=True)
        return np.column_stack([points, np.ones_like(points)]), places.astype(np.int64).ravel()
    ranks, places = np.unique(problem.ranks[needs], return_inverse=True)
    classes = places.astype(np.int64).ravel()
    return (classes[:, None] == np.arange(len(ranks))[None]).astype(np.int64), classes


def _tolls(problem: SequenceProblem, needs: list[int], urgency: IntArray, usual_cost: int) -> IntArray:
    """Let the search trade a little between classes: steep tolls, but not so steep that it never walks downhill."""
    most = TOLL_LIMIT // max(1, len(needs))
    unit = TOLL_UNITS * usual_cost
    if problem.aim == "travel":
        # Points add up, so tolls follow them, the average need at one unit; a sixteenth is for the need itself.
        points = problem.points[needs]
        return np.minimum(unit * (1 + 16 * points * len(needs) // max(1, int(points.sum()))) // 16, most)
    classes = int(urgency.max(initial=0)) + 1
    steps = [min(most, unit * TOLL_RATIO ** (classes - 1 - k)) for k in range(classes)]
    return np.array(steps, dtype=np.int64)[urgency]


def _usual_cost(problem: SequenceProblem) -> int:
    """A typical cost of one need: to set temperatures and tolls by, no more."""
    starts, fits = alone(problem)
    served = fits.any(axis=1)
    if not served.any():
        return 1
    if problem.aim == "travel":
        return 1 + int(np.median(_first(problem)))
    earliest = np.where(fits, starts, NOT_CAPABLE).min(axis=1)[served]
    typical = np.maximum(np.median(earliest) - problem.starts_s.min(), 1) + np.median(problem.service_s)
    return 1 + int(typical * max(1.0, float(problem.weights.mean())))


def _related(problem: SequenceProblem, needs: list[int], capable: BoolArray, reach: int) -> IntArray:
    """The needs nearest in travel that share a capable resource, for each need."""
    places = problem.places[needs]
    way = problem.travel_s[0][np.ix_(places, places)] if len(problem.travel_s) else np.zeros((0, 0), dtype=np.int64)
    share = capable.astype(np.float32) @ capable.astype(np.float32).T > 0
    way = np.where(share, way, way + way.max(initial=0) + 1)
    np.fill_diagonal(way, 2**62)
    nearest: IntArray = np.argsort(way, axis=1, kind="stable")[:, :reach].astype(np.int64)
    return nearest
