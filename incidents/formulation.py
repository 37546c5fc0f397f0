"""From a situation to an allocation problem: who asks, who may go, and what each pair costs.

Diversion joins the needs now served by resources that may be turned round to the problem, as rows with a free choice: keep the
resource, or let an idle one take over. A take-over is priced at no less than keeping, so the only thing that can pay for one is
the need to which the resource is diverted. Rows and resources are judged and priced in whole arrays, never pair by pair.
Imports `pricing`, `eligibility`, `urgency` and the optimiser.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypedDict, overload

import numpy as np

from incidents.eligibility import Candidate, Eligibility
from incidents.facts import NeedRow
from incidents.pricing import OF_TIME, Pairs, precedence, terms
from incidents.procedure import Procedure
from incidents.quantities import NeedId, ResourceId
from incidents.situation import Need, Resource, Situation
from incidents.standby import layers
from incidents.travel import FloatArray
from incidents.urgency import Asking, standing
from optimiser import UNITS_PER_SECOND, Allocation, BoolArray, IntArray, Limits, Problem, cap_regret


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
    uncapped: Problem | None = None
    """The problem without the bars of `under_caps`; None where there are none."""

    @property
    def candidates(self) -> Candidates:
        """The candidate of each pair."""
        return Candidates(self)


Solver: TypeAlias = Callable[[Problem, Limits], Allocation]
"""What fills the needs: the optimiser itself, or a shell's way of asking it within a limit of time."""


class _Shape(TypedDict, total=False):
    alternatives: IntArray
    loads: IntArray
    shared: BoolArray
    optional: BoolArray
    open_prices: IntArray


@dataclass(slots=True)
class _Row:
    """One row of the problem: who may fill it (resources,) and the seconds each would take (resources,)."""

    need: int
    position: int
    is_open: bool
    count: int
    asked: NeedRow
    able: BoolArray
    reach_s: FloatArray


@dataclass(slots=True)
class _Draft:
    needs: list[Asking] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)


def asking(situation: Situation, procedure: Procedure, among: Collection[NeedId] | None = None) -> list[Asking]:
    """Return the needs with open positions, by id; those `among` them if it is not None."""
    needs = [
        need
        for need in situation.needs.values()
        if need.unfilled_since is not None and (among is None or need.id in among)
    ]
    needs.sort(key=lambda need: need.id)
    return [Asking(need, standing(situation, procedure, need)) for need in needs]


def could_be_filled(each: Asking, eligibility: Eligibility) -> bool:
    """Whether anybody may go to `each` at all; if not, nobody is proposed for it, whoever else asks."""
    # Most often everybody is at work, and then no way need be reckoned.
    if not _could_fill(each.need, eligibility.spared(each.need, each.standing), eligibility):
        return False
    reach_s = eligibility.reach_s(each.need, each.standing)
    return _could_fill(each.need, eligibility.able(each.need, each.standing, reach_s), eligibility)


def _could_fill(need: Need, able: BoolArray, eligibility: Eligibility) -> bool:
    found: dict[int, list[bool]] = {}
    for row, count in zip(need.rows, need.asking, strict=True):
        if count:
            least = count if need.whole and not need.filled_by else 1
            many = int(np.count_nonzero(able & eligibility.fitting(row)))
            found.setdefault(row.alternative, []).append(many >= least)
    each_way = all if need.whole and not need.filled_by else any
    return any(each_way(rows) for rows in found.values())


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
    for position, count in enumerate(need.asking):
        if count:
            asked = need.rows[position]
            fit = able & eligibility.fitting(asked)
            draft.rows.append(_Row(len(draft.needs) - 1, position, True, count, asked, fit, reach_s))


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
        fit, row_reach_s = able & eligibility.free & eligibility.fitting(row), reach_s.copy()
        fit[kept] = True
        row_reach_s[kept] = [eligibility.remaining_s(resources[at], place, each.standing) for at in kept]
        draft.rows.append(_Row(len(draft.needs) - 1, position, False, len(kept), row, fit, row_reach_s))


def _formulation(draft: _Draft, situation: Situation, procedure: Procedure, eligibility: Eligibility) -> Formulation:
    rows, roster = draft.rows, eligibility.roster
    pair_rows, pair_resources = np.nonzero(np.array([row.able for row in rows]))
    row_needs = np.array([row.need for row in rows], dtype=np.int64)
    reach_s = np.array([row.reach_s for row in rows])[pair_rows, pair_resources]
    is_open = np.array([row.is_open for row in rows], dtype=np.bool_)
    pairs = Pairs(
        draft.needs, row_needs[pair_rows], is_open[pair_rows], pair_rows, [row.asked for row in rows], pair_resources,
        reach_s,
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
        **_shape(draft, situation, procedure),
    )
    taken_from = {at: resource.serving[0].need for at, resource in eligibility.turnable.items()}
    formulation = Formulation(
        problem, tuple((draft.needs[row.need].need.id, row.position) for row in rows),
        tuple(row.is_open for row in rows), roster.ids, reach_s, taken_from,
    )  # fmt: skip
    return _with_reserve(formulation, procedure, eligibility) if procedure.dispatch.reserve else formulation


def _shape(draft: _Draft, situation: Situation, procedure: Procedure) -> _Shape:
    """The optional fields of the problem, where anybody asks for them."""
    shape: _Shape = {}
    asked = [row.asked for row in draft.rows]
    if any(row.alternative for row in asked):
        shape["alternatives"] = np.array([row.alternative for row in asked], dtype=np.int64)
    if any(row.load > 1 for row in asked):
        shape["loads"] = np.array([row.load for row in asked], dtype=np.int64)
    if any(each.need.shared for each in draft.needs):
        shape["shared"] = np.array([each.need.shared for each in draft.needs], dtype=np.bool_)
    served = {row.need for row in draft.rows if not row.is_open}
    waits = [0 if at in served else _waiting_units(each, procedure) for at, each in enumerate(draft.needs)]
    if any(waits):
        # Whose turn it is decides among those who compete, and is no reason to wait: who waits pays for it as who is filled.
        turns = precedence(draft.needs, situation).tolist()
        positions = [_positions_priced(each) for each in draft.needs]
        prices = [
            (units + turn) * count if units else 0 for units, turn, count in zip(waits, turns, positions, strict=True)
        ]
        shape["open_prices"] = np.array(prices, dtype=np.int64)
        shape["optional"] = shape["open_prices"] > 0
    return shape


def _waiting_units(each: Asking, procedure: Procedure) -> int:
    """What leaving a position of a need open costs; 0: it is not left open by choice."""
    priority = each.standing.priority
    waits_at_s = None if priority is None else procedure.priorities[priority].waits_at_s
    if waits_at_s is None:
        return 0
    return round(waits_at_s * UNITS_PER_SECOND)


def _positions_priced(each: Asking) -> int:
    """How many positions one open price stands for: a whole need pays for all of them at once, any other for each."""
    return sum(each.need.asking) if each.need.whole and not each.need.filled_by else 1


def _with_reserve(formulation: Formulation, procedure: Procedure, eligibility: Eligibility) -> Formulation:
    """Add what the centre keeps back, as needs of its own that may stay open."""
    problem = formulation.problem
    kept = layers(procedure.dispatch.reserve, eligibility.roster, eligibility.free)
    rows, resources = np.nonzero(np.array([layer.able for layer in kept]))
    needs, first_row, count = len(problem.need_ids), len(problem.row_needs), len(kept)
    terms = np.zeros((len(problem.pair_rows) + len(rows), len(problem.term_names) + 1), dtype=np.int64)
    terms[: len(problem.pair_rows), :-1] = problem.terms
    terms[len(problem.pair_rows) :, -1] = np.array([layer.prices for layer in kept])[rows, resources]
    nothing = np.zeros(count, dtype=np.int64)
    open_prices = np.zeros(needs, dtype=np.int64) if problem.open_prices is None else problem.open_prices
    optional = np.zeros(needs, dtype=np.bool_) if problem.optional is None else problem.optional
    widened = Problem.trusted(
        (*problem.need_ids, *(layer.id for layer in kept)),
        np.append(problem.ranks, np.full(count, problem.ranks.max())),
        np.append(problem.whole, np.zeros(count, dtype=np.bool_)),
        np.append(problem.row_needs, np.arange(needs, needs + count)),
        np.append(problem.quantities, [layer.positions for layer in kept]),
        problem.resource_ids,
        problem.capacities,
        np.append(problem.pair_rows, rows + first_row),
        np.append(problem.pair_resources, resources),
        terms,
        (*problem.term_names, "reserve"),
        None if problem.alternatives is None else np.append(problem.alternatives, nothing),
        None if problem.loads is None else np.append(problem.loads, nothing + 1),
        None if problem.shared is None else np.append(problem.shared, np.zeros(count, dtype=np.bool_)),
        np.append(optional, np.ones(count, dtype=np.bool_)),
        np.append(open_prices, [layer.open_price for layer in kept]),
    )
    return replace(
        formulation,
        problem=widened,
        rows=(*formulation.rows, *((layer.id, 0) for layer in kept)),
        is_open=(*formulation.is_open, *(False for _ in kept)),
        reach_s=np.append(formulation.reach_s, np.zeros(len(rows))),
    )


def under_caps(
    formulation: Formulation, procedure: Procedure, eligibility: Eligibility, limits: Limits, solver: Solver
) -> Formulation:
    """Bar whatever would slow a need down by more than its priority's cap on regret allows.

    Resources that are free set the standard; one that would have to be turned round or called from its break does not.
    """
    problem, caps = formulation.problem, _caps(procedure)
    if not _could_be_slowed(formulation, caps):
        return formulation
    is_open = np.array(formulation.is_open)[problem.pair_rows]
    among = is_open & eligibility.free[problem.pair_resources]
    capped = cap_regret(problem, formulation.reach_s, caps, limits, among=among, solver=solver).problem
    return formulation if capped is problem else replace(formulation, problem=capped, uncapped=problem)


def _caps(procedure: Procedure) -> dict[int, float]:
    """Seconds by rank; no two priorities share one."""
    caps = ((priority.rank, priority.regret_cap_s) for priority in procedure.priorities.values())
    return {rank: cap_s for rank, cap_s in caps if cap_s is not None}


def _could_be_slowed(formulation: Formulation, caps: Mapping[int, float]) -> bool:
    """Whether a lesser need, or any price but that of time, could be the reason for a slower response."""
    problem = formulation.problem
    ranks = set(problem.ranks.tolist())
    if not caps.keys() & ranks:
        return False
    return len(ranks) > 1 or problem.optional is not None or bool(problem.terms[:, OF_TIME:].any())
