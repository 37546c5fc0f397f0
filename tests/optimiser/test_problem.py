"""A problem that does not fit together is refused at once, with every flaw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimiser.problem import PAIR_COST_LIMIT, Problem
from optimiser.refusals import ProblemRefused
from tests.optimiser.builders import problem_of


def _parts(**changed: Any) -> dict[str, Any]:
    sound: dict[str, Any] = {
        "need_ids": ("x", "y"), "ranks": [1, 2], "whole": [True, False], "row_needs": [0, 1], "quantities": [1, 1],
        "resource_ids": ("a", "b"), "capacities": [1, 1], "pair_rows": [0, 1], "pair_resources": [0, 1],
        "terms": [[3, 4], [5, 6]], "term_names": ("reach", "skill"),
    }  # fmt: skip
    return sound | changed


FLAWED: dict[str, tuple[dict[str, Any], str]] = {
    "ranks too short": ({"ranks": [1]}, "ranks"),
    "rank zero": ({"ranks": [0, 1]}, "ranks[0]"),
    "fractional quantity": ({"quantities": [0.5, 1]}, "quantities"),
    "quantity zero": ({"quantities": [1, 0]}, "quantities[1]"),
    "negative capacity": ({"capacities": [1, -1]}, "capacities[1]"),
    "row of an unknown need": ({"row_needs": [0, 2]}, "row_needs[1]"),
    "need without a row": ({"row_needs": [0, 0]}, "need_ids[1]"),
    "pair of an unknown resource": ({"pair_resources": [0, 2]}, "pair_resources[1]"),
    "pair twice": ({"pair_rows": [0, 0], "pair_resources": [1, 1]}, "pair_rows[1]"),
    "negative price": ({"terms": [[3, 4], [5, -6]]}, "terms[1, 1]"),
    "terms do not match their names": ({"term_names": ("reach",)}, "terms"),
    "price above the limit": ({"terms": [[PAIR_COST_LIMIT, 1], [5, 6]]}, "terms[0]"),
    "repeated need id": ({"need_ids": ("x", "x")}, "need_ids[1]"),
    "id that is no text": ({"resource_ids": ("a", 7)}, "resource_ids[1]"),
    "whole that is no claim": ({"whole": [1, 0]}, "whole"),
    "ragged terms": ({"terms": [[1, 2], [3]]}, "terms"),
    "one-dimensional terms": ({"terms": [1, 2]}, "terms"),
}


@pytest.mark.parametrize(("changed", "where"), FLAWED.values(), ids=FLAWED.keys())
def test_a_flawed_problem_is_refused_where_the_flaw_is(changed: dict[str, Any], where: str) -> None:
    """Arrays that disagree would otherwise send the wrong resource without a word."""
    with pytest.raises(ProblemRefused) as refused:
        Problem(**_parts(**changed))
    assert [flaw.where for flaw in refused.value.flaws] == [where]


def test_all_flaws_of_a_problem_are_listed_at_once() -> None:
    """Whoever builds problems should not need one run per mistake."""
    with pytest.raises(ProblemRefused) as refused:
        Problem(**_parts(ranks=[0, 1], capacities=[-1, -1]))
    assert [flaw.where for flaw in refused.value.flaws] == ["ranks[0]", "capacities[0]", "capacities[1]"]


def test_a_problem_keeps_its_own_read_only_arrays() -> None:
    """A caller that reuses its buffers must not change a problem under the solver."""
    ranks = np.array([1, 2])
    problem = Problem(**_parts(ranks=ranks))
    ranks[0] = 9
    assert problem.ranks.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        problem.ranks[0] = 9


def test_the_price_of_a_pair_is_the_sum_of_its_terms() -> None:
    """Explanations show terms, engines use sums; they must be the same money."""
    assert Problem(**_parts()).costs.tolist() == [7, 11]


def test_a_trusted_problem_equals_a_checked_one() -> None:
    """The quick way in may skip the checks and nothing else."""
    checked = Problem(**_parts())
    names = list(checked.__slots__)
    trusted = Problem.trusted(*(getattr(checked, name) for name in names))
    assert all(getattr(trusted, name) is getattr(checked, name) for name in names)


def test_an_empty_problem_is_sound() -> None:
    """Nothing asked is a problem with an answer."""
    assert problem_of({}, {}).costs.tolist() == []
