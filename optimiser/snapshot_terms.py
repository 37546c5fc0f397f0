"""What each pair of a snapshot costs, term by term, and which of its figures would cost more than a plan can add up.

    response      weight * (loss of waited + reach, less loss of waited)
    precedence    the price of going before a need of the same priority that has waited longer
    spare skill   for each skill the resource has and the need has no use for
    spare level   for each level above the least that the row asks for
    partner       what sending this resource costs at all
    disruption    for anybody but those who stand in the row already
    overtime      for each second of work after the shift
    reserve       of a position kept in reserve: what the groups in between go without

In cost units of 0.1 weighted seconds; the first two are always there, of the others those that cost anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.objective import LOSS_LIMIT, FloatArray, loss_s, precedence_units, response_units
from optimiser.problem import UNITS_PER_SECOND, BoolArray, IntArray
from optimiser.refusals import Flaw
from optimiser.snapshot_eligibility import Eligibility, asked_of
from optimiser.snapshot_format import PRICE_LIMIT_S

RESERVE = "reserve"
TERMS = (
    "response", "precedence", "spare skill", "spare level", "partner", "disruption", "overtime", RESERVE,
)  # fmt: skip
_ALWAYS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The pairs of a snapshot's needs, an entry each: who, for which row, and whether that moves somebody."""

    needs: IntArray
    numbers: IntArray
    """Which row of the need, from 0."""
    resources: IntArray
    moves: BoolArray
    """Whether the row has somebody standing there and this is another."""

    @property
    def size(self) -> int:
        """How many pairs there are."""
        return len(self.needs)


def units(price_s: float) -> int:
    """A price in cost units."""
    return round(price_s * UNITS_PER_SECOND)


def terms_of(eligibility: Eligibility, pairs: Pairs) -> tuple[IntArray, list[Flaw]]:
    """(pairs, terms) prices by `TERMS`, and a flaw for each need or figure that makes one of them too great."""
    snapshot = eligibility.snapshot
    reach_s = np.nan_to_num(eligibility.reach_s[pairs.needs, pairs.resources])
    weights = np.array([snapshot.weights.get(need.priority, 1.0) for need in snapshot.needs])
    waited = np.array([need.waited_s for need in snapshot.needs])
    table = np.zeros((pairs.size, len(TERMS)), dtype=np.int64)
    if not pairs.size:
        return table, []
    table[:, 0] = response_units(snapshot.loss, weights[pairs.needs], waited[pairs.needs], reach_s)
    table[:, 1] = _precedence(eligibility, weights, waited)[pairs.needs]
    added_s = loss_s(snapshot.loss, waited[pairs.needs] + reach_s) - loss_s(snapshot.loss, waited[pairs.needs])
    flaws = _response_flaws(pairs, weights[pairs.needs] * added_s)
    flaws += _precedence_flaws(weights * waited * snapshot.precedence)
    partners = np.array([resource.price_s for resource in snapshot.resources])
    columns = (
        ("spare_skill_s", snapshot.spare_skill_s * _spare_skills(eligibility, pairs)),
        ("spare_level_s", snapshot.spare_level_s * _spare_levels(eligibility, pairs)),
        ("", partners[pairs.resources]),
        ("disruption_s", snapshot.disruption_s * pairs.moves),
        ("overtime_price", (snapshot.overtime_price or 0.0) * _overtime_s(eligibility, pairs, reach_s)),
    )
    for column, (knob, price_s) in enumerate(columns, _ALWAYS):
        most_s = float(price_s.max())
        if most_s > PRICE_LIMIT_S:
            flaws.append(_too_dear(f"/{knob}", f"a pair cost {most_s:g} weighted seconds of {TERMS[column]}"))
        table[:, column] = np.rint(np.minimum(price_s * UNITS_PER_SECOND, LOSS_LIMIT))
    return table, flaws


def without_idle_terms(table: IntArray) -> tuple[IntArray, tuple[str, ...]]:
    """The terms that are always there, and of the others those that cost anything, with their names."""
    kept = [column for column in range(len(TERMS)) if column < _ALWAYS or table[:, column].any()]
    return np.ascontiguousarray(table[:, kept]), tuple(TERMS[column] for column in kept)


def _precedence(eligibility: Eligibility, weights: FloatArray, waited: FloatArray) -> IntArray:
    # Seniority counts within a class only: between classes the ranks have decided already.
    ranks = np.array([need.priority for need in eligibility.snapshot.needs], dtype=np.int64)
    behind = np.zeros(len(ranks), dtype=np.int64)
    for rank in np.unique(ranks):
        mask = ranks == rank
        behind[mask] = precedence_units(weights[mask], waited[mask], share=eligibility.snapshot.precedence)
    return behind


def _spare_skills(eligibility: Eligibility, pairs: Pairs) -> IntArray:
    spare = eligibility.skills_held[pairs.resources].copy()
    if not eligibility.snapshot.spare_skill_s:
        return spare
    for index, need in enumerate(eligibility.snapshot.needs):
        mine = np.flatnonzero(pairs.needs == index)
        for skill in sorted({skill for row in need.all_rows for skill in asked_of(row)}):
            spare[mine] -= eligibility.levels(skill)[pairs.resources[mine]] > 0
    return spare


def _spare_levels(eligibility: Eligibility, pairs: Pairs) -> IntArray:
    spare = np.zeros(pairs.size, dtype=np.int64)
    if not eligibility.snapshot.spare_level_s:
        return spare
    # Pairs stand in the order of needs and rows, so that each row is one block.
    keys = np.stack((pairs.needs, pairs.numbers))
    starts = [0, *(np.flatnonzero((keys[:, 1:] != keys[:, :-1]).any(axis=0)) + 1).tolist()]
    for start, end in zip(starts, [*starts[1:], pairs.size], strict=True):
        row = eligibility.snapshot.needs[int(pairs.needs[start])].all_rows[int(pairs.numbers[start])]
        resources = pairs.resources[start:end]
        for skill, level in asked_of(row).items():
            spare[start:end] += np.maximum(0, eligibility.levels(skill)[resources] - level)
    return spare


def _overtime_s(eligibility: Eligibility, pairs: Pairs, reach_s: FloatArray) -> FloatArray:
    work_s = np.array([need.work_s for need in eligibility.snapshot.needs])
    return np.asarray(np.maximum(0.0, reach_s + work_s[pairs.needs] - eligibility.shift_ends_s[pairs.resources]))


def _response_flaws(pairs: Pairs, price_s: FloatArray) -> list[Flaw]:
    dearest: dict[int, float] = {}
    for at in np.flatnonzero(price_s > PRICE_LIMIT_S).tolist():
        need = int(pairs.needs[at])
        dearest[need] = max(dearest.get(need, 0.0), float(price_s[at]))
    return [
        _too_dear(f"/needs/{need}", f"a response to it cost {most_s:g} weighted seconds")
        for need, most_s in dearest.items()
    ]


def _precedence_flaws(standing_s: Sequence[float] | FloatArray) -> list[Flaw]:
    return [
        _too_dear(f"/needs/{need}/waited_s", f"its precedence {price_s:g} weighted seconds")
        for need, price_s in enumerate(standing_s)
        if price_s > PRICE_LIMIT_S
    ]


def _too_dear(where: str, what: str) -> Flaw:
    return Flaw(where, f"makes {what}", f"at most {PRICE_LIMIT_S}: smaller weights, times or prices")
