"""The exact price, in the whole plan, of every pair that was not chosen, and of one more of every resource. Asks no solver.

All of it is read off the shortest paths of `slot_graph`. Whole needs of several positions are all or nothing, which no path
knows. Paths that leave all of them as they are bound a price from above, paths that may break them up bound it from below;
where both agree the price is exact. So it is where nothing is open and nothing would be: every plan that fills as much then
fills the same slots. Left out, with all their neighbours, are needs with alternatives, shared roles, forced pins or loads that
differ, whole optional teams, and needs that could use one resource twice. `counterfactual` prices what is not exact here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation import Allocation
from optimiser.components import Part, need_components
from optimiser.objective import FloatArray
from optimiser.problem import BoolArray, IntArray, Problem
from optimiser.remainder import needs_a_programme, remainder
from optimiser.slot_graph import Scale, SlotGraph, Step

CELLS_LIMIT = 4_000_000
"""The most rows times resources that are looked at in one table; beyond it nothing is exact here."""


@dataclass(frozen=True, slots=True, eq=False)
class ExchangePrices:
    """What choosing each pair would change in the whole plan; columns are over the problem's pairs or resources."""

    exact: BoolArray
    """(pairs,) whether the three columns below are known to be the truth; where not, they mean nothing."""
    dearer: IntArray
    """(pairs,) cost units by which the plan becomes dearer; below nought only where somebody loses a position by it."""
    opened: IntArray
    """(pairs,) rank that has a position less by it, 0 for none: another need of a rank may gain what one of them loses."""
    filled: IntArray
    """(pairs,) rank that has a position more by it, 0 for none."""
    twin_exact: BoolArray
    """(resources,) whether the two columns below are known."""
    twin_saves: IntArray
    """(resources,) cost units that room for one more would save; below nought where what it fills costs more than that."""
    twin_fills: IntArray
    """(resources,) rank of an open need of which a position could then be filled, 0 for none."""
    over_bars: bool
    """Whether what is barred may be asked about."""
    _graph: SlotGraph | None
    _part: Part

    def steps(self, problem: Problem, pair: int) -> tuple[Step, ...]:
        """Who moves where if a pair that is exact here is chosen, its own row first; indices of the problem."""
        assert self._graph is not None, "what is exact here and not chosen is in the graph"
        row = int(_part_rows(problem, self._part)[problem.pair_rows[pair]])
        return self._in_problem(problem, self._graph.steps(row, int(problem.pair_resources[pair])))

    def filling(self, problem: Problem, row: int) -> tuple[tuple[int, int, int], tuple[Step, ...]] | None:
        """The least change that fills an open position of this row: dearer, opened and filled as above, and its steps.

        None where none does, or none is known, as wherever there are teams.
        """
        graph, part = self._graph, self._part.problem
        if graph is None or _is_team(part).any():
            return None
        here = part.pair_rows[problem.pair_rows[self._part.pairs] == row]
        if not len(here) or here[0] not in graph.open_rows:
            return None
        found = graph.cheapest_filling(int(here[0]))
        if found is None:
            return None
        pair, total = found
        dearer, opened, filled = (int(column[0]) for column in graph.scale.read(np.array([total])))
        row, resource = int(part.pair_rows[pair]), int(part.pair_resources[pair])
        return (dearer, opened, filled), self._in_problem(problem, graph.steps(row, resource, fills=True))

    def _in_problem(self, problem: Problem, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if self._part.problem is problem:
            return steps
        rows = np.zeros(len(self._part.problem.row_needs), dtype=np.int64)
        rows[self._part.problem.pair_rows] = problem.pair_rows[self._part.pairs]
        return tuple(Step(int(rows[step.row]), step.leaves, step.takes) for step in steps)


def exchange_prices(problem: Problem, allocation: Allocation, *, over_bars: bool = False) -> ExchangePrices:
    """Price every pair against a plan; cubic in the resources in use that compete, linear in the pairs.

    `over_bars`: what is barred has a price too, that of going over this one bar while all others stand.
    """
    part = _graph_part(problem)
    pairs, resources = len(problem.pair_rows), len(problem.resource_ids)
    chosen = np.zeros(pairs, dtype=np.bool_)
    chosen[list(allocation.chosen)] = True
    costs = problem.costs
    asked = _asked(problem, part, costs, over_bars)
    scale = Scale.of(part.problem, asked.costs) if len(part.problem.row_needs) * resources <= CELLS_LIMIT else None
    exact, twin_exact = chosen.copy(), np.zeros(resources, dtype=np.bool_)
    changes, twins = np.zeros((3, pairs), dtype=np.int64), np.zeros((3, resources), dtype=np.int64)
    graph = None
    if scale is not None and len(part.pairs):
        picks = np.flatnonzero(chosen[part.pairs])
        graph, sums, twin_sums = _graph_sums(part.problem, costs[part.pairs], picks, scale, asked)
        known = np.isfinite(sums)
        exact[asked.pairs[known]] = True
        changes[:, asked.pairs[known]] = scale.read(sums[known])
        twin_exact = np.isfinite(twin_sums)
        outside = np.ones(pairs, dtype=np.bool_)
        outside[part.pairs] = False
        twin_exact[problem.pair_resources[outside]] = False
        twins[:, twin_exact] = scale.read(twin_sums[twin_exact])
    dearer, opened, filled = changes
    return ExchangePrices(exact, dearer, opened, filled, twin_exact, -twins[0], twins[2], over_bars, graph, part)


def _graph_part(problem: Problem) -> Part:
    """What of a problem a graph can state, without pins: needs whose whole neighbourhood has no shape of its own."""
    everything = np.arange(len(problem.pair_rows))
    strange = needs_a_programme(problem) | _twice_at_one(problem)
    if problem.optional is not None:
        strange |= problem.optional & _is_team(problem)
    if problem.forced is not None:
        strange[problem.pair_needs[problem.forced]] = True
    if strange.any():
        strange = _joined(problem, strange)
    elif problem.is_plain:
        return Part(problem, np.arange(len(problem.need_ids)), everything)
    return remainder(problem, ~strange)


def _is_team(problem: Problem) -> BoolArray:
    """Mask of whole needs of several positions."""
    if not problem.whole.any():
        return problem.whole
    asked = np.bincount(problem.row_needs, problem.quantities, len(problem.need_ids))
    return problem.whole & (asked > 1)


def _twice_at_one(problem: Problem) -> BoolArray:
    """Mask of needs of which one resource could fill two slots if it were not for constraint (3), which no path knows."""
    mask = np.zeros(len(problem.need_ids), dtype=np.bool_)
    roomy = np.flatnonzero(problem.capacities[problem.pair_resources] > 1)
    if len(roomy):
        needs, width = problem.pair_needs[roomy], len(problem.resource_ids)
        bodies, of = np.unique(needs * width + problem.pair_resources[roomy], return_inverse=True)
        mask[bodies[np.bincount(of, problem.quantities[problem.pair_rows[roomy]]) > 1] // width] = True
    return mask


@dataclass(frozen=True, slots=True)
class _Asked:
    """Pairs of the problem that are priced beside a part of it: those of the part, and those that something bars from it."""

    pairs: IntArray
    rows: IntArray
    """(pairs,) index of the part's row."""
    needs: IntArray
    """(pairs,) index of the part's need."""
    resources: IntArray
    costs: IntArray


def _part_rows(problem: Problem, part: Part) -> IntArray:
    """(rows,) the part's row of each row of the problem, or -1."""
    rows = np.full(len(problem.row_needs), -1)
    rows[problem.pair_rows[part.pairs]] = part.problem.pair_rows
    return rows


def _asked(problem: Problem, part: Part, costs: IntArray, over_bars: bool) -> _Asked:
    if part.problem is problem:
        return _Asked(part.pairs, problem.pair_rows, problem.pair_needs, problem.pair_resources, costs)
    rows, pairs = _part_rows(problem, part), part.pairs
    if over_bars and problem.barred is not None:
        barred = problem.barred & (rows[problem.pair_rows] >= 0)
        if problem.pinned is not None:
            barred &= ~problem.pinned
        pairs = np.sort(np.concatenate((pairs, np.flatnonzero(barred))))
    at = rows[problem.pair_rows[pairs]]
    return _Asked(pairs, at, part.problem.row_needs[at], problem.pair_resources[pairs], costs[pairs])


def _graph_sums(
    problem: Problem, costs: IntArray, chosen: IntArray, scale: Scale, asked: _Asked
) -> tuple[SlotGraph, FloatArray, FloatArray]:  # fmt: skip
    """The graph that leaves teams alone, and what of its (asked,) and (resources,) sums is exact; the rest is not a number."""
    teams = _is_team(problem)
    graph = SlotGraph(problem, costs, chosen, scale, teams)
    sums, twins = _known(problem, graph, asked)
    if not teams.any():
        return graph, sums, twins
    is_open = _joined(problem, _open_needs(problem, chosen))
    opens_nothing = np.abs(sums) <= scale.step // 2
    exact = opens_nothing & ~is_open[asked.needs]
    twin_exact = np.ones(len(twins), dtype=np.bool_)
    twin_exact[problem.pair_resources[is_open[problem.pair_needs]]] = False
    if not (exact[np.isfinite(sums)].all() and twin_exact.all()):
        broken_up = graph.thawed()
        if broken_up is graph:
            return graph, sums, twins
        bounds, twin_bounds = _known(problem, broken_up, asked)
        exact |= sums == bounds
        twin_exact |= twins == twin_bounds
    return graph, np.where(exact, sums, np.nan), np.where(twin_exact, twins, np.nan)


def _known(problem: Problem, graph: SlotGraph, asked: _Asked) -> tuple[FloatArray, FloatArray]:
    """(asked,) and (resources,) sums of a graph; not a number wherever a circle may still improve a neighbour's lot."""
    joined = _joined(problem, graph.unknown_needs())
    if joined.any() and joined.all():
        return np.full(len(asked.pairs), np.nan), np.full(len(problem.resource_ids), np.nan)
    sums, twins = graph.pair_sums(asked.rows, asked.resources, asked.costs), graph.twin_sums()
    if joined.any():
        sums[joined[asked.needs]], twins[problem.pair_resources[joined[problem.pair_needs]]] = np.nan, np.nan
    return sums, twins


def _open_needs(problem: Problem, chosen: IntArray) -> BoolArray:
    """Mask of needs with open positions that count."""
    filled = np.bincount(problem.pair_rows[chosen], minlength=len(problem.row_needs))
    is_open = np.zeros(len(problem.need_ids), dtype=np.bool_)
    is_open[problem.row_needs[filled < problem.quantities]] = True
    return is_open if problem.optional is None else is_open & ~problem.optional


def _joined(problem: Problem, needs: BoolArray) -> BoolArray:
    """Mask of needs that share somebody, over however many others, with one of these."""
    if not needs.any():
        return needs
    labels = need_components(problem, np.arange(len(problem.pair_rows)))
    return np.isin(labels, labels[needs])
