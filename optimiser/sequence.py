"""Tiers of sequence planning: the only file that knows in which order the engines are tried.

    1  regret insertion, class by class, the most urgent first
    2  VROOM as a second constructor, where it is installed and the problem is one it can express and large enough
    3  large-neighbourhood search from the better of the two, for a set number of rounds
    4  settling: every need where it is cheapest, whatever still fits inserted
    5  the plan of tier 1, marked as degraded, when anything above raises or `verify_sequence` rejects it

Kernels are compiled by numba where it is installed and the work is worth it; compiled or not, the same seed and rounds
give the same plan. Pure: no clock and no randomness of its own. A caller with a clock may hand in `spent`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optimiser.kernels import routes as kernels
from optimiser.kernels.compiling import all_compiled, has_numba
from optimiser.kernels.net import Routes, Scratch
from optimiser.sequence_net import Flattened, empty_routes, flattened, scratch
from optimiser.sequence_plan import SequenceEngine, SequenceLimits, SequencePlan, SequenceTermination
from optimiser.sequence_problem import SequenceProblem
from optimiser.sequence_report import described, with_bound
from optimiser.sequence_verify import verify_sequence
from optimiser.vroom_start import vroom_routes

__all__ = ["SequenceLimits", "SequencePlan", "plan"]

CHUNK = 100
"""Rounds between two looks at the temperature."""
BUDGET_CHUNK = 200_000
"""Divided by the needs: rounds between two looks at the caller's budget."""
COMPILE_WORK = 300_000
"""Rounds times needs from which compiling pays: some five seconds of plain Python."""
REGRET_LIMIT = 4_000_000
"""Needs times resources beyond which insertion goes by urgency alone."""
SETTLING = 50
"""Passes of settling, at most."""
HEAT = 16
"""The search starts accepting losses of about so many eighths of a usual cost."""

Spent = Callable[[], float]
"""The share of the caller's budget that is gone; 1 or more ends the search."""

_NO_LIMITS_GIVEN = SequenceLimits()


def plan(
    problem: SequenceProblem, limits: SequenceLimits = _NO_LIMITS_GIVEN, *, spent: Spent | None = None,
    compiled: bool | None = None,
) -> SequencePlan:  # fmt: skip
    """Queue needs on resources as well as the limits allow; never raises for engine trouble.

    Without `spent` the answer is a function of the problem and the limits. `compiled` forces or forbids numba; it
    changes only the time taken.
    """
    if compiled is None:
        compiled = has_numba() and limits.iterations * len(problem.need_ids) >= COMPILE_WORK
    try:
        flat = flattened(problem, compiled=compiled)
        routes, engine, done, was_cut = _searched(problem, flat, limits, spent, compiled)
        termination = SequenceTermination("cut" if was_cut else "limit", None, done)
        found = with_bound(problem, described(problem, _bare(flat, routes), engine, limits.seed, termination))
        violations = verify_sequence(problem, found)
        assert not violations, "the answer does not hold: " + "; ".join(violations[:3])
    except Exception as trouble:  # Whatever an engine does, there must be a plan, and it must say that it is this one.
        return _degraded(problem, limits, f"{type(trouble).__name__}: {trouble}")
    return found


def _searched(
    problem: SequenceProblem, flat: Flattened, limits: SequenceLimits, spent: Spent | None, compiled: bool
) -> tuple[Routes, SequenceEngine, int, bool]:
    net = flat.net
    engine: SequenceEngine = "insertion"
    if not any(net.cans[i] for i in range(net.n)) or not net.width:
        return _inserted(flat, limits.seed, compiled), "nothing to do", 0, False
    start = _inserted(flat, limits.seed, compiled)
    if limits.iterations:
        engine = "insertion, search"
        # VROOM's time has no deterministic bound that is short, so it is not for a caller who counts seconds.
        other = _of_vroom(problem, flat, limits.seed, compiled) if spent is None else None
        if other is not None and kernels.is_better(net, other, start):
            start, engine = other, "vroom, search"
    best = empty_routes(net, compiled=compiled)
    kernels.copy_routes(net, best, start)
    memory = scratch(net, limits.seed, flat.in_hand, compiled=compiled)
    done, was_cut = _annealed(flat, start, best, memory, limits, spent, compiled)
    for j in range(net.m):
        best.cost[j] = 0
    best.total[0] = sum(int(net.price[i]) for i in range(net.n) if best.where[i] < 0)
    for j in range(net.m):
        kernels.refresh(net, best, j)
    settle = _kernel("settle", compiled)
    for _ in range(SETTLING):
        if not settle(net, best, memory):
            break
    return best, engine, done, was_cut


def _inserted(flat: Flattened, seed: int, compiled: bool) -> Routes:
    """Regret insertion, one class of needs after another."""
    net = flat.net
    routes = empty_routes(net, compiled=compiled)
    for i in range(net.n):
        kernels.count_missed(net, routes, i, 1)
    with_regret = net.n * net.m <= REGRET_LIMIT
    memory = scratch(net, seed, net.n if with_regret else 1, compiled=compiled)
    if not net.width:
        return routes
    for urgency in sorted({int(each) for each in net.urgency}):
        hand = [i for i in range(net.n) if net.urgency[i] == urgency and net.cans[i]]
        for x, i in enumerate(hand):
            memory.hand[x] = i
        if with_regret:
            _kernel("put_by_regret", compiled)(net, routes, memory, len(hand), 0)
        else:
            _kernel("put_in_order", compiled)(net, routes, memory, len(hand), 1, 0)
    return routes


def _of_vroom(problem: SequenceProblem, flat: Flattened, seed: int, compiled: bool) -> Routes | None:
    """VROOM's routes, where it is of use, with what it left out inserted where that fits."""
    net = flat.net
    found = vroom_routes(problem)
    if found is None:
        return None
    routes = empty_routes(net, compiled=compiled)
    for i in range(net.n):
        kernels.count_missed(net, routes, i, 1)
    need_at = {need: i for i, need in enumerate(flat.needs)}
    for j, resource in enumerate(flat.resources):
        for need in found[resource]:
            kernels.insert(net, routes, need_at[need], j, routes.size[j])
    memory = scratch(net, seed, 1, compiled=compiled)
    left = [i for i in range(net.n) if routes.where[i] < 0 and net.cans[i]]
    for x, i in enumerate(left):
        memory.hand[x] = i
    _kernel("put_in_order", compiled)(net, routes, memory, len(left), 1, 0)
    return routes


def _annealed(
    flat: Flattened, routes: Routes, best: Routes, memory: Scratch, limits: SequenceLimits, spent: Spent | None,
    compiled: bool,
) -> tuple[int, bool]:  # fmt: skip
    """Search; returns the rounds done and whether the caller's budget ended it."""
    net, improve = flat.net, _kernel("improve", compiled)
    first_heat = max(1, flat.usual_cost * HEAT // 8)
    chunk = CHUNK if spent is None else max(10, min(CHUNK, BUDGET_CHUNK // max(1, net.n)))
    done = 0
    while done < limits.iterations:
        gone = 1000 * done // limits.iterations
        if spent is not None:
            gone = max(gone, int(1000 * spent()))
            if gone >= 1000:
                return done, True
        rounds = min(chunk, limits.iterations - done)
        # Cooling by the third power is whole arithmetic, hence the same on every machine.
        improve(net, routes, best, memory, rounds, first_heat * (1000 - gone) ** 3 // 1000**3)
        done += rounds
    return done, False


def _kernel(name: str, compiled: bool) -> Any:
    return all_compiled(kernels)[name] if compiled else getattr(kernels, name)


def _bare(flat: Flattened, routes: Routes) -> list[list[int]]:
    net = flat.net
    bare: list[list[int]] = [[] for _ in range(net.m)]
    for j, resource in enumerate(flat.resources):
        cells = range(j * net.width, j * net.width + int(routes.size[j]))
        bare[resource] = [flat.needs[routes.seq[at]] for at in cells]
    return bare


def _degraded(problem: SequenceProblem, limits: SequenceLimits, detail: str) -> SequencePlan:
    plain = flattened(problem, compiled=False)
    bare = _bare(plain, _inserted(plain, limits.seed, compiled=False))
    return described(problem, bare, "insertion", limits.seed, SequenceTermination("degraded", None, 0, detail))
