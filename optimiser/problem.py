"""The allocation problem as immutable arrays; its mathematics stands here, and nothing in this file solves it.

Sets
    i in N    needs, each of rank p_i (1 is the most urgent) and either whole (all or nothing) or best effort
    r in R    rows; row r belongs to need i(r) and asks for q_r resources of one skill; a need has at least one row
    j in J    resources; resource j has room k_j
    E         eligible pairs (r, j); a pair that is not listed may not be chosen
    T         price terms
    A_i       alternatives of need i: its rows are shared out among them, a(r) being the one of row r; usually one
    O         optional needs: left open at a price instead of counted by rank
    S         needs with shared roles: one resource may fill several of their rows at once
    D         pairs pinned by a person;  D! those of them that are forced, whatever rule they break
    B         barred pairs: against a rule of the house, and listed only so that they can be forced or priced

Data
    c_rj = sum over t in T of c_rj^t >= 0    integer price of a pair, one unit being 0.1 weighted seconds
    l_r >= 1                                 room that a position of row r takes of a resource (1 unless given)
    o_i >= 0                                 price of leaving optional need i open, or each position of it if best effort
    b_r                                      pinned pairs of row r
    n_i                                      positions of the greatest alternative of need i

Variables
    x_rj in {0, 1}    resource j fills a position of row r
    z_ia in {0, 1}    alternative a of need i is filled (only for whole needs)
    y_i = sum over a in A_i of z_ia, need i is filled whole
    g_ij = max over rows r of need i of c_rj x_rj   for i in S, else the sum: what resource j costs at need i
    w_ij = max over rows r of need i of l_r x_rj    for i in S, else the sum: the room it gives to need i

Objective (lexicographic)
    for each rank k, the most urgent first:  maximise F_k = sum of f_i over needs outside O of rank k
        f_i = sum over rows of min(q_r, sum_j x_rj)  if i is best effort
        f_i = n_i if y_i = 1, else its pins          if i is whole: whichever alternative fills it, it counts alike
    then minimise  C = sum of g_ij + sum over whole i in O of o_i (1 - y_i)
                     + sum over best-effort i in O of o_i times its open positions
    then minimise  the sum of a stable hash of (need, resource) over the chosen pairs

Constraints
    (1) sum_j x_rj <= q_r                            every row
    (2) sum_i w_ij <= k_j                            every resource
    (3) sum over rows r of need i of x_rj <= 1       every resource and need outside S: one body, one role at one place
    (4) sum_j x_rj  = q_r z_i,a(r)                   every row of a whole need; if it has pins, or nothing but the pins
    (5) y_i <= 1                                     every whole need: one alternative at most, that of its pins if any
    (6) x_rj  = 1                                    every pair of D
    (7) x_rj  = 0                                    every pair of B outside D!

Pins that break (1), (2), (3), (5) or (7) among themselves are refused, unless they would not without those of D!: then
each bound rises to what the pins alone use, so that nothing else is chosen beyond it, and the plan says what is broken.
A need forced into two alternatives gets nothing but its pins. Needs with several alternatives are whole: halves of two
different teams have no common measure.

Without (4), (5) and S, and with loads that agree at each resource, this is a flow with integral optima. With (4) it
contains three-dimensional matching and is NP-hard (Garey and Johnson 1979, problem SP1), which is why `teams` searches
where `slot_flow` is not already whole. The rest is a programme in whole numbers: see `shapes`.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.refusals import ProblemRefused
from optimiser.well_formed import PAIR_COST_LIMIT, SIZE_LIMIT, BoolArray, IntArray, freeze_and_check

__all__ = ["PAIR_COST_LIMIT", "SIZE_LIMIT", "UNITS_PER_SECOND", "BoolArray", "IntArray", "Problem"]

UNITS_PER_SECOND = 10
"""Cost units in one weighted second."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Who needs what, who may fill it, and at what price.

    The constructor checks every shape and range and raises `ProblemRefused` with all flaws; arrays become read-only
    64-bit copies. Code that builds its arrays by rule, many thousand times, calls `Problem.trusted` instead.
    """

    need_ids: tuple[str, ...]
    ranks: IntArray
    """(needs,) 1 is the most urgent class."""
    whole: BoolArray
    """(needs,) True: all positions or none. False: as many as can be had."""
    row_needs: IntArray
    """(rows,) index of the need a row belongs to."""
    quantities: IntArray
    """(rows,) positions asked for, at least 1."""
    resource_ids: tuple[str, ...]
    capacities: IntArray
    """(resources,) room of a resource, at least 0: positions it can fill at once, unless rows have loads."""
    pair_rows: IntArray
    """(pairs,) index of the row."""
    pair_resources: IntArray
    """(pairs,) index of the resource; no pair occurs twice."""
    terms: IntArray
    """(pairs, terms) additive price terms in cost units, at least 0."""
    term_names: tuple[str, ...]
    alternatives: IntArray | None = None
    """(rows,) number of the alternative a row belongs to, at least 0; None: every need has one."""
    loads: IntArray | None = None
    """(rows,) room that each position takes of a resource's capacity, at least 1; None: 1 everywhere."""
    shared: BoolArray | None = None
    """(needs,) one resource may fill several rows at once, priced and loaded as the greatest of them; None: nowhere."""
    optional: BoolArray | None = None
    """(needs,) may be left open at its open price, and is not counted by rank; None: nothing is."""
    open_prices: IntArray | None = None
    """(needs,) cost units for leaving an optional need open, 0 for all others: a whole one once, a best-effort one for
    every open position."""
    pinned: BoolArray | None = None
    """(pairs,) chosen by a person and never moved."""
    forced: BoolArray | None = None
    """(pairs,) pinned even if that breaks a rule; the plan says which."""
    barred: BoolArray | None = None
    """(pairs,) against a rule of eligibility: chosen only when pinned by force."""

    def __post_init__(self) -> None:
        """Check everything once, and freeze the arrays."""
        flaws = freeze_and_check(self)
        if flaws:
            raise ProblemRefused(flaws)

    @classmethod
    def trusted(
        cls, need_ids: tuple[str, ...], ranks: IntArray, whole: BoolArray, row_needs: IntArray, quantities: IntArray,
        resource_ids: tuple[str, ...], capacities: IntArray, pair_rows: IntArray, pair_resources: IntArray,
        terms: IntArray, term_names: tuple[str, ...], alternatives: IntArray | None = None,
        loads: IntArray | None = None, shared: BoolArray | None = None, optional: BoolArray | None = None,
        open_prices: IntArray | None = None, pinned: BoolArray | None = None, forced: BoolArray | None = None,
        barred: BoolArray | None = None,
    ) -> Problem:  # fmt: skip
        """Build a problem without looking at it: the caller vouches for int64 arrays, shapes and ranges."""
        problem = object.__new__(cls)
        put = object.__setattr__
        put(problem, "need_ids", need_ids)
        put(problem, "ranks", ranks)
        put(problem, "whole", whole)
        put(problem, "row_needs", row_needs)
        put(problem, "quantities", quantities)
        put(problem, "resource_ids", resource_ids)
        put(problem, "capacities", capacities)
        put(problem, "pair_rows", pair_rows)
        put(problem, "pair_resources", pair_resources)
        put(problem, "terms", terms)
        put(problem, "term_names", term_names)
        put(problem, "alternatives", alternatives)
        put(problem, "loads", loads)
        put(problem, "shared", shared)
        put(problem, "optional", optional)
        put(problem, "open_prices", open_prices)
        put(problem, "pinned", pinned)
        put(problem, "forced", forced)
        put(problem, "barred", barred)
        return problem

    @property
    def is_plain(self) -> bool:
        """Whether none of the optional fields is given."""
        return self.barred is None and self._is_plain_but_for_bars

    @property
    def is_merely_barred(self) -> bool:
        """Whether bars are the only optional field that is given, so that leaving pairs out makes it plain."""
        return self.barred is not None and self._is_plain_but_for_bars

    @property
    def _is_plain_but_for_bars(self) -> bool:
        return (
            self.alternatives is None and self.loads is None and self.shared is None and self.optional is None
            and self.open_prices is None and self.pinned is None and self.forced is None
        )  # fmt: skip

    @property
    def costs(self) -> IntArray:
        """(pairs,) price of each pair in cost units: the sum of its terms."""
        if self.terms.shape[1] == 1:
            return self.terms[:, 0]
        total: IntArray = self.terms.sum(axis=1)
        return total

    @property
    def pair_needs(self) -> IntArray:
        """(pairs,) index of the need each pair would serve."""
        return self.row_needs[self.pair_rows]
