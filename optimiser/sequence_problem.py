"""The problem of queueing several needs on one resource; its mathematics stands here, and nothing in this file solves it.

Sets
    i in N    needs, each at a place a_i, with a rank p_i (1 is the most urgent) and the skills it asks for
    j in J    resources, each with skills, a start place, a speed profile, a shift and a most number of needs
    R_j       the route of resource j: an ordered list of needs, no need in two routes or twice in one

Data, in whole seconds of one clock whose zero is the caller's
    r_i, d_i   released and due: service may start from r_i on, and not after d_i; r_i < 0 is a need already waiting
    s_i        length of service, whoever serves
    t_pab      travel from place a to place b at speed profile p; no triangle inequality is assumed
    b_j, e_j   start of resource j, and the end of its shift; q_j the most needs it can take
    w_i        weight of a second of response; h_i price of leaving need i unserved, in weighted seconds
    g_i        points of need i (only for the objective "travel")

Variables
    R_j, from which the starts follow: S_i = max(r_i, end of what came before + travel), as early as can be

Constraints
    (1) every need is in at most one route, and |R_j| <= q_j
    (2) a resource holds every skill its needs ask for
    (3) S_i <= d_i
    (4) the last service, and the way to the end place where there is one, end by e_j

Objective "response" (lexicographic): for each rank, the most urgent first, maximise the needs served; then minimise
    sum over served i of w_i (S_i - r_i)  +  sum over unserved i of h_i
Objective "travel" (lexicographic): maximise the points served, then the needs served; then minimise travel and sum of h_i.

Both contain the travelling repairman's problem and are NP-hard (Afrati et al. 1986, RAIRO 20(1), 79-87). Unlike one
resource to one need, no linear weights give strict priority here: the sets of needs that can be served together are no
matroid, so plans are compared by their counts rank by rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from optimiser.frozen import frozen_array, id_flaws
from optimiser.problem import BoolArray, IntArray
from optimiser.refusals import Flaw, ProblemRefused

Aim = Literal["response", "travel"]
"""What a sequence plan is good for: quick response by rank, or many points for little travel."""

TIME_LIMIT_S = 2**31
"""The greatest instant or length in seconds, and the due time that stands for no deadline."""
WEIGHT_LIMIT = 2**16
"""The greatest weight of a second."""
PRICE_LIMIT = 2**44
"""The greatest price of leaving one need unserved, in weighted seconds."""
MOST_NEEDS = 2**13
"""The most needs, and the most resources; with the limits above every sum stays inside 62 bits."""
MATRIX_LIMIT = 2**27
"""The most entries of the travel matrices together."""


@dataclass(frozen=True, slots=True, eq=False)
class SequenceProblem:
    """Needs in places, resources with shifts, and the way between them.

    The constructor checks every shape and range and raises `ProblemRefused` with all flaws; arrays become read-only
    64-bit copies.
    """

    aim: Aim
    skills: tuple[str, ...]
    need_ids: tuple[str, ...]
    ranks: IntArray
    """(needs,) 1 is the most urgent."""
    points: IntArray
    """(needs,) what serving is worth to the aim "travel"."""
    weights: IntArray
    """(needs,) weight of a second of response."""
    unserved_prices: IntArray
    """(needs,) weighted seconds for leaving a need unserved, counted after ranks or points."""
    places: IntArray
    """(needs,) index of the need's place."""
    released_s: IntArray
    """(needs,) the response is measured from here, and service starts no earlier; negative: waiting already."""
    due_s: IntArray
    """(needs,) latest start of service; `TIME_LIMIT_S` where there is no deadline."""
    service_s: IntArray
    """(needs,) length of service."""
    asked: BoolArray
    """(needs, skills) what the one resource that serves must hold."""
    resource_ids: tuple[str, ...]
    profiles: IntArray
    """(resources,) index of the speed profile."""
    start_places: IntArray
    """(resources,) index of the place where the resource is free."""
    starts_s: IntArray
    """(resources,) when it is free there."""
    end_places: IntArray
    """(resources,) index of the place to be at by the end of the shift; counts only where `returns` is True."""
    returns: BoolArray
    """(resources,) False: a resource that ends wherever its last need is."""
    ends_s: IntArray
    """(resources,) end of the shift."""
    capacities: IntArray
    """(resources,) the most needs it can take."""
    held: BoolArray
    """(resources, skills) what the resource can do."""
    travel_s: IntArray
    """(profiles, places, places) travel from row to column."""

    def __post_init__(self) -> None:
        """Check everything once, and freeze the arrays."""
        flaws: list[Flaw] = []
        for name in ("skills", "need_ids", "resource_ids"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name, dimensions, kind in _ARRAYS:
            array, wrong = frozen_array(name, getattr(self, name), dimensions, kind)
            flaws += wrong
            object.__setattr__(self, name, array)
        flaws = flaws or _shape_flaws(self)
        flaws = flaws or _range_flaws(self)
        if flaws:
            raise ProblemRefused(flaws)

    @property
    def eligible(self) -> BoolArray:
        """(needs, resources) True where the resource holds every skill asked for."""
        lacking = self.asked.astype(np.int64) @ (~self.held).astype(np.int64).T
        capable: BoolArray = lacking == 0
        return capable

    def eligible_by(self, resource: int) -> BoolArray:
        """(needs,) True where one resource holds every skill asked for."""
        found: BoolArray = ~(self.asked & ~self.held[resource]).any(axis=1)
        return found


_NEED_ARRAYS = ("ranks", "points", "weights", "unserved_prices", "places", "released_s", "due_s", "service_s")
_RESOURCE_ARRAYS = ("profiles", "start_places", "starts_s", "end_places", "returns", "ends_s", "capacities")
_ARRAYS: tuple[tuple[str, int, str], ...] = (
    *((name, 1, "i") for name in _NEED_ARRAYS),
    *((name, 1, "b" if name == "returns" else "i") for name in _RESOURCE_ARRAYS),
    ("asked", 2, "b"), ("held", 2, "b"), ("travel_s", 3, "i"),
)  # fmt: skip


def _shape_flaws(problem: SequenceProblem) -> list[Flaw]:
    needs, resources, skills = len(problem.need_ids), len(problem.resource_ids), len(problem.skills)
    matrices, places = problem.travel_s.shape[0], problem.travel_s.shape[1]
    expected: dict[str, tuple[int, ...]] = dict.fromkeys(_NEED_ARRAYS, (needs,))
    expected |= dict.fromkeys(_RESOURCE_ARRAYS, (resources,))
    expected |= {"asked": (needs, skills), "held": (resources, skills), "travel_s": (matrices, places, places)}
    flaws = [
        Flaw(name, f"has shape {getattr(problem, name).shape}", f"{shape}")
        for name, shape in expected.items()
        if getattr(problem, name).shape != shape
    ]
    if problem.aim not in get_args(Aim):
        flaws.append(Flaw("aim", f"is {problem.aim!r}", " or ".join(repr(aim) for aim in get_args(Aim))))
    for name in ("skills", "need_ids", "resource_ids"):
        ids = getattr(problem, name)
        if len(ids) > MOST_NEEDS:
            flaws.append(Flaw(name, f"has {len(ids)} entries", f"at most {MOST_NEEDS}"))
        flaws += id_flaws(name, ids)
    if problem.travel_s.size > MATRIX_LIMIT:
        flaws.append(Flaw("travel_s", f"has {problem.travel_s.size} entries", f"at most {MATRIX_LIMIT}"))
    return flaws


def _range_flaws(problem: SequenceProblem) -> list[Flaw]:
    places, matrices = problem.travel_s.shape[1], problem.travel_s.shape[0]
    flaws: list[Flaw] = []
    for name, low, high in (
        ("ranks", 1, TIME_LIMIT_S), ("points", 0, WEIGHT_LIMIT), ("weights", 0, WEIGHT_LIMIT),
        ("unserved_prices", 0, PRICE_LIMIT), ("places", 0, places - 1), ("released_s", -TIME_LIMIT_S, TIME_LIMIT_S),
        ("due_s", -TIME_LIMIT_S, TIME_LIMIT_S), ("service_s", 0, TIME_LIMIT_S), ("profiles", 0, matrices - 1),
        ("start_places", 0, places - 1), ("starts_s", -TIME_LIMIT_S, TIME_LIMIT_S), ("end_places", 0, places - 1),
        ("ends_s", -TIME_LIMIT_S, TIME_LIMIT_S), ("capacities", 0, TIME_LIMIT_S), ("travel_s", 0, TIME_LIMIT_S),
    ):  # fmt: skip
        array = getattr(problem, name)
        outside = np.argwhere((array < low) | (array > high))
        flaws += [Flaw(f"{name}{at.tolist()}", f"is {array[tuple(at)]}", f"{low} to {high}") for at in outside]
    for name, low_name, ids in (
        ("due_s", "released_s", problem.need_ids), ("ends_s", "starts_s", problem.resource_ids)
    ):  # fmt: skip
        early, late = getattr(problem, low_name), getattr(problem, name)
        flaws += [
            Flaw(f"{name}[{at}]", f"is {late[at]}, before {low_name} of {ids[at]!r}", f"at least {early[at]}")
            for at in np.flatnonzero(late < early).tolist()
        ]
    return flaws
