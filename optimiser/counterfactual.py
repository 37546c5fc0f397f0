"""What if: the best plan in which a pair is chosen, or a need filled, beside the present one.

Where `exchange_prices` knows the answer it is read off there. Everywhere else the need's own component is solved again, with the
pair pinned as a person would pin it, or with the need before every other rank; the answer says whether that is proven.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from optimiser.allocation import Allocation, Limits
from optimiser.components import Part, need_components, part_of
from optimiser.exchange_prices import ExchangePrices
from optimiser.ledger import ledger_of
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.refusals import ProblemRefused
from optimiser.session_reasons import Move
from optimiser.slot_graph import Step
from optimiser.solve import solve

RESOLVE_LIMITS = Limits(nodes=20, programme_work=0.2, programme_nodes=0)
"""What solving a component again may cost: somebody is waiting for a reason, and an unproven one says so."""


@dataclass(frozen=True, slots=True)
class Change:
    """How another plan differs from the present one."""

    dearer_by: int
    """Cost units by which it is dearer; below nought where it fills less, or the present plan was not the best."""
    by_rank: tuple[tuple[int, int], ...] = ()
    """(rank, positions more) for every rank of which it fills more or, below nought, fewer."""
    proven: bool = True
    """Whether it is the best of its kind."""

    @property
    def costs_a_need(self) -> bool:
        """Whether some rank has fewer positions filled."""
        return any(more < 0 for _, more in self.by_rank)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Another plan: what it changes, and every move that leads there."""

    change: Change
    moves: tuple[Move, ...]
    """Those of the need it is about come first."""
    opened: tuple[str, ...]
    """Ids of needs that lose positions, in the problem's order."""


def choosing(
    problem: Problem, allocation: Allocation, prices: ExchangePrices, pair: int, limits: Limits = RESOLVE_LIMITS
) -> Counterfactual | None:
    """The best plan in which this pair is chosen; None where it may not be, whatever else is given up for it."""
    if prices.exact[pair]:
        steps = () if pair in allocation.chosen else prices.steps(problem, pair)
        return _counterfactual(problem, change_of(prices, pair), steps)
    need = int(problem.row_needs[problem.pair_rows[pair]])
    part, chosen = _component(problem, allocation, need, pair if prices.over_bars else None)
    pins = np.zeros(len(part.pairs), dtype=np.bool_) if part.problem.pinned is None else part.problem.pinned.copy()
    at = np.flatnonzero(part.pairs == pair)
    if not len(at) or problem.capacities[problem.pair_resources[pair]] == 0:
        return None
    pins[at] = True
    try:
        pinned = replace(part.problem, pinned=pins, forced=_forced(part.problem, at))
    except ProblemRefused:
        return None
    answer = solve(pinned, limits)
    if answer.termination.reason == "degraded" and not set(at.tolist()) <= set(answer.chosen):
        return None
    return _beside(problem, part, chosen, answer, pinned, need)


def filling_position(problem: Problem, prices: ExchangePrices, row: int) -> Counterfactual | None:
    """The least change that fills an open position of this row, where prices know it."""
    found = prices.filling(problem, row)
    if found is None:
        return None
    (dearer, opened, filled), steps = found
    need = problem.row_needs[row]
    if any(step.takes is None and problem.row_needs[step.row] == need for step in steps):
        # It would rob another row of the same need, which fills nothing.
        return None
    return _counterfactual(problem, Change(dearer, _by_rank(opened, filled)), steps)


def filling(
    problem: Problem, allocation: Allocation, need: int, limits: Limits = RESOLVE_LIMITS
) -> Counterfactual | None:
    """The best plan that fills a need as far as any plan can; None where no plan fills more of it than the present one."""
    part, chosen = _component(problem, allocation, need)
    mine = part.problem.need_ids.index(problem.need_ids[need])
    ranks = part.problem.ranks + 1
    ranks[mine] = 1
    optional, opens = part.problem.optional, part.problem.open_prices
    if optional is not None:
        optional = optional.copy()
        optional[mine] = False
    if opens is not None:
        opens = opens.copy()
        opens[mine] = 0
    answer = solve(replace(part.problem, ranks=ranks, optional=optional, open_prices=opens), limits)
    filled = np.bincount(part.problem.pair_needs[list(answer.chosen)], minlength=mine + 1)[mine]
    if filled <= np.bincount(part.problem.pair_needs[chosen], minlength=mine + 1)[mine]:
        return None
    return _beside(problem, part, chosen, answer, part.problem, need)


def change_of(prices: ExchangePrices, pair: int) -> Change:
    """What choosing an exact pair changes."""
    return Change(int(prices.dearer[pair]), _by_rank(int(prices.opened[pair]), int(prices.filled[pair])))


def _by_rank(opened: int, filled: int) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(each for each in ((opened, -1), (filled, 1)) if each[0]))


def _forced(problem: Problem, at: IntArray) -> BoolArray | None:
    """The forced pins, with these pairs among them if something bars them."""
    if problem.barred is None or not problem.barred[at].any():
        return problem.forced
    forced = np.zeros(len(problem.pair_rows), dtype=np.bool_) if problem.forced is None else problem.forced.copy()
    forced[at] = True
    return forced


def _component(
    problem: Problem, allocation: Allocation, need: int, pair: int | None = None
) -> tuple[Part, IntArray]:  # fmt: skip
    """The need's component, joined by `pair` too, and the part's pairs that the present plan chooses."""
    usable = np.ones(len(problem.pair_rows), dtype=np.bool_)
    if problem.barred is not None:
        usable = ~problem.barred if problem.pinned is None else ~problem.barred | problem.pinned
        if pair is not None:
            usable[pair] = True
    pairs = np.flatnonzero(usable)
    labels = need_components(problem, pairs)
    part = part_of(problem, labels == labels[need], pairs)
    return part, np.flatnonzero(np.isin(part.pairs, allocation.chosen))


def _beside(
    problem: Problem, part: Part, chosen: IntArray, answer: Allocation, reckoned: Problem, need: int
) -> Counterfactual:  # fmt: skip
    """Set an answer for a component beside what the present plan does there; `reckoned` says what counts in it."""
    other = np.array(answer.chosen, dtype=np.int64)
    before, after = ledger_of(part.problem, chosen), ledger_of(reckoned, other)
    by_rank = tuple(
        (rank, more - fewer)
        for (rank, fewer), (_, more) in zip(before.filled_by_rank, after.filled_by_rank, strict=True)
        if more != fewer
    )
    change = Change(after.cost - before.cost, by_rank, answer.proven)
    return _counterfactual(problem, change, _steps(problem, part.pairs[chosen], part.pairs[other], need))


def _steps(problem: Problem, before: IntArray, after: IntArray, need: int) -> tuple[Step, ...]:
    """Match who leaves each row with who comes to it, the rows of `need` first."""
    leavers: dict[int, list[int]] = defaultdict(list)
    comers: dict[int, list[int]] = defaultdict(list)
    for pairs, of in ((np.setdiff1d(before, after), leavers), (np.setdiff1d(after, before), comers)):
        for pair in pairs.tolist():
            of[int(problem.pair_rows[pair])].append(int(problem.pair_resources[pair]))
    steps = []
    for row in sorted({*leavers, *comers}, key=lambda row: (problem.row_needs[row] != need, row)):
        out, into = leavers[row], comers[row]
        for at in range(max(len(out), len(into))):
            steps.append(Step(row, out[at] if at < len(out) else None, into[at] if at < len(into) else None))
    return tuple(steps)


def _counterfactual(problem: Problem, change: Change, steps: tuple[Step, ...]) -> Counterfactual:
    ids, names = problem.need_ids, problem.resource_ids
    balance: dict[int, int] = defaultdict(int)
    moves = []
    for step in steps:
        need = int(problem.row_needs[step.row])
        leaves = None if step.leaves is None else names[step.leaves]
        takes = None if step.takes is None else names[step.takes]
        balance[need] += (takes is not None) - (leaves is not None)
        moves.append(Move(ids[need], leaves, takes))
    opened = tuple(ids[need] for need in sorted(balance) if balance[need] < 0)
    return Counterfactual(change, tuple(moves), opened)
