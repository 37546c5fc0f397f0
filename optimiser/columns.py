"""What a live desk knows of needs and resources, as numpy columns, and prices rebuilt only where something changed.

Building eligibility and prices costs more than solving, so nothing here walks over pairs: a change marks its row or column, and
the next reading prices what is marked in whole blocks, one per skill, over only those resources that have the skill. The
price of a pair is that of `objective.response_units`, and `NEVER` where the skill or the reach does not fit.

Slots are the caller's: a `Session` hands them out, or a list numbers them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from optimiser.kernels.augmenting import NEVER
from optimiser.kernels.compiling import has_numba
from optimiser.kernels.pricing import need_line, resource_line
from optimiser.objective import LOSS_LIMIT, FloatArray, LinearLoss, Loss, response_units
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.refusals import Flaw, ProblemRefused

SKILLS_LIMIT = 63
"""Skills are numbered 0 to this less one, one bit each."""
PLACE_LIMIT_M = 1e9
"""Places lie within so many metres of the origin, east and north: no square of a way is then beyond counting."""

Reach = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]
"""Seconds of travel from (x, y) to (x, y), metres in a plane; arguments broadcast."""


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """What prices depend on, of a need."""

    rank: int
    skill: int
    x_m: float
    y_m: float
    weight: float = 1.0
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What prices depend on, of a resource."""

    skills: tuple[int, ...]
    x_m: float
    y_m: float
    ready_s: float = 0.0
    """Seconds until it can set off: turn-out, or what is left of the present work."""


class Columns:
    """Columns of facts by slot, and the matrix of prices (need slots, resource slots)."""

    def __init__(
        self, reach: Reach, *, needs: int = 64, resources: int = 64, loss: Loss | None = None,
        reach_limit_s: float = inf,
    ) -> None:  # fmt: skip
        """Make room for so many slots; `reach_limit_s` is the longest way, waiting to set off included, that still counts."""
        self._reach, self._loss, self._limit_s = reach, loss or LinearLoss(), float(reach_limit_s)
        self._speed_mps: float | None = None
        """Where one compiled pass does it all; None where arrays have to."""
        if has_numba() and isinstance(reach, StraightLine) and isinstance(self._loss, LinearLoss):
            self._speed_mps = float(reach.speed_mps)
        self.ranks: IntArray = np.ones(needs, dtype=np.int64)
        self._asked: IntArray = np.zeros(needs, dtype=np.int64)
        self._need_facts: FloatArray = np.zeros((4, needs))
        self._skills: IntArray = np.zeros(resources, dtype=np.int64)
        self._resource_facts: FloatArray = np.zeros((3, resources))
        self._prices: IntArray = np.full((needs, resources), NEVER, dtype=np.int64)
        self._dirty_needs: BoolArray = np.zeros(needs, dtype=np.bool_)
        self._dirty_resources: BoolArray = np.zeros(resources, dtype=np.bool_)
        if self._speed_mps is not None:
            # Compiled, or read from disk, before anybody waits for it.
            self.need_prices(NeedFacts(1, 0, 0.0, 0.0))
            self.resource_prices(ResourceFacts((), 0.0, 0.0))

    @property
    def shape(self) -> tuple[int, int]:
        """(need slots, resource slots)."""
        return len(self._asked), len(self._skills)

    def put_need(self, slot: int, facts: NeedFacts) -> None:
        """Write a need's facts; its row is priced when next read."""
        self.ranks[slot], self._asked[slot] = facts.rank, _asked_bit(facts)
        self._need_facts[:, slot] = facts.x_m, facts.y_m, facts.weight, facts.waited_s
        self._dirty_needs[slot] = True

    def put_resource(self, slot: int, facts: ResourceFacts) -> None:
        """Write a resource's facts; its column is priced when next read."""
        self._skills[slot] = _able_bits(facts)
        self._resource_facts[:, slot] = facts.x_m, facts.y_m, facts.ready_s
        self._dirty_resources[slot] = True

    def drop_need(self, slot: int) -> None:
        """A slot without a need has no prices."""
        self._asked[slot] = 0
        self._dirty_needs[slot] = True

    def drop_resource(self, slot: int) -> None:
        """A slot without a resource has no prices."""
        self._skills[slot] = 0
        self._dirty_resources[slot] = True

    def prices(self) -> IntArray:
        """(need slots, resource slots) the prices, up to date; read only until the next change."""
        if self._dirty_needs.any():
            needs = self._dirty_needs.nonzero()[0]
            self._prices[needs] = NEVER
            self._price_blocks(needs, self._skills)
        if self._dirty_resources.any():
            rest = (~self._dirty_needs).nonzero()[0]
            self._prices[np.ix_(rest, self._dirty_resources.nonzero()[0])] = NEVER
            self._price_blocks(rest, np.where(self._dirty_resources, self._skills, 0))
        self._dirty_needs[:] = self._dirty_resources[:] = False
        return self._prices

    def _price_blocks(self, needs: IntArray, skills: IntArray) -> None:
        """Price these needs against the resources with these skills, a block per skill."""
        for skill in np.unique(self._asked[needs]).tolist():
            able = (skills & skill).nonzero()[0]
            rows = needs[self._asked[needs] == skill]
            self._prices[np.ix_(rows, able)] = self._block(rows, able)

    def need_prices(self, facts: NeedFacts) -> IntArray:
        """(resource slots,) the prices of a need that has no slot yet; refuses facts that make no sense."""
        bit = _asked_bit(facts)
        if self._speed_mps is not None:
            need = float(facts.x_m), float(facts.y_m), float(facts.weight), float(facts.waited_s)
            line: IntArray = need_line(
                self._resource_facts, self._skills, need, bit, self._speed_mps, self._limit_s, LOSS_LIMIT
            )
            return line
        x, y, ready_s = self._resource_facts
        at_x, at_y = np.array(facts.x_m), np.array(facts.y_m)
        row = self._priced(self._reach(x, y, at_x, at_y) + ready_s, facts.weight, facts.waited_s)
        # Pricing all and striking out is quicker for one row than gathering the able.
        np.putmask(row, (self._skills & bit) == 0, NEVER)
        return row

    def resource_prices(self, facts: ResourceFacts) -> IntArray:
        """(need slots,) the prices of a resource that has no slot yet; refuses facts that make no sense."""
        skills = _able_bits(facts)
        if self._speed_mps is not None:
            resource = float(facts.x_m), float(facts.y_m), float(facts.ready_s)
            line: IntArray = resource_line(
                self._need_facts, self._asked, resource, skills, self._speed_mps, self._limit_s, LOSS_LIMIT
            )
            return line
        x, y, weights, waited_s = self._need_facts
        reach_s = self._reach(np.array(facts.x_m), np.array(facts.y_m), x, y) + facts.ready_s
        column = self._priced(reach_s, weights, waited_s)
        np.putmask(column, (self._asked & skills) == 0, NEVER)
        return column

    def problem(self, need_ids: Sequence[str], resource_ids: Sequence[str]) -> Problem:
        """Everything as one problem; ids by slot, for the first slots of each side."""
        needs, resources = len(need_ids), len(resource_ids)
        table = self.prices()[:needs, :resources]
        at = np.flatnonzero(table.reshape(-1) < NEVER)
        rows = at // max(1, resources)
        ones = np.ones(needs, dtype=np.int64)
        return Problem.trusted(
            tuple(need_ids), self.ranks[:needs].copy(), np.zeros(needs, dtype=np.bool_), np.arange(needs), ones,
            tuple(resource_ids), np.ones(resources, dtype=np.int64), rows, at - rows * resources,
            table.reshape(-1)[at].reshape(-1, 1), ("response",),
        )  # fmt: skip

    def grow(self, needs: int, resources: int) -> None:
        """Make room for more slots; facts and prices stay."""
        more_needs, more_resources = needs - len(self._asked), resources - len(self._skills)
        self.ranks = np.append(self.ranks, np.ones(more_needs, dtype=np.int64))
        self._asked = np.append(self._asked, np.zeros(more_needs, dtype=np.int64))
        self._need_facts = np.pad(self._need_facts, ((0, 0), (0, more_needs)))
        self._skills = np.append(self._skills, np.zeros(more_resources, dtype=np.int64))
        self._resource_facts = np.pad(self._resource_facts, ((0, 0), (0, more_resources)))
        self._prices = np.pad(self._prices, ((0, more_needs), (0, more_resources)), constant_values=NEVER)
        self._dirty_needs = np.append(self._dirty_needs, np.zeros(more_needs, dtype=np.bool_))
        self._dirty_resources = np.append(self._dirty_resources, np.zeros(more_resources, dtype=np.bool_))

    def _block(self, needs: IntArray, resources: IntArray) -> IntArray:
        x, y, weights, waited_s = self._need_facts[:, needs, None]
        from_x, from_y, ready_s = self._resource_facts[:, resources]
        return self._priced(self._reach(from_x, from_y, x, y) + ready_s, weights, waited_s)

    def _priced(self, reach_s: FloatArray, weights: FloatArray | float, waited_s: FloatArray | float) -> IntArray:
        units = response_units(self._loss, weights, waited_s, reach_s)
        if self._limit_s < inf:
            units[reach_s > self._limit_s] = NEVER
        return units


@dataclass(frozen=True, slots=True)
class StraightLine:
    """Travel as the crow flies at one speed."""

    speed_mps: float = 13.0

    def __call__(self, x: FloatArray, y: FloatArray, to_x: FloatArray, to_y: FloatArray) -> FloatArray:
        """Seconds of travel."""
        east_m, north_m = x - to_x, y - to_y
        # Unlike `hypot`, every step of this is rounded the same everywhere.
        return np.asarray(np.sqrt(east_m * east_m + north_m * north_m) / self.speed_mps)


def _asked_bit(facts: NeedFacts) -> int:
    """The bit of the skill that a need asks for; refuses facts that make no sense."""
    skill, weight, waited_s = facts.skill, facts.weight, facts.waited_s
    is_near = -PLACE_LIMIT_M <= facts.x_m <= PLACE_LIMIT_M and -PLACE_LIMIT_M <= facts.y_m <= PLACE_LIMIT_M
    if not (is_near and 0 <= weight < inf and 0 <= waited_s < inf and 0 <= skill < SKILLS_LIMIT):
        _refuse_facts((facts.x_m, facts.y_m), (weight, waited_s), (skill,))
    return 1 << skill


def _able_bits(facts: ResourceFacts) -> int:
    """The bits of the skills that a resource has; refuses facts that make no sense."""
    is_near = -PLACE_LIMIT_M <= facts.x_m <= PLACE_LIMIT_M and -PLACE_LIMIT_M <= facts.y_m <= PLACE_LIMIT_M
    bits, is_known = 0, True
    for skill in facts.skills:
        is_known = is_known and 0 <= skill < SKILLS_LIMIT
        bits |= 1 << skill if is_known else 0
    if not (is_near and 0 <= facts.ready_s < inf and is_known):
        _refuse_facts((facts.x_m, facts.y_m), (facts.ready_s,), facts.skills)
    return bits


def _refuse_facts(places: tuple[float, ...], amounts: tuple[float, ...], skills: tuple[int, ...]) -> None:
    span = f"{-PLACE_LIMIT_M:g} to {PLACE_LIMIT_M:g} metres"
    flaws = [Flaw("place", f"is {value}", span) for value in places if not -PLACE_LIMIT_M <= value <= PLACE_LIMIT_M]
    flaws += [Flaw("amount", f"is {value}", "0 or more, finite") for value in amounts if not 0 <= value < inf]
    flaws += [
        Flaw("skill", f"is {skill}", f"0 to {SKILLS_LIMIT - 1}") for skill in skills if not 0 <= skill < SKILLS_LIMIT
    ]
    raise ProblemRefused(flaws)
