"""Reasons read off a session's duals: the exact price of every other choice, who would have to move, what one more would save.

Another resource for one need is priced with everything that follows from it: whoever held it moves on, and so forth. The chain
with the least total is a shortest path over reduced costs, so its price is that of a cold solve in which the choice is forced, to
the last unit. Nothing here is guessed and nothing changes the session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np

from optimiser.kernels.augmenting import NOBODY, compressed
from optimiser.matching_proof import least_price_duals
from optimiser.session import LOWEST_RANK, STEP, Session

HOLDERS_NAMED = 10
"""How many holders of resources are named for an open need."""


class Move(NamedTuple):
    """One need's step in an exchange; None is staying open. A tuple, because long chains are made of many."""

    need_id: str
    leaves: str | None
    takes: str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """Another resource for a need, and all that it would bring about."""

    resource_id: str
    own: int
    """Cost units by which the resource is dearer for the need itself; its whole price where the need is open."""
    total: int
    """Cost units by which travel altogether would be dearer: exact, and never less than nought where nobody is opened."""
    moves: tuple[Move, ...]
    """The need's own first, then whoever follows."""
    opened: str | None
    """The need that would be left open."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Everything there is to say about one need in the present plan."""

    need_id: str
    resource_id: str | None
    cost: int | None
    """Price of the pair in cost units; None while the need is open."""
    alternatives: tuple[Exchange, ...]
    """For a served need: the two cheapest other choices that fill as much, the better one first."""
    filling: Exchange | None
    """For an open need: the least change that would fill it; None where nobody is eligible."""
    holders: tuple[tuple[str, str], ...]
    """For an open need: (resource, need) for its cheapest eligible resources and who has them, at most `HOLDERS_NAMED`."""
    eligible: int
    """Resources eligible for the need, whoever has them."""


def reasons(session: Session, need_id: str) -> Reasons:
    """Explain one need; refuses an id that is not in the session."""
    said = session.explained(session.need_slot(need_id), STEP // 2, HOLDERS_NAMED)
    column, cost, eligible, moves, holders = [numbers[0] for numbers in said]
    found = _exchanges(session, said, 1 + moves)
    if column >= 0:
        return Reasons(need_id, session.resource_slots[column], cost, found, None, (), eligible)
    held = _holders(session, said, 1 + moves) if holders else ()
    return Reasons(need_id, None, None, (), found[0] if found else None, held, eligible)


@dataclass(frozen=True, slots=True)
class TwinSaves:
    """What one more resource like this one would change for the better."""

    fills_rank: int | None
    """Rank of the open need that could then be filled; None where none could."""
    saves: int
    """Cost units by which travel would be less; where a need is filled, its own travel is counted and this may be negative."""


def resource_prices(session: Session) -> dict[str, TwinSaves]:
    """Per resource, exactly what a twin of it would save: advice for staffing.

    Takes one pass over all pairs for every link of the longest chain of displacements.
    """
    problem = session.problem()
    slots = np.fromiter(session.need_at.values(), np.int64, len(session.need_at))
    keys = np.zeros(len(problem.resource_ids), dtype=np.uint64)
    pairs = problem.pair_rows, problem.pair_resources, problem.costs
    graph = compressed(*pairs, session.opens[slots], keys[:0], keys)
    column_of = np.full(len(slots), NOBODY, dtype=np.int64)
    picks = list(session.allocation(problem).chosen)
    column_of[problem.pair_rows[picks]] = problem.pair_resources[picks]
    prices = {}
    for name, v in zip(problem.resource_ids, least_price_duals(graph, column_of)[1].tolist(), strict=True):
        # A rank is priced at whole steps, and no travel comes near half of one.
        steps, rest = divmod(STEP // 2 - v, STEP)
        prices[name] = TwinSaves(LOWEST_RANK + 1 - steps if steps else None, rest - STEP // 2)
    return prices


def _exchanges(session: Session, said: list[list[int]], end: int) -> tuple[Exchange, ...]:
    """The exchanges that the moves on the lines from the second to the last before `end` make, two at most."""
    if end == 1:
        return ()
    second = end - said[0][1:end].count(1)
    first = _exchange(session, said, 1, second)
    return (first,) if second == end else (first, _exchange(session, said, second, end))


def _exchange(session: Session, said: list[list[int]], begin: int, end: int) -> Exchange:
    # A move has a need; and nobody's slot is the last, which holds None.
    needs, slots = cast(list[str], session.need_slots), session.resource_slots
    rows, leaves, takes, changes = [numbers[begin:end] for numbers in said[1:]]
    moves = tuple(map(Move, [needs[at] for at in rows], [slots[at] for at in leaves], [slots[at] for at in takes]))
    opened = needs[rows[takes.index(NOBODY)]] if NOBODY in takes else None
    return Exchange(slots[takes[0]] or "", changes[0], sum(changes), moves, opened)


def _holders(session: Session, said: list[list[int]], begin: int) -> tuple[tuple[str, str], ...]:
    prices, columns, holders = [numbers[begin:] for numbers in said[:3]]
    slots, needs = session.resource_slots, session.need_slots
    nearest = sorted(zip(prices, [slots[at] or "" for at in columns], holders, strict=True))
    # An eligible resource that nobody has would have been given to the need.
    return tuple([(resource, needs[holder] or "") for _, resource, holder in nearest[:HOLDERS_NAMED]])
