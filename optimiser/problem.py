"""The allocation problem as immutable arrays; its mathematics stands here, and nothing in this file solves it.

Sets
    i in N    needs, each of rank p_i (1 is the most urgent) and either whole (all or nothing) or best effort
    r in R    rows; row r belongs to need i(r) and asks for q_r resources of one skill; a need has at least one row
    j in J    resources; resource j fills at most k_j positions
    E         eligible pairs (r, j); a pair that is not listed may not be chosen
    T         price terms

Data
    c_rj = sum over t in T of c_rj^t >= 0    integer price of a pair, one unit being 0.1 weighted seconds

Variables
    x_rj in {0, 1}    resource j fills a position of row r
    y_i  in {0, 1}    need i is filled whole (only for whole needs)

Objective (lexicographic)
    for each rank k, the most urgent first:  maximise F_k = sum of x_rj over pairs whose need has rank k
    then minimise                            C = sum of c_rj x_rj
    then minimise                            the sum of a stable hash of (need, resource) over the chosen pairs

Constraints
    (1) sum_j x_rj <= q_r                            every row
    (2) sum_r x_rj <= k_j                            every resource
    (3) sum over rows r of need i of x_rj <= 1       every need and resource: one body, one role at one place
    (4) sum_j x_rj  = q_r y_i                        every row of a whole need

Without (4) this is a flow with integral optima. With (4) it contains three-dimensional matching and is NP-hard
(Garey and Johnson 1979, problem SP1), which is why `teams` searches where `slot_flow` is not already whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from optimiser.refusals import Flaw, ProblemRefused

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

UNITS_PER_SECOND = 10
"""Cost units in one weighted second."""
PAIR_COST_LIMIT = 2**36
"""The greatest price of one pair, in cost units; with `SIZE_LIMIT` it keeps every sum inside 64 bits."""
SIZE_LIMIT = 2**22
"""The greatest number of needs, rows, resources, pairs or positions of one problem."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Who needs what, who may fill it, and at what price.

    The constructor checks every shape and range and raises `ProblemRefused` with all flaws; arrays become read-only
    64-bit copies. Code that builds its arrays by rule, many thousand times, calls `Problem.trusted` instead.
    """

    need_ids: tuple[str, ...]
    ranks: IntArray
    """(needs,) 1 is the most urgent class."""
    whole: BoolArray
    """(needs,) True: all positions or none. False: as many as can be had."""
    row_needs: IntArray
    """(rows,) index of the need a row belongs to."""
    quantities: IntArray
    """(rows,) positions asked for, at least 1."""
    resource_ids: tuple[str, ...]
    capacities: IntArray
    """(resources,) positions a resource can fill at once, at least 0."""
    pair_rows: IntArray
    """(pairs,) index of the row."""
    pair_resources: IntArray
    """(pairs,) index of the resource; no pair occurs twice."""
    terms: IntArray
    """(pairs, terms) additive price terms in cost units, at least 0."""
    term_names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check everything once, and freeze the arrays."""
        flaws: list[Flaw] = []
        for name, dimensions, kind in _ARRAYS:
            array, wrong = _frozen_array(name, getattr(self, name), dimensions, kind)
            flaws += wrong
            object.__setattr__(self, name, array)
        for name in ("need_ids", "resource_ids", "term_names"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        flaws = flaws or _shape_flaws(self)
        flaws = flaws or _range_flaws(self)
        if flaws:
            raise ProblemRefused(flaws)

    @classmethod
    def trusted(
        cls, need_ids: tuple[str, ...], ranks: IntArray, whole: BoolArray, row_needs: IntArray, quantities: IntArray,
        resource_ids: tuple[str, ...], capacities: IntArray, pair_rows: IntArray, pair_resources: IntArray,
        terms: IntArray, term_names: tuple[str, ...],
    ) -> Problem:  # fmt: skip
        """Build a problem without looking at it: the caller vouches for int64 arrays, shapes and ranges."""
        problem = object.__new__(cls)
        put = object.__setattr__
        put(problem, "need_ids", need_ids)
        put(problem, "ranks", ranks)
        put(problem, "whole", whole)
        put(problem, "row_needs", row_needs)
        put(problem, "quantities", quantities)
        put(problem, "resource_ids", resource_ids)
        put(problem, "capacities", capacities)
        put(problem, "pair_rows", pair_rows)
        put(problem, "pair_resources", pair_resources)
        put(problem, "terms", terms)
        put(problem, "term_names", term_names)
        return problem

    @property
    def costs(self) -> IntArray:
        """(pairs,) price of each pair in cost units: the sum of its terms."""
        if self.terms.shape[1] == 1:
            return self.terms[:, 0]
        total: IntArray = self.terms.sum(axis=1)
        return total

    @property
    def pair_needs(self) -> IntArray:
        """(pairs,) index of the need each pair would serve."""
        return self.row_needs[self.pair_rows]


_ARRAYS: tuple[tuple[str, int, str], ...] = (
    ("ranks", 1, "i"), ("whole", 1, "b"), ("row_needs", 1, "i"), ("quantities", 1, "i"), ("capacities", 1, "i"),
    ("pair_rows", 1, "i"), ("pair_resources", 1, "i"), ("terms", 2, "i"),
)  # fmt: skip


def _frozen_array(name: str, given: object, dimensions: int, kind: str) -> tuple[NDArray[np.generic], list[Flaw]]:
    wanted = np.bool_ if kind == "b" else np.int64
    try:
        array = np.array(given)
    except ValueError:
        return np.zeros(0, dtype=wanted), [Flaw(name, "is ragged", f"{dimensions}-dimensional array")]
    if array.size == 0 and array.ndim == dimensions:
        array = array.astype(wanted)
    flaws = []
    if array.ndim != dimensions:
        flaws.append(Flaw(name, f"has {array.ndim} dimensions", f"{dimensions}"))
    if array.dtype.kind not in ("b" if kind == "b" else "iu"):
        flaws.append(Flaw(name, f"holds {array.dtype}", "booleans" if kind == "b" else "64-bit integers"))
    elif array.dtype == np.uint64 and array.size and int(array.max()) >= 2**63:
        flaws.append(Flaw(name, "does not fit 64 bits", "64-bit integers"))
    if not flaws:
        array = array.astype(wanted, copy=False)
    array.setflags(write=False)
    return array, flaws


def _shape_flaws(problem: Problem) -> list[Flaw]:
    needs, resources = len(problem.need_ids), len(problem.resource_ids)
    rows, pairs = len(problem.row_needs), len(problem.pair_rows)
    expected = {
        "ranks": (needs,), "whole": (needs,), "quantities": (rows,), "capacities": (resources,),
        "pair_resources": (pairs,), "terms": (pairs, len(problem.term_names)),
    }  # fmt: skip
    flaws = [
        Flaw(name, f"has shape {getattr(problem, name).shape}", f"{shape}")
        for name, shape in expected.items()
        if getattr(problem, name).shape != shape
    ]
    for field in fields(problem):
        if len(getattr(problem, field.name)) > SIZE_LIMIT:
            flaws.append(Flaw(field.name, "is longer than the limit", f"at most {SIZE_LIMIT}"))
    for name in ("need_ids", "resource_ids", "term_names"):
        flaws += _repeated(name, getattr(problem, name))
    return flaws


def _repeated(name: str, ids: Sequence[object]) -> list[Flaw]:
    flaws, seen = [], set()
    for index, one in enumerate(ids):
        if not isinstance(one, str):
            flaws.append(Flaw(f"{name}[{index}]", f"is {one!r}", "text"))
        elif one in seen:
            flaws.append(Flaw(f"{name}[{index}]", f"repeats {one!r}", "each id once"))
        seen.add(one)
    return flaws


def _range_flaws(problem: Problem) -> list[Flaw]:
    needs, rows, resources = len(problem.need_ids), len(problem.row_needs), len(problem.resource_ids)
    flaws: list[Flaw] = []
    for name, low, high in (
        ("ranks", 1, SIZE_LIMIT), ("quantities", 1, SIZE_LIMIT), ("capacities", 0, SIZE_LIMIT),
        ("row_needs", 0, needs - 1), ("pair_rows", 0, rows - 1), ("pair_resources", 0, resources - 1),
        ("terms", 0, PAIR_COST_LIMIT),
    ):  # fmt: skip
        array = getattr(problem, name)
        outside = np.argwhere((array < low) | (array > high))
        flaws += [Flaw(f"{name}{at.tolist()}", f"is {array[tuple(at)]}", f"{low} to {high}") for at in outside]
    if flaws:
        return flaws
    bare = np.setdiff1d(np.arange(needs), problem.row_needs)
    flaws += [Flaw(f"need_ids[{i}]", f"{problem.need_ids[i]!r} has no row", "at least one row") for i in bare]
    if int(problem.quantities.sum()) > SIZE_LIMIT:
        flaws.append(Flaw("quantities", "ask for too many positions together", f"at most {SIZE_LIMIT}"))
    dear = np.flatnonzero(problem.costs > PAIR_COST_LIMIT)
    flaws += [Flaw(f"terms[{p}]", f"add up to {problem.costs[p]}", f"at most {PAIR_COST_LIMIT}") for p in dear]
    keys = problem.pair_rows * resources + problem.pair_resources
    order = np.argsort(keys, kind="stable")
    again = order[1:][np.diff(keys[order]) == 0]
    flaws += [Flaw(f"pair_rows[{p}]", "repeats an earlier pair of the same row and resource") for p in np.sort(again)]
    return flaws
