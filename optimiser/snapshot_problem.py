"""A snapshot as a problem of arrays, and what each of its rows and pairs stands for. Solves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimiser.objective import FloatArray
from optimiser.pins import broken_rules
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.refusals import Flaw
from optimiser.reserves import Position, Reserve, nesting_flaws, positions
from optimiser.snapshot_eligibility import REASONS, Eligibility
from optimiser.snapshot_format import PRICE_LIMIT_S, Snapshot, SnapshotNeed
from optimiser.snapshot_terms import RESERVE, TERMS, Pairs, terms_of, units, without_idle_terms


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A problem, not checked yet, whose needs are those of the snapshot and then the positions of its reserves."""

    problem: Problem
    eligibility: Eligibility
    reach_s: FloatArray
    """(pairs,) seconds until it would be there; not a number for positions of reserves and where nothing is known."""
    rows: tuple[tuple[int, int], ...]
    """Need and number of every row of the snapshot; rows of reserves follow."""
    positions: tuple[Position, ...]
    """What each need beyond the snapshot's own stands for."""
    excluded: tuple[tuple[int, ...], ...]
    """(rows, resources) why a resource may not fill a row: 0 for whoever may, else 1 + the place in `REASONS`."""


@dataclass(slots=True)
class _Sheet:
    rows: list[tuple[int, int]] = field(default_factory=list)
    quantities: list[int] = field(default_factory=list)
    alternatives: list[int] = field(default_factory=list)
    loads: list[int] = field(default_factory=list)
    excluded: list[tuple[int, ...]] = field(default_factory=list)
    pair_rows: list[IntArray] = field(default_factory=list)
    resources: list[IntArray] = field(default_factory=list)
    moves: list[BoolArray] = field(default_factory=list)
    pin_of: dict[tuple[int, int], int] = field(default_factory=dict)
    """Which pin asks for a row and a resource."""
    pinned: dict[int, list[int]] = field(default_factory=dict)
    """Resources pinned to each row."""


def draft(snapshot: Snapshot) -> tuple[Draft, list[Flaw]]:
    """State the problem of a snapshot, and what is wrong with it that only shows in the problem.

    That is: a pin that breaks a rule without being forced, reserves that do not nest, and prices beyond what can be added
    up. Ids that the snapshot does not know are passed over here; reading has refused them.
    """
    eligibility, sheet = Eligibility(snapshot), _Sheet()
    sheet.pin_of = _pins(snapshot, eligibility)
    for row, resource in sheet.pin_of:
        sheet.pinned.setdefault(row, []).append(resource)
    standing = _standing(snapshot, eligibility)
    for index, need in enumerate(snapshot.needs):
        _add_need(sheet, eligibility, index, need, standing)
    pairs = _pairs(sheet)
    table, flaws = terms_of(eligibility, pairs)
    kept, wrong = _reserves(snapshot, eligibility)
    problem, reach_s = _problem(snapshot, eligibility, sheet, pairs, table, kept)
    made = Draft(problem, eligibility, reach_s, tuple(sheet.rows), tuple(kept), tuple(sheet.excluded))
    return made, [*_pin_flaws(snapshot, sheet, made), *wrong, *flaws]


def reserve_need(name: str, number: int) -> str:
    """What one position of a reserve is called among the needs of the problem."""
    return f"reserve {name} #{number}"


def _pins(snapshot: Snapshot, eligibility: Eligibility) -> dict[tuple[int, int], int]:
    keys = [(index, number) for index, need in enumerate(snapshot.needs) for number in range(len(need.all_rows))]
    row_of = {key: at for at, key in enumerate(keys)}
    found: dict[tuple[int, int], int] = {}
    for at, pin in enumerate(snapshot.pins):
        index, resource = eligibility.need_at.get(pin.need), eligibility.resource_at.get(pin.resource)
        if index is not None and resource is not None and (index, pin.row) in row_of:
            found.setdefault((row_of[index, pin.row], resource), at)
    return found


def _standing(snapshot: Snapshot, eligibility: Eligibility) -> dict[tuple[int, int], list[int]]:
    """Resources that stand in each row, by need and number."""
    found: dict[tuple[int, int], list[int]] = {}
    for one in snapshot.standing:
        if one.need in eligibility.need_at and one.resource in eligibility.resource_at:
            key = eligibility.need_at[one.need], one.row
            found.setdefault(key, []).append(eligibility.resource_at[one.resource])
    return found


def _add_need(
    sheet: _Sheet, eligibility: Eligibility, index: int, need: SnapshotNeed, standing: dict[tuple[int, int], list[int]]
) -> None:
    number = 0
    for alternative, team in enumerate(need.teams):
        for row in team:
            at = len(sheet.rows)
            codes = eligibility.codes(index, row)
            pinned = np.array(sheet.pinned.get(at, ()), dtype=np.int64)
            resources = np.union1d(np.flatnonzero(codes == 0), pinned)
            stays = np.isin(resources, standing.get((index, number), []))
            sheet.rows.append((index, number))
            sheet.quantities.append(row.quantity)
            sheet.alternatives.append(alternative)
            sheet.loads.append(row.load)
            sheet.excluded.append(tuple(codes.tolist()))
            sheet.pair_rows.append(np.full(len(resources), at, dtype=np.int64))
            sheet.resources.append(resources)
            sheet.moves.append(~stays & bool(stays.any()))
            number += 1


def _pairs(sheet: _Sheet) -> Pairs:
    rows = _joined(sheet.pair_rows)
    of = np.array(sheet.rows, dtype=np.int64).reshape(-1, 2)[rows]
    moves = np.concatenate(sheet.moves) if sheet.moves else np.zeros(0, dtype=np.bool_)
    return Pairs(of[:, 0], of[:, 1], _joined(sheet.resources), moves)


def _joined(arrays: Sequence[IntArray]) -> IntArray:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)


def _reserves(snapshot: Snapshot, eligibility: Eligibility) -> tuple[list[Position], list[Flaw]]:
    stated, wheres = [], [f"/reserves/{at}" for at in range(len(snapshot.reserves))]
    for reserve in snapshot.reserves:
        able = eligibility.levels(reserve.skill) >= reserve.level
        known = [eligibility.resource_at[one] for one in reserve.resources if one in eligibility.resource_at]
        members = frozenset(resource for resource in known if able[resource])
        stated.append(Reserve(members, reserve.keep, units(reserve.price_s), reserve.skill))
    flaws = nesting_flaws(stated, wheres)
    if flaws:
        return [], flaws
    made = positions(stated)
    for at, reserve in enumerate(snapshot.reserves):
        most = max((one.open_price for one in made if one.reserve == at), default=0)
        if most > units(PRICE_LIMIT_S):
            what = f"is {reserve.price_s:g}, which with the groups around it is more than {PRICE_LIMIT_S}"
            flaws.append(Flaw(f"/reserves/{at}/price_s", what, f"at most {PRICE_LIMIT_S} together"))
    return made, flaws


def _problem(
    snapshot: Snapshot, eligibility: Eligibility, sheet: _Sheet, pairs: Pairs, table: IntArray, kept: list[Position]
) -> tuple[Problem, FloatArray]:
    needs, rows = len(snapshot.needs), len(sheet.rows)
    open_prices = [0 if need.wait_price_s is None else units(need.wait_price_s) for need in snapshot.needs]
    optional = [need.wait_price_s is not None for need in snapshot.needs]
    pair_rows, resources, terms = [_joined(sheet.pair_rows)], [pairs.resources], [table]
    for at, position in enumerate(kept):
        able = eligibility.keeps(snapshot.reserves[position.reserve].skill, snapshot.reserves[position.reserve].level)
        chosen = [(resource, price) for resource, price in position.prices if able[resource]]
        pair_rows.append(np.full(len(chosen), rows + at, dtype=np.int64))
        resources.append(np.array([resource for resource, _ in chosen], dtype=np.int64))
        column = np.zeros((len(chosen), len(TERMS)), dtype=np.int64)
        column[:, TERMS.index(RESERVE)] = [price for _, price in chosen]
        terms.append(column)
    every_term, names = without_idle_terms(np.concatenate(terms))
    of_pair = _joined(resources)
    reach_s = np.full(len(of_pair), np.nan)
    reach_s[: pairs.size] = eligibility.reach_s[pairs.needs, pairs.resources]
    pinned, forced, barred = _masks(snapshot, sheet, _joined(pair_rows), of_pair)
    least = max((need.priority for need in snapshot.needs), default=1)
    ones = [1] * len(kept)
    problem = Problem.trusted(
        need_ids=tuple(need.id for need in snapshot.needs) + _names(snapshot, kept),
        ranks=np.array([need.priority for need in snapshot.needs] + [least] * len(kept), dtype=np.int64),
        whole=np.array([need.whole for need in snapshot.needs] + [False] * len(kept), dtype=np.bool_),
        row_needs=np.array([need for need, _ in sheet.rows] + list(range(needs, needs + len(kept))), dtype=np.int64),
        quantities=np.array(sheet.quantities + ones, dtype=np.int64),
        resource_ids=tuple(resource.id for resource in snapshot.resources),
        capacities=np.array([resource.room for resource in snapshot.resources], dtype=np.int64),
        pair_rows=_joined(pair_rows),
        pair_resources=of_pair,
        terms=every_term,
        term_names=names,
        alternatives=_used(np.array(sheet.alternatives + [0] * len(kept), dtype=np.int64), 0),
        loads=_used(np.array(sheet.loads + ones, dtype=np.int64), 1),
        shared=_some(np.array([need.shared for need in snapshot.needs] + [False] * len(kept), dtype=np.bool_)),
        optional=_some(np.array(optional + [True] * len(kept), dtype=np.bool_)),
        open_prices=_used(np.array(open_prices + [one.open_price for one in kept], dtype=np.int64), 0),
        pinned=_some(pinned),
        forced=_some(forced),
        barred=_some(barred),
    )
    return problem, reach_s


def _names(snapshot: Snapshot, kept: list[Position]) -> tuple[str, ...]:
    seen: dict[int, int] = {}
    names = []
    for position in kept:
        seen[position.reserve] = seen.get(position.reserve, 0) + 1
        names.append(reserve_need(snapshot.reserves[position.reserve].id, seen[position.reserve]))
    return tuple(names)


def _used(array: IntArray, usual: int) -> IntArray | None:
    """An optional field of a problem; None where it says nothing, since a plain problem is solved quicker."""
    return array if (array != usual).any() else None


def _some(mask: BoolArray) -> BoolArray | None:
    return mask if mask.any() else None


def _masks(
    snapshot: Snapshot, sheet: _Sheet, pair_rows: IntArray, resources: IntArray
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """(pairs,) what is pinned, forced, and against a rule: nobody else who may not go is among the pairs."""
    pinned, forced, barred = (np.zeros(len(pair_rows), dtype=np.bool_) for _ in range(3))
    for (row, resource), at in sheet.pin_of.items():
        pair = np.flatnonzero((pair_rows == row) & (resources == resource))
        pinned[pair] = True
        forced[pair] = snapshot.pins[at].forced
        barred[pair] = sheet.excluded[row][resource] > 0
    return pinned, forced, barred


def _pin_flaws(snapshot: Snapshot, sheet: _Sheet, made: Draft) -> list[Flaw]:
    problem = made.problem
    if problem.pinned is None:
        return []
    willing = problem.pinned if problem.forced is None else problem.pinned & ~problem.forced
    flaws = []
    for broken in broken_rules(problem, willing):
        row, resource = int(problem.pair_rows[broken.pair]), int(problem.pair_resources[broken.pair])
        what = f"breaks the rule of {broken.rule}: {broken.subject}"
        if broken.rule == "eligibility":
            what = f"breaks a rule: {problem.resource_ids[resource]} {why_excluded(made, row, resource)}"
        flaws.append(Flaw(f"/pins/{sheet.pin_of[row, resource]}", what, 'another pin, or "forced": true'))
    return flaws


def why_excluded(made: Draft, row: int, resource: int) -> str:
    """Why a resource may not fill a row, after its name."""
    match REASONS[made.excluded[row][resource] - 1]:
        case "lacks the skill":
            return "lacks the skill"
        case "level too low":
            return "has too low a level"
        case "shift ends too soon":
            return "would work on after its shift"
        case "barred":
            return f"is barred ({made.eligibility.rule(made.rows[row][0], resource)})"
        case ("not available" | "out of reach") as why:
            return f"is {why}"
