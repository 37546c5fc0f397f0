"""Terms that cannot be judged are refused before anything runs."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from simulation.terms import MOST_RUNS_AT_A_LOOK, Criterion, HardLimit, Looks, Terms

P90 = "response_s.p90.red"
PRIMARY = {"measure": P90, "want": "reduce", "margin_share": 0.02}
GUARD = {"measure": "unreached", "want": "no_worse", "margin_abs": 0}


@pytest.mark.parametrize(
    ("flaw", "given"),
    [
        ("no_worse is for guardrails", {"primary": GUARD}),
        ("what must improve is the primary", {"guardrails": [PRIMARY]}),
        ("stand twice: unreached", {"guardrails": [GUARD, GUARD | {"margin_abs": 3}]}),
        ("either `margin_share`", {"primary": {"measure": P90, "want": "reduce"}}),
        ("either `margin_share`", {"primary": PRIMARY | {"margin_abs": 1}}),
        ("greater than or equal to 0", {"primary": PRIMARY | {"margin_share": -0.02}}),
        ("unknown measure 'delay_s'", {"primary": PRIMARY | {"measure": "delay_s.mean.red"}}),
        ("either `at_most`", {"hard": [{"measure": "unreached"}]}),
        ("unknown measure 'misses'", {"hard": [{"measure": "misses", "at_most": 0}]}),
        ("do not ascend", {"looks": {"at": [20, 10]}}),
        ("do not ascend", {"looks": {"at": [20, 20]}}),
        ("accepted: 2 to", {"looks": {"at": [1, 10]}}),
        ("accepted: 2 to", {"looks": {"at": [10, MOST_RUNS_AT_A_LOOK + 1]}}),
        ("too close", {"looks": {"at": [1000, 1001]}}),
        ("greater than or equal to 0.0001", {"alpha": 0}),
        ("at least 1", {"primary": PRIMARY | {"workloads": []}}),
    ],
)
def test_flawed_terms_are_refused_with_what_would_do(flaw: str, given: dict[str, Any]) -> None:
    """A criterion that means nothing would be passed by everything."""
    with pytest.raises(ValidationError, match=flaw):
        Terms.model_validate({"primary": PRIMARY} | given)


def test_terms_tell_their_measures_and_workloads_once_each() -> None:
    """Whoever plays has to know what to read, and on what."""
    terms = Terms.model_validate(
        {
            "primary": PRIMARY | {"workloads": ["busy"]},
            "guardrails": [GUARD | {"workloads": ["night", "busy"]}],
            "hard": [{"measure": "unreached", "at_most": 3}],
        }
    )
    assert (terms.measures, terms.workloads) == ((P90, "unreached"), ("busy", "night"))


@pytest.mark.parametrize(
    ("measure", "want", "is_low"),
    [(P90, "reduce", True), ("contacts", "increase", False), (P90, "no_worse", True),
     ("response_s.within_480.red", "no_worse", False)],
)  # fmt: skip
def test_the_better_side_is_known(measure: str, want: str, is_low: bool) -> None:
    """A share reached in time is worse when it falls."""
    assert Criterion.model_validate({"measure": measure, "want": want, "margin_abs": 1}).wants_low is is_low


def test_a_criterion_that_names_no_workload_covers_them_all() -> None:
    """Left out means everywhere: nobody forgets the night by not naming it."""
    named = Criterion.model_validate(GUARD | {"workloads": ["busy"]})
    assert [Criterion.model_validate(GUARD).covers("night"), named.covers("night"), named.covers("busy")] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("bound", "figure", "is_kept"),
    [
        ("at_most", 3, True),
        ("at_most", 3.1, False),
        ("at_least", 3, True),
        ("at_least", 2.9, False),
        ("at_most", float("nan"), True),
    ],
)
def test_a_hard_limit_may_be_touched_and_not_crossed(bound: str, figure: float, is_kept: bool) -> None:
    """Exactly at the limit is within it, and what nobody observed broke nothing."""
    assert HardLimit.model_validate({"measure": "unreached", bound: 3}).is_kept_by(figure) is is_kept


def test_the_last_look_is_the_budget() -> None:
    """More runs than that are never asked for."""
    assert Looks(at=(10, 20, 40)).last == 40
