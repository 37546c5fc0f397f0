"""What may be wrong with a sequence problem, a word per row; all flaws come at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimiser.refusals import ProblemRefused
from optimiser.sequence_problem import PRICE_LIMIT, TIME_LIMIT_S, WEIGHT_LIMIT, SequenceProblem
from tests.optimiser.street import Crew, House, changed, street


def _sound() -> SequenceProblem:
    return street({"a": House(0), "b": House(1)}, {"crew": Crew(2)})


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an aim nobody knows": ({"aim": "profit"}, "aim"),
    "a need twice": ({"need_ids": ("a", "a")}, "need_ids[1]"),
    "a resource without text": ({"resource_ids": (7,)}, "resource_ids[0]"),
    "a rank of nought": ({"ranks": [0, 1]}, "ranks[0]"),
    "a rank too few": ({"ranks": [1]}, "ranks"),
    "fractional seconds": ({"service_s": [0.5, 1]}, "service_s"),
    "a time that is no number": ({"due_s": [float("nan"), 1]}, "due_s"),
    "negative service": ({"service_s": [-1, 1]}, "service_s[0]"),
    "negative travel": ({"travel_s": np.full((1, 4, 4), -1)}, "travel_s[0, 0, 0]"),
    "negative weight": ({"weights": [1, -1]}, "weights[1]"),
    "a weight too heavy": ({"weights": [1, WEIGHT_LIMIT + 1]}, "weights[1]"),
    "a price too high": ({"unserved_prices": [1, PRICE_LIMIT + 1]}, "unserved_prices[1]"),
    "negative points": ({"points": [1, -1]}, "points[1]"),
    "a time beyond all": ({"due_s": [1, TIME_LIMIT_S + 1]}, "due_s[1]"),
    "due before released": ({"due_s": [-1, 9]}, "due_s[0]"),
    "a shift that ends before it starts": ({"ends_s": [-1]}, "ends_s[0]"),
    "a place off the map": ({"places": [0, 9]}, "places[1]"),
    "a start off the map": ({"start_places": [-1]}, "start_places[0]"),
    "a speed nobody has": ({"profiles": [1]}, "profiles[0]"),
    "negative capacity": ({"capacities": [-1]}, "capacities[0]"),
    "ways that are not square": ({"travel_s": np.zeros((1, 4, 3), dtype=np.int64)}, "travel_s"),
    "ways without a speed": ({"travel_s": np.zeros((4, 4), dtype=np.int64)}, "travel_s"),
    "ragged ways": ({"travel_s": [[[1, 2], [1]]]}, "travel_s"),
    "skills by number": ({"asked": [[1], [0]], "held": [[True]], "skills": ("x",)}, "asked"),
    "skills of too many": ({"asked": [[True], [False]]}, "asked"),
    "returns that are no claim": ({"returns": [1]}, "returns"),
    "numbers of 65 bits": ({"weights": np.array([1, 2**63], dtype=np.uint64)}, "weights"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_refused_where_it_stands(wrong: str) -> None:
    """What gets past this file is trusted by every engine."""
    changes, where = WRONG[wrong]
    with pytest.raises(ProblemRefused) as refused:
        changed(_sound(), **changes)
    assert where in [flaw.where for flaw in refused.value.flaws]


def test_all_flaws_come_at_once() -> None:
    """Nobody should have to ask three times."""
    with pytest.raises(ProblemRefused) as refused:
        changed(_sound(), ranks=[0, 0], weights=[-1, 1])
    assert [flaw.where for flaw in refused.value.flaws] == ["ranks[0]", "ranks[1]", "weights[0]"]


def test_arrays_cannot_be_changed_afterwards() -> None:
    """A plan is checked against the problem it was made for."""
    problem = _sound()
    with pytest.raises(ValueError, match="read-only"):
        problem.ranks[0] = 3


def test_the_extremes_fit() -> None:
    """The limits are chosen so that the greatest of everything still adds up inside 62 bits."""
    from optimiser.sequence import plan
    from optimiser.sequence_plan import SequenceLimits
    from optimiser.sequence_verify import verify_sequence

    house = House(
        0, weight=WEIGHT_LIMIT, price=PRICE_LIMIT, released=-TIME_LIMIT_S, due=TIME_LIMIT_S, service=TIME_LIMIT_S
    )
    crew = Crew(0, begins=TIME_LIMIT_S, ends=TIME_LIMIT_S)
    problem = street({f"h{i}": house for i in range(3)}, {"early": Crew(0, begins=-TIME_LIMIT_S), "late": crew})
    found = plan(problem, SequenceLimits(30))
    assert not verify_sequence(problem, found)
    assert found.termination.reason != "degraded"


def test_skills_decide_who_is_eligible() -> None:
    """All that is asked must be held, and more does no harm."""
    problem = street(
        {"none": House(0), "x": House(0, asks=frozenset("x")), "both": House(0, asks=frozenset("xy"))},
        {"plain": Crew(0), "x": Crew(0, holds=frozenset("x")), "xyz": Crew(0, holds=frozenset("xyz"))},
    )
    assert problem.eligible.tolist() == [[True, True, True], [False, True, True], [False, False, True]]
    assert [problem.eligible_by(j).tolist() for j in range(3)] == problem.eligible.T.tolist()
