"""Pins that break a hard rule: refused where they stand, unless they are forced."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimiser.pins import broken_rules
from optimiser.problem import Problem
from optimiser.refusals import ProblemRefused
from tests.optimiser.builders import problem_of
from tests.optimiser.test_shapes import with_fields

TWO = np.array([True, True])


def _two_rows(capacity: int = 2) -> Problem:
    return problem_of({"x": (1, True, [(1, {"a": 1}), (1, {"a": 2})])}, {"a": capacity})


def _two_needs(capacity: int = 1) -> Problem:
    return problem_of({"x": (1, True, [(1, {"a": 1})]), "y": (1, True, [(1, {"a": 1})])}, {"a": capacity})


BROKEN: dict[str, tuple[Problem, dict[str, Any], str, str]] = {
    "more pins than positions": (
        problem_of({"x": (1, True, [(1, {"a": 1, "b": 1})])}, {"a": 1, "b": 1}), {}, "quantity", "x",
    ),
    "beyond the capacity": (_two_needs(), {}, "capacity", "a"),
    "loads beyond the capacity": (_two_needs(3), {"loads": np.array([2, 2])}, "capacity", "a"),
    "two roles for one body": (_two_rows(), {}, "one role", "x/a"),
    "two alternatives": (
        _two_rows(), {"alternatives": np.array([0, 1]), "shared": np.array([True])}, "one alternative", "x",
    ),
    "somebody barred": (_two_needs(2), {"barred": np.array([False, True])}, "eligibility", "y/a"),
}  # fmt: skip


@pytest.mark.parametrize(("problem", "changes", "rule", "subject"), BROKEN.values(), ids=BROKEN.keys())
def test_a_pin_that_breaks_a_rule_is_refused(problem: Problem, changes: Any, rule: str, subject: str) -> None:
    """A plan that cannot be must not be promised to whoever pinned it."""
    with pytest.raises(ProblemRefused) as refused:
        with_fields(problem, pinned=TWO, **changes)
    assert [(flaw.where, flaw.what) for flaw in refused.value.flaws] == [
        ("pinned[1]", f"breaks the rule of {rule}: {subject}")
    ]


@pytest.mark.parametrize(("problem", "changes", "rule", "subject"), BROKEN.values(), ids=BROKEN.keys())
def test_the_same_pin_may_be_forced(problem: Problem, changes: Any, rule: str, subject: str) -> None:
    """The last word is a person's, once they say so."""
    forced = with_fields(problem, pinned=TWO, forced=np.array([False, True]), **changes)
    assert [(one.rule, one.subject) for one in broken_rules(forced, TWO)] == [(rule, subject)]


LET_PASS: dict[str, tuple[Problem, dict[str, Any]]] = {
    "as many pins as positions": (problem_of({"x": (1, True, [(2, {"a": 1, "b": 1})])}, {"a": 1, "b": 1}), {}),
    "as much as there is room for": (_two_needs(4), {"loads": np.array([2, 2])}),
    "two shared roles": (_two_rows(1), {"shared": np.array([True])}),
    "shared roles take the greater load only": (_two_rows(2), {"shared": np.array([True]), "loads": np.array([2, 1])}),
    "two rows of one alternative": (
        problem_of({"x": (1, True, [(1, {"a": 1}), (1, {"b": 1})])}, {"a": 1, "b": 1}),
        {"alternatives": np.array([3, 3])},
    ),
}


@pytest.mark.parametrize(("problem", "changes"), LET_PASS.values(), ids=LET_PASS.keys())
def test_pins_that_break_no_rule_pass(problem: Problem, changes: Any) -> None:
    """Refusing what could be done is as wrong as promising what cannot."""
    assert broken_rules(with_fields(problem, pinned=TWO, **changes), TWO) == ()


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a load of nothing": ({"loads": np.array([0, 1])}, "loads[0]: is 0 (accepted: 1 to 4194304)"),
    "a negative open price": (
        {"optional": TWO, "open_prices": np.array([-1, 0])}, "open_prices[0]: is -1 (accepted: 0 to 68719476736)",
    ),
    "a price for a need that is not optional": (
        {"open_prices": np.array([0, 7])},
        "open_prices[1]: is 7, but 'y' is not optional (accepted: 0, or an optional need)",
    ),
    "force without a pin": (
        {"forced": TWO}, "forced[0]: is true, but the pair is not pinned (accepted: false, or a pinned pair)",
    ),
    "loads for too few rows": ({"loads": np.array([1])}, "loads: has shape (1,) (accepted: (2,))"),
    "pins that are numbers": ({"pinned": np.array([1, 0])}, "pinned: holds int64 (accepted: booleans)"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "flaw"), REFUSED.values(), ids=REFUSED.keys())
def test_an_optional_field_out_of_range_is_refused(changes: dict[str, Any], flaw: str) -> None:
    """Every flaw names its place and what would be accepted."""
    with pytest.raises(ProblemRefused) as refused:
        with_fields(_two_needs(), **changes)
    assert str(refused.value.flaws[0]) == flaw


def test_alternatives_of_a_best_effort_need_are_refused() -> None:
    """Half of one team and half of another have no common measure."""
    best_effort = problem_of({"x": (1, False, [(1, {"a": 1}), (1, {"a": 1})])}, {"a": 1})
    with pytest.raises(ProblemRefused, match="has alternatives"):
        with_fields(best_effort, alternatives=np.array([0, 1]))
