"""Plans one after another, each better than the last or as good, for whoever may have to stop waiting.

    1  the floor plan       greedy, about a millisecond for two hundred needs and five hundred resources
    2  short searches       where needs of several positions or of other shapes compete: under a small part of the work that
                            the limits allow, then six times as much, until one is proven; HiGHS is not asked
    3  `solve`              the answer under the limits themselves, the same that nobody in a hurry would get; left out where a
                            short search has just given it

Stopping early is the caller's business, for nothing here reads a clock. A problem that one flow or one matching settles has no
second tier, nor has one whose search is short anyway. The last plan is `solve`'s own, so a plan that was not cut short is the
same live and in simulation. Every tier begins anew: a search that meets its limits takes a fifth longer for it, one that
proves its plan just beyond a tier twice as long.
"""

from __future__ import annotations

from collections.abc import Iterator

from optimiser.allocation import Allocation, Limits, Termination
from optimiser.floor_plan import floor_plan
from optimiser.ledger import ledger_of
from optimiser.problem import Problem
from optimiser.shape_floor import shape_floor
from optimiser.solve import solve
from optimiser.teams import is_contested_by_teams

FIRST_NODES = 6
"""Flows of the first short search: the relaxation, with and without needs that cannot be staffed, and one rounding."""
GROWTH = 6
SPARE_FLOWS = 3
"""With so many flows left at its end a search was denied nothing on the way."""
LONG_SEARCH_PAIRS = 200_000
"""Pairs, counted once for every flow that may be solved, from which a search of teams can take tenths of a second."""

Standing = tuple[tuple[int, ...], int]


def tiers(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    """Yield the floor plan, then `improvements`."""
    yield floor_answer(problem)
    yield from improvements(problem, limits)


def improvements(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    """Yield plans found by engines, the last of them under `limits`."""
    if _is_searched(problem) and (not problem.is_plain or pair_visits(problem, limits) >= LONG_SEARCH_PAIRS):
        nodes = FIRST_NODES
        while nodes < limits.nodes:
            plan = solve(problem, Limits(nodes, limits.programme_work * nodes / limits.nodes, 0))
            yield plan
            if plan.proven:
                if _felt_no_limit(plan, nodes, limits):
                    return
                break
            nodes *= GROWTH
    yield solve(problem, limits)


def floor_answer(problem: Problem, detail: str = "the floor plan: no engine was asked") -> Allocation:
    """The floor plan as an answer, marked as degraded, with `detail` as the reason."""
    greedy = floor_plan if problem.is_plain else shape_floor
    chosen = greedy(problem, problem.costs)
    ledger = ledger_of(problem, chosen)
    termination = Termination("degraded", None, ledger.cost, 0, detail)
    return Allocation(
        tuple(chosen.tolist()), ledger.unfilled, ledger.filled_by_rank, ledger.cost, "floor", termination, ledger.broken
    )


def pair_visits(problem: Problem, limits: Limits) -> int:
    """How many pairs the engines may have to look at: those of the problem, once for every flow that may be solved."""
    return len(problem.pair_rows) * (limits.nodes if _is_searched(problem) else 1)


def standing(plan: Allocation) -> Standing:
    """What plans for one problem are compared by, smaller being better: positions filled by rank, then the cost."""
    return tuple(-filled for _, filled in plan.filled_by_rank), plan.cost


def _is_searched(problem: Problem) -> bool:
    return not problem.is_plain or is_contested_by_teams(problem)


def _felt_no_limit(plan: Allocation, nodes: int, limits: Limits) -> bool:
    """Whether a proven plan is the one that greater limits give: its search had flows to spare until the end.

    A search with none to spare may prove the price and leave ties open; what CP-SAT finds depends on its work in any case.
    """
    has_spare = plan.termination.nodes + SPARE_FLOWS <= nodes
    return has_spare and not limits.programme_nodes and plan.engine not in {"highs", "cp-sat"}
