"""Random problems of every shape, and an enumerator that reads the mathematics of `problem` and knows no solver."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np

from optimiser.problem import Problem
from optimiser.refusals import ProblemRefused

MOST_PAIRS = 13
"""Every subset of so many pairs is tried: a few thousand plans."""


def random_shapes(seed: int) -> Problem:
    """Draw a small problem that mixes every optional field; what the drawing refuses is drawn again."""
    for attempt in range(1000):
        draw = np.random.default_rng([seed, attempt, 17])
        try:
            return _drawn(draw)
        except ProblemRefused:
            continue
    raise AssertionError("no problem drawn in a thousand attempts")


def _drawn(draw: np.random.Generator) -> Problem:
    needs, resources = int(draw.integers(1, 4)), int(draw.integers(1, 5))
    row_needs, alternatives, whole = [], [], []
    for need in range(needs):
        rows = int(draw.integers(1, 4))
        several = rows > 1 and draw.random() < 0.35
        whole.append(bool(several or draw.random() < 0.6))
        row_needs += [need] * rows
        numbers = sorted(int(draw.integers(0, 2)) for _ in range(rows))
        alternatives += numbers if several else [0] * rows
    rows = len(row_needs)
    share = float(draw.choice([0.4, 0.6, 0.9]))
    found = [(r, j) for r in range(rows) for j in range(resources) if draw.random() < share]
    keep = sorted(draw.permutation(len(found))[:MOST_PAIRS].tolist())
    pairs = [found[at] for at in keep]
    dearest = int(draw.choice([3, 40, 5_000]))
    optional = draw.random(needs) < 0.4
    pinned = draw.random(len(pairs)) < float(draw.choice([0.0, 0.1, 0.3]))
    forced = pinned & (draw.random(len(pairs)) < 0.5)

    def some(share: float) -> bool:
        return bool(draw.random() < share)

    return Problem(
        need_ids=tuple(f"need-{i}" for i in range(needs)),
        ranks=draw.integers(1, 4, needs),
        whole=np.array(whole),
        row_needs=np.array(row_needs),
        quantities=draw.integers(1, 3, rows),
        resource_ids=tuple(f"unit-{j}" for j in range(resources)),
        capacities=draw.integers(0 if some(0.2) else 1, int(draw.choice([2, 4])), resources),
        pair_rows=np.array([r for r, _ in pairs], dtype=np.int64),
        pair_resources=np.array([j for _, j in pairs], dtype=np.int64),
        terms=draw.integers(0, dearest, (len(pairs), 2)),
        term_names=("reach", "fit"),
        alternatives=np.array(alternatives) if some(0.6) or not all(a == 0 for a in alternatives) else None,
        loads=draw.integers(1, 3, rows) if some(0.5) else None,
        shared=draw.random(needs) < 0.5 if some(0.5) else None,
        optional=optional if optional.any() else None,
        open_prices=draw.integers(0, 3 * dearest, needs) * optional if optional.any() else None,
        pinned=pinned if pinned.any() else None,
        forced=forced if forced.any() else None,
        barred=draw.random(len(pairs)) < 0.2 if some(0.4) else None,
    )


Standing = tuple[tuple[int, ...], int]


def best_shapes(problem: Problem) -> Standing:
    """Minus F_k per rank, then C, of the best plan: by trying every subset of the pairs that are not pinned."""
    pairs = len(problem.pair_rows)
    pinned = np.zeros(pairs, dtype=np.bool_) if problem.pinned is None else problem.pinned
    barred = np.zeros(pairs, dtype=np.bool_) if problem.barred is None else problem.barred
    free = np.flatnonzero(~pinned & ~barred).tolist()
    judge = _Judge(problem, np.flatnonzero(pinned).tolist())
    standings = (judge.standing(choice) for choice in _subsets(free))
    return min(standing for standing in standings if standing is not None)


def _subsets(pairs: list[int]) -> list[list[int]]:
    return [
        [pair for pair, taken in zip(pairs, mask, strict=True) if taken] for mask in product((0, 1), repeat=len(pairs))
    ]


class _Judge:
    """Constraints (1) to (5) with the bounds that pins have raised, and the objective, by the letters of `problem`."""

    def __init__(self, problem: Problem, pins: list[int]) -> None:
        self.problem = problem
        self.pins = pins
        rows, needs = len(problem.row_needs), len(problem.need_ids)
        self.loads = [1] * rows if problem.loads is None else problem.loads.tolist()
        self.shared = [False] * needs if problem.shared is None else problem.shared.tolist()
        self.optional = [False] * needs if problem.optional is None else problem.optional.tolist()
        self.prices = [0] * needs if problem.open_prices is None else problem.open_prices.tolist()
        self.alternatives = [0] * rows if problem.alternatives is None else problem.alternatives.tolist()
        self.pairs = list(zip(problem.pair_rows.tolist(), problem.pair_resources.tolist(), strict=True))
        self.costs = problem.terms.sum(axis=1).tolist()
        self.needs = problem.row_needs.tolist()
        self.ranks = sorted(set(problem.ranks.tolist()))
        self.bounds = self.uses(pins)

    def uses(self, pairs: list[int]) -> dict[tuple[object, ...], int]:
        """Left sides of (1), (2) and (3), and how many alternatives each need uses."""
        left: dict[tuple[object, ...], int] = defaultdict(int)
        together: dict[tuple[int, int], int] = defaultdict(int)
        seen = set()
        for pair in pairs:
            row, resource = self.pairs[pair]
            need, load = self.needs[row], self.loads[row]
            left["row", row] += 1
            if (need, self.alternatives[row]) not in seen:
                seen.add((need, self.alternatives[row]))
                left["alternatives", need] += 1
            if self.shared[need]:
                together[need, resource] = max(together[need, resource], load)
            else:
                left["room", resource] += load
                left["roles", need, resource] += 1
        for (_, resource), load in together.items():
            left["room", resource] += load
        return left

    def most(self, key: tuple[object, ...]) -> int:
        """Right side of the constraint."""
        limit = {"row": self.problem.quantities, "room": self.problem.capacities}.get(str(key[0]))
        index = key[1]
        assert isinstance(index, int)
        return max(1 if limit is None else int(limit[index]), self.bounds[key])

    def standing(self, free: list[int]) -> Standing | None:
        """The objective, or None for what breaks a rule."""
        chosen = self.pins + free
        left = self.uses(chosen)
        if any(used > self.most(key) for key, used in left.items()):
            return None
        beyond_pins = {self.needs[self.pairs[pair][0]] for pair in free}
        filled, cost = dict.fromkeys(self.ranks, 0), self._price(chosen)
        for need in range(len(self.problem.need_ids)):
            positions, missing, is_done = self._filled(need, left)
            if need in beyond_pins and (
                self.bounds["alternatives", need] > 1 or (self.problem.whole[need] and not is_done)
            ):
                return None
            if not self.optional[need]:
                filled[int(self.problem.ranks[need])] -= positions
            else:
                cost += self.prices[need] * ((not is_done) if self.problem.whole[need] else missing)
        return tuple(filled.values()), cost

    def _filled(self, need: int, left: dict[tuple[object, ...], int]) -> tuple[int, int, bool]:
        rows = [row for row, of in enumerate(self.needs) if of == need]
        asked = self.problem.quantities
        have = {row: min(left["row", row], int(asked[row])) for row in rows}
        total = sum(have.values())
        missing = sum(int(asked[row]) for row in rows) - total
        if not self.problem.whole[need]:
            return total, missing, missing == 0
        sizes, done = [], False
        for number in sorted({self.alternatives[row] for row in rows}):
            mine = [row for row in rows if self.alternatives[row] == number]
            sizes.append(sum(int(asked[row]) for row in mine))
            done = done or all(have[row] == asked[row] for row in mine)
        done = done and self.bounds["alternatives", need] <= 1
        return (max(sizes) if done else total), missing, done

    def _price(self, chosen: list[int]) -> int:
        total, dearest = 0, dict[tuple[int, int], int]()
        for pair in chosen:
            row, resource = self.pairs[pair]
            body = self.needs[row], resource
            if self.shared[body[0]]:
                dearest[body] = max(dearest.get(body, 0), self.costs[pair])
            else:
                total += self.costs[pair]
        return total + sum(dearest.values())


def shuffled(problem: Problem, seed: int) -> Problem:
    """The same problem of any shape with needs, rows, resources and pairs in another order."""
    draw = np.random.default_rng([seed, 18])
    needs, rows = draw.permutation(len(problem.need_ids)), draw.permutation(len(problem.row_needs))
    resources, pairs = draw.permutation(len(problem.resource_ids)), draw.permutation(len(problem.pair_rows))
    by_need = {name: getattr(problem, name) for name in ("shared", "optional", "open_prices")}
    by_row = {name: getattr(problem, name) for name in ("alternatives", "loads")}
    by_pair = {name: getattr(problem, name) for name in ("pinned", "forced", "barred")}
    moved = {
        name: array[order]
        for arrays, order in ((by_need, needs), (by_row, rows), (by_pair, pairs))
        for name, array in arrays.items()
        if array is not None
    }
    return Problem(
        need_ids=tuple(problem.need_ids[i] for i in needs),
        ranks=problem.ranks[needs],
        whole=problem.whole[needs],
        row_needs=np.argsort(needs)[problem.row_needs[rows]],
        quantities=problem.quantities[rows],
        resource_ids=tuple(problem.resource_ids[j] for j in resources),
        capacities=problem.capacities[resources],
        pair_rows=np.argsort(rows)[problem.pair_rows[pairs]],
        pair_resources=np.argsort(resources)[problem.pair_resources[pairs]],
        terms=problem.terms[pairs],
        term_names=problem.term_names,
        **moved,
    )
