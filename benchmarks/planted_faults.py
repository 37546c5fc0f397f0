"""Ways for a solver to fail, each planted in the real process of the real pool by name.

`planted(name, problem, limits)` runs in that process in place of `optimiser.tiers.improvements`. Wrong plans are honest in
everything but the one thing that is wrong with them, and call themselves proven.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from api.solver_worker import Improve
from optimiser import Allocation, Limits, Problem, Termination, solve
from optimiser.ledger import ledger_of
from optimiser.slot_flow import EngineFailure
from optimiser.tiers import improvements

FOREVER_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, of which family, and what the last plan of the request must say."""

    family: str
    act: Callable[[Problem, Limits], Iterator[Any]]
    says: str
    reasons: tuple[str, ...] = ("degraded",)


def planted(name: str, problem: Problem, limits: Limits) -> Iterator[Allocation]:
    """Fail as the fault of that name does."""
    yield from FAULTS[name].act(problem, limits)


def improve_by(name: str) -> Improve:
    """What the pool hands to its process."""
    return partial(planted, name)


def honest(problem: Problem, chosen: list[int]) -> Allocation:
    """A plan of these pairs, everything about it reckoned as it should be, and called proven."""
    pairs = np.array(sorted(chosen), dtype=np.int64)
    ledger = ledger_of(problem, pairs)
    termination = Termination("proven", ledger.cost, ledger.cost, 1)
    return Allocation(
        tuple(pairs.tolist()), ledger.unfilled, ledger.filled_by_rank, ledger.cost, "flow", termination, ledger.broken
    )


def _works_on(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    while limits.nodes:
        limits = replace(limits)
    yield solve(problem, limits)


def _sleeps(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    time.sleep(FOREVER_S)
    yield solve(problem, limits)


def _keeps_the_interpreter(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    sum(range(10**12))
    yield solve(problem, limits)


def _is_stopped(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    os.kill(os.getpid(), signal.SIGSTOP)
    yield solve(problem, limits)


def _hangs_after_a_plan(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    yield solve(problem, limits)
    time.sleep(FOREVER_S)


def _ended_by(number: signal.Signals, problem: Problem, limits: Limits) -> Iterator[Allocation]:
    os.kill(os.getpid(), number)
    yield solve(problem, limits)


def _reads_nowhere(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    ctypes.string_at(0)
    yield solve(problem, limits)


def _exits(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    os._exit(3)


def _crashes_after_a_plan(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    yield solve(problem, limits)
    os.kill(os.getpid(), signal.SIGSEGV)


def _raises(error: Exception, problem: Problem, limits: Limits) -> Iterator[Allocation]:
    raise error


def _says_nothing(problem: Problem, limits: Limits) -> Iterator[Allocation]:
    yield from ()


class _Unreadable:
    def __reduce__(self) -> tuple[type[int], tuple[str]]:
        return int, ("not a number",)


def _sends(what: Callable[[Problem, Allocation], Any], problem: Problem, limits: Limits) -> Iterator[Any]:
    yield what(problem, solve(problem, limits))


def _double_use(problem: Problem, plan: Allocation) -> Allocation:
    """Somebody sent is sent to somebody else as well."""
    rows = {int(problem.pair_rows[pair]) for pair in plan.chosen}
    used = {int(problem.pair_resources[pair]) for pair in plan.chosen}
    pairs = zip(problem.pair_rows.tolist(), problem.pair_resources.tolist(), strict=True)
    again = [pair for pair, (row, resource) in enumerate(pairs) if resource in used and row not in rows]
    again = again or [pair for pair in range(len(problem.pair_rows)) if pair not in plan.chosen]
    return honest(problem, [*plan.chosen, *again[:1]])


def _lacking_skill(problem: Problem, plan: Allocation) -> Allocation:
    """Somebody is sent whom no pair allows: a pair beyond the last."""
    return replace(plan, chosen=(*plan.chosen[:-1], len(problem.pair_rows)))


def _twice(problem: Problem, plan: Allocation) -> Allocation:
    return replace(plan, chosen=(*plan.chosen, *plan.chosen[-1:]))


def _half_a_team(problem: Problem, plan: Allocation) -> Allocation:
    """One is taken out of a whole need; where there is none, one of the others is left out of the count alone."""
    teams = [pair for pair in plan.chosen if problem.whole[problem.pair_needs[pair]]]
    kept = [pair for pair in plan.chosen if pair not in teams[:1]]
    halved = honest(problem, kept)
    return halved if teams else _miscounted(problem, plan)


def _too_many(problem: Problem, plan: Allocation) -> Allocation:
    """A row gets one more than it asks for, who was free."""
    used = {int(problem.pair_resources[pair]) for pair in plan.chosen}
    rows = {int(problem.pair_rows[pair]) for pair in plan.chosen}
    pairs = zip(problem.pair_rows.tolist(), problem.pair_resources.tolist(), strict=True)
    more = [pair for pair, (row, resource) in enumerate(pairs) if row in rows and resource not in used]
    return honest(problem, [*plan.chosen, *more[:1]]) if more else _twice(problem, plan)


def _cheaper_than_it_is(problem: Problem, plan: Allocation) -> Allocation:
    cost = plan.cost - 1
    return replace(plan, cost=cost, termination=replace(plan.termination, bound=cost, cost=cost), certificate=None)


def _miscounted(problem: Problem, plan: Allocation) -> Allocation:
    return replace(plan, filled_by_rank=tuple((rank, filled + 1) for rank, filled in plan.filled_by_rank))


def _nobody_goes(problem: Problem, plan: Allocation) -> Allocation:
    """Sound in itself, and worse than what anybody could do by hand."""
    return honest(problem, [])


def _degraded_without_reason(problem: Problem, plan: Allocation) -> Allocation:
    return replace(plan, termination=Termination("degraded", None, plan.cost, 0))


def _numbers_too_large(problem: Problem, plan: Allocation) -> Allocation:
    return replace(plan, chosen=(10**30,))


BY_THE_CLOCK = "by the clock"
DOES_NOT_HOLD = "does not hold"
FAULTS: dict[str, Fault] = {
    "works on and on": Fault("time-out", _works_on, BY_THE_CLOCK),
    "a plan, then works no more": Fault("time-out", _hangs_after_a_plan, BY_THE_CLOCK, ("limit", "degraded")),
    "waits for ever": Fault("hang", _sleeps, BY_THE_CLOCK),
    "hangs inside native code": Fault("hang", _keeps_the_interpreter, BY_THE_CLOCK),
    "is stopped by the system": Fault("hang", _is_stopped, BY_THE_CLOCK),
    "SIGSEGV": Fault("crash", partial(_ended_by, signal.SIGSEGV), "SIGSEGV"),
    "reads from nowhere": Fault("crash", _reads_nowhere, "SIGSEGV"),
    "SIGKILL, as when memory runs out": Fault("crash", partial(_ended_by, signal.SIGKILL), "SIGKILL"),
    "SIGABRT": Fault("crash", partial(_ended_by, signal.SIGABRT), "SIGABRT"),
    "exits": Fault("crash", _exits, "exit code 3"),
    "a plan, then SIGSEGV": Fault("crash", _crashes_after_a_plan, "SIGSEGV"),
    "infeasible, it says": Fault("infeasible", partial(_raises, EngineFailure("INFEASIBLE")), "INFEASIBLE"),
    "raises": Fault("infeasible", partial(_raises, RuntimeError("lost")), "raised RuntimeError: lost"),
    "out of memory": Fault("infeasible", partial(_raises, MemoryError("no more")), "raised MemoryError"),
    "says nothing": Fault("infeasible", _says_nothing, "no plan"),
    "double use": Fault("wrong answer", partial(_sends, _double_use), DOES_NOT_HOLD),
    "a skill nobody has": Fault("wrong answer", partial(_sends, _lacking_skill), DOES_NOT_HOLD),
    "a pair twice": Fault("wrong answer", partial(_sends, _twice), DOES_NOT_HOLD),
    "half a team": Fault("wrong answer", partial(_sends, _half_a_team), DOES_NOT_HOLD),
    "one too many": Fault("wrong answer", partial(_sends, _too_many), DOES_NOT_HOLD),
    "cost misstated": Fault("wrong answer", partial(_sends, _cheaper_than_it_is), DOES_NOT_HOLD),
    "positions miscounted": Fault("wrong answer", partial(_sends, _miscounted), DOES_NOT_HOLD),
    "worse than the floor plan": Fault("wrong answer", partial(_sends, _nobody_goes), "worse than the floor plan"),
    "degraded, not why": Fault("wrong answer", partial(_sends, _degraded_without_reason), DOES_NOT_HOLD),
    "numbers too large": Fault("wrong answer", partial(_sends, _numbers_too_large), "cannot be read"),
    "no plan at all": Fault("wrong answer", partial(_sends, lambda _problem, _plan: {"chosen": []}), "sent dict"),
    "unreadable": Fault("wrong answer", partial(_sends, lambda _problem, _plan: _Unreadable()), "cannot be read"),
}
HEALTHY: Improve = improvements
