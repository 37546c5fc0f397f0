"""Allocate a standalone snapshot: build the problem, solve it, and give every resource not chosen its reason.

The format stands in `snapshot_format` and in docs/allocate.md. Nothing here reads a file or a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from math import asin, cos, radians, sin, sqrt

import numpy as np

from optimiser.allocation import Allocation, Limits
from optimiser.exchange_prices import exchange_prices
from optimiser.explain import ALTERNATIVES, NeedExplanation, OpenRow, PassedOver, Priced, explain
from optimiser.objective import FloatArray, precedence_units, response_units
from optimiser.problem import UNITS_PER_SECOND, IntArray, Problem
from optimiser.snapshot_format import (
    Answer,
    AnswerChoice,
    AnswerFilled,
    AnswerNeed,
    AnswerNot,
    AnswerRow,
    Snapshot,
    SnapshotNeed,
    SnapshotPlace,
    SnapshotResource,
    TravelMatrix,
    TravelStraightLine,
    WhyHeld,
    WhyNot,
    answer_schema,
    read_snapshot,
    snapshot_schema,
)
from optimiser.solve import solve

__all__ = ["Answer", "Snapshot", "allocate", "answer_schema", "as_table", "read_snapshot", "snapshot_schema"]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

Reach = Callable[[SnapshotNeed, SnapshotResource], float | None]


def allocate(snapshot: Snapshot, limits: Limits | None = None) -> Answer:
    """Fill the needs of a snapshot as well as can be, and say why; the same snapshot gives the same answer."""
    reach = _reach(snapshot)
    problem, reach_s = _problem(snapshot, reach)
    allocation = solve(problem, limits or Limits())
    prices = exchange_prices(problem, allocation)
    needs, first_row = [], 0
    for index, need in enumerate(snapshot.needs):
        explanation = explain(problem, allocation, index, prices=prices, limits=None)
        needs.append(_need(snapshot, need, first_row, explanation, reach, reach_s))
        first_row += len(need.rows)
    termination = allocation.termination
    return Answer(
        filled=_filled(snapshot, allocation),
        price=allocation.cost / UNITS_PER_SECOND,
        bound=None if termination.bound is None else termination.bound / UNITS_PER_SECOND,
        proven=allocation.proven,
        engine=allocation.engine,
        stopped=termination.reason,
        detail=termination.detail,
        needs=tuple(needs),
    )


def as_table(answer: Answer) -> str:
    """Lay an answer out as text: one line per position, holds with their reason, then what it all costs."""
    lines = [("need", "priority", "skill", "resource", "reach s", "next best, or why held")]
    for need in answer.needs:
        for row in need.rows:
            place = (need.id, str(need.priority), row.skill)
            lines += [(*place, choice.resource, f"{choice.reach_s:.0f}", "") for choice in row.chosen]
            if row.chosen:
                # What is next best would replace the dearest one of its row, which is the last.
                lines[-1] = (*lines[-1][:5], _next_best_text(row))
            if row.missing:
                lines.append((*place, "-", "-", f"{row.missing} missing: {_held_text(row)}"))
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    text = ["  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    filled = ", ".join(f"priority {one.priority}: {one.filled} of {one.asked}" for one in answer.filled)
    bound = "" if answer.proven or answer.bound is None else f", at least {answer.bound:g} possible"
    sure = "proven best" if answer.proven else f"{answer.stopped}: {answer.detail or 'not proven best'}"
    return "\n".join([*text, "", f"filled: {filled or 'nothing asked'}", f"price: {answer.price:g}{bound} ({sure})"])


def _next_best_text(row: AnswerRow) -> str:
    free = [other for other in row.not_chosen if other.why == "dearer"]
    return "; ".join(f"{other.resource} +{other.dearer_by:g}" for other in free[:ALTERNATIVES])


def _held_text(row: AnswerRow) -> str:
    if row.held_because == "taken":
        held = sorted({need for other in row.not_chosen if other.why == "taken" for need in other.held_by})
        return f"taken by {', '.join(held)}"
    return str(row.held_because)


def _reach(snapshot: Snapshot) -> Reach:
    limit = snapshot.reach_limit_s

    def seconds(need: SnapshotNeed, resource: SnapshotResource) -> float | None:
        match snapshot.travel:
            case TravelMatrix(reach_s=times):
                found = times.get(need.id, {}).get(resource.id)
            case TravelStraightLine() as travel:
                assert need.place is not None
                assert resource.place is not None
                path_m = _great_circle_m(need.place, resource.place) * travel.detour
                found = travel.turnout_s + path_m / (travel.speed_kmh / 3.6)
        return None if found is None or (limit is not None and found > limit) else found

    return seconds


def _great_circle_m(one: SnapshotPlace, other: SnapshotPlace) -> float:
    north, south = radians(one.latitude), radians(other.latitude)
    across = sin((south - north) / 2) ** 2
    along = sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(across + cos(north) * cos(south) * along)))


def _problem(snapshot: Snapshot, reach: Reach) -> tuple[Problem, dict[int, float]]:
    """Build the problem of a snapshot, and the seconds behind every pair."""
    row_needs: list[int] = []
    quantities: list[int] = []
    pair_rows: list[int] = []
    pair_resources: list[int] = []
    seconds: list[float] = []
    skills = [frozenset(resource.skills) for resource in snapshot.resources]
    for index, need in enumerate(snapshot.needs):
        times = [reach(need, one) if one.available else None for one in snapshot.resources]
        for row in need.rows:
            for at, time_s in enumerate(times):
                if time_s is not None and row.skill in skills[at]:
                    pair_rows.append(len(row_needs))
                    pair_resources.append(at)
                    seconds.append(time_s)
            row_needs.append(index)
            quantities.append(row.quantity)
    ranks = np.array([need.priority for need in snapshot.needs], dtype=np.int64)
    of_row, of_pair = np.array(row_needs, dtype=np.int64), np.array(pair_rows, dtype=np.int64)
    return Problem(
        need_ids=tuple(need.id for need in snapshot.needs),
        ranks=ranks,
        whole=np.array([need.whole for need in snapshot.needs], dtype=np.bool_),
        row_needs=of_row,
        quantities=np.array(quantities, dtype=np.int64),
        resource_ids=tuple(resource.id for resource in snapshot.resources),
        capacities=np.array([resource.capacity for resource in snapshot.resources], dtype=np.int64),
        pair_rows=of_pair,
        pair_resources=np.array(pair_resources, dtype=np.int64),
        terms=_terms(snapshot, ranks, of_row[of_pair], np.array(seconds, dtype=np.float64)),
        term_names=("response", "precedence"),
    ), dict(enumerate(seconds))


def _terms(snapshot: Snapshot, ranks: IntArray, pair_needs: IntArray, seconds: FloatArray) -> IntArray:
    weights = np.array([snapshot.weights.get(need.priority, 1.0) for need in snapshot.needs])
    waited = np.array([need.waited_s for need in snapshot.needs])
    response = response_units(snapshot.loss, weights[pair_needs], waited[pair_needs], seconds)
    # Seniority counts within a class only: between classes the ranks have decided already.
    behind = np.zeros(len(ranks), dtype=np.int64)
    for rank in np.unique(ranks):
        mask = ranks == rank
        behind[mask] = precedence_units(weights[mask], waited[mask], share=snapshot.precedence)
    return np.column_stack((response, behind[pair_needs]))


def _need(
    snapshot: Snapshot, need: SnapshotNeed, first_row: int, explanation: NeedExplanation, reach: Reach,
    reach_s: dict[int, float],
) -> AnswerNeed:  # fmt: skip
    rows = []
    open_rows = {row.row: row for row in explanation.open_rows}
    for at, row in enumerate(need.rows):
        index = first_row + at
        chosen = [one for one in explanation.chosen if one.row == index]
        others = [_not(other, reach_s) for other in explanation.passed_over if other.option.row == index]
        named = {one.resource for one in others} | {one.resource_id for one in chosen}
        others += [
            AnswerNot(resource=one.id, why=_why_ineligible(row.skill, one), reach_s=reach(need, one))
            for one in snapshot.resources
            if one.id not in named
        ]
        rows.append(
            AnswerRow(
                skill=row.skill,
                quantity=row.quantity,
                chosen=tuple(_choice(one, reach_s) for one in chosen),
                missing=row.quantity - len(chosen),
                held_because=_why_held(snapshot, row.skill, open_rows[index]) if index in open_rows else None,
                not_chosen=tuple(others),
            )
        )
    return AnswerNeed(
        id=need.id,
        priority=need.priority,
        state="filled" if not open_rows else "partly filled" if explanation.chosen else "held",
        rows=tuple(rows),
        alternatives=tuple(_not(other, reach_s) for other in explanation.alternatives),
    )


def _choice(one: Priced, reach_s: dict[int, float]) -> AnswerChoice:
    return AnswerChoice(
        resource=one.resource_id,
        reach_s=round(reach_s[one.pair], 1),
        price=one.cost / UNITS_PER_SECOND,
        terms={name: units / UNITS_PER_SECOND for name, units in one.terms},
    )


def _not(other: PassedOver, reach_s: dict[int, float]) -> AnswerNot:
    # A snapshot's resources have room for at least one, so this reason cannot come up.
    assert other.why != "no capacity"
    assert other.why != "barred"
    return AnswerNot(
        resource=other.option.resource_id,
        why=other.why,
        reach_s=round(reach_s[other.option.pair], 1),
        dearer_by=None if other.dearer_by is None else other.dearer_by / UNITS_PER_SECOND,
        held_by=other.held_by,
    )


def _why_ineligible(skill: str, resource: SnapshotResource) -> WhyNot:
    if skill not in resource.skills:
        return "lacks the skill"
    return "out of reach" if resource.available else "not available"


def _why_held(snapshot: Snapshot, skill: str, row: OpenRow) -> WhyHeld:
    if row.why == "no eligible resource" and all(skill not in one.skills for one in snapshot.resources):
        return "nobody has the skill"
    # No need of a snapshot is optional, so this cannot come up either.
    assert row.why != "waiting is cheaper"
    return row.why


def _filled(snapshot: Snapshot, allocation: Allocation) -> tuple[AnswerFilled, ...]:
    asked: dict[int, int] = {}
    for need in snapshot.needs:
        asked[need.priority] = asked.get(need.priority, 0) + sum(row.quantity for row in need.rows)
    return tuple(
        AnswerFilled(priority=rank, asked=asked[rank], filled=filled) for rank, filled in allocation.filled_by_rank
    )
