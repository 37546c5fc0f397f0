"""Whether the arrays of a problem fit together: shapes, ranges, ids, and pins that break no rule. Solves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimiser.frozen import frozen_array, id_flaws
from optimiser.pins import broken_rules
from optimiser.refusals import Flaw

if TYPE_CHECKING:
    from optimiser.problem import Problem

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

PAIR_COST_LIMIT = 2**36
"""The greatest price of one pair, in cost units; with `SIZE_LIMIT` it keeps every sum inside 64 bits."""
SIZE_LIMIT = 2**22
"""The greatest number of needs, rows, resources or positions of one problem."""
PAIRS_LIMIT = 2**24
"""The greatest number of pairs: what 5,000 needs and 3,000 resources can have, in two gigabytes."""

_ARRAYS: tuple[tuple[str, int, str], ...] = (
    ("ranks", 1, "i"), ("whole", 1, "b"), ("row_needs", 1, "i"), ("quantities", 1, "i"), ("capacities", 1, "i"),
    ("pair_rows", 1, "i"), ("pair_resources", 1, "i"), ("terms", 2, "i"), ("alternatives", 1, "i"), ("loads", 1, "i"),
    ("shared", 1, "b"), ("optional", 1, "b"), ("open_prices", 1, "i"), ("pinned", 1, "b"), ("forced", 1, "b"),
    ("barred", 1, "b"),
)  # fmt: skip
_PER_NEED = ("shared", "optional", "open_prices")
_PER_ROW = ("alternatives", "loads")
_PER_PAIR = ("pinned", "forced", "barred")


def freeze_and_check(problem: Problem) -> list[Flaw]:
    """Turn the fields of a problem into read-only arrays and tuples, and list all that is wrong with them."""
    flaws: list[Flaw] = []
    for name, dimensions, kind in _ARRAYS:
        if getattr(problem, name) is None and name in _PER_NEED + _PER_ROW + _PER_PAIR:
            continue
        array, wrong = frozen_array(name, getattr(problem, name), dimensions, kind)
        flaws += wrong
        object.__setattr__(problem, name, array)
    for name in ("need_ids", "resource_ids", "term_names"):
        object.__setattr__(problem, name, tuple(getattr(problem, name)))
    flaws = flaws or _shape_flaws(problem)
    flaws = flaws or _range_flaws(problem)
    return flaws or _meaning_flaws(problem)


def _shape_flaws(problem: Problem) -> list[Flaw]:
    needs, resources = len(problem.need_ids), len(problem.resource_ids)
    rows, pairs = len(problem.row_needs), len(problem.pair_rows)
    expected: dict[str, tuple[int, ...]] = {
        "ranks": (needs,), "whole": (needs,), "quantities": (rows,), "capacities": (resources,),
        "pair_resources": (pairs,), "terms": (pairs, len(problem.term_names)),
    }  # fmt: skip
    for names, length in ((_PER_NEED, needs), (_PER_ROW, rows), (_PER_PAIR, pairs)):
        expected |= {name: (length,) for name in names if getattr(problem, name) is not None}
    flaws = [
        Flaw(name, f"has shape {getattr(problem, name).shape}", f"{shape}")
        for name, shape in expected.items()
        if getattr(problem, name).shape != shape
    ]
    for name in ("need_ids", "resource_ids", "term_names", "row_needs", "pair_rows"):
        limit = PAIRS_LIMIT if name == "pair_rows" else SIZE_LIMIT
        if len(getattr(problem, name)) > limit:
            flaws.append(Flaw(name, "is longer than the limit", f"at most {limit}"))
    for name in ("need_ids", "resource_ids", "term_names"):
        flaws += id_flaws(name, getattr(problem, name))
    return flaws


def _range_flaws(problem: Problem) -> list[Flaw]:
    needs, rows, resources = len(problem.need_ids), len(problem.row_needs), len(problem.resource_ids)
    flaws: list[Flaw] = []
    for name, low, high in (
        ("ranks", 1, SIZE_LIMIT), ("quantities", 1, SIZE_LIMIT), ("capacities", 0, SIZE_LIMIT),
        ("row_needs", 0, needs - 1), ("pair_rows", 0, rows - 1), ("pair_resources", 0, resources - 1),
        ("terms", 0, PAIR_COST_LIMIT), ("alternatives", 0, SIZE_LIMIT), ("loads", 1, SIZE_LIMIT),
        ("open_prices", 0, PAIR_COST_LIMIT),
    ):  # fmt: skip
        array = getattr(problem, name)
        if array is None:
            continue
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


def _meaning_flaws(problem: Problem) -> list[Flaw]:
    """What is wrong with the optional fields once their ranges are right."""
    flaws = []
    nothing = np.zeros(len(problem.need_ids), dtype=np.bool_)
    if problem.open_prices is not None:
        optional = nothing if problem.optional is None else problem.optional
        for i in np.flatnonzero(~optional & (problem.open_prices > 0)).tolist():
            what = f"is {problem.open_prices[i]}, but {problem.need_ids[i]!r} is not optional"
            flaws.append(Flaw(f"open_prices[{i}]", what, "0, or an optional need"))
    if problem.alternatives is not None:
        least, most = np.full(len(nothing), SIZE_LIMIT), np.zeros(len(nothing), dtype=np.int64)
        np.minimum.at(least, problem.row_needs, problem.alternatives)
        np.maximum.at(most, problem.row_needs, problem.alternatives)
        for i in np.flatnonzero((least < most) & ~problem.whole).tolist():
            flaws.append(Flaw(f"whole[{i}]", f"{problem.need_ids[i]!r} has alternatives", "true"))
    if problem.forced is not None:
        unpinned = problem.forced if problem.pinned is None else problem.forced & ~problem.pinned
        for p in np.flatnonzero(unpinned).tolist():
            flaws.append(Flaw(f"forced[{p}]", "is true, but the pair is not pinned", "false, or a pinned pair"))
    if flaws or problem.pinned is None:
        return flaws
    willing = problem.pinned if problem.forced is None else problem.pinned & ~problem.forced
    return [
        Flaw(f"pinned[{broken.pair}]", f"breaks the rule of {broken.rule}: {broken.subject}", "a forced pin, or none")
        for broken in broken_rules(problem, willing)
    ]
