"""From a situation to an allocation problem: who asks, who may go, and the price of each pair in additive terms.

    response     weight * (loss of waited + reach, less loss of waited), as the need's priority says
    precedence   the price of going before a need that has waited longer
    spare skill  seconds for each skill the resource holds and the need does not ask for
    diversion    the gain a diversion must bring at least (hysteresis)
    backfill     what keeps a diversion honest, see below

Diversion joins the needs now served by resources that may be turned round to the problem, as rows with a free choice: keep the
resource, or let an idle one take over. A take-over is priced at no less than keeping, so the only thing that can pay for one is
the need to which the resource is diverted. Imports `eligibility`, `urgency` and the optimiser.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat

import numpy as np

from incidents.eligibility import Candidate, Eligibility, diversion_of
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, NeedId
from incidents.situation import Need, Resource, Situation
from incidents.travel import FloatArray
from incidents.urgency import Standing, standing
from optimiser import UNITS_PER_SECOND, IntArray, Problem, precedence_units, response_units

TERMS = ("response", "precedence", "spare skill", "diversion", "backfill")
RESPONSE, PRECEDENCE, SPARE_SKILL, DIVERSION, BACKFILL = range(len(TERMS))
NOBODY: IntArray = np.zeros((0, len(TERMS)), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Asking:
    """A need with open positions, and its standing."""

    need: Need
    standing: Standing


@dataclass(frozen=True, slots=True)
class Formulation:
    """An allocation problem and what its rows and pairs stand for. `is_open` is False for rows that are served now."""

    problem: Problem
    rows: tuple[tuple[NeedId, int], ...]
    is_open: tuple[bool, ...]
    candidates: tuple[Candidate, ...]

    @property
    def reach_s(self) -> FloatArray:
        """(pairs,) seconds until the resource would be there."""
        return np.fromiter((candidate.reach_s for candidate in self.candidates), np.float64, len(self.candidates))


@dataclass(slots=True)
class _Draft:
    needs: list[Asking] = field(default_factory=list)
    rows: list[tuple[NeedId, int]] = field(default_factory=list)
    is_open: list[bool] = field(default_factory=list)
    row_needs: list[int] = field(default_factory=list)
    quantities: list[int] = field(default_factory=list)
    pair_rows: list[int] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    terms: list[IntArray] = field(default_factory=list)


def asking(situation: Situation, procedure: Procedure) -> list[Asking]:
    """Return the needs with open positions, by id."""
    needs = [need for need in situation.needs.values() if need.unfilled_since is not None]
    needs.sort(key=lambda need: need.id)
    return [Asking(need, standing(situation, procedure, need)) for need in needs]


def formulate(
    situation: Situation, procedure: Procedure, askings: list[Asking], eligibility: Eligibility
) -> Formulation:
    """State the problem of `askings`, with the needs that a diversion would touch."""
    draft = _Draft()
    served = _served(procedure, askings, eligibility)
    open_needs = {each.need.id for each in askings}
    touched = [
        Asking(situation.needs[need], standing(situation, procedure, situation.needs[need]))
        for need in served
        if need not in open_needs
    ]
    everyone = askings + touched
    waited = [(situation.at - each.need.opened_at) / MS_PER_S for each in everyone]
    precedence = precedence_units([each.standing.weight for each in everyone], waited)
    for each, waited_s, units in zip(everyone, waited, precedence.tolist(), strict=True):
        draft.needs.append(each)
        _add_open_rows(draft, each, waited_s, units, eligibility, situation, procedure)
        _add_served_rows(draft, each, served.get(each.need.id, ()), waited_s, units, eligibility)
    return _formulation(draft, situation)


def _served(
    procedure: Procedure, askings: list[Asking], eligibility: Eligibility
) -> dict[NeedId, tuple[Resource, ...]]:
    """The needs served by resources that may be turned round for one of `askings`, with those resources."""
    found: dict[NeedId, tuple[Resource, ...]] = {}
    for each in askings:
        if diversion_of(procedure, each.standing) is not None:
            found.update(eligibility.divertible(each.standing))
    return dict(sorted(found.items()))


def _add_open_rows(
    draft: _Draft, each: Asking, waited_s: float, precedence: int, eligibility: Eligibility,
    situation: Situation, procedure: Procedure,
) -> None:  # fmt: skip
    rule = procedure.dispatch.diversion
    for row, count in enumerate(each.need.open):
        if not count:
            continue
        candidates = list(eligibility.candidates(each.need, row, each.standing))
        if not candidates:
            _add_row(draft, (each.need.id, row), True, count, [], NOBODY)
            continue
        terms = _terms(each, waited_s, precedence, candidates)
        if procedure.dispatch.spare_skill_s:
            skill_units = round(procedure.dispatch.spare_skill_s * UNITS_PER_SECOND)
            terms[:, SPARE_SKILL] = [_spare(situation, candidate, each.need) * skill_units for candidate in candidates]
        if rule is not None:
            gain_units = round(rule.least_gain_s * UNITS_PER_SECOND)
            terms[:, DIVERSION] = [gain_units if candidate.taken_from else 0 for candidate in candidates]
        _add_row(draft, (each.need.id, row), True, count, candidates, terms)


def _add_served_rows(
    draft: _Draft, each: Asking, resources: tuple[Resource, ...], waited_s: float, precedence: int,
    eligibility: Eligibility,
) -> None:  # fmt: skip
    if not resources:
        return
    place = eligibility.place_of(each.need)
    assert place is not None, "only resources on their way to a place may be turned round"
    for row in range(len(each.need.rows)):
        keep = []
        for resource in resources:
            if resource.serving[0].row == row:
                remaining_s = eligibility.remaining_s(resource, place, each.standing)
                keep.append(Candidate(resource.id, remaining_s))
        if not keep:
            continue
        idle = [
            candidate
            for candidate in eligibility.candidates(each.need, row, each.standing)
            if candidate.taken_from is None
        ]
        terms = _terms(each, waited_s, precedence, keep + idle)
        dearest_kept = int(terms[: len(keep), RESPONSE].max())
        terms[len(keep) :, BACKFILL] = np.maximum(dearest_kept + 1 - terms[len(keep) :, RESPONSE], 0)
        _add_row(draft, (each.need.id, row), False, len(keep), keep + idle, terms)


def _terms(each: Asking, waited_s: float, precedence: int, candidates: list[Candidate]) -> IntArray:
    terms = np.zeros((len(candidates), len(TERMS)), dtype=np.int64)
    reach_s = np.array([candidate.reach_s for candidate in candidates])
    terms[:, RESPONSE] = response_units(each.standing.loss, each.standing.weight, waited_s, reach_s)
    terms[:, PRECEDENCE] = precedence
    return terms


def _add_row(
    draft: _Draft, row: tuple[NeedId, int], is_open: bool, count: int, candidates: list[Candidate], terms: IntArray
) -> None:
    draft.pair_rows.extend(repeat(len(draft.rows), len(candidates)))
    draft.rows.append(row)
    draft.is_open.append(is_open)
    draft.row_needs.append(len(draft.needs) - 1)
    draft.quantities.append(count)
    draft.candidates.extend(candidates)
    draft.terms.append(terms)


def _formulation(draft: _Draft, situation: Situation) -> Formulation:
    resource_ids = tuple(sorted({candidate.resource for candidate in draft.candidates}))
    index = {resource: position for position, resource in enumerate(resource_ids)}
    capacities = [_free_positions(situation.resources[resource]) for resource in resource_ids]
    problem = Problem.trusted(
        tuple(each.need.id for each in draft.needs),
        np.array([each.standing.rank for each in draft.needs], dtype=np.int64),
        np.array([each.need.whole and not each.need.filled_by for each in draft.needs], dtype=np.bool_),
        np.array(draft.row_needs, dtype=np.int64),
        np.array(draft.quantities, dtype=np.int64),
        resource_ids,
        np.array(capacities, dtype=np.int64),
        np.array(draft.pair_rows, dtype=np.int64),
        np.array([index[candidate.resource] for candidate in draft.candidates], dtype=np.int64),
        np.concatenate(draft.terms) if draft.terms else NOBODY,
        TERMS,
    )
    return Formulation(problem, tuple(draft.rows), tuple(draft.is_open), tuple(draft.candidates))


def _free_positions(resource: Resource) -> int:
    # A resource that may be turned round has its one position to give, whether it keeps it or not.
    return max(1, resource.capacity - len(resource.serving))


def _spare(situation: Situation, candidate: Candidate, need: Need) -> int:
    asked = {row.skill for row in need.rows}
    return len(situation.resources[candidate.resource].skills - asked)
