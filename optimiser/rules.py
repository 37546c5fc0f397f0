"""The constraints of `problem` for needs of every shape, one function each, recounted from the problem and the plan alone.

Called by `verify` for problems with optional fields. Imports no solver and shares no code with one. Each function yields
what is wrong in words. Where pins alone go beyond a bound, that is what the bound rises to, and it has to stand in the plan's
list of broken rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from optimiser.allocation import Allocation
from optimiser.problem import Problem

Broken = set[tuple[str, str]]


class Account:
    """A plan and the pins in it, sorted by row, need, resource and body; nothing here judges."""

    def __init__(self, problem: Problem, chosen: tuple[int, ...]) -> None:
        self.problem = problem
        rows, needs = len(problem.row_needs), len(problem.need_ids)
        self.chosen = list(chosen)
        self.pins: list[int] = [] if problem.pinned is None else problem.pinned.nonzero()[0].tolist()
        known = sorted({*chosen, *self.pins})
        self.row: dict[int, int] = _at(known, problem.pair_rows[known].tolist() if known else [])
        self.resource: dict[int, int] = _at(known, problem.pair_resources[known].tolist() if known else [])
        self.need_of_row: list[int] = problem.row_needs.tolist()
        self.asked: list[int] = problem.quantities.tolist()
        self.load: list[int] = [1] * rows if problem.loads is None else problem.loads.tolist()
        self.alternative: list[int] = [0] * rows if problem.alternatives is None else problem.alternatives.tolist()
        self.shared: list[bool] = [False] * needs if problem.shared is None else problem.shared.tolist()
        self.optional: list[bool] = [False] * needs if problem.optional is None else problem.optional.tolist()
        self.open_price: list[int] = [0] * needs if problem.open_prices is None else problem.open_prices.tolist()
        self.rows: list[list[int]] = [[] for _ in range(needs)]
        for row, need in enumerate(self.need_of_row):
            self.rows[need].append(row)
        self.filled = Counter(self.row[pair] for pair in chosen)
        self.pins_of_row = Counter(self.row[pair] for pair in self.pins)

    def need(self, pair: int) -> int:
        """The need that a pair serves."""
        return self.need_of_row[self.row[pair]]

    def room(self, pairs: list[int]) -> Counter[int]:
        """Room taken of each resource: the sum of loads, for shared roles the greatest at each need."""
        room: Counter[int] = Counter()
        greatest: dict[tuple[int, int], int] = defaultdict(int)
        for pair in pairs:
            load, body = self.load[self.row[pair]], (self.need(pair), self.resource[pair])
            if self.shared[body[0]]:
                greatest[body] = max(greatest[body], load)
            else:
                room[self.resource[pair]] += load
        for (_, resource), load in greatest.items():
            room[resource] += load
        return room

    def bodies(self, pairs: list[int]) -> Counter[tuple[int, int]]:
        """How many roles each resource has at each need outside S."""
        return Counter((self.need(p), self.resource[p]) for p in pairs if not self.shared[self.need(p)])

    def used_alternatives(self, pairs: list[int]) -> dict[int, set[int]]:
        """The alternatives of which each need has somebody."""
        used: dict[int, set[int]] = defaultdict(set)
        for pair in pairs:
            used[self.need(pair)].add(self.alternative[self.row[pair]])
        return used

    def rows_of(self, need: int) -> list[int]:
        """The rows of a need."""
        return self.rows[need]

    def is_filled(self, need: int) -> bool:
        """y_i: whether some alternative that pins leave open has all of its positions."""
        rows = self.rows_of(need)
        if self.problem.alternatives is None:
            return all(self.filled[row] >= self.asked[row] for row in rows)
        pinned = {self.alternative[row] for row in rows if self.pins_of_row[row]}
        for number in sorted({self.alternative[row] for row in rows}):
            mine = [row for row in rows if self.alternative[row] == number]
            if pinned <= {number} and all(self.filled[row] >= self.asked[row] for row in mine):
                return True
        return False


def _at(pairs: list[int], values: list[int]) -> dict[int, int]:
    return dict(zip(pairs, values, strict=True))


def rule_flaws(problem: Problem, allocation: Allocation) -> tuple[str, ...]:
    """List what is wrong with a plan for needs of every shape, in words; empty means sound."""
    chosen = allocation.chosen
    strange = [pair for pair in chosen if not 0 <= pair < len(problem.pair_rows)]
    if strange:
        return tuple(f"pair {pair} does not exist" for pair in strange)
    if any(a >= b for a, b in pairwise(chosen)):
        return ("chosen pairs are not ascending and distinct",)
    account, broken = Account(problem, chosen), set[tuple[str, str]]()
    flaws = [
        *quantity_flaws(account, broken),
        *capacity_flaws(account, broken),
        *one_role_flaws(account, broken),
        *whole_flaws(account),
        *one_alternative_flaws(account, broken),
        *pin_flaws(account),
        *barred_flaws(account, broken),
        *count_flaws(account, allocation),
        *cost_flaws(account, allocation),
    ]
    if allocation.broken != tuple(sorted(broken)):
        flaws.append(f"the plan says it breaks {allocation.broken}, but it breaks {tuple(sorted(broken))}")
    return tuple(flaws)


def quantity_flaws(account: Account, broken: Broken) -> Iterator[str]:
    """(1) no row has more than it asks for."""
    for row, asked in enumerate(account.asked):
        pins, filled = account.pins_of_row[row], account.filled[row]
        if pins > asked:
            broken.add(("quantity", account.problem.need_ids[account.need_of_row[row]]))
        if filled > max(asked, pins):
            yield f"row {row} has {filled} of {asked} positions"


def capacity_flaws(account: Account, broken: Broken) -> Iterator[str]:
    """(2) no resource gives more room than it has."""
    room, pinned = account.room(account.chosen), account.room(account.pins)
    for resource, has in enumerate(account.problem.capacities.tolist()):
        name = account.problem.resource_ids[resource]
        if pinned[resource] > has:
            broken.add(("capacity", name))
        if room[resource] > max(has, pinned[resource]):
            yield f"resource {name} gives room {room[resource]}, its capacity is {has}"


def one_role_flaws(account: Account, broken: Broken) -> Iterator[str]:
    """(3) one body, one role at one place, unless roles are shared."""
    pinned = account.bodies(account.pins)
    for (need, resource), roles in account.bodies(account.chosen).items():
        if roles > 1:
            names = account.problem.need_ids[need], account.problem.resource_ids[resource]
            if pinned[need, resource] > 1:
                broken.add(("one role", "/".join(names)))
            if roles > pinned[need, resource]:
                yield f"resource {names[1]} fills {roles} positions of need {names[0]}"


def whole_flaws(account: Account) -> Iterator[str]:
    """(4) a whole need has all of an alternative, or nothing but its pins."""
    pinned = set(account.pins)
    strays = Counter(account.need(pair) for pair in account.chosen if pair not in pinned)
    for need, more in strays.items():
        if account.problem.whole[need] and more and not account.is_filled(need):
            yield f"need {account.problem.need_ids[need]} is whole and half filled"


def one_alternative_flaws(account: Account, broken: Broken) -> Iterator[str]:
    """(5) nobody is chosen for a second alternative."""
    if account.problem.alternatives is None:
        return
    pinned = account.used_alternatives(account.pins)
    for need, used in account.used_alternatives(account.chosen).items():
        name = account.problem.need_ids[need]
        if len(pinned[need]) > 1:
            broken.add(("one alternative", name))
        if len(used) > 1 and used != pinned[need]:
            yield f"need {name} has resources for {len(used)} alternatives"


def pin_flaws(account: Account) -> Iterator[str]:
    """(6) every pin is in the plan."""
    chosen = set(account.chosen)
    yield from (f"pinned pair {pair} is not in the plan" for pair in account.pins if pair not in chosen)


def barred_flaws(account: Account, broken: Broken) -> Iterator[str]:
    """(7) nothing barred is chosen unless it is forced."""
    barred, forced = account.problem.barred, account.problem.forced
    for pair in account.chosen if barred is not None else ():
        if barred is not None and barred[pair]:
            names = account.problem.need_ids[account.need(pair)], account.problem.resource_ids[account.resource[pair]]
            if forced is not None and forced[pair]:
                broken.add(("eligibility", "/".join(names)))
            else:
                yield f"barred pair {pair} is chosen"


def count_flaws(account: Account, allocation: Allocation) -> Iterator[str]:
    """F_k and the open positions are as stated."""
    problem = account.problem
    by_rank = dict.fromkeys(sorted(problem.ranks.tolist()), 0)
    used = account.used_alternatives(account.chosen)
    unfilled = []
    for row, asked in enumerate(account.asked):
        in_use = used[account.need_of_row[row]]
        idle = in_use and account.alternative[row] not in in_use
        unfilled.append(0 if idle else max(0, asked - account.filled[row]))
    if allocation.unfilled != tuple(unfilled):
        yield "unfilled positions are miscounted"
    for need, rank in enumerate(problem.ranks.tolist()):
        if not account.optional[need]:
            by_rank[rank] += _filled_positions(account, need)
    if allocation.filled_by_rank != tuple(by_rank.items()):
        yield "positions filled by rank are miscounted"


def _filled_positions(account: Account, need: int) -> int:
    """f_i."""
    rows = account.rows_of(need)
    if account.problem.whole[need] and account.is_filled(need):
        positions = Counter[int]()
        for row in rows:
            positions[account.alternative[row]] += account.asked[row]
        return max(positions.values())
    return sum(min(account.asked[row], account.filled[row]) for row in rows)


def cost_flaws(account: Account, allocation: Allocation) -> Iterator[str]:
    """C is as stated, and so is what is claimed about better plans."""
    cost, termination = _cost(account), allocation.termination
    if allocation.cost != cost:
        yield f"the cost is {cost}, not {allocation.cost}"
    if termination.cost != allocation.cost:
        yield f"the termination states the cost {termination.cost}, the plan {allocation.cost}"
    if termination.bound is not None and termination.bound > cost:
        yield f"the bound {termination.bound} lies above the cost {cost}"
    if termination.reason == "proven" and termination.bound != cost:
        yield f"proven, but the bound {termination.bound} is not the cost {cost}"
    if termination.reason == "degraded" and not termination.detail:
        yield "degraded, but not why"


def _cost(account: Account) -> int:
    """C: sum of g_ij and of the prices of what is left open."""
    total = 0
    dearest: dict[tuple[int, int], int] = {}
    prices: list[int] = account.problem.terms[account.chosen].sum(axis=1).tolist() if account.chosen else []
    for pair, price in zip(account.chosen, prices, strict=True):
        body = account.need(pair), account.resource[pair]
        if account.shared[body[0]]:
            dearest[body] = max(price, dearest.get(body, 0))
        else:
            total += price
    for need, is_optional in enumerate(account.optional):
        if is_optional and account.problem.whole[need]:
            total += account.open_price[need] * (not account.is_filled(need))
        elif is_optional:
            missing = sum(max(0, account.asked[row] - account.filled[row]) for row in account.rows_of(need))
            total += account.open_price[need] * missing
    return total + sum(dearest.values())
