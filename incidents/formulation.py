"""From a situation to an allocation problem: who asks, who may go, and what each pair costs.

Diversion joins the needs now served by resources that may be turned round to the problem, as rows with a free choice: keep the
resource, or let an idle one take over. A take-over is priced at no less than keeping, so the only thing that can pay for one is
the need to which the resource is diverted. Rows and resources are judged and priced in whole arrays, never pair by pair.
Imports `pricing`, `eligibility`, `urgency` and the optimiser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np

from incidents.eligibility import Candidate, Eligibility
from incidents.facts import NeedRow
from incidents.pricing import Pairs, terms
from incidents.procedure import Procedure
from incidents.quantities import NeedId, ResourceId
from incidents.situation import Need, Resource, Situation
from incidents.travel import FloatArray
from incidents.urgency import Asking, standing
from optimiser import BoolArray, Problem


class Candidates(Sequence[Candidate]):
    """The candidate of each pair of a problem, made when looked at: a decision looks at few of the pairs it weighs."""

    __slots__ = ("_formulation",)

    def __init__(self, formulation: Formulation) -> None:
        self._formulation = formulation

    def __len__(self) -> int:
        return len(self._formulation.reach_s)

    @overload
    def __getitem__(self, at: int) -> Candidate: ...
    @overload
    def __getitem__(self, at: slice) -> list[Candidate]: ...
    def __getitem__(self, at: int | slice) -> Candidate | list[Candidate]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        known = self._formulation
        resource = int(known.problem.pair_resources[at])
        taken_from = known.taken_from.get(resource) if known.is_open[int(known.problem.pair_rows[at])] else None
        return Candidate(known.resources[resource], float(known.reach_s[at]), taken_from)


@dataclass(frozen=True, slots=True)
class Formulation:
    """An allocation problem and what its rows and pairs stand for. `is_open` is False for rows that are served now."""

    problem: Problem
    rows: tuple[tuple[NeedId, int], ...]
    is_open: tuple[bool, ...]
    resources: tuple[ResourceId, ...]
    """The problem's resources: all of the centre's."""
    reach_s: FloatArray
    """(pairs,) seconds until the resource would be there."""
    taken_from: Mapping[int, NeedId]
    """By index of a resource that may be turned round: the need it now serves."""

    @property
    def candidates(self) -> Candidates:
        """The candidate of each pair."""
        return Candidates(self)


@dataclass(slots=True)
class _Row:
    """One row of the problem: who may fill it (resources,) and the seconds each would take (resources,)."""

    need: int
    position: int
    is_open: bool
    count: int
    able: BoolArray
    reach_s: FloatArray


@dataclass(slots=True)
class _Draft:
    needs: list[Asking] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)


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
    served = _served(askings, eligibility)
    open_needs = {each.need.id for each in askings}
    touched = [
        Asking(situation.needs[need], standing(situation, procedure, situation.needs[need]))
        for need in served
        if need not in open_needs
    ]
    for each in askings + touched:
        draft.needs.append(each)
        reach_s = eligibility.reach_s(each.need, each.standing)
        able = eligibility.able(each.need, each.standing, reach_s)
        _add_open_rows(draft, each.need, able, reach_s, eligibility)
        _add_served_rows(draft, each, served.get(each.need.id, {}), able, reach_s, eligibility)
    return _formulation(draft, situation, procedure, eligibility)


def _served(askings: list[Asking], eligibility: Eligibility) -> dict[NeedId, dict[int, Resource]]:
    """The needs served by resources that may be turned round for one of `askings`, with those resources by index."""
    found: dict[NeedId, dict[int, Resource]] = {}
    if any(eligibility.takes_from_others(each.standing) for each in askings):
        for at, resource in eligibility.turnable.items():
            found.setdefault(resource.serving[0].need, {})[at] = resource
    return dict(sorted(found.items()))


def _add_open_rows(
    draft: _Draft, need: Need, able: BoolArray, reach_s: FloatArray, eligibility: Eligibility
) -> None:  # fmt: skip
    for position, count in enumerate(need.open):
        if count:
            fit = able & _holding(eligibility, need.rows[position])
            draft.rows.append(_Row(len(draft.needs) - 1, position, True, count, fit, reach_s))


def _holding(eligibility: Eligibility, row: NeedRow) -> BoolArray:
    return np.asarray(eligibility.roster.levels(row.skill) >= row.level)


def _add_served_rows(
    draft: _Draft, each: Asking, resources: Mapping[int, Resource], able: BoolArray, reach_s: FloatArray,
    eligibility: Eligibility,
) -> None:  # fmt: skip
    if not resources:
        return
    place = eligibility.place_of(each.need)
    assert place is not None, "only resources on their way to a place may be turned round"
    for position, row in enumerate(each.need.rows):
        kept = [at for at, resource in resources.items() if resource.serving[0].row == position]
        if not kept:
            continue
        fit, row_reach_s = able & eligibility.free & _holding(eligibility, row), reach_s.copy()
        fit[kept] = True
        row_reach_s[kept] = [eligibility.remaining_s(resources[at], place, each.standing) for at in kept]
        draft.rows.append(_Row(len(draft.needs) - 1, position, False, len(kept), fit, row_reach_s))


def _formulation(draft: _Draft, situation: Situation, procedure: Procedure, eligibility: Eligibility) -> Formulation:
    rows, roster = draft.rows, eligibility.roster
    pair_rows, pair_resources = np.nonzero(np.array([row.able for row in rows]))
    row_needs = np.array([row.need for row in rows], dtype=np.int64)
    reach_s = np.array([row.reach_s for row in rows])[pair_rows, pair_resources]
    is_open = np.array([row.is_open for row in rows], dtype=np.bool_)
    asked = [draft.needs[row.need].need.rows[row.position] for row in rows]
    pairs = Pairs(
        draft.needs, row_needs[pair_rows], is_open[pair_rows], pair_rows, asked, pair_resources, reach_s
    )  # fmt: skip
    priced = terms(pairs, situation, procedure, eligibility)
    problem = Problem.trusted(
        tuple(each.need.id for each in draft.needs),
        np.array([each.standing.rank for each in draft.needs], dtype=np.int64),
        np.array([each.need.whole and not each.need.filled_by for each in draft.needs], dtype=np.bool_),
        row_needs,
        np.array([row.count for row in rows], dtype=np.int64),
        roster.ids,
        # A resource that may be turned round has its one position to give, whether it keeps it or not.
        np.maximum(1, roster.room),
        pair_rows,
        pair_resources,
        np.stack(tuple(priced.values()), axis=1),
        tuple(priced),
    )
    taken_from = {at: resource.serving[0].need for at, resource in eligibility.turnable.items()}
    return Formulation(
        problem, tuple((draft.needs[row.need].need.id, row.position) for row in rows),
        tuple(row.is_open for row in rows), roster.ids, reach_s, taken_from,
    )  # fmt: skip
