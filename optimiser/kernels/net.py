"""What routes are made of: the problem flattened, one plan, and the memory of a search, as tuples that numba takes too.

Matrices are flat, row by row, because lists are. -1 in `where` is a need in no route.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from typing import NamedTuple

Numbers = MutableSequence[int]
"""A list of integers, or a one-dimensional 64-bit array when compiled."""


class Net(NamedTuple):
    """What does not change: the problem, flattened; n needs, m resources."""

    n: int
    m: int
    width: int
    """Entries kept for each route: one more than the longest route."""
    fare: int
    """Cost of a second on the way."""
    levels: int
    leg: Numbers
    """(profiles, n, n) from need to need."""
    first: Numbers
    """(m, n) from the start to a need."""
    last: Numbers
    """(m, n) from a need to the end place, or 0."""
    profile: Numbers
    begin: Numbers
    finish: Numbers
    room: Numbers
    release: Numbers
    due: Numbers
    service: Numbers
    weight: Numbers
    price: Numbers
    """(n,) cost of a need that is not served."""
    toll: Numbers
    """(n,) what the search, and only the search, adds for a need that is not served."""
    miss: Numbers
    """(n, levels) what a need that is not served adds to each level."""
    can: Numbers
    """(n, m) capable resources, in front."""
    cans: Numbers
    """(n,) how many."""
    able: Numbers
    """(n, m) 1 where capable."""
    near: Numbers
    """(n, reach) the most related needs, nearest first."""
    reach: int
    most: int
    """Needs removed in one round, at most, but for the rest of a string."""
    urgency: Numbers
    """(n,) order of the classes of needs, 0 first."""


class Routes(NamedTuple):
    """One plan, with what makes the price of an insertion cheap."""

    seq: Numbers
    """(m, width) needs in order."""
    size: Numbers
    start: Numbers
    latest: Numbers
    """(m, width) the latest start that keeps everything after it feasible."""
    heavy: Numbers
    """(m, width) weights from here to the end."""
    idle: Numbers
    """(m, width) waiting for releases from here to the end."""
    cost: Numbers
    where: Numbers
    missed: Numbers
    """(levels,)"""
    total: Numbers
    """(2,) cost, tolls."""


class Scratch(NamedTuple):
    """Memory of a search: the generator, the way back, and the needs in hand."""

    rng: Numbers
    luck: Numbers
    """(1024,) -1024 times the logarithm of a uniform number, shuffled by the generator."""
    old_seq: Numbers
    old_size: Numbers
    old_missed: Numbers
    old_total: Numbers
    touched: Numbers
    """(m,) 1 where the way back is kept."""
    hand: Numbers
    """(n,) needs in hand."""
    key: Numbers
    """(n,) what needs in hand are sorted by."""
    route: Numbers
    """(n,) cheapest route of each need in hand, or -1."""
    bid: Numbers
    """(rows, m) cheapest insertion of needs in hand, for regret."""
    spot: Numbers
    rows: int
    """Needs in hand, at most."""
