"""Allocate a standalone snapshot: state its problem, solve it, and give every resource not chosen its reason.

The document stands in `snapshot_format`, the answer in `snapshot_answer`, and both in docs/allocate.md. Nothing here reads a
file or a clock.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.allocation import Allocation, Limits
from optimiser.kernels.whole_number import SEED
from optimiser.price_account import PriceAccount, added, price_account
from optimiser.problem import UNITS_PER_SECOND, Problem
from optimiser.refusals import DocumentRefused
from optimiser.regret import cap_regret
from optimiser.snapshot_answer import Answer, AnswerBroken, AnswerClass, AnswerReserve, answer_schema
from optimiser.snapshot_format import Snapshot, snapshot_schema
from optimiser.snapshot_meaning import meaning_flaws
from optimiser.snapshot_problem import Draft, draft, why_excluded
from optimiser.snapshot_read import read_snapshot
from optimiser.snapshot_reasons import Reasons, in_seconds
from optimiser.snapshot_table import as_table
from optimiser.snapshot_terms import RESERVE
from optimiser.solve import solve

__all__ = ["Answer", "Snapshot", "allocate", "answer_schema", "as_table", "read_snapshot", "snapshot_schema"]


def allocate(snapshot: Snapshot, limits: Limits | None = None) -> Answer:
    """Fill the needs of a snapshot as well as can be, and say why; the same snapshot gives the same answer.

    Raises `DocumentRefused` for what a snapshot made in Python may have wrong; one that was read has nothing.
    """
    limits = limits or Limits()
    # A snapshot made in Python has not been read, so nobody has looked at what no type can say.
    flaws = [*meaning_flaws(snapshot.model_dump(mode="json"))]
    made, wrong = draft(snapshot)
    if flaws or wrong:
        raise DocumentRefused([*flaws, *wrong])
    # A draft has not been checked; a copy of it is.
    bounds = cap_regret(replace(made.problem), np.nan_to_num(made.reach_s), snapshot.regret_caps_s, limits)
    problem = bounds.problem
    allocation = solve(problem, limits)
    account = price_account(problem, allocation)
    kept = sum(sum(units.values()) for units in account.by_need[len(snapshot.needs) :])
    # An open position of a reserve is a part of the reserve's price; nobody waits there.
    total = added([*account.by_need[: len(snapshot.needs)], {RESERVE: kept}])
    assert sum(total.values()) == allocation.cost, "the account adds up to the objective"
    reasons, termination = Reasons(made, problem, allocation, account, limits), allocation.termination
    return Answer(
        classes=_classes(snapshot, allocation, account),
        price=allocation.cost / UNITS_PER_SECOND,
        terms=in_seconds(total),
        bound=None if termination.bound is None else termination.bound / UNITS_PER_SECOND,
        proven=allocation.proven,
        engine=allocation.engine,
        seed=SEED,
        stopped=termination.reason,
        detail=termination.detail,
        caps_not_set=bounds.not_set,
        broken=_broken(made, problem, allocation),
        needs=tuple(reasons.need(index) for index in range(len(snapshot.needs))),
        reserves=_reserves(made, problem, allocation),
    )


def _classes(snapshot: Snapshot, allocation: Allocation, account: PriceAccount) -> tuple[AnswerClass, ...]:
    filled = dict(allocation.filled_by_rank)
    found = []
    for priority in sorted({need.priority for need in snapshot.needs}):
        mine = [(at, need) for at, need in enumerate(snapshot.needs) if need.priority == priority]
        units = added(account.by_need[at] for at, _ in mine)
        asked = sum(
            max(sum(row.quantity for row in team) for team in need.teams)
            for _, need in mine
            if need.wait_price_s is None
        )
        found.append(
            AnswerClass(
                priority=priority,
                asked=asked,
                filled=filled[priority],
                price=sum(units.values()) / UNITS_PER_SECOND,
                terms=in_seconds(units),
            )
        )
    return tuple(found)


def _broken(made: Draft, problem: Problem, allocation: Allocation) -> tuple[AnswerBroken, ...]:
    """The rules that forced pins break; for eligibility with what stands against the resource."""
    details = {}
    for pair in allocation.chosen:
        row, resource = int(problem.pair_rows[pair]), int(problem.pair_resources[pair])
        if row < len(made.rows) and made.excluded[row][resource]:
            need = problem.need_ids[made.rows[row][0]]
            name = problem.resource_ids[resource]
            details[f"{need}/{name}"] = f"{name} {why_excluded(made, row, resource)}"
    return tuple(
        AnswerBroken(rule=rule, about=about, detail=details.get(about, "") if rule == "eligibility" else "")
        for rule, about in allocation.broken
    )


def _reserves(made: Draft, problem: Problem, allocation: Allocation) -> tuple[AnswerReserve, ...]:
    """Who is kept within each group, whichever group's position it fills."""
    snapshot = made.eligibility.snapshot
    kept = [
        (made.positions[need - len(snapshot.needs)].reserve, problem.resource_ids[int(problem.pair_resources[pair])])
        for pair in allocation.chosen
        if (need := int(problem.pair_needs[pair])) >= len(snapshot.needs)
    ]
    found = []
    for reserve in snapshot.reserves:
        levels = made.eligibility.levels(reserve.skill)
        able = {one for one in reserve.resources if levels[made.eligibility.resource_at[one]] >= reserve.level}
        names = sorted(name for at, name in kept if snapshot.reserves[at].skill == reserve.skill and name in able)
        missing = max(0, reserve.keep - len(names))
        found.append(AnswerReserve(id=reserve.id, keep=reserve.keep, kept=tuple(names), missing=missing))
    return tuple(found)
