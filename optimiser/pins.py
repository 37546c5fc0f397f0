"""Pairs that a person has pinned: which rules they break, and what they leave for everybody else to choose.

The plan may not move them, so they are taken out first and what remains is an ordinary problem. Imports no solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from optimiser.problem import BoolArray, IntArray, Problem

Rule = Literal["quantity", "capacity", "one role", "one alternative", "eligibility"]
"""Constraints (1), (2), (3), (5) and (7) of `problem`, in words."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that pinned pairs break, for whom, and the last pair that takes part in it."""

    rule: Rule
    subject: str
    """The id of the resource for capacity, of the need for the rest; `need/resource` where both take part."""
    pair: int


def broken_rules(problem: Problem, pins: BoolArray) -> tuple[Broken, ...]:
    """List the rules that these pairs (mask) break among themselves, by rule and then as the problem is ordered."""
    pairs = np.flatnonzero(pins)
    rows, resources = problem.pair_rows[pairs], problem.pair_resources[pairs]
    needs = problem.row_needs[rows]
    found: list[Broken] = []

    def note(rule: Rule, keys: IntArray, over: BoolArray, subject: str) -> None:
        for key in np.flatnonzero(over).tolist():
            pair = int(pairs[keys == key].max())
            found.append(Broken(rule, _subject(problem, pair, subject), pair))

    note("quantity", rows, np.bincount(rows, minlength=len(problem.row_needs)) > problem.quantities, "need")
    note("capacity", resources, room_of(problem, pairs) > problem.capacities, "resource")
    bodies = needs * len(problem.resource_ids) + resources
    alone = np.ones(len(pairs), dtype=np.bool_) if problem.shared is None else ~problem.shared[needs]
    kinds, of = np.unique(bodies, return_inverse=True)
    note("one role", of, np.bincount(of[alone], minlength=len(kinds)) > 1, "both")
    if problem.alternatives is not None:
        chosen = np.unique(np.stack((needs, problem.alternatives[rows])), axis=1)[0]
        note("one alternative", needs, np.bincount(chosen, minlength=len(problem.need_ids)) > 1, "need")
    if problem.barred is not None:
        for pair in pairs[problem.barred[pairs]].tolist():
            found.append(Broken("eligibility", _subject(problem, pair, "both"), pair))
    return tuple(found)


def room_of(problem: Problem, pairs: IntArray) -> IntArray:
    """(resources,) room that these pairs take: constraint (2)'s left side."""
    resources = problem.pair_resources[pairs]
    used = np.zeros(len(problem.resource_ids), dtype=np.int64)
    loads = np.ones(len(pairs), dtype=np.int64) if problem.loads is None else problem.loads[problem.pair_rows[pairs]]
    if problem.shared is None:
        np.add.at(used, resources, loads)
        return used
    needs = problem.pair_needs[pairs]
    together = problem.shared[needs]
    np.add.at(used, resources[~together], loads[~together])
    bodies, of = np.unique(needs[together] * len(used) + resources[together], return_inverse=True)
    greatest = np.zeros(len(bodies), dtype=np.int64)
    np.maximum.at(greatest, of, loads[together])
    np.add.at(used, bodies % max(1, len(used)), greatest)
    return used


def _subject(problem: Problem, pair: int, whose: str) -> str:
    need = problem.need_ids[int(problem.row_needs[problem.pair_rows[pair]])]
    resource = problem.resource_ids[int(problem.pair_resources[pair])]
    return {"need": need, "resource": resource, "both": f"{need}/{resource}"}[whose]
