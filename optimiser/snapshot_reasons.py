"""What an answer says about one need of a snapshot: who goes, and for everybody else and every open position why not."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

import numpy as np

from optimiser.allocation import Allocation, Limits
from optimiser.counterfactual import Change
from optimiser.exchange_prices import exchange_prices
from optimiser.explain import ALTERNATIVES, NeedExplanation, PassedOver, explain
from optimiser.pins import room_of
from optimiser.price_account import PriceAccount, Units
from optimiser.problem import UNITS_PER_SECOND, Problem
from optimiser.snapshot_answer import (
    AnswerChange,
    AnswerChoice,
    AnswerNeed,
    AnswerNot,
    AnswerRow,
    State,
    Terms,
    WhyHeld,
)
from optimiser.snapshot_eligibility import REASONS
from optimiser.snapshot_problem import Draft
from optimiser.waiting import price_of_going


def in_seconds(units: Units) -> Terms:
    """Cost units as weighted seconds, term by term."""
    return {name: value / UNITS_PER_SECOND for name, value in units.items()}


class Reasons:
    """A plan for a snapshot, asked about one need after another."""

    def __init__(
        self, made: Draft, problem: Problem, allocation: Allocation, account: PriceAccount, limits: Limits
    ) -> None:
        """`problem` is the draft's with the bars that the regret caps have added; `limits` bound each solving again."""
        self._limits = limits
        self._made, self._problem, self._allocation, self._account = made, problem, allocation, account
        self._costs = problem.costs
        self._prices = exchange_prices(problem, allocation)
        chosen = np.array(allocation.chosen, dtype=np.int64)
        self._left = problem.capacities - room_of(problem, chosen)
        """(resources,) room that the plan leaves."""
        self._bodies = set(
            zip(problem.pair_needs[chosen].tolist(), problem.pair_resources[chosen].tolist(), strict=True)
        )
        self._first_rows: dict[int, int] = {}
        for row, (need, _) in enumerate(made.rows):
            self._first_rows.setdefault(need, row)

    def need(self, index: int) -> AnswerNeed:
        """Say what becomes of the need of this index."""
        need = self._made.eligibility.snapshot.needs[index]
        explanation = explain(self._problem, self._allocation, index, prices=self._prices, limits=None)
        first = self._first_rows[index]
        numbers = [number for number, team in enumerate(need.teams) for _ in team]
        is_open = any(self._allocation.unfilled[first + at] for at in range(len(numbers)))
        instead = None
        if is_open and need.wait_price_s is not None:
            instead = price_of_going(self._problem, self._allocation, self._account, index, self._limits)
        rows = tuple(
            self._row(index, at, number if need.alternatives else None, explanation, instead is not None)
            for at, number in enumerate(numbers)
        )
        units = self._account.by_need[index]
        return AnswerNeed(
            id=need.id,
            priority=need.priority,
            state=_state(is_open, bool(explanation.chosen), instead is not None),
            price=sum(units.values()) / UNITS_PER_SECOND,
            terms=in_seconds(units),
            going_would_cost=None if instead is None else instead / UNITS_PER_SECOND,
            rows=rows,
            alternatives=self._alternatives(explanation, rows),
        )

    def _row(
        self, index: int, at: int, alternative: int | None, explanation: NeedExplanation, waits: bool
    ) -> AnswerRow:
        asked = self._made.eligibility.snapshot.needs[index].all_rows[at]
        row = self._first_rows[index] + at
        chosen = [one for one in explanation.chosen if one.row == row]
        dearest = max((one.cost for one in chosen), default=None)
        missing = self._allocation.unfilled[row]
        return AnswerRow(
            skill=asked.skill,
            quantity=asked.quantity,
            alternative=alternative,
            chosen=tuple(self._choice(one.pair) for one in chosen),
            missing=missing,
            held_because=self._held(row, explanation, waits) if missing else None,
            filling=_filling(explanation, row),
            not_chosen=(
                *(self._not(other) for other in explanation.passed_over if self._is_open_to(other, row)),
                *self._capped_out(index, row, dearest),
                *self._excluded(index, row, {one.resource for one in chosen}),
            ),
        )

    def _alternatives(self, explanation: NeedExplanation, rows: tuple[AnswerRow, ...]) -> tuple[AnswerNot, ...]:
        """The next best: of the eligible, and of those whom only the cap keeps from being proposed."""
        found = [self._not(other) for other in explanation.alternatives if not self._is_barred(other.option.pair)]
        known = {(one.resource, one.dearer_by) for one in found}
        found += [
            other
            for row in rows
            for other in row.not_chosen
            if other.why == "dearer" and (other.resource, other.dearer_by) not in known
        ]
        return tuple(sorted(found, key=_extra)[:ALTERNATIVES])

    def _is_open_to(self, other: PassedOver, row: int) -> bool:
        return other.option.row == row and not self._is_barred(other.option.pair)

    def _capped_out(self, index: int, row: int, dearest: int | None) -> Iterable[AnswerNot]:
        """Whom the cap on regret bars: next best where they are free and dearer too, else the cap alone is the reason."""
        problem = self._problem
        if problem.barred is None:
            return
        pairs = np.flatnonzero(problem.barred & (problem.pair_rows == row))
        for pair in pairs[np.argsort(self._costs[pairs], kind="stable")].tolist():
            resource = int(problem.pair_resources[pair])
            if pair in self._account.by_pair:
                continue
            dearer_by = None if dearest is None else int(self._costs[pair]) - dearest
            is_free = self._left[resource] >= (1 if problem.loads is None else problem.loads[row])
            is_next = dearer_by is not None and dearer_by >= 0 and is_free and (index, resource) not in self._bodies
            yield AnswerNot(
                resource=problem.resource_ids[resource],
                why="dearer" if is_next else "slower than the cap allows",
                reach_s=_rounded(float(self._made.reach_s[pair])),
                dearer_by=None if dearer_by is None else dearer_by / UNITS_PER_SECOND,
            )

    def _choice(self, pair: int) -> AnswerChoice:
        problem, units = self._problem, self._account.by_pair[pair]
        return AnswerChoice(
            resource=problem.resource_ids[int(problem.pair_resources[pair])],
            reach_s=_rounded(float(self._made.reach_s[pair])),
            price=sum(units.values()) / UNITS_PER_SECOND,
            terms=in_seconds(units),
            pinned=problem.pinned is not None and bool(problem.pinned[pair]),
        )

    def _not(self, other: PassedOver) -> AnswerNot:
        return AnswerNot(
            resource=other.option.resource_id,
            why=other.why,
            reach_s=_rounded(float(self._made.reach_s[other.option.pair])),
            dearer_by=None if other.dearer_by is None else other.dearer_by / UNITS_PER_SECOND,
            held_by=other.held_by,
            in_plan=None if other.in_plan is None else _change(other.in_plan),
        )

    def _is_barred(self, pair: int) -> bool:
        return self._problem.barred is not None and bool(self._problem.barred[pair])

    def _excluded(self, index: int, row: int, chosen: set[int]) -> Iterable[AnswerNot]:
        eligibility = self._made.eligibility
        for resource, code in enumerate(self._made.excluded[row]):
            # A forced pin is chosen although something stands against it.
            if code and resource not in chosen:
                yield AnswerNot(
                    resource=self._problem.resource_ids[resource],
                    why=REASONS[code - 1],
                    rule=eligibility.rule(index, resource) if REASONS[code - 1] == "barred" else None,
                    reach_s=_rounded(float(eligibility.reach_s[index, resource])),
                )

    def _held(self, row: int, explanation: NeedExplanation, waits: bool) -> WhyHeld:
        if waits:
            return "waiting is cheaper"
        if all(code == 1 + REASONS.index("lacks the skill") for code in self._made.excluded[row]):
            return "nobody has the skill"
        why = _why_open(explanation, row)
        # Where prices keep it waiting is told with what going would cost; else others are counted on elsewhere.
        return "taken" if why == "waiting is cheaper" else why


def _extra(other: AnswerNot) -> tuple[float, str]:
    """What is extra of an alternative: in the whole plan where that is known."""
    return (other.dearer_by or 0.0) if other.in_plan is None else other.in_plan.dearer_by, other.resource


def _change(change: Change) -> AnswerChange:
    return AnswerChange(
        dearer_by=change.dearer_by / UNITS_PER_SECOND, positions=dict(change.by_rank), proven=change.proven
    )


def _filling(explanation: NeedExplanation, row: int) -> AnswerChange | None:
    found = next((one.filling for one in explanation.open_rows if one.row == row), None)
    return None if found is None else _change(found.change)


def _why_open(explanation: NeedExplanation, row: int) -> WhyHeld:
    return next(one.why for one in explanation.open_rows if one.row == row)


def _state(is_open: bool, is_begun: bool, waits: bool) -> State:
    if not is_open:
        return "filled"
    if is_begun:
        return "partly filled"
    return "waiting" if waits else "held"


def _rounded(reach_s: float) -> float | None:
    return None if isnan(reach_s) else round(reach_s, 1)
